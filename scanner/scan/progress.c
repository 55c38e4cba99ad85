#include "scan/job.h"

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

struct progress {
    struct scan *scan;
    struct timer *timer;
    bool terminal;
    uint64_t plain_ms; /* of the last plain line */
};

static void describe(const struct progress *progress, char *out, size_t size)
{
    const struct scan *scan = progress->scan;
    struct http_stats stats;
    char until[CLOCK_TEXT];

    http_stats(scan->http, &stats);
    int n = snprintf(out, size, "%u of %u%s repositories, %u requests in flight", scan->done,
                     scan->total, scan->listing_count > 0 ? "+" : "", stats.in_flight);
    if (n > 0 && (size_t)n < size && stats.queued > 0)
        n += snprintf(out + n, size - (size_t)n, ", %u queued", stats.queued);
    if (n > 0 && (size_t)n < size && stats.wait_until != CLOCK_UNKNOWN)
        snprintf(out + n, size - (size_t)n, ", waiting for %s until %s as it asked", stats.wait_for,
                 clock_format(stats.wait_until, until));
}

static void draw(const struct progress *progress)
{
    struct winsize window;
    char line[512];

    describe(progress, line, sizeof line);
    size_t columns = ioctl(STDERR_FILENO, TIOCGWINSZ, &window) == 0 ? window.ws_col : 80;
    if (columns > 1 && columns - 1 < strlen(line))
        line[columns - 1] = '\0';
    log_status(line);
}

static void tick(void *ctx)
{
    struct progress *progress = ctx;
    uint64_t now = clock_monotonic_ms();
    char line[512];

    if (progress->terminal) {
        draw(progress);
    } else if (now - progress->plain_ms >= PLAIN_MS) {
        progress->plain_ms = now;
        describe(progress, line, sizeof line);
        log_info("%s", line);
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
