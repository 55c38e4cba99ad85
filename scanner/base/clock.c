#include "base/clock.h"

#include <ctype.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

int64_t clock_now(void)
{
    return (int64_t)time(NULL);
}

uint64_t clock_monotonic_ms(void)
{
    struct timespec ts;

    clock_gettime(CLOCK_MONOTONIC, &ts);
    return (uint64_t)ts.tv_sec * 1000 + (uint64_t)ts.tv_nsec / 1000000;
}

/* Days since 1970-01-01 of a civil date (Howard Hinnant, "chrono-Compatible Low-Level Date
   Algorithms"): no table, no time zone database, no dependence on the process's locale. */
static int64_t days_from_civil(int64_t y, unsigned m, unsigned d)
{
    y -= m <= 2;
    int64_t era = (y >= 0 ? y : y - 399) / 400;
    unsigned yoe = (unsigned)(y - era * 400);
    unsigned doy = (153 * (m + (m > 2 ? -3u : 9u)) + 2) / 5 + d - 1;
    unsigned doe = yoe * 365 + yoe / 4 - yoe / 100 + doy;

    return era * 146097 + (int64_t)doe - 719468;
}

static int days_in_month(int y, int m)
{
    static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    bool leap = y % 4 == 0 && (y % 100 != 0 || y % 400 == 0);

    return days[m - 1] + (m == 2 && leap);
}

const char *clock_format(int64_t instant, char out[CLOCK_TEXT])
{
    struct tm tm;
    time_t t = (time_t)instant;

    out[0] = '\0';
    if (instant == CLOCK_UNKNOWN || gmtime_r(&t, &tm) == NULL)
        return out;
    if (tm.tm_year < -1900 || tm.tm_year > 9999 - 1900)
        return out;
    /* strftime's %Y writes the year 999 with three digits, which would break the order as text */
    char year[8];
    snprintf(year, sizeof year, "%04hd", (short)(tm.tm_year + 1900));
    memcpy(out, year, 4);
    strftime(out + 4, CLOCK_TEXT - 4, "-%m-%dT%H:%M:%SZ", &tm);
    return out;
}

/* Reads exactly n digits; -1 when they are not there. */
static int digits(const char **s, int n)
{
    int value = 0;

    for (int i = 0; i < n; i++, (*s)++) {
        if (!isdigit((unsigned char)**s))
            return -1;
        value = value * 10 + (**s - '0');
    }
    return value;
}

static int parse_offset(const char **s, int *seconds)
{
    *seconds = 0;
    if (**s == 'Z' || **s == 'z') {
        (*s)++;
        return 0;
    }
    if (**s != '+' && **s != '-')
        return 0;
    int sign = *(*s)++ == '-' ? -1 : 1;
    int h = digits(s, 2);
    if (**s == ':')
        (*s)++;
    int m = digits(s, 2);
    if (h < 0 || m < 0 || h > 23 || m > 59)
        return -1;
    *seconds = sign * (h * 3600 + m * 60);
    return 0;
}

static int parse_time(const char **s, int *seconds, int *offset)
{
    int h = digits(s, 2);
    if (h < 0 || h > 23 || *(*s)++ != ':')
        return -1;
    int m = digits(s, 2);
    if (m < 0 || m > 59 || *(*s)++ != ':')
        return -1;
    int sec = digits(s, 2);
    if (sec < 0 || sec > 60)
        return -1;
    if (**s == '.') {
        size_t fraction = strspn(*s + 1, "0123456789");
        if (fraction == 0)
            return -1;
        *s += 1 + fraction;
    }
    *seconds = h * 3600 + m * 60 + sec;
    return parse_offset(s, offset);
}

int clock_parse(const char *text, int64_t *out, struct err *err)
{
    const char *s = text;
    int seconds = 0, offset = 0;
    int y = digits(&s, 4);
    int ok = y >= 0 && *s++ == '-';
    int m = ok ? digits(&s, 2) : -1;
    ok = m >= 1 && m <= 12 && *s++ == '-';
    int d = ok ? digits(&s, 2) : -1;

    ok = d >= 1 && d <= days_in_month(y, m);
    if (ok && (*s == 'T' || *s == ' ')) {
        s++;
        ok = parse_time(&s, &seconds, &offset) == 0;
    }
    if (!ok || *s != '\0')
        return err_set(err, REASON_BAD_ANSWER, "\"%.60s\" is not a date that we know", text);
    *out = days_from_civil(y, (unsigned)m, (unsigned)d) * 86400 + seconds - offset;
    return 0;
}
