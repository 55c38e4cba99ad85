/*
 * Compares published files with commits:
 *
 *   contents_try REPOSITORY HISTORY < lines
 *
 * REPOSITORY is a bare git directory, HISTORY a file of lines "BLOB TIME COMMIT", sorted: when each
 * blob was first committed (contents_check.py makes it). A line of the input is, with tabs between:
 * file, its name on the index, package, version, time of upload or "-", commit, the tag's commit or
 * "-", and for a wheel its sdist or "-". Prints a line a file, and one for everything of it that is
 * not identical.
 */
#include <fcntl.h>
#include <git2.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/mem.h"
#include "facts/compare.h"

struct seen {
    char oid[OID_HEX], commit[OID_HEX];
    int64_t at;
};

struct tool {
    git_repository *repository;
    git_tree *tree;
    struct seen *seen;
    size_t seen_count;
    struct arena arena;
    struct compare_entry *entries;
    size_t entry_count, entry_size;
    enum reason failure;
};

/* --- history --------------------------------------------------------------------------------- */

static int by_oid(const void *a, const void *b)
{
    return strcmp(((const struct seen *)a)->oid, ((const struct seen *)b)->oid);
}

static void read_history(struct tool *tool, const char *path)
{
    FILE *file = fopen(path, "re");
    char oid[OID_HEX], commit[OID_HEX];
    long long at;
    size_t size = 0;

    if (file == NULL) {
        perror(path);
        exit(1);
    }
    while (fscanf(file, "%40s %lld %40s", oid, &at, commit) == 3) {
        tool->seen = mem_grow(tool->seen, tool->seen_count, &size, sizeof *tool->seen);
        struct seen *seen = &tool->seen[tool->seen_count++];
        seen->at = at;
        memcpy(seen->oid, oid, sizeof oid);
        memcpy(seen->commit, commit, sizeof commit);
    }
    fclose(file);
}

static enum compare_seen on_seen(void *ctx, const char *oid, struct compare_first *out)
{
    const struct tool *tool = ctx;
    struct seen key;

    memcpy(key.oid, oid, sizeof key.oid);
    const struct seen *seen = bsearch(&key, tool->seen, tool->seen_count, sizeof key, by_oid);
    if (seen == NULL)
        return COMPARE_NEVER;
    memcpy(out->commit, seen->commit, sizeof out->commit);
    out->at = seen->at;
    return COMPARE_SEEN;
}

/* --- the commit ------------------------------------------------------------------------------ */

static enum source_result fail(struct tool *tool, enum reason reason)
{
    tool->failure = reason;
    return SOURCE_FAILED;
}

/* Puts the target of the link at path[0, len) in front of what is behind it; "" when it leads out.
 */
static char *follow(struct tool *tool, const char *path, size_t len, const char *target)
{
    const char *slash = *target == '/' ? NULL : memrchr(path, '/', len);
    char *out = arena_printf(&tool->arena, "%.*s%s%s", slash != NULL ? (int)(slash - path) + 1 : 0,
                             path, target, path + len);
    char *to = out;

    for (char *part = out; *part != '\0';) {
        size_t n = strcspn(part, "/");
        bool up = n == 2 && memcmp(part, "..", 2) == 0;
        if (up && to == out)
            return arena_strdup(&tool->arena, "");
        if (up) {
            for (to--; to > out && to[-1] != '/'; to--)
                ;
        } else if (n > 0 && !(n == 1 && *part == '.')) {
            memmove(to, part, n);
            to += n;
            *to++ = '/';
        }
        part += part[n] == '/' ? n + 1 : n;
    }
    *(to > out ? to - 1 : to) = '\0';
    return out;
}

