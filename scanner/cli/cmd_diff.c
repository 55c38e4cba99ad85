#include "cli/command.h"

#include <string.h>

#include "base/log.h"
#include "cli/terminal.h"
#include "cli/value.h"
#include "facts/names.h"
#include "report/report.h"

static const struct flag flags[] = {
    {"what", "WHAT", "output.what", "findings, changes (of facts) or all (all)"},
    {"format", "FORMAT", "output.format", "table, csv, json or ndjson", 'f'},
    {"output", "FILE", "output", "write to FILE; csv also to a directory: DIR/", 'o'},
    {"exit-code", NULL, "exit-code", "exit with 1 when something changed"},
    {"package", "NAME", "only-package", "only this package"},
    {"repo", "OWNER/NAME", "only-repository", "only this repository"},
    {"rule", "ID", "only-rule", "only findings of this rule"},
    {"severity", "SEVERITY", "only-severity", "only findings of this severity"},
    {"state", "STATE", "only-change",
     "only new, changed, resolved, waived, historic or left findings"},
    {"db", "FILE", "scan.database", "database (fleetdrift.db)"},
    {"colour", "WHEN", "output.colour", "auto, always or never"},
    {NULL},
};

static const char about[] =
    "Prints what changed between two runs, from the database alone: findings that are new, that\n"
    "changed their severity, that were resolved or waived, or whose subject left the fleet; and "
    "of\n"
    "the facts, releases and files that came, went or were replaced, tags that came, moved or\n"
    "went, links, names, and what could be looked at before and not now.\n"
    "\n"
    "OLD and NEW are runs by their numbers, NEW also \"latest\". Without NEW the latest complete\n"
    "run is meant, without OLD the complete one before it. A table of nothing is empty, so that a\n"
    "mail can be made of it.\n";

static const char examples[] =
    "  fleetdrift diff                               the last two complete runs\n"
    "  fleetdrift diff --what findings --state new   what to send tonight, if anything\n"
    "  fleetdrift diff 41 57 --format json\n"
    "  fleetdrift diff --exit-code >/dev/null || mail …\n";

static int find_run(struct context *context, size_t at, int64_t before, int64_t *out,
                    struct err *err)
{
    const struct setting_list *runs = &context->settings.diff_runs;
    unsigned run;

    if (at < runs->count && value_count(runs->items[at], 1, VALUE_COUNT_MAX, &run, NULL) == 0) {
        *out = run;
        return 0;
    }
    if (store_run_before(context->store, before, out, err) != 0)
        return -1;
    if (*out != 0)
        return 0;
    return err_set(err, REASON_USAGE,
                   before == 0 ? "the database has no complete run"
                               : "the database has no complete run before run %lld",
                   (long long)before);
}

static int check(struct context *context, struct err *err)
{
    struct settings *s = &context->settings;
    struct report_options options;
    char normal[NAME_MAX_BYTES];

    if (s->diff_runs.count > 2)
        return err_set(err, REASON_USAGE, "two runs are compared, not %zu", s->diff_runs.count);
    if (s->diff_runs.count > 0 && strcmp(s->diff_runs.items[0], "latest") == 0)
        return err_set(err, REASON_USAGE,
                       "nothing is newer than the latest run: name an older one");
    if (s->package != NULL && names_normalise(s->package, normal) == 0)
        s->package = arena_strdup(&s->arena, normal);
    if (s->what < 0)
        s->what = REPORT_ALL;
    terminal_report_options(s, &options);
    options.old = 1;
    return report_check(&options, s->output, err);
}

static int run(struct context *context, struct err *err)
{
    const struct settings *s = &context->settings;
    struct report_options options;
    uint64_t rows;

    terminal_report_options(s, &options);
    if (find_run(context, 1, 0, &options.run, err) != 0 ||
        find_run(context, 0, options.run, &options.old, err) != 0)
        return -1;
    /* That both are there, the view says. */
    if (store_view_run(context->store, options.old, err) != 0 ||
        store_view_run(context->store, options.run, err) != 0)
        return -1;
    if (report_write_file(context->store, &options, s->output, &rows, err) != 0)
        return -1;
    if (s->output != NULL)
        log_info("wrote %s", s->output);
    return s->exit_code && rows > 0 ? STATUS_FINDINGS : STATUS_GOOD;
}

const struct command cmd_diff = {
    .name = "diff",
    .line = "print what changed between two runs",
    .usage = "diff [OPTIONS] [OLD [NEW]]",
    .about = about,
    .examples = examples,
    .flags = flags,
    .operand = "diff-runs",
    .needs = NEEDS_STORE,
    .check = check,
    .run = run,
};
