#include "facts/ini.h"

#include <ctype.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include <uthash.h>

#include "base/buf.h"
#include "base/mem.h"
#include "facts/pyliteral.h"

/* A section, or a key of one: configparser refuses a file that has it twice. */
struct seen {
    UT_hash_handle hh;
    size_t line;
    char name[];
};

struct parser {
    const char *what;
    struct arena *arena;
    struct err *err;
    struct ini_entry *entries;
    size_t count, size;
    const char *section;
    struct buf value; /* of the last entry, while it may go on */
    bool open;        /* there is such an entry */
    size_t indent;    /* of the line where it, or the section, began */
    size_t line;
    struct seen *seen;
};

static bool is_space(char c)
{
    return isspace((unsigned char)c);
}

static void trim(const char **s, size_t *len)
{
    while (*len > 0 && is_space(**s)) {
        (*s)++;
        (*len)--;
    }
    while (*len > 0 && is_space((*s)[*len - 1]))
        (*len)--;
}

static int fail(const struct parser *parser, const char *why)
{
    return err_set(parser->err, REASON_PARSE, "%s:%zu: %s", parser->what, parser->line, why);
}

static const char *keep(struct parser *parser, const char *s, size_t len)
{
    size_t n;

    return pyliteral_utf8(parser->arena, s, len, &n);
}

/* `key` NULL: the section itself. */
static int see(struct parser *parser, const char *section, const char *key)
{
    size_t len = strlen(section), more = key != NULL ? strlen(key) + 1 : 0;
    struct seen *seen = arena_alloc(parser->arena, sizeof *seen + len + more + 1), *before;

    memcpy(seen->name, section, len + 1);
    if (key != NULL)
        memcpy(seen->name + len + 1, key, more);
    HASH_FIND(hh, parser->seen, seen->name, len + more, before);
    if (before != NULL)
        return err_set(parser->err, REASON_PARSE, "%s:%zu: %s stands in line %zu already",
                       parser->what, parser->line, key != NULL ? key : section, before->line);
    seen->line = parser->line;
    HASH_ADD_KEYPTR(hh, parser->seen, seen->name, len + more, seen);
    return 0;
}

static void close_value(struct parser *parser)
{
    const char *s = buf_str(&parser->value);
    size_t len = parser->value.len;

    if (!parser->open)
        return;
    while (len > 0 && is_space(s[len - 1]))
        len--;
    parser->entries[parser->count - 1].value = keep(parser, s, len);
    buf_reset(&parser->value);
    parser->open = false;
}

static int add_line(struct parser *parser, const char *s, size_t len)
{
    if (buf_addstr(&parser->value, "\n") != 0 || buf_add(&parser->value, s, len) != 0)
        return fail(parser, "a value that is too large");
    return 0;
}

static int read_key(struct parser *parser, const char *s, size_t len)
{
    size_t n = 0;

    while (n < len && s[n] != '=' && s[n] != ':')
        n++;
    if (n == len || n == 0)
        return fail(parser, "neither a section, a key with a value nor a comment");
    const char *key = s, *value = s + n + 1;
    size_t key_len = n, value_len = len - n - 1;
    trim(&key, &key_len);
    trim(&value, &value_len);
    parser->entries =
        mem_grow(parser->entries, parser->count, &parser->size, sizeof *parser->entries);
    parser->entries[parser->count++] = (struct ini_entry){.section = parser->section,
                                                          .key = keep(parser, key, key_len),
                                                          .value = "",
                                                          .line = parser->line};
    parser->open = true;
    if (see(parser, parser->section, parser->entries[parser->count - 1].key) != 0)
        return -1;
    return value_len > 0 && buf_add(&parser->value, value, value_len) != 0
               ? fail(parser, "a value that is too large")
               : 0;
}

static int read_line(struct parser *parser, const char *s, size_t len)
{
    const char *start = s;

    trim(&s, &len);
    if (len == 0)
        return parser->open ? add_line(parser, s, 0) : 0;
    if (*s == '#' || *s == ';')
        return 0;
    size_t indent = (size_t)(s - start);
    if (parser->open && indent > parser->indent)
        return add_line(parser, s, len);
    close_value(parser);
    parser->indent = indent;
    if (*s == '[') {
        const char *end = memrchr(s, ']', len);
        if (end == NULL || end == s + 1)
            return fail(parser, "a section without its bracket");
        parser->section = keep(parser, s + 1, (size_t)(end - s - 1));
        return see(parser, parser->section, NULL);
    }
    if (parser->section == NULL)
        return fail(parser, "a line before the first section");
    return read_key(parser, s, len);
}

/* As Python reads text: "\n", "\r\n" or "\r" alone. */
static const char *line_end(const char *data, const char *end)
{
    while (data < end && *data != '\n' && *data != '\r')
        data++;
    return data;
}

int ini_parse(const char *data, size_t len, const char *what, struct arena *arena, struct ini *out,
              struct err *err)
{
    struct parser parser = {.what = what, .arena = arena, .err = err, .value = BUF_INIT(INI_MAX)};
    const char *end = data + len;
    int result = 0;

    if (len > INI_MAX)
        return err_set(err, REASON_TOO_LARGE, "%s: larger than %u bytes", what, INI_MAX);
    if (len >= 3 && memcmp(data, "\xef\xbb\xbf", 3) == 0)
        data += 3;
    if (data < end && memchr(data, '\0', (size_t)(end - data)) != NULL)
        return err_set(err, REASON_PARSE, "%s: a NUL byte; not a text file", what);
    while (result == 0 && data < end) {
        const char *stop = line_end(data, end);
        parser.line++;
        result = read_line(&parser, data, (size_t)(stop - data));
        data = stop + (stop < end) + (stop + 1 < end && stop[0] == '\r' && stop[1] == '\n');
    }
    if (result == 0) {
        close_value(&parser);
        struct ini_entry *entries = arena_array(arena, parser.count + 1, sizeof *entries);
        if (parser.count > 0)
            memcpy(entries, parser.entries, parser.count * sizeof *entries);
        *out = (struct ini){entries, parser.count};
    }
    HASH_CLEAR(hh, parser.seen);
    buf_release(&parser.value);
    free(parser.entries);
    return result;
}

static bool same_key(const char *a, const char *b)
{
    for (; *a != '\0' && *b != '\0'; a++, b++) {
        int ca = *a == '-' ? '_' : tolower((unsigned char)*a);
        int cb = *b == '-' ? '_' : tolower((unsigned char)*b);
        if (ca != cb)
            return false;
    }
    return *a == *b;
}

const struct ini_entry *ini_get(const struct ini *ini, const char *section, const char *key)
{
    for (size_t i = ini->count; i-- > 0;)
        if (strcmp(ini->entries[i].section, section) == 0 && same_key(ini->entries[i].key, key))
            return &ini->entries[i];
    return NULL;
}

const char *ini_value(const struct ini *ini, const char *section, const char *key)
{
    const struct ini_entry *entry = ini_get(ini, section, key);

    return entry != NULL ? entry->value : NULL;
}
