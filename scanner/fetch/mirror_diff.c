/* One file of a patch: by lines where it is text, else packed. */
#include "fetch/mirror_diff.h"

#include <stdlib.h>
#include <string.h>

#include <zlib.h>

#include "base/mem.h"
#include "fetch/mirror_internal.h"

#define NO_OID "0000000000000000000000000000000000000000"

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

static const char *mode_of(const struct mirror_side *side)
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

bool mirror_side_is_text(const struct mirror_side *side)
{
    return !side->there || (side->known && side->len <= MIRROR_DIFF_MAX &&
                            (side->len == 0 || memchr(side->data, '\0', side->len) == NULL));
}

static bool has_cr(const struct mirror_side *side)
{
    return side->there && side->len > 0 && memchr(side->data, '\r', side->len) != NULL;
}

static int put_hunks(struct buf *out, const struct mirror_side *old, const struct mirror_side *new,
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

static int put_modes(struct buf *out, const struct mirror_side *old, const struct mirror_side *new)
{
    bool both = old->there && new->there, same = both && old->kind == new->kind;
    int full = 0;

    if (!old->there)
        full |= buf_addf(out, "new file mode %s\n", mode_of(new));
    else if (!new->there)
        full |= buf_addf(out, "deleted file mode %s\n", mode_of(old));
    else if (!same)
        full |= buf_addf(out, "old mode %s\nnew mode %s\n", mode_of(old), mode_of(new));
    if (both && strcmp(old->oid, new->oid) == 0)
        return full;
    return full | buf_addf(out, "index %s..%s%s%s\n", old->there ? old->oid : NO_OID,
                           new->there ? new->oid : NO_OID, same ? " " : "",
                           same ? mode_of(new) : "");
}

/* A tab ends the name, where there is a space in it or something behind it. */
static int put_name(struct buf *out, const char *mark, const char *prefix, const char *path,
                    const struct mirror_side *side)
{
    char *name = quoted(prefix, path);
    bool tab = strchr(path, ' ') != NULL || side->note != NULL;
    int full = side->there ? buf_addf(out, "%s %s%s%s\n", mark, name, tab ? "\t" : "",
                                      side->note != NULL ? side->note : "")
                           : buf_addf(out, "%s /dev/null\n", mark);

    free(name);
    return full;
}

static int put_file(struct buf *out, const char *path, const struct mirror_side *old,
                    const struct mirror_side *new, bool mail, struct err *err)
{
    char *a = quoted("a/", path), *b = quoted("b/", path);
    int full = buf_addf(out, "diff --git %s %s\n", a, b);

    free(a);
    free(b);
    full |= put_modes(out, old, new);
    if (full != 0)
        return full;
    if (old->there && new->there && strcmp(old->oid, new->oid) == 0)
        return 0;
    if (mirror_side_is_text(old) && mirror_side_is_text(new) &&
        !(mail && (has_cr(old) || has_cr(new)))) {
        if (old->len + new->len == 0)
            return 0;
        return put_name(out, "---", "a/", path, old) | put_name(out, "+++", "b/", path, new) |
               put_hunks(out, old, new, err);
    }
    full |= buf_addstr(out, "GIT binary patch\n");
    full |= put_literal(out, new->data, new->len);
    if (old->known || !old->there)
        full |= put_literal(out, old->data, old->len);
    return full;
}

int mirror_diff(const char *path, const struct mirror_side *old, const struct mirror_side *new,
                bool mail, struct buf *out, struct err *err)
{
    const struct mirror_side absent = {.data = ""};
    struct err why = {0};
    int full;

    if (old->there && new->there && strcmp(old->oid, new->oid) == 0 && old->kind == new->kind)
        return 0;
    if (old->there && new->there && (old->kind == MIRROR_LINK) != (new->kind == MIRROR_LINK))
        full = put_file(out, path, old, &absent, mail, &why) != 0
                   ? -1
                   : put_file(out, path, &absent, new, mail, &why);
    else
        full = put_file(out, path, old, new, mail, &why);
    if (full == 0)
        return 0;
    if (why.reason == REASON_NONE)
        err_set(&why, REASON_TOO_LARGE, "%s: what differs is too much", path);
    if (err != NULL)
        *err = why;
    return -1;
}
