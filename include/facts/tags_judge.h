/*
 * Which readings of the tags denote releases of one package: design.md section 8. What is certain
 * goes first (the project's own words, its NAME), then plain versions, then what is learned from
 * these and from the releases.
 */
#ifndef FACTS_TAGS_JUDGE_H
#define FACTS_TAGS_JUDGE_H

#include "facts/tags_table.h"

/* What the tree at a tag says of the version that the tag's name says. */
enum tag_tree {
    TREE_UNKNOWN, /* no tree was read for this package */
    TREE_NONE,    /* trees were, but the package is not in this one */
    TREE_SILENT,  /* it states no version: it comes from the tag, or only running code would tell */
    TREE_DIFFERS,
    TREE_AGREES,
};

struct tag_verdict {
    size_t entry;
    const char *how;
    bool said; /* the project's own words read it so */
    enum tag_tree tree;
    const struct tag_release *release; /* NULL: the index has no such version */
};

struct tag_verdicts {
    struct tag_verdict *items;
    size_t count, size;
};

/* Whether the release came soon after the tagged commit, or a little before it; false where one of
   the times is not known. */
bool tags_near(const struct tags_tag *tag, const struct tag_release *release);
/* Adds the package's verdicts. Packages that are not on the index come first: a plain tag that one
   of them claims is not another's by default. */
void tags_judge(struct tag_table *table, size_t package, struct tag_verdicts *out);

#endif
