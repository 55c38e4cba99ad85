/* The text and the variables of one request; inside fetch/graphql alone. */
#ifndef FETCH_GRAPHQL_QUERY_H
#define FETCH_GRAPHQL_QUERY_H

#include "fetch/graphql.h"

struct graphql_sizes {
    unsigned releases, pulls, reviews; /* of one connection */
    unsigned further;                  /* releases of a page that is not the first */
};

/* The body of the POST; the caller frees. */
char *graphql_query(const char *fragments, const struct graphql_item *items, size_t count,
                    const struct graphql_sizes *sizes);
/* Connections that the server opens for an item. */
unsigned graphql_weight(const struct graphql_item *item, const struct graphql_sizes *sizes);
/* The fragments without the field, with what it selects; NULL when they do not have it. The caller
   frees. */
char *graphql_without(const char *fragments, const char *field);

#endif
