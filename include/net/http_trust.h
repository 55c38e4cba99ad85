/*
 * Where certificate authorities are looked up.
 */
#ifndef NET_HTTP_TRUST_H
#define NET_HTTP_TRUST_H

#include <stdbool.h>

/* Whether the directory, in which OpenSSL finds an authority by the hash of its name, holds all
   that the bundle holds. To load a bundle of 150 takes 20 ms, for each connection anew; to look one
   up takes none. Either may be NULL. */
bool http_trust_directory_suffices(const char *directory, const char *bundle);

#endif
