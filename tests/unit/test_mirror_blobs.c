/* The index of all files of a history, against the history as the git command tells it. */
#include "fetch/mirror_blobs.h"

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

#include "base/mem.h"
#include "git_try.h"

#define NO_BLOBS "--filter=blob:none"

static struct err err;

/* Commit dates are 1000000000 + 60 a commit; `at N` sets another for the next one. */
static int setup(void **state)
{
    (void)state;
    static const char script[] =
        "git init -q -b main source; cd source;"
        "git config user.name N; git config user.email n@example.org; n=0;"
        "at() { export GIT_COMMITTER_DATE=\"$((1000000000 + $1)) +0000\""
        " GIT_AUTHOR_DATE='900000000 +0000'; };"
        "save() { n=$((n + 60)); at ${2:-$n}; git add -A; git commit -q --allow-empty -m $1;"
        " git tag $1; };"
        "mkdir -p src/deep; echo one >a.txt; echo two >src/deep/b.txt; : >empty; ln -s a.txt link;"
        "save first;"
        "echo changed >a.txt; save changed; echo one >a.txt; save back;"
        "git mv src/deep/b.txt src/b.txt; save moved; git rm -q src/b.txt; save deleted;"
        "printf '[submodule \"m\"]\\n\\tpath = m\\n\\turl = ./m\\n' >.gitmodules;"
        "git update-index --add --cacheinfo 160000,$(git rev-parse HEAD),m; mkdir m;"
        "git add .gitmodules; at 360; git commit -qm submodule; git tag submodule;"
        /* a merge of three, one of which resolves what both sides changed */
        "for side in s1 s2; do git checkout -qf -b $side submodule; echo $side >$side.txt;"
        " n=400; save at-$side; done; git checkout -qf main; at 500;"
        "git merge -q -m octopus s1 s2; git tag octopus;"
        "git checkout -qf -b s3 octopus; echo their >a.txt; n=540; save theirs;"
        "git checkout -qf main; echo our >a.txt; n=600; save ours; at 720;"
        "git merge -q s3 || true; echo both >a.txt; git add -A; git commit -qm merged;"
        "git tag merged;"
        /* renames that cross: each side moves what the other one has */
        "echo x >x.txt; echo y >y.txt; n=780; save crossing;"
        "git checkout -qf -b s4; git mv x.txt z.txt; git mv y.txt x.txt; save cross-theirs;"
        "git checkout -qf main; git mv y.txt w.txt; n=900; save cross-ours;"
        "at 1000; git merge -q -s ours -m cross s4; git tag cross;"
        /* a branch that is older than what came before it was fetched */
        "git checkout -qf -b late first; echo late >late.txt; save late 30;"
        "echo late >new.txt; git checkout -qf main; git checkout -qf late -- late.txt;"
        "n=1080; save picked;"
        "git checkout -qf --orphan alone; git rm -rqf .; echo alone >alone.txt; save alone 20;"
        "git checkout -qf main";

    return git_setup(script);
}

static struct mirror *open_mirror(const char *name)
{
    struct mirror *mirror = NULL;
    char *dir = mem_printf("%s/%s.git", git_root, name);

    assert_int_equal(mirror_open(dir, "file:///nowhere", &mirror, &err), 0);
    free(dir);
    return mirror;
}

static struct mirror *open_full(const char *name)
{
    struct mirror *mirror = open_mirror(name);
    int fd = git_pack("main late alone s1 s2 s3 s4", NO_BLOBS);

    assert_int_equal(mirror_add_pack(mirror, fd, true, &err), 0);
    close(fd);
    return mirror;
}

/* The index for tips, words between blanks. */
static struct mirror_blobs *try_open(struct mirror *mirror, const char *names, int wanted)
{
    char *words = mem_strdup(names), *rest = words, *name;
    char hex[16][256];
    const char *tips[16];
    struct mirror_blobs *blobs = NULL;
    size_t count = 0;

    while ((name = strsep(&rest, " ")) != NULL) {
        git_resolve(name, hex[count]);
        tips[count] = hex[count];
        count++;
    }
    free(words);
    err = (struct err){0};
    assert_int_equal(mirror_blobs_open(mirror, tips, count, &blobs, &err), wanted);
    return blobs;
}

static struct mirror_blobs *open_blobs(struct mirror *mirror, const char *names)
{
    return try_open(mirror, names, 0);
}

