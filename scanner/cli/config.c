#include "cli/config.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <jansson.h>

#include "base/buf.h"
#include "base/mem.h"
#include "base/text.h"
#include "cli/config_index.h"
#include "cli/policy.h"
#include "cli/value.h"
#include "facts/names.h"
#include "facts/pep440.h"
#include "facts/toml.h"

struct reading {
    struct settings *settings;
    const char *path;
    json_t *lines; /* where each key stands */
    struct err *err;
};

static int at_line(const struct reading *reading, const char *key)
{
    long line = (long)json_integer_value(json_object_get(reading->lines, key));

    if (line > 0)
        return err_prefix(reading->err, "%s:%ld", reading->path, line);
    return err_prefix(reading->err, "%s", reading->path);
}

/* "jobs" of "scan.jobs". */
static const char *last_part(const char *name)
{
    const char *dot = strrchr(name, '.');

    return dot != NULL ? dot + 1 : name;
}

/* The setting whose name without its section is `part`. */
static const char *in_any_section(const char *part)
{
    for (const struct setting *s = settings_table(); s->name != NULL; s++)
        if (strchr(s->name, '.') != NULL && strcmp(last_part(s->name), part) == 0)
            return s->name;
    return NULL;
}

/* What was meant by a key that is none: a setting in another section, else one that is spelt nearly
   so there, or nearly so anywhere. NULL: nobody can tell. */
static const char *meant_by(const char *key)
{
    const char *names[96] = {"fleet",   "github", "index", "scan",     "http", "output",
                             "package", "policy", "waive", "override", "tag",  "provenance"};
    const char *parts[96] = {NULL};
    size_t n = 12, part = 0;

    for (const struct setting *s = settings_table(); s->name != NULL; s++)
        if (strchr(s->name, '.') != NULL && n + 1 < sizeof names / sizeof *names) {
            names[n++] = s->name;
            parts[part++] = last_part(s->name);
        }
    const char *found = in_any_section(last_part(key));
    if (found == NULL)
        found = text_nearest(key, names);
    if (found == NULL && (found = text_nearest(last_part(key), parts)) != NULL)
        found = in_any_section(found);
    return found;
}

static int refuse_key(const struct reading *reading, const char *key)
{
    const char *nearest = meant_by(key);

    if (text_ends_with(key, "app_key") || text_ends_with(key, "private_key"))
        return err_set(reading->err, REASON_USAGE,
                       "unknown key \"%s\": a key never stands in this file; name app_key_file in "
                       "[github], or set FLEETDRIFT_GITHUB_APP_KEY",
                       key);
    if (text_ends_with(key, "token"))
        return err_set(reading->err, REASON_USAGE,
                       "unknown key \"%s\": a token never stands in this file; set "
                       "FLEETDRIFT_GITHUB_TOKEN, or name token_file or token_command in [github]",
                       key);
    if (nearest == NULL)
        return err_set(reading->err, REASON_USAGE, "unknown key \"%s\"", key);
    const char *part = last_part(nearest);
    if (part == nearest || strchr(key, '.') != NULL)
        return err_set(reading->err, REASON_USAGE, "unknown key \"%s\"; did you mean \"%s\"?", key,
                       nearest);
    return err_set(reading->err, REASON_USAGE, "unknown key \"%s\"; did you mean \"%s\" in [%.*s]?",
                   key, part, (int)(part - nearest) - 1, nearest);
}

/* A text of a table: [[package]] or [[tag]]. */
struct member {
    const char *name, **place;
};

static int refuse_member(const struct reading *reading, const char *table, const char *key,
                         const struct member *members)
{
    const char *names[8] = {NULL};
    struct buf all = BUF_INIT(256);

    for (size_t i = 0; members[i].name != NULL; i++) {
        const char *between = i == 0 ? "" : members[i + 1].name != NULL ? ", " : " and ";
        names[i] = members[i].name;
        if (buf_addf(&all, "%s%s", between, names[i]) != 0)
            break;
    }
    const char *nearest = text_nearest(key, names);
    err_set(reading->err, REASON_USAGE, "unknown key \"%s\" of [[%s]]; %s%s%s", key, table,
            nearest != NULL ? "did you mean \"" : "it has ",
            nearest != NULL ? nearest : buf_str(&all), nearest != NULL ? "\"?" : "");
    buf_release(&all);
    return -1;
}

