#include "store/writing.h"

#include <assert.h>

static void run(struct writing *writing, struct bound *bound)
{
    if (writing->result == 0)
        writing->result = bound_run(bound, writing->err);
}

struct writing writing_start(struct store *store, enum sql_fact fact, struct err *err)
{
    struct writing writing = {.store = store, .sql = &sql_facts[fact], .err = err};
    struct bound clear = bound_start(store, writing.sql->clear);

    assert(store->batch && store->run != 0);
    run(&writing, &clear);
    return writing;
}

struct bound *writing_row(struct writing *writing)
{
    writing->row = bound_start(writing->store, writing->sql->add);
    return &writing->row;
}

void writing_add(struct writing *writing)
{
    run(writing, &writing->row);
}

struct bound *writing_subject(struct writing *writing)
{
    writing->row = bound_start(writing->store, writing->sql->close);
    bound_integer(&writing->row, writing->store->run);
    return &writing->row;
}

static void count_changes(struct writing *writing)
{
    if (writing->result == 0)
        writing->store->batch_changes += sqlite3_changes64(writing->store->db);
}

int writing_end(struct writing *writing)
{
    run(writing, &writing->row);
    count_changes(writing);
    struct bound open = bound_start(writing->store, writing->sql->open);
    bound_integer(&open, writing->store->run);
    run(writing, &open);
    count_changes(writing);
    return writing->result;
}
