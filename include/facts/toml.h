/*
 * TOML 1.0 as JSON: one data model for what projects and users write. toml++ does the parsing;
 * nothing of it leaves this module. Date-times become strings as RFC 3339 writes them, infinities
 * and NaN the strings "inf", "-inf", "nan" (JSON has no such numbers).
 */
#ifndef FACTS_TOML_H
#define FACTS_TOML_H

#include <stddef.h>

#include <jansson.h>

#ifdef __cplusplus
extern "C" {
#endif

#include "base/err.h"

/* Larger documents fail (REASON_TOO_LARGE). */
#define TOML_MAX (4u << 20)
/* Brackets inside brackets, and components of a dotted key; deeper ones fail (REASON_LIMIT). */
#define TOML_NESTING 32
/* More values fail as well; a byte of a document can be one. */
#define TOML_VALUES 100000

/* 0: *out is an object that the caller releases with json_decref. -1 with REASON_PARSE, and `what`
   (the file's name), line and column in the text: "pyproject.toml:3:5: …". A leading UTF-8 byte
   order mark and CRLF are read. */
int toml_parse(const char *data, size_t len, const char *what, json_t **out, struct err *err);

/* The same, and where each key stands: *lines is a flat object from a path to a line (from 1),
   {"scan": 3, "scan.jobs": 4, "waive[0]": 7, "waive[0].rule": 8}. Keys are joined as they are, so a
   quoted key that holds a dot reads like two. Both are the caller's. */
int toml_parse_lines(const char *data, size_t len, const char *what, json_t **out, json_t **lines,
                     struct err *err);

#ifdef __cplusplus
}
#endif

#endif
