/* Two texts line by line: whether they are the same but for line ends, and where they differ. */
#include "facts/compare_internal.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/mem.h"
#include "base/text.h"

/* Lines that may be gone or new; of texts that differ in more, all between the first and the last
   that differ is told. */
#define EDITS_MAX  1000
#define RANGES_MAX 1000 /* bytes of "12-14,80" */
#define SNIFF      8000 /* git takes what has a NUL in so many bytes for binary */

bool compare_is_text(struct compare_text text)
{
    return memchr(text.data, '\0', text.len < SNIFF ? text.len : SNIFF) == NULL;
}

/* The next line without its end; false when there is none. */
static bool next_line(struct compare_text *rest, struct compare_text *line)
{
    if (rest->len == 0)
        return false;
    const char *newline = memchr(rest->data, '\n', rest->len);
    size_t len = newline != NULL ? (size_t)(newline - rest->data) : rest->len;
    *line = (struct compare_text){rest->data, len};
    if (newline != NULL && len > 0 && line->data[len - 1] == '\r')
        line->len--;
    size_t step = newline != NULL ? len + 1 : len;
    rest->data += step;
    rest->len -= step;
    return true;
}

static bool same_text(struct compare_text a, struct compare_text b)
{
    return a.len == b.len && memcmp(a.data, b.data, a.len) == 0;
}

bool compare_take_line(struct compare_text *rest, struct compare_text *line)
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

struct compare_text compare_lf(struct comparison *c, struct compare_text text)
{
    if (text.len == 0 || memchr(text.data, '\r', text.len) == NULL)
        return text;
    char *copy = arena_strndup(c->arena, text.data, text.len);
    size_t n = 0;

    for (size_t i = 0; i < text.len; i++)
        if (text.data[i] != '\r' || i + 1 == text.len || text.data[i + 1] != '\n')
            copy[n++] = text.data[i];
    copy[n] = '\0';
    return (struct compare_text){copy, n};
}

bool compare_same_lines(struct compare_text a, struct compare_text b)
{
    struct compare_text x = {0}, y = {0};
    bool more_a, more_b;

    /* A newline at the very end is a line end, too, but one that both have or lack. */
    if ((a.len > 0 && a.data[a.len - 1] == '\n') != (b.len > 0 && b.data[b.len - 1] == '\n'))
        return false;
    do {
        more_a = next_line(&a, &x);
        more_b = next_line(&b, &y);
        if (more_a != more_b || (more_a && !same_text(x, y)))
            return false;
    } while (more_a);
    return true;
}

/* --- the lines that differ ------------------------------------------------------------------- */

struct lines {
    struct compare_text *items;
    size_t count, size;
};

static struct lines split(struct compare_text text)
{
    struct lines lines = {0};
    struct compare_text line;

    while (next_line(&text, &line)) {
        lines.items = mem_grow(lines.items, lines.count, &lines.size, sizeof line);
        lines.items[lines.count++] = line;
    }
    return lines;
}

/* Which lines of b are new, and behind which of its lines (0: before the first) one of a is gone.
 */
struct difference {
    bool *added, *gone;
    size_t count; /* of b */
};

struct edit_span {
    size_t a, a_end, b, b_end;
};

static void all_differs(const struct edit_span *span, struct difference *out)
{
    if (span->a == span->a_end && span->b == span->b_end)
        return;
    for (size_t i = span->b; i < span->b_end; i++)
        out->added[i] = true;
    if (span->b == span->b_end)
        out->gone[span->b] = true;
}

/* Goes back from the end to the start over the furthest points of each number of edits. */
static void walk_back(const int *trace, long d, long k, const struct edit_span *span,
                      struct difference *out)
{
    for (; d > 0; d--) {
        const int *v = trace + (size_t)((d - 1) * (d - 1));
        long mid = d - 1;
        bool down = k == -d || (k != d && v[mid + k - 1] < v[mid + k + 1]);
        long from = down ? k + 1 : k - 1;
        long x = v[mid + from];
        long y = x - from;
        if (down)
            out->added[span->b + (size_t)y] = true;
        else
            out->gone[span->b + (size_t)y] = true;
        k = from;
    }
}

