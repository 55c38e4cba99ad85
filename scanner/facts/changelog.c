#include "facts/changelog.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/buf.h"
#include "base/mem.h"
#include "facts/changelog_heading.h"
#include "facts/pep440.h"

#define ENTRIES_MAX 20000
#define KEY_MAX     (64 * 1024)
#define INDENT_MAX  3 /* further in, it is code */

struct line {
    const char *s;
    size_t len;    /* without line end and trailing white space */
    size_t indent; /* bytes of leading white space */
};

/* What a line is to the lines after it. */
enum kind {
    KIND_BLANK,
    KIND_MARKUP, /* headings, underlines, comments, labels: nothing that an entry consists of */
    KIND_PROSE,
    KIND_DETAIL, /* indented lines and items */
};

struct scanner {
    const char *at, *end;
    size_t number; /* of `line` */
    struct line line;
    enum kind before; /* of the line before */
    bool in_fence, in_comment, in_directive;
    bool listed;   /* the file has no headings: versions begin the items of its list or table */
    bool headings; /* an entry was found that is no item of a list */
    struct arena *arena;
    struct changelog_entry *entries;
    size_t count, size;
    size_t open; /* entries from here on have shown no content yet */
};

static struct line line_at(const char *at, const char *end)
{
    const char *newline = at < end ? memchr(at, '\n', (size_t)(end - at)) : NULL;
    struct line line = {.s = at, .len = (size_t)((newline != NULL ? newline : end) - at)};

    while (line.len > 0 && isspace((unsigned char)line.s[line.len - 1]))
        line.len--;
    while (line.indent < line.len && isspace((unsigned char)line.s[line.indent]))
        line.indent++;
    return line;
}

static bool next_line(struct scanner *s)
{
    if (s->at >= s->end)
        return false;
    const char *newline = memchr(s->at, '\n', (size_t)(s->end - s->at));
    s->line = line_at(s->at, s->end);
    s->at = newline != NULL ? newline + 1 : s->end;
    s->number++;
    return true;
}

static bool has_prefix(const struct line *line, const char *prefix)
{
    size_t len = strlen(prefix);

    return line->len - line->indent >= len && strncasecmp(line->s + line->indent, prefix, len) == 0;
}

static bool contains(const struct line *line, const char *what)
{
    return memmem(line->s, line->len, what, strlen(what)) != NULL;
}

/* One punctuation character again and again, from the margin: the rule under or over a title. */
static bool is_rule(const struct line *line)
{
    if (line->indent > 0 || line->len == 0 || strchr("=-~^\"'+*#.:_`", *line->s) == NULL)
        return false;
    for (size_t i = 1; i < line->len; i++)
        if (line->s[i] != *line->s)
            return false;
    return line->len >= (*line->s == '`' ? 4 : 3); /* three of these fence code */
}

static bool is_underlined(const struct scanner *s)
{
    struct line below = line_at(s->at, s->end);

    return is_rule(&below);
}

/* "## 1.2", "== 1.2 ==", "<h2>1.2</h2>", ".. rubric:: 1.2" */
static bool is_heading(const struct line *line)
{
    const char *s = line->s + line->indent;
    size_t left = line->len - line->indent;
    size_t marks = 0;

    if (line->indent > INDENT_MAX || left < 2)
        return false;
    while (marks < left && s[marks] == *s)
        marks++;
    if (*s == '#' && marks <= 6 && marks < left)
        return s[marks] == ' ' || s[marks] == '\t' || marks > 1;
    if (*s == '=' && marks <= 5 && marks < left)
        return s[marks] == ' ';
    return (left > 2 && has_prefix(line, "<h") && isdigit((unsigned char)s[2])) ||
           has_prefix(line, ".. rubric::") || has_prefix(line, ".. version::");
}

static bool is_bullet(const struct line *line)
{
    const char *s = line->s + line->indent;

    return line->indent <= 1 && line->len - line->indent > 2 && strchr("-*+", *s) != NULL &&
           isspace((unsigned char)s[1]);
}

/* "[1.2]: https://…", ".. _v1.2:", "<a id=…></a>", "(v1.2)=" */
static bool is_label(const struct line *line)
{
    return (has_prefix(line, "[") && contains(line, "]: ")) || has_prefix(line, "..") ||
           (has_prefix(line, "<a ") && contains(line, "></a>")) ||
           (has_prefix(line, "(") && line->s[line->len - 1] == '=');
}

