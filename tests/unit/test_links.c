/* URLs that denote a repository of the forge, and what follows from them. */
#include "facts/links.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include <cmocka.h>

static void urls(void **state)
{
    static const struct {
        const char *url, *repository;
    } cases[] = {
        {"https://github.com/Phlya/adjustText", "phlya/adjusttext"},
        {"http://www.github.com/o/r.git", "o/r"},
        {"https://github.com/o/r/", "o/r"},
        {"https://github.com/o/r/tree/main/sub", "o/r"},
        {"https://github.com/o/r#readme", "o/r"},
        {"https://github.com/o/r?tab=readme", "o/r"},
        {"https://github.com/o/r.git#egg=r", "o/r"},
        {"https://GitHub.com:443/o/r", "o/r"},
        {"https://github.com./o/r", "o/r"},
        {"https://user:secret@github.com/o/r", "o/r"},
        {"git+https://github.com/o/r.git@v1", "o/r"},
        {"git+https://github.com/o/r.git", "o/r"},
        {"git+ssh://git@github.com/o/r.git", "o/r"},
        {"ssh://git@github.com:22/o/r", "o/r"},
        {"ssh://git@github.com:o/r.git", "o/r"},
        {"git@github.com:o/r.git", "o/r"},
        {"git@github.com:3b1b/manim.git", "3b1b/manim"},
        {"git://github.com/o/r", "o/r"},
        {"scm:git:git://github.com/o/r.git", "o/r"},
        {"github.com/o/r", "o/r"},
        {" <https://github.com/o/r>", "o/r"},
        {"https://github.com/o/r.js", "o/r.js"},
        {"https://github.com/o", NULL},
        {"https://github.com/o/", NULL},
        {"https://github.com/", NULL},
        {"https://github.com", NULL},
        {"https://github.com/o/.git", NULL},
        {"https://github.com/o/..", NULL},
        {"https://github.com/sponsors/x", NULL},
        {"https://github.com/orgs/x/projects", NULL},
        {"https://gist.github.com/o/123abc", NULL},
        {"https://raw.githubusercontent.com/o/r/main/x", NULL},
        {"https://raw.github.com/o/r/main/x", NULL},
        {"https://o.github.io/r", NULL},
        {"https://notgithub.com/o/r", NULL},
        {"https://github.com.evil.example/o/r", NULL},
        {"https://evil.example/github.com/o/r", NULL},
        {"https://github.com@evil.example/o/r", NULL},
        {"https://github.com:8443/o/r", NULL},
        {"https://gitlab.com/o/r", NULL},
        {"file://github.com/o/r", NULL},
        {"javascript:github.com/o/r", NULL},
        {"https://github.com/o/r%0a", NULL},
        {"UNKNOWN", NULL},
        {"", NULL},
    };
    struct arena arena = ARENA_INIT;

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const char *got = links_repository(cases[i].url, NULL, &arena);
        const char *want = cases[i].repository;
        if ((got == NULL) != (want == NULL) || (got != NULL && strcmp(got, want) != 0))
            fail_msg("%s: %s", cases[i].url, got != NULL ? got : "none");
    }
    arena_release(&arena);
}

static void other_hosts(void **state)
{
    static const char *const hosts[] = {"git.example.org", "127.0.0.1:8080", NULL};
    struct arena arena = ARENA_INIT;

    (void)state;
    assert_string_equal(links_repository("https://git.example.org/o/r", hosts, &arena), "o/r");
    assert_string_equal(links_repository("http://127.0.0.1:8080/o/r.git", hosts, &arena), "o/r");
    assert_null(links_repository("http://127.0.0.1:8081/o/r.git", hosts, &arena));
    assert_null(links_repository("https://github.com/o/r", hosts, &arena));
    arena_release(&arena);
}

#define HERE  "https://github.com/o/r"
#define UP    "https://github.com/up/stream"
#define LAB   "https://gitlab.com/real/pk"
#define REAL  "gitlab.com/real/pk"
#define THIRD "https://github.com/third/party"
#define NO    false, false /* neither a fork nor configured */
#define FORK  true, false

static const char *const former[] = {"old/name", NULL};

