/* Aligned columns for a terminal. What programs need is in csv and json; here is what people need,
   in the order in which they ask: how bad, which package, what is published, what the source says.
 */
#include "report/sink.h"

#include <string.h>

#include "base/text.h"
#include "report/layout.h"
#include "report/words.h"

enum shape {
    SHAPE_TEXT,
    SHAPE_DAY,    /* an instant, its date */
    SHAPE_PATH,   /* two columns joined by '/' */
    SHAPE_RATIO,  /* two counts: "3 of 5" */
    SHAPE_COUNTS, /* critical, high, medium and low, from `first` on */
    SHAPE_STATE,  /* a severity or status, in its colour */
    SHAPE_KNOWN,  /* a text; "?" instead of "-" where `second` is NULL too: nobody could look */
    SHAPE_PROSE,  /* a sentence: wrapped, and the last column */
    SHAPE_SOURCE, /* a declared version, else in words what its kind (`second`) means */
};

struct table_column {
    const char *head;
    const char *first, *second; /* columns of the query */
    enum shape shape;
    unsigned least; /* see layout.h */
    unsigned rank;
    const char *fold; /* not NULL: never cut. Where it does not fit, the columns that fold go on a
                         line of their own below the row, each after this word */
};

/* Ranks: a column with a higher one is shortened and left out sooner. */
static const struct table_column package_columns[] = {
    {"STATUS", "status", NULL, SHAPE_STATE, 11, 0},
    {"PACKAGE", "package", NULL, SHAPE_TEXT, 18, 0},
    {"REPOSITORY", "organisation", "repository", SHAPE_PATH, 18, 6},
    {"LINK", "link", NULL, SHAPE_TEXT, 12, 9},
    {"PUBLISHED", "published_version", "releases", SHAPE_KNOWN, 9, 1},
    {"ON", "published_at", NULL, SHAPE_DAY, 10, 7},
    {"TAG", "tag", "releases_tagged", SHAPE_KNOWN, 12, 2},
    {"SOURCE", "declared_version", "declared_kind", SHAPE_SOURCE, 10, 3},
    {"TAGGED", "releases_tagged", "releases", SHAPE_RATIO, 10, 8},
    {"FINDINGS", "critical", NULL, SHAPE_COUNTS, 11, 4, ""},
    {"WORST RULE", "worst_rule", NULL, SHAPE_TEXT, 20, 5, "; worst: "},
    {NULL},
};
static const struct table_column finding_columns[] = {
    {"SEVERITY", "severity", NULL, SHAPE_STATE, 8, 0},
    {"STATE", "state", NULL, SHAPE_TEXT, 8, 4},
    {"PACKAGE", "package", NULL, SHAPE_TEXT, 18, 0},
    {"REPOSITORY", "organisation", "repository", SHAPE_PATH, 60, 5},
    {"VERSION", "version", NULL, SHAPE_TEXT, 7, 0},
    {"RULE", "rule", NULL, SHAPE_TEXT, 30, 3},
    {"WHAT", "message", NULL, SHAPE_PROSE, 36, 0},
    {NULL},
};
static const struct table_column release_columns[] = {
    {"PACKAGE", "package", NULL, SHAPE_TEXT, 18, 0},
    {"VERSION", "version", NULL, SHAPE_TEXT, 7, 0},
    {"ON", "published_at", NULL, SHAPE_DAY, 10, 1},
    {"TAG", "tag", NULL, SHAPE_TEXT, 8, 0},
    {"TAGGED", "tagged_at", NULL, SHAPE_DAY, 10, 5},
    {"KIND", "tag_kind", NULL, SHAPE_TEXT, 9, 8},
    {"COMMIT", "tag_commit", NULL, SHAPE_TEXT, 12, 6},
    {"TAG SAYS", "declared_at_tag", NULL, SHAPE_TEXT, 8, 2},
    {"CHANGELOG", "changelog", NULL, SHAPE_TEXT, 9, 3},
    {"REPOSITORY", "organisation", "repository", SHAPE_PATH, 18, 7},
    {NULL},
};
static const struct table_column coverage_columns[] = {
    {"LOOKED AT", "fact", NULL, SHAPE_TEXT, 9, 0},
    {"STATUS", "status", NULL, SHAPE_STATE, 7, 0},
    {"REASON", "reason", NULL, SHAPE_TEXT, 12, 0},
    {"REPOSITORY", "organisation", "repository", SHAPE_PATH, 18, 1},
    {"PACKAGE", "package", NULL, SHAPE_TEXT, 14, 2},
    {"WHEN", "observed_at", NULL, SHAPE_DAY, 10, 3},
    {"WHY", "detail", NULL, SHAPE_PROSE, 30, 0},
    {NULL},
};

