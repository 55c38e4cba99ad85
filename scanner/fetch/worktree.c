#include "fetch/worktree.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/mem.h"
#include "base/text.h"
#include "fetch/mirror_internal.h"

struct worktree {
    git_repository *repository;
    struct mirror *mirror;
    char *root, *directory;
};

/* --- opening --------------------------------------------------------------------------------- */

/* What partial clones and linked work trees say of themselves changes nothing that is read here. */
static void accept_extensions(void)
{
    const char *extensions[] = {"partialclone", "worktreeconfig", "preciousobjects"};

    git_libgit2_opts(GIT_OPT_SET_EXTENSIONS, extensions, sizeof extensions / sizeof *extensions);
}

/* libgit2 1.5 says "not found" of what is somebody else's, unless some safe.directory is set. */
static bool is_foreign(const char *dir, int result, char **root)
{
    git_buf found = {0};

    *root = NULL;
    if (git_repository_discover(&found, dir, 0, NULL) == 0) {
        size_t len = text_without_slashes(found.ptr);
        len -= len > 5 && strncmp(found.ptr + len - 5, "/.git", 5) == 0 ? 5 : 0;
        *root = mem_strndup(found.ptr, len);
    }
    git_buf_dispose(&found);
    return *root != NULL && (result == GIT_EOWNER || result == GIT_ENOTFOUND);
}

static int refuse(const char *dir, int result, struct err *err)
{
    struct buf word = BUF_INIT(ERR_TEXT_MAX);
    char *root;

    mirror_failed(err, REASON_UNSUPPORTED, "the repository of %s cannot be read", dir);
    if (is_foreign(dir, result, &root))
        err_set(err, REASON_FORBIDDEN,
                "%s belongs to another user, so it is not read; if you trust it: git config "
                "--global --add safe.directory %s",
                root, buf_addword(&word, root) == 0 ? buf_str(&word) : "DIR");
    else if (result == GIT_ENOTFOUND)
        err_set(err, REASON_USAGE, "%s is in no git repository", dir);
    buf_release(&word);
    free(root);
    return -1;
}

/* Both are real paths, so that links on the way do not count. */
static int find_place(struct worktree *worktree, const char *dir, struct err *err)
{
    const char *workdir = git_repository_workdir(worktree->repository);
    char *here = realpath(dir, NULL);

    worktree->root = realpath(workdir, NULL);
    size_t len = worktree->root != NULL ? strlen(worktree->root) : 0;
    if (len > 1 && here != NULL && text_starts_with(here, worktree->root) &&
        (here[len] == '/' || here[len] == '\0'))
        worktree->directory = mem_strdup(here + len + (here[len] == '/'));
    free(here);
    if (worktree->directory != NULL)
        return 0;
    return err_set(err, REASON_USAGE, "%s is outside of %s, the work tree of its repository", dir,
                   workdir);
}

static int open_objects(struct worktree *worktree, struct err *err)
{
    struct mirror *mirror = mem_alloc(sizeof *mirror);

    mirror->lock = -1;
    mirror->dir = mem_strdup(git_repository_commondir(worktree->repository));
    mirror->objects = mem_printf("%sobjects", mirror->dir);
    worktree->mirror = mirror;
    if (git_repository_odb(&mirror->odb, worktree->repository) != 0)
        return mirror_failed(err, REASON_DISK, "cannot open %s", mirror->objects);
    return 0;
}

static int check_directory(const char *dir, struct err *err)
{
    struct stat st;

    if (stat(dir, &st) != 0)
        return err_set(err, REASON_USAGE, "%s: %s", dir, strerror(errno));
    if (!S_ISDIR(st.st_mode))
        return err_set(err, REASON_USAGE, "%s is no directory", dir);
    return 0;
}

int worktree_open(const char *dir, struct worktree **out, struct err *err)
{
    mirror_global_begin();
    accept_extensions();
    if (check_directory(dir, err) != 0)
        return -1;
    struct worktree *worktree = mem_alloc(sizeof *worktree);
    int result = git_repository_open_ext(&worktree->repository, dir, 0, NULL);
    if (result != 0)
        result = refuse(dir, result, err);
    else if (git_repository_is_bare(worktree->repository))
        result = err_set(err, REASON_USAGE, "%s is a bare repository: a checkout is needed", dir);
    if (result == 0)
        result = find_place(worktree, dir, err);
    if (result == 0)
        result = open_objects(worktree, err);
    if (result != 0) {
        worktree_free(worktree);
        return -1;
    }
    *out = worktree;
    return 0;
}

