/* The table of what is expected to differ: contracts.md section 8, row by row. A row names where it
   looks and what proves it; a name alone proves nothing. */
#include "facts/compare_internal.h"

#include <string.h>
#include <strings.h>

#include "base/mem.h"
#include "base/text.h"

enum row_when {
    ADDED = 1,   /* the tree has nothing there */
    DIFFERS = 2, /* the tree has other bytes there */
    UNSEEN = 4,  /* only where no commit ever had these bytes */
};

static compare_proof prove_root_ignore, prove_link, prove_generated_c, prove_said_generated;
static compare_proof prove_configured;

struct compare_row {
    int row;
    const char *path; /* as ignore_glob() has it */
    unsigned when;
    enum compare_class class;
    compare_proof *prove;
    const char *reason;
};

static const struct compare_row rows[] = {
    {14, "*", ADDED | DIFFERS, COMPARE_LINK, prove_link, "what a symbolic link leads to"},
    {1, "/PKG-INFO", ADDED | DIFFERS, COMPARE_GENERATED, compare_prove_metadata,
     "the package's metadata"},
    {2, "**/*.egg-info/**", ADDED | DIFFERS, COMPARE_GENERATED, compare_prove_egg_info,
     "what setuptools notes of the package"},
    {3, "/setup.cfg", ADDED | DIFFERS, COMPARE_GENERATED, compare_prove_setup_cfg,
     "the repository's values, written anew by setuptools"},
    {4, "/pyproject.toml", DIFFERS, COMPARE_GENERATED, compare_prove_pyproject,
     "the repository's values, and the release's version"},
    {5, "/setup.py", ADDED | DIFFERS, COMPARE_GENERATED, compare_prove_setup_py,
     "nothing but literals given to setup(), with the release's version"},
    {7, "*.py", DIFFERS, COMPARE_GENERATED, compare_prove_versioneer,
     "versioneer's file with the release's version"},
    {10, "*/__init__.py", ADDED, COMPARE_GENERATED, compare_prove_maturin_stub,
     "what maturin writes beside a compiled module"},
    {6, "*.py", ADDED, COMPARE_GENERATED, compare_prove_version_file,
     "binds literals alone, one of them the release's version"},
    {6, "*", ADDED, COMPARE_GENERATED, compare_prove_version_text, "the release's version"},
    {8, "/MANIFEST", ADDED | DIFFERS, COMPARE_GENERATED, compare_prove_manifest,
     "a list of the members"},
    {8, "/AUTHORS", ADDED | DIFFERS, COMPARE_GENERATED, compare_prove_pbr_text,
     "pbr's list of authors"},
    {8, "/ChangeLog", ADDED | DIFFERS, COMPARE_GENERATED, compare_prove_pbr_text,
     "pbr's list of commits"},
    {9, "Cargo.toml", ADDED | DIFFERS, COMPARE_GENERATED, compare_prove_cargo,
     "the repository's crate, its workspace written out"},
    {9, "Cargo.lock", ADDED | DIFFERS, COMPARE_GENERATED, compare_prove_cargo, NULL},
    {12, "/.gitignore", ADDED, COMPARE_MOVED, prove_root_ignore, "the repository's own"},
    {12, "/.hgignore", ADDED, COMPARE_MOVED, prove_root_ignore, "the repository's own"},
    {13, "*", DIFFERS | UNSEEN, COMPARE_LINE_ENDINGS, compare_prove_line_ends, NULL},
    {13, "*", DIFFERS | UNSEEN, COMPARE_EXPANDED, compare_prove_keywords,
     "git's keywords, filled in as .gitattributes asks for"},
    {13, "*", DIFFERS | UNSEEN, COMPARE_EXPANDED, compare_prove_lfs,
     "the large file that the repository has a pointer to"},
    {4, "*.py", DIFFERS | UNSEEN, COMPARE_REVIEW, compare_prove_version_only,
     "a placeholder became the release's version"},
    {10, "*.py", DIFFERS | UNSEEN, COMPARE_REVIEW, compare_prove_tail,
     "the repository's file, followed by assignments to names that it has"},
};

/* Of what no commit ever had: for a person to judge. */
static const struct compare_row guesses[] = {
    {10, "*", ADDED | DIFFERS, COMPARE_REVIEW, prove_configured,
     "the configuration says that the build makes it"},
    {10, "*", ADDED, COMPARE_REVIEW, compare_prove_template, "filled in from the .in of its name"},
    {10, "/LICENSE", ADDED, COMPARE_REVIEW, compare_prove_licensed,
     "a licence text that coherent.licensed adds"},
    {10, "*", ADDED, COMPARE_REVIEW, prove_generated_c, "compiled from the .pyx beside it"},
    {10, "*", ADDED, COMPARE_REVIEW, prove_said_generated,
     "it says that it is generated, and .gitignore leaves it out"},
};

