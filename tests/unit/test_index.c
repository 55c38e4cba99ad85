/* The index's document of a package: what it says, and what is refused. With FLEETDRIFT_INDEX_DIR
   every NAME.json of that directory is read too. */
#include "facts/index.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <glob.h>

#include "base/clock.h"
#include "base/mem.h"
#include "base/text.h"

#define SHA "a6f0d79b2b63a43c71bc128929be3a17bdf5d0a5f74208d7ad9563b3bf8210e9"

/* A file of a release; the rest of its members as JSON text. */
#define FILE_OF(name, rest)                                                                        \
    "{\"filename\":\"" name "\",\"packagetype\":\"sdist\",\"url\":\"../../packages/" name          \
    "\"" rest "}"

static const char document[] =
    "{\"info\":{\"name\":\"My.Package\",\"version\":\"1.10\",\"summary\":\"\","
    "\"home_page\":\"https://example.org\",\"download_url\":\"UNKNOWN\","
    "\"license\":\"\",\"license_expression\":null,\"classifiers\":[\"Topic :: X\","
    "\"License :: OSI Approved\",\"License :: OSI Approved :: MIT License\"],"
    "\"project_urls\":{\"Source\":\"https://github.com/o/r\",\"Docs\":null}},"
    "\"last_serial\":42,\"ownership\":{\"roles\":[],\"organization\":\"acme\"},"
    "\"releases\":{"
    "\"1.10\":[" FILE_OF(
        "b.whl",
        ",\"upload_time_iso_8601\":\"2024-11-06T22:37:10.220617Z\","
        "\"size\":7,\"digests\":{\"sha256\":\"" SHA "\"},"
        "\"yanked\":false") "," FILE_OF("b.tar.gz",
                                        ",\"upload_time_iso_8601\":\"2024-11-06T22:37:"
                                        "09Z\"") "],"
                                                 "\"1.9\":[" FILE_OF(
                                                     "a.tar.gz", ",\"upload_time\":\"2024-10-01T00:"
                                                                 "00:00\",\"yanked\":true,"
                                                                 "\"yanked_reason\":\"oops\","
                                                                 "\"digests\":{}") "],"
                                                                                   "\"1.10rc1\":[],"
                                                                                   "\"2004d\":[],"
                                                                                   "\"1!0.1\":[]}}";

static void what_it_says(void **state)
{
    struct arena arena = ARENA_INIT;
    struct index_document doc;
    struct err err = {0};

    (void)state;
    assert_int_equal(index_parse(document, sizeof document - 1, "https://pypi.org/pypi/p/json",
                                 "my-package", &arena, &doc, &err),
                     0);
    assert_string_equal(err.text, "");
    assert_string_equal(doc.name, "My.Package");
    assert_string_equal(doc.licence, "MIT License");
    assert_string_equal(doc.organisation, "acme");
    assert_string_equal(doc.urls[0], "https://example.org");
    assert_string_equal(doc.url_labels[0], "");
    assert_string_equal(doc.urls[1], "https://github.com/o/r");
    assert_string_equal(doc.url_labels[1], "Source");
    assert_null(doc.urls[2]);
    assert_int_equal(doc.release_count, 5);
    static const char *const order[] = {"2004d", "1.9", "1.10rc1", "1.10", "1!0.1"};
    for (size_t i = 0; i < 5; i++)
        assert_string_equal(doc.releases[i].version, order[i]);
    arena_release(&arena);
}

