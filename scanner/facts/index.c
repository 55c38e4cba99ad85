#include "facts/index.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/mem.h"
#include "facts/jget.h"
#include "facts/fileurl.h"
#include "facts/names.h"
#include "facts/pep440.h"

#define BODY_MAX  ((size_t)64 << 20)
#define FILES_MAX 100000
#define KEY_MAX   (64 * 1024)

/* One document being read. */
struct reader {
    const char *url;  /* of the document */
    const char *name; /* of the package that was asked for */
    struct arena *arena;
    struct err *err;
    size_t files; /* seen so far */
};

static int bad(const struct reader *r, const char *where, const char *what, const char *how)
{
    return err_set(r->err, REASON_BAD_ANSWER, "The index document of %.100s is bad: %.200s%s%s %s.",
                   r->name, where, *where != '\0' ? ": " : "", what, how);
}

/* Empty strings and distutils' "UNKNOWN" occur where null is meant. */
static int get_text(const struct reader *r, const char *where, const json_t *object,
                    const char *key, const char **out)
{
    const char *text = NULL;

    *out = NULL;
    if (jget_string(object, key, &text) == JGET_INVALID)
        return bad(r, where, key, "is not a text");
    if (text != NULL && *text != '\0' && strcmp(text, "UNKNOWN") != 0)
        *out = arena_strdup(r->arena, text);
    return 0;
}

static int need_text(const struct reader *r, const char *where, const json_t *object,
                     const char *key, const char **out)
{
    if (get_text(r, where, object, key, out) != 0)
        return -1;
    return *out != NULL ? 0 : bad(r, where, key, "is missing");
}

/* --- files ----------------------------------------------------------------------------------- */

static bool is_sha256(const char *hex)
{
    return strlen(hex) == 64 && strspn(hex, "0123456789abcdef") == 64;
}

static int read_digest(const struct reader *r, const char *where, const json_t *file,
                       const char **out)
{
    json_t *digests = NULL;

    *out = NULL;
    if (jget_object(file, "digests", &digests) == JGET_INVALID)
        return bad(r, where, "digests", "is not an object");
    if (get_text(r, where, digests, "sha256", out) != 0)
        return -1;
    return *out == NULL || is_sha256(*out) ? 0 : bad(r, where, "sha256", "is not 64 hex digits");
}

static int read_upload_time(const struct reader *r, const char *where, const json_t *file,
                            int64_t *out)
{
    const char *text = NULL;

    *out = CLOCK_UNKNOWN;
    if (get_text(r, where, file, "upload_time_iso_8601", &text) != 0)
        return -1;
    if (text == NULL && get_text(r, where, file, "upload_time", &text) != 0)
        return -1;
    if (text != NULL && clock_parse(text, out, NULL) != 0)
        return bad(r, where, "upload_time", "is not a time");
    return 0;
}

static int read_file(struct reader *r, const char *where, const json_t *file,
                     struct index_file *out)
{
    if (!json_is_object(file))
        return bad(r, where, "a file", "is not an object");
    if (need_text(r, where, file, "filename", &out->filename) != 0 ||
        need_text(r, where, file, "packagetype", &out->kind) != 0 ||
        need_text(r, where, file, "url", &out->url) != 0 ||
        read_digest(r, where, file, &out->sha256) != 0 ||
        read_upload_time(r, where, file, &out->uploaded_at) != 0)
        return -1;
    out->url = fileurl(r->url, out->url, r->arena);
    out->size = -1;
    if (jget_int(file, "size", &out->size) == JGET_INVALID || out->size < -1)
        return bad(r, where, "size", "is not a size");
    if (jget_bool(file, "yanked", &out->yanked) == JGET_INVALID)
        return bad(r, where, "yanked", "is not true or false");
    return 0;
}

/* --- releases -------------------------------------------------------------------------------- */

