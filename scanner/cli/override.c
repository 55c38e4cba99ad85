#include "cli/override.h"

static const char *text_of(const json_t *entry, const char *key)
{
    return json_string_value(json_object_get(entry, key));
}

static const char *const *list_of(const json_t *entry, const char *key, struct arena *arena)
{
    const json_t *array = json_object_get(entry, key);
    const char **list = arena_array(arena, json_array_size(array) + 1, sizeof *list);

    for (size_t i = 0; i < json_array_size(array); i++)
        list[i] = json_string_value(json_array_get(array, i));
    return list;
}

struct scan_override *override_list(const json_t *policy, struct arena *arena, size_t *count)
{
    const json_t *array = json_object_get(policy, "override");
    struct scan_override *list = arena_array(arena, json_array_size(array), sizeof *list);

    *count = json_array_size(array);
    for (size_t i = 0; i < *count; i++) {
        const json_t *entry = json_array_get(array, i);
        list[i] = (struct scan_override){
            .package = text_of(entry, "package"),
            .repository = text_of(entry, "repository"),
            .tag_prefix = text_of(entry, "tag_prefix"),
            .version_source = text_of(entry, "version_source"),
            .changelog = text_of(entry, "changelog"),
            .ignore = list_of(entry, "ignore", arena),
        };
    }
    return list;
}
