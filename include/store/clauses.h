/*
 * Inside store/ only: the SELECT of a rule taken apart into the conditions that a row must meet, so
 * that each can be asked by itself. Text in, text out; what it does not understand stays whole.
 */
#ifndef STORE_CLAUSES_H
#define STORE_CLAUSES_H

#include <stddef.h>

#include "base/arena.h"

struct clause_texts {
    const char **items;
    size_t count, size;
};

/* One SELECT of a UNION. Texts have their comments taken out and blanks made one. */
struct clause_arm {
    struct clause_texts results;    /* of the select list, with their AS */
    const char *from;               /* after FROM; NULL */
    struct clause_texts conditions; /* of WHERE, one for each AND */
    const char *group, *having;     /* after GROUP BY, HAVING; NULL */
};

struct clauses {
    const char *with; /* "WITH … ", or "" */
    struct clause_arm *arms;
    size_t count, size;
};

/* In the arena. */
void clauses_read(const char *sql, struct arena *arena, struct clauses *out);

/* Behind blanks and comments. */
const char *clause_skip_blank(const char *sql);
/* The expression of a result without its AS. */
const char *clause_expression(const char *result, struct arena *arena);
/* Index of the result of that name ("package_id", "r.package_id", "p.id AS package_id"), or -1. */
int clause_find(const struct clause_arm *arm, const char *name);
/* The columns that a condition names, outside its subqueries, each once. */
void clause_columns(const char *condition, struct arena *arena, struct clause_texts *out);

#endif
