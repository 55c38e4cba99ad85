/*
 * [[index]] of the configuration: the indexes of a fleet, in order of precedence.
 */
#ifndef CLI_CONFIG_INDEX_H
#define CLI_CONFIG_INDEX_H

#include <jansson.h>

#include "cli/settings.h"

/* One index more from its table. On failure *wrong is the key that it is about, "" for the table as
   a whole. */
int config_read_index(struct settings *settings, const json_t *table, const char **wrong,
                      struct err *err);

/* The indexes of this call, with their credentials: --index alone, else [[index]], else [index]. An
   --index that is one of [[index]] keeps its settings. index_list_free() frees what came out. */
int index_list(const struct settings *settings, struct scan_index **out, size_t *count,
               struct err *err);
void index_list_free(struct scan_index *list, size_t count);

#endif
