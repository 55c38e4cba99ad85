/* Wheels: against the release's sdist, then against the commit (contracts.md section 8, "Wheels";
   names: the binary distribution format). */
#include "facts/compare_internal.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/text.h"
#include "facts/names.h"

static struct compare_text text_of(const struct archive_member *member)
{
    return (struct compare_text){member->data, member->len};
}

/* --- RECORD ---------------------------------------------------------------------------------- */

struct record {
    const char *path, *hash;
};

/* A field of a line of CSV; *at is then behind its comma. */
static const char *take_field(struct comparison *c, const char **at, const char *end)
{
    const char *s = *at;

    if (s < end && *s == '"') {
        char *out = arena_strndup(c->arena, s, (size_t)(end - s));
        size_t n = 0;
        for (s++; s < end && (*s != '"' || (s + 1 < end && s[1] == '"')); s++) {
            s += *s == '"' ? 1 : 0;
            out[n++] = *s;
        }
        out[n] = '\0';
        while (s < end && *s != ',')
            s++;
        *at = s < end ? s + 1 : end;
        return out;
    }
    const char *comma = memchr(s, ',', (size_t)(end - s));
    const char *stop = comma != NULL ? comma : end;
    *at = comma != NULL ? comma + 1 : end;
    return arena_strndup(c->arena, s, (size_t)(stop - s));
}

static int by_path(const void *a, const void *b)
{
    return strcmp(((const struct record *)a)->path, ((const struct record *)b)->path);
}

static struct record *read_record(struct comparison *c, struct compare_text text, size_t *count)
{
    struct record *records = NULL;
    size_t size = 0;

    for (const char *at = text.data, *end = text.data + text.len; at < end;) {
        const char *newline = memchr(at, '\n', (size_t)(end - at));
        const char *stop = newline != NULL ? newline : end, *next = at;
        while (stop > at && isspace((unsigned char)stop[-1]))
            stop--;
        if (stop > at) {
            records = mem_grow(records, *count, &size, sizeof *records);
            const char *path = take_field(c, &next, stop);
            records[(*count)++] = (struct record){path, take_field(c, &next, stop)};
        }
        at = newline != NULL ? newline + 1 : end;
    }
    if (*count > 1)
        qsort(records, *count, sizeof *records, by_path);
    return records;
}

static unsigned nibble(char ch)
{
    return ch <= '9' ? (unsigned)(ch - '0') : (unsigned)(ch - 'a') + 10;
}

/* "sha256=" and the digest in URL-safe base64 without padding. */
static bool is_hash(const char *said, const char *hex)
{
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

    if (strncmp(said, "sha256=", 7) != 0 || strspn(said + 7, digits) != 43 || strlen(hex) != 64)
        return false;
    said += 7;
    for (size_t i = 0; i < 43; i++) { /* six bits each of 256, the last four */
        unsigned bits = 0;
        for (size_t b = i * 6; b < i * 6 + 6; b++)
            bits = bits << 1 | (b < 256 ? nibble(hex[b / 4]) >> (3 - b % 4) & 1 : 0);
        if (said[i] != digits[bits])
            return false;
    }
    return true;
}

/* RECORD cannot hold itself, nor what signs it. */
static bool is_exempt(const struct comparison *c, const char *path)
{
    const size_t len = strlen(c->egg_info);

    return strncmp(path, c->egg_info, len) == 0 &&
           (strcmp(path + len, "RECORD") == 0 || strcmp(path + len, "RECORD.jws") == 0 ||
            strcmp(path + len, "RECORD.p7s") == 0);
}

static void check_record(struct comparison *c)
{
    const struct archive_contents *archive = c->in->archive;
    const char *path = arena_printf(c->arena, "%sRECORD", c->egg_info);
    const struct archive_member *list = compare_find(archive, path);
    size_t count = 0;

    if (list == NULL || list->data == NULL) {
        compare_alarm(c, list == NULL ? COMPARE_ALARM_RECORD : COMPARE_ALARM_UNREAD, path,
                      list == NULL ? "there is none" : "too large to be read");
        return;
    }
    struct record *records = read_record(c, text_of(list), &count);
    for (size_t i = 0; i < archive->member_count; i++) {
        const struct archive_member *member = &archive->members[i];
        const struct record key = {.path = member->path};
        const struct record *found =
            count > 0 ? bsearch(&key, records, count, sizeof key, by_path) : NULL;
        if (is_exempt(c, member->path) || (found != NULL && is_hash(found->hash, member->sha256)))
            continue;
        compare_alarm(c, COMPARE_ALARM_RECORD, member->path, "%s",
                      found == NULL ? "RECORD does not list it" : "RECORD has another digest");
    }
    for (size_t i = 0; i < count; i++)
        if (compare_find(archive, records[i].path) == NULL && !is_exempt(c, records[i].path)) {
            compare_alarm(c, COMPARE_ALARM_RECORD, records[i].path,
                          "RECORD lists what is not there");
        }
    free(records);
}

