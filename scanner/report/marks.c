#include "report/marks.h"

#include <string.h>

#define MARGIN 2 /* columns before the mark */

static const struct {
    const char *mark, *ascii;
    enum tint tint;
} marks[] = {
    [MARK_GOOD] = {"\xe2\x9c\x93", "ok", TINT_GREEN},
    [MARK_BAD] = {"\xe2\x9c\x97", "NO", TINT_BRIGHT_RED},
    [MARK_UNKNOWN] = {"?", "? ", TINT_YELLOW},
};

void marks_line(FILE *out, const struct style *style, enum mark mark, const char *label,
                const char *text, unsigned width)
{
    const char *word = style->ascii ? marks[mark].ascii : marks[mark].mark;
    unsigned indent = MARGIN + 2 + 1 + MARK_LABEL;

    fprintf(out, "%*s", MARGIN, "");
    layout_cell(out, style, marks[mark].tint, word, 2, false);
    fputc(' ', out);
    layout_cell(out, style, TINT_NONE, label, MARK_LABEL, false);
    layout_paragraph(out, text, indent, indent, width);
}

void marks_note(FILE *out, const char *text, unsigned width)
{
    unsigned indent = MARGIN + 2 + 1 + MARK_LABEL;

    fprintf(out, "%*s", (int)indent, "");
    layout_paragraph(out, text, indent, indent, width);
}
