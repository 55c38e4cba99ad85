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
/* Replaces a file so that a reader sees the old or the new one, never a part. */
int mirror_dir_write(const char *dir, const char *name, const struct buf *content, struct err *err);

/* An empty bare partial clone of `url`. HEAD comes last: without it there is no mirror. */
int mirror_dir_create(const char *dir, const char *url, struct err *err);
/* Whether it holds a mirror whose packs are whole, and not so many that a new one is cheaper. */
bool mirror_dir_usable(const char *dir);
/* Deletes it, if it is there; under another name, so that who is killed leaves no half of one. */
int mirror_dir_discard(const char *dir, struct err *err);
/* Deletes what a killed process left: unfinished packs, and parts of a pack without the pack. */
void mirror_dir_sweep(const char *dir);
/* A new directory for one, with room for packs; NULL on error. The caller frees. */
char *mirror_dir_temporary(const char *cache, struct err *err);

#endif
