/*
 * Every file that a repository ever held: the id of each blob in the trees of a mirror's history,
 * with the commits that it came and went with. Known from commits and trees alone; no blob is read.
 * Kept in the mirror's directory (MIRROR_BLOBS_FILE) and brought up to date by what is new; losing
 * it loses time, never facts: the same tips give the same answers, however often they moved before.
 *
 * Commits have an order that depends on nothing but themselves: by date, where the date of a commit
 * is at least a second after its parents' (git's "corrected commit date"), then by id. So parents
 * come before children, whatever their clocks said. Functions here block: call them on the pool.
 */
#ifndef FETCH_MIRROR_BLOBS_H
#define FETCH_MIRROR_BLOBS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "base/oid.h"
#include "fetch/mirror.h"

#define MIRROR_BLOBS_FILE "fleetdrift-blobs"

struct mirror_blobs;

/* The index of all that the tips (commits or tags; what leads to no commit is passed over) lead to,
   read from the mirror's directory, brought up to date and written there. It is made anew when the
   file is broken and when the tips no longer lead to all that it covers (a force-push). A commit or
   tree that the mirror lacks is an error, REASON_MISSING_OBJECT: nothing is said of a history that
   cannot be read. What cannot be written is told in the log only. The mirror is borrowed. */
int mirror_blobs_open(struct mirror *mirror, const char *const *tips, size_t count,
                      struct mirror_blobs **out, struct err *err);
void mirror_blobs_free(struct mirror_blobs *blobs);

/* --- blobs ----------------------------------------------------------------------------------- */

/* Commits are numbers here: 0 the oldest in the order above. */
struct mirror_blob {
    size_t first; /* the oldest commit whose tree has it */
    bool left;    /* a commit was seen to change or delete it at some path, and not to move it */
    size_t last;  /* then the newest commit that is known to have had it: the last one before it
                     left a path, or the last one that brought it (back). Else MIRROR_BLOBS_NONE: a
                     tip has it, unless a merge dropped what one of its sides had, which is not
                     looked at */
};
#define MIRROR_BLOBS_NONE SIZE_MAX

/* Whether some commit's tree has it; `out` may be NULL. */
bool mirror_blobs_find(const struct mirror_blobs *blobs, const char *oid, struct mirror_blob *out);
size_t mirror_blobs_count(const struct mirror_blobs *blobs);

/* --- commits --------------------------------------------------------------------------------- */

size_t mirror_blobs_commits(const struct mirror_blobs *blobs);
/* The number of a commit, MIRROR_BLOBS_NONE when the tips do not lead there. */
size_t mirror_blobs_number(const struct mirror_blobs *blobs, const char *commit);
/* Its id. An error when the mirror has lost it since. */
int mirror_blobs_id(const struct mirror_blobs *blobs, size_t number, char out[OID_HEX],
                    struct err *err);
/* As the commit says; CLOCK_UNKNOWN when it does not. */
int64_t mirror_blobs_time(const struct mirror_blobs *blobs, size_t number);
/* The numbers of its parents, in the commit's order, up to `max` of them; returns how many it has.
 */
size_t mirror_blobs_parents(const struct mirror_blobs *blobs, size_t number, size_t *parents,
                            size_t max);

/* Sets the marks, one for each commit, of those that `from` leads to, itself included. */
void mirror_blobs_mark(const struct mirror_blobs *blobs, size_t from, bool *marks);
/* How many commits `from` leads to, itself included, that `without` (MIRROR_BLOBS_NONE: none) does
   not; what `git rev-list --count WITHOUT..FROM` says. 0: it is one of those behind `without`. */
size_t mirror_blobs_between(const struct mirror_blobs *blobs, size_t without, size_t from);

#endif
