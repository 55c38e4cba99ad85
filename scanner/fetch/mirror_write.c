/* Trees are edited as they are stored, so that what is odd in those of an old history, and is not
   to be changed, stays as it is. */
#include "fetch/mirror_write.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/text.h"
#include "fetch/mirror_write_parts.h"

#define DEPTH_MAX   256
#define PATH_BYTES  4096
#define COMMIT_MAX  ((size_t)16 << 20)
#define PRIVATE_MAX 8

/* --- objects --------------------------------------------------------------------------------- */

/* The data are borrowed. */
static int add_object(struct mirror_written *w, git_object_t type, const char *data, size_t len,
                      git_oid *oid, struct err *err)
{
    if (git_odb_hash(oid, data, len, type) != 0)
        return mirror_failed(err, REASON_INTERNAL, "cannot hash an object");
    for (size_t i = 0; i < w->count; i++)
        if (git_oid_equal(&w->objects[i].oid, oid))
            return 0;
    w->objects = mem_grow(w->objects, w->count, &w->size, sizeof *w->objects);
    w->objects[w->count++] = (struct write_object){*oid, type, data, len};
    return 0;
}

/* --- paths ----------------------------------------------------------------------------------- */

/* Some file systems take other spellings for ".git": with other case, with ends that they drop, as
   "git~1", with characters that they do not see. */
static bool is_private(const char *name, size_t len)
{
    char plain[PRIVATE_MAX] = "";
    size_t count = 0;

    for (size_t i = 0; i < len && count < PRIVATE_MAX - 1; i++)
        if ((unsigned char)name[i] < 0x80)
            plain[count++] = (char)(name[i] >= 'A' && name[i] <= 'Z' ? name[i] + 32 : name[i]);
    if (strncmp(plain, "git~", 4) == 0)
        return true;
    return strncmp(plain, ".git", 4) == 0 && strchr(". :", plain[4]) != NULL;
}

bool mirror_path_is_safe(const char *path)
{
    unsigned depth = 0;

    if (*path == '\0' || strlen(path) > PATH_BYTES)
        return false;
    for (const char *name = path;; name++) {
        size_t len = strcspn(name, "/\\");
        if (++depth > DEPTH_MAX || is_private(name, len) ||
            (name[len] != '\\' && (len == 0 || (len <= 2 && strncmp(name, "..", len) == 0))))
            return false;
        name += len;
        if (*name == '\0')
            return true;
    }
}

static int by_path(const void *a, const void *b)
{
    const struct write_change *left = a, *right = b;

    return strcmp(left->change->path, right->change->path);
}

static int list_changes(struct mirror_written *w, struct err *err)
{
    const struct mirror_request *request = w->request;

    w->changes = arena_array(&w->arena, request->count, sizeof *w->changes);
    for (size_t i = 0; i < request->count; i++) {
        const struct mirror_change *change = &request->changes[i];
        struct write_change *out = &w->changes[i];
        out->change = change;
        if (!mirror_path_is_safe(change->path))
            return err_set(err, REASON_USAGE, "\"%s\" is no path for a repository", change->path);
        if (!change->gone && add_object(w, GIT_OBJECT_BLOB, change->len > 0 ? change->data : "",
                                        change->len, &out->oid, err) != 0)
            return -1;
    }
    qsort(w->changes, request->count, sizeof *w->changes, by_path);
    for (size_t i = 1; i < request->count; i++)
        if (by_path(&w->changes[i - 1], &w->changes[i]) == 0)
            return err_set(err, REASON_USAGE, "\"%s\" is changed twice",
                           w->changes[i].change->path);
    return 0;
}

/* --- trees ----------------------------------------------------------------------------------- */

struct item {
    struct tree_entry entry;
    const char *raw; /* as it is stored */
    size_t raw_len;
};

struct items {
    struct item *items;
    size_t count, size;
};

/* Changes first..end-1, whose paths are one up to `from`. */
struct span {
    size_t first, end, from;
};

static int read_items(struct mirror_written *w, const git_oid *oid, struct items *out,
                      struct err *err)
{
    git_odb_object *object = NULL;
    struct tree_entry entry;
    char hex[OID_HEX];
    int more;

    if (mirror_object(w->mirror, oid, &object, err) != 0)
        return -1;
    size_t len = git_odb_object_size(object);
    const char *data = arena_copy(&w->arena, git_odb_object_data(object), len);
    bool tree = git_odb_object_type(object) == GIT_OBJECT_TREE;
    git_odb_object_free(object);
    for (const char *at = data; tree && (more = tree_take(&data, &len, &entry)) != 0; at = data) {
        tree = more > 0;
        out->items = mem_grow(out->items, out->count, &out->size, sizeof *out->items);
        out->items[out->count++] = (struct item){entry, at, (size_t)(data - at)};
    }
    return tree ? 0
                : err_set(err, REASON_BAD_ANSWER, "the tree %s is malformed",
                          git_oid_tostr(hex, sizeof hex, oid));
}

static struct item *find_item(struct items *list, const char *name, size_t len)
{
    for (size_t i = 0; i < list->count; i++)
        if (list->items[i].entry.name_len == len &&
            memcmp(list->items[i].entry.name, name, len) == 0)
            return &list->items[i];
    return NULL;
}