static void releases_and_files(void **state)
{
    struct arena arena = ARENA_INIT;
    struct index_document doc;
    int64_t first;

    (void)state;
    assert_int_equal(index_parse(document, sizeof document - 1, "https://pypi.org/pypi/p/json",
                                 "My_Package", &arena, &doc, NULL),
                     0);
    const struct index_release *yanked = &doc.releases[1], *empty = &doc.releases[2];
    const struct index_release *newest = &doc.releases[3];
    clock_parse("2024-11-06T22:37:09Z", &first, NULL);
    assert_true(newest->uploaded_at == first);
    assert_int_equal(newest->file_count, 2);
    assert_false(newest->yanked);
    assert_string_equal(newest->files[0].filename, "b.whl");
    assert_string_equal(newest->files[0].url, "https://pypi.org/packages/b.whl");
    assert_string_equal(newest->files[0].sha256, SHA);
    assert_int_equal(newest->files[0].size, 7);
    assert_int_equal(newest->files[1].size, -1);
    assert_null(newest->files[1].sha256);
    assert_true(yanked->yanked);
    assert_true(yanked->files[0].yanked);
    assert_string_equal(yanked->yanked_reason, "oops");
    assert_null(yanked->files[0].sha256);
    assert_int_equal(empty->file_count, 0);
    assert_false(empty->yanked);
    assert_true(empty->uploaded_at == CLOCK_UNKNOWN);
    arena_release(&arena);
}

static void licences(void **state)
{
    static const struct {
        const char *info, *licence;
    } cases[] = {
        {"\"license_expression\":\"MIT\",\"license\":\"other\"", "MIT"},
        {"\"license\":\"BSD\"", "BSD"},
        {"\"license\":\"Long\\ntext\",\"classifiers\":[\"License :: Public Domain\"]",
         "Public Domain"},
        {"\"license\":\"Long\\ntext\",\"classifiers\":[]", NULL},
        {"\"license\":\"UNKNOWN\"", NULL},
        {"\"license\":null", NULL},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct arena arena = ARENA_INIT;
        struct index_document doc;
        char *body = mem_printf("{\"info\":{\"name\":\"p\",\"version\":\"1\",%s},\"releases\":{}}",
                                cases[i].info);
        assert_int_equal(index_parse(body, strlen(body), "https://pypi.org/pypi/p/json", "p",
                                     &arena, &doc, NULL),
                         0);
        if (cases[i].licence != NULL)
            assert_string_equal(doc.licence, cases[i].licence);
        else
            assert_null(doc.licence);
        assert_null(doc.organisation);
        assert_null(doc.urls[0]);
        free(body);
        arena_release(&arena);
    }
}

#define INFO    "\"info\":{\"name\":\"p\",\"version\":\"1\"}"
#define WITH(x) "{" INFO ",\"releases\":{\"1\":[" x "]}}"

static void bad_documents(void **state)
{
    static const char *const bodies[] = {
        "",
        "<html>",
        "[]",
        "null",
        "{",
        "{}",
        "{" INFO "}",
        "{" INFO ",\"releases\":[]}",
        "{" INFO ",\"releases\":{\"1\":{}}}",
        "{" INFO ",\"releases\":{\"\":[]}}",
        "{\"info\":[],\"releases\":{}}",
        "{\"info\":{\"version\":\"1\"},\"releases\":{}}",
        "{\"info\":{\"name\":\"other\",\"version\":\"1\"},\"releases\":{}}",
        "{\"info\":{\"name\":7,\"version\":\"1\"},\"releases\":{}}",
        "{\"info\":{\"name\":\"p\",\"version\":\"1\",\"project_urls\":[]},\"releases\":{}}",
        "{\"info\":{\"name\":\"p\",\"version\":\"1\",\"project_urls\":{\"a\":1}},\"releases\":{}}",
        "{\"info\":{\"name\":\"p\",\"version\":\"1\",\"classifiers\":[1]},\"releases\":{}}",
        "{" INFO ",\"ownership\":{\"organization\":1},\"releases\":{}}",
        WITH("1"),
        WITH("{}"),
        WITH(FILE_OF("a", ",\"size\":\"7\"")),
        WITH(FILE_OF("a", ",\"size\":-7")),
        WITH(FILE_OF("a", ",\"yanked\":\"yes\"")),
        WITH(FILE_OF("a", ",\"upload_time_iso_8601\":\"yesterday\"")),
        WITH(FILE_OF("a", ",\"digests\":[]")),
        WITH(FILE_OF("a", ",\"digests\":{\"sha256\":\"abc\"}")),
        WITH(FILE_OF("", "")),
    };
    (void)state;
    for (size_t i = 0; i < sizeof bodies / sizeof *bodies; i++) {
        struct arena arena = ARENA_INIT;
        struct index_document doc = {.name = "untouched"};
        struct err err = {0};
        if (index_parse(bodies[i], strlen(bodies[i]), "https://pypi.org/pypi/p/json", "p", &arena,
                        &doc, &err) != -1)
            fail_msg("%s", bodies[i]);
        assert_int_equal(err.reason, REASON_BAD_ANSWER);
        if (strstr(err.text, " p ") == NULL && !text_ends_with(err.text, " p."))
            fail_msg("%s", err.text);
        assert_string_equal(doc.name, "untouched");
        arena_release(&arena);
    }
}

