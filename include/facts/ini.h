/*
 * setup.cfg as configparser.RawConfigParser reads it (Python library reference, "Supported INI File
 * Structure"). Not inih: it hands over one line at a time cut at 200 bytes, ends a value at " ;",
 * knows no empty line inside a value and tells "=" from ":" by its own rules, so what it reads of a
 * setup.cfg is not what setuptools reads.
 */
#ifndef FACTS_INI_H
#define FACTS_INI_H

#include <stddef.h>

#include "base/arena.h"
#include "base/err.h"

#define INI_MAX (1u << 20)

struct ini_entry {
    const char *section;
    const char *key; /* as written */
    const char
        *value;  /* lines joined by \n, trailing white space gone; UTF-8 (Latin-1 is converted) */
    size_t line; /* of the key */
};

struct ini {
    const struct ini_entry *entries;
    size_t count;
};

/* Everything lives in the arena. -1 with REASON_PARSE, `what` and the line in the text when a line
   is none of the format, or REASON_TOO_LARGE. */
int ini_parse(const char *data, size_t len, const char *what, struct arena *arena, struct ini *out,
              struct err *err);

/* The entry of a key, in any case and with - for _ (as setuptools reads metadata); the last one
   where a file repeats it. NULL when there is none. */
const struct ini_entry *ini_get(const struct ini *ini, const char *section, const char *key);
/* Its value; NULL when there is none. */
const char *ini_value(const struct ini *ini, const char *section, const char *key);

#endif
