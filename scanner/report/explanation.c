#include "report/report.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "report/marks.h"
#include "report/record.h"
#include "report/words.h"
#include "store/explain.h"

#define LISTED_MAX 8   /* versions that one line names */
#define WIDTH_MAX  100 /* columns: longer lines of prose are hard to read */

/* Rows that the same condition decides, by the same facts. */
struct group {
    enum explained result;
    const char *condition, *seen, *from;
    const char *subjects[LISTED_MAX];
    size_t count;
};

struct explanation {
    FILE *out;
    struct style style;
    unsigned width;
    struct arena arena;
    struct record *package, *run;
    struct records findings, facts;
    struct group *groups;
    size_t count, size;
};

/* --- reading --------------------------------------------------------------------------------- */

static int read_all(struct store *store, const char *package, struct explanation *explanation,
                    struct err *err)
{
    const struct bind binds[] = {{":package", package}};
    struct records packages, runs;
    struct arena *arena = &explanation->arena;

    if (records_read(store, "report_explain_package", binds, 1, 1, arena, &packages, err) != 0 ||
        records_read(store, "report_run", NULL, 0, 1, arena, &runs, err) != 0)
        return -1;
    if (packages.count == 0)
        return err_set(err, REASON_USAGE, "the run has no package %s", package);
    explanation->package = packages.items;
    explanation->run = runs.items;
    if (records_read(store, "report_card_findings", binds, 1, 0, arena, &explanation->findings,
                     err) != 0)
        return -1;
    return records_read(store, "report_explain_facts", binds, 1, 0, arena, &explanation->facts,
                        err);
}

static bool is_same(const struct group *group, const struct explained_row *row)
{
    return group->result == row->result && strcmp(group->from, row->from) == 0 &&
           strcmp(group->seen, row->seen) == 0 &&
           strcmp(group->condition, row->condition != NULL ? row->condition : "") == 0;
}

static void on_row(void *ctx, const struct explained_row *row)
{
    struct explanation *explanation = ctx;
    struct arena *arena = &explanation->arena;
    size_t i = 0;

    while (i < explanation->count && !is_same(&explanation->groups[i], row))
        i++;
    if (i == explanation->count) {
        explanation->groups = mem_grow(explanation->groups, explanation->count, &explanation->size,
                                       sizeof *explanation->groups);
        explanation->groups[explanation->count++] = (struct group){
            .result = row->result,
            .condition = arena_strdup(arena, row->condition != NULL ? row->condition : ""),
            .seen = arena_strdup(arena, row->seen),
            .from = arena_strdup(arena, row->from),
        };
    }
    struct group *group = &explanation->groups[i];
    if (group->count < LISTED_MAX)
        group->subjects[group->count] =
            arena_strdup(arena, *row->version != '\0' ? row->version : row->tag);
    group->count++;
}

/* --- writing --------------------------------------------------------------------------------- */

static void write_line(const struct explanation *explanation, enum mark mark, const char *label,
                       const struct buf *text)
{
    marks_line(explanation->out, &explanation->style, mark, label, buf_str(text),
               explanation->width);
}

static void write_paragraph(const struct explanation *explanation, const char *text)
{
    struct buf line = BUF_INIT(WORDS_MAX);

    words_add(&line, text, strlen(text));
    layout_paragraph(explanation->out, buf_str(&line), 0, 0, explanation->width);
    buf_release(&line);
}

static void write_title(const struct explanation *explanation, const struct rule *rule,
                        const char *package)
{
    struct buf text = BUF_INIT(WORDS_MAX);

    words_say(&text, "%s and %s, as of run %" PRId64 ", ", rule->id, package,
              record_integer(explanation->run, "id", 0));
    words_instant(&text, record_text(explanation->run, "started_at"));
    layout_tinted(explanation->out, &explanation->style, TINT_BOLD, buf_str(&text), text.len);
    fputc('\n', explanation->out);
    write_paragraph(explanation, rule->title);
    buf_release(&text);
}

static void write_findings(const struct explanation *explanation, const struct rule *rule)
{
    struct buf text = BUF_INIT(WORDS_MAX);
    unsigned found = 0;

    fputs("\nWhat it says\n", explanation->out);
    for (size_t i = 0; i < explanation->findings.count; i++) {
        const struct record *finding = &explanation->findings.items[i];
        if (!record_is(finding, "rule", rule->id))
            continue;
        found++;
        buf_reset(&text);
        words_say(&text, "%s, %s: ", record_text(finding, "severity"),
                  record_text(finding, "state"));
        const char *message = record_text(finding, "message");
        words_say(&text, "%s", message);
        fputs("  ", explanation->out);
        layout_paragraph(explanation->out, buf_str(&text), 2, 4, explanation->width);
    }
    if (found == 0)
        fputs("  nothing\n", explanation->out);
    buf_release(&text);
}

static const struct record *find_fact(const struct explanation *explanation, const char *fact)
{
    for (size_t i = 0; i < explanation->facts.count; i++)
        if (record_is(&explanation->facts.items[i], "fact", fact))
            return &explanation->facts.items[i];
    return NULL;
}

