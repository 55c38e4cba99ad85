/* Reads data/workflow.cases: files of a repository in, what its workflows publish out. */
#include "facts/workflow.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/buf.h"
#include "base/text.h"
#include "facts/yaml.h"

#define FILES_MAX 8
#define TEXT_MAX  (4u << 20)

struct tree {
    char paths[FILES_MAX][128];
    struct buf texts[FILES_MAX];
    size_t count;
    const char *pending; /* a path that is so */
};

static enum source_result read_tree(void *ctx, const char *path, const char **data, size_t *len)
{
    const struct tree *tree = ctx;

    if (tree->pending != NULL && strcmp(path, tree->pending) == 0)
        return SOURCE_PENDING;
    for (size_t i = 0; i < tree->count; i++) {
        if (strcmp(tree->paths[i], path) != 0)
            continue;
        *data = buf_str(&tree->texts[i]);
        *len = tree->texts[i].len;
        return SOURCE_FOUND;
    }
    return SOURCE_ABSENT;
}

static struct buf *add_file(struct tree *tree, const char *path)
{
    assert_true(tree->count < FILES_MAX);
    assert_true(strlen(path) < sizeof tree->paths[0]);
    memcpy(tree->paths[tree->count], path, strlen(path) + 1);
    buf_init(&tree->texts[tree->count], TEXT_MAX);
    return &tree->texts[tree->count++];
}

static void release(struct tree *tree)
{
    for (size_t i = 0; i < tree->count; i++)
        buf_release(&tree->texts[i]);
    *tree = (struct tree){0};
}

static enum source_result read_all(struct tree *tree, struct arena *arena, struct workflows *out)
{
    const struct source source = {.read = read_tree, .ctx = tree};
    const char *paths[FILES_MAX];
    size_t count = 0;

    for (size_t i = 0; i < tree->count; i++)
        if (workflow_is_path(tree->paths[i]))
            paths[count++] = tree->paths[i];
    return workflows_read(&source, paths, count, arena, out);
}

static const char *short_name(const char *path)
{
    const char *slash = strrchr(path, '/');

    return text_starts_with(path, WORKFLOW_DIRECTORY) ? slash + 1 : path;
}

/* --- one case -------------------------------------------------------------------------------- */

static void say_publish(const struct workflow_publish *p, struct arena *arena, struct buf *out)
{
    static const char *const checked[] = {"", "; unchecked", "; checked"};
    static const char *const pinned[] = {"", "; unpinned", "; pinned"};
    const char *loose = workflow_ways(p->loose, arena);
    const char *unsure = workflow_ways(p->unsure, arena);
    bool here = strcmp(p->workflow, p->path) == 0;

    assert_int_equal(
        buf_addf(
            out, "%s%s%s:%u %s: %s%s%s%s%s; %s%s%s%s%s%s%s\n", here ? "" : short_name(p->workflow),
            here ? "" : " > ", short_name(p->path), p->line, p->tool, workflow_ways(p->ways, arena),
            loose[0] != '\0' ? "; loose " : "", loose, unsure[0] != '\0' ? "; unsure " : "", unsure,
            workflow_credential_word(p->credential), checked[p->checked + 1], pinned[p->pinned + 1],
            p->environment != NULL ? "; in " : "", p->environment != NULL ? p->environment : "",
            p->unknown != NULL ? "; unknown: " : "", p->unknown != NULL ? p->unknown : ""),
        0);
}

static bool check(const char *name, struct tree *tree, const char *expected)
{
    struct arena arena = ARENA_INIT;
    struct buf got = BUF_INIT(TEXT_MAX);
    struct workflows found;

    assert_int_equal(read_all(tree, &arena, &found), SOURCE_FOUND);
    for (size_t i = 0; i < found.count; i++)
        if (found.items[i].error != NULL)
            assert_int_equal(buf_addf(&got, "error %s: %s\n", reason_word(found.items[i].reason),
                                      found.items[i].error),
                             0);
    for (size_t i = 0; i < found.publish_count; i++)
        say_publish(&found.publishes[i], &arena, &got);
    bool good = strcmp(buf_str(&got), expected) == 0;
    if (!good)
        print_error("=== %s: got\n%s--- not\n%s", name, buf_str(&got), expected);
    buf_release(&got);
    arena_release(&arena);
    return good;
}

