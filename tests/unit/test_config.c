#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "cli/config.h"
#include "cli/config_index.h"
#include "cli/settings.h"
#include "cli/value.h"

static int read_text(struct settings *settings, const char *text, struct err *err)
{
    settings_init(settings);
    return config_read(settings, text, strlen(text), "c.toml", err);
}

#define INDEX(rest) "[[index]]\nurl = \"https://pypi.acme.example/simple/\"\n" rest

static void assert_refused(const char *text, const char *said)
{
    struct settings settings;
    struct err err = {0};

    assert_int_equal(read_text(&settings, text, &err), -1);
    assert_int_equal(err.reason, REASON_USAGE);
    if (strstr(err.text, said) == NULL)
        fail_msg("\"%s\" does not say \"%s\"", err.text, said);
    settings_release(&settings);
}

static void test_values_land(void **state)
{
    struct settings settings;
    struct err err = {0};
    const char *text = "[fleet]\norganisations = [\"acme\", \"initech\"]\n"
                       "[[package]]\nname = \"acme-tools\"\nrepository = \"acme/tools\"\n"
                       "[[package]]\nname = \"loose\"\n"
                       "[github]\nforks = true\nweb = [\"git.acme.example\"]\n"
                       "[scan]\njobs = 7\ndeadline = \"15m\"\nfail_on = \"none\"\n"
                       "[http]\nstall_timeout = 9\n";

    (void)state;
    assert_int_equal(read_text(&settings, text, &err), 0);
    assert_int_equal(settings.organisations.count, 2);
    assert_string_equal(settings.organisations.items[1], "initech");
    assert_null(settings.organisations.items[2]);
    assert_int_equal(settings.packages.count, 2);
    assert_string_equal(settings.packages.items[0].repository, "acme/tools");
    assert_null(settings.packages.items[1].repository);
    assert_true(settings.forks);
    assert_int_equal(settings.github_web.count, 1);
    assert_int_equal(settings.jobs, 7);
    assert_int_equal(settings.deadline_ms, 900000);
    assert_int_equal(settings.fail_on, FAIL_ON_NONE);
    assert_int_equal(settings.stall_timeout_ms, 9000);
    assert_string_equal(settings.index, "https://pypi.org");
    settings_release(&settings);
}

static void assert_policy(const char *text, const char *list, const char *expected)
{
    struct settings settings;
    struct err err = {0};

    if (read_text(&settings, text, &err) != 0)
        fail_msg("%s", err.text);
    char *made = json_dumps(json_object_get(settings.policy, list), JSON_COMPACT | JSON_SORT_KEYS);
    assert_string_equal(made, expected);
    free(made);
    settings_release(&settings);
}

