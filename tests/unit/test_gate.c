/* What the list says of a tree that was looked at. */
#include "remedy/gate.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/clock.h"

#define HERE  "1111111111111111111111111111111111111111"
#define THERE "2222222222222222222222222222222222222222"

/* A tree that is ready to be published as 1.1.0. */
struct ready {
    struct arena arena;
    struct worktree_facts tree;
    struct worktree_status status;
    struct project project;
    struct gate_tag tag;
    struct gate_branch branch;
    struct changelog_entry entry;
    struct gitwire_ref ref;
    struct gitwire_refs refs;
    struct index_release release;
    struct index_document document;
    const char *former[2];
    struct gate gate;
};

static const char *const urls[] = {"https://github.com/o/r", NULL};
static const char *const labels[] = {"Repository", NULL};

static void make(struct ready *r)
{
    *r = (struct ready){
        .arena = ARENA_INIT,
        .tree = {.root = "/x", .directory = "", .head = HERE, .branch = "main", .remote = "origin"},
        .project = {.directory = "",
                    .name = "Tool",
                    .normal = "tool",
                    .kind = DECLARED_STATIC,
                    .version = "1.1.0",
                    .origin = "pyproject.toml:3"},
        .tag = {"v1.1.0", THERE, HERE, true, true, "1.1.0"},
        .branch = {.name = "main", .reached = 1},
        .entry = {.version = "1.1.0", .date = "2025-01-01", .line = 3},
        .ref = {"refs/tags/v1.1.0", THERE, HERE},
        .release = {.version = "1.0.0", .uploaded_at = CLOCK_UNKNOWN},
        .document = {.urls = urls, .url_labels = labels, .release_count = 1},
    };
    r->refs = (struct gitwire_refs){.refs = &r->ref, .count = 1};
    r->document.releases = &r->release;
    r->gate = (struct gate){
        .arena = &r->arena,
        .package = "tool",
        .version = "1.1.0",
        .wanted = "--version",
        .tree = &r->tree,
        .status = &r->status,
        .project = &r->project,
        .tags = &r->tag,
        .tag_count = 1,
        .tag_prefix = "v",
        .branches = &r->branch,
        .branch_count = 1,
        .changelog = {.path = "CHANGELOG.md", .entry = &r->entry},
        .licence = {.path = "LICENSE"},
        .remote = {.repository = "o/r", .former = r->former, .refs = &r->refs},
        .index = {.url = "https://pypi.org", .document = &r->document},
        .review = {.pull = {.number = 7}, .votes = {.approver = "ida", .of_head = 1}},
        .checks = {.seen = {.passed = 1}},
    };
}

/* The ids of all lines that are not right, "clean:wrong tag:unknown". */
static const char *judged(struct ready *r, struct gate_line lines[GATE_CHECKS_MAX])
{
    static const char *const words[] = {"right", "wrong", "unknown"};
    size_t count = gate_judge(&r->gate, lines);
    const char *out = "";

    for (size_t i = 0; i < count; i++) {
        assert_non_null(lines[i].seen);
        if (lines[i].mark != MARK_GOOD)
            out = arena_printf(&r->arena, "%s%s%s:%s", out, *out != '\0' ? " " : "", lines[i].id,
                               words[lines[i].mark]);
    }
    return out;
}

static const struct gate_line *line_of(const struct gate_line *lines, const char *id)
{
    while (strcmp(lines->id, id) != 0)
        lines++;
    return lines;
}

static void ready(struct ready *r)
{
    (void)r;
}

static void next_is_older(struct ready *r)
{
    r->release.version = "2.0";
}

static void next_is_a_pre_release(struct ready *r)
{
    r->release.version = "2.0rc1";
}

static void published(struct ready *r)
{
    r->release.version = "1.1";
}

static void unreadable_names(struct ready *r)
{
    r->document.incomplete = true;
    r->document.note = "3 files have names that tell no version";
}

