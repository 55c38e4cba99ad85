/* What the user says of a package, over what its files say. */
#include "facts/project_internal.h"

#include <stddef.h>
#include <string.h>

/* The text of the strongest that has one for this project; NULL when none has. */
static const char *find(const struct project_reader *r, size_t member)
{
    for (size_t i = 0; i < r->said.count; i++) {
        const struct project_said *said = &r->said.items[i];
        const char *text = *(const char *const *)((const char *)said + member);
        if (text != NULL && (said->package == NULL || (r->out->normal != NULL &&
                                                       strcmp(said->package, r->out->normal) == 0)))
            return text;
    }
    return NULL;
}

/* "/VERSION" as the project sees it: "../../VERSION". */
static const char *from_here(struct project_reader *r, const char *path)
{
    if (*path != '/')
        return path;
    path++;
    for (const char *at = r->directory; *at != '\0'; at += *at == '/') {
        at += strcspn(at, "/");
        path = arena_printf(r->arena, "../%s", path);
    }
    return path;
}

bool project_said_version(struct project_reader *r)
{
    const char *source = find(r, offsetof(struct project_said, version_source));
    const char *data;
    size_t len;

    if (source == NULL)
        return false;
    if (strcmp(source, "vcs") == 0)
        return project_says(r, DECLARED_VCS, NULL, "the configuration");
    const char *colon = strrchr(source, ':');
    const char *path =
        colon != NULL ? arena_strndup(r->arena, source, (size_t)(colon - source)) : source;
    path = from_here(r, path);
    if (project_file(r, path, &data, &len) != SOURCE_FOUND)
        return false;
    if (colon != NULL)
        return project_version_name(r, path, colon + 1);
    return project_version_files(r, (const char *const[]){path, NULL}, "the configuration");
}

void project_said_rest(struct project_reader *r)
{
    const char *prefix = find(r, offsetof(struct project_said, tag_prefix));
    const char *changelog = find(r, offsetof(struct project_said, changelog));

    if (prefix != NULL) {
        r->out->tag_prefix = prefix;
        r->out->tag_prefix_only = true;
        r->out->tag_regex = NULL;
    }
    if (changelog != NULL) {
        r->out->changelog = changelog;
        r->out->said_changelog = true;
    }
}
