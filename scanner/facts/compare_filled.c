/* Files that differ from the tree's in nothing but what a build fills in (rows 4 and 10). */
#include "facts/compare_internal.h"

#include <ctype.h>
#include <string.h>

#include "base/text.h"

/* --- only a placeholder became the version
 * --------------------------------------------------------
 */

/* "0.0.0", "0.dev0", "unknown": what nobody releases. */
static bool is_placeholder(struct compare_text text)
{
    bool number = text.len > 0 && *text.data >= '0' && *text.data <= '9';

    for (size_t i = 0; i < text.len && number; i++)
        if (text.data[i] >= '1' && text.data[i] <= '9')
            return false;
    return text.len < 40;
}

enum proof compare_prove_version_only(struct comparison *c, struct compare_member *m,
                                      const struct compare_entry *entry)
{
    struct pysource git, out;
    struct compare_text text, value, held;
    size_t differ = 0;

    if (entry == NULL || !text_ends_with(m->member->path, ".py") || m->member->data == NULL ||
        !compare_python(c, compare_text_of(m->member), &out))
        return PROOF_NONE;
    enum proof read = compare_read_entry(c, entry, &text);
    if (read != PROOF_HOLDS)
        return read;
    if (!compare_python(c, text, &git) || git.count != out.count)
        return PROOF_NONE;
    for (size_t i = 0; i < git.count; i++) {
        if (compare_same_token(&git.tokens[i], &out.tokens[i]))
            continue;
        if (!compare_string(&git.tokens[i], &held) || !is_placeholder(held) ||
            !compare_string(&out.tokens[i], &value) || !compare_is_version(c, value))
            return PROOF_NONE;
        differ++;
    }
    for (size_t i = 0; i < git.statement_count && i < out.statement_count; i++)
        if (git.statements[i].indent != out.statements[i].indent)
            return PROOF_NONE;
    return differ > 0 ? PROOF_HOLDS : PROOF_NONE;
}

/* --- git's bytes, and a tail of assignments ----------------------------------------------------
 */

static bool has_name(const struct pysource *py, const struct py_token *name)
{
    for (size_t i = 0; i < py->count; i++)
        if (compare_same_token(&py->tokens[i], name))
            return true;
    return false;
}

enum proof compare_prove_tail(struct comparison *c, struct compare_member *m,
                              const struct compare_entry *entry)
{
    struct compare_text text, out = compare_text_of(m->member);
    struct compare_bound bound = {0};
    struct pysource git, tail;

    if (entry == NULL || !text_ends_with(m->member->path, ".py") || out.data == NULL)
        return PROOF_NONE;
    enum proof read = compare_read_entry(c, entry, &text);
    if (read != PROOF_HOLDS)
        return read;
    if (text.len == 0 || text.len >= out.len || memcmp(text.data, out.data, text.len) != 0 ||
        text.data[text.len - 1] != '\n' || !compare_python(c, text, &git))
        return PROOF_NONE;
    out = (struct compare_text){out.data + text.len, out.len - text.len};
    if (!compare_python(c, out, &tail) || tail.statement_count == 0)
        return PROOF_NONE;
    for (size_t i = 0; i < tail.statement_count; i++) {
        const struct py_statement *statement = &tail.statements[i];
        if (statement->indent > 0 || !compare_is_assignment(&tail, statement->tokens, &bound) ||
            !has_name(&git, &tail.tokens[statement->tokens.start]))
            return PROOF_NONE;
    }
    return PROOF_HOLDS;
}

/* --- row 10: a template of the tree, filled in ---------------------------------------------------
 */

/* "@prefix@" of "a @prefix@/b" at `at`: its length; 0. */
static size_t place_length(const char *at, const char *end)
{
    size_t n = 1;

    if (at == end || *at != '@')
        return 0;
    while (at + n < end && (isalnum((unsigned char)at[n]) || strchr("_.-", at[n]) != NULL))
        n++;
    return n > 1 && at + n < end && at[n] == '@' ? n + 1 : 0;
}

#define STEPS_MAX 4000000 /* of one text: what a place may hold is tried byte by byte */

