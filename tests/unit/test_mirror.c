/* Mirrors of a small repository that the git command makes, checked by the git command. */
#include "fetch/mirror.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <cmocka.h>

#include "base/clock.h"
#include "base/mem.h"
#include "git_try.h"

static struct err err;

static void add(struct mirror *mirror, const char *revs, const char *options, bool promised)
{
    int fd = git_pack(revs, options);

    assert_int_equal(mirror_add_pack(mirror, fd, promised, &err), 0);
    close(fd);
}

#define NO_BLOBS "--filter=blob:none"
#define ALL      "main v2 v1.1 nested of-blob"

static int setup(void **state)
{
    (void)state;
    static const char script[] =
        "git init -q -b main source; cd source;"
        "git config uploadpack.allowFilter true; git config uploadpack.allowAnySHA1InWant true;"
        "git config user.name N; git config user.email n@example.org;"
        "export GIT_COMMITTER_DATE='1000000000 +0200' GIT_AUTHOR_DATE='900000000 +0000';"
        "mkdir -p src/deep; echo one >a.txt; echo '#!/bin/sh' >run.sh; chmod +x run.sh;"
        "ln -s a.txt link; echo two >src/deep/b.txt; git add .; git commit -qm first;"
        "git tag v1; git tag -a -m annotated v1.1; git tag -a -m nested nested v1.1;"
        "git tag -a -m blob of-blob $(git rev-parse HEAD:a.txt);"
        "echo three >>a.txt; git commit -qam second;"
        "git checkout -qb side HEAD~1; echo s >s.txt; git add s.txt; git commit -qm side;"
        "git checkout -q main; git merge -q -m merge side; git tag v2";

    return git_setup(script);
}

static struct mirror *open_mirror(const char *name)
{
    struct mirror *mirror = NULL;
    char *dir = mem_printf("%s/%s", git_root, name);
    char *url = mem_printf("file://%s/source", git_root);

    assert_int_equal(mirror_open(dir, url, &mirror, &err), 0);
    free(url);
    free(dir);
    return mirror;
}

/* --- packs and refs
 * ------------------------------------------------------------------------------- */

static void test_git_can_use_it(void **state)
{
    struct mirror *mirror = open_mirror("host/acme/tools.git");
    char head[256], v1[256], v11[256], out[256];

    (void)state;
    add(mirror, ALL, NO_BLOBS, true);
    git_resolve("main", head);
    git_resolve("v1", v1);
    git_resolve("v1.1", v11);
    struct gitwire_ref list[] = {{.name = "refs/heads/main"},
                                 {.name = "refs/tags/../../escape"},
                                 {.name = "refs/tags/bad\nname"},
                                 {.name = "refs/tags/gone"},
                                 {.name = "refs/tags/v1.1"}};
    for (size_t i = 0; i < 5; i++)
        memcpy(list[i].oid, i == 4 ? v11 : head, OID_HEX);
    memset(list[3].oid, 'a', OID_HEX - 1);
    memcpy(list[4].peeled, v1, OID_HEX);
    struct gitwire_refs refs = {.refs = list, .count = 5, .head_ref = "refs/heads/main"};
    memcpy(refs.head_oid, head, OID_HEX);
    assert_int_equal(mirror_set_refs(mirror, &refs, &err), 0);
    mirror_free(mirror);

    assert_int_equal(git_run(out, "git -C host/acme/tools.git log --oneline | wc -l"), 0);
    assert_string_equal(out, "4");
    assert_int_equal(git_run(out, "git -C host/acme/tools.git for-each-ref | wc -l"), 0);
    assert_string_equal(out, "2");
    assert_int_equal(git_run(out, "git -C host/acme/tools.git rev-parse 'v1.1^{}'"), 0);
    assert_string_equal(out, v1);
    assert_int_equal(git_run(out, "git -C host/acme/tools.git fsck --strict --no-dangling"), 0);
    assert_string_equal(out, "");
    /* The blob is fetched from the remote that promised it; then everything new is. */
    assert_int_equal(git_run(out, "git -C host/acme/tools.git cat-file blob v1.1:a.txt"), 0);
    assert_string_equal(out, "one");
    assert_int_equal(git_run(out, "git -C host/acme/tools.git fetch -q;"
                                  "git -C host/acme/tools.git for-each-ref | wc -l"),
                     0);
    assert_string_equal(out, "7");

    /* What that fetch left in single files does not hide what is set next. */
    mirror = open_mirror("host/acme/tools.git");
    assert_int_equal(mirror_set_refs(mirror, &refs, &err), 0);
    mirror_free(mirror);
    assert_int_equal(git_run(out, "git -C host/acme/tools.git for-each-ref | wc -l"), 0);
    assert_string_equal(out, "2");
}

