/* Who made what is published, against the repository. An index is asked once for a file; what it
   answered is kept by the file's digest. It may say otherwise later, so the newest release is asked
   about again, conditionally, when it is judged anew; as long as nothing moves, nobody asks. */
#include "scan/verify.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/mem.h"
#include "facts/provenance.h"
#include "facts/release_files.h"
#include "scan/origin.h"

#define TREE_ENTRIES_MAX 1000000

/* --- asking ---------------------------------------------------------------------------------- */

/* Who only wants the bytes of files asks nothing else. */
static bool is_wanted(const struct file_check *file)
{
    return file->release->verification->job->scan->options->compared == NULL &&
           file->due->sha256 != NULL;
}

static bool page_says_none(const struct file_check *file)
{
    return file->due->provenance != NULL && *file->due->provenance == '\0';
}

int verify_recall_provenance(struct file_check *file, struct err *err)
{
    struct file_provenance *provenance = &file->provenance;
    struct release_check *check = file->release;
    int found = 0;

    if (!is_wanted(file))
        return 0;
    if (page_says_none(file))
        provenance->state = ATTESTED_ABSENT;
    else
        found = store_provenance_answer(check->verification->job->scan->store,
                                        check->due->package_id, file->due->sha256, &check->arena,
                                        &provenance->document, &provenance->etag, err);
    if (found > 0)
        provenance->state = provenance->document.len > 0 ? ATTESTED_KNOWN : ATTESTED_ABSENT;
    return found < 0 ? -1 : 0;
}

static void on_provenance(enum pypi_provenance_word word, const struct buf *body, const char *etag,
                          const struct err *err, void *ctx)
{
    struct file_check *file = ctx;
    struct file_provenance *provenance = &file->provenance;

    switch (word) {
    case PYPI_PROVENANCE_SAME:
        break;
    case PYPI_PROVENANCE_NOWHERE:
        provenance->state = ATTESTED_NOT_ASKED;
        break;
    case PYPI_PROVENANCE_UNKNOWN:
        provenance->state = ATTESTED_UNKNOWN;
        provenance->err = *err;
        break;
    case PYPI_PROVENANCE_HERE:
    case PYPI_PROVENANCE_ABSENT:
        buf_reset(&provenance->document);
        bool here = word == PYPI_PROVENANCE_HERE;
        provenance->state = here ? ATTESTED_KNOWN : ATTESTED_ABSENT;
        provenance->etag = arena_strdup(&file->release->arena, etag);
        provenance->fresh = true;
        if (here && buf_add(&provenance->document, buf_str(body), body->len) != 0) {
            provenance->state = ATTESTED_UNKNOWN;
            err_set(&provenance->err, REASON_TOO_LARGE, "provenance of %s: too large",
                    file->due->filename);
        }
    }
    verify_came(file->release->verification);
}

/* Nothing is known, it may be known otherwise by now, or the page tells of one that was not there.
 */
static bool is_due(const struct file_check *file)
{
    return file->provenance.state == ATTESTED_NOT_ASKED || file->release->due->newest ||
           (file->provenance.state == ATTESTED_ABSENT && file->due->provenance != NULL);
}

bool verify_ask_provenance(struct file_check *file)
{
    const struct release_check *check = file->release;
    const struct scan *scan = check->verification->job->scan;
    const struct index *index = verify_index(check);

    if (!is_wanted(file) || page_says_none(file) || !is_due(file) || index == NULL ||
        !pypi_has_provenance(index->pypi, file->due->provenance))
        return false;
    if (scan->stop != REASON_NONE) {
        file->provenance.state = ATTESTED_UNKNOWN;
        err_set(&file->provenance.err, scan->stop, "provenance of %s: %s", file->due->filename,
                reason_meaning(scan->stop));
        return false;
    }
    struct pypi_provenance asked = {
        .url = file->due->provenance,
        .name = check->due->package,
        .version = check->due->version,
        .filename = file->due->filename,
        .etag = file->provenance.etag,
    };
    pypi_get_provenance(index->pypi, &asked, on_provenance, file);
    return true;
}

/* --- where the commit stands ----------------------------------------------------------------- */

struct tree_file {
    const char *path;
    char oid[OID_HEX];
};

struct tree_files {
    struct tree_file *items;
    size_t count, size;
    struct arena *arena;
};

static int add_file(void *ctx, const char *path, enum mirror_kind kind, const char *oid)
{
    struct tree_files *files = ctx;

    if (kind == MIRROR_TREE)
        return 0;
    files->items = mem_grow(files->items, files->count, &files->size, sizeof *files->items);
    struct tree_file *file = &files->items[files->count++];
    file->path = arena_strdup(files->arena, path);
    memcpy(file->oid, oid, OID_HEX);
    return 0;
}

