/* Prints what a published file holds: archive_try FILE… */
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "fetch/archive.h"

static int show(const char *path)
{
    struct archive_request request = {
        .filename = strrchr(path, '/') != NULL ? strrchr(path, '/') + 1 : path};
    struct archive_contents out;
    struct arena arena = ARENA_INIT;
    struct err err = {0};
    int fd = open(path, O_RDONLY | O_CLOEXEC);

    if (fd < 0 || archive_read(fd, &request, &arena, &out, &err) != 0) {
        fprintf(stderr, "%s: %s\n", path, fd < 0 ? "cannot be opened" : err.text);
        return 1;
    }
    for (size_t i = 0; i < out.member_count; i++)
        printf("%s %s%s %s\n", out.members[i].oid, out.members[i].lf_oid,
               out.members[i].lf_oid[0] != '\0' ? "" : "-", out.members[i].path);
    for (size_t i = 0; i < out.oddity_count; i++)
        printf("odd %d %s\n", (int)out.oddities[i].kind,
               out.oddities[i].path != NULL ? out.oddities[i].path : "");
    arena_release(&arena);
    close(fd);
    return 0;
}

int main(int argc, char **argv)
{
    int status = 0;

    for (int i = 1; i < argc; i++)
        status |= show(argv[i]);
    return status;
}
