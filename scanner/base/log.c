#include "base/log.h"

#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/text.h"

#define LINE_MAX_BYTES 2048
#define SECRETS_MAX    8
#define SECRET_MIN     8

/* The one process-wide state of the program: where its standard error goes. */
static struct {
    pthread_mutex_t lock;
    enum log_level level;
    char *secrets[SECRETS_MAX];
    log_status_fn *status;
    void *status_ctx;
} state = {.lock = PTHREAD_MUTEX_INITIALIZER, .level = LOG_WARNING};

void log_set_level(enum log_level level)
{
    pthread_mutex_lock(&state.lock);
    state.level = level;
    pthread_mutex_unlock(&state.lock);
}

void log_secret(const char *secret)
{
    if (strlen(secret) < SECRET_MIN)
        return;
    pthread_mutex_lock(&state.lock);
    for (int i = 0; i < SECRETS_MAX; i++) {
        if (state.secrets[i] != NULL && strcmp(state.secrets[i], secret) == 0)
            break;
        if (state.secrets[i] == NULL) {
            state.secrets[i] = mem_strdup(secret);
            break;
        }
    }
    pthread_mutex_unlock(&state.lock);
}

static void redact(char *text)
{
    for (int i = 0; i < SECRETS_MAX && state.secrets[i] != NULL; i++) {
        size_t n = strlen(state.secrets[i]);
        for (char *at = text; (at = strstr(at, state.secrets[i])) != NULL; at += n)
            memset(at, '*', n);
    }
}

void log_redact(char *text)
{
    pthread_mutex_lock(&state.lock);
    redact(text);
    pthread_mutex_unlock(&state.lock);
}

void log_set_status(log_status_fn *fn, void *ctx)
{
    pthread_mutex_lock(&state.lock);
    state.status = fn;
    state.status_ctx = ctx;
    pthread_mutex_unlock(&state.lock);
}

void log_message(enum log_level level, const char *fmt, ...)
{
    static const char *const names[] = {"error: ", "warning: ", "", "debug: "};
    char raw[LINE_MAX_BYTES], line[LINE_MAX_BYTES];
    va_list ap;

    va_start(ap, fmt);
    vsnprintf(raw, sizeof raw, fmt, ap);
    va_end(ap);
    pthread_mutex_lock(&state.lock);
    if (level <= state.level) {
        redact(raw);
        text_escape(raw, strlen(raw), line, sizeof line);
        if (state.status != NULL)
            state.status(state.status_ctx, 0);
        fprintf(stderr, "fleetdrift: %s%s\n", names[level], line);
        if (state.status != NULL)
            state.status(state.status_ctx, 1);
    }
    pthread_mutex_unlock(&state.lock);
}
