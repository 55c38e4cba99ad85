/* Refs and reflogs as gitrepository-layout describes them. What a linked work tree has of its own
   lies in worktrees/NAME/. */
#include "remedy/search_parts.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/text.h"

#define FILE_MAX  (256u << 20) /* of packed-refs, a reflog */
#define DEPTH_MAX 64

struct reading {
    struct search *search;
    const struct search_repository *repository;
    struct search_refs *out;
    struct buf text;
    const char *head; /* the branch that is checked out; NULL */
};

static bool is_oid(const char *text)
{
    return strspn(text, "0123456789abcdef") >= OID_HEX - 1;
}

static void add(struct reading *reading, const char *name, const char *oid, enum search_place place)
{
    struct search_refs *out = reading->out;

    if (!is_oid(oid) || strspn(oid, "0") >= OID_HEX - 1)
        return;
    out->refs = mem_grow(out->refs, out->count, &out->size, sizeof *out->refs);
    struct search_ref *ref = &out->refs[out->count++];
    *ref = (struct search_ref){.name = arena_strdup(reading->search->arena, name), .place = place};
    memcpy(ref->oid, oid, OID_HEX - 1);
}

static enum search_place place_of(const char *name)
{
    if (strcmp(name, "refs/stash") == 0)
        return SEARCH_STASH;
    return text_starts_with(name, "refs/") || strcmp(name, "HEAD") == 0 ||
                   text_ends_with(name, "/HEAD")
               ? SEARCH_REF
               : SEARCH_REFLOG; /* ORIG_HEAD and its like */
}

/* --- single files ---------------------------------------------------------------------------- */

static void read_packed(struct reading *reading)
{
    char *path = mem_printf("%s/packed-refs", reading->repository->git), *rest, *line;

    if (access(path, F_OK) == 0 && search_read(AT_FDCWD, path, &reading->text) != 0)
        search_trouble(reading->search, path, REASON_DISK, "%s cannot be read", path);
    else if (access(path, F_OK) == 0 && reading->text.len > 0)
        for (rest = reading->text.data; (line = strsep(&rest, "\n")) != NULL;)
            if (is_oid(line) && line[OID_HEX - 1] == ' ')
                add(reading, line + OID_HEX, line, place_of(line + OID_HEX));
    free(path);
}

static void read_shallow(struct reading *reading)
{
    struct search_refs *out = reading->out;
    char *path = mem_printf("%s/shallow", reading->repository->git), *rest, *line;

    if (search_read(AT_FDCWD, path, &reading->text) == 0 && reading->text.len > 0)
        for (rest = reading->text.data; (line = strsep(&rest, "\n")) != NULL;)
            if (is_oid(line)) {
                out->shallow = mem_grow(out->shallow, out->shallow_count, &out->shallow_size,
                                        sizeof *out->shallow);
                out->shallow[out->shallow_count++] =
                    arena_strndup(reading->search->arena, line, OID_HEX - 1);
            }
    free(path);
}

/* "OLD NEW who <mail> time zone\tmessage": the last line is @{0}. */
static void read_log(struct reading *reading, int dir, const char *file, const char *name)
{
    size_t count = 0;
    char *rest, *line;

    if (search_read(dir, file, &reading->text) != 0) {
        search_trouble(reading->search, name, REASON_DISK, "%s/logs/%s cannot be read",
                       reading->repository->git, name);
        return;
    }
    const char *text = buf_str(&reading->text);
    for (const char *at = text; (at = strchr(at, '\n')) != NULL; at++)
        count++;
    bool stash = strcmp(name, "refs/stash") == 0;
    for (rest = reading->text.data; (line = strsep(&rest, "\n")) != NULL && count > 0; count--) {
        char *entry = mem_printf("%s@{%zu}", stash ? "stash" : name, count - 1);
        if (is_oid(line) && line[OID_HEX - 1] == ' ')
            add(reading, entry, line + OID_HEX, stash ? SEARCH_STASH : SEARCH_REFLOG);
        free(entry);
        if (line == text) /* what was there before the log began */
            add(reading, name, line, SEARCH_REFLOG);
    }
}

static void read_ref(struct reading *reading, int dir, const char *file, const char *name)
{
    if (search_read(dir, file, &reading->text) != 0)
        search_trouble(reading->search, name, REASON_DISK, "%s/%s cannot be read",
                       reading->repository->git, name);
    else if (strcmp(name, "HEAD") == 0 && text_starts_with(buf_str(&reading->text), "ref: "))
        reading->head = arena_strndup(reading->search->arena, reading->text.data + 5,
                                      strcspn(reading->text.data + 5, "\r\n"));
    else
        add(reading, name, buf_str(&reading->text), place_of(name));
}

/* --- directories ----------------------------------------------------------------------------- */

typedef void read_fn(struct reading *reading, int dir, const char *file, const char *name);

