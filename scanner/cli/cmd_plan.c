#include "cli/command.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/log.h"
#include "base/mem.h"
#include "base/text.h"
#include "facts/names.h"
#include "remedy/plan.h"
#include "report/card.h"
#include "report/output.h"
#include "report/report.h"

static const struct flag flags[] = {
    {"output", "FILE", "output", "write to FILE; with --all a directory: DIR/", 'o'},
    {"all", NULL, "all", "one file for each package with drift, and an index of them"},
    {"workflow", NULL, "workflow", "a release workflow that publishes from a tag, instead"},
    {"run", "ID", "run", "an earlier run (latest)"},
    {"db", "FILE", "scan.database", "database (fleetdrift.db)"},
    {NULL},
};

static const char about[] =
    "Prints the repair of a release as Markdown, made from what a scan stored: what was found, "
    "with\n"
    "its times, and the exact commands that put it right, without what is right already. Without "
    "a\n"
    "version it is about the newest release. Nothing is run and nothing is sent.\n";

static const char examples[] =
    "  fleetdrift plan acme-tools                    the newest release\n"
    "  fleetdrift plan acme-tools==0.2.0             an earlier one\n"
    "  fleetdrift plan --all --output plans/         one file a package, and plans/README.md\n"
    "  fleetdrift plan --workflow acme-tools > .github/workflows/release.yml\n";

/* "name==version" as the two; the version is NULL where there is none. */
static char *split(const char *text, const char **version)
{
    const char *equal = strstr(text, "==");
    char normal[NAME_MAX_BYTES];
    char *name = equal != NULL ? mem_strndup(text, (size_t)(equal - text)) : mem_strdup(text);

    *version = equal != NULL ? equal + 2 : NULL;
    if (names_normalise(name, normal) == 0) {
        free(name);
        name = mem_strdup(normal);
    }
    return name;
}

static int check(struct context *context, struct err *err)
{
    const struct settings *s = &context->settings;
    bool directory = s->output != NULL && text_ends_with(s->output, "/");

    if (s->all && (s->card != NULL || s->workflow))
        return err_set(err, REASON_USAGE, "--all is of every package: name none");
    if (!s->all && s->card == NULL)
        return err_set(err, REASON_USAGE, "name a package, or say --all");
    if (s->all && !directory)
        return err_set(err, REASON_USAGE, "--all writes files: give --output DIR/");
    if (!s->all && directory)
        return err_set(err, REASON_USAGE, "\"%s\" is a directory, and this is one file", s->output);
    return s->output != NULL ? output_check(s->output, err) : 0;
}

static int write_one(struct store *store, const struct settings *s, FILE *out, struct err *err)
{
    const char *version;
    char *package = split(s->card, &version);
    int result = s->workflow ? plan_workflow(store, package, out, err)
                             : plan_write(store, package, version, out, err);

    free(package);
    return result;
}

/* --- all of them ----------------------------------------------------------------------------- */

struct drifting {
    char **names;
    size_t count, size;
    size_t name, status; /* columns */
};

static int on_columns(void *ctx, const char *const *names, size_t count)
{
    struct drifting *drifting = ctx;

    for (size_t i = 0; i < count; i++) {
        if (strcmp(names[i], "package") == 0)
            drifting->name = i;
        if (strcmp(names[i], "status") == 0)
            drifting->status = i;
    }
    return 0;
}

static int on_package(void *ctx, const struct cell *cells, size_t count)
{
    struct drifting *drifting = ctx;
    const char *status = cells[drifting->status].text;

    (void)count;
    if (status == NULL || strcmp(status, "drift") != 0)
        return 0;
    drifting->names =
        mem_grow(drifting->names, drifting->count, &drifting->size, sizeof *drifting->names);
    drifting->names[drifting->count++] = mem_strdup(cells[drifting->name].text);
    return 0;
}

/* A plan in a file of its own; what cannot be planned is told in the index. */
static int write_file(struct store *store, const char *directory, const char *package, FILE *index,
                      struct err *err)
{
    char *path = mem_printf("%s%s.md", directory, package);
    struct output output;
    struct err why;
    int result = output_open(&output, path, err);

    if (result == 0) {
        bool planned = plan_write(store, package, NULL, output.file, &why) == 0;
        if (planned)
            fprintf(index, "- [%s](%s.md)\n", package, package);
        else
            fprintf(index, "- %s: %s\n", package, why.text);
        result = output_close(&output, planned, err);
    }
    free(path);
    return result;
}

static int write_all(struct store *store, const char *directory, struct err *err)
{
    const struct bind binds[] = {{":package", NULL},
                                 {":repository", NULL},
                                 {":rule", NULL},
                                 {":severity", NULL},
                                 {":state", NULL}};
    struct drifting drifting = {0};
    char *path = mem_printf("%sREADME.md", directory);
    struct output output;

    if (mkdir(directory, 0777) != 0 && errno != EEXIST) {
        free(path);
        return err_set(err, REASON_DISK, "directory %s cannot be made: %s", directory,
                       strerror(errno));
    }
    int result =
        store_query(store, "report_packages", binds, 5, on_columns, on_package, &drifting, err);

    if (result == 0 && (result = output_open(&output, path, err)) == 0) {
        fprintf(output.file, "# Packages with drift: %zu\n\n", drifting.count);
        for (size_t i = 0; i < drifting.count && result == 0; i++)
            result = write_file(store, directory, drifting.names[i], output.file, err);
        if (output_close(&output, result == 0, err) != 0)
            result = -1;
    }
    for (size_t i = 0; i < drifting.count; i++)
        free(drifting.names[i]);
    free(drifting.names);
    free(path);
    return result;
}

static int run(struct context *context, struct err *err)
{
    const struct settings *s = &context->settings;
    int64_t run = s->run != NULL && strcmp(s->run, "latest") != 0 ? strtoll(s->run, NULL, 10) : 0;
    struct output output;
    int result = store_view_run(context->store, run, err);

    if (result != 0)
        return -1;
    if (s->all) {
        result = write_all(context->store, s->output, err);
    } else if ((result = output_open(&output, s->output, err)) == 0) {
        result = write_one(context->store, s, output.file, err);
        if (output_close(&output, result == 0, result == 0 ? err : NULL) != 0)
            result = -1;
    }
    if (result == 0 && s->output != NULL)
        log_info("wrote %s", s->output);
    return result == 0 ? STATUS_GOOD : -1;
}

const struct command cmd_plan = {
    .name = "plan",
    .line = "the repair of a release, with the exact commands",
    .usage = "plan [OPTIONS] PACKAGE[==VERSION]",
    .about = about,
    .examples = examples,
    .flags = flags,
    .operand = "card",
    .needs = NEEDS_STORE,
    .check = check,
    .run = run,
};
