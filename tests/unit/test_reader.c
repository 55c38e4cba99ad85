/* Trees of a mirror as the readers of facts/ see them: what is asked for, fetched, and remembered.
 */
#include "scan/reader.h"
#include "scan/paths.h"

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
#include "git_try.h"

/* v1 to v3 leave the version to a module, v4 states it; only v3's module differs from v1's. */
static int setup(void **state)
{
    (void)state;
    static const char script[] =
        "git init -q -b main source; cd source;"
        "git config user.name N; git config user.email n@example.org;"
        "save() { git add -A; git commit -qm $1; git tag $1; };"
        "module() { printf '__version__ = \"%s\"\\n' $1 >pkg/__init__.py; };"
        "mkdir -p pkg other/docs LICENSES; module 1.0; echo MIT >LICENSES/MIT.txt;"
        "printf '[project]\\nname = \"tools\"\\ndynamic = [\"version\"]\\n"
        "[tool.setuptools.dynamic]\\nversion = {attr = \"pkg.__version__\"}\\n' >pyproject.toml;"
        "printf '[project]\\nname = \"other\"\\nversion = \"7\"\\n' >other/pyproject.toml;"
        "echo x >CHANGELOG.md; echo y >other/docs/changes.rst; save v1;"
        "echo read me >README.md; save v2;"
        "module 1.1; save v3;"
        "printf '[project]\\nname = \"tools\"\\nversion = \"2.0\"\\n' >pyproject.toml; save v4;"
        "echo '[project' >pyproject.toml; save bad;"
        "rm pyproject.toml; printf 'from setuptools import setup\\nfrom pkg.names import NAME\\n"
        "from pkg.version import VERSION\\nsetup(name=NAME, version=VERSION)\\n' >setup.py;"
        "echo 'from pkg.helper import NAME' >pkg/names.py; echo 'VERSION = \"3.0\"' "
        ">pkg/version.py;"
        "echo 'NAME = \"one\"' >pkg/helper.py; save code1; date >README.md; save code2;"
        "echo 'NAME = \"two\"' >pkg/helper.py; save code3;"
        "commit() { git tag $1 $(git commit-tree -m $1 $2); };"
        "leaf=$(printf '100644 blob %s\\tpyproject.toml\\n' $(git rev-parse v4:pyproject.toml) | "
        "git mktree);"
        "mkdir -p links/legal/sub; cd links; echo text >real; ln -s real one; ln -s ./one two;"
        "ln -s ../links dir; ln -s dir/../links/two far; ln -s ../../out out; ln -s /etc/x "
        "absolute;"
        "ln -s circle circle; ln -s none loose; ln -s legal folder; echo x >legal/a.txt;"
        "echo x >legal/sub/b.md; cd ..; save links;"
        "down() { t=$leaf; for i in $(seq $1); do t=$(printf '040000 tree %s\\td\\n' $t | git "
        "mktree); done; };"
        "down 32; commit within $t; down 33; commit deep $t;"
        "many() { for i in $(seq 150); do printf '040000 tree %s\\td%03d\\n' $1 $i; done | git "
        "mktree; };"
        "commit wide $(many $(many $leaf));"
        "long=$(printf '%0199d' 0); t=$leaf; for i in $(seq 25); do t=$(for k in $(seq 0 9); do "
        "printf '040000 tree %s\\t%s\\n' $t $k$long; done | git mktree); done; commit bomb $t";

    return git_setup(script);
}

/* --- a reader on a mirror that holds all but blobs ------------------------------------------- */

struct fixture {
    struct mirror *mirror;
    struct reader *reader;
    char asked[20][256]; /* blobs that were fetched so far */
    size_t asked_count;
};

#define ALL_TAGS "links v1 v2 v3 v4 bad code1 code2 code3 within deep wide bomb"

static void bring(struct fixture *f, const char *revs, const char *options)
{
    struct err err = {0};
    int fd = git_pack(revs, options);

    assert_int_equal(mirror_add_pack(f->mirror, fd, true, &err), 0);
    close(fd);
}

