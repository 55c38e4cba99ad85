/*
 * Reads trees of a mirror for the readers of facts/: files by path, projects by directory, and the
 * few files of a tree that matter. What is asked for and not here is noted as wanted, so that one
 * request fetches all of it. Works on the pool; belongs to one job.
 */
#ifndef SCAN_READER_H
#define SCAN_READER_H

#include "facts/project.h"
#include "facts/workflow.h"
#include "scan/levels.h"

struct reader;

/* What the user says of how a repository is read. */
struct reader_said {
    struct project_all_said projects;
    const char *const *ignore; /* globs of directories that hold no project; NULL-terminated; may
                                  be NULL */
};
/* What was said must outlive the reader. */
struct reader *reader_new(struct mirror *mirror, struct reader_said said);
void reader_free(struct reader *reader);

/* Blobs that were asked for and are not here, each once; borrowed until reader_fetched(). */
size_t reader_wants(struct reader *reader, const char *const **oids);
/* The wants were fetched, or could not be: what is still missing then is FAILED, not PENDING. */
void reader_fetched(struct reader *reader);

/* Whether the user says that nothing in this directory is a project. */
bool reader_ignores(const struct reader *reader, const char *directory);

/* Notes a blob that will be read, so that it comes with the first request. */
void reader_prefetch(struct reader *reader, const char *oid);

/* levels_walk() over the tree of a commit. */
int reader_walk(struct reader *reader, const char *commit, const char *near, levels_fn *fn,
                void *ctx, struct err *err);

/* Whether walks were cut short because all of the job's came by too much. */
bool reader_is_spent(const struct reader *reader);

struct reader_changelog {
    const char *path, *oid;             /* live as long as the reader */
    const char *spare_path, *spare_oid; /* the next best by its name: of use where the first only
                                           says where it moved to; NULL */
};
/* The changelog of the project at a directory of a commit, as its metadata name it, else by its
   name: FOUND, ABSENT, PENDING while the metadata are not here, or FAILED when a tree cannot be
   read or goes on beyond the limits. */
enum source_result reader_changelog(struct reader *reader, const char *commit,
                                    const char *directory, struct reader_changelog *out);
struct reader_release {
    const char *path, *version; /* live as long as the reader */
    struct reader_release *next;
};
/* The files that say of one release each what is new in it; in the arena. FAILED as above, with
   what was found. */
enum source_result reader_releases(struct reader *reader, const char *commit, const char *directory,
                                   struct arena *arena, struct reader_release **out);

/* The content of a file of a commit, as a source sees it; lives until something else is read. */
enum source_result reader_read(struct reader *reader, const char *commit, const char *path,
                               const char **data, size_t *len);
/* Why that FAILED, or reader_changelog(). */
enum reason reader_failure(const struct reader *reader);
/* The first file that a glob of `license-files` names; the path lives as long as the reader. */
enum source_result reader_match(struct reader *reader, const char *commit, const char *directory,
                                const char *glob, const char **path);
/* project_read() at a commit; what was read before from the same files is not read again. The
   project lives as long as the reader; unless PENDING its directory is set. */
enum source_result reader_project(struct reader *reader, const char *commit, const char *directory,
                                  const struct project **out, struct err *err);

/* What the workflows of a commit publish, as workflows_read() says; FAILED when their folder cannot
   be read or holds more than is looked at. The first notes what that will ask for. */
void reader_prefetch_workflows(struct reader *reader, const char *commit);
enum source_result reader_workflows(struct reader *reader, const char *commit, struct arena *arena,
                                    struct workflows *out, struct err *err);

#endif
