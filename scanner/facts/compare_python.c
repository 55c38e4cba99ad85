/* Python files that a build writes (rows 5 to 7, 10): each is read whole, and must be nothing but
   what the build writes there. */
#include "facts/compare_internal.h"

#include <ctype.h>
#include <string.h>

#include "base/text.h"
#include "facts/names.h"

#define COUNT(array) (sizeof(array) / sizeof *(array))

static bool is_hex(struct compare_text text, size_t least)
{
    size_t n = 0;

    while (n < text.len && isxdigit((unsigned char)text.data[n]) &&
           !isupper((unsigned char)text.data[n]))
        n++;
    return n == text.len && n >= least && n <= 40;
}

/* --- what a version file says of where it comes from ------------------------------------------ */

/* "1.0+gabc1234.d20240101": the commit, and that its tree was changed. */
static void read_local(struct comparison *c, const char *path, struct compare_text text)
{
    const char *plus = memchr(text.data, '+', text.len);
    const char *end = text.data + text.len;

    if (plus == NULL)
        return;
    for (const char *part = plus + 1; part < end;) {
        const char *stop = part;
        while (stop < end && *stop != '.')
            stop++;
        struct compare_text id = {part + 1, stop > part ? (size_t)(stop - part - 1) : 0};
        if (stop > part && *part == 'g' && is_hex(id, 6))
            compare_note_revision(c, path, id.data, id.len, COMPARE_ALARM_REVISION);
        else if (stop - part == 9 && *part == 'd' && is_hex(id, 8))
            compare_note_dirty(c, path, text.data, text.len);
        part = stop + 1;
    }
}

/* Notes what the strings of a version file tell; whether one of them is the release's version. */
static bool read_strings(struct comparison *c, const char *path, const struct pysource *source)
{
    bool version = false;

    for (size_t i = 0; i < source->count; i++) {
        struct compare_text text;
        if (!compare_string(&source->tokens[i], &text) || text.len == 0)
            continue;
        version |= compare_is_version(c, text);
        read_local(c, path, text);
        struct compare_text id =
            *text.data == 'g' ? (struct compare_text){text.data + 1, text.len - 1} : text;
        if (text.len == 40 || *text.data == 'g' ? is_hex(id, 7) : false)
            compare_note_revision(c, path, id.data, id.len, COMPARE_ALARM_REVISION);
        if (text.len < 100 && memmem(text.data, text.len, "dirty", 5) != NULL)
            compare_note_dirty(c, path, text.data, text.len);
    }
    return version;
}

/* --- bindings of literals (row 6) ------------------------------------------------------------- */

struct form {
    const struct pysource *py;
    struct compare_bound bound;
    bool typing; /* inside `if TYPE_CHECKING:` */
};

/* Names that mean something to Python itself. */
static bool is_hook_name(const struct py_token *name)
{
    static const char *const said[] = {"version",   "all",     "commit",   "author", "date",
                                       "build",     "git",     "revision", "sha",    "hash",
                                       "branch",    "release", "doc",      "title",  "license",
                                       "copyright", "email",   "url",      "name",   "status"};

    if (name->len < 2 || memcmp(name->s, "__", 2) != 0)
        return false;
    for (size_t i = 0; i < COUNT(said); i++)
        if (name->len >= strlen(said[i]) + 2 && memcmp(name->s + 2, said[i], strlen(said[i])) == 0)
            return false;
    return true;
}

/* A type: names and what stands in their brackets. Evaluated when the module runs, so no call. */
static bool is_type(const struct pysource *py, struct py_span span)
{
    for (size_t i = span.start; i < span.end; i++) {
        const struct py_token *token = &py->tokens[i];
        if (token->kind != PY_NAME &&
            !(token->kind == PY_OP && token->len == 1 && strchr("[],|.", *token->s) != NULL) &&
            !(token->kind == PY_STRING && i > span.start))
            return false;
        if (token->kind == PY_NAME && (py_is(py, i, "lambda") || py_is(py, i, "for")))
            return false;
    }
    return span.end > span.start;
}

/* NAME or NAME: TYPE, bound from here on. */
static bool is_target(struct form *form, struct py_span span)
{
    const struct py_token *name = &form->py->tokens[span.start];
    size_t colon = py_find(form->py, span, ":");

    if (span.end == span.start || name->kind != PY_NAME || is_hook_name(name))
        return false;
    if (colon < span.end && !is_type(form->py, (struct py_span){colon + 1, span.end}))
        return false;
    return colon == span.start + 1 || (colon == span.end && span.end == span.start + 1);
}

static bool is_binding(struct form *form, struct py_span span)
{
    const struct pysource *py = form->py;
    size_t names[16], count = 0;

    for (;;) {
        size_t equals = py_find(py, span, "=");
        struct py_span part = {span.start, equals};
        if (equals == span.end) {
            bool declared = count == 0 && is_target(form, part) && part.end > part.start + 1;
            bool object = part.end == part.start + 1 && py_is(py, part.start, "object");
            if (!declared && !object && !compare_is_literal(py, part, &form->bound) &&
                !(form->typing && is_type(py, part)))
                return false;
            break;
        }
        if (!is_target(form, part) || count == COUNT(names))
            return false;
        names[count++] = part.start;
        span.start = equals + 1;
    }
    for (size_t i = 0; i < count; i++)
        if (!compare_bind(&form->bound, &py->tokens[names[i]]))
            return false;
    return true;
}

