/*
 * The event loop: one thread, timers, deferred calls, interrupts. Only net/ knows that it is libuv.
 *
 * Every callback is called from loop_run(), in the loop's thread, and never from inside the call
 * that asked for it.
 */
#ifndef NET_LOOP_H
#define NET_LOOP_H

#include <stdint.h>

#include "base/err.h"

struct loop;
struct timer;
typedef void loop_fn(void *ctx);

int loop_new(struct loop **out, struct err *err);
/* The loop must have nothing left to do. */
void loop_free(struct loop *loop);

/* Runs until nothing is left that could call back: no transfer, no work item, no timer. */
void loop_run(struct loop *loop);

/* One shot, after `ms` milliseconds. The timer frees itself when it has fired. */
struct timer *loop_timer(struct loop *loop, uint64_t ms, loop_fn *fn, void *ctx);
/* The callback will not come; the pointer is dead afterwards. NULL is allowed. */
void timer_cancel(struct timer *timer);

/* Calls fn soon, in the order of the asking. */
void loop_defer(struct loop *loop, loop_fn *fn, void *ctx);

/* Calls fn once when a signal asks the program to end, or did so since interrupt_watch(), which
   comes first; does not keep the loop alive. */
int loop_on_interrupt(struct loop *loop, loop_fn *fn, void *ctx, struct err *err);

/* Microseconds of the longest time in which the loop's thread did not wait for events. */
uint64_t loop_worst_block_us(const struct loop *loop);

#endif