static void test_policy(void **state)
{
    (void)state;
    assert_policy("[policy]\nsince = \"2025-01-31\"\n[[override]]\npackage = \"Acme_Tools\"\n"
                  "since = 2024-02-29\n",
                  "since",
                  "[{\"day\":\"2024-02-29\",\"key\":null,\"package\":\"acme-tools\"},"
                  "{\"day\":\"2025-01-31\",\"key\":null,\"package\":null}]");
    assert_policy("[policy.severity]\nrule-a = \"low\"\n[[override]]\nrepository = \"a/b\"\n"
                  "severity = {rule-a = \"info\"}\n",
                  "severity",
                  "[{\"package\":null,\"repository\":\"a/b\",\"rule\":\"rule-a\","
                  "\"severity\":\"info\"},{\"package\":null,\"repository\":null,"
                  "\"rule\":\"rule-a\",\"severity\":\"low\"}]");
    assert_policy("[[waive]]\nrule = \"r\"\nreason = \"why\"\nuntil = 2026-12-31\n", "waive",
                  "[{\"package\":null,\"reason\":\"why\",\"rule\":\"r\","
                  "\"until\":\"2026-12-31\",\"versions\":null}]");
    assert_refused("[policy]\nsince = \"1.0\"\n", "c.toml:1: since of the fleet must be a day");
    assert_refused(
        "[policy]\nsince = \"2025-02-30\"\n",
        "c.toml:2: since: \"2025-02-30\" is neither a day (\"2025-01-31\") nor a version");
    assert_refused("[policy]\nsinc = \"\"\n",
                   "c.toml:2: unknown key \"sinc\" of [policy]; did you mean \"since\"?");
    assert_refused("[[waive]]\nrule = \"r\"\n", "c.toml:1: [[waive]] needs reason");
    assert_refused("[waive]\nrule = \"r\"\n", "waive is written as [[waive]]");
    assert_refused("[[waive]]\nrule = \"r\"\nreason = \"x\"\nversions = [\">=1,<x\"]\n",
                   "c.toml:4: versions: \"<x\" is no version");
    static const char *const odd[][2] = {
        {"1.0,2.0", "c.toml:4: versions: the low end of the range is given twice: at \"2.0\""},
        {"<1,<=3", "c.toml:4: versions: the high end of the range is given twice: at \"3\""},
        {"=>1.0", "c.toml:4: versions: \"=>1.0\" begins with none of < <= > >= =="},
        {"<>1.0", "c.toml:4: versions: \"<>1.0\" begins with none of < <= > >= =="},
    };
    for (size_t i = 0; i < sizeof odd / sizeof *odd; i++) {
        char text[128];
        snprintf(text, sizeof text,
                 "[[waive]]\nrule = \"r\"\nreason = \"x\"\nversions = [\"%s\"]\n", odd[i][0]);
        assert_refused(text, odd[i][1]);
    }
    assert_refused("[[waive]]\nrule = \"r\"\nreason = \"x\"\nuntil = \"soon\"\n",
                   "c.toml:4: until: \"soon\" is no day");
    assert_refused("[[override]]\nsince = \"1\"\n", "needs a package or a repository");
    assert_refused("[[override]]\nrepository = \"a/b\"\nsince = \"1\"\n", "since is of a package");
    assert_refused("[[override]]\npackage = \"a\"\nseverity = {r = \"grave\"}\n",
                   "c.toml:3: severity: of r must be critical, high, medium, low or info");
    assert_policy("[[override]]\npackage = \"Acme_Tools\"\ntag_prefix = \"\"\n"
                  "version_source = \"x.py:V\"\nchangelog = \"/news.md\"\n",
                  "override",
                  "[{\"changelog\":\"/news.md\",\"ignore\":null,\"package\":\"acme-tools\","
                  "\"repository\":null,\"severity\":null,\"since\":null,\"tag_prefix\":\"\","
                  "\"version_source\":\"x.py:V\"}]");
    assert_refused("[[override]]\npackage = \"a\"\nignore = [\"x\"]\n",
                   "c.toml:1: ignore is of a repository");
    assert_refused("[[override]]\nrepository = \"a/b\"\nignore = \"x\"\n",
                   "c.toml:3: ignore: must be a list of directories");
    assert_refused("[[override]]\npackage = \"a\"\nversion_source = \"x.py:\"\n",
                   "c.toml:3: version_source: \"x.py:\" is no source of a version");
    assert_refused("[[override]]\npackage = \"a\"\nchangelog = \"docs/\"\n",
                   "c.toml:3: changelog: \"docs/\" is not the path of a file");
}

static void test_refusals_name_the_line(void **state)
{
    (void)state;
    assert_refused("[scan]\n\njob = 3\n", "c.toml:3: unknown key \"scan.job\"; did you mean "
                                          "\"scan.jobs\"?");
    assert_refused("[scan]\njobs = true\n", "c.toml:2: scan.jobs must be a number");
    assert_refused("[scan]\njobs = 2000000\n",
                   "c.toml:2: scan.jobs: \"2000000\" is not a number from 1 to 1000");
    assert_refused("[http]\nconnections = 0\n", "from 1 to 64");
    assert_refused("[http]\nstall_timeout = \"none\"\n", "\"none\" is no duration");
    assert_refused("[[package]]\nname = \"a\"\nrepo = \"a/b\"\n",
                   "c.toml:3: unknown key \"repo\" of [[package]]; did you mean \"repository\"?");
    assert_refused("[[package]]\nname = \"a\"\nlink = \"a/b\"\n", "it has name and repository");
    assert_refused("jobs = 3\n", "unknown key \"jobs\"; did you mean \"jobs\" in [scan]?");
    assert_refused("databse = \"x\"\n", "did you mean \"database\" in [scan]?");
    assert_refused("[http]\ncache = \"x\"\n", "\"http.cache\"; did you mean \"scan.cache\"?");
    assert_refused("[github]\ntoken = \"x\"\n", "FLEETDRIFT_GITHUB_TOKEN, or name token_file");
    assert_refused("token = \"x\"\n", "a token never stands in this file");
    assert_refused("[github]\ntokenfile = \"x\"\n", "did you mean \"github.token_file\"?");
    assert_refused("[polcy]\nsince = \"1.0\"\n", "c.toml:1: unknown key \"polcy\"; did you mean "
                                                 "\"policy\"?");
    assert_refused("offline = true\n", "unknown key \"offline\"");
    assert_refused("[fleet]\norganisations = [1]\n", "c.toml:2: fleet.organisations must be");
    assert_refused("[github]\napi = \"https://u:p@h\"\n", "tokens have their own place");
    assert_refused("[scan]\nverify = \"ev ery\"\n", "is neither none, latest nor all");
    assert_refused("[[package]]\nname = \"a b\"\n", "is no package");
    assert_refused(INDEX("integrity = \"no\"\n"), "integrity must be true or false");
}

