#include "fetch/mirror_dir.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/text.h"
#include "fetch/mirror.h"

#define TEMPORARY      "probe-"
#define TEMPORARY_LIFE 86400 /* seconds: longer than any run */
#define LOCK_TRIES     8
#define SUM            20 /* bytes of the checksum that ends packs and indexes */

/* --- files and directories ------------------------------------------------------------------- */

static bool make_one(const char *path)
{
    return mkdir(path, 0777) == 0 || errno == EEXIST;
}

/* From the end: what lies above is there nearly always. */
static bool make_path(char *path)
{
    char *slash = strrchr(path, '/');

    if (make_one(path))
        return true;
    if (errno != ENOENT || slash == NULL || slash == path)
        return false;
    *slash = '\0';
    bool made = make_path(path);
    *slash = '/';
    return made && make_one(path);
}

int mirror_dir_make(const char *path, struct err *err)
{
    char *copy = mem_strdup(path);
    bool made = make_path(copy);

    free(copy);
    if (!made)
        return err_set(err, REASON_DISK, "cannot create the directory %s: %s", path,
                       strerror(errno));
    return 0;
}

static int remove_one(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
    (void)st;
    (void)type;
    (void)ftw;
    /* What cannot be deleted stays; whoever needs the place gets the error then. */
    remove(path);
    return 0;
}

static int remove_below(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
    return ftw->level > 0 ? remove_one(path, st, type, ftw) : 0;
}

