/* What inquiry.c (what is asked, and what becomes of an answer) and inquiry_store.c (what is due,
   and what is stored) share. */
#ifndef SCAN_INQUIRY_PARTS_H
#define SCAN_INQUIRY_PARTS_H

#include "fetch/graphql.h"
#include "scan/inquiry.h"
#include "store/forge_rows.h"

/* One repository. */
struct target {
    int64_t id;
    const char *updated_at; /* NULL: not listed */
    const char *full_name;
    struct due_forge due;
    unsigned open;  /* parts that are not answered */
    bool touched;   /* some part is answered */
    bool saved;     /* or there was nothing to ask */
    struct err err; /* why something is unknown */
    struct forge_release *releases;
    size_t release_count, release_size;
    struct forge_commit *commits; /* as many as are due; unknown until they are answered */
};

/* What of a repository is asked at once. */
struct part {
    struct target *target;
    bool releases;
    const char *after;   /* cursor of the page before; NULL: the first */
    unsigned pages;      /* before this one */
    size_t first, count; /* of the commits that are due */
};

/* One request with its answer. */
struct round {
    struct graphql_item items[GRAPHQL_BATCH];
    struct forge_asked asked[GRAPHQL_BATCH];
    struct part parts[GRAPHQL_BATCH];
    size_t count;
    char *body;
    size_t len;
    int64_t now, remaining, reset_at;
    struct forge_answer answer;
};

struct inquiry {
    struct scan *scan;
    struct graphql *graphql; /* NULL without a credential */
    struct arena arena;      /* until the end */
    struct arena answers;    /* until what they told is saved */
    struct target *targets;
    size_t count, size;
    bool begun, done;
    unsigned total, answered; /* of the targets, those that were due */
    unsigned batch;           /* that an earlier run found to work; 0: none did */
    struct part *parts;       /* `next` is the first that was not asked for */
    size_t part_count, next;
    struct round round;
    unsigned limits, failures; /* in a row */
    bool told_refused;
    struct err err;   /* why nothing more is asked */
    struct err fatal; /* of the store */
};

/* On the store lane. What is due of all targets; without a credential, that it is not asked. */
void inquiry_find(void *inquiry);
/* Saves the targets that are answered, or failed, and were not saved yet. */
void inquiry_save(void *inquiry);
/* For the next run. */
void inquiry_remember(void *inquiry);

#endif