/* --- the file -------------------------------------------------------------------------------- */

static void test_cases(void **state)
{
    (void)state;
    FILE *file = fopen(UNIT_DATA "/workflow.cases", "r");
    struct buf expected = BUF_INIT(TEXT_MAX), *into = NULL;
    struct tree tree = {0};
    char line[1024], name[256] = "";
    size_t failed = 0, cases = 0;
    bool more = true;

    assert_non_null(file);
    while (more) {
        more = fgets(line, sizeof line, file) != NULL;
        if (!more || text_starts_with(line, "=== ")) {
            if (name[0] != '\0') {
                cases++;
                failed += !check(name, &tree, buf_str(&expected));
            }
            release(&tree);
            buf_reset(&expected);
            snprintf(name, sizeof name, "%.*s", (int)strcspn(line + 4, "\n"), line + 4);
            into = NULL;
        } else if (text_starts_with(line, "--- ")) {
            line[strcspn(line, "\n")] = '\0';
            into = add_file(&tree, line + 4);
        } else if (text_starts_with(line, "==> ")) {
            assert_int_equal(buf_addstr(&expected, line + 4), 0);
        } else if (name[0] != '\0' && line[0] != '\n') {
            if (into == NULL)
                into = add_file(&tree, WORKFLOW_DIRECTORY "/w.yml");
            assert_int_equal(buf_addstr(into, line), 0);
        }
    }
    fclose(file);
    buf_release(&expected);
    assert_true(cases > 50);
    assert_int_equal(failed, 0);
}

/* --- what no case says ----------------------------------------------------------------------- */

static const char *read_error(struct tree *tree, struct arena *arena)
{
    struct workflows found;

    assert_int_equal(read_all(tree, arena, &found), SOURCE_FOUND);
    assert_int_equal(found.count, 1);
    return found.items[0].error != NULL ? found.items[0].error : "";
}

static void test_ten_thousand_jobs(void **state)
{
    (void)state;
    struct tree tree = {0};
    struct buf *text = add_file(&tree, WORKFLOW_DIRECTORY "/w.yml");
    struct arena arena = ARENA_INIT;
    struct workflows found;

    assert_int_equal(buf_addstr(text, "on: push\njobs:\n"), 0);
    for (int i = 0; i < 10000; i++)
        assert_int_equal(
            buf_addf(text, "  j%d:\n    needs: j%d\n    steps:\n    - run: true\n", i, i / 2), 0);
    assert_int_equal(
        buf_addstr(text, "  last:\n    needs: j9999\n    steps:\n    - run: uv publish\n"), 0);
    assert_int_equal(read_all(&tree, &arena, &found), SOURCE_FOUND);
    assert_null(found.items[0].error);
    assert_int_equal(found.publish_count, 1);
    assert_int_equal(found.publishes[0].line, 40006);
    arena_release(&arena);
    release(&tree);
}

static void test_bomb(void **state)
{
    (void)state;
    struct tree tree = {0};
    struct buf *text = add_file(&tree, WORKFLOW_DIRECTORY "/w.yml");
    struct arena arena = ARENA_INIT;

    assert_int_equal(buf_addstr(text, "a0: &a0 [x, x, x, x, x, x, x, x, x]\n"), 0);
    for (int i = 1; i < 20; i++)
        assert_int_equal(buf_addf(text, "a%d: &a%d [*a%d, *a%d, *a%d, *a%d, *a%d, *a%d]\n", i, i,
                                  i - 1, i - 1, i - 1, i - 1, i - 1, i - 1),
                         0);
    assert_non_null(strstr(read_error(&tree, &arena), "more than is looked at"));
    arena_release(&arena);
    release(&tree);
}

