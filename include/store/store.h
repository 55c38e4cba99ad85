/*
 * The database. The only user of SQLite; SQL lives in schema/, never in C.
 *
 * One writer: everything here is called from one lane of limit 1 (net/work.h) or before the loop
 * runs. What is written between store_begin and store_commit or store_keep is stored whole or not
 * at all; kill -9 loses at most what was not committed.
 */
#ifndef STORE_STORE_H
#define STORE_STORE_H

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "store/rows.h"

struct store;

enum store_mode {
    STORE_SCAN, /* creates, migrates, takes the lock ("PATH.lock" names pid, host and start) */
    STORE_READ, /* must exist; never writes; any number beside a scan */
};

/* Whether there can be a database at this path: what is there is a file and may be read, for a scan
   also written or made. Opens nothing. */
int store_check_file(const char *path, enum store_mode mode, struct err *err);
int store_open(const char *path, enum store_mode mode, struct store **out, struct err *err);
void store_close(struct store *store);
/* Whether a scan is at work on the database at `path`, and which: its process, host and start.
   Takes no lock, so it is in nobody's way. */
#define STORE_HOLDER 384
bool store_holder(const char *path, char out[STORE_HOLDER]);
/* The same of an open database, whoever it is. */
bool store_is_scanned(const struct store *store);

/* --- runs ----------------------------------------------------------------------------------- */
enum run_state { RUN_COMPLETE, RUN_INTERRUPTED, RUN_FAILED };
/* Marks what an earlier scan left "running" as interrupted, then begins. `arguments` is a JSON
   array. store_run() is the id until the end. */
int store_begin_run(struct store *store, const char *arguments, struct err *err);
/* This run keeps the fleet of the one before: it looked at none (offline). */
void store_keep_scope(struct store *store);
/* A complete run ends the scope of everything that was not touched in it (rules_evaluate, called
   before, does so too), unless it keeps it. */
int store_end_run(struct store *store, enum run_state state, struct err *err);
int64_t store_run(const struct store *store);
/* The newest complete run that looked at the fleet, and when it began; 0: there is none. */
int store_last_scan(struct store *store, int64_t *run, int64_t *started_at, struct err *err);
/* Ends the coverage of listings that this run did not ask for; `asked` ends with NULL, or is NULL.
 */
int store_forget_listings(struct store *store, const char *const *asked, struct err *err);
/* Number of fact rows that this run opened or closed, those of the open batch included: 0 means
   nothing changed. */
int64_t store_changes(const struct store *store);

/* --- batches -------------------------------------------------------------------------------- */
int store_begin(struct store *store, struct err *err);
int store_commit(struct store *store, struct err *err);
/* As store_commit, but what was written shares a transaction with the batches that follow: it is on
   the disk after the next store_commit or store_flush. */
int store_keep(struct store *store, struct err *err);
int store_flush(struct store *store, struct err *err);
/* Undoes the open batch alone. */
void store_rollback(struct store *store);

/* --- what earlier runs learned --------------------------------------------------------------- */
/* Remembered by key ("etag URL credential", "git-host https://github.com"); 1 found, 0 not, or
   longer than the buffer's ceiling: it is learned anew then. */
int store_recall(struct store *store, const char *key, struct buf *value, struct err *err);
int store_remember(struct store *store, const char *key, const char *value, struct err *err);

struct known_package {
    int64_t id;
    const char *name;      /* PEP 503 */
    const char *etag;      /* of its document; NULL */
    const char *state;     /* "known", "absent"; NULL: never seen */
    const char *link;      /* link state with this repository; NULL: only a project of that name */
    const char *directory; /* of the project; NULL: only tags hold it */
    /* by store_known_package alone: */
    bool was_known;     /* in some run */
    bool also_at;       /* other indexes have its name too */
    const char *status; /* PEP 792; NULL */
};

/* Where a branch was when it was the default branch. */
struct known_tip {
    const char *ref, *oid;
};

