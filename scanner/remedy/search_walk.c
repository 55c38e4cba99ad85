/* Directories are opened one in the other and never through a link, so that nothing that moves
   meanwhile leads out. Only files are read that could be one of those looked for: of the same size,
   or of the same name and a size that other line endings would make. */
#include "remedy/search_parts.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <openssl/evp.h>

#include "base/mem.h"
#include "base/text.h"

#define DEPTH_MAX 200
#define FILE_MAX  (64u << 20) /* bytes of a file that is read */
#define HITS_MAX  50          /* of one file on the disk */
#define LINK_MAX  8192        /* of a .git file */
#define SHA1      20

struct walk {
    struct search *search;
    EVP_MD_CTX *digest;
    struct buf data, lf;
};

static int look_into(struct walk *walk, int dir, const char *path, const char *repository,
                     unsigned depth);

/* --- files ----------------------------------------------------------------------------------- */

static void blob_id(struct walk *walk, const struct buf *data, char out[OID_HEX])
{
    unsigned char sum[EVP_MAX_MD_SIZE];
    char head[32];
    int len = snprintf(head, sizeof head, "blob %zu", data->len) + 1;

    EVP_DigestInit_ex(walk->digest, EVP_sha1(), NULL);
    EVP_DigestUpdate(walk->digest, head, (size_t)len);
    EVP_DigestUpdate(walk->digest, buf_str(data), data->len);
    EVP_DigestFinal_ex(walk->digest, sum, NULL);
    for (size_t i = 0; i < SHA1; i++) {
        out[2 * i] = "0123456789abcdef"[sum[i] >> 4];
        out[2 * i + 1] = "0123456789abcdef"[sum[i] & 15];
    }
    out[OID_HEX - 1] = '\0';
}

/* Whether there is a CRLF; then `lf` has LF for each. */
static bool to_lf(const struct buf *data, struct buf *lf)
{
    const char *at = buf_str(data), *end = at + data->len, *cr;
    int full = 0;

    buf_reset(lf);
    if (memmem(at, data->len, "\r\n", 2) == NULL)
        return false;
    for (; (cr = memmem(at, (size_t)(end - at), "\r\n", 2)) != NULL; at = cr + 1)
        full |= buf_add(lf, at, (size_t)(cr - at));
    full |= buf_add(lf, at, (size_t)(end - at));
    return full == 0;
}

/* The directory to which the path that was looked for is relative. */
static void count_base(struct search *search, const char *path, const char *wanted,
                       const char *repository)
{
    size_t len = strlen(path), below = strlen(wanted);
    struct search_base *base;

    if (len <= below || path[len - below - 1] != '/' || strcmp(path + len - below, wanted) != 0)
        return;
    len -= below + 1;
    HASH_FIND(hh, search->bases, path, len, base);
    if (base == NULL) {
        base = arena_alloc(search->arena, sizeof *base + len + 1);
        memcpy(base->directory, path, len);
        base->repository = repository;
        HASH_ADD_KEYPTR(hh, search->bases, base->directory, len, base);
    }
    base->has++;
}

static void found(struct walk *walk, const char *path, const char *repository, const char *oid,
                  bool turned)
{
    struct search *search = walk->search;
    struct search_id *id;

    HASH_FIND_STR(search->ids, oid, id);
    for (struct search_link *link = id != NULL ? id->links : NULL; link != NULL;
         link = link->next) {
        count_base(search, path, search->files[link->file].path, repository);
        if (search->file_hits[link->file]++ >= HITS_MAX)
            continue;
        struct search_hit *hit = search_add_hit(search, link->file, SEARCH_FILE);
        hit->repository = repository;
        hit->path = arena_strdup(search->arena, path);
        hit->line_endings_differ = turned || link->lf;
        memcpy(hit->oid, oid, OID_HEX);
    }
}

static int by_size(const void *a, const void *b)
{
    int64_t left = *(const int64_t *)a, right = *(const int64_t *)b;

    return (left > right) - (left < right);
}

static bool may_be(const struct search *search, const char *name, int64_t size)
{
    struct search_name *same;

    if (size <= 1)
        return false;
    if (search->all_sizes ||
        bsearch(&size, search->sizes, search->count, sizeof size, by_size) != NULL)
        return true;
    HASH_FIND_STR(search->names, name, same);
    return same != NULL && size >= same->least && size <= same->most;
}

