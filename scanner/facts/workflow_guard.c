#include "facts/workflow_internal.h"

#include <string.h>

static const char *run_of(const struct yaml_node *step)
{
    return yaml_text(yaml_get(step, "run"));
}

/* What names the tag, or the ref that may be one. */
static const char *const tag_words[] = {
    "github.ref",   "github_ref",       "ref_name", "event.release", "tag_name",    "refs/tags",
    "git describe", "--points-at",      "$tag",     "${tag",         "release_tag", "_tag",
    "tag_",         "github.event.ref", NULL};

static bool names_tag(const struct yaml_node *step)
{
    const struct yaml_node *env = yaml_as(yaml_get(step, "env"), YAML_MAPPING);

    if (workflow_has_any(run_of(step), tag_words))
        return true;
    for (size_t i = 0; env != NULL && i < env->count; i++)
        if (workflow_has_any(yaml_text(env->pairs[i].value), tag_words))
            return true;
    return false;
}

/* "Check that the tag is the version", and what such scripts are called. */
static bool is_named_check(const struct yaml_node *step)
{
    static const char *const verbs[] = {"check",  "verif",  "match", "compar", "validat",
                                        "ensure", "assert", "must",  "same",   NULL};
    static const char *const scripts[] = {"check_version",  "check-version",   "verify_version",
                                          "verify-version", "version_check",   "version-check",
                                          "check_tag",      "check-tag",       "verify_tag",
                                          "verify-tag",     "fleetdrift gate", NULL};
    const char *name = yaml_text(yaml_get(step, "name"));

    return (workflow_has(name, "tag") && workflow_has(name, "version") &&
            workflow_has_any(name, verbs)) ||
           workflow_has_any(run_of(step), scripts);
}

bool workflow_is_check(const struct yaml_node *step)
{
    static const char *const compares[] = {"exit 1", "sys.exit", "!=",   "==",    " = ",
                                           "assert", "diff ",    "grep", "raise", "case ",
                                           "=~",     "-ne ",     NULL};
    static const char *const sets[] = {"poetry version",  "hatch version", "uv version",
                                       "pretend_version", "sed -i",        "pdm bump",
                                       "bump-my-version", "bump2version",  "dunamai",
                                       "setuptools_scm",  "hatch-vcs",     NULL};
    const char *run = run_of(step);

    if (is_named_check(step))
        return true;
    if (!workflow_has(run, "version") || !names_tag(step))
        return false;
    return workflow_has_any(run, compares) || workflow_has_any(run, sets);
}

bool workflow_is_tag_guard(const struct yaml_node *step)
{
    static const char *const refs[] = {"refs/tags", "ref_type", NULL};

    return workflow_has_any(run_of(step), refs) && workflow_has(run_of(step), "exit ");
}

/* Not what lists tags. */
static bool says_git_tag(const char *run)
{
    static const char *const lists[] = {"-l", "--list",   "--sort", "--points-at", "--contains",
                                        "-d", "--merged", "|",      "\n",          NULL};

    while ((run = strstr(run, "git tag")) != NULL) {
        bool list = false;
        run += strlen("git tag");
        const char *rest = run + strspn(run, " ");
        for (size_t i = 0; lists[i] != NULL; i++)
            list |= strncmp(rest, lists[i], strlen(lists[i])) == 0;
        if (!list && *rest != '\0' && *rest != ')')
            return true;
    }
    return false;
}

bool workflow_makes_tag(const struct yaml_node *step)
{
    static const char *const actions[] = {
        "gh-release",       "release-action", "create-release", "create-tag", "tag-action",
        "action-release",   "github-tag",     "git-tag",        "push-tag",   "tag-and-release",
        "semantic-release", "release-please", "auto-tag",       NULL};
    static const char *const commands[] = {
        "gh release create", "--follow-tags", "push --tags", "semantic-release",
        "bumpversion",       "tbump",         NULL};
    static const char *const scripts[] = {"createRelease", "createRef", "createTag", NULL};

    return workflow_has_any(yaml_text(yaml_get(step, "uses")), actions) ||
           workflow_has_any(run_of(step), commands) || says_git_tag(run_of(step)) ||
           workflow_has_any(yaml_text(yaml_get(yaml_get(step, "with"), "script")), scripts);
}

bool workflow_takes_ref(const struct yaml_node *step)
{
    const char *ref = yaml_text(yaml_get(yaml_get(step, "with"), "ref"));

    return workflow_has(yaml_text(yaml_get(step, "uses")), "/checkout") &&
           (workflow_has(ref, "inputs.") || workflow_has(ref, "client_payload") ||
            workflow_has(ref, "refs/tags"));
}

bool workflow_keeps_token(const struct yaml_node *step)
{
    static const char *const ways[] = {"pypi-token", "http-basic", ".pypirc", "[pypi]", NULL};

    return workflow_has_any(run_of(step), ways);
}