/* Myers' greedy algorithm: how far each diagonal comes with d edits. Row d of the trace has the
   diagonals -d to d and starts at d * d. */
static long furthest(const int *before, long d, long k)
{
    long mid = d - 1;

    if (d == 0)
        return 0;
    return k == -d || (k != d && before[mid + k - 1] < before[mid + k + 1])
               ? before[mid + k + 1]
               : before[mid + k - 1] + 1;
}

static bool find_edits(const struct lines *a, const struct lines *b, const struct edit_span *span,
                       struct difference *out)
{
    const long n = (long)(span->a_end - span->a), m = (long)(span->b_end - span->b);
    int *trace = NULL;
    bool found = false;

    for (long d = 0; d <= n + m && d <= EDITS_MAX && !found; d++) {
        trace = mem_realloc(trace, (size_t)((d + 1) * (d + 1)) * sizeof *trace);
        int *row = trace + d * d;
        memset(row, 0, (size_t)(2 * d + 1) * sizeof *row);
        for (long k = -d; k <= d && !found; k += 2) {
            long x = furthest(trace + (d - 1) * (d - 1), d, k), y = x - k;
            while (x < n && y < m && y >= 0 &&
                   same_text(a->items[(long)span->a + x], b->items[(long)span->b + y])) {
                x++;
                y++;
            }
            row[d + k] = (int)x;
            found = x == n && y == m;
            if (found)
                walk_back(trace, d, k, span, out);
        }
    }
    free(trace);
    return found;
}

static void find_difference(const struct lines *a, const struct lines *b, struct difference *out)
{
    struct edit_span span = {0, a->count, 0, b->count};

    while (span.a < span.a_end && span.b < span.b_end &&
           same_text(a->items[span.a], b->items[span.b])) {
        span.a++;
        span.b++;
    }
    while (span.a_end > span.a && span.b_end > span.b &&
           same_text(a->items[span.a_end - 1], b->items[span.b_end - 1])) {
        span.a_end--;
        span.b_end--;
    }
    if (span.a == span.a_end || span.b == span.b_end || !find_edits(a, b, &span, out))
        all_differs(&span, out);
}

/* "12-14,80"; cut with "…" when it is long. */
static const char *ranges(struct comparison *c, const struct difference *difference)
{
    struct buf buf = BUF_INIT(RANGES_MAX);
    bool fits = true;

    for (size_t i = 0; i <= difference->count && fits; i++) {
        size_t end = i;
        while (end < difference->count && difference->added[end])
            end++;
        const char *comma = buf.len > 0 ? "," : "";
        if (end > i + 1)
            fits = buf_addf(&buf, "%s%zu-%zu", comma, i + 1, end) == 0;
        else if (end > i)
            fits = buf_addf(&buf, "%s%zu", comma, i + 1) == 0;
        else if (difference->gone[i] && (i == 0 || !difference->added[i - 1]))
            fits = buf_addf(&buf, "%s%zu", comma, i) == 0;
        i = end > i ? end - 1 : i;
    }
    const char *text = arena_printf(c->arena, "%s%s", buf_str(&buf), fits ? "" : ",…");
    buf_release(&buf);
    return text;
}

/* --- what changed code touches --------------------------------------------------------------- */

static const struct {
    const char *hint;
    const char *const *words;
} touches[] = {
    {"network",
     (const char *const[]){"socket",    "urllib",     "urllib2",     "urllib3",  "requests",
                           "httpx",     "aiohttp",    "http",        "httplib",  "ftplib",
                           "smtplib",   "urlopen",    "urlretrieve", "paramiko", "telnetlib",
                           "websocket", "websockets", "curl",        "wget",     NULL}},
    {"process",
     (const char *const[]){"subprocess", "system", "popen", "Popen", "execv", "execve", "execvp",
                           "spawn", "spawnv", "fork", "pty", "commands", "startfile",
                           "create_subprocess_exec", "create_subprocess_shell", NULL}},
    {"environment", (const char *const[]){"environ", "getenv", "putenv", "expanduser", "getpass",
                                          "keyring", NULL}},
    {"dynamic-code",
     (const char *const[]){"eval", "exec", "execfile", "compile", "__import__", "importlib",
                           "import_module", "marshal", "pickle", "base64", "b64decode", "ctypes",
                           "zlib", "builtins", "__builtins__", NULL}},
};

