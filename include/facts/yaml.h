/*
 * YAML of strangers as a tree (libyaml): one document, texts as they are written. No tag is obeyed
 * and nothing becomes a boolean, so the key of `on:` is "on". Aliases share what they name; merge
 * keys (`<<`) are worked in. What an alias stands for counts each time it is used, so that a walk
 * over the tree never comes by more than YAML_NODES_MAX.
 */
#ifndef FACTS_YAML_H
#define FACTS_YAML_H

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "base/err.h"

#define YAML_BYTES_MAX (1u << 20)
#define YAML_DEPTH_MAX 64
#define YAML_NODES_MAX 500000 /* with what aliases stand for */

enum yaml_kind { YAML_SCALAR, YAML_SEQUENCE, YAML_MAPPING };

struct yaml_pair {
    const struct yaml_node *key, *value;
};

struct yaml_node {
    enum yaml_kind kind;
    unsigned line;                        /* from 1 */
    const char *text;                     /* of a scalar; else "" */
    const struct yaml_node *const *items; /* of a sequence */
    const struct yaml_pair *pairs;        /* of a mapping: by key, each key once */
    size_t count;                         /* of items or pairs */
    size_t weight, height;                /* nodes in it and levels of them, itself included */
};

/* The tree lives in the arena; *out is NULL where the document holds nothing. Fails with TOO_LARGE
   (bytes), LIMIT (depth, nodes) or PARSE: no YAML, more than one document, a key twice or that is
   no text, an alias of nothing or of what it stands in. `name` is for the error. */
int yaml_parse(const char *text, size_t len, const char *name, struct arena *arena,
               const struct yaml_node **out, struct err *err);

/* All of these take NULL, and nodes of any kind. */

/* The value of a key of a mapping; NULL. */
const struct yaml_node *yaml_get(const struct yaml_node *node, const char *key);
/* The pair, for its key's line; NULL. */
const struct yaml_pair *yaml_find(const struct yaml_node *node, const char *key);
/* The text of a scalar; "" for everything else. */
const char *yaml_text(const struct yaml_node *node);
/* The node itself when it is of that kind, else NULL. */
const struct yaml_node *yaml_as(const struct yaml_node *node, enum yaml_kind kind);

#endif