static int by_path(const void *a, const void *b)
{
    return strcmp(((const struct tree_file *)a)->path, ((const struct tree_file *)b)->path);
}

static int read_tree(struct mirror *mirror, const char *commit, struct tree_files *out)
{
    struct err ignored;
    int result = mirror_walk(mirror, commit, TREE_ENTRIES_MAX, add_file, out, &ignored);

    if (result == 0 && out->count > 0)
        qsort(out->items, out->count, sizeof *out->items, by_path);
    return result;
}

static const char *version_origin(const struct release_check *check)
{
    const struct due_release *due = check->due;
    const struct project *project = NULL;

    return reader_project(check->verification->job->reader, due->tag_commit, due->directory,
                          &project, NULL) == SOURCE_FOUND
               ? project->origin
               : NULL;
}

static bool only_release_files(const struct tree_files *a, const struct tree_files *b,
                               const char *directory, const char *origin)
{
    for (size_t i = 0, j = 0; i < a->count || j < b->count;) {
        int order = i == a->count ? 1 : j == b->count ? -1 : by_path(&a->items[i], &b->items[j]);
        const char *path = order <= 0 ? a->items[i].path : b->items[j].path;
        bool same = order == 0 && strcmp(a->items[i].oid, b->items[j].oid) == 0;
        i += order <= 0;
        j += order >= 0;
        if (!same && !release_file(path, directory, origin))
            return false;
    }
    return true;
}

/* Between a commit that comes before the tagged one and that: NULL when the trees cannot be read.
 */
static const char *relate_before(const struct release_check *check, const char *commit)
{
    struct mirror *mirror = check->verification->job->mirror;
    struct arena arena = ARENA_INIT;
    struct tree_files then = {.arena = &arena}, tagged = {.arena = &arena};
    const char *relation = NULL;

    if (read_tree(mirror, commit, &then) == 0 &&
        read_tree(mirror, check->due->tag_commit, &tagged) == 0)
        relation = only_release_files(&then, &tagged, check->due->directory, version_origin(check))
                       ? "bumped"
                       : "ancestor";
    free(then.items);
    free(tagged.items);
    arena_release(&arena);
    return relation;
}

/* What schema/README.md documents; NULL: not known. */
static const char *relate(const struct release_check *check, const char *commit)
{
    const struct mirror_blobs *blobs = check->verification->blobs;
    const char *head = check->verification->job->refs.head_oid;

    if (blobs == NULL || commit == NULL)
        return NULL;
    size_t number = mirror_blobs_number(blobs, commit);
    if (number == MIRROR_BLOBS_NONE)
        return "unknown";
    switch (check->due->tag_commit != NULL
                ? origin_relate(blobs, commit, check->due->tag_commit, NULL)
                : ORIGIN_UNKNOWN) {
    case ORIGIN_SAME:
        return "same";
    case ORIGIN_PARENT:
    case ORIGIN_SECOND_PARENT:
    case ORIGIN_ANCESTOR:
        return relate_before(check, commit);
    default:
        break;
    }
    size_t tip = head[0] != '\0' ? mirror_blobs_number(blobs, head) : MIRROR_BLOBS_NONE;
    return tip != MIRROR_BLOBS_NONE && mirror_blobs_between(blobs, tip, number) == 0 ? "branch"
                                                                                     : "elsewhere";
}

/* Whether no later commit can change it. */
static bool is_settled(const struct row_attestation *row)
{
    return row->commit == NULL ||
           (row->relation != NULL &&
            (strcmp(row->relation, "same") == 0 || strcmp(row->relation, "bumped") == 0 ||
             strcmp(row->relation, "ancestor") == 0));
}

/* --- rows ------------------------------------------------------------------------------------ */

/* "github.com/owner/name" is of a forge whose pages or whose git is at that host. */
static int is_on_forge(const struct scan *scan, const char *repository)
{
    const char *const *hosts = scan->options->github_web;
    size_t len = repository != NULL ? strcspn(repository, "/") : 0;

    if (repository == NULL)
        return -1;
    if (strlen(scan->host) == len && strncasecmp(scan->host, repository, len) == 0)
        return 1;
    for (size_t i = 0; hosts != NULL && hosts[i] != NULL; i++)
        if (strlen(hosts[i]) == len && strncasecmp(hosts[i], repository, len) == 0)
            return 1;
    return 0;
}

