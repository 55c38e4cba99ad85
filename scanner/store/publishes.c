/* Facts of a repository: its workflows, and what they publish. */
#include "store/store.h"

#include "store/writing.h"

static int put_files(struct store *store, int64_t repository_id, const struct row_workflow *rows,
                     size_t count, struct err *err)
{
    struct writing writing = writing_start(store, SQL_FACT_WORKFLOW, err);

    for (size_t i = 0; i < count; i++) {
        struct bound *bound = writing_row(&writing);
        bound_integer(bound, repository_id);
        bound_text(bound, rows[i].path);
        bound_text(bound, rows[i].state);
        bound_text(bound, rows[i].reason);
        bound_text(bound, rows[i].detail);
        bound_text(bound, rows[i].triggers);
        writing_add(&writing);
    }
    bound_integer(writing_subject(&writing), repository_id);
    return writing_end(&writing);
}

int store_put_workflows(struct store *store, int64_t repository_id, const struct row_workflow *rows,
                        size_t count, const struct row_publish *publishes, size_t publish_count,
                        struct err *err)
{
    if (put_files(store, repository_id, rows, count, err) != 0)
        return -1;
    struct writing writing = writing_start(store, SQL_FACT_PUBLISH, err);
    for (size_t i = 0; i < publish_count; i++) {
        const struct row_publish *row = &publishes[i];
        struct bound *bound = writing_row(&writing);
        bound_integer(bound, repository_id);
        bound_text(bound, row->workflow);
        bound_text(bound, row->path);
        bound_integer(bound, row->line);
        bound_text(bound, row->tool);
        bound_text(bound, row->state);
        bound_text(bound, row->reason);
        bound_text(bound, row->environment);
        bound_text(bound, row->ways);
        bound_text(bound, row->loose);
        bound_flag(bound, row->checked);
        bound_flag(bound, row->pinned);
        bound_text(bound, row->credential);
        writing_add(&writing);
    }
    bound_integer(writing_subject(&writing), repository_id);
    return writing_end(&writing);
}

int store_put_action_pins(struct store *store, int64_t repository_id,
                          const struct row_action_pin *rows, size_t count, struct err *err)
{
    struct writing writing = writing_start(store, SQL_FACT_ACTION_PIN, err);

    for (size_t i = 0; i < count; i++) {
        struct bound *bound = writing_row(&writing);
        bound_integer(bound, repository_id);
        bound_text(bound, rows[i].action);
        bound_text(bound, rows[i].commit);
        writing_add(&writing);
    }
    bound_integer(writing_subject(&writing), repository_id);
    return writing_end(&writing);
}
