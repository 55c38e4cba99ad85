/*
 * What the parts of the driver share: the scan with its services, and the job of one repository.
 *
 * A job is one struct with an arena, a state, an error. One function enters each state
 * (repository.c, verdict.c); work on the pool and callbacks of fetch/ lead to the next.
 */
#ifndef SCAN_JOB_H
#define SCAN_JOB_H

#include <uthash.h>

#include "facts/listing.h"
#include "fetch/github.h"
#include "fetch/gitwire.h"
#include "fetch/mirror.h"
#include "net/work.h"
#include "scan/claim.h"
#include "scan/scan.h"

struct inquiry;
struct job;
struct progress;

struct scan {
    const struct scan_options *options;
    struct scan_result *result;
    struct store *store; /* only from store_lane */
    struct loop *loop;
    struct http *http;
    struct access *access;
    struct gitwire *wire;
    struct github *github;
    struct spools *spools;
    struct index *indexes;   /* of options->index_count */
    struct lane *store_lane; /* limit 1: the database has one writer */
    struct lane *cpu_lane;
    struct progress *progress;
    struct inquiry *inquiry; /* of the forge, once no job is left */
    struct timer *commit;    /* of what was saved since it was set */
    struct timer *deadline;  /* the run's own */
    int revision;            /* of what is read and how: facts of another one are read again */
    char *host;              /* of the git root: "github.com", "127.0.0.1:8080" */
    char *credential;        /* fingerprint under which ETags are remembered */

    struct job *first, *last; /* waiting for a place */
    unsigned running, done, total;
    struct job_name *names; /* repositories that have a job */
    struct package *packages;
    struct package *documents, **documents_end; /* packages that wait for their turn */
    unsigned documents_open;                    /* asked, and not in the store yet */
    struct listing *listings;
    unsigned listing_count; /* listings that are not done */
    bool unlisted;          /* one failed, and no earlier run tells what it named */
    unsigned asking;        /* packages without a repository that are asked for */

    enum reason stop;   /* why the rest is not looked at; NONE while it is */
    struct err fatal;   /* the database failed */
    struct err unsaved; /* what was saved could not be committed; from store_lane */
};

/* --- the fleet's indexes: indexes.c ------------------------------------------------------------
 */

struct index {
    char *url; /* without a slash at its end: its part in a package's identity */
    struct pypi *pypi;
    unsigned asked, had;       /* packages */
    enum pypi_kind remembered; /* for later runs; on the store lane */
};

/* Once there is HTTP. */
int indexes_open(struct scan *scan, struct err *err);
/* Warns when they had none of many packages: an address that is wrong answers so. */
void indexes_check(const struct scan *scan);
void indexes_free(struct scan *scan);
/* A document of this kind was read: later runs need not find out. On the store lane. */
int index_remember(struct store *store, struct index *index, enum pypi_kind kind, struct err *err);

/* What one index says of a package: lookup.c. Reading is done on the pool, saving on the store lane
   (within a batch). */
struct lookup {
    struct package *package;
    struct index *index;
    struct known_package known;
    char *url, *etag; /* of the document */
    enum pypi_form form;
    enum pypi_word word;
    enum pypi_kind found; /* what the index turned out to be; AUTO: nothing new */
    struct buf body;
    bool absent, not_modified;
    struct row_package row; /* what the document says */
    const struct row_release *releases;
    size_t release_count;
    struct err err; /* of the index */
    int64_t id;     /* of the package at this index; 0: the store has none */
};

void lookup_read(struct lookup *lookup);
/* `winner`: the package is taken from here, and has an id in any case. */
int lookup_save(struct lookup *lookup, bool winner, struct err *err);
void lookup_release(struct lookup *lookup);

/* --- packages: package.c --------------------------------------------------------------------- */

/* One package of the indexes, asked once in a run however many repositories hold it. */
struct package {
    char *name; /* PEP 503 */
    int64_t id; /* once it is ready, unless the store failed */
    bool ready;
    bool changed; /* an index told something new */
    bool named;   /* by the user: part of the fleet whoever claims it */
    struct waiter *waiters;
    struct scan *scan;
    UT_hash_handle hh;
    /* while it is asked */
    struct package *next;
    struct arena arena;
    struct lookup *lookups; /* one an index */
    unsigned waiting;       /* answers that are still to come */
    struct err err;         /* of an index: ends in a coverage row */
    struct err fatal;       /* of the store */
};

