/* PEP 691 with 592, 700, 740, 792. Keys that are not read here are ignored, as PEP 629 asks. */
#include "facts/simple.h"

#include <string.h>

#include "base/clock.h"
#include "facts/fileurl.h"
#include "facts/jget.h"
#include "facts/names.h"
#include "facts/pep440.h"

#define PROVENANCE_SINCE "1.3" /* PEP 740 */

struct reading {
    struct simple_page *page;
    struct arena *arena;
    struct err *err;
};

static int bad(const struct reading *r, const char *what, const char *how)
{
    return simple_bad(r->page, r->err, what, how);
}

static int get_text(const struct reading *r, const json_t *object, const char *key,
                    const char **out)
{
    const char *text = NULL;

    *out = NULL;
    if (jget_string(object, key, &text) == JGET_INVALID)
        return bad(r, key, "is not a text");
    if (text != NULL && *text != '\0')
        *out = arena_strdup(r->arena, text);
    return 0;
}

static int need_text(const struct reading *r, const json_t *object, const char *key,
                     const char **out)
{
    if (get_text(r, object, key, out) != 0)
        return -1;
    return *out != NULL ? 0 : bad(r, key, "is missing");
}

/* --- what it is ------------------------------------------------------------------------------ */

static int read_meta(const struct reading *r, const json_t *root)
{
    json_t *meta;

    if (jget_object(root, "meta", &meta) != JGET_OK)
        return bad(r, "meta", "is missing or not an object");
    return need_text(r, meta, "api-version", &r->page->api_version);
}

static int read_name(const struct reading *r, const json_t *root)
{
    const char *name;

    if (need_text(r, root, "name", &name) != 0)
        return -1;
    if (names_equal(name, r->page->package))
        return 0;
    return err_set(r->err, REASON_BAD_ANSWER,
                   "The index answered with the page of %.100s when asked for %.100s.", name,
                   r->page->package);
}

static int read_status(const struct reading *r, const json_t *root)
{
    json_t *status = NULL;

    if (jget_object(root, "project-status", &status) == JGET_INVALID)
        return bad(r, "project-status", "is not an object");
    if (get_text(r, status, "status", &r->page->status) != 0)
        return -1;
    return get_text(r, status, "reason", &r->page->reason);
}

static int read_versions(const struct reading *r, const json_t *root)
{
    json_t *list = NULL, *item;
    size_t i;

    if (jget_array(root, "versions", &list) == JGET_INVALID)
        return bad(r, "versions", "is not a list");
    size_t count = json_array_size(list);
    if (list == NULL)
        return 0;
    if (count > SIMPLE_FILES_MAX)
        return err_set(r->err, REASON_LIMIT,
                       "The Simple page of %.100s lists more than %d versions.", r->page->package,
                       SIMPLE_FILES_MAX);
    const char **versions = arena_array(r->arena, count + 1, sizeof *versions);
    json_array_foreach(list, i, item)
    {
        const char *text = json_string_value(item);
        if (text == NULL || *text == '\0' || strlen(text) != json_string_length(item))
            return bad(r, "versions", "holds something that is not a version");
        versions[i] = arena_strdup(r->arena, text);
    }
    r->page->versions = versions;
    r->page->version_count = count;
    return 0;
}

/* --- files ----------------------------------------------------------------------------------- */

static int read_hash(const struct reading *r, const json_t *object, struct simple_file *out)
{
    json_t *hashes = NULL;

    if (jget_object(object, "hashes", &hashes) == JGET_INVALID)
        return bad(r, "hashes", "is not an object");
    if (get_text(r, hashes, "sha256", &out->sha256) != 0)
        return -1;
    if (out->sha256 != NULL &&
        (strlen(out->sha256) != 64 || strspn(out->sha256, "0123456789abcdef") != 64))
        return bad(r, "sha256", "is not 64 hex digits");
    return 0;
}

/* PEP 592: true, or a text that is not empty and says why. */
static int read_yanked(const struct reading *r, const json_t *object, struct simple_file *out)
{
    if (jget_bool(object, "yanked", &out->yanked) != JGET_INVALID)
        return 0;
    if (get_text(r, object, "yanked", &out->yanked_reason) != 0)
        return -1;
    out->yanked = out->yanked_reason != NULL;
    return 0;
}

/* Pages of a version that knows of it tell of each file. */
static int read_provenance(const struct reading *r, const json_t *object, struct simple_file *out)
{
    const char *url;

    if (get_text(r, object, "provenance", &url) != 0)
        return -1;
    if (url != NULL)
        out->provenance = fileurl(r->page->url, url, r->arena);
    else if (pep440_compare(r->page->api_version, PROVENANCE_SINCE) >= 0)
        out->provenance = "";
    return 0;
}

static int read_file(const struct reading *r, const json_t *object)
{
    const char *time, *url;
    struct simple_file *out = simple_add(r->page, r->err);

    if (out == NULL)
        return -1;
    if (!json_is_object(object))
        return bad(r, "a file", "is not an object");
    if (need_text(r, object, "filename", &out->filename) != 0 ||
        need_text(r, object, "url", &url) != 0 || read_hash(r, object, out) != 0 ||
        read_yanked(r, object, out) != 0 || read_provenance(r, object, out) != 0 ||
        get_text(r, object, "upload-time", &time) != 0)
        return -1;
    out->url = fileurl(r->page->url, url, r->arena);
    if (time != NULL && clock_parse(time, &out->uploaded_at, NULL) != 0)
        return bad(r, "upload-time", "is not a time");
    if (jget_int(object, "size", &out->size) == JGET_INVALID || out->size < -1)
        return bad(r, "size", "is not a size");
    return 0;
}

static int read_files(const struct reading *r, const json_t *root)
{
    json_t *list, *item;
    size_t i;

    if (jget_array(root, "files", &list) != JGET_OK)
        return bad(r, "files", "is missing or not a list");
    json_array_foreach(list, i, item)
    {
        if (read_file(r, item) != 0)
            return -1;
    }
    return 0;
}

int simple_read_json(const char *body, size_t len, struct arena *arena, struct simple_page *page,
                     struct err *err)
{
    struct reading r = {.page = page, .arena = arena, .err = err};
    json_error_t error;
    json_t *root = json_loadb(body, len, JSON_ALLOW_NUL, &error);

    if (root == NULL)
        return err_set(err, REASON_BAD_ANSWER, "The Simple page of %.100s is no JSON: %.200s.",
                       page->package, error.text);
    int result = read_meta(&r, root);
    if (result == 0 &&
        (simple_check_version(page, err) != 0 || read_name(&r, root) != 0 ||
         read_status(&r, root) != 0 || read_versions(&r, root) != 0 || read_files(&r, root) != 0))
        result = -1;
    json_decref(root);
    return result;
}