static const struct table_column diff_columns[] = {
    {"STATE", "state", NULL, SHAPE_TEXT, 8, 0},
    {"SEVERITY", "severity", NULL, SHAPE_STATE, 8, 0},
    {"PACKAGE", "package", NULL, SHAPE_TEXT, 18, 0},
    {"REPOSITORY", "organisation", "repository", SHAPE_PATH, 60, 5},
    {"VERSION", "version", NULL, SHAPE_TEXT, 7, 0},
    {"RULE", "rule", NULL, SHAPE_TEXT, 30, 3},
    {"WHAT", "message", NULL, SHAPE_PROSE, 36, 0},
    {NULL},
};
static const struct table_column change_columns[] = {
    {"CHANGE", "change", NULL, SHAPE_TEXT, 17, 0},
    {"REPOSITORY", "organisation", "repository", SHAPE_PATH, 18, 3},
    {"PACKAGE", "package", NULL, SHAPE_TEXT, 18, 0},
    {"VERSION", "version", NULL, SHAPE_TEXT, 7, 0},
    {"TAG", "tag", NULL, SHAPE_TEXT, 8, 1},
    {"BEFORE", "before", NULL, SHAPE_TEXT, 12, 2},
    {"AFTER", "after", NULL, SHAPE_TEXT, 12, 2},
    {NULL},
};

static const struct {
    const char *query;
    const struct table_column *columns;
    const char *none;
} tables[] = {
    {"report_packages", package_columns, "No package.\n"},
    {"report_findings", finding_columns, "No finding.\n"},
    {"report_releases", release_columns, "No release.\n"},
    {"report_coverage", coverage_columns, "Nothing was looked at.\n"},
    {"diff_findings", diff_columns, ""}, /* nothing to say, nothing to send */
    {"diff_changes", change_columns, ""},
};

#define COLUMNS_MAX 16

struct table {
    const struct table_column *columns;
    const char *none;
    unsigned count;
    int first[COLUMNS_MAX], second[COLUMNS_MAX]; /* positions in the row */
    struct layout_column layout[COLUMNS_MAX];
    bool fitted, folded;
};

static const struct cell *cell_at(const struct cell *cells, int position)
{
    static const struct cell none = {.type = CELL_NULL};

    return position >= 0 ? &cells[position] : &none;
}

static void add_counts(struct buf *out, const struct cell *cells, int first)
{
    int64_t counts[4];

    for (int i = 0; i < 4; i++)
        counts[i] = cell_at(cells, first < 0 ? -1 : first + i)->integer;
    words_counts(out, counts);
}

static void add_path(struct buf *out, const struct cell *first, const struct cell *second)
{
    words_cell(out, first);
    if (first->type == CELL_TEXT && second->type == CELL_TEXT)
        words_add(out, "/", 1);
    words_cell(out, second);
}

static void add_ratio(struct buf *out, const struct cell *first, const struct cell *second)
{
    if (second->type != CELL_INTEGER || second->integer == 0)
        return;
    if (first->type == CELL_INTEGER)
        words_cell(out, first);
    else
        words_add(out, "?", 1);
    words_add(out, " of ", 4);
    words_cell(out, second);
}

static void add_source(struct buf *out, const struct cell *version, const struct cell *kind)
{
    bool from_tag = kind->type == CELL_TEXT && strcmp(kind->text, "vcs") == 0;

    words_cell(out, version);
    if (out->len == 0 && from_tag)
        words_add(out, "from tag", strlen("from tag"));
    else if (out->len == 0)
        words_add(out, "?", 1);
}

/* The text of a column; "-" where there is nothing. */
static void show(const struct table *table, unsigned i, const struct cell *cells, struct buf *out)
{
    const struct cell *first = cell_at(cells, table->first[i]);
    const struct cell *second = cell_at(cells, table->second[i]);

    buf_reset(out);
    switch (table->columns[i].shape) {
    case SHAPE_TEXT:
    case SHAPE_STATE:
    case SHAPE_PROSE:
        words_cell(out, first);
        break;
    case SHAPE_DAY:
        if (first->type == CELL_TEXT)
            words_day(out, first->text);
        break;
    case SHAPE_PATH:
        add_path(out, first, second);
        break;
    case SHAPE_KNOWN:
        words_cell(out, first);
        if (out->len == 0 && second->type == CELL_NULL)
            words_add(out, "?", 1);
        break;
    case SHAPE_SOURCE:
        add_source(out, first, second);
        break;
    case SHAPE_RATIO:
        add_ratio(out, first, second);
        break;
    case SHAPE_COUNTS:
        add_counts(out, cells, table->first[i]);
        break;
    }
    if (out->len == 0)
        words_add(out, "-", 1);
}

static void table_begin(struct sink *sink)
{
    struct table *table = arena_alloc(sink->arena, sizeof *table);

    for (size_t i = 0; i < sizeof tables / sizeof *tables; i++) {
        if (strcmp(tables[i].query, sink->sheet->query) == 0) {
            table->columns = tables[i].columns;
            table->none = tables[i].none;
        }
    }
    for (; table->columns[table->count].head != NULL; table->count++) {
        const struct table_column *column = &table->columns[table->count];
        table->first[table->count] = sink_column(sink, column->first);
        table->second[table->count] =
            column->second != NULL ? sink_column(sink, column->second) : -1;
        table->layout[table->count] = (struct layout_column){
            .natural = table->first[table->count] < 0 ? 0 : (unsigned)strlen(column->head),
            .least = column->least,
            .rank = column->rank};
    }
    sink->state = table;
}