typedef void package_ready(struct package *package, void *ctx);
/* Calls back once the store holds what the index says, or that it could not be asked. */
void package_ask(struct scan *scan, const char *name, package_ready *ready, void *ctx);
/* The same for one that the user named; to be called before any job begins. */
void package_ask_named(struct scan *scan, const char *name, package_ready *ready, void *ctx);
void packages_free(struct scan *scan);

/* --- which run did what: stamps.c --------------------------------------------------------------
 */

/* A repository is judged anew when a document of one of its packages changed after it was judged,
   also by a run that asked for the package alone or was interrupted in between. On the store lane;
   keys are the caller's to free. */
char *stamp_judged(const struct job *job);
char *stamp_changed(const struct scan *scan, const char *package);
/* Notes the current run under the key. */
int stamp_remember(struct store *store, const char *key, struct err *err);
/* Notes in job->stale whether the package's document changed in a later run than the one that
   judged the repository. */
int stamp_compare(struct job *job, const char *package, struct err *err);

/* What an earlier run learned of the server of the job's repository, into job->server; and what
   this one learned, for the next. */
int job_recall_server(struct job *job, struct err *err);
int job_remember_server(struct job *job, struct err *err);
/* The same for what it read at tags and in the history: job->memory, job->past. */
int job_recall_study(struct job *job, struct err *err);
int job_remember_study(struct job *job, struct err *err);

/* --- one repository: read by repository.c, judged by verdict.c ------------------------------- */

#define JOB_STATES(X)                                                                              \
    X(LOOKUP, "what earlier runs learned")                                                         \
    X(ASK, "refs and known index documents")                                                       \
    X(PROBE, "the tip's tree alone, to see whether there is a project")                            \
    X(RECALL, "what earlier runs read at tags")                                                    \
    X(HISTORY, "commits and trees of all tags and the default branch")                             \
    X(STUDY, "tags, projects and versions")                                                        \
    X(INDEX, "index documents of packages found")                                                  \
    X(LOAD, "releases, from the store")                                                            \
    X(RENAMES, "where URLs of other names lead")                                                   \
    X(WEIGH, "whether what only the tip was read for is worth the history")                        \
    X(JUDGE, "links, matches, history, changelogs")                                                \
    X(SAVE, "rows of the store")                                                                   \
    X(VERIFY, "published files against the history")                                               \
    X(CLOSE, "the mirror")                                                                         \
    X(DONE, "")

enum job_state {
#define X(id, meaning) JOB_##id,
    JOB_STATES(X)
#undef X
};

struct job {
    struct scan *scan;
    struct job *next;
    struct arena arena;
    enum job_state state;
    uint64_t entered_ms;  /* when, by the monotonic clock */
    struct err err;       /* of the remote: ends in a coverage row */
    struct err fatal;     /* of the store: ends the scan */
    struct err links_err; /* whose its packages are could not be asked: a coverage row too */
    struct row_repository row;
    const char *full_name;    /* "owner/name" */
    const char **former;      /* earlier names, NULL-terminated */
    struct claim *configured; /* packages that the user said are here (--package N=R) */
    size_t configured_count;

    int64_t id;
    struct known_repository known;
    const char *server; /* what gitwire_refs.server said in an earlier run; NULL */
    struct gitwire_refs refs;
    struct arena refs_arena;
    const char *moved_to;          /* where the host redirected; NULL */
    enum probe probe;              /* what it found */
    unsigned waiting;              /* answers that are still to come */
    struct renamed *renames;       /* names that may be former ones: renames.c */
    void (*then)(struct job *job); /* after the last of them */
    unsigned rounds;               /* of wanted blobs */
    unsigned refused;              /* blobs that the server does not have */
    bool asked_again;              /* for its refs, as they moved under our hands */

