#include "cli/doctor_forge.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/clock.h"
#include "base/mem.h"
#include "cli/estimate.h"
#include "report/record.h"

#define AGAIN_S   604800 /* as the scan asks again */
#define PAGE      100    /* repositories of a listing's page */
#define COUNT_MAX 1000000

/* The fleet as the database or the forge knows it. */
struct fleet {
    int64_t pages, repositories, holding, packages, commits;
    int64_t due, due_commits; /* -1: no database tells what is known already */
    int64_t seconds;          /* of the last scan; -1: none */
    bool counted;
};

/* --- what the database knows ----------------------------------------------------------------- */

/* Each between line ends, as queries take it; the caller frees. */
static char *join_owners(const struct settings *s)
{
    struct buf text = BUF_INIT((size_t)1 << 20);
    int full = buf_addstr(&text, "\n");

    for (size_t i = 0; i < s->organisations.count; i++)
        full |= buf_addf(&text, "%s\n", s->organisations.items[i]);
    if (full != 0)
        buf_reset(&text);
    return buf_detach(&text);
}

static void take(const struct record *row, size_t owners, struct fleet *fleet)
{
    /* A database that has not seen all owners does not know the fleet. */
    if (row == NULL || record_integer(row, "repositories", 0) == 0 ||
        record_integer(row, "listings", 0) < (int64_t)owners)
        return;
    *fleet = (struct fleet){
        .pages = record_integer(row, "pages", 0),
        .repositories = record_integer(row, "repositories", 0),
        .holding = record_integer(row, "holding", 0),
        .packages = record_integer(row, "packages", 0),
        .commits = record_integer(row, "commits", 0),
        .due = record_integer(row, "due", 0),
        .due_commits = record_integer(row, "due_commits", 0),
        .seconds = record_integer(row, "seconds", -1),
        .counted = true,
    };
}

/* What is wrong with the database is said in its own line. */
static void from_database(const struct settings *s, struct fleet *fleet)
{
    struct arena arena = ARENA_INIT;
    struct records rows;
    struct store *store = NULL;
    char again[CLOCK_TEXT];
    struct stat st;
    struct err err;

    if (stat(s->database, &st) != 0 || st.st_size == 0 ||
        store_open(s->database, STORE_READ, &store, &err) != 0)
        return;
    char *owners = join_owners(s);
    const struct bind binds[] = {{":owners", owners},
                                 {":again", clock_format(clock_now() - AGAIN_S, again)}};
    if (records_read(store, "fleet_size", binds, 2, 1, &arena, &rows, &err) == 0)
        take(rows.count > 0 ? rows.items : NULL, s->organisations.count, fleet);
    free(owners);
    store_close(store);
    arena_release(&arena);
}

/* --- what the forge counts ------------------------------------------------------------------- */

/* With one repository a page the last page's number is how many there are. */
static int64_t count_of(const struct forge_reply *reply)
{
    const char *last = reply->link != NULL ? strstr(reply->link, "rel=\"last\"") : NULL;
    const char *page = NULL, *next = reply->link;

    while (last != NULL && (next = strstr(next, "page=")) != NULL && next < last) {
        if (next[-1] == '&' || next[-1] == '?')
            page = next + 5;
        next++;
    }
    int64_t count = page != NULL ? strtoll(page, NULL, 10) : (int64_t)json_array_size(reply->body);
    return count >= 0 && count <= COUNT_MAX ? count : 0;
}

static bool count_owner(struct forge_asker *asker, const char *owner, struct fleet *fleet)
{
    struct forge_reply reply;
    char *path = mem_printf("/orgs/%s/repos?per_page=1&type=all", owner);
    int64_t pages = 0;

    forge_ask(asker, owner, path, &reply);
    if (reply.status == 404) {
        free(path);
        forge_reply_release(&reply);
        path = mem_printf("/users/%s/repos?per_page=1&type=owner", owner);
        pages = 1; /* the scan will find that out, too */
        forge_ask(asker, owner, path, &reply);
    }
    bool good = reply.status == 200 && json_is_array(reply.body);
    int64_t count = good ? count_of(&reply) : 0;
    if (!good)
        doctor_say(asker->doctor, MARK_UNKNOWN, "scan", reply.err.text,
                   "What it will cost cannot be told without the listing.");
    fleet->repositories += count;
    fleet->pages += pages + (count > PAGE ? (count + PAGE - 1) / PAGE : 1);
    forge_reply_release(&reply);
    free(path);
    return good;
}

