#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>

#include "net/work.h"

#define ITEMS 500

struct item {
    unsigned number, result;
    struct lane *lane;
};

static struct loop *loop;
static pthread_t loop_thread;
static atomic_uint running, peak, ran;
static unsigned unguarded; /* only items of a lane with limit 1 touch it */
static unsigned order[ITEMS], ended;

static int set_up(void **state)
{
    (void)state;
    loop_thread = pthread_self();
    atomic_store(&running, 0);
    atomic_store(&peak, 0);
    atomic_store(&ran, 0);
    unguarded = ended = 0;
    return loop_new(&loop, NULL);
}

static int tear_down(void **state)
{
    (void)state;
    loop_free(loop);
    return 0;
}

static void run(void *arg)
{
    struct item *item = arg;
    unsigned now = atomic_fetch_add(&running, 1) + 1, before = atomic_load(&peak);

    while (now > before && !atomic_compare_exchange_weak(&peak, &before, now))
        ;
    item->result = item->number * 2;
    atomic_fetch_add(&ran, 1);
    atomic_fetch_sub(&running, 1);
}

static void run_alone(void *arg)
{
    unguarded++;
    run(arg);
}

static void done(void *arg)
{
    struct item *item = arg;

    assert_true(pthread_equal(pthread_self(), loop_thread));
    assert_int_equal(item->result, item->number * 2);
    order[ended++] = item->number;
}

static void submit_all(struct item *items, struct lane *lane, work_fn *fn)
{
    for (unsigned i = 0; i < ITEMS; i++) {
        items[i] = (struct item){.number = i, .lane = lane};
        work_submit(lane, fn, done, &items[i]);
    }
}

static void test_one_at_a_time(void **state)
{
    static struct item items[ITEMS];
    struct lane *lane = lane_new(loop, 1);

    (void)state;
    submit_all(items, lane, run_alone);
    assert_int_equal(lane_pending(lane), ITEMS);
    assert_int_equal(ended, 0);
    loop_run(loop);
    assert_int_equal(lane_pending(lane), 0);
    assert_int_equal(atomic_load(&peak), 1);
    assert_int_equal(unguarded, ITEMS);
    for (unsigned i = 0; i < ITEMS; i++)
        assert_int_equal(order[i], i);
    lane_free(lane);
}

static void test_limit(void **state)
{
    static struct item items[ITEMS];
    struct lane *lane = lane_new(loop, 3);

    (void)state;
    submit_all(items, lane, run);
    loop_run(loop);
    assert_int_equal(ended, ITEMS);
    assert_int_equal(atomic_load(&ran), ITEMS);
    assert_in_range(atomic_load(&peak), 1, 3);
    lane_free(lane);
}

static void submit_next(void *arg)
{
    struct item *item = arg;

    if (++item->number < 10)
        work_submit(item->lane, run, submit_next, item);
    else
        lane_free(item->lane); /* it is empty by now */
}

static void test_done_may_submit(void **state)
{
    struct item item = {.lane = lane_new(loop, 2)};

    (void)state;
    work_submit(item.lane, run, submit_next, &item);
    loop_run(loop);
    assert_int_equal(item.number, 10);
    assert_int_equal(atomic_load(&ran), 10);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_one_at_a_time, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_limit, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_done_may_submit, set_up, tear_down),
    };

    work_set_threads(4);
    assert_true(work_default_threads() >= 1);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
