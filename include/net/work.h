/*
 * Work that burns CPU or blocks, on the thread pool. An item carries its own inputs and results;
 * the thread that runs it touches nothing else, and never the network.
 */
#ifndef NET_WORK_H
#define NET_WORK_H

#include "net/loop.h"

struct lane;
typedef void work_fn(void *item);   /* on a pool thread */
typedef void work_done(void *item); /* in the loop's thread, exactly once */

/* Threads of the pool; call once, before the first loop. */
void work_set_threads(unsigned threads);
unsigned work_default_threads(void);

/* A queue of which at most `limit` items run at once, in the order of their coming. With limit 1
   items never overlap: that is how the database has one writer. */
struct lane *lane_new(struct loop *loop, unsigned limit);
/* Must be empty. */
void lane_free(struct lane *lane);
void work_submit(struct lane *lane, work_fn *run, work_done *done, void *item);
/* Items waiting or running. */
unsigned lane_pending(const struct lane *lane);

#endif
