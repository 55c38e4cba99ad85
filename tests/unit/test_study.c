/* What the trees of a repository say, and what is claimed of it: above all what was not looked at.
 */
#include "scan/claim.h"

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
#include "base/text.h"
#include "git_try.h"

#define NAMES_MAX 6000

static struct arena arena;
static struct mirror *mirror;
static struct reader *reader;
static json_t *memory;
static struct err err;

static int setup(void **state)
{
    (void)state;
    static const char script[] =
        "git init -q -b main source; cd source;"
        "git config user.name N; git config user.email n@example.org;"
        "save() { git add -A; git commit -qm $1; git tag $1; };"
        "project() { printf '[project]\\nname = \"%s\"\\nversion = \"1\"\\n' $1 >$2pyproject.toml; "
        "};"
        "mkdir -p a/LICENSES b; project a a/; echo >b/__init__.py; project b b/; echo x "
        ">a/LICENSES/MIT.txt; save mono;"
        "git mv a/LICENSES LICENSES; save reuse;"
        "git rm -rq .; mkdir -p tests/x; project x tests/x/; save fixture;"
        "git rm -rq .; d=$(printf 'd/%.0s' $(seq 33)); mkdir -p $d; project deep $d; save deep;"
        "project top ''; git rm -rq d; save top; echo lost >lost; save lost;"
        "git checkout -q top; git rm -rq .; mkdir -p real link out lfs huge; project real real/;"
        "ln -s ../real/pyproject.toml link/pyproject.toml;"
        "ln -s ../../x.toml out/pyproject.toml;"
        "echo 'version https://git-lfs.github.com/spec/v1' >lfs/setup.cfg;"
        "yes '#' | head -c 10000000 >huge/setup.py; git add -A;"
        "for m in sub own/pyproject.toml; do"
        " git update-index --add --cacheinfo 160000,$(git rev-parse HEAD),$m; done;"
        "git commit -qm strange; git tag strange";

    if (git_setup(script) != 0)
        return -1;
    char *dir = mem_printf("%s/mirror.git", git_root);
    int fd = git_pack("mono reuse fixture deep top strange", "");
    assert_int_equal(mirror_open(dir, "file:///none", &mirror, &err), 0);
    assert_int_equal(mirror_add_pack(mirror, fd, false, &err), 0);
    close(fd);
    free(dir);
    return 0;
}

static int teardown(void **state)
{
    mirror_free(mirror);
    return git_teardown(state);
}

static int start(void **state)
{
    (void)state;
    memory = NULL;
    reader = reader_new(mirror, (struct reader_said){0});
    return 0;
}

static int stop(void **state)
{
    (void)state;
    json_decref(memory);
    reader_free(reader);
    arena_release(&arena);
    return 0;
}

/* --- the study ------------------------------------------------------------------------------- */

static enum probe probe(const char *tag)
{
    char head[256];
    enum probe found = PROBE_NOTHING;

    git_resolve(tag, head);
    assert_int_equal(study_probe(reader, mirror, head, &found, &err), 0);
    return found;
}

static void a_probe_leaves_out_what_is_no_project(void **state)
{
    (void)state;
    assert_int_equal(probe("mono"), PROBE_PROJECTS);
    assert_int_equal(probe("top"), PROBE_UNSURE); /* its content must tell */
    assert_int_equal(probe("fixture"), PROBE_UNSURE);
    /* Nobody looked so far down: that is no "no project". */
    assert_int_equal(probe("deep"), PROBE_PROJECTS);
}

/* A study with the tip at a tag, and tags of these names. */
static struct study study_of(const char *head, const char *const *names)
{
    static struct gitwire_ref list[4];
    struct gitwire_refs refs = {.refs = list};
    struct study study;
    char oid[256];

    for (; *names != NULL; names++, refs.count++) {
        git_resolve(*names, oid);
        list[refs.count] =
            (struct gitwire_ref){.name = arena_printf(&arena, "refs/tags/v%zu.0", refs.count + 1)};
        memcpy(list[refs.count].oid, oid, OID_HEX);
    }
    git_resolve(head, oid);
    memcpy(refs.head_oid, oid, OID_HEX);
    assert_int_equal(study_tags(mirror, &refs, NULL, 0, &arena, &study, &err), 0);
    assert_int_equal(study_projects(reader, &arena, &study, &memory, &err), 0);
    return study;
}