void worktree_free(struct worktree *worktree)
{
    if (worktree == NULL)
        return;
    mirror_free(worktree->mirror);
    git_repository_free(worktree->repository);
    free(worktree->root);
    free(worktree->directory);
    free(worktree);
}

struct mirror *worktree_mirror(struct worktree *worktree)
{
    return worktree->mirror;
}

/* --- where it stands ------------------------------------------------------------------------- */

static int read_head(struct worktree *worktree, struct arena *arena, struct worktree_facts *out,
                     struct err *err)
{
    git_reference *head = NULL;
    int result = git_repository_head(&head, worktree->repository);

    if (result == GIT_EUNBORNBRANCH)
        return 0;
    if (result != 0)
        return mirror_failed(err, REASON_DISK, "HEAD of %s cannot be read", worktree->root);
    git_oid_tostr(out->head, sizeof out->head, git_reference_target(head));
    if (git_reference_is_branch(head))
        out->branch = arena_strdup(arena, git_reference_shorthand(head));
    git_reference_free(head);
    return 0;
}

/* "https://user:token@host/path" as "https://host/path". */
static const char *without_secret(const char *url, struct arena *arena)
{
    const char *start = strstr(url, "://");

    if (start == NULL)
        return arena_strdup(arena, url);
    start += 3;
    const char *at = memrchr(start, '@', strcspn(start, "/?#"));
    return at == NULL ? arena_strdup(arena, url)
                      : arena_printf(arena, "%.*s%s", (int)(start - url), url, at + 1);
}

/* The remote that a branch follows; NULL. */
static const char *followed(struct worktree *worktree, const char *branch, struct arena *arena)
{
    git_buf name = {0};
    char *ref = mem_printf("refs/heads/%s", branch);
    const char *out = NULL;

    if (git_branch_upstream_remote(&name, worktree->repository, ref) == 0)
        out = arena_strdup(arena, name.ptr);
    git_buf_dispose(&name);
    free(ref);
    return out;
}

/* What the configuration says of remotes, read without the regular expressions of libgit2 1.5,
   which lose memory. */
struct remotes {
    struct arena *arena;
    const char *wanted; /* name that the branch follows; NULL */
    const char *name, *url;
    size_t count;
    const char *base, *instead; /* the longest url.BASE.insteadOf that `url` begins with */
};

/* "origin" of "remote.origin.url"; NULL for other keys. */
static const char *part_of(const char *key, const char *section, const char *variable,
                           struct arena *arena)
{
    size_t before = strlen(section), after = strlen(variable), len = strlen(key);

    if (len <= before + after || !text_starts_with(key, section) || !text_ends_with(key, variable))
        return NULL;
    return arena_strndup(arena, key + before, len - before - after);
}

static void take_remote(struct remotes *remotes, const git_config_entry *entry)
{
    const char *name = part_of(entry->name, "remote.", ".url", remotes->arena);

    if (name == NULL || (remotes->name != NULL && strcmp(remotes->name, name) == 0))
        return;
    const char *first = remotes->wanted != NULL ? remotes->wanted : "origin";
    if (remotes->count++ > 0 && strcmp(name, first) != 0 &&
        (strcmp(name, "origin") != 0 || strcmp(remotes->name, first) == 0))
        return;
    remotes->name = name;
    remotes->url = arena_strdup(remotes->arena, entry->value);
}

static void take_instead(struct remotes *remotes, const git_config_entry *entry)
{
    const char *base = part_of(entry->name, "url.", ".insteadof", remotes->arena);

    if (base == NULL || !text_starts_with(remotes->url, entry->value) ||
        (remotes->instead != NULL && strlen(entry->value) <= strlen(remotes->instead)))
        return;
    remotes->base = base;
    remotes->instead = arena_strdup(remotes->arena, entry->value);
}

static void each_entry(struct worktree *worktree, struct remotes *remotes,
                       void (*take)(struct remotes *, const git_config_entry *))
{
    git_config *config = NULL;
    git_config_iterator *iterator = NULL;
    git_config_entry *entry;

    if (git_repository_config_snapshot(&config, worktree->repository) == 0 &&
        git_config_iterator_new(&iterator, config) == 0)
        while (git_config_next(&entry, iterator) == 0)
            if (entry->value != NULL)
                take(remotes, entry);
    git_config_iterator_free(iterator);
    git_config_free(config);
}

