/*
 * curl's multi handle on the loop: sockets and curl's one timer, nothing else. The rules that it
 * follows are those of contracts.md section 7.
 *
 * None of its handles keeps the loop alive: whoever adds a transfer must watch it with a timer.
 */
#ifndef NET_ENGINE_H
#define NET_ENGINE_H

#include <curl/curl.h>

#include "base/err.h"
#include "net/loop.h"

struct engine;

struct engine_limits {
    long host_connections;
    long total_connections;
};

/* The transfer ended by itself and has been removed; called outside of all of curl's callbacks, so
   that transfers may be added and removed. */
typedef void engine_done(CURL *easy, CURLcode result, void *ctx);
/* curl lost track of its transfers: each must be removed and begun anew. Until this returns no
   transfer may be added. */
typedef void engine_lost(void *ctx);

int engine_new(struct loop *loop, const struct engine_limits *limits, engine_done *done,
               engine_lost *lost, void *ctx, struct engine **out, struct err *err);
/* No transfer may be left. Runs the loop until the handles are closed. */
void engine_free(struct engine *engine);

int engine_add(struct engine *engine, CURL *easy, struct err *err);
/* Never from within a callback of curl. */
void engine_remove(struct engine *engine, CURL *easy);

/* What an error of curl itself leads to: lost() soon, and a new multi handle. */
void engine_fail(struct engine *engine);

#endif
