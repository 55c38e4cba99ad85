#include "cli/diff_release_call.h"

#include <string.h>

#include "base/clock.h"
#include "report/card_contents.h"
#include "report/words.h"

#define CLASS_WIDTH 12

/* A line for people: what comes from strangers goes through words_*, and an end is set to it. */
static int put_line(struct buf *out, struct buf *line)
{
    int full = buf_add(out, buf_str(line), line->len) | buf_addstr(out, "\n");

    buf_reset(line);
    return full;
}

static void say_instant(struct buf *line, const char *before, int64_t at)
{
    char instant[CLOCK_TEXT];

    clock_format(at, instant);
    if (*instant == '\0')
        return;
    words_say(line, "%s", before);
    words_instant(line, instant);
}

/* --- what was compared ----------------------------------------------------------------------- */

int diff_print_head(const struct scan_compared *compared, struct buf *out)
{
    struct buf line = BUF_INIT(WORDS_MAX);

    words_say(&line, "%s %s and %s", compared->release->package, compared->release->version,
              compared->repository);
    int full = put_line(out, &line);
    buf_release(&line);
    return full;
}

static void say_nearer(const struct diff_outcome *outcome, struct buf *line)
{
    const struct scan_compared_with *nearest = &outcome->file->nearest;

    if (nearest->commit != NULL && strcmp(nearest->commit, outcome->with->commit) != 0)
        words_say(line, "; commit %.12s, %s, has more of it (--against best)", nearest->commit,
                  card_relation(nearest->relation));
}

static void say_why(const struct diff_outcome *outcome, struct buf *line)
{
    const struct due_release *release = outcome->compared->release;
    const struct scan_compared_with *with = outcome->with;

    switch (outcome->basis) {
    case DIFF_BASIS_TAG:
        words_say(line, "tag %s denotes %s", release->tag, release->version);
        say_nearer(outcome, line);
        break;
    case DIFF_BASIS_BEST:
        if (release->tag_commit == NULL)
            words_say(line, "no tag denotes %s; this commit has most of it", release->version);
        else if (strcmp(with->commit, release->tag_commit) == 0)
            words_say(line, "no commit has more of it than that of tag %s", release->tag);
        else
            words_say(line, "it has most of it, and is %s (%s)", card_relation(with->relation),
                      release->tag);
        break;
    case DIFF_BASIS_ASKED:
        words_say(line, "as asked: %s", outcome->asked);
        break;
    case DIFF_BASIS_NONE:
        words_say(line, "no commit that was there in time has any of it");
        break;
    }
}

static int print_basis(const struct diff_outcome *outcome, struct buf *out, struct buf *line)
{
    const struct due_file *file = outcome->file->file;
    int full = buf_addstr(out, "\n");

    words_say(line, "%s", file->filename);
    say_instant(line, " of ", file->uploaded_at);
    full |= put_line(out, line);
    words_say(line, "  SHA-256  %s", file->sha256 != NULL ? file->sha256 : "?");
    full |= put_line(out, line);
    if (outcome->with->commit != NULL) {
        words_say(line, "  against  commit %s", outcome->with->commit);
        say_instant(line, " of ", outcome->with->committed_at);
    } else {
        words_say(line, "  against  nothing");
    }
    full |= put_line(out, line);
    words_say(line, "           ");
    say_why(outcome, line);
    return full | put_line(out, line);
}

/* --- the list -------------------------------------------------------------------------------- */

struct notes {
    struct buf *line;
    bool any;
};

static void begin(struct notes *notes)
{
    words_say(notes->line, notes->any ? "; " : "  (");
    notes->any = true;
}

static void say_code(const struct compare_member *member, struct notes *notes)
{
    if (member->lines != NULL && *member->lines != '\0') {
        begin(notes);
        words_say(notes->line, "line%s %s",
                  member->lines[strspn(member->lines, "0123456789")] != 0 ? "s" : "",
                  member->lines);
    }
    if (member->comments_only == 1) {
        begin(notes);
        words_say(notes->line, "only comments differ");
    }
    if (member->touches != NULL) {
        begin(notes);
        words_say(notes->line, "what is new touches: %s", member->touches);
    }
}

