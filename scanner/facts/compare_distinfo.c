/* What a build notes in a wheel's .dist-info (contracts.md section 8, "Wheels"; names and forms:
   the binary distribution format, PEP 643, PEP 770). */
#include "facts/compare_internal.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/text.h"
#include "facts/names.h"

static enum proof review(struct compare_member *m, const char *why)
{
    m->class = COMPARE_REVIEW;
    m->reason = why;
    return PROOF_HOLDS;
}

static enum proof fail(struct compare_member *m, const char *why)
{
    m->reason = why;
    return PROOF_FAILS;
}

/* --- METADATA --------------------------------------------------------------------------------- */

/* From 2.2 on an sdist's metadata are what any build of it has, what they call dynamic aside. */
static bool is_settled(struct comparison *c, struct compare_text metadata)
{
    struct compare_text version;
    unsigned major = 0, minor = 0;

    return compare_header(metadata, "Metadata-Version", 0, &version) &&
           sscanf(arena_strndup(c->arena, version.data, version.len), "%9u.%9u", &major, &minor) ==
               2 &&
           (major > 2 || (major == 2 && minor >= 2));
}

struct fields {
    const char **items; /* lines of headers, and what stands behind them */
    size_t count, size;
};

static bool is_dynamic(struct compare_text metadata, const char *line, size_t len)
{
    struct compare_text value;

    while (compare_next_header(&metadata, "Dynamic", &value))
        if (value.len == len && strncasecmp(value.data, line, len) == 0)
            return true;
    return false;
}

