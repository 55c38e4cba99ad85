/* Requirements that the build notes (Requires-Dist, requires.txt) against those that the project
   declares (rows 1 and 2): each is installed with the package. Source of the forms: PEP 508, PEP
   621, core metadata. */
#include "facts/compare_internal.h"

#include <ctype.h>
#include <string.h>

#include "base/buf.h"
#include "base/text.h"
#include "facts/names.h"
#include "facts/toml.h"

#define FILES_MAX 64         /* that are searched for a requirement */
#define TEXT_MAX  (2u << 20) /* of all of them */
#define ASKED_MAX 2000       /* requirements that are looked for */

/* --- what is declared ------------------------------------------------------------------------- */

static bool is_name_byte(char ch)
{
    return isalnum((unsigned char)ch) || strchr("-_.", ch) != NULL;
}

static size_t name_length(const char *s, const char *end)
{
    size_t n = 0;

    while (s + n < end && s[n] != '\0' && is_name_byte(s[n]))
        n++;
    return n;
}

static void add_name(struct compare_declared *declared, const char *spec)
{
    char name[NAME_MAX_BYTES], plain[NAME_MAX_BYTES];
    size_t n = name_length(spec, spec + strlen(spec));

    if (n == 0 || n >= sizeof plain)
        return;
    memcpy(plain, spec, n);
    plain[n] = '\0';
    if (names_normalise(plain, name) == 0)
        json_object_set_new(declared->names, name, json_true());
}

static void add_list(struct compare_declared *declared, const json_t *list)
{
    size_t i;
    json_t *item;

    json_array_foreach(list, i, item) if (json_is_string(item))
        add_name(declared, json_string_value(item));
}

static bool is_dynamic(const json_t *project, const char *field)
{
    size_t i;
    json_t *item;

    json_array_foreach(json_object_get(project, "dynamic"), i, item)
    {
        const char *name = json_string_value(item);
        if (name != NULL && strcmp(name, field) == 0)
            return true;
    }
    return false;
}

/* Whether the tables declare all requirements there can be. */
static bool read_tables(struct compare_declared *declared, const json_t *root)
{
    const json_t *project = json_object_get(root, "project");
    const json_t *poetry = json_object_get(json_object_get(root, "tool"), "poetry");
    const char *key;
    json_t *value;

    add_list(declared, json_object_get(project, "dependencies"));
    json_object_foreach(json_object_get(project, "optional-dependencies"), key, value)
        add_list(declared, value);
    json_object_foreach(json_object_get(poetry, "dependencies"), key, value)
        add_name(declared, key);
    declared->poetry = json_is_object(poetry);
    if (project != NULL)
        return !is_dynamic(project, "dependencies") &&
               !is_dynamic(project, "optional-dependencies");
    return json_object_get(poetry, "name") != NULL;
}

static bool in_tree(struct comparison *c, const char *name)
{
    return compare_tree_find(c->in->commit.tree,
                             arena_printf(c->arena, "%s%s", c->out->prefix, name)) != NULL;
}

/* `build = "build.py"` or `build = { script = "build.py" }` of [tool.poetry]. */
static const char *script_of(struct comparison *c, const json_t *root)
{
    const json_t *build =
        json_object_get(json_object_get(json_object_get(root, "tool"), "poetry"), "build");
    const char *name =
        json_string_value(json_is_object(build) ? json_object_get(build, "script") : build);

    return name != NULL && text_ends_with(name, ".py") && in_tree(c, name)
               ? arena_strndup(c->arena, name, strlen(name) - 3)
               : NULL;
}

/* requirements.txt and the like, which a setup.py or a plug-in reads. */
static bool is_list_of_them(const char *path)
{
    const char *slash = strrchr(path, '/');

    return (text_ends_with(path, ".txt") || text_ends_with(path, ".in")) &&
           (strcasestr(slash != NULL ? slash : path, "requ") != NULL ||
            strstr(path, "require") != NULL || strcasestr(path, "depend") != NULL);
}

/* False when one of them is on its way. */
static bool read_lists(struct comparison *c, struct buf *text)
{
    const struct compare_tree *tree = c->in->commit.tree;
    const size_t prefix = strlen(c->out->prefix);
    bool here = true;

    for (size_t i = 0, files = 0; i < tree->count && files < FILES_MAX; i++) {
        const char *path = tree->entries[i].path;
        struct compare_text found;
        if (strncmp(path, c->out->prefix, prefix) != 0 || !is_list_of_them(path + prefix))
            continue;
        files++;
        enum proof read = compare_read_entry(c, &tree->entries[i], &found);
        here &= read != PROOF_WAITS;
        if (read == PROOF_HOLDS &&
            (buf_add(text, found.data, found.len) != 0 || buf_addstr(text, "\n") != 0))
            break; /* what is not read declares nothing */
    }
    return here;
}

