/* setup.py as backends write it (row 5). */
#include "facts/compare_internal.h"

#include <string.h>

#include "base/text.h"

/* --- generated: nothing but literals, given to setup() -----------------------------------------
 */

static bool says(const struct pysource *py, struct py_span span, const char *const *words,
                 size_t count)
{
    if (span.end - span.start != count)
        return false;
    for (size_t i = 0; i < count; i++)
        if (!py_is(py, span.start + i, words[i]))
            return false;
    return true;
}

static bool is_setup_import(const struct pysource *py, struct py_span span)
{
    static const char *const setuptools[] = {"from", "setuptools", "import", "setup"};
    static const char *const distutils[] = {"from", "distutils", ".", "core", "import", "setup"};

    return says(py, span, setuptools, 4) || says(py, span, distutils, 6);
}

/* `setup(name="x", …)` or `setup(**setup_kwargs)`. */
static bool is_setup_call(const struct pysource *py, struct py_span span,
                          const struct compare_bound *bound)
{
    struct py_span item;
    size_t at = span.start + 2;

    if (span.end - span.start < 3 || !py_is(py, span.start, "setup") ||
        !py_is(py, span.start + 1, "(") || py_skip_brackets(py, span.start + 1) != span.end)
        return false;
    while (py_next_item(py, &at, span.end - 1, &item)) {
        bool spread = py_is(py, item.start, "**");
        bool named = item.end - item.start > 2 && py->tokens[item.start].kind == PY_NAME &&
                     py_is(py, item.start + 1, "=");
        if (!spread && !named)
            return false;
        item.start += spread ? 1 : 2;
        if (!compare_is_literal(py, item, bound))
            return false;
    }
    return true;
}

/* The string that 'version': or version= is followed by. */
static bool version_is_release(const struct comparison *c, const struct pysource *py)
{
    size_t found = 0, right = 0;

    for (size_t i = 0; i + 2 < py->count; i++) {
        struct compare_text key, value;
        bool named = py_is(py, i, "version") && py_is(py, i + 1, "=");
        bool keyed = compare_string(&py->tokens[i], &key) && key.len == 7 &&
                     memcmp(key.data, "version", 7) == 0 && py_is(py, i + 1, ":");
        if (!named && !keyed)
            continue;
        found++;
        right += compare_string(&py->tokens[i + 2], &value) && compare_is_version(c, value);
    }
    return found == 1 && right == 1;
}

/* --- … and what those literals ask for ----------------------------------------------------------
 */

static bool is_word(struct compare_text text, const char *word)
{
    return text.len == strlen(word) && memcmp(text.data, word, text.len) == 0;
}

/* What makes setuptools fetch or run something before the package is there. */
static bool is_refused(struct compare_text key)
{
    static const char *const keys[] = {"setup_requires",   "dependency_links", "options",
                                       "command_options",  "script_args",      "script_name",
                                       "command_packages", "cmdclass"};

    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
        if (is_word(key, keys[i]))
            return true;
    return false;
}

/* Strings that are no keys: requirements or entry points, each of which the project declares. */
static enum proof judge_strings(struct comparison *c, struct compare_member *m,
                                const struct pysource *py, struct py_span span, bool entries)
{
    enum proof all = PROOF_HOLDS;
    struct compare_text text;

    for (size_t i = span.start; i < span.end && all != PROOF_FAILS; i++) {
        if (py->tokens[i].kind != PY_STRING || py_is(py, i + 1, ":"))
            continue;
        if (!compare_string(&py->tokens[i], &text))
            return PROOF_FAILS;
        all = compare_worse(all, entries ? compare_prove_entry(c, m, text)
                                         : compare_prove_requirement(c, m, text));
    }
    return all;
}

/* One argument of setup(), or a name that is bound for it. */
static enum proof judge_argument(struct comparison *c, struct compare_member *m,
                                 const struct pysource *py, struct compare_text key,
                                 struct py_span value)
{
    const struct py_token *token = &py->tokens[value.start];
    struct compare_text name = {token->s, token->len};
    bool constant = name.len > 0 && strchr("NTF", *name.data) != NULL; /* None, True, False */

    if (is_refused(key))
        return PROOF_FAILS;
    if (value.end == value.start + 1 && token->kind == PY_NAME && !constant &&
        !(name.len == key.len && memcmp(name.data, key.data, key.len) == 0) &&
        !(is_word(key, "py_modules") && is_word(name, "modules")))
        return PROOF_FAILS;
    if (is_word(key, "install_requires") || is_word(key, "extras_require") ||
        is_word(key, "tests_require"))
        return judge_strings(c, m, py, value, false);
    return is_word(key, "entry_points") ? judge_strings(c, m, py, value, true) : PROOF_HOLDS;
}

/* The arguments between two brackets: `key=value`, `"key": value`, `**name`. */
static enum proof judge_arguments(struct comparison *c, struct compare_member *m,
                                  const struct pysource *py, struct py_span inside)
{
    enum proof all = PROOF_HOLDS;
    struct py_span item;
    size_t at = inside.start;

    while (all != PROOF_FAILS && py_next_item(py, &at, inside.end, &item)) {
        const struct py_token *token = &py->tokens[item.start];
        struct compare_text key = {token->s, token->len};
        if (py_is(py, item.start, "**"))
            continue;
        if (item.end < item.start + 3 || (token->kind == PY_STRING && !compare_string(token, &key)))
            return PROOF_FAILS;
        item.start += 2;
        all = compare_worse(all, judge_argument(c, m, py, key, item));
    }
    return all;
}