/* what, labels, URLs, releases, agreeing, state, the other repository */
static const struct judgement {
    const char *what;
    const char *label[3], *url[3];
    size_t releases, agreeing;
    bool fork, configured;
    enum link_state expected;
    const char *other;
} judgement_cases[] = {
    {"configured wins", {"Source"}, {UP}, 3, 0, false, true, LINK_CONFIGURED, NULL},
    {"source names it", {"Source Code"}, {HERE}, 3, 0, NO, LINK_MUTUAL, NULL},
    {"home page names it", {""}, {HERE "/"}, 3, 0, NO, LINK_MUTUAL, NULL},
    {"tracker names it", {"Issues"}, {HERE "/issues"}, 3, 0, NO, LINK_MUTUAL, NULL},
    {"a former name", {"Homepage"}, {"http://github.com/Old/Name"}, 3, 0, NO, LINK_MUTUAL, NULL},
    {"its tracker is elsewhere", {"Source", "Issues"}, {HERE, UP}, 3, 0, NO, LINK_MUTUAL, NULL},
    {"source elsewhere", {"Source"}, {UP}, 3, 3, NO, LINK_CONTRADICTED, "up/stream"},
    {"home elsewhere", {"home-page"}, {UP}, 3, 3, NO, LINK_CONTRADICTED, "up/stream"},
    {"source before home", {"Home", "Repo"}, {THIRD, UP}, 3, 3, NO, LINK_CONTRADICTED, "up/stream"},
    {"trackers prove nothing",
     {"Issues", "Changelog", "Funding"},
     {UP, UP, UP},
     4,
     2,
     NO,
     LINK_CORROBORATED,
     NULL},
    {"money and ancestry are no link",
     {"Funding", "Upstream", "Forked from"},
     {HERE, HERE, HERE},
     4,
     0,
     NO,
     LINK_CLAIMED,
     NULL},
    {"half agree", {NULL}, {NULL}, 5, 3, NO, LINK_CORROBORATED, NULL},
    {"fewer agree", {NULL}, {NULL}, 5, 2, NO, LINK_CLAIMED, NULL},
    {"no release", {NULL}, {NULL}, 0, 0, NO, LINK_CLAIMED, NULL},
    {"a fork has its upstream's tags", {NULL}, {NULL}, 5, 5, FORK, LINK_CLAIMED, NULL},
    {"a fork's upstream", {"Source"}, {UP}, 5, 5, FORK, LINK_CONTRADICTED, "up/stream"},
    {"source on another forge",
     {"Source"},
     {LAB "/-/tree/main"},
     3,
     3,
     NO,
     LINK_CONTRADICTED,
     REAL},
    {"home on another forge", {""}, {LAB ".git"}, 3, 3, NO, LINK_CONTRADICTED, REAL},
    {"here and on another forge", {"Source", "Home"}, {LAB, HERE}, 3, 0, NO, LINK_MUTUAL, NULL},
    {"source before a home here",
     {"Home", "Repository"},
     {UP, "git@gitlab.com:real/pk.git"},
     3,
     3,
     NO,
     LINK_CONTRADICTED,
     REAL},
    {"a tracker on another forge",
     {"Issues"},
     {LAB "/-/issues"},
     3,
     3,
     NO,
     LINK_CORROBORATED,
     NULL},
    {"a fork that is named itself", {"Source"}, {HERE}, 5, 5, FORK, LINK_MUTUAL, NULL},
};

static void judge(const struct judgement *c)
{
    struct arena arena = ARENA_INIT;
    struct links_result result;
    const char *const urls_named[4] = {c->url[0], c->url[1], c->url[2], NULL};
    const char *const labels[4] = {c->label[0], c->label[1], c->label[2], NULL};
    struct links_input input = {.repository = "O/R",
                                .former = former,
                                .fork = c->fork,
                                .configured = c->configured,
                                .index_urls = urls_named,
                                .index_labels = labels,
                                .releases = c->releases,
                                .agreeing = c->agreeing};

    links_judge(&input, &arena, &result);
    if (result.state != c->expected)
        fail_msg("%s: %s", c->what, link_state_word(result.state));
    assert_non_null(result.evidence);
    if (c->other != NULL)
        assert_string_equal(result.other, c->other);
    else
        assert_null(result.other);
    arena_release(&arena);
}

static void judgements(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof judgement_cases / sizeof *judgement_cases; i++)
        judge(&judgement_cases[i]);
}

/* Under the labels that denote source: what names a repository on another forge, and what does not.
 */
