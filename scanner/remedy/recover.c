#include "remedy/recover.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/text.h"

#define BLOB_MAX ((size_t)64 << 20)

struct recovery {
    const struct published *in;
    struct arena *arena;
    struct recover_choice *out;
    struct mirror_change *changes;
    size_t count;
    const char *packages; /* published_packages() */
    bool crlf_is_build;   /* the publisher's checkout turned LF into CRLF */
};

/* --- which ----------------------------------------------------------------------------------- */

bool recover_wants(const struct compare_member *member)
{
    switch (member->class) {
    case COMPARE_ALTERED:
    case COMPARE_NOWHERE:
    case COMPARE_IGNORED:
    case COMPARE_OTHER_COMMIT:
        return true;
    case COMPARE_REVIEW: /* an empty __init__.py makes a package */
        return member->member->size <= 1 && member->git_path == NULL &&
               member->importance == COMPARE_CODE;
    default:
        return false;
    }
}

static void add_file(struct recovery *r, enum recover_fate fate, const char *path, const char *note)
{
    r->out->files[r->out->count++] = (struct recover_file){fate, path, note, false};
    r->out->counts[fate]++;
}

static void leave_out(struct recovery *r, const struct compare_member *member, const char *why)
{
    add_file(r, RECOVER_LEFT_OUT, member->member->path, why);
}

/* What is of no interest (NULL: it is none of those). */
static const char *not_wanted(const struct compare_member *member)
{
    switch (member->class) {
    case COMPARE_REVIEW:
        return member->reason != NULL ? member->reason : "to be read by a person";
    case COMPARE_UNVERIFIABLE:
        return "a binary, which has no source";
    case COMPARE_SUBMODULE:
        return "it belongs to a submodule";
    case COMPARE_UNKNOWN:
        return member->reason != NULL ? member->reason : "it could not be compared";
    default:
        return NULL;
    }
}

/* --- where ----------------------------------------------------------------------------------- */

static bool is_directory(const struct compare_tree *tree, const char *path)
{
    size_t len = strlen(path);

    for (size_t i = 0; i < tree->count; i++)
        if (strncmp(tree->entries[i].path, path, len) == 0 && tree->entries[i].path[len] == '/')
            return true;
    return false;
}

/* Why nothing may be written there; NULL: it may. */
static const char *refused_at(struct recovery *r, const char *path,
                              const struct compare_entry *entry)
{
    const char *base = strrchr(path, '/');

    if (!mirror_path_is_safe(path))
        return "its path is not one for a repository";
    if (strcasecmp(base != NULL ? base + 1 : path, ".gitmodules") == 0)
        return "it would tell git to fetch other repositories";
    if (entry != NULL && entry->kind == COMPARE_GITLINK)
        return "the commit has a submodule there";
    for (const char *slash = strchr(path, '/'); slash != NULL; slash = strchr(slash + 1, '/'))
        if (compare_tree_find(r->in->tree, arena_strndup(r->arena, path, (size_t)(slash - path))) !=
            NULL)
            return "it lies below what is no directory in the commit";
    if (entry == NULL && is_directory(r->in->tree, path))
        return "the commit has a directory there";
    for (size_t i = 0; i < r->count; i++)
        if (strcmp(r->changes[i].path, path) == 0)
            return "another published file has the same place";
    return NULL;
}

/* --- line endings ---------------------------------------------------------------------------- */

enum ends { ENDS_NONE, ENDS_LF, ENDS_CRLF, ENDS_MIXED };

static enum ends ends_of(const char *data, size_t len)
{
    bool lf = false, crlf = false;

    if (len > 0 && memchr(data, '\0', len) != NULL)
        return ENDS_MIXED;
    for (size_t i = 0; i < len; i++)
        if (data[i] == '\n')
            *(i > 0 && data[i - 1] == '\r' ? &crlf : &lf) = true;
    if (lf && crlf)
        return ENDS_MIXED;
    return crlf ? ENDS_CRLF : lf ? ENDS_LF : ENDS_NONE;
}

static enum ends ends_at(struct recovery *r, const struct compare_entry *entry)
{
    struct buf old = BUF_INIT(BLOB_MAX);
    enum ends ends = ENDS_NONE;

    if (entry == NULL || entry->kind == COMPARE_SYMLINK)
        return r->crlf_is_build ? ENDS_LF : ENDS_NONE;
    if (mirror_read_blob(r->in->mirror, entry->oid, &old, NULL) > 0)
        ends = ends_of(old.data, old.len);
    buf_release(&old);
    return ends;
}

