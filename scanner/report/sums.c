#include "report/sums.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include "base/log.h"
#include "base/sha256.h"
#include "report/output.h"
#include "report/record.h"

#define MANIFEST_SCHEMA "fleetdrift.manifest/1"

int sums_check(const char *output, const char *path, struct err *err)
{
    if (output == NULL || strcmp(output, "-") == 0)
        return err_set(err, REASON_USAGE,
                       "--manifest sums up files: name where they go with --output");
    if (strcmp(output, path) == 0)
        return err_set(err, REASON_USAGE, "%s cannot be the report and its manifest", path);
    return output_check(path, err);
}

struct summing {
    json_t *files;
    const char *path; /* of the manifest: what lies beside it is named from there */
};

static const char *name_from(const char *path, const char *manifest)
{
    const char *slash = strrchr(manifest, '/');
    size_t folder = slash != NULL ? (size_t)(slash - manifest) + 1 : 0;

    return strncmp(path, manifest, folder) == 0 ? path + folder : path;
}

static int sum_file(void *ctx, const struct report_options *options, const char *path,
                    struct err *err)
{
    struct summing *summing = ctx;
    char sum[SHA256_HEX];
    int64_t bytes;

    (void)options;
    if (sha256_file(path, sum, &bytes, err) != 0)
        return -1;
    json_array_append_new(summing->files,
                          json_pack("{s:s,s:s,s:I}", "name", name_from(path, summing->path),
                                    "sha256", sum, "bytes", (json_int_t)bytes));
    return 0;
}

static json_t *sum_rules(const struct rules *rules)
{
    json_t *list = json_array();
    char sum[RULES_DIGEST];

    for (size_t i = 0; i < rules_count(rules); i++) {
        const struct rule *rule = rules_at(rules, i);
        rule_digest(rule, sum);
        json_array_append_new(list, json_pack("{s:s,s:s,s:s}", "id", rule->id, "source",
                                              rule->source, "sha256", sum));
    }
    return list;
}

/* The run's row, with whether it was judged by these rules. */
static json_t *describe_run(struct store *store, const struct rules *rules, struct err *err)
{
    struct arena arena = ARENA_INIT;
    struct records run;
    json_t *result = NULL;
    int judged;

    if (records_read(store, "report_run", NULL, 0, 1, &arena, &run, err) == 0 && run.count == 1 &&
        rules_judged(store, rules, record_integer(run.items, "id", 0), &judged, err) == 0) {
        if (judged == 0)
            log_warning("run %" PRId64 " was judged by other rules than those in the manifest",
                        record_integer(run.items, "id", 0));
        result = json_pack(
            "{s:I,s:s?,s:s?,s:s?,s:s?,s:o}", "id", (json_int_t)record_integer(run.items, "id", 0),
            "started_at", record_text(run.items, "started_at"), "ended_at",
            record_text(run.items, "ended_at"), "state", record_text(run.items, "state"), "program",
            record_text(run.items, "program"), "judged_by_these_rules",
            judged < 0 ? json_null() : json_boolean(judged));
    }
    arena_release(&arena);
    return result;
}

static int write_document(json_t *document, const char *path, struct err *err)
{
    struct output output;

    if (output_open(&output, path, err) != 0)
        return -1;
    json_dumpf(document, output.file, JSON_INDENT(1) | JSON_ENSURE_ASCII);
    fputc('\n', output.file);
    return output_close(&output, true, err);
}

int sums_write(struct store *store, const struct rules *rules, const struct report_options *options,
               const char *output, const char *path, struct err *err)
{
    struct summing summing = {json_array(), path};
    json_t *run = NULL;
    int result = store_view_run(store, options->run, err);

    if (result == 0)
        result = report_each_file(options, output, sum_file, &summing, err);
    if (result == 0 && (run = describe_run(store, rules, err)) == NULL)
        result = -1;
    if (result == 0) {
        json_t *document = json_pack("{s:s,s:s,s:o,s:O,s:o}", "schema", MANIFEST_SCHEMA, "program",
                                     FLEETDRIFT_VERSION, "run", run, "files", summing.files,
                                     "rules", sum_rules(rules));
        result = write_document(document, path, err);
        json_decref(document);
    }
    json_decref(summing.files);
    return result;
}