    struct mirror *mirror;
    struct reader *reader;
    int spool;
    const char **wants, **haves;
    size_t want_count, have_count;
    bool whole; /* small enough to be fetched with its small blobs at once */
    bool filtered;
    json_t *memory; /* of study_projects(), from run to run; NULL: none yet */
    json_t *past;   /* the same of history_read() */
    struct study study;
    struct claim_context context;
    bool stale;                        /* a document changed since this was judged */
    bool unchanged;                    /* refs and index are as the store has them */
    bool verified;                     /* an earlier run compared all that this one would */
    struct verification *verification; /* while published files are compared */
    bool worthless;                    /* no project was found: its mirror goes */
    const char *skipped;               /* by policy: "archived", "fork", "ignored" */
};

/* Runs the job to its end, which starts the next one that waits. The job has its name. */
void job_enter(struct job *job);

/* The states that one half of a job leads to in the other; each goes on by itself. */
void job_read_history(struct job *job);
void job_ask_again(struct job *job); /* the refs are not what they were */
void job_judge(struct job *job);     /* once its projects are known */
void job_save(struct job *job); /* whatever was found: job->err tells what was not; then the end */
void job_set_state(struct job *job, enum job_state state);
/* What it is at, for people. */
const char *job_doing(const struct job *job);

/* Whether its refs were read, and there is no commit. */
bool job_is_empty(const struct job *job);

/* objects.c: brings packs into the job's mirror; then calls on, from the loop. job->err tells. */
enum fetch_kind { FETCH_PROBE, FETCH_HISTORY, FETCH_WANTS };
void job_fetch(struct job *job, enum fetch_kind kind, void (*then)(struct job *job));
void job_close_mirror(struct job *job);
/* Removes the mirror of a repository that turned out to hold no project. */
void job_drop_mirror(struct job *job);

/* renames.c: lists the repositories that the index names instead of this one, on the pool; asks the
   forge whether they are former names of it, then calls on, from the loop. */
void job_list_renames(struct job *job);
void job_ask_renames(struct job *job, void (*then)(struct job *job));

/* save.c: on the store lane. */
void job_save_run(void *job);

/* --- the queue: jobs.c ----------------------------------------------------------------------- */
/* "owner/name" with nothing in it that could lead a path or URL elsewhere. */
bool job_name_is_valid(const char *full_name);
/* Queues the job of a repository; nothing when it has one already. Strings of the row are copied.
   `skipped` says why policy leaves it out, or is NULL; what the user named is never left out. */
void job_add(struct scan *scan, const struct row_repository *row, const char *skipped);
/* The same for one that is known by its name alone. */
void job_add_name(struct scan *scan, const char *full_name);
/* Whether that is its name, or was. */
bool job_is_called(const struct job *job, const char *name);
/* The repository is called otherwise today: the job goes on under that name, from its start, once
   no other job works on it. */
void job_move(struct job *job, const char *full_name);
/* A name that it had before; kept in job->former. */
void job_add_former(struct job *job, const char *name);
/* The job ends: another one that waits for its repository goes on. */
void job_leave_name(struct job *job);
/* Starts what may start. */
void jobs_start(struct scan *scan);
/* The one in work that has been in its state for longest; NULL. */
const struct job *jobs_slowest(const struct scan *scan);
void jobs_free(struct scan *scan);

/* --- what the user says of facts: overrule.c ---------------------------------------------------
 */
/* How this repository is read; in the job's arena. */
struct reader_said job_said(struct job *job);
/* Of what is read, how, and what the user says of it: facts of another one are read again. */
int scan_revision(const struct scan_options *options);
/* The same of one repository, with the packages that the user says are in it. */
int job_revision(const struct job *job);

/* --- listings: discover.c -------------------------------------------------------------------- */
void discover_start(struct scan *scan);
void discover_free(struct scan *scan);

/* --- the rest -------------------------------------------------------------------------------- */
/* From the loop, after work on the pool: when a local resource failed (the reason says so), nothing
   more is begun and what is under way ends. Returns whether it did. */
bool scan_check(struct scan *scan, const struct err *err);
/* If the job's mirror could not be written: its repository is unknown in this run, and the result
   says so once the others are done. */
void scan_note_disk(const struct job *job);
/* Something was saved with store_keep: it is committed soon, together with what is saved till then.
 */
void scan_stored(struct scan *scan);
/* Something ended: when it was the last, timers stop and the loop runs out. */
void scan_idle(struct scan *scan);
struct progress *progress_new(struct scan *scan);
void progress_stop(struct progress *progress);
void progress_free(struct progress *progress);

#endif