static void start(struct fixture *f)
{
    struct err err = {0};
    static int count;
    char *dir = mem_printf("%s/mirror-%d.git", git_root, count++);

    *f = (struct fixture){0};
    assert_int_equal(mirror_open(dir, "file:///none", &f->mirror, &err), 0);
    free(dir);
    bring(f, ALL_TAGS, "--filter=blob:none");
    f->reader = reader_new(f->mirror, (struct reader_said){0});
}

static void stop(struct fixture *f)
{
    reader_free(f->reader);
    mirror_free(f->mirror);
}

/* Fetches what is wanted, which must not have been asked for before; false when nothing is. */
static bool fetch_wants(struct fixture *f)
{
    const char *const *oids;
    size_t count = reader_wants(f->reader, &oids);

    for (size_t i = 0; i < count; i++) {
        for (size_t k = 0; k < f->asked_count; k++)
            assert_string_not_equal(oids[i], f->asked[k]);
        snprintf(f->asked[f->asked_count++], 256, "%s", oids[i]);
        bring(f, oids[i], "");
    }
    reader_fetched(f->reader);
    return count > 0;
}

static const char *commit(const char *tag)
{
    static char oids[8][256];
    static int next;

    next = (next + 1) % 8;
    git_resolve(tag, oids[next]);
    return oids[next];
}

static enum source_result try_project(struct fixture *f, const char *tag, const char *directory,
                                      const struct project **out)
{
    struct err err = {0};
    enum source_result result = reader_project(f->reader, commit(tag), directory, out, &err);

    assert_int_equal(result == SOURCE_FAILED, err.reason != REASON_NONE);
    return result;
}

/* Reads with as many fetches as it takes. */
static const struct project *read_project(struct fixture *f, const char *tag, const char *directory)
{
    const struct project *project = NULL;

    while (try_project(f, tag, directory, &project) == SOURCE_PENDING)
        assert_true(fetch_wants(f));
    return project;
}

/* --- what is wanted -------------------------------------------------------------------------- */

static void each_blob_is_wanted_once(void **state)
{
    struct fixture f;
    const struct project *project;
    const char *const *oids;
    char oid[256];

    (void)state;
    start(&f);
    git_resolve("v1:pyproject.toml", oid);
    for (int i = 0; i < 3; i++)
        assert_int_equal(try_project(&f, i == 1 ? "v2" : "v1", "", &project), SOURCE_PENDING);
    assert_int_equal(reader_wants(f.reader, &oids), 1);
    assert_string_equal(oids[0], oid);
    /* What will be read comes with the same request; what is here does not. */
    git_resolve("v1:CHANGELOG.md", oid);
    reader_prefetch(f.reader, oid);
    reader_prefetch(f.reader, oid);
    assert_int_equal(reader_wants(f.reader, &oids), 2);
    assert_true(fetch_wants(&f));
    reader_prefetch(f.reader, oid);
    assert_int_equal(reader_wants(f.reader, &oids), 0);
    assert_string_equal(read_project(&f, "v1", "")->version, "1.0");
    assert_false(fetch_wants(&f));
    stop(&f);
}

static void a_refused_blob_is_not_absent(void **state)
{
    struct fixture f;
    const struct project *project;
    const char *data;
    size_t len;

    (void)state;
    start(&f);
    assert_int_equal(try_project(&f, "v1", "", &project), SOURCE_PENDING);
    assert_int_equal(reader_read(f.reader, commit("v1"), "CHANGELOG.md", &data, &len),
                     SOURCE_PENDING);
    reader_fetched(f.reader); /* and nothing came */
    assert_int_equal(try_project(&f, "v1", "", &project), SOURCE_FAILED);
    assert_string_equal(project->directory, "");
    assert_int_equal(reader_read(f.reader, commit("v1"), "CHANGELOG.md", &data, &len),
                     SOURCE_FAILED);
    assert_int_equal(reader_read(f.reader, commit("v1"), "HISTORY.md", &data, &len), SOURCE_ABSENT);
    assert_int_equal(reader_read(f.reader, commit("v1"), "other", &data, &len), SOURCE_ABSENT);
    assert_int_equal(try_project(&f, "v1", "pkg", &project), SOURCE_ABSENT);
    stop(&f);
}

