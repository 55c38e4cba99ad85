/*
 * What the files of scan/reader share, and nobody else includes.
 */
#ifndef SCAN_READER_INTERNAL_H
#define SCAN_READER_INTERNAL_H

#include <uthash.h>

#include "scan/paths.h"
#include "scan/reader.h"

struct reader {
    struct mirror *mirror;
    struct reader_said said;
    struct arena arena;
    struct paths paths;
    struct blob *blobs;
    size_t cached;
    struct want *wants;
    const char **want_list;
    struct levels *levels;
    struct readings *readings;
    enum reason failure; /* of what was FAILED last */
};

/* The content of a blob; PENDING notes that it is wanted. */
enum source_result reader_blob(struct reader *reader, const char *oid, const char **data,
                               size_t *len);
/* Makes room: whoever read before is done with it. */
void reader_shrink(struct reader *reader);
void reader_drop_readings(struct reader *reader);

#endif