struct known_repository {
    int64_t id;         /* 0: never seen */
    const char *digest; /* of its refs; NULL: never read */
    const char *head_oid;
    int reader;
    const struct known_tip *tips; /* of runs before, the latest first */
    size_t tip_count;
    bool has_projects;
    const char *workflows; /* "known", "unknown" (then why), or NULL: it has none */
    const char *workflows_reason, *workflows_detail;
    const struct known_package *packages; /* linked, or held by its projects */
    size_t package_count;
};
/* By (host, forge_id) when the id is not 0, else by (host, owner, name); a row found by name that
   had no id gets this one. Strings live in the arena. */
int store_known_repository(struct store *store, const char *host, int64_t forge_id,
                           const char *owner, const char *name, struct arena *arena,
                           struct known_repository *out, struct err *err);
int store_known_package(struct store *store, const char *index, const char *name,
                        struct arena *arena, struct known_package *out, struct err *err);
/* The releases as they hold now, ordered by version; without their files. */
int store_releases(struct store *store, int64_t package_id, struct arena *arena,
                   struct row_release **out, size_t *count, struct err *err);
/* The document's row as it holds now; state NULL when never seen. */
int store_package(struct store *store, int64_t package_id, struct arena *arena,
                  struct row_package *out, struct err *err);

/* --- facts ------------------------------------------------------------------------------------ */
/* All of these stand between store_begin and store_commit. */

/* Identities: found or made, unless *id tells already (a repository known by a former name).
   put_repository also notes today's names and flags. */
int store_put_repository(struct store *store, const struct row_repository *row, int64_t *id,
                         struct err *err);
int store_package_id(struct store *store, const char *index, const char *name, int64_t *id,
                     struct err *err);

int store_put_refs(struct store *store, int64_t repository_id, const struct row_refs *refs,
                   const struct row_tag *tags, size_t count, struct err *err);
int store_put_lost_tips(struct store *store, int64_t repository_id,
                        const struct row_lost_tips *tips, struct err *err);
int store_put_declarations(struct store *store, int64_t repository_id,
                           const struct row_declaration *rows, size_t count, struct err *err);
int store_put_projects(struct store *store, int64_t repository_id, const struct row_project *rows,
                       size_t count, struct err *err);
/* The document and all its releases and files. etag may be NULL. */
int store_put_package(struct store *store, const struct row_package *row, const char *etag,
                      const struct row_release *releases, size_t count, int64_t *id,
                      struct err *err);
/* Other indexes that have its name too. */
int store_put_also_at(struct store *store, int64_t package_id, const char *const *urls,
                      size_t count, struct err *err);
int store_put_links(struct store *store, int64_t repository_id, const struct row_link *rows,
                    size_t count, struct err *err);
int store_put_denotes(struct store *store, int64_t repository_id, const struct row_denotes *rows,
                      size_t count, struct err *err);
int store_put_release_sources(struct store *store, int64_t repository_id,
                              const struct row_release_source *rows, size_t count, struct err *err);
int store_put_skipped(struct store *store, int64_t repository_id, const struct row_skipped *rows,
                      size_t count, struct err *err);
/* What its workflows publish, in place of what they did. */
int store_put_action_pins(struct store *store, int64_t repository_id,
                          const struct row_action_pin *rows, size_t count, struct err *err);
int store_put_workflows(struct store *store, int64_t repository_id, const struct row_workflow *rows,
                        size_t count, const struct row_publish *publishes, size_t publish_count,
                        struct err *err);
/* --- contents: what is due, what files hold, what became of them --------------------------------
 */