enum proof compare_read_entry(struct comparison *c, const struct compare_entry *entry,
                              struct compare_text *out)
{
    if (entry == NULL || (entry->kind != COMPARE_BLOB && entry->kind != COMPARE_EXECUTABLE))
        return PROOF_NONE;
    enum source_result read = compare_read(c, entry->path, out);
    return read == SOURCE_FOUND ? PROOF_HOLDS : read == SOURCE_PENDING ? PROOF_WAITS : PROOF_NONE;
}

static bool by_table(struct comparison *c, struct compare_member *m,
                     const struct compare_entry *entry, const struct compare_row *table,
                     size_t count, bool seen)
{
    for (size_t i = 0; i < count; i++) {
        const struct compare_row *row = &table[i];
        if ((row->when & (entry != NULL ? DIFFERS : ADDED)) == 0 ||
            ((row->when & UNSEEN) != 0 && seen) || !ignore_glob(row->path, m->member->path))
            continue;
        m->class = row->class;
        m->reason = NULL;
        enum proof proof = row->prove(c, m, entry);
        if (proof == PROOF_NONE)
            continue;
        m->row = row->row;
        if (proof == PROOF_HOLDS && m->class == row->class && m->reason == NULL)
            m->reason = row->reason;
        if (proof == PROOF_HOLDS || proof == PROOF_WAITS)
            return true;
        return false; /* the reason stays */
    }
    m->reason = NULL;
    return false;
}

bool compare_by_rows(struct comparison *c, struct compare_member *m,
                     const struct compare_entry *entry, bool seen)
{
    return by_table(c, m, entry, rows, sizeof rows / sizeof *rows, seen);
}

bool compare_by_guess(struct comparison *c, struct compare_member *m,
                      const struct compare_entry *entry)
{
    const char *reason = m->reason;
    int row = m->row;

    if (by_table(c, m, entry, guesses, sizeof guesses / sizeof *guesses, false))
        return true;
    m->reason = reason;
    m->row = row;
    return false;
}

/* --- row 12: hatchling takes the ignore files of the repository along --------------------------
 */

static enum proof prove_root_ignore(struct comparison *c, struct compare_member *m,
                                    const struct compare_entry *entry)
{
    const struct compare_entry *root = compare_tree_find(c->in->commit.tree, m->member->path);

    (void)entry;
    if (root == NULL || strcmp(root->oid, m->member->oid) != 0)
        return PROOF_NONE;
    m->git_path = root->path;
    return PROOF_HOLDS;
}

/* --- rows 14 and 15: links and submodules ------------------------------------------------------
 */

/* The link or submodule at the path or above it; NULL. */
static const struct compare_entry *special_above(struct comparison *c, const char *path)
{
    for (const char *slash = strchr(path, '/');; slash = strchr(slash + 1, '/')) {
        const char *part =
            slash != NULL ? arena_strndup(c->arena, path, (size_t)(slash - path)) : path;
        const struct compare_entry *entry = compare_tree_find(c->in->commit.tree, part);
        if (entry != NULL && (entry->kind == COMPARE_SYMLINK || entry->kind == COMPARE_GITLINK))
            return entry;
        if (slash == NULL)
            return NULL;
    }
}

static enum proof prove_link(struct comparison *c, struct compare_member *m,
                             const struct compare_entry *entry)
{
    const char *path = c->wheel ? compare_rooted(c, compare_installed(c, m->member->path))
                                : arena_printf(c->arena, "%s%s", c->out->prefix, m->member->path);
    const struct compare_entry *link = special_above(c, path);
    struct compare_text text;
    char oid[OID_HEX];

    (void)entry;
    if (link == NULL || m->member->kind == ARCHIVE_LINK)
        return PROOF_NONE;
    m->git_path = link->path;
    if (link->kind == COMPARE_GITLINK) {
        m->class = COMPARE_SUBMODULE;
        m->reason =
            arena_printf(c->arena, "below the submodule %s, which was not compared", link->path);
        return PROOF_HOLDS;
    }
    switch (compare_read(c, path, &text)) {
    case SOURCE_PENDING:
        return PROOF_WAITS;
    case SOURCE_ABSENT:
        return PROOF_NONE;
    case SOURCE_FAILED:
        if (c->in->commit.source->failure != NULL &&
            *c->in->commit.source->failure != REASON_UNSUPPORTED)
            return PROOF_NONE;
        m->class = COMPARE_REVIEW;
        m->reason = arena_printf(c->arena, "the link %s leads out of the tree", link->path);
        return PROOF_HOLDS;
    case SOURCE_FOUND:
        break;
    }
    compare_blob_id(text, oid);
    return strcmp(oid, m->member->oid) == 0 || strcmp(oid, m->member->lf_oid) == 0 ? PROOF_HOLDS
                                                                                   : PROOF_NONE;
}

