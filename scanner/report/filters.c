/* Filters that name something must name something that is there: no row and a typing error look the
   same otherwise. */
#include "report/report.h"

#include <string.h>

#include "base/arena.h"
#include "base/text.h"
#include "report/record.h"

/* The first column of the query's rows and the ids of `rules` (may be NULL), ended by NULL. */
static int read_known(struct store *store, const char *query, const struct rules *rules,
                      struct arena *arena, const char ***out, struct err *err)
{
    size_t count = rules != NULL ? rules_count(rules) : 0, n = 0;
    struct records rows;

    if (records_read(store, query, NULL, 0, 0, arena, &rows, err) != 0)
        return -1;
    const char **known = arena_array(arena, rows.count + count + 1, sizeof *known);
    for (size_t i = 0; i < rows.count; i++)
        if (rows.items[i].cells[0].type == CELL_TEXT)
            known[n++] = rows.items[i].cells[0].text;
    for (size_t i = 0; i < count; i++)
        known[n++] = rules_at(rules, i)->id;
    *out = known;
    return 0;
}

static bool is_among(const char *name, const char *const *known)
{
    while (*known != NULL && strcmp(*known, name) != 0)
        known++;
    return *known != NULL;
}

static int check_named(struct store *store, const char *query, const char *what, const char *name,
                       const struct rules *rules, struct err *err)
{
    struct arena arena = ARENA_INIT;
    const char **known = NULL;
    int result = name == NULL ? 0 : read_known(store, query, rules, &arena, &known, err);

    if (known != NULL && !is_among(name, known)) {
        const char *nearest = text_nearest(name, known);
        result = err_set(err, REASON_USAGE, "the run has no %s \"%s\"%s%s%s", what, name,
                         nearest != NULL ? "; did you mean \"" : "", nearest != NULL ? nearest : "",
                         nearest != NULL ? "\"?" : "");
    }
    arena_release(&arena);
    return result;
}

int report_check_filters(struct store *store, const struct rules *rules,
                         const struct report_options *options, struct err *err)
{
    if (store_view_run(store, options->run, err) != 0 ||
        check_named(store, "report_known_packages", "package", options->package, NULL, err) != 0 ||
        check_named(store, "report_known_repositories", "repository", options->repository, NULL,
                    err) != 0)
        return -1;
    return check_named(store, "report_known_rules", "rule", options->rule, rules, err);
}
