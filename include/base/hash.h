/*
 * FNV-1a, 64 bits: tells things of our own apart and spreads them. Not for what a stranger chooses:
 * anyone can make two texts of one hash.
 */
#ifndef BASE_HASH_H
#define BASE_HASH_H

#include <stddef.h>
#include <stdint.h>

#define HASH_START 0xcbf29ce484222325u

/* The hash of what `hash` stands for, followed by these bytes. */
uint64_t hash_add(uint64_t hash, const void *data, size_t len);

#endif
