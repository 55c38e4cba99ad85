#include "cli/doctor_forge.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "base/text.h"

#define PATIENCE_MS 10000
#define ANSWER_MAX  ((size_t)4 << 20)

/* What a scan reads of a repository, the name of that permission for an App, and where it shows. */
static const struct right {
    const char *name, *permission, *path;
} rights[] = {
    {"contents", "contents", "contents/"},
    {"pull requests", "pull_requests", "pulls?per_page=1"},
    {"checks", "checks", "commits/%s/check-runs?per_page=1"},
    {"commit statuses", "statuses", "commits/%s/status"},
};
#define RIGHTS (sizeof rights / sizeof *rights)

enum seen { SEEN, HIDDEN, NOT_TOLD };

/* --- asking ---------------------------------------------------------------------------------- */

static void on_answer(struct http_answer *answer, void *ctx)
{
    struct forge_reply *reply = ctx;
    const char *scopes = http_header(answer, "X-OAuth-Scopes");
    const char *link = http_header(answer, "Link");

    reply->status = answer->status;
    http_check(answer, "the forge's API", &reply->err);
    reply->body = json_loadb(buf_str(&answer->body), answer->body.len, 0, NULL);
    reply->scopes = scopes != NULL ? mem_strdup(scopes) : NULL;
    reply->link = link != NULL ? mem_strdup(link) : NULL;
}

void forge_ask(struct forge_asker *asker, const char *owner, const char *path,
               struct forge_reply *reply)
{
    static const char *const headers[] = {"Accept: application/vnd.github+json",
                                          "X-GitHub-Api-Version: 2022-11-28", NULL};
    char *url = mem_printf("%.*s%s", (int)text_without_slashes(asker->api), asker->api, path);

    *reply = (struct forge_reply){0};
    access_send(asker->access, owner, ACCESS_REST,
                &(struct http_request){.url = url,
                                       .headers = headers,
                                       .max_bytes = ANSWER_MAX,
                                       .timeout_ms = PATIENCE_MS,
                                       .what = "the forge's API"},
                on_answer, reply);
    loop_run(asker->loop);
    free(url);
}

void forge_reply_release(struct forge_reply *reply)
{
    json_decref(reply->body);
    free(reply->scopes);
    free(reply->link);
}

static void read_quota(const json_t *resources, const char *name, struct forge_quota *quota)
{
    const json_t *told = json_object_get(resources, name);
    int64_t left = json_integer_value(json_object_get(told, "remaining"));

    if (told == NULL || (quota->limit >= 0 && quota->left <= left))
        return;
    *quota = (struct forge_quota){json_integer_value(json_object_get(told, "limit")), left,
                                  json_integer_value(json_object_get(told, "reset"))};
}

void forge_limits_read(const struct forge_reply *reply, struct forge_limits *limits)
{
    const json_t *resources = json_object_get(reply->body, "resources");

    read_quota(resources, "core", &limits->rest);
    read_quota(resources, "graphql", &limits->graphql);
}

/* --- what is seen ---------------------------------------------------------------------------- */

static void say_rights(struct doctor *doctor, const char *owner, const char *which,
                       const enum seen *seen)
{
    struct buf text = BUF_INIT(4096);
    bool lacking = false;
    int full = buf_addf(&text, "%s: %s", owner, which);

    for (int round = SEEN; round <= NOT_TOLD; round++) {
        static const char *const heads[] = {"; ", "; not ", "; not told: "};
        const char *between = heads[round];
        for (size_t i = 0; i < RIGHTS; i++) {
            if (seen[i] != (enum seen)round)
                continue;
            full |= buf_addf(&text, "%s%s", between, rights[i].name);
            between = ", ";
            lacking |= round == HIDDEN;
        }
    }
    doctor_say(doctor, lacking ? MARK_UNKNOWN : MARK_GOOD, "sees", full == 0 ? buf_str(&text) : "",
               lacking ? "Let it read these too: what they would tell stays unknown." : NULL);
    buf_release(&text);
}

static enum seen try_right(struct forge_asker *asker, const char *full_name, const char *branch,
                           const struct right *right)
{
    const char *at = strstr(right->path, "%s");
    char *path = at == NULL ? mem_printf("/repos/%s/%s", full_name, right->path)
                            : mem_printf("/repos/%s/%.*s%s%s", full_name, (int)(at - right->path),
                                         right->path, branch, at + 2);
    struct forge_reply reply;

    forge_ask(asker, full_name, path, &reply);
    enum seen seen = reply.status == 200                    ? SEEN
                     : reply.err.reason == REASON_FORBIDDEN ? HIDDEN
                                                            : NOT_TOLD;
    forge_reply_release(&reply);
    free(path);
    return seen;
}

