/* A wheel lists its own files in RECORD, with SHA-256 and size. Installers differ in how much of it
   they look at; here all of it must be right.
   Source: the binary distribution format, "The .dist-info directory"; CSV as Python's csv module
   reads it, which is what writes and reads these files. */
#include "fetch/archive_internal.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/text.h"

#define FAULTS_MAX 50

enum { PATH, HASH, SIZE, FIELDS };

struct check {
    struct archive_contents *out;
    struct arena *arena;
    const char *folder; /* "tool-1.0.dist-info/", this long */
    size_t folder_len;
    unsigned char *listed; /* a byte a member */
};

/* --- names ------------------------------------------------------------------------------------ */

static const char *file_of_dist_info(const char *path)
{
    static const char suffix[] = ".dist-info/";
    const char *slash = strchr(path, '/');
    const size_t n = sizeof suffix - 1;

    return slash != NULL && (size_t)(slash + 1 - path) > n && memcmp(slash + 1 - n, suffix, n) == 0
               ? slash + 1
               : NULL;
}

bool archive_is_record(const char *path)
{
    const char *file = file_of_dist_info(path);

    return file != NULL && strcmp(file, "RECORD") == 0;
}

/* RECORD cannot hold itself, nor what signs it. */
static bool is_exempt(const struct check *c, const char *path)
{
    const char *file = path + c->folder_len;

    return strncmp(path, c->folder, c->folder_len) == 0 &&
           (strcmp(file, "RECORD") == 0 || strcmp(file, "RECORD.jws") == 0 ||
            strcmp(file, "RECORD.p7s") == 0);
}

/* --- faults ----------------------------------------------------------------------------------- */

static void add_fault(struct check *c, enum archive_record_fault_kind kind, const char *path)
{
    struct archive_contents *out = c->out;

    out->record = ARCHIVE_RECORD_WRONG;
    if (out->record_faults == NULL)
        out->record_faults = arena_array(c->arena, FAULTS_MAX, sizeof *out->record_faults);
    if (out->record_fault_count < FAULTS_MAX)
        out->record_faults[out->record_fault_count++] =
            (struct archive_record_fault){kind, arena_strdup(c->arena, path)};
}

/* --- one line --------------------------------------------------------------------------------- */

static unsigned nibble(char ch)
{
    return ch <= '9' ? (unsigned)(ch - '0') : (unsigned)(ch - 'a') + 10;
}

/* 64 hex digits as URL-safe base64 without padding: 43 of these, the last of four bits. */
static bool same_digest(const char *said, const char *hex)
{
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

    for (size_t i = 0; i < 43; i++, said++) {
        unsigned bits = 0;
        for (size_t b = i * 6; b < i * 6 + 6; b++)
            bits = bits << 1 | (b < 256 ? nibble(hex[b / 4]) >> (3 - b % 4) & 1 : 0);
        if (*said != digits[bits])
            return false;
    }
    return *said == '\0' || strcmp(said, "=") == 0;
}

static bool same_size(const char *said, int64_t size)
{
    char text[24];

    snprintf(text, sizeof text, "%lld", (long long)size);
    return *said == '\0' || strcmp(said, text) == 0;
}

static void check_member(struct check *c, size_t at, char *const fields[FIELDS])
{
    const struct archive_member *member = &c->out->members[at];

    if (c->listed[at]) {
        add_fault(c, ARCHIVE_RECORD_TWICE, member->path);
        return;
    }
    c->listed[at] = 1;
    if (is_exempt(c, member->path))
        return;
    if (strncmp(fields[HASH], "sha256=", 7) != 0)
        add_fault(c, ARCHIVE_RECORD_UNHASHED, member->path);
    else if (strlen(member->sha256) != ARCHIVE_SHA256 - 1 ||
             !same_digest(fields[HASH] + 7, member->sha256))
        add_fault(c, ARCHIVE_RECORD_DIGEST, member->path);
    else if (!same_size(fields[SIZE], member->size))
        add_fault(c, ARCHIVE_RECORD_SIZE, member->path);
}

static size_t find_first(const struct archive_contents *out, const char *path)
{
    size_t low = 0, high = out->member_count;

    while (low < high) {
        size_t mid = low + (high - low) / 2;
        if (strcmp(out->members[mid].path, path) < 0)
            low = mid + 1;
        else
            high = mid;
    }
    return low;
}

static void check_line(struct check *c, char *const fields[FIELDS])
{
    const struct archive_contents *out = c->out;
    const char *path = fields[PATH];
    const size_t first = find_first(out, path);
    size_t at = first;

    for (; at < out->member_count && strcmp(out->members[at].path, path) == 0; at++)
        check_member(c, at, fields);
    /* A few tools list directories too, which are no members. */
    if (at == first && !is_exempt(c, path) && !(text_ends_with(path, "/") && *fields[HASH] == '\0'))
        add_fault(c, ARCHIVE_RECORD_ABSENT, path);
}

/* --- lines ------------------------------------------------------------------------------------ */

/* The field at *at, unquoted where it stands; *at is then at what ends it, which may be `end`. */
static char *take_field(char **at, const char *end)
{
    char *field = *at, *out = field, *s = field;
    bool quoted = s < end && *s == '"';

    for (s += quoted; s < end; s++) {
        if (quoted && *s == '"') {
            quoted = s + 1 < end && s[1] == '"';
            s += quoted;
            if (!quoted)
                continue;
        } else if (!quoted && (*s == ',' || *s == '\n' || *s == '\r')) {
            break;
        }
        *out++ = *s;
    }
    *at = s;
    if (out < s)
        *out = '\0';
    return field;
}

/* The first three fields of the line at `at`; where the next one begins. data[len] is a NUL. */
static char *take_line(char *at, char *end, char *fields[FIELDS])
{
    static char none[1];

    for (size_t i = 0; i < FIELDS; i++)
        fields[i] = none;
    for (size_t i = 0;; i++) {
        char *stop = at;
        char *field = take_field(&stop, end);
        if (i < FIELDS)
            fields[i] = field;
        const char ender = stop < end ? *stop : '\n';
        at = stop < end ? stop + 1 : end;
        *stop = '\0';
        if (ender != ',')
            return at;
    }
}

void archive_record_check(struct archive_contents *out, const char *path, char *data, size_t len,
                          struct arena *arena)
{
    struct check c = {.out = out, .arena = arena, .folder = path, .folder_len = strlen(path)};

    c.folder_len -= strlen("RECORD");
    out->record = ARCHIVE_RECORD_RIGHT;
    if (memchr(data, '\0', len) != NULL) {
        out->record = ARCHIVE_RECORD_UNREAD;
        return;
    }
    c.listed = mem_alloc(out->member_count);
    for (char *at = data, *end = data + len, *fields[FIELDS]; at < end;) {
        at = take_line(at, end, fields);
        if (*fields[PATH] != '\0')
            check_line(&c, fields);
    }
    for (size_t i = 0; i < out->member_count; i++) {
        const char *member = out->members[i].path;
        if (!c.listed[i] && !is_exempt(&c, member))
            add_fault(&c, ARCHIVE_RECORD_UNLISTED, member);
        if (file_of_dist_info(member) != NULL && strncmp(member, path, c.folder_len) != 0)
            add_fault(&c, ARCHIVE_RECORD_SECOND, member);
    }
    free(c.listed);
}
