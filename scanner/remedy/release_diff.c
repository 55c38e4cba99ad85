#include "remedy/release_diff.h"

#include <stdlib.h>
#include <string.h>

#include "fetch/mirror_write.h"

struct differing {
    const struct published *in;
    const struct diff_request *request;
    struct arena *arena;
    const char *packages;
    size_t total; /* bytes of text so far */
};

const char *diff_shown_word(enum diff_shown shown)
{
    static const char *const words[] = {
#define X(id, word, why) word,
        DIFF_SHOWN(X)
#undef X
    };

    return words[shown];
}

const char *diff_shown_why(enum diff_shown shown)
{
    static const char *const whys[] = {
#define X(id, word, why) why,
        DIFF_SHOWN(X)
#undef X
    };

    return whys[shown];
}

/* --- the two sides --------------------------------------------------------------------------- */

static enum mirror_kind kind_of(const struct compare_entry *entry)
{
    static const enum mirror_kind kinds[] = {
        [COMPARE_BLOB] = MIRROR_BLOB,
        [COMPARE_EXECUTABLE] = MIRROR_EXECUTABLE,
        [COMPARE_SYMLINK] = MIRROR_LINK,
        [COMPARE_GITLINK] = MIRROR_SUBMODULE,
    };

    return kinds[entry->kind];
}

/* The bits that an archive has of what the tree has, too, are the builder's. */
static enum mirror_kind new_kind(const struct archive_member *member, const struct mirror_side *old)
{
    bool run = !old->there || old->kind == MIRROR_LINK ? member->executable
                                                       : old->kind == MIRROR_EXECUTABLE;

    return member->kind == ARCHIVE_LINK ? MIRROR_LINK : run ? MIRROR_EXECUTABLE : MIRROR_BLOB;
}

static void read_old(const struct differing *d, struct diff_file *file, struct buf *bytes)
{
    const struct compare_entry *entry = compare_tree_find(d->in->tree, file->path);
    struct mirror_side *old = &file->old;

    *old = (struct mirror_side){.data = "", .note = d->request->old_note};
    if (entry == NULL)
        return;
    old->there = true;
    old->kind = kind_of(entry);
    memcpy(old->oid, entry->oid, OID_HEX);
    old->known = old->kind != MIRROR_SUBMODULE &&
                 mirror_read_blob(d->in->mirror, entry->oid, bytes, NULL) > 0;
    if (old->known) {
        old->data = buf_str(bytes);
        old->len = bytes->len;
    }
}

static void read_new(const struct differing *d, const struct archive_member *whole,
                     struct diff_file *file)
{
    struct mirror_side *new = &file->new;

    *new = (struct mirror_side){.there = true,
                                .known = whole->data != NULL || whole->size == 0,
                                .kind = new_kind(whole, &file->old),
                                .data = whole->data != NULL ? whole->data : "",
                                .len = (size_t)whole->size,
                                .note = d->request->new_note};
    memcpy(new->oid, whole->oid, OID_HEX);
}

static bool has_cr(const struct mirror_side *side)
{
    return side->len > 0 && memchr(side->data, '\r', side->len) != NULL;
}

/* Of either side: a password that was taken out before the release is one still. */
static bool is_secret(const struct diff_file *file, const struct archive_member *whole)
{
    const struct archive_member old = {.path = file->path,
                                       .kind = ARCHIVE_FILE,
                                       .data = file->old.known ? file->old.data : NULL,
                                       .len = file->old.len};

    return file->member->secret || compare_is_secret(whole) || compare_is_secret(&old);
}

/* --- one file -------------------------------------------------------------------------------- */

static enum diff_shown refused(const struct diff_file *file, const struct archive_member *whole)
{
    if (is_secret(file, whole))
        return DIFF_SECRET;
    if (!mirror_path_is_safe(file->path))
        return DIFF_PATH;
    if (file->new.kind == MIRROR_LINK || (file->old.there && file->old.kind == MIRROR_LINK))
        return DIFF_LINK;
    if (!file->new.known)
        return DIFF_LARGE;
    if (file->old.there && !file->old.known)
        return DIFF_UNREAD;
    if (file->new.len > MIRROR_DIFF_MAX || file->old.len > MIRROR_DIFF_MAX)
        return DIFF_LARGE;
    return mirror_side_is_text(&file->old) && mirror_side_is_text(&file->new) ? DIFF_TEXT
                                                                              : DIFF_BINARY;
}

