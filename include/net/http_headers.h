/*
 * The header block of one answer, as its lines come.
 */
#ifndef NET_HTTP_HEADERS_H
#define NET_HTTP_HEADERS_H

#include <stdint.h>

#include "base/buf.h"

#define HTTP_HEADERS_MAX (64 * 1024)

struct http_headers {
    struct buf lines; /* "name\0value\0" of each */
};

void http_headers_init(struct http_headers *headers);
void http_headers_release(struct http_headers *headers);

/* Takes a line as curl hands it over, its line end included. A status line forgets what came
   before (an interim answer); lines that are no header are passed over. -1 at the ceiling. */
int http_headers_add(struct http_headers *headers, const char *line, size_t len);

/* The first value of that name (in any case), NULL when absent; borrowed. */
const char *http_headers_get(const struct http_headers *headers, const char *name);

/* The Date of the answer, CLOCK_UNKNOWN when it has none in the form that RFC 9110 asks for. */
int64_t http_headers_date(const struct http_headers *headers);
/* What time it was by the clock of whoever answered, by ours where it does not say. The end of a
   limit is told by that clock, and ours may be a day off. */
int64_t http_headers_now(const struct http_headers *headers);

#endif
