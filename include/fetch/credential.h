/* Values of the Authorization header. */
#ifndef FETCH_CREDENTIAL_H
#define FETCH_CREDENTIAL_H

/* Basic authentication (RFC 7617) with a user name, a bearer token (RFC 6750) without one (NULL).
   What others could use is registered with log_secret(). The caller frees. */
char *credential_header(const char *user, const char *secret);

#endif
