/*
 * Columns on a terminal: which are shown and how wide, and cells cut or wrapped to fit. Texts are
 * already escaped; widths are in columns of the terminal.
 */
#ifndef REPORT_LAYOUT_H
#define REPORT_LAYOUT_H

#include <stdbool.h>
#include <stdio.h>

#define LAYOUT_GAP 2 /* columns between two columns */

struct layout_column {
    unsigned natural; /* widest cell, or the heading; 0: not shown */
    unsigned least;   /* below this a cell says nothing; more than `natural` is the same as it */
    unsigned rank;    /* 0: always shown; else the higher, the sooner it is left out */
    unsigned width;   /* result; 0: left out */
};

/* Leaves out what does not fit even at its least, highest rank first; gives what is left to the
   columns in the order of their ranks. `width` 0: no limit. */
void layout_fit(struct layout_column *columns, unsigned count, unsigned width);

/* How to write: marks beyond ASCII, colours. */
struct style {
    bool ascii;
    bool colour;
};

enum tint {
    TINT_NONE,
    TINT_BOLD,
    TINT_DIM,
    TINT_RED,
    TINT_BRIGHT_RED,
    TINT_YELLOW,
    TINT_GREEN,
    TINT_CYAN
};

/* Writes the text in the tint when colours are on. */
void layout_tinted(FILE *out, const struct style *style, enum tint tint, const char *text,
                   size_t len);
/* Writes the text in exactly `width` columns, cut with an ellipsis or filled with spaces (`open`:
   not filled, at the end of a line). */
void layout_cell(FILE *out, const struct style *style, enum tint tint, const char *text,
                 unsigned width, bool open);
/* Bytes of the text that go on a line of `width` columns, ending at a space if there is one; *next
   is where the following line begins. width 0: no limit. */
size_t layout_line(const char *text, unsigned width, const char **next);
/* Writes a paragraph: `first` columns are used already on its first line, further lines begin with
   `indent` spaces; ends with a newline. */
void layout_paragraph(FILE *out, const char *text, unsigned first, unsigned indent, unsigned width);

#endif
