#include "cli/doctor.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/clock.h"
#include "base/mem.h"
#include "net/http.h"

#define PATIENCE_MS  10000
#define ANSWER_MAX   (4u << 20)
#define SKEW_SECONDS 60 /* more, and "published before its commit" is judged wrongly */

/* A service and the cheapest thing that it answers. */
struct probe {
    struct doctor *doctor;
    const char *label;
    const char *path;
    bool forge_api;
    char *url;
};

/* "Sun, 06 Nov 1994 08:49:37 GMT", the form that RFC 9110 asks for. */
static int64_t http_date(const char *text)
{
    struct tm tm = {0};

    if (text == NULL || strptime(text, "%a, %d %b %Y %H:%M:%S GMT", &tm) == NULL)
        return CLOCK_UNKNOWN;
    return (int64_t)timegm(&tm);
}

static void check_clock(struct doctor *doctor, const struct http_answer *answer)
{
    int64_t theirs = http_date(http_header(answer, "date"));
    int64_t ahead = theirs == CLOCK_UNKNOWN ? 0 : clock_now() - theirs;

    if (ahead <= SKEW_SECONDS && ahead >= -SKEW_SECONDS)
        return;
    char *text = mem_printf("%" PRId64 " seconds %s that of %s", ahead < 0 ? -ahead : ahead,
                            ahead < 0 ? "behind" : "ahead of", answer->url);
    doctor_fault(doctor, STATUS_LOCAL);
    doctor_say(doctor, MARK_BAD, "clock", text, "Set this machine's clock (NTP).");
    free(text);
}

static void say_limit(const struct probe *probe, const struct http_answer *answer)
{
    const char *limit = http_header(answer, "x-ratelimit-limit");
    const char *left = http_header(answer, "x-ratelimit-remaining");

    if (limit == NULL || left == NULL)
        return;
    char *text = mem_printf("%s of %s API requests left this hour", left, limit);
    bool none = strcmp(left, "0") == 0;
    doctor_say(probe->doctor, none ? MARK_BAD : MARK_GOOD, "rate limit", text,
               none ? "Wait, or scan with --repo and --package, which need none." : NULL);
    if (none)
        doctor_fault(probe->doctor, STATUS_PARTIAL);
    free(text);
}

static const char *advice(const struct err *err)
{
    switch (err->reason) {
    case REASON_TLS:
        return "Behind a proxy that opens TLS, give its certificate: [http] ca_file.";
    case REASON_DNS:
    case REASON_CONNECT:
    case REASON_TIMEOUT:
        return "Check the address, the network, and [http] proxy.";
    case REASON_UNAUTHORIZED:
        return "Make a new token, or unset it: without one, what is public can be scanned.";
    default:
        return NULL;
    }
}

static void on_answer(struct http_answer *answer, void *ctx)
{
    struct probe *probe = ctx;
    struct doctor *doctor = probe->doctor;
    struct err err = answer->err;
    bool answered = answer->status != 0;

    /* Other services need not have this page: any answer shows that they are there. */
    if (answered && probe->forge_api)
        http_check(answer, probe->url, &err);
    if (answered && err.reason != REASON_UNAUTHORIZED) {
        doctor_say(doctor, MARK_GOOD, probe->label, probe->url, NULL);
        say_limit(probe, answer);
    } else {
        doctor_fault(doctor, err.reason == REASON_UNAUTHORIZED ? STATUS_USAGE : STATUS_PARTIAL);
        doctor_say(doctor, MARK_BAD, probe->label, err.text, advice(&err));
    }
    if (answered)
        check_clock(doctor, answer);
}

static void ask(struct http *http, struct probe *probe, const char *root, const char *authorization)
{
    struct http_request request = {.method = HTTP_GET,
                                   .authorization = authorization,
                                   .max_bytes = ANSWER_MAX,
                                   .timeout_ms = PATIENCE_MS};
    probe->url = mem_printf("%s%s", root, probe->path);
    request.url = request.what = probe->url;
    http_send(http, &request, on_answer, probe);
}

int doctor_services(struct doctor *doctor, struct err *err)
{
    const struct context *context = doctor->context;
    const struct settings *s = &context->settings;
    const struct http_options options = {.user_agent = "fleetdrift/" FLEETDRIFT_VERSION,
                                         .ca_file = s->ca_file,
                                         .proxy = s->proxy,
                                         .allow_http = s->allow_http};
    struct probe probes[] = {{doctor, "forge API", "/rate_limit", true, NULL},
                             {doctor, "git host", "/", false, NULL},
                             {doctor, "index", "/pypi/pip/json", false, NULL}};
    const char *const roots[] = {s->github_api, s->github_git, s->index};
    char *authorization = context->token != NULL ? mem_printf("Bearer %s", context->token) : NULL;
    struct loop *loop = NULL;
    struct http *http = NULL;

    int result = loop_new(&loop, err);
    if (result == 0)
        result = http_new(loop, &options, &http, err);
    for (size_t i = 0; result == 0 && i < 3; i++) {
        ask(http, &probes[i], roots[i], probes[i].forge_api ? authorization : NULL);
        loop_run(loop); /* one after the other: the lines keep their order */
        free(probes[i].url);
    }
    if (http != NULL)
        http_free(http);
    if (loop != NULL)
        loop_free(loop);
    free(authorization);
    return result;
}