/* --- what is remembered ---------------------------------------------------------------------- */

static void a_reading_holds_for_the_same_answers_only(void **state)
{
    struct fixture f;

    (void)state;
    start(&f);
    const struct project *v1 = read_project(&f, "v1", "");
    const struct project *v3 = read_project(&f, "v3", "");
    const struct project *v4 = read_project(&f, "v4", "");
    assert_string_equal(v1->version, "1.0");
    assert_string_equal(v3->version, "1.1");
    assert_string_equal(v4->version, "2.0");
    assert_ptr_equal(read_project(&f, "v2", ""), v1);
    assert_ptr_equal(read_project(&f, "v3", ""), v3);
    assert_ptr_equal(read_project(&f, "v1", ""), v1);
    /* The same files elsewhere are another project. */
    assert_string_equal(read_project(&f, "v1", "other")->version, "7");
    assert_ptr_equal(read_project(&f, "v4", "other"), read_project(&f, "v1", "other"));
    assert_string_equal(read_project(&f, "v4", "other")->directory, "other");
    stop(&f);
}

/* While names.py is pending nobody knows that helper.py is asked after it: what was asked instead
   is no question to remember a reading by. */
static void a_pending_file_leaves_no_question(void **state)
{
    struct fixture f;
    const struct project *v1, *v3;

    (void)state;
    start(&f);
    const struct project *one = read_project(&f, "code1", "");
    assert_string_equal(one->name, "one");
    assert_string_equal(one->version, "3.0");
    one = read_project(&f, "code1", "");
    assert_ptr_equal(read_project(&f, "code2", ""), one);
    assert_string_equal(read_project(&f, "code3", "")->name, "two");
    assert_ptr_equal(read_project(&f, "code1", ""), one);
    do {
        try_project(&f, "v1", "", &v1);
        try_project(&f, "v3", "", &v3);
    } while (fetch_wants(&f));
    assert_string_equal(v1->version, "1.0");
    assert_string_equal(v3->version, "1.1");
    stop(&f);
}

static void a_file_that_does_not_parse_stays_its_own(void **state)
{
    struct fixture f;
    const struct project *project;
    struct err err = {0};

    (void)state;
    start(&f);
    read_project(&f, "bad", "");
    for (int i = 0; i < 2; i++) {
        err = (struct err){0};
        assert_int_equal(reader_project(f.reader, commit("bad"), "", &project, &err),
                         SOURCE_FAILED);
        assert_int_equal(err.reason, REASON_PARSE);
        assert_non_null(strstr(err.text, "pyproject.toml"));
    }
    assert_string_equal(read_project(&f, "v4", "")->version, "2.0");
    stop(&f);
}

static const char *content(struct fixture *f, const char *oid, const char *path)
{
    const char *data;
    size_t len;

    if (reader_read(f->reader, oid, path, &data, &len) == SOURCE_FOUND)
        return data;
    return "";
}

/* The commit and the directory that were asked last are remembered: for no other. */
static void questions_may_change_their_commit(void **state)
{
    static const char *const paths[] = {"pkg/__init__.py", "pyproject.toml", "other/pyproject.toml",
                                        "pkg/pyproject.toml"};
    struct fixture f;
    char v1[256], v3[256], none[] = "1111111111111111111111111111111111111111";

    (void)state;
    start(&f);
    git_resolve("v1", v1);
    git_resolve("v3", v3);
    for (size_t i = 0; i < 4; i++) {
        content(&f, v1, paths[i]);
        content(&f, v3, paths[i]);
    }
    fetch_wants(&f);
    for (int i = 0; i < 3; i++) {
        assert_string_equal(content(&f, v1, paths[0]), "__version__ = \"1.0\"\n");
        assert_string_equal(content(&f, v3, paths[0]), "__version__ = \"1.1\"\n");
        assert_string_equal(content(&f, none, paths[0]), "");
        assert_string_equal(content(&f, v3, paths[2]),
                            "[project]\nname = \"other\"\nversion = \"7\"\n");
        assert_string_equal(content(&f, v3, paths[3]), "");
        assert_string_equal(content(&f, v1, paths[1]), content(&f, v3, paths[1]));
    }
    stop(&f);
}