/* "FIRST LAST" as names of tags, "" for a blob of no commit. */
static void told(const struct mirror_blobs *blobs, const char *blob, char out[256])
{
    struct mirror_blob found;
    char oid[256], first[OID_HEX], last[OID_HEX] = "";

    git_resolve(blob, oid);
    out[0] = '\0';
    if (!mirror_blobs_find(blobs, oid, &found))
        return;
    assert_int_equal(mirror_blobs_id(blobs, found.first, first, &err), 0);
    assert_int_equal(found.left, found.last != MIRROR_BLOBS_NONE);
    if (found.left)
        assert_int_equal(mirror_blobs_id(blobs, found.last, last, &err), 0);
    assert_int_equal(git_run(out,
                             "cd source; for c in %s %s; do git tag --points-at $c; done |"
                             "tr '\\n' ' '",
                             first, last),
                     0);
}

static void assert_told(const struct mirror_blobs *blobs, const char *blob, const char *wanted)
{
    char out[256];

    told(blobs, blob, out);
    assert_string_equal(out, wanted);
}

static void test_first_and_last(void **state)
{
    struct mirror *mirror = open_full("first");
    struct mirror_blobs *blobs = open_blobs(mirror, "main late alone");
    struct mirror_blob found;

    (void)state;
    assert_told(blobs, "first:a.txt", "first octopus "); /* brought back, then changed again */
    assert_told(blobs, "changed:a.txt", "changed changed ");
    assert_told(blobs, "first:src/deep/b.txt", "first moved ");
    assert_told(blobs, "first:empty", "first ");
    assert_told(blobs, "first:link", "first ");
    assert_told(blobs, "at-s2:s2.txt", "at-s2 ");
    assert_told(blobs, "theirs:a.txt", "theirs ");
    assert_told(blobs, "merged:a.txt", "merged ");
    assert_told(blobs, "crossing:x.txt", "crossing ");
    assert_told(blobs, "crossing:y.txt", "crossing ");
    assert_told(blobs, "alone:alone.txt", "alone ");
    assert_told(blobs, "late:late.txt", "late "); /* not "picked", which main has */
    /* Neither a submodule's commit nor a tree is a file. */
    assert_told(blobs, "submodule:m", "");
    assert_told(blobs, "first:src", "");
    assert_false(mirror_blobs_find(blobs, "0123456789012345678901234567890123456789", &found));
    assert_false(mirror_blobs_find(blobs, "none", NULL));
    mirror_blobs_free(blobs);
    mirror_free(mirror);
}

static size_t number(const struct mirror_blobs *blobs, const char *name)
{
    char hex[256];

    git_resolve(name, hex);
    return mirror_blobs_number(blobs, hex);
}

static void test_commits(void **state)
{
    struct mirror *mirror = open_full("commits");
    struct mirror_blobs *blobs = open_blobs(mirror, "main alone");
    size_t parents[2], merge = number(blobs, "octopus");
    char count[256];

    (void)state;
    assert_int_equal(git_run(count, "git -C source rev-list --count main alone"), 0);
    assert_int_equal(mirror_blobs_commits(blobs), strtoul(count, NULL, 10));
    assert_int_equal(number(blobs, "first"), 1);
    assert_int_equal(number(blobs, "alone"), 0);
    assert_int_equal(number(blobs, "late"), MIRROR_BLOBS_NONE);
    assert_int_equal(mirror_blobs_time(blobs, number(blobs, "first")), 1000000060);
    assert_int_equal(mirror_blobs_parents(blobs, merge, parents, 2), 2);
    assert_int_equal(parents[0], number(blobs, "at-s1"));
    assert_int_equal(parents[1], number(blobs, "at-s2"));
    assert_int_equal(mirror_blobs_parents(blobs, 0, NULL, 0), 0);
    assert_int_equal(mirror_blobs_between(blobs, number(blobs, "ours"), number(blobs, "merged")),
                     2);
    assert_int_equal(mirror_blobs_between(blobs, merge, number(blobs, "first")), 0);
    assert_int_equal(mirror_blobs_between(blobs, MIRROR_BLOBS_NONE, number(blobs, "moved")), 4);
    mirror_blobs_free(blobs);
    mirror_free(mirror);
}

