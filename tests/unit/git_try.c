#include "git_try.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <fcntl.h>
#include <ftw.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <cmocka.h>

#include "base/mem.h"
#include "fetch/mirror.h"

extern char **environ;

char git_root[] = "/tmp/test-git-XXXXXX";

static int shell(const char *script)
{
    char *const argv[] = {(char[]){"sh"}, (char[]){"-ec"}, (char *)script, NULL};
    pid_t pid;
    int status;

    assert_int_equal(posix_spawnp(&pid, "sh", NULL, NULL, argv, environ), 0);
    assert_int_equal(waitpid(pid, &status, 0), pid);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static void last_line(char out[256])
{
    char *path = mem_printf("%s/out", git_root);
    FILE *file = fopen(path, "re");

    out[0] = '\0';
    while (fgets(out, 256, file) != NULL)
        out[strcspn(out, "\n")] = '\0';
    fclose(file);
    free(path);
}

int git_run(char out[256], const char *fmt, ...)
{
    va_list ap;
    char *script = NULL;

    va_start(ap, fmt);
    assert_true(vasprintf(&script, fmt, ap) >= 0);
    va_end(ap);
    /* under a hook or "rebase --exec" the environment names the developer's own repository */
    char *whole = mem_printf("unset $(git rev-parse --local-env-vars); cd %s;"
                             "{ %s; } >out 2>log || { cat log >&2; exit 1; }",
                             git_root, script);
    int result = shell(whole);
    free(whole);
    free(script);
    if (out != NULL)
        last_line(out);
    return result;
}

void git_resolve(const char *name, char out[256])
{
    assert_int_equal(git_run(out, "git -C source rev-parse '%s'", name), 0);
}

int git_pack(const char *revs, const char *options)
{
    assert_int_equal(
        git_run(NULL, "printf '%%s\\n' %s | git -C source pack-objects --revs --stdout %s >pack",
                revs, options),
        0);
    char *path = mem_printf("%s/pack", git_root);
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    free(path);
    assert_true(fd >= 0);
    return fd;
}

int git_setup(const char *script)
{
    assert_non_null(mkdtemp(git_root));
    setenv("HOME", git_root, 1);
    setenv("GIT_CONFIG_NOSYSTEM", "1", 1);
    return git_run(NULL, "%s", script);
}

static int remove_one(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
    (void)st;
    (void)type;
    (void)ftw;
    return remove(path);
}

int git_teardown(void **state)
{
    (void)state;
    mirror_global_exit();
    return nftw(git_root, remove_one, 16, FTW_DEPTH | FTW_PHYS);
}
