#include "store/statements.h"

#include <string.h>

int views_make_temporary(struct store *store, struct err *err)
{
    if (store_script(store, SQL_SCRIPT_CHOSEN, err) != 0)
        return -1;
    for (size_t i = 0; i < sql_view_count; i++)
        if (strcmp(sql_views[i].name, "as_of") != 0 &&
            store_exec(store, sql_views[i].create_temp, err) != 0)
            return err_prefix(err, "view %s", sql_views[i].name);
    return 0;
}

int views_take_snapshot(struct store *store, int level, struct err *err)
{
    int before = store->snapshot;

    if (level <= before)
        return 0;
    store->snapshot = level;
    for (size_t i = 0; i < sql_view_count; i++) {
        const struct sql_view *view = &sql_views[i];
        if (view->snapshot > before && view->snapshot <= level &&
            (store_exec(store, view->drop_temp, err) != 0 ||
             store_exec(store, view->create_table, err) != 0))
            return err_prefix(err, "view %s", view->name);
    }
    return 0;
}

int views_drop_snapshot(struct store *store, struct err *err)
{
    int level = store->snapshot;

    for (size_t i = 0; i < sql_view_count; i++) {
        const struct sql_view *view = &sql_views[i];
        if (view->snapshot > 0 && view->snapshot <= level &&
            (store_exec(store, view->drop_table, err) != 0 ||
             store_exec(store, view->create_temp, err) != 0))
            return err_prefix(err, "view %s", view->name);
    }
    store->snapshot = 0;
    return 0;
}
