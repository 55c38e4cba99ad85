/* What git itself writes into a file on its way out of the repository (row 13). */
#include "facts/compare_internal.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

#define EXPANSION_MAX 300 /* bytes that one $Format:…$ may become */
#define READ_MAX      (4 << 20)

/* The tree's bytes at the member's own path. */
static enum proof read_entry(struct comparison *c, const struct compare_member *m,
                             const struct compare_entry *entry, struct compare_text *out)
{
    return m->member->kind == ARCHIVE_FILE ? compare_read_entry(c, entry, out) : PROOF_NONE;
}

/* --- line ends ------------------------------------------------------------------------------- */

enum proof compare_prove_line_ends(struct comparison *c, struct compare_member *m,
                                   const struct compare_entry *entry)
{
    const struct archive_member *member = m->member;
    struct compare_text text;
    char oid[OID_HEX];

    if (entry != NULL && member->lf_oid[0] != '\0' && strcmp(entry->oid, member->lf_oid) == 0)
        return PROOF_HOLDS;
    if (member->size > READ_MAX)
        return PROOF_NONE;
    enum proof read = read_entry(c, m, entry, &text);
    if (read != PROOF_HOLDS || !compare_is_text(text) || memchr(text.data, '\r', text.len) == NULL)
        return read == PROOF_WAITS ? read : PROOF_NONE;
    compare_blob_id(compare_lf(c, text), oid);
    return strcmp(oid, member->oid) == 0 || strcmp(oid, member->lf_oid) == 0 ? PROOF_HOLDS
                                                                             : PROOF_NONE;
}

/* --- attributes ------------------------------------------------------------------------------ */

/* What a line says of an attribute: 1 set, 0 not, -1 nothing. */
static int line_says(const char *words, const char *name)
{
    int said = -1;

    while (*words != '\0') {
        words += strspn(words, " \t\r");
        size_t n = strcspn(words, " \t\r");
        bool off = n > 0 && (*words == '-' || *words == '!');
        if (n - off == strlen(name) && memcmp(words + off, name, n - off) == 0)
            said = off ? 0 : 1;
        words += n;
    }
    return said;
}

static int file_says(struct comparison *c, struct compare_text text, const char *path,
                     const char *name)
{
    char *copy = arena_strndup(c->arena, text.data, text.len), *save = NULL;
    int said = -1;

    for (char *line = strtok_r(copy, "\n", &save); line != NULL;
         line = strtok_r(NULL, "\n", &save)) {
        line += strspn(line, " \t");
        size_t n = strcspn(line, " \t\r");
        const char *words = line[n] != '\0' ? line + n + 1 : line + n;
        if (n == 0 || *line == '#')
            continue;
        line[n] = '\0';
        int now = line_says(words, name);
        if (now >= 0 && ignore_glob(line, path))
            said = now;
    }
    return said;
}

/* Whether .gitattributes set it for the path, the nearest file first. */
static enum proof has_attribute(struct comparison *c, const char *path, const char *name)
{
    for (const char *at = path + strlen(path); at != NULL;) {
        const char *slash = at > path ? memrchr(path, '/', (size_t)(at - path)) : NULL;
        size_t len = slash != NULL ? (size_t)(slash - path) + 1 : 0;
        const char *file = arena_printf(c->arena, "%.*s.gitattributes", (int)len, path);
        struct compare_text text;
        int said = -1;
        if (compare_tree_find(c->in->commit.tree, file) != NULL) {
            enum source_result read = compare_read(c, file, &text);
            if (read == SOURCE_PENDING)
                return PROOF_WAITS;
            said = read == SOURCE_FOUND ? file_says(c, text, path + len, name) : -1;
        }
        if (said >= 0)
            return said == 1 ? PROOF_HOLDS : PROOF_NONE;
        at = slash;
    }
    return PROOF_NONE;
}

/* --- keywords -------------------------------------------------------------------------------- */

static bool begins(struct compare_text text, const char *with)
{
    size_t n = strlen(with);

    return text.len >= n && memcmp(text.data, with, n) == 0;
}

static struct compare_text behind(struct compare_text text, size_t len)
{
    return (struct compare_text){text.data + len, text.len - len};
}

/* The length of what "$Format:FORMAT$" became in front of `next`; 0 when it is nothing that git
   writes: names, dates and ids stay inside a string wherever they are put. */
static size_t expanded(struct comparison *c, struct compare_text format, struct compare_text out,
                       struct compare_text next)
{
    const char *commit = c->in->commit.oid;
    size_t len = 0;

    while (len < out.len && len < EXPANSION_MAX &&
           !(out.len - len >= next.len && memcmp(out.data + len, next.data, next.len) == 0)) {
        unsigned char ch = (unsigned char)out.data[len];
        if (!isalnum(ch) && ch < 0x80 && strchr(" ,:/()+._<>@-", ch) == NULL)
            return 0;
        len++;
    }
    if (begins(format, "%H$") || begins(format, "%h$"))
        return len >= 4 && len <= 40 && (format.data[1] == 'h' || len == 40) &&
                       strncmp(out.data, commit, len) == 0
                   ? len
                   : 0;
    return len < EXPANSION_MAX ? len : 0;
}

