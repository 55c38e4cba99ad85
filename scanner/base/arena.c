#include "base/arena.h"

#include <stdalign.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

#define BLOCK_SIZE 4096

struct arena_block {
    struct arena_block *next;
    void *taken; /* freed with it; or NULL */
    size_t used;
    size_t size;
    alignas(max_align_t) char data[];
};

void arena_release(struct arena *arena)
{
    while (arena->block != NULL) {
        struct arena_block *next = arena->block->next;
        free(arena->block->taken);
        free(arena->block);
        arena->block = next;
    }
}

void *arena_alloc(struct arena *arena, size_t size)
{
    struct arena_block *block = arena->block;
    size_t align = alignof(max_align_t);

    if (size > SIZE_MAX / 2)
        abort();
    size = (size + align - 1) / align * align;
    if (block == NULL || block->size - block->used < size) {
        size_t room = size > BLOCK_SIZE ? size : BLOCK_SIZE;
        block = mem_alloc(sizeof *block + room);
        block->size = room;
        block->next = arena->block;
        arena->block = block;
    }
    void *p = block->data + block->used;
    block->used += size;
    return p;
}

void *arena_array(struct arena *arena, size_t count, size_t size)
{
    if (size > 0 && count > SIZE_MAX / 2 / size)
        abort();
    return arena_alloc(arena, count * size);
}

void *arena_copy(struct arena *arena, const void *data, size_t size)
{
    void *copy = arena_alloc(arena, size);

    if (size > 0)
        memcpy(copy, data, size);
    return copy;
}

void arena_take(struct arena *arena, void *owned)
{
    if (owned == NULL)
        return;
    if (arena->block == NULL || arena->block->taken != NULL) {
        struct arena_block *block = mem_alloc(sizeof *block);
        block->next = arena->block;
        arena->block = block;
    }
    arena->block->taken = owned;
}

char *arena_strndup(struct arena *arena, const char *s, size_t len)
{
    char *copy = arena_alloc(arena, len + 1);

    if (len > 0)
        memcpy(copy, s, len);
    return copy;
}

char *arena_strdup(struct arena *arena, const char *s)
{
    return s != NULL ? arena_strndup(arena, s, strlen(s)) : NULL;
}

char *arena_printf(struct arena *arena, const char *fmt, ...)
{
    va_list ap;
    char *text;

    va_start(ap, fmt);
    int n = vasprintf(&text, fmt, ap);
    va_end(ap);
    if (n < 0)
        abort();
    char *out = arena_strndup(arena, text, (size_t)n);
    free(text);
    return out;
}
