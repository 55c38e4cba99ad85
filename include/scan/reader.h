/*
 * Reads trees of a mirror for the readers of facts/: files by path, projects by directory, and the
 * few files of a tree that matter. What is asked for and not here is noted as wanted, so that one
 * request fetches all of it. Works on the pool; belongs to one job.
 */
#ifndef SCAN_READER_H
#define SCAN_READER_H

#include "facts/project.h"
#include "fetch/mirror.h"

struct reader;

struct reader *reader_new(struct mirror *mirror);
void reader_free(struct reader *reader);

/* Blobs that were asked for and are not here, each once; borrowed until reader_fetched(). */
size_t reader_wants(struct reader *reader, const char *const **oids);
/* The wants were fetched, or could not be: what is still missing then is FAILED, not PENDING. */
void reader_fetched(struct reader *reader);

/* Notes a blob that will be read, so that it comes with the first request. */
void reader_prefetch(struct reader *reader, const char *oid);

/* A file that matters: of a project, a changelog or a licence. */
struct reader_file {
    const char *path;
    const char *oid;
    bool changelog; /* by its name */
};
/* Those files in the tree of a commit, in tree order; -1 when the tree cannot be read. Lives as
   long as the reader. */
int reader_files(struct reader *reader, const char *commit, const struct reader_file **files,
                 size_t *count, struct err *err);

/* The changelog of the project at a directory of a commit; NULL when there is none. */
const struct reader_file *reader_changelog(struct reader *reader, const char *commit,
                                           const char *directory);

/* The content of a file of a commit, as a source sees it. */
enum source_result reader_read(struct reader *reader, const char *commit, const char *path,
                               const char **data, size_t *len);
/* project_read() at a commit; what was read before from the same files is not read again. The
   project lives as long as the reader. */
enum source_result reader_project(struct reader *reader, const char *commit, const char *directory,
                                  const struct project **out, struct err *err);

#endif
