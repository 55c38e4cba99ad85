/* Most repositories hold none of the files: whether an object is there is asked first, and where it
   is only of those that hold one. Then all trees of the history are read, each once, from the
   places that are easiest to get at to what nothing leads to. */
#include "remedy/search_parts.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/mem.h"
#include "base/text.h"
#include "fetch/mirror_holds.h"
#include "fetch/mirror_search.h"

#define CONFIG_MAX     (1u << 20)
#define ALTERNATES_MAX 32

/* Where a file was found. */
struct place {
    bool found; /* in a commit or the index */
    size_t hit; /* its number */
};

struct looking {
    struct search *search;
    const struct search_repository *repository;
    struct mirror *mirror;
    struct mirror_holds *holds;
    struct mirror_commits *commits;
    struct mirror_wanted *wanted;
    struct place *places;
    enum mirror_hold *marks;
    int64_t *times;               /* of the commit in which a file was found last */
    size_t here;                  /* files whose objects the repository has */
    const struct search_ref *ref; /* that leads to what is told now; NULL */
    enum search_place place;
    struct search_whole whole;
    size_t unread;  /* commits */
    struct err err; /* why, of the last one */
};

/* --- one commit ------------------------------------------------------------------------------ */

static bool holds_one(struct mirror *mirror, const struct mirror_wanted *wanted)
{
    return mirror_has(mirror, wanted->oid) || mirror_has(mirror, wanted->lf_oid);
}

/* Which id of the file the tree has is told by what the repository holds: its own, if it does. */
static void set_oid(struct looking *looking, size_t file, struct search_hit *hit)
{
    const struct mirror_wanted *wanted = &looking->wanted[file];

    hit->line_endings_differ = !mirror_has(looking->mirror, wanted->oid);
    memcpy(hit->oid, hit->line_endings_differ ? wanted->lf_oid : wanted->oid, OID_HEX);
}

static void take(struct looking *looking, const char *commit, int64_t time)
{
    struct search *search = looking->search;

    for (size_t i = 0; i < search->count; i++) {
        struct place *place = &looking->places[i];
        if (looking->marks[i] == MIRROR_HOLD_NOT)
            continue;
        if (!place->found) {
            struct search_hit *hit = search_add_hit(search, i, looking->place);
            set_oid(looking, i, hit);
            place->found = true;
            place->hit = search->out->hit_count - 1;
        } else if (search->out->hits[place->hit].place != looking->place ||
                   time <= looking->times[i]) {
            continue;
        }
        struct search_hit *hit = &search->out->hits[place->hit];
        looking->times[i] = time;
        hit->repository = looking->repository->name;
        hit->ref = looking->ref != NULL ? looking->ref->name : NULL;
        memcpy(hit->commit, commit, OID_HEX);
    }
}

static int on_commit(void *ctx, const char *commit, const char *tree, int64_t time)
{
    struct looking *looking = ctx;
    struct search_whole *whole = &looking->whole;
    struct mirror_held held;

    if (mirror_holds_count(looking->holds, tree, &held, &looking->err) != 0) {
        looking->unread++;
        return 0;
    }
    if (held.anywhere == 0)
        return 0;
    if (held.anywhere > whole->has || (held.anywhere == whole->has && time > whole->committed_at)) {
        *whole = (struct search_whole){.repository = looking->repository->name,
                                       .ref = looking->ref != NULL ? looking->ref->name : NULL,
                                       .committed_at = time,
                                       .has = held.anywhere};
        memcpy(whole->commit, commit, OID_HEX);
    }
    if (mirror_holds_mark(looking->holds, tree, looking->marks, &looking->err) == 0)
        take(looking, commit, time);
    return 0;
}

/* --- all places ------------------------------------------------------------------------------ */

static void look_behind_refs(struct looking *looking, const struct search_refs *refs,
                             enum search_place place)
{
    struct err err = {0};

    looking->place = place;
    for (size_t i = 0; i < refs->count; i++) {
        if (refs->refs[i].place != place)
            continue;
        looking->ref = &refs->refs[i];
        if (mirror_commits_from(looking->commits, refs->refs[i].oid, on_commit, looking, &err) != 0)
            search_trouble(looking->search, looking->repository->name, err.reason, "%s: %s: %s",
                           looking->repository->name, refs->refs[i].name, err.text);
    }
    looking->ref = NULL;
}