static int read_release(struct reader *r, const char *version, const json_t *list,
                        struct index_release *out)
{
    struct index_file *files;
    size_t i, count = json_array_size(list);
    json_t *file;

    *out = (struct index_release){.version = arena_strdup(r->arena, version),
                                  .uploaded_at = CLOCK_UNKNOWN};
    if (*version == '\0' || !json_is_array(list))
        return bad(r, version, "a release", "has no version or no list of files");
    r->files += count;
    if (r->files > FILES_MAX)
        return err_set(r->err, REASON_LIMIT,
                       "The index document of %.100s lists more than %d files.", r->name,
                       FILES_MAX);
    files = arena_array(r->arena, count, sizeof *files);
    out->yanked = count > 0;
    json_array_foreach(list, i, file)
    {
        if (read_file(r, version, file, &files[i]) != 0)
            return -1;
        out->yanked &= files[i].yanked;
        if (files[i].uploaded_at != CLOCK_UNKNOWN &&
            (out->uploaded_at == CLOCK_UNKNOWN || files[i].uploaded_at < out->uploaded_at))
            out->uploaded_at = files[i].uploaded_at;
        if (out->yanked_reason == NULL &&
            get_text(r, version, file, "yanked_reason", &out->yanked_reason) != 0)
            return -1;
    }
    out->files = files;
    out->file_count = count;
    return 0;
}

/* A release beside its order key, to sort by. */
struct ordered {
    struct index_release release;
    struct buf key;
};

static int compare(const void *a, const void *b)
{
    const struct ordered *x = a, *y = b;
    size_t len = x->key.len < y->key.len ? x->key.len : y->key.len;
    int order = memcmp(buf_str(&x->key), buf_str(&y->key), len);

    if (order == 0)
        order = (x->key.len > y->key.len) - (x->key.len < y->key.len);
    return order != 0 ? order : strcmp(x->release.version, y->release.version);
}

void index_sort(struct index_release *releases, size_t count)
{
    struct ordered *sorted = mem_array(count, sizeof *sorted);

    for (size_t i = 0; i < count; i++) {
        sorted[i].release = releases[i];
        buf_init(&sorted[i].key, KEY_MAX);
        pep440_key(releases[i].version, strlen(releases[i].version), &sorted[i].key);
    }
    qsort(sorted, count, sizeof *sorted, compare);
    for (size_t i = 0; i < count; i++) {
        releases[i] = sorted[i].release;
        buf_release(&sorted[i].key);
    }
    free(sorted);
}

static int read_releases(struct reader *r, const json_t *root, struct index_document *out)
{
    json_t *releases, *list;
    const char *version;
    size_t n = 0;

    if (jget_object(root, "releases", &releases) != JGET_OK)
        return bad(r, "", "releases", "is missing or not an object");
    size_t count = json_object_size(releases);
    if (count > FILES_MAX)
        return err_set(r->err, REASON_LIMIT,
                       "The index document of %.100s lists more than %d releases.", r->name,
                       FILES_MAX);
    struct index_release *found = arena_array(r->arena, count, sizeof *found);
    json_object_foreach(releases, version, list)
    {
        if (read_release(r, version, list, &found[n++]) != 0)
            return -1;
    }
    index_sort(found, n);
    out->releases = found;
    out->release_count = n;
    return 0;
}

/* --- info ------------------------------------------------------------------------------------ */

/* "License :: OSI Approved :: MIT License" says "MIT License"; an approval alone says nothing. */
static int licence_of_classifiers(const struct reader *r, const json_t *info, const char **out)
{
    json_t *list = NULL, *item;
    size_t i;

    if (jget_array(info, "classifiers", &list) == JGET_INVALID)
        return bad(r, "", "classifiers", "is not a list");
    json_array_foreach(list, i, item)
    {
        const char *text = json_string_value(item);
        const char *last = text;
        if (text == NULL)
            return bad(r, "", "classifiers", "holds something that is not a text");
        if (strncmp(text, "License :: ", 11) != 0)
            continue;
        for (const char *p = text; (p = strstr(p, " :: ")) != NULL;)
            last = p += 4;
        if (strcmp(last, "OSI Approved") == 0)
            continue;
        *out = arena_strdup(r->arena, last);
        break;
    }
    return 0;
}

