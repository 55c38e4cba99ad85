/*
 * What a run read in the trees of tags, kept for the next: a tree never changes, so it is read once
 * in the life of a database. A list of projects as JSON; losing it costs time alone.
 */
#ifndef SCAN_REMEMBERED_H
#define SCAN_REMEMBERED_H

#include <jansson.h>

#include "scan/study.h"

/* Whether what could not be read for this reason may be read another time. */
bool remembered_may_pass(enum reason reason);

/* The projects of one commit; NULL where some could not be read for a reason that may pass. */
json_t *remembered_list(const struct study_project *projects, size_t count);
/* One of them, with what is asked of projects at tags (name, directory, what is declared). False
   when it is none of ours. */
bool remembered_project(const json_t *item, struct arena *arena, struct study_project *out);

#endif
