/*
 * The directory of a mirror as the `git` command knows it (gitrepository-layout): made, checked and
 * swept here; fetch/mirror reads and writes objects in it.
 */
#ifndef FETCH_MIRROR_DIR_H
#define FETCH_MIRROR_DIR_H

#include <stdbool.h>

#include "base/buf.h"
#include "base/err.h"

/* Makes the directory and those above it. */
int mirror_dir_make(const char *path, struct err *err);
/* Deletes a directory with all that is in it; one that is not there is no error. */
void mirror_dir_remove(const char *path);
/* Makes the directory, unless it is there, and keeps other processes from it until `lock` is
   closed: 1 when one of them has it, -1 on error. */
int mirror_dir_lock(const char *dir, int *lock, struct err *err);
/* Deletes all that is in it, HEAD first. */
void mirror_dir_clear(const char *dir);
/* Replaces a file so that a reader sees the old or the new one, never a part. */
int mirror_dir_write(const char *dir, const char *name, const struct buf *content, struct err *err);

/* An empty bare partial clone of `url`. HEAD comes last: without it there is no mirror. */
int mirror_dir_create(const char *dir, const char *url, struct err *err);
/* Whether it holds a mirror whose packs are whole; and how many. */
bool mirror_dir_usable(const char *dir, unsigned *packs);
/* Deletes it, if it is there and nobody has it locked. */
int mirror_dir_discard(const char *dir, struct err *err);
/* Calls fn for each file of DIR/objects/pack (with that directory open) until it returns false;
   false then, and when there is no such directory. */
typedef bool mirror_dir_fn(void *ctx, int dir, const char *name);
bool mirror_dir_each_pack_file(const char *dir, mirror_dir_fn *fn, void *ctx);
/* Deletes what a killed process left: unfinished packs, and parts of a pack without the pack. */
void mirror_dir_sweep(const char *dir);
/* A new directory for one, with room for packs; NULL on error. The caller frees. */
char *mirror_dir_temporary(const char *cache, struct err *err);

#endif
