#include "cli/token.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/mem.h"
#include "cli/app.h"

extern char **environ;

/* A token is printable ASCII without a space; a line end after it is not part of it. Anything else
   would end up inside a request header. */
static int accept(const char *text, size_t len, const char *source, char **out, struct err *err)
{
    while (len > 0 && (text[len - 1] == '\n' || text[len - 1] == '\r'))
        len--;
    if (len == 0)
        return err_set(err, REASON_USAGE, "%s holds no token", source);
    for (size_t i = 0; i < len; i++)
        if (text[i] <= ' ' || text[i] > '~')
            return err_set(err, REASON_USAGE, "%s holds no token: byte %zu cannot be part of one",
                           source, i + 1);
    *out = mem_strndup(text, len);
    log_secret(*out);
    return 0;
}

/* Reads all of a descriptor until `deadline` (monotonic ms). */
static int read_all(int fd, uint64_t deadline, struct buf *into, const char *source,
                    struct err *err)
{
    char chunk[512];

    for (uint64_t now; (now = clock_monotonic_ms()) < deadline;) {
        struct pollfd wait = {.fd = fd, .events = POLLIN};
        if (poll(&wait, 1, (int)(deadline - now)) <= 0)
            continue; /* a signal, or the time is up: a read could wait for ever */
        ssize_t n = read(fd, chunk, sizeof chunk);
        if (n == 0)
            return 0;
        if (n < 0 && errno != EINTR && errno != EAGAIN)
            return err_set(err, REASON_USAGE, "%s could not be read: %s", source, strerror(errno));
        if (n > 0 && buf_add(into, chunk, (size_t)n) != 0)
            return err_set(err, REASON_USAGE, "%s holds more than %d bytes, so it is no token",
                           source, TOKEN_MAX);
    }
    return err_set(err, REASON_USAGE, "%s gave no token within %d seconds", source,
                   TOKEN_COMMAND_MS / 1000);
}

static int from_file(const char *path, char **out, struct err *err)
{
    struct buf text = BUF_INIT(TOKEN_MAX);
    struct stat st;
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    int result;

    if (fd < 0)
        return err_set(err, REASON_USAGE, "token_file %s: %s", path, strerror(errno));
    if (fstat(fd, &st) == 0 && S_ISREG(st.st_mode) && (st.st_mode & 077) != 0)
        log_warning("token_file %s can be read by others: chmod 600 %s", path, path);
    char *source = mem_printf("token_file %s", path);
    result = read_all(fd, clock_monotonic_ms() + TOKEN_COMMAND_MS, &text, source, err);
    if (result == 0)
        result = accept(buf_str(&text), text.len, source, out, err);
    free(source);
    buf_release(&text);
    close(fd);
    return result;
}

static int start(const char *const *command, pid_t *pid, int *fd, struct err *err)
{
    posix_spawn_file_actions_t actions;
    posix_spawnattr_t attributes;
    int ends[2];

    if (pipe2(ends, O_CLOEXEC) != 0)
        return err_set(err, REASON_DISK, "no pipe for token_command: %s", strerror(errno));
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
    posix_spawn_file_actions_adddup2(&actions, ends[1], STDOUT_FILENO);
    posix_spawnattr_init(&attributes);
    posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETPGROUP); /* its children end with it */
    int failed =
        posix_spawnp(pid, command[0], &actions, &attributes, (char *const *)command, environ);
    posix_spawnattr_destroy(&attributes);
    posix_spawn_file_actions_destroy(&actions);
    close(ends[1]);
    *fd = ends[0];
    if (failed == 0)
        return 0;
    close(ends[0]);
    return err_set(err, REASON_USAGE, "token_command %s: %s", command[0], strerror(failed));
}

/* Its wait status; one that still runs at the deadline is killed with all that it started. */
static int reap(pid_t pid, uint64_t deadline)
{
    int status = 0;

    while (clock_monotonic_ms() < deadline) {
        if (waitpid(pid, &status, WNOHANG) == pid)
            return status;
        poll(NULL, 0, 2);
    }
    kill(-pid, SIGKILL);
    while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
        ;
    return status;
}

static int from_command(const char *const *command, char **out, struct err *err)
{
    struct buf text = BUF_INIT(TOKEN_MAX);
    uint64_t deadline = clock_monotonic_ms() + TOKEN_COMMAND_MS;
    int fd;
    pid_t pid;

    if (start(command, &pid, &fd, err) != 0)
        return -1;
    char *source = mem_printf("token_command %s", command[0]);
    int result = read_all(fd, deadline, &text, source, err);
    close(fd);
    int status = reap(pid, result == 0 ? deadline : 0);
    if (result == 0 && (!WIFEXITED(status) || WEXITSTATUS(status) != 0))
        result = err_set(err, REASON_USAGE, "%s failed (status %d)", source,
                         WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status));
    if (result == 0)
        result = accept(buf_str(&text), text.len, source, out, err);
    free(source);
    buf_release(&text);
    return result;
}

int token_read(const struct token_source *source, char **out, struct err *err)
{
    *out = NULL;
    if (source->env != NULL) {
        const char *text = getenv(source->env);
        if (text == NULL)
            return err_set(err, REASON_USAGE, "the environment variable %s is not set",
                           source->env);
        return accept(text, strlen(text), source->env, out, err);
    }
    if (source->file != NULL)
        return from_file(source->file, out, err);
    return source->command != NULL ? from_command(source->command, out, err) : 0;
}

int token_find(const struct settings *settings, char **out, struct appkey **app, struct err *err)
{
    static const char *const variables[] = {"FLEETDRIFT_GITHUB_TOKEN", "GITHUB_TOKEN", "GH_TOKEN"};

    *out = NULL;
    *app = NULL;
    for (size_t i = 0; i < sizeof variables / sizeof *variables; i++) {
        const char *text = getenv(variables[i]);
        /* A CI system sets the other names by itself: what was configured goes before these. */
        if (i == 1 && (app_find(settings, app, err) != 0 || *app != NULL))
            return *app != NULL ? 0 : -1;
        if (text != NULL && *text != '\0')
            return accept(text, strlen(text), variables[i], out, err);
    }
    const struct token_source source = {
        .file = settings->token_file,
        .command = settings->token_command.count > 0 ? settings->token_command.items : NULL};
    return token_read(&source, out, err);
}
