#include "cli/command.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include "base/mem.h"
#include "base/text.h"
#include "cli/terminal.h"
#include "facts/names.h"
#include "report/layout.h"
#include "report/words.h"

static const struct flag flags[] = {
    {"format", "FORMAT", "list-format", "table or json", 'f'},
    {"explain", "RULE", "explain", "why RULE speaks of the package that follows, or does not"},
    {"db", "FILE", "scan.database", "database of --explain (fleetdrift.db)"},
    {"run", "ID", "run", "an earlier run, of --explain (latest)"},
    {"rules", "DIR", "scan.rules", "your own rules, beside the built-in ones"},
    {"colour", "WHEN", "output.colour", "auto, always or never"},
    {NULL},
};

static const char about[] =
    "Lists the rules that judge a fleet. With an ID, one rule: what it means, what to do, and the\n"
    "SQL that finds it, which runs unchanged in the sqlite3 shell on the database.\n"
    "\n"
    "With --explain RULE and a PACKAGE: what the rule said of it in a scan, the facts that it "
    "needs\n"
    "(known, absent or unknown, and why), and for the rows that it looked at the condition that\n"
    "decided.\n";

static const char examples[] = "  fleetdrift rules\n"
                               "  fleetdrift rules release-without-tag\n"
                               "  fleetdrift rules --explain release-without-tag acme-tools\n"
                               "  fleetdrift rules --rules our-rules/ --format json\n"
                               "  fleetdrift rules release-without-tag --format json | jq -r "
                               "'.[].sql' | sqlite3 fleetdrift.db\n";

static const struct rule *find_rule(const struct rules *rules, const char *id)
{
    for (size_t i = 0; i < rules_count(rules); i++)
        if (strcmp(rules_at(rules, i)->id, id) == 0)
            return rules_at(rules, i);
    return NULL;
}

static int refuse_rule(const struct rules *rules, const char *id, struct err *err)
{
    const char **ids = mem_array(rules_count(rules) + 1, sizeof *ids);

    for (size_t i = 0; i < rules_count(rules); i++)
        ids[i] = rules_at(rules, i)->id;
    const char *nearest = text_nearest(id, ids);
    free(ids);
    if (nearest != NULL)
        return err_set(err, REASON_USAGE, "there is no rule \"%s\"; did you mean \"%s\"?", id,
                       nearest);
    return err_set(err, REASON_USAGE, "there is no rule \"%s\"", id);
}

static void add(json_t *object, const char *key, const char *text)
{
    json_object_set_new(object, key, text != NULL ? json_string(text) : json_null());
}

static json_t *rule_json(const struct rule *rule)
{
    json_t *object = json_object();

    add(object, "id", rule->id);
    add(object, "severity", severity_word(rule->severity));
    add(object, "needs", rule->needs);
    add(object, "title", rule->title);
    add(object, "help", rule->help);
    add(object, "source", rule->source);
    add(object, "sql", rule->sql);
    return object;
}

static void print_json(const struct rules *rules, const struct rule *only)
{
    json_t *list = json_array();

    for (size_t i = 0; i < rules_count(rules); i++)
        if (only == NULL || only == rules_at(rules, i))
            json_array_append_new(list, rule_json(rules_at(rules, i)));
    json_dumpf(list, stdout, JSON_INDENT(2) | JSON_ENSURE_ASCII);
    putchar('\n');
    json_decref(list);
}

#define LIST_COLUMNS 4

/* What stands in a file of rules may come from anybody: it is shown, never sent to the terminal. */
static const char *rule_cell(const struct rule *rule, unsigned column, struct buf *text)
{
    const char *cells[LIST_COLUMNS] = {severity_word(rule->severity), rule->id, rule->title,
                                       rule->needs};

    buf_reset(text);
    words_add(text, cells[column], strlen(cells[column]));
    return buf_str(text);
}