static void table_measure(struct sink *sink, const struct cell *cells)
{
    struct table *table = sink->state;
    struct buf text = BUF_INIT(WORDS_MAX);

    for (unsigned i = 0; i < table->count; i++) {
        if (table->layout[i].natural == 0)
            continue;
        show(table, i, cells, &text);
        unsigned columns = (unsigned)text_columns(buf_str(&text));
        if (columns > table->layout[i].natural)
            table->layout[i].natural = columns;
    }
    buf_release(&text);
}

static enum tint cell_tint(const struct table *table, unsigned i, const char *text)
{
    switch (table->columns[i].shape) {
    case SHAPE_STATE:
        return words_tint(text);
    case SHAPE_COUNTS:
        return strstr(text, "critical") != NULL ? TINT_BRIGHT_RED
               : strstr(text, "high") != NULL   ? TINT_RED
                                                : TINT_NONE;
    default:
        return TINT_NONE;
    }
}

static unsigned last_shown(const struct table *table)
{
    unsigned last = table->count - 1;

    while (last > 0 && table->layout[last].width == 0)
        last--;
    return last;
}

/* Chooses columns and widths; when one that folds would be cut, all that fold leave the row. */
static void fit(struct table *table, unsigned width)
{
    layout_fit(table->layout, table->count, width);
    for (unsigned i = 0; i < table->count; i++)
        table->folded |=
            table->columns[i].fold != NULL && table->layout[i].width < table->layout[i].natural;
    if (!table->folded)
        return;
    for (unsigned i = 0; i < table->count; i++)
        if (table->columns[i].fold != NULL)
            table->layout[i].natural = 0;
    layout_fit(table->layout, table->count, width);
}

static void write_head(struct sink *sink, struct table *table)
{
    struct style style = {sink->options->ascii, sink->options->colour};
    unsigned last;

    fit(table, sink->options->width);
    last = last_shown(table);
    if (sink->options->what == REPORT_ALL)
        fprintf(sink->out, "%s%s\n\n", sink->sheets > 0 ? "\n" : "", sink->sheet->name);
    for (unsigned i = 0; i <= last; i++) {
        if (table->layout[i].width == 0)
            continue;
        layout_cell(sink->out, &style, TINT_BOLD, table->columns[i].head, table->layout[i].width,
                    i == last);
        fputs(i == last ? "\n" : "  ", sink->out);
    }
    table->fitted = true;
}

static void write_cell(struct sink *sink, const struct table *table, unsigned i, const char *text,
                       bool last)
{
    struct style style = {sink->options->ascii, sink->options->colour};
    unsigned width = table->layout[i].width, indent = 0;

    if (table->columns[i].shape == SHAPE_PROSE && sink->options->width > 0) {
        for (unsigned before = 0; before < i; before++)
            if (table->layout[before].width > 0)
                indent += table->layout[before].width + LAYOUT_GAP;
        layout_paragraph(sink->out, text, indent, indent, indent + width);
        return;
    }
    layout_cell(sink->out, &style, cell_tint(table, i, text), text, width, last);
    fputs(last ? "\n" : "  ", sink->out);
}

/* "2 critical, 1 high; worst: release-without-tag" below the row, under its second column. */
static void write_folded(struct sink *sink, const struct table *table, const struct cell *cells)
{
    unsigned indent = table->layout[0].width + LAYOUT_GAP;
    struct buf text = BUF_INIT(WORDS_MAX), line = BUF_INIT(WORDS_MAX);

    for (unsigned i = 0; i < table->count; i++) {
        const char *before = table->columns[i].fold;
        if (before == NULL)
            continue;
        show(table, i, cells, &text);
        if (strcmp(buf_str(&text), "-") == 0)
            continue;
        words_add(&line, before, strlen(before));
        words_add(&line, buf_str(&text), text.len);
    }
    if (line.len > 0) {
        fprintf(sink->out, "%*s", (int)indent, "");
        layout_paragraph(sink->out, buf_str(&line), indent, indent, sink->options->width);
    }
    buf_release(&text);
    buf_release(&line);
}

static void table_row(struct sink *sink, const struct cell *cells)
{
    struct table *table = sink->state;
    struct buf text = BUF_INIT(WORDS_MAX);

    if (!table->fitted)
        write_head(sink, table);
    unsigned last = last_shown(table);
    for (unsigned i = 0; i <= last; i++) {
        if (table->layout[i].width == 0)
            continue;
        show(table, i, cells, &text);
        write_cell(sink, table, i, buf_str(&text), i == last);
    }
    if (table->folded)
        write_folded(sink, table, cells);
    buf_release(&text);
}

static void table_end(struct sink *sink)
{
    const struct table *table = sink->state;

    if (sink->rows == 0)
        fputs(table->none, sink->out);
}

const struct format format_table = {
    .begin = table_begin, .measure = table_measure, .row = table_row, .end = table_end};