static void first_release(struct ready *r)
{
    r->gate.index = (struct gate_index){.url = "https://pypi.org", .absent = true};
    r->project.urls = urls;
}

static void first_release_elsewhere(struct ready *r)
{
    static const char *const other[] = {"https://github.com/them/r", NULL};

    first_release(r);
    r->project.urls = other;
}

static void opaque(struct ready *r)
{
    r->project.kind = DECLARED_OPAQUE;
    r->project.version = NULL;
    r->project.reason = "it calls a function";
}

static void two_files(struct ready *r)
{
    r->project.reason = "setup.cfg:3 states 1.3";
}

static void no_version(struct ready *r)
{
    r->gate.version = r->gate.wanted = NULL;
}

static void local_version(struct ready *r)
{
    r->gate.version = r->project.version = r->tag.version = "1.1.0+mine";
}

static void other_tag(struct ready *r)
{
    r->tag.version = "1.2.0";
    r->gate.tag = "v1.1.0";
}

static void remote_moved_tag(struct ready *r)
{
    memcpy(r->ref.oid, HERE, sizeof r->ref.oid);
    r->ref.peeled[0] = '\0';
}

static void release_file(struct ready *r)
{
    r->entry = (struct changelog_entry){.version = "1.1.0", .empty = true};
    r->gate.changelog.whole = true;
}

static void workflows_unread(struct ready *r)
{
    r->gate.workflows.unknown = "more than 500 workflows";
}

static void lists(void **state)
{
    static const struct {
        void (*change)(struct ready *r);
        const char *wrong;
    } cases[] = {
        {ready, ""},
        {next_is_older, "newest:wrong"},
        {next_is_a_pre_release, ""},
        {published, "unused:wrong"},
        {unreadable_names, "unused:unknown"},
        {first_release, ""},
        {first_release_elsewhere, "repository:wrong"},
        {opaque, "declared:unknown"},
        {two_files, "declared:wrong"},
        {no_version, "declared:unknown version:unknown newest:unknown unused:unknown tag:unknown "
                     "tag-pushed:unknown changelog:unknown"},
        {local_version, "version:wrong"},
        {other_tag, "tag:wrong"},
        {remote_moved_tag, "tag-pushed:wrong"},
        {release_file, ""},
        {workflows_unread, "workflows:unknown"},
    };
    struct gate_line lines[GATE_CHECKS_MAX];
    struct ready r;

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        make(&r);
        cases[i].change(&r);
        const char *got = judged(&r, lines);
        if (strcmp(got, cases[i].wrong) != 0)
            fail_msg("case %zu: \"%s\", not \"%s\"", i, got, cases[i].wrong);
        arena_release(&r.arena);
    }
}

/* A name that someone chose goes into a command as one word. */
static void words(void **state)
{
    struct gate_line lines[GATE_CHECKS_MAX];
    struct ready r;

    (void)state;
    make(&r);
    r.gate.tag_count = 0;
    r.gate.tag_prefix = "x$(id)'";
    judged(&r, lines);
    assert_string_equal(line_of(lines, "tag")->repair,
                        "git tag -a 'x$(id)'\\''1.1.0' -m 'tool 1.1.0' && git push origin "
                        "'x$(id)'\\''1.1.0'");
    arena_release(&r.arena);
}

static void places(void **state)
{
    struct gate_line lines[GATE_CHECKS_MAX];
    struct ready r;

    (void)state;
    make(&r);
    r.project.version = "1.0.9";
    r.entry.date = NULL;
    assert_string_equal(judged(&r, lines), "declared:wrong changelog:wrong");
    assert_string_equal(line_of(lines, "declared")->file, "pyproject.toml");
    assert_int_equal(line_of(lines, "declared")->line, 3);
    assert_string_equal(line_of(lines, "changelog")->file, "CHANGELOG.md");
    assert_int_equal(line_of(lines, "changelog")->line, 3);
    arena_release(&r.arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lists),
        cmocka_unit_test(words),
        cmocka_unit_test(places),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