static void test_add_in_steps(void **state)
{
    struct mirror *mirror = open_mirror("steps.git");
    char first[256], second[256], blob[256];
    struct buf out = BUF_INIT(100);

    (void)state;
    git_resolve("v1", first);
    git_resolve("main", second);
    git_resolve("main:a.txt", blob);
    add(mirror, "v1", NO_BLOBS, true);
    assert_true(mirror_has(mirror, first));
    assert_false(mirror_has(mirror, second));
    add(mirror, "main ^v1", NO_BLOBS, true);
    assert_true(mirror_has(mirror, second));
    assert_int_equal(mirror_read_blob(mirror, blob, &out, &err), 0);
    assert_int_equal(git_run(NULL, "echo %s | git -C source pack-objects -q --stdout >pack", blob),
                     0);
    char *path = mem_printf("%s/pack", git_root);
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    assert_int_equal(mirror_add_pack(mirror, fd, true, &err), 0);
    close(fd);
    free(path);
    assert_int_equal(mirror_read_blob(mirror, blob, &out, &err), 1);
    assert_string_equal(buf_str(&out), "one\nthree\n");
    buf_release(&out);

    struct buf small = BUF_INIT(3);
    assert_int_equal(mirror_read_blob(mirror, blob, &small, &err), -1);
    assert_int_equal(err.reason, REASON_TOO_LARGE);
    assert_int_equal(mirror_read_blob(mirror, first, &small, &err), -1);
    assert_int_equal(err.reason, REASON_BAD_ANSWER);
    buf_release(&small);
    mirror_free(mirror);
}

/* The bytes of a pack through the mirror's own spool. */
static int add_bytes(struct mirror *mirror, const char *data, size_t len)
{
    int fd = mirror_spool(mirror, &err);

    assert_true(fd >= 0);
    assert_int_equal(write(fd, data, len), (ssize_t)len);
    err = (struct err){0};
    int result = mirror_add_pack(mirror, fd, true, &err);
    close(fd);
    assert_int_equal(result != 0, err.reason != REASON_NONE);
    return result;
}

static void test_bad_packs(void **state)
{
    struct mirror *mirror = open_mirror("bad.git");
    struct stat st;
    char out[256];
    int fd = git_pack(ALL, "");

    (void)state;
    assert_int_equal(fstat(fd, &st), 0);
    char *pack = mem_alloc((size_t)st.st_size + 1);
    assert_int_equal(read(fd, pack, (size_t)st.st_size), st.st_size);
    close(fd);
    size_t len = (size_t)st.st_size;

    assert_int_equal(add_bytes(mirror, pack, 0), 0);
    for (size_t cut = 1; cut < len; cut += cut < 40 ? 1 : 61) {
        assert_int_equal(add_bytes(mirror, pack, cut), -1);
        assert_true(err.reason == REASON_TRUNCATED || err.reason == REASON_BAD_ANSWER);
    }
    for (size_t at = 0; at < len; at += at < 40 ? 1 : 37) {
        pack[at] ^= 0x55;
        assert_int_equal(add_bytes(mirror, pack, len), -1);
        pack[at] ^= 0x55;
    }
    pack[len] = 'x';
    assert_int_equal(add_bytes(mirror, pack, len + 1), -1);
    assert_int_equal(add_bytes(mirror, "<html>and so on, for longer than a header</html>", 48), -1);
    assert_int_equal(err.reason, REASON_BAD_ANSWER);
    assert_int_equal(git_run(out, "ls bad.git/objects/pack | wc -l"), 0);
    assert_string_equal(out, "0");
    /* An empty pack is whole and adds nothing. */
    assert_int_equal(git_run(NULL, "git -C source pack-objects -q --stdout </dev/null >pack"), 0);
    char *path = mem_printf("%s/pack", git_root);
    fd = open(path, O_RDONLY | O_CLOEXEC);
    assert_int_equal(mirror_add_pack(mirror, fd, true, &err), 0);
    close(fd);
    free(path);
    assert_int_equal(add_bytes(mirror, pack, len), 0);
    free(pack);
    mirror_free(mirror);
}

