#include "facts/changelog.h"

#include <string.h>

/* Code units of UTF-16 as UTF-8; a lone surrogate becomes U+FFFD. */
static size_t decode_utf16(const unsigned char *s, size_t len, bool big, char *out)
{
    size_t n = 0;

    for (size_t i = 0; i + 1 < len; i += 2) {
        unsigned c = big ? s[i] * 256u + s[i + 1] : s[i + 1] * 256u + s[i];
        unsigned low = i + 3 >= len ? 0
                       : big        ? s[i + 2] * 256u + s[i + 3]
                                    : s[i + 3] * 256u + s[i + 2];
        if (c >= 0xd800 && c < 0xdc00 && low >= 0xdc00 && low < 0xe000) {
            c = 0x10000 + (c - 0xd800) * 0x400 + (low - 0xdc00);
            i += 2;
        } else if (c >= 0xd800 && c < 0xe000) {
            c = 0xfffd;
        }
        if (c >= 0x10000)
            out[n++] = (char)(0xf0 | c >> 18);
        if (c >= 0x800)
            out[n++] =
                (char)((c >= 0x10000 ? 0x80 : 0xe0) | (c >> 12 & (c >= 0x10000 ? 0x3f : 0x0f)));
        if (c >= 0x80)
            out[n++] = (char)((c >= 0x800 ? 0x80 : 0xc0) | (c >> 6 & (c >= 0x800 ? 0x3f : 0x1f)));
        out[n++] = (char)(c >= 0x80 ? 0x80 | (c & 0x3f) : c);
    }
    return n;
}

bool changelog_text(const char **data, size_t *len, struct arena *arena)
{
    const unsigned char *s = (const unsigned char *)*data;
    bool little = *len >= 2 && s[0] == 0xff && s[1] == 0xfe;
    bool big = *len >= 2 && s[0] == 0xfe && s[1] == 0xff;

    if (little || big) {
        char *text = arena_alloc(arena, *len / 2 * 3 + 1);
        *len = decode_utf16(s + 2, *len - 2, big, text);
        *data = text;
    } else if (*len >= 3 && memcmp(s, "\xef\xbb\xbf", 3) == 0) {
        *data += 3;
        *len -= 3;
    }
    if (memchr(*data, '\0', *len) != NULL)
        return false;
    if (memchr(*data, '\n', *len) == NULL && memchr(*data, '\r', *len) != NULL) {
        char *text = arena_strndup(arena, *data, *len);
        for (size_t i = 0; i < *len; i++)
            text[i] = text[i] == '\r' ? '\n' : text[i];
        *data = text;
    }
    return true;
}