static void look_at(struct walk *walk, int dir, const char *name, const char *path, int64_t size,
                    const char *repository)
{
    struct search *search = walk->search;
    char oid[OID_HEX], lf_oid[OID_HEX];

    search->out->files++;
    if (!may_be(search, name, size))
        return;
    search->out->files_read++;
    if (size > FILE_MAX || search_read(dir, name, &walk->data) != 0) {
        search_trouble(search, path, size > FILE_MAX ? REASON_TOO_LARGE : REASON_DISK,
                       "%s is not read: %s", path,
                       size > FILE_MAX ? "it is too large" : strerror(errno));
        return;
    }
    blob_id(walk, &walk->data, oid);
    found(walk, path, repository, oid, false);
    if (to_lf(&walk->data, &walk->lf)) {
        blob_id(walk, &walk->lf, lf_oid);
        found(walk, path, repository, lf_oid, true);
    }
}

/* --- repositories ---------------------------------------------------------------------------- */

static bool has(int dir, const char *name, mode_t kind)
{
    struct stat st;

    return fstatat(dir, name, &st, AT_SYMLINK_NOFOLLOW) == 0 && (st.st_mode & S_IFMT) == kind;
}

/* What a file of one line leads to, "PREFIX PATH", relative to its directory. The caller frees. */
static char *leads_to(int dir, const char *name, const char *from, const char *prefix)
{
    struct buf text = BUF_INIT(LINK_MAX);
    char *result = NULL;

    if (search_read(dir, name, &text) == 0 && text_starts_with(buf_str(&text), prefix)) {
        char *line = text.data + strlen(prefix);
        line += strspn(line, " ");
        line[strcspn(line, "\r\n")] = '\0';
        result = line[0] == '/' ? mem_strdup(line) : mem_printf("%s/%s", from, line);
    }
    buf_release(&text);
    return result;
}

/* Notes the repository whose git directory that is, once; returns its name, NULL when there is
   none or it must not be read. A linked work tree has the repository of its main one. */
static const char *note(struct walk *walk, const char *git)
{
    struct search *search = walk->search;
    struct search_repository *repository, key = {0};
    struct stat st;
    char *real = search_inside(search, git, "the repository of this work tree");
    int dir = real != NULL ? open(real, O_RDONLY | O_DIRECTORY | O_CLOEXEC) : -1;
    char *common = dir >= 0 ? leads_to(dir, "commondir", real, "") : NULL;

    if (common != NULL) {
        free(real);
        real = search_inside(search, common, "the repository of this linked work tree");
        free(common);
    }
    if (dir >= 0)
        close(dir);
    dir = real != NULL ? open(real, O_RDONLY | O_DIRECTORY | O_CLOEXEC) : -1;
    if (dir < 0 || fstat(dir, &st) != 0 || !has(dir, "objects", S_IFDIR)) {
        if (real != NULL)
            search_trouble(search, git, REASON_DISK, "%s is no git directory that can be read",
                           git);
        repository = NULL;
    } else {
        key.key.device = st.st_dev;
        key.key.inode = st.st_ino;
        HASH_FIND(hh, search->repositories, &key.key, sizeof key.key, repository);
        if (repository == NULL) {
            size_t len = strlen(real) - (text_ends_with(real, "/.git") ? strlen("/.git") : 0);
            repository = arena_alloc(search->arena, sizeof *repository);
            *repository = key;
            repository->git = arena_strdup(search->arena, real);
            repository->name = arena_strndup(search->arena, real, len);
            HASH_ADD(hh, search->repositories, key, sizeof repository->key, repository);
        }
    }
    if (dir >= 0)
        close(dir);
    free(real);
    return repository != NULL ? repository->name : NULL;
}

static bool is_git_directory(int dir)
{
    return has(dir, "HEAD", S_IFREG) && has(dir, "objects", S_IFDIR) && has(dir, "refs", S_IFDIR);
}

