/*
 * What the forge itself knows, the last part of a scan's looking: when no job is left, repositories
 * that hold a package of their own are asked for together, as many at once as the forge bears
 * (fetch/graphql.h), one request after the other.
 *
 * Asked are its releases, and the commits of each package's newest tagged releases. What is known
 * for good (a merged and reviewed pull request) is not asked again; the rest only when the refs or
 * the listing moved, when what was last known is a week old, or when it was not answered. Without a
 * credential nothing is, and the coverage says so.
 */
#ifndef SCAN_INQUIRY_H
#define SCAN_INQUIRY_H

#include "scan/job.h"

struct inquiry *inquiry_new(struct scan *scan);
void inquiry_free(struct inquiry *inquiry);
/* The repository was saved: what of it is to be asked is found out in the end. */
void inquiry_note(struct inquiry *inquiry, const struct job *job);
/* Nothing else is left to do: whether this is done, too. Else it begins, if it has not, and calls
   scan_idle() in the end. */
bool inquiry_is_done(struct inquiry *inquiry);
/* Repositories that were answered, of how many; false when it is not at work. */
bool inquiry_progress(const struct inquiry *inquiry, unsigned *answered, unsigned *total);

#endif