static void test_broken_is_made_anew(void **state)
{
    struct mirror *mirror = open_mirror("torn.git");
    char head[256], out[256];

    (void)state;
    git_resolve("main", head);
    add(mirror, "main", "", false);
    mirror_free(mirror);
    mirror = open_mirror("torn.git");
    assert_true(mirror_has(mirror, head));
    mirror_free(mirror);

    /* Leftovers of a killed process are swept, and harm nothing. */
    assert_int_equal(
        git_run(NULL, "cd torn.git/objects/pack; touch pack_git2_123 spool-1 pack-1.idx"), 0);
    mirror = open_mirror("torn.git");
    assert_true(mirror_has(mirror, head));
    mirror_free(mirror);
    assert_int_equal(git_run(out, "ls torn.git/objects/pack | wc -l"), 0);
    assert_string_equal(out, "2");

    assert_int_equal(
        git_run(NULL,
                "chmod u+w torn.git/objects/pack/*; truncate -s -1 torn.git/objects/pack/*.pack"),
        0);
    mirror = open_mirror("torn.git");
    assert_false(mirror_has(mirror, head));
    mirror_free(mirror);
    assert_int_equal(git_run(NULL, "test ! -e torn.git.discarded"), 0);
    /* A file in its place is moved away as well. */
    assert_int_equal(git_run(NULL, "rm -r torn.git; echo x >torn.git"), 0);
    mirror = open_mirror("torn.git");
    mirror_free(mirror);
    assert_int_equal(git_run(NULL, "test ! -e torn.git.discarded"), 0);
}

/* What another scan has is left alone, whoever sweeps or discards. */
static void test_one_process_at_a_time(void **state)
{
    struct mirror *mirror = open_mirror("shared.git"), *other = NULL;
    char *dir = mem_printf("%s/shared.git", git_root);

    (void)state;
    assert_int_equal(git_run(NULL, "touch shared.git/objects/pack/pack_git2_123"), 0);
    assert_int_equal(mirror_open(dir, "file:///none", &other, &err), 1);
    assert_int_equal(mirror_remove(dir, &err), 0);
    assert_int_equal(git_run(NULL, "test -e shared.git/objects/pack/pack_git2_123"), 0);
    mirror_free(mirror);
    assert_int_equal(mirror_remove(dir, &err), 0);
    assert_int_equal(git_run(NULL, "test ! -e shared.git"), 0);
    mirror = open_mirror("shared.git");
    mirror_free(mirror);
    free(dir);
}

#define OFS     "--delta-base-offset"
#define OBJECTS "git -C %s rev-list --objects --missing=print --all | sort | md5sum"

/* A repository that changed very often: deltas in each pack, and objects that many packs hold. */
static void test_many_packs_become_one(void **state)
{
    struct mirror *mirror = open_mirror("many.git");
    char before[256], after[256], revs[64], head[256];

    (void)state;
    assert_int_equal(git_run(NULL, "git init -q -b main many; cd many; git config user.name N;"
                                   "git config user.email n@example.org; mkdir d;"
                                   "for i in $(seq 60); do seq $i 500 >d/file; seq 200 >d/x$i;"
                                   "git add .; git commit -qm $i; git tag t$i; done"),
                     0);
    assert_int_equal(git_run(NULL, "mv source kept; mv many source"), 0);
    for (int i = 1; i <= 60; i++) {
        snprintf(revs, sizeof revs, i > 2 ? "t%d ^t%d" : "t%d", i, i > 5 ? i - 5 : 1);
        add(mirror, revs, i % 2 ? OFS " " NO_BLOBS : OFS, i % 2);
    }
    git_resolve("main", head);
    struct gitwire_ref ref = {.name = "refs/heads/main"};
    memcpy(ref.oid, head, OID_HEX);
    struct gitwire_refs refs = {.refs = &ref, .count = 1, .head_ref = ref.name};
    memcpy(refs.head_oid, head, OID_HEX);
    assert_int_equal(mirror_set_refs(mirror, &refs, &err), 0);
    mirror_free(mirror);
    assert_int_equal(git_run(before, OBJECTS, "many.git"), 0);

    mirror = open_mirror("many.git");
    assert_true(mirror_has(mirror, head));
    mirror_free(mirror);
    assert_int_equal(git_run(after, "ls many.git/objects/pack | sed 's/.*[.]//' | tr '\n' ' '"), 0);
    assert_string_equal(after, "idx pack promisor ");
    assert_int_equal(git_run(after, OBJECTS, "many.git"), 0);
    assert_string_equal(after, before);
    assert_int_equal(git_run(after, "git -C many.git log --oneline | wc -l"), 0);
    assert_string_equal(after, "60");
    assert_int_equal(git_run(after, "git -C many.git fsck --strict --no-dangling"), 0);
    assert_string_equal(after, "");

    /* Bytes that were spoilt on the disk are found then at the latest: it is fetched anew. */
    mirror = open_mirror("many.git");
    for (int i = 1; i <= 51; i++) {
        snprintf(revs, sizeof revs, "t%d ^t%d", i + 1, i);
        add(mirror, revs, "", false);
    }
    mirror_free(mirror);
    assert_int_equal(git_run(NULL, "cd many.git/objects/pack; chmod u+w *; p=$(ls -S *.pack | "
                                   "head -1); head -c $(($(stat -c %%s $p) - 420)) /dev/zero | "
                                   "dd of=$p bs=400 seek=1 conv=notrunc 2>/dev/null"),
                     0);
    mirror = open_mirror("many.git");
    assert_false(mirror_has(mirror, head));
    mirror_free(mirror);
    assert_int_equal(git_run(NULL, "rm -rf source; mv kept source"), 0);
}

