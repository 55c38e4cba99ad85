#include "cli/gate_call.h"

#include <string.h>
#include <unistd.h>

#include "facts/pep440.h"
#include "report/record.h"

/* An index says nothing of a release that was deleted; a scan may have seen it before. */

static void note_version(struct gate_call *call, const struct record *row)
{
    struct gate_past *past = &call->gate.past;
    const char *version = record_text(row, "version"), *seen = record_text(row, "last_seen_at");

    if (version == NULL || pep440_compare(version, call->gate.version) != 0)
        return;
    past->version = version;
    past->last_seen = seen != NULL ? arena_strndup(&call->arena, seen, strlen("2025-10-10")) : "?";
}

void gate_read_past(struct gate_call *call)
{
    const char *path = call->context->settings.database;
    const struct bind binds[] = {{":package", call->gate.package},
                                 {":index", call->gate.index.url}};
    struct gate_past *past = &call->gate.past;
    struct store *store = NULL;
    struct records rows = {0};
    struct err err = {0};

    if (call->gate.version == NULL || access(path, F_OK) != 0)
        return;
    if (store_open(path, STORE_READ, &store, &err) != 0 ||
        records_read(store, "gate_past", binds, sizeof binds / sizeof *binds, 0, &call->arena,
                     &rows, &err) != 0)
        past->unknown = arena_strdup(&call->arena, err.text);
    for (size_t i = 0; i < rows.count; i++)
        note_version(call, &rows.items[i]);
    if (rows.count > 0)
        past->database = path;
    if (store != NULL)
        store_close(store);
}