static int on_staged(void *ctx, const char *path, const char *oid)
{
    struct looking *looking = ctx;
    struct search *search = looking->search;
    struct search_id *id;

    HASH_FIND_STR(search->ids, oid, id);
    for (struct search_link *link = id != NULL ? id->links : NULL; link != NULL;
         link = link->next) {
        if (looking->places[link->file].found)
            continue;
        struct search_hit *hit = search_add_hit(search, link->file, SEARCH_INDEX);
        hit->repository = looking->repository->name;
        hit->path = arena_strdup(search->arena, path);
        hit->line_endings_differ = link->lf;
        memcpy(hit->oid, oid, OID_HEX);
        looking->places[link->file].found = true;
        looking->places[link->file].hit = search->out->hit_count - 1;
    }
    return 0;
}

static void look_into_indexes(struct looking *looking, const struct search_refs *refs)
{
    struct err err = {0};

    for (size_t i = 0; i < refs->index_count; i++)
        if (mirror_each_staged(refs->indexes[i], on_staged, looking, &err) != 0)
            search_trouble(looking->search, refs->indexes[i], err.reason, "%s", err.text);
}

static int on_object(void *ctx, const char *oid, enum mirror_type type)
{
    struct looking *looking = ctx;
    struct mirror_commit commit;

    if (type == MIRROR_TYPE_COMMIT && !mirror_commits_met(looking->commits, oid) &&
        mirror_read_commit(looking->mirror, oid, &commit, NULL) == 0)
        on_commit(looking, oid, commit.tree, commit.commit_time);
    return 0;
}

/* What nothing leads to: commits first, then single objects. Of its own ones: those that it borrows
   are told where they are. */
static void look_at_the_rest(struct looking *looking)
{
    struct search *search = looking->search;
    char *objects = mem_printf("%s/objects", looking->repository->git);
    struct mirror *own = NULL;
    struct err err = {0};

    looking->place = SEARCH_COMMIT;
    if (mirror_open_foreign(objects, NULL, 0, &own, &err) != 0 ||
        mirror_each_object(own, on_object, looking, &err) != 0)
        search_trouble(search, looking->repository->name, err.reason, "%s", err.text);
    for (size_t i = 0; own != NULL && i < search->count; i++) {
        if (looking->places[i].found || !holds_one(own, &looking->wanted[i]))
            continue;
        struct search_hit *hit = search_add_hit(search, i, SEARCH_BLOB);
        hit->repository = looking->repository->name;
        set_oid(looking, i, hit);
    }
    mirror_free(own);
    free(objects);
}

/* Paths are looked up once the commits are known. */
static void set_paths(struct looking *looking)
{
    for (size_t i = 0; i < looking->search->count; i++) {
        struct place *place = &looking->places[i];
        char *path = NULL;
        if (!place->found || looking->search->out->hits[place->hit].commit[0] == '\0')
            continue;
        struct search_hit *hit = &looking->search->out->hits[place->hit];
        if (mirror_holds_path(looking->holds, hit->commit, i, &path, NULL) == 1)
            hit->path = arena_strdup(looking->search->arena, path);
        free(path);
    }
}

static void look_everywhere(struct looking *looking)
{
    struct search_refs refs;

    search_read_refs(looking->search, looking->repository, &refs);
    looking->holds = mirror_holds_new(looking->mirror, looking->wanted, looking->search->count);
    looking->commits = mirror_commits_new(looking->mirror);
    for (size_t i = 0; i < refs.shallow_count; i++)
        mirror_commits_cut(looking->commits, refs.shallow[i]);
    look_behind_refs(looking, &refs, SEARCH_REF);
    look_behind_refs(looking, &refs, SEARCH_STASH);
    look_into_indexes(looking, &refs);
    if (looking->whole.has < looking->here) {
        look_behind_refs(looking, &refs, SEARCH_REFLOG);
        if (looking->whole.has < looking->here)
            look_at_the_rest(looking);
    }
    if (looking->unread > 0)
        search_trouble(looking->search, looking->repository->name, looking->err.reason,
                       "%s: %zu commits cannot be read: %s", looking->repository->name,
                       looking->unread, looking->err.text);
    set_paths(looking);
    if (looking->whole.has > 0)
        search_add_whole(looking->search, &looking->whole);
    mirror_commits_free(looking->commits);
    mirror_holds_free(looking->holds);
    search_refs_release(&refs);
}

