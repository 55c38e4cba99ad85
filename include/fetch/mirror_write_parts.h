/*
 * What the files of fetch/mirror_write share, and nobody else includes.
 */
#ifndef FETCH_MIRROR_WRITE_PARTS_H
#define FETCH_MIRROR_WRITE_PARTS_H

#include "base/arena.h"
#include "fetch/mirror_internal.h"
#include "fetch/mirror_write.h"

struct write_object {
    git_oid oid;
    git_object_t type;
    const char *data;
    size_t len;
};

/* One change, and what the base has at its path. */
struct write_change {
    const struct mirror_change *change;
    git_oid oid; /* of the new bytes */
    bool had;
    enum mirror_kind old_kind;
    git_oid old_oid;
};

struct mirror_written {
    struct mirror *mirror;
    const struct mirror_request *request;
    struct arena arena;
    struct write_change *changes; /* by path */
    struct write_object *objects; /* that are new, each once */
    size_t count, size;
    git_oid base, tree, commit;
    char commit_hex[OID_HEX], tree_hex[OID_HEX];
};

#endif
