#include "remedy/search.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/mem.h"
#include "remedy/search_parts.h"

const char *search_place_word(enum search_place place)
{
    static const char *const words[] = {
#define X(id, word, meaning) [SEARCH_##id] = (word),
        SEARCH_PLACES(X)
#undef X
    };

    return words[place];
}

/* --- what is told ---------------------------------------------------------------------------- */

void search_trouble(struct search *search, const char *path, enum reason reason, const char *fmt,
                    ...)
{
    struct search_result *out = search->out;
    struct err err = {0};
    char text[ERR_TEXT_MAX];
    va_list ap;

    if (out->trouble_count++ >= SEARCH_TROUBLES_MAX)
        return;
    va_start(ap, fmt);
    vsnprintf(text, sizeof text, fmt, ap);
    va_end(ap);
    err_set(&err, reason, "%s", text);
    out->troubles[out->trouble_count - 1] =
        (struct search_trouble){.path = arena_strdup(search->arena, path),
                                .reason = reason,
                                .text = arena_strdup(search->arena, err.text)};
}

struct search_hit *search_add_hit(struct search *search, size_t file, enum search_place place)
{
    struct search_result *out = search->out;

    out->hits = mem_grow(out->hits, out->hit_count, &search->hit_size, sizeof *out->hits);
    out->hits[out->hit_count] = (struct search_hit){.file = file, .place = place};
    return &out->hits[out->hit_count++];
}

void search_add_whole(struct search *search, const struct search_whole *whole)
{
    struct search_result *out = search->out;

    out->wholes = mem_grow(out->wholes, out->whole_count, &search->whole_size, sizeof *whole);
    out->wholes[out->whole_count++] = *whole;
}

/* --- files and directories ------------------------------------------------------------------- */

int search_read(int dir, const char *name, struct buf *out)
{
    int fd = openat(dir, name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY);
    struct stat st;
    char block[65536];
    ssize_t n = 0;
    int result = -1;

    buf_reset(out);
    if (fd >= 0 && fstat(fd, &st) == 0 && S_ISREG(st.st_mode)) {
        result = 0;
        while (result == 0 &&
               ((n = read(fd, block, sizeof block)) > 0 || (n < 0 && errno == EINTR)))
            if (n > 0)
                result = buf_add(out, block, (size_t)n);
        result = n < 0 ? -1 : result;
    }
    if (fd >= 0)
        close(fd);
    return result;
}

/* Whether one path is the other or lies below it; both without links. */
static bool below(const char *path, const char *root)
{
    size_t len = strlen(root);

    len -= len == 1; /* "/" */
    return strncmp(path, root, len) == 0 && (path[len] == '/' || path[len] == '\0');
}

char *search_inside(struct search *search, const char *path, const char *what)
{
    char *real = realpath(path, NULL);

    if (real == NULL) {
        search_trouble(search, path, REASON_DISK, "%s: %s", what, strerror(errno));
        return NULL;
    }
    for (size_t i = 0; i < search->root_count; i++)
        if (below(real, search->roots[i]))
            return real;
    search_trouble(search, path, REASON_UNSUPPORTED,
                   "%s lies outside of what is searched, at %s: name that too", what, real);
    free(real);
    return NULL;
}

/* --- what is looked for ---------------------------------------------------------------------- */

#define EMPTY "e69de29bb2d1d6434b8b29ae775ad8c2e48c5391"

bool search_proves(const struct search_file *file)
{
    return file->size > 1 || (file->size < 0 && strcmp(file->oid, EMPTY) != 0);
}

static void add_id(struct search *search, const char *oid, size_t file, bool lf)
{
    struct search_id *id;

    if (oid == NULL || strlen(oid) != OID_HEX - 1)
        return;
    HASH_FIND_STR(search->ids, oid, id);
    if (id == NULL) {
        id = arena_alloc(search->arena, sizeof *id);
        memcpy(id->oid, oid, OID_HEX);
        HASH_ADD_STR(search->ids, oid, id);
    }
    struct search_link *link = arena_alloc(search->arena, sizeof *link);
    *link = (struct search_link){.file = file, .lf = lf, .next = id->links};
    id->links = link;
}

/* With CRLF for LF a file has at most twice its bytes. */
static void add_name(struct search *search, const struct search_file *file)
{
    const char *slash = strrchr(file->path, '/');
    const char *name = slash != NULL ? slash + 1 : file->path;
    struct search_name *found;

    HASH_FIND_STR(search->names, name, found);
    if (found == NULL) {
        found = arena_alloc(search->arena, sizeof *found);
        *found = (struct search_name){.name = name, .least = INT64_MAX};
        HASH_ADD_KEYPTR(hh, search->names, name, strlen(name), found);
    }
    if (file->size / 2 < found->least)
        found->least = file->size / 2;
    if (file->size > found->most / 2)
        found->most = file->size < INT64_MAX / 2 ? file->size * 2 : INT64_MAX;
}

static int by_size(const void *a, const void *b)
{
    int64_t left = *(const int64_t *)a, right = *(const int64_t *)b;

    return (left > right) - (left < right);
}

