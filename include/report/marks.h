/* One check, one line: a mark, what was checked, what was seen. Cards and doctor speak so. */
#ifndef REPORT_MARKS_H
#define REPORT_MARKS_H

#include <stdio.h>

#include "report/layout.h"

enum mark { MARK_GOOD, MARK_BAD, MARK_UNKNOWN };

#define MARK_LABEL 23 /* columns of the label; the text begins after it */

/* `text` is escaped already; it is wrapped at `width` (0: no limit) under itself. */
void marks_line(FILE *out, const struct style *style, enum mark mark, const char *label,
                const char *text, unsigned width);
/* A line of the same shape without a mark, for what to do about the one before. */
void marks_note(FILE *out, const char *text, unsigned width);

#endif