static void too_much(void **state)
{
    struct arena arena = ARENA_INIT;
    struct index_document doc;
    struct err err = {0};
    size_t size = ((size_t)64 << 20) + 1;
    char *body = mem_alloc(size);
    size_t n;

    (void)state;
    assert_int_equal(
        index_parse(body, size, "https://pypi.org/pypi/p/json", "p", &arena, &doc, &err), -1);
    assert_int_equal(err.reason, REASON_TOO_LARGE);
    n = (size_t)snprintf(body, size, "{" INFO ",\"releases\":{\"1\":[");
    for (int i = 0; i <= 100000; i++)
        n += (size_t)snprintf(body + n, size - n, "%s{}", i > 0 ? "," : "");
    n += (size_t)snprintf(body + n, size - n, "]}}");
    assert_int_equal(index_parse(body, n, "https://pypi.org/pypi/p/json", "p", &arena, &doc, &err),
                     -1);
    assert_int_equal(err.reason, REASON_LIMIT);
    memset(body, '[', 1 << 20);
    assert_int_equal(
        index_parse(body, 1 << 20, "https://pypi.org/pypi/p/json", "p", &arena, &doc, &err), -1);
    assert_int_equal(err.reason, REASON_BAD_ANSWER);
    free(body);
    arena_release(&arena);
}

static char *slurp(const char *path, size_t *len)
{
    FILE *f = fopen(path, "rb");
    char *data = mem_alloc(64u << 20);

    assert_non_null(f);
    *len = fread(data, 1, 64u << 20, f);
    fclose(f);
    return data;
}

static void real_documents(void **state)
{
    const char *dir = getenv("FLEETDRIFT_INDEX_DIR");
    size_t documents = 0, releases = 0, files = 0;
    glob_t found;

    (void)state;
    if (dir == NULL)
        skip();
    char *pattern = mem_printf("%s/*.json", dir);
    assert_int_equal(glob(pattern, 0, NULL, &found), 0);
    for (size_t i = 0; i < found.gl_pathc; i++) {
        struct arena arena = ARENA_INIT;
        struct index_document doc;
        struct err err = {0};
        size_t len;
        char *base = mem_strdup(strrchr(found.gl_pathv[i], '/') + 1);
        if (!text_ends_with(base, ".simple.json")) {
            base[strlen(base) - strlen(".json")] = '\0';
            char *body = slurp(found.gl_pathv[i], &len);
            if (index_parse(body, len, NULL, base, &arena, &doc, &err) != 0)
                fail_msg("%s", err.text);
            documents++;
            releases += doc.release_count;
            for (size_t j = 0; j < doc.release_count; j++)
                files += doc.releases[j].file_count;
            free(body);
            arena_release(&arena);
        }
        free(base);
    }
    print_message("%zu documents, %zu releases, %zu files\n", documents, releases, files);
    globfree(&found);
    free(pattern);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_it_says), cmocka_unit_test(releases_and_files),
        cmocka_unit_test(licences),     cmocka_unit_test(bad_documents),
        cmocka_unit_test(too_much),     cmocka_unit_test(real_documents),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