static enum source_result read_path(struct tool *tool, const char *path, const char **data,
                                    size_t *len, int links)
{
    for (size_t n = strcspn(path, "/");; n += 1 + strcspn(path + n + 1, "/")) {
        git_tree_entry *entry;
        git_blob *blob;
        char *part = arena_strndup(&tool->arena, path, n);
        if (git_tree_entry_bypath(&entry, tool->tree, part) != 0)
            return SOURCE_ABSENT;
        bool link = git_tree_entry_filemode(entry) == GIT_FILEMODE_LINK;
        bool file = git_tree_entry_type(entry) == GIT_OBJECT_BLOB;
        bool last = path[n] == '\0';
        int result = file && (link || last)
                         ? git_blob_lookup(&blob, tool->repository, git_tree_entry_id(entry))
                         : 1;
        git_tree_entry_free(entry);
        if (result < 0)
            return fail(tool, REASON_MISSING_OBJECT);
        if (result > 0) {
            if (last || file)
                return SOURCE_ABSENT;
            continue;
        }
        *len = (size_t)git_blob_rawsize(blob);
        *data = arena_strndup(&tool->arena, git_blob_rawcontent(blob), *len);
        git_blob_free(blob);
        if (!link)
            return SOURCE_FOUND;
        const char *target = follow(tool, path, n, *data);
        if (*target == '\0' || links == 0)
            return fail(tool, REASON_UNSUPPORTED);
        return read_path(tool, target, data, len, links - 1);
    }
}

static enum source_result on_read(void *ctx, const char *path, const char **data, size_t *len)
{
    return read_path(ctx, path, data, len, 16);
}

static int on_entry(const char *root, const git_tree_entry *entry, void *ctx)
{
    struct tool *tool = ctx;
    git_filemode_t mode = git_tree_entry_filemode(entry);

    if (mode == GIT_FILEMODE_TREE)
        return 0;
    tool->entries =
        mem_grow(tool->entries, tool->entry_count, &tool->entry_size, sizeof *tool->entries);
    struct compare_entry *out = &tool->entries[tool->entry_count++];
    out->path = arena_printf(&tool->arena, "%s%s", root, git_tree_entry_name(entry));
    out->kind = mode == GIT_FILEMODE_LINK              ? COMPARE_SYMLINK
                : mode == GIT_FILEMODE_COMMIT          ? COMPARE_GITLINK
                : mode == GIT_FILEMODE_BLOB_EXECUTABLE ? COMPARE_EXECUTABLE
                                                       : COMPARE_BLOB;
    git_oid_tostr(out->oid, sizeof out->oid, git_tree_entry_id(entry));
    return 0;
}

static int open_commit(struct tool *tool, const char *oid, struct compare_tree *tree)
{
    git_object *object;

    tool->entry_count = 0;
    if (git_revparse_single(&object, tool->repository, oid) != 0)
        return -1;
    int result = git_object_peel((git_object **)&tool->tree, object, GIT_OBJECT_TREE);
    git_object_free(object);
    if (result != 0 || git_tree_walk(tool->tree, GIT_TREEWALK_PRE, on_entry, tool) != 0)
        return -1;
    compare_tree_init(tree, tool->entries, tool->entry_count, &tool->arena);
    return 0;
}

/* --- one file -------------------------------------------------------------------------------- */

static bool on_keep(void *ctx, const struct archive_member *member)
{
    struct compare_first first;

    return compare_reads(member) || on_seen(ctx, member->oid, &first) != COMPARE_SEEN;
}

static int read_file(struct tool *tool, const char *path, const char *name,
                     struct archive_contents *out)
{
    const struct archive_request request = {.filename = name,
                                            .keep = on_keep,
                                            .keep_ctx = tool,
                                            .keep_max = 1u << 20,
                                            .keep_total = 64u << 20};
    struct err err = {0};
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    int result = fd < 0 ? -1 : archive_read(fd, &request, &tool->arena, out, &err);

    if (result != 0)
        printf("V\t%s\tunreadable\t%s\n", name, fd < 0 ? "cannot be opened" : err.text);
    if (fd >= 0)
        close(fd);
    return result;
}

static const char *or_dash(const char *s)
{
    return s != NULL && *s != '\0' ? s : "-";
}

