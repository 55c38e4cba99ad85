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

/* Whether a project file names the group; its tables have names of their own for two of them. */
static bool is_known_group(struct comparison *c, const char *line)
{
    char *name = arena_strdup(c->arena, line + 1);

    name[strcspn(name, "]")] = '\0';
    return strcmp(name, "console_scripts") == 0 || strcmp(name, "gui_scripts") == 0 ||
           holds(c->squeezed, name) ||
           holds(c->squeezed, arena_printf(c->arena, "%s.", name)); /* group.name = "…" of TOML */
}

enum proof compare_prove_entry(struct comparison *c, struct compare_member *m,
                               struct compare_text text)
{
    if (c->squeezed == NULL) {
        const char *built = compare_built(c);
        if (c->built == NULL)
            return PROOF_WAITS;
        c->squeezed = squeeze(c, (struct compare_text){built, strlen(built)});
    }
    const char *line = squeeze(c, text);
    if (*line == '\0' || *line == '#')
        return PROOF_HOLDS;
    if (*line == '[' ? is_known_group(c, line) : holds(c->squeezed, line))
        return PROOF_HOLDS;
    if (*line == '[' || !holds_apart(c, c->squeezed, line)) {
        m->reason = arena_printf(c->arena, "no project file of the commit declares %s", line);
        return PROOF_FAILS;
    }
    m->class = COMPARE_REVIEW;
    m->reason = "an entry point that the project's files name only in parts";
    return PROOF_HOLDS;
}

enum proof compare_prove_entry_points(struct comparison *c, struct compare_member *m,
                                      const struct compare_entry *entry)
{
    struct compare_text rest = {m->member->data, m->member->len}, line;
    enum proof all = PROOF_HOLDS;

    (void)entry;
    while (all != PROOF_FAILS && compare_take_line(&rest, &line))
        all = compare_worse(all, compare_prove_entry(c, m, line));
    return all;
}
