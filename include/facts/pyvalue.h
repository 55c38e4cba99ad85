/*
 * What an expression of Python source is bound to be, found without running it: literals, names
 * bound once, and the handful of pure operations by which projects compose and look up their
 * version (join, format, slices, os.path, reading a file of the tree, a regular expression over it,
 * exec of one, import of one). What could be more than one thing is unknown.
 */
#ifndef FACTS_PYVALUE_H
#define FACTS_PYVALUE_H

#include "base/arena.h"
#include "base/err.h"
#include "facts/pysource.h"
#include "facts/source.h"

enum py_type {
    PY_UNKNOWN,
    PY_TEXT,   /* s, len; also paths, relative to the project's directory */
    PY_DIGITS, /* a number, as str() would write it */
    PY_LIST,   /* items; of a tuple too */
    PY_MATCH,  /* items are its groups */
    PY_REGEX,  /* s, len, flags */
    PY_FILE,   /* path: an open one */
    PY_LINE,   /* one line of the file at path, picked by the code; s is what it binds, or NULL */
    PY_MODULE, /* path of its file, "" for one that is not ours; s is its dotted name */
    PY_NAMESPACE, /* a dict that exec or a loop over a file's lines fills; s is its name, path the
                     file when there is only one */
    PY_FUNCTION,  /* a `def`: source and its statement in count */
};

struct py_value {
    enum py_type type;
    const char *s;
    size_t len;
    const struct py_value *items;
    size_t count;
    unsigned flags;   /* of a regex */
    const char *name; /* of a group */
    const char *path; /* file that holds the literal or content */
    uint32_t line;    /* in it; 0: the whole file */
    const struct pysource *source;
    bool unbound; /* of PY_UNKNOWN: for certain, nothing binds the name */
    bool lines;   /* of a PY_NAMESPACE: filled from lines of the file, which is not run */
};

struct py_eval {
    struct arena *arena;
    /* Reads a file of the tree, path relative to the project's directory. */
    enum source_result (*read)(void *ctx, const char *path, const char **data, size_t *len);
    void *ctx;
    /* Set by pyvalue_init: what bounds the work (in tokens looked at), and the files read so far.
     */
    size_t fuel;
    unsigned depth;
    struct py_file *files;
    struct py_memo *memos;
};

/* Where names are looked up. */
struct py_frame {
    const struct pysource *source;
    struct py_scope scope;
    const struct py_frame *outer;     /* of a function: the module's; NULL */
    size_t before;                    /* only what statements before this one bind */
    const struct py_value *arguments; /* with their names; of a function or comprehension */
    size_t argument_count;
    bool lines; /* only what lines say that assign a name: the file is read, not run */
};

void pyvalue_init(struct py_eval *eval, struct arena *arena);
struct py_frame pyvalue_module(const struct pysource *source);

struct py_value pyvalue_eval(struct py_eval *eval, const struct py_frame *frame,
                             struct py_span expression);
/* The value of a name in a frame. */
struct py_value pyvalue_name(struct py_eval *eval, const struct py_frame *frame, const char *name,
                             size_t len);
/* A file of the tree, read once; NULL when it is not there or no Python. */
const struct pysource *pyvalue_source(struct py_eval *eval, const char *path);
/* The value of a top-level name of the Python file at `path`. */
struct py_value pyvalue_attribute(struct py_eval *eval, const char *path, const char *name);
/* The same by the lines that assign it, as code finds it that searches the file for them. */
struct py_value pyvalue_line(struct py_eval *eval, const char *path, const char *name);
/* The value as the text of a version; NULL when it is none. A tuple is joined by dots, one like
   sys.version_info read as such. */
const char *pyvalue_text(struct py_eval *eval, const struct py_value *value);

/* --- Between pyvalue.c, pyexpr.c and pycall.c ------------------------------------------------- */

#define PYVALUE_ITEMS 64

struct py_value pyvalue_of(enum py_type type, const char *s, size_t len);
/* A step that looks at so many tokens; false when the evaluation went too far or too deep. */
bool pyvalue_spend(struct py_eval *eval, size_t cost);
/* The line of the file at `path` that the code in the span picks by `x.startswith("__version__")`
   or
   `"__version__" in x`; x is the name, or any name when it is NULL. */
struct py_value pyvalue_pick(struct py_eval *eval, const struct pysource *source,
                             struct py_span code, const struct py_token *name, const char *path);
/* Whether a list is as sys.version_info is: three numbers, a word like "final", a number. */
bool pyvalue_is_version_info(const struct py_value *list);
/* "1.2.0", "1.2.0rc1" of such a list. */
struct py_value pyvalue_version_info(struct py_eval *eval, const struct py_value *list);
/* Whether `a == b` or `a != b` holds: 1, 0, or -1 for what cannot be known. */
int pyvalue_condition(struct py_eval *eval, const struct py_frame *frame, struct py_span span);
/* Calls a `def` of the tree. */
struct py_value pyvalue_call(struct py_eval *eval, const struct py_value *function,
                             const struct py_value *arguments, size_t count);

#endif