static void show(const char *name, const struct compare_result *result)
{
    printf("V\t%s\t%s\t", name, compare_verdict_word(result->verdict));
    for (int i = 0; i < COMPARE_CLASS_COUNT; i++)
        if (result->counts[i] > 0)
            printf("%s %zu, ", compare_class_word((enum compare_class)i), result->counts[i]);
    printf("prefix \"%s\"\n", result->prefix);
    for (size_t i = 0; i < result->alarm_count; i++)
        printf("A\t%s\t%s\t%s\t%s\n", name, compare_alarm_word(result->alarms[i].kind),
               or_dash(result->alarms[i].path), result->alarms[i].what);
    for (size_t i = 0; i < result->count; i++) {
        const struct compare_member *m = &result->members[i];
        if (m->class == COMPARE_IDENTICAL && m->late != 1)
            continue;
        printf("M\t%s\t%s\t%s\trow %d\tlate %d\t%s\t%s\tlines %s\tcomments %d\t%s\tfirst %s%s\n",
               name, compare_class_word(m->class), compare_importance_word(m->importance), m->row,
               m->late, m->member->path, or_dash(m->reason), or_dash(m->lines), m->comments_only,
               or_dash(m->touches), or_dash(m->first.commit), m->secret ? "\tSECRET" : "");
    }
    for (size_t i = 0; i < result->licence_count; i++)
        printf("L\t%s\t%s\t%s\n", name, result->licences[i].declared ? "declared" : "named so",
               result->licences[i].path);
}

static void compare_line(struct tool *tool, char *line)
{
    char *field[8], *save = NULL;
    size_t count = 0;
    struct archive_contents archive, sdist_archive;
    struct compare_tree tree;
    struct compare_result result, sdist;
    const struct source source = {on_read, tool, &tool->failure};

    for (char *s = strtok_r(line, "\t\n", &save); s != NULL && count < 8;
         s = strtok_r(NULL, "\t\n", &save))
        field[count++] = s;
    if (count < 8 || open_commit(tool, field[5], &tree) != 0) {
        printf("V\t%s\tno-commit\n", count > 1 ? field[1] : "?");
        return;
    }
    struct compare_input input = {
        .archive = &archive,
        .filename = field[1],
        .package = field[2],
        .version = field[3],
        .uploaded_at = strcmp(field[4], "-") == 0 ? CLOCK_UNKNOWN : strtoll(field[4], NULL, 10),
        .commit = {field[5], &tree, &source},
        .tag_commit = strcmp(field[6], "-") == 0 ? NULL : field[6],
        .seen = on_seen,
        .seen_ctx = tool,
    };
    if (strcmp(field[7], "-") != 0 &&
        read_file(tool, field[7], strrchr(field[7], '/') + 1, &sdist_archive) == 0) {
        struct compare_input other = input;
        other.archive = &sdist_archive;
        other.filename = strrchr(field[7], '/') + 1;
        compare(&other, &tool->arena, &sdist);
        input.sdist = &sdist;
    }
    if (read_file(tool, field[0], field[1], &archive) != 0)
        return;
    compare(&input, &tool->arena, &result);
    show(field[1], &result);
}

int main(int argc, char **argv)
{
    struct tool tool = {.arena = ARENA_INIT};
    char *line = NULL;
    size_t size = 0;

    if (argc != 3) {
        fputs("usage: contents_try REPOSITORY HISTORY < lines\n", stderr);
        return 2;
    }
    git_libgit2_init();
    if (git_repository_open_bare(&tool.repository, argv[1]) != 0) {
        fprintf(stderr, "%s: %s\n", argv[1], git_error_last()->message);
        return 1;
    }
    read_history(&tool, argv[2]);
    while (getline(&line, &size, stdin) > 0) {
        compare_line(&tool, line);
        arena_release(&tool.arena);
        git_tree_free(tool.tree);
        tool.tree = NULL;
    }
    free(line);
    free(tool.seen);
    free(tool.entries);
    git_repository_free(tool.repository);
    git_libgit2_shutdown();
    return 0;
}
