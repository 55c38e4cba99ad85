/* What the build says of the package: core metadata, .egg-info, lists of members (rows 1, 2, 8,
   11). */
#include "facts/compare_internal.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/text.h"
#include "facts/licence.h"
#include "facts/names.h"

#define LICENCES_MAX     50 /* that are told */
#define REQUIREMENTS_MAX 64 /* files that are searched for a requirement */

static struct compare_text text_of(const struct archive_member *member)
{
    return (struct compare_text){member->data, member->len};
}

static bool take_line(struct compare_text *rest, struct compare_text *line)
{
    if (rest->len == 0)
        return false;
    const char *newline = memchr(rest->data, '\n', rest->len);
    size_t len = newline != NULL ? (size_t)(newline - rest->data) : rest->len;
    *line = (struct compare_text){rest->data, len};
    rest->data += newline != NULL ? len + 1 : len;
    rest->len -= newline != NULL ? len + 1 : len;
    while (line->len > 0 && isspace((unsigned char)line->data[line->len - 1]))
        line->len--;
    return true;
}

/* --- core metadata (rows 1 and 2) ------------------------------------------------------------- */

bool compare_header(struct compare_text text, const char *name, size_t nth,
                    struct compare_text *value)
{
    size_t len = strlen(name);
    struct compare_text line;

    while (take_line(&text, &line) && line.len > 0) {
        if (line.len <= len || line.data[len] != ':' || strncasecmp(line.data, name, len) != 0 ||
            nth-- > 0)
            continue;
        *value = (struct compare_text){line.data + len + 1, line.len - len - 1};
        while (value->len > 0 && isspace((unsigned char)*value->data)) {
            value->data++;
            value->len--;
        }
        return true;
    }
    return false;
}

/* Whether they are this release's; what they say instead. */
static bool names_release(struct comparison *c, const struct archive_member *member,
                          const char **instead)
{
    struct compare_text name = {"", 0}, version = {"", 0}, more;
    bool found = compare_header(text_of(member), "Name", 0, &name) &&
                 compare_header(text_of(member), "Version", 0, &version);
    bool twice = compare_header(text_of(member), "Name", 1, &more) ||
                 compare_header(text_of(member), "Version", 1, &more);
    const char *spelt = arena_strndup(c->arena, name.data, name.len);

    if (found && !twice && names_equal(spelt, c->in->package) && compare_is_version(c, version))
        return true;
    *instead = !found  ? "no name and version"
               : twice ? "more than one name or version"
                       : arena_printf(c->arena, "%s %.*s", spelt, (int)version.len, version.data);
    return false;
}

enum proof compare_prove_metadata(struct comparison *c, struct compare_member *m,
                                  const struct compare_entry *entry)
{
    const char *instead;

    (void)entry;
    if (m->member->data == NULL)
        return PROOF_NONE;
    if (names_release(c, m->member, &instead))
        return PROOF_HOLDS;
    m->reason = arena_printf(c->arena, "metadata of another release: %s", instead);
    return PROOF_FAILS;
}

void compare_check_metadata(struct comparison *c)
{
    const char *path =
        c->wheel ? arena_printf(c->arena, "%sMETADATA", c->egg_info != NULL ? c->egg_info : "")
                 : "PKG-INFO";
    const struct archive_member *member = compare_find(c->in->archive, path);
    const char *instead;

    if (member == NULL)
        compare_alarm(c, COMPARE_ALARM_METADATA, NULL, "there is no %s", path);
    else if (member->data == NULL)
        compare_alarm(c, COMPARE_ALARM_UNREAD, path, "too large to be read");
    else if (!names_release(c, member, &instead))
        compare_alarm(c, COMPARE_ALARM_METADATA, path, "says %s", instead);
}

/* --- .egg-info (row 2) ------------------------------------------------------------------------ */

static bool is_blank(struct compare_text text)
{
    for (size_t i = 0; i < text.len; i++)
        if (!isspace((unsigned char)text.data[i]))
            return false;
    return true;
}

/* One name of a module or package a line. */
static bool is_names(struct compare_text text)
{
    struct compare_text line;

    while (take_line(&text, &line))
        for (size_t i = 0; i < line.len; i++)
            if (!isalnum((unsigned char)line.data[i]) && (unsigned char)line.data[i] < 0x80 &&
                strchr("_./-", line.data[i]) == NULL)
                return false;
    return true;
}

/* requirements.txt and the like, which a setup.py reads. */
static bool in_requirements(struct comparison *c, const char *name)
{
    const struct compare_tree *tree = c->in->commit.tree;
    const size_t prefix = strlen(c->out->prefix);

    for (size_t i = 0, files = 0; i < tree->count && files < REQUIREMENTS_MAX; i++) {
        const char *path = tree->entries[i].path;
        struct compare_text text;
        if (strncmp(path, c->out->prefix, prefix) != 0 || !text_ends_with(path, ".txt") ||
            strstr(path + prefix, "require") == NULL)
            continue;
        files++;
        if (compare_read_entry(c, &tree->entries[i], &text) == PROOF_HOLDS &&
            strcasestr(arena_strndup(c->arena, text.data, text.len), name) != NULL)
            return true;
    }
    return false;
}

