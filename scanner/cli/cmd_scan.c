#include "cli/command.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/interrupt.h"
#include "base/log.h"
#include "cli/scan_call.h"
#include "cli/terminal.h"
#include "cli/value.h"
#include "report/report.h"
#include "scan/scan.h"

static const struct flag flags[] = {
    {"org", "NAME", "fleet.organisations", "organisation or user to list; repeatable"},
    {"repo", "OWNER/NAME", "fleet.repositories", "repository, without a listing; repeatable"},
    {"package", "NAME[=OWNER/NAME]", "package", "package, and its repository; repeatable"},
    {"db", "FILE", "scan.database", "database (fleetdrift.db)"},
    {"cache", "DIR", "scan.cache", "mirrors (~/.cache/fleetdrift)"},
    {"rules", "DIR", "scan.rules", "your own rules, beside the built-in ones"},
    {"format", "FORMAT", "output.format", "table, csv, json or ndjson", 'f'},
    {"what", "WHAT", "output.what", "packages, findings, releases, coverage or all"},
    {"output", "FILE", "output", "write to FILE; csv also to a directory: DIR/", 'o'},
    {"fail-on", "SEVERITY", "scan.fail_on", "exit 1 from this severity on, or none (high)"},
    {"verify", "WHICH", "scan.verify", "files to compare: none, latest, all, or NAME==VERSION"},
    {"archived", NULL, "github.archived", "also archived repositories of a listing"},
    {"forks", NULL, "github.forks", "also forks of a listing"},
    {"ignore", "GLOB", "github.ignore", "leave out OWNER/NAME of a listing; repeatable"},
    {"jobs", "N", "scan.jobs", "repositories in work at once (32)", 'j'},
    {"shard", "I/N", "scan.shard", "take part I of N of the fleet"},
    {"deadline", "TIME", "scan.deadline", "stop looking after 90s, 15m, 2h"},
    {"if-older-than", "TIME", "if-older-than", "only if no complete scan began within 20h, 6d"},
    {"offline", NULL, "offline", "judge again what is stored, without the network"},
    {"progress", "HOW", "scan.progress", "auto, plain or none"},
    {"colour", "WHEN", "output.colour", "auto, always or never"},
    {"github-api", "URL", "github.api", "root of the REST API"},
    {"github-git", "URL", "github.git", "root of the git host"},
    {"github-graphql", "URL", "github.graphql",
     "address of the GraphQL API; default: beside that of --github-api"},
    {"index", "URL", "index-url", "root of the package index"},
    {"ca-file", "FILE", "http.ca_file", "certificates to trust instead of the system's"},
    {"allow-http", NULL, "http.allow_http", "plain http beyond this machine"},
    {NULL},
};

static const char about[] =
    "Looks at every Python package of the fleet: what the index has, what the tags say, what the\n"
    "source declares, what the changelog holds. Stores it, judges it, and prints one line a\n"
    "package. The fleet is what is named here, else [fleet] of the configuration.\n"
    "\n"
    "A token is taken from FLEETDRIFT_GITHUB_TOKEN, GITHUB_TOKEN or GH_TOKEN, or as the\n"
    "configuration says; or a GitHub App asks ([github] app_id). Listing an organisation needs\n"
    "one in practice; --repo and --package of public repositories do not.\n";

static const char examples[] =
    "  fleetdrift scan acme                          all of an organisation\n"
    "  fleetdrift scan --package acme-tools=acme/tools\n"
    "                                                one package, no configuration, no token\n"
    "  fleetdrift scan acme --format csv --output drift.csv\n"
    "  fleetdrift scan acme --format csv --output drift/\n"
    "                                                packages.csv, findings.csv and the others\n"
    "  fleetdrift scan --config fleetdrift.toml --quiet --fail-on critical\n"
    "                                                every night, from cron\n"
    "  fleetdrift scan --config fleetdrift.toml --if-older-than 20h\n"
    "                                                as often as you like, once a day\n";

static int check(struct context *context, struct err *err)
{
    const struct settings *s = &context->settings;
    struct report_options options;

    if (s->organisations.count + s->repositories.count + s->packages.count == 0 && !s->offline)
        return err_set(
            err, REASON_USAGE,
            "nothing to scan: name an organisation, --repo OWNER/NAME or --package NAME");
    if (s->ca_file != NULL && value_check_file(s->ca_file, err) != 0)
        return err_prefix(err, "ca_file");
    if (s->offline && store_check_file(s->database, STORE_READ, err) != 0)
        return -1;
    terminal_report_options(s, &options);
    return report_check(&options, s->output, err);
}

