/* A commit in git's mail format (git-format-patch), one file after another. */
#include "fetch/mirror_write.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <zlib.h>

#include "base/mem.h"
#include "base/text.h"
#include "fetch/mirror_write_parts.h"

#define TEXT_MAX ((size_t)8 << 20) /* larger files are packed */
#define WORD_MAX 15                /* bytes of a name in one encoded word */

static const git_oid none;

/* --- the head of the mail -------------------------------------------------------------------- */

/* Text of a header: as it is, or as RFC 2047's encoded words, which never part a character. */
static int put_words(struct buf *out, const char *text)
{
    int full = 0;

    if (text_is_ascii(text))
        return buf_addstr(out, text);
    for (const char *at = text; *at != '\0' && full == 0;) {
        full |= buf_addstr(out, at == text ? "=?UTF-8?q?" : "\n =?UTF-8?q?");
        for (size_t used = 0; *at != '\0' && used < WORD_MAX && full == 0;) {
            size_t len = text_utf8_len(at, strlen(at));
            for (len = len > 0 ? len : 1; len > 0; len--, used++, at++)
                full |= buf_addf(out, "=%02X", (unsigned char)*at);
        }
        full |= buf_addstr(out, "?=");
    }
    return full;
}

static int put_name(struct buf *out, const char *name)
{
    static const char special[] = "()[]:;@\\,.\"";
    int full = 0;

    if (!text_is_ascii(name) || strpbrk(name, special) == NULL)
        return put_words(out, name);
    full |= buf_addstr(out, "\"");
    for (; *name != '\0' && full == 0; name++)
        full |= buf_addf(out, *name == '"' || *name == '\\' ? "\\%c" : "%c", *name);
    return full | buf_addstr(out, "\"");
}

/* Lines that would be taken for the end of the message, or for another mail. */
static bool ends_message(const char *line)
{
    return text_starts_with(line, "---") || text_starts_with(line, "diff -") ||
           text_starts_with(line, "Index: ") || text_starts_with(line, "From ");
}

static int put_body(struct buf *out, const char *text)
{
    int full = 0;

    while (*text != '\0' && full == 0) {
        size_t len = strcspn(text, "\n");
        if (ends_message(text))
            full |= buf_addstr(out, " ");
        full |= buf_addf(out, "%.*s\n", (int)len, text);
        text += len + (text[len] == '\n');
    }
    return full;
}

static int put_head(const struct mirror_written *w, struct buf *out)
{
    const struct mirror_request *request = w->request;
    size_t len = strcspn(request->message, "\n");
    char *subject = mem_strndup(request->message, len);
    const char *body = request->message + len;
    time_t at = (time_t)request->authored_at;
    char date[64] = "";
    struct tm tm;

    body += strspn(body, "\n");
    if (gmtime_r(&at, &tm) != NULL)
        strftime(date, sizeof date, "%a, %d %b %Y %H:%M:%S +0000", &tm);
    int full = buf_addf(out, "From %s Mon Sep 17 00:00:00 2001\nFrom: ", w->commit_hex);
    full |= put_name(out, request->name);
    full |= buf_addf(out, " <%s>\nDate: %s\nSubject: [PATCH] ", request->mail, date);
    full |= put_words(out, subject);
    full |= buf_addstr(out, "\nMIME-Version: 1.0\nContent-Type: text/plain; charset=UTF-8\n"
                            "Content-Transfer-Encoding: 8bit\n\n");
    full |= put_body(out, body);
    full |= buf_addstr(out, "---\n\n");
    free(subject);
    return full;
}

/* --- packed files ---------------------------------------------------------------------------- */

static int put_85(struct buf *out, const unsigned char *data, size_t len)
{
    static const char digits[] = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
                                 "!#$%&()*+-;<=>?@^_`{|}~";
    char line[72];
    size_t used = 0;

    line[used++] = (char)(len <= 26 ? 'A' + (int)len - 1 : 'a' + (int)len - 27);
    for (size_t i = 0; i < len; i += 4) {
        unsigned long value = 0;
        for (size_t k = 0; k < 4; k++)
            value = value << 8 | (i + k < len ? data[i + k] : 0u);
        for (int k = 4; k >= 0; k--, value /= 85)
            line[used + (size_t)k] = digits[value % 85];
        used += 5;
    }
    line[used++] = '\n';
    return buf_add(out, line, used);
}

