/*
 * What standard output is: a terminal or not, how wide, with colour, in which character set.
 */
#ifndef CLI_TERMINAL_H
#define CLI_TERMINAL_H

#include <stdbool.h>

#include "cli/settings.h"
#include "report/layout.h"
#include "report/report.h"

bool terminal_is_utf8(void);
/* Whether to colour standard output: as asked, else only a terminal without NO_COLOR. */
bool terminal_colour(const struct settings *settings);
/* Columns; 0: no terminal, no limit. COLUMNS overrules. */
unsigned terminal_width(void);

/* To standard output: a terminal gets it with what could move its cursor escaped, and with the
   colours of a diff where `style` has them; anything else gets the bytes. */
void terminal_write_diff(const char *text, size_t len, const struct style *style);

/* Report options of a call: format (a table when none was asked), width, colour, filters. */
void terminal_report_options(const struct settings *settings, struct report_options *out);

#endif
