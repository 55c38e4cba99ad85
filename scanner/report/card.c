#include "report/card.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "report/card_contents.h"
#include "report/sink.h"
#include "report/words.h"

#define LISTED_MAX 12  /* versions or tags that one line names */
#define WIDTH_MAX  100 /* columns: longer lines of prose are hard to read */

int card_read(struct store *store, const char *package, struct card *card, struct err *err)
{
    const struct bind binds[] = {{":package", package},
                                 {":repository", NULL},
                                 {":rule", NULL},
                                 {":severity", NULL},
                                 {":state", NULL}};
    struct records packages, summaries, runs;
    struct arena *arena = &card->arena;

    if (records_read(store, "report_card_package", binds, 1, 1, arena, &packages, err) != 0 ||
        records_read(store, "report_run", NULL, 0, 1, arena, &runs, err) != 0)
        return -1;
    if (packages.count == 0)
        return err_set(err, REASON_USAGE, "the run has no package %s", package);
    card->package = packages.items;
    card->run = runs.items;
    if (records_read(store, "report_packages", binds, 5, 1, arena, &summaries, err) != 0 ||
        records_read(store, "report_card_releases", binds, 1, 0, arena, &card->releases, err) !=
            0 ||
        records_read(store, "report_card_findings", binds, 1, 0, arena, &card->findings, err) !=
            0 ||
        records_read(store, "report_card_contents", binds, 1, 0, arena, &card->contents, err) !=
            0 ||
        records_read(store, "report_card_tags", binds, 1, 0, arena, &card->tags, err) != 0)
        return -1;
    card->summary = summaries.items;
    for (size_t i = 0; i < card->releases.count; i++)
        if (record_integer(&card->releases.items[i], "is_newest", 0) == 1)
            card->newest = &card->releases.items[i];
    return 0;
}

static void write_tinted(const struct card *card, enum tint tint, const char *text)
{
    layout_tinted(card->out, &card->style, tint, text, strlen(text));
}

static void write_fact(const struct card *card, const char *label, const struct buf *text)
{
    fprintf(card->out, "  %-15s", label);
    layout_paragraph(card->out, buf_str(text), 17, 17, card->width);
}

static void write_title(const struct card *card)
{
    const char *status = card_word(card->summary, "status");
    int64_t counts[4];
    struct buf text = BUF_INIT(WORDS_MAX);

    words_say(&text, "%s", card_word(card->package, "display"));
    if (card->newest != NULL)
        words_say(&text, " %s", card_word(card->newest, "version"));
    write_tinted(card, TINT_BOLD, buf_str(&text));
    fputs(": ", card->out);
    write_tinted(card, words_tint(status), status);
    for (int i = 0; i < 4; i++)
        counts[i] = record_integer(card->summary, severity_word((enum severity)i), 0);
    buf_reset(&text);
    words_counts(&text, counts);
    if (text.len > 0)
        fprintf(card->out, " (%s)", buf_str(&text));
    fputs("\n\n", card->out);
    buf_release(&text);
}

/* Where a reader finds the package on its index; one with the Simple API alone has no page of it
   that is meant for people. */
static void say_page(const struct card *card, struct buf *text)
{
    bool simple = record_integer(card->package, "index_is_simple", 0) != 0;

    words_say(text, simple ? "%s" : "%s/project/%s/", card_word(card->package, "index_url"),
              card_word(card->package, "package"));
}

static void write_heading(const struct card *card)
{
    const char *directory = record_text(card->package, "directory");
    const char *head = record_text(card->package, "head");
    const char *at = record_text(card->package, "head_committed_at");
    const char *unseen = record_text(card->package, "unseen");
    struct buf text = BUF_INIT(WORDS_MAX);

    write_title(card);
    say_page(card, &text);
    write_fact(card, "index", &text);
    buf_reset(&text);
    if (record_text(card->package, "full_name") != NULL)
        words_say(&text, "%s on %s%s%s", card_word(card->package, "full_name"),
                  card_word(card->package, "host"),
                  directory != NULL && *directory != '\0' ? ", directory " : "",
                  directory != NULL ? directory : "");
    else
        words_say(&text, "none is known");
    write_fact(card, "repository", &text);
    buf_reset(&text);
    if (head != NULL) {
        words_say(&text, "%.12s", head);
        if (at != NULL) {
            words_say(&text, " of ");
            words_instant(&text, at);
        }
        write_fact(card, "newest commit", &text);
    }
    buf_reset(&text);
    if (unseen != NULL) {
        words_say(&text, "%s", unseen);
        write_fact(card, "not looked at", &text);
    }
    buf_release(&text);
}

