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

int views_take_snapshot(struct store *store, struct err *err)
{
    if (store->snapshot)
        return 0;
    store->snapshot = true;
    for (size_t i = 0; i < sql_view_count; i++)
        if (sql_views[i].create_table != NULL &&
            (store_exec(store, sql_views[i].drop_temp, err) != 0 ||
             store_exec(store, sql_views[i].create_table, err) != 0))
            return err_prefix(err, "view %s", sql_views[i].name);
    return 0;
}

int views_drop_snapshot(struct store *store, struct err *err)
{
    if (!store->snapshot)
        return 0;
    for (size_t i = 0; i < sql_view_count; i++)
        if (sql_views[i].create_table != NULL &&
            (store_exec(store, sql_views[i].drop_table, err) != 0 ||
             store_exec(store, sql_views[i].create_temp, err) != 0))
            return err_prefix(err, "view %s", sql_views[i].name);
    store->snapshot = false;
    return 0;
}
