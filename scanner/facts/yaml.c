#include "facts/yaml.h"

#include <stdlib.h>
#include <string.h>
#include <uthash.h>
#include <yaml.h>

#include "base/mem.h"

struct anchor {
    const char *name;
    const struct yaml_node *node;
    bool open; /* its end was not read yet */
    UT_hash_handle hh;
};

/* A collection that is being read. A mapping's items are keys and values in turn. */
struct frame {
    struct yaml_node *node;
    struct anchor *anchor;
    const struct yaml_node **items;
    size_t count, size;
};

struct builder {
    const char *name;
    struct arena *arena;
    struct err *err;
    struct frame frames[YAML_DEPTH_MAX];
    size_t depth, total;
    struct anchor *anchors;
    const struct yaml_node *root;
    bool ended;
};

static int fail(struct builder *b, enum reason reason, unsigned line, const char *what)
{
    return err_set(b->err, reason, "%s:%u: %s", b->name, line, what);
}

static int count(struct builder *b, size_t nodes, unsigned line)
{
    b->total += nodes;
    return b->total <= YAML_NODES_MAX
               ? 0
               : fail(b, REASON_LIMIT, line, "the file holds more than is looked at");
}

/* --- mappings -------------------------------------------------------------------------------- */

/* `rank`: what is written in the mapping itself stands before what is merged into it. */
struct entry {
    struct yaml_pair pair;
    size_t rank;
};

struct entries {
    struct entry *items;
    size_t count, size;
};

static int compare(const void *a, const void *b)
{
    const struct entry *x = a, *y = b;
    int order = strcmp(x->pair.key->text, y->pair.key->text);

    return order != 0 ? order : (x->rank > y->rank) - (x->rank < y->rank);
}

static void add_entry(struct entries *entries, struct yaml_pair pair, size_t rank)
{
    entries->items =
        mem_grow(entries->items, entries->count, &entries->size, sizeof *entries->items);
    entries->items[entries->count++] = (struct entry){pair, rank};
}

static int merge_one(struct builder *b, struct entries *entries, const struct yaml_node *from,
                     size_t rank, unsigned line)
{
    if (from->kind != YAML_MAPPING)
        return fail(b, REASON_PARSE, line, "a merge key of what is no mapping");
    if (count(b, from->weight, line) != 0)
        return -1;
    for (size_t i = 0; i < from->count; i++)
        add_entry(entries, from->pairs[i], rank);
    return 0;
}

static int merge(struct builder *b, struct entries *entries, const struct yaml_pair *pair)
{
    const struct yaml_node *from = pair->value;
    size_t rank = entries->count + 1;

    if (from->kind != YAML_SEQUENCE)
        return merge_one(b, entries, from, rank, pair->key->line);
    for (size_t i = 0; i < from->count; i++)
        if (merge_one(b, entries, from->items[i], rank + i, pair->key->line) != 0)
            return -1;
    return 0;
}

/* Of each key the first; written twice it is nobody's guess which is meant. */
static int settle(struct builder *b, struct yaml_node *node, struct entries *entries)
{
    struct yaml_pair *pairs = arena_array(b->arena, entries->count, sizeof *pairs);

    if (entries->count > 0)
        qsort(entries->items, entries->count, sizeof *entries->items, compare);
    for (size_t i = 0; i < entries->count; i++) {
        const struct entry *entry = &entries->items[i];
        const char *key = entry->pair.key->text;
        if (node->count == 0 || strcmp(pairs[node->count - 1].key->text, key) != 0) {
            pairs[node->count++] = entry->pair;
            node->weight += 1 + entry->pair.value->weight;
            if (node->height <= entry->pair.value->height)
                node->height = entry->pair.value->height + 1;
        } else if (entry->rank == 0) {
            return fail(b, REASON_PARSE, entry->pair.key->line, "a key that is there twice");
        }
    }
    node->pairs = pairs;
    return 0;
}

