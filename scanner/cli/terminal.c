#include "cli/terminal.h"

#include <langinfo.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "base/text.h"
#include "cli/value.h"

bool terminal_is_utf8(void)
{
    return strcmp(nl_langinfo(CODESET), "UTF-8") == 0;
}

bool terminal_colour(const struct settings *settings)
{
    const char *no = getenv("NO_COLOR");
    const char *term = getenv("TERM");

    if (settings->colour != COLOUR_AUTO)
        return settings->colour == COLOUR_ALWAYS;
    return isatty(STDOUT_FILENO) && (no == NULL || *no == '\0') &&
           (term == NULL || strcmp(term, "dumb") != 0);
}

unsigned terminal_width(void)
{
    const char *columns = getenv("COLUMNS");
    struct winsize size;
    unsigned n;

    if (columns != NULL && value_count(columns, 1, VALUE_COUNT_MAX, &n, NULL) == 0)
        return n;
    if (!isatty(STDOUT_FILENO))
        return 0;
    if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0)
        return size.ws_col;
    return 80;
}

void terminal_report_options(const struct settings *settings, struct report_options *out)
{
    bool file = settings->output != NULL && strcmp(settings->output, "-") != 0;
    unsigned run = 0;

    *out = (struct report_options){
        .format = settings->format >= 0 ? (enum report_format)settings->format : REPORT_TABLE,
        .package = settings->package,
        .repository = settings->repository,
        .rule = settings->rule,
        .severity = settings->severity,
        .state = settings->state,
        .colour = !file && terminal_colour(settings),
        .width = file ? 0 : terminal_width(),
        .ascii = !file && !terminal_is_utf8(),
    };
    if (settings->what >= 0)
        out->what = (enum report_what)settings->what;
    else if (file && text_ends_with(settings->output, "/"))
        out->what = REPORT_ALL; /* a directory takes all tables */
    else
        out->what = report_default_what(out->format);
    if (settings->run != NULL && value_count(settings->run, 1, VALUE_COUNT_MAX, &run, NULL) == 0)
        out->run = run;
}
