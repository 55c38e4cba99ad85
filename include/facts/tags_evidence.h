/*
 * What speaks for the tags of one package: how each one's name relates to it, what the tree there
 * says, when the release came, and what all tags of a scheme say together. tags_judge.h decides.
 */
#ifndef FACTS_TAGS_EVIDENCE_H
#define FACTS_TAGS_EVIDENCE_H

#include "facts/tags_judge.h"

/* A release comes soon after the commit that it is made from; some are tagged a little late. */
#define DAY         86400
#define NEAR_BEFORE (2 * DAY)
#define NEAR_AFTER  (21 * DAY)
/* One that was there so long before the commit was made from another. */
#define LONG_BEFORE (30 * DAY)
/* Fewer tags than this teach nothing about a form, or about another's scheme. */
#define LEARN_MIN 3

enum tag_relation {
    RELATION_SAID,    /* the project's own words */
    RELATION_NAMED,   /* its NAME */
    RELATION_LIKELY,  /* the end of its NAME: its own where the releases bear that out */
    RELATION_PLAIN,   /* no NAME */
    RELATION_OTHER,   /* another package's NAME */
    RELATION_UNKNOWN, /* a prefix that says nothing to us */
};

struct tag_candidate {
    struct tag_verdict verdict;
    enum tag_relation relation;
    bool near;     /* the release came soon after the commit */
    bool same_day; /* or within a day */
    bool sure;     /* no tree says otherwise, and one of these */
};

struct tag_judge {
    struct tag_table *table;
    struct tag_package *package;
    size_t index;
    bool alone; /* no other package of the repository is on the index */
    bool has_named;
    struct tag_candidate *candidates;
    size_t count, size;
    const char **built; /* commits that releases were made from, in order */
    size_t built_count;
    struct tag_counts forms[TAG_TEXT + 1];
    bool strange; /* plain tags are another product's, but for those of a release's day */
    struct tag_verdicts *out;
};

/* Gathers what can be the package's at all, counts it and draws what follows from the counts; the
   package, the table and `alone` are set. */
void tag_evidence(struct tag_judge *judge);
void tag_evidence_release(struct tag_judge *judge);

/* Whether a release was made from that commit, by a plain tag and the day. */
bool tag_evidence_built(const struct tag_judge *judge, const char *commit);

#endif