/* All files below; `name` is what they are called, as "refs". Takes the descriptor. */
static void read_below(struct reading *reading, int dir, const char *name, read_fn *fn,
                       unsigned depth)
{
    DIR *folder = dir >= 0 ? fdopendir(dir) : NULL;
    struct dirent *entry;
    struct stat st;

    if (folder == NULL) {
        if (errno != ENOENT)
            search_trouble(reading->search, reading->repository->git, REASON_DISK,
                           "%s/%s cannot be read: %s", reading->repository->git, name,
                           strerror(errno));
        if (dir >= 0)
            close(dir);
        return;
    }
    while (depth < DEPTH_MAX && (entry = readdir(folder)) != NULL) {
        const char *file = entry->d_name;
        if (file[0] == '.' || fstatat(dir, file, &st, AT_SYMLINK_NOFOLLOW) != 0 ||
            text_ends_with(file, ".lock"))
            continue;
        char *below = mem_printf("%s%s%s", name, name[0] != '\0' ? "/" : "", file);
        if (S_ISREG(st.st_mode))
            fn(reading, dir, file, below);
        else if (S_ISDIR(st.st_mode))
            read_below(reading, openat(dir, file, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC),
                       below, fn, depth + 1);
        free(below);
    }
    closedir(folder);
}

static void add_index(struct reading *reading, const char *git)
{
    struct search_refs *out = reading->out;

    out->indexes = mem_grow(out->indexes, out->index_count, &out->index_size, sizeof *out->indexes);
    out->indexes[out->index_count++] = arena_printf(reading->search->arena, "%s/index", git);
}

/* HEAD, ORIG_HEAD, MERGE_HEAD … of a git directory, its refs, logs and index. */
static void read_directory(struct reading *reading, int dir, const char *git, const char *prefix)
{
    static const char *const heads[] = {"HEAD",        "ORIG_HEAD",        "MERGE_HEAD",
                                        "FETCH_HEAD",  "CHERRY_PICK_HEAD", "REVERT_HEAD",
                                        "REBASE_HEAD", "AUTO_MERGE"};

    for (size_t i = 0; i < sizeof heads / sizeof *heads; i++) {
        char *name = mem_printf("%s%s", prefix, heads[i]);
        if (faccessat(dir, heads[i], F_OK, 0) == 0)
            read_ref(reading, dir, heads[i], name);
        free(name);
    }
    char *refs = mem_printf("%srefs", prefix);
    int flags = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC;
    errno = 0;
    read_below(reading, openat(dir, "refs", flags), refs, read_ref, 0);
    errno = 0;
    read_below(reading, openat(dir, "logs", flags), prefix[0] != '\0' ? "worktree" : "", read_log,
               0);
    add_index(reading, git);
    free(refs);
}

static void read_worktrees(struct reading *reading)
{
    const char *git = reading->repository->git;
    char *path = mem_printf("%s/worktrees", git);
    DIR *folder = opendir(path);
    struct dirent *entry;

    while (folder != NULL && (entry = readdir(folder)) != NULL) {
        if (entry->d_name[0] == '.')
            continue;
        int dir =
            openat(dirfd(folder), entry->d_name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
        char *below = mem_printf("%s/%s", path, entry->d_name);
        char *prefix = mem_printf("worktrees/%s/", entry->d_name);
        if (dir >= 0)
            read_directory(reading, dir, below, prefix);
        if (dir >= 0)
            close(dir);
        free(prefix);
        free(below);
    }
    if (folder != NULL)
        closedir(folder);
    free(path);
}

/* --- all of them ----------------------------------------------------------------------------- */

static int rank(const struct search_ref *ref, const char *head)
{
    if (head != NULL && strcmp(ref->name, head) == 0)
        return 0;
    return text_starts_with(ref->name, "refs/heads/")     ? 1
           : text_starts_with(ref->name, "refs/remotes/") ? 2
           : text_starts_with(ref->name, "refs/tags/")    ? 3
                                                          : 4;
}

static int by_rank(const void *a, const void *b)
{
    const struct search_ref *left = a, *right = b;

    if (left->place != right->place)
        return left->place < right->place ? -1 : 1;
    return left->rank != right->rank ? left->rank - right->rank
                                     : strverscmp(left->name, right->name);
}

void search_read_refs(struct search *search, const struct search_repository *repository,
                      struct search_refs *out)
{
    struct reading reading = {
        .search = search, .repository = repository, .out = out, .text = BUF_INIT(FILE_MAX)};
    int dir = open(repository->git, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

    *out = (struct search_refs){0};
    if (dir >= 0) {
        read_packed(&reading);
        read_shallow(&reading);
        read_directory(&reading, dir, repository->git, "");
        read_worktrees(&reading);
        close(dir);
    }
    buf_release(&reading.text);
    for (size_t i = 0; i < out->count; i++)
        out->refs[i].rank = rank(&out->refs[i], reading.head);
    if (out->count > 0)
        qsort(out->refs, out->count, sizeof *out->refs, by_rank);
}

void search_refs_release(struct search_refs *refs)
{
    free(refs->refs);
    free(refs->shallow);
    free(refs->indexes);
}
