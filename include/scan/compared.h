/*
 * One release that was compared with its repository, and the bytes of its files: handed to who asks
 * a scan for them (scan_options.compared). Nothing of it lives longer than the call.
 */
#ifndef SCAN_COMPARED_H
#define SCAN_COMPARED_H

#include "facts/compare.h"
#include "fetch/mirror.h"
#include "scan/scan.h"

/* A commit, and what a file came to there. */
struct scan_compared_with {
    const char *commit; /* NULL: none, the tree is empty */
    int64_t committed_at;
    const char *relation; /* to the tag's commit, a word of scan/origin.h; NULL: there is no tag */
    const struct compare_tree *tree;
    const struct compare_result *result; /* NULL: it was not compared there */
};

struct scan_compared_file {
    const struct due_file *file;
    enum archive_kind kind;
    const struct err *err; /* why nothing is known of it; NULL */
    /* The tag's commit, unless another was asked for (scan_options.against). */
    struct scan_compared_with tagged;
    /* The commit that needs the fewest changes to hold it, or the one that was asked for; without
       an id: none explains any of it. */
    struct scan_compared_with nearest;
    /* The members of `result`, in its order, each with its bytes unless there are too many. */
    const struct archive_contents *whole;
};

struct scan_compared {
    const char *repository; /* "owner/name" */
    struct mirror *mirror;  /* has the old blobs of what is altered, as far as they could be had */
    const struct due_release *release;
    const struct scan_compared_file *files; /* sdists first, platform wheels last */
    size_t count;
};

#endif
