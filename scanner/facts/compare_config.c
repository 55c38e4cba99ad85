/* Configuration that a build writes anew (rows 3, 4, 9): equal by its values, not by its bytes. */
#include "facts/compare_internal.h"

#include <ctype.h>
#include <string.h>

#include "facts/ini.h"
#include "facts/toml.h"

#define CRATES_MAX 3000 /* of one list */

/* --- setup.cfg (row 3) ------------------------------------------------------------------------ */

/* What setuptools itself writes there. */
static bool is_build_key(const struct ini_entry *entry)
{
    return strcasecmp(entry->section, "egg_info") == 0 &&
           (strcasecmp(entry->key, "tag_build") == 0 || strcasecmp(entry->key, "tag_date") == 0 ||
            strcasecmp(entry->key, "tag_svn_revision") == 0);
}

static size_t line_length(const char *s)
{
    return strcspn(s, "\n");
}

/* Line by line, white space around each aside, and empty lines. */
static bool same_value(const char *a, const char *b)
{
    for (;;) {
        while (isspace((unsigned char)*a))
            a++;
        while (isspace((unsigned char)*b))
            b++;
        size_t n = line_length(a), k = line_length(b);
        const char *next_a = a + n, *next_b = b + k;
        while (n > 0 && isspace((unsigned char)a[n - 1]))
            n--;
        while (k > 0 && isspace((unsigned char)b[k - 1]))
            k--;
        if (n != k || memcmp(a, b, n) != 0)
            return false;
        if (n == 0)
            return true;
        a = next_a;
        b = next_b;
    }
}

/* Python 2's configparser ended a value at " ;", and so did what it wrote back. */
static const char *without_inline_comment(struct comparison *c, const char *value)
{
    char *copy = arena_strdup(c->arena, value), *out = copy;

    for (const char *s = copy; *s != '\0';) {
        if (*s == ';' && s > copy && isspace((unsigned char)s[-1]))
            s += line_length(s);
        else
            *out++ = *s++;
    }
    *out = '\0';
    return copy;
}

static const struct ini_entry *find_entry(const struct ini *ini, const struct ini_entry *wanted)
{
    for (size_t i = 0; i < ini->count; i++)
        if (strcmp(ini->entries[i].section, wanted->section) == 0 &&
            strcasecmp(ini->entries[i].key, wanted->key) == 0)
            return &ini->entries[i];
    return NULL;
}

/* Whether b has every entry of a with its value, what the build writes aside. */
static bool has_all(struct comparison *c, const struct ini *a, const struct ini *b)
{
    for (size_t i = 0; i < a->count; i++) {
        const struct ini_entry *entry = &a->entries[i];
        if (is_build_key(entry))
            continue;
        const struct ini_entry *other = find_entry(b, entry);
        if (other == NULL || (!same_value(entry->value, other->value) &&
                              !same_value(without_inline_comment(c, entry->value),
                                          without_inline_comment(c, other->value))))
            return false;
    }
    return true;
}

static bool only_build_keys(const struct ini *ini)
{
    for (size_t i = 0; i < ini->count; i++)
        if (!is_build_key(&ini->entries[i]))
            return false;
    return true;
}

enum proof compare_prove_setup_cfg(struct comparison *c, struct compare_member *m,
                                   const struct compare_entry *entry)
{
    struct compare_text text;
    struct err err = {0};
    struct ini out, git;

    if (c->egg_info == NULL || m->member->data == NULL ||
        ini_parse(m->member->data, m->member->len, "setup.cfg", c->arena, &out, &err) != 0)
        return PROOF_NONE;
    if (entry == NULL)
        return only_build_keys(&out) ? PROOF_HOLDS : PROOF_NONE;
    enum proof read = compare_read_entry(c, entry, &text);
    if (read != PROOF_HOLDS)
        return read;
    if (ini_parse(text.data, text.len, "setup.cfg", c->arena, &git, &err) != 0)
        return PROOF_NONE;
    if (has_all(c, &git, &out) && has_all(c, &out, &git))
        return PROOF_HOLDS;
    m->reason = "other values than the repository's setup.cfg";
    return PROOF_FAILS;
}

/* --- pyproject.toml (row 4) ------------------------------------------------------------------- */

static json_t *at(json_t *root, const char *a, const char *b)
{
    return json_object_get(json_object_get(root, a), b);
}

/* Takes the version out of the table, when it is the release's. */
static bool drop_version(const struct comparison *c, json_t *table)
{
    const char *version = json_string_value(json_object_get(table, "version"));

    if (version == NULL || !compare_is_version(c, (struct compare_text){version, strlen(version)}))
        return false;
    json_object_del(table, "version");
    return true;
}

static void drop_dynamic(json_t *project)
{
    json_t *dynamic = json_object_get(project, "dynamic"), *name;
    size_t i;

    json_array_foreach(dynamic, i, name)
    {
        if (json_is_string(name) && strcmp(json_string_value(name), "version") == 0) {
            json_array_remove(dynamic, i);
            break;
        }
    }
    if (json_array_size(dynamic) == 0)
        json_object_del(project, "dynamic");
}

/* Whether the documents are equal once the published version, that of the release, is out. */
static bool equal_but_version(const struct comparison *c, json_t *git, json_t *out, bool *version)
{
    json_t *mine = json_object_get(out, "project"), *theirs = json_object_get(git, "project");
    json_t *poetry = at(out, "tool", "poetry");

    if (json_equal(git, out))
        return true;
    if (drop_version(c, mine)) {
        *version = true;
        json_object_del(theirs, "version");
        drop_dynamic(mine);
        drop_dynamic(theirs);
    }
    if (drop_version(c, poetry)) {
        *version = true;
        json_object_del(at(git, "tool", "poetry"), "version");
    }
    return json_equal(git, out) == 1;
}

