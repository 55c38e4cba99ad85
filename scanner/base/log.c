#include "base/log.h"

#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/text.h"

#define LINE_MAX_BYTES 2048
#define SECRET_MIN     8
#define PUBLIC_MAX     12 /* "github_pat_" and the like, with which every token of a kind begins */

/* The one process-wide state of the program: where its standard error goes. */
static struct {
    pthread_mutex_t lock;
    enum log_level level;
    char **secrets; /* longest first, so that one that begins another leaves no tail of it */
    size_t secret_count, secret_size;
    char status[LINE_MAX_BYTES]; /* "": none */
} state = {.lock = PTHREAD_MUTEX_INITIALIZER, .level = LOG_WARNING};

void log_set_level(enum log_level level)
{
    pthread_mutex_lock(&state.lock);
    state.level = level;
    pthread_mutex_unlock(&state.lock);
}

void log_secret(const char *secret)
{
    size_t at = 0;

    if (strlen(secret) < SECRET_MIN)
        return;
    pthread_mutex_lock(&state.lock);
    while (at < state.secret_count && strlen(state.secrets[at]) > strlen(secret))
        at++;
    size_t same = at;
    while (same < state.secret_count && strcmp(state.secrets[same], secret) != 0)
        same++;
    if (same == state.secret_count) {
        state.secrets =
            mem_grow(state.secrets, state.secret_count, &state.secret_size, sizeof *state.secrets);
        memmove(state.secrets + at + 1, state.secrets + at,
                (state.secret_count++ - at) * sizeof *state.secrets);
        state.secrets[at] = mem_strdup(secret);
    }
    pthread_mutex_unlock(&state.lock);
}

/* How much of a secret gives it away: what names its kind does not, and stands in other texts. */
static size_t telling_length(const char *secret)
{
    size_t len = strlen(secret), known = len < PUBLIC_MAX ? len : PUBLIC_MAX;

    while (known > 0 && secret[known - 1] != '_' && secret[known - 1] != '-')
        known--;
    return known + SECRET_MIN < len ? known + SECRET_MIN : len;
}

/* Also where a text was cut within a secret: its beginning is a secret too. */
static void redact(char *text)
{
    for (size_t i = 0; i < state.secret_count; i++) {
        const char *secret = state.secrets[i];
        char begin[PUBLIC_MAX + SECRET_MIN + 1];
        size_t telling = telling_length(secret);
        memcpy(begin, secret, telling);
        begin[telling] = '\0';
        for (char *at = text; (at = strstr(at, begin)) != NULL;) {
            size_t n = telling;
            while (secret[n] != '\0' && at[n] == secret[n])
                n++;
            memset(at, '*', n);
            at += n;
        }
    }
}

void log_redact(char *text)
{
    pthread_mutex_lock(&state.lock);
    redact(text);
    pthread_mutex_unlock(&state.lock);
}

static void draw_status(void)
{
    if (state.status[0] == '\0')
        return;
    fprintf(stderr, "\r\033[K%s", state.status);
    fflush(stderr);
}

static void wipe_status(void)
{
    if (state.status[0] != '\0')
        fputs("\r\033[K", stderr);
}

void log_status(const char *line)
{
    pthread_mutex_lock(&state.lock);
    if (line == NULL)
        wipe_status();
    text_escape(line != NULL ? line : "", line != NULL ? strlen(line) : 0, state.status,
                sizeof state.status);
    draw_status();
    pthread_mutex_unlock(&state.lock);
}

/* The whole message is looked through before it is cut: a cut secret would not be recognised. */
__attribute__((format(printf, 2, 0))) static void print(const char *prefix, const char *fmt,
                                                        va_list ap)
{
    char line[LINE_MAX_BYTES];
    char *raw;

    if (vasprintf(&raw, fmt, ap) < 0)
        abort();
    redact(raw);
    text_escape(raw, strlen(raw), line, sizeof line);
    free(raw);
    wipe_status();
    fprintf(stderr, "fleetdrift: %s%s\n", prefix, line);
    draw_status();
}

void log_message(enum log_level level, const char *fmt, ...)
{
    static const char *const prefixes[] = {"error: ", "warning: ", "", "debug: "};
    va_list ap;

    pthread_mutex_lock(&state.lock);
    if (level <= state.level) {
        va_start(ap, fmt);
        print(prefixes[level], fmt, ap);
        va_end(ap);
    }
    pthread_mutex_unlock(&state.lock);
}
