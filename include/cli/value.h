/*
 * Values as people write them, checked. Every failure is REASON_USAGE and shows the value.
 */
#ifndef CLI_VALUE_H
#define CLI_VALUE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"
#include "scan/scan.h"

#define VALUE_COUNT_MAX  1000000u
#define VALUE_SHARDS_MAX 1000u
#define VALUE_DAYS_MAX   7u /* of a duration, unless its setting says otherwise */

/* From `least` to `most`, which is at most VALUE_COUNT_MAX. */
int value_count(const char *text, unsigned least, unsigned most, unsigned *out, struct err *err);
int value_bool(const char *text, bool *out, struct err *err);
/* "90", "90s", "15m", "2h", "1d"; where it may lack also "none", which is 0; milliseconds. Nobody
   means nothing, and few mean a month: 0 and what is above `most` days are refused. */
int value_duration(const char *text, bool may_lack, unsigned most, uint64_t *out, struct err *err);
/* Position of the word in `choices` (ends with NULL). */
int value_choice(const char *text, const char *const *choices, int *out, struct err *err);
/* All of a file of the user's, up to the buffer's ceiling. */
int value_read_file(const char *path, struct buf *out, struct err *err);
/* "I/N" with 1 <= I <= N. */
int value_shard(const char *text, unsigned *shard, unsigned *shards, struct err *err);

/* Checks without a result: 0, or -1 and a sentence. */
int value_check_app(const char *text, struct err *err);
int value_check_url(const char *text, struct err *err);        /* http(s), no credentials in it */
int value_check_owner(const char *text, struct err *err);      /* "acme" */
int value_check_repository(const char *text, struct err *err); /* "acme/tools" */
int value_check_ignore(const char *text, struct err *err);     /* a glob of "acme/tools" */
int value_check_file(const char *path, struct err *err);       /* a file that can be read */
int value_check_shard(const char *text, struct err *err);
int value_check_run(const char *text, struct err *err); /* "latest" or a number */
/* "2026-01-31", all of that day (UTC), or "2026-01-31T12:00:00Z". */
int value_instant(const char *text, int64_t *out, struct err *err);
int value_check_instant(const char *text, struct err *err);
int value_check_severity(const char *text, struct err *err);
int value_check_state(const char *text, struct err *err);
int value_check_change(const char *text, struct err *err);
int value_check_verify(const char *text, struct err *err); /* "latest", "acme-tools==1.*" */
/* What that means; what is no word is a pattern. */
enum scan_verify value_verify(const char *text);

#endif
