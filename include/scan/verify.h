/*
 * Comparing what is published with the repository: the last part of a repository's job, after its
 * facts are saved. Releases are taken some at a time, so that memory does not grow with their
 * number: their files are fetched (unless the store has what they hold), read on the pool, compared
 * together (what blobs that needs is fetched in one request), and saved.
 */
#ifndef SCAN_VERIFY_H
#define SCAN_VERIFY_H

#include "facts/compare.h"
#include "facts/manifest.h"
#include "fetch/mirror_blobs.h"
#include "scan/compared.h"
#include "scan/job.h"

/* Of what is compared, and how: verdicts of another revision are made anew. */
#define VERIFY_REVISION 3
#define VERIFY_WINDOW   8 /* releases that are compared together */

struct release_check;

/* What its index says of who made it. */
enum attested { ATTESTED_NOT_ASKED, ATTESTED_KNOWN, ATTESTED_ABSENT, ATTESTED_UNKNOWN };
struct file_provenance {
    enum attested state;
    bool fresh; /* new to the store */
    struct buf document;
    const char *etag;
    struct err err; /* of UNKNOWN */
};

/* One published file. */
struct file_check {
    struct release_check *release;
    const struct due_file *due;
    enum archive_kind kind;
    int spool;                                 /* -1: none */
    bool fetched;                              /* its manifest is new to the store */
    struct buf manifest;                       /* from the store, or to go there */
    struct archive_contents contents;          /* what it holds */
    struct err err;                            /* why that is not known */
    struct archive_contents whole;             /* with all bytes, where somebody asked for them */
    size_t kept_code, kept_other;              /* bytes of members that no commit holds */
    struct scan_compared_with tagged, nearest; /* for who asked for what was compared */
    struct file_provenance provenance;
};

struct release_check {
    struct verification *verification;
    const struct due_release *due;
    struct arena arena;
    struct file_check *files;
    size_t file_count;
    const char *basis; /* from what it is judged; NULL: not for good */
    struct row_contents *rows;
    struct row_content_member *members;
    size_t member_count;
    struct row_provenance *provenance; /* of file_count at most */
    size_t provenance_count;
    struct row_attestation *attestations;
    size_t attestation_count;
    bool settled;  /* no later commit changes what was found */
    bool judged;   /* nothing more is wanted */
    bool attested; /* provenance, too, was looked at */
};

struct verification {
    struct job *job;
    struct arena arena;
    struct due_release *due;
    size_t count, next;
    struct release_check window[VERIFY_WINDOW];
    size_t open;      /* releases in the window */
    unsigned waiting; /* files that are still to come */
    struct mirror_blobs *blobs;
    struct err err; /* of the repository: nothing can be compared */
    bool unknown;   /* something could not be looked at */
    void (*then)(struct job *job);
};

/* Compares what is due of the job's repository, then calls on, from the loop. */
void job_verify(struct job *job, void (*then)(struct job *job));
/* Whether an earlier run compared all that this one would; on the store lane. */
int job_recall_verified(struct job *job, struct err *err);

/* From what the release is judged: as long as that is the same, so is the verdict. */
const char *verify_basis(const struct release_check *check);

/* verify.c, for verify_provenance.c: the index of a release, NULL when it is none of this scan; one
   answer more has come. */
struct index *verify_index(const struct release_check *check);
void verify_came(struct verification *verification);

/* verify_files.c: what of one release is looked at; then, on the pool, what was spooled. */
void verify_choose_files(struct release_check *check);
void verify_read_files(struct release_check *check);
/* verify_compare.c: fills rows and members; what is missing is noted as wanted by the job's reader.
   On the pool. */
void verify_compare(struct release_check *check);
/* verify_provenance.c: what the store has of it; on the store lane. */
int verify_recall_provenance(struct file_check *file, struct err *err);
/* Asks the index, when that is due: whether an answer will come. */
bool verify_ask_provenance(struct file_check *file);
/* Fills the rows, once the release is judged; on the pool. */
void verify_provenance(struct release_check *check);
/* Within a batch; nothing when nobody looked. */
int verify_save_provenance(struct store *store, const struct release_check *check, struct err *err);

/* verify_hand.c: for who asked for what was compared. What the commits have of a file that differs
   must be here: false when something is noted as wanted. */
bool verify_want_old(const struct file_check *file);
void verify_hand_over(const struct release_check *check);

#endif
