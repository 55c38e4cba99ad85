#include "base/buf.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

void buf_init(struct buf *buf, size_t max)
{
    *buf = (struct buf){.max = max};
}

void buf_release(struct buf *buf)
{
    free(buf->data);
    buf_init(buf, buf->max);
}

void buf_reset(struct buf *buf)
{
    buf->len = 0;
    if (buf->data != NULL)
        buf->data[0] = '\0';
}

static int make_room(struct buf *buf, size_t more)
{
    if (more > buf->max || buf->len > buf->max - more)
        return -1;
    size_t need = buf->len + more + 1;
    if (need > buf->size) {
        size_t size = buf->size + buf->size / 2 + 64;
        if (size < need)
            size = need;
        buf->data = mem_realloc(buf->data, size);
        buf->size = size;
    }
    return 0;
}

int buf_add(struct buf *buf, const void *data, size_t len)
{
    if (make_room(buf, len) != 0)
        return -1;
    if (len > 0)
        memcpy(buf->data + buf->len, data, len);
    buf->len += len;
    buf->data[buf->len] = '\0';
    return 0;
}

int buf_addstr(struct buf *buf, const char *s)
{
    return buf_add(buf, s, strlen(s));
}

int buf_addf(struct buf *buf, const char *fmt, ...)
{
    va_list ap, again;

    va_start(ap, fmt);
    va_copy(again, ap);
    int n = vsnprintf(NULL, 0, fmt, ap);
    va_end(ap);
    int result = n < 0 ? -1 : make_room(buf, (size_t)n);
    if (result == 0) {
        vsnprintf(buf->data + buf->len, (size_t)n + 1, fmt, again);
        buf->len += (size_t)n;
    }
    va_end(again);
    return result;
}

int buf_addword(struct buf *buf, const char *text)
{
    static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
                                "/._-+@:=,";
    int full = 0;

    if (*text != '\0' && text[strspn(text, plain)] == '\0')
        return buf_addstr(buf, text);
    full |= buf_addstr(buf, "'");
    for (; *text != '\0' && full == 0; text++)
        full |= *text == '\'' ? buf_addstr(buf, "'\\''") : buf_add(buf, text, 1);
    return full | buf_addstr(buf, "'");
}

const char *buf_str(const struct buf *buf)
{
    return buf->data != NULL ? buf->data : "";
}

char *buf_detach(struct buf *buf)
{
    char *data = buf->data != NULL ? buf->data : mem_strdup("");

    buf_init(buf, buf->max);
    return data;
}