static int by_text(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* The backend's own words: another release of it, as old Pythons need, writes another version. */
static bool is_about_itself(const char *line)
{
    return strncasecmp(line, "Dynamic:", 8) == 0 || strncasecmp(line, "Metadata-Version:", 17) == 0;
}

/* All that `text` says, but for what `sdist` calls dynamic. */
static struct fields read_fields(struct comparison *c, struct compare_text text,
                                 struct compare_text sdist)
{
    struct fields out = {0};
    const char *end = text.data + text.len, *at = text.data;
    bool described = false;

    while (at < end && *at != '\n' && *at != '\r') {
        const char *stop = at; /* a header with the lines that continue it */
        do {
            const char *newline = memchr(stop, '\n', (size_t)(end - stop));
            stop = newline != NULL ? newline + 1 : end;
        } while (stop < end && (*stop == ' ' || *stop == '\t'));
        size_t name = 0;
        while (at + name < stop && at[name] != ':')
            name++;
        if (!is_about_itself(at) && !is_dynamic(sdist, at, name)) {
            out.items = mem_grow(out.items, out.count, &out.size, sizeof *out.items);
            out.items[out.count++] = arena_strndup(c->arena, at, (size_t)(stop - at));
        }
        at = stop;
    }
    described = is_dynamic(sdist, "Description", strlen("Description"));
    out.items = mem_grow(out.items, out.count, &out.size, sizeof *out.items);
    out.items[out.count++] = described ? "" : arena_strndup(c->arena, at, (size_t)(end - at));
    qsort(out.items, out.count, sizeof *out.items, by_text);
    return out;
}

static bool same_metadata(struct comparison *c, struct compare_text sdist,
                          struct compare_text wheel)
{
    struct fields a = read_fields(c, sdist, sdist), b = read_fields(c, wheel, sdist);
    bool same = a.count == b.count;

    for (size_t i = 0; i < a.count && same; i++)
        same = strcmp(a.items[i], b.items[i]) == 0;
    free(a.items);
    free(b.items);
    return same;
}

static enum proof prove_metadata(struct comparison *c, struct compare_member *m)
{
    const struct archive_member *other = NULL;

    for (size_t i = 0; c->in->sdist != NULL && i < c->in->sdist->count; i++)
        if (strcmp(c->in->sdist->members[i].member->path, "PKG-INFO") == 0)
            other = c->in->sdist->members[i].member;
    if (other != NULL && other->data != NULL && is_settled(c, compare_text_of(other)) &&
        strcmp(other->oid, m->member->oid) != 0 &&
        !same_metadata(c, compare_lf(c, compare_text_of(other)),
                       compare_lf(c, compare_text_of(m->member)))) {
        m->reason = "other metadata than the sdist's PKG-INFO";
        compare_alarm(c, COMPARE_ALARM_NOT_IN_SDIST, m->member->path, "%s", m->reason);
        return PROOF_FAILS;
    }
    return compare_prove_metadata(c, m, NULL);
}

/* --- WHEEL ------------------------------------------------------------------------------------ */

/* Whether each of the words that dots join is one of the others. */
static bool all_among(const char *words, size_t len, const char *others, size_t other_len)
{
    for (size_t n = 0; n < len; n++) {
        const char *word = words + n;
        size_t k = 0;
        while (n + k < len && word[k] != '.')
            k++;
        bool found = false;
        for (size_t at = 0; at + k <= other_len && !found; at++)
            found = memcmp(others + at, word, k) == 0 && (at == 0 || others[at - 1] == '.') &&
                    (at + k == other_len || others[at + k] == '.');
        if (!found)
            return false;
        n += k;
    }
    return true;
}

/* "py3-none-any" of "tool-1.0-py2.py3-none-any.whl". */
static bool is_tag_of(struct compare_text tag, const char *filename)
{
    const char *tag_end = tag.data + tag.len;
    const char *end = filename + strlen(filename) - (text_ends_with(filename, ".whl") ? 4 : 0);

    for (int part = 0; part < 3; part++) { /* from the last */
        const char *dash = memrchr(tag.data, '-', (size_t)(tag_end - tag.data));
        const char *other = memrchr(filename, '-', (size_t)(end - filename));
        const char *word = part < 2 && dash != NULL ? dash + 1 : tag.data;
        if (other == NULL || (part < 2) != (dash != NULL) ||
            !all_among(word, (size_t)(tag_end - word), other + 1, (size_t)(end - other - 1)))
            return false;
        tag_end = dash;
        end = other;
    }
    return true;
}

/* "Name: value" a line, of names that the format has. */
static bool has_form(struct compare_text text)
{
    static const char *const names[] = {
        "Wheel-Version:", "Generator:", "Root-Is-Purelib:", "Tag:", "Build:"};

    for (const char *at = text.data, *end = at + text.len; at < end;) {
        const char *newline = memchr(at, '\n', (size_t)(end - at));
        const char *stop = newline != NULL ? newline : end;
        bool good = stop == at || (stop == at + 1 && *at == '\r');
        for (size_t i = 0; i < sizeof names / sizeof *names && !good; i++)
            good = (size_t)(stop - at) > strlen(names[i]) &&
                   strncasecmp(at, names[i], strlen(names[i])) == 0;
        for (const char *s = at; s < stop; s++)
            good &= isprint((unsigned char)*s) || *s == '\r';
        if (!good)
            return false;
        at = newline != NULL ? newline + 1 : end;
    }
    return true;
}

static enum proof prove_wheel(struct comparison *c, struct compare_member *m)
{
    struct compare_text rest = compare_text_of(m->member), value;

    if (!has_form(rest) || !compare_header(rest, "Wheel-Version", 0, &value))
        return fail(m, "more than a build writes there");
    if (compare_header(rest, "Root-Is-Purelib", 0, &value) &&
        !(value.len == 4 && strncasecmp(value.data, "true", 4) == 0) &&
        !(value.len == 5 && strncasecmp(value.data, "false", 5) == 0))
        return fail(m, "it does not say whether the wheel is pure");
    while (compare_next_header(&rest, "Tag", &value))
        if (!is_tag_of(value, c->in->filename))
            return review(m, "a tag that the wheel's name does not have");
    return PROOF_HOLDS;
}

/* --- the rest --------------------------------------------------------------------------------- */

/* metadata.json and pydist.json of older wheels. */
static enum proof prove_json(struct comparison *c, struct compare_member *m)
{
    json_t *root = json_loadb(m->member->data, m->member->len, 0, NULL);
    const char *name = json_string_value(json_object_get(root, "name"));
    const char *version = json_string_value(json_object_get(root, "version"));
    bool good = name != NULL && version != NULL && names_equal(name, c->in->package) &&
                compare_is_version(c, (struct compare_text){version, strlen(version)});

    json_decref(root);
    return good ? PROOF_HOLDS : PROOF_FAILS;
}

/* What maturin and others list of what they compiled in. */
static enum proof prove_sbom(struct compare_member *m)
{
    json_t *root = json_loadb(m->member->data, m->member->len, 0, NULL);
    bool good = json_is_string(json_object_get(root, "bomFormat")) ||
                json_is_string(json_object_get(root, "spdxVersion"));

    json_decref(root);
    return good ? PROOF_HOLDS : PROOF_NONE;
}

static enum proof prove_egg_info(struct comparison *c, struct compare_member *m)
{
    return compare_prove_egg_info(c, m, NULL);
}

static enum proof prove_entries(struct comparison *c, struct compare_member *m)
{
    return compare_prove_entry_points(c, m, NULL);
}

static enum proof prove_pbr(struct comparison *c, struct compare_member *m)
{
    return compare_prove_pbr_text(c, m, NULL);
}

static enum proof prove_text(struct comparison *c, struct compare_member *m)
{
    (void)c;
    return compare_is_text(compare_text_of(m->member)) ? PROOF_HOLDS : PROOF_FAILS;
}

static enum proof prove_signature(struct comparison *c, struct compare_member *m)
{
    (void)c;
    return review(m, "a signature that nobody checks");
}

static enum proof prove_dist_info(struct comparison *c, struct compare_member *m, const char *name)
{
    static const struct {
        const char *name;
        enum proof (*prove)(struct comparison *c, struct compare_member *m);
    } files[] = {
        {"METADATA", prove_metadata},
        {"WHEEL", prove_wheel},
        {"RECORD", prove_text}, /* its lines: check_record() */
        {"entry_points.txt", prove_entries},
        {"metadata.json", prove_json},
        {"pydist.json", prove_json},
        {"top_level.txt", prove_egg_info},
        {"namespace_packages.txt", prove_egg_info},
        {"zip-safe", prove_egg_info},
        {"not-zip-safe", prove_egg_info},
        {"dependency_links.txt", prove_egg_info},
        {"depends.txt", prove_egg_info},
        {"pbr.json", prove_egg_info},
        {"AUTHORS", prove_pbr},
        {"licenses/AUTHORS", prove_pbr},
        {"DESCRIPTION.rst", prove_text},
        {"RECORD.jws", prove_signature},
        {"RECORD.p7s", prove_signature},
    };

    if (m->member->data == NULL)
        return PROOF_NONE;
    for (size_t i = 0; i < sizeof files / sizeof *files; i++)
        if (strcmp(name, files[i].name) == 0)
            return files[i].prove(c, m);
    return text_starts_with(name, "sboms/") ? prove_sbom(m) : PROOF_NONE;
}

bool compare_dist_info_member(struct comparison *c, struct compare_member *m)
{
    const char *path = m->member->path;

    if (!text_starts_with(path, c->egg_info))
        return false;
    m->importance = COMPARE_OTHER;
    m->class = COMPARE_GENERATED;
    enum proof proof = prove_dist_info(c, m, path + strlen(c->egg_info));
    if (proof == PROOF_NONE)
        return false;
    if (proof == PROOF_FAILS)
        m->class = COMPARE_NOWHERE;
    else if (proof == PROOF_HOLDS && m->class == COMPARE_GENERATED)
        m->reason = "the wheel's own metadata";
    return true;
}
