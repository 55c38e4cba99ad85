#include "cli/gate_call.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/text.h"
#include "facts/links.h"
#include "facts/simple.h"
#include "scan/document.h"

/* What only the index and the remote know. */

struct asking {
    struct gate_call *call;
    struct loop *loop;
    struct http *http;
    struct access *access;
    struct gitwire *wire;
    struct pypi **indexes; /* those of the call in their order, then the test index */
    size_t index_count;
    const char *other; /* what the other name of a repository leads to; NULL */
};

/* --- the index ------------------------------------------------------------------------------- */

/* One question: of several indexes the first that has the package is the one that it is taken
   from. */
struct question {
    struct asking *asking;
    struct gate_index *answer;
    size_t at, end; /* of asking->indexes */
};

static void on_document(const struct pypi_document *document, const struct err *err, void *ctx);

static void ask_index(struct question *question)
{
    struct asking *asking = question->asking;
    const struct gate_call *call = asking->call;

    if (question->at < call->scan.options.index_count)
        question->answer->url = call->scan.options.indexes[question->at].url;
    pypi_get(asking->indexes[question->at], call->gate.package, NULL, true, on_document, question);
}

static void on_document(const struct pypi_document *document, const struct err *err, void *ctx)
{
    struct question *question = ctx;
    struct gate_call *call = question->asking->call;
    struct gate_index *answer = question->answer;
    struct index_document *read = arena_alloc(&call->arena, sizeof *read);
    struct err why = {0};
    bool absent = document != NULL && document->absent;

    if (document == NULL)
        why = *err;
    else if (!absent)
        document_read(document, call->gate.package, &call->arena, read, &absent, &why);
    if (why.reason != REASON_NONE)
        answer->unknown = arena_strdup(&call->arena, why.text);
    else if (!absent)
        answer->document = read;
    else if (++question->at < question->end)
        ask_index(question);
    else
        answer->absent = true;
}

/* --- the remote ------------------------------------------------------------------------------ */

static void on_refs(const struct gitwire_refs *refs, const struct err *err, void *ctx)
{
    struct asking *asking = ctx;
    struct gate_call *call = asking->call;
    struct gate_remote *remote = &call->gate.remote;

    if (refs == NULL) {
        remote->unknown = arena_strdup(&call->arena, err->text);
        return;
    }
    struct gitwire_refs *kept = arena_copy(&call->arena, refs, sizeof *refs);
    call->refs = *refs->arena;
    *refs->arena = (struct arena)ARENA_INIT;
    kept->arena = &call->refs;
    kept->moved_to = NULL;
    remote->refs = kept;
    if (refs->moved_to != NULL) {
        remote->former[0] = remote->repository;
        remote->repository = gate_lower(refs->moved_to, &call->arena);
    }
}

static void on_other(const struct gitwire_refs *refs, const struct err *err, void *ctx)
{
    struct asking *asking = ctx;

    (void)err;
    if (refs != NULL && refs->moved_to != NULL)
        asking->other = gate_lower(refs->moved_to, &asking->call->arena);
}

/* Where the index names another repository: it may be a name that this one had. */
static void ask_other(struct asking *asking)
{
    struct gate_call *call = asking->call;
    struct gate_remote *remote = &call->gate.remote;
    const struct index_document *document = call->gate.index.document;

    if (document == NULL || remote->refs == NULL)
        return;
    const struct links_input input = {
        .repository = remote->repository,
        .former = (const char *const *)remote->former,
        .index_urls = document->urls,
        .index_labels = document->url_labels,
        .web_hosts = call->gate.web_hosts,
    };
    struct links_result link;
    links_judge(&input, &call->arena, &link);
    if (link.state != LINK_CONTRADICTED || strchr(link.other, '/') != strrchr(link.other, '/'))
        return;
    gitwire_ls_refs(asking->wire, link.other, NULL, on_other, asking);
    loop_run(asking->loop);
    if (asking->other != NULL && strcmp(asking->other, remote->repository) == 0)
        remote->former[1 - (remote->former[0] == NULL)] = link.other;
}

/* --- all of it ------------------------------------------------------------------------------- */

