#include "cli/config_index.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/text.h"
#include "cli/token.h"
#include "cli/value.h"

#define INDEXES_MAX 16

static const char *const kind_words[] = {
    [PYPI_AUTO] = "auto", [PYPI_JSON] = "json", [PYPI_SIMPLE] = "simple", NULL};

/* --- reading --------------------------------------------------------------------------------- */

static int refuse_key(const char *key, struct err *err)
{
    static const char *const names[] = {"url",       "kind",       "username",      "username_env",
                                        "token_env", "token_file", "token_command", "files",
                                        "integrity", NULL};
    const char *nearest = text_nearest(key, names);

    if (strcmp(key, "token") == 0 || strcmp(key, "password") == 0)
        return err_set(err, REASON_USAGE,
                       "unknown key \"%s\": a secret never stands in this file; name token_env, "
                       "token_file or token_command",
                       key);
    return err_set(err, REASON_USAGE, "unknown key \"%s\" of [[index]]%s%s%s", key,
                   nearest != NULL ? "; did you mean \"" : "", nearest != NULL ? nearest : "",
                   nearest != NULL ? "\"?" : "");
}

static int read_command(struct arena *arena, const json_t *value, const char *const **out,
                        struct err *err)
{
    size_t i, count = json_array_size(value);
    json_t *item;

    if (!json_is_array(value))
        return err_set(err, REASON_USAGE, "token_command must be a list of texts: [\"...\"]");
    const char **words = arena_array(arena, count + 1, sizeof *words);
    json_array_foreach(value, i, item)
    {
        if (!json_is_string(item))
            return err_set(err, REASON_USAGE, "token_command must be a list of texts: [\"...\"]");
        words[i] = arena_strdup(arena, json_string_value(item));
    }
    *out = count > 0 ? words : NULL;
    return 0;
}

static int read_key(struct arena *arena, struct setting_index *index, const char *key,
                    const json_t *value, struct err *err)
{
    const struct {
        const char *key, **place;
    } texts[] = {{"url", &index->url},
                 {"username", &index->username},
                 {"username_env", &index->username_env},
                 {"token_env", &index->token_env},
                 {"token_file", &index->token_file},
                 {"files", &index->files}};

    if (strcmp(key, "token_command") == 0)
        return read_command(arena, value, &index->token_command, err);
    if (strcmp(key, "integrity") == 0) {
        index->integrity = json_is_true(value) ? PYPI_INTEGRITY_YES : PYPI_INTEGRITY_NO;
        return json_is_boolean(value)
                   ? 0
                   : err_set(err, REASON_USAGE, "integrity must be true or false");
    }
    bool kind = strcmp(key, "kind") == 0;
    size_t i = 0;
    while (i < sizeof texts / sizeof *texts && strcmp(texts[i].key, key) != 0)
        i++;
    if (!kind && i == sizeof texts / sizeof *texts)
        return refuse_key(key, err);
    if (!json_is_string(value))
        return err_set(err, REASON_USAGE, "%s must be a text: \"...\"", key);
    if (kind)
        return value_choice(json_string_value(value), kind_words, &index->kind, err);
    if (*json_string_value(value) != '\0')
        *texts[i].place = arena_strdup(arena, json_string_value(value));
    return 0;
}

static int check(const struct settings *settings, const struct setting_index *index,
                 struct err *err)
{
    bool named = index->username != NULL || index->username_env != NULL;
    bool secret =
        index->token_env != NULL || index->token_file != NULL || index->token_command != NULL;

    if (index->url == NULL)
        return err_set(err, REASON_USAGE, "[[index]] needs a url");
    if (value_check_url(index->url, err) != 0)
        return -1;
    if (index->files != NULL && value_check_url(index->files, err) != 0)
        return -1;
    if (named && !secret)
        return err_set(err, REASON_USAGE,
                       "[[index]] has a user name, but neither token_env, token_file nor "
                       "token_command");
    for (size_t i = 0; i < settings->indexes.count; i++)
        if (strcmp(settings->indexes.items[i].url, index->url) == 0)
            return err_set(err, REASON_USAGE, "two [[index]] have one url");
    if (settings->indexes.count >= INDEXES_MAX)
        return err_set(err, REASON_USAGE, "more than %d [[index]]", INDEXES_MAX);
    return 0;
}

int config_read_index(struct settings *settings, const json_t *table, const char **wrong,
                      struct err *err)
{
    struct setting_indexes *list = &settings->indexes;
    struct setting_index index = {.kind = PYPI_AUTO};
    const char *key;
    json_t *value;

    json_object_foreach((json_t *)table, key, value)
    {
        *wrong = key;
        if (read_key(&settings->arena, &index, key, value, err) != 0)
            return -1;
    }
    *wrong = index.url != NULL ? "url" : "";
    if (index.url != NULL)
        index.url = arena_strndup(&settings->arena, index.url, text_without_slashes(index.url));
    if (check(settings, &index, err) != 0)
        return -1;
    struct setting_index *items = arena_array(&settings->arena, list->count + 1, sizeof *items);
    if (list->count > 0)
        memcpy(items, list->items, list->count * sizeof *items);
    items[list->count++] = index;
    list->items = items;
    return 0;
}

/* --- what a call uses ------------------------------------------------------------------------ */

static bool same_url(const char *a, const char *b)
{
    size_t n = text_without_slashes(a), m = text_without_slashes(b);

    return n == m && memcmp(a, b, n) == 0;
}

static int resolve(const struct setting_index *index, struct scan_index *out, struct err *err)
{
    const struct token_source source = {index->token_env, index->token_file, index->token_command};
    const char *user = index->username;
    char *secret = NULL;

    *out = (struct scan_index){.url = index->url,
                               .kind = (enum pypi_kind)index->kind,
                               .integrity = (enum pypi_integrity)index->integrity};
    out->files = index->files;
    if (same_url(index->url, "https://pypi.org")) {
        if (index->files == NULL)
            out->files = "https://files.pythonhosted.org";
        if (index->integrity == PYPI_INTEGRITY_AUTO)
            out->integrity = PYPI_INTEGRITY_YES;
    }
    if (index->username_env != NULL && (user = getenv(index->username_env)) == NULL)
        err_set(err, REASON_USAGE, "the environment variable %s is not set", index->username_env);
    else if (user != NULL && strchr(user, ':') != NULL)
        err_set(err, REASON_USAGE, "a user name must not hold a colon");
    else if (token_read(&source, &secret, err) == 0) {
        out->user = user != NULL ? mem_strdup(user) : NULL;
        out->secret = secret;
        return 0;
    }
    return err_prefix(err, "index %s", index->url);
}

int index_list(const struct settings *settings, struct scan_index **out, size_t *count,
               struct err *err)
{
    const struct setting_indexes *list = &settings->indexes;
    const char *flag = settings->index_flag;
    struct setting_index one = {.url = flag != NULL ? flag : settings->index};
    const struct setting_index *chosen = list->items;
    size_t n = list->count;

    if (n == 0 || flag != NULL) {
        chosen = &one;
        n = 1;
    }
    for (size_t i = 0; flag != NULL && i < list->count; i++)
        if (same_url(list->items[i].url, flag))
            chosen = &list->items[i];
    *out = mem_array(n, sizeof **out);
    for (*count = 0; *count < n; ++*count)
        if (resolve(&chosen[*count], &(*out)[*count], err) != 0) {
            index_list_free(*out, *count);
            *out = NULL;
            *count = 0;
            return -1;
        }
    return 0;
}

void index_list_free(struct scan_index *list, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        free(list[i].user);
        free(list[i].secret);
    }
    free(list);
}