/* Attestations of one release are mostly of one commit: `last` need not be related anew. */
static struct row_attestation row_of(struct release_check *check, const struct file_check *file,
                                     const struct provenance_attestation *attestation,
                                     const struct row_attestation *last)
{
    enum provenance_fault fault =
        provenance_judge(attestation, file->due->filename, file->due->sha256);
    const char *commit = provenance_commit(attestation);
    struct row_attestation row = {
        .filename = file->due->filename,
        .predicate = attestation->predicate,
        .publisher = attestation->publisher->kind,
        .publisher_repository = attestation->publisher->repository,
        .workflow = attestation->publisher->workflow,
        .environment = attestation->publisher->environment,
        .identity = attestation->identity,
        .repository = provenance_repository(attestation, &check->arena),
        .repository_forge_id = attestation->claims[CLAIM_REPOSITORY_ID],
        .commit = commit,
        .ref = provenance_ref(attestation),
        .integrated_at = attestation->integrated_at,
        .fault = provenance_fault_word(fault),
    };

    if (fault == PROVENANCE_FAULT_NONE)
        row.chain = attestation->chain == PROOF_RIGHT ? "verified" : "unchecked";
    row.on_forge = is_on_forge(check->verification->job->scan, row.repository);
    bool again =
        last != NULL && commit != NULL && last->commit != NULL && strcmp(commit, last->commit) == 0;
    row.relation = again ? last->relation : relate(check, commit);
    return row;
}

static int parse(struct release_check *check, struct file_check *file, size_t *size)
{
    struct file_provenance *provenance = &file->provenance;
    struct provenance parsed;

    if (provenance_parse(buf_str(&provenance->document), provenance->document.len,
                         check->verification->job->scan->options->roots, &check->arena, &parsed,
                         &provenance->err) != 0)
        return err_prefix(&provenance->err, "%s", file->due->filename);
    for (size_t i = 0; i < parsed.count; i++) {
        size_t n = check->attestation_count;
        check->attestations = mem_grow(check->attestations, n, size, sizeof *check->attestations);
        check->attestations[n] = row_of(check, file, &parsed.attestations[i],
                                        n > 0 ? &check->attestations[n - 1] : NULL);
        check->attestations[n].number = (int64_t)i;
        check->settled &= is_settled(&check->attestations[n]);
        check->attestation_count++;
    }
    return 0;
}

static void judge_file(struct release_check *check, struct file_check *file, size_t *size)
{
    static const char *const words[] = {
        [ATTESTED_KNOWN] = "known", [ATTESTED_ABSENT] = "absent", [ATTESTED_UNKNOWN] = "unknown"};
    struct file_provenance *provenance = &file->provenance;

    if (provenance->state == ATTESTED_KNOWN && parse(check, file, size) != 0) {
        provenance->state = ATTESTED_UNKNOWN;
        provenance->fresh = false;
    }
    if (provenance->state == ATTESTED_NOT_ASKED)
        return;
    struct row_provenance *row = &check->provenance[check->provenance_count++];
    *row = (struct row_provenance){.filename = file->due->filename,
                                   .kind = file->due->kind,
                                   .state = words[provenance->state]};
    if (provenance->state == ATTESTED_UNKNOWN) {
        check->basis = NULL;
        row->reason = reason_word(provenance->err.reason);
        row->detail = provenance->err.text;
    }
}

void verify_provenance(struct release_check *check)
{
    struct row_attestation *rows;
    size_t size = 0;

    if (!check->judged || check->attested)
        return;
    check->attested = true;
    check->provenance = arena_array(&check->arena, check->file_count, sizeof *check->provenance);
    for (size_t i = 0; i < check->file_count; i++)
        judge_file(check, &check->files[i], &size);
    rows = check->attestations;
    check->attestations = arena_copy(&check->arena, rows, check->attestation_count * sizeof *rows);
    free(rows);
    if (check->basis != NULL)
        check->basis = verify_basis(check);
}

int verify_save_provenance(struct store *store, const struct release_check *check, struct err *err)
{
    const struct job *job = check->verification->job;

    if (!check->attested || job->scan->options->compared != NULL)
        return 0;
    for (size_t i = 0; i < check->file_count; i++) {
        const struct file_check *file = &check->files[i];
        const struct file_provenance *provenance = &file->provenance;
        if (provenance->fresh && provenance->state != ATTESTED_UNKNOWN &&
            store_keep_provenance_answer(
                store, check->due->package_id, file->due->sha256, provenance->etag,
                provenance->state == ATTESTED_KNOWN ? &provenance->document : NULL, err) != 0)
            return -1;
    }
    return store_put_provenance(store, job->id, check->due, check->provenance,
                                check->provenance_count, check->attestations,
                                check->attestation_count, err);
}
