/* Reads data/project.cases: files of a small tree in, what the project declares out. */
#include "facts/project.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/mem.h"

#define FILES 16
#define LINES 16

struct file {
    char path[128];
    struct buf text;
};

struct tree {
    struct file files[FILES];
    size_t count;
    const char *pending, *failing; /* paths that are so */
};

struct expectation {
    char key[16];
    char value[512];
};

struct block {
    char name[256];
    struct tree tree;
    struct expectation expected[LINES];
    size_t expected_count;
};

static enum source_result read_tree(void *ctx, const char *path, const char **data, size_t *len)
{
    const struct tree *tree = ctx;

    if (tree->pending != NULL && strcmp(path, tree->pending) == 0)
        return SOURCE_PENDING;
    if (tree->failing != NULL && strcmp(path, tree->failing) == 0)
        return SOURCE_FAILED;
    for (size_t i = 0; i < tree->count; i++)
        if (strcmp(tree->files[i].path, path) == 0) {
            *data = buf_str(&tree->files[i].text);
            *len = tree->files[i].text.len;
            return SOURCE_FOUND;
        }
    return SOURCE_ABSENT;
}

static void add_file(struct tree *tree, const char *path, const char *text, size_t len)
{
    struct file *file = &tree->files[tree->count++];

    assert_true(tree->count <= FILES);
    assert_true((size_t)snprintf(file->path, sizeof file->path, "%s", path) < sizeof file->path);
    buf_init(&file->text, 12u << 20);
    assert_int_equal(buf_add(&file->text, text, len), 0);
}

static void release(struct tree *tree)
{
    for (size_t i = 0; i < tree->count; i++)
        buf_release(&tree->files[i].text);
    tree->count = 0;
}

/* --- One block ------------------------------------------------------------------------------- */

static void join(char out[512], const char *const *list)
{
    *out = '\0';
    for (; list != NULL && *list != NULL; list++) {
        size_t n = strlen(out);
        snprintf(out + n, 512 - n, "%s%.100s", n > 0 ? " " : "", *list);
    }
}

static void observe(const struct project *p, const char *key, char out[512])
{
    const struct {
        const char *key, *value;
    } texts[] = {{"origin", p->origin},   {"name", p->name},       {"normal", p->normal},
                 {"licence", p->licence}, {"backend", p->backend}, {"prefix", p->tag_prefix},
                 {"regex", p->tag_regex}, {"reason", p->reason}};

    if (strcmp(key, "says") == 0)
        snprintf(out, 512, "%s%s%.400s", declared_kind_word(p->kind), p->version ? " " : "",
                 p->version ? p->version : "");
    else if (strcmp(key, "urls") == 0)
        join(out, p->urls);
    else if (strcmp(key, "files") == 0)
        join(out, p->licence_files);
    else if (strcmp(key, "candidate") == 0)
        snprintf(out, 512, "%s", p->candidate ? "yes" : "no");
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        if (strcmp(key, texts[i].key) == 0)
            snprintf(out, 512, "%s", texts[i].value ? texts[i].value : "-");
}

static bool check(const struct block *block)
{
    struct arena arena = ARENA_INIT;
    struct source source = {.read = read_tree, .ctx = (void *)&block->tree};
    struct project project = {0};
    struct err err = {0};
    const char *directory = "";
    bool good = true;

    for (size_t i = 0; i < block->expected_count; i++)
        if (strcmp(block->expected[i].key, "directory") == 0)
            directory = block->expected[i].value;
    enum source_result result =
        project_read(&source, directory, (struct project_all_said){0}, &arena, &project, &err);
    for (size_t i = 0; i < block->expected_count; i++) {
        const struct expectation *e = &block->expected[i];
        char got[512] = "(not a known key)";
        if (strcmp(e->key, "directory") == 0)
            continue;
        if (strcmp(e->key, "absent") == 0)
            snprintf(got, sizeof got, "%s", result == SOURCE_ABSENT ? e->value : "not absent");
        else if (strcmp(e->key, "failed") == 0)
            snprintf(got, sizeof got, "%s", result == SOURCE_FAILED ? err.text : "not failed");
        else if (result != SOURCE_FOUND)
            snprintf(got, sizeof got, "result %d: %.400s", result, err.text);
        else
            observe(&project, e->key, got);
        bool part = strcmp(e->key, "reason") == 0 || strcmp(e->key, "failed") == 0;
        if (part ? strstr(got, e->value) == NULL : strcmp(got, e->value) != 0) {
            print_error("%s: %s: got \"%s\", not \"%s\" (%s)\n", block->name, e->key, got, e->value,
                        project.reason ? project.reason : "");
            good = false;
        }
    }
    arena_release(&arena);
    return good && block->expected_count > 0;
}

