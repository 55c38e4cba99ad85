/*
 * The Link header of a paged listing (RFC 8288), of which only the next page matters.
 */
#ifndef FETCH_LINK_HEADER_H
#define FETCH_LINK_HEADER_H

#include <stddef.h>

/* Copies the target of the first link with rel="next", as it is. 1 when there is one, 0 when there
   is none (header may be NULL), -1 when the header does not parse or the target does not fit. */
int link_header_next(const char *header, char *out, size_t size);

#endif
