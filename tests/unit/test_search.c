/* Lost files found again in every corner of a disk that has them, and nothing there touched. */
#include "remedy/search.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>

#include "base/buf.h"
#include "base/mem.h"
#include "git_try.h"

static struct err err;
static struct arena arena;

/* Below disk/: one place for each file, named for it. */
static int setup(void **state)
{
    (void)state;
    static const char script[] =
        "git config --global user.name N; git config --global user.email n@example.org;"
        "git config --global init.defaultBranch main;"
        "git config --global protocol.file.allow always;"
        "export GIT_COMMITTER_DATE='1000000000 +0000' GIT_AUTHOR_DATE='900000000 +0000';"
        "mkdir disk outside; cd disk; make() { git init -q $1; cd $1; echo base of $1 >base.txt;"
        " git add .; git commit -qm base; }; back() { cd ~/disk; };"
        /* branch, tag, detached: commits that refs lead to, the second one newer */
        "make refs; git checkout -qb fix; mkdir pkg; echo branch >pkg/branch.py; git add .;"
        " git commit -qm fix; export GIT_COMMITTER_DATE='1000000100 +0000';"
        " echo more >more.txt; git add .; git commit -qm more;"
        " git checkout -q --detach main; echo tagged >tagged.py; git add .; git commit -qm tagged;"
        " git tag -a -m v v1; git checkout -q main; git pack-refs --all; back;"
        /* stash, index, reflog, a commit that is forgotten, a blob that is */
        "make work; echo stashed >base.txt; git stash -q; echo other >base.txt; git stash -q;"
        " echo staged >staged.py; git add staged.py; echo changed >staged.py;"
        " git checkout -qb gone; echo reflog >reflog.py; git add reflog.py;"
        " git commit -qm gone reflog.py; git checkout -q main; git branch -qD gone;"
        " c=$(echo forgotten >f; git hash-object -w f);"
        " t=$(printf '100644 blob %s\\tforgotten.py\\n' $c | git mktree);"
        " git commit-tree -m forgotten $t >../../forgotten; rm f;"
        " echo dangling | git hash-object -w --stdin >/dev/null; git repack -q; back;"
        /* a work tree whose line endings are others; in no object */
        "make crlf; printf 'one\\r\\ntwo\\r\\n' >endings.py; back;"
        "git init -q --bare bare.git; git -C refs push -q ../bare.git main;"
        " b=$(echo bare | git -C bare.git hash-object -w --stdin);"
        " t=$(printf '100644 blob %s\\tin-bare.py\\n' $b | git -C bare.git mktree);"
        " git -C bare.git update-ref refs/heads/b $(git -C bare.git commit-tree -m b $t);"
        /* a linked work tree, a submodule, one that is checked out nowhere any more */
        "git -C refs worktree add -q ../linked -b linked; cd linked; echo linked >linked.py;"
        " git add .; back;"
        "make super; git submodule -q add ~/disk/crlf sub; git commit -qm sub; cd sub;"
        " echo submodule >s.py; git add .; git commit -qm s; back;"
        " git -C super submodule -q deinit -f sub; git -C super rm -qf sub;"
        /* a shallow clone; one that borrows */
        "git clone -q --depth 1 -b fix file://$HOME/disk/refs shallow;"
        "git clone -q --shared -b fix refs shared;"
        /* an unpacked sdist, links that lead round and out, what cannot be read */
        "mkdir -p plain/tool-1.0/pkg deep/a/b; echo sdist >plain/tool-1.0/pkg/sdist.py;"
        " echo branch >plain/tool-1.0/pkg/branch.py; : >plain/empty.py; ln -s .. plain/up;"
        " ln -s ~/outside plain/out; echo outside >~/outside/outside.py;"
        " ln -s ~/outside/outside.py plain/outside.py; mkfifo plain/pipe;"
        " git init -q ~/outside/repo; echo \"gitdir: $HOME/outside/repo/.git\" >deep/.git;"
        " mkdir closed; chmod 0 closed; cd ..; find disk | sort | xargs stat -c '%n %Y %Z' "
        ">before 2>/dev/null || true";

    char *own = mem_printf("export HOME=$PWD; %s", script);
    int result = git_setup(own);
    free(own);
    return result;
}

static int teardown(void **state)
{
    git_run(NULL, "chmod 700 disk/closed");
    return git_teardown(state);
}