/* All that the index tells of the blobs that git knows. */
static char *everything(const struct mirror_blobs *blobs)
{
    struct buf out = BUF_INIT(1 << 20);
    struct mirror_blob found;
    char line[64], first[OID_HEX], last[OID_HEX];

    assert_int_equal(git_run(NULL, "git -C source rev-list --objects --all | cut -c-40 |"
                                   "git -C source cat-file --batch-check='%%(objectname)' >all"),
                     0);
    char *path = mem_printf("%s/all", git_root);
    FILE *file = fopen(path, "re");
    free(path);
    while (fgets(line, sizeof line, file) != NULL) {
        line[strcspn(line, "\n")] = '\0';
        if (!mirror_blobs_find(blobs, line, &found))
            continue;
        last[0] = '\0';
        assert_int_equal(mirror_blobs_id(blobs, found.first, first, &err), 0);
        if (found.left)
            assert_int_equal(mirror_blobs_id(blobs, found.last, last, &err), 0);
        assert_int_equal(buf_addf(&out, "%s %s %s %jd\n", line, first, last,
                                  (intmax_t)mirror_blobs_time(blobs, found.first)),
                         0);
    }
    fclose(file);
    return buf_detach(&out);
}

static off_t size_of(const char *name)
{
    char *path = mem_printf("%s/%s.git/" MIRROR_BLOBS_FILE, git_root, name);
    struct stat st = {0};

    stat(path, &st);
    free(path);
    return st.st_size;
}

/* However the tips came to be what they are, the index says the same. */
static void test_increments(void **state)
{
    static const char *const steps[] = {
        "back",         "moved", "deleted at-s2", "octopus",         "ours at-s2",     "merged",
        "cross-theirs", "cross", "picked alone",  "main late alone", "main late alone"};
    struct mirror *mirror = open_full("once");
    struct mirror_blobs *blobs = open_blobs(mirror, "main late alone");
    char *wanted = everything(blobs);
    off_t size = 0;

    (void)state;
    mirror_blobs_free(blobs);
    mirror_free(mirror);
    for (size_t i = 0; i < sizeof steps / sizeof *steps; i++) {
        mirror = open_full("steps");
        blobs = open_blobs(mirror, steps[i]);
        mirror_blobs_free(blobs);
        mirror_free(mirror);
        assert_true(size_of("steps") > size || i == 10);
        size = size_of("steps");
    }
    mirror = open_full("steps");
    blobs = open_blobs(mirror, "main late alone");
    char *got = everything(blobs);
    assert_string_equal(got, wanted);
    assert_int_equal(size_of("steps"), size);
    mirror_blobs_free(blobs);
    mirror_free(mirror);
    free(got);
    free(wanted);
}

static void test_rewritten(void **state)
{
    struct mirror *mirror = open_full("rewritten");
    struct mirror_blobs *blobs = open_blobs(mirror, "theirs changed");

    (void)state;
    assert_told(blobs, "theirs:a.txt", "theirs ");
    mirror_blobs_free(blobs);
    /* Of what no tip leads to any more, nothing is said: a fresh mirror would not have it. */
    blobs = open_blobs(mirror, "ours");
    assert_told(blobs, "theirs:a.txt", "");
    assert_told(blobs, "ours:a.txt", "ours ");
    mirror_blobs_free(blobs);
    blobs = open_blobs(mirror, "deleted");
    assert_told(blobs, "ours:a.txt", "");
    /* A tag that goes, and leads to nothing of its own, takes nothing with it. */
    mirror_blobs_free(blobs);
    off_t size = size_of("rewritten");
    blobs = open_blobs(mirror, "deleted first");
    mirror_blobs_free(blobs);
    assert_int_equal(size_of("rewritten"), size);
    mirror_free(mirror);
}

/* Cut anywhere, changed anywhere: what is whole is kept, the rest made again. */
static void test_damaged(void **state)
{
    struct mirror *mirror = open_full("damaged");
    char *path = mem_printf("%s/damaged.git/" MIRROR_BLOBS_FILE, git_root);

    (void)state;
    mirror_blobs_free(open_blobs(mirror, "moved"));
    off_t first = size_of("damaged");
    struct mirror_blobs *blobs = open_blobs(mirror, "main");
    char *wanted = everything(blobs);
    off_t size = size_of("damaged");
    mirror_blobs_free(blobs);
    for (off_t at = 0; at < size; at += at < 40 ? 1 : 37) {
        int fd = open(path, O_RDWR | O_CLOEXEC);
        char byte;
        assert_true(fd >= 0);
        if (at % 2 == 0) {
            assert_int_equal(ftruncate(fd, at), 0);
        } else {
            assert_int_equal(pread(fd, &byte, 1, at), 1);
            byte ^= 0x41;
            assert_int_equal(pwrite(fd, &byte, 1, at), 1);
        }
        close(fd);
        blobs = open_blobs(mirror, "main");
        char *got = everything(blobs);
        assert_string_equal(got, wanted);
        free(got);
        mirror_blobs_free(blobs);
        /* two segments again where the first one was whole */
        assert_true(at < first ? size_of("damaged") < size : size_of("damaged") == size);
        assert_int_equal(unlink(path), 0);
        mirror_blobs_free(open_blobs(mirror, "moved"));
        mirror_blobs_free(open_blobs(mirror, "main"));
    }
    free(wanted);
    free(path);
    mirror_free(mirror);
}

