#include "cli/command.h"

#include <stdio.h>
#include <string.h>

#include "base/log.h"
#include "cli/terminal.h"
#include "cli/value.h"
#include "facts/names.h"
#include "report/sums.h"
#include "report/output.h"
#include "report/report.h"

static const struct flag flags[] = {
    {"what", "WHAT", "output.what", "packages, findings, releases, coverage or all"},
    {"format", "FORMAT", "output.format", "table, csv, json or ndjson", 'f'},
    {"output", "FILE", "output", "write to FILE; csv also to a directory: DIR/", 'o'},
    {"run", "ID", "run", "an earlier run (latest)"},
    {"as-of", "DAY", "as-of", "the fleet as the last complete scan until then saw it"},
    {"manifest", "FILE", "manifest", "SHA-256 sums of what is written and of the rules"},
    {"package", "NAME", "only-package", "only this package"},
    {"repo", "OWNER/NAME", "only-repository", "only this repository"},
    {"rule", "ID", "only-rule", "only findings of this rule"},
    {"severity", "SEVERITY", "only-severity", "only findings of this severity"},
    {"state", "STATE", "only-state", "only new, open, resolved, historic or waived findings"},
    {"db", "FILE", "scan.database", "database (fleetdrift.db)"},
    {"rules", "DIR", "scan.rules", "your own rules, for what a card says to do"},
    {"colour", "WHEN", "output.colour", "auto, always or never"},
    {NULL},
};

static const char about[] =
    "Prints what a scan stored, without the network. With a PACKAGE, its card: what the index, "
    "the\n"
    "tag, the source and the changelog say about it, line by line, and what to do next.\n"
    "\n"
    "A table shows packages unless --what says otherwise; json and ndjson show everything; with\n"
    "--format or --what a PACKAGE is the same as --package. Filters choose rows, and the summary "
    "of\n"
    "json counts the rows that were chosen; --rule, --severity and --state choose findings alone.\n"
    "Two reports of one run are the same bytes, also years later; --manifest writes the sums of "
    "the\n"
    "files that --output named, and of the rules, to be signed and kept with them.\n";

static const char examples[] =
    "  fleetdrift report                             every package, worst rule, status\n"
    "  fleetdrift report acme-tools                  the card of one package\n"
    "  fleetdrift report --what findings --severity critical\n"
    "  fleetdrift report --format csv --output drift/\n"
    "                                                one file a table\n"
    "  fleetdrift report --as-of 2026-01-31 acme-tools\n"
    "                                                what was known of it on that day\n"
    "  fleetdrift report --what all --format json --output q1.json --manifest q1.sums.json\n"
    "                                                an export for an auditor\n"
    "  fleetdrift report --format json --run 41 | jq '.findings[].rule'\n";

/* With --format or --what a PACKAGE is a filter like --package; else its card is wanted. */
static bool wants_card(const struct settings *settings, const struct report_options *options)
{
    return settings->card != NULL && options->format == REPORT_TABLE && settings->what < 0;
}

/* The package in the spelling of the database; a name that is none is kept, and not found. */
static void normalise(struct settings *settings, const char **name)
{
    char normal[NAME_MAX_BYTES];

    if (*name != NULL && names_normalise(*name, normal) == 0)
        *name = arena_strdup(&settings->arena, normal);
}

static void report_options(const struct settings *settings, struct report_options *options)
{
    terminal_report_options(settings, options);
    if (settings->card != NULL)
        options->package = settings->card;
}

static int check(struct context *context, struct err *err)
{
    struct settings *s = &context->settings;
    struct report_options options;

    normalise(s, &s->card);
    normalise(s, &s->package);
    if (s->card != NULL && s->package != NULL)
        return err_set(err, REASON_USAGE, "PACKAGE and --package say the same: give one of them");
    if (s->as_of != NULL && s->run != NULL && strcmp(s->run, "latest") != 0)
        return err_set(err, REASON_USAGE,
                       "--as-of and --run both choose the run: give one of them");
    report_options(s, &options);
    if (report_check(&options, s->output, err) != 0)
        return -1;
    return s->manifest != NULL ? sums_check(s->output, s->manifest, err) : 0;
}

static int choose_run(struct context *context, struct report_options *options, struct err *err)
{
    int64_t instant;

    if (context->settings.as_of == NULL)
        return 0;
    if (value_instant(context->settings.as_of, &instant, err) != 0)
        return -1;
    return store_run_as_of(context->store, instant, &options->run, err);
}

static int write_card(struct context *context, const struct report_options *options,
                      struct err *err)
{
    const struct settings *s = &context->settings;
    struct output output;

    if (output_open(&output, s->output, err) != 0)
        return -1;
    int result = report_card(context->store, context->rules, s->card, options, output.file, err);
    if (output_close(&output, result == 0, err) != 0)
        return -1;
    return result;
}

static int run(struct context *context, struct err *err)
{
    const struct settings *s = &context->settings;
    struct report_options options;

    report_options(s, &options);
    if (choose_run(context, &options, err) != 0 ||
        report_check_filters(context->store, context->rules, &options, err) != 0 ||
        report_warn_unfinished(context->store, &options, err) != 0)
        return -1;
    int result = wants_card(s, &options)
                     ? write_card(context, &options, err)
                     : report_write_file(context->store, &options, s->output, NULL, err);
    if (result != 0)
        return -1;
    if (s->output != NULL)
        log_info("wrote %s", s->output);
    if (s->manifest == NULL)
        return STATUS_GOOD;
    if (sums_write(context->store, context->rules, &options, s->output, s->manifest, err) != 0)
        return -1;
    log_info("wrote %s", s->manifest);
    return STATUS_GOOD;
}

const struct command cmd_report = {
    .name = "report",
    .line = "print what a scan found, in any format, or the card of one package",
    .usage = "report [OPTIONS] [PACKAGE]",
    .about = about,
    .examples = examples,
    .flags = flags,
    .operand = "card",
    .needs = NEEDS_STORE | NEEDS_RULES,
    .check = check,
    .run = run,
};
