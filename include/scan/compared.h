/*
 * One release that was compared with its repository, and the bytes of its files: handed to who asks
 * a scan for them (scan_options.compared). Nothing of it lives longer than the call.
 */
#ifndef SCAN_COMPARED_H
#define SCAN_COMPARED_H

#include "facts/compare.h"
#include "fetch/mirror.h"
#include "scan/scan.h"

struct scan_compared_file {
    const struct due_file *file;
    enum archive_kind kind;
    const struct err *err; /* why nothing is known of it; NULL */
    /* The commit that needs the fewest changes to hold it; NULL: none explains any of it. */
    const char *commit;
    int64_t committed_at;
    const struct compare_tree *tree;
    const struct compare_result *result;
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
