/*
 * For the tests that hold tags against versions (tests/corpus/score, tests/e2e/test_tags.py): reads
 * repositories, prints which tags denote which versions. Lines of both are tab-separated, "-" is an
 * absent value, times are seconds since 1970:
 *
 *   tag NAME COMMIT TIME                     package NAME DIRECTORY PREFIX REGEX
 *   declared TAG-NUMBER VERSION              release VERSION UPLOADED    (both of the last package)
 *   end                                      of a repository
 *
 * prints "PACKAGE TAG VERSION HOW PREFERRED" and "end".
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "facts/tags.h"

#define FIELDS 6

struct repository {
    struct arena arena;
    struct tags_tag *tags;
    size_t tag_count, tag_size;
    struct tags_package *packages;
    size_t package_count, package_size;
    struct tags_declared *declared; /* of the last package */
    size_t declared_size;
    struct tags_release *releases;
    size_t release_size;
};

static const char *text_or_null(struct repository *repository, const char *field)
{
    return strcmp(field, "-") == 0 ? NULL : arena_strdup(&repository->arena, field);
}

static int64_t instant(const char *field)
{
    return strcmp(field, "-") == 0 ? CLOCK_UNKNOWN : strtoll(field, NULL, 10);
}

/* The package's lists grow while it is the last one; this gives them to it. */
static void close_package(struct repository *r)
{
    if (r->package_count == 0)
        return;
    struct tags_package *last = &r->packages[r->package_count - 1];
    struct tags_declared *declared = arena_array(&r->arena, last->declared_count, sizeof *declared);
    struct tags_release *releases = arena_array(&r->arena, last->release_count, sizeof *releases);
    if (last->declared_count > 0)
        memcpy(declared, r->declared, last->declared_count * sizeof *declared);
    if (last->release_count > 0)
        memcpy(releases, r->releases, last->release_count * sizeof *releases);
    last->declared = declared;
    last->releases = releases;
}

static void read_line(struct repository *r, char *fields[FIELDS])
{
    struct tags_package *last = r->package_count > 0 ? &r->packages[r->package_count - 1] : NULL;

    if (strcmp(fields[0], "tag") == 0) {
        r->tags = mem_grow(r->tags, r->tag_count, &r->tag_size, sizeof *r->tags);
        r->tags[r->tag_count++] =
            (struct tags_tag){arena_strdup(&r->arena, fields[1]),
                              arena_strdup(&r->arena, fields[2]), instant(fields[3])};
    } else if (strcmp(fields[0], "package") == 0) {
        close_package(r);
        r->packages =
            mem_grow(r->packages, r->package_count, &r->package_size, sizeof *r->packages);
        r->packages[r->package_count++] = (struct tags_package){
            .name = arena_strdup(&r->arena, fields[1]),
            .directory = arena_strdup(&r->arena, strcmp(fields[2], "-") == 0 ? "" : fields[2]),
            .tag_prefix = text_or_null(r, fields[3]),
            .tag_regex = text_or_null(r, fields[4]),
        };
    } else if (strcmp(fields[0], "declared") == 0 && last != NULL) {
        r->declared =
            mem_grow(r->declared, last->declared_count, &r->declared_size, sizeof *r->declared);
        r->declared[last->declared_count++] = (struct tags_declared){
            (size_t)strtoull(fields[1], NULL, 10), text_or_null(r, fields[2])};
    } else if (strcmp(fields[0], "release") == 0 && last != NULL) {
        r->releases =
            mem_grow(r->releases, last->release_count, &r->release_size, sizeof *r->releases);
        r->releases[last->release_count++] =
            (struct tags_release){arena_strdup(&r->arena, fields[1]), instant(fields[2])};
    }
}

static void answer(struct repository *r)
{
    struct tags_match *matches;

    close_package(r);
    size_t count =
        tags_match(r->tags, r->tag_count, r->packages, r->package_count, &r->arena, &matches);
    for (size_t i = 0; i < count; i++)
        printf("%s\t%s\t%s\t%s\t%d\n", r->packages[matches[i].package].name,
               r->tags[matches[i].tag].name, matches[i].version, matches[i].how,
               matches[i].preferred);
    puts("end");
    arena_release(&r->arena);
    r->tag_count = r->package_count = 0;
}

int main(void)
{
    struct repository repository = {.arena = ARENA_INIT};
    char *line = NULL, absent[] = "-";
    size_t size = 0;

    while (getline(&line, &size, stdin) > 0) {
        char *fields[FIELDS], *rest = line;
        line[strcspn(line, "\n")] = '\0';
        for (size_t i = 0; i < FIELDS; i++)
            fields[i] = rest != NULL ? strsep(&rest, "\t") : absent;
        if (strcmp(fields[0], "end") == 0)
            answer(&repository);
        else
            read_line(&repository, fields);
    }
    free(line);
    free(repository.tags);
    free(repository.packages);
    free(repository.declared);
    free(repository.releases);
    return 0;
}