static void read_remote(struct worktree *worktree, struct arena *arena, struct worktree_facts *out)
{
    struct remotes remotes = {.arena = arena};

    if (out->branch != NULL)
        remotes.wanted = followed(worktree, out->branch, arena);
    each_entry(worktree, &remotes, take_remote);
    if (remotes.name == NULL)
        return;
    bool sure = remotes.count == 1 || strcmp(remotes.name, "origin") == 0 ||
                (remotes.wanted != NULL && strcmp(remotes.name, remotes.wanted) == 0);
    if (!sure)
        return;
    each_entry(worktree, &remotes, take_instead);
    if (remotes.instead != NULL)
        remotes.url =
            arena_printf(arena, "%s%s", remotes.base, remotes.url + strlen(remotes.instead));
    out->remote = remotes.name;
    out->remote_url = without_secret(remotes.url, arena);
}

struct listing {
    struct arena *arena;
    struct worktree_ref *refs;
    size_t count, size;
    const char *prefix; /* "refs/remotes/origin/"; NULL */
    struct worktree_facts *out;
};

static void take_ref(struct listing *listing, const git_reference *reference)
{
    const char *name = git_reference_name(reference);
    bool tracked = listing->prefix != NULL && text_starts_with(name, listing->prefix);

    if (tracked && strcmp(name + strlen(listing->prefix), "HEAD") == 0) {
        const char *target = git_reference_symbolic_target(reference);
        if (target != NULL && text_starts_with(target, listing->prefix))
            listing->out->remote_default =
                arena_strdup(listing->arena, target + strlen(listing->prefix));
    } else if ((tracked || text_starts_with(name, "refs/tags/")) &&
               git_reference_target(reference) != NULL) {
        listing->refs =
            mem_grow(listing->refs, listing->count, &listing->size, sizeof *listing->refs);
        struct worktree_ref *ref = &listing->refs[listing->count++];
        ref->name = arena_strdup(listing->arena, name);
        git_oid_tostr(ref->oid, sizeof ref->oid, git_reference_target(reference));
    }
}

static int by_name(const void *a, const void *b)
{
    const struct worktree_ref *left = a, *right = b;

    return strcmp(left->name, right->name);
}

static int list_refs(struct worktree *worktree, struct arena *arena, struct worktree_facts *out,
                     struct err *err)
{
    git_reference_iterator *iterator = NULL;
    git_reference *reference;
    struct listing listing = {.arena = arena, .out = out};
    int result = git_reference_iterator_new(&iterator, worktree->repository);

    if (out->remote != NULL)
        listing.prefix = arena_printf(arena, "refs/remotes/%s/", out->remote);
    while (result == 0 && (result = git_reference_next(&reference, iterator)) == 0) {
        take_ref(&listing, reference);
        git_reference_free(reference);
        if (listing.count > WORKTREE_REFS_MAX)
            result = err_set(err, REASON_LIMIT, "%s has more than %d refs", worktree->root,
                             WORKTREE_REFS_MAX);
    }
    if (result != GIT_ITEROVER && listing.count <= WORKTREE_REFS_MAX)
        mirror_failed(err, REASON_DISK, "the refs of %s cannot be read", worktree->root);
    git_reference_iterator_free(iterator);
    if (listing.count > 0)
        qsort(listing.refs, listing.count, sizeof *listing.refs, by_name);
    out->refs = arena_copy(arena, listing.refs, listing.count * sizeof *listing.refs);
    out->ref_count = listing.count;
    free(listing.refs);
    return result == GIT_ITEROVER ? 0 : -1;
}

int worktree_read(struct worktree *worktree, struct arena *arena, struct worktree_facts *out,
                  struct err *err)
{
    *out = (struct worktree_facts){
        .root = worktree->root,
        .directory = worktree->directory,
        .shallow = git_repository_is_shallow(worktree->repository) == 1,
    };
    if (read_head(worktree, arena, out, err) != 0)
        return -1;
    read_remote(worktree, arena, out);
    return list_refs(worktree, arena, out, err);
}

/* Where both meet tells both directions, by one walk through what may be a long history. */
int worktree_reaches(struct worktree *worktree, const char *tip, const char *commit, bool *ahead,
                     struct err *err)
{
    git_oid from, to, base;

    if (ahead != NULL)
        *ahead = false;
    if (mirror_oid(tip, &from, err) != 0 || mirror_oid(commit, &to, err) != 0)
        return -1;
    if (git_oid_equal(&from, &to))
        return 1;
    if (!mirror_has(worktree->mirror, tip))
        return err_set(err, REASON_MISSING_OBJECT, "commit %.12s is not in this clone", tip);
    int result = git_merge_base(&base, worktree->repository, &from, &to);
    if (result == GIT_ENOTFOUND)
        return 0;
    if (ahead != NULL)
        *ahead = result == 0 && git_oid_equal(&base, &from);
    if (result == 0)
        return git_oid_equal(&base, &to);
    return mirror_failed(err, REASON_MISSING_OBJECT, "the history of this clone is not whole");
}