static enum status judge(const struct scan_result *result, int fail_on)
{
    unsigned found = 0;

    for (int severity = 0; fail_on != FAIL_ON_NONE && severity <= fail_on; severity++)
        found += result->rules.counts[severity];
    if (found > 0)
        return STATUS_FINDINGS;
    return result->rules.unknown > 0 ? STATUS_PARTIAL : STATUS_GOOD;
}

static int show(struct context *context, const struct scan_result *result, struct err *err)
{
    const struct settings *s = &context->settings;
    struct report_options options;

    terminal_report_options(s, &options);
    options.run = result->run;
    if (report_write_file(context->store, &options, s->output, NULL, err) != 0)
        return -1;
    if (context->level >= LOG_INFO) {
        if (report_summary(context->store, &options, stderr, err) != 0)
            return -1;
    } else if (result->rules.unknown > 0 &&
               report_warn_unseen(context->store, &options, err) != 0) {
        return -1;
    }
    if (s->output != NULL)
        log_info("wrote %s", s->output);
    return 0;
}

/* What is stored now is no picture of the fleet: it is not shown as if it were, and no file that
   holds one is replaced. */
static int end_interrupted(const struct context *context, const struct scan_result *result)
{
    int signal = interrupt_signal();

    if (result->interrupted)
        log_warning(
            "interrupted by SIG%s: not all of the fleet was looked at, no rule was applied, "
            "nothing is printed; what was stored in %s is kept as run %" PRId64
            ", the next scan goes on from it",
            sigabbrev_np(signal), context->settings.database, result->run);
    else
        log_warning("interrupted by SIG%s: run %" PRId64
                    " is complete; fleetdrift report prints what it found",
                    sigabbrev_np(signal), result->run);
    return INTERRUPT_STATUS(signal);
}

/* What the scan cost, for those who ask (-v). */
static void say_cost(const struct scan_result *result)
{
    log_debug("%u repositories, %u packages, %" PRIu64 " ms; %" PRIu64 " requests, %" PRIu64
              " retries, %" PRIu64 " bytes over %" PRIu64 " connections; %" PRId64
              " fact rows; worst block %.1f ms",
              result->repositories, result->packages, result->elapsed_ms, result->http.requests,
              result->http.retries, result->http.bytes, result->http.connections, result->changes,
              (double)result->worst_block_us / 1000);
}

static int look(struct context *context, struct err *err)
{
    struct scan_result result = {0};
    struct scan_call call;
    int status = scan_call_open(&call, context, err);

    if (status == 0)
        status = scan_run(context->store, context->rules, &call.options, &result, err);
    scan_call_release(&call);
    say_cost(&result);
    if (status == 0 && interrupt_signal() != 0)
        return end_interrupted(context, &result);
    if (status != 0 || show(context, &result, err) != 0)
        return -1;
    if (result.disk.reason != REASON_NONE) {
        *err = result.disk;
        return -1;
    }
    return (int)judge(&result, context->settings.fail_on);
}

/* What began in the future is no measure: some clock was wrong. */
static int is_recent(const struct context *context, bool *recent, struct err *err)
{
    int64_t run, started_at, now = clock_now();
    char text[CLOCK_TEXT];

    if (store_last_scan(context->store, &run, &started_at, err) != 0)
        return -1;
    *recent = run != 0 && started_at <= now &&
              now - started_at < (int64_t)(context->settings.if_older_than_ms / 1000);
    if (*recent)
        log_info("nothing to do: run %" PRId64 " of %s is complete and young enough", run,
                 clock_format(started_at, text));
    return 0;
}

static int run(struct context *context, struct err *err)
{
    bool recent = false;

    if (context->settings.if_older_than_ms > 0 && is_recent(context, &recent, err) != 0)
        return -1;
    return recent ? STATUS_GOOD : look(context, err);
}

const struct command cmd_scan = {
    .name = "scan",
    .line = "look at a fleet, judge it, store it, print what was found",
    .usage = "scan [OPTIONS] [ORG...]",
    .about = about,
    .examples = examples,
    .flags = flags,
    .operand = "fleet.organisations",
    .needs = NEEDS_SCAN_STORE | NEEDS_RULES | NEEDS_TOKEN,
    .check = check,
    .run = run,
};
