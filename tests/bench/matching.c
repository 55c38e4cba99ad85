/*
 * CPU time that matching tags with releases costs: matching COUNT makes repositories with so many
 * pairs of a tag and the release it denotes (half of them one package each, half with eight),
 * matches them, and prints the pairs a second. A pair that is not found ends it.
 */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "base/arena.h"
#include "base/mem.h"
#include "facts/tags.h"

#define RELEASES     200 /* of one package */
#define PACKAGES     8   /* of a repository with many */
#define SECONDS_YEAR 31557600

/* How tags of a repository read. */
struct scheme {
    bool named; /* the package's name is in front */
    const char *before, *between;
};

static const struct scheme schemes[] = {
    {false, "", "."},     {false, "v", "."}, {false, "release-", "."},
    {false, "REL_", "_"}, {true, "-", "."},  {true, "/v", "."},
};
#define SCHEMES (sizeof schemes / sizeof *schemes)

struct repository {
    struct arena arena;
    struct tags_tag *tags;
    struct tags_package *packages;
    size_t tag_count, package_count;
};

static void add_package(struct repository *repository, size_t number, const struct scheme *scheme)
{
    struct arena *arena = &repository->arena;
    struct tags_package *package = &repository->packages[repository->package_count++];
    struct tags_declared *declared = arena_array(arena, RELEASES, sizeof *declared);
    struct tags_release *releases = arena_array(arena, RELEASES, sizeof *releases);

    *package = (struct tags_package){
        .name = arena_printf(arena, "buoy-%zu", number),
        .directory = repository->package_count == 1 ? "" : arena_printf(arena, "libs/%zu", number),
        .declared = declared,
        .releases = releases,
        .declared_count = RELEASES,
        .release_count = RELEASES,
    };
    for (unsigned i = 0; i < RELEASES; i++) {
        unsigned major = i / 50, minor = i / 5 % 10, micro = i % 5;
        const char *version = arena_printf(arena, "%u.%u.%u", major, minor, micro);
        int64_t time = SECONDS_YEAR * 40 + (int64_t)i * 86400;
        const char *tag =
            arena_printf(arena, "%s%s%u%s%u%s%u", scheme->named ? package->name : "",
                         scheme->before, major, scheme->between, minor, scheme->between, micro);
        declared[i] = (struct tags_declared){repository->tag_count, version};
        releases[i] = (struct tags_release){version, time + 600};
        repository->tags[repository->tag_count] =
            (struct tags_tag){tag, arena_printf(arena, "%040zx", repository->tag_count), time};
        repository->tag_count++;
    }
}

static size_t make(struct repository *repository, size_t number)
{
    size_t count = number % 2 == 0 ? 1 : PACKAGES;

    *repository = (struct repository){.arena = ARENA_INIT};
    repository->tags = arena_array(&repository->arena, count * RELEASES, sizeof(struct tags_tag));
    repository->packages = arena_array(&repository->arena, count, sizeof(struct tags_package));
    for (size_t i = 0; i < count; i++)
        add_package(repository, i,
                    &schemes[count == 1 ? number / 2 % SCHEMES : SCHEMES - 1 - i % 2]);
    return repository->tag_count;
}

static void match(struct repository *repository)
{
    struct tags_match *matches;
    size_t count = tags_match(repository->tags, repository->tag_count, repository->packages,
                              repository->package_count, &repository->arena, &matches);

    if (count != repository->tag_count) {
        fprintf(stderr, "%zu of %zu tags were matched, as %s\n", count, repository->tag_count,
                repository->tags[0].name);
        exit(1);
    }
}

int main(int argc, char **argv)
{
    size_t wanted = argc == 2 ? strtoul(argv[1], NULL, 10) : 0;
    struct repository *repositories = mem_array(wanted / RELEASES + 1, sizeof *repositories);
    size_t count = 0, pairs = 0;
    struct timespec begin, end;

    if (wanted == 0) {
        fprintf(stderr, "usage: matching COUNT\n");
        return 2;
    }
    for (; pairs < wanted; count++)
        pairs += make(&repositories[count], count);
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &begin);
    for (size_t i = 0; i < count; i++)
        match(&repositories[i]);
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &end);
    double seconds =
        (double)(end.tv_sec - begin.tv_sec) + 1e-9 * (double)(end.tv_nsec - begin.tv_nsec);
    printf("%.0f\n", (double)pairs / seconds);
    for (size_t i = 0; i < count; i++)
        arena_release(&repositories[i].arena);
    free(repositories);
    return 0;
}
