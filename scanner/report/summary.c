/* The last lines of a scan: how the fleet stands, and what could not be looked at. */
#include "report/report.h"

#include <inttypes.h>
#include <string.h>

#include "base/log.h"
#include "report/layout.h"
#include "report/record.h"
#include "report/sink.h"
#include "report/words.h"

static int64_t number(const struct record *summary, const char *name)
{
    return record_integer(summary, name, 0);
}

/* ", 3 drift" for a count that is not 0. */
static void add(struct buf *out, int64_t count, const char *words)
{
    if (count > 0 && buf_addf(out, "%s%" PRId64 " %s", out->len > 0 ? ", " : "", count, words) != 0)
        return;
}

static void write_fleet(const struct record *summary, FILE *out)
{
    struct buf text = BUF_INIT(WORDS_MAX);
    int64_t packages = number(summary, "packages");

    add(&text, number(summary, "drift"), "with drift");
    add(&text, number(summary, "in_sync"), "in sync");
    add(&text, number(summary, "unpublished"), "not published");
    add(&text, number(summary, "not_ours"), "of someone else");
    add(&text, number(summary, "unknown"), "unknown");
    fprintf(out, "%" PRId64 " package%s in %" PRId64 " repositor%s%s%s\n", packages,
            packages == 1 ? "" : "s", number(summary, "repositories"),
            number(summary, "repositories") == 1 ? "y" : "ies", text.len > 0 ? ": " : "",
            buf_str(&text));
    buf_release(&text);
}

static void write_findings(const struct record *summary, FILE *out)
{
    static const char *const names[] = {"critical", "high", "medium", "low"};
    struct buf text = BUF_INIT(WORDS_MAX), aside = BUF_INIT(WORDS_MAX);
    int64_t counts[4];

    for (int i = 0; i < 4; i++)
        counts[i] = number(summary, names[i]);
    words_counts(&text, counts);
    add(&aside, number(summary, "findings_new"), "new");
    add(&aside, number(summary, "findings_resolved"), "resolved");
    add(&aside, number(summary, "findings_historic"), "historic, not counted");
    add(&aside, number(summary, "findings_waived"), "waived, not counted");
    fprintf(out, "Findings: %s", text.len > 0 ? buf_str(&text) : "none");
    if (aside.len > 0)
        fprintf(out, " (%s)", buf_str(&aside));
    fputc('\n', out);
    buf_release(&text);
    buf_release(&aside);
}

/* "acme/tools, projects: why"; nobody's fault has no subject, one that cost all no fact. */
static void say_unseen(const struct record *unseen, struct buf *out)
{
    const char *const parts[] = {record_text(unseen, "subject"), record_text(unseen, "fact"),
                                 record_text(unseen, "why")};
    static const char *const between[] = {"", ", ", ": "};

    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
        if (parts[i] == NULL)
            continue;
        if (out->len > 0)
            words_add(out, between[i], 2);
        words_add(out, parts[i], strlen(parts[i]));
    }
}

static void write_unseen(const struct record *unseen, FILE *out, unsigned width)
{
    struct buf text = BUF_INIT(WORDS_MAX);

    say_unseen(unseen, &text);
    fputs("  ", out);
    layout_paragraph(out, buf_str(&text), 2, 4, width);
    buf_release(&text);
}

static void write_details(const struct records *details, FILE *out, unsigned width)
{
    int64_t total = details->count > 0 ? number(details->items, "total") : 0;

    if (total > 0)
        fprintf(out, "Could not be looked at: %" PRId64 "\n", total);
    for (size_t i = 0; i < details->count; i++)
        write_unseen(&details->items[i], out, width);
    if (total > REPORT_UNSEEN_MAX)
        fputs("  All of them: fleetdrift report --what coverage\n", out);
}

static int read_details(struct store *store, struct arena *arena, struct records *details,
                        struct err *err)
{
    return records_read(store, "report_coverage_details", NULL, 0, REPORT_UNSEEN_MAX, arena,
                        details, err);
}

int report_warn_unseen(struct store *store, const struct report_options *options, struct err *err)
{
    struct arena arena = ARENA_INIT;
    struct records details = {0};
    int result = store_view_run(store, options->run, err);

    if (result == 0)
        result = read_details(store, &arena, &details, err);
    for (size_t i = 0; result == 0 && i < details.count; i++) {
        struct buf text = BUF_INIT(WORDS_MAX);
        say_unseen(&details.items[i], &text);
        log_warning("could not be looked at: %s", buf_str(&text));
        buf_release(&text);
    }
    int64_t total = details.count > 0 ? number(details.items, "total") : 0;
    if (result == 0 && total > REPORT_UNSEEN_MAX)
        log_warning("could not be looked at: %" PRId64 " more", total - REPORT_UNSEEN_MAX);
    arena_release(&arena);
    return result;
}

int report_warn_unfinished(struct store *store, const struct report_options *options,
                           struct err *err)
{
    static const char not_all[] = "not all of the fleet was looked at, no rule was applied";
    struct arena arena = ARENA_INIT;
    struct records run;
    int result = store_view_run(store, options->run, err);

    if (result == 0)
        result = records_read(store, "report_run", NULL, 0, 1, &arena, &run, err);
    if (result == 0 && run.count == 1) {
        const char *state = record_text(run.items, "state");
        if (strcmp(state, "running") == 0)
            log_warning("run %" PRId64 " %s: %s", number(run.items, "id"),
                        store_is_scanned(store) ? "is still at work" : "was killed", not_all);
        else if (strcmp(state, "complete") != 0)
            log_warning("run %" PRId64 " %s: %s", number(run.items, "id"),
                        strcmp(state, "failed") == 0 ? "failed" : "was interrupted", not_all);
    }
    arena_release(&arena);
    return result;
}

int report_summary(struct store *store, const struct report_options *options, FILE *out,
                   struct err *err)
{
    struct arena arena = ARENA_INIT;
    struct records summary, details;
    int result = store_view_run(store, options->run, err);

    if (result == 0)
        result = records_read(store, "report_summary", NULL, 0, 1, &arena, &summary, err);
    if (result == 0)
        result = read_details(store, &arena, &details, err);
    if (result == 0 && summary.count == 1) {
        fputc('\n', out);
        write_fleet(summary.items, out);
        write_findings(summary.items, out);
        write_details(&details, out, options->width);
        if (number(summary.items, "drift") > 0)
            fputs("One package in detail: fleetdrift report PACKAGE\n", out);
        result = report_flush(out, err);
    }
    arena_release(&arena);
    return result;
}