static void test_temporary(void **state)
{
    struct mirror *mirror = NULL;
    char *cache = mem_printf("%s/new/cache", git_root);
    char out[256], head[256];

    (void)state;
    assert_int_equal(git_run(NULL, "mkdir -p new/cache/probe-old; touch -d '2 days ago' "
                                   "new/cache/probe-old"),
                     0);
    mirror_sweep(cache);
    assert_int_equal(mirror_open_temporary(cache, &mirror, &err), 0);
    git_resolve("main", head);
    add(mirror, "main", NO_BLOBS, true);
    assert_true(mirror_has(mirror, head));
    assert_int_equal(git_run(out, "ls new/cache | wc -l"), 0);
    assert_string_equal(out, "1");
    mirror_free(mirror);
    assert_int_equal(git_run(out, "ls new/cache | wc -l"), 0);
    assert_string_equal(out, "0");
    assert_int_equal(mirror_open_temporary("/proc/none", &mirror, &err), -1);
    assert_int_equal(err.reason, REASON_DISK);
    free(cache);
}

/* --- reading
 * -------------------------------------------------------------------------------------- */

static void test_commits_and_tags(void **state)
{
    struct mirror *mirror = open_mirror("read.git");
    struct mirror_commit commit;
    struct mirror_tag tag;
    char oid[256], v1[256], tree[256];

    (void)state;
    add(mirror, ALL, NO_BLOBS, true);
    git_resolve("v1", v1);
    git_resolve("v1^{tree}", tree);
    assert_int_equal(mirror_read_commit(mirror, v1, &commit, &err), 0);
    assert_string_equal(commit.tree, tree);
    assert_int_equal(commit.author_time, 900000000);
    assert_int_equal(commit.commit_time, 1000000000);
    assert_int_equal(commit.parent_count, 0);
    git_resolve("main", oid);
    assert_int_equal(mirror_read_commit(mirror, oid, &commit, &err), 0);
    assert_int_equal(commit.parent_count, 2);

    git_resolve("nested", oid);
    assert_int_equal(mirror_read_tag(mirror, oid, &tag, &err), 0);
    assert_string_equal(tag.commit, v1);
    assert_true(tag.annotated);
    assert_int_equal(tag.tagged_at, 1000000000);
    assert_int_equal(tag.committed_at, 1000000000);
    git_resolve("of-blob", oid);
    assert_int_equal(mirror_read_tag(mirror, oid, &tag, &err), 0);
    assert_string_equal(tag.commit, "");
    assert_true(tag.annotated);
    assert_int_equal(mirror_read_tag(mirror, v1, &tag, &err), 0);
    assert_string_equal(tag.commit, v1);
    assert_false(tag.annotated);
    assert_int_equal(tag.tagged_at, CLOCK_UNKNOWN);
    memset(oid, 'a', 40);
    assert_int_equal(mirror_read_commit(mirror, oid, &commit, &err), -1);
    assert_int_equal(err.reason, REASON_MISSING_OBJECT);
    assert_false(mirror_has(mirror, "no oid"));
    mirror_free(mirror);
}

/* Adds an object that the git command would not write, by its bytes. */
static void hash_object(const char *type, const char *printf_text, char out[256])
{
    assert_int_equal(git_run(out,
                             "printf '%s' | git -C source hash-object -t %s -w --literally --stdin",
                             printf_text, type),
                     0);
}

