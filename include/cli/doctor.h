/* What the parts of `doctor` share. */
#ifndef CLI_DOCTOR_H
#define CLI_DOCTOR_H

#include "cli/command.h"
#include "report/marks.h"

struct doctor {
    struct context *context;
    struct style style;
    unsigned width;
    enum status status; /* the gravest so far */
};

/* One line, and below it what to do (may be NULL). */
void doctor_say(struct doctor *doctor, enum mark mark, const char *label, const char *text,
                const char *advice);
void doctor_fault(struct doctor *doctor, enum status status);

/* One request to each service, none when offline: reachable, the right root, certificate, token,
   rate limit, clock. -1 only when the network could not even be set up. */
int doctor_services(struct doctor *doctor, struct err *err);

#endif