/* Whether `out` is `in` with something of one line at each of its places. */
static bool is_filled(struct compare_text in, struct compare_text out)
{
    const char *i = in.data, *in_end = i + in.len, *o = out.data, *out_end = o + out.len;
    const char *place = NULL, *from = NULL; /* behind the last place; what may yet belong to it */

    for (size_t steps = 0; o < out_end; steps++) {
        size_t n = i < in_end ? place_length(i, in_end) : 0;
        if (n > 0) {
            i += n;
            place = i;
            from = o;
        } else if (i < in_end && *i == *o) {
            i++;
            o++;
        } else if (place != NULL && *from != '\n' && steps < STEPS_MAX) {
            i = place;
            o = ++from;
        } else {
            return false;
        }
    }
    while (i < in_end && place_length(i, in_end) > 0)
        i += place_length(i, in_end);
    return i == in_end;
}

/* Whether nothing but strings differs, each as its place was filled in: data, whatever it says. */
static bool is_filled_python(const struct pysource *in, const struct pysource *out)
{
    size_t filled = 0;

    if (in->count != out->count || in->statement_count != out->statement_count)
        return false;
    for (size_t i = 0; i < in->count; i++) {
        const struct py_token *a = &in->tokens[i], *b = &out->tokens[i];
        if (compare_same_token(a, b))
            continue;
        if (a->kind != PY_STRING || b->kind != PY_STRING || memchr(a->s, '@', a->len) == NULL ||
            !is_filled((struct compare_text){a->s, a->len}, (struct compare_text){b->s, b->len}))
            return false;
        filled++;
    }
    for (size_t i = 0; i < in->statement_count; i++)
        if (in->statements[i].indent != out->statements[i].indent)
            return false;
    return filled > 0;
}

enum proof compare_prove_template(struct comparison *c, struct compare_member *m,
                                  const struct compare_entry *entry)
{
    const char *path = c->wheel ? compare_rooted(c, compare_installed(c, m->member->path))
                                : arena_printf(c->arena, "%s%s", c->out->prefix, m->member->path);
    const struct compare_entry *template =
        compare_tree_find(c->in->commit.tree, arena_printf(c->arena, "%s.in", path));
    struct compare_text out, in;
    struct pysource from, to;

    (void)entry;
    if (template == NULL || m->member->data == NULL)
        return PROOF_NONE;
    enum proof read = compare_read_entry(c, template, &in);
    if (read != PROOF_HOLDS)
        return read;
    in = compare_lf(c, in);
    out = compare_lf(c, compare_text_of(m->member));
    bool good = text_ends_with(path, ".py")
                    ? compare_python(c, in, &from) && compare_python(c, out, &to) &&
                          is_filled_python(&from, &to)
                    : m->importance == COMPARE_OTHER && compare_is_text(out) && is_filled(in, out);
    if (!good)
        return PROOF_NONE;
    m->git_path = template->path;
    return PROOF_HOLDS;
}

/* --- row 10: what maturin writes beside a module that is nothing but compiled -------------------
 */

enum proof compare_prove_maturin_stub(struct comparison *c, struct compare_member *m,
                                      const struct compare_entry *entry)
{
    static const char *const maturin[] = {"maturin", NULL};
    const char *path = m->member->path, *slash = strchr(path, '/');
    struct pysource stub, out;

    (void)entry;
    if (!c->wheel || !c->platform || slash == NULL || m->member->data == NULL ||
        strcmp(slash, "/__init__.py") != 0)
        return PROOF_NONE;
    if (!compare_built_with(c, maturin))
        return c->built == NULL ? PROOF_WAITS : PROOF_NONE;
    const char *name = arena_strndup(c->arena, path, (size_t)(slash - path));
    const char *text = arena_printf(c->arena,
                                    "from .%s import *\n__doc__ = %s.__doc__\n"
                                    "if hasattr(%s, \"__all__\"):\n    __all__ = %s.__all__\n",
                                    name, name, name, name);
    return compare_python(c, (struct compare_text){text, strlen(text)}, &stub) &&
                   compare_python(c, compare_lf(c, compare_text_of(m->member)), &out) &&
                   compare_same_code(&stub, &out)
               ? PROOF_HOLDS
               : PROOF_NONE;
}

/* --- row 10: licence texts that a plug-in of the build adds --------------------------------------
 */

enum proof compare_prove_licensed(struct comparison *c, struct compare_member *m,
                                  const struct compare_entry *entry)
{
    static const char *const plugin[] = {"coherent.licensed", NULL};

    (void)entry;
    if (m->member->data == NULL || !compare_is_text(compare_text_of(m->member)))
        return PROOF_NONE;
    return compare_built_with(c, plugin) ? PROOF_HOLDS
           : c->built == NULL            ? PROOF_WAITS
                                         : PROOF_NONE;
}