static int put_literal(struct buf *out, const char *data, size_t len)
{
    uLongf size = compressBound(len);
    unsigned char *packed = mem_alloc(size);
    int full =
        compress2(packed, &size, (const unsigned char *)data, len, Z_BEST_COMPRESSION) == Z_OK
            ? buf_addf(out, "literal %zu\n", len)
            : -1;

    for (size_t at = 0; at < size && full == 0; at += 52)
        full = put_85(out, packed + at, size - at < 52 ? size - at : 52);
    free(packed);
    return full == 0 ? buf_addstr(out, "\n") : full;
}

/* --- one file -------------------------------------------------------------------------------- */

struct side {
    bool there, known; /* known: its bytes are here */
    enum mirror_kind kind;
    git_oid oid;
    const char *data;
    size_t len;
};

static const char *mode_of(const struct side *side)
{
    return side->kind == MIRROR_LINK         ? "120000"
           : side->kind == MIRROR_EXECUTABLE ? "100755"
                                             : "100644";
}

/* As git quotes a path: in C's way where it holds anything but plain text. */
static char *quoted(const char *prefix, const char *path)
{
    struct buf out = BUF_INIT((size_t)1 << 20);
    bool plain = true;
    int full;

    for (const char *at = path; *at != '\0'; at++)
        plain &= *at >= ' ' && *at < 0x7f && *at != '"' && *at != '\\';
    if (plain)
        return mem_printf("%s%s", prefix, path);
    full = buf_addf(&out, "\"%s", prefix);
    for (const char *at = path; *at != '\0'; at++)
        if (*at == '"' || *at == '\\')
            full |= buf_addf(&out, "\\%c", *at);
        else if (*at >= ' ' && *at < 0x7f)
            full |= buf_add(&out, at, 1);
        else
            full |= buf_addf(&out, "\\%03o", (unsigned char)*at);
    full |= buf_addstr(&out, "\"");
    return full == 0 ? buf_detach(&out) : (buf_release(&out), mem_strdup(""));
}

/* A mail's reader drops the CR at the end of a line. */
static bool is_text(const struct side *side)
{
    return !side->there ||
           (side->known && side->len <= TEXT_MAX && memchr(side->data, '\0', side->len) == NULL &&
            memchr(side->data, '\r', side->len) == NULL);
}

static int put_hunks(struct buf *out, const struct side *old, const struct side *new,
                     struct err *err)
{
    git_diff_options options = GIT_DIFF_OPTIONS_INIT;
    git_patch *patch = NULL;
    git_buf text = GIT_BUF_INIT;

    options.flags = GIT_DIFF_FORCE_TEXT;
    options.context_lines = 3;
    int result = git_patch_from_buffers(&patch, old->there ? old->data : NULL, old->len, NULL,
                                        new->there ? new->data : NULL, new->len, NULL, &options);
    if (result == 0)
        result = git_patch_to_buf(&text, patch);
    if (result != 0) {
        mirror_failed(err, REASON_INTERNAL, "cannot compare two files");
    } else {
        const char *hunks = memmem(text.ptr, text.size, "\n@@ -", 5);
        if (hunks != NULL)
            result = buf_add(out, hunks + 1, text.size - (size_t)(hunks + 1 - text.ptr));
    }
    git_buf_dispose(&text);
    git_patch_free(patch);
    return result;
}

static int put_modes(struct buf *out, const struct side *old, const struct side *new)
{
    char from[OID_HEX], to[OID_HEX];
    bool both = old->there && new->there, same = both && old->kind == new->kind;
    int full = 0;

    if (!old->there)
        full |= buf_addf(out, "new file mode %s\n", mode_of(new));
    else if (!new->there)
        full |= buf_addf(out, "deleted file mode %s\n", mode_of(old));
    else if (!same)
        full |= buf_addf(out, "old mode %s\nnew mode %s\n", mode_of(old), mode_of(new));
    if (both && git_oid_equal(&old->oid, &new->oid))
        return full;
    git_oid_tostr(from, sizeof from, old->there ? &old->oid : &none);
    git_oid_tostr(to, sizeof to, new->there ? &new->oid : &none);
    return full |
           buf_addf(out, "index %s..%s%s%s\n", from, to, same ? " " : "", same ? mode_of(new) : "");
}