/* --- entries --------------------------------------------------------------------------------- */

static bool has_key(const struct changelog_entry *entry, const struct buf *key)
{
    return entry->key_len == key->len && memcmp(entry->key, buf_str(key), key->len) == 0;
}

/* Adds the entry, unless it says again what the one before says: "Changes in version 1.2" below the
   heading of 1.2 is a part of that entry. */
static void add_entry(struct scanner *s, const struct heading_version *version)
{
    struct buf key = BUF_INIT(KEY_MAX);
    const struct changelog_entry *last = s->count > 0 ? &s->entries[s->count - 1] : NULL;

    pep440_key(version->version, strlen(version->version), &key);
    if (s->count < ENTRIES_MAX && (last == NULL || !has_key(last, &key))) {
        s->entries = mem_grow(s->entries, s->count, &s->size, sizeof *s->entries);
        s->entries[s->count++] = (struct changelog_entry){
            .version = version->version,
            .date = version->date,
            .line = s->number,
            .empty = !version->titled,
            .key = arena_strndup(s->arena, buf_str(&key), key.len),
            .key_len = key.len,
        };
    }
    buf_release(&key);
}

static bool add_entries(struct scanner *s, const char *text, size_t len, enum heading_form form)
{
    struct heading_version versions[HEADING_VERSIONS];
    size_t n = heading_read(text, len, form, s->arena, versions);
    size_t count = s->count;

    for (size_t i = 0; i < n; i++)
        add_entry(s, &versions[i]);
    if (s->count > count)
        s->open = count;
    s->headings |= n > 0 && form != HEADING_BULLET;
    return n > 0;
}

/* The entries that the last heading opened consist of something. */
static void note_content(struct scanner *s)
{
    for (; s->open < s->count; s->open++)
        s->entries[s->open].empty = false;
}

/* "name (1.2-3) unstable; urgency=low": the upstream version, without epoch and revision. */
static bool add_debian(struct scanner *s)
{
    const struct line *line = &s->line;
    const char *open = line->indent == 0 ? memchr(line->s, '(', line->len) : NULL;
    const char *close =
        open != NULL ? memchr(open, ')', line->len - (size_t)(open - line->s)) : NULL;

    if (close == NULL || !contains(line, "; urgency="))
        return false;
    const char *from = memchr(open, ':', (size_t)(close - open));
    from = from != NULL ? from + 1 : open + 1;
    const char *dash = memrchr(from, '-', (size_t)(close - from));
    if (dash != NULL)
        close = dash;
    return add_entries(s, from, (size_t)(close - from), HEADING_MARKED);
}

/* sphinxcontrib's ".. changelog::" with ":version: 1.2" below it. */
static bool add_directive(struct scanner *s)
{
    const struct line *line = &s->line;

    if (line->indent == 0 && line->len > 0)
        s->in_directive = has_prefix(line, ".. changelog::");
    if (!s->in_directive || line->indent == 0 || !has_prefix(line, ":version:"))
        return false;
    size_t skip = line->indent + strlen(":version:");
    return add_entries(s, line->s + skip, line->len - skip, HEADING_MARKED);
}

/* --- lines ----------------------------------------------------------------------------------- */

/* Fenced code and comments: their lines are no headings. True while inside. */
static bool is_hidden(struct scanner *s)
{
    const struct line *line = &s->line;
    bool fence = line->indent <= INDENT_MAX && has_prefix(line, "```");

    if (s->in_comment) {
        s->in_comment = !contains(line, "-->");
        return true;
    }
    if (fence && !s->in_fence &&
        memchr(line->s + line->indent + 3, '`', line->len - line->indent - 3))
        fence = false;
    if (s->in_fence || fence) {
        s->in_fence ^= fence;
        note_content(s);
        return true;
    }
    if (has_prefix(line, "<!--") && !contains(line, "-->")) {
        s->in_comment = true;
        return true;
    }
    return false;
}

static enum kind read_marked(struct scanner *s)
{
    const struct line *line = &s->line;
    size_t skip = line->indent;

    while (skip < line->len && strchr("#=", line->s[skip]) != NULL)
        skip++;
    const char *directive = has_prefix(line, ".. ") ? memmem(line->s, line->len, "::", 2) : NULL;
    if (directive != NULL)
        skip = (size_t)(directive + 2 - line->s);
    add_entries(s, line->s + skip, line->len - skip, HEADING_MARKED);
    return KIND_MARKUP;
}

