#include "scan/inquiry.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/mem.h"

/* One line on a terminal that says what is being waited for; a plain line now and then in a log. */

#define TERMINAL_MS 100
#define PLAIN_MS    10000
#define SLOW_MS     1000 /* what takes less is not worth a name */

struct progress {
    struct scan *scan;
    struct timer *timer;
    bool terminal;
    uint64_t plain_ms; /* of the last plain line */
};

/* What fits; the rest is left out. */
struct line {
    char text[512];
    size_t len;
};

__attribute__((format(printf, 2, 3))) static void add(struct line *line, const char *fmt, ...)
{
    size_t room = sizeof line->text - line->len;
    va_list ap;

    va_start(ap, fmt);
    int n = vsnprintf(line->text + line->len, room, fmt, ap);
    va_end(ap);
    line->len += n < 0 ? 0 : (size_t)n < room ? (size_t)n : room - 1;
}

/* The repository that has been at one thing for longest: the rest may soon wait for it alone. */
static void describe_slowest(const struct scan *scan, struct line *line)
{
    const struct job *job = jobs_slowest(scan);
    uint64_t waited_ms = job != NULL ? clock_monotonic_ms() - job->entered_ms : 0;

    if (waited_ms >= SLOW_MS)
        add(line, "; %s: %s, %" PRIu64 " s", job->full_name, job_doing(job), waited_ms / 1000);
}

static void describe(const struct scan *scan, struct line *line)
{
    struct http_stats stats;
    char text[CLOCK_TEXT];
    unsigned answered, asked;
    int64_t until;

    line->len = 0;
    http_stats(scan->http, &stats);
    add(line, "%u of %u%s repositories, %u request%s in flight", scan->done, scan->total,
        scan->listing_count > 0 ? "+" : "", stats.in_flight, stats.in_flight == 1 ? "" : "s");
    if (inquiry_progress(scan->inquiry, &answered, &asked))
        add(line, ", asked the forge of %u of %u", answered, asked);
    if (stats.queued > 0)
        add(line, ", %u queued", stats.queued);
    const char *why = access_waits(scan->access, &until);
    if (why != NULL)
        add(line, ", waiting until %s: %s", clock_format(until, text), why);
    else if (stats.wait_until != CLOCK_UNKNOWN)
        add(line, ", waiting for %s until %s as it asked", stats.wait_for,
            clock_format(stats.wait_until, text));
    describe_slowest(scan, line);
}

static void draw(const struct progress *progress)
{
    struct winsize window;
    struct line line;

    describe(progress->scan, &line);
    size_t columns = ioctl(STDERR_FILENO, TIOCGWINSZ, &window) == 0 ? window.ws_col : 80;
    if (columns > 1 && columns - 1 < line.len)
        line.text[columns - 1] = '\0';
    log_status(line.text);
}

static void tick(void *ctx)
{
    struct progress *progress = ctx;
    uint64_t now = clock_monotonic_ms();
    struct line line;

    if (progress->terminal) {
        draw(progress);
    } else if (now - progress->plain_ms >= PLAIN_MS) {
        progress->plain_ms = now;
        describe(progress->scan, &line);
        log_info("%s", line.text);
    }
    progress->timer = loop_timer(progress->scan->loop, TERMINAL_MS, tick, progress);
}

struct progress *progress_new(struct scan *scan)
{
    struct progress *progress = mem_alloc(sizeof *progress);

    progress->scan = scan;
    progress->plain_ms = clock_monotonic_ms();
    if (scan->options->progress == PROGRESS_NONE)
        return progress;
    progress->terminal = scan->options->progress == PROGRESS_AUTO && isatty(STDERR_FILENO) != 0;
    progress->timer = loop_timer(scan->loop, TERMINAL_MS, tick, progress);
    return progress;
}

void progress_stop(struct progress *progress)
{
    timer_cancel(progress->timer);
    progress->timer = NULL;
    if (progress->terminal)
        log_status(NULL);
}

void progress_free(struct progress *progress)
{
    free(progress);
}
