/* What setuptools, distutils and pbr note beside the sources: .egg-info, lists of members, of
   authors (rows 2 and 8). */
#include "facts/compare_internal.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/text.h"

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

    while (compare_take_line(&text, &line))
        for (size_t i = 0; i < line.len; i++)
            if (!isalnum((unsigned char)line.data[i]) && (unsigned char)line.data[i] < 0x80 &&
                strchr("_./-", line.data[i]) == NULL)
                return false;
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
    return is_blank(compare_text_of(m->member)) ? PROOF_HOLDS : PROOF_FAILS;
}

static enum proof prove_names(struct comparison *c, struct compare_member *m)
{
    (void)c;
    return is_names(compare_text_of(m->member)) ? PROOF_HOLDS : PROOF_FAILS;
}

/* Whether some member is or lies below what this names, or the project's files do. */
static bool is_known_top(struct comparison *c, const char *name)
{
    const struct archive_contents *archive = c->in->archive;
    const char *slash = strrchr(name, '/'), *base = slash != NULL ? slash + 1 : name;
    const size_t len = strlen(base);

    for (size_t i = 0; i < archive->member_count; i++) {
        const char *part = archive->members[i].path;
        for (; part != NULL; part = strchr(part, '/') != NULL ? strchr(part, '/') + 1 : NULL)
            if (strncmp(part, base, len) == 0 && strchr("/.", part[len]) != NULL)
                return true;
    }
    return strstr(compare_built(c), base) != NULL;
}

static enum proof prove_tops(struct comparison *c, struct compare_member *m)
{
    struct compare_text rest = compare_text_of(m->member), line;

    if (!is_names(rest))
        return PROOF_FAILS;
    while (compare_take_line(&rest, &line))
        if (line.len > 0 && (c->searches++ >= COMPARE_SEARCHES ||
                             !is_known_top(c, arena_strndup(c->arena, line.data, line.len))))
            return c->pending ? PROOF_WAITS : review(m, "a top-level name that nothing in it has");
    return PROOF_HOLDS;
}

static enum proof prove_links(struct comparison *c, struct compare_member *m)
{
    (void)c;
    return is_blank(compare_text_of(m->member))
               ? PROOF_HOLDS
               : review(m, "requirements that are fetched from addresses");
}

/* A requirement a line, below headings of extras. */
static enum proof prove_requires(struct comparison *c, struct compare_member *m)
{
    enum proof all = PROOF_HOLDS;
    struct compare_text rest = compare_text_of(m->member), line;

    while (all != PROOF_FAILS && compare_take_line(&rest, &line))
        if (line.len > 0 && *line.data != '[')
            all = compare_worse(all, compare_prove_requirement(c, m, line));
    return all;
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

/* compare_check_sources() holds the members against it; this is the other way round. */
static enum proof prove_sources(struct comparison *c, struct compare_member *m)
{
    struct compare_text rest = compare_text_of(m->member), line;

    if (!compare_is_text(rest))
        return PROOF_FAILS;
    while (compare_take_line(&rest, &line)) {
        char *path = arena_strndup(c->arena, line.data, line.len);
        for (char *s = path; *s != '\0'; s++)
            *s = *s == '\\' ? '/' : *s;
        if (*path != '\0' && compare_find(c->in->archive, path) == NULL)
            return review(m, "a list that names what is not there");
    }
    return PROOF_HOLDS;
}

static const char *const scm_words[] = {"setuptools_scm", "setuptools-scm", "use_scm_version",
                                        "vcs_versioning", "vcs-versioning", NULL};

/* {"tag": "1.0", "node": "gabc…", "dirty": false, …} of setuptools-scm, which also writes it for
   projects that it does not build. */
static enum proof prove_scm_version(struct comparison *c, struct compare_member *m)
{
    static const char *const known[] = {"tag", "distance", "node", "dirty", "branch", "node_date"};
    json_t *root = json_loadb(m->member->data, m->member->len, 0, NULL);
    const char *node = json_string_value(json_object_get(root, "node"));
    size_t found = 0;

    for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
        const json_t *value = json_object_get(root, known[i]);
        found += value != NULL && !json_is_object(value) && !json_is_array(value);
    }
    bool good = json_is_object(root) && found == json_object_size(root);
    bool builds = compare_built_with(c, scm_words);
    if (good && !c->pending && node != NULL && *node == 'g')
        compare_note_revision(c, m->member->path, node + 1, strlen(node + 1),
                              builds ? COMPARE_ALARM_REVISION : COMPARE_ALARM_STALE);
    if (good && builds && json_is_true(json_object_get(root, "dirty")))
        compare_note_dirty(c, m->member->path, "dirty", strlen("dirty"));
    json_decref(root);
    return c->pending ? PROOF_WAITS : good ? PROOF_HOLDS : PROOF_FAILS;
}

/* {"files": […]}: what git tracks. */
static enum proof prove_scm_files(struct comparison *c, struct compare_member *m)
{
    json_t *root = json_loadb(m->member->data, m->member->len, 0, NULL), *item;
    bool good = json_object_size(root) == 1 && json_is_array(json_object_get(root, "files"));
    size_t i;

    (void)c;
    json_array_foreach(json_object_get(root, "files"), i, item) good &= json_is_string(item);
    json_decref(root);
    return good ? PROOF_HOLDS : PROOF_FAILS;
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
        {"top_level.txt", prove_tops},
        {"namespace_packages.txt", prove_names},
        {"dependency_links.txt", prove_links},
        {"zip-safe", prove_flag},
        {"not-zip-safe", prove_flag},
        {"pbr.json", prove_pbr},
        {"scm_version.json", prove_scm_version},
        {"scm_file_list.json", prove_scm_files},
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
    while (compare_take_line(&text, &line)) {
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
    char **lines = lines_of(c, compare_text_of(list), &count);
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
    struct compare_text text = compare_text_of(m->member), line;
    size_t named = 0;

    (void)entry;
    if (text.data == NULL)
        return PROOF_NONE;
    while (compare_take_line(&text, &line)) {
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
    bool authors = text_ends_with(m->member->path, "AUTHORS");
    struct compare_text text = compare_text_of(m->member), line;

    (void)entry;
    if (text.data == NULL)
        return PROOF_NONE;
    if (!compare_built_with(c, pbr_words))
        return c->pending ? PROOF_WAITS : PROOF_NONE;
    if (!authors)
        return text.len >= 7 && memcmp(text.data, "CHANGES", 7) == 0 ? PROOF_HOLDS : PROOF_NONE;
    while (compare_take_line(&text, &line))
        if (line.len > 0 && line.data[line.len - 1] != '>')
            return PROOF_NONE;
    return PROOF_HOLDS;
}