void mirror_dir_remove(const char *path)
{
    nftw(path, remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

/* Who is killed on the way leaves no mirror: one without HEAD is none. */
static void remove_head(const char *dir)
{
    char *head = mem_printf("%s/HEAD", dir);

    unlink(head);
    free(head);
}

void mirror_dir_clear(const char *dir)
{
    remove_head(dir);
    nftw(dir, remove_below, 16, FTW_DEPTH | FTW_PHYS);
}

int mirror_dir_write(const char *dir, const char *name, const struct buf *content, struct err *err)
{
    char *path = mem_printf("%s/%s", dir, name);
    char *fresh = mem_printf("%s.new", path);
    FILE *file = fopen(fresh, "we");
    int result = file != NULL ? 0 : -1;

    if (file != NULL && fwrite(buf_str(content), 1, content->len, file) != content->len)
        result = -1;
    if (file != NULL && fclose(file) != 0)
        result = -1;
    if (result == 0)
        result = rename(fresh, path);
    if (result != 0) {
        err_set(err, REASON_DISK, "cannot write %s: %s", path, strerror(errno));
        unlink(fresh);
    }
    free(fresh);
    free(path);
    return result;
}

/* --- one process at a time ------------------------------------------------------------------- */

/* Whether the file is the directory of that name still: it may have been removed meanwhile. */
static bool is_at(int fd, const char *dir)
{
    struct stat held, named;

    return fstat(fd, &held) == 0 && stat(dir, &named) == 0 && held.st_ino == named.st_ino &&
           held.st_dev == named.st_dev;
}

int mirror_dir_lock(const char *dir, int *lock, struct err *err)
{
    for (int tries = 0; tries < LOCK_TRIES; tries++) {
        if (mirror_dir_make(dir, err) != 0)
            return -1;
        int fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        if (fd < 0 && errno == ENOTDIR)
            unlink(dir); /* a file in its place */
        else if (fd < 0 && errno != ENOENT)
            return err_set(err, REASON_DISK, "cannot open %s: %s", dir, strerror(errno));
        if (fd < 0)
            continue;
        /* A file system without locks is not shared by many. */
        bool busy = flock(fd, LOCK_EX | LOCK_NB) != 0 && errno == EWOULDBLOCK;
        if (!busy && is_at(fd, dir)) {
            *lock = fd;
            return 0;
        }
        close(fd);
        if (busy)
            return 1;
    }
    return 1;
}

/* --- a new one ------------------------------------------------------------------------------- */

/* A value in git's configuration syntax. */
static int add_quoted(struct buf *out, const char *value)
{
    int full = buf_addstr(out, "\"");

    for (; *value != '\0'; value++) {
        if (*value == '"' || *value == '\\')
            full |= buf_addstr(out, "\\");
        full |= *value == '\n' ? buf_addstr(out, "\\n") : buf_add(out, value, 1);
    }
    return full | buf_addstr(out, "\"");
}

static int write_config(const char *dir, const char *url, struct err *err)
{
    struct buf config = BUF_INIT(1 << 16);
    int full = buf_addstr(&config, "[core]\n"
                                   "\trepositoryformatversion = 1\n"
                                   "\tfilemode = true\n"
                                   "\tbare = true\n"
                                   "[extensions]\n"
                                   "\tpartialClone = origin\n"
                                   "[remote \"origin\"]\n"
                                   "\turl = ");
    full |= add_quoted(&config, url);
    full |= buf_addstr(&config, "\n"
                                "\tfetch = +refs/heads/*:refs/heads/*\n"
                                "\tfetch = +refs/tags/*:refs/tags/*\n"
                                "\tpromisor = true\n"
                                "\tpartialclonefilter = blob:none\n");
    int result = full != 0 ? err_set(err, REASON_USAGE, "the address of a repository is too long")
                           : mirror_dir_write(dir, "config", &config, err);
    buf_release(&config);
    return result;
}

int mirror_dir_create(const char *dir, const char *url, struct err *err)
{
    static const char *const folders[] = {"objects/info", "objects/pack", "refs/heads",
                                          "refs/tags"};
    struct buf head = BUF_INIT(64);
    int result = 0;

    for (size_t i = 0; result == 0 && i < sizeof folders / sizeof *folders; i++) {
        char *path = mem_printf("%s/%s", dir, folders[i]);
        result = mirror_dir_make(path, err);
        free(path);
    }
    if (result == 0)
        result = write_config(dir, url, err);
    if (result == 0)
        result = buf_addstr(&head, "ref: refs/heads/main\n");
    if (result == 0)
        result = mirror_dir_write(dir, "HEAD", &head, err);
    buf_release(&head);
    return result;
}

/* --- an old one ------------------------------------------------------------------------------ */

bool mirror_dir_each_pack_file(const char *dir, mirror_dir_fn *fn, void *ctx)
{
    char *path = mem_printf("%s/objects/pack", dir);
    DIR *folder = opendir(path);
    struct dirent *entry;
    bool result = folder != NULL;

    while (result && (entry = readdir(folder)) != NULL)
        if (entry->d_name[0] != '.')
            result = fn(ctx, dirfd(folder), entry->d_name);
    if (folder != NULL)
        closedir(folder);
    free(path);
    return result;
}

/* The bytes that stand `from_end` bytes before the end of a file. */
static bool read_tail(int dir, const char *name, off_t from_end, char out[SUM])
{
    struct stat st;
    int fd = openat(dir, name, O_RDONLY | O_CLOEXEC);
    bool result = fd >= 0 && fstat(fd, &st) == 0 && st.st_size > from_end &&
                  pread(fd, out, SUM, st.st_size - from_end) == SUM;

    if (fd >= 0)
        close(fd);
    return result;
}

/* "pack-X.idx" for "pack-X.pack". The caller frees. */
static char *sibling(const char *name, const char *suffix)
{
    const char *dot = strrchr(name, '.');

    return mem_printf("%.*s%s", (int)(dot != NULL ? dot - name : (long)strlen(name)), name, suffix);
}

/* An index ends with the checksum of its pack and its own, a pack with its own: torn files differ.
 */
static bool check_pack(void *ctx, int dir, const char *name)
{
    unsigned *packs = ctx;
    char of_pack[SUM], in_index[SUM];

    if (!text_ends_with(name, ".idx"))
        return true;
    char *pack = sibling(name, ".pack");
    bool whole = faccessat(dir, pack, F_OK, 0) != 0 ||
                 (read_tail(dir, pack, SUM, of_pack) && read_tail(dir, name, 2 * SUM, in_index) &&
                  memcmp(of_pack, in_index, SUM) == 0);
    free(pack);
    ++*packs;
    return whole;
}

bool mirror_dir_usable(const char *dir, unsigned *packs)
{
    char *head = mem_printf("%s/HEAD", dir);

    *packs = 0;
    bool result = access(head, R_OK) == 0 && mirror_dir_each_pack_file(dir, check_pack, packs);

    free(head);
    return result;
}

int mirror_dir_discard(const char *dir, struct err *err)
{
    int lock = -1, result = 0;

    if (access(dir, F_OK) == 0)
        result = mirror_dir_lock(dir, &lock, err);
    if (lock >= 0) {
        remove_head(dir);
        mirror_dir_remove(dir);
        close(lock);
    }
    return result < 0 ? -1 : 0;
}

static bool sweep_file(void *ctx, int dir, const char *name)
{
    (void)ctx;
    if (text_starts_with(name, "pack_git2_") || text_starts_with(name, "spool-")) {
        unlinkat(dir, name, 0);
    } else if (text_starts_with(name, "pack-") && !text_ends_with(name, ".pack")) {
        char *pack = sibling(name, ".pack");
        if (faccessat(dir, pack, F_OK, 0) != 0)
            unlinkat(dir, name, 0);
        free(pack);
    }
    return true;
}

void mirror_dir_sweep(const char *dir)
{
    mirror_dir_each_pack_file(dir, sweep_file, NULL);
}

char *mirror_place(const char *cache, const char *host, const char *full_name)
{
    char *path = mem_printf("%s/%s/%s.git", cache, host, full_name);

    /* The host may hold a port: a colon is no good in a directory name that people type. */
    for (char *c = path; *c != '\0'; c++)
        if (*c == ':')
            *c = '_';
    return path;
}

/* --- temporary ones -------------------------------------------------------------------------- */

char *mirror_dir_temporary(const char *cache, struct err *err)
{
    if (mirror_dir_make(cache, err) != 0)
        return NULL;
    char *dir = mem_printf("%s/" TEMPORARY "XXXXXX", cache);
    char *packs = mkdtemp(dir) != NULL ? mem_printf("%s/pack", dir) : NULL;
    if (packs == NULL || mkdir(packs, 0777) != 0) {
        err_set(err, REASON_DISK, "cannot create a directory in %s: %s", cache, strerror(errno));
        free(dir);
        dir = NULL;
    }
    free(packs);
    return dir;
}

void mirror_sweep(const char *cache)
{
    DIR *folder = opendir(cache);
    struct dirent *entry;
    struct stat st;

    while (folder != NULL && (entry = readdir(folder)) != NULL) {
        if (!text_starts_with(entry->d_name, TEMPORARY) ||
            fstatat(dirfd(folder), entry->d_name, &st, AT_SYMLINK_NOFOLLOW) != 0 ||
            st.st_mtime > time(NULL) - TEMPORARY_LIFE)
            continue;
        char *path = mem_printf("%s/%s", cache, entry->d_name);
        mirror_dir_remove(path);
        free(path);
    }
    if (folder != NULL)
        closedir(folder);
}
