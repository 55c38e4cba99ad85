/*
 * URLs as far as HTTP needs them; http_origin and http_check_url are declared in net/http.h.
 */
#ifndef NET_HTTP_URL_H
#define NET_HTTP_URL_H

#include <stdbool.h>

#include "base/buf.h"

#define HTTP_ORIGIN_MAX 300 /* "https://", a name of 255 bytes, ":65535" and the NUL */

/* Whether the URL's host is this machine: localhost, 127.0.0.0/8, ::1. */
bool http_url_is_loopback(const char *url);

/* The target of a Location header, which may be relative. The caller frees; NULL when it is no
   http(s) URL, or one with a user name. */
char *http_url_join(const char *base, const char *location);

/* Adds "/" and one segment of a path, escaped. -1 when the buffer is full. */
int http_url_add_segment(struct buf *url, const char *segment);

#endif