static void remove_item(struct items *list, struct item *item)
{
    *item = list->items[--list->count];
}

static void set_item(struct mirror_written *w, struct items *list, const char *name, size_t len,
                     enum mirror_kind kind, const git_oid *oid)
{
    static const char *const modes[] = {[MIRROR_TREE] = "40000",
                                        [MIRROR_BLOB] = "100644",
                                        [MIRROR_EXECUTABLE] = "100755",
                                        [MIRROR_LINK] = "120000",
                                        [MIRROR_SUBMODULE] = "160000"};
    struct item *item = find_item(list, name, len);
    size_t mode = strlen(modes[kind]);
    char *raw = arena_alloc(&w->arena, mode + 1 + len + 1 + GIT_OID_RAWSZ);

    memcpy(raw, modes[kind], mode);
    raw[mode] = ' ';
    memcpy(raw + mode + 1, name, len);
    memcpy(raw + mode + 1 + len + 1, oid->id, GIT_OID_RAWSZ);
    if (item == NULL) {
        list->items = mem_grow(list->items, list->count, &list->size, sizeof *list->items);
        item = &list->items[list->count++];
    }
    *item =
        (struct item){{raw + mode + 1, len, *oid, kind}, raw, mode + 1 + len + 1 + GIT_OID_RAWSZ};
}

/* A tree's name counts as if a slash ended it. */
static int in_tree_order(const void *a, const void *b)
{
    const struct tree_entry *left = &((const struct item *)a)->entry;
    const struct tree_entry *right = &((const struct item *)b)->entry;
    size_t len = left->name_len < right->name_len ? left->name_len : right->name_len;
    int order = memcmp(left->name, right->name, len);

    if (order != 0)
        return order;
    unsigned char l = (unsigned char)left->name[len], r = (unsigned char)right->name[len];
    return (l == '\0' && left->kind == MIRROR_TREE ? '/' : l) -
           (r == '\0' && right->kind == MIRROR_TREE ? '/' : r);
}

static int store_items(struct mirror_written *w, struct items *list, git_oid *oid, struct err *err)
{
    size_t len = 0;

    if (list->count > 0)
        qsort(list->items, list->count, sizeof *list->items, in_tree_order);
    for (size_t i = 0; i < list->count; i++)
        len += list->items[i].raw_len;
    char *data = arena_alloc(&w->arena, len + 1), *at = data;
    for (size_t i = 0; i < list->count; at += list->items[i++].raw_len)
        memcpy(at, list->items[i].raw, list->items[i].raw_len);
    return add_object(w, GIT_OBJECT_TREE, data, len, oid, err);
}

static int change_file(struct mirror_written *w, struct items *list, struct write_change *change,
                       size_t from, struct err *err)
{
    const char *path = change->change->path, *name = path + from;
    struct item *item = find_item(list, name, strlen(name));

    if (item != NULL && (item->entry.kind == MIRROR_TREE || item->entry.kind == MIRROR_SUBMODULE))
        return err_set(err, REASON_UNSUPPORTED, "%s is a %s of the repository", path,
                       item->entry.kind == MIRROR_TREE ? "directory" : "submodule");
    if (item == NULL && change->change->gone)
        return err_set(err, REASON_USAGE, "%s is to be deleted, and is not there", path);
    change->had = item != NULL;
    if (item != NULL) {
        change->old_kind = item->entry.kind;
        change->old_oid = item->entry.oid;
    }
    if (change->change->gone)
        remove_item(list, item);
    else
        set_item(w, list, name, strlen(name), change->change->kind, &change->oid);
    return 0;
}

static int change_tree(struct mirror_written *w, const git_oid *base, struct span span,
                       git_oid *out, bool *empty, struct err *err);

static int change_directory(struct mirror_written *w, struct items *list, struct span span,
                            size_t len, struct err *err)
{
    const char *path = w->changes[span.first].change->path, *name = path + span.from;
    struct item *item = find_item(list, name, len);
    struct span below = {span.first, span.end, span.from + len + 1};
    git_oid oid;
    bool empty;

    if (item != NULL && item->entry.kind != MIRROR_TREE)
        return err_set(err, REASON_UNSUPPORTED, "%s lies below what is no directory", path);
    git_oid base = item != NULL ? item->entry.oid : (git_oid){{0}};
    if (change_tree(w, item != NULL ? &base : NULL, below, &oid, &empty, err) != 0)
        return -1;
    if (!empty)
        set_item(w, list, name, len, MIRROR_TREE, &oid);
    else if (item != NULL)
        remove_item(list, item);
    return 0;
}

static int change_items(struct mirror_written *w, struct items *list, struct span span,
                        struct err *err)
{
    int result = 0;

    for (size_t i = span.first, next; result == 0 && i < span.end; i = next) {
        const char *name = w->changes[i].change->path + span.from;
        size_t len = strcspn(name, "/");
        next = i + 1;
        if (name[len] == '\0') {
            result = change_file(w, list, &w->changes[i], span.from, err);
            continue;
        }
        while (next < span.end &&
               strncmp(w->changes[next].change->path + span.from, name, len + 1) == 0)
            next++;
        result = change_directory(w, list, (struct span){i, next, span.from}, len, err);
    }
    return result;
}