static void test_indexes(void **state)
{
    struct settings settings;
    struct err err = {0};
    struct scan_index *list;
    size_t count;

    (void)state;
    setenv("TEST_INDEX_USER", "reader", 1);
    assert_int_equal(
        read_text(
            &settings,
            INDEX("kind = \"simple\"\nusername_env = \"TEST_INDEX_USER\"\n"
                  "token_command = [\"echo\", \"s3cret\"]\nintegrity = false\n") "[[index]]\nurl = "
                                                                                 "\"https://"
                                                                                 "pypi.org\"\n",
            &err),
        0);
    assert_int_equal(index_list(&settings, &list, &count, &err), 0);
    assert_int_equal(count, 2);
    assert_string_equal(list[0].url, "https://pypi.acme.example/simple");
    assert_int_equal(list[0].kind, PYPI_SIMPLE);
    assert_string_equal(list[0].user, "reader");
    assert_string_equal(list[0].secret, "s3cret");
    assert_int_equal(list[0].integrity, PYPI_INTEGRITY_NO);
    assert_int_equal(list[1].integrity, PYPI_INTEGRITY_YES); /* of PyPI it is known */
    assert_int_equal(list[1].kind, PYPI_AUTO);
    assert_null(list[1].secret);
    index_list_free(list, count);
    settings.index_flag = "https://pypi.acme.example/simple/";
    assert_int_equal(index_list(&settings, &list, &count, &err), 0);
    assert_int_equal(count, 1);
    assert_string_equal(list[0].secret, "s3cret");
    index_list_free(list, count);
    settings.index_flag = "https://other.example";
    assert_int_equal(index_list(&settings, &list, &count, &err), 0);
    assert_string_equal(list[0].url, "https://other.example");
    assert_null(list[0].secret);
    index_list_free(list, count);
    settings_release(&settings);
    unsetenv("TEST_INDEX_USER");
}

static void test_indexes_that_are_refused(void **state)
{
    (void)state;
    assert_refused("[[index]]\nkind = \"json\"\n", "[[index]] needs a url");
    assert_refused("[[index]]\nurl = \"ftp://x\"\n", "c.toml:2: \"ftp://x\" is no http(s) URL");
    assert_refused(INDEX("kind = \"html\"\n"), "c.toml:3: ");
    assert_refused(INDEX("user = \"x\"\n"), "c.toml:3: unknown key \"user\" of [[index]]");
    assert_refused(INDEX("password = \"x\"\n"), "a secret never stands in this file");
    assert_refused(INDEX("token = \"x\"\n"), "a secret never stands in this file");
    assert_refused(INDEX("username = \"x\"\n"), "has a user name, but neither token_env");
    assert_refused(INDEX("token_command = \"x\"\n"), "token_command must be a list of texts");
    assert_refused(INDEX("token_env = 7\n"), "token_env must be a text");
    assert_refused(INDEX("") INDEX(""), "c.toml:4: two [[index]] have one url");
    assert_refused("index = 7\n", "index must be a section");
}

/* What is written in `above` replaces what is in `below`, and only that. */
static void test_fleet_of_the_command_line(void **state)
{
    struct settings settings;
    struct err err = {0};

    (void)state;
    assert_int_equal(read_text(&settings, "[fleet]\norganisations = [\"acme\"]\n", &err), 0);
    settings_choose_fleet(&settings);
    assert_int_equal(settings.organisations.count, 1);
    assert_int_equal(settings_assign(&settings, settings_find("package"), "one", LAYER_FLAG, &err),
                     0);
    assert_int_equal(
        settings_assign(&settings, settings_find("package"), "two=a/b", LAYER_FLAG, &err), 0);
    settings_choose_fleet(&settings);
    assert_int_equal(settings.organisations.count, 0);
    assert_int_equal(settings.packages.count, 2);
    settings_release(&settings);
}

static bool same_list(const struct setting_list *a, const struct setting_list *b)
{
    bool same = a->count == b->count;

    for (size_t i = 0; same && i < a->count; i++)
        same = strcmp(a->items[i], b->items[i]) == 0;
    return same;
}

static bool same_text(const char *a, const char *b)
{
    return a == NULL || b == NULL ? a == b : strcmp(a, b) == 0;
}