static int end_mapping(struct builder *b, struct frame *frame)
{
    struct entries entries = {0};
    int result = 0;

    for (size_t i = 0; i + 1 < frame->count && result == 0; i += 2) {
        struct yaml_pair pair = {frame->items[i], frame->items[i + 1]};
        if (pair.key->kind != YAML_SCALAR)
            result = fail(b, REASON_PARSE, pair.key->line, "a key that is no text");
        else if (strcmp(pair.key->text, "<<") == 0)
            result = merge(b, &entries, &pair);
        else
            add_entry(&entries, pair, 0);
    }
    if (result == 0)
        result = settle(b, frame->node, &entries);
    free(entries.items);
    return result;
}

/* --- nodes ----------------------------------------------------------------------------------- */

static void put(struct builder *b, const struct yaml_node *node)
{
    struct frame *frame;

    if (b->depth == 0) {
        b->root = node;
        return;
    }
    frame = &b->frames[b->depth - 1];
    frame->items = mem_grow(frame->items, frame->count, &frame->size, sizeof *frame->items);
    frame->items[frame->count++] = node;
}

static struct anchor *name_it(struct builder *b, const yaml_char_t *name,
                              const struct yaml_node *node, bool open)
{
    struct anchor *anchor;

    if (name == NULL)
        return NULL;
    HASH_FIND_STR(b->anchors, (const char *)name, anchor);
    if (anchor == NULL) {
        anchor = arena_alloc(b->arena, sizeof *anchor);
        anchor->name = arena_strdup(b->arena, (const char *)name);
        HASH_ADD_KEYPTR(hh, b->anchors, anchor->name, strlen(anchor->name), anchor);
    }
    anchor->node = node;
    anchor->open = open;
    return anchor;
}

static int add_scalar(struct builder *b, const yaml_event_t *event, unsigned line)
{
    struct yaml_node *node = arena_alloc(b->arena, sizeof *node);

    *node = (struct yaml_node){.kind = YAML_SCALAR, .line = line, .weight = 1, .height = 1};
    node->text =
        arena_strndup(b->arena, (const char *)event->data.scalar.value, event->data.scalar.length);
    name_it(b, event->data.scalar.anchor, node, false);
    put(b, node);
    return count(b, 1, line);
}

static int add_alias(struct builder *b, const yaml_event_t *event, unsigned line)
{
    struct anchor *anchor;

    HASH_FIND_STR(b->anchors, (const char *)event->data.alias.anchor, anchor);
    if (anchor == NULL || anchor->open)
        return fail(b, REASON_PARSE, line,
                    anchor == NULL ? "an alias of nothing" : "an alias of what it stands in");
    if (b->depth + anchor->node->height > YAML_DEPTH_MAX)
        return fail(b, REASON_LIMIT, line, "the file is nested deeper than is looked at");
    put(b, anchor->node);
    return count(b, anchor->node->weight, line);
}

static int begin(struct builder *b, enum yaml_kind kind, const yaml_char_t *anchor, unsigned line)
{
    struct yaml_node *node;

    if (b->depth == YAML_DEPTH_MAX - 1)
        return fail(b, REASON_LIMIT, line, "the file is nested deeper than is looked at");
    node = arena_alloc(b->arena, sizeof *node);
    *node = (struct yaml_node){.kind = kind, .line = line, .text = "", .weight = 1, .height = 1};
    put(b, node);
    b->frames[b->depth++] = (struct frame){.node = node, .anchor = name_it(b, anchor, node, true)};
    return count(b, 1, line);
}

static void end_sequence(struct builder *b, struct frame *frame)
{
    struct yaml_node *node = frame->node;

    node->items = arena_copy(b->arena, frame->items, frame->count * sizeof *frame->items);
    node->count = frame->count;
    for (size_t i = 0; i < frame->count; i++) {
        node->weight += frame->items[i]->weight;
        if (node->height <= frame->items[i]->height)
            node->height = frame->items[i]->height + 1;
    }
}