/* The tree of `base` (NULL: none) with the changes of the span, which lie below it. */
static int change_tree(struct mirror_written *w, const git_oid *base, struct span span,
                       git_oid *out, bool *empty, struct err *err)
{
    struct items list = {0};
    int result = base != NULL ? read_items(w, base, &list, err) : 0;

    if (result == 0)
        result = change_items(w, &list, span, err);
    *empty = list.count == 0;
    if (result == 0 && (!*empty || span.from == 0))
        result = store_items(w, &list, out, err);
    free(list.items);
    return result;
}

/* --- the commit ------------------------------------------------------------------------------ */

static int check_request(const struct mirror_request *request, struct err *err)
{
    char *ref = mem_printf("refs/heads/%s", request->branch);
    int valid = 0;

    git_reference_name_is_valid(&valid, ref);
    free(ref);
    if (!valid)
        return err_set(err, REASON_USAGE, "\"%s\" is no name for a branch", request->branch);
    if (request->name[0] == '\0' || strpbrk(request->name, "<>\n") != NULL ||
        !text_is_utf8(request->name, strlen(request->name)))
        return err_set(err, REASON_USAGE, "\"%s\" is no name of an author", request->name);
    if (request->mail[0] == '\0' || strpbrk(request->mail, "<> \n") != NULL ||
        !text_is_ascii(request->mail))
        return err_set(err, REASON_USAGE, "\"%s\" is no e-mail address of an author",
                       request->mail);
    return 0;
}

static int add_commit(struct mirror_written *w, struct err *err)
{
    const struct mirror_request *request = w->request;
    struct buf text = BUF_INIT(COMMIT_MAX);
    const char *end = text_ends_with(request->message, "\n") ? "" : "\n";

    if (buf_addf(&text,
                 "tree %s\nparent %s\nauthor %s <%s> %" PRId64 " +0000\ncommitter %s <%s> %" PRId64
                 " +0000\n\n%s%s",
                 w->tree_hex, request->base, request->name, request->mail, request->authored_at,
                 request->name, request->mail, request->committed_at, request->message, end) != 0)
        return err_set(err, REASON_TOO_LARGE, "the message of the commit is too long");
    const char *data = arena_copy(&w->arena, text.data, text.len);
    int result = add_object(w, GIT_OBJECT_COMMIT, data, text.len, &w->commit, err);
    buf_release(&text);
    git_oid_tostr(w->commit_hex, sizeof w->commit_hex, &w->commit);
    return result;
}

int mirror_write(struct mirror *mirror, const struct mirror_request *request,
                 struct mirror_written **out, struct err *err)
{
    struct mirror_written *w = mem_alloc(sizeof *w);
    git_odb_object *tree = NULL;
    bool empty;

    *w = (struct mirror_written){.mirror = mirror, .request = request, .arena = ARENA_INIT};
    if (check_request(request, err) != 0 || list_changes(w, err) != 0 ||
        mirror_oid(request->base, &w->base, err) != 0 ||
        mirror_tree_of(mirror, &w->base, &tree, err) != 0)
        goto failed;
    git_oid base = *git_odb_object_id(tree);
    git_odb_object_free(tree);
    if (change_tree(w, &base, (struct span){0, request->count, 0}, &w->tree, &empty, err) != 0)
        goto failed;
    git_oid_tostr(w->tree_hex, sizeof w->tree_hex, &w->tree);
    if (git_oid_equal(&base, &w->tree)) {
        err_set(err, REASON_USAGE, "nothing of %s is changed", request->base);
        goto failed;
    }
    if (add_commit(w, err) != 0)
        goto failed;
    *out = w;
    return 0;
failed:
    mirror_written_free(w);
    return -1;
}

void mirror_written_free(struct mirror_written *written)
{
    if (written == NULL)
        return;
    arena_release(&written->arena);
    free(written->objects);
    free(written);
}

const char *mirror_written_commit(const struct mirror_written *written)
{
    return written->commit_hex;
}

const char *mirror_written_tree(const struct mirror_written *written)
{
    return written->tree_hex;
}

/* --- the author ------------------------------------------------------------------------------ */

static char *known_as(git_config *config, const char *variable, const char *key)
{
    const char *text = getenv(variable);
    git_buf value = GIT_BUF_INIT;
    char *out = NULL;

    if (text != NULL && *text != '\0')
        return mem_strdup(text);
    if (config != NULL && git_config_get_string_buf(&value, config, key) == 0 && value.size > 0)
        out = mem_strdup(value.ptr);
    git_buf_dispose(&value);
    return out;
}

void mirror_author(char **name, char **mail)
{
    git_config *config = NULL;

    mirror_global_begin();
    if (git_config_open_default(&config) != 0)
        config = NULL;
    *name = known_as(config, "GIT_AUTHOR_NAME", "user.name");
    *mail = known_as(config, "GIT_AUTHOR_EMAIL", "user.email");
    git_config_free(config);
}
