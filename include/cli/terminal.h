/*
 * What standard output is: a terminal or not, how wide, with colour, in which character set.
 */
#ifndef CLI_TERMINAL_H
#define CLI_TERMINAL_H

#include <stdbool.h>

#include "cli/settings.h"
#include "report/report.h"

bool terminal_is_utf8(void);
/* Whether to colour standard output: as asked, else only a terminal without NO_COLOR. */
bool terminal_colour(const struct settings *settings);
/* Columns; 0: no terminal, no limit. COLUMNS overrules. */
unsigned terminal_width(void);

/* Report options of a call: format (a table when none was asked), width, colour, filters. */
void terminal_report_options(const struct settings *settings, struct report_options *out);

#endif
