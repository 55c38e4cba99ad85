/* What a card says of the contents of what was published. */
#include "report/card_contents.h"

#include <inttypes.h>
#include <string.h>

#include "report/words.h"

#define COMMIT_SHOWN 12

const char *card_relation(const char *relation)
{
    static const struct {
        const char *relation, *words;
    } places[] = {
        {"parent", "the parent of the tagged one"},
        {"second-parent", "a parent of the tagged merge"},
        {"ancestor", "before the tagged one"},
        {"descendant", "after the tagged one"},
        {"side", "beside the tagged one"},
    };

    for (size_t i = 0; i < sizeof places / sizeof *places; i++)
        if (relation != NULL && strcmp(relation, places[i].relation) == 0)
            return places[i].words;
    return "which no tag denotes";
}

static void say_lost(const struct record *release, struct buf *seen)
{
    int64_t lost = record_integer(release, "contents_lost", 0);

    if (lost == 0)
        words_say(seen, "what was published is not what a build of the repository makes");
    else
        words_say(seen, "no commit holds %s%s", card_word(release, "contents_first"),
                  lost > 1 ? "" : " as it was published");
    if (lost > 1)
        words_say(seen, " and %" PRId64 " more as they were published", lost - 1);
}

enum mark card_contents(const struct card *card, struct buf *seen)
{
    const struct record *release = card->newest;
    const char *verdict = record_text(release, "verdict");
    const char *commit = record_text(release, "contents_commit");

    if (verdict == NULL) {
        const char *why = record_text(release, "contents_unknown");
        words_say(seen, "%s", why != NULL ? why : "not compared: scan --verify latest does");
        return MARK_UNKNOWN;
    }
    if (record_is(release, "verdict", "at-tag") ||
        record_is(release, "verdict", "at-tag-modulo-expected")) {
        words_say(seen, "what was published is what the tagged commit holds%s",
                  record_is(release, "verdict", "at-tag") ? "" : ", but for what builds change");
        return MARK_GOOD;
    }
    if (record_is(release, "verdict", "review")) {
        words_say(seen, "some files are no commit's and look generated: read them");
        return MARK_UNKNOWN;
    }
    if (record_is(release, "verdict", "other-commit")) {
        words_say(seen, "built from commit %.*s, %s", COMMIT_SHOWN, commit != NULL ? commit : "?",
                  card_relation(record_text(release, "contents_relation")));
        return record_text(release, "tag") != NULL ? MARK_BAD : MARK_UNKNOWN;
    }
    if (record_is(release, "verdict", "mixed-commits"))
        words_say(seen, "its files are of several commits; %.*s holds most", COMMIT_SHOWN,
                  commit != NULL ? commit : "?");
    else
        say_lost(release, seen);
    return MARK_BAD;
}

/* --- file by file ---------------------------------------------------------------------------- */

static void say_member(const struct record *member, struct buf *text)
{
    const char *lines = record_text(member, "lines"), *touches = record_text(member, "touches");
    const char *first = record_text(member, "first_commit");

    words_say(text, "%s: %s", card_word(member, "class"), card_word(member, "path"));
    if (lines != NULL && *lines != '\0')
        words_say(text, ", line%s %s", lines[strspn(lines, "0123456789")] != '\0' ? "s" : "",
                  lines);
    if (record_integer(member, "comments_only", -1) == 1)
        words_say(text, ", only comments differ");
    if (touches != NULL)
        words_say(text, ", what is new touches %s", touches);
    if (record_is(member, "class", "other-commit") && first != NULL)
        words_say(text, ", first in commit %.*s", COMMIT_SHOWN, first);
}

/* The version stands at the first file of its release. */
static void write_member(const struct card *card, const struct record *member, bool first,
                         struct buf *text)
{
    buf_reset(text);
    if (first)
        words_say(text, "%s", card_word(member, "version"));
    fprintf(card->out, "  %-14s ", buf_str(text));
    buf_reset(text);
    say_member(member, text);
    layout_paragraph(card->out, buf_str(text), 17, 17, card->width);
}

void card_write_contents(const struct card *card)
{
    const struct records *rows = &card->contents;
    struct buf text = BUF_INIT(WORDS_MAX);
    int64_t left = 0;

    if (rows->count > 0)
        fputs("\nFiles that are not the repository's\n", card->out);
    for (size_t i = 0; i < rows->count; i++) {
        const char *version = card_word(&rows->items[i], "version");
        bool first = i == 0 || !record_is(&rows->items[i - 1], "version", version);
        bool last = i + 1 == rows->count || !record_is(&rows->items[i + 1], "version", version);
        left = (first ? record_integer(&rows->items[i], "files", 0) : left) - 1;
        write_member(card, &rows->items[i], first, &text);
        if (last && left > 0)
            fprintf(card->out, "  %-14s and %" PRId64 " more\n", "", left);
    }
    if (rows->count > 0) {
        buf_reset(&text);
        words_say(&text, "Line by line: fleetdrift diff-release %s==VERSION",
                  card_word(card->package, "package"));
        fprintf(card->out, "  %s\n", buf_str(&text));
    }
    buf_release(&text);
}
