/* Rule files: a header of comments, "-- key: value", and one SELECT. */
#include "store/rulefile.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/text.h"

#define RULE_MAX_BYTES (256u << 10)

static const char *const severity_words[] = {"critical", "high", "medium", "low", "info"};

const char *severity_word(enum severity severity)
{
    return severity_words[severity];
}

int severity_parse(const char *word, enum severity *out)
{
    for (int i = SEVERITY_CRITICAL; i <= SEVERITY_INFO; i++) {
        if (strcmp(severity_words[i], word) == 0) {
            *out = (enum severity)i;
            return 0;
        }
    }
    return -1;
}

/* --- the header ------------------------------------------------------------------------------ */

static bool is_among(const char *word, const char *const *words)
{
    while (*words != NULL && strcmp(*words, word) != 0)
        words++;
    return *words != NULL;
}

/* "refs,index" becomes "refs, index", the form that finding_keep looks into. */
static int set_needs(struct rule *rule, const char *value, struct arena *arena, struct err *err)
{
    static const char *const facts[] = {
        "changelogs", "contents",   "declarations", "forge",      "index",     "links", "objects",
        "projects",   "provenance", "refs",         "repository", "workflows", NULL};
    static const char between[] = ", \t";

    rule->needs = "";
    for (const char *at = value + strspn(value, between); *at != '\0';) {
        size_t len = strcspn(at, between);
        const char *word = arena_strndup(arena, at, len);
        const char *nearest = text_nearest(word, facts);
        if (!is_among(word, facts))
            return err_set(err, REASON_USAGE, "it needs \"%s\", which is no fact; %s%s", word,
                           nearest != NULL ? "did you mean " : "see schema/README.md",
                           nearest != NULL ? nearest : "");
        rule->needs =
            arena_printf(arena, "%s%s%s", rule->needs, *rule->needs != '\0' ? ", " : "", word);
        at += len + strspn(at + len, between);
    }
    return 0;
}

static int set_clock(struct rule *rule, const char *value, struct err *err)
{
    rule->clock = strcmp(value, "yes") == 0;
    if (!rule->clock && strcmp(value, "no") != 0)
        return err_set(err, REASON_USAGE, "clock \"%s\" is neither yes nor no", value);
    return 0;
}

static int set_field(struct rule *rule, const char *key, const char *value, struct arena *arena,
                     struct err *err)
{
    static const char *const keys[] = {"id", "severity", "title", "needs", "help", "clock", NULL};

    if (strcmp(key, "id") == 0)
        rule->id = value;
    else if (strcmp(key, "title") == 0)
        rule->title = value;
    else if (strcmp(key, "needs") == 0)
        return set_needs(rule, value, arena, err);
    else if (strcmp(key, "help") == 0)
        rule->help = value;
    else if (strcmp(key, "clock") == 0)
        return set_clock(rule, value, err);
    else if (strcmp(key, "severity") != 0)
        return err_set(err, REASON_USAGE, "the header has no key \"%s\"; %s%s", key,
                       text_nearest(key, keys) != NULL ? "did you mean " : "see schema/README.md",
                       text_nearest(key, keys) != NULL ? text_nearest(key, keys) : "");
    else if (severity_parse(value, &rule->severity) != 0)
        return err_set(err, REASON_USAGE,
                       "severity \"%s\" is none of critical, high, medium, low, info", value);
    return 0;
}

/* The value that starts at `text` and goes on in the comment lines after it that are indented. */
static const char *join_value(const char **text, struct arena *arena)
{
    struct buf value = BUF_INIT(RULE_MAX_BYTES);
    const char *line = *text;
    int status = 0;

    for (;;) {
        size_t len = strcspn(line, "\n");
        size_t end = len;
        while (end > 0 && isspace((unsigned char)line[end - 1]))
            end--;
        status |= buf_add(&value, line, end);
        line += len + (line[len] == '\n');
        size_t indent = strncmp(line, "--", 2) == 0 ? strspn(line + 2, " ") : 0;
        if (indent < 2 || status != 0)
            break;
        line += 2 + indent;
        status |= buf_add(&value, " ", 1);
    }
    *text = line;
    const char *result = arena_strdup(arena, buf_str(&value));
    buf_release(&value);
    return result;
}