/* --- The file -------------------------------------------------------------------------------- */

static void read_expectation(struct block *block, char *line)
{
    struct expectation *e = &block->expected[block->expected_count++];
    char *space = strchr(line, ' ');

    assert_true(block->expected_count <= LINES);
    snprintf(e->value, sizeof e->value, "%s", space != NULL ? space + 1 : "");
    if (space != NULL)
        *space = '\0';
    snprintf(e->key, sizeof e->key, "%.15s", line);
}

/* An empty line ends a case, or the end of the file. */
static bool close_block(struct block *block, size_t *blocks)
{
    bool good = true;

    if (block->expected_count > 0) {
        ++*blocks;
        good = check(block);
        release(&block->tree);
        block->expected_count = 0;
    }
    return good;
}

static void test_cases(void **state)
{
    (void)state;
    FILE *f = fopen(PROJECT_CASES, "r");
    struct block *block = mem_alloc(sizeof *block);
    char line[1024];
    size_t blocks = 0, failed = 0;
    bool open = false;

    assert_non_null(f);
    while (fgets(line, sizeof line, f) != NULL) {
        size_t len = strcspn(line, "\n");
        if (strncmp(line, "=== ", 4) == 0) {
            line[len] = '\0';
            snprintf(block->name, sizeof block->name, "%.255s", line + 4);
            block->expected_count = 0;
            open = false;
        } else if (strncmp(line, "--- ", 4) == 0) {
            line[len] = '\0';
            add_file(&block->tree, line + 4, "", 0);
            open = true;
        } else if (strncmp(line, "==>", 3) == 0) {
            line[len] = '\0';
            open = false;
            read_expectation(block, line + 4);
        } else if (open) {
            assert_int_equal(buf_addstr(&block->tree.files[block->tree.count - 1].text, line), 0);
        } else if (len == 0) {
            failed += !close_block(block, &blocks);
        }
    }
    failed += !close_block(block, &blocks);
    fclose(f);
    free(block);
    print_message("%zu cases\n", blocks);
    assert_true(blocks >= 560);
    assert_int_equal(failed, 0);
}

/* --- What a text file cannot hold ------------------------------------------------------------ */

static enum source_result read_one(const char *path, const char *text, size_t len, char version[64],
                                   struct err *err)
{
    struct tree tree = {0};
    struct source source = {.read = read_tree, .ctx = &tree};
    struct arena arena = ARENA_INIT;
    struct project project = {0};

    add_file(&tree, path, text, len);
    enum source_result result =
        project_read(&source, "", (struct project_all_said){0}, &arena, &project, err);
    snprintf(version, 64, "%s", project.version != NULL ? project.version : "");
    arena_release(&arena);
    release(&tree);
    return result;
}

