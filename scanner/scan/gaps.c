#include "scan/claim.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "facts/pep440.h"

/* Where the numbers of a package's versions leave none out, history has none to tell of that was
   declared and never released: its commits need not be read for that. */

struct number {
    const char *text;
    const unsigned char *key;
    size_t key_len;
};

struct numbers {
    struct number *items;
    size_t count, size;
    struct arena arena;
};

/* Final ones alone. */
static void add(struct numbers *numbers, const char *text)
{
    size_t len = strlen(text);
    struct buf key = BUF_INIT(PEP440_KEY_MAX);

    if (!pep440_is_prerelease(text, len) && pep440_key(text, len, &key)) {
        numbers->items =
            mem_grow(numbers->items, numbers->count, &numbers->size, sizeof *numbers->items);
        numbers->items[numbers->count++] =
            (struct number){text, arena_copy(&numbers->arena, buf_str(&key), key.len), key.len};
    }
    buf_release(&key);
}

static int compare(const void *a, const void *b)
{
    const struct number *left = a, *right = b;
    size_t common = left->key_len < right->key_len ? left->key_len : right->key_len;
    int order = memcmp(left->key, right->key, common);

    return order != 0 ? order : (left->key_len > right->key_len) - (left->key_len < right->key_len);
}

bool claim_has_gaps(const struct claim_context *context, const struct claim *claim)
{
    struct numbers numbers = {.arena = ARENA_INIT};
    const struct project *tip = claim->tip != NULL ? claim->tip->project : NULL;
    bool found = false;

    for (size_t i = 0; i < claim->release_count; i++)
        add(&numbers, claim->releases[i].version);
    for (size_t i = 0; i < context->match_count; i++)
        if (&context->claims[context->matches[i].package] == claim)
            add(&numbers, context->matches[i].version);
    if (tip != NULL && tip->version != NULL)
        add(&numbers, tip->version);
    if (numbers.count > 1)
        qsort(numbers.items, numbers.count, sizeof *numbers.items, compare);
    for (size_t i = 1; i < numbers.count && !found; i++)
        found = !pep440_follows(numbers.items[i - 1].text, numbers.items[i].text);
    free(numbers.items);
    arena_release(&numbers.arena);
    return found;
}