static void projects_of_tip_and_tags(void **state)
{
    struct study study = study_of("top", (const char *const[]){"mono", "fixture", "mono", NULL});

    (void)state;
    assert_null(study.limit);
    /* The tip's one, and two at each of two tags of one commit; the fixture is none. */
    assert_int_equal(study.project_count, 5);
    assert_int_equal(study.projects[0].tag, STUDY_TIP);
    assert_string_equal(study.projects[0].project->name, "top");
    assert_string_equal(study.projects[1].directory, "a");
    assert_string_equal(study.projects[4].directory, "b");
    assert_int_equal(study.projects[4].tag, 2);
    assert_ptr_equal(study.projects[2].project, study.projects[4].project);
}

/* A tree that was read is not read again, unless it could not be told whole. */
static void what_is_remembered(void **state)
{
    static const char *const tags[] = {"mono", "fixture", "deep", NULL};
    struct study study = study_of("top", tags);
    json_t *item;

    (void)state;
    assert_int_equal(json_object_size(memory), 2);
    item = json_array_get(json_object_get(memory, study.tags[0].commit), 1);
    assert_string_equal(json_string_value(json_array_get(item, 0)), "b");
    json_array_set_new(item, 1, json_string("remembered"));
    study = study_of("top", tags);
    assert_int_equal(study.project_count, 3);
    assert_string_equal(study.projects[1].project->name, "a");
    assert_string_equal(study.projects[2].project->name, "remembered");
    assert_non_null(study.limit);
    json_array_set_new(item, 3, json_string("no such kind"));
    study = study_of("top", tags);
    assert_string_equal(study.projects[2].project->name, "b");
    study = study_of("top", (const char *const[]){"fixture", NULL});
    assert_int_equal(json_object_size(memory), 1);
}

static void a_limit_is_told_wherever_it_was_met(void **state)
{
    struct study study = study_of("deep", (const char *const[]){NULL});

    (void)state;
    assert_int_equal(study.project_count, 0);
    assert_non_null(study.limit);
    study = study_of("top", (const char *const[]){"mono", "deep", NULL});
    assert_int_equal(study.project_count, 3);
    assert_non_null(study.limit);
}

/* What is not here costs its own tag, and leaves the others as they are. */
static void a_tag_that_leads_nowhere(void **state)
{
    struct gitwire_ref refs[] = {
        {.name = "refs/tags/gone", .oid = "1111111111111111111111111111111111111111"},
        {.name = "refs/tags/lost"},
        {.name = "refs/tags/mono"},
    };
    struct gitwire_refs all = {.refs = refs, .count = 3};
    struct study study;
    char oid[256];
    int fd = git_pack("lost ^top", "--filter=tree:0");

    (void)state;
    assert_int_equal(mirror_add_pack(mirror, fd, true, &err), 0);
    close(fd);
    for (size_t i = 1; i < 3; i++) {
        git_resolve(refs[i].name, oid);
        memcpy(refs[i].oid, oid, sizeof refs[i].oid);
    }
    git_resolve("top", oid);
    memcpy(all.head_oid, oid, sizeof all.head_oid);
    assert_int_equal(study_tags(mirror, &all, NULL, 0, &arena, &study, &err), 0);
    for (size_t i = 0; i < 3; i++)
        study.tags[i].candidate = study.tags[i].commit != NULL;
    for (int again = 0; again < 2; again++)
        assert_int_equal(study_projects(reader, &arena, &study, &memory, &err), 0);
    assert_int_equal(study.unread_count, 2);
    assert_int_equal(study.tags[0].reason, REASON_MISSING_OBJECT);
    assert_int_equal(study.tags[1].reason, REASON_MISSING_OBJECT);
    assert_null(study.tags[2].error);
    assert_int_equal(study.projects[0].tag, STUDY_TIP);
    assert_int_equal(study.projects[study.project_count - 1].tag, 2);
}

