#include "cli/estimate.h"

#include "fetch/graphql.h"

#define CONNECTIONS    349 /* of a request of three points */
#define OF_COMMIT      4   /* itself, and three pull requests with their reviews */
#define PAGE_MS        1000
#define GRAPHQL_MS     3600 /* three seconds, of which fifty fit into a minute */
#define SMALL_MS       500
#define GIT_WHEN_MOVED 4

static int64_t parts(int64_t count, int64_t size)
{
    return (count + size - 1) / size;
}

static int64_t most(int64_t a, int64_t b)
{
    return a > b ? a : b;
}

void estimate_scan(const struct estimate_fleet *fleet, struct estimate *out)
{
    int64_t holding = fleet->holding >= 0 ? fleet->holding : fleet->repositories;
    int64_t packages = fleet->packages >= 0 ? fleet->packages : holding;
    int64_t commits = fleet->commits >= 0 ? fleet->commits : packages * ESTIMATE_COMMITS;
    /* A repository is not parted: what no longer fits beside others is asked for with the next. */
    int64_t each = holding > 0 ? 1 + OF_COMMIT * parts(commits, holding) : 1;
    int64_t together = most(1, each < CONNECTIONS ? CONNECTIONS / each : 1);
    int64_t jobs = fleet->jobs > 0 ? fleet->jobs : 1;

    out->rest = fleet->pages;
    out->graphql = parts(holding, together < GRAPHQL_BATCH ? together : GRAPHQL_BATCH);
    out->points = out->graphql * GRAPHQL_POINTS;
    out->git = fleet->repositories * (fleet->moved ? GIT_WHEN_MOVED : 1);
    out->index = packages;
    int64_t ms =
        out->rest * PAGE_MS + out->graphql * GRAPHQL_MS + (out->git + out->index) * SMALL_MS / jobs;
    out->seconds = parts(ms, 1000);
}
