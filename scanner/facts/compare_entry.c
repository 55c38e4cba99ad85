/* entry_points.txt against what the project declares (row 2): each becomes a command of whoever
   installs the package. */
#include "facts/compare_internal.h"

#include <ctype.h>
#include <string.h>

/* Without white space and quotes, "name = 'module:call'" reads the same in setup.py, setup.cfg and
   pyproject.toml. */
static char *squeeze(struct comparison *c, struct compare_text text)
{
    char *out = arena_strndup(c->arena, text.data, text.len), *to = out;

    for (size_t i = 0; i < text.len; i++)
        if ((!isspace((unsigned char)out[i]) || out[i] == '\n') && strchr("\"'", out[i]) == NULL)
            *to++ = out[i];
    *to = '\0';
    return out;
}

static bool is_word(char ch)
{
    return isalnum((unsigned char)ch) || ch == '_';
}

/* Whether the text holds it, not as a part of a longer name. */
static bool holds(const char *text, const char *words)
{
    size_t len = strlen(words);

    for (const char *at = strstr(text, words); len > 0 && at != NULL; at = strstr(at + 1, words))
        if ((at == text || !is_word(words[0]) || !is_word(at[-1])) &&
            (!is_word(words[len - 1]) || !is_word(at[len])) && at[len] != '.')
            return true;
    return false;
}

/* Both sides of "name=module:call" stand somewhere, though not together; a number at the end of the
   name may have been computed ("py.test-2.7"). */
static bool holds_apart(struct comparison *c, const char *text, const char *line)
{
    size_t n = strcspn(line, "=");
    const char *target = line[n] == '=' ? line + n + 1 : "";

    while (n > 0 && (isdigit((unsigned char)line[n - 1]) || strchr(".-", line[n - 1]) != NULL))
        n--;
    return holds(text, arena_strndup(c->arena, line, n)) && holds(text, target);
}

enum proof compare_prove_entry_points(struct comparison *c, struct compare_member *m,
                                      const struct compare_entry *entry)
{
    const char *at = m->member->data, *end = at + m->member->len;
    bool apart = false;

    (void)entry;
    if (c->squeezed == NULL) {
        const char *built = compare_built(c);
        c->squeezed = squeeze(c, (struct compare_text){built, strlen(built)});
    }
    if (c->pending)
        return PROOF_WAITS;
    while (at < end) {
        const char *newline = memchr(at, '\n', (size_t)(end - at));
        const char *stop = newline != NULL ? newline : end;
        const char *line = squeeze(c, (struct compare_text){at, (size_t)(stop - at)});
        at = newline != NULL ? newline + 1 : end;
        if (*line == '\0' || *line == '[' || *line == '#' || holds(c->squeezed, line))
            continue;
        if (!holds_apart(c, c->squeezed, line)) {
            m->reason = arena_printf(c->arena, "no project file of the commit declares %s", line);
            return PROOF_FAILS;
        }
        apart = true;
    }
    if (apart) {
        m->class = COMPARE_REVIEW;
        m->reason = "an entry point that the project's files name only in parts";
    }
    return PROOF_HOLDS;
}
