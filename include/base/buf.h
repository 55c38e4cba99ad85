/*
 * A growing byte buffer that is born with a ceiling. What does not fit fails; nothing is cut.
 */
#ifndef BASE_BUF_H
#define BASE_BUF_H

#include <stddef.h>

struct buf {
    char *data; /* owned; always terminated by a NUL that `len` does not count; NULL when empty */
    size_t len;
    size_t size; /* allocated */
    size_t max;  /* ceiling for len */
};

#define BUF_INIT(ceiling)                                                                          \
    {                                                                                              \
        NULL, 0, 0, (ceiling)                                                                      \
    }

void buf_init(struct buf *buf, size_t max);
/* Frees the contents; the buffer may be used again and keeps its ceiling. */
void buf_release(struct buf *buf);
/* Forgets the contents, keeps the memory. */
void buf_reset(struct buf *buf);

/* 0, or -1 when the ceiling would be passed (the buffer is then unchanged). No memory aborts. */
int buf_add(struct buf *buf, const void *data, size_t len) __attribute__((warn_unused_result));
int buf_addstr(struct buf *buf, const char *s) __attribute__((warn_unused_result));
int buf_addf(struct buf *buf, const char *fmt, ...)
    __attribute__((format(printf, 2, 3), warn_unused_result));
/* A word of a command that someone pastes into a shell: as it is, or in quotes. */
int buf_addword(struct buf *buf, const char *text) __attribute__((warn_unused_result));

/* The contents as a string, "" when empty; borrowed until the next change. */
const char *buf_str(const struct buf *buf);
/* Takes the contents out: the caller frees; the buffer is empty afterwards. Never NULL. */
char *buf_detach(struct buf *buf);

#endif
