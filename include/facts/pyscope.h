/* Which functions and classes of a Python module lines of it lie in: words for a reader, no proof
   (a line of a string that looks like a definition is taken for one). */
#ifndef FACTS_PYSCOPE_H
#define FACTS_PYSCOPE_H

#include <stddef.h>

#include "base/arena.h"

#define PYSCOPE_MAX 12 /* names of one module */

/* Names like "run" and "Reader.close", in the text's order, each once, at most PYSCOPE_MAX of them,
   for lines like "3,12-14"; with NULL the outermost ones of the whole module. In the arena. */
size_t pyscope_names(const char *text, size_t len, const char *lines, struct arena *arena,
                     const char *names[PYSCOPE_MAX]);

#endif