static void test_odd_objects(void **state)
{
    struct mirror *mirror = open_mirror("odd.git");
    struct mirror_commit commit;
    char tree[256], oid[5][256], text[512];

    (void)state;
    git_resolve("v1^{tree}", tree);
    snprintf(text, sizeof text, "tree %s\\nauthor A 1 > 12\\ncommitter \\n\\nx", tree);
    hash_object("commit", text, oid[0]);
    snprintf(text, sizeof text, "tree %s\\nauthor A <a> -5 +0000\\ncommitter B <b 1 +0\\n\\nx",
             tree);
    hash_object("commit", text, oid[1]);
    hash_object("commit", "tree 12\\n\\nx", oid[2]);
    hash_object("tree", "100644 a/b\\0aaaaaaaaaaaaaaaaaaaa", oid[3]);
    hash_object("tree", "100644 cut\\0aaaaaa", oid[4]);
    assert_int_equal(git_run(NULL,
                             "printf '%%s\\n' %s %s %s %s %s | "
                             "git -C source pack-objects -q --stdout >pack",
                             oid[0], oid[1], oid[2], oid[3], oid[4]),
                     0);
    char *path = mem_printf("%s/pack", git_root);
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    assert_int_equal(mirror_add_pack(mirror, fd, true, &err), 0);
    close(fd);
    free(path);

    assert_int_equal(mirror_read_commit(mirror, oid[0], &commit, &err), 0);
    assert_int_equal(commit.author_time, 12);
    assert_true(commit.commit_time == CLOCK_UNKNOWN);
    assert_int_equal(mirror_read_commit(mirror, oid[1], &commit, &err), 0);
    assert_int_equal(commit.author_time, -5);
    assert_true(commit.commit_time == CLOCK_UNKNOWN);
    enum mirror_kind kind;
    char found[OID_HEX];
    for (int i = 2; i < 5; i++) {
        if (i == 2)
            assert_int_equal(mirror_read_commit(mirror, oid[i], &commit, &err), -1);
        else
            assert_int_equal(mirror_entry(mirror, oid[i], "x", &kind, found, &err), -1);
        assert_int_equal(err.reason, REASON_BAD_ANSWER);
    }
    mirror_free(mirror);
}

static int on_entry(void *ctx, const char *path, enum mirror_kind kind, const char *oid)
{
    assert_int_equal(strlen(oid), 40);
    assert_int_equal(buf_addf(ctx, "%c %s\n", "tbxls"[kind], path), 0);
    return strcmp(path, "src/deep") == 0;
}

static void test_trees(void **state)
{
    struct mirror *mirror = open_mirror("tree.git");
    struct buf out = BUF_INIT(1000);
    char head[256], oid[256], found[OID_HEX];
    enum mirror_kind kind;

    (void)state;
    add(mirror, ALL, NO_BLOBS, true);
    git_resolve("v1.1", head);
    assert_int_equal(mirror_walk(mirror, head, 100, on_entry, &out, &err), 0);
    assert_string_equal(buf_str(&out), "b a.txt\nl link\nx run.sh\nt src\nt src/deep\n");
    assert_int_equal(mirror_walk(mirror, head, 4, on_entry, &out, &err), -1);
    assert_int_equal(err.reason, REASON_LIMIT);
    buf_release(&out);

    git_resolve("v1:src/deep/b.txt", oid);
    assert_int_equal(mirror_entry(mirror, head, "src/deep/b.txt", &kind, found, &err), 1);
    assert_int_equal(kind, MIRROR_BLOB);
    assert_string_equal(found, oid);
    assert_int_equal(mirror_entry(mirror, head, "src/deep", &kind, found, &err), 1);
    assert_int_equal(kind, MIRROR_TREE);
    assert_int_equal(mirror_entry(mirror, head, "src/none", &kind, found, &err), 0);
    assert_int_equal(mirror_entry(mirror, head, "a.txt/b", &kind, found, &err), 0);
    assert_int_equal(mirror_entry(mirror, head, "", &kind, found, &err), 0);
    assert_int_equal(mirror_entry(mirror, oid, "x", &kind, found, &err), -1);
    assert_int_equal(err.reason, REASON_MISSING_OBJECT);
    mirror_free(mirror);
}

