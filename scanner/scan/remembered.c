#include "scan/remembered.h"

#include <string.h>

#include "base/mem.h"

/* [directory, name, normal, kind, version, origin, reason], or [directory, reason, error] of one
   that cannot be read. */
enum { READ_ITEMS = 7, UNREAD_ITEMS = 3 };

bool remembered_may_pass(enum reason reason)
{
    return reason != REASON_PARSE && reason != REASON_TOO_LARGE && reason != REASON_LIMIT;
}

/* NULL where a text is no UTF-8, which what parses is. */
static json_t *to_item(const struct study_project *at)
{
    const struct project *p = at->project;

    if (p == NULL)
        return json_pack("[s,s,s]", at->directory, reason_word(at->reason), at->error);
    return json_pack("[s,s?,s?,s,s?,s?,s?]", at->directory, p->name, p->normal,
                     declared_kind_word(p->kind), p->version, p->origin, p->reason);
}

json_t *remembered_list(const struct study_project *projects, size_t count)
{
    json_t *list = json_array();

    for (size_t i = 0; i < count; i++) {
        bool passing = projects[i].project == NULL && remembered_may_pass(projects[i].reason);
        if (passing || json_array_append_new(list, to_item(&projects[i])) != 0) {
            json_decref(list);
            return NULL;
        }
    }
    return list;
}

static const char *text_at(const json_t *item, size_t index, struct arena *arena)
{
    return arena_strdup(arena, json_string_value(json_array_get(item, index)));
}

bool remembered_project(const json_t *item, struct arena *arena, struct study_project *out)
{
    const char *fourth = json_string_value(json_array_get(item, 3));

    *out = (struct study_project){.directory = text_at(item, 0, arena)};
    if (out->directory == NULL)
        return false;
    if (json_array_size(item) == UNREAD_ITEMS) {
        const char *word = json_string_value(json_array_get(item, 1));
        out->reason = word != NULL ? reason_parse(word) : REASON_PARSE;
        out->error = text_at(item, 2, arena);
        return out->error != NULL;
    }
    struct project *project = arena_alloc(arena, sizeof *project);
    *project = (struct project){
        .directory = out->directory,
        .name = text_at(item, 1, arena),
        .normal = text_at(item, 2, arena),
        .version = text_at(item, 4, arena),
        .origin = text_at(item, 5, arena),
        .reason = text_at(item, 6, arena),
    };
    out->project = project;
    return json_array_size(item) == READ_ITEMS && fourth != NULL &&
           declared_kind_parse(fourth, &project->kind);
}
