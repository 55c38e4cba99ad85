#include "cli/terminal.h"

#include <langinfo.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/text.h"
#include "cli/value.h"

#define SHOWN_MOST 6 /* bytes of a byte that is escaped */

enum diff_place { DIFF_OUTSIDE, DIFF_HEAD, DIFF_LINES };

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

/* A line, with its tabs. */
static void write_line(const char *line, size_t len, const struct style *style, enum tint tint)
{
    char *shown = mem_alloc(SHOWN_MOST * len + 1);
    size_t used = 0;

    for (size_t at = 0; at < len;) {
        const char *tab = memchr(line + at, '\t', len - at);
        size_t n = tab != NULL ? (size_t)(tab - line) - at : len - at;
        used += text_escape(line + at, n, shown + used, SHOWN_MOST * n + 1);
        if (tab != NULL)
            shown[used++] = '\t';
        at += n + (tab != NULL);
    }
    layout_tinted(stdout, style, tint, shown, used);
    putchar('\n');
    free(shown);
}

/* Where in a diff a line stands decides what its first character means. */
static enum tint tint_of(const char *line, size_t len, enum diff_place *place)
{
    if (len >= 5 && memcmp(line, "diff ", 5) == 0)
        *place = DIFF_HEAD;
    else if (len == 0)
        *place = DIFF_OUTSIDE;
    else if (*place != DIFF_OUTSIDE && line[0] == '@')
        *place = DIFF_LINES;
    if (*place == DIFF_HEAD)
        return TINT_BOLD;
    if (*place == DIFF_OUTSIDE)
        return TINT_NONE;
    return line[0] == '@'   ? TINT_CYAN
           : line[0] == '-' ? TINT_RED
           : line[0] == '+' ? TINT_GREEN
                            : TINT_NONE;
}

void terminal_write_diff(const char *text, size_t len, const struct style *style)
{
    enum diff_place place = DIFF_OUTSIDE;

    if (!style->colour && !isatty(STDOUT_FILENO)) {
        fwrite(text, 1, len, stdout);
        return;
    }
    for (size_t at = 0; at < len;) {
        const char *newline = memchr(text + at, '\n', len - at);
        size_t n = newline != NULL ? (size_t)(newline - text) - at : len - at;
        enum tint tint = tint_of(text + at, n, &place);
        write_line(text + at, n, style, tint);
        at += n + (newline != NULL);
    }
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
