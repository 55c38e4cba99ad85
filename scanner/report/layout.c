#include "report/layout.h"

#include <string.h>

#include "base/text.h"

#define PARAGRAPH_MIN 20 /* columns, however narrow the terminal is */

static unsigned least(const struct layout_column *column)
{
    return column->least < column->natural ? column->least : column->natural;
}

static unsigned needed(const struct layout_column *columns, unsigned count)
{
    unsigned sum = 0;

    for (unsigned i = 0; i < count; i++)
        if (columns[i].width > 0)
            sum += columns[i].width + (sum > 0 ? LAYOUT_GAP : 0);
    return sum;
}

static struct layout_column *leave_out(struct layout_column *columns, unsigned count)
{
    struct layout_column *worst = NULL;

    for (unsigned i = 0; i < count; i++)
        if (columns[i].width > 0 && columns[i].rank > 0 &&
            (worst == NULL || columns[i].rank > worst->rank))
            worst = &columns[i];
    return worst;
}

/* The column of the lowest rank that is still narrower than it would like to be. */
static struct layout_column *most_wanting(struct layout_column *columns, unsigned count)
{
    struct layout_column *best = NULL;

    for (unsigned i = 0; i < count; i++)
        if (columns[i].width > 0 && columns[i].width < columns[i].natural &&
            (best == NULL || columns[i].rank < best->rank))
            best = &columns[i];
    return best;
}

void layout_fit(struct layout_column *columns, unsigned count, unsigned width)
{
    struct layout_column *column;
    unsigned room;

    for (unsigned i = 0; i < count; i++)
        columns[i].width = width == 0 ? columns[i].natural : least(&columns[i]);
    if (width == 0)
        return;
    while (needed(columns, count) > width && (column = leave_out(columns, count)) != NULL)
        column->width = 0;
    while ((room = needed(columns, count)) < width &&
           (column = most_wanting(columns, count)) != NULL) {
        unsigned more = column->natural - column->width;
        column->width += more < width - room ? more : width - room;
    }
}

static const char *tint_code(enum tint tint)
{
    static const char *const codes[] = {
        [TINT_NONE] = "",          [TINT_BOLD] = "\033[1m",          [TINT_DIM] = "\033[2m",
        [TINT_RED] = "\033[31m",   [TINT_BRIGHT_RED] = "\033[1;31m", [TINT_YELLOW] = "\033[33m",
        [TINT_GREEN] = "\033[32m", [TINT_CYAN] = "\033[36m",
    };

    return codes[tint];
}

void layout_tinted(FILE *out, const struct style *style, enum tint tint, const char *text,
                   size_t len)
{
    bool tinted = style->colour && tint != TINT_NONE && len > 0;

    if (tinted)
        fputs(tint_code(tint), out);
    fwrite(text, 1, len, out);
    if (tinted)
        fputs("\033[0m", out);
}

/* Bytes of the first `columns` characters. */
static size_t prefix_bytes(const char *text, unsigned columns)
{
    size_t n = 0, left = strlen(text);

    for (; n < left && columns > 0; columns--) {
        size_t len = text_utf8_len(text + n, left - n);
        n += len > 0 ? len : 1;
    }
    return n;
}

void layout_cell(FILE *out, const struct style *style, enum tint tint, const char *text,
                 unsigned width, bool open)
{
    unsigned columns = (unsigned)text_columns(text);
    const char *mark = style->ascii ? ".." : "\xe2\x80\xa6";
    unsigned mark_columns = style->ascii ? 2 : 1;

    if (columns > width) {
        unsigned kept = width > mark_columns ? width - mark_columns : 0;
        layout_tinted(out, style, tint, text, prefix_bytes(text, kept));
        if (width >= mark_columns)
            fputs(mark, out);
        return;
    }
    layout_tinted(out, style, tint, text, strlen(text));
    if (!open)
        fprintf(out, "%*s", (int)(width - columns), "");
}

size_t layout_line(const char *text, unsigned width, const char **next)
{
    size_t len = width > 0 ? prefix_bytes(text, width) : strlen(text);

    if (text[len] != '\0' && text[len] != ' ') {
        size_t space = len;
        while (space > 0 && text[space] != ' ')
            space--;
        if (space > 0)
            len = space;
    }
    *next = text + len + strspn(text + len, " ");
    return len;
}

void layout_paragraph(FILE *out, const char *text, unsigned first, unsigned indent, unsigned width)
{
    unsigned used = first;

    for (;;) {
        unsigned room = width == 0                     ? 0
                        : width > used + PARAGRAPH_MIN ? width - used
                                                       : PARAGRAPH_MIN;
        const char *next;
        fwrite(text, 1, layout_line(text, room, &next), out);
        fputc('\n', out);
        if (*next == '\0')
            return;
        fprintf(out, "%*s", (int)indent, "");
        text = next;
        used = indent;
    }
}
