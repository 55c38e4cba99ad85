/* What access.c (requests) and access_app.c (installations and their tokens) share; nobody else
   includes it. */
#ifndef FETCH_ACCESS_PARTS_H
#define FETCH_ACCESS_PARTS_H

#include <jansson.h>
#include <uthash.h>

#include "base/arena.h"
#include "fetch/access.h"
#include "fetch/budget.h"

enum grant_state {
    GRANT_NONE,   /* of an App that was not asked for, or ended */
    GRANT_MAKING, /* requests wait for it */
    GRANT_GOOD,   /* until its time is over */
    GRANT_LOST,   /* there will be none in this run: see err */
};

/* Requests of one kind that their budget holds back. */
struct pace {
    struct letter *first, **end;
    struct timer *timer; /* while there are any */
    uint64_t until_ms;   /* monotonic */
    const char *why;
    struct grant *grant;
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
    json_t *permissions;  /* of its token; NULL: not told */
    bool all;             /* it sees all repositories */
    bool as_user;         /* the owner was looked for among users, too */
    int64_t signed_ahead; /* what the last signature took the forge's clock to be ahead of ours */
    uint64_t signed_ms;
    bool signed_again;
    struct letter *waiting, **waiting_end;
    struct budget budget;
    struct pace paces[BUDGET_KINDS];
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
    uint64_t max_wait_ms;
    bool stopped;
};

/* --- access.c --- */
/* Of the owner of what is named; made when there is none. */
struct grant *grant_of(struct access *access, const char *owner);
void grant_set(struct grant *grant, const char *token);
/* With the grant's credential of now. */
void letter_send(struct letter *letter);
void letter_fail(struct letter *letter, const struct err *err);
/* Those that wait are sent, or told the grant's error when there is one. */
void grant_settle(struct grant *grant, const struct err *err);

/* --- access_pace.c --- */
void pace_init(struct grant *grant);
/* Sends it, now or when the budget allows. */
void pace_letter(struct letter *letter);
/* What its answer tells the budget. */
void pace_heed(struct letter *letter, const struct http_answer *answer);

/* --- access_app.c --- */
/* Ends in grant_settle(). */
void grant_make(struct grant *grant);

#endif
