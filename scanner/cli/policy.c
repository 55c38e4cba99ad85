#include "cli/policy.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "base/text.h"
#include "facts/names.h"
#include "facts/pep440.h"

#define KEY_MAX (PEP440_MAX * 4)

enum kind {
    KIND_TEXT,
    KIND_PACKAGE,
    KIND_REPOSITORY,
    KIND_DAY,
    KIND_VERSIONS,
    KIND_SEVERITIES,
    KIND_SINCE,
    KIND_PREFIX, /* of tags: "" is one */
    KIND_PATH,
    KIND_SOURCE, /* "vcs", PATH or PATH:NAME */
    KIND_GLOBS
};

struct field {
    const char *name;
    enum kind kind;
    bool required;
};

static const struct field policy_fields[] = {
    {"since", KIND_SINCE}, {"severity", KIND_SEVERITIES}, {NULL}};
static const struct field waive_fields[] = {
    {"rule", KIND_TEXT, true},   {"package", KIND_PACKAGE}, {"versions", KIND_VERSIONS},
    {"reason", KIND_TEXT, true}, {"until", KIND_DAY},       {NULL}};
static const struct field override_fields[] = {
    {"package", KIND_PACKAGE},     {"repository", KIND_REPOSITORY}, {"since", KIND_SINCE},
    {"severity", KIND_SEVERITIES}, {"tag_prefix", KIND_PREFIX},     {"version_source", KIND_SOURCE},
    {"changelog", KIND_PATH},      {"ignore", KIND_GLOBS},          {NULL}};

static const struct part {
    const char *key;
    const struct field *fields;
    bool table; /* [key], not [[key]] */
} parts[] = {
    {"policy", policy_fields, true}, {"waive", waive_fields}, {"override", override_fields}};

static const struct part *find_part(const char *key)
{
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
        if (strcmp(parts[i].key, key) == 0)
            return &parts[i];
    return NULL;
}

bool policy_has(const char *key)
{
    return find_part(key) != NULL;
}

static const struct field *find_field(const struct field *fields, const char *name)
{
    while (fields->name != NULL && strcmp(fields->name, name) != 0)
        fields++;
    return fields->name != NULL ? fields : NULL;
}

static int refuse_field(const struct part *part, const char *name, struct err *err)
{
    const char *names[16] = {NULL};

    for (size_t i = 0; part->fields[i].name != NULL; i++)
        names[i] = part->fields[i].name;
    const char *nearest = text_nearest(name, names);
    return err_set(err, REASON_USAGE, "unknown key \"%s\" of %s%s%s%s%s%s", name,
                   part->table ? "[" : "[[", part->key, part->table ? "]" : "]]",
                   nearest != NULL ? "; did you mean \"" : "", nearest != NULL ? nearest : "",
                   nearest != NULL ? "\"?" : "");
}

/* --- values ---------------------------------------------------------------------------------- */

/* "2025-01-31", a day that there is. */
static bool is_day(const char *text)
{
    struct err ignored;
    int64_t instant;
    char again[CLOCK_TEXT];

    if (strlen(text) != 10 || clock_parse(text, &instant, &ignored) != 0)
        return false;
    clock_format(instant, again);
    return strncmp(again, text, 10) == 0;
}

/* Keys are compared as text in SQL: hexadecimal digits order as the bytes do. */
static json_t *key_json(const char *version, size_t len)
{
    struct buf key = BUF_INIT(KEY_MAX), hex = BUF_INIT(2 * KEY_MAX);
    int full = 0;

    pep440_key(version, len, &key);
    for (size_t i = 0; i < key.len; i++)
        full |= buf_addf(&hex, "%02X", (unsigned char)buf_str(&key)[i]);
    json_t *result = full == 0 ? json_stringn(buf_str(&hex), hex.len) : json_null();
    buf_release(&key);
    buf_release(&hex);
    return result;
}

/* An end of the range, which may be given once. */
static int set_end(json_t *range, const char *end, const char *in, const char *version, size_t len,
                   bool included, struct err *err)
{
    if (!json_is_null(json_object_get(range, end)))
        return err_set(err, REASON_USAGE, "the %s end of the range is given twice: at \"%.*s\"",
                       end, (int)len, version);
    json_object_set_new(range, end, key_json(version, len));
    json_object_set_new(range, in, json_boolean(included));
    return 0;
}

