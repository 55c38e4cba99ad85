#include "facts/listing.h"

#include <string.h>

#include "facts/jget.h"

#define BODY_MAX         ((size_t)32 << 20)
#define REPOSITORIES_MAX 10000

static int bad(struct err *err, const char *repository, const char *what)
{
    return err_set(err, REASON_BAD_ANSWER, "The forge's answer about %.200s is bad: %s.",
                   repository, what);
}

/* Owners and names become directories of the cache and parts of URLs. */
static bool is_component(const char *s)
{
    static const char allowed[] =
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.";
    size_t len = strlen(s);

    return len > 0 && len <= 100 && strspn(s, allowed) == len && strspn(s, ".") != len;
}

static int read_identity(const json_t *object, struct arena *arena, struct listing_repository *out,
                         struct err *err)
{
    const char *name = "", *login = "";
    json_t *owner = NULL;

    if (!json_is_object(object) || jget_string(object, "name", &name) != JGET_OK ||
        jget_object(object, "owner", &owner) != JGET_OK ||
        jget_string(owner, "login", &login) != JGET_OK)
        return bad(err, "a repository", "it has no name or no owner");
    if (!is_component(name) || !is_component(login))
        return bad(err, "a repository", "its name or its owner's holds characters that none can");
    out->name = arena_strdup(arena, name);
    out->owner = arena_strdup(arena, login);
    if (jget_int(object, "id", &out->forge_id) != JGET_OK || out->forge_id <= 0)
        return bad(err, arena_printf(arena, "%s/%s", login, name), "it has no id");
    return 0;
}

static enum jget copy_text(const json_t *object, const char *key, struct arena *arena,
                           const char **out)
{
    const char *text = NULL;
    enum jget result = jget_string(object, key, &text);

    *out = text != NULL && *text != '\0' ? arena_strdup(arena, text) : NULL;
    return result;
}

static int read_repository(const json_t *object, struct arena *arena,
                           struct listing_repository *out, struct err *err)
{
    json_t *licence = NULL;
    bool hidden = false;

    *out = (struct listing_repository){0};
    if (read_identity(object, arena, out, err) != 0)
        return -1;
    if (copy_text(object, "visibility", arena, &out->visibility) == JGET_INVALID ||
        copy_text(object, "default_branch", arena, &out->default_branch) == JGET_INVALID ||
        jget_object(object, "license", &licence) == JGET_INVALID ||
        copy_text(licence, "spdx_id", arena, &out->licence) == JGET_INVALID ||
        copy_text(object, "updated_at", arena, &out->updated_at) == JGET_INVALID ||
        jget_bool(object, "private", &hidden) == JGET_INVALID ||
        jget_bool(object, "archived", &out->archived) == JGET_INVALID ||
        jget_bool(object, "fork", &out->fork) == JGET_INVALID ||
        jget_bool(object, "disabled", &out->disabled) == JGET_INVALID)
        return bad(err, arena_printf(arena, "%s/%s", out->owner, out->name),
                   "a field has the wrong type");
    /* Enterprise servers of some age send only `private`. */
    if (out->visibility == NULL && json_is_boolean(json_object_get(object, "private")))
        out->visibility = hidden ? "private" : "public";
    /* What the forge says when it found a licence that it does not know. */
    if (out->licence != NULL && strcmp(out->licence, "NOASSERTION") == 0)
        out->licence = NULL;
    return 0;
}

/* One row that cannot be read costs itself. */
static int read_list(const json_t *list, struct arena *arena, struct listing_repository **out,
                     size_t *count, struct err *err)
{
    size_t i, n = json_array_size(list), kept = 0;
    int result = 0;
    json_t *object;

    if (n > REPOSITORIES_MAX)
        return err_set(err, REASON_LIMIT, "The forge listed more than %d repositories in one page.",
                       REPOSITORIES_MAX);
    struct listing_repository *all = arena_array(arena, n, sizeof *all);
    json_array_foreach(list, i, object)
    {
        if (read_repository(object, arena, &all[kept], result == 0 ? err : NULL) == 0)
            kept++;
        else
            result = -1;
    }
    *out = all;
    *count = kept;
    return result;
}

int listing_parse(const char *body, size_t len, struct arena *arena,
                  struct listing_repository **out, size_t *count, struct err *err)
{
    json_error_t error;
    json_t *list = NULL;

    *count = 0;
    if (len > BODY_MAX)
        return err_set(err, REASON_TOO_LARGE, "The forge's listing has more than %zu MiB.",
                       BODY_MAX >> 20);
    json_t *root = json_loadb(body, len, JSON_ALLOW_NUL, &error);
    if (root == NULL)
        return err_set(err, REASON_BAD_ANSWER, "The forge's listing is no JSON: %.200s.",
                       error.text);
    /* An App's installation lists {"total_count": …, "repositories": […]}. */
    if (json_is_array(root))
        list = json_incref(root);
    else if (jget_array(root, "repositories", &list) == JGET_OK)
        json_incref(list);
    else
        json_array_append((list = json_array()), root);
    int result = read_list(list, arena, out, count, err);
    json_decref(list);
    json_decref(root);
    return result;
}
