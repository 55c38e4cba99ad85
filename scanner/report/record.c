#include "report/record.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

struct reading {
    struct arena *arena;
    const char **names;
    struct record *items; /* on the heap while it grows */
    size_t count, size, limit;
    bool full;
};

static int on_columns(void *ctx, const char *const *names, size_t count)
{
    struct reading *reading = ctx;

    reading->names = arena_array(reading->arena, count + 1, sizeof *reading->names);
    for (size_t i = 0; i < count; i++)
        reading->names[i] = arena_strdup(reading->arena, names[i]);
    return 0;
}

static int on_row(void *ctx, const struct cell *cells, size_t count)
{
    struct reading *reading = ctx;
    struct cell *copy = arena_array(reading->arena, count + 1, sizeof *copy);

    for (size_t i = 0; i < count; i++) {
        copy[i] = cells[i];
        if (cells[i].type == CELL_TEXT)
            copy[i].text = arena_strndup(reading->arena, cells[i].text, cells[i].len);
    }
    reading->items =
        mem_grow(reading->items, reading->count, &reading->size, sizeof *reading->items);
    reading->items[reading->count++] =
        (struct record){.names = reading->names, .cells = copy, .count = count};
    reading->full = reading->limit != 0 && reading->count == reading->limit;
    return reading->full;
}

int records_read(struct store *store, const char *query, const struct bind *binds, size_t count,
                 size_t limit, struct arena *arena, struct records *out, struct err *err)
{
    struct reading reading = {.arena = arena, .limit = limit};
    int result = store_query(store, query, binds, count, on_columns, on_row, &reading, err);

    if (reading.full)
        result = 0;
    *out = (struct records){0};
    if (result == 0 && reading.count > 0) {
        out->items = arena_array(arena, reading.count, sizeof *out->items);
        memcpy(out->items, reading.items, reading.count * sizeof *out->items);
        out->count = reading.count;
    }
    free(reading.items);
    return result;
}

static const struct cell *find_cell(const struct record *record, const char *name)
{
    for (size_t i = 0; record != NULL && i < record->count; i++)
        if (strcmp(record->names[i], name) == 0)
            return &record->cells[i];
    return NULL;
}

const char *record_text(const struct record *record, const char *name)
{
    const struct cell *cell = find_cell(record, name);

    return cell != NULL && cell->type == CELL_TEXT ? cell->text : NULL;
}

int64_t record_integer(const struct record *record, const char *name, int64_t fallback)
{
    const struct cell *cell = find_cell(record, name);

    return cell != NULL && cell->type == CELL_INTEGER ? cell->integer : fallback;
}

bool record_is(const struct record *record, const char *name, const char *text)
{
    const char *value = record_text(record, name);

    return value != NULL && strcmp(value, text) == 0;
}