int worktree_reaches_any(struct worktree *worktree, const char *const *tips, size_t count,
                         const char *commit, struct err *err)
{
    git_oid to, *from = mem_array(count, sizeof *from);
    int result = mirror_oid(commit, &to, err);

    for (size_t i = 0; i < count && result == 0; i++)
        result = mirror_oid(tips[i], &from[i], err);
    if (result == 0 && count > 0) {
        result = git_graph_reachable_from_any(worktree->repository, &to, from, count);
        if (result < 0)
            mirror_failed(err, REASON_MISSING_OBJECT, "the history of this clone is not whole");
    }
    free(from);
    return result;
}

/* --- what is changed ------------------------------------------------------------------------- */

static void note(struct worktree_status *out, enum worktree_kind kind, const char *path,
                 struct arena *arena)
{
    if (out->counts[kind] < WORKTREE_NAMED)
        out->names[kind][out->counts[kind]] = arena_strdup(arena, path);
    out->counts[kind]++;
}

/* Whether git would run a program, or a conversion that libgit2 lacks, before it compares. */
static bool is_filtered(git_repository *repository, const char *path)
{
    static const char *const attributes[] = {"filter", "working-tree-encoding"};

    for (size_t i = 0; i < sizeof attributes / sizeof *attributes; i++) {
        const char *value = NULL;
        if (git_attr_get(&value, repository, GIT_ATTR_CHECK_FILE_THEN_INDEX, path, attributes[i]) ==
                0 &&
            git_attr_value(value) == GIT_ATTR_VALUE_STRING)
            return true;
    }
    return false;
}

/* A sparse checkout leaves out what is marked so; libgit2 calls it deleted. */
static bool is_left_out(git_index *index, const git_status_entry *entry, const char *path)
{
    const git_index_entry *known = git_index_get_bypath(index, path, 0);

    return entry->status == GIT_STATUS_WT_DELETED && known != NULL &&
           (known->flags_extended & GIT_INDEX_ENTRY_SKIP_WORKTREE) != 0;
}

static void note_entry(git_repository *repository, git_index *index, const git_status_entry *entry,
                       struct worktree_status *out, struct arena *arena)
{
    const git_diff_delta *delta =
        entry->head_to_index != NULL ? entry->head_to_index : entry->index_to_workdir;
    const char *path = delta->new_file.path != NULL ? delta->new_file.path : delta->old_file.path;
    enum worktree_kind kind = WORKTREE_CHANGED;

    if (is_left_out(index, entry, path))
        return;
    if (entry->status == GIT_STATUS_WT_NEW)
        kind = WORKTREE_UNTRACKED;
    else if (entry->status == GIT_STATUS_WT_MODIFIED && is_filtered(repository, path))
        kind = WORKTREE_UNSURE;
    note(out, kind, path, arena);
}

/* Nobody sees what is behind `git update-index --assume-unchanged`. */
static void note_hidden(git_index *index, struct worktree_status *out, struct arena *arena)
{
    for (size_t i = 0; i < git_index_entrycount(index); i++) {
        const git_index_entry *entry = git_index_get_byindex(index, i);
        if (entry->flags & GIT_INDEX_ENTRY_VALID)
            note(out, WORKTREE_HIDDEN, entry->path, arena);
    }
}

int worktree_status(struct worktree *worktree, struct arena *arena, struct worktree_status *out,
                    struct err *err)
{
    git_status_options options;
    git_status_list *list = NULL;
    git_index *index = NULL;

    *out = (struct worktree_status){0};
    git_status_options_init(&options, GIT_STATUS_OPTIONS_VERSION);
    options.show = GIT_STATUS_SHOW_INDEX_AND_WORKDIR;
    options.flags = GIT_STATUS_OPT_INCLUDE_UNTRACKED;
    if (git_repository_index(&index, worktree->repository) != 0)
        return mirror_failed(err, REASON_UNSUPPORTED, "the index of %s cannot be read",
                             worktree->root);
    int result = git_status_list_new(&list, worktree->repository, &options);
    if (result != 0)
        mirror_failed(err, REASON_UNSUPPORTED, "the work tree %s cannot be read", worktree->root);
    for (size_t i = 0; result == 0 && i < git_status_list_entrycount(list); i++)
        note_entry(worktree->repository, index, git_status_byindex(list, i), out, arena);
    if (result == 0)
        note_hidden(index, out, arena);
    git_status_list_free(list);
    git_index_free(index);
    return result == 0 ? 0 : -1;
}