/* Files that call each other many times over, and steps that share one long script. */
static void test_much_work(void **state)
{
    (void)state;
    struct tree tree = {0};
    struct buf *text = add_file(&tree, WORKFLOW_DIRECTORY "/w.yml");
    struct arena arena = ARENA_INIT;

    assert_int_equal(buf_addstr(text, "on: push\nx: &x\n  run: \""), 0);
    for (int i = 0; i < 10000; i++)
        assert_int_equal(buf_addstr(text, "twine upload; "), 0);
    assert_int_equal(buf_addstr(text, "\"\njobs:\n  j:\n    steps:\n"), 0);
    for (int i = 0; i < 20000; i++)
        assert_int_equal(buf_addstr(text, "    - *x\n"), 0);
    assert_non_null(strstr(read_error(&tree, &arena), "more than is looked at"));
    release(&tree);
    for (int file = 0; file < 4; file++) {
        char path[64];
        snprintf(path, sizeof path, WORKFLOW_DIRECTORY "/%d.yml", file);
        text = add_file(&tree, path);
        assert_int_equal(buf_addstr(text, "on: workflow_call\njobs:\n"), 0);
        for (int i = 0; i < 1000; i++)
            assert_int_equal(
                buf_addf(text, "  j%d:\n    uses: ./.github/workflows/%d.yml\n", i, file + 1), 0);
    }
    struct workflows found;
    assert_int_equal(read_all(&tree, &arena, &found), SOURCE_FOUND);
    arena_release(&arena);
    release(&tree);
}

static void test_depth_and_size(void **state)
{
    (void)state;
    struct tree tree = {0};
    struct buf *text = add_file(&tree, WORKFLOW_DIRECTORY "/w.yml");
    struct arena arena = ARENA_INIT;

    for (int i = 0; i < 500; i++)
        assert_int_equal(buf_addstr(text, "["), 0);
    assert_non_null(strstr(read_error(&tree, &arena), "deeper"));
    buf_reset(text);
    for (int i = 0; i < 1100; i++)
        assert_int_equal(buf_addf(text, "#%01000d\n", i), 0);
    assert_non_null(strstr(read_error(&tree, &arena), "larger than"));
    arena_release(&arena);
    release(&tree);
}

static void test_pending(void **state)
{
    (void)state;
    struct tree tree = {.pending = ".github/actions/p/action.yml"};
    struct buf *text = add_file(&tree, WORKFLOW_DIRECTORY "/w.yml");
    struct arena arena = ARENA_INIT;
    struct workflows found;

    assert_int_equal(
        buf_addstr(text, "on: push\njobs:\n  j:\n    steps:\n    - uses: ./.github/actions/p\n"),
        0);
    assert_int_equal(read_all(&tree, &arena, &found), SOURCE_PENDING);
    arena_release(&arena);
    release(&tree);
}

static void test_yaml(void **state)
{
    (void)state;
    static const char text[] = "on: yes\n"
                               "base: &base {a: 1, b: 2}\n"
                               "more: &more {b: 3, c: 4}\n"
                               "both:\n"
                               "  c: 5\n"
                               "  <<: [*base, *more]\n"
                               "later: *base\n";
    struct arena arena = ARENA_INIT;
    const struct yaml_node *root;
    struct err err = {0};

    assert_int_equal(yaml_parse(text, strlen(text), "t", &arena, &root, &err), 0);
    assert_string_equal(yaml_text(yaml_get(root, "on")), "yes");
    assert_int_equal(yaml_find(root, "both")->key->line, 4);
    assert_string_equal(yaml_text(yaml_get(yaml_get(root, "both"), "a")), "1");
    assert_string_equal(yaml_text(yaml_get(yaml_get(root, "both"), "b")), "2");
    assert_string_equal(yaml_text(yaml_get(yaml_get(root, "both"), "c")), "5");
    assert_string_equal(yaml_text(yaml_get(yaml_get(root, "later"), "b")), "2");
    assert_null(yaml_get(yaml_get(root, "both"), "<<"));
    assert_int_equal(yaml_parse("# nothing\n", 10, "t", &arena, &root, &err), 0);
    assert_null(root);
    arena_release(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_cases),          cmocka_unit_test(test_ten_thousand_jobs),
        cmocka_unit_test(test_bomb),           cmocka_unit_test(test_much_work),
        cmocka_unit_test(test_depth_and_size), cmocka_unit_test(test_pending),
        cmocka_unit_test(test_yaml),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