static void test_encodings(void **state)
{
    (void)state;
    static const char bom[] = "\xef\xbb\xbf[project]\r\nname = 'x'\r\nversion = '1.2'\r\n";
    static const char cfg[] = "\xef\xbb\xbf[metadata]\r\nname = x\r\nversion = 1.3\r\n";
    static const char latin[] = "# -*- coding: latin-1 -*-\r\nfrom x import setup\r\n"
                                "setup(author='Andr\xe9', name='x',\r\n  version='1.4')\r\n";
    static const char cfg_latin[] = "[metadata]\nauthor = Andr\xe9\nname = x\nversion = 1.5\n";
    static const char utf16[] = "\xff\xfe[\0p\0r\0";
    static const char nul[] = "setup(name='x', version='1.0')\0";
    char version[64];
    struct err err = {0};

    assert_int_equal(read_one("pyproject.toml", bom, sizeof bom - 1, version, &err), SOURCE_FOUND);
    assert_string_equal(version, "1.2");
    assert_int_equal(read_one("setup.cfg", cfg, sizeof cfg - 1, version, &err), SOURCE_FOUND);
    assert_string_equal(version, "1.3");
    assert_int_equal(read_one("setup.py", latin, sizeof latin - 1, version, &err), SOURCE_FOUND);
    assert_string_equal(version, "1.4");
    assert_int_equal(read_one("setup.cfg", cfg_latin, sizeof cfg_latin - 1, version, &err),
                     SOURCE_FOUND);
    assert_string_equal(version, "1.5");
    assert_int_equal(read_one("pyproject.toml", utf16, sizeof utf16 - 1, version, &err),
                     SOURCE_FAILED);
    assert_string_equal(err.text, "pyproject.toml: the file is UTF-16");
    assert_int_equal(err.reason, REASON_PARSE);
    assert_int_equal(read_one("setup.cfg", utf16, sizeof utf16 - 1, version, &err), SOURCE_FAILED);
    assert_int_equal(read_one("setup.py", utf16, sizeof utf16 - 1, version, &err), SOURCE_FAILED);
    assert_int_equal(read_one("setup.py", nul, sizeof nul, version, &err), SOURCE_FAILED);
    assert_int_equal(read_one("pyproject.toml", "[project]\nname = '\xff'\n", 20, version, &err),
                     SOURCE_FAILED);
    assert_int_equal(strncmp(err.text, "pyproject.toml:2:", 17), 0);
}

static void test_a_file_under_way_or_lost(void **state)
{
    (void)state;
    static const char toml[] = "[project]\nname = 'x'\ndynamic = ['version']\n"
                               "[tool.setuptools.dynamic]\nversion = {file = 'VERSION'}\n";
    struct tree tree = {.pending = "a/VERSION"};
    struct source source = {.read = read_tree, .ctx = &tree};
    struct arena arena = ARENA_INIT;
    struct project project;
    struct err err = {0};

    add_file(&tree, "a/pyproject.toml", toml, sizeof toml - 1);
    assert_int_equal(
        project_read(&source, "a", (struct project_all_said){0}, &arena, &project, &err),
        SOURCE_PENDING);
    tree.pending = "a/setup.py"; /* all three are asked for before one is judged */
    assert_int_equal(
        project_read(&source, "a", (struct project_all_said){0}, &arena, &project, &err),
        SOURCE_PENDING);
    tree.pending = NULL;
    tree.failing = "a/VERSION";
    assert_int_equal(
        project_read(&source, "a", (struct project_all_said){0}, &arena, &project, &err),
        SOURCE_FAILED);
    assert_string_equal(err.text, "a/VERSION: the file cannot be had");
    assert_int_equal(err.reason, REASON_MISSING_OBJECT);
    arena_release(&arena);
    release(&tree);
}

/* --- Hostile files end in bounded time, with a reason ---------------------------------------- */

static void read_large(struct tree *tree, enum declared_kind kind, const char *reason)
{
    struct source source = {.read = read_tree, .ctx = tree};
    struct arena arena = ARENA_INIT;
    struct project project = {0};
    struct err err = {0};

    if (project_read(&source, "", (struct project_all_said){0}, &arena, &project, &err) !=
        SOURCE_FOUND)
        fail_msg("%s", err.text);
    assert_int_equal(project.kind, kind);
    if (project.reason == NULL || strstr(project.reason, reason) == NULL)
        fail_msg("%s", project.reason ? project.reason : "no reason");
    arena_release(&arena);
    release(tree);
}

static void fill(char *at, size_t size, const char *piece)
{
    size_t len = strlen(piece);

    for (size_t i = 0; i + len <= size; i += len)
        memcpy(at + i, piece, len);
}