/* The same lines with the other ends. */
static void turn(struct recovery *r, struct mirror_change *change, bool to_crlf)
{
    char *out = arena_alloc(r->arena, 2 * change->len + 1);
    size_t len = 0;

    for (size_t i = 0; i < change->len; i++) {
        bool end = change->data[i] == '\n';
        if (to_crlf && end)
            out[len++] = '\r';
        if (!to_crlf && change->data[i] == '\r' && i + 1 < change->len &&
            change->data[i + 1] == '\n')
            continue;
        out[len++] = change->data[i];
    }
    change->data = out;
    change->len = len;
}

/* As the repository has them. */
static bool keep_ends(struct recovery *r, struct mirror_change *change,
                      const struct compare_entry *entry)
{
    enum ends ours = ends_of(change->data, change->len);

    if (ours != ENDS_LF && ours != ENDS_CRLF)
        return false;
    enum ends theirs = ends_at(r, entry);
    if ((theirs != ENDS_LF && theirs != ENDS_CRLF) || theirs == ours)
        return false;
    turn(r, change, theirs == ENDS_CRLF);
    return true;
}

/* --- one member ------------------------------------------------------------------------------ */

static const char *note_of(struct recovery *r, const struct compare_member *m, bool turned)
{
    const char *ends = turned ? "line endings as the repository has them" : NULL;

    if (m->class != COMPARE_OTHER_COMMIT || m->first.commit[0] == '\0')
        return ends;
    return arena_printf(r->arena, "first in commit %.12s%s%s", m->first.commit,
                        ends != NULL ? "; " : "", ends != NULL ? ends : "");
}

static void take(struct recovery *r, const struct compare_member *m,
                 const struct archive_member *whole)
{
    const char *why = NULL;
    const char *path = published_place(r->in, r->packages, m, r->arena, &why);
    const struct compare_entry *entry = path != NULL ? compare_tree_find(r->in->tree, path) : NULL;

    if (m->secret)
        why = "its name or what it holds suggests a secret";
    else if (whole->kind == ARCHIVE_LINK)
        why = "a link";
    else if (path != NULL)
        why = refused_at(r, path, entry);
    if (why == NULL && whole->data == NULL && whole->size > 0)
        why = "too large";
    if (why != NULL) {
        leave_out(r, m, why);
        return;
    }
    struct mirror_change *change = &r->changes[r->count];
    bool run = entry == NULL || entry->kind == COMPARE_SYMLINK ? whole->executable
                                                               : entry->kind == COMPARE_EXECUTABLE;
    *change = (struct mirror_change){.path = path,
                                     .kind = run ? MIRROR_EXECUTABLE : MIRROR_BLOB,
                                     .data = whole->data != NULL ? whole->data : "",
                                     .len = whole->len};
    bool turned = keep_ends(r, change, entry);
    r->count++;
    add_file(r, entry != NULL ? RECOVER_CHANGED : RECOVER_ADDED, path, note_of(r, m, turned));
}

static int by_fate(const void *a, const void *b)
{
    const struct recover_file *left = a, *right = b;

    return left->fate != right->fate ? (int)left->fate - (int)right->fate
                                     : strcmp(left->path, right->path);
}

void recover_choose(const struct published *input, struct arena *arena, struct recover_choice *out)
{
    const struct compare_result *result = input->result;
    struct recovery r = {.in = input, .arena = arena, .out = out};
    int64_t at = input->uploaded_at;

    *out = (struct recover_choice){0};
    out->files = arena_array(arena, result->count + 1, sizeof *out->files);
    r.changes = arena_array(arena, result->count + 1, sizeof *r.changes);
    r.crlf_is_build = result->counts[COMPARE_LINE_ENDINGS] > 0;
    r.packages = published_packages(input, arena);
    for (size_t i = 0; i < result->count; i++) {
        const struct compare_member *member = &result->members[i];
        const char *why = recover_wants(member) ? NULL : not_wanted(member);
        if (recover_wants(member))
            take(&r, member, &input->whole->members[i]);
        else if (why != NULL)
            leave_out(&r, member, why);
        if (why != NULL)
            out->files[out->count - 1].unknown = member->class == COMPARE_UNKNOWN;
    }
    if (out->count > 1)
        qsort(out->files, out->count, sizeof *out->files, by_fate);
    /* What is made from a published file is younger than it: dated before it, the commit would pass
       for its source. */
    if (at == CLOCK_UNKNOWN || at < input->base_at)
        at = input->base_at;
    out->request = (struct mirror_request){
        .base = input->base,
        .branch = recover_branch(input->version, arena),
        .changes = r.changes,
        .count = r.count,
        .authored_at = at + COMPARE_SLACK + 1,
        .committed_at = at + COMPARE_SLACK + 1,
    };
    out->request.message = recover_message(input, out, arena);
}
