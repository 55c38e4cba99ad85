/* What is written on top of a partial mirror, applied by the git command in a whole clone. */
#include "fetch/mirror_write.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>

#include "base/mem.h"
#include "fetch/mirror_diff.h"
#include "git_try.h"

static struct err err;
static struct mirror *mirror;
static char head[256];

#define CRLF "one\r\ntwo\r\nthree\r\n"

static int setup(void **state)
{
    (void)state;
    static const char script[] =
        "git init -q -b main source; cd source;"
        "git config user.name N; git config user.email n@example.org;"
        "mkdir -p src/deep docs; seq 100 >src/deep/b.txt; printf 'old\\n' >a.txt; echo a >a;"
        "echo '#!/bin/sh' >run.sh; chmod +x run.sh; ln -s a.txt link; printf 'x\\0y' >bin;"
        "printf 'one\\r\\ntwo\\r\\n' >crlf.txt; echo only >docs/only.txt; echo z >src/deep.c;"
        "echo gone >gone.txt; echo f >was-file; ln -s a was-link; echo s >'with space'; : >empty;"
        "git add .; git commit -qm first";

    return git_setup(script);
}

static void add(const char *revs, const char *options)
{
    int fd = git_pack(revs, options);

    assert_int_equal(mirror_add_pack(mirror, fd, true, &err), 0);
    close(fd);
}

static int open_it(void **state)
{
    int result = setup(state);

    if (result != 0)
        return result;
    char *dir = mem_printf("%s/mirror.git", git_root);
    assert_int_equal(mirror_open(dir, "file:///nowhere", &mirror, &err), 0);
    free(dir);
    git_resolve("main", head);
    add("main", "--filter=blob:none");
    /* of changed files some are here, others not */
    add("main:a.txt main:crlf.txt main:run.sh main:link main:was-file main:was-link", "");
    return 0;
}

static int close_it(void **state)
{
    mirror_free(mirror);
    return git_teardown(state);
}

#define TEXT(bytes) .data = bytes, .len = sizeof(bytes) - 1

static const struct mirror_change changes[] = {
    {"src/new/deep/mod.py", MIRROR_BLOB, TEXT("print('\xc3\xa9 \xff')\n-- \nFrom here\n")},
    {"src/deep/b.txt", MIRROR_BLOB, TEXT("1\n2\n")},
    {"a.txt", MIRROR_BLOB, TEXT("old\nnew without an end")},
    {"run.sh", MIRROR_BLOB, TEXT("#!/bin/sh\n")},
    {"tool", MIRROR_EXECUTABLE, TEXT("#!/bin/sh\nexit 0\n")},
    {"link", MIRROR_LINK, TEXT("src/deep/b.txt")},
    {"other-link", MIRROR_LINK, TEXT("a.txt")},
    {"was-file", MIRROR_LINK, TEXT("a")},
    {"was-link", MIRROR_BLOB, TEXT("text\n")},
    {"bin", MIRROR_BLOB, TEXT("x\0z\0zzz")},
    {"new-bin", MIRROR_BLOB, TEXT("\0\1\2")},
    {"crlf.txt", MIRROR_BLOB, TEXT(CRLF)},
    {"gone.txt", MIRROR_BLOB, .gone = true},
    {"docs/only.txt", MIRROR_BLOB, .gone = true},
    {"with space", MIRROR_BLOB, TEXT("t\n")},
    {"odd \"name\"\t\xc3\xa9.txt", MIRROR_BLOB, TEXT("odd\n")},
    {"src-a", MIRROR_BLOB, TEXT("sorts between\n")},
    {"src/pkg/__init__.py", MIRROR_BLOB, TEXT("")},
    {"empty", MIRROR_BLOB, TEXT("no more\n")},
};
#define COUNT (sizeof changes / sizeof *changes)

static struct mirror_request request_of(const struct mirror_change *list, size_t count)
{
    return (struct mirror_request){
        .base = head,
        .branch = "fix/sync-repo-with-v1.0",
        .changes = list,
        .count = count,
        .name = "Rowan R. M\xc3\xa9tayer of a long name",
        .mail = "r@example.org",
        .authored_at = 1700000000,
        .committed_at = 1700000100,
        .message =
            "Sync repository with published v1.0\n\nChanged:\n\n--- a\ndiff --git x\nFrom x\n",
    };
}

static void save(const char *name, struct buf *bytes)
{
    char *path = mem_printf("%s/%s", git_root, name);
    FILE *file = fopen(path, "wbe");

    assert_int_equal(fwrite(bytes->data, 1, bytes->len, file), bytes->len);
    fclose(file);
    free(path);
    buf_release(bytes);
}

