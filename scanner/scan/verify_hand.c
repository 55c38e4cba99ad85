#include "scan/verify.h"

/* What the commit may have in another form. */
static bool has_old(const struct compare_member *member)
{
    switch (member->class) {
    case COMPARE_ALTERED:
    case COMPARE_OTHER_COMMIT:
    case COMPARE_REVIEW:
    case COMPARE_EXPANDED:
    case COMPARE_GENERATED:
        return member->git_path != NULL;
    default:
        return false;
    }
}

static bool want_old(const struct job *job, const struct scan_compared_with *with)
{
    const char *data;
    bool here = true;
    size_t len;

    for (size_t i = 0; with->commit != NULL && i < with->result->count; i++) {
        const struct compare_member *member = &with->result->members[i];
        if (has_old(member))
            here &= reader_read(job->reader, with->commit, member->git_path, &data, &len) !=
                    SOURCE_PENDING;
    }
    return here;
}

bool verify_want_old(const struct file_check *file)
{
    const struct job *job = file->release->verification->job;

    if (job->scan->options->compared == NULL)
        return true;
    bool tagged = want_old(job, &file->tagged), nearest = want_old(job, &file->nearest);
    return tagged && nearest;
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
            .tagged = file->tagged,
            .nearest = file->nearest,
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
