/*
 * Changelogs: which files of a tree are one, and whether they hold an entry for a version.
 * Keep a Changelog, reStructuredText, towncrier's output, Debian-like and plain text.
 */
#ifndef FACTS_CHANGELOG_H
#define FACTS_CHANGELOG_H

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"

/* How much a path looks like the changelog of the project at `directory` ("" the root): 0 not at
   all, higher is better (the project's own before the root's, CHANGELOG before HISTORY, a file
   before docs/). A directory of fragments (newsfragments/) is none. */
int changelog_rank(const char *path, const char *directory);
/* Whether a directory of this name (no path) may hold a file a release: releases/, whatsnew/. */
bool changelog_is_folder(const char *name);
/* Whether a folder of this name is one of documentation. */
bool changelog_is_docs(const char *name);
/* Whether a path is the file of one release of the project ("docs/releases/v1.2.3.md"): its
   version, a part of the path. */
bool changelog_release(const char *path, const char *directory, const char **version, size_t *len);

struct changelog_entry {
    const char *version; /* as written, without a leading v or brackets */
    const char *date;    /* as written; NULL when the heading has none */
    size_t line;         /* 1.. */
    bool empty;          /* nothing but white space and sub-headings up to the next entry */
    const char *key;     /* of the version (pep440_key), for changelog_find */
    size_t key_len;
};

/* Makes bytes a text as the reader of entries takes it: UTF-8 with line feeds. UTF-16 is told by
   its byte order mark, old Macintosh files by having no line feed. Decoded, it lives in the arena.
   False when the bytes are no text that we know. */
bool changelog_text(const char **data, size_t *len, struct arena *arena);

/* All headings that name a version, in the file's order; where there are none, the items of a list
   or rows of a table that begin with one. Strings live in the arena. Bounded: at most 20,000
   entries. Never fails: bytes that are no text (changelog_text) have none. */
size_t changelog_entries(const char *data, size_t len, struct arena *arena,
                         struct changelog_entry **out);
/* An entry for a version that no heading announces, in the arena. */
struct changelog_entry changelog_entry(const char *version, size_t len, struct arena *arena);
/* The entry whose version equals `version` by PEP 440 (by text where it is none); NULL if none. */
const struct changelog_entry *changelog_find(const struct changelog_entry *entries, size_t count,
                                             const char *version);

#endif