static int refuse_type(const struct reading *reading, const char *key, const char *wanted)
{
    return err_set(reading->err, REASON_USAGE, "%s must be %s", key, wanted);
}

static int assign(const struct reading *reading, const struct setting *setting, const char *text)
{
    if (settings_assign(reading->settings, setting, text, LAYER_FILE, reading->err) != 0)
        return err_prefix(reading->err, "%s", setting->name);
    return 0;
}

static int assign_list(const struct reading *reading, const struct setting *setting,
                       const json_t *value)
{
    size_t i;
    json_t *item;

    if (!json_is_array(value))
        return refuse_type(reading, setting->name, "a list of texts: [\"...\"]");
    settings_empty(reading->settings, setting, LAYER_FILE);
    json_array_foreach(value, i, item)
    {
        if (!json_is_string(item))
            return refuse_type(reading, setting->name, "a list of texts: [\"...\"]");
        if (assign(reading, setting, json_string_value(item)) != 0)
            return -1;
    }
    return 0;
}

static int assign_integer(const struct reading *reading, const struct setting *setting,
                          const json_t *value)
{
    char text[24];

    snprintf(text, sizeof text, "%" JSON_INTEGER_FORMAT, json_integer_value(value));
    return assign(reading, setting, text);
}

static int assign_value(const struct reading *reading, const struct setting *setting,
                        const json_t *value)
{
    switch (setting->type) {
    case SETTING_LIST:
        return assign_list(reading, setting, value);
    case SETTING_BOOL:
        if (!json_is_boolean(value))
            return refuse_type(reading, setting->name, "true or false");
        return assign(reading, setting, json_is_true(value) ? "true" : "false");
    case SETTING_COUNT:
        if (!json_is_integer(value))
            return refuse_type(reading, setting->name, "a number");
        return assign_integer(reading, setting, value);
    case SETTING_DURATION:
    case SETTING_LIMIT:
        if (json_is_integer(value))
            return assign_integer(reading, setting, value);
        if (!json_is_string(value))
            return refuse_type(reading, setting->name, "a duration: \"90s\", \"15m\"");
        return assign(reading, setting, json_string_value(value));
    case SETTING_TEXT:
    case SETTING_CHOICE:
        if (json_is_integer(value) && setting->check == value_check_app)
            return assign_integer(reading, setting, value);
        if (!json_is_string(value))
            return refuse_type(reading, setting->name, "a text: \"...\"");
        return assign(reading, setting, json_string_value(value));
    case SETTING_PACKAGES:
        break;
    }
    abort();
}

static int read_section(const struct reading *reading, const char *section, json_t *object)
{
    const char *key;
    json_t *value;

    json_object_foreach(object, key, value)
    {
        char *name = mem_printf("%s.%s", section, key);
        const struct setting *setting = settings_find(name);
        int result =
            setting == NULL ? refuse_key(reading, name) : assign_value(reading, setting, value);
        if (result != 0)
            at_line(reading, name);
        free(name);
        if (result != 0)
            return -1;
    }
    return 0;
}

/* The texts of one table; *wrong becomes the key that a failure is about. */
static int read_members(const struct reading *reading, const char *name, json_t *table,
                        const struct member *members, const char **wrong)
{
    const char *key;
    json_t *value;

    json_object_foreach(table, key, value)
    {
        const struct member *member = members;
        *wrong = key;
        while (member->name != NULL && strcmp(member->name, key) != 0)
            member++;
        if (member->name == NULL)
            return refuse_member(reading, name, key, members);
        if (!json_is_string(value))
            return refuse_type(reading, key, "a text: \"...\"");
        *member->place = json_string_value(value);
    }
    *wrong = "";
    return 0;
}

static int read_package(const struct reading *reading, json_t *table, const char **wrong)
{
    const char *name = NULL, *repository = NULL;
    const struct member members[] = {{"name", &name}, {"repository", &repository}, {NULL, NULL}};

    if (read_members(reading, "package", table, members, wrong) != 0)
        return -1;
    if (name == NULL || strchr(name, '=') != NULL)
        return err_set(reading->err, REASON_USAGE, "[[package]] needs the name of a package");
    char *text = repository != NULL ? mem_printf("%s=%s", name, repository) : mem_strdup(name);
    int result = assign(reading, settings_find("package"), text);
    free(text);
    return result;
}