/* The length of "<", "<=", ">", ">=", "==" or nothing; SIZE_MAX of another sign. */
static size_t sign_length(const char *text, size_t len)
{
    static const char *const signs[] = {"<", "<=", ">", ">=", "==", ""};
    size_t n = strspn(text, "<>=") < len ? strspn(text, "<>=") : len;

    for (size_t i = 0; i < sizeof signs / sizeof *signs; i++)
        if (strlen(signs[i]) == n && memcmp(signs[i], text, n) == 0)
            return n;
    return SIZE_MAX;
}

/* ">=1.0", "<2", "1.2.3": one or both ends of the range. */
static int read_bound(json_t *range, const char *text, size_t len, struct err *err)
{
    size_t sign = sign_length(text, len);
    if (sign == SIZE_MAX)
        return err_set(err, REASON_USAGE, "\"%.*s\" begins with none of < <= > >= ==", (int)len,
                       text);
    const char *version = text + sign;
    size_t rest = len - sign;

    while (rest > 0 && *version == ' ')
        version++, rest--;
    while (rest > 0 && version[rest - 1] == ' ')
        rest--;
    if (!pep440_valid(version, rest))
        return err_set(err, REASON_USAGE, "\"%.*s\" is no version: write \"1.2\" or \">=1.0,<2.0\"",
                       (int)len, text);
    bool included = sign == 0 || text[sign - 1] == '=';
    if ((sign == 0 || *text != '<') &&
        set_end(range, "low", "low_in", version, rest, included, err) != 0)
        return -1;
    if (sign == 0 || *text != '>')
        return set_end(range, "high", "high_in", version, rest, included, err);
    return 0;
}

static json_t *range_json(const char *text, struct err *err)
{
    json_t *range = json_pack("{s:n,s:b,s:n,s:b}", "low", "low_in", 0, "high", "high_in", 0);

    for (const char *at = text; at != NULL;) {
        const char *comma = strchr(at, ',');
        at += strspn(at, " ");
        if (read_bound(range, at, comma != NULL ? (size_t)(comma - at) : strlen(at), err) != 0) {
            json_decref(range);
            return NULL;
        }
        at = comma != NULL ? comma + 1 : NULL;
    }
    return range;
}

static json_t *versions_json(const json_t *value, struct err *err)
{
    json_t *list = json_array(), *item;
    size_t i;

    if (!json_is_array(value) || json_array_size(value) == 0) {
        err_set(err, REASON_USAGE, "must be a list of versions: [\"...\"]");
        json_decref(list);
        return NULL;
    }
    json_array_foreach(value, i, item)
    {
        json_t *made = NULL;
        if (!json_is_string(item))
            err_set(err, REASON_USAGE, "must be a list of versions: [\"...\"]");
        else
            made = range_json(json_string_value(item), err);
        if (made == NULL) {
            json_decref(list);
            return NULL;
        }
        json_array_append_new(list, made);
    }
    return list;
}

static json_t *severities_json(const json_t *value, struct err *err)
{
    enum severity severity;
    const char *rule;
    json_t *word;

    if (!json_is_object(value)) {
        err_set(err, REASON_USAGE, "must be a table: {rule = \"low\"}");
        return NULL;
    }
    json_object_foreach((json_t *)value, rule, word)
    {
        if (json_is_string(word) && severity_parse(json_string_value(word), &severity) == 0)
            continue;
        err_set(err, REASON_USAGE, "of %s must be critical, high, medium, low or info", rule);
        return NULL;
    }
    return json_incref((json_t *)value);
}

static json_t *globs_json(const json_t *value, struct err *err)
{
    size_t i;
    json_t *glob;

    json_array_foreach(value, i, glob)
    {
        if (!json_is_string(glob) || *json_string_value(glob) == '\0')
            value = NULL;
    }
    if (json_is_array(value))
        return json_incref((json_t *)value);
    err_set(err, REASON_USAGE, "must be a list of directories: [\"examples/*\"]");
    return NULL;
}

/* A path that names a file. */
static bool is_path(const char *text, size_t len)
{
    return len > 0 && text[len - 1] != '/' && memchr(text, '\\', len) == NULL;
}

static bool is_source(const char *text)
{
    const char *colon = strrchr(text, ':');
    size_t len = colon != NULL ? (size_t)(colon - text) : strlen(text);

    if (!is_path(text, len))
        return false;
    if (colon == NULL)
        return true;
    const char *name = colon + 1;
    bool starts = isalpha((unsigned char)*name) || *name == '_';
    while (isalnum((unsigned char)*name) || *name == '_')
        name++;
    return starts && *name == '\0';
}

