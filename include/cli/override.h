/*
 * What [[override]] says of how facts are read, out of the policy's document as a scan takes it.
 */
#ifndef CLI_OVERRIDE_H
#define CLI_OVERRIDE_H

#include <jansson.h>

#include "base/arena.h"
#include "scan/scan.h"

/* In the arena; texts are the document's. `policy` may be NULL. */
struct scan_override *override_list(const json_t *policy, struct arena *arena, size_t *count);

#endif
