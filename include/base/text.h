/*
 * Bytes of strangers made fit to be shown: names of tags, files and packages come from the network
 * and may hold newlines, escape sequences or broken UTF-8.
 */
#ifndef BASE_TEXT_H
#define BASE_TEXT_H

#include <stdbool.h>
#include <stddef.h>

/* Writes `in` to `out` (size bytes, always terminated): control characters, bidirectional marks and
   bytes that are not UTF-8 become \xNN or \uNNNN, the rest stays. Cut at a whole character when it
   does not fit. Returns the length written. */
size_t text_escape(const char *in, size_t len, char *out, size_t size);

/* Length in bytes of the valid UTF-8 character at `s` (1..4), 0 when it is none. */
size_t text_utf8_len(const char *s, size_t left);
/* Whether all of it is UTF-8 without NUL. */
bool text_is_utf8(const char *s, size_t len);
bool text_is_ascii(const char *s);

/* Columns that the text takes on a terminal, for table layout (no combining-character finesse). */
size_t text_columns(const char *s);

bool text_starts_with(const char *s, const char *prefix);
bool text_ends_with(const char *s, const char *suffix);
/* Its length without the slashes at its end. */
size_t text_without_slashes(const char *s);

/* The candidate nearest to `word` by edit distance, else the first that begins with it; NULL when
   none is near enough to suggest.
   `candidates` ends with NULL. */
const char *text_nearest(const char *word, const char *const *candidates);

#endif
