#include "cli/recover_call.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "base/mem.h"
#include "base/text.h"
#include "facts/manifest.h"
#include "remedy/search.h"
#include "report/record.h"

#define MANIFEST_MAX ((size_t)64 << 20)
#define SAID_MAX     ((size_t)64 << 20)
#define SHOWN_MAX    4096
#define WHOLES_SHOWN 5

struct looking {
    const struct release_target *target;
    struct arena arena;
    const char *filename;
    struct archive_contents contents;
    struct search_file *files; /* the members */
    bool *lost;
    size_t lost_count;
    struct search_result found;
    struct buf out;
};

/* --- what is looked for ---------------------------------------------------------------------- */

static int read_manifest(struct store *store, struct looking *l, const char *sha256,
                         struct err *err)
{
    struct buf manifest = BUF_INIT(MANIFEST_MAX);
    int found = store_artifact(store, sha256, MANIFEST_REVISION, &manifest, err);

    if (found > 0)
        found = manifest_decode(manifest.data, manifest.len, &l->arena, &l->contents, err) == 0
                    ? 1
                    : -1;
    buf_release(&manifest);
    return found;
}

/* The first file of the release whose members the database knows. */
static int find_file(struct store *store, struct looking *l, struct err *err)
{
    const struct bind binds[] = {{":package", l->target->package},
                                 {":version", l->target->version}};
    struct records files;

    if (records_read(store, "recover_files", binds, 2, 0, &l->arena, &files, err) != 0)
        return -1;
    if (files.count == 0)
        return err_set(err, REASON_USAGE, "the database has no release %s of %s",
                       l->target->version, l->target->package);
    for (size_t i = 0; i < files.count; i++) {
        const char *sha256 = record_text(&files.items[i], "sha256");
        int found = sha256 != NULL ? read_manifest(store, l, sha256, err) : 0;
        l->filename = record_text(&files.items[i], "filename");
        if (found != 0)
            return found > 0 ? 0 : -1;
    }
    return err_set(err, REASON_USAGE,
                   "no scan has read the files of %s %s: run `fleetdrift scan --verify '%s==%s'` "
                   "with what names its fleet",
                   l->target->package, l->target->version, l->target->package, l->target->version);
}

static bool is_listed(const struct records *rows, const char *path)
{
    size_t low = 0, high = rows->count;

    while (low < high) {
        size_t mid = low + (high - low) / 2;
        const char *at = record_text(&rows->items[mid], "path");
        int order = strcmp(at != NULL ? at : "", path);
        if (order == 0)
            return true;
        if (order < 0)
            low = mid + 1;
        else
            high = mid;
    }
    return false;
}

/* Where nothing was compared yet, every file may be lost. */
static int list_files(struct store *store, struct looking *l, struct err *err)
{
    const struct bind binds[] = {{":package", l->target->package},
                                 {":version", l->target->version},
                                 {":filename", l->filename}};
    const struct archive_contents *contents = &l->contents;
    struct records lost, judged;

    if (records_read(store, "recover_lost", binds, 3, 0, &l->arena, &lost, err) != 0 ||
        records_read(store, "recover_verdict", binds, 3, 1, &l->arena, &judged, err) != 0)
        return -1;
    bool compared = judged.count > 0 && record_text(judged.items, "verdict") != NULL;
    bool all = !compared || record_text(judged.items, "commit_oid") == NULL;
    l->files = arena_array(&l->arena, contents->member_count, sizeof *l->files);
    l->lost = arena_array(&l->arena, contents->member_count, sizeof *l->lost);
    for (size_t i = 0; i < contents->member_count; i++) {
        const struct archive_member *member = &contents->members[i];
        l->files[i] = (struct search_file){member->path, member->oid, member->lf_oid, member->size};
        l->lost[i] = member->kind == ARCHIVE_FILE && member->size > 1 &&
                     (all || is_listed(&lost, member->path));
        l->lost_count += l->lost[i];
    }
    return 0;
}

/* --- what is said ---------------------------------------------------------------------------- */

static int say(struct buf *out, const char *before, const char *text, const char *behind)
{
    char shown[SHOWN_MAX];

    text_escape(text, strlen(text), shown, sizeof shown);
    return buf_addf(out, "%s%s%s", before, shown, behind);
}

