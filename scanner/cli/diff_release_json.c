#include "cli/diff_release_call.h"

#include <string.h>

#include "base/clock.h"
#include "base/text.h"
#include "report/words.h"

static json_t *instant(int64_t at)
{
    char text[CLOCK_TEXT];

    clock_format(at, text);
    return *text != '\0' ? json_string(text) : json_null();
}

/* "network process" as a list. */
static json_t *list(const char *words)
{
    json_t *out = json_array();

    while (words != NULL && *words != '\0') {
        size_t len = strcspn(words, " ");
        json_array_append_new(out, json_stringn(words, len));
        words += len + strspn(words + len, " ");
    }
    return out;
}

static json_t *one_of(int known)
{
    return known < 0 ? json_null() : json_boolean(known);
}

static json_t *side(const struct mirror_side *side)
{
    if (!side->there)
        return json_null();
    return json_pack("{s:s, s:I}", "blob", side->oid, "size", (json_int_t)side->len);
}

static json_t *file_json(const struct diff_file *file)
{
    const struct compare_member *m = file->member;
    json_t *out = json_pack("{s:o, s:o, s:s, s:b, s:s, s:o, s:o, s:o, s:o, s:b, s:o, s:s}", "path",
                            words_json(file->path), "published_path", words_json(m->member->path),
                            "class", compare_class_word(m->class), "expected", file->expected,
                            "importance", compare_importance_word(m->importance), "reason",
                            words_json(m->reason), "lines", words_json(m->lines), "comments_only",
                            one_of(m->comments_only), "touches", list(m->touches), "secret",
                            m->secret || file->shown == DIFF_SECRET, "first_commit",
                            m->first.commit[0] != '\0' ? json_string(m->first.commit) : json_null(),
                            "shown", diff_shown_word(file->shown));

    if (file->shown == DIFF_NOT)
        return out;
    json_object_set_new(out, "old", side(&file->old));
    json_object_set_new(out, "new", side(&file->new));
    if (file->shown == DIFF_TEXT)
        json_object_set_new(out, "diff",
                            text_is_utf8(file->text, file->text_len)
                                ? json_stringn(file->text, file->text_len)
                                : json_null());
    return out;
}

static json_t *alarms_json(const struct compare_result *result)
{
    json_t *out = json_array();

    for (size_t i = 0; i < result->alarm_count; i++) {
        const struct compare_alarm *alarm = &result->alarms[i];
        json_array_append_new(
            out, json_pack("{s:s, s:o, s:o}", "class", compare_alarm_word(alarm->kind), "path",
                           words_json(alarm->path), "what", words_json(alarm->what)));
    }
    return out;
}

json_t *diff_json(const struct diff_outcome *outcome)
{
    static const char *const words[] = {
#define X(id, word) word,
        DIFF_BASES(X)
#undef X
    };
    const struct scan_compared_file *file = outcome->file;
    json_t *out =
        json_pack("{s:o, s:o, s:o, s:o}", "filename", words_json(file->file->filename), "sha256",
                  words_json(file->file->sha256), "uploaded_at", instant(file->file->uploaded_at),
                  "error", words_json(outcome->err != NULL ? outcome->err->text : NULL));
    json_t *files = json_array();

    if (outcome->err != NULL) {
        json_decref(files);
        return out;
    }
    for (size_t i = 0; i < outcome->diff.count; i++)
        json_array_append_new(files, file_json(&outcome->diff.files[i]));
    json_t *rest = json_pack(
        "{s:s, s:o, s:o, s:o, s:o, s:I, s:I, s:I, s:o, s:o}", "against", words[outcome->basis],
        "commit", words_json(outcome->with->commit), "committed_at",
        instant(outcome->with->committed_at), "relation", words_json(outcome->with->relation),
        "best_commit", words_json(file->nearest.commit), "identical",
        (json_int_t)outcome->diff.identical, "identical_late", (json_int_t)outcome->diff.late,
        "told_of_sdist", (json_int_t)outcome->diff.told, "alarms",
        alarms_json(outcome->with->result), "files", files);
    json_object_update(out, rest);
    json_decref(rest);
    return out;
}