static bool same_value(const struct setting *setting, const struct settings *a,
                       const struct settings *b)
{
    const void *x = (const char *)a + setting->offset;
    const void *y = (const char *)b + setting->offset;

    switch (setting->type) {
    case SETTING_TEXT:
        return same_text(*(const char *const *)x, *(const char *const *)y);
    case SETTING_LIST:
        return same_list(x, y);
    case SETTING_COUNT:
        return *(const unsigned *)x == *(const unsigned *)y;
    case SETTING_BOOL:
        return *(const bool *)x == *(const bool *)y;
    case SETTING_DURATION:
    case SETTING_LIMIT:
        return *(const uint64_t *)x == *(const uint64_t *)y;
    case SETTING_CHOICE:
        return *(const int *)x == *(const int *)y;
    case SETTING_PACKAGES:
        return true;
    }
    return false;
}

/* The file that people copy says every setting and its true default. */
static void test_annotated_file_holds_every_default(void **state)
{
    struct settings written, defaults;
    struct err err = {0};
    char text[32768];
    FILE *f = fopen(CONFIG_EXAMPLE, "r");

    (void)state;
    assert_non_null(f);
    text[fread(text, 1, sizeof text - 1, f)] = '\0';
    fclose(f);
    settings_init(&defaults);
    if (read_text(&written, text, &err) != 0)
        fail_msg("%s", err.text);
    for (const struct setting *s = settings_table(); s->name != NULL; s++) {
        const char *dot = strchr(s->name, '.');
        char line[80];
        if (dot == NULL)
            continue;
        snprintf(line, sizeof line, "\n%s = ", dot + 1);
        if (strstr(text, line) == NULL)
            fail_msg("%s is not in the annotated configuration", s->name);
        if (!same_value(s, &written, &defaults))
            fail_msg("%s has another default in the annotated configuration", s->name);
    }
    settings_release(&written);
    settings_release(&defaults);
}

static void test_values(void **state)
{
    unsigned n = 0, shards = 0;
    uint64_t ms = 1;
    struct err err = {0};

    (void)state;
    assert_int_equal(value_count("1000000", 0, VALUE_COUNT_MAX, &n, &err), 0);
    assert_int_equal(value_count("99999999999999999999", 0, VALUE_COUNT_MAX, &n, &err), -1);
    assert_int_equal(value_count("", 0, VALUE_COUNT_MAX, &n, &err), -1);
    assert_int_equal(value_count("+1", 0, VALUE_COUNT_MAX, &n, &err), -1);
    assert_int_equal(value_duration("2h", false, VALUE_DAYS_MAX, &ms, &err), 0);
    assert_int_equal(ms, 7200000);
    assert_int_equal(value_duration("none", true, VALUE_DAYS_MAX, &ms, &err), 0);
    assert_int_equal(ms, 0);
    assert_int_equal(value_duration("2 h", true, VALUE_DAYS_MAX, &ms, &err), -1);
    assert_int_equal(value_duration("none", false, VALUE_DAYS_MAX, &ms, &err), -1);
    assert_int_equal(value_duration("0", true, VALUE_DAYS_MAX, &ms, &err), -1);
    assert_int_equal(value_duration("8d", true, VALUE_DAYS_MAX, &ms, &err), -1);
    assert_int_equal(value_duration("90d", false, 36500, &ms, &err), 0);
    assert_int_equal(value_shard("2/3", &n, &shards, &err), 0);
    assert_int_equal(n, 2);
    assert_int_equal(shards, 3);
    assert_int_equal(value_shard("0/3", &n, &shards, &err), -1);
    assert_int_equal(value_shard("1/3x", &n, &shards, &err), -1);
    assert_int_equal(value_check_repository("acme/tools", &err), 0);
    assert_int_equal(value_check_repository("acme/../x", &err), -1);
    assert_int_equal(value_check_repository("acme/", &err), -1);
    assert_int_equal(value_check_repository("/tools", &err), -1);
    assert_int_equal(value_check_owner("acme corp", &err), -1);
    assert_int_equal(value_check_url("https://", &err), -1);
    assert_int_equal(value_check_url("http://127.0.0.1:8080/api", &err), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_values_land),
        cmocka_unit_test(test_policy),
        cmocka_unit_test(test_refusals_name_the_line),
        cmocka_unit_test(test_indexes),
        cmocka_unit_test(test_indexes_that_are_refused),
        cmocka_unit_test(test_fleet_of_the_command_line),
        cmocka_unit_test(test_annotated_file_holds_every_default),
        cmocka_unit_test(test_values),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