/* A link is its target; of what cannot be read, as a submodule, the reason is told. */
static void files_that_are_none(void **state)
{
    static const struct {
        const char *directory, *name, *error;
    } expected[] = {
        {"huge", NULL, "huge/setup.py: the file is larger than we read"},
        {"lfs", NULL, "lfs/setup.cfg: a Git LFS pointer stands for the file"},
        {"link", "real", NULL},
        {"out", NULL, "out/pyproject.toml: the file is a link out of the tree"},
        {"own", NULL, "own/pyproject.toml: the file is a link out of the tree, or a submodule"},
        {"real", "real", NULL},
    };
    struct study study = study_of("strange", (const char *const[]){NULL});

    (void)state;
    assert_int_equal(study.project_count, sizeof expected / sizeof *expected);
    for (size_t i = 0; i < study.project_count; i++) {
        const struct study_project *at = &study.projects[i];
        assert_string_equal(at->directory, expected[i].directory);
        if (expected[i].error == NULL)
            assert_string_equal(at->project->name, expected[i].name);
        else if (at->error == NULL || !text_starts_with(at->error, expected[i].error))
            fail_msg("%s: %s", at->directory, at->error);
    }
}

static void more_names_than_are_asked_for(void **state)
{
    struct study study = {
        .project_count = NAMES_MAX,
        .projects = arena_array(&arena, NAMES_MAX + 1, sizeof *study.projects),
    };
    struct claim_context context = {.study = &study, .arena = &arena};

    (void)state;
    for (size_t i = 0; i <= NAMES_MAX; i++) {
        struct project *project = arena_alloc(&arena, sizeof *project);
        project->normal = arena_printf(&arena, "name-%zu", i);
        study.projects[i] = (struct study_project){
            .tag = STUDY_TIP, .directory = project->normal, .project = project};
    }
    claim_collect(&context);
    assert_int_equal(context.count, NAMES_MAX);
    assert_null(study.limit);
    claim_release(&context);
    study.project_count++;
    context = (struct claim_context){.study = &study, .arena = &arena};
    claim_collect(&context);
    assert_int_equal(context.count, NAMES_MAX);
    assert_non_null(study.limit);
    claim_release(&context);
}

/* --- files of the tip ------------------------------------------------------------------------ */

static enum fact_state licence(const char *tag, const char *directory, const char **path)
{
    struct project project = {0};
    struct study_project at = {.tag = STUDY_TIP, .directory = directory, .project = &project};
    char head[256];
    struct study study = {.head = head, .projects = &at, .project_count = 1};
    struct claim_context context = {.study = &study, .reader = reader, .arena = &arena};

    git_resolve(tag, head);
    claim_files(&context);
    *path = context.files[0].licence_path;
    return context.files[0].licence;
}

static void licences_in_a_folder_of_their_own(void **state)
{
    const char *path;

    (void)state;
    assert_int_equal(licence("mono", "a", &path), FACT_KNOWN);
    assert_string_equal(path, "a/LICENSES/MIT.txt");
    assert_int_equal(licence("mono", "b", &path), FACT_ABSENT);
    assert_null(path);
    /* The root's is for all of them. */
    assert_int_equal(licence("reuse", "b", &path), FACT_KNOWN);
    assert_string_equal(path, "LICENSES/MIT.txt");
    assert_int_equal(licence("deep", "", &path), FACT_UNKNOWN);
}

static void no_changelog_below_a_limit_is_unknown(void **state)
{
    struct study study = study_of("deep", (const char *const[]){NULL});
    struct row_release release = {.version = "1.0"};
    struct row_release_source source = {.version = "1.0"};
    struct claim claim = {
        .ours = true, .releases = &release, .release_count = 1, .sources = &source};
    struct claim_context context = {
        .study = &study, .reader = reader, .arena = &arena, .claims = &claim, .count = 1};
    char head[256];

    (void)state;
    claim_notes(&context);
    assert_string_equal(source.changelog_state, "unknown");
    git_resolve("top", head);
    study.head = head;
    claim_notes(&context);
    assert_string_equal(source.changelog_state, "absent");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_probe_leaves_out_what_is_no_project, start, stop),
        cmocka_unit_test_setup_teardown(projects_of_tip_and_tags, start, stop),
        cmocka_unit_test_setup_teardown(what_is_remembered, start, stop),
        cmocka_unit_test_setup_teardown(a_limit_is_told_wherever_it_was_met, start, stop),
        cmocka_unit_test_setup_teardown(a_tag_that_leads_nowhere, start, stop),
        cmocka_unit_test_setup_teardown(files_that_are_none, start, stop),
        cmocka_unit_test_setup_teardown(more_names_than_are_asked_for, start, stop),
        cmocka_unit_test_setup_teardown(licences_in_a_folder_of_their_own, start, stop),
        cmocka_unit_test_setup_teardown(no_changelog_below_a_limit_is_unknown, start, stop),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
