/* What access.c (requests) and access_app.c (installations and their tokens) share; nobody else
   includes it. */
#ifndef FETCH_ACCESS_PARTS_H
#define FETCH_ACCESS_PARTS_H

#include <uthash.h>

#include "base/arena.h"
#include "fetch/access.h"

enum grant_state {
    GRANT_NONE,   /* of an App that was not asked for, or ended */
    GRANT_MAKING, /* requests wait for it */
    GRANT_GOOD,   /* until its time is over */
    GRANT_LOST,   /* there will be none in this run: see err */
};

/* One credential, and who waits for it. A token is one for all owners, and never ends. */
struct grant {
    struct access *access;
    char *owner;
    enum grant_state state;
    char *bearer, *basic; /* values of the header; NULL: none */
    uint64_t good_until;  /* monotonic milliseconds */
    unsigned number;      /* of the token that is in use */
    bool vain;            /* that token was made for a 401, and did not help */
    bool absent;          /* LOST: the App is not installed there */
    struct err err;
    int64_t installation; /* 0: not known yet */
    bool as_user;         /* the owner was looked for among users, too */
    int64_t signed_ahead; /* what the last signature took the forge's clock to be ahead of ours */
    uint64_t signed_ms;
    bool signed_again;
    struct letter *waiting, **waiting_end;
    UT_hash_handle hh;
};

/* One request, until it is answered. */
struct letter {
    struct access *access;
    struct grant *grant;
    enum access_service service;
    struct arena arena;
    struct http_request request; /* what it points to is in the arena */
    http_done *done;
    void *ctx;
    unsigned number; /* of the token that it was sent with */
    bool again;      /* it was sent twice */
    struct letter *next;
};

struct access {
    struct http *http;
    struct loop *loop;
    enum access_kind kind;
    char *api;
    const struct appkey *app;
    struct grant *grants; /* of an App, by owner */
    struct grant *only;   /* of all others */
    int64_t ahead;        /* seconds that the forge's clock is before ours */
};

/* --- access.c --- */
void grant_set(struct grant *grant, const char *token);
/* Those that wait are sent, or told the grant's error when there is one. */
void grant_settle(struct grant *grant, const struct err *err);

/* --- access_app.c --- */
/* Ends in grant_settle(). */
void grant_make(struct grant *grant);

#endif