/* --- row 10: what builds generate ---------------------------------------------------------------
 */

static enum proof prove_configured(struct comparison *c, struct compare_member *m,
                                   const struct compare_entry *entry)
{
    (void)entry;
    for (const char *const *glob = c->in->review; glob != NULL && *glob != NULL; glob++)
        if (ignore_glob(*glob, m->member->path))
            return PROOF_HOLDS;
    return PROOF_NONE;
}

static enum proof prove_generated_c(struct comparison *c, struct compare_member *m,
                                    const struct compare_entry *entry)
{
    const char *path = m->member->path, *dot = strrchr(path, '.');

    (void)entry;
    if (dot == NULL || (strcmp(dot, ".c") != 0 && strcmp(dot, ".cpp") != 0))
        return PROOF_NONE;
    const char *pyx = arena_printf(c->arena, "%s%.*s.pyx", c->out->prefix, (int)(dot - path), path);
    return compare_tree_find(c->in->commit.tree, pyx) != NULL ? PROOF_HOLDS : PROOF_NONE;
}

/* "generated" in one of the first five lines. */
static bool says_generated(const struct archive_member *member)
{
    const char *end = member->data, *stop = member->data + member->len;

    for (int line = 0; line < 5 && end < stop; line++) {
        const char *newline = memchr(end, '\n', (size_t)(stop - end));
        end = newline != NULL ? newline + 1 : stop;
    }
    for (const char *at = member->data; end - at >= 9; at++)
        if (strncasecmp(at, "generated", 9) == 0)
            return true;
    return false;
}

/* Code that says so is believed only while it reaches for nothing, and a version file only when row
   6 holds. */
static enum proof prove_said_generated(struct comparison *c, struct compare_member *m,
                                       const struct compare_entry *entry)
{
    const char *base = strrchr(m->member->path, '/');

    base = base != NULL ? base + 1 : m->member->path;
    if (m->member->data == NULL || !compare_is_text(compare_text_of(m->member)) ||
        !says_generated(m->member))
        return PROOF_NONE;
    if (m->importance != COMPARE_OTHER) {
        struct pysource py;
        compare_describe(c, m, NULL);
        if (m->touches != NULL || strcasestr(base, "version") != NULL ||
            text_ends_with(base, ".pth") || m->importance == COMPARE_BUILD ||
            (text_ends_with(base, ".py") && !compare_python(c, compare_text_of(m->member), &py)))
            return PROOF_NONE;
    }
    if (!compare_is_ignored(c, arena_printf(c->arena, "%s%s", c->out->prefix, m->member->path)))
        return c->pending ? PROOF_WAITS : PROOF_NONE;
    (void)entry;
    return PROOF_HOLDS;
}

/* --- .gitignore files of the tree ---------------------------------------------------------------
 */

static bool ignore_is_read(const struct comparison *c, const char *directory)
{
    for (size_t i = 0; i < c->ignore_count; i++)
        if (strcmp(c->ignores[i].directory, directory) == 0)
            return true;
    return false;
}

static void read_ignore(struct comparison *c, const char *directory)
{
    const char *path =
        *directory == '\0' ? IGNORE_NAME : arena_printf(c->arena, "%s/" IGNORE_NAME, directory);
    struct compare_text text = {"", 0};

    if (compare_tree_find(c->in->commit.tree, path) == NULL || ignore_is_read(c, directory) ||
        compare_read(c, path, &text) != SOURCE_FOUND)
        return;
    c->ignores = mem_grow(c->ignores, c->ignore_count, &c->ignore_size, sizeof *c->ignores);
    c->ignores[c->ignore_count++] = (struct ignore_file){directory, text.data, text.len};
}

bool compare_is_ignored(struct comparison *c, const char *path)
{
    bool pending = c->pending;

    c->pending = false;
    read_ignore(c, "");
    for (const char *slash = strchr(path, '/'); slash != NULL; slash = strchr(slash + 1, '/'))
        read_ignore(c, arena_strndup(c->arena, path, (size_t)(slash - path)));
    bool waits = c->pending;
    c->pending |= pending;
    return !waits && ignore_match(c->ignores, c->ignore_count, path);
}
