/* Which commit published files come from, in a small history with merges, moves and a revert. */
#include "scan/origin.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>

#include "base/clock.h"
#include "base/mem.h"
#include "git_try.h"

#define START 1000000000

static struct err err;
static struct mirror *mirror;
static struct mirror_blobs *blobs;

/* Commits are 1000 seconds apart, each has a tag of its name. */
static int setup(void **state)
{
    (void)state;
    static const char script[] =
        "git init -q -b main source; cd source;"
        "git config user.name N; git config user.email n@example.org; n=1000000000;"
        "at() { n=$((n + 1000)); export GIT_COMMITTER_DATE=\"$n +0000\" GIT_AUTHOR_DATE=\"$n "
        "+0000\"; };"
        "save() { at; git add -A; git commit -q --allow-empty -m $1; git tag $1; };"
        "mkdir pkg; echo a1 >pkg/a.py; echo b1 >pkg/b.py; echo c1 >setup.py; save c1;"
        "echo a2 >pkg/a.py; save c2; echo b2 >pkg/b.py; save c3;"
        "git checkout -qb side; echo s >pkg/side.py; save c4;"
        "git checkout -q main; echo c2 >setup.py; save c5;"
        "at; git merge -q -m c6 side; git tag c6;"
        "echo c3 >setup.py; save c7; echo ci >ci.yml; save c8;"
        "mkdir src; git mv pkg src/pkg; save c9; echo a3 >src/pkg/a.py; save c10;"
        "echo a2 >src/pkg/a.py; save c11; printf 'x\\r\\ny\\r\\n' >crlf.txt; save c12";
    int result = git_setup(script);

    if (result != 0)
        return result;
    char *dir = mem_printf("%s/mirror.git", git_root), main[256];
    const char *tip = main;
    int fd = git_pack("main", "--filter=blob:none");
    git_resolve("main", main);
    assert_int_equal(mirror_open(dir, "file:///nowhere", &mirror, &err), 0);
    assert_int_equal(mirror_add_pack(mirror, fd, true, &err), 0);
    assert_int_equal(mirror_blobs_open(mirror, &tip, 1, &blobs, &err), 0);
    close(fd);
    free(dir);
    return 0;
}

static int teardown(void **state)
{
    mirror_blobs_free(blobs);
    mirror_free(mirror);
    return git_teardown(state);
}

/* Files as "TAG:PATH" to be taken from, at their path there or at one after '='; found by commit
   TAG, uploaded when that was made. */
struct tried {
    const char *files[8];
    const char *uploaded; /* that many seconds after START; NULL: unknown */
    const char *tagged, *wanted;
    size_t explained, at_path, known;
    enum origin_relation relation;
    size_t distance;
};

static void check(const struct tried *tried)
{
    struct mirror_wanted wanted[8];
    char oids[8][256], tagged[256], branch[256], commit[256];
    struct origin_query query = {.files = wanted, .uploaded_at = CLOCK_UNKNOWN, .branch = branch};
    struct origin origin;

    for (; query.count < 8 && tried->files[query.count] != NULL; query.count++) {
        const char *file = tried->files[query.count], *moved = strchr(file, '=');
        char *from = mem_strndup(file, moved != NULL ? (size_t)(moved - file) : strlen(file));
        git_resolve(from, oids[query.count]);
        wanted[query.count] = (struct mirror_wanted){
            .path = moved != NULL ? moved + 1 : strchr(file, ':') + 1, .oid = oids[query.count]};
        free(from);
    }
    git_resolve("main", branch);
    if (tried->uploaded != NULL)
        query.uploaded_at = START + strtol(tried->uploaded, NULL, 10);
    if (tried->tagged != NULL) {
        git_resolve(tried->tagged, tagged);
        query.tagged = tagged;
    }
    int found = origin_find(mirror, blobs, &query, &origin, &err);
    assert_int_equal(found, tried->wanted != NULL);
    assert_int_equal(origin.explained, tried->explained);
    assert_int_equal(origin.at_path, tried->at_path);
    assert_int_equal(origin.known, tried->known);
    assert_false(origin.capped);
    if (found == 0)
        return;
    git_resolve(tried->wanted, commit);
    assert_string_equal(origin.commit, commit);
    assert_int_equal(origin.committed_at,
                     mirror_blobs_time(blobs, mirror_blobs_number(blobs, commit)));
    assert_int_equal(origin.relation, tried->relation);
    assert_int_equal(origin.distance, tried->distance);
}

