#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "cli/options.h"

static const struct flag flags[] = {
    {"org", "NAME", "fleet.organisations", "help"},
    {"format", "FORMAT", "output.format", "help", 'f'},
    {"offline", NULL, "offline", "help"},
    {NULL},
};

/* Parses the words and applies them to fresh settings. */
static int parse(struct settings *settings, struct err *err, const char *const *words)
{
    char *argv[16] = {(char *)"scan"};
    int argc = 1;
    struct call call;

    while (*words != NULL)
        argv[argc++] = (char *)*words++;
    settings_init(settings);
    int result = options_parse(flags, "fleet.organisations", argc, argv, &call, err);
    if (result == 0)
        result = options_apply(&call, settings, err);
    call_release(&call);
    return result;
}

#define PARSE(settings, err, ...) parse(settings, err, (const char *const[]){__VA_ARGS__, NULL})

static void test_spellings(void **state)
{
    struct settings s;
    struct err err = {0};

    (void)state;
    assert_int_equal(
        PARSE(&s, &err, "one", "--format=json", "two", "--offline", "--org", "three", "--", "four"),
        0);
    assert_int_equal(s.format, 2);
    assert_true(s.offline);
    assert_int_equal(s.organisations.count, 4);
    settings_release(&s);
    assert_int_equal(PARSE(&s, &err, "-fcsv"), 0);
    assert_int_equal(s.format, 1);
    settings_release(&s);
    assert_int_equal(PARSE(&s, &err, "-f", "ndjson", "--off"), 0);
    assert_int_equal(s.format, 3);
    assert_true(s.offline);
    settings_release(&s);
}

static void refused(const char *said, const char *const *words)
{
    struct settings s;
    struct err err = {0};

    assert_int_equal(parse(&s, &err, words), -1);
    assert_int_equal(err.reason, REASON_USAGE);
    if (strstr(err.text, said) == NULL)
        fail_msg("\"%s\" does not say \"%s\"", err.text, said);
    settings_release(&s);
}

#define REFUSED(said, ...) refused(said, (const char *const[]){__VA_ARGS__, NULL})

static void test_refusals(void **state)
{
    (void)state;
    REFUSED("did you mean --format?", "--fromat", "csv");
    REFUSED("did you mean --format?", "one", "--fromat=csv", "two");
    REFUSED("no option --zzzzzzzz", "--zzzzzzzz");
    REFUSED("no option -x", "-x");
    REFUSED("--format needs a value", "--format");
    REFUSED("--format needs a value", "-f");
    REFUSED("--offline takes no value", "--offline=1");
    REFUSED("--org is empty", "--org=");
    REFUSED("is empty", "");
}

static void test_nothing_happens_before_help(void **state)
{
    char *argv[] = {(char *)"scan", (char *)"--help", (char *)"x"};
    struct err err = {0};
    struct call call;

    (void)state;
    assert_int_equal(options_parse(flags, NULL, 3, argv, &call, &err), 0);
    assert_true(call.help);
    call_release(&call);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_spellings),
        cmocka_unit_test(test_refusals),
        cmocka_unit_test(test_nothing_happens_before_help),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
