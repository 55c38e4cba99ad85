/*
 * The commit that brings published files back into the repository: which of them, where they go,
 * with which bytes, and what it says. From what a comparison found; deterministic.
 */
#ifndef REMEDY_RECOVER_H
#define REMEDY_RECOVER_H

#include "fetch/mirror_write.h"
#include "remedy/published.h"

enum recover_fate { RECOVER_CHANGED, RECOVER_ADDED, RECOVER_LEFT_OUT };

struct recover_file {
    enum recover_fate fate;
    const char *path; /* in the repository; of what is left out: in the published file */
    const char *note; /* why it is left out, or what else there is to say; NULL */
    bool unknown;     /* it is left out as nobody could tell what it is */
};

struct recover_choice {
    struct recover_file *files; /* by fate, then by path */
    size_t count;
    size_t counts[RECOVER_LEFT_OUT + 1];
    struct mirror_request request; /* without an author; no changes where nothing is to be done */
};

/* Whether a member of this class is to come back: its bytes are not what the commit has. */
bool recover_wants(const struct compare_member *member);
/* Everything lives in the arena, or is the input's. */
void recover_choose(const struct published *input, struct arena *arena, struct recover_choice *out);
/* What the commit says; also "fix/sync-repo-with-v1.0.0". */
const char *recover_message(const struct published *input, const struct recover_choice *choice,
                            struct arena *arena);
const char *recover_branch(const char *version, struct arena *arena);

#endif