/* from typing import …: nothing runs that is not Python's own. */
static bool is_typing_import(const struct pysource *py, struct py_span span)
{
    static const char *const modules[] = {"typing", "__future__", "typing_extensions"};
    bool known = false;

    if (span.end - span.start < 4 || !py_is(py, span.start, "from") ||
        !py_is(py, span.start + 2, "import"))
        return false;
    for (size_t i = 0; i < COUNT(modules); i++)
        known |= py_is(py, span.start + 1, modules[i]);
    for (size_t i = span.start + 3; i < span.end; i++)
        known &= py->tokens[i].kind == PY_NAME || py_is(py, i, ",") || py_is(py, i, "(") ||
                 py_is(py, i, ")");
    return known;
}

static bool is_docstring(const struct pysource *py, struct py_span span)
{
    return span.end == span.start + 1 && compare_is_literal(py, span, NULL);
}

static bool is_form_statement(struct form *form, const struct py_statement *statement)
{
    const struct pysource *py = form->py;
    struct py_span span = statement->tokens;
    bool one = span.end == span.start + 1;

    if (statement->scope > 0)
        return false;
    if (span.end == span.start + 2 && py_is(py, span.start, "if") &&
        py_is(py, span.start + 1, "TYPE_CHECKING"))
        return form->typing = true;
    if (one && py_is(py, span.start, "else") && form->typing)
        return true;
    if (statement->indent == 0)
        form->typing = false;
    return is_docstring(py, span) || is_typing_import(py, span) ||
           (one && py_is(py, span.start, "pass")) || is_binding(form, span);
}

/* Whether the module does nothing but bind names to literals. */
static bool is_form(const struct pysource *py)
{
    struct form form = {.py = py};

    for (size_t i = 0; i < py->statement_count; i++)
        if (!is_form_statement(&form, &py->statements[i]))
            return false;
    return py->statement_count > 0;
}

/* What makes a version from the tag, as project files name it. */
static const char *const vcs_words[] = {"setuptools_scm",
                                        "setuptools-scm",
                                        "use_scm_version",
                                        "vcs_versioning",
                                        "hatch-vcs",
                                        "hatch_vcs",
                                        "flit_scm",
                                        "flit-scm",
                                        "versioningit",
                                        "versioneer",
                                        "dynamic-versioning",
                                        "git-versioning",
                                        "tool.pdm.version",
                                        "dunamai",
                                        "miniver",
                                        "incremental",
                                        "tool.scikit-build.generate",
                                        "pbr",
                                        NULL};

static enum proof version_found(struct comparison *c, struct compare_member *m)
{
    if (compare_built_with(c, vcs_words))
        return PROOF_HOLDS;
    if (c->pending)
        return PROOF_WAITS;
    m->class = COMPARE_REVIEW;
    m->reason = "states the release's version and nothing that runs; no project file says that the "
                "build makes it";
    return PROOF_HOLDS;
}

enum proof compare_prove_version_file(struct comparison *c, struct compare_member *m,
                                      const struct compare_entry *entry)
{
    struct pysource py;

    if (entry != NULL || !text_ends_with(m->member->path, ".py") || m->member->data == NULL ||
        !compare_python(c, compare_text_of(m->member), &py))
        return PROOF_NONE;
    if (!is_form(&py) || !read_strings(c, m->member->path, &py))
        return PROOF_NONE;
    return version_found(c, m);
}

/* "1.2.3\n" and nothing else, in a file that is no code. */
enum proof compare_prove_version_text(struct comparison *c, struct compare_member *m,
                                      const struct compare_entry *entry)
{
    const char *base = strrchr(m->member->path, '/');

    base = base != NULL ? base + 1 : m->member->path;
    if (entry != NULL || m->member->data == NULL || strcasestr(base, "version") == NULL ||
        !compare_is_version(c, compare_text_of(m->member)))
        return PROOF_NONE;
    return version_found(c, m);
}

/* --- versioneer (row 7) ----------------------------------------------------------------------- */

/* Whether the tokens are these, "$" any string: the strings in order. */
static bool is_template(const struct pysource *py, const char *const *words, size_t count,
                        struct compare_text *strings)
{
    if (py->count != count)
        return false;
    for (size_t i = 0; i < count; i++) {
        if (strcmp(words[i], "$") == 0 ? !compare_string(&py->tokens[i], strings++)
            : *words[i] == '\''
                ? py->tokens[i].kind != PY_STRING || strlen(words[i]) != py->tokens[i].len ||
                      memcmp(words[i], py->tokens[i].s, py->tokens[i].len) != 0
                : !py_is(py, i, words[i]))
            return false;
    }
    return true;
}