/* Up to a dozen bytes of the text, to see where an expansion ends. */
static struct compare_text peek(struct compare_text text)
{
    const char *newline = memchr(text.data, '\n', text.len);
    size_t len = newline != NULL ? (size_t)(newline - text.data) + 1 : text.len;

    return (struct compare_text){text.data, len < 12 ? len : 12};
}

static bool step_format(struct comparison *c, struct compare_text *git, struct compare_text *out)
{
    struct compare_text format = behind(*git, strlen("$Format:"));
    const char *end = memchr(format.data, '$', format.len);

    if (end == NULL || memchr(format.data, '\n', (size_t)(end - format.data)) != NULL)
        return false;
    struct compare_text rest = behind(format, (size_t)(end + 1 - format.data));
    /* refs (%d) of a commit that none points to are nothing at all */
    *out = behind(*out, expanded(c, format, *out, peek(rest)));
    *git = rest;
    return true;
}

static bool step_id(const struct compare_entry *entry, struct compare_text *git,
                    struct compare_text *out)
{
    if (!begins(*out, "$Id: ") || out->len < 47 || memcmp(out->data + 5, entry->oid, 40) != 0 ||
        memcmp(out->data + 45, " $", 2) != 0)
        return false;
    *out = behind(*out, 47);
    *git = behind(*git, strlen("$Id$"));
    return true;
}

/* Whether the published text is the tree's with its keywords filled in. */
static bool is_expansion(struct comparison *c, const struct compare_entry *entry,
                         struct compare_text git, struct compare_text out, bool id, bool format)
{
    while (git.len > 0) {
        if (format && begins(git, "$Format:") && !begins(out, "$Format:")) {
            if (!step_format(c, &git, &out))
                return false;
        } else if (id && begins(git, "$Id$") && !begins(out, "$Id$")) {
            if (!step_id(entry, &git, &out))
                return false;
        } else if (out.len == 0 || *git.data != *out.data) {
            return false;
        } else {
            git = behind(git, 1);
            out = behind(out, 1);
        }
    }
    return out.len == 0;
}

enum proof compare_prove_keywords(struct comparison *c, struct compare_member *m,
                                  const struct compare_entry *entry)
{
    struct compare_text git, out = {m->member->data, m->member->len};
    enum proof read = out.data == NULL ? PROOF_NONE : read_entry(c, m, entry, &git);

    if (read != PROOF_HOLDS)
        return read;
    bool id = memmem(git.data, git.len, "$Id$", 4) != NULL;
    bool format = memmem(git.data, git.len, "$Format:", 8) != NULL;
    if (!id && !format)
        return PROOF_NONE;
    enum proof has_id = id ? has_attribute(c, entry->path, "ident") : PROOF_NONE;
    enum proof has_format = format ? has_attribute(c, entry->path, "export-subst") : PROOF_NONE;
    if (has_id == PROOF_WAITS || has_format == PROOF_WAITS)
        return PROOF_WAITS;
    return is_expansion(c, entry, git, out, has_id == PROOF_HOLDS, has_format == PROOF_HOLDS)
               ? PROOF_HOLDS
               : PROOF_NONE;
}

/* --- large files (https://git-lfs.github.com/spec/v1) ----------------------------------------- */

enum proof compare_prove_lfs(struct comparison *c, struct compare_member *m,
                             const struct compare_entry *entry)
{
    struct compare_text git;
    char sha256[ARCHIVE_SHA256];
    unsigned long long size;
    enum proof read = read_entry(c, m, entry, &git);

    if (read != PROOF_HOLDS)
        return read;
    if (git.len > 1024 || !begins(git, "version https://git-lfs.github.com/spec/v1\n"))
        return PROOF_NONE;
    const char *text = arena_strndup(c->arena, git.data, git.len);
    const char *oid = strstr(text, "\noid sha256:"), *length = strstr(text, "\nsize ");
    if (oid == NULL || length == NULL || strlen(oid) < 12 + 64)
        return PROOF_NONE;
    size = strtoull(length + 6, NULL, 10);
    m->reason = "the repository has a pointer to a large file of another size or digest";
    if (m->member->size < 0 || (unsigned long long)m->member->size != size)
        return PROOF_FAILS;
    memcpy(sha256, m->member->sha256, sizeof sha256);
    if (sha256[0] == '\0' && m->member->data != NULL)
        compare_sha256(compare_text_of(m->member), sha256);
    if (sha256[0] == '\0') {
        m->class = COMPARE_REVIEW;
        m->reason = "of the size that the repository's pointer to a large file says; its digest "
                    "was not computed";
        return PROOF_HOLDS;
    }
    if (memcmp(sha256, oid + 12, 64) != 0)
        return PROOF_FAILS;
    m->reason = NULL;
    return PROOF_HOLDS;
}
