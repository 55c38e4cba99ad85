#include "remedy/published.h"

#include <string.h>

#include "base/text.h"

static size_t votes_for(const struct compare_result *result, const char *directory, size_t len)
{
    size_t votes = 0;

    for (size_t i = 0; i < result->count; i++) {
        const struct compare_member *m = &result->members[i];
        votes += m->git_path != NULL && m->class == COMPARE_IDENTICAL &&
                 strncmp(m->git_path, directory, len) == 0 &&
                 strcmp(m->git_path + len, m->member->path) == 0;
    }
    return votes;
}

const char *published_packages(const struct published *published, struct arena *arena)
{
    const struct compare_result *result = published->result;
    const char *best = result->prefix;
    size_t most = 0;

    if (!published->wheel)
        return NULL;
    for (size_t i = 0; i < result->count && most < result->count / 2 + 1; i++) {
        const struct compare_member *m = &result->members[i];
        if (m->git_path == NULL || m->class != COMPARE_IDENTICAL ||
            !text_ends_with(m->git_path, m->member->path))
            continue;
        size_t len = strlen(m->git_path) - strlen(m->member->path);
        if (most > 0 && strlen(best) == len && strncmp(best, m->git_path, len) == 0)
            continue;
        size_t votes = votes_for(result, m->git_path, len);
        if (votes > most && (len == 0 || m->git_path[len - 1] == '/')) {
            best = arena_strndup(arena, m->git_path, len);
            most = votes;
        }
    }
    return best;
}

const char *published_place(const struct published *published, const char *packages,
                            const struct compare_member *m, struct arena *arena, const char **why)
{
    const char *path = m->member->path;

    if (!published->wheel)
        return arena_printf(arena, "%s%s", published->result->prefix, path);
    size_t top = strcspn(path, "/");
    const char *scheme = path + top;
    if (top > 10 && strncmp(scheme - 10, ".dist-info", 10) == 0) {
        *why = "the wheel's metadata";
        return NULL;
    }
    if (top > 5 && strncmp(scheme - 5, ".data", 5) == 0) {
        if (!text_starts_with(scheme, "/purelib/") && !text_starts_with(scheme, "/platlib/")) {
            *why = "it is installed beside the package";
            return NULL;
        }
        path = scheme + 9;
    }
    return m->git_path != NULL ? m->git_path : arena_printf(arena, "%s%s", packages, path);
}
