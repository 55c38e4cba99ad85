/* What the build says of the package: core metadata (rows 1 and 2), licence files (row 11). */
#include "facts/compare_internal.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/text.h"
#include "facts/licence.h"
#include "facts/names.h"

#define LICENCES_MAX 50 /* that are told */

/* --- core metadata (rows 1 and 2) ------------------------------------------------------------- */

/* An empty line ends the headers; one of blanks goes on with the one before, as in the descriptions
   of older metadata. */
static bool take_header(struct compare_text *rest, struct compare_text *line)
{
    return rest->len > 0 && *rest->data != '\n' && *rest->data != '\r' &&
           compare_take_line(rest, line);
}

bool compare_next_header(struct compare_text *rest, const char *name, struct compare_text *value)
{
    size_t len = strlen(name);
    struct compare_text line;

    while (take_header(rest, &line)) {
        if (line.len <= len || line.data[len] != ':' || strncasecmp(line.data, name, len) != 0)
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

bool compare_header(struct compare_text text, const char *name, size_t nth,
                    struct compare_text *value)
{
    bool found;

    do
        found = compare_next_header(&text, name, value);
    while (found && nth-- > 0);
    return found;
}

/* Whether they are this release's; what they say instead. */
static bool names_release(struct comparison *c, const struct archive_member *member,
                          const char **instead)
{
    struct compare_text name = {"", 0}, version = {"", 0}, more;
    bool found = compare_header(compare_text_of(member), "Name", 0, &name) &&
                 compare_header(compare_text_of(member), "Version", 0, &version);
    bool twice = compare_header(compare_text_of(member), "Name", 1, &more) ||
                 compare_header(compare_text_of(member), "Version", 1, &more);
    const char *spelt = arena_strndup(c->arena, name.data, name.len);

    if (found && !twice && names_equal(spelt, c->in->package) && compare_is_version(c, version))
        return true;
    *instead = !found  ? "no name and version"
               : twice ? "more than one name or version"
                       : arena_printf(c->arena, "%s %.*s", spelt, (int)version.len, version.data);
    return false;
}

static enum proof prove_requirements(struct comparison *c, struct compare_member *m)
{
    enum proof all = PROOF_HOLDS;
    struct compare_text rest = compare_text_of(m->member), value;

    while (all != PROOF_FAILS && compare_next_header(&rest, "Requires-Dist", &value))
        all = compare_worse(all, compare_prove_requirement(c, m, value));
    return all;
}

enum proof compare_prove_metadata(struct comparison *c, struct compare_member *m,
                                  const struct compare_entry *entry)
{
    const char *instead;

    (void)entry;
    if (m->member->data == NULL)
        return PROOF_NONE;
    if (names_release(c, m->member, &instead))
        return prove_requirements(c, m);
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
         n < LICENCES_MAX && compare_header(compare_text_of(metadata), "License-File", n, &value);
         n++) {
        const char *path = arena_strndup(c->arena, value.data, value.len);
        if (compare_find(archive, path) == NULL && !has_base(archive, path))
            add_licence(c, path, true);
    }
}