static void say_notes(const struct diff_file *file, struct notes *notes)
{
    const struct compare_member *member = file->member;

    if (member->reason != NULL) {
        begin(notes);
        words_say(notes->line, "%s", member->reason);
    } else if (member->class == COMPARE_MOVED && member->git_path != NULL) {
        begin(notes);
        words_say(notes->line, "the tree has it as %s", member->git_path);
    }
    if (member->class == COMPARE_OTHER_COMMIT && member->first.commit[0] != '\0') {
        begin(notes);
        words_say(notes->line, "first in commit %.12s", member->first.commit);
        say_instant(notes->line, " of ", member->first.at);
    }
    say_code(member, notes);
    if (file->ends_differ) {
        begin(notes);
        words_say(notes->line, "in line ends, too");
    }
    if (file->shown > DIFF_TEXT || member->secret) {
        begin(notes);
        words_say(notes->line, "%s",
                  diff_shown_why(file->shown > DIFF_TEXT ? file->shown : DIFF_SECRET));
    }
    if (notes->any)
        words_say(notes->line, ")");
}

static int print_file(const struct diff_file *file, struct buf *out, struct buf *line)
{
    struct notes notes = {.line = line};

    words_say(line, "  %-*s  %s", CLASS_WIDTH, compare_class_word(file->member->class), file->path);
    say_notes(file, &notes);
    return put_line(out, line);
}

static int print_alarms(const struct compare_result *result, struct buf *out, struct buf *line)
{
    int full = 0;

    for (size_t i = 0; i < result->alarm_count && full == 0; i++) {
        const struct compare_alarm *alarm = &result->alarms[i];
        words_say(line, "  %-*s  %s%s%s", CLASS_WIDTH, compare_alarm_word(alarm->kind),
                  alarm->path != NULL ? alarm->path : "", alarm->path != NULL ? ": " : "",
                  alarm->what);
        full |= put_line(out, line);
    }
    return full;
}

static int print_files(const struct diff_outcome *outcome, struct buf *out, struct buf *line)
{
    const struct diff *diff = &outcome->diff;
    int full = print_alarms(outcome->with->result, out, line);

    for (int expected = 0; expected < 2; expected++)
        for (size_t i = 0; i < diff->count && full == 0; i++)
            if (diff->files[i].expected == (expected != 0))
                full |= print_file(&diff->files[i], out, line);
    words_say(line, "  %-*s  %zu file%s", CLASS_WIDTH, compare_class_word(COMPARE_IDENTICAL),
              diff->identical, diff->identical == 1 ? "" : "s");
    if (diff->late > 0)
        words_say(line, ", %zu of them in no commit before the upload", diff->late);
    if (diff->told > 0)
        words_say(line, "; %zu differ%s as in the sdist", diff->told, diff->told == 1 ? "s" : "");
    return full | put_line(out, line);
}

/* --- the lines ------------------------------------------------------------------------------- */

static int print_binary(const struct diff_file *file, struct buf *out, struct buf *line)
{
    const struct mirror_side *old = &file->old, *new = &file->new;

    if (old->there)
        words_say(line, "Binary files a/%s (%zu bytes, %s) and b/%s (%zu bytes, %s) differ",
                  file->path, old->len, old->oid, file->path, new->len, new->oid);
    else
        words_say(line, "Binary file b/%s (%zu bytes, %s) is new", file->path, new->len, new->oid);
    return put_line(out, line);
}

static int print_text(const struct diff_file *file, struct buf *out, struct buf *line)
{
    if (file->shown == DIFF_NOT)
        return 0;
    int full = buf_addstr(out, "\n");
    if (file->shown == DIFF_TEXT)
        return full | buf_add(out, file->text, file->text_len);
    if (file->shown == DIFF_BINARY)
        return full | print_binary(file, out, line);
    words_say(line, "b/%s is not shown: %s", file->path, diff_shown_why(file->shown));
    return full | put_line(out, line);
}

int diff_print(const struct diff_outcome *outcome, struct buf *out)
{
    struct buf line = BUF_INIT(4 * WORDS_MAX);
    int full = print_basis(outcome, out, &line) | buf_addstr(out, "\n");

    full |= print_files(outcome, out, &line);
    for (size_t i = 0; i < outcome->diff.count && full == 0; i++)
        full |= print_text(&outcome->diff.files[i], out, &line);
    buf_release(&line);
    return full;
}

int diff_print_names(const struct diff_outcome *outcome, struct buf *out)
{
    struct buf line = BUF_INIT(4 * WORDS_MAX);
    int full = 0;

    for (size_t i = 0; i < outcome->diff.count && full == 0; i++)
        if (!outcome->diff.files[i].expected) {
            words_say(&line, "%s", outcome->diff.files[i].path);
            full |= put_line(out, &line);
        }
    buf_release(&line);
    return full;
}