static void from_forge(struct forge_asker *asker, struct fleet *fleet)
{
    const struct settings *s = &asker->doctor->context->settings;

    *fleet = (struct fleet){
        .holding = -1, .packages = -1, .commits = -1, .due = -1, .seconds = -1, .counted = true};
    for (size_t i = 0; i < s->organisations.count && fleet->counted; i++)
        fleet->counted = count_owner(asker, s->organisations.items[i], fleet);
    fleet->repositories += (int64_t)(s->repositories.count + s->packages.count);
}

/* --- words ----------------------------------------------------------------------------------- */

static void add_time(struct buf *text, int64_t seconds)
{
    int full = seconds < 90     ? buf_addf(text, "%" PRId64 " s", seconds)
               : seconds < 5400 ? buf_addf(text, "%" PRId64 " min", (seconds + 30) / 60)
                                : buf_addf(text, "%.1f h", (double)seconds / 3600);
    (void)full; /* some words less */
}

static void say_estimate(struct forge_asker *asker, const char *when, const struct estimate *e,
                         const struct forge_limits *limits)
{
    const struct forge_quota *short_of =
        limits->rest.limit >= 0 && e->rest > limits->rest.left           ? &limits->rest
        : limits->graphql.limit >= 0 && e->points > limits->graphql.left ? &limits->graphql
                                                                         : NULL;
    struct buf text = BUF_INIT(1024);
    char until[CLOCK_TEXT], *advice = NULL;

    if (buf_addf(&text,
                 "%s: %" PRId64 " REST and %" PRId64 " GraphQL requests (at most %" PRId64
                 " points), %" PRId64 " of git and %" PRId64
                 " of the index, which cost none; about ",
                 when, e->rest, e->graphql, e->points, e->git, e->index) == 0)
        add_time(&text, e->seconds);
    if (short_of != NULL) {
        advice = mem_printf("More than is left: the rest waits until %s; where that is longer than "
                            "[http] max_wait it ends as unknown: rate-limited.",
                            clock_format(short_of->reset_at, until));
        doctor_fault(asker->doctor, STATUS_PARTIAL);
    }
    doctor_say(asker->doctor, short_of != NULL ? MARK_UNKNOWN : MARK_GOOD, "scan", buf_str(&text),
               advice);
    free(advice);
    buf_release(&text);
}

static void say_points(const struct doctor *doctor, const struct forge_limits *limits)
{
    const struct forge_quota *points = &limits->graphql;

    if (points->limit < 0)
        return;
    char *text = mem_printf("%" PRId64 " of %" PRId64 " GraphQL points left this hour",
                            points->left, points->limit);
    doctor_say((struct doctor *)doctor, points->left > 0 ? MARK_GOOD : MARK_UNKNOWN, "rate limit",
               text, NULL);
    free(text);
}

static void say_last(struct doctor *doctor, const struct fleet *fleet)
{
    struct buf text = BUF_INIT(256);

    if (fleet->seconds >= 0 && buf_addf(&text, "the last one took ") == 0) {
        add_time(&text, fleet->seconds);
        doctor_say(doctor, MARK_GOOD, "scan", buf_str(&text), NULL);
    }
    buf_release(&text);
}

void doctor_cost(struct forge_asker *asker, const struct forge_limits *limits)
{
    struct doctor *doctor = asker->doctor;
    const struct settings *s = &doctor->context->settings;
    bool asks = doctor->context->token != NULL || doctor->context->app != NULL;
    struct fleet fleet = {0};
    struct estimate estimate;

    say_points(doctor, limits);
    from_database(s, &fleet);
    bool known = fleet.counted;
    if (!known && asker->access != NULL)
        from_forge(asker, &fleet);
    if (!fleet.counted || fleet.repositories == 0)
        return;
    struct estimate_fleet size = {.pages = fleet.pages,
                                  .repositories = fleet.repositories,
                                  .holding = known ? fleet.due : -1,
                                  .packages = fleet.packages,
                                  .commits = known ? fleet.due_commits : -1,
                                  .jobs = s->jobs};
    if (!asks)
        size.holding = size.commits = 0;
    if (known) {
        estimate_scan(&size, &estimate);
        say_estimate(asker, "if nothing moved", &estimate, limits);
        if (asks)
            size.holding = fleet.holding, size.commits = fleet.commits;
    }
    size.moved = true;
    if (!known && !asks)
        size.packages = fleet.repositories;
    estimate_scan(&size, &estimate);
    say_estimate(asker, known ? "if all of it moved" : "at most, for the first one", &estimate,
                 limits);
    say_last(doctor, &fleet);
}
