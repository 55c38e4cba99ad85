#include "facts/provenance.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "attest.h"
#include "base/clock.h"
#include "facts/release_files.h"

#define FILENAME "tool-1.0.tar.gz"
#define SHA      "9bb1add04b1b4e182be6b0b80931593f7a291eb49d69b4fd728a5d4cbcdc4bd3"

static struct arena arena;
static struct attest_ca *ca, *other;
static struct provenance_roots *roots;
static struct err err;
static struct provenance doc;

static int set_up(void **state)
{
    (void)state;
    ca = attest_ca_new("authority");
    other = attest_ca_new("authority"); /* by that name alone */
    const char *pem = attest_ca_pem(ca, &arena);
    return provenance_roots_read(pem, strlen(pem), &roots, &err);
}

static int tear_down(void **state)
{
    (void)state;
    provenance_roots_free(roots);
    attest_ca_free(ca);
    attest_ca_free(other);
    arena_release(&arena);
    return 0;
}

static int parse(const char *text)
{
    err = (struct err){0};
    return provenance_parse(text, strlen(text), roots, &arena, &doc, &err);
}

static const char *one(struct attest_ca *by, struct attest attest)
{
    if (attest.subject == NULL)
        attest.subject = FILENAME;
    if (attest.sha256 == NULL)
        attest.sha256 = SHA;
    const char *bundle = attest_bundle(by, &attest, &arena);
    return attest_document(&bundle, 1, &arena);
}

static const char *fault(void)
{
    const char *word = provenance_fault_word(provenance_judge(&doc.attestations[0], FILENAME, SHA));

    return word != NULL ? word : "";
}

static void is(const char *text, const char *expected)
{
    assert_int_equal(parse(text), 0);
    assert_string_equal(fault(), expected);
}

static void is_bad(const char *text, enum reason reason)
{
    assert_int_equal(parse(text), -1);
    assert_int_equal(err.reason, reason);
}

/* --- as they are ----------------------------------------------------------------------------- */

static const char *read_file(const char *path)
{
    FILE *f = fopen(path, "rb");
    char *data = arena_alloc(&arena, 20000);

    assert_non_null(f);
    data[fread(data, 1, 19999, f)] = '\0';
    fclose(f);
    return data;
}

static void parse_sample(const char *name, struct provenance_roots *with)
{
    const char *text = read_file(name);

    assert_int_equal(provenance_parse(text, strlen(text), with, &arena, &doc, &err), 0);
    assert_int_equal(doc.count, 1);
}

static void samples(void **state)
{
    const char *pem = read_file(UNIT_DATA "/fulcio.pem");
    struct provenance_roots *fulcio;

    (void)state;
    assert_int_equal(provenance_roots_read(pem, strlen(pem), &fulcio, &err), 0);
    parse_sample(SAMPLES "/github", fulcio);
    const struct provenance_attestation *a = &doc.attestations[0];
    assert_string_equal(a->publisher->kind, "GitHub");
    assert_string_equal(a->publisher->repository, "trailofbits/pypi-attestations");
    assert_string_equal(a->publisher->workflow, "release.yml");
    assert_null(a->publisher->environment);
    assert_string_equal(a->predicate, "https://docs.pypi.org/attestations/publish/v1");
    assert_string_equal(provenance_commit(a), "08802efe1f8e5fec4ad842d6b8ce97656092ee72");
    assert_string_equal(provenance_ref(a), "refs/tags/v0.0.19");
    assert_string_equal(provenance_repository(a, &arena),
                        "github.com/trailofbits/pypi-attestations");
    assert_string_equal(a->claims[CLAIM_REPOSITORY_ID], "772247423");
    assert_string_equal(a->claims[CLAIM_ISSUER], "https://token.actions.githubusercontent.com");
    assert_int_equal(a->integrated_at, 1733354041);
    assert_int_equal(a->not_after - a->not_before, 600);
    assert_int_equal(a->chain, PROOF_RIGHT);
    assert_int_equal(provenance_judge(a, "pypi_attestations-0.0.19.tar.gz", SHA),
                     PROVENANCE_FAULT_NONE);
    parse_sample(SAMPLES "/github", roots);
    assert_int_equal(doc.attestations[0].chain, PROOF_WRONG);
    parse_sample(SAMPLES "/google", fulcio);
    assert_int_equal(doc.attestations[0].chain, PROOF_RIGHT);
    assert_null(provenance_commit(&doc.attestations[0]));
    assert_null(provenance_repository(&doc.attestations[0], &arena));
    parse_sample(SAMPLES "/circleci", fulcio);
    assert_int_equal(doc.attestations[0].chain, PROOF_RIGHT);
    assert_string_equal(provenance_repository(&doc.attestations[0], &arena),
                        "github.com/CircleCI-Public/sign-and-publish-examples");
    provenance_roots_free(fulcio);
}

