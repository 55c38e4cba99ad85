#include "report/report.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/mem.h"
#include "base/text.h"
#include "report/output.h"
#include "report/sink.h"

const char *const report_what_words[] = {
    [REPORT_PACKAGES] = "packages",
    [REPORT_FINDINGS] = "findings",
    [REPORT_RELEASES] = "releases",
    [REPORT_COVERAGE] = "coverage",
    [REPORT_CHANGES] = "changes",
    [REPORT_ALL] = "all",
    NULL,
};

const char *const report_format_words[] = {
    [REPORT_TABLE] = "table",
    [REPORT_CSV] = "csv",
    [REPORT_JSON] = "json",
    [REPORT_NDJSON] = "ndjson",
    NULL,
};

static const struct format *const formats[] = {
    [REPORT_TABLE] = &format_table,
    [REPORT_CSV] = &format_csv,
    [REPORT_JSON] = &format_json,
    [REPORT_NDJSON] = &format_ndjson,
};

static const struct sheet sheets[] = {
    [REPORT_PACKAGES] = {"packages", "package", "report_packages"},
    [REPORT_FINDINGS] = {"findings", "finding", "report_findings"},
    [REPORT_RELEASES] = {"releases", "release", "report_releases"},
    [REPORT_COVERAGE] = {"coverage", "coverage", "report_coverage", .told = 1},
};
static const struct sheet diff_sheets[] = {
    [REPORT_FINDINGS] = {"findings", "finding", "diff_findings"},
    [REPORT_CHANGES] = {"changes", "change", "diff_changes"},
};
static const struct sheet preamble[] = {
    {"run", "run", "report_run", true},
    {"summary", "summary", "report_summary", true},
};
static const struct sheet diff_preamble[] = {
    {"old", "run", "diff_old", true},
    {"new", "run", "report_run", true},
};

/* NULL where this kind of report has no such sheet. */
static const struct sheet *sheet_of(const struct report_options *options, int what)
{
    if (options->old != 0)
        return what == REPORT_FINDINGS || what == REPORT_CHANGES ? &diff_sheets[what] : NULL;
    return what < REPORT_CHANGES ? &sheets[what] : NULL;
}

enum report_what report_default_what(enum report_format format)
{
    return formats[format]->document ? REPORT_ALL : REPORT_PACKAGES;
}

enum column_type column_type(const char *name)
{
    static const struct {
        const char *name;
        enum column_type type;
    } types[] = {
        {"evidence", COLUMN_JSON},
        {"arguments", COLUMN_JSON},
        {"yanked", COLUMN_BOOLEAN},
        {"reviewed", COLUMN_BOOLEAN},
    };

    for (size_t i = 0; i < sizeof types / sizeof *types; i++)
        if (strcmp(types[i].name, name) == 0)
            return types[i].type;
    return COLUMN_PLAIN;
}

int sink_column(const struct sink *sink, const char *name)
{
    for (size_t i = 0; i < sink->column_count; i++)
        if (strcmp(sink->columns[i], name) == 0)
            return (int)i;
    return -1;
}

/* One pass over the rows of a sheet. */
struct pass {
    struct sink *sink;
    bool measuring;
    bool stopped; /* nothing more can be written */
};

static int on_columns(void *ctx, const char *const *names, size_t count)
{
    struct pass *pass = ctx;
    struct sink *sink = pass->sink;
    const char **copy;

    if (sink->columns != NULL)
        return 0;
    copy = arena_array(sink->arena, count + 1, sizeof *copy);
    for (size_t i = 0; i < count; i++)
        copy[i] = arena_strdup(sink->arena, names[i]);
    sink->columns = copy;
    sink->column_count = count - (sink->format == &format_table ? 0 : sink->sheet->told);
    if (sink->format->begin != NULL)
        sink->format->begin(sink);
    return 0;
}

static int on_row(void *ctx, const struct cell *cells, size_t count)
{
    struct pass *pass = ctx;
    struct sink *sink = pass->sink;

    (void)count;
    if (pass->measuring) {
        sink->format->measure(sink, cells);
        return 0;
    }
    sink->format->row(sink, cells);
    sink->rows++;
    sink->total += !sink->sheet->single;
    pass->stopped = ferror(sink->out) != 0;
    return pass->stopped;
}

static int run_query(struct store *store, struct sink *sink, bool measuring, struct err *err)
{
    const struct report_options *o = sink->options;
    char old[24];
    snprintf(old, sizeof old, "%" PRId64, o->old);
    const struct bind binds[] = {{":package", o->package}, {":repository", o->repository},
                                 {":rule", o->rule},       {":severity", o->severity},
                                 {":state", o->state},     {":old", old}};
    size_t count = sizeof binds / sizeof *binds;
    struct pass pass = {.sink = sink, .measuring = measuring};
    int result =
        store_query(store, sink->sheet->query, binds, count, on_columns, on_row, &pass, err);

    return pass.stopped ? 0 : result;
}

static int write_sheet(struct store *store, struct sink *sink, const struct sheet *sheet,
                       struct err *err)
{
    struct arena arena = ARENA_INIT;
    int result = 0;