/* Whether the project's files name every requirement. */
static bool is_declared(struct comparison *c, struct compare_text text)
{
    const char *built = compare_built(c);
    struct compare_text line;

    while (take_line(&text, &line)) {
        size_t n = 0;
        while (n < line.len &&
               (isalnum((unsigned char)line.data[n]) || strchr("-_.", line.data[n]) != NULL))
            n++;
        const char *name = arena_strndup(c->arena, line.data, n);
        if (n > 0 && strcasestr(built, name) == NULL && !in_requirements(c, name))
            return false;
    }
    return true;
}

static const char *const pbr_words[] = {"pbr", NULL};

/* Where pbr is installed it notes the commit also for projects that it does not build, once. */
static bool note_pbr(struct comparison *c, const struct archive_member *member)
{
    json_t *root = json_loadb(member->data, member->len, 0, NULL);
    const char *revision = json_string_value(json_object_get(root, "git_version"));
    bool good = json_is_object(root) && json_object_size(root) <= 2;

    if (good && revision != NULL)
        compare_note_revision(c, member->path, revision, strlen(revision),
                              compare_built_with(c, pbr_words) ? COMPARE_ALARM_REVISION
                                                               : COMPARE_ALARM_STALE);
    json_decref(root);
    return good;
}

static enum proof review(struct compare_member *m, const char *why)
{
    m->class = COMPARE_REVIEW;
    m->reason = why;
    return PROOF_HOLDS;
}

static enum proof prove_flag(struct comparison *c, struct compare_member *m)
{
    (void)c;
    return is_blank(text_of(m->member)) ? PROOF_HOLDS : PROOF_FAILS;
}

static enum proof prove_names(struct comparison *c, struct compare_member *m)
{
    (void)c;
    return is_names(text_of(m->member)) ? PROOF_HOLDS : PROOF_FAILS;
}

static enum proof prove_links(struct comparison *c, struct compare_member *m)
{
    (void)c;
    return is_blank(text_of(m->member)) ? PROOF_HOLDS
                                        : review(m, "requirements that are fetched from addresses");
}

static enum proof prove_requires(struct comparison *c, struct compare_member *m)
{
    bool declared = is_declared(c, text_of(m->member));

    return c->pending ? PROOF_WAITS
           : declared ? PROOF_HOLDS
                      : review(m, "a requirement that no project file of the commit names");
}

static enum proof prove_pbr(struct comparison *c, struct compare_member *m)
{
    return note_pbr(c, m->member) ? PROOF_HOLDS : PROOF_FAILS;
}

static enum proof prove_release(struct comparison *c, struct compare_member *m)
{
    return compare_prove_metadata(c, m, NULL);
}

static enum proof prove_entries(struct comparison *c, struct compare_member *m)
{
    return compare_prove_entry_points(c, m, NULL);
}

/* compare_check_sources() holds it against the members. */
static enum proof prove_sources(struct comparison *c, struct compare_member *m)
{
    (void)c;
    (void)m;
    return PROOF_HOLDS;
}

enum proof compare_prove_egg_info(struct comparison *c, struct compare_member *m,
                                  const struct compare_entry *entry)
{
    static const struct {
        const char *name;
        enum proof (*prove)(struct comparison *c, struct compare_member *m);
    } files[] = {
        {"PKG-INFO", prove_release},
        {"SOURCES.txt", prove_sources},
        {"requires.txt", prove_requires},
        {"depends.txt", prove_requires},
        {"entry_points.txt", prove_entries},
        {"top_level.txt", prove_names},
        {"namespace_packages.txt", prove_names},
        {"dependency_links.txt", prove_links},
        {"zip-safe", prove_flag},
        {"not-zip-safe", prove_flag},
        {"pbr.json", prove_pbr},
    };

    (void)entry;
    if (c->egg_info == NULL || !text_starts_with(m->member->path, c->egg_info))
        return PROOF_NONE;
    if (m->member->data == NULL)
        return review(m, "too large to be read");
    for (size_t i = 0; i < sizeof files / sizeof *files; i++)
        if (strcmp(m->member->path + strlen(c->egg_info), files[i].name) == 0)
            return files[i].prove(c, m);
    return PROOF_NONE;
}

/* --- lists of members --------------------------------------------------------------------------
 */