static const char **list_hosts(const struct scan_options *options, const char *test)
{
    const char **hosts = mem_array(options->index_count + 4, sizeof *hosts);
    size_t count = 0;

    hosts[count++] = options->github_api;
    hosts[count++] = options->github_git;
    for (size_t i = 0; i < options->index_count; i++)
        hosts[count++] = options->indexes[i].url;
    hosts[count] = test;
    return hosts;
}

static int check_hosts(const char *const *hosts, bool allow_http, struct err *err)
{
    for (; *hosts != NULL; hosts++)
        if (http_check_url(*hosts, allow_http, err) != 0)
            return -1;
    return 0;
}

static void open_index(struct asking *asking, const struct scan_index *index)
{
    const struct pypi_options pypi = {
        .loop = asking->loop,
        .index = arena_strndup(&asking->call->arena, index->url, text_without_slashes(index->url)),
        .kind = index->kind,
        .fixed = index->kind != PYPI_AUTO,
        .timeout_ms = asking->call->scan.options.index_timeout_ms,
        .user = index->user,
        .secret = index->secret,
    };

    asking->indexes[asking->index_count++] = pypi_new(asking->http, &pypi);
}

static void open_indexes(struct asking *asking)
{
    const struct scan_options *options = &asking->call->scan.options;
    const struct scan_index test = {.url = asking->call->gate.test_index.url};

    simple_init();
    asking->indexes = mem_array(options->index_count + 1, sizeof *asking->indexes);
    for (size_t i = 0; i < options->index_count; i++)
        open_index(asking, &options->indexes[i]);
    if (test.url != NULL)
        open_index(asking, &test);
}

static int open_services(struct asking *asking, const char *const *hosts, struct err *err)
{
    const struct scan_options *options = &asking->call->scan.options;
    struct http_options http = options->http;

    http.hosts = hosts;
    if (loop_new(&asking->loop, err) != 0 || http_new(asking->loop, &http, &asking->http, err) != 0)
        return -1;
    asking->access = access_new(asking->http, &(struct access_options){.loop = asking->loop,
                                                                       .api = options->github_api,
                                                                       .token = options->token,
                                                                       .app = options->app});
    const struct gitwire_options git = {
        .base = options->github_git,
        .agent = "fleetdrift/" FLEETDRIFT_VERSION,
        .timeout_ms = options->git_timeout_ms,
        .loop = asking->loop,
    };
    if (gitwire_new(asking->access, &git, &asking->wire, err) != 0)
        return -1;
    open_indexes(asking);
    return 0;
}

static void close_services(struct asking *asking)
{
    for (size_t i = 0; i < asking->index_count; i++)
        pypi_free(asking->indexes[i]);
    free(asking->indexes);
    if (asking->wire != NULL)
        gitwire_free(asking->wire);
    access_free(asking->access);
    if (asking->http != NULL)
        http_free(asking->http);
    if (asking->loop != NULL)
        loop_free(asking->loop);
}

static void ask_all(struct asking *asking)
{
    struct gate *gate = &asking->call->gate;
    size_t count = asking->call->scan.options.index_count;
    struct question index = {asking, &gate->index, 0, count};
    struct question test = {asking, &gate->test_index, count, count + 1};

    ask_index(&index);
    if (gate->test_index.url != NULL)
        ask_index(&test);
    if (gate->remote.repository != NULL)
        gitwire_ls_refs(asking->wire, gate->remote.repository, NULL, on_refs, asking);
    loop_run(asking->loop);
    ask_other(asking);
}

int gate_ask(struct gate_call *call, struct err *err)
{
    struct gate *gate = &call->gate;
    struct asking asking = {.call = call};

    gate->remote.former = arena_array(&call->arena, 3, sizeof *gate->remote.former);
    gate->index.url = call->scan.options.indexes[0].url;
    gate->test_index.url = call->context->settings.gate_test_index;
    if (gate->remote.repository == NULL)
        gate->remote.unknown = "there is no remote on the forge to ask";
    if (call->scan.options.offline) {
        gate->remote.unknown = gate->index.unknown = gate->test_index.unknown =
            "not asked: offline";
        return 0;
    }
    const char **hosts = list_hosts(&call->scan.options, gate->test_index.url);
    int result = check_hosts(hosts, call->scan.options.http.allow_http, err);
    if (result == 0)
        result = open_services(&asking, hosts, err);
    if (result == 0)
        ask_all(&asking);
    close_services(&asking);
    free(hosts);
    return result;
}