static void prepare(struct search *search)
{
    search->sizes = arena_array(search->arena, search->count + 1, sizeof *search->sizes);
    search->file_hits = arena_array(search->arena, search->count + 1, sizeof *search->file_hits);
    search->out->troubles =
        arena_array(search->arena, SEARCH_TROUBLES_MAX, sizeof *search->out->troubles);
    for (size_t i = 0; i < search->count; i++) {
        const struct search_file *file = &search->files[i];
        search->sizes[i] = file->size;
        if (!search_proves(file))
            continue;
        search->all_sizes |= file->size < 0;
        add_id(search, file->oid, i, false);
        add_id(search, file->lf_oid, i, true);
        if (file->size > 1)
            add_name(search, file);
    }
    qsort(search->sizes, search->count, sizeof *search->sizes, by_size);
}

/* --- the result ------------------------------------------------------------------------------ */

static int by_file(const void *a, const void *b)
{
    const struct search_hit *left = a, *right = b;

    if (left->file != right->file)
        return left->file < right->file ? -1 : 1;
    if (left->place != right->place)
        return left->place < right->place ? -1 : 1;
    if (left->line_endings_differ != right->line_endings_differ)
        return left->line_endings_differ ? 1 : -1;
    int order = strcmp(left->repository != NULL ? left->repository : "",
                       right->repository != NULL ? right->repository : "");
    if (order != 0)
        return order;
    return strcmp(left->path != NULL ? left->path : "", right->path != NULL ? right->path : "");
}

static int most_first(const void *a, const void *b)
{
    const struct search_whole *left = a, *right = b;

    if (left->has != right->has)
        return left->has > right->has ? -1 : 1;
    if ((left->directory != NULL) != (right->directory != NULL))
        return left->directory != NULL ? 1 : -1; /* a commit says more */
    return strcmp(left->directory != NULL ? left->directory : left->repository,
                  right->directory != NULL ? right->directory : right->repository);
}

/* The best directory of each repository, and of all that are in none. */
static void add_bases(struct search *search)
{
    for (struct search_base *base = search->bases; base != NULL; base = base->hh.next) {
        bool best = true;
        for (struct search_base *other = search->bases; best && other != NULL;
             other = other->hh.next)
            best = other == base || other->repository != base->repository ||
                   other->has < base->has ||
                   (other->has == base->has && strcmp(other->directory, base->directory) > 0);
        if (best)
            search_add_whole(search, &(struct search_whole){
                                         .repository = base->repository,
                                         .directory = arena_strdup(search->arena, base->directory),
                                         .has = base->has});
    }
}

static void finish(struct search *search)
{
    struct search_result *out = search->out;
    struct search_hit *hits = out->hits;
    struct search_whole *wholes = out->wholes;

    if (out->hit_count > 0)
        qsort(hits, out->hit_count, sizeof *hits, by_file);
    if (out->whole_count > 0)
        qsort(wholes, out->whole_count, sizeof *wholes, most_first);
    out->hits = arena_copy(search->arena, hits, out->hit_count * sizeof *hits);
    out->wholes = arena_copy(search->arena, wholes, out->whole_count * sizeof *wholes);
    free(hits);
    free(wholes);
    for (size_t i = 0; i < search->root_count; i++)
        free(search->roots[i]);
    free(search->roots);
    HASH_CLEAR(hh, search->ids);
    HASH_CLEAR(hh, search->names);
    HASH_CLEAR(hh, search->repositories);
    HASH_CLEAR(hh, search->bases);
}

/* Whether the walk of another directory comes by this one; of equal ones the first is walked. */
static bool walked_by_another(const struct search *search, const char *const *directories,
                              size_t at)
{
    char *real = realpath(directories[at], NULL);
    size_t same = 0;
    bool result = false;

    for (size_t i = 0; real != NULL && !result && i < search->root_count; i++)
        result = below(real, search->roots[i]) && strcmp(real, search->roots[i]) != 0;
    for (size_t i = 0; real != NULL && !result && i < at; i++) {
        char *other = realpath(directories[i], NULL);
        same += other != NULL && strcmp(other, real) == 0;
        free(other);
    }
    free(real);
    return result || same > 0;
}

int search_run(const char *const *directories, size_t directory_count,
               const struct search_file *files, size_t count, struct arena *arena,
               struct search_result *out, struct err *err)
{
    struct search search = {.files = files, .count = count, .arena = arena, .out = out};
    struct err why = {0};
    size_t opened = 0;

    if (directory_count == 0)
        return err_set(err, REASON_USAGE, "there is no directory to search");
    *out = (struct search_result){0};
    prepare(&search);
    search.roots = mem_array(directory_count, sizeof *search.roots);
    for (size_t i = 0; i < directory_count; i++) {
        char *root = realpath(directories[i], NULL);
        if (root != NULL)
            search.roots[search.root_count++] = root;
    }
    for (size_t i = 0; i < directory_count; i++) {
        if (walked_by_another(&search, directories, i))
            continue;
        if (search_walk(&search, directories[i], &why) == 0)
            opened++;
        else
            search_trouble(&search, directories[i], why.reason, "%s", why.text);
    }
    for (struct search_repository *it = search.repositories; it != NULL; it = it->hh.next)
        search_repository(&search, it);
    out->repositories = HASH_COUNT(search.repositories);
    add_bases(&search);
    finish(&search);
    if (opened > 0)
        return 0;
    if (err != NULL)
        *err = why;
    return -1;
}