/* The old field may hold the whole text of a licence; then only a classifier names it. */
static int read_licence(const struct reader *r, const json_t *info, const char **out)
{
    const char *field;

    if (get_text(r, "", info, "license_expression", out) != 0 ||
        get_text(r, "", info, "license", &field) != 0)
        return -1;
    if (*out != NULL)
        return 0;
    if (field != NULL && strlen(field) <= 100 && strpbrk(field, "\r\n") == NULL) {
        *out = field;
        return 0;
    }
    return licence_of_classifiers(r, info, out);
}

static int read_urls(const struct reader *r, const json_t *info, struct index_document *out)
{
    static const char *const fields[] = {"home_page", "download_url"};
    json_t *named = NULL, *value;
    const char *label;
    size_t n = 0;

    if (jget_object(info, "project_urls", &named) == JGET_INVALID)
        return bad(r, "", "project_urls", "is not an object");
    size_t room = json_object_size(named) + 3;
    const char **urls = arena_array(r->arena, room, sizeof *urls);
    const char **labels = arena_array(r->arena, room, sizeof *labels);
    for (size_t i = 0; i < 2; i++) {
        labels[n] = "";
        if (get_text(r, "", info, fields[i], &urls[n]) != 0)
            return -1;
        n += urls[n] != NULL;
    }
    json_object_foreach(named, label, value)
    {
        labels[n] = arena_strdup(r->arena, label);
        if (get_text(r, "project_urls", named, label, &urls[n]) != 0)
            return -1;
        n += urls[n] != NULL;
    }
    urls[n] = labels[n] = NULL;
    out->urls = urls;
    out->url_labels = labels;
    return 0;
}

static int read_info(const struct reader *r, const json_t *root, struct index_document *out)
{
    json_t *info;

    if (jget_object(root, "info", &info) != JGET_OK)
        return bad(r, "", "info", "is missing or not an object");
    if (need_text(r, "", info, "name", &out->name) != 0)
        return -1;
    if (!names_equal(out->name, r->name))
        return err_set(r->err, REASON_BAD_ANSWER,
                       "The index answered with the document of %.100s when asked for %.100s.",
                       out->name, r->name);
    if (read_licence(r, info, &out->licence) != 0)
        return -1;
    return read_urls(r, info, out);
}

static int read_owner(const struct reader *r, const json_t *root, struct index_document *out)
{
    json_t *ownership = NULL;

    if (jget_object(root, "ownership", &ownership) == JGET_INVALID)
        return bad(r, "", "ownership", "is not an object");
    return get_text(r, "", ownership, "organization", &out->organisation);
}

int index_parse(const char *body, size_t len, const char *url, const char *name,
                struct arena *arena, struct index_document *out, struct err *err)
{
    struct reader r = {.url = url, .name = name, .arena = arena, .err = err};
    struct index_document document = {0};
    json_error_t error;

    if (len > BODY_MAX)
        return err_set(err, REASON_TOO_LARGE, "The index document of %.100s has more than %zu MiB.",
                       name, BODY_MAX >> 20);
    json_t *root = json_loadb(body, len, JSON_ALLOW_NUL, &error);
    if (root == NULL)
        return err_set(err, REASON_BAD_ANSWER, "The index document of %.100s is no JSON: %.200s.",
                       name, error.text);
    int result = read_info(&r, root, &document);
    if (result == 0)
        result = read_owner(&r, root, &document);
    if (result == 0)
        result = read_releases(&r, root, &document);
    json_decref(root);
    if (result == 0)
        *out = document;
    return result;
}