/* Trees in trees without end: each level is the tree of the one before. */
static void test_tree_bounds(void **state)
{
    struct mirror *mirror = open_mirror("deep.git");
    struct buf out = BUF_INIT(1 << 20);
    char oid[256];

    (void)state;
    assert_int_equal(git_run(oid,
                             "cd source; t=$(git mktree </dev/null); for i in $(seq 300); do "
                             "t=$(printf '040000 tree %%s\\td\\n' $t | git mktree); done; echo $t"),
                     0);
    add(mirror, oid, "", false);
    assert_int_equal(mirror_walk(mirror, oid, 1000, on_entry, &out, &err), -1);
    assert_int_equal(err.reason, REASON_LIMIT);
    assert_int_equal(
        git_run(oid, "cd source; n=$(printf 'd%%.0s' $(seq 200)); t=$(git mktree </dev/null);"
                     "for i in $(seq 30); do "
                     "t=$(printf '040000 tree %%s\\t%%s\\n' $t $n | git mktree); done; echo $t"),
        0);
    add(mirror, oid, "", false);
    buf_reset(&out);
    assert_int_equal(mirror_walk(mirror, oid, 1000, on_entry, &out, &err), -1);
    assert_int_equal(err.reason, REASON_LIMIT);
    buf_release(&out);
    mirror_free(mirror);
}

static int on_commit(void *ctx, const char *commit, const char *tree, int64_t commit_time)
{
    assert_int_equal(strlen(tree), 40);
    assert_int_equal(commit_time, 1000000000);
    assert_int_equal(buf_addf(ctx, "%.7s ", commit), 0);
    return 0;
}

static int stop(void *ctx, const char *commit, const char *tree, int64_t commit_time)
{
    (void)commit;
    (void)tree;
    (void)commit_time;
    ++*(int *)ctx;
    return 1;
}

static void test_history(void **state)
{
    struct mirror *mirror = open_mirror("history.git");
    struct buf out = BUF_INIT(1000);
    char head[256], v1[256], expected[256];
    int calls = 0;

    (void)state;
    add(mirror, ALL, NO_BLOBS, true);
    git_resolve("main", head);
    git_resolve("v1", v1);
    const char *const tips[] = {v1, head, head};
    assert_int_equal(mirror_history(mirror, tips, 3, NULL, on_commit, &out, &err), 0);
    /* The merge first, the root last, all once. */
    assert_int_equal(out.len, 4 * 8);
    assert_memory_equal(out.data, head, 7);
    assert_memory_equal(out.data + 24, v1, 7);
    assert_int_equal(git_run(expected, "git -C source rev-list --topo-order main | wc -l"), 0);
    assert_string_equal(expected, "4");
    assert_int_equal(mirror_history(mirror, tips, 3, NULL, stop, &calls, &err), 0);
    assert_int_equal(calls, 1);

    /* What was told before is not told again. */
    const char *const told[] = {v1};
    bool all = false;
    struct mirror_known known = {told, 1, &all};
    buf_reset(&out);
    assert_int_equal(mirror_history(mirror, tips + 1, 2, &known, on_commit, &out, &err), 0);
    assert_true(all);
    assert_int_equal(out.len, 3 * 8);
    const char *const alone[] = {v1};
    known = (struct mirror_known){tips + 1, 1, &all};
    assert_int_equal(mirror_history(mirror, alone, 1, &known, on_commit, &out, &err), 0);
    assert_false(all);
    mirror_free(mirror);

    /* A pack without the parents, as a shallow fetch brings it. */
    mirror = open_mirror("shallow.git");
    add(mirror, "main ^main^1 ^main^2", "", true);
    buf_reset(&out);
    assert_int_equal(mirror_history(mirror, tips + 1, 1, NULL, on_commit, &out, &err), 1);
    assert_int_equal(err.reason, REASON_MISSING_OBJECT);
    assert_int_equal(out.len, 8);
    buf_release(&out);
    mirror_free(mirror);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_git_can_use_it),
        cmocka_unit_test(test_add_in_steps),
        cmocka_unit_test(test_bad_packs),
        cmocka_unit_test(test_broken_is_made_anew),
        cmocka_unit_test(test_one_process_at_a_time),
        cmocka_unit_test(test_many_packs_become_one),
        cmocka_unit_test(test_temporary),
        cmocka_unit_test(test_commits_and_tags),
        cmocka_unit_test(test_odd_objects),
        cmocka_unit_test(test_trees),
        cmocka_unit_test(test_tree_bounds),
        cmocka_unit_test(test_history),
    };
    return cmocka_run_group_tests(tests, setup, git_teardown);
}
