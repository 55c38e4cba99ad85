/*
 * What went wrong, in words that can be shown to a user as they are.
 *
 * A function that can fail returns int (0 or -1) and takes a `struct err *` last. On success the
 * err is untouched; on failure it holds a reason from the closed vocabulary below (the `reason`
 * column of the coverage table) and one complete sentence that names the input. The text is
 * written once, where most is known; callers pass it on and may put a prefix before it.
 */
#ifndef BASE_ERR_H
#define BASE_ERR_H

#include <stdarg.h>
#include <stddef.h>

#define ERR_TEXT_MAX 512

/* name, the word in outputs, meaning. To add one: a line here and in schema/README.md. */
#define REASON_MAP(X)                                                                              \
    X(NONE, "", "no error")                                                                        \
    X(NOT_FOUND, "not-found", "the service says it is missing, or not visible to this credential") \
    X(UNAUTHORIZED, "unauthorized", "the credential was refused or is needed")                     \
    X(NO_CREDENTIAL, "no-credential", "only a credential could tell, and none was given")          \
    X(FORBIDDEN, "forbidden", "the credential lacks a permission")                                 \
    X(BLOCKED, "blocked", "the forge blocks access (451, terms of service)")                       \
    X(DISABLED, "disabled",                                                                        \
      "the repository is disabled on the forge, or the service has switched this off")             \
    X(EMPTY, "empty", "the repository has no commit")                                              \
    X(RATE_LIMITED, "rate-limited", "the service asked us to stop for longer than we may wait")    \
    X(DNS, "dns", "the host name did not resolve")                                                 \
    X(CONNECT, "connect", "no connection, or it broke")                                            \
    X(TLS, "tls", "the certificate or the handshake was refused")                                  \
    X(TIMEOUT, "timeout", "a time limit passed")                                                   \
    X(HTTP, "http-error", "an HTTP status that means failure")                                     \
    X(REDIRECT, "redirect", "a redirect that must not be followed")                                \
    X(TOO_LARGE, "too-large", "more than the ceiling for this kind of answer")                     \
    X(BAD_ANSWER, "bad-answer", "an answer that is not what the protocol or format says")          \
    X(TRUNCATED, "truncated", "an answer or pack that ends too early")                             \
    X(REMOTE, "remote-error", "the server reported an error of its own")                           \
    X(UNSUPPORTED, "unsupported",                                                                  \
      "a protocol, format or version we do not speak, a link we do not follow")                    \
    X(MISSING_OBJECT, "missing-object", "the server did not send an object that it names")         \
    X(PARSE, "parse-error", "a file of the repository that does not parse")                        \
    X(OPAQUE, "opaque", "only running code of the repository would tell")                          \
    X(LIMIT, "limit", "more refs, files, entries or names, or deeper, than we look at")            \
    X(DEADLINE, "deadline", "the run's deadline came first")                                       \
    X(INTERRUPTED, "interrupted", "the run was interrupted first")                                 \
    X(USAGE, "usage", "wrong use or configuration")                                                \
    X(DISK, "disk", "a local file or directory could not be read or written")                      \
    X(DATABASE, "database", "the database failed")                                                 \
    X(INTERNAL, "internal", "a failure of our own")

enum reason {
#define X(id, word, meaning) REASON_##id,
    REASON_MAP(X)
#undef X
        REASON_COUNT
};

struct err {
    enum reason reason;
    char text[ERR_TEXT_MAX];
};

/* Sets reason and text; control bytes of the text are escaped, so that it can be printed.
   Returns -1, so that `return err_set(...)` reads well. `err` may be NULL. */
int err_set(struct err *err, enum reason reason, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));

/* Puts "PREFIX: " before the text, keeping the reason. Returns -1. */
int err_prefix(struct err *err, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/* The word of the closed vocabulary ("not-found"); never NULL. */
const char *reason_word(enum reason reason);
/* Its meaning in one line. */
const char *reason_meaning(enum reason reason);
/* The reason of a word, REASON_COUNT when there is none. */
enum reason reason_parse(const char *word);

#endif
