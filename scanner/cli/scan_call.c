#include "cli/scan_call.h"

#include <stdlib.h>

#include <jansson.h>

#include "base/mem.h"
#include "cli/config_index.h"
#include "cli/override.h"
#include "cli/policy.h"
#include "cli/value.h"
#include "fetch/graphql.h"

/* What was asked, for the run's row; a token is never part of it. */
static char *arguments(const struct context *context)
{
    json_t *list = json_array();

    for (int i = 0; i < context->argc; i++)
        json_array_append_new(list, json_string(context->argv[i]));
    char *text = json_dumps(list, JSON_COMPACT);
    json_decref(list);
    return text;
}

static char *user_agent(const struct settings *settings)
{
    return settings->contact != NULL
               ? mem_printf("fleetdrift/" FLEETDRIFT_VERSION " (+%s)", settings->contact)
               : mem_strdup("fleetdrift/" FLEETDRIFT_VERSION);
}

static struct scan_options scan_options(const struct context *context, const char *agent,
                                        const char *asked)
{
    const struct settings *s = &context->settings;
    struct scan_options options = {
        .owners = s->organisations.items,
        .repositories = s->repositories.items,
        .packages = s->packages.items,
        .package_count = s->packages.count,
        .tags = s->tags.items,
        .tag_count = s->tags.count,
        .github_api = s->github_api,
        .github_git = s->github_git,
        .github_graphql = s->github_graphql,
        .github_web = s->github_web.items,
        .token = context->token,
        .app = context->app,
        .archived = s->archived,
        .forks = s->forks,
        .ignore = s->ignore.items,
        .cache = s->cache,
        .http = {.user_agent = agent,
                 .ca_file = s->ca_file,
                 .proxy = s->proxy,
                 .allow_http = s->allow_http,
                 .host_connections = s->connections,
                 .connect_timeout_ms = s->connect_timeout_ms,
                 .stall_timeout_ms = s->stall_timeout_ms,
                 .slow_timeout_ms = s->slow_timeout_ms,
                 .max_wait_ms = s->max_wait_ms},
        .git_timeout_ms = s->git_timeout_ms,
        .index_timeout_ms = s->index_timeout_ms,
        .listing_timeout_ms = s->listing_timeout_ms,
        .jobs = s->jobs,
        .deadline_ms = s->deadline_ms,
        .offline = s->offline,
        .verify = value_verify(s->verify),
        .pattern = s->verify,
        .max_file = (int64_t)s->max_file << 20,
        .progress = (enum scan_progress)s->progress,
        .arguments = asked,
    };

    if (s->shard != NULL)
        value_shard(s->shard, &options.shard, &options.shards, NULL); /* checked when it was set */
    return options;
}

/* What the organisation says about its findings and tags. */
static int set_policy(struct context *context, char **policy, struct err *err)
{
    json_t *document = context->settings.policy;

    *policy = NULL;
    if (document == NULL)
        return 0;
    if (policy_check_rules(context->settings.named_rules, context->rules, err) != 0)
        return -1;
    *policy = json_dumps(document, JSON_COMPACT | JSON_SORT_KEYS);
    rules_set_policy(context->rules, *policy);
    return 0;
}

static int read_roots(const char *path, struct provenance_roots **out, struct err *err)
{
    struct buf pem = BUF_INIT(PROVENANCE_BYTES);
    int result = 0;

    if (path != NULL) {
        result = value_read_file(path, &pem, err);
        if (result == 0 && provenance_roots_read(buf_str(&pem), pem.len, out, err) != 0)
            result = err_prefix(err, "%s", path);
        if (result != 0)
            err_prefix(err, "[provenance] roots");
    }
    buf_release(&pem);
    return result;
}

int scan_call_open(struct scan_call *call, struct context *context, struct err *err)
{
    *call = (struct scan_call){.arena = ARENA_INIT};
    if (set_policy(context, &call->policy, err) != 0)
        return -1;
    call->agent = user_agent(&context->settings);
    call->asked = arguments(context);
    call->options = scan_options(context, call->agent, call->asked);
    call->options.policy = call->policy;
    if (call->options.github_graphql == NULL)
        call->options.github_graphql = call->graphql = graphql_root(context->settings.github_api);
    call->options.overrides =
        override_list(context->settings.policy, &call->arena, &call->options.override_count);
    if (read_roots(context->settings.roots, &call->roots, err) != 0)
        return -1;
    call->options.roots = call->roots;
    if (index_list(&context->settings, &call->indexes, &call->options.index_count, err) != 0)
        return -1;
    call->options.indexes = call->indexes;
    return 0;
}

void scan_call_release(struct scan_call *call)
{
    if (call->indexes != NULL)
        index_list_free(call->indexes, call->options.index_count);
    provenance_roots_free(call->roots);
    arena_release(&call->arena);
    free(call->graphql);
    free(call->agent);
    free(call->asked);
    free(call->policy);
}
