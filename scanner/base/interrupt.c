#include "base/interrupt.h"

#include <errno.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>
#include <sys/eventfd.h>
#include <time.h>
#include <unistd.h>

static const int numbers[] = {SIGINT, SIGTERM, SIGHUP};
#define NUMBER_COUNT (sizeof numbers / sizeof *numbers)

/* What a handler sees. The descriptor is never closed: a handler may run in any thread, late. */
static atomic_int first;
static int wake_fd = -1;
static timer_t patience;

static void on_signal(int number)
{
    static const struct itimerspec wait = {
        .it_value = {.tv_sec = INTERRUPT_MS / 1000, .tv_nsec = INTERRUPT_MS % 1000 * 1000000L}};
    static const uint64_t one = 1;
    int none = 0, before = errno;

    if (atomic_compare_exchange_strong(&first, &none, number) &&
        (timer_settime(patience, 0, &wait, NULL) != 0 ||
         write(wake_fd, &one, sizeof one) != sizeof one))
        _exit(INTERRUPT_STATUS(number));
    errno = before;
}

static void on_late(int number)
{
    static const char text[] =
        "fleetdrift: interrupted: what was stored is kept, the next scan goes on from it\n";

    (void)number;
    if (write(STDERR_FILENO, text, sizeof text - 1) < 0)
        _exit(INTERRUPT_STATUS(atomic_load(&first)));
    _exit(INTERRUPT_STATUS(atomic_load(&first)));
}

static void set_handler(int number, void (*handler)(int))
{
    struct sigaction action = {.sa_handler = handler, .sa_flags = SA_RESTART}, before;

    sigemptyset(&action.sa_mask);
    bool kept =
        number == SIGHUP && sigaction(number, NULL, &before) == 0 && before.sa_handler == SIG_IGN;
    if (!kept)
        sigaction(number, &action, NULL);
}

static int prepare(struct err *err)
{
    struct sigevent event = {.sigev_notify = SIGEV_SIGNAL, .sigev_signo = SIGALRM};

    if (timer_create(CLOCK_MONOTONIC, &event, &patience) == 0)
        wake_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    if (wake_fd < 0)
        return err_set(err, REASON_INTERNAL, "cannot watch for interrupts: %s", strerror(errno));
    return 0;
}

int interrupt_watch(struct err *err)
{
    if (wake_fd < 0 && prepare(err) != 0)
        return -1;
    atomic_store(&first, 0);
    set_handler(SIGALRM, on_late);
    for (size_t i = 0; i < NUMBER_COUNT; i++)
        set_handler(numbers[i], on_signal);
    return 0;
}

void interrupt_unwatch(void)
{
    for (size_t i = 0; i < NUMBER_COUNT; i++)
        set_handler(numbers[i], SIG_DFL);
}

int interrupt_signal(void)
{
    return atomic_load(&first);
}

int interrupt_fd(void)
{
    return wake_fd;
}