static struct search_result search(const char *where, const struct search_file *files, size_t count)
{
    struct search_result result;
    char *directory = mem_printf("%s/%s", git_root, where);
    const char *directories[] = {directory};

    arena_release(&arena);
    assert_int_equal(search_run(directories, 1, files, count, &arena, &result, &err), 0);
    free(directory);
    return result;
}

/* The id of a text. */
static char *id_of(const char *text, char out[256])
{
    assert_int_equal(git_run(out, "printf '%s' | git hash-object --stdin", text), 0);
    return out;
}

/* One line a hit: "PLACE REPOSITORY PATH REF", relative to the disk. */
static char *told(const struct search_result *result)
{
    struct buf out = BUF_INIT(1 << 16);
    size_t skip = strlen(git_root) + strlen("/disk/");

    for (size_t i = 0; i < result->hit_count; i++) {
        const struct search_hit *hit = &result->hits[i];
        assert_int_equal(buf_addf(&out, "%s %s %s %s%s\n", search_place_word(hit->place),
                                  hit->repository != NULL ? hit->repository + skip : "-",
                                  hit->path == NULL           ? "-"
                                  : hit->place == SEARCH_FILE ? hit->path + skip
                                                              : hit->path,
                                  hit->ref != NULL ? hit->ref : "-",
                                  hit->line_endings_differ ? " eol" : ""),
                         0);
    }
    return buf_detach(&out);
}

/* Where a file of that text and path is. */
static void check(const char *text, const char *path, const char *wanted)
{
    char oid[256], buffer[64];
    size_t len = (size_t)snprintf(buffer, sizeof buffer, "%s", text);
    struct search_file file = {.path = path, .oid = id_of(text, oid)};

    for (const char *at = text; (at = strchr(at, '\\')) != NULL; at++)
        len--;
    file.size = (int64_t)len;
    for (int round = 0; round < 2; round++) {
        struct search_result result = search("disk", &file, 1);
        char *got = told(&result);
        assert_string_equal(got, wanted);
        free(got);
        file.size = -1;
    }
}

static void test_places(void **state)
{
    (void)state;
    check("branch\\n", "pkg/branch.py",
          "file - plain/tool-1.0/pkg/branch.py -\n"
          "file shallow shallow/pkg/branch.py -\n"
          "file shared shared/pkg/branch.py -\n"
          "ref refs pkg/branch.py refs/heads/fix\n"
          "ref shallow pkg/branch.py refs/heads/fix\n"
          "ref shared pkg/branch.py refs/heads/fix\n");
}

static void test_lost(void **state)
{
    (void)state;
    check("tagged\\n", "tagged.py",
          "ref refs tagged.py refs/tags/v1\nref shared tagged.py refs/tags/v1\n");
    check("stashed\\n", "x.py", "stash work base.txt stash@{1}\n");
    check("staged\\n", "staged.py", "index work staged.py -\n");
    check("reflog\\n", "reflog.py", "reflog work reflog.py HEAD@{1}\n");
    check("forgotten\\n", "forgotten.py", "unreachable-commit work forgotten.py -\n");
    check("dangling\\n", "d.py", "unreachable-blob work - -\n");
    check("one\\ntwo\\n", "endings.py", "file crlf crlf/endings.py - eol\n");
    check("bare\\n", "bare.py", "ref bare.git in-bare.py refs/heads/b\n");
    check("linked\\n", "linked.py", "file refs linked/linked.py -\nindex refs linked.py -\n");
    check("submodule\\n", "s.py", "ref super/.git/modules/sub s.py refs/heads/main\n");
    check("outside\\n", "outside.py", "");
    check("", "empty.py", "");
}

