/*
 * Python source as tokens and statements, read without running anything. Bytes in, spans out: what
 * a value means is pyvalue.h's business. Python 2 and 3 alike; also good enough for meson.build,
 * whose strings, comments and brackets are Python's.
 */
#ifndef FACTS_PYSOURCE_H
#define FACTS_PYSOURCE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/err.h"

/* Larger files, and files with more brackets inside brackets, are not read. */
#define PYSOURCE_MAX     (1u << 20)
#define PYSOURCE_NESTING 64

enum py_kind { PY_END, PY_NAME, PY_NUMBER, PY_STRING, PY_OP };

struct py_token {
    const char *s; /* into the source; of a string with prefix and quotes */
    uint32_t len;
    uint32_t line; /* from 1 */
    enum py_kind kind;
};

/* A range of tokens or of statements, the end excluded. */
struct py_span {
    size_t start, end;
};

/* One simple statement, or the header of a compound one without its colon. What stands behind the
   colon or behind ";" is a statement of its own, indented deeper than the header. */
struct py_statement {
    struct py_span tokens;
    uint32_t indent;
    uint32_t scope; /* how many `def` and `class` it is inside of */
    bool wild;      /* may bind names that its form does not show: exec, import *, :=, globals() */
};

struct pysource {
    const char *path;              /* of the file, for the places it is quoted by */
    const struct py_token *tokens; /* ends with a PY_END */
    size_t count;                  /* without it */
    const struct py_statement *statements;
    size_t statement_count;
    size_t wild_tokens; /* of all wild statements: what looking for one name may cost */
};

/* Everything lives in the arena, `data` must live as long. -1 when it is too large, has a NUL or a
   string or bracket without end. */
int pysource_read(const char *data, size_t len, const char *path, struct arena *arena,
                  struct pysource *out, struct err *err);

bool py_is(const struct pysource *source, size_t token, const char *text);
/* The token behind the bracket that closes the one at `open`. */
size_t py_skip_brackets(const struct pysource *source, size_t open);
/* The first token of [from, end) outside brackets that is the operator, or end. */
size_t py_find(const struct pysource *source, struct py_span span, const char *op);
/* The next argument or item at or behind `*at`, up to a comma or the end. False when there is none.
 */
bool py_next_item(const struct pysource *source, size_t *at, size_t end, struct py_span *item);
/* The value of keyword `name` among the arguments of the call whose bracket opens at `open`.
   `separator` is "=" (":" in meson). */
bool py_keyword(const struct pysource *source, size_t open, const char *name, const char *separator,
                struct py_span *value);

/* A place for statements: all of a module that are in no function or class, or a function's body.
 */
struct py_scope {
    struct py_span statements;
    uint32_t scope;
};
struct py_scope py_module_scope(const struct pysource *source);
/* The body of the function whose `def` is statement `def`. */
struct py_scope py_function_scope(const struct pysource *source, size_t def);

enum py_how {
    PY_ASSIGNED, /* NAME = value, NAME: T = value, a = NAME = value */
    PY_UNPACKED, /* a, NAME = value: item `target` of `targets` */
    PY_OPENED,   /* with value as NAME */
    PY_LOOPED,   /* for NAME in value */
    PY_IMPORTED, /* import of a module or of a name from it; value is the statement up to the name
                  */
    PY_DEFINED,  /* def NAME */
    PY_BOUND,    /* anything else: +=, :=, class, global, del, globals()[…] = … */
    /* These may bind the name, or not: */
    PY_EXECUTED, /* exec of code in this scope: value is what py_exec_at() takes apart */
    PY_STARRED,  /* from module import *: value is the statement */
    PY_REACHED,  /* a function that says `global NAME` or writes to globals(), called at any time */
};
struct py_binding {
    enum py_how how;
    struct py_span value;
    size_t statement;
    size_t target, targets;
    uint32_t indent; /* of the statement; 0: at top level */
};
/* A call of exec or execfile, or an exec statement of Python 2. */
struct py_exec {
    struct py_span code, spaces; /* its arguments */
    bool own;                    /* it runs in the namespace where it stands */
    size_t end;                  /* the token behind it */
};
/* The one at a token of a statement that ends at `end`; false when there is none. */
bool py_exec_at(const struct pysource *source, size_t token, size_t end, struct py_exec *out);

/* The loops around a statement: from the innermost one's header to the outermost one's end. Empty
   when there is none. */
struct py_span py_loop_around(const struct pysource *source, size_t statement);

/* The next binding of a name in the scope, from statement *at on; *at is then behind it. Blanks
   (None, "") before the value that fills them are passed over. */
bool py_next_binding(const struct pysource *source, struct py_scope scope, const char *name,
                     size_t len, size_t *at, struct py_binding *out);

#endif
