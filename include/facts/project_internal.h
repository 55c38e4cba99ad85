/* Between the files project*.c: one reading of one project's directory. */
#ifndef FACTS_PROJECT_INTERNAL_H
#define FACTS_PROJECT_INTERNAL_H

#include <jansson.h>

#include "facts/ini.h"
#include "facts/project.h"
#include "facts/pyvalue.h"

/* Calls of setup() in one setup.py: more is no setup.py of one project. */
#define PROJECT_CALLS 8

struct project_call {
    size_t open;           /* its bracket */
    struct py_frame frame; /* where it stands */
};

struct project_reader {
    const struct source *source;
    const char *directory;
    struct project_all_said said;
    struct arena *arena;
    struct err *err;
    struct project *out;
    bool pending; /* a file that was asked for is on its way */
    bool failed;  /* … cannot be had, or is no text; err says which */

    json_t *pyproject;     /* NULL when there is none */
    json_t *lines;         /* of its keys */
    struct ini cfg;        /* of setup.cfg; empty when there is none */
    struct pysource setup; /* of setup.py */
    struct project_call calls[PROJECT_CALLS];
    size_t call_count;
    size_t call;           /* the bracket of the last call; 0 when there is none */
    struct py_frame frame; /* where that one stands */
    struct py_frame module;
    const char *unreadable; /* why setup.py could not be read; NULL */
    struct py_eval eval;
};

/* --- project_files.c: the tree, and what stands in it --------------------------------------- */

/* Reads a file, its path relative to the project ("../LICENSE" reaches out, not beyond the tree).
 */
enum source_result project_file(struct project_reader *r, const char *path, const char **data,
                                size_t *len);
/* The same as parsed TOML, and the lines of its keys; NULL when it is not there or failed. */
json_t *project_toml(struct project_reader *r, const char *path, json_t **lines);
/* Opens the three project files. False when nothing can be said yet or ever. */
bool project_open(struct project_reader *r);
void project_close(struct project_reader *r);
/* "DIRECTORY/path:line", without the line when it is 0. */
const char *project_place(struct project_reader *r, const char *path, size_t line);

/* A value of pyproject.toml (or another document) by its dotted path; NULL when it is not there. */
json_t *project_at(const json_t *root, const char *path);
/* … if it is a string. */
const char *project_text_at(const json_t *root, const char *path);
/* Its line in pyproject.toml, 0 when it has none. */
size_t project_line(const json_t *lines, const char *path);
/* An argument of setup(), also out of its ** dictionaries; UNKNOWN when there is none, when it
   cannot be known, or when the calls of setup() differ, then with the place where it is computed.
   `given` (may be NULL): there is one at all; then a call without it differs, too. */
struct py_value project_argument(struct project_reader *r, const char *name, bool *given);
/* A value inside a dict literal or dict() argument. */
bool project_dict_item(const struct pysource *source, struct py_span dict, const char *key,
                       struct py_span *value);

/* --- What the readers conclude --------------------------------------------------------------- */

bool project_says(struct project_reader *r, enum declared_kind kind, const char *version,
                  const char *origin);
bool project_opaque(struct project_reader *r, const char *origin, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));

/* --- Where versions stand: each returns whether it concluded -------------------------------- */

/* The name's first assignment at top level of the file at `path`, where that is a literal, which is
   what setuptools reads without importing; or, with `string`, the first one that is a string, which
   is what flit reads. False when there is none; of bytes the value is unknown. */
bool project_literal(struct project_reader *r, const char *path, const char *name, bool string,
                     struct py_value *out);
bool project_version_attribute(struct project_reader *r, const char *spec, const char *origin);
/* What a module at a path binds a name to. */
bool project_version_name(struct project_reader *r, const char *path, const char *name);
bool project_version_files(struct project_reader *r, const char *const *paths, const char *origin);
/* The group (by name, else number 1) of a pattern in a file. */
bool project_version_pattern(struct project_reader *r, const char *path, const char *pattern,
                             const char *group, const char *origin);

/* project_backend.c: the version by build backend; project_setuptools.c: by setuptools. */
void project_version(struct project_reader *r);
bool project_setuptools(struct project_reader *r);
/* Whether setup(**…) may hold anything; where it is given an argument, else where it stands. */
bool project_spreads(const struct project_reader *r);
const char *project_setup_place(struct project_reader *r, const char *argument);
/* project_doubts.c: what its comment and the project's other files say against it. */
void project_doubts(struct project_reader *r);
/* project_said.c: instead of what the files say, once the name is known: whether it concluded about
   the version; and the rest, last. */
bool project_said_version(struct project_reader *r);
void project_said_rest(struct project_reader *r);
/* project_metadata.c: everything but the version. */
void project_metadata(struct project_reader *r);
void project_tags(struct project_reader *r);

#endif
