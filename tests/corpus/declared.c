/*
 * Prints what the projects of real repositories declare, to be read by a person and compared by
 * declared_check.py:
 *
 *   declared GIT-DIRECTORY [REVISION…]      (default: HEAD and every tag)
 *
 * One line a project and revision, tab-separated: revision, directory, name, kind, version, origin,
 * tag prefix, tag regex, reason. Objects come from two `git` processes a repository.
 */
#include <spawn.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/mem.h"
#include "facts/project.h"

extern char **environ;

struct batch {
    FILE *in, *out;
    pid_t pid;
};

struct tree {
    struct batch *batch;
    const char *revision;
    struct arena arena;
};

static void die(const char *what)
{
    perror(what);
    exit(1);
}

/* Starts git with its output, and its input where `in` is not NULL, on pipes. */
static pid_t start(const char *const *argv, FILE **in, FILE **out)
{
    posix_spawn_file_actions_t actions;
    int to[2], from[2];
    pid_t pid;

    if (pipe2(to, 0) != 0 || pipe2(from, 0) != 0)
        die("pipe");
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, to[0], 0);
    posix_spawn_file_actions_adddup2(&actions, from[1], 1);
    for (int i = 0; i < 2; i++) {
        posix_spawn_file_actions_addclose(&actions, to[i]);
        posix_spawn_file_actions_addclose(&actions, from[i]);
    }
    if (posix_spawnp(&pid, "git", &actions, NULL, (char *const *)argv, environ) != 0)
        die("git");
    posix_spawn_file_actions_destroy(&actions);
    close(to[0]);
    close(from[1]);
    if (in != NULL)
        *in = fdopen(to[1], "w");
    else
        close(to[1]);
    *out = fdopen(from[0], "r");
    return pid;
}

static enum source_result read_blob(void *ctx, const char *path, const char **data, size_t *len)
{
    struct tree *tree = ctx;
    char line[4096];
    char type[32];
    size_t size;

    fprintf(tree->batch->in, "%s:%s\n", tree->revision, path);
    fflush(tree->batch->in);
    if (fgets(line, sizeof line, tree->batch->out) == NULL)
        die("git cat-file");
    if (sscanf(line, "%*s %31s %zu", type, &size) != 2)
        return SOURCE_ABSENT;
    char *body = arena_alloc(&tree->arena, size + 1);
    if (fread(body, 1, size, tree->batch->out) != size || fgetc(tree->batch->out) != '\n')
        die("git cat-file");
    *data = body;
    *len = size;
    return strcmp(type, "blob") == 0 ? SOURCE_FOUND : SOURCE_ABSENT;
}

static const char *or_dash(const char *s)
{
    return s != NULL && *s != '\0' ? s : "-";
}

static void print_project(struct tree *tree, const char *directory)
{
    const struct source source = {.read = read_blob, .ctx = tree};
    struct project p;
    struct err err = {0};

    switch (
        project_read(&source, directory, (struct project_all_said){0}, &tree->arena, &p, &err)) {
    case SOURCE_FOUND:
        printf("%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s%s\n", tree->revision, or_dash(directory),
               or_dash(p.name), declared_kind_word(p.kind), or_dash(p.version), or_dash(p.origin),
               or_dash(p.tag_prefix), or_dash(p.tag_regex), or_dash(p.reason),
               p.candidate ? " [candidate]" : "");
        break;
    case SOURCE_FAILED:
        printf("%s\t%s\t-\tfailed\t-\t-\t-\t-\t%s\n", tree->revision, or_dash(directory), err.text);
        break;
    case SOURCE_ABSENT:
    case SOURCE_PENDING:
        break;
    }
}

static void print_revision(struct batch *batch, const char *git_dir, const char *revision)
{
    const char *const argv[] = {"git", "--git-dir",   git_dir,  "ls-tree",
                                "-r",  "--name-only", revision, NULL};
    struct tree tree = {.batch = batch, .revision = revision, .arena = ARENA_INIT};
    char line[4096], last[4096] = "\n";
    FILE *out;
    pid_t pid = start(argv, NULL, &out);

    while (fgets(line, sizeof line, out) != NULL) {
        line[strcspn(line, "\n")] = '\0';
        char *slash = strrchr(line, '/');
        if (!project_is_project_file(slash != NULL ? slash + 1 : line))
            continue;
        if (slash != NULL)
            *slash = '\0';
        else
            *line = '\0';
        if (strcmp(line, last) == 0)
            continue;
        snprintf(last, sizeof last, "%s", line);
        print_project(&tree, line);
    }
    fclose(out);
    waitpid(pid, NULL, 0);
    arena_release(&tree.arena);
}

int main(int argc, char **argv)
{
    if (argc < 2) {
        fprintf(stderr, "usage: declared GIT-DIRECTORY [REVISION...]\n");
        return 2;
    }
    const char *const cat[] = {"git", "--git-dir", argv[1], "cat-file", "--batch", NULL};
    const char *const list[] = {
        "git", "--git-dir", argv[1], "for-each-ref", "--format=%(refname)", "refs/tags", NULL};
    struct batch batch;
    char line[1024];
    FILE *tags;

    batch.pid = start(cat, &batch.in, &batch.out);
    for (int i = 2; i < argc; i++)
        print_revision(&batch, argv[1], argv[i]);
    if (argc == 2) {
        print_revision(&batch, argv[1], "HEAD");
        pid_t pid = start(list, NULL, &tags);
        while (fgets(line, sizeof line, tags) != NULL) {
            line[strcspn(line, "\n")] = '\0';
            print_revision(&batch, argv[1], line);
        }
        fclose(tags);
        waitpid(pid, NULL, 0);
    }
    fclose(batch.in);
    fclose(batch.out);
    waitpid(batch.pid, NULL, 0);
    return 0;
}