/* Submodules' repositories, also of those that are checked out nowhere. */
static void look_for_modules(struct walk *walk, int git, const char *path, unsigned depth)
{
    int dir = openat(git, "modules", O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);

    if (dir < 0)
        return;
    char *below = mem_printf("%s/modules", path);
    look_into(walk, dir, below, NULL, depth + 1);
    free(below);
}

/* --- directories ----------------------------------------------------------------------------- */

/* What .git in a directory says: the name of its repository, else that of the one around it. */
static const char *repository_of(struct walk *walk, int dir, const char *path, const char *around,
                                 unsigned depth)
{
    const char *name = NULL;
    struct stat st;

    if (fstatat(dir, ".git", &st, AT_SYMLINK_NOFOLLOW) != 0)
        return around;
    char *git =
        S_ISREG(st.st_mode) ? leads_to(dir, ".git", path, "gitdir:") : mem_printf("%s/.git", path);
    if (git != NULL)
        name = note(walk, git);
    if (name != NULL && S_ISDIR(st.st_mode)) {
        int inner = openat(dir, ".git", O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
        if (inner >= 0) {
            look_for_modules(walk, inner, git, depth);
            close(inner);
        }
    }
    free(git);
    return name;
}

static void look_at_entry(struct walk *walk, int dir, const char *path, const char *name,
                          const char *repository, unsigned depth)
{
    char *here = mem_printf("%s/%s", strcmp(path, "/") == 0 ? "" : path, name);
    struct stat st;

    if (fstatat(dir, name, &st, AT_SYMLINK_NOFOLLOW) != 0) {
        if (errno != ENOENT)
            search_trouble(walk->search, here, REASON_DISK, "%s: %s", here, strerror(errno));
    } else if (S_ISREG(st.st_mode)) {
        look_at(walk, dir, name, here, st.st_size, repository);
    } else if (S_ISDIR(st.st_mode) && depth == DEPTH_MAX) {
        search_trouble(walk->search, here, REASON_LIMIT, "%s is deeper than %d directories", here,
                       DEPTH_MAX);
    } else if (S_ISDIR(st.st_mode)) {
        int below = openat(dir, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
        if (below < 0)
            search_trouble(walk->search, here, REASON_DISK, "%s cannot be read: %s", here,
                           strerror(errno));
        else
            look_into(walk, below, here, repository, depth + 1);
    }
    free(here);
}

/* Takes the descriptor. */
static int look_into(struct walk *walk, int dir, const char *path, const char *repository,
                     unsigned depth)
{
    DIR *folder;
    struct dirent *entry;

    walk->search->out->directories++;
    if (is_git_directory(dir)) {
        note(walk, path);
        look_for_modules(walk, dir, path, depth);
        close(dir);
        return 0;
    }
    repository = repository_of(walk, dir, path, repository, depth);
    folder = fdopendir(dir);
    if (folder == NULL) {
        search_trouble(walk->search, path, REASON_DISK, "%s cannot be read: %s", path,
                       strerror(errno));
        close(dir);
        return -1;
    }
    while (errno = 0, (entry = readdir(folder)) != NULL)
        if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0 &&
            strcmp(entry->d_name, ".git") != 0)
            look_at_entry(walk, dir, path, entry->d_name, repository, depth);
    if (errno != 0)
        search_trouble(walk->search, path, REASON_DISK, "%s cannot be read to its end: %s", path,
                       strerror(errno));
    closedir(folder);
    return 0;
}

int search_walk(struct search *search, const char *directory, struct err *err)
{
    struct walk walk = {.search = search, .data = BUF_INIT(FILE_MAX), .lf = BUF_INIT(FILE_MAX)};
    int dir = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    size_t len = text_without_slashes(directory);
    char *path = mem_strndup(directory, len > 0 ? len : 1);
    int result = 0;

    walk.digest = EVP_MD_CTX_new();
    if (walk.digest == NULL)
        abort(); /* no memory */
    if (dir < 0)
        result = err_set(err, REASON_DISK, "%s cannot be read: %s", directory, strerror(errno));
    else
        look_into(&walk, dir, path, NULL, 0);
    EVP_MD_CTX_free(walk.digest);
    buf_release(&walk.data);
    buf_release(&walk.lf);
    free(path);
    return result;
}
