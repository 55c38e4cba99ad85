#include "report/output.h"

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/text.h"

static int fail(const char *path, struct err *err)
{
    return err_set(err, REASON_DISK, "%s cannot be written: %s", path, strerror(errno));
}

/* A device or a pipe is written to; only a file can be replaced. */
static bool is_special(const char *path)
{
    struct stat st;

    return stat(path, &st) == 0 && !S_ISREG(st.st_mode) && !S_ISDIR(st.st_mode);
}

int output_check(const char *path, struct err *err)
{
    struct stat st;
    int result = 0;

    if (path == NULL || strcmp(path, "-") == 0 || is_special(path))
        return 0;
    char *copy = mem_strdup(path);
    char *folder = dirname(copy);
    if (text_ends_with(path, "/"))
        result = 0; /* made when it is missing */
    else if (stat(path, &st) == 0 && S_ISDIR(st.st_mode))
        result = err_set(err, REASON_USAGE,
                         "%s is a directory; csv writes one file a table into %s/", path, path);
    else if (stat(folder, &st) != 0)
        result = fail(path, err);
    else if (!S_ISDIR(st.st_mode) || access(folder, W_OK | X_OK) != 0) {
        errno = S_ISDIR(st.st_mode) ? errno : ENOTDIR;
        result = fail(path, err);
    }
    free(copy);
    return result;
}

static int open_special(struct output *output, const char *path, struct err *err)
{
    output->file = fopen(path, "we");
    if (output->file == NULL)
        return fail(path, err);
    output->path = mem_strdup(path);
    return 0;
}

int output_open(struct output *output, const char *path, struct err *err)
{
    mode_t mask;
    int fd;

    *output = (struct output){0};
    if (path == NULL || strcmp(path, "-") == 0) {
        output->file = stdout;
        return 0;
    }
    if (is_special(path))
        return open_special(output, path, err);
    output->path = mem_strdup(path);
    output->temporary = mem_printf("%s.XXXXXX", path);
    fd = mkostemp(output->temporary, O_CLOEXEC);
    if (fd < 0) {
        fail(path, err);
        free(output->path);
        free(output->temporary);
        return -1;
    }
    mask = umask(0);
    umask(mask);
    if (fchmod(fd, 0666 & ~mask) != 0 || (output->file = fdopen(fd, "w")) == NULL) {
        fail(path, err);
        close(fd);
        output_close(output, false, NULL);
        return -1;
    }
    return 0;
}

/* The new name itself must survive a crash: it lives in the directory. */
static void sync_directory(const char *path)
{
    char *copy = mem_strdup(path);
    int fd = open(dirname(copy), O_RDONLY | O_DIRECTORY | O_CLOEXEC);

    if (fd >= 0) {
        fsync(fd);
        close(fd);
    }
    free(copy);
}

static int keep_file(struct output *output, struct err *err)
{
    if (fflush(output->file) != 0 || ferror(output->file))
        return fail(output->path, err);
    if (output->temporary == NULL)
        return 0;
    if (fsync(fileno(output->file)) != 0 || rename(output->temporary, output->path) != 0)
        return fail(output->path, err);
    sync_directory(output->path);
    return 0;
}

int output_close(struct output *output, bool keep, struct err *err)
{
    int result = 0;

    if (output->path == NULL)
        return 0;
    if (keep)
        result = keep_file(output, err);
    if (output->file != NULL)
        fclose(output->file);
    if (output->temporary != NULL && (!keep || result != 0))
        unlink(output->temporary);
    free(output->path);
    free(output->temporary);
    *output = (struct output){0};
    return result;
}