static void write_checks(const struct card *card)
{
    struct buf seen = BUF_INIT(WORDS_MAX);

    fputc('\n', card->out);
    for (size_t i = 0; i < card_check_count; i++) {
        if (card_checks[i].of_release && card->newest == NULL)
            continue;
        buf_reset(&seen);
        enum mark mark = card_checks[i].look(card, &seen);
        marks_line(card->out, &card->style, mark, card_checks[i].label, buf_str(&seen),
                   card->width);
    }
    buf_release(&seen);
}

/* Items as "a, b, c and 4 more"; those without a name count as more. `wanted` says which of the
   records. */
static size_t list(const struct records *records, const char *column,
                   bool (*wanted)(const struct record *record, const void *of), const void *of,
                   struct buf *out)
{
    size_t count = 0, named = 0;

    for (size_t i = 0; i < records->count; i++) {
        const char *name = record_text(&records->items[i], column);
        if (!wanted(&records->items[i], of))
            continue;
        count++;
        if (name != NULL && named < LISTED_MAX)
            words_say(out, "%s%s", named++ > 0 ? ", " : "", name);
    }
    if (count > named)
        words_say(out, "%s%zu more", named > 0 ? " and " : "", count - named);
    return count;
}

static bool is_counted(const struct record *finding)
{
    return record_is(finding, "state", "new") || record_is(finding, "state", "open");
}

static bool same_rule(const struct record *finding, const void *of)
{
    const struct record *first = of;

    return is_counted(finding) && finding > first &&
           record_is(finding, "rule", card_word(first, "rule")) &&
           record_is(finding, "severity", card_word(first, "severity"));
}

static const char *rule_help(const struct rules *rules, const char *id)
{
    for (size_t i = 0; i < rules_count(rules); i++)
        if (strcmp(rules_at(rules, i)->id, id) == 0)
            return rules_at(rules, i)->help;
    return NULL;
}

/* Findings of one rule and severity are told once, with the versions of the others. `firsts` holds
   the one that is told, of each. */
static bool told_before(const struct record *const *firsts, size_t count,
                        const struct record *finding)
{
    for (size_t i = 0; i < count; i++)
        if (same_rule(finding, firsts[i]))
            return true;
    return false;
}

static void write_finding(const struct card *card, const struct rules *rules,
                          const struct record *finding)
{
    const char *severity = card_word(finding, "severity");
    const char *help = rule_help(rules, card_word(finding, "rule"));
    unsigned width = card->width;
    struct buf text = BUF_INIT(WORDS_MAX), others = BUF_INIT(WORDS_MAX);

    fputs("  ", card->out);
    layout_cell(card->out, &card->style, words_tint(severity), severity, 9, false);
    words_say(&text, "%s: %s", card_word(finding, "rule"), card_word(finding, "message"));
    layout_paragraph(card->out, buf_str(&text), 11, 11, width);
    buf_reset(&text);
    if (list(&card->findings, "subject", same_rule, finding, &others) > 0) {
        words_say(&text, "Also: %s", buf_str(&others));
        fprintf(card->out, "%11s", "");
        layout_paragraph(card->out, buf_str(&text), 11, 11, width);
    }
    if (help != NULL) {
        buf_reset(&text);
        words_say(&text, "To do: %s", help);
        fprintf(card->out, "%11s", "");
        layout_paragraph(card->out, buf_str(&text), 11, 11, width);
    }
    buf_release(&text);
    buf_release(&others);
}