/* --- files that matter ----------------------------------------------------------------------- */

static int list(void *ctx, const struct levels_file *file)
{
    assert_int_equal(strlen(file->oid), 40);
    assert_int_equal(buf_addf(ctx, "%s%s\n", file->path, file->changelog ? " *" : ""), 0);
    return 0;
}

static void files_that_matter(void **state)
{
    static const char expected[] = "CHANGELOG.md *\npyproject.toml\nLICENSES/MIT.txt\n"
                                   "other/pyproject.toml\nother/docs/changes.rst *\n";
    struct fixture f;
    struct buf out = BUF_INIT(4096);
    struct err err = {0};

    (void)state;
    start(&f);
    for (int i = 0; i < 2; i++) {
        buf_reset(&out);
        assert_int_equal(reader_walk(f.reader, commit("v1"), NULL, list, &out, &err), 0);
        assert_string_equal(buf_str(&out), expected);
    }
    buf_release(&out);
    stop(&f);
}

/* With as many fetches as it takes: metadata may name the file. */
static enum source_result find_changelog(struct fixture *f, const char *oid, const char *directory,
                                         struct reader_changelog *found)
{
    enum source_result result;

    while ((result = reader_changelog(f->reader, oid, directory, found)) == SOURCE_PENDING)
        assert_true(fetch_wants(f));
    return result;
}

static void changelogs(void **state)
{
    struct fixture f;
    struct reader_changelog found;
    char none[] = "1111111111111111111111111111111111111111";

    (void)state;
    start(&f);
    assert_int_equal(find_changelog(&f, commit("v1"), "", &found), SOURCE_FOUND);
    assert_string_equal(found.path, "CHANGELOG.md");
    assert_int_equal(find_changelog(&f, commit("v1"), "other", &found), SOURCE_FOUND);
    assert_string_equal(found.path, "other/docs/changes.rst");
    /* Where not all of a tree is looked at, and where none is, nobody says that there is none. */
    assert_int_equal(find_changelog(&f, commit("deep"), "", &found), SOURCE_FAILED);
    assert_int_equal(find_changelog(&f, none, "", &found), SOURCE_FAILED);
    assert_null(found.path);
    stop(&f);
    start(&f);
    assert_int_equal(find_changelog(&f, commit("within"), "", &found), SOURCE_ABSENT);
    assert_int_equal(find_changelog(&f, commit("deep"), "", &found), SOURCE_ABSENT);
    stop(&f);
}

static int count(void *ctx, const struct levels_file *file)
{
    assert_non_null(strstr(file->path, "pyproject.toml"));
    ++*(size_t *)ctx;
    return 0;
}

static void limits_are_told(void **state)
{
    struct fixture f;
    struct err err = {0};
    size_t files = 0;

    (void)state;
    start(&f);
    assert_int_equal(reader_walk(f.reader, commit("deep"), NULL, count, &files, &err), 1);
    assert_int_equal(files, 0);
    /* 150 directories of 150: 22,500 files in three trees. */
    assert_int_equal(reader_walk(f.reader, commit("wide"), NULL, count, &files, &err), 1);
    assert_int_equal(files, LEVELS_FILES_MAX);
    assert_int_equal(err.reason, REASON_NONE);
    stop(&f);
}

/* 25 levels of ten directories each, in which no path fits down to a file. */
static void a_walk_that_finds_nothing_ends(void **state)
{
    struct fixture f;
    struct err err = {0};
    size_t files = 0;
    char path[PATHS_LEN];

    (void)state;
    start(&f);
    alarm(60);
    for (int i = 0; i < 10; i++)
        assert_int_equal(reader_walk(f.reader, commit("bomb"), NULL, count, &files, &err), 1);
    assert_int_equal(files, 0);
    struct paths paths = {.mirror = f.mirror};
    for (int i = 0; i < 100; i++)
        assert_int_equal(paths_match(&paths, commit("bomb"), "", "**/LICENSE", path),
                         SOURCE_FAILED);
    alarm(0);
    stop(&f);
}

