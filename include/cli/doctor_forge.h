/*
 * What the credential may see on the forge (doctor_forge.c), and what a scan of the fleet will cost
 * (doctor_cost.c): for `doctor` alone.
 */
#ifndef CLI_DOCTOR_FORGE_H
#define CLI_DOCTOR_FORGE_H

#include <jansson.h>

#include "cli/doctor.h"
#include "fetch/access.h"

struct forge_asker {
    struct doctor *doctor;
    struct loop *loop;
    struct http *http;
    struct access *access; /* NULL: offline */
    const char *api;
};

struct forge_reply {
    long status; /* 0: none came, see err */
    struct err err;
    json_t *body; /* NULL when it is no JSON */
    char *scopes; /* of a classic token; NULL: it is none */
    char *link;   /* NULL: none */
};

/* What is left of one quota; limit -1: not told. */
struct forge_quota {
    int64_t limit, left, reset_at;
};

struct forge_limits {
    struct forge_quota rest, graphql;
};

/* One GET of a path below the API's root, answered when it returns. */
void forge_ask(struct forge_asker *asker, const char *owner, const char *path,
               struct forge_reply *reply);
void forge_reply_release(struct forge_reply *reply);
/* Of an answer of /rate_limit; the least of what was there and what it says. */
void forge_limits_read(const struct forge_reply *reply, struct forge_limits *limits);

/* -1 only when the network could not be set up. */
int doctor_forge(struct doctor *doctor, const struct http_options *options, struct err *err);
void doctor_cost(struct forge_asker *asker, const struct forge_limits *limits);

#endif