static void print_list(const struct rules *rules, const struct report_options *options)
{
    static const char *const heads[LIST_COLUMNS] = {"SEVERITY", "RULE", "TITLE", "NEEDS"};
    struct layout_column columns[LIST_COLUMNS] = {
        {.least = 8}, {.least = 30}, {.least = 30, .rank = 1}, {.least = 10, .rank = 2}};
    struct style style = {options->ascii, options->colour};
    struct buf cell = BUF_INIT(WORDS_MAX);

    for (unsigned c = 0; c < LIST_COLUMNS; c++) {
        columns[c].natural = (unsigned)strlen(heads[c]);
        for (size_t i = 0; i < rules_count(rules); i++) {
            unsigned n = (unsigned)text_columns(rule_cell(rules_at(rules, i), c, &cell));
            columns[c].natural = n > columns[c].natural ? n : columns[c].natural;
        }
    }
    layout_fit(columns, LIST_COLUMNS, options->width);
    for (size_t i = 0; i <= rules_count(rules); i++) {
        for (unsigned c = 0; c < LIST_COLUMNS; c++) {
            const char *text = i == 0 ? heads[c] : rule_cell(rules_at(rules, i - 1), c, &cell);
            enum tint tint = i == 0 ? TINT_BOLD : c == 0 ? words_tint(text) : TINT_NONE;
            if (columns[c].width == 0)
                continue;
            fputs(c > 0 ? "  " : "", stdout);
            layout_cell(stdout, &style, tint, text, columns[c].width,
                        c + 1 == LIST_COLUMNS || columns[c + 1].width == 0);
        }
        putchar('\n');
    }
    buf_release(&cell);
}

/* A paragraph, or with `width` 0 and lines of its own a file. */
static void print_text(const char *text, unsigned width)
{
    struct buf line = BUF_INIT(WORDS_MAX);

    while (*text != '\0') {
        size_t len = strcspn(text, "\n");
        buf_reset(&line);
        words_add(&line, text, len);
        layout_paragraph(stdout, buf_str(&line), 0, 0, width);
        text += len + (text[len] == '\n');
    }
    buf_release(&line);
}

static void print_rule(const struct rule *rule, const struct report_options *options)
{
    struct style style = {options->ascii, options->colour};
    const char *severity = severity_word(rule->severity);

    layout_tinted(stdout, &style, TINT_BOLD, rule->id, strlen(rule->id));
    fputs("  ", stdout);
    layout_tinted(stdout, &style, words_tint(severity), severity, strlen(severity));
    putchar('\n');
    print_text(rule->title, options->width);
    putchar('\n');
    print_text(rule->help, options->width);
    printf("\nneeds: %s\nfrom: ", *rule->needs != '\0' ? rule->needs : "nothing");
    print_text(rule->source, 0);
    putchar('\n');
    print_text(rule->sql, 0);
}

static int check(struct context *context, struct err *err)
{
    const struct settings *s = &context->settings;

    if (s->explain == NULL)
        return 0;
    if (s->rule_id == NULL)
        return err_set(err, REASON_USAGE, "--explain %s of which package?", s->explain);
    if (s->list_format == LIST_JSON)
        return err_set(err, REASON_USAGE, "--explain has no format json");
    context->needs |= NEEDS_STORE;
    return 0;
}

static int explain(struct context *context, const struct rule *rule,
                   const struct report_options *options, struct err *err)
{
    const char *package = context->settings.rule_id;
    char normal[NAME_MAX_BYTES];

    if (names_normalise(package, normal) == 0)
        package = normal;
    return report_explain(context->store, rule, package, options, stdout, err) != 0 ? -1
                                                                                    : STATUS_GOOD;
}

static int run(struct context *context, struct err *err)
{
    const struct settings *s = &context->settings;
    const char *id = s->explain != NULL ? s->explain : s->rule_id;
    const struct rule *rule = id != NULL ? find_rule(context->rules, id) : NULL;
    struct report_options options;

    if (id != NULL && rule == NULL)
        return refuse_rule(context->rules, id, err);
    terminal_report_options(s, &options);
    if (s->explain != NULL)
        return explain(context, rule, &options, err);
    if (s->list_format == LIST_JSON)
        print_json(context->rules, rule);
    else if (rule != NULL)
        print_rule(rule, &options);
    else
        print_list(context->rules, &options);
    return STATUS_GOOD;
}

const struct command cmd_rules = {
    .name = "rules",
    .line = "list the rules, or explain one",
    .usage = "rules [OPTIONS] [ID]\n       fleetdrift rules --explain RULE PACKAGE",
    .about = about,
    .examples = examples,
    .flags = flags,
    .operand = "rule-id",
    .needs = NEEDS_RULES,
    .check = check,
    .run = run,
};