static void test_pathological_files(void **state)
{
    (void)state;
    static const char hatch[] =
        "[project]\nname='x'\ndynamic=['version']\n"
        "[build-system]\nbuild-backend='hatchling.build'\n"
        "[tool.hatch.version]\npath='v'\npattern='(a*)*(a*)*b(?P<version>x)'";
    static const char in_table[] = "[project]\nname='x'\nversion='1'\n[tool.x]\na = ";
    char version[64];
    struct tree tree = {0};
    struct err err = {0};
    size_t len = 10u << 20;
    char *text = mem_alloc(len);

    /* A document that is not read is unknown, whatever stands in front of the bomb. */
    memset(text, '[', 10000 + sizeof in_table);
    memcpy(text, in_table, sizeof in_table - 1);
    assert_int_equal(read_one("pyproject.toml", text, 10000 + sizeof in_table, version, &err),
                     SOURCE_FAILED);
    assert_string_equal(err.text, "pyproject.toml:5: nested deeper than 32");
    assert_int_equal(err.reason, REASON_LIMIT);
    memcpy(text, in_table, sizeof in_table - 1);
    text[sizeof in_table - 1] = '[';
    fill(text + sizeof in_table, 5u << 20, "1,");
    assert_int_equal(read_one("pyproject.toml", text, 5u << 20, version, &err), SOURCE_FAILED);
    assert_int_equal(err.reason, REASON_TOO_LARGE);
    text[(3u << 20) - 1] = ']';
    assert_int_equal(read_one("pyproject.toml", text, 3u << 20, version, &err), SOURCE_FAILED);
    assert_string_equal(err.text, "pyproject.toml:5: more than 100000 values");
    assert_int_equal(err.reason, REASON_LIMIT);
    memset(text, ' ', len);
    memcpy(text, "setup(", 6);
    add_file(&tree, "setup.py", text, len);
    read_large(&tree, DECLARED_OPAQUE, "larger than");
    memset(text, '(', len);
    memcpy(text, "setup(", 6);
    add_file(&tree, "setup.py", text, 1u << 20);
    read_large(&tree, DECLARED_OPAQUE, "nested deeper");
    fill(text, 1u << 20, "a=a+a\n");
    memcpy(text + (1u << 20) - 20, "\nsetup(version=a)   ", 20);
    add_file(&tree, "setup.py", text, 1u << 20);
    read_large(&tree, DECLARED_OPAQUE, "setup.py computes");
    fill(text, 1u << 20, "def f():\n return f()\n");
    memcpy(text + (1u << 20) - 20, "\nsetup(version=f()) ", 20);
    add_file(&tree, "setup.py", text, 1u << 20);
    read_large(&tree, DECLARED_OPAQUE, "setup.py computes");
    memset(text, 'a', 1u << 19);
    add_file(&tree, "pyproject.toml", hatch, sizeof hatch - 1);
    add_file(&tree, "v", text, 1u << 19);
    read_large(&tree, DECLARED_OPAQUE, "");
    free(text);
}

/* --- Directories ----------------------------------------------------------------------------- */

static void test_candidate_directories(void **state)
{
    (void)state;
    static const char *const candidates[] = {
        "tests",         "a/test/b",          "Tests",
        "testing",       "test-data",         "tests/fixtures/x",
        "examples/a",    "example_project",   "docs",
        "doc",           "src/vendor/x",      "pkg/_vendor/y",
        "third_party/z", "node_modules/q",    "lib/site-packages/r",
        "template",      "templates/base",    "{{cookiecutter.slug}}",
        "x/{{ name }}",  "integration_tests", "demo",
        "my-examples",   "benchmarks"};
    static const char *const projects[] = {"",          "src",    "packages/a", "python",
                                           "tester",    "latest", "contest",    "pytest_plugin",
                                           "documents", "sdk/py", "testament",  "zulip_bots"};

    for (size_t i = 0; i < sizeof candidates / sizeof *candidates; i++)
        if (!project_is_candidate_directory(candidates[i]))
            fail_msg("%s", candidates[i]);
    for (size_t i = 0; i < sizeof projects / sizeof *projects; i++)
        if (project_is_candidate_directory(projects[i]))
            fail_msg("%s", projects[i]);
    assert_true(project_is_project_file("setup.cfg"));
    assert_false(project_is_project_file("tox.ini"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_cases),
        cmocka_unit_test(test_encodings),
        cmocka_unit_test(test_a_file_under_way_or_lost),
        cmocka_unit_test(test_pathological_files),
        cmocka_unit_test(test_candidate_directories),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