/* --- where things are ------------------------------------------------------------------------- */

static int by_oid(const void *a, const void *b)
{
    return strcmp((*(const struct compare_member *const *)a)->member->oid,
                  (*(const struct compare_member *const *)b)->member->oid);
}

static void find_folders(struct comparison *c)
{
    for (size_t i = 0; i < c->in->archive->member_count; i++) {
        const char *path = c->in->archive->members[i].path;
        size_t len = strcspn(path, "/"), name = strcspn(path, "-/");
        if (path[len] != '/' || !names_equal(arena_strndup(c->arena, path, name), c->in->package))
            continue;
        const char *folder = arena_strndup(c->arena, path, len + 1);
        if (c->egg_info == NULL && text_ends_with(folder, ".dist-info/"))
            c->egg_info = folder;
        else if (c->data == NULL && text_ends_with(folder, ".data/"))
            c->data = folder;
    }
}

void compare_wheel_start(struct comparison *c)
{
    const struct compare_result *sdist = c->in->sdist;

    c->platform = !text_ends_with(c->in->filename, "-none-any.whl");
    find_folders(c);
    if (c->egg_info == NULL) {
        compare_alarm(c, COMPARE_ALARM_RECORD, NULL, "no .dist-info of this package");
        c->egg_info = ".dist-info/";
    }
    check_record(c);
    if (sdist == NULL)
        return;
    c->out->prefix = sdist->prefix;
    c->sdist = arena_array(c->arena, sdist->count + 1, sizeof *c->sdist);
    for (size_t i = 0; i < sdist->count; i++)
        c->sdist[i] = &sdist->members[i];
    if (sdist->count > 1)
        qsort(c->sdist, sdist->count, sizeof *c->sdist, by_oid);
}

/* Whether `path` ends in the parts of `end`. */
static bool ends_in(const char *path, const char *end)
{
    size_t n = strlen(path), k = strlen(end);

    return n >= k && strcmp(path + n - k, end) == 0 && (n == k || path[n - k - 1] == '/');
}

/* The sdist's member of these bytes, one at this path first; *at_path says whether it is. */
static const struct compare_member *in_sdist(const struct comparison *c, const char *oid,
                                             const char *path, bool *at_path)
{
    size_t low = 0, high = c->in->sdist != NULL ? c->in->sdist->count : 0;
    const size_t count = high;
    const struct compare_member *found = NULL;

    *at_path = false;
    while (low < high) {
        size_t mid = low + (high - low) / 2;
        if (strcmp(c->sdist[mid]->member->oid, oid) < 0)
            low = mid + 1;
        else
            high = mid;
    }
    for (size_t n = 0;
         n < COMPARE_PLACES && low < count && strcmp(c->sdist[low]->member->oid, oid) == 0;
         n++, low++) {
        found = found == NULL ? c->sdist[low] : found;
        if (ends_in(c->sdist[low]->member->path, path)) {
            *at_path = true;
            return c->sdist[low];
        }
    }
    return found;
}

/* The tree's file of these bytes at this path, wherever the packages lie. */
static const struct compare_entry *in_tree(const struct comparison *c, const char *oid,
                                           const char *path)
{
    size_t count;
    const struct compare_entry *const *found = compare_tree_by_oid(c->in->commit.tree, oid, &count);

    for (size_t i = 0; i < count && i < COMPARE_PLACES; i++)
        if (ends_in(found[i]->path, path))
            return found[i];
    return NULL;
}

/* What the tree has at this path, whatever its bytes; the shortest of several. */
static const struct compare_entry *at_path(struct comparison *c, const char *path)
{
    const struct compare_tree *tree = c->in->commit.tree;
    const struct compare_entry *found = NULL;
    const size_t prefix = strlen(c->out->prefix);

    if (c->searches++ >= COMPARE_SEARCHES)
        return NULL;
    for (size_t i = 0; i < tree->count; i++)
        if (strncmp(tree->entries[i].path, c->out->prefix, prefix) == 0 &&
            ends_in(tree->entries[i].path, path) &&
            (found == NULL || strlen(tree->entries[i].path) < strlen(found->path)))
            found = &tree->entries[i];
    return found;
}

/* --- one member ------------------------------------------------------------------------------ */

static void settle(struct compare_member *m, enum compare_class class, const char *reason)
{
    m->class = class;
    m->reason = reason;
}