static int by_text(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

/* The lines, slashes turned, sorted. */
static char **lines_of(struct comparison *c, struct compare_text text, size_t *count)
{
    char **lines = NULL;
    size_t size = 0;
    struct compare_text line;

    *count = 0;
    while (take_line(&text, &line)) {
        lines = mem_grow(lines, *count, &size, sizeof *lines);
        char *copy = arena_strndup(c->arena, line.data, line.len);
        for (char *s = copy; *s != '\0'; s++)
            *s = *s == '\\' ? '/' : *s;
        lines[(*count)++] = copy;
    }
    if (*count > 1)
        qsort(lines, *count, sizeof *lines, by_text);
    return lines;
}

/* A build writes these after it has made the list. */
static bool is_after_list(const char *path)
{
    return strcmp(path, "PKG-INFO") == 0 || strcmp(path, "setup.cfg") == 0;
}

void compare_check_sources(struct comparison *c)
{
    if (c->egg_info == NULL)
        return;
    const char *path = arena_printf(c->arena, "%sSOURCES.txt", c->egg_info);
    const struct archive_contents *archive = c->in->archive;
    const struct archive_member *list = compare_find(archive, path);
    size_t count;

    if (list == NULL)
        return;
    if (list->data == NULL) {
        compare_alarm(c, COMPARE_ALARM_UNREAD, path, "too large to be read");
        return;
    }
    char **lines = lines_of(c, text_of(list), &count);
    for (size_t i = 0; i < archive->member_count; i++) {
        const char *key = archive->members[i].path;
        if (is_after_list(key) || strcmp(key, path) == 0 ||
            (count > 0 && bsearch(&key, lines, count, sizeof *lines, by_text) != NULL))
            continue;
        compare_alarm(c, COMPARE_ALARM_UNLISTED, key, "%s does not list it", path);
    }
    free(lines);
}

enum proof compare_prove_manifest(struct comparison *c, struct compare_member *m,
                                  const struct compare_entry *entry)
{
    struct compare_text text = text_of(m->member), line;
    size_t named = 0;

    (void)entry;
    if (text.data == NULL)
        return PROOF_NONE;
    while (take_line(&text, &line)) {
        if (line.len == 0 || *line.data == '#')
            continue;
        if (compare_find(c->in->archive, arena_strndup(c->arena, line.data, line.len)) == NULL) {
            m->reason = "a list that names what is not there";
            return PROOF_FAILS;
        }
        named++;
    }
    return named > 0 ? PROOF_HOLDS : PROOF_NONE;
}

/* pbr's AUTHORS: "Name <address>" a line; its ChangeLog: headings and subjects. */
enum proof compare_prove_pbr_text(struct comparison *c, struct compare_member *m,
                                  const struct compare_entry *entry)
{
    bool authors = strcmp(m->member->path, "AUTHORS") == 0;
    struct compare_text text = text_of(m->member), line;

    (void)entry;
    if (text.data == NULL)
        return PROOF_NONE;
    if (!compare_built_with(c, pbr_words))
        return c->pending ? PROOF_WAITS : PROOF_NONE;
    if (!authors)
        return text.len >= 7 && memcmp(text.data, "CHANGES", 7) == 0 ? PROOF_HOLDS : PROOF_NONE;
    while (take_line(&text, &line))
        if (line.len > 0 && line.data[line.len - 1] != '>')
            return PROOF_NONE;
    return PROOF_HOLDS;
}

/* --- licence files (row 11) --------------------------------------------------------------------
 */

static bool has_base(const struct archive_contents *archive, const char *path)
{
    const char *base = strrchr(path, '/');

    base = base != NULL ? base + 1 : path;
    for (size_t i = 0; i < archive->member_count; i++) {
        const char *other = strrchr(archive->members[i].path, '/');
        if (strcmp(base, other != NULL ? other + 1 : archive->members[i].path) == 0)
            return true;
    }
    return false;
}

static void add_licence(struct comparison *c, const char *path, bool declared)
{
    c->out->licences = mem_grow(c->out->licences, c->out->licence_count, &c->licence_size,
                                sizeof *c->out->licences);
    c->out->licences[c->out->licence_count++] = (struct compare_missing){path, declared};
}

static bool matches_declared(const struct comparison *c, const char *path)
{
    for (const char *const *glob = c->in->licence_files; glob != NULL && *glob != NULL; glob++)
        if (licence_glob_match(*glob, path))
            return true;
    return false;
}

void compare_find_licences(struct comparison *c)
{
    const struct archive_contents *archive = c->in->archive;
    const struct compare_tree *tree = c->in->commit.tree;
    const size_t prefix = strlen(c->out->prefix);
    const struct archive_member *metadata = compare_find(archive, "PKG-INFO");
    struct compare_text value;
    size_t looked = 0;
    bool any = false;

    for (size_t i = 0; i < archive->member_count; i++)
        any |= licence_is_file(archive->members[i].path, "");
    for (size_t i = 0; i < tree->count && c->out->licence_count < LICENCES_MAX; i++) {
        const char *path = tree->entries[i].path;
        bool inside = strncmp(path, c->out->prefix, prefix) == 0;
        bool declared = inside && matches_declared(c, path + prefix);
        if ((declared || (!any && licence_is_file(inside ? path + prefix : path, ""))) &&
            looked++ < COMPARE_SEARCHES && !has_base(archive, path))
            add_licence(c, path, declared);
    }
    if (metadata == NULL || metadata->data == NULL)
        return;
    for (size_t n = 0;
         n < LICENCES_MAX && compare_header(text_of(metadata), "License-File", n, &value); n++) {
        const char *path = arena_strndup(c->arena, value.data, value.len);
        if (compare_find(archive, path) == NULL && !has_base(archive, path))
            add_licence(c, path, true);
    }
}
