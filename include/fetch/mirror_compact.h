/*
 * One pack instead of many: every change of a repository adds one or two to its mirror, and every
 * lookup of an object asks them all.
 */
#ifndef FETCH_MIRROR_COMPACT_H
#define FETCH_MIRROR_COMPACT_H

#include "fetch/mirror.h"

/* Replaces all packs, but large ones, by one that holds each object once; marked as promised when
   one of them was. Nothing is compressed anew. Memory: 40 bytes an object, the packs themselves are
   mapped; at most 2 million objects and 1 GiB. On failure the old packs are all there still; on
   success libgit2 has to be told that they are gone: open the mirror anew. */
int mirror_compact(struct mirror *mirror, struct err *err);

#endif