static int add_tag(const struct reading *reading, const struct scan_tag *tag, const char **wrong)
{
    struct setting_tags *list = &reading->settings->tags;
    struct arena *arena = &reading->settings->arena;
    struct buf version = BUF_INIT(2 * PEP440_MAX);
    char package[NAME_MAX_BYTES];

    *wrong = "package";
    if (names_normalise(tag->package, package) != 0)
        return err_set(reading->err, REASON_USAGE, "\"%s\" is not the name of a package",
                       tag->package);
    *wrong = "version";
    if (pep440_normal(tag->version, strlen(tag->version), &version) != 0) {
        buf_release(&version);
        return err_set(reading->err, REASON_USAGE, "\"%s\" is no version (PEP 440)", tag->version);
    }
    struct scan_tag *items = arena_array(arena, list->count + 1, sizeof *items);
    if (list->count > 0)
        memcpy(items, list->items, list->count * sizeof *items);
    items[list->count++] = (struct scan_tag){.package = arena_strdup(arena, package),
                                             .version = arena_strdup(arena, buf_str(&version)),
                                             .tag = arena_strdup(arena, tag->tag),
                                             .reason = arena_strdup(arena, tag->reason)};
    list->items = items;
    buf_release(&version);
    return 0;
}

static int read_tag(const struct reading *reading, json_t *table, const char **wrong)
{
    struct scan_tag tag = {0};
    const struct member members[] = {{"package", &tag.package},
                                     {"version", &tag.version},
                                     {"tag", &tag.tag},
                                     {"reason", &tag.reason},
                                     {NULL, NULL}};

    if (read_members(reading, "tag", table, members, wrong) != 0)
        return -1;
    for (const struct member *m = members; m->name != NULL; m++)
        if (*m->place == NULL || **m->place == '\0')
            return err_set(reading->err, REASON_USAGE, "[[tag]] needs a %s", m->name);
    return add_tag(reading, &tag, wrong);
}

static int read_index(const struct reading *reading, json_t *table, const char **wrong)
{
    return config_read_index(reading->settings, table, wrong, reading->err);
}

typedef int read_table(const struct reading *reading, json_t *table, const char **wrong);

/* An array of tables: [[name]]. */
static int read_tables(const struct reading *reading, const char *name, const json_t *tables,
                       read_table *read)
{
    char written[32];
    size_t i;
    json_t *table;

    snprintf(written, sizeof written, "written as [[%s]]", name);
    if (!json_is_array(tables)) {
        refuse_type(reading, name, written);
        return at_line(reading, name);
    }
    json_array_foreach(tables, i, table)
    {
        const char *wrong = "";
        int result = json_is_object(table) ? read(reading, table, &wrong)
                                           : refuse_type(reading, name, written);
        if (result == 0)
            continue;
        char *key = mem_printf("%s[%zu]%s%s", name, i, *wrong != '\0' ? "." : "", wrong);
        at_line(reading, key);
        free(key);
        return -1;
    }
    return 0;
}

/* Where the file names a rule: the rules themselves are read later. */
static void note_rule(const struct reading *reading, const char *rule, const char *key)
{
    struct settings *settings = reading->settings;
    struct err place = {0};

    if (rule == NULL)
        return;
    if (settings->named_rules == NULL)
        settings->named_rules = json_array();
    err_set(&place, REASON_USAGE, "%s", key);
    at_line(&(struct reading){.path = reading->path, .lines = reading->lines, .err = &place}, key);
    json_array_append_new(settings->named_rules,
                          json_pack("{s:s,s:s}", "rule", rule, "place", place.text));
}

static void note_table(const struct reading *reading, const char *key, json_t *table)
{
    const char *rule;
    json_t *ignored;

    char *name = mem_printf("%s.rule", key);
    note_rule(reading, json_string_value(json_object_get(table, "rule")), name);
    free(name);
    json_object_foreach(json_object_get(table, "severity"), rule, ignored)
    {
        name = mem_printf("%s.severity.%s", key, rule);
        note_rule(reading, rule, name);
        free(name);
    }
}