static const struct {
    const char *url, *other; /* NULL: silent */
} forge_cases[] = {
    {"https://gitlab.com/real/pk", "gitlab.com/real/pk"},
    {"https://gitlab.com/group/sub/pk.git", "gitlab.com/group/sub/pk"},
    {"https://gitlab.com/group/sub/pk/-/tree/main/py", "gitlab.com/group/sub/pk"},
    {"https://gitlab.com/real/pk/tree/master", "gitlab.com/real/pk"},
    {"https://gitlab.example.org/real/pk", "gitlab.example.org/real/pk"},
    {"https://www.bitbucket.org/real/pk/src/default/", "www.bitbucket.org/real/pk"},
    {"https://bitbucket.org:443/real/pk", "bitbucket.org:443/real/pk"},
    {"https://Codeberg.org/real/pk?tab=readme", "codeberg.org/real/pk"},
    {"https://sourceforge.net/projects/pk/", "sourceforge.net/projects/pk"},
    {"https://sourceforge.net/p/pk/code", "sourceforge.net/p/pk/code"},
    {"https://git.sr.ht/~real/pk", "git.sr.ht/~real/pk"},
    {"https://hg.sr.ht/~real/pk", "hg.sr.ht/~real/pk"},
    {"https://gitea.example.org/real/pk", "gitea.example.org/real/pk"},
    {"https://forgejo.example.org/real/pk", "forgejo.example.org/real/pk"},
    {"https://git.example.org/real/pk", "git.example.org/real/pk"},
    {"https://github.example.org/real/pk", "github.example.org/real/pk"},
    {"https://salsa.debian.org/real/pk", "salsa.debian.org/real/pk"},
    /* what git alone understands needs no host that we know */
    {"git@code.example.org:real/pk.git", "code.example.org/real/pk"},
    {"ssh://git@code.example.org/real/pk", "code.example.org/real/pk"},
    {"git://code.example.org/pk", "code.example.org/pk"},
    {"https://code.example.org/real/pk.git", "code.example.org/real/pk"},
    {"git+https://code.example.org/real/pk", "code.example.org/real/pk"},

    {"https://pypi.org/project/pk", NULL},
    {"https://pypi.org/project/pk/1.0/", NULL},
    {"https://test.pypi.org/project/pk/", NULL},
    {"https://pypi.python.org/pypi/pk", NULL},
    {"https://files.pythonhosted.org/packages/a/b/pk-1.0.tar.gz", NULL},
    {"https://pk.readthedocs.io/en/latest", NULL},
    {"https://pk.readthedocs.org/en/latest/index.html", NULL},
    {"https://real.github.io/pk/docs", NULL},
    {"https://real.gitlab.io/pk/docs", NULL},
    {"https://git.github.io/pk/docs", NULL},
    {"https://gitlab.readthedocs.io/en/latest", NULL},
    {"https://real.codeberg.page/pk/docs", NULL},
    {"https://raw.githubusercontent.com/real/pk/main/README.md", NULL},
    {"https://gist.github.com/real/123abc", NULL},
    {"https://docs.gitlab.com/ee/user/project", NULL},
    {"https://about.gitlab.com/a/b", NULL},
    {"https://pk.sourceforge.net/a/b", NULL},
    {"https://anaconda.org/conda-forge/pk", NULL},
    {"https://hub.docker.com/r/real/pk", NULL},
    {"https://wiki.example.org/projects/pk", NULL},
    {"https://en.wikipedia.org/wiki/Python", NULL},
    {"https://pk.example.org/en/latest", NULL},
    {"https://www.example.org/products/pk", NULL},
    {"https://code.google.com/p/pk/source", NULL},
    {"https://huggingface.co/real/pk", NULL},
    {"https://readthedocs.org/projects/pk", NULL},
    {"https://app.circleci.com/pipelines/github/real/pk", NULL},
    {"https://notgitlab.com/real/pk", NULL},
    {"https://gitlab.com/real", NULL},
    {"https://gitlab.com/groups/real", NULL},
    {"https://gitlab.com/explore/projects", NULL},
    {"https://gitlab.com/api/v4/projects/1/packages/pypi", NULL},
    {"https://gitlab.com/-/snippets/1", NULL},
    {"https://gitlab.com/real/pk/-/wikis/home", NULL},
    {"https://gitlab.com/real/pk/issues", NULL},
    {"https://bitbucket.org/real/pk/wiki/Home", NULL},
    {"https://sourceforge.net/software/product/pk", NULL},
    {"https://git.io/real/pk", NULL},
    {"https://git-scm.com/book/en", NULL},
    {"https://github.com/up/stream/wiki/Home", NULL},
    {"https://github.com/up/stream/issues", NULL},
    {"https://github.com/up/stream/discussions/3", NULL},
    {"https://github.com/up", NULL},
    {"mailto:real@gitlab.com", NULL},
    {"UNKNOWN", NULL},
    {".git", NULL},
    {"/srv/git/pk.git", NULL},
};

static void other_forges(void **state)
{
    static const char *const labels[] = {"Source",      "Repository", "Code",
                                         "Source Code", "GitHub",     "Homepage"};
    struct arena arena = ARENA_INIT;

    (void)state;
    for (size_t i = 0; i < sizeof forge_cases / sizeof *forge_cases; i++)
        for (size_t l = 0; l < sizeof labels / sizeof *labels; l++) {
            struct links_result result;
            struct links_input input = {.repository = "o/r",
                                        .index_urls =
                                            (const char *const[]){forge_cases[i].url, NULL},
                                        .index_labels = (const char *const[]){labels[l], NULL},
                                        .releases = 2,
                                        .agreeing = 1};
            links_judge(&input, &arena, &result);
            bool contradicts = result.state == LINK_CONTRADICTED;
            if (contradicts != (forge_cases[i].other != NULL) ||
                (contradicts && strcasecmp(result.other, forge_cases[i].other) != 0))
                fail_msg("%s: %s, %s %s", labels[l], forge_cases[i].url,
                         link_state_word(result.state), contradicts ? result.other : "");
        }
    arena_release(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(urls),
        cmocka_unit_test(other_hosts),
        cmocka_unit_test(judgements),
        cmocka_unit_test(other_forges),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