/* Facts that are told only where something of them is unknown. */
static bool is_silent(const char *fact)
{
    static const char *const silent[] = {"changelogs", "declarations", "files", "links",
                                         "repository"};

    for (size_t i = 0; i < sizeof silent / sizeof *silent; i++)
        if (strcmp(silent[i], fact) == 0)
            return true;
    return false;
}

static void write_fact(const struct explanation *explanation, const char *fact)
{
    const struct record *row = find_fact(explanation, fact);
    struct buf text = BUF_INIT(WORDS_MAX);
    enum mark mark = MARK_UNKNOWN;

    if (row == NULL && record_text(explanation->package, "repository") == NULL) {
        words_say(&text, "%s", "no repository is known to look in");
    } else if (row == NULL && is_silent(fact)) {
        mark = MARK_GOOD;
        words_say(&text, "%s", "nothing was left unread");
    } else if (row == NULL) {
        words_say(&text, "%s", "was not looked at");
    } else {
        mark = record_is(row, "status", "known")     ? MARK_GOOD
               : record_is(row, "status", "unknown") ? MARK_UNKNOWN
                                                     : MARK_BAD;
        words_say(&text, "%s", record_text(row, "status"));
        const char *reason = record_text(row, "reason"), *detail = record_text(row, "detail");
        if (reason != NULL)
            words_say(&text, ": %s", reason);
        if (detail != NULL) {
            words_say(&text, "%s", ": ");
            words_say(&text, "%s", detail);
        }
    }
    write_line(explanation, mark, fact, &text);
    buf_release(&text);
}

static void write_facts(struct explanation *explanation, const struct rule *rule)
{
    char *needs = arena_strdup(&explanation->arena, rule->needs), *rest = NULL;

    fputs("\nFacts that it needs\n", explanation->out);
    if (*needs == '\0')
        fputs("  none\n", explanation->out);
    for (char *fact = strtok_r(needs, ", ", &rest); fact != NULL;
         fact = strtok_r(NULL, ", ", &rest))
        write_fact(explanation, fact);
}

static void add_subjects(const struct group *group, struct buf *text)
{
    size_t listed = group->count < LISTED_MAX ? group->count : LISTED_MAX;
    const char *comma = " (";

    for (size_t i = 0; i < listed; i++) {
        if (*group->subjects[i] == '\0')
            continue;
        words_say(text, "%s", comma);
        words_say(text, "%s", group->subjects[i]);
        comma = ", ";
    }
    if (*comma == ',')
        words_say(text, "%s", group->count > listed ? ", …)" : ")");
}

static void write_group(const struct explanation *explanation, const struct group *group)
{
    static const enum mark marks[] = {
        [EXPLAINED_HOLDS] = MARK_GOOD,
        [EXPLAINED_FAILS] = MARK_BAD,
        [EXPLAINED_UNKNOWN] = MARK_UNKNOWN,
        [EXPLAINED_NO_ROW] = MARK_BAD,
    };
    struct buf text = BUF_INIT(WORDS_MAX), label = BUF_INIT(64);

    words_say(&label, "%zu %s", group->result == EXPLAINED_NO_ROW ? 0 : group->count,
              group->count == 1 && group->result != EXPLAINED_NO_ROW ? "row" : "rows");
    if (group->result == EXPLAINED_HOLDS) {
        words_say(&text, "%s", "every condition holds");
    } else if (group->result == EXPLAINED_NO_ROW) {
        words_say(&text, "%s", "nothing of this package in: ");
        words_say(&text, "%s", group->from);
    } else {
        words_say(&text, "%s", group->condition);
        words_say(&text, "%s",
                  group->result == EXPLAINED_FAILS ? " does not hold" : " is not known");
        if (*group->seen != '\0')
            words_say(&text, "%s", ": ");
        words_say(&text, "%s", group->seen);
    }
    add_subjects(group, &text);
    write_line(explanation, marks[group->result], buf_str(&label), &text);
    buf_release(&label);
    buf_release(&text);
}

static void write_groups(const struct explanation *explanation)
{
    fputs("\nRows that it looks at, and what decides about each\n", explanation->out);
    for (size_t i = 0; i < explanation->count; i++)
        write_group(explanation, &explanation->groups[i]);
}

int report_explain(struct store *store, const struct rule *rule, const char *package,
                   const struct report_options *options, FILE *out, struct err *err)
{
    struct explanation explanation = {
        .out = out,
        .style = {options->ascii, options->colour},
        .width = options->width > WIDTH_MAX ? WIDTH_MAX : options->width,
    };
    int result = store_view_run(store, options->run, err);

    if (result == 0)
        result = read_all(store, package, &explanation, err);
    if (result == 0)
        result = rule_explain(store, rule, record_integer(explanation.package, "id", 0), on_row,
                              &explanation, err);
    if (result == 0) {
        write_title(&explanation, rule, package);
        write_findings(&explanation, rule);
        write_facts(&explanation, rule);
        write_groups(&explanation);
        result = report_flush(out, err);
    }
    free(explanation.groups);
    arena_release(&explanation.arena);
    return result;
}
