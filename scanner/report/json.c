/* One document, or one object a line; written row by row, so that its size costs no memory. */
#include "report/sink.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include "base/text.h"

#define REPORT_SCHEMA "fleetdrift.report/1" /* also in schema/report.schema.json */
#define DIFF_SCHEMA   "fleetdrift.diff/1"   /* also in schema/diff.schema.json */

/* text_escape() writes what may not be shown as \uNNNN, which is JSON's way too; only single bytes
   need other words. */
static void write_character(FILE *out, const char *s, size_t len)
{
    char piece[16];

    if (len == 0)
        fputs("\\ufffd", out);
    else if (*s == '"' || *s == '\\')
        fprintf(out, "\\%c", *s);
    else if (*s == '\n')
        fputs("\\n", out);
    else if (*s == '\t')
        fputs("\\t", out);
    else if (len == 1 && ((unsigned char)*s < 0x20 || *s == 0x7f))
        fprintf(out, "\\u%04x", (unsigned)*s);
    else
        fwrite(piece, 1, text_escape(s, len, piece, sizeof piece), out);
}

static void write_string(FILE *out, const char *s, size_t len)
{
    fputc('"', out);
    for (size_t i = 0; i < len;) {
        size_t n = text_utf8_len(s + i, len - i);
        write_character(out, s + i, n);
        i += n > 0 ? n : 1;
    }
    fputc('"', out);
}

/* A document inside the document, in one spelling whatever its writer's was. */
static void write_json(FILE *out, const struct cell *cell)
{
    json_t *value = json_loadb(cell->text, cell->len, JSON_DECODE_ANY, NULL);
    char *text =
        value != NULL
            ? json_dumps(value, JSON_COMPACT | JSON_SORT_KEYS | JSON_ENCODE_ANY | JSON_ENSURE_ASCII)
            : NULL;

    fputs(text != NULL ? text : "null", out);
    free(text);
    json_decref(value);
}

static void write_cell(FILE *out, const char *column, const struct cell *cell)
{
    enum column_type type = column_type(column);

    if (cell->type == CELL_NULL)
        fputs("null", out);
    else if (cell->type == CELL_INTEGER && type == COLUMN_BOOLEAN)
        fputs(cell->integer != 0 ? "true" : "false", out);
    else if (cell->type == CELL_INTEGER)
        fprintf(out, "%" PRId64, cell->integer);
    else if (type == COLUMN_JSON)
        write_json(out, cell);
    else
        write_string(out, cell->text, cell->len);
}

static void write_members(struct sink *sink, const struct cell *cells)
{
    for (size_t i = 0; i < sink->column_count; i++) {
        fprintf(sink->out, "%s\"%s\":", i > 0 ? "," : "", sink->columns[i]);
        write_cell(sink->out, sink->columns[i], &cells[i]);
    }
}

static void json_open(struct sink *sink)
{
    fprintf(sink->out, "{\"schema\":\"%s\"", sink->options->old != 0 ? DIFF_SCHEMA : REPORT_SCHEMA);
}

static void json_begin(struct sink *sink)
{
    fprintf(sink->out, ",\n\"%s\":%s", sink->sheet->name, sink->sheet->single ? "" : "[");
}

static void json_row(struct sink *sink, const struct cell *cells)
{
    if (!sink->sheet->single)
        fputs(sink->rows > 0 ? ",\n" : "\n", sink->out);
    fputc('{', sink->out);
    write_members(sink, cells);
    fputc('}', sink->out);
}

static void json_end(struct sink *sink)
{
    if (!sink->sheet->single)
        fputs(sink->rows > 0 ? "\n]" : "]", sink->out);
    else if (sink->rows == 0)
        fputs("null", sink->out);
}

static void json_close(struct sink *sink)
{
    fputs("}\n", sink->out);
}

static void ndjson_row(struct sink *sink, const struct cell *cells)
{
    fprintf(sink->out, "{\"kind\":\"%s\",", sink->sheet->kind);
    write_members(sink, cells);
    fputs("}\n", sink->out);
}

const struct format format_json = {.document = true,
                                   .open = json_open,
                                   .begin = json_begin,
                                   .row = json_row,
                                   .end = json_end,
                                   .close = json_close};
const struct format format_ndjson = {.document = true, .row = ndjson_row};