static enum proof judge_statement(struct comparison *c, struct compare_member *m,
                                  const struct pysource *py, struct py_span span, bool call)
{
    struct py_span value = {span.start + 2, span.end};
    const struct py_token *name = &py->tokens[span.start];

    if (call)
        return judge_arguments(c, m, py, (struct py_span){span.start + 2, span.end - 1});
    if (py_is(py, span.start, "setup_kwargs"))
        return py_is(py, value.start, "{")
                   ? judge_arguments(c, m, py, (struct py_span){value.start + 1, span.end - 1})
                   : PROOF_FAILS;
    return judge_argument(c, m, py, (struct compare_text){name->s, name->len}, value);
}

/* `from build import *` and `build(setup_kwargs)`, where build.py is the project's own. */
static enum proof judge_script(struct comparison *c, const struct pysource *py, struct py_span span)
{
    static const char *const call[] = {"build", "(", "setup_kwargs", ")"};
    const struct compare_declared *declared = compare_declared(c);

    if (says(py, span, call, 4))
        return PROOF_HOLDS;
    if (declared == NULL)
        return PROOF_WAITS;
    const char *const import[] = {"from", declared->script, "import", "*"};
    return declared->script != NULL && says(py, span, import, 4) ? PROOF_HOLDS : PROOF_FAILS;
}

static enum proof judge_generated(struct comparison *c, struct compare_member *m,
                                  const struct pysource *py)
{
    static const char *const more = "a setup.py that the repository does not have, and more than "
                                    "a backend writes";
    struct compare_bound bound = {0};
    enum proof all = PROOF_HOLDS;
    size_t calls = 0;

    for (size_t i = 0; i < py->statement_count && all != PROOF_FAILS; i++) {
        const struct py_statement *statement = &py->statements[i];
        bool call = is_setup_call(py, statement->tokens, &bound);
        calls += call;
        if (!call && is_setup_import(py, statement->tokens) && statement->indent == 0)
            continue;
        if (statement->indent > 0)
            all = PROOF_FAILS;
        else if (call || compare_is_assignment(py, statement->tokens, &bound))
            all = compare_worse(all, judge_statement(c, m, py, statement->tokens, call));
        else
            all = compare_worse(all, judge_script(c, py, statement->tokens));
    }
    if (all != PROOF_HOLDS) {
        m->reason = m->reason != NULL ? m->reason : more;
        return all;
    }
    if (calls == 1 && version_is_release(c, py))
        return PROOF_HOLDS;
    m->reason = "a generated setup.py of another version";
    return PROOF_FAILS;
}

/* --- rewritten: use_scm_version=… become version="V" -------------------------------------------
 */

/* The end of the argument that starts at `at`: a comma or the bracket that closes the call. */
static size_t argument_end(const struct pysource *py, size_t at)
{
    while (at < py->count && !py_is(py, at, ",") && !py_is(py, at, ")"))
        at = py_is(py, at, "(") || py_is(py, at, "[") || py_is(py, at, "{")
                 ? py_skip_brackets(py, at)
                 : at + 1;
    return at;
}

static bool is_scm_rewrite(const struct comparison *c, const struct pysource *git,
                           const struct pysource *out)
{
    size_t i = 0, k = 0, replaced = 0;

    while (i < git->count && k < out->count) {
        struct compare_text value;
        if (compare_same_token(&git->tokens[i], &out->tokens[k])) {
            i++;
            k++;
            continue;
        }
        if (!py_is(git, i, "use_scm_version") || !py_is(out, k, "version") ||
            !py_is(out, k + 1, "=") || k + 2 >= out->count ||
            !compare_string(&out->tokens[k + 2], &value) || !compare_is_version(c, value))
            return false;
        i = argument_end(git, i);
        k += 3;
        replaced++;
    }
    return i == git->count && k == out->count && replaced == 1;
}

/* poetry puts its own in the place of the repository's. */
static enum proof prove_replaced(struct comparison *c, struct compare_member *m,
                                 const struct pysource *out)
{
    const struct compare_declared *declared = compare_declared(c);

    if (declared == NULL)
        return PROOF_WAITS;
    enum proof proof = declared->poetry ? judge_generated(c, m, out) : PROOF_NONE;
    if (proof != PROOF_FAILS)
        return proof;
    m->reason = NULL;
    return PROOF_NONE;
}

enum proof compare_prove_setup_py(struct comparison *c, struct compare_member *m,
                                  const struct compare_entry *entry)
{
    struct pysource git, out;
    struct compare_text text;

    if (m->member->data == NULL || !compare_python(c, compare_text_of(m->member), &out))
        return PROOF_NONE;
    if (entry == NULL)
        return judge_generated(c, m, &out);
    enum proof read = compare_read_entry(c, entry, &text);
    if (read != PROOF_HOLDS)
        return read;
    return compare_python(c, text, &git) && is_scm_rewrite(c, &git, &out)
               ? PROOF_HOLDS
               : prove_replaced(c, m, &out);
}