static bool has_word(struct compare_text line, const char *const *words)
{
    for (size_t i = 0; i < line.len;) {
        size_t n = 0;
        while (i + n < line.len &&
               (isalnum((unsigned char)line.data[i + n]) || line.data[i + n] == '_'))
            n++;
        for (const char *const *word = words; n > 0 && *word != NULL; word++)
            if (strlen(*word) == n && memcmp(*word, line.data + i, n) == 0)
                return true;
        i += n > 0 ? n : 1;
    }
    return false;
}

static const char *find_touches(struct comparison *c, const struct lines *b, const bool *added)
{
    const char *found = NULL;

    for (size_t t = 0; t < sizeof touches / sizeof *touches; t++)
        for (size_t i = 0; i < b->count; i++)
            if ((added == NULL || added[i]) && has_word(b->items[i], touches[t].words)) {
                found = found == NULL ? touches[t].hint
                                      : arena_printf(c->arena, "%s %s", found, touches[t].hint);
                break;
            }
    return found;
}

/* --- whether only comments differ ------------------------------------------------------------- */

/* The next line that is not blank and no comment of the "#" kind. */
static bool next_plain(struct compare_text *rest, struct compare_text *line)
{
    while (next_line(rest, line)) {
        size_t i = 0;
        while (i < line->len && isspace((unsigned char)line->data[i]))
            i++;
        if (i < line->len && line->data[i] != '#')
            return true;
    }
    return false;
}

static int only_hash_comments(struct compare_text a, struct compare_text b)
{
    struct compare_text x = {0}, y = {0};
    bool more_a, more_b;

    do {
        more_a = next_plain(&a, &x);
        more_b = next_plain(&b, &y);
        if (more_a != more_b || (more_a && !same_text(x, y)))
            return 0;
    } while (more_a);
    return 1;
}

static int only_comments(struct comparison *c, const char *path, struct compare_text a,
                         struct compare_text b)
{
    static const char *const hash[] = {".cfg", ".toml", ".ini", ".in", ".yml", ".yaml", ".sh"};
    struct pysource x, y;

    if (text_ends_with(path, ".py"))
        return compare_python(c, a, &x) && compare_python(c, b, &y) ? compare_same_code(&x, &y) : 0;
    for (size_t i = 0; i < sizeof hash / sizeof *hash; i++)
        if (text_ends_with(path, hash[i]))
            return only_hash_comments(a, b);
    return -1;
}

void compare_describe(struct comparison *c, struct compare_member *m,
                      const struct compare_text *old)
{
    struct compare_text text = {m->member->data, m->member->len};

    m->comments_only = -1;
    if (text.data == NULL || !compare_is_text(text) || m->member->kind != ARCHIVE_FILE)
        return;
    struct lines b = split(text);
    if (old != NULL && compare_is_text(*old)) {
        struct lines a = split(*old);
        struct difference difference = {.count = b.count};
        difference.added = mem_array(b.count + 1, sizeof *difference.added);
        difference.gone = mem_array(b.count + 1, sizeof *difference.gone);
        find_difference(&a, &b, &difference);
        m->lines = ranges(c, &difference);
        m->comments_only = only_comments(c, m->member->path, *old, text);
        m->touches = m->importance == COMPARE_OTHER ? NULL : find_touches(c, &b, difference.added);
        free(difference.added);
        free(difference.gone);
        free(a.items);
    } else if (m->importance != COMPARE_OTHER) {
        m->touches = find_touches(c, &b, NULL);
    }
    free(b.items);
}