static int end(struct builder *b)
{
    struct frame *frame = &b->frames[b->depth - 1];
    int result = 0;

    if (frame->node->kind == YAML_MAPPING)
        result = end_mapping(b, frame);
    else
        end_sequence(b, frame);
    /* The name may have been given anew inside. */
    if (frame->anchor != NULL && frame->anchor->node == frame->node)
        frame->anchor->open = false;
    free(frame->items);
    b->depth--;
    return result;
}

static int take(struct builder *b, const yaml_event_t *event)
{
    unsigned line = (unsigned)event->start_mark.line + 1;

    switch (event->type) {
    case YAML_DOCUMENT_START_EVENT:
        return b->root == NULL ? 0
                               : fail(b, REASON_PARSE, line, "more than one document in one file");
    case YAML_SCALAR_EVENT:
        return add_scalar(b, event, line);
    case YAML_ALIAS_EVENT:
        return add_alias(b, event, line);
    case YAML_SEQUENCE_START_EVENT:
        return begin(b, YAML_SEQUENCE, event->data.sequence_start.anchor, line);
    case YAML_MAPPING_START_EVENT:
        return begin(b, YAML_MAPPING, event->data.mapping_start.anchor, line);
    case YAML_SEQUENCE_END_EVENT:
    case YAML_MAPPING_END_EVENT:
        return end(b);
    case YAML_STREAM_END_EVENT:
        b->ended = true;
        return 0;
    default:
        return 0;
    }
}

static int read_events(struct builder *b, yaml_parser_t *parser)
{
    while (!b->ended) {
        yaml_event_t event;
        if (!yaml_parser_parse(parser, &event))
            return fail(b, REASON_PARSE, (unsigned)parser->problem_mark.line + 1,
                        parser->problem != NULL ? parser->problem : "no YAML");
        int result = take(b, &event);
        yaml_event_delete(&event);
        if (result != 0)
            return -1;
    }
    return 0;
}

int yaml_parse(const char *text, size_t len, const char *name, struct arena *arena,
               const struct yaml_node **out, struct err *err)
{
    struct builder *b;
    yaml_parser_t parser;

    if (len > YAML_BYTES_MAX)
        return err_set(err, REASON_TOO_LARGE, "%s: larger than %u bytes", name, YAML_BYTES_MAX);
    b = mem_alloc(sizeof *b);
    b->name = name;
    b->arena = arena;
    b->err = err;
    if (!yaml_parser_initialize(&parser))
        abort(); /* no memory */
    yaml_parser_set_input_string(&parser, (const unsigned char *)text, len);
    int result = read_events(b, &parser);
    yaml_parser_delete(&parser);
    while (b->depth > 0)
        free(b->frames[--b->depth].items);
    HASH_CLEAR(hh, b->anchors);
    if (result == 0)
        *out = b->root;
    free(b);
    return result;
}

/* --- looking --------------------------------------------------------------------------------- */

const struct yaml_pair *yaml_find(const struct yaml_node *node, const char *key)
{
    size_t low = 0, high = node != NULL && node->kind == YAML_MAPPING ? node->count : 0;

    while (low < high) {
        size_t middle = low + (high - low) / 2;
        int order = strcmp(node->pairs[middle].key->text, key);
        if (order == 0)
            return &node->pairs[middle];
        if (order < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return NULL;
}

const struct yaml_node *yaml_get(const struct yaml_node *node, const char *key)
{
    const struct yaml_pair *pair = yaml_find(node, key);

    return pair != NULL ? pair->value : NULL;
}

const char *yaml_text(const struct yaml_node *node)
{
    return node != NULL ? node->text : "";
}

const struct yaml_node *yaml_as(const struct yaml_node *node, enum yaml_kind kind)
{
    return node != NULL && node->kind == kind ? node : NULL;
}
