#include "facts/simple.h"

#include <libxml/parser.h>
#include <stdlib.h>
#include <string.h>
#include <uthash.h>

#include "base/clock.h"
#include "base/mem.h"
#include "facts/distname.h"
#include "facts/pep440.h"

#define NAMED_MAX   3 /* files that a note names */
#define API_VERSION "1.4"

int simple_bad(const struct simple_page *page, struct err *err, const char *what, const char *how)
{
    return err_set(err, REASON_BAD_ANSWER, "The Simple page of %.100s is bad: %.200s %s.",
                   page->package, what, how);
}

struct simple_file *simple_add(struct simple_page *page, struct err *err)
{
    if (page->file_count >= SIMPLE_FILES_MAX) {
        err_set(err, REASON_LIMIT, "The Simple page of %.100s lists more than %d files.",
                page->package, SIMPLE_FILES_MAX);
        return NULL;
    }
    page->files = mem_grow(page->files, page->file_count, &page->size, sizeof *page->files);
    struct simple_file *file = &page->files[page->file_count++];
    *file = (struct simple_file){.size = -1, .uploaded_at = CLOCK_UNKNOWN};
    return file;
}

int simple_check_version(const struct simple_page *page, struct err *err)
{
    const char *version = page->api_version;

    if (version == NULL || strcmp(version, "1") == 0 || strncmp(version, "1.", 2) == 0)
        return 0;
    return err_set(err, REASON_UNSUPPORTED,
                   "The Simple page of %.100s is of version %.20s, which is not read.",
                   page->package, version);
}

/* --- releases -------------------------------------------------------------------------------- */

/* One version, however it is spelt. */
struct group {
    const char *key;
    size_t key_len;
    struct index_release release;
    size_t room;
    struct index_file *files;
    UT_hash_handle hh;
};

struct gathering {
    const struct simple_page *page;
    struct arena *arena;
    struct group *groups;
    struct buf named; /* files that could not be read */
    size_t unread, foreign, read;
    const char *stranger; /* a file of another package */
};

/* NULL when it is not there and is not to be made. */
static struct group *group_of(struct gathering *g, const char *version, bool make)
{
    struct buf key = BUF_INIT(PEP440_KEY_MAX);
    struct group *group;

    pep440_key(version, strlen(version), &key);
    HASH_FIND(hh, g->groups, buf_str(&key), key.len, group);
    if (group == NULL && make) {
        group = arena_alloc(g->arena, sizeof *group);
        group->key_len = key.len;
        group->key = arena_strndup(g->arena, buf_str(&key), key.len);
        group->release = (struct index_release){.version = arena_strdup(g->arena, version),
                                                .uploaded_at = CLOCK_UNKNOWN};
        HASH_ADD_KEYPTR(hh, g->groups, group->key, group->key_len, group);
    }
    buf_release(&key);
    return group;
}

static void add_file(struct group *group, const struct simple_file *file, const char *kind)
{
    struct index_release *release = &group->release;

    group->files = mem_grow(group->files, release->file_count, &group->room, sizeof *group->files);
    group->files[release->file_count] = (struct index_file){
        .filename = file->filename,
        .kind = kind,
        .url = file->url,
        .sha256 = file->sha256,
        .size = file->size,
        .uploaded_at = file->uploaded_at,
        .yanked = file->yanked,
        .provenance = file->provenance,
    };
    release->yanked = file->yanked && (release->file_count == 0 || release->yanked);
    release->file_count++;
    if (release->yanked_reason == NULL)
        release->yanked_reason = file->yanked_reason;
    if (file->uploaded_at != CLOCK_UNKNOWN &&
        (release->uploaded_at == CLOCK_UNKNOWN || file->uploaded_at < release->uploaded_at))
        release->uploaded_at = file->uploaded_at;
}

static void note_unread(struct gathering *g, const char *filename)
{
    if (g->unread++ < NAMED_MAX &&
        buf_addf(&g->named, "%s%.80s", g->unread > 1 ? ", " : "", filename) != 0)
        return; /* the number tells */
}

/* The release that a file belongs to; where all versions are listed, what its name alone does not
   tell is one of them. */
static struct group *home_of(struct gathering *g, enum distname_verdict verdict,
                             const struct distname *name)
{
    bool listed = g->page->versions != NULL;

    if (verdict == DISTNAME_OURS)
        return group_of(g, name->version, true); /* also one that the list forgot */
    return verdict == DISTNAME_BAD && listed && name->rest != NULL ? group_of(g, name->rest, false)
                                                                   : NULL;
}