/* --- what is right and what is not ------------------------------------------------------------ */

static void right(void **state)
{
    (void)state;
    is(one(ca, (struct attest){0}), "");
    assert_int_equal(doc.attestations[0].signature, PROOF_RIGHT);
    assert_int_equal(doc.attestations[0].chain, PROOF_RIGHT);
    assert_string_equal(doc.attestations[0].identity, "https://forge.example/w");
    const char *text = one(ca, (struct attest){0});
    assert_int_equal(provenance_parse(text, strlen(text), NULL, &arena, &doc, &err), 0);
    assert_int_equal(doc.attestations[0].chain, PROOF_NONE);
    assert_string_equal(fault(), "");
}

static void one_altered_byte(void **state)
{
    (void)state;
    for (int i = 1; i < 200; i += 7)
        is(one(ca, (struct attest){.altered = i}), "signature");
}

static void another_file(void **state)
{
    (void)state;
    is(one(ca, (struct attest){.sha256 = "00"}), "subject");
    is(one(ca, (struct attest){.subject = "tool-1.1.tar.gz"}), "subject");
}

static void out_of_its_time(void **state)
{
    (void)state;
    is(one(ca, (struct attest){.integrated = "1735689599"}), "window");
    is(one(ca, (struct attest){.integrated = "1735690199"}), "");
    is(one(ca, (struct attest){.integrated = "\"1735690201\""}), "window");
    /* a log that tells no time: who stands behind the certificate then is not known */
    is(one(ca, (struct attest){.integrated = "\"0\""}), "");
    assert_int_equal(doc.attestations[0].integrated_at, CLOCK_UNKNOWN);
    assert_int_equal(doc.attestations[0].chain, PROOF_NONE);
}

static void of_another_authority(void **state)
{
    (void)state;
    is(one(other, (struct attest){0}), "chain");
    is(one(ca, (struct attest){.no_code_signing = true}), "chain");
}

static void two_bundles(void **state)
{
    struct attest good = {.subject = FILENAME, .sha256 = SHA};
    struct attest strange = good;

    (void)state;
    strange.publisher = "{\"kind\":\"Moonbase\",\"claims\":{\"a\":[1]},\"repository\":7,"
                        "\"environment\":\"\"}";
    strange.altered = 9;
    const char *bundles[] = {attest_bundle(ca, &good, &arena), attest_bundle(ca, &strange, &arena)};
    assert_int_equal(parse(attest_document(bundles, 2, &arena)), 0);
    assert_int_equal(doc.count, 2);
    assert_string_equal(doc.attestations[0].publisher->kind, "GitHub");
    assert_string_equal(doc.attestations[1].publisher->kind, "Moonbase");
    assert_null(doc.attestations[1].publisher->repository);
    assert_null(doc.attestations[1].publisher->environment);
    assert_int_equal(doc.attestations[0].signature, PROOF_RIGHT);
    assert_int_equal(doc.attestations[1].signature, PROOF_WRONG);
}

static void old_claims(void **state)
{
    (void)state;
    is(one(ca, (struct attest){.claims = {[3] = "abc", [5] = "o/r", [6] = "refs/heads/main"}}), "");
    assert_string_equal(provenance_commit(&doc.attestations[0]), "abc");
    assert_string_equal(provenance_ref(&doc.attestations[0]), "refs/heads/main");
    assert_string_equal(provenance_repository(&doc.attestations[0], &arena), "github.com/o/r");
    is(one(ca, (struct attest){.claims = {[3] = "abc", [13] = "def"}}), "");
    assert_string_equal(provenance_commit(&doc.attestations[0]), "def");
}

/* --- what cannot be read --------------------------------------------------------------------- */