static struct mirror_written *write_all(const struct mirror_request *request)
{
    struct mirror_written *written = NULL;
    struct buf bundle = BUF_INIT((size_t)1 << 26), patch = BUF_INIT((size_t)1 << 26);

    if (mirror_write(mirror, request, &written, &err) != 0)
        fail_msg("%s", err.text);
    assert_int_equal(mirror_write_bundle(written, &bundle, &err), 0);
    assert_int_equal(mirror_write_patch(written, &patch, &err), 0);
    save("it.bundle", &bundle);
    save("it.patch", &patch);
    return written;
}

/* --- the tests ------------------------------------------------------------------------------- */

static void test_a_bundle(void **state)
{
    struct mirror_request request = request_of(changes, COUNT);
    struct mirror_written *written = write_all(&request);
    char out[256];

    (void)state;
    assert_int_equal(git_run(NULL, "rm -rf clone; git clone -q source clone; cd clone;"
                                   "git bundle verify ../it.bundle;"
                                   "git fetch -q ../it.bundle fix/sync-repo-with-v1.0;"
                                   "git fsck --full --strict; git checkout -q FETCH_HEAD"),
                     0);
    assert_int_equal(git_run(out, "git -C clone rev-parse HEAD"), 0);
    assert_string_equal(out, mirror_written_commit(written));
    assert_int_equal(git_run(out, "git -C clone rev-parse 'HEAD^{tree}'"), 0);
    assert_string_equal(out, mirror_written_tree(written));
    /* The same tree as git's own. */
    assert_int_equal(git_run(out, "cd clone; git add -A; git write-tree"), 0);
    assert_string_equal(out, mirror_written_tree(written));
    assert_int_equal(git_run(NULL, "cd clone; test ! -e docs; test ! -e gone.txt; test -x tool;"
                                   "test ! -x run.sh; test \"$(readlink was-file)\" = a;"
                                   "test ! -L was-link; test -f src/deep.c;"
                                   "printf 'one\\r\\ntwo\\r\\nthree\\r\\n' | cmp - crlf.txt;"
                                   "printf 'x\\0z\\0zzz' | cmp - bin"),
                     0);
    mirror_written_free(written);
}

static void test_a_patch(void **state)
{
    struct mirror_request request = request_of(changes, COUNT);
    struct mirror_written *written = write_all(&request);
    char out[256];

    (void)state;
    assert_int_equal(git_run(NULL, "rm -rf clone; git clone -q source clone; cd clone;"
                                   "git config user.name C; git config user.email c@example.org;"
                                   "git am -q ../it.patch"),
                     0);
    assert_int_equal(git_run(out, "git -C clone rev-parse 'HEAD^{tree}'"), 0);
    assert_string_equal(out, mirror_written_tree(written));
    assert_int_equal(git_run(out, "git -C clone log -1 --format='%%an <%%ae> %%at %%s'"), 0);
    assert_string_equal(out, "Rowan R. M\xc3\xa9tayer of a long name <r@example.org> 1700000000 "
                             "Sync repository with published v1.0");
    /* What is here is shown. */
    assert_int_equal(git_run(NULL, "grep -q '^+new without an end' it.patch"), 0);
    mirror_written_free(written);
}

/* Apart from a mail nothing is lost of a CR, and what is said of a side is not part of its name. */
static void test_a_diff(void **state)
{
    struct buf diff = BUF_INIT((size_t)1 << 20);
    struct mirror_side old = {true,
                              true,
                              MIRROR_BLOB,
                              "1111111111111111111111111111111111111111",
                              TEXT("one\r\ntwo\r\n"),
                              .note = "commit 1111"};
    struct mirror_side new = {true,        true,
                              MIRROR_BLOB, "2222222222222222222222222222222222222222",
                              TEXT(CRLF),  .note = "tool-1.0.tar.gz"};
    const struct mirror_side absent = {.data = ""};

    (void)state;
    assert_int_equal(mirror_diff("crlf.txt", &old, &old, false, &diff, &err), 0);
    assert_int_equal(diff.len, 0);
    assert_int_equal(mirror_diff("crlf.txt", &old, &new, false, &diff, &err), 0);
    assert_int_equal(mirror_diff("odd \"\xc3\xa9\"", &absent, &new, false, &diff, &err), 0);
    save("it.diff", &diff);
    assert_int_equal(git_run(NULL, "rm -rf clone; git clone -q source clone; cd clone;"
                                   "grep -q '^--- a/crlf.txt\tcommit 1111$' ../it.diff;"
                                   "git apply ../it.diff; git add -A;"
                                   "printf 'one\\r\\ntwo\\r\\nthree\\r\\n' >want;"
                                   "cmp want crlf.txt; cmp want 'odd \"\xc3\xa9\"'"),
                     0);
    diff.max = 10;
    assert_int_equal(mirror_diff("crlf.txt", &old, &new, false, &diff, &err), -1);
    assert_int_equal(err.reason, REASON_TOO_LARGE);
    buf_release(&diff);
}

