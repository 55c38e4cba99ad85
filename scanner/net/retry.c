#include "net/retry.h"

#include <curl/curl.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define SECONDARY_WAIT_MS 60000u
#define LONGEST_DOUBLING  6u /* 64 times the first wait */
#define LONGEST_WAIT_S    (INT64_C(366) * 86400)

/* A whole decimal number; -1 when it is none. */
static int64_t number(const char *text)
{
    char *end;

    if (text == NULL || *text < '0' || *text > '9')
        return -1;
    errno = 0;
    long long value = strtoll(text, &end, 10);
    return errno == 0 && *end == '\0' ? value : -1;
}

static uint64_t wait_of_seconds(int64_t seconds)
{
    if (seconds < 0)
        return 0;
    return (uint64_t)(seconds < LONGEST_WAIT_S ? seconds : LONGEST_WAIT_S) * 1000;
}

static uint64_t doubling(uint64_t first_ms, unsigned failures)
{
    return first_ms << (failures < LONGEST_DOUBLING ? failures : LONGEST_DOUBLING);
}

/* RFC 9110 10.2.3: seconds or a date. */
static bool read_retry_after(const struct retry_case *failed, uint64_t *wait_ms)
{
    if (failed->retry_after == NULL)
        return false;
    int64_t seconds = number(failed->retry_after);
    if (seconds < 0) {
        time_t when = curl_getdate(failed->retry_after, NULL);
        if (when == (time_t)-1)
            return false;
        seconds = when > failed->now ? when - failed->now : 0;
    }
    *wait_ms = wait_of_seconds(seconds);
    return true;
}

static struct retry_advice limited(uint64_t wait_ms, const struct retry_case *failed)
{
    uint64_t least = failed->base_ms;

    return (struct retry_advice){true, true, wait_ms > least ? wait_ms : least};
}

static struct retry_advice refused(const struct retry_case *failed)
{
    uint64_t wait_ms;
    int64_t reset = number(failed->reset);
    bool quota = number(failed->remaining) == 0 ||
                 (failed->body != NULL && strcasestr(failed->body, "secondary rate limit") != NULL);
    struct retry_advice advice = {0};

    if (read_retry_after(failed, &wait_ms))
        advice = limited(wait_ms, failed);
    else if (number(failed->remaining) == 0 && reset >= 0) /* its clock may be a second off */
        advice =
            limited(wait_of_seconds(reset > failed->now ? reset - failed->now + 1 : 1), failed);
    else if (failed->status == 429 || quota)
        advice = limited(doubling(SECONDARY_WAIT_MS, failed->failures), failed);
    advice.doubtful = failed->status == 429 && !quota;
    return advice;
}

static struct retry_advice broken(const struct retry_case *failed)
{
    uint64_t wait_ms = doubling(failed->base_ms, failed->failures);

    return (struct retry_advice){true, false, wait_ms + wait_ms * (failed->salt % 64) / 256};
}

struct retry_advice retry_judge(const struct retry_case *failed)
{
    uint64_t wait_ms;

    if (failed->status == 403 || failed->status == 429)
        return refused(failed);
    /* A service that is busy with one thing says nothing of the rest of its host. */
    if (failed->status == 503 && read_retry_after(failed, &wait_ms))
        return (struct retry_advice){true, false,
                                     wait_ms > failed->base_ms ? wait_ms : failed->base_ms};
    if (failed->status == 0
            ? failed->passing
            : failed->status == 408 ||
                  (failed->status >= 500 && failed->status != 501 && failed->status != 505))
        return broken(failed);
    return (struct retry_advice){0};
}