static void write_findings(const struct card *card, const struct rules *rules)
{
    const struct record **firsts = NULL;
    size_t shown = 0, size = 0, kept = 0;

    for (size_t i = 0; i < card->findings.count; i++) {
        const struct record *finding = &card->findings.items[i];
        bool kept_quiet =
            record_is(finding, "state", "historic") || record_is(finding, "state", "waived");
        kept += kept_quiet;
        if (!is_counted(finding) || told_before(firsts, shown, finding))
            continue;
        if (shown == 0)
            fputs("\nFindings\n", card->out);
        firsts = mem_grow(firsts, shown, &size, sizeof *firsts);
        firsts[shown++] = finding;
        write_finding(card, rules, finding);
    }
    free(firsts);
    if (kept > 0)
        fprintf(card->out, "%s  %zu more %s historic or waived and not counted.\n",
                shown > 0 ? "" : "\n", kept, kept == 1 ? "is" : "are");
}

static bool is_untagged(const struct record *release, const void *of)
{
    (void)of;
    return record_is(release, "tag_state", "absent") && record_integer(release, "files", 0) > 0;
}

/* A word of one of the verdicts that `of` names; "" for a release that was not compared. */
static bool has_verdict(const struct record *release, const void *of)
{
    const char *const *verdicts = of;
    const char *verdict = record_text(release, "verdict");

    for (; *verdicts != NULL; verdicts++)
        if (strcmp(verdict != NULL ? verdict : "", *verdicts) == 0)
            return record_integer(release, "files", 0) > 0;
    return false;
}

/* What became of the files; nothing where nobody asked for it. */
static void write_verdicts(const struct card *card)
{
    static const struct {
        const char *label;
        const char *verdicts[3];
    } rows[] = {
        {"as tagged", {"at-tag", "at-tag-modulo-expected"}},
        {"to be read", {"review"}},
        {"other commit", {"other-commit"}},
        {"mixed commits", {"mixed-commits"}},
        {"in no commit", {"nowhere"}},
        {"not compared", {""}},
    };
    struct buf text = BUF_INIT(WORDS_MAX);
    size_t compared = 0;

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        bool known = *rows[i].verdicts[0] != '\0';
        buf_reset(&text);
        size_t count = list(&card->releases, "version", has_verdict, rows[i].verdicts, &text);
        if (count > 0 && (known || compared > 0))
            write_fact(card, rows[i].label, &text);
        compared += known ? count : 0;
    }
    buf_release(&text);
}

static bool is_any(const struct record *record, const void *of)
{
    (void)of;
    return record != NULL;
}

static void write_releases(const struct card *card)
{
    int64_t releases = record_integer(card->summary, "releases", 0);
    int64_t tagged = record_integer(card->summary, "releases_tagged", -1);
    struct buf text = BUF_INIT(WORDS_MAX);

    if (releases == 0 || tagged < 0)
        return;
    fputs("\nAll releases\n", card->out);
    words_say(&text, "%" PRId64 " of %" PRId64, tagged, releases);
    write_fact(card, "tagged", &text);
    buf_reset(&text);
    if (list(&card->releases, "version", is_untagged, NULL, &text) > 0)
        write_fact(card, "untagged", &text);
    buf_reset(&text);
    if (list(&card->tags, "tag", is_any, NULL, &text) > 0)
        write_fact(card, "only a tag", &text);
    write_verdicts(card);
    buf_release(&text);
}

static void write_foot(const struct card *card)
{
    struct buf text = BUF_INIT(WORDS_MAX);

    words_say(&text, "As of run %" PRId64 ", ", record_integer(card->run, "id", 0));
    words_instant(&text, card_word(card->run, "started_at"));
    fprintf(card->out, "\n%s.\n", buf_str(&text));
    buf_release(&text);
}

int report_card(struct store *store, const struct rules *rules, const char *package,
                const struct report_options *options, FILE *out, struct err *err)
{
    struct card card = {.out = out,
                        .style = {options->ascii, options->colour},
                        .width = options->width > 0 && options->width < WIDTH_MAX ? options->width
                                                                                  : WIDTH_MAX};
    int result = store_view_run(store, options->run, err);

    if (result == 0)
        result = card_read(store, package, &card, err);
    if (result == 0) {
        write_heading(&card);
        write_checks(&card);
        write_findings(&card, rules);
        card_commands(&card);
        write_releases(&card);
        card_write_contents(&card);
        write_foot(&card);
        result = report_flush(out, err);
    }
    arena_release(&card.arena);
    return result;
}