static void gather(struct gathering *g)
{
    const struct simple_page *page = g->page;

    for (size_t i = 0; i < page->version_count; i++)
        group_of(g, page->versions[i], true);
    for (size_t i = 0; i < page->file_count; i++) {
        const struct simple_file *file = &page->files[i];
        struct distname name;
        enum distname_verdict verdict =
            distname_read(file->filename, page->package, g->arena, &name);
        struct group *group = home_of(g, verdict, &name);
        if (group != NULL) {
            add_file(group, file, name.kind);
            g->read++;
        } else if (verdict == DISTNAME_FOREIGN) {
            g->foreign++;
            g->stranger = file->filename;
        } else if (verdict != DISTNAME_OTHER) {
            note_unread(g, file->filename);
        }
    }
}

/* --- what could not be read ------------------------------------------------------------------ */

static int check(const struct gathering *g, struct err *err)
{
    const struct simple_page *page = g->page;

    if (g->read > 0 || page->version_count > 0)
        return 0;
    if (g->foreign > 0)
        return err_set(err, REASON_BAD_ANSWER,
                       "The index answered with files of another package when asked for %.100s: "
                       "%.200s.",
                       page->package, g->stranger);
    if (g->unread > 0)
        return err_set(err, REASON_BAD_ANSWER,
                       "No file on the Simple page of %.100s has a name that tells a version: "
                       "%.200s.",
                       page->package, buf_str(&g->named));
    return 0;
}

static const char *note(const struct gathering *g)
{
    const char *version = g->page->api_version;

    if (g->unread > 0)
        return arena_printf(g->arena, "%zu file%s of the index %s %s version: %s%s", g->unread,
                            g->unread == 1 ? "" : "s",
                            g->unread == 1 ? "has a name that tells" : "have names that tell",
                            g->page->versions != NULL ? "no listed" : "no", buf_str(&g->named),
                            g->unread > NAMED_MAX ? ", …" : "");
    if (g->foreign > 0)
        return arena_printf(g->arena,
                            "%zu file%s on the index's page of %.100s %s another package's: %.100s",
                            g->foreign, g->foreign == 1 ? "" : "s", g->page->package,
                            g->foreign == 1 ? "is" : "are", g->stranger);
    if (version != NULL && pep440_compare(version, API_VERSION) > 0)
        return arena_printf(g->arena,
                            "the index speaks version %.20s of the Simple API, which was read as "
                            "version " API_VERSION,
                            version);
    return NULL;
}

/* --- the whole ------------------------------------------------------------------------------- */

static void finish(struct gathering *g, struct index_document *out)
{
    struct index_release *releases = arena_array(g->arena, HASH_COUNT(g->groups), sizeof *releases);
    struct group *group, *next;
    size_t count = 0;

    HASH_ITER(hh, g->groups, group, next)
    {
        group->release.files =
            arena_copy(g->arena, group->files, group->release.file_count * sizeof *group->files);
        releases[count++] = group->release;
    }
    index_sort(releases, count);
    *out = (struct index_document){
        .status = g->page->status,
        .status_reason = g->page->reason,
        .note = note(g),
        .incomplete = g->unread > 0 && g->page->versions == NULL,
        .releases = releases,
        .release_count = count,
    };
}

static void release(struct gathering *g)
{
    struct group *group, *next;

    HASH_ITER(hh, g->groups, group, next)
    {
        HASH_DEL(g->groups, group);
        free(group->files);
    }
    buf_release(&g->named);
}

void simple_init(void)
{
    xmlInitParser();
}

int simple_parse(enum simple_form form, const char *body, size_t len, const char *url,
                 const char *name, struct arena *arena, struct index_document *out, struct err *err)
{
    struct simple_page page = {.url = url, .package = name};
    struct gathering g = {.page = &page, .arena = arena, .named = BUF_INIT(512)};
    int result = form == SIMPLE_JSON ? simple_read_json(body, len, arena, &page, err)
                                     : simple_read_html(body, len, arena, &page, err);

    if (result == 0) {
        gather(&g);
        result = check(&g, err);
    }
    if (result == 0)
        finish(&g, out);
    release(&g);
    free(page.files);
    return result;
}