static json_t *package_json(const char *text, struct err *err)
{
    char normal[NAME_MAX_BYTES];

    if (names_normalise(text, normal) == 0)
        return json_string(normal);
    err_set(err, REASON_USAGE, "\"%s\" is not the name of a package", text);
    return NULL;
}

static json_t *text_json(enum kind kind, const char *text, struct err *err)
{
    const char *slash = strchr(text, '/');

    if (kind == KIND_PACKAGE)
        return package_json(text, err);
    else if (kind == KIND_REPOSITORY &&
             (slash == NULL || slash == text || slash[1] == '\0' || strchr(slash + 1, '/') != NULL))
        err_set(err, REASON_USAGE, "\"%s\" is not OWNER/NAME", text);
    else if (kind == KIND_DAY && !is_day(text))
        err_set(err, REASON_USAGE, "\"%s\" is no day: write \"2025-01-31\"", text);
    else if (kind == KIND_SINCE && !is_day(text) && !pep440_valid(text, strlen(text)))
        err_set(err, REASON_USAGE, "\"%s\" is neither a day (\"2025-01-31\") nor a version", text);
    else if (kind == KIND_PATH && !is_path(text, strlen(text)))
        err_set(err, REASON_USAGE, "\"%s\" is not the path of a file", text);
    else if (kind == KIND_SOURCE && !is_source(text))
        err_set(err, REASON_USAGE,
                "\"%s\" is no source of a version: write \"vcs\", \"VERSION\" or "
                "\"src/x/__init__.py:__version__\"",
                text);
    else
        return json_string(text);
    return NULL;
}

/* A value as it is kept, null for one that is not set; NULL when it is none. A TOML date comes as
   text. */
static json_t *value_json(enum kind kind, json_t *value, struct err *err)
{
    if (json_is_string(value) && json_string_length(value) == 0 && kind != KIND_PREFIX)
        return json_null();
    if (kind == KIND_VERSIONS)
        return versions_json(value, err);
    if (kind == KIND_SEVERITIES)
        return severities_json(value, err);
    if (kind == KIND_GLOBS)
        return globs_json(value, err);
    if (json_is_string(value))
        return text_json(kind, json_string_value(value), err);
    err_set(err, REASON_USAGE, "must be a text: \"...\"");
    return NULL;
}

/* --- tables ---------------------------------------------------------------------------------- */

static json_t *list_of(json_t *policy, const char *name)
{
    json_t *list = json_object_get(policy, name);

    if (list == NULL) {
        list = json_array();
        json_object_set_new(policy, name, list);
    }
    return list;
}

static json_t *or_null(json_t *value)
{
    return value != NULL ? json_incref(value) : json_null();
}

static void add_since(json_t *policy, const json_t *since, json_t *package)
{
    const char *text = json_string_value(since);
    bool day = is_day(text);

    json_array_append_new(list_of(policy, "since"),
                          json_pack("{s:o,s:o,s:o}", "package", or_null(package), "day",
                                    day ? json_string(text) : json_null(), "key",
                                    day ? json_null() : key_json(text, strlen(text))));
}

static void add_severities(json_t *policy, json_t *severities, json_t *package, json_t *repository)
{
    const char *rule;
    json_t *severity;

    json_object_foreach(severities, rule, severity)
    {
        json_array_append_new(list_of(policy, "severity"),
                              json_pack("{s:s,s:o,s:o,s:O}", "rule", rule, "package",
                                        or_null(package), "repository", or_null(repository),
                                        "severity", severity));
    }
}

/* Whether it says how facts are read, which is the scan's to know (cli/override.h). */
static bool is_of_facts(const json_t *entry)
{
    static const char *const names[] = {"tag_prefix", "version_source", "changelog", "ignore"};

    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        const json_t *value = json_object_get(entry, names[i]);
        if (value != NULL && !json_is_null(value))
            return true;
    }
    return false;
}