static int read_header(struct rule *rule, struct arena *arena, struct err *err)
{
    const char *line = rule->sql;

    while (strncmp(line, "--", 2) == 0) {
        const char *key = line + 2 + strspn(line + 2, " ");
        size_t len = strspn(key, "abcdefghijklmnopqrstuvwxyz_");
        if (key[len] != ':') {
            line += strcspn(line, "\n");
            line += *line == '\n';
            continue;
        }
        line = key + len + 1;
        line += strspn(line, " ");
        const char *name = arena_strndup(arena, key, len);
        if (set_field(rule, name, join_value(&line, arena), arena, err) != 0)
            return -1;
    }
    return 0;
}

static bool is_id(const char *id)
{
    return id[strspn(id, "abcdefghijklmnopqrstuvwxyz0123456789-")] == '\0' && id[0] != '\0';
}

int rulefile_parse(const char *text, const char *source, struct arena *arena, struct rule *out,
                   struct err *err)
{
    *out = (struct rule){.severity = (enum severity) - 1, .sql = arena_strdup(arena, text)};
    out->source = arena_strdup(arena, source);
    if (read_header(out, arena, err) != 0)
        return err_prefix(err, "%s", source);
    if (out->id == NULL || !is_id(out->id))
        return err_set(err, REASON_USAGE,
                       "%s: the header names no id (\"-- id: letters-digits-dashes\")", source);
    if (out->severity == (enum severity) - 1)
        return err_set(err, REASON_USAGE, "%s: the header names no severity", source);
    if (out->title == NULL)
        return err_set(err, REASON_USAGE, "%s: the header names no title", source);
    if (out->needs == NULL)
        out->needs = "";
    if (out->help == NULL)
        out->help = "";
    return 0;
}

/* --- a folder of them ------------------------------------------------------------------------ */

/* A rule is called as its file is: so a folder holds each id once, and an error that names one
   names the other. */
static int check_name(const char *path, const struct rule *rule, struct err *err)
{
    const char *slash = strrchr(path, '/');
    const char *name = slash != NULL ? slash + 1 : path;
    int len = (int)(strlen(name) - strlen(".sql"));

    if (strlen(rule->id) == (size_t)len && strncmp(rule->id, name, (size_t)len) == 0)
        return 0;
    return err_set(err, REASON_USAGE,
                   "%s: the id is \"%s\", but the file's name says \"%.*s\": make them the same",
                   path, rule->id, len, name);
}

int rulefile_read(const char *path, struct arena *arena, struct rule *out, struct err *err)
{
    struct buf text = BUF_INIT(RULE_MAX_BYTES);
    char block[4096];
    size_t n;
    int status = 0;
    FILE *file = fopen(path, "re");

    if (file == NULL)
        return err_set(err, REASON_USAGE, "%s: cannot be read: %s", path, strerror(errno));
    while (status == 0 && (n = fread(block, 1, sizeof block, file)) > 0)
        status = buf_add(&text, block, n);
    if (ferror(file))
        status = err_set(err, REASON_USAGE, "%s: cannot be read: %s", path, strerror(errno));
    else if (status != 0)
        err_set(err, REASON_USAGE, "%s: the file is too long for a rule", path);
    else if (!text_is_utf8(buf_str(&text), text.len))
        status = err_set(err, REASON_USAGE, "%s: the file is not UTF-8 text", path);
    else
        status = rulefile_parse(buf_str(&text), path, arena, out, err);
    if (status == 0)
        status = check_name(path, out, err);
    fclose(file);
    buf_release(&text);
    return status;
}

static int is_sql(const struct dirent *entry)
{
    return entry->d_name[0] != '.' && text_ends_with(entry->d_name, ".sql");
}

int rulefile_each(const char *folder, rulefile_fn *fn, void *ctx, struct err *err)
{
    struct dirent **entries;
    int result = 0;
    int count = scandir(folder, &entries, is_sql, alphasort);

    if (count < 0)
        return err_set(err, REASON_USAGE, "%s: the rules cannot be read: %s", folder,
                       strerror(errno));
    for (int i = 0; i < count; i++) {
        char *path = mem_printf("%s/%s", folder, entries[i]->d_name);
        if (result == 0)
            result = fn(ctx, path, err);
        free(path);
        free(entries[i]);
    }
    free(entries);
    return result;
}