static void test_incomplete(void **state)
{
    struct mirror *mirror = open_mirror("incomplete");
    int fd = git_pack("moved ^back", NO_BLOBS);

    (void)state;
    assert_int_equal(mirror_add_pack(mirror, fd, true, &err), 0);
    close(fd);
    assert_null(try_open(mirror, "moved", -1));
    assert_int_equal(err.reason, REASON_MISSING_OBJECT);
    /* Commits alone, as a server may send them. */
    fd = git_pack("main", "--filter=tree:0");
    assert_int_equal(mirror_add_pack(mirror, fd, true, &err), 0);
    close(fd);
    assert_null(try_open(mirror, "moved", -1));
    assert_int_equal(err.reason, REASON_MISSING_OBJECT);
    assert_int_equal(size_of("incomplete"), 0);
    mirror_free(mirror);
}

static void test_nothing(void **state)
{
    struct mirror *mirror = NULL;
    struct mirror_blobs *blobs = NULL;
    char blob[256];
    const char *tip = blob;

    (void)state;
    assert_int_equal(mirror_open_temporary(git_root, &mirror, &err), 0);
    assert_int_equal(mirror_blobs_open(mirror, NULL, 0, &blobs, &err), 0);
    assert_int_equal(mirror_blobs_commits(blobs), 0);
    assert_int_equal(mirror_blobs_count(blobs), 0);
    assert_false(mirror_blobs_find(blobs, "0123456789012345678901234567890123456789", NULL));
    mirror_blobs_free(blobs);
    int fd = git_pack("first", "");
    assert_int_equal(mirror_add_pack(mirror, fd, true, &err), 0);
    close(fd);
    /* What leads to no commit */
    git_resolve("first:a.txt", blob);
    assert_int_equal(mirror_blobs_open(mirror, &tip, 1, &blobs, &err), 0);
    assert_int_equal(mirror_blobs_commits(blobs), 0);
    mirror_blobs_free(blobs);
    mirror_free(mirror);
}

/* A small repository that stands for a million files: each level names the one below ten times. */
static void test_bomb(void **state)
{
    struct mirror *mirror = open_mirror("bomb");
    struct mirror_blobs *blobs = NULL;
    char commit[2][256];
    const char *tip = commit[1];

    (void)state;
    for (int round = 0; round < 2; round++)
        assert_int_equal(
            git_run(commit[round],
                    "cd source; name=$(echo bomb%d | git hash-object -w --stdin);"
                    "kind='100644 blob'; for level in 1 2 3 4 5 6 7 8 9 10 11 12; do"
                    " name=$(for i in 1 2 3 4 5 6 7 8 9; do"
                    " printf \"$kind $name\\tf$i\\n\"; done | git mktree); kind='040000 tree';"
                    " done; git commit-tree -m bomb %s %s $name",
                    round, round > 0 ? "-p" : "", round > 0 ? commit[0] : ""),
            0);
    int fd = git_pack(tip, NO_BLOBS);
    assert_int_equal(mirror_add_pack(mirror, fd, true, &err), 0);
    close(fd);
    assert_int_equal(mirror_blobs_open(mirror, &tip, 1, &blobs, &err), 0);
    assert_int_equal(mirror_blobs_count(blobs), 2);
    mirror_blobs_free(blobs);
    mirror_free(mirror);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_first_and_last), cmocka_unit_test(test_commits),
        cmocka_unit_test(test_increments),     cmocka_unit_test(test_rewritten),
        cmocka_unit_test(test_damaged),        cmocka_unit_test(test_incomplete),
        cmocka_unit_test(test_nothing),        cmocka_unit_test(test_bomb),
    };

    return cmocka_run_group_tests(tests, setup, git_teardown);
}
