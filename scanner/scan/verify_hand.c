#include "scan/verify.h"

#include "base/clock.h"
#include "scan/compared.h"

/* What differs from the base, and so is to be written on top of it. */
static bool differs(const struct compare_member *member)
{
    return member->class == COMPARE_ALTERED || member->class == COMPARE_OTHER_COMMIT;
}

bool verify_want_base(const struct file_check *file)
{
    const struct job *job = file->release->verification->job;
    const struct compare_result *result = file->base.result;
    const char *data;
    bool here = true;
    size_t len;

    if (job->scan->options->compared == NULL || file->base.commit == NULL)
        return true;
    for (size_t i = 0; i < result->count; i++) {
        const struct compare_member *member = &result->members[i];
        if (differs(member) && member->git_path != NULL)
            here &= reader_read(job->reader, file->base.commit, member->git_path, &data, &len) !=
                    SOURCE_PENDING;
    }
    return here;
}

static int64_t time_of(struct mirror *mirror, const char *commit)
{
    struct mirror_commit found;

    return commit != NULL && mirror_read_commit(mirror, commit, &found, NULL) == 0
               ? found.commit_time
               : CLOCK_UNKNOWN;
}

void verify_hand_over(const struct release_check *check)
{
    const struct job *job = check->verification->job;
    struct scan_compared_file *files;
    struct arena arena = ARENA_INIT;

    if (job->scan->options->compared == NULL)
        return;
    files = arena_array(&arena, check->file_count, sizeof *files);
    for (size_t i = 0; i < check->file_count; i++) {
        const struct file_check *file = &check->files[i];
        files[i] = (struct scan_compared_file){
            .file = file->due,
            .kind = file->kind,
            .err = file->err.reason != REASON_NONE ? &file->err : NULL,
            .commit = file->base.commit,
            .committed_at = time_of(job->mirror, file->base.commit),
            .tree = file->base.tree,
            .result = file->base.result,
            .whole = &file->whole,
        };
    }
    job->scan->options->compared(job->scan->options->compared_ctx,
                                 &(struct scan_compared){.repository = job->full_name,
                                                         .mirror = job->mirror,
                                                         .release = check->due,
                                                         .files = files,
                                                         .count = check->file_count});
    arena_release(&arena);
}