static void test_find(void **state)
{
    static const struct tried all[] = {
        /* the newest of equal ones, but the tagged one before it */
        {{"c7:setup.py", "c7:pkg/a.py"}, "9000", NULL, "c8", 2, 2, 2, ORIGIN_UNKNOWN, 0},
        {{"c7:setup.py", "c7:pkg/a.py"}, "9000", "c7", "c7", 2, 2, 2, ORIGIN_SAME, 0},
        {{"c7:setup.py", "c7:pkg/a.py"}, "7119", NULL, "c7", 2, 2, 2, ORIGIN_UNKNOWN, 0},
        {{"c7:setup.py", "c7:pkg/a.py"}, "7880", NULL, "c8", 2, 2, 2, ORIGIN_UNKNOWN, 0},
        /* built before the tagged commit */
        {{"c1:setup.py", "c1:pkg/a.py", "c1:pkg/b.py"},
         "9000",
         "c2",
         "c1",
         3,
         3,
         3,
         ORIGIN_PARENT,
         1},
        {{"c1:setup.py", "c1:pkg/a.py", "c1:pkg/b.py"},
         "9000",
         "c5",
         "c1",
         3,
         3,
         3,
         ORIGIN_ANCESTOR,
         3},
        {{"c4:setup.py", "c4:pkg/side.py"}, "9000", "c6", "c4", 2, 2, 2, ORIGIN_SECOND_PARENT, 2},
        {{"c4:setup.py", "c4:pkg/side.py"}, "9000", "c5", "c4", 2, 2, 2, ORIGIN_SIDE, 0},
        {{"c5:setup.py", "c4:pkg/side.py"}, "9000", "c4", "c6", 2, 2, 2, ORIGIN_DESCENDANT, 2},
        /* the youngest that may be is too young for one of them */
        {{"c7:setup.py", "c3:pkg/b.py"}, "5000", "c7", "c5", 1, 1, 1, ORIGIN_ANCESTOR, 3},
        {{"c7:setup.py"}, "5000", "c7", NULL, 0, 0, 0, ORIGIN_UNKNOWN, 0},
        /* known, but never together */
        {{"c1:pkg/a.py", "c2:pkg/a.py=pkg/b.py", "c3:pkg/b.py=x.py"},
         "9000",
         NULL,
         "c9",
         2,
         0,
         3,
         ORIGIN_UNKNOWN,
         0},
        /* brought back */
        {{"c2:pkg/a.py=src/pkg/a.py", "c12:crlf.txt"},
         NULL,
         "c9",
         "c12",
         2,
         2,
         2,
         ORIGIN_DESCENDANT,
         3},
        /* with more at their path, though older */
        {{"c8:pkg/a.py", "c8:pkg/b.py"}, NULL, NULL, "c8", 2, 2, 2, ORIGIN_UNKNOWN, 0},
        {{NULL}, NULL, "c9", NULL, 0, 0, 0, ORIGIN_UNKNOWN, 0},
    };

    (void)state;
    for (size_t i = 0; i < sizeof all / sizeof *all; i++)
        check(&all[i]);
}

static void test_line_endings(void **state)
{
    char crlf[256], lf[256], commit[256];
    struct mirror_wanted file = {.path = "pkg/a.py", .oid = crlf, .lf_oid = lf};
    struct origin_query query = {.files = &file, .count = 1, .uploaded_at = CLOCK_UNKNOWN};
    struct origin origin;

    (void)state;
    assert_int_equal(git_run(crlf, "printf 'a1\\r\\n' | git hash-object --stdin"), 0);
    git_resolve("c1:pkg/a.py", lf);
    assert_int_equal(origin_find(mirror, blobs, &query, &origin, &err), 1);
    git_resolve("c1", commit);
    assert_string_equal(origin.commit, commit);
    assert_int_equal(origin.at_path, 1);
    assert_false(origin.on_branch);
    file.lf_oid = "";
    assert_int_equal(origin_find(mirror, blobs, &query, &origin, &err), 0);
}

static void test_relate(void **state)
{
    char c1[256], c4[256];
    size_t distance = 7;

    (void)state;
    git_resolve("c1", c1);
    git_resolve("c4", c4);
    assert_int_equal(origin_relate(blobs, c4, c1, &distance), ORIGIN_DESCENDANT);
    assert_int_equal(distance, 3);
    assert_int_equal(origin_relate(blobs, c1, NULL, NULL), ORIGIN_UNKNOWN);
    assert_int_equal(origin_relate(blobs, c1, "0123456789012345678901234567890123456789", NULL),
                     ORIGIN_UNKNOWN);
    assert_string_equal(origin_relation_word(ORIGIN_SECOND_PARENT), "second-parent");
}

/* Marks and paths of single files. */
static void test_holds(void **state)
{
    char a2[256], b1[256], side[256];
    struct mirror_wanted files[] = {{.path = "src/pkg/a.py", .oid = a2},
                                    {.path = "src/pkg/b.py", .oid = b1},
                                    {.path = "other.py", .oid = side},
                                    {.path = "src", .oid = side},
                                    {.path = "none.py", .oid = ""}};
    enum mirror_hold marks[5];
    struct mirror_holds *holds = mirror_holds_new(mirror, files, 5);
    struct mirror_held held;
    char commit[256], *path = NULL;

    (void)state;
    git_resolve("c2:pkg/a.py", a2);
    git_resolve("c1:pkg/b.py", b1);
    git_resolve("c4:pkg/side.py", side);
    mirror_holds_free(holds);
    holds = mirror_holds_new(mirror, files, 5);
    git_resolve("c12", commit);
    for (int round = 0; round < 2; round++) {
        assert_int_equal(mirror_holds_mark(holds, commit, marks, &err), 0);
        assert_int_equal(marks[0], MIRROR_HOLD_AT_PATH);
        assert_int_equal(marks[1], MIRROR_HOLD_NOT);
        assert_int_equal(marks[2], MIRROR_HOLD_ELSEWHERE);
        assert_int_equal(marks[3], MIRROR_HOLD_ELSEWHERE);
        assert_int_equal(marks[4], MIRROR_HOLD_NOT);
        assert_int_equal(mirror_holds_count(holds, commit, &held, &err), 0);
        assert_int_equal(held.anywhere, 3);
        assert_int_equal(held.at_path, 1);
    }
    assert_int_equal(mirror_holds_path(holds, commit, 0, &path, &err), 1);
    assert_string_equal(path, "src/pkg/a.py");
    free(path);
    assert_int_equal(mirror_holds_path(holds, commit, 2, &path, &err), 1);
    assert_string_equal(path, "src/pkg/side.py");
    free(path);
    assert_int_equal(mirror_holds_path(holds, commit, 1, &path, &err), 0);
    mirror_holds_free(holds);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_find),
        cmocka_unit_test(test_line_endings),
        cmocka_unit_test(test_relate),
        cmocka_unit_test(test_holds),
    };

    return cmocka_run_group_tests(tests, setup, teardown);
}