static int put_names(struct buf *out, const char *path, const struct side *old,
                     const struct side *new)
{
    char *a = quoted("a/", path), *b = quoted("b/", path);
    const char *tab = strchr(path, ' ') != NULL ? "\t" : ""; /* where the name ends */
    int full = buf_addf(out, "--- %s%s\n+++ %s%s\n", old->there ? a : "/dev/null",
                        old->there ? tab : "", new->there ? b : "/dev/null", new->there ? tab : "");

    free(a);
    free(b);
    return full;
}

static int put_file(struct buf *out, const char *path, const struct side *old,
                    const struct side *new, struct err *err)
{
    char *a = quoted("a/", path), *b = quoted("b/", path);
    int full = buf_addf(out, "diff --git %s %s\n", a, b);

    free(a);
    free(b);
    full |= put_modes(out, old, new);
    if (full != 0)
        return full;
    if (old->there && new->there && git_oid_equal(&old->oid, &new->oid))
        return 0;
    if (is_text(old) && is_text(new)) {
        if (old->len + new->len == 0)
            return 0;
        return put_names(out, path, old, new) | put_hunks(out, old, new, err);
    }
    full |= buf_addstr(out, "GIT binary patch\n");
    full |= put_literal(out, new->data, new->len);
    if (old->known || !old->there)
        full |= put_literal(out, old->data, old->len);
    return full;
}

/* What is here of the old file. */
static int read_old(const struct mirror_written *w, const struct write_change *change,
                    git_odb_object **object, struct side *out, struct err *err)
{
    *out = (struct side){.there = change->had, .kind = change->old_kind, .data = ""};
    *object = NULL;
    if (!change->had)
        return 0;
    out->oid = change->old_oid;
    if (git_odb_exists_ext(w->mirror->odb, &change->old_oid, GIT_ODB_LOOKUP_NO_REFRESH) != 1)
        return 0;
    if (mirror_object(w->mirror, &change->old_oid, object, err) != 0)
        return -1;
    out->known = true;
    out->data = git_odb_object_data(*object);
    out->len = git_odb_object_size(*object);
    return 0;
}

static int put_change(const struct mirror_written *w, const struct write_change *change,
                      struct buf *out, struct err *err)
{
    const struct mirror_change *to = change->change;
    const struct side absent = {.data = ""};
    struct side old, new = {.there = !to->gone,
                            .known = true,
                            .kind = to->kind,
                            .oid = change->oid,
                            .data = to->len > 0 ? to->data : "",
                            .len = to->gone ? 0 : to->len};
    git_odb_object *object;
    int result = read_old(w, change, &object, &old, err);

    if (result != 0)
        return result;
    if (old.there && new.there && git_oid_equal(&old.oid, &new.oid) && old.kind == new.kind)
        result = 0;
    else if (old.there && new.there && (old.kind == MIRROR_LINK) != (new.kind == MIRROR_LINK))
        result = put_file(out, to->path, &old, &absent, err) != 0
                     ? -1
                     : put_file(out, to->path, &absent, &new, err);
    else
        result = put_file(out, to->path, &old, &new, err);
    git_odb_object_free(object);
    return result;
}

int mirror_write_patch(const struct mirror_written *w, struct buf *out, struct err *err)
{
    struct err why = {0};
    int full = put_head(w, out);

    for (size_t i = 0; i < w->request->count && full == 0; i++)
        full = put_change(w, &w->changes[i], out, &why);
    if (full == 0)
        full = buf_addstr(out, "-- \nfleetdrift " FLEETDRIFT_VERSION "\n\n");
    if (full != 0 && why.reason == REASON_NONE)
        err_set(&why, REASON_TOO_LARGE, "the patch of %s is too large", w->request->branch);
    if (full != 0 && err != NULL)
        *err = why;
    return full == 0 ? 0 : -1;
}
