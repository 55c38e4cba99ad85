#include "cli/doctor.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include "base/clock.h"
#include "base/mem.h"
#include "cli/value.h"
#include "cli/config_index.h"
#include "cli/doctor_forge.h"
#include "fetch/credential.h"
#include "net/http.h"
#include "net/http_headers.h"

#define PATIENCE_MS  10000
#define ANSWER_MAX   (4u << 20)
#define SKEW_SECONDS 60 /* more, and "published before its commit" is judged wrongly */

/* A service, and a question that only such a service answers so: a root that is wrong by a path is
   answered too, by something else. */
struct probe {
    const char *label;
    const char *root; /* as it is configured */
    const char *path;
    const char *authorization;
    /* Of an answer that came; but for MARK_GOOD err says why. */
    enum mark (*judge)(const struct http_answer *answer, struct err *err);
    const char *hint;      /* what a right root looks like */
    const char *anonymous; /* what to do where nobody is answered without credentials; NULL: nobody
                              is refused for that */
    struct doctor *doctor;
    char *url;      /* root and path, where they are put together */
    char *page;     /* of an index that may have the Simple API alone; NULL */
    bool second;    /* the page is asked for */
    enum mark mark; /* what the first answer was worth, and why */
    struct err first;
};

static void check_clock(struct doctor *doctor, const struct http_answer *answer)
{
    int64_t theirs = http_headers_date(answer->headers);
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

static bool has_member(const struct http_answer *answer, const char *member)
{
    json_t *document = json_loadb(buf_str(&answer->body), answer->body.len, 0, NULL);
    bool found = json_object_get(document, member) != NULL;

    json_decref(document);
    return found;
}

/* Whether the service itself says that it will not or cannot; whatever else came stands there in
   its place. */
static bool is_refusal(const struct http_answer *answer)
{
    static const long statuses[] = {401, 403, 408, 429, 451};

    for (size_t i = 0; i < sizeof statuses / sizeof *statuses; i++)
        if (answer->status == statuses[i])
            return true;
    return answer->status >= 500;
}

static enum mark refuse(const struct http_answer *answer, const char *what, struct err *err)
{
    if (is_refusal(answer))
        http_check(answer, what, err);
    else
        err_set(err, REASON_BAD_ANSWER, "%s answered %ld, but not as %s does", answer->url,
                answer->status, what);
    return MARK_BAD;
}

static enum mark judge_api(const struct http_answer *answer, struct err *err)
{
    if (answer->status == 200 && has_member(answer, "resources"))
        return MARK_GOOD;
    /* an Enterprise server may count nothing, and then has no such page */
    if (answer->status == 404 && strstr(buf_str(&answer->body), "ate limiting is not enabled"))
        return MARK_GOOD;
    return refuse(answer, "the API of a forge", err);
}

/* A forge answers 401 for what is not there or not visible. */
static enum mark judge_git(const struct http_answer *answer, struct err *err)
{
    const char *type = http_header(answer, "content-type");

    if (answer->status == 401 ||
        (answer->status == 200 && type != NULL && strstr(type, "x-git-upload-pack") != NULL))
        return MARK_GOOD;
    return refuse(answer, "a git host", err);
}

/* An index that does not have the package answers like any other API that has nothing there. */
static enum mark judge_index(const struct http_answer *answer, struct err *err)
{
    if (answer->status == 200 && has_member(answer, "info"))
        return MARK_GOOD;
    if (answer->status == 404 && has_member(answer, "message")) {
        err_set(err, REASON_NOT_FOUND,
                "%s answered 404: whether it is an index, that does not tell", answer->url);
        return MARK_UNKNOWN;
    }
    return refuse(answer, "the JSON API of an index", err);
}

static enum mark judge_page(const struct http_answer *answer, struct err *err)
{
    enum pypi_form form;

    if (answer->status == 200 && pypi_is_simple(answer, &form))
        return MARK_GOOD;
    if (answer->status == 404) {
        err_set(err, REASON_NOT_FOUND,
                "%s answered 404: whether it is an index, that does not tell", answer->url);
        return MARK_UNKNOWN;
    }
    return refuse(answer, "the Simple API of an index", err);
}

static const char *advice(const struct probe *probe, const struct err *err)
{
    switch (err->reason) {
    case REASON_TLS:
        return "Behind a proxy that opens TLS, give its certificate: [http] ca_file.";
    case REASON_DNS:
    case REASON_CONNECT:
    case REASON_TIMEOUT:
        return "Check the address, the network, and [http] proxy.";
    case REASON_UNAUTHORIZED:
        return probe->authorization != NULL
                   ? "Make a new token, or unset it: without one, what is public can be scanned."
                   : probe->anonymous;
    case REASON_FORBIDDEN:
    case REASON_BLOCKED:
        return "The address is right, but you are refused: ask who runs it, or what stands between "
               "([http] proxy), to let this machine in.";
    case REASON_RATE_LIMITED:
        return "The address is right, but too much was asked of it: wait, then scan; [http] "
               "contact "
               "says who asks.";
    case REASON_HTTP:
        return "The service itself fails, and no setting mends that: try again later.";
    case REASON_BAD_ANSWER:
    case REASON_NOT_FOUND:
        return probe->hint;
    default:
        return NULL;
    }
}

static void on_answer(struct http_answer *answer, void *ctx)
{
    struct probe *probe = ctx;
    struct doctor *doctor = probe->doctor;
    struct err err = answer->err;
    enum mark mark = err.reason != REASON_NONE ? MARK_BAD
                     : probe->second           ? judge_page(answer, &err)
                                               : probe->judge(answer, &err);

    if (probe->page != NULL && !probe->second &&
        (err.reason == REASON_BAD_ANSWER || err.reason == REASON_NOT_FOUND)) {
        probe->second = true;
        probe->mark = mark;
        probe->first = err;
        return;
    }
    if (probe->second && mark != MARK_GOOD && probe->first.reason != REASON_NONE) {
        mark = probe->mark;
        err = probe->first;
    }
    if (mark == MARK_BAD)
        doctor_fault(doctor, err.reason == REASON_UNAUTHORIZED ? STATUS_USAGE : STATUS_PARTIAL);
    doctor_say(doctor, mark, probe->label, mark == MARK_GOOD ? probe->root : err.text,
               mark == MARK_GOOD ? NULL : advice(probe, &err));
    /* An App has a limit for each owner, and this was asked as nobody. */
    if (mark == MARK_GOOD && probe->judge == judge_api && doctor->context->app == NULL)
        say_limit(probe, answer);
    if (answer->status != 0)
        check_clock(doctor, answer);
}

static void ask(struct http *http, struct probe *probe)
{
    const char *headers[] = {pypi_simple_accept, NULL};
    struct http_request request = {.method = HTTP_GET,
                                   .headers = probe->second ? headers : NULL,
                                   .authorization = probe->authorization,
                                   .max_bytes = ANSWER_MAX,
                                   .timeout_ms = PATIENCE_MS};
    if (probe->url == NULL)
        probe->url = mem_printf("%s%s", probe->root, probe->path);
    request.url = request.what = probe->second ? probe->page : probe->url;
    http_send(http, &request, on_answer, probe);
}

/* A URL that no scan would contact is wrong whether anybody asks or not. */
static bool is_refused(struct probe *probe)
{
    struct doctor *doctor = probe->doctor;
    struct err err = {0};

    if (http_check_url(probe->root, doctor->context->settings.allow_http, &err) == 0)
        return false;
    doctor_fault(doctor, STATUS_USAGE);
    doctor_say(doctor, MARK_BAD, probe->label, err.text, NULL);
    return true;
}

/* Each by itself: a service that asks for a pause holds up no other one at the same address. */
static int ask_alone(struct loop *loop, const struct http_options *options, struct probe *probe,
                     struct err *err)
{
    struct http *http = NULL;

    if (http_new(loop, options, &http, err) != 0)
        return -1;
    bool second = probe->second;
    ask(http, probe);
    loop_run(loop);
    if (probe->second && !second) {
        ask(http, probe);
        loop_run(loop);
    }
    http_free(http);
    return 0;
}

/* One after the other: the lines keep their order. Without a loop none is asked. */
static int ask_all(struct loop *loop, const struct http_options *options, struct probe *probes,
                   size_t count, struct err *err)
{
    for (size_t i = 0; i < count; i++) {
        if (is_refused(&probes[i]))
            continue;
        if (loop == NULL)
            doctor_say(probes[i].doctor, MARK_UNKNOWN, probes[i].label, probes[i].root,
                       "Not asked: offline.");
        else if (ask_alone(loop, options, &probes[i], err) != 0)
            return -1;
    }
    return 0;
}

/* The refs of a repository that the configuration names, else of one that need not be there. */
static char *git_path(const struct settings *s)
{
    const char *repository = s->repositories.count > 0 ? s->repositories.items[0] : NULL;

    for (size_t i = 0; repository == NULL && i < s->packages.count; i++)
        repository = s->packages.items[i].repository;
    return mem_printf("/%s.git/info/refs?service=git-upload-pack",
                      repository != NULL ? repository : "fleetdrift/doctor");
}

/* One index after the other, as a scan would ask them. */
static int ask_indexes(struct doctor *doctor, struct loop *loop, const struct http_options *options,
                       struct err *err)
{
    const struct settings *s = &doctor->context->settings;
    const char *name = s->packages.count > 0 ? s->packages.items[0].name : "pip";
    struct scan_index *indexes;
    size_t count;
    struct err fault = {0};
    int result = 0;

    if (index_list(s, &indexes, &count, &fault) != 0) {
        doctor_fault(doctor, STATUS_USAGE);
        doctor_say(doctor, MARK_BAD, "index", fault.text, NULL);
        return 0;
    }
    for (size_t i = 0; i < count && result == 0; i++) {
        const struct pypi_options index = {.index = indexes[i].url,
                                           .kind = indexes[i].kind,
                                           .fixed = indexes[i].kind != PYPI_AUTO};
        struct probe probe = {"index",
                              indexes[i].url,
                              NULL,
                              NULL,
                              judge_index,
                              "It is what stands before /pypi/NAME/json and /simple/NAME/, as "
                              "https://pypi.org, or the "
                              "address that pip is given.",
                              "It answers nobody without credentials: name them in [[index]].",
                              doctor};
        char *authorization = indexes[i].secret != NULL
                                  ? credential_header(indexes[i].user, indexes[i].secret)
                                  : NULL;
        const char *const hosts[] = {probe.root, NULL};
        struct http_options own = *options;
        own.hosts = hosts;
        probe.authorization = authorization;
        probe.url = pypi_address(&index, PYPI_JSON, name);
        probe.page = index.kind != PYPI_JSON ? pypi_address(&index, PYPI_SIMPLE, name) : NULL;
        probe.second = index.kind == PYPI_SIMPLE;
        result = ask_all(loop, &own, &probe, 1, err);
        free(probe.url);
        free(probe.page);
        free(authorization);
    }
    index_list_free(indexes, count);
    return result;
}

int doctor_services(struct doctor *doctor, struct err *err)
{
    const struct context *context = doctor->context;
    const struct settings *s = &context->settings;
    const char *const hosts[] = {s->github_api, s->github_git, NULL};
    const struct http_options options = {.user_agent = "fleetdrift/" FLEETDRIFT_VERSION,
                                         .hosts = hosts,
                                         .ca_file = s->ca_file,
                                         .proxy = s->proxy,
                                         .allow_http = s->allow_http};
    char *authorization = context->token != NULL ? mem_printf("Bearer %s", context->token) : NULL;
    char *refs = git_path(s);
    struct probe probes[] = {
        {"forge API", s->github_api, "/rate_limit", authorization, judge_api,
         "It is https://api.github.com, or https://HOST/api/v3 of an Enterprise server.",
         "It answers nobody without a token: set FLEETDRIFT_GITHUB_TOKEN.", doctor},
        {"git host", s->github_git, refs, NULL, judge_git,
         "It is what stands before /OWNER/NAME.git, as https://github.com.", NULL, doctor},
    };
    struct loop *loop = NULL;
    struct err wrong = {0};

    if (s->ca_file != NULL && value_check_file(s->ca_file, &wrong) != 0) {
        doctor_fault(doctor, STATUS_USAGE);
        doctor_say(doctor, MARK_BAD, "certificates", wrong.text,
                   "[http] ca_file names the file of the authorities to trust.");
    }
    int result = s->offline ? 0 : loop_new(&loop, err);

    if (result == 0)
        result = ask_all(loop, &options, probes, sizeof probes / sizeof *probes, err);
    if (result == 0)
        result = ask_indexes(doctor, loop, &options, err);
    if (result == 0)
        result = doctor_forge(doctor, &options, err);
    if (loop != NULL)
        loop_free(loop);
    free(authorization);
    free(refs);
    for (size_t i = 0; i < sizeof probes / sizeof *probes; i++)
        free(probes[i].url);
    return result;
}
