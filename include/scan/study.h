/*
 * What the git side of one repository says: its tags with their commits and dates, the projects at
 * the default branch's tip and at every tag that could denote a release. Works on the pool.
 */
#ifndef SCAN_STUDY_H
#define SCAN_STUDY_H

#include <jansson.h>

#include "scan/reader.h"

/* Revision of what is read and how: facts that an older one read are read again. */
#define STUDY_REVISION 23

#define STUDY_TIP SIZE_MAX

struct study_tag {
    const char *name; /* without refs/tags/ */
    const char *oid;
    const char *commit; /* NULL: it leads to no commit */
    bool annotated, is_signed;
    int64_t tagged_at, committed_at;
    int on_default_branch;
    bool candidate; /* its tree was read */
    /* of one that leads to objects which are not here: why; else NULL */
    const char *error;
    enum reason reason;
};

/* One project at one commit. */
struct study_project {
    size_t tag; /* index of the tag, or STUDY_TIP */
    const char *commit;
    const char *directory;
    const struct project *project; /* NULL when it could not be read: see error */
    const char *error;
    enum reason reason;
};

struct study {
    const char *head; /* commit of the default branch; NULL: empty */
    int64_t head_committed_at;
    int64_t first_committed_at; /* of the oldest commit of the default branch */
    struct study_tag *tags;
    size_t tag_count;
    size_t *unread, unread_count;   /* tags with an error */
    struct study_project *projects; /* the tip's first, then by tag */
    size_t project_count;
    bool tips_known;   /* `lost` is all of them; else the history is not here */
    const char **lost; /* of the tips that were given, those that the head does not lead to */
    size_t lost_count;
    const char *limit; /* what there is more of than is looked at: the rest is unknown; or NULL */
};

/* What a tree holds: a project for all that can be seen (or, beyond the limits, maybe one), or only
   files whose content must tell: settings of tools without an import package beside them, and what
   lies in directories for tests and the like. */
enum probe { PROBE_NOTHING, PROBE_UNSURE, PROBE_PROJECTS };
int study_probe(struct reader *reader, struct mirror *mirror, const char *head, enum probe *found,
                struct err *err);

/* The first half, from commits and tags alone: the tip, the tags and where they lead, and which of
   the branch's tips before were lost. */
int study_tags(struct mirror *mirror, const struct gitwire_refs *refs, const char *const *tips,
               size_t tip_count, struct arena *arena, struct study *out, struct err *err);
/* The second: the projects of the tip and of the tags. Call again after the wants of the reader
   were fetched, until it has none. The study lives in the arena, what it points to as long as the
   reader. What *memory (may be NULL) has of tagged commits is not read again; at the end it is what
   the next run is to be given. It belongs to the caller. */
int study_projects(struct reader *reader, struct arena *arena, struct study *study, json_t **memory,
                   struct err *err);

#endif