/* What [policy] and [[override]] say of findings goes to the lists for all of them. */
static int add_entry(json_t *policy, const struct part *part, json_t *entry, struct err *err)
{
    json_t *package = json_object_get(entry, "package");
    json_t *repository = json_object_get(entry, "repository");
    json_t *since = json_object_get(entry, "since");
    bool named = json_is_string(package), dated = json_is_string(since);

    if (part->fields == waive_fields)
        return json_array_append(list_of(policy, part->key), entry);
    if (!part->table && !named && !json_is_string(repository))
        return err_set(err, REASON_USAGE, "[[override]] needs a package or a repository");
    if (dated && !named && !part->table)
        return err_set(err, REASON_USAGE, "since is of a package: name it");
    if (dated && !named && !is_day(json_string_value(since)))
        return err_set(err, REASON_USAGE, "since of the fleet must be a day: \"2025-01-31\"");
    if (json_is_array(json_object_get(entry, "ignore")) && (named || part->table))
        return err_set(err, REASON_USAGE, "ignore is of a repository, not of a package");
    if (is_of_facts(entry))
        json_array_append(list_of(policy, part->key), entry);
    if (dated)
        add_since(policy, since, package);
    add_severities(policy, json_object_get(entry, "severity"), package, repository);
    return 0;
}

static int read_fields(const struct part *part, json_t *table, json_t *entry, struct buf *where,
                       struct err *err)
{
    const char *name;
    json_t *value;

    json_object_foreach(table, name, value)
    {
        const struct field *field = find_field(part->fields, name);
        json_t *kept = field != NULL ? value_json(field->kind, value, err) : NULL;
        if (kept != NULL) {
            json_object_set_new(entry, name, kept);
            continue;
        }
        if (buf_addf(where, ".%s", name) != 0 || field == NULL)
            return refuse_field(part, name, err);
        return err_prefix(err, "%s", name);
    }
    for (const struct field *field = part->fields; field->name != NULL; field++) {
        bool set = !json_is_null(json_object_get(entry, field->name)) &&
                   json_object_get(entry, field->name) != NULL;
        if (!set && field->required)
            return err_set(err, REASON_USAGE, "[[%s]] needs %s", part->key, field->name);
        if (!set)
            json_object_set_new(entry, field->name, json_null());
    }
    return 0;
}

static int take_table(json_t *policy, const struct part *part, json_t *table, struct buf *where,
                      struct err *err)
{
    json_t *entry = json_object();
    int result = json_is_object(table)
                     ? read_fields(part, table, entry, where, err)
                     : err_set(err, REASON_USAGE, "%s is written as %s%s%s", part->key,
                               part->table ? "[" : "[[", part->key, part->table ? "]" : "]]");

    if (result == 0)
        result = add_entry(policy, part, entry, err);
    json_decref(entry);
    return result;
}

int policy_take(json_t *policy, const char *key, json_t *value, struct buf *where, struct err *err)
{
    const struct part *part = find_part(key);
    json_t *table;
    size_t i;

    if (buf_addstr(where, key) != 0)
        return -1;
    if (part->table || !json_is_array(value))
        return take_table(policy, part, part->table ? value : json_null(), where, err);
    json_array_foreach(value, i, table)
    {
        buf_reset(where);
        if (buf_addf(where, "%s[%zu]", key, i) != 0 ||
            take_table(policy, part, table, where, err) != 0)
            return -1;
    }
    return 0;
}

/* --- rules ----------------------------------------------------------------------------------- */

static int check_rule(const char *id, const char *place, const struct rules *rules, struct err *err)
{
    const char **ids = mem_array(rules_count(rules) + 1, sizeof *ids);
    bool found = false;

    for (size_t i = 0; i < rules_count(rules); i++) {
        ids[i] = rules_at(rules, i)->id;
        found |= strcmp(ids[i], id) == 0;
    }
    const char *nearest = found ? NULL : text_nearest(id, ids);
    free(ids);
    if (found)
        return 0;
    return err_set(err, REASON_USAGE, "%s: there is no rule \"%s\"%s%s%s", place, id,
                   nearest != NULL ? "; did you mean \"" : "", nearest != NULL ? nearest : "",
                   nearest != NULL ? "\"?" : "");
}

int policy_check_rules(const json_t *named, const struct rules *rules, struct err *err)
{
    json_t *entry;
    size_t i;

    json_array_foreach(named, i, entry)
    {
        const char *rule = json_string_value(json_object_get(entry, "rule"));
        if (check_rule(rule, json_string_value(json_object_get(entry, "place")), rules, err) != 0)
            return -1;
    }
    return 0;
}
