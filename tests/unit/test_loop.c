#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/interrupt.h"
#include "net/loop.h"

static struct loop *loop;
static char trace[64];

/* A context to be noted: one character, alive until the end of its block. */
#define TAG(c) ((char[]){c, '\0'})

static int set_up(void **state)
{
    (void)state;
    trace[0] = '\0';
    return loop_new(&loop, NULL);
}

static int tear_down(void **state)
{
    (void)state;
    loop_free(loop);
    return 0;
}

static void note(void *ctx)
{
    strncat(trace, ctx, sizeof trace - strlen(trace) - 1);
}

static void test_timers_fire_in_order(void **state)
{
    (void)state;
    uint64_t start = clock_monotonic_ms();
    loop_timer(loop, 20, note, TAG('c'));
    loop_timer(loop, 1, note, TAG('a'));
    loop_timer(loop, 10, note, TAG('b'));
    assert_string_equal(trace, "");
    loop_run(loop);
    assert_string_equal(trace, "abc");
    assert_true(clock_monotonic_ms() - start >= 19);
}

static void cancel(void *ctx)
{
    note(TAG('x'));
    timer_cancel(ctx);
}

static void test_cancelled_timer_is_silent(void **state)
{
    (void)state;
    struct timer *timer = loop_timer(loop, 5, note, TAG('!'));
    struct timer *far = loop_timer(loop, 3600000, note, TAG('!'));
    loop_timer(loop, 1, cancel, far);
    timer_cancel(timer);
    timer_cancel(NULL);
    loop_run(loop); /* does not wait for the hour */
    assert_string_equal(trace, "x");
}

static void defer_again(void *ctx)
{
    note(TAG('1'));
    loop_defer(loop, note, ctx);
    note(TAG('2'));
}

static void test_deferred_calls(void **state)
{
    (void)state;
    loop_defer(loop, defer_again, TAG('4'));
    loop_defer(loop, note, TAG('3'));
    assert_string_equal(trace, "");
    loop_run(loop);
    assert_string_equal(trace, "1234");
    loop_defer(loop, note, TAG('5')); /* and once more after a rest */
    loop_run(loop);
    assert_string_equal(trace, "12345");
}

static void test_nothing_to_do(void **state)
{
    (void)state;
    loop_run(loop);
    loop_run(loop);
}

static void burn(void *ctx)
{
    uint64_t until = clock_monotonic_ms() + 30;

    (void)ctx;
    while (clock_monotonic_ms() < until)
        ;
}

static void test_worst_block(void **state)
{
    (void)state;
    loop_timer(loop, 250, note, TAG('w')); /* waiting is not being blocked */
    loop_run(loop);
    assert_in_range(loop_worst_block_us(loop), 0, 200000);
    loop_timer(loop, 1, burn, NULL);
    loop_run(loop);
    assert_in_range(loop_worst_block_us(loop), 29000, 1000000);
}

static struct timer *patience;

static void on_interrupt(void *ctx)
{
    note(ctx);
    timer_cancel(patience);
}

static void interrupt(void *ctx)
{
    (void)ctx;
    raise(SIGINT);
}

static void test_interrupt(void **state)
{
    (void)state;
    assert_int_equal(interrupt_watch(NULL), 0);
    assert_int_equal(loop_on_interrupt(loop, on_interrupt, TAG('i'), NULL), 0);
    patience = loop_timer(loop, 5000, note, TAG('!'));
    loop_timer(loop, 1, interrupt, NULL);
    loop_run(loop);
    interrupt_unwatch();
    assert_string_equal(trace, "i");
    assert_int_equal(interrupt_signal(), SIGINT);
}

/* The loop is busy for ever, and hears of no signal. */
static void hang(void *ctx)
{
    (void)ctx;
    raise(SIGTERM);
    raise(SIGINT);
    for (;;)
        ;
}

static void test_interrupt_of_a_busy_loop(void **state)
{
    int status = 0;

    (void)state;
    pid_t child = fork();
    if (child == 0) {
        interrupt_watch(NULL);
        loop_on_interrupt(loop, note, TAG('i'), NULL);
        loop_timer(loop, 0, hang, NULL);
        loop_run(loop);
        _exit(0);
    }
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), INTERRUPT_STATUS(SIGTERM));
}

/* nohup: the terminal may go. */
static void test_hangup_that_is_ignored(void **state)
{
    struct sigaction ignore = {.sa_handler = SIG_IGN}, before;

    (void)state;
    sigaction(SIGHUP, &ignore, &before);
    assert_int_equal(interrupt_watch(NULL), 0);
    raise(SIGHUP);
    interrupt_unwatch();
    assert_int_equal(interrupt_signal(), 0);
    sigaction(SIGHUP, &before, NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_timers_fire_in_order, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_cancelled_timer_is_silent, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_deferred_calls, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_nothing_to_do, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_worst_block, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_interrupt, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_interrupt_of_a_busy_loop, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_hangup_that_is_ignored, set_up, tear_down),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
