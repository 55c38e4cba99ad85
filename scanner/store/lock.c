#include "store/statements.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/mem.h"

struct lock {
    int fd;
    char *path;
};

/* By whatever links it is reached, a database is one. */
static char *lock_path(const char *database)
{
    char *real = realpath(database, NULL);
    char *path = mem_printf("%s.lock", real != NULL ? real : database);

    free(real);
    return path;
}

/* A lock of the open file, as flock's is, but one that can be looked at without being taken. */
static struct flock whole_file(void)
{
    return (struct flock){.l_type = F_WRLCK, .l_whence = SEEK_SET};
}

/* Who holds it, as the file says: one line. */
static void read_holder(int fd, char out[STORE_HOLDER])
{
    ssize_t n = pread(fd, out, STORE_HOLDER - 1, 0);

    out[n > 0 ? n : 0] = '\0';
    out[strcspn(out, "\n")] = '\0';
    if (out[0] == '\0')
        snprintf(out, STORE_HOLDER, "another process");
}

static int write_holder(int fd, const char *path, struct err *err)
{
    char host[256] = "", started[CLOCK_TEXT];

    gethostname(host, sizeof host - 1);
    clock_format(clock_now(), started);
    char *line = mem_printf("process %ld on %s, since %s\n", (long)getpid(), host, started);
    size_t len = strlen(line);
    int ok = ftruncate(fd, 0) == 0 && pwrite(fd, line, len, 0) == (ssize_t)len;
    free(line);
    if (!ok)
        return err_set(err, REASON_DISK, "%s: cannot be written: %s", path, strerror(errno));
    return 0;
}

/* Whether the file that is locked is still the one at the path: its holder removes it when it
   ends, and a lock on a removed file locks nobody out. */
static int still_there(int fd, const char *path)
{
    struct stat held, named;

    return fstat(fd, &held) == 0 && stat(path, &named) == 0 && held.st_dev == named.st_dev &&
           held.st_ino == named.st_ino;
}

/* The kernel drops the lock with its process, so what a dead scan left behind is taken over. */
static int open_locked(const char *path, struct err *err)
{
    for (;;) {
        int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0644);
        if (fd < 0)
            return err_set(err, REASON_DISK, "%s: cannot be opened: %s", path, strerror(errno));
        struct flock lock = whole_file();
        if (fcntl(fd, F_OFD_SETLK, &lock) != 0) {
            char holder[STORE_HOLDER];
            bool busy = errno == EAGAIN || errno == EACCES;
            err_set(err, REASON_DISK, "%s: cannot be locked: %s", path, strerror(errno));
            read_holder(fd, holder);
            if (busy)
                err_set(err, REASON_DATABASE, "%s: another scan is at work on this database: %s",
                        path, holder);
            close(fd);
            return -1;
        }
        if (still_there(fd, path))
            return fd;
        close(fd);
    }
}

bool store_holder(const char *path, char out[STORE_HOLDER])
{
    char *name = lock_path(path);
    struct flock lock = whole_file();
    int fd = open(name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
    bool held = fd >= 0 && fcntl(fd, F_OFD_GETLK, &lock) == 0 && lock.l_type != F_UNLCK;

    if (held)
        read_holder(fd, out);
    if (fd >= 0)
        close(fd);
    free(name);
    return held;
}

bool store_is_scanned(const struct store *store)
{
    char holder[STORE_HOLDER];

    return store_holder(store->path, holder);
}

int lock_take(const char *path, struct lock **out, struct err *err)
{
    char *name = lock_path(path);
    int fd = open_locked(name, err);

    if (fd < 0 || write_holder(fd, name, err) != 0) {
        if (fd >= 0)
            close(fd);
        free(name);
        return -1;
    }
    *out = mem_alloc(sizeof **out);
    (*out)->fd = fd;
    (*out)->path = name;
    return 0;
}

void lock_free(struct lock *lock)
{
    if (lock == NULL)
        return;
    unlink(lock->path);
    close(lock->fd);
    free(lock->path);
    free(lock);
}
