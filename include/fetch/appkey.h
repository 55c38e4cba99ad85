/*
 * The private key of a GitHub App, and what is signed with it: JSON web tokens (RS256) that say
 * "this is App N", for ten minutes at most. Sources: contracts.md section 1, "App tokens".
 */
#ifndef FETCH_APPKEY_H
#define FETCH_APPKEY_H

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

struct appkey;

/* `id` is the App's id or client id. The key is a PEM text, not encrypted; `source` names where it
   came from, for messages: nothing of the key itself is ever in one. REASON_USAGE. */
int appkey_new(const char *id, const char *pem, size_t len, const char *source, struct appkey **out,
               struct err *err);
void appkey_free(struct appkey *key);
const char *appkey_id(const struct appkey *key);

/* Valid from a minute before `now` (UTC seconds, by the clock of who reads it) until nine minutes
   after it; registered with log_secret(). The caller frees. */
char *appkey_sign(const struct appkey *key, int64_t now);

#endif