static void no_documents(void **state)
{
    static const char *const texts[] = {
        "",
        "[]",
        "{}",
        "{\"version\":1}",
        "{\"version\":1,\"attestation_bundles\":[]}",
        "{\"version\":1,\"attestation_bundles\":[7]}",
        "{\"version\":1,\"attestation_bundles\":[{\"publisher\":{\"kind\":\"x\"}}]}",
        ("{\"version\":1,\"attestation_bundles\":[{\"publisher\":{\"kind\":\"x\"},\"attestations\":"
         "[{\"version\":1,\"envelope\":{\"statement\":\"a\",\"signature\":\"\"}}]}]}"),
    };

    (void)state;
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        is_bad(texts[i], REASON_BAD_ANSWER);
    is_bad("{\"version\":2,\"attestation_bundles\":[]}", REASON_UNSUPPORTED);
    assert_int_equal(provenance_parse("", PROVENANCE_BYTES + 1, NULL, &arena, &doc, &err), -1);
    assert_int_equal(err.reason, REASON_TOO_LARGE);
}

static void statements_that_say_nothing(void **state)
{
    (void)state;
    is_bad(one(ca, (struct attest){.statement = "{}"}), REASON_BAD_ANSWER);
    is_bad(one(ca, (struct attest){.statement = "nothing"}), REASON_BAD_ANSWER);
    is_bad(one(ca, (struct attest){.statement = "{\"_type\":\"x\",\"predicateType\":\"y\"}"}),
           REASON_UNSUPPORTED);
    is_bad(one(ca, (struct attest){.statement = "{\"_type\":\"https://in-toto.io/Statement/v1\","
                                                "\"predicateType\":\"y\",\"subject\":[{},{}]}"}),
           REASON_BAD_ANSWER);
}

static void certificates_that_are_odd(void **state)
{
    (void)state;
    is_bad(one(ca, (struct attest){.curve = "P-384"}), REASON_UNSUPPORTED);
    is_bad(one(ca, (struct attest){.raw_claims = {[13] = "no DER"}}), REASON_BAD_ANSWER);
    is_bad(one(ca, (struct attest){.raw_claims = {[13] = "\x0c\x01"
                                                         "ab"}}),
           REASON_BAD_ANSWER);
    is_bad(one(ca, (struct attest){.raw_claims = {[3] = "\xff\xfe"}}), REASON_BAD_ANSWER);
    is_bad(one(ca, (struct attest){.claims = {[13] = "a"}, .raw_claims = {[13] = "\x0c\x01z"}}),
           REASON_BAD_ANSWER);
}

static void no_authorities(void **state)
{
    static const char *const texts[] = {
        "", "authority", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"};
    struct provenance_roots *none;

    (void)state;
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        assert_int_equal(provenance_roots_read(texts[i], strlen(texts[i]), &none, &err), -1);
    const char *half = arena_printf(&arena, "%s%s", attest_ca_pem(ca, &arena), texts[2]);
    assert_int_equal(provenance_roots_read(half, strlen(half), &none, &err), -1);
}

/* --- what a release changes ------------------------------------------------------------------- */

static void files_of_a_release(void **state)
{
    static const struct {
        const char *path, *directory, *origin;
        bool is;
    } cases[] = {
        {"CHANGELOG.md", "", NULL, true},
        {"docs/changelog.rst", "", NULL, true},
        {"libs/tool/CHANGES.txt", "libs/tool", NULL, true},
        {"newsfragments/12.feature", "", NULL, true},
        {"libs/tool/changelog.d/12.md", "libs/tool", NULL, true},
        {"pyproject.toml", "", NULL, true},
        {"src/tool/_version.py", "", NULL, true},
        {"VERSION", "", NULL, true},
        {"src/tool/__init__.py", "", "src/tool/__init__.py:3", true},
        {"libs/tool/src/tool/__init__.py", "libs/tool", "src/tool/__init__.py:3", true},
        {"src/tool/__init__.py", "", "pyproject.toml:3", false},
        {"src/tool/__init__.py", "", NULL, false},
        {"setup.py", "", NULL, false},
        {"src/tool/core.py", "", "src/tool/core.pyx:1", false},
        {"newsfragments", "", NULL, false},
        {"changes/__init__.py", "", NULL, false},
        {"", "", "", false},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        if (release_file(cases[i].path, cases[i].directory, cases[i].origin) != cases[i].is)
            fail_msg("%s", cases[i].path);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(samples),
        cmocka_unit_test(right),
        cmocka_unit_test(one_altered_byte),
        cmocka_unit_test(another_file),
        cmocka_unit_test(out_of_its_time),
        cmocka_unit_test(of_another_authority),
        cmocka_unit_test(two_bundles),
        cmocka_unit_test(old_claims),
        cmocka_unit_test(no_documents),
        cmocka_unit_test(statements_that_say_nothing),
        cmocka_unit_test(certificates_that_are_odd),
        cmocka_unit_test(no_authorities),
        cmocka_unit_test(files_of_a_release),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