    sink->arena = &arena;
    sink->sheet = sheet;
    sink->columns = NULL;
    sink->rows = 0;
    if (sink->format->measure != NULL)
        result = run_query(store, sink, true, err);
    if (result == 0)
        result = run_query(store, sink, false, err);
    if (result == 0 && sink->format->end != NULL)
        sink->format->end(sink);
    sink->sheets++;
    arena_release(&arena);
    return result;
}

/* Lines of one kind need none; a document, and lines of many kinds, say what they are about. */
static bool with_preamble(const struct sink *sink)
{
    return sink->format->document &&
           (sink->format->open != NULL || sink->options->what == REPORT_ALL);
}

static int write_sheets(struct store *store, struct sink *sink, struct err *err)
{
    enum report_what what = sink->options->what;
    const struct sheet *first = sink->options->old != 0 ? diff_preamble : preamble;

    if (with_preamble(sink) && (write_sheet(store, sink, &first[0], err) != 0 ||
                                write_sheet(store, sink, &first[1], err) != 0))
        return -1;
    for (int i = 0; i < REPORT_ALL; i++) {
        const struct sheet *sheet = sheet_of(sink->options, i);
        if (sheet != NULL && (what == (enum report_what)i || what == REPORT_ALL) &&
            write_sheet(store, sink, sheet, err) != 0)
            return -1;
    }
    return 0;
}

int report_check(const struct report_options *options, const char *path, struct err *err)
{
    bool directory = path != NULL && text_ends_with(path, "/");

    if (options->what != REPORT_ALL && sheet_of(options, options->what) == NULL)
        return err_set(err, REASON_USAGE, "%s has no %s",
                       options->old != 0 ? "a comparison of two runs" : "a report of one run",
                       report_what_words[options->what]);
    if (directory && options->format != REPORT_CSV)
        return err_set(err, REASON_USAGE,
                       "%s is a directory: only csv writes several files, one a table", path);
    if (!directory && options->format == REPORT_CSV && options->what == REPORT_ALL)
        return err_set(err, REASON_USAGE,
                       "a CSV holds one table: choose one with --what, or name a directory to "
                       "write all of them into (--output DIR/)");
    return output_check(path, err);
}

int report_flush(FILE *out, struct err *err)
{
    errno = 0;
    fflush(out);
    if (!ferror(out) || errno == EPIPE)
        return 0;
    return err_set(err, REASON_DISK, "the report cannot be written: %s",
                   errno != 0 ? strerror(errno) : "the output failed");
}

static int write_report(struct store *store, const struct report_options *options, FILE *out,
                        uint64_t *rows, struct err *err)
{
    struct sink sink = {.format = formats[options->format], .options = options, .out = out};

    if (store_view_run(store, options->run, err) != 0)
        return -1;
    if (sink.format->open != NULL)
        sink.format->open(&sink);
    if (write_sheets(store, &sink, err) != 0)
        return -1;
    if (sink.format->close != NULL)
        sink.format->close(&sink);
    if (rows != NULL)
        *rows += sink.total;
    return report_flush(out, err);
}

int report_write(struct store *store, const struct report_options *options, FILE *out,
                 struct err *err)
{
    return report_check(options, NULL, err) != 0 ? -1
                                                 : write_report(store, options, out, NULL, err);
}

static int write_one(struct store *store, const struct report_options *options, const char *path,
                     uint64_t *rows, struct err *err)
{
    struct output output;

    if (output_open(&output, path, err) != 0)
        return -1;
    int result = write_report(store, options, output.file, rows, err);
    if (result != 0 && err->reason == REASON_DISK && path != NULL)
        err_prefix(err, "%s", path);
    if (output_close(&output, result == 0, err) != 0)
        return -1;
    return result;
}

int report_each_file(const struct report_options *options, const char *path, report_file_fn *fn,
                     void *ctx, struct err *err)
{
    if (path == NULL || !text_ends_with(path, "/"))
        return fn(ctx, options, path, err);
    for (int i = 0; i < REPORT_ALL; i++) {
        struct report_options one = *options;
        const struct sheet *sheet = sheet_of(options, i);
        one.what = (enum report_what)i;
        if (sheet == NULL || (options->what != REPORT_ALL && options->what != one.what))
            continue;
        char *file = mem_printf("%s%s.%s", path, sheet->name, report_format_words[options->format]);
        int result = fn(ctx, &one, file, err);
        free(file);
        if (result != 0)
            return -1;
    }
    return 0;
}

struct filing {
    struct store *store;
    uint64_t *rows;
};

static int on_file(void *ctx, const struct report_options *options, const char *path,
                   struct err *err)
{
    struct filing *filing = ctx;

    return write_one(filing->store, options, path, filing->rows, err);
}

int report_write_file(struct store *store, const struct report_options *options, const char *path,
                      uint64_t *rows, struct err *err)
{
    struct filing filing = {store, rows};

    if (rows != NULL)
        *rows = 0;
    if (report_check(options, path, err) != 0)
        return -1;
    if (path != NULL && text_ends_with(path, "/") && mkdir(path, 0777) != 0 && errno != EEXIST)
        return err_set(err, REASON_DISK, "directory %s cannot be made: %s", path, strerror(errno));
    return report_each_file(options, path, on_file, &filing, err);
}
