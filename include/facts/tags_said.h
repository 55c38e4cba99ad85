/*
 * What a project itself says of its tags: a prefix (versioneer's tag_prefix) or a regular
 * expression (setuptools-scm's tag_regex, hatch-vcs' tag-pattern). Its expression is a stranger's,
 * so the work that it may cause is bounded; one that passes the bound says nothing.
 */
#ifndef FACTS_TAGS_SAID_H
#define FACTS_TAGS_SAID_H

#include "facts/tags_table.h"

/* Tags of one repository that are held against expressions, over all its packages. */
#define TAGS_SAID_MATCHES 1000000

/* Fills the package's list `said`; `left` of the matches are allowed and are taken off. */
void tags_said(struct tag_table *table, size_t package, size_t *left);

#endif
