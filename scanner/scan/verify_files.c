#include "scan/verify.h"

#include <string.h>

#include "base/text.h"
#include "facts/compare.h"
#include "fetch/spool.h"

/* Bytes of members that are kept with a manifest: what proves the rest, and what no commit holds,
   as only that needs to be looked into. Many documents leave room for code, both for the proofs. */
#define KEEP_MEMBER   ((size_t)256 << 10)
#define KEEP_ALL      ((size_t)4 << 20)
#define KEEP_CODE     ((size_t)2 << 20)
#define KEEP_OTHER    ((size_t)1 << 20)
#define WHOLE_MEMBER  ((size_t)64 << 20) /* of what somebody asked for */
#define WHOLE_ALL     ((size_t)512 << 20)
#define MANIFEST_MAX  ((size_t)64 << 20)
#define RELEASE_BYTES ((int64_t)1 << 30) /* of all files of one release together */

/* --- which files ----------------------------------------------------------------------------- */

/* A platform's wheel holds what the others do, but for its binaries, which nobody can compare. */
static bool is_platform_wheel(const struct due_file *file)
{
    return text_ends_with(file->filename, ".whl") && !text_ends_with(file->filename, "-any.whl");
}

static void check_file(struct file_check *file)
{
    const struct due_file *due = file->due;

    if (due->url == NULL)
        err_set(&file->err, REASON_BAD_ANSWER, "%s: the index gives no address for it",
                due->filename);
    else if (due->sha256 == NULL)
        err_set(&file->err, REASON_UNSUPPORTED, "%s: the index gives no SHA-256 for it",
                due->filename);
}

void verify_choose_files(struct release_check *check)
{
    const struct due_release *due = check->due;
    const char *only = check->verification->job->scan->options->only_file;
    int64_t bytes = 0;

    check->files = arena_array(&check->arena, due->file_count, sizeof *check->files);
    for (int platform = 0; platform < 2; platform++)
        for (size_t i = 0; i < due->file_count; i++) {
            struct file_check *file = &check->files[check->file_count];
            enum archive_kind kind;
            if (is_platform_wheel(&due->files[i]) != (platform == 1) ||
                archive_kind_of(due->files[i].filename, &kind) != 0 ||
                (only != NULL && kind != ARCHIVE_SDIST &&
                 strcmp(due->files[i].filename, only) != 0))
                continue; /* eggs and installers are of another time */
            *file = (struct file_check){.release = check,
                                        .due = &due->files[i],
                                        .kind = kind,
                                        .spool = -1,
                                        .manifest = BUF_INIT(MANIFEST_MAX),
                                        .provenance.document = BUF_INIT(PROVENANCE_BYTES)};
            check_file(file);
            bytes += due->files[i].size > 0 ? due->files[i].size : 0;
            if (bytes > RELEASE_BYTES)
                err_set(&file->err, REASON_TOO_LARGE,
                        "%s: the files of one release are too large together",
                        due->files[i].filename);
            check->file_count++;
        }
    check->rows = arena_array(&check->arena, check->file_count, sizeof *check->rows);
}

/* --- what they hold -------------------------------------------------------------------------- */

static bool keep_unknown(void *ctx, const struct archive_member *member)
{
    struct file_check *file = ctx;
    const struct mirror_blobs *blobs = file->release->verification->blobs;
    const bool code = text_ends_with(member->path, ".py");
    size_t *kept = code ? &file->kept_code : &file->kept_other;

    if (compare_reads(member))
        return true;
    if (mirror_blobs_find(blobs, member->oid, NULL) ||
        (member->lf_oid[0] != '\0' && mirror_blobs_find(blobs, member->lf_oid, NULL)) ||
        *kept + (size_t)member->size > (code ? KEEP_CODE : KEEP_OTHER))
        return false;
    *kept += (size_t)member->size;
    return true;
}

static bool keep_all(void *ctx, const struct archive_member *member)
{
    (void)ctx;
    (void)member;
    return true;
}

/* Once more, for who asked for the bytes; what is compared stays what a scan compares. */
static int read_whole(struct file_check *file)
{
    struct archive_request request = {
        .filename = file->due->filename,
        .keep = keep_all,
        .keep_max = WHOLE_MEMBER,
        .keep_total = WHOLE_ALL,
    };

    if (file->release->verification->job->scan->options->compared == NULL)
        return 0;
    return archive_read(file->spool, &request, &file->release->arena, &file->whole, &file->err);
}

/* Its digest first: of other bytes than the index names nothing is believed. */
static int read_spool(struct file_check *file)
{
    struct archive_request request = {
        .filename = file->due->filename,
        .keep = keep_unknown,
        .keep_ctx = file,
        .keep_max = KEEP_MEMBER,
        .keep_total = KEEP_ALL,
    };
    char digest[ARCHIVE_SHA256];

    if (archive_digest(file->spool, digest, &file->err) != 0)
        return -1;
    if (strcasecmp(digest, file->due->sha256) != 0)
        return err_set(&file->err, REASON_BAD_ANSWER,
                       "%s: what came has the SHA-256 %.12s…, the index names %.12s…",
                       file->due->filename, digest, file->due->sha256);
    if (archive_read(file->spool, &request, &file->release->arena, &file->contents, &file->err) !=
            0 ||
        manifest_encode(&file->contents, &file->manifest, &file->err) != 0 || read_whole(file) != 0)
        return -1;
    file->fetched = true;
    return 0;
}

void verify_read_files(struct release_check *check)
{
    for (size_t i = 0; i < check->file_count; i++) {
        struct file_check *file = &check->files[i];
        if (file->err.reason == REASON_NONE && file->spool >= 0)
            read_spool(file);
        else if (file->err.reason == REASON_NONE)
            manifest_decode(file->manifest.data, file->manifest.len, &check->arena, &file->contents,
                            &file->err);
        if (file->spool >= 0)
            spools_give(check->verification->job->scan->spools, file->spool);
        file->spool = -1;
    }
}
