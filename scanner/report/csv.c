/* RFC 4180: CRLF, quotes doubled, a header always. NULL is an empty cell. */
#include "report/sink.h"

#include <inttypes.h>
#include <string.h>

#include "base/text.h"

#define PIECE 256 /* bytes that are escaped at a time; each becomes six at most */

/* A spreadsheet runs a cell that begins so; an apostrophe makes it text. */
static bool is_executable(const struct cell *cell)
{
    return cell->len > 0 && memchr("=+-@\t\r", cell->text[0], 6) != NULL;
}

/* Control bytes are shown, not sent: a CSV ends on terminals too. */
static void write_text(FILE *out, const struct cell *cell)
{
    char piece[PIECE * 6 + 1];
    bool executable = is_executable(cell);
    bool quoted = executable || memchr(cell->text, '"', cell->len) != NULL ||
                  memchr(cell->text, ',', cell->len) != NULL ||
                  (cell->len > 0 && (cell->text[0] == ' ' || cell->text[cell->len - 1] == ' '));

    if (quoted)
        fputc('"', out);
    if (executable)
        fputc('\'', out);
    for (size_t at = 0; at < cell->len;) {
        size_t n = cell->len - at < PIECE ? cell->len - at : PIECE;
        while (n < cell->len - at && n > PIECE - 4 &&
               ((unsigned char)cell->text[at + n] & 0xc0) == 0x80)
            n--;
        text_escape(cell->text + at, n, piece, sizeof piece);
        for (const char *p = piece; *p != '\0'; p++) {
            if (*p == '"')
                fputc('"', out);
            fputc(*p, out);
        }
        at += n;
    }
    if (quoted)
        fputc('"', out);
}

static void csv_begin(struct sink *sink)
{
    for (size_t i = 0; i < sink->column_count; i++)
        fprintf(sink->out, "%s%s", i > 0 ? "," : "", sink->columns[i]);
    fputs("\r\n", sink->out);
}

static void csv_row(struct sink *sink, const struct cell *cells)
{
    for (size_t i = 0; i < sink->column_count; i++) {
        if (i > 0)
            fputc(',', sink->out);
        if (cells[i].type == CELL_INTEGER)
            fprintf(sink->out, "%" PRId64, cells[i].integer);
        else if (cells[i].type == CELL_TEXT)
            write_text(sink->out, &cells[i]);
    }
    fputs("\r\n", sink->out);
}

const struct format format_csv = {.begin = csv_begin, .row = csv_row};