/* A tree that was read as a short one may stand deep in another: the walk is bounded by itself. */
static void limits_hold_for_trees_read_before(void **state)
{
    struct fixture f;
    struct err err = {0};
    size_t files = 0;

    (void)state;
    start(&f);
    assert_int_equal(reader_walk(f.reader, commit("within"), NULL, count, &files, &err), 0);
    assert_int_equal(reader_walk(f.reader, commit("deep"), NULL, count, &files, &err), 1);
    assert_int_equal(files, 1);
    stop(&f);
}

/* --- links and globs ------------------------------------------------------------------------- */

static void test_links(void **state)
{
    (void)state;
    static const struct {
        const char *path;
        enum source_result result;
    } cases[] = {
        {"links/real", SOURCE_FOUND},        {"links/one", SOURCE_FOUND},
        {"links/two", SOURCE_FOUND},         {"links/dir/one", SOURCE_FOUND},
        {"links/dir/dir/two", SOURCE_FOUND}, {"links/far", SOURCE_FOUND},
        {"links/out", SOURCE_FAILED},        {"links/absolute", SOURCE_FAILED},
        {"links/circle", SOURCE_FAILED},     {"links/loose", SOURCE_ABSENT},
        {"links/folder", SOURCE_ABSENT},     {"links/real/x", SOURCE_ABSENT},
        {"links/loose/x", SOURCE_ABSENT},    {"links/folder/a.txt/x", SOURCE_ABSENT},
    };
    struct fixture f;

    start(&f);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const char *data = "";
        size_t len = 0;
        enum source_result result;
        while ((result = reader_read(f.reader, commit("links"), cases[i].path, &data, &len)) ==
               SOURCE_PENDING)
            assert_true(fetch_wants(&f));
        if (result != cases[i].result)
            fail_msg("%s: %d", cases[i].path, result);
        if (result == SOURCE_FOUND)
            assert_memory_equal(data, "text\n", len);
    }
    stop(&f);
}

static void test_globs(void **state)
{
    (void)state;
    static const struct {
        const char *directory, *glob, *path;
    } cases[] = {
        {"links", "real", "links/real"},
        {"links", "./real", "links/real"},
        {"", "links/legal/*.txt", "links/legal/a.txt"},
        {"links", "legal/*.txt", "links/legal/a.txt"},
        {"links/legal", "[ab].txt", "links/legal/a.txt"},
        {"links", "legal/*.md", NULL},
        {"links", "legal/*/*.md", "links/legal/sub/b.md"},
        {"links", "**/*.md", "links/legal/sub/b.md"},
        {"links", "legal", NULL},
        {"links", "legal/sub*", NULL},
        {"none", "*", NULL},
    };
    struct fixture f;

    start(&f);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const char *path = NULL;
        enum source_result result =
            reader_match(f.reader, commit("links"), cases[i].directory, cases[i].glob, &path);
        assert_int_equal(result, cases[i].path != NULL ? SOURCE_FOUND : SOURCE_ABSENT);
        if (path != NULL)
            assert_string_equal(path, cases[i].path);
    }
    stop(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_blob_is_wanted_once),
        cmocka_unit_test(a_refused_blob_is_not_absent),
        cmocka_unit_test(a_reading_holds_for_the_same_answers_only),
        cmocka_unit_test(a_pending_file_leaves_no_question),
        cmocka_unit_test(a_file_that_does_not_parse_stays_its_own),
        cmocka_unit_test(questions_may_change_their_commit),
        cmocka_unit_test(files_that_matter),
        cmocka_unit_test(changelogs),
        cmocka_unit_test(limits_are_told),
        cmocka_unit_test(a_walk_that_finds_nothing_ends),
        cmocka_unit_test(limits_hold_for_trees_read_before),
        cmocka_unit_test(test_links),
        cmocka_unit_test(test_globs),
    };
    return cmocka_run_group_tests(tests, setup, git_teardown);
}