static int say_hit(struct looking *l, const struct search_hit *hit)
{
    struct buf *out = &l->out;
    int full = buf_addf(out, "    %s", search_place_word(hit->place));

    if (hit->path != NULL)
        full |= say(out, "  ", hit->path, "");
    if (hit->commit[0] != '\0')
        full |= buf_addf(out, "  commit %.12s", hit->commit);
    else if (hit->place == SEARCH_BLOB)
        full |= buf_addf(out, "  git cat-file blob %s", hit->oid);
    if (hit->ref != NULL)
        full |= say(out, " (", hit->ref, ")");
    if (hit->repository != NULL)
        full |= say(out, "  of ", hit->repository, "");
    return full | buf_addstr(out, hit->line_endings_differ ? "  (other line endings)\n" : "\n");
}

static int say_files(struct looking *l, size_t *found)
{
    const struct search_result *result = &l->found;
    size_t at = 0;
    int full = 0;

    for (size_t i = 0; i < l->contents.member_count && full == 0; i++) {
        while (at < result->hit_count && result->hits[at].file < i)
            at++;
        bool has = at < result->hit_count && result->hits[at].file == i;
        if (!l->lost[i])
            continue;
        *found += has;
        full |= say(&l->out, "  ", l->files[i].path, has ? "\n" : "\n    nowhere here\n");
        for (size_t k = at; k < result->hit_count && result->hits[k].file == i; k++)
            full |= say_hit(l, &result->hits[k]);
    }
    return full;
}

static int say_whole(struct looking *l, const struct search_whole *whole)
{
    struct buf *out = &l->out;
    int full = buf_addf(out, "  %zu of %zu", whole->has, l->contents.member_count);

    if (whole->directory != NULL)
        return full | say(out, "  directory ", whole->directory, "\n");
    full |= buf_addf(out, "  commit %.12s", whole->commit);
    if (whole->ref != NULL)
        full |= say(out, " (", whole->ref, ")");
    if (whole->repository != NULL)
        full |= say(out, "  of ", whole->repository, "");
    return full | buf_addstr(out, "\n");
}

static int say_all(struct looking *l, size_t *found)
{
    const struct search_result *result = &l->found;
    int full = say(&l->out, "Of ", l->filename, "");

    full |= buf_addf(&l->out, ", %zu file%s not in its repository:\n\n", l->lost_count,
                     l->lost_count == 1 ? " is" : "s are");
    full |= say_files(l, found);
    full |= buf_addstr(&l->out, "\nWhat has most of all its files:\n\n");
    for (size_t i = 0; i < result->whole_count && i < WHOLES_SHOWN; i++)
        full |= say_whole(l, &result->wholes[i]);
    if (result->whole_count == 0)
        full |= buf_addstr(&l->out, "  nothing here has any of them\n");
    return full | buf_addf(&l->out,
                           "\nLooked at %zu files in %zu directories and at %zu repositories; "
                           "nothing was written there.\n",
                           result->files, result->directories, result->repositories);
}

static void warn(const struct search_result *found)
{
    size_t shown =
        found->trouble_count < SEARCH_TROUBLES_MAX ? found->trouble_count : SEARCH_TROUBLES_MAX;

    for (size_t i = 0; i < shown; i++)
        log_warning("%s: %s", found->troubles[i].path, found->troubles[i].text);
}

static int look(struct context *context, struct looking *l, struct err *err)
{
    const struct setting_list *where = &context->settings.search;
    size_t found = 0;

    if (store_view_run(context->store, 0, err) != 0 || find_file(context->store, l, err) != 0 ||
        list_files(context->store, l, err) != 0 ||
        search_run(where->items, where->count, l->files, l->contents.member_count, &l->arena,
                   &l->found, err) != 0)
        return -1;
    warn(&l->found);
    if (say_all(l, &found) != 0)
        return err_set(err, REASON_TOO_LARGE, "there is too much to be said of %s", l->filename);
    fputs(buf_str(&l->out), stdout);
    if (found == l->lost_count)
        return STATUS_GOOD;
    return l->found.trouble_count > 0 ? STATUS_PARTIAL : STATUS_FINDINGS;
}

int recover_search(struct context *context, const struct release_target *target, struct err *err)
{
    struct looking looking = {.target = target, .arena = ARENA_INIT, .out = BUF_INIT(SAID_MAX)};
    int status = look(context, &looking, err);

    arena_release(&looking.arena);
    buf_release(&looking.out);
    mirror_global_exit();
    return status;
}
