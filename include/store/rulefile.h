/*
 * Inside store/ only: rule files. A rule is a header of comments ("-- key: value", going on in
 * comment lines that are indented by two blanks or more) and one SELECT.
 */
#ifndef STORE_RULEFILE_H
#define STORE_RULEFILE_H

#include "store/rules.h"

/* Reads the header; the statement itself is not looked at. Strings live in the arena. `source` is
   what errors name. */
int rulefile_parse(const char *text, const char *source, struct arena *arena, struct rule *out,
                   struct err *err);
/* PATH is ID.sql, and ID is the id in the header. */
int rulefile_read(const char *path, struct arena *arena, struct rule *out, struct err *err);

typedef int rulefile_fn(void *ctx, const char *path, struct err *err);
/* The files *.sql of a folder, in the order of their names; a failure stops it. */
int rulefile_each(const char *folder, rulefile_fn *fn, void *ctx, struct err *err);

#endif