/* The commit, and the directory, that has most of them. */
static void test_whole(void **state)
{
    char branch[256], more[256], sdist[256], crlf[256], commit[256];
    struct search_file files[] = {
        {.path = "pkg/branch.py", .oid = id_of("branch\\n", branch), .size = 7},
        {.path = "more.txt", .oid = id_of("more\\n", more), .size = 5},
        {.path = "pkg/sdist.py", .oid = id_of("sdist\\n", sdist), .size = 6},
        {.path = "endings.py",
         .oid = "0123456789012345678901234567890123456789",
         .lf_oid = id_of("one\\ntwo\\n", crlf),
         .size = 10}};
    struct search_result result = search("disk", files, 4);

    (void)state;
    assert_int_equal(result.whole_count, 7);
    const struct search_whole *whole = &result.wholes[0];
    assert_string_equal(strrchr(whole->repository, '/'), "/refs");
    assert_string_equal(whole->ref, "refs/heads/fix");
    assert_int_equal(whole->has, 2);
    assert_int_equal(whole->committed_at, 1000000100);
    git_run(commit, "git -C disk/refs rev-parse fix");
    assert_string_equal(whole->commit, commit);
    whole = &result.wholes[3];
    assert_null(whole->repository);
    assert_string_equal(strrchr(whole->directory, '/'), "/tool-1.0");
    assert_int_equal(whole->has, 2);
    assert_int_equal(result.repositories, 8);
    assert_true(result.files > result.files_read);
    /* published with CRLF: the disk has the same */
    assert_int_equal(result.hits[result.hit_count - 1].file, 3);
    assert_string_equal(result.hits[result.hit_count - 1].oid, crlf);
    assert_true(result.hits[result.hit_count - 1].line_endings_differ);
}

static bool told_trouble(const struct search_result *result, const char *path, enum reason reason)
{
    for (size_t i = 0; i < result->trouble_count; i++)
        if (strstr(result->troubles[i].path, path) != NULL && result->troubles[i].reason == reason)
            return true;
    return false;
}

static void test_troubles(void **state)
{
    char oid[256];
    struct search_file file = {.path = "a", .oid = id_of("branch\\n", oid), .size = 7};
    struct search_result result = search("disk", &file, 1);

    (void)state;
    assert_true(told_trouble(&result, "outside/repo", REASON_UNSUPPORTED));
    assert_true(geteuid() == 0 || told_trouble(&result, "disk/closed", REASON_DISK));
    assert_int_equal(result.trouble_count, geteuid() == 0 ? 1 : 2);
    /* What lies in a repository of which the rest is not searched */
    result = search("disk/linked", &file, 1);
    assert_true(told_trouble(&result, "worktrees/linked", REASON_UNSUPPORTED));
    result = search("disk/shared", &file, 1);
    assert_true(told_trouble(&result, "disk/refs", REASON_UNSUPPORTED));
    /* Objects that are gone */
    assert_int_equal(git_run(NULL, "cp -r disk/refs broken; cd broken; git repack -adq;"
                                   "git commit-tree -p HEAD -m b HEAD^{tree} >../tip;"
                                   "git update-ref refs/heads/bad $(cat ../tip);"
                                   "o=.git/objects/$(cut -c-2 ../tip)/$(cut -c3- ../tip);"
                                   "rm -f $o"),
                     0);
    result = search("broken", &file, 1);
    assert_true(told_trouble(&result, "broken", REASON_MISSING_OBJECT));
    assert_int_equal(result.hit_count, 1);
}

static void test_directories(void **state)
{
    char oid[256];
    struct search_file file = {.path = "a", .oid = id_of("sdist\\n", oid), .size = 6};
    char *disk = mem_printf("%s/disk", git_root), *below = mem_printf("%s/disk/plain/", git_root);
    const char *same[] = {below, disk, disk, "/nowhere"}, *none[] = {"/nowhere", "/nowhere/else"};
    struct search_result result;

    (void)state;
    arena_release(&arena);
    assert_int_equal(search_run(same, 4, &file, 1, &arena, &result, &err), 0);
    assert_int_equal(result.hit_count, 1);
    assert_true(told_trouble(&result, "/nowhere", REASON_DISK));
    arena_release(&arena);
    assert_int_equal(search_run(none, 2, &file, 1, &arena, &result, &err), -1);
    assert_int_equal(err.reason, REASON_DISK);
    assert_int_equal(search_run(none, 0, &file, 1, &arena, &result, &err), -1);
    assert_int_equal(err.reason, REASON_USAGE);
    arena_release(&arena);
    free(disk);
    free(below);
}

/* Neither content nor anything else that a change would leave a trace of */
static void test_nothing_is_written(void **state)
{
    (void)state;
    assert_int_equal(git_run(NULL, "find disk | sort | xargs stat -c '%%n %%Y %%Z' >after"
                                   " 2>/dev/null || true; cmp before after; test -s before"),
                     0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_places),      cmocka_unit_test(test_lost),
        cmocka_unit_test(test_whole),       cmocka_unit_test(test_troubles),
        cmocka_unit_test(test_directories), cmocka_unit_test(test_nothing_is_written),
    };

    return cmocka_run_group_tests(tests, setup, teardown);
}
