#include "fetch/spool.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/mem.h"

#define KEEP 64 /* open files that wait for their next use */

struct spools {
    const char *dir;
    pthread_mutex_t lock;
    int idle[KEEP];
    size_t count;
};

int spool_make(const char *dir, struct err *err)
{
    char *path = mem_printf("%s/spool-XXXXXX", dir);
    int fd = mkostemp(path, O_CLOEXEC);

    if (fd >= 0)
        unlink(path);
    else
        err_set(err, REASON_DISK, "cannot create %s: %s", path, strerror(errno));
    free(path);
    return fd;
}

struct spools *spools_new(const char *dir)
{
    struct spools *spools = mem_alloc(sizeof *spools);

    spools->dir = dir;
    pthread_mutex_init(&spools->lock, NULL);
    return spools;
}

void spools_free(struct spools *spools)
{
    if (spools == NULL)
        return;
    while (spools->count > 0)
        close(spools->idle[--spools->count]);
    pthread_mutex_destroy(&spools->lock);
    free(spools);
}

int spools_take(struct spools *spools, struct err *err)
{
    int fd = -1;

    pthread_mutex_lock(&spools->lock);
    if (spools->count > 0)
        fd = spools->idle[--spools->count];
    pthread_mutex_unlock(&spools->lock);
    return fd >= 0 ? fd : spool_make(spools->dir, err);
}

void spools_give(struct spools *spools, int fd)
{
    bool kept = ftruncate(fd, 0) == 0 && lseek(fd, 0, SEEK_SET) == 0;

    pthread_mutex_lock(&spools->lock);
    kept = kept && spools->count < KEEP;
    if (kept)
        spools->idle[spools->count++] = fd;
    pthread_mutex_unlock(&spools->lock);
    if (!kept)
        close(fd);
}