static void test_the_same_twice(void **state)
{
    struct mirror_change turned[COUNT];
    struct mirror_request request = request_of(changes, COUNT), other = request_of(turned, COUNT);
    struct mirror_written *one = write_all(&request);

    (void)state;
    for (size_t i = 0; i < COUNT; i++)
        turned[i] = changes[COUNT - 1 - i];
    struct mirror_written *two = write_all(&other);
    assert_string_equal(mirror_written_commit(one), mirror_written_commit(two));
    assert_false(mirror_has(mirror, mirror_written_commit(one)));
    mirror_written_free(one);
    mirror_written_free(two);
}

static void refuse(const struct mirror_request *request, enum reason reason)
{
    struct mirror_written *written;

    assert_int_equal(mirror_write(mirror, request, &written, &err), -1);
    assert_int_equal(err.reason, reason);
}

static void test_refused(void **state)
{
    static const struct {
        struct mirror_change change;
        enum reason reason;
    } bad[] = {
        {{"../x", MIRROR_BLOB, TEXT("")}, REASON_USAGE},
        {{"/x", MIRROR_BLOB, TEXT("")}, REASON_USAGE},
        {{"a//x", MIRROR_BLOB, TEXT("")}, REASON_USAGE},
        {{"", MIRROR_BLOB, TEXT("")}, REASON_USAGE},
        {{"x/.GIT/hooks/post-checkout", MIRROR_BLOB, TEXT("")}, REASON_USAGE},
        {{".g\xe2\x80\x8cit/config", MIRROR_BLOB, TEXT("")}, REASON_USAGE},
        {{"x/GIT~1/config", MIRROR_BLOB, TEXT("")}, REASON_USAGE},
        {{"x\\.git\\config", MIRROR_BLOB, TEXT("")}, REASON_USAGE},
        {{"a.txt/x", MIRROR_BLOB, TEXT("")}, REASON_UNSUPPORTED},
        {{"link/x", MIRROR_BLOB, TEXT("")}, REASON_UNSUPPORTED},
        {{"src", MIRROR_BLOB, TEXT("")}, REASON_UNSUPPORTED},
        {{"absent", .gone = true}, REASON_USAGE},
        {{"a.txt", MIRROR_BLOB, TEXT("old\n")}, REASON_USAGE}, /* nothing is changed */
    };

    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        struct mirror_request request = request_of(&bad[i].change, 1);
        refuse(&request, bad[i].reason);
    }
    struct mirror_change twice[] = {changes[0], changes[0]};
    struct mirror_request request = request_of(twice, 2);
    refuse(&request, REASON_USAGE);
    request = request_of(changes, COUNT);
    request.branch = "a..b";
    refuse(&request, REASON_USAGE);
    request = request_of(changes, COUNT);
    request.mail = "x> 0 +0000\nparent ";
    refuse(&request, REASON_USAGE);
    request = request_of(changes, COUNT);
    request.base = "0123456789012345678901234567890123456789";
    refuse(&request, REASON_MISSING_OBJECT);
    assert_true(mirror_path_is_safe(".gitignore"));
    assert_true(mirror_path_is_safe(".github/x"));
}

static void test_who(void **state)
{
    char *name, *mail;

    (void)state;
    assert_int_equal(git_run(NULL, "git config --global user.name 'Con Fig'"), 0);
    setenv("GIT_AUTHOR_EMAIL", "env@example.org", 1);
    mirror_author(&name, &mail);
    unsetenv("GIT_AUTHOR_EMAIL");
    assert_string_equal(name, "Con Fig");
    assert_string_equal(mail, "env@example.org");
    free(name);
    free(mail);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_bundle), cmocka_unit_test(test_a_patch),
        cmocka_unit_test(test_a_diff),   cmocka_unit_test(test_the_same_twice),
        cmocka_unit_test(test_refused),  cmocka_unit_test(test_who),
    };
    return cmocka_run_group_tests(tests, open_it, close_it);
}