/* As the sdist has it, and so in the same class. */
static void inherit(struct comparison *c, struct compare_member *m,
                    const struct compare_member *other, bool at_path)
{
    m->class = other->class;
    m->row = other->row;
    m->git_path = other->git_path;
    m->first = other->first;
    m->comments_only = other->comments_only;
    m->lines = other->lines;
    m->touches = other->touches;
    m->secret = other->secret;
    m->late = compare_first_seen(c, m, m->member->oid) == COMPARE_SEEN ? m->late : other->late;
    m->reason = other->reason;
    if (!at_path && m->class == COMPARE_IDENTICAL) {
        m->class = m->importance == COMPARE_CODE ? COMPARE_REVIEW : COMPARE_MOVED;
        m->reason = arena_printf(c->arena, "the sdist has it as %s", other->member->path);
    }
}

static bool same_as_somewhere(struct comparison *c, struct compare_member *m, const char *path)
{
    const char *oids[] = {m->member->oid, m->member->lf_oid};
    bool exact;

    if (m->member->kind != ARCHIVE_FILE)
        return false;
    for (size_t i = 0; i < 2 && oids[i][0] != '\0'; i++) {
        const struct compare_member *other = in_sdist(c, oids[i], path, &exact);
        const struct compare_entry *entry = in_tree(c, oids[i], path);
        if (other != NULL &&
            (exact || (entry == NULL && (m->member->size > 1 || m->importance == COMPARE_OTHER)))) {
            inherit(c, m, other, exact);
        } else if (entry != NULL) {
            settle(m, COMPARE_IDENTICAL,
                   c->in->sdist != NULL ? "not in the sdist, as the commit has it" : NULL);
            m->git_path = entry->path;
            compare_first_seen(c, m, entry->oid);
        } else {
            continue;
        }
        if (i > 0 && m->class == COMPARE_IDENTICAL)
            m->class = COMPARE_LINE_ENDINGS;
        return true;
    }
    return compare_is_moved(c, m);
}

/* Neither sdist nor tree has these bytes. */
static void differs(struct comparison *c, struct compare_member *m, const char *path)
{
    const struct compare_entry *entry = at_path(c, path);
    struct compare_text old;

    m->git_path = entry != NULL ? entry->path : NULL;
    bool seen = compare_first_seen(c, m, m->member->oid) == COMPARE_SEEN;
    if (c->in->sdist == NULL && compare_by_rows(c, m, entry, seen))
        return;
    if (c->platform && compare_is_binary_name(path)) {
        settle(m, COMPARE_UNVERIFIABLE, "a binary of one platform");
        return;
    }
    if (!compare_is_known(c, m)) {
        if (m->member->size <= 1 && entry == NULL && m->member->kind == ARCHIVE_FILE)
            settle(m, COMPARE_REVIEW, "an empty file that neither sdist nor tree has");
        else
            m->class = entry != NULL ? COMPARE_ALTERED : COMPARE_NOWHERE;
        m->secret = compare_is_secret(m->member);
    }
    if (text_ends_with(path, ".pyc") || text_ends_with(path, ".pyo"))
        settle(m, COMPARE_NOWHERE, "compiled code, which runs in the place of its source");
    if (c->in->sdist != NULL && m->class != COMPARE_REVIEW)
        compare_alarm(c, COMPARE_ALARM_NOT_IN_SDIST, m->member->path,
                      "the sdist does not have these bytes");
    if (m->member->data != NULL && c->diffs++ < COMPARE_DIFFS) {
        enum proof read = compare_read_entry(c, entry, &old);
        if (read != PROOF_WAITS)
            compare_describe(c, m, read == PROOF_HOLDS ? &old : NULL);
    }
}

/* --- .dist-info ------------------------------------------------------------------------------- */

/* From 2.2 on an sdist's metadata are what any build of it has, unless they say otherwise. */
static bool is_settled(struct comparison *c, struct compare_text version)
{
    unsigned major = 0, minor = 0;

    return sscanf(arena_strndup(c->arena, version.data, version.len), "%9u.%9u", &major, &minor) ==
               2 &&
           (major > 2 || (major == 2 && minor >= 2));
}

static enum proof prove_metadata(struct comparison *c, struct compare_member *m)
{
    const struct compare_result *sdist = c->in->sdist;
    struct compare_text version;

    for (size_t i = 0; sdist != NULL && i < sdist->count; i++) {
        const struct archive_member *other = sdist->members[i].member;
        if (strcmp(other->path, "PKG-INFO") != 0 || other->data == NULL)
            continue;
        if (compare_header(text_of(other), "Metadata-Version", 0, &version) &&
            is_settled(c, version) && strcmp(other->oid, m->member->oid) != 0) {
            m->reason = "other metadata than the sdist's PKG-INFO";
            compare_alarm(c, COMPARE_ALARM_NOT_IN_SDIST, m->member->path, "%s", m->reason);
            return PROOF_FAILS;
        }
    }
    return compare_prove_metadata(c, m, NULL);
}

