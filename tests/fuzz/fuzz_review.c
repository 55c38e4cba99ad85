/* Pull requests, reviews, checks and releases of the forge. */
#include <stdint.h>

#include "facts/review.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const char *body = (const char *)data;
    struct arena arena = ARENA_INIT;
    struct review_checks checks = {0};
    struct review_votes votes;
    struct review_pull pull;
    struct err err;
    bool draft;

    review_pull_read(body, size, "main", &arena, &pull, &err);
    review_votes_read(body, size, &(struct review_pull){.author = "rowan", .head = "h"}, &arena,
                      &votes, &err);
    review_checks_read(body, size, "https://github.com/o/r/actions/runs/9/", &arena, &checks, &err);
    review_statuses_read(body, size, &arena, &checks, &err);
    review_release_read(body, size, &draft, &err);
    arena_release(&arena);
    return 0;
}