enum proof compare_prove_pyproject(struct comparison *c, struct compare_member *m,
                                   const struct compare_entry *entry)
{
    static const char *const writers[] = {"pdm.backend", "pdm-backend", "pdm.pep517", "uv_build",
                                          NULL}; /* these write it anew */
    struct compare_text text;
    json_t *git = NULL, *out = NULL;
    struct err err = {0};
    bool version = false;
    enum proof read = m->member->data != NULL ? compare_read_entry(c, entry, &text) : PROOF_NONE;

    if (read != PROOF_HOLDS)
        return read;
    if (toml_parse(m->member->data, m->member->len, "pyproject.toml", &out, &err) != 0 ||
        toml_parse(text.data, text.len, "pyproject.toml", &git, &err) != 0) {
        json_decref(out);
        return PROOF_NONE;
    }
    bool equal = equal_but_version(c, git, out, &version);
    json_decref(git);
    json_decref(out);
    if (!equal) {
        m->reason = "more than the version differs from the repository's pyproject.toml";
        return PROOF_FAILS;
    }
    if (version || compare_built_with(c, writers))
        return PROOF_HOLDS;
    m->class = COMPARE_REVIEW;
    m->reason = "the same values as the repository's pyproject.toml, written in another way";
    return PROOF_HOLDS;
}

/* --- Cargo.toml and Cargo.lock (row 9) -------------------------------------------------------- */

static json_t *cargo_of(const struct compare_member *m)
{
    json_t *root = NULL;
    struct err err = {0};

    if (m->member->data != NULL)
        toml_parse(m->member->data, m->member->len, m->member->path, &root, &err);
    return root;
}

/* What maturin may change of a table: what is inherited from the workspace is written out, paths
   are made to fit. */
static bool cargo_fits(const json_t *git, const json_t *out, unsigned depth)
{
    const char *key;
    json_t *value;

    if (json_equal(git, out))
        return true;
    if (json_is_true(json_object_get(git, "workspace")) || depth > 8)
        return depth <= 8;
    if (!json_is_object(git) || !json_is_object(out))
        return false;
    json_object_foreach((json_t *)git, key, value)
    {
        const json_t *other = json_object_get(out, key);
        bool free_key =
            strcmp(key, "path") == 0 || strcmp(key, "readme") == 0 || strcmp(key, "workspace") == 0;
        if (!free_key && (other == NULL || !cargo_fits(value, other, depth + 1)))
            return false;
    }
    json_object_foreach((json_t *)out, key, value) if (json_object_get(git, key) == NULL &&
                                                       strcmp(key, "path") != 0 &&
                                                       strcmp(key, "readme") != 0 &&
                                                       strcmp(key, "version") != 0) return false;
    return true;
}

static bool same_field(const json_t *a, const json_t *b, const char *name)
{
    const json_t *x = json_object_get(a, name), *y = json_object_get(b, name);

    return x == y || json_equal(x, y);
}

static bool has_crate(const json_t *packages, const json_t *crate)
{
    size_t i;
    json_t *other;

    json_array_foreach(packages, i, other) if (same_field(other, crate, "name") &&
                                               same_field(other, crate, "version") &&
                                               same_field(other, crate, "source") &&
                                               same_field(other, crate, "checksum")) return true;
    return false;
}

/* Each crate is one of the workspace's own, or the repository's list has it; where that has no
   list, it comes from the registry. */
static bool lock_fits(const json_t *git, const json_t *out)
{
    static const char registry[] = "registry+https://github.com/rust-lang/crates.io-index";
    const json_t *packages = json_object_get(out, "package");
    size_t i;
    json_t *crate;

    json_array_foreach(packages, i, crate)
    {
        const char *source = json_string_value(json_object_get(crate, "source"));
        if (i >= CRATES_MAX || (source != NULL && git == NULL && strcmp(source, registry) != 0) ||
            (source != NULL && git != NULL && !has_crate(json_object_get(git, "package"), crate)))
            return false;
    }
    return json_is_array(packages);
}

enum proof compare_prove_cargo(struct comparison *c, struct compare_member *m,
                               const struct compare_entry *entry)
{
    static const char *const maturin[] = {"maturin", NULL};
    struct compare_text text;
    struct err err = {0};
    json_t *git = NULL;

    if (!compare_built_with(c, maturin))
        return c->pending ? PROOF_WAITS : PROOF_NONE;
    enum proof read = compare_read_entry(c, entry, &text);
    if (read == PROOF_WAITS)
        return read;
    json_t *out = cargo_of(m);
    bool lock = strcmp(m->member->path + strlen(m->member->path) - 4, "lock") == 0;
    if (read == PROOF_HOLDS)
        toml_parse(text.data, text.len, "Cargo.toml", &git, &err);
    bool good =
        out != NULL && (lock ? lock_fits(git, out) : git != NULL && cargo_fits(git, out, 0));
    json_decref(git);
    json_decref(out);
    if (good && lock) {
        m->class = COMPARE_REVIEW;
        m->reason = "a list of crates as the build resolved them";
    }
    return good ? PROOF_HOLDS : PROOF_NONE;
}
