/* String and number literals of Python: prefixes, escapes. */
#ifndef FACTS_PYLITERAL_H
#define FACTS_PYLITERAL_H

#include "base/arena.h"
#include "facts/pyvalue.h"

/* The text of a PY_STRING token, also of one of bytes; PY_UNKNOWN for f-strings. Bytes that are no
   UTF-8 are read as Latin-1. */
struct py_value pyliteral_string(struct arena *arena, const struct pysource *source,
                                 const struct py_token *token);
/* A decimal number as str() writes it ("1.10" → 1.1); PY_UNKNOWN for others. */
struct py_value pyliteral_number(struct arena *arena, const struct py_token *token);
bool pyliteral_is_bytes(const struct py_token *token);
/* Whether it is an f-string; then `inner` is what stands between its quotes. */
bool pyliteral_is_format(const struct py_token *token, const char **inner, size_t *len);
/* Text as UTF-8: itself, or read as Latin-1. */
const char *pyliteral_utf8(struct arena *arena, const char *s, size_t len, size_t *out_len);

#endif
