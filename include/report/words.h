/* Rows in words for people: what a cell of a table or a line of a card says. */
#ifndef REPORT_WORDS_H
#define REPORT_WORDS_H

#include <jansson.h>

#include "base/buf.h"
#include "report/layout.h"
#include "report/sink.h"

#define WORDS_MAX 4096 /* bytes of a cell or a line; longer ones are cut */

/* The tint of a severity ("critical") or a status ("in-sync"). */
enum tint words_tint(const char *word);

/* Appends the text, fit to be shown; what does not fit is left out. */
void words_add(struct buf *out, const char *text, size_t len);
/* The same of formatted words. */
void words_say(struct buf *out, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
/* The whole text as JSON; of what is no UTF-8, what is fit to be shown; null for NULL. */
json_t *words_json(const char *text);
void words_cell(struct buf *out, const struct cell *cell);
/* "2025-10-10T17:29:51Z" as "2025-10-10"; with the time: "2025-10-10 17:29:51 UTC". */
void words_day(struct buf *out, const char *instant);
void words_instant(struct buf *out, const char *instant);
/* "1 critical, 2 high" of the counts from critical to low; nothing when all are 0. */
void words_counts(struct buf *out, const int64_t counts[4]);

#endif