/* Of what everybody sees any token may read all; only something private tells. */
static void try_private(struct forge_asker *asker, const char *owner, const json_t *repository)
{
    const char *full_name = json_string_value(json_object_get(repository, "full_name"));
    const char *branch = json_string_value(json_object_get(repository, "default_branch"));
    enum seen seen[RIGHTS] = {SEEN};

    for (size_t i = 0; i < RIGHTS; i++)
        seen[i] = try_right(asker, full_name, branch != NULL ? branch : "HEAD", &rights[i]);
    say_rights(asker->doctor, owner, "private repositories too", seen);
}

static bool is_plain(const char *name)
{
    return name != NULL && strspn(name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                        "0123456789._/-") == strlen(name);
}

static void check_owner(struct forge_asker *asker, const char *owner)
{
    char *path = mem_printf("/orgs/%s/repos?per_page=1&type=private", owner);
    struct forge_reply reply;

    forge_ask(asker, owner, path, &reply);
    const json_t *first = json_array_get(reply.body, 0);
    const char *name = json_string_value(json_object_get(first, "full_name"));
    const char *branch = json_string_value(json_object_get(first, "default_branch"));
    if (reply.status == 200 && is_plain(name) && (branch == NULL || is_plain(branch)) &&
        json_is_true(json_object_get(first, "private")))
        try_private(asker, owner, first);
    else if (reply.status == 200 || reply.status == 404)
        doctor_say(asker->doctor, MARK_UNKNOWN, "sees",
                   "public repositories alone: no private one is shown to it",
                   "Where there are private ones: a classic token needs the scope repo, a "
                   "fine-grained one access to them.");
    free(path);
    forge_reply_release(&reply);
}

static void check_installation(struct forge_asker *asker, const char *owner,
                               struct forge_limits *limits)
{
    struct doctor *doctor = asker->doctor;
    enum seen seen[RIGHTS];
    struct forge_reply reply;

    forge_ask(asker, owner, "/rate_limit", &reply);
    if (reply.err.reason != REASON_NONE && reply.status != 404) {
        doctor_fault(doctor,
                     reply.err.reason == REASON_UNAUTHORIZED ? STATUS_USAGE : STATUS_PARTIAL);
        doctor_say(doctor, MARK_BAD, "GitHub App", reply.err.text, NULL);
    } else {
        for (size_t i = 0; i < RIGHTS; i++)
            seen[i] =
                access_may(asker->access, owner, rights[i].permission) != NULL ? SEEN : HIDDEN;
        say_rights(doctor, owner,
                   access_sees_all(asker->access, owner) ? "all repositories"
                                                         : "selected repositories alone",
                   seen);
        forge_limits_read(&reply, limits);
    }
    forge_reply_release(&reply);
}

static void check_scopes(struct doctor *doctor, const struct forge_reply *reply)
{
    const char *token = doctor->context->token;

    if (reply->scopes != NULL) {
        char *text = mem_printf("classic token, scopes: %s",
                                *reply->scopes != '\0' ? reply->scopes : "none");
        doctor_say(doctor, MARK_GOOD, "scopes", text, NULL);
        free(text);
    } else if (text_starts_with(token, "github_pat_")) {
        doctor_say(doctor, MARK_GOOD, "scopes",
                   "fine-grained token: what it may do shows where it is tried", NULL);
    }
}

static void check_credential(struct forge_asker *asker, struct forge_limits *limits)
{
    const struct settings *s = &asker->doctor->context->settings;
    struct forge_reply reply;

    if (access_kind(asker->access) == ACCESS_APP) {
        for (size_t i = 0; i < s->organisations.count; i++)
            check_installation(asker, s->organisations.items[i], limits);
        return;
    }
    forge_ask(asker, "", "/rate_limit", &reply);
    forge_limits_read(&reply, limits);
    if (reply.status == 200 && access_kind(asker->access) == ACCESS_TOKEN) {
        check_scopes(asker->doctor, &reply);
        for (size_t i = 0; i < s->organisations.count; i++)
            check_owner(asker, s->organisations.items[i]);
    }
    forge_reply_release(&reply);
}

int doctor_forge(struct doctor *doctor, const struct http_options *options, struct err *err)
{
    const struct context *context = doctor->context;
    const struct settings *s = &context->settings;
    struct forge_asker asker = {.doctor = doctor, .api = s->github_api};
    struct forge_limits limits = {{-1, 0, 0}, {-1, 0, 0}};
    struct err wrong;

    if (s->offline || http_check_url(s->github_api, s->allow_http, &wrong) != 0) {
        doctor_cost(&asker, &limits);
        return 0;
    }
    if (loop_new(&asker.loop, err) != 0)
        return -1;
    int result = http_new(asker.loop, options, &asker.http, err);
    if (result == 0) {
        asker.access = access_new(asker.http, &(struct access_options){.loop = asker.loop,
                                                                       .api = s->github_api,
                                                                       .token = context->token,
                                                                       .app = context->app});
        check_credential(&asker, &limits);
        doctor_cost(&asker, &limits);
        access_free(asker.access);
        http_free(asker.http);
    }
    loop_free(asker.loop);
    return result;
}
