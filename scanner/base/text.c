#include "base/text.h"

#include <stdint.h>
#include <stdio.h>
#include <string.h>

static uint32_t decode(const char *s, size_t n)
{
    const unsigned char *u = (const unsigned char *)s;

    switch (n) {
    case 1:
        return u[0];
    case 2:
        return (uint32_t)(u[0] & 0x1f) << 6 | (u[1] & 0x3f);
    case 3:
        return (uint32_t)(u[0] & 0x0f) << 12 | (uint32_t)(u[1] & 0x3f) << 6 | (u[2] & 0x3f);
    default:
        return (uint32_t)(u[0] & 0x07) << 18 | (uint32_t)(u[1] & 0x3f) << 12 |
               (uint32_t)(u[2] & 0x3f) << 6 | (u[3] & 0x3f);
    }
}

size_t text_utf8_len(const char *s, size_t left)
{
    static const uint32_t smallest[] = {0, 0, 0x80, 0x800, 0x10000};
    if (left == 0)
        return 0;
    unsigned char c = (unsigned char)*s;
    size_t n = c < 0x80                ? 1
               : c >= 0xc2 && c < 0xe0 ? 2
               : c >= 0xe0 && c < 0xf0 ? 3
               : c >= 0xf0 && c < 0xf5 ? 4
                                       : 0;

    if (n == 0 || n > left)
        return 0;
    for (size_t i = 1; i < n; i++)
        if (((unsigned char)s[i] & 0xc0) != 0x80)
            return 0;
    uint32_t cp = decode(s, n);
    if (cp < smallest[n] || cp > 0x10ffff || (cp >= 0xd800 && cp <= 0xdfff))
        return 0;
    return n;
}

bool text_is_ascii(const char *s)
{
    while ((unsigned char)*s < 0x80 && *s != '\0')
        s++;
    return *s == '\0';
}

bool text_is_utf8(const char *s, size_t len)
{
    for (size_t i = 0; i < len;) {
        size_t n = s[i] == '\0' ? 0 : text_utf8_len(s + i, len - i);
        if (n == 0)
            return false;
        i += n;
    }
    return true;
}

/* C0, DEL, C1, line separators, marks that reorder what a reader sees, and tags that nobody sees.
 */
static bool is_dangerous(uint32_t cp)
{
    return cp < 0x20 || (cp >= 0x7f && cp < 0xa0) || cp == 0x2028 || cp == 0x2029 ||
           (cp >= 0x200b && cp <= 0x200f) || (cp >= 0x202a && cp <= 0x202e) ||
           (cp >= 0x2066 && cp <= 0x2069) || cp == 0x061c || cp == 0xfeff ||
           (cp >= 0xe0000 && cp <= 0xe007f);
}

size_t text_escape(const char *in, size_t len, char *out, size_t size)
{
    size_t o = 0;

    if (size == 0)
        return 0;
    for (size_t i = 0; i < len;) {
        char piece[12];
        size_t n = text_utf8_len(in + i, len - i);
        size_t take = n == 0 ? 1 : n;
        size_t plen;
        if (n == 0 || (n == 1 && is_dangerous((unsigned char)in[i])))
            plen = (size_t)snprintf(piece, sizeof piece, "\\x%02x", (unsigned char)in[i]);
        else if (is_dangerous(decode(in + i, n)))
            plen = (size_t)snprintf(piece, sizeof piece, "\\u%04x", decode(in + i, n));
        else
            memcpy(piece, in + i, plen = n);
        if (o + plen + 1 > size)
            break;
        memcpy(out + o, piece, plen);
        o += plen;
        i += take;
    }
    out[o] = '\0';
    return o;
}

size_t text_columns(const char *s)
{
    size_t columns = 0;

    for (; *s != '\0'; s++)
        if (((unsigned char)*s & 0xc0) != 0x80)
            columns++;
    return columns;
}

bool text_starts_with(const char *s, const char *prefix)
{
    return strncmp(s, prefix, strlen(prefix)) == 0;
}

bool text_ends_with(const char *s, const char *suffix)
{
    size_t n = strlen(s), m = strlen(suffix);

    return n >= m && memcmp(s + n - m, suffix, m) == 0;
}

size_t text_without_slashes(const char *s)
{
    size_t len = strlen(s);

    while (len > 0 && s[len - 1] == '/')
        len--;
    return len;
}

#define NEAREST_MAX      64
#define ABBREVIATION_MIN 3 /* letters; fewer begin too many words */

static size_t edit_distance(const char *a, const char *b)
{
    size_t row[NEAREST_MAX + 1];
    size_t la = strlen(a), lb = strlen(b);

    if (la > NEAREST_MAX || lb > NEAREST_MAX)
        return SIZE_MAX;
    for (size_t j = 0; j <= lb; j++)
        row[j] = j;
    for (size_t i = 1; i <= la; i++) {
        size_t diagonal = row[0];
        row[0] = i;
        for (size_t j = 1; j <= lb; j++) {
            size_t best = diagonal + (a[i - 1] != b[j - 1]);
            diagonal = row[j];
            if (row[j] + 1 < best)
                best = row[j] + 1;
            if (row[j - 1] + 1 < best)
                best = row[j - 1] + 1;
            row[j] = best;
        }
    }
    return row[lb];
}

const char *text_nearest(const char *word, const char *const *candidates)
{
    const char *best = NULL, *longer = NULL;
    size_t limit = strlen(word) / 3 + 2;

    for (; *candidates != NULL; candidates++) {
        size_t d = edit_distance(word, *candidates);
        if (d < limit) {
            limit = d;
            best = *candidates;
        }
        if (longer == NULL && strlen(word) >= ABBREVIATION_MIN &&
            text_starts_with(*candidates, word))
            longer = *candidates;
    }
    return best != NULL ? best : longer;
}
