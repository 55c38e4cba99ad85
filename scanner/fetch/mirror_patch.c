/* A commit in git's mail format (git-format-patch), one file after another. */
#include "fetch/mirror_write.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/mem.h"
#include "base/text.h"
#include "fetch/mirror_diff.h"
#include "fetch/mirror_write_parts.h"

#define WORD_MAX 15 /* bytes of a name in one encoded word */

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

/* --- the changes ----------------------------------------------------------------------------- */

/* What is here of the old file. */
static int read_old(const struct mirror_written *w, const struct write_change *change,
                    git_odb_object **object, struct mirror_side *out, struct err *err)
{
    *out = (struct mirror_side){.there = change->had, .kind = change->old_kind, .data = ""};
    *object = NULL;
    if (!change->had)
        return 0;
    git_oid_tostr(out->oid, sizeof out->oid, &change->old_oid);
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
    struct mirror_side old, new = {.there = !to->gone,
                                   .known = true,
                                   .kind = to->kind,
                                   .data = to->len > 0 ? to->data : "",
                                   .len = to->gone ? 0 : to->len};
    git_odb_object *object;
    int result = read_old(w, change, &object, &old, err);

    if (result != 0)
        return result;
    git_oid_tostr(new.oid, sizeof new.oid, &change->oid);
    result = mirror_diff(to->path, &old, &new, true, out, err);
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
