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
    struct record *records = read_record(c, compare_text_of(list), &count);
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
    if (sdist != NULL)
        c->out->prefix = sdist->prefix;
    compare_find_roots(c);
    if (sdist == NULL)
        return;
    c->sdist = arena_array(c->arena, sdist->count + 1, sizeof *c->sdist);
    for (size_t i = 0; i < sdist->count; i++)
        c->sdist[i] = &sdist->members[i];
    if (sdist->count > 1)
        qsort(c->sdist, sdist->count, sizeof *c->sdist, by_oid);
}

/* Licences and data by their bytes, wherever they lie; what is imported where it belongs. */
static bool is_at(struct comparison *c, const struct compare_member *m, const char *found,
                  const char *path)
{
    bool anywhere = text_starts_with(m->member->path, c->egg_info) ||
                    (c->data != NULL && text_starts_with(m->member->path, c->data));

    return anywhere ? compare_ends_in(found, path) : compare_is_rooted(c, found, path);
}

/* The sdist's member of these bytes, one at this path first; *at_path says whether it is. */
static const struct compare_member *in_sdist(struct comparison *c, const struct compare_member *m,
                                             const char *oid, const char *path, bool *at_path)
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
        const char *full =
            arena_printf(c->arena, "%s%s", c->out->prefix, c->sdist[low]->member->path);
        if (is_at(c, m, full, path)) {
            *at_path = true;
            return c->sdist[low];
        }
    }
    return found;
}

/* The tree's file of these bytes at this path. */
static const struct compare_entry *in_tree(struct comparison *c, const struct compare_member *m,
                                           const char *oid, const char *path)
{
    size_t count;
    const struct compare_entry *const *found = compare_tree_by_oid(c->in->commit.tree, oid, &count);

    for (size_t i = 0; i < count && i < COMPARE_PLACES; i++)
        if (is_at(c, m, found[i]->path, path))
            return found[i];
    return NULL;
}

/* What the tree has at this path, whatever its bytes; else the shortest that ends so. */
static const struct compare_entry *at_path(struct comparison *c, const char *path)
{
    const struct compare_tree *tree = c->in->commit.tree;
    const struct compare_entry *found = compare_tree_find(tree, compare_rooted(c, path));
    const size_t prefix = strlen(c->out->prefix);

    if (found != NULL || c->searches++ >= COMPARE_SEARCHES)
        return found;
    for (size_t i = 0; i < tree->count; i++)
        if (strncmp(tree->entries[i].path, c->out->prefix, prefix) == 0 &&
            compare_ends_in(tree->entries[i].path, path) &&
            (found == NULL || strlen(tree->entries[i].path) < strlen(found->path)))
            found = &tree->entries[i];
    return found;
}

/* --- one member ------------------------------------------------------------------------------ */

static bool is_among_scripts(const struct comparison *c, const struct archive_member *member)
{
    return c->data != NULL && text_starts_with(member->path, c->data) &&
           text_starts_with(member->path + strlen(c->data), "scripts/");
}

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
    bool clean = m->class != COMPARE_UNKNOWN && m->class <= COMPARE_MOVED;
    if (!at_path && clean && (m->importance == COMPARE_CODE || m->class == COMPARE_IDENTICAL)) {
        m->class = m->importance == COMPARE_CODE ? COMPARE_REVIEW : COMPARE_MOVED;
        m->reason = arena_printf(c->arena, "the sdist has it as %s", other->member->path);
    }
}

/* The sdist's or the tree's bytes at the path where they belong, line ends aside. */
static bool is_same(struct comparison *c, struct compare_member *m, const char *path)
{
    const char *oids[] = {m->member->oid, m->member->lf_oid};
    bool exact;

    for (size_t i = 0; i < 2 && oids[i][0] != '\0' && m->member->kind == ARCHIVE_FILE; i++) {
        const struct compare_member *other = in_sdist(c, m, oids[i], path, &exact);
        const struct compare_entry *entry = in_tree(c, m, oids[i], path);
        if (other != NULL && exact) {
            inherit(c, m, other, true);
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
    return false;
}

/* The sdist's or the tree's bytes at another path. */
static bool is_moved(struct comparison *c, struct compare_member *m, const char *path)
{
    bool exact, tells = m->member->size > 1 || m->importance == COMPARE_OTHER;
    const struct compare_member *other = NULL;

    if (m->member->kind == ARCHIVE_FILE && tells)
        other = in_sdist(c, m, m->member->oid, path, &exact);
    if (other == NULL && m->member->lf_oid[0] != '\0' && m->member->kind == ARCHIVE_FILE)
        other = in_sdist(c, m, m->member->lf_oid, path, &exact);
    if (other == NULL)
        return compare_is_moved(c, m);
    inherit(c, m, other, false);
    return true;
}

/* A binary by its name, or a program among the scripts (ELF, PE, Mach-O). */
static bool is_program(const struct comparison *c, const struct archive_member *member,
                       const char *path)
{
    static const char *const magic[] = {"\177ELF", "MZ", "\xcf\xfa\xed\xfe", "\xca\xfe\xba\xbe"};
    bool script = is_among_scripts(c, member), program = script && member->data == NULL;

    for (size_t i = 0; i < sizeof magic / sizeof *magic && script && !program; i++)
        program = member->len >= strlen(magic[i]) &&
                  memcmp(member->data, magic[i], strlen(magic[i])) == 0;
    return program || compare_is_binary_name(path);
}

/* Neither sdist nor tree has these bytes. */
static void differs(struct comparison *c, struct compare_member *m, const char *path)
{
    const struct compare_entry *entry = at_path(c, path);
    struct compare_text old;

    m->git_path = entry != NULL ? entry->path : NULL;
    bool seen = compare_first_seen(c, m, m->member->oid) == COMPARE_SEEN;
    if (compare_by_rows(c, m, entry, seen) || is_moved(c, m, path))
        return;
    if (c->platform && is_program(c, m->member, path)) {
        settle(m, COMPARE_UNVERIFIABLE, "a binary of one platform");
        return;
    }
    if (!compare_is_known(c, m) && !compare_by_guess(c, m, entry)) {
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
    struct compare_text text = compare_text_of(m->member), other;

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
        if (!compare_ends_in(tree->entries[i].path, name) ||
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

const char *compare_installed(const struct comparison *c, const char *path)
{
    if (c->data == NULL || !text_starts_with(path, c->data))
        return path;
    path += strlen(c->data);
    const char *slash = strchr(path, '/');
    return slash != NULL ? slash + 1 : path;
}

void compare_wheel_member(struct comparison *c, struct compare_member *m)
{
    const char *path = compare_installed(c, m->member->path);
    bool script = is_among_scripts(c, m->member);

    if (compare_dist_info_member(c, m))
        return;
    if (text_starts_with(path, c->egg_info)) { /* licences: by their bytes, wherever they lie */
        const char *slash = strrchr(path, '/');
        path = slash != NULL ? slash + 1 : path;
    }
    if (is_same(c, m, path) || (script && is_script(c, m, path)))
        return;
    if (compare_is_nspkg(c, m->member)) {
        settle(m, COMPARE_GENERATED, "setuptools' line for a namespace package");
        m->row = COMPARE_ROW_WHEEL;
        return;
    }
    differs(c, m, path);
}
