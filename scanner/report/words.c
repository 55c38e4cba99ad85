#include "report/words.h"

#include <stdarg.h>
#include <inttypes.h>
#include <string.h>

#include "base/text.h"

enum tint words_tint(const char *word)
{
    static const struct {
        const char *word;
        enum tint tint;
    } tints[] = {
        {"critical", TINT_BRIGHT_RED},
        {"high", TINT_RED},
        {"medium", TINT_YELLOW},
        {"low", TINT_CYAN},
        {"info", TINT_DIM},
        {"in-sync", TINT_GREEN},
        {"drift", TINT_RED},
        {"unknown", TINT_YELLOW},
        {"unpublished", TINT_DIM},
        {"not-ours", TINT_DIM},
        {"known", TINT_GREEN},
        {"absent", TINT_DIM},
        {"skipped", TINT_DIM},
    };

    for (size_t i = 0; i < sizeof tints / sizeof *tints; i++)
        if (strcmp(tints[i].word, word) == 0)
            return tints[i].tint;
    return TINT_NONE;
}

void words_add(struct buf *out, const char *text, size_t len)
{
    char piece[WORDS_MAX];
    size_t n = text_escape(text, len, piece, sizeof piece);

    if (buf_add(out, piece, n) != 0)
        return; /* cut: a line for people has an end */
}

void words_say(struct buf *out, const char *fmt, ...)
{
    char text[WORDS_MAX];
    va_list ap;

    va_start(ap, fmt);
    int n = vsnprintf(text, sizeof text, fmt, ap);
    va_end(ap);
    if (n > 0)
        words_add(out, text, (size_t)n < sizeof text ? (size_t)n : sizeof text - 1);
}

json_t *words_json(const char *text)
{
    char shown[WORDS_MAX];

    if (text == NULL)
        return json_null();
    if (text_is_utf8(text, strlen(text)))
        return json_string(text);
    text_escape(text, strlen(text), shown, sizeof shown);
    return json_string(shown);
}

void words_cell(struct buf *out, const struct cell *cell)
{
    char number[24];

    if (cell->type == CELL_TEXT)
        words_add(out, cell->text, cell->len);
    else if (cell->type == CELL_INTEGER)
        words_add(out, number, (size_t)snprintf(number, sizeof number, "%" PRId64, cell->integer));
}

void words_day(struct buf *out, const char *instant)
{
    words_add(out, instant, strnlen(instant, strlen("2025-10-10")));
}

void words_instant(struct buf *out, const char *instant)
{
    size_t len = strlen(instant);

    words_day(out, instant);
    if (len < strlen("2025-10-10T17:29:51Z"))
        return;
    words_add(out, " ", 1);
    words_add(out, instant + 11, 8);
    words_add(out, " UTC", 4);
}

void words_counts(struct buf *out, const int64_t counts[4])
{
    size_t start = out->len;

    for (int i = 0; i < 4; i++)
        if (counts[i] > 0 && buf_addf(out, "%s%" PRId64 " %s", out->len > start ? ", " : "",
                                      counts[i], severity_word((enum severity)i)) != 0)
            return;
}