struct compare_declared *compare_declared(struct comparison *c)
{
    struct compare_declared *declared = &c->declared;
    struct buf text = BUF_INIT(TEXT_MAX);
    const char *path = arena_printf(c->arena, "%spyproject.toml", c->out->prefix);
    struct compare_text file;
    struct err err = {0};
    json_t *root = NULL;

    if (declared->text != NULL)
        return declared;
    bool fits = buf_addstr(&text, compare_built(c)) == 0;
    if (c->built != NULL && fits && read_lists(c, &text)) {
        if (in_tree(c, "pyproject.toml") && compare_read(c, path, &file) == SOURCE_FOUND)
            toml_parse(file.data, file.len, path, &root, &err);
        declared->names = json_object();
        declared->all =
            read_tables(declared, root) && !in_tree(c, "setup.py") && !in_tree(c, "setup.cfg");
        declared->script = script_of(c, root);
        declared->text = arena_strdup(c->arena, buf_str(&text));
    } else if (!fits) {
        declared->text = "";
    }
    json_decref(root);
    buf_release(&text);
    return declared->text != NULL ? declared : NULL;
}

void compare_requires_end(struct comparison *c)
{
    json_decref(c->declared.names);
}

/* --- one requirement -------------------------------------------------------------------------- */

static bool same_name_byte(char a, char b)
{
    bool joins = strchr("-_.", a) != NULL && a != '\0';

    return joins ? strchr("-_.", b) != NULL && b != '\0'
                 : tolower((unsigned char)a) == tolower((unsigned char)b);
}

/* Whether the name stands there, not as a part of a longer one. */
static bool stands_in(const char *text, const char *name, size_t len)
{
    for (const char *at = text; *at != '\0'; at++) {
        size_t n = 0;
        while (n < len && at[n] != '\0' && same_name_byte(name[n], at[n]))
            n++;
        if (n == len && !(at > text && is_name_byte(at[-1])) &&
            !(at[n] != '\0' && (isalnum((unsigned char)at[n]) || strchr("-_", at[n]) != NULL)))
            return true;
        while (is_name_byte(*at) && is_name_byte(at[1]))
            at++;
    }
    return false;
}

/* Each version of its clauses; poetry makes the upper ones itself. */
static bool knows_versions(const struct compare_declared *declared, const char *s)
{
    for (s += strcspn(s, "<>=!~;"); *s != '\0' && *s != ';'; s += strcspn(s, "<>=!~;")) {
        bool exact = s[0] == '=' && s[1] == '=';
        s += strspn(s, "<>=!~ ");
        size_t n = strcspn(s, ",;) \"'");
        char version[64];
        if (n == 0 || n >= sizeof version)
            return false;
        memcpy(version, s, n);
        version[n] = '\0';
        if ((!declared->poetry || exact) && strstr(declared->text, version) == NULL)
            return false;
        s += n;
    }
    return true;
}

static enum proof doubt(struct comparison *c, struct compare_member *m, const char *spec)
{
    m->class = COMPARE_REVIEW;
    m->reason =
        arena_printf(c->arena, "no project file of the commit names the requirement %s", spec);
    return PROOF_HOLDS;
}

enum proof compare_prove_requirement(struct comparison *c, struct compare_member *m,
                                     struct compare_text line)
{
    struct compare_declared *declared = compare_declared(c);
    const char *spec = arena_strndup(c->arena, line.data, line.len);
    char name[NAME_MAX_BYTES];
    size_t len = name_length(spec, spec + line.len);

    if (declared == NULL)
        return PROOF_WAITS;
    if (declared->asked++ >= ASKED_MAX || len == 0 ||
        names_normalise(arena_strndup(c->arena, spec, len), name) != 0)
        return doubt(c, m, spec);
    bool known =
        json_object_get(declared->names, name) != NULL || names_equal(name, c->in->package);
    if (!known && declared->all) {
        m->reason = arena_printf(c->arena, "the project does not declare the requirement %s", spec);
        return PROOF_FAILS;
    }
    const char *rest = spec + len, *at = strchr(rest, '@');
    if (at != NULL && (strchr(rest, ';') == NULL || at < strchr(rest, ';'))) {
        const char *address = at + 1 + strspn(at + 1, " ");
        known = strstr(declared->text, arena_strndup(c->arena, address, strcspn(address, " ;"))) !=
                NULL;
        return known ? PROOF_HOLDS : doubt(c, m, spec);
    }
    known = known || stands_in(declared->text, spec, len);
    return known && knows_versions(declared, rest) ? PROOF_HOLDS : doubt(c, m, spec);
}

enum proof compare_worse(enum proof all, enum proof one)
{
    return one == PROOF_FAILS || all == PROOF_HOLDS ? one : all;
}
