/*
 * A scripted HTTP/1.1 server on loopback, in threads of the test: it says exactly the bytes that it
 * is told, however wrong, and records what it was asked.
 */
#ifndef TESTS_SERVER_H
#define TESTS_SERVER_H

#include <stdbool.h>
#include <stddef.h>

enum server_then {
    SERVER_KEEP,  /* the connection stays */
    SERVER_CLOSE, /* it is closed */
    SERVER_STALL, /* silence until the server stops */
};

struct server_route {
    const char *request; /* what the request line starts with: "GET /page" */
    const char *answer;  /* raw bytes, head and body; "" says nothing at all */
    size_t len;          /* 0: strlen(answer) */
    enum server_then then;
    unsigned times;    /* that it serves, then the next that fits; 0: always */
    unsigned delay_ms; /* before the answer */
    unsigned drip_ms;  /* after each byte of it */
};

struct server;

/* Routes end with one whose request is NULL; they are borrowed. With `tls` it has a certificate for
   127.0.0.1 that nobody knows. Aborts when it cannot start. */
struct server *server_start(struct server_route *routes, bool tls);
void server_stop(struct server *server);

/* "http://127.0.0.1:PORT" */
const char *server_url(const struct server *server);
/* The certificate in a file, for those who want to know it. */
const char *server_certificate(const struct server *server);

unsigned server_requests(struct server *server);
unsigned server_connections(struct server *server);
/* Most connections that were open at once. */
unsigned server_peak(struct server *server);
/* Head and body of the request of that number, "" when there was none; borrowed. */
const char *server_request(struct server *server, unsigned number);
/* Answers that had been begun when that request came. */
unsigned server_answered_before(struct server *server, unsigned number);

#endif