struct due_file {
    const char *filename, *kind, *url, *sha256; /* url and sha256 NULL: the index does not tell */
    const char *provenance;                     /* as in struct row_file */
    int64_t size;                               /* -1 likewise */
    int64_t uploaded_at;
};
/* A release with files, of a package that is linked to the repository. */
struct due_release {
    int64_t package_id, release_id;
    const char *index; /* its URL */
    const char *package, *version, *directory;
    const char *tag, *tag_commit; /* NULL: none denotes it */
    int64_t committed_at;
    bool newest;
    bool historic;     /* older than the first tag, or policy calls it so */
    const char *basis; /* from which it was judged last; NULL: never */
    struct due_file *files;
    size_t file_count;
};
/* Everything that could be compared, as it holds now, with its files. `policy` as rules_evaluate
   takes it. */
int store_contents_due(struct store *store, int64_t repository_id, const char *policy,
                       struct arena *arena, struct due_release **out, size_t *count,
                       struct err *err);
/* What the file of this digest holds, as this revision of the reader told: 1 found, 0 not. */
int store_artifact(struct store *store, const char *sha256, int reader, struct buf *manifest,
                   struct err *err);
/* The rest within a batch. */
int store_put_artifact(struct store *store, const char *sha256, int reader,
                       const struct buf *manifest, struct err *err);
/* All that was compared of a release, and from what. */
int store_put_contents(struct store *store, int64_t repository_id,
                       const struct due_release *release, const struct row_contents *files,
                       size_t file_count, const struct row_content_member *members,
                       size_t member_count, const char *basis, struct err *err);

/* What the index answered when it was asked for the provenance of the file of this digest: 1 found,
   0 not. The document stays empty where there is none; the ETag lives in the arena, or is NULL. */
int store_provenance_answer(struct store *store, int64_t package_id, const char *sha256,
                            struct arena *arena, struct buf *document, const char **etag,
                            struct err *err);
/* `document` NULL: there is none. */
int store_keep_provenance_answer(struct store *store, int64_t package_id, const char *sha256,
                                 const char *etag, const struct buf *document, struct err *err);
/* All that is known of a release's provenance. */
int store_put_provenance(struct store *store, int64_t repository_id,
                         const struct due_release *release, const struct row_provenance *files,
                         size_t file_count, const struct row_attestation *attestations,
                         size_t attestation_count, struct err *err);

/* All coverage rows of one subject: the ids and the organisation of the first row name it, so
   count is at least 1. */
int store_put_coverage(struct store *store, const struct row_coverage *rows, size_t count,
                       struct err *err);

/* The subject is part of this run. What is not touched leaves the fleet when the run completes. */
int store_touch_repository(struct store *store, int64_t repository_id, struct err *err);
int store_touch_package(struct store *store, int64_t package_id, struct err *err);

/* --- reading ---------------------------------------------------------------------------------- */
/* The newest complete run that began at the instant or before; REASON_USAGE when there is none. */
int store_run_as_of(struct store *store, int64_t instant, int64_t *run, struct err *err);
/* From now on the views show the facts as of this run; 0: the newest complete one (else the newest
   at all). -1 when there is no such run. */
int store_view_run(struct store *store, int64_t run, struct err *err);
/* The newest complete run before that one (0: of all); *out 0 when there is none. */
int store_run_before(struct store *store, int64_t run, int64_t *out, struct err *err);

enum cell_type { CELL_NULL, CELL_INTEGER, CELL_TEXT };
struct cell {
    enum cell_type type;
    int64_t integer;
    const char *text;
    size_t len;
};
/* One row of a query; a non-zero return stops it. Cells are valid during the call. */
typedef int store_row_fn(void *ctx, const struct cell *cells, size_t count);

struct bind {
    const char *name; /* ":package" */
    const char *text; /* NULL binds NULL */
};
/* Runs the named query of schema/queries ("report_packages"); columns() tells their names before
   the first row. */
typedef int store_columns_fn(void *ctx, const char *const *names, size_t count);
int store_query(struct store *store, const char *query, const struct bind *binds, size_t count,
                store_columns_fn *columns, store_row_fn *row, void *ctx, struct err *err);

/* PRAGMA integrity_check, for doctor: reads the whole file. */
int store_check(struct store *store, struct err *err);

#endif