/* --- the repository -------------------------------------------------------------------------- */

/* What its configuration says of formats that are read otherwise, or not at all. */
static bool readable(struct search *search, const struct search_repository *repository)
{
    struct buf text = BUF_INIT(CONFIG_MAX);
    char *path = mem_printf("%s/config", repository->git);
    bool result = true;

    if (search_read(AT_FDCWD, path, &text) == 0) {
        if (strcasestr(buf_str(&text), "objectformat") != NULL &&
            strcasestr(buf_str(&text), "sha256") != NULL) {
            search_trouble(search, repository->name, REASON_UNSUPPORTED,
                           "%s has SHA-256 ids, which published files are not known by",
                           repository->name);
            result = false;
        }
        if (strcasestr(buf_str(&text), "reftable") != NULL)
            search_trouble(search, repository->name, REASON_UNSUPPORTED,
                           "%s keeps its refs as a reftable, which is not read: what is found is "
                           "told as unreachable",
                           repository->name);
    }
    buf_release(&text);
    free(path);
    return result;
}

/* Object directories that it borrows from, inside of what is searched. Returns how many. */
static size_t read_alternates(struct search *search, const struct search_repository *repository,
                              const char **borrowed)
{
    struct buf text = BUF_INIT(CONFIG_MAX);
    char *path = mem_printf("%s/objects/info/alternates", repository->git), *line;
    size_t count = 0;

    if (search_read(AT_FDCWD, path, &text) == 0 && text.len > 0) {
        char *rest = text.data;
        while ((line = strsep(&rest, "\n")) != NULL && count < ALTERNATES_MAX) {
            if (line[0] == '\0' || line[0] == '#')
                continue;
            char *full = line[0] == '/' ? mem_strdup(line)
                                        : mem_printf("%s/objects/%s", repository->git, line);
            char *real = search_inside(search, full, "the repository that it borrows from");
            if (real != NULL)
                borrowed[count++] = arena_strdup(search->arena, real);
            free(real);
            free(full);
        }
    }
    buf_release(&text);
    free(path);
    return count;
}

void search_repository(struct search *search, const struct search_repository *repository)
{
    struct looking looking = {.search = search, .repository = repository};
    const char *borrowed[ALTERNATES_MAX];
    struct err err = {0};

    if (!readable(search, repository))
        return;
    size_t count = read_alternates(search, repository, borrowed);
    char *objects = mem_printf("%s/objects", repository->git);
    if (mirror_open_foreign(objects, borrowed, count, &looking.mirror, &err) != 0) {
        search_trouble(search, repository->name, err.reason, "%s", err.text);
        free(objects);
        return;
    }
    looking.wanted = mem_array(search->count + 1, sizeof *looking.wanted);
    looking.places = mem_array(search->count + 1, sizeof *looking.places);
    looking.marks = mem_array(search->count + 1, sizeof *looking.marks);
    looking.times = mem_array(search->count + 1, sizeof *looking.times);
    looking.whole.committed_at = CLOCK_UNKNOWN;
    for (size_t i = 0; i < search->count; i++) {
        const struct search_file *file = &search->files[i];
        bool proves = search_proves(file);
        looking.wanted[i] =
            (struct mirror_wanted){file->path, proves ? file->oid : "",
                                   proves && file->lf_oid != NULL ? file->lf_oid : ""};
        looking.here += holds_one(looking.mirror, &looking.wanted[i]);
    }
    if (looking.here > 0)
        look_everywhere(&looking);
    free(looking.wanted);
    free(looking.places);
    free(looking.marks);
    free(looking.times);
    mirror_free(looking.mirror);
    free(objects);
}