static void show(struct differing *d, struct diff_file *file, const struct archive_member *whole)
{
    struct buf old = BUF_INIT(MIRROR_DIFF_MAX), text = BUF_INIT(DIFF_FILE_MAX);

    read_old(d, file, &old);
    read_new(d, whole, file);
    file->shown = refused(file, whole);
    if (file->shown == DIFF_TEXT) {
        file->ends_differ = file->old.there && has_cr(&file->old) != has_cr(&file->new);
        if (d->total >= DIFF_TOTAL_MAX ||
            mirror_diff(file->path, &file->old, &file->new, false, &text, NULL) != 0)
            file->shown = DIFF_LARGE;
    }
    if (file->shown == DIFF_TEXT) {
        file->text = arena_strndup(d->arena, buf_str(&text), text.len);
        file->text_len = text.len;
        d->total += text.len;
    }
    file->old.data = file->new.data = NULL;
    buf_release(&old);
    buf_release(&text);
}

static bool is_expected(enum compare_class class)
{
    return class == COMPARE_IDENTICAL || class == COMPARE_GENERATED ||
           class == COMPARE_LINE_ENDINGS || class == COMPARE_EXPANDED || class == COMPARE_LINK ||
           class == COMPARE_MOVED;
}

static bool is_wanted(const struct diff_request *request, const struct diff_file *file)
{
    enum compare_class class = file->member->class;

    return request->texts && class != COMPARE_SUBMODULE &&
           (!file->expected ||
            (request->expected && (class == COMPARE_GENERATED || class == COMPARE_EXPANDED)));
}

static int by_path(const void *a, const void *b)
{
    return strcmp(((const struct diff_file *)a)->path, ((const struct diff_file *)b)->path);
}

/* The same bytes at the same place. */
static bool is_told(const struct diff *before, const struct diff_file *file)
{
    if (before == NULL || before->count == 0)
        return false;
    const struct diff_file *found =
        bsearch(file, before->files, before->count, sizeof *file, by_path);
    return found != NULL && strcmp(found->member->member->oid, file->member->member->oid) == 0;
}

/* To be read for where it is, or for what it is. */
static bool is_same(const struct differing *d, const struct diff_file *file)
{
    const char *path = file->member->git_path;
    const struct compare_entry *entry = path != NULL ? compare_tree_find(d->in->tree, path) : NULL;

    return entry != NULL && strcmp(entry->oid, file->member->member->oid) == 0;
}

/* --- all of them ----------------------------------------------------------------------------- */

static void add_member(struct differing *d, const struct compare_member *member,
                       const struct archive_member *whole, struct diff *out)
{
    struct diff_file *file = &out->files[out->count];
    const char *why = NULL;
    const char *place = published_place(d->in, d->packages, member, d->arena, &why);

    if (place == NULL)
        place = member->git_path != NULL ? member->git_path : member->member->path;
    *file =
        (struct diff_file){.member = member, .path = place, .expected = is_expected(member->class)};
    if (is_told(d->request->before, file)) {
        out->told++;
        return;
    }
    out->count++;
    if (member->class == COMPARE_UNKNOWN || member->class == COMPARE_UNVERIFIABLE ||
        member->class == COMPARE_SUBMODULE)
        out->unknown = true;
    else
        out->differs |= !file->expected;
    if (is_wanted(d->request, file) && !is_same(d, file))
        show(d, file, whole);
    out->unknown |= file->shown == DIFF_UNREAD;
}

static void add_alarms(const struct compare_result *result, struct diff *out)
{
    for (size_t i = 0; i < result->alarm_count; i++)
        if (result->alarms[i].kind == COMPARE_ALARM_UNREAD)
            out->unknown = true;
        else
            out->differs = true;
}

void diff_make(const struct published *published, const struct diff_request *request,
               struct arena *arena, struct diff *out)
{
    const struct compare_result *result = published->result;
    struct differing d = {.in = published, .request = request, .arena = arena};

    *out = (struct diff){.files = arena_array(arena, result->count + 1, sizeof *out->files)};
    d.packages = published_packages(published, arena);
    for (size_t i = 0; i < result->count; i++) {
        const struct compare_member *member = &result->members[i];
        if (member->class != COMPARE_IDENTICAL) {
            add_member(&d, member, &published->whole->members[i], out);
        } else {
            out->identical++;
            out->late += member->late == 1;
        }
    }
    add_alarms(result, out);
    if (out->count > 1)
        qsort(out->files, out->count, sizeof *out->files, by_path);
}