static void note_rules(const struct reading *reading, const char *key, json_t *value)
{
    size_t i;
    json_t *table;

    if (json_is_object(value))
        note_table(reading, key, value);
    json_array_foreach(value, i, table)
    {
        char *name = mem_printf("%s[%zu]", key, i);
        note_table(reading, name, table);
        free(name);
    }
}

static int read_policy(const struct reading *reading, const char *key, json_t *value)
{
    struct settings *settings = reading->settings;
    struct buf where = BUF_INIT(CONFIG_MAX);

    if (settings->policy == NULL)
        settings->policy = json_object();
    int result = policy_take(settings->policy, key, value, &where, reading->err);
    if (result != 0)
        at_line(reading, buf_str(&where));
    else
        note_rules(reading, key, value);
    buf_release(&where);
    return result;
}

static bool is_section(const char *name)
{
    size_t len = strlen(name);

    for (const struct setting *s = settings_table(); s->name != NULL; s++)
        if (strncmp(s->name, name, len) == 0 && s->name[len] == '.')
            return true;
    return false;
}

static int read_document(const struct reading *reading, json_t *document)
{
    const char *key;
    json_t *value;

    json_object_foreach(document, key, value)
    {
        int result;
        if (strcmp(key, "package") == 0)
            result = read_tables(reading, key, value, read_package);
        else if (strcmp(key, "tag") == 0)
            result = read_tables(reading, key, value, read_tag);
        else if (strcmp(key, "index") == 0 && json_is_array(value))
            result = read_tables(reading, key, value, read_index);
        else if (policy_has(key))
            result = read_policy(reading, key, value);
        else if (is_section(key) && json_is_object(value))
            result = read_section(reading, key, value);
        else {
            if (is_section(key))
                refuse_type(reading, key, "a section");
            else
                refuse_key(reading, key);
            result = at_line(reading, key);
        }
        if (result != 0)
            return -1;
    }
    return 0;
}

int config_read(struct settings *settings, const char *text, size_t len, const char *path,
                struct err *err)
{
    struct reading reading = {.settings = settings, .path = path, .err = err};
    json_t *document;

    if (toml_parse_lines(text, len, path, &document, &reading.lines, err) != 0) {
        err->reason = REASON_USAGE;
        return -1;
    }
    int result = read_document(&reading, document);
    json_decref(document);
    json_decref(reading.lines);
    return result;
}

int config_load(struct settings *settings, const char *path, struct err *err)
{
    struct buf text = BUF_INIT(CONFIG_MAX);
    int result = value_read_file(path, &text, err);

    if (result != 0)
        err_prefix(err, "configuration");
    else
        result = config_read(settings, buf_str(&text), text.len, path, err);
    buf_release(&text);
    return result;
}

/* $VARIABLE/rest, else ~/INSTEAD/rest; NULL without a home. */
static const char *home_path(struct settings *settings, const char *variable, const char *instead,
                             const char *rest)
{
    const char *base = getenv(variable);
    const char *home = getenv("HOME");

    if (base != NULL && *base == '/')
        return arena_printf(&settings->arena, "%s/%s", base, rest);
    if (home != NULL && *home == '/')
        return arena_printf(&settings->arena, "%s/%s/%s", home, instead, rest);
    return NULL;
}

const char *config_find(struct settings *settings, const char *named)
{
    const char *variable = getenv("FLEETDRIFT_CONFIG");

    if (named != NULL)
        return arena_strdup(&settings->arena, named);
    if (variable != NULL && *variable != '\0')
        return arena_strdup(&settings->arena, variable);
    const char *path =
        home_path(settings, "XDG_CONFIG_HOME", ".config", "fleetdrift/fleetdrift.toml");
    return path != NULL && access(path, F_OK) == 0 ? path : NULL;
}

const char *config_default_cache(struct settings *settings)
{
    const char *path = home_path(settings, "XDG_CACHE_HOME", ".cache", "fleetdrift");

    return path != NULL ? path : "./.fleetdrift-cache";
}
