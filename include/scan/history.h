/*
 * What the projects in some directories declared over the whole history of a repository: each
 * statement once, with the oldest commit that makes it. Works on the pool.
 */
#ifndef SCAN_HISTORY_H
#define SCAN_HISTORY_H

#include <jansson.h>
#include <uthash.h>

#include "scan/reader.h"

struct history_said {
    const char *normal; /* the project's name; NULL: its files do not tell */
    enum declared_kind kind;
    const char *version; /* NULL: none */
    char commit[OID_HEX];
    int64_t committed_at;
};

/* The project in one directory. */
struct history_place {
    const char *directory;
    struct history_said *said;
    size_t count, size;
    bool unsure;                /* what some commit declares is not known */
    bool placeholder;           /* a commit that was met declares a version that is none */
    const struct project *last; /* what the commit before read here, */
    size_t last_said;           /* and which statement that is */
    UT_hash_handle hh;
};

struct history {
    struct reader *reader;
    struct mirror *mirror;
    struct arena *arena;
    struct history_place *places; /* by directory */
    size_t readings;
    bool passing;    /* something could not be read for a reason that may pass */
    bool incomplete; /* some commit is not here, or there are too many */
};

/* The place of that directory, made if there is none; the directory is borrowed. */
struct history_place *history_place(struct history *history, const char *directory);
/* Reads all commits that the tips lead to, those that were not read in an earlier run. *memory (may
   be NULL) is what that run left; it becomes what is to be given to the next. Call again after the
   wants of the reader were fetched. -1: the mirror cannot be read. */
int history_read(struct history *history, const char *const *tips, size_t count, json_t **memory,
                 struct err *err);
/* Frees what the arena does not hold. */
void history_release(struct history *history);

#endif