static enum proof judge_versioneer(struct comparison *c, struct compare_member *m,
                                   struct compare_text version, struct compare_text revision)
{
    m->reason = "versioneer's file of another version";
    if (!compare_is_version(c, version))
        return PROOF_FAILS;
    if (memmem(revision.data, revision.len, "dirty", 5) != NULL)
        compare_note_dirty(c, m->member->path, revision.data, revision.len);
    struct compare_text id = {revision.data, revision.len < 40 ? revision.len : 40};
    if (is_hex(id, 7))
        compare_note_revision(c, m->member->path, id.data, id.len, COMPARE_ALARM_REVISION);
    m->reason = NULL;
    return PROOF_HOLDS;
}

static enum proof judge_json(struct comparison *c, struct compare_member *m,
                             struct compare_text text)
{
    json_t *root = json_loadb(text.data, text.len, 0, NULL);
    const char *version = json_string_value(json_object_get(root, "version"));
    const char *revision = json_string_value(json_object_get(root, "full-revisionid"));
    enum proof proof = PROOF_FAILS;

    m->reason = "versioneer's file says that there was an error";
    if (version != NULL && json_is_null(json_object_get(root, "error"))) {
        version = arena_strdup(c->arena, version);
        revision = revision != NULL ? arena_strdup(c->arena, revision) : "";
        if (json_is_true(json_object_get(root, "dirty")))
            compare_note_dirty(c, m->member->path, revision, strlen(revision));
        proof = judge_versioneer(c, m, (struct compare_text){version, strlen(version)},
                                 (struct compare_text){revision, strlen(revision)});
    }
    json_decref(root);
    return proof;
}

enum proof compare_prove_versioneer(struct comparison *c, struct compare_member *m,
                                    const struct compare_entry *entry)
{
    static const char *const old[] = {"version_version",
                                      "=",
                                      "$",
                                      "version_full",
                                      "=",
                                      "$",
                                      "def",
                                      "get_versions",
                                      "(",
                                      "default",
                                      "=",
                                      "{",
                                      "}",
                                      ",",
                                      "verbose",
                                      "=",
                                      "False",
                                      ")",
                                      "return",
                                      "{",
                                      "'version'",
                                      ":",
                                      "version_version",
                                      ",",
                                      "'full'",
                                      ":",
                                      "version_full",
                                      "}"};
    static const char *const later[] = {
        "import",       "json", "import", "sys",    "version_json", "=", "$",     "def",
        "get_versions", "(",    ")",      "return", "json",         ".", "loads", "(",
        "version_json", ")"};
    static const char *const newest[] = {
        "import", "json",   "version_json", "=", "$",     "def", "get_versions", "(",
        ")",      "return", "json",         ".", "loads", "(",   "version_json", ")"};
    struct compare_text git, strings[2];
    struct pysource py;

    if ((entry == NULL && !c->wheel) || !text_ends_with(m->member->path, ".py") ||
        m->member->data == NULL || !compare_python(c, compare_text_of(m->member), &py))
        return PROOF_NONE;
    bool is_old = is_template(&py, old, COUNT(old), strings);
    if (!is_old && !is_template(&py, later, COUNT(later), strings) &&
        !is_template(&py, newest, COUNT(newest), strings))
        return PROOF_NONE;
    if (entry != NULL) {
        enum source_result read = compare_read(c, entry->path, &git);
        if (read == SOURCE_PENDING)
            return PROOF_WAITS;
        if (read != SOURCE_FOUND || memmem(git.data, git.len, "get_versions", 12) == NULL)
            return PROOF_NONE;
    }
    return is_old ? judge_versioneer(c, m, strings[0], strings[1]) : judge_json(c, m, strings[0]);
}

/* --- scripts that setuptools wrote into old wheels ----------------------------------------------
 */

bool compare_is_easy_script(struct comparison *c, struct compare_text text, const char *name)
{
    static const char *const words[] = {"__requires__",
                                        "=",
                                        "$",
                                        "import",
                                        "sys",
                                        "from",
                                        "pkg_resources",
                                        "import",
                                        "load_entry_point",
                                        "if",
                                        "__name__",
                                        "==",
                                        "'__main__'",
                                        "sys",
                                        ".",
                                        "exit",
                                        "(",
                                        "load_entry_point",
                                        "(",
                                        "$",
                                        ",",
                                        "'console_scripts'",
                                        ",",
                                        "$",
                                        ")",
                                        "(",
                                        ")",
                                        ")"};
    struct compare_text strings[3];
    struct pysource py;

    if (!compare_python(c, text, &py) || !is_template(&py, words, COUNT(words), strings))
        return false;
    const char *required = arena_strndup(c->arena, strings[0].data, strings[0].len);
    size_t n = strcspn(required, "=");
    return strings[1].len == strings[0].len &&
           memcmp(strings[0].data, strings[1].data, strings[0].len) == 0 &&
           strncmp(required + n, "==", 2) == 0 &&
           names_equal(arena_strndup(c->arena, required, n), c->in->package) &&
           compare_is_version(c,
                              (struct compare_text){required + n + 2, strlen(required) - n - 2}) &&
           strings[2].len == strlen(name) && memcmp(strings[2].data, name, strings[2].len) == 0;
}
