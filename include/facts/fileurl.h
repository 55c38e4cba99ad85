/*
 * Addresses of files on an index, as its documents write them: absolute, or relative to the
 * document.
 */
#ifndef FACTS_FILEURL_H
#define FACTS_FILEURL_H

#include "base/arena.h"

/* An absolute URL in the arena, without hash, user name, or the query behind a file's name; the
   text itself where none can be made of it. `base` may be NULL. */
const char *fileurl(const char *base, const char *url, struct arena *arena);

#endif