/* metadata.json and pydist.json of older wheels. */
static enum proof prove_json(struct comparison *c, const struct compare_member *m)
{
    json_t *root = json_loadb(m->member->data, m->member->len, 0, NULL);
    const char *name = json_string_value(json_object_get(root, "name"));
    const char *version = json_string_value(json_object_get(root, "version"));
    bool good = name != NULL && version != NULL && names_equal(name, c->in->package) &&
                compare_is_version(c, (struct compare_text){version, strlen(version)});

    json_decref(root);
    return good ? PROOF_HOLDS : PROOF_FAILS;
}

static enum proof prove_dist_info(struct comparison *c, struct compare_member *m, const char *name)
{
    static const char *const by_egg_info[] = {"top_level.txt", "namespace_packages.txt", "zip-safe",
                                              "not-zip-safe",  "dependency_links.txt",   "pbr.json",
                                              "depends.txt"};
    static const char *const plain[] = {"RECORD", "DESCRIPTION.rst", "RECORD.jws", "RECORD.p7s"};

    struct compare_text version;

    if (m->member->data == NULL)
        return PROOF_NONE;
    if (strcmp(name, "METADATA") == 0)
        return prove_metadata(c, m);
    if (strcmp(name, "entry_points.txt") == 0)
        return compare_prove_entry_points(c, m, NULL);
    if (strcmp(name, "WHEEL") == 0)
        return compare_header(text_of(m->member), "Wheel-Version", 0, &version) ? PROOF_HOLDS
                                                                                : PROOF_FAILS;
    if (strcmp(name, "metadata.json") == 0 || strcmp(name, "pydist.json") == 0)
        return prove_json(c, m);
    for (size_t i = 0; i < sizeof by_egg_info / sizeof *by_egg_info; i++)
        if (strcmp(name, by_egg_info[i]) == 0)
            return compare_prove_egg_info(c, m, NULL);
    for (size_t i = 0; i < sizeof plain / sizeof *plain; i++)
        if (strcmp(name, plain[i]) == 0)
            return PROOF_HOLDS;
    return PROOF_NONE;
}

static bool dist_info_member(struct comparison *c, struct compare_member *m)
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

/* --- .data ----------------------------------------------------------------------------------- */

static struct compare_text behind_first_line(struct compare_text text)
{
    const char *newline = memchr(text.data, '\n', text.len);
    size_t step = newline != NULL ? (size_t)(newline + 1 - text.data) : text.len;

    return (struct compare_text){text.data + step, text.len - step};
}

/* A script's first line names the interpreter of whoever built the wheel, or "#!python". */
static bool is_script(struct comparison *c, struct compare_member *m, const char *name)
{
    const struct compare_tree *tree = c->in->commit.tree;
    struct compare_text text = text_of(m->member), other;

    if (text.data == NULL || text.len < 2 || memcmp(text.data, "#!", 2) != 0 ||
        c->searches++ >= COMPARE_SEARCHES)
        return false;
    if (compare_is_easy_script(c, text, name)) {
        settle(m, COMPARE_GENERATED, "calls the entry point of its name");
        m->row = COMPARE_ROW_WHEEL;
        return true;
    }
    text = behind_first_line(text);
    for (size_t i = 0; i < tree->count; i++) {
        if (!ends_in(tree->entries[i].path, name) ||
            compare_read_entry(c, &tree->entries[i], &other) != PROOF_HOLDS)
            continue;
        if (compare_same_lines(text, behind_first_line(other))) {
            settle(m, COMPARE_GENERATED, "the repository's script with another first line");
            m->git_path = tree->entries[i].path;
            m->row = COMPARE_ROW_WHEEL;
            return true;
        }
    }
    return false;
}

/* The path below the folder of a scheme: purelib, platlib, data … */
static const char *below_scheme(const struct comparison *c, const char *path, bool *script)
{
    *script = false;
    if (c->data == NULL || !text_starts_with(path, c->data))
        return path;
    path += strlen(c->data);
    *script = text_starts_with(path, "scripts/");
    const char *slash = strchr(path, '/');
    return slash != NULL ? slash + 1 : path;
}

void compare_wheel_member(struct comparison *c, struct compare_member *m)
{
    bool script;
    const char *path = below_scheme(c, m->member->path, &script);

    if (dist_info_member(c, m))
        return;
    if (text_starts_with(path, c->egg_info)) { /* licences: by their bytes, wherever they lie */
        const char *slash = strrchr(path, '/');
        path = slash != NULL ? slash + 1 : path;
    }
    if (same_as_somewhere(c, m, path) || (script && is_script(c, m, path)))
        return;
    if (compare_is_nspkg(c, m->member)) {
        settle(m, COMPARE_GENERATED, "setuptools' line for a namespace package");
        m->row = COMPARE_ROW_WHEEL;
        return;
    }
    differs(c, m, path);
}
