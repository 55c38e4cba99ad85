/*
 * What the index of all files of a history costs.
 *
 *   blobs stream COMMITS  a history for `git fast-import`, branch refs/heads/main
 *   blobs DIR OLD NEW     CPU milliseconds to index the bare repository DIR, which has no index
 *                         yet, up to commit OLD, then up to NEW, then again; bytes; blobs
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#include "base/mem.h"
#include "fetch/mirror_blobs.h"

#define PACKAGES 12
#define FILES    40 /* of a package */
#define SIDE     9  /* one commit in so many is on a side branch that is merged next */

static unsigned dice(unsigned sides)
{
    static uint64_t state = 0x9e3779b97f4a7c15u;

    state = state * 6364136223846793005u + 1442695040888963407u;
    return (unsigned)(state >> 33) % sides;
}

static void change(unsigned commit)
{
    char text[64];
    int len = snprintf(text, sizeof text, "value = %u\nother = %u\n", commit, dice(1u << 30));

    printf("M 100644 inline src/package_%u/part_%u/module_%u.py\ndata %d\n%s\n", dice(PACKAGES),
           dice(4), dice(FILES), len, text);
}

static void begin(const char *branch, unsigned commit)
{
    printf("commit refs/heads/%s\nmark :%u\ncommitter N <n@example.org> %u +0000\ndata 0\n", branch,
           commit, 1000000000 + commit * 3600);
}

/* One to three files a commit, one in nine merges a branch of one commit. */
static void stream(unsigned commits)
{
    for (unsigned commit = 1; commit <= commits; commit++) {
        bool merge = commit % SIDE == 0, side = commit % SIDE == SIDE - 1;
        begin(side ? "side" : "main", commit);
        if (commit > 1)
            printf("from :%u\n", merge ? commit - 2 : commit - 1);
        if (merge)
            printf("merge :%u\n", commit - 1);
        for (unsigned files = commit == 1 ? PACKAGES * FILES : 1 + dice(3); files > 0; files--)
            change(commit);
    }
}

static double cpu_ms(void)
{
    struct timespec now;

    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return (double)now.tv_sec * 1e3 + (double)now.tv_nsec / 1e6;
}

static int index_up_to(struct mirror *mirror, const char *tip, size_t *count)
{
    struct mirror_blobs *blobs;
    struct err err = {0};
    double begun = cpu_ms();

    if (mirror_blobs_open(mirror, &tip, 1, &blobs, &err) != 0) {
        fprintf(stderr, "%s\n", err.text);
        return -1;
    }
    printf("%.1f ", cpu_ms() - begun);
    *count = mirror_blobs_count(blobs);
    mirror_blobs_free(blobs);
    return 0;
}

int main(int argc, char **argv)
{
    struct mirror *mirror;
    struct err err = {0};
    struct stat st = {0};
    size_t count = 0;

    if (argc == 3 && strcmp(argv[1], "stream") == 0) {
        stream((unsigned)strtoul(argv[2], NULL, 10));
        return 0;
    }
    if (argc != 4)
        return 2;
    if (mirror_open(argv[1], "file:///nowhere", &mirror, &err) != 0) {
        fprintf(stderr, "%s\n", err.text);
        return 1;
    }
    const char *const tips[] = {argv[2], argv[3], argv[3]};
    int result = 0;
    for (size_t i = 0; result == 0 && i < sizeof tips / sizeof *tips; i++)
        result = index_up_to(mirror, tips[i], &count);
    char *path = mem_printf("%s/" MIRROR_BLOBS_FILE, argv[1]);
    stat(path, &st);
    printf("%lld %zu\n", (long long)st.st_size, count);
    free(path);
    mirror_free(mirror);
    mirror_global_exit();
    return result == 0 ? 0 : 1;
}
