/*
 * The signals that ask a scan to end: SIGINT (Ctrl-C), SIGTERM (systemd, Kubernetes, timeout) and
 * SIGHUP (its terminal is gone; not when it was ignored from the start, as nohup does). The first
 * is noted, and from then on the program has INTERRUPT_MS to end by itself, else it is ended, with
 * INTERRUPT_STATUS of that signal. Later ones ask for nothing more.
 */
#ifndef BASE_INTERRUPT_H
#define BASE_INTERRUPT_H

#include "base/err.h"

#define INTERRUPT_MS             1500
#define INTERRUPT_STATUS(number) (128 + (number)) /* as a shell reports it */

int interrupt_watch(struct err *err);
/* From now on the signals end the program again; one that came before stays noted. */
void interrupt_unwatch(void);
/* The number of the first since interrupt_watch(); 0: none. */
int interrupt_signal(void);
/* A descriptor that is readable once there was one; -1 when nobody ever watched. */
int interrupt_fd(void);

#endif
