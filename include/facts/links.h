/*
 * How we know that a package and a repository belong together: design.md section 1, "link".
 * URLs are evidence only; nothing here contacts them.
 */
#ifndef FACTS_LINKS_H
#define FACTS_LINKS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"

enum link_state {
    LINK_CONFIGURED,
    LINK_MUTUAL,
    LINK_CORROBORATED,
    LINK_CLAIMED,
    LINK_CONTRADICTED
};
const char *link_state_word(enum link_state state);

/* The repository "owner/name" on one of the forge's web hosts (NULL-terminated list of host names,
   default github.com) that a URL denotes, in lower case in the arena; NULL when it denotes none. */
const char *links_repository(const char *url, const char *const *web_hosts, struct arena *arena);

struct links_input {
    const char *repository;    /* "owner/name" today */
    const char *const *former; /* names it had, NULL-terminated; may be NULL */
    bool fork;
    bool configured;                 /* the user said that they belong together */
    const char *const *index_urls;   /* that the index document names, NULL-terminated; NULL: the
                                        index has no place for them */
    const char *const *index_labels; /* beside them */
    const char *const *web_hosts;    /* NULL: github.com */
    size_t releases;                 /* on the index */
    size_t agreeing;                 /* releases whose version the repository's history declares or
                                        a tag of it denotes */
};

struct links_result {
    enum link_state state;
    const char *evidence; /* the URL that decided, or why; in the arena */
    const char *other;    /* contradicted: the repository that the index names, as "owner/name", on
                             another forge as "host/owner/name" */
};
void links_judge(const struct links_input *input, struct arena *arena, struct links_result *out);

#endif
