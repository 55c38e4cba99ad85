/*
 * Allocation that does not fail: out of memory is the one local fault that ends the program.
 * Sizes that come from the network are checked against a ceiling before they get here.
 */
#ifndef BASE_MEM_H
#define BASE_MEM_H

#include <stddef.h>

void *mem_alloc(size_t size);               /* zeroed */
void *mem_array(size_t count, size_t size); /* zeroed; aborts on overflow */
void *mem_realloc(void *p, size_t size);
char *mem_strdup(const char *s);
char *mem_strndup(const char *s, size_t len); /* copies exactly len bytes, adds the NUL */
/* A formatted string; the caller frees. */
char *mem_printf(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

/* Room for one more element in a growing array: returns the array, moved when it had to be. */
void *mem_grow(void *array, size_t count, size_t *size, size_t element);

#endif
