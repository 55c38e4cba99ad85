#include "facts/names.h"

#include <ctype.h>
#include <string.h>

static bool is_separator(char c)
{
    return c == '-' || c == '_' || c == '.';
}

int names_normalise(const char *name, char out[NAME_MAX_BYTES])
{
    char normal[NAME_MAX_BYTES];
    size_t n = 0;

    for (const char *s = name; *s != '\0'; s++) {
        unsigned char c = (unsigned char)*s;
        bool separator = is_separator(*s);
        if ((!separator && (c >= 0x80 || !isalnum(c))) || n + 1 == sizeof normal)
            return -1;
        if (separator && (n == 0 || s[1] == '\0'))
            return -1;
        if (!separator || normal[n - 1] != '-')
            normal[n++] = separator ? '-' : (char)tolower(c);
    }
    if (n == 0)
        return -1;
    normal[n] = '\0';
    memcpy(out, normal, n + 1);
    return 0;
}

bool names_equal(const char *a, const char *b)
{
    char left[NAME_MAX_BYTES], right[NAME_MAX_BYTES];

    return names_normalise(a, left) == 0 && names_normalise(b, right) == 0 &&
           strcmp(left, right) == 0;
}