static enum kind read_bullet(struct scanner *s)
{
    const struct line *line = &s->line;
    size_t skip = line->indent + 2;
    enum heading_form form = contains(line, ":release:`") ? HEADING_MARKED : HEADING_BULLET;

    if (add_entries(s, line->s + skip, line->len - skip, form))
        return KIND_MARKUP;
    note_content(s);
    return KIND_DETAIL;
}

static enum kind read_text(struct scanner *s)
{
    const struct line *line = &s->line;
    bool alone = line->indent == 0 && s->before != KIND_PROSE && *line->s != '|';

    if (alone && add_entries(s, line->s, line->len, HEADING_PLAIN))
        return KIND_MARKUP;
    note_content(s);
    return line->indent > 0 ? KIND_DETAIL : KIND_PROSE;
}

/* "* 1.2", "| 1.2 | …", ":1.2: …" */
static bool add_listed(struct scanner *s)
{
    const struct line *line = &s->line;
    size_t skip = is_bullet(line) ? line->indent + 2 : line->indent + 1;

    return s->listed && line->indent <= 1 &&
           (is_bullet(line) || strchr("|:", line->s[line->indent])) &&
           add_entries(s, line->s + skip, line->len - skip, HEADING_LISTED);
}

static enum kind read_line(struct scanner *s)
{
    if (s->line.len == s->line.indent)
        return KIND_BLANK;
    if (is_hidden(s))
        return KIND_MARKUP;
    if (add_directive(s) || add_debian(s) || is_rule(&s->line) || add_listed(s))
        return KIND_MARKUP;
    if (is_heading(&s->line) || is_underlined(s))
        return read_marked(s);
    if (is_label(&s->line))
        return KIND_MARKUP;
    return is_bullet(&s->line) ? read_bullet(s) : read_text(s);
}

static void read_lines(struct scanner *s, const char *data, size_t len)
{
    s->at = data;
    s->end = data + len;
    while (s->count < ENTRIES_MAX && next_line(s))
        s->before = read_line(s);
}

/* A list of releases runs one way and says something of each; a list of Pythons does not. */
static size_t keep_listed(struct changelog_entry *entries, size_t count)
{
    bool rises = false, falls = false;
    size_t kept = 0;

    for (size_t i = 1; i < count; i++) {
        const struct changelog_entry *a = &entries[i - 1], *b = &entries[i];
        size_t least = a->key_len < b->key_len ? a->key_len : b->key_len;
        int order = memcmp(a->key, b->key, least);
        order = order != 0 ? order : a->key_len < b->key_len ? -1 : 1;
        rises |= order < 0;
        falls |= order > 0;
    }
    for (size_t i = 0; i < count && !(rises && falls); i++)
        if (!entries[i].empty)
            entries[kept++] = entries[i];
    return kept;
}

size_t changelog_entries(const char *data, size_t len, struct arena *arena,
                         struct changelog_entry **out)
{
    struct scanner plain = {.arena = arena}, listed = {.arena = arena, .listed = true};
    const struct scanner *s = &plain;

    *out = NULL;
    if (!changelog_text(&data, &len, arena))
        return 0;
    read_lines(&plain, data, len);
    if (!plain.headings) {
        read_lines(&listed, data, len);
        listed.count = keep_listed(listed.entries, listed.count);
        s = listed.count > plain.count ? &listed : &plain;
    }
    *out = arena_copy(arena, s->entries, s->count * sizeof **out);
    free(plain.entries);
    free(listed.entries);
    return s->count;
}

struct changelog_entry changelog_entry(const char *version, size_t len, struct arena *arena)
{
    struct changelog_entry entry = {.version = arena_strndup(arena, version, len), .line = 1};
    struct buf key = BUF_INIT(KEY_MAX);

    pep440_key(entry.version, len, &key);
    entry.key = arena_strndup(arena, buf_str(&key), key.len);
    entry.key_len = key.len;
    buf_release(&key);
    return entry;
}

const struct changelog_entry *changelog_find(const struct changelog_entry *entries, size_t count,
                                             const char *version)
{
    struct buf key = BUF_INIT(KEY_MAX);
    const struct changelog_entry *found = NULL;

    pep440_key(version, strlen(version), &key);
    for (size_t i = 0; i < count && found == NULL; i++)
        if (has_key(&entries[i], &key))
            found = &entries[i];
    buf_release(&key);
    return found;
}
