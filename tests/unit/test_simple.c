/* The Simple API's page of a package, in the forms that servers answer with. */
#include "facts/simple.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/mem.h"

#define SHA "a6f0d79b2b63a43c71bc128929be3a17bdf5d0a5f74208d7ad9563b3bf8210e9"
#define URL "https://index.example/simple/my-package/"

#define META  "\"meta\":{\"api-version\":\"1.4\"},"
#define NAMED "{" META "\"name\":\"my-package\","
#define JSON_FILE(name, rest)                                                                      \
    "{\"filename\":\"" name "\",\"url\":\"../../packages/" name "\",\"hashes\":{}" rest "}"

static struct arena arena = ARENA_INIT;
static struct index_document doc;
static struct err err;

static int teardown(void **state)
{
    (void)state;
    arena_release(&arena);
    return 0;
}

static int parse(enum simple_form form, const char *body)
{
    err = (struct err){0};
    doc = (struct index_document){.name = "untouched"};
    arena_release(&arena);
    return simple_parse(form, body, strlen(body), URL, "my-package", &arena, &doc, &err);
}

static void read_as(enum simple_form form, const char *body)
{
    if (parse(form, body) != 0)
        fail_msg("%s\n%s", err.text, body);
    assert_null(doc.urls); /* the Simple API has no place for them */
}

/* "VERSION:FILES[y]@DAY …" */
static const char *releases(void)
{
    static char text[1000];
    struct buf out = BUF_INIT(sizeof text - 1);
    char when[CLOCK_TEXT];

    for (size_t i = 0; i < doc.release_count; i++) {
        const struct index_release *r = &doc.releases[i];
        clock_format(r->uploaded_at, when);
        assert_int_equal(buf_addf(&out, "%s%s:%zu%s%s%.10s", i > 0 ? " " : "", r->version,
                                  r->file_count, r->yanked ? "y" : "", *when != '\0' ? "@" : "",
                                  when),
                         0);
    }
    memcpy(text, buf_str(&out), out.len + 1);
    buf_release(&out);
    return text;
}

/* --- JSON ------------------------------------------------------------------------------------ */

static void json_of_the_index(void **state)
{
    (void)state;
    read_as(
        SIMPLE_JSON,
        "{\"meta\":{\"api-version\":\"1.4\",\"_last-serial\":7},\"name\":\"my-package\","
        "\"project-status\":{\"status\":\"archived\",\"reason\":\"see other\"},"
        "\"versions\":[\"1.10\",\"1.9\",\"2.0.0\"],\"alternate-locations\":[],\"files\":["
        "{\"filename\":\"my_package-1.10-py3-none-any.whl\",\"url\":\"../../p/w.whl\","
        "\"hashes\":{\"sha256\":\"" SHA "\"},\"size\":7,\"requires-python\":\">=3.9\","
        "\"upload-time\":\"2024-11-06T22:37:10.220617Z\",\"yanked\":false,"
        "\"core-metadata\":{\"sha256\":\"" SHA "\"},\"data-dist-info-metadata\":true,"
        "\"provenance\":null}," JSON_FILE(
            "my_package-1.10.tar.gz",
            ",\"upload-time\":\"2024-11-"
            "05T00:00:00Z\"") "," JSON_FILE("my-package-1.9.tar.gz", ",\"yanked\":\"oops\"") "]}");
    assert_string_equal(releases(), "1.9:1y 1.10:2@2024-11-05 2.0.0:0");
    assert_string_equal(doc.status, "archived");
    assert_string_equal(doc.status_reason, "see other");
    assert_null(doc.note);
    assert_string_equal(doc.releases[0].yanked_reason, "oops");
    const struct index_file *wheel = &doc.releases[1].files[0];
    assert_string_equal(wheel->kind, "bdist_wheel");
    assert_string_equal(wheel->sha256, SHA);
    assert_int_equal(wheel->size, 7);
    assert_string_equal(wheel->url, "https://index.example/p/w.whl");
    assert_int_equal(doc.releases[1].files[1].size, -1);
}

/* A page says where it is, that there is none, or, of an older version, nothing. */
static void provenance_of_files(void **state)
{
    static const char page[] =
        "{\"meta\":{\"api-version\":\"%s\"},\"name\":\"my-package\",\"files\":["
        "{\"filename\":\"my_package-1.0.tar.gz\",\"url\":\"a\",\"hashes\":{}%s}]}";
    static const struct {
        const char *version, *member, *expected;
    } cases[] = {
        {"1.3", ",\"provenance\":\"../../i/p\"", "https://index.example/i/p"},
        {"1.4", ",\"provenance\":null", ""},
        {"1.10", "", ""},
        {"1.2", "", NULL},
        {"1.0", ",\"provenance\":\"https://other.example/p\"", "https://other.example/p"},
    };
    char text[512];

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        snprintf(text, sizeof text, page, cases[i].version, cases[i].member);
        read_as(SIMPLE_JSON, text);
        const char *found = doc.releases[0].files[0].provenance;
        assert_int_equal(found == NULL, cases[i].expected == NULL);
        if (found != NULL)
            assert_string_equal(found, cases[i].expected);
    }
    read_as(SIMPLE_HTML, "<title>Links for my-package</title><a href=\"my_package-1.0.tar.gz\" "
                         "data-provenance=\"/i/p\">x</a><a href=\"my_package-1.1.tar.gz\">y</a>");
    assert_string_equal(doc.releases[0].files[0].provenance, "https://index.example/i/p");
    assert_null(doc.releases[1].files[0].provenance);
}

/* The version that the index lists is the one that it spells; the names of files lead to it. */
static void versions_of_files(void **state)
{
    (void)state;
    read_as(SIMPLE_JSON, NAMED "\"versions\":[\"1.0.0.RC1\"],\"files\":[" JSON_FILE(
                             "my_package-1.0.0rc1.tar.gz", "") "]}");
    assert_string_equal(releases(), "1.0.0.RC1:1");
    read_as(SIMPLE_JSON,
            NAMED "\"files\":[" JSON_FILE("my_package-1.0.0.RC1.tar.gz", "") "," JSON_FILE(
                "my_package-1.0rc1-py3-none-any.whl", "") "]}");
    assert_string_equal(releases(), "1.0.0rc1:2");
}

/* Where the index lists its versions an odd one is found; a file of one that the list forgot is a
   release all the same. */
static void versions_that_are_listed(void **state)
{
    (void)state;
    read_as(SIMPLE_JSON,
            NAMED "\"versions\":[\"0.4.0\",\"0.9-doduo\"],\"files\":[" JSON_FILE(
                "my_package-0.4.0.zip",
                "") "," JSON_FILE("my_package-0.4.1.zip",
                                  "") "," JSON_FILE("my-package-0.9-doduo.zip", "") "]}");
    assert_string_equal(releases(), "0.9-doduo:1 0.4.0:1 0.4.1:1");
    assert_null(doc.note);
    assert_false(doc.incomplete);
}

static void yanked_files(void **state)
{
    (void)state;
    read_as(SIMPLE_JSON, NAMED
            "\"files\":[" JSON_FILE("my_package-1.0.tar.gz", ",\"yanked\":true") "," JSON_FILE(
                "my_package-1.0-py3-none-any.whl",
                ",\"yanked\":false") "," JSON_FILE("my_package-2.0.tar.gz",
                                                   ",\"yanked\":true") "," JSON_FILE("my_package-3."
                                                                                     "0.zip",
                                                                                     ",\"yanked\":"
                                                                                     "\"\"") "]}");
    assert_string_equal(releases(), "1.0:2 2.0:1y 3.0:1");
    assert_true(doc.releases[0].files[0].yanked);
    assert_null(doc.releases[1].yanked_reason);
}

static void quarantined(void **state)
{
    (void)state;
    read_as(SIMPLE_JSON, NAMED "\"project-status\":{\"status\":\"quarantined\"},\"versions\":[],"
                               "\"files\":[]}");
    assert_int_equal(doc.release_count, 0);
    assert_string_equal(doc.status, "quarantined");
    assert_null(doc.status_reason);
}

/* --- HTML ------------------------------------------------------------------------------------ */

static const struct {
    const char *server, *body, *releases, *url;
} pages[] = {
    {"pypi.org",
     "<!DOCTYPE html>\n<html>\n  <head>\n    <meta name=\"pypi:repository-version\" "
     "content=\"1.4\">\n    <title>Links for my-package</title>\n  </head>\n  <body>\n"
     "    <h1>Links for my-package</h1>\n<a href=\"https://files.pythonhosted.org/packages/9d/07/"
     "my_package-1.0.tar.gz#sha256=" SHA "\" data-requires-python=\"&gt;=3.9\" "
     "data-yanked=\"broken &amp; gone\" >my_package-1.0.tar.gz</a><br />\n"
     "<a href=\"https://files.pythonhosted.org/packages/9d/07/my_package-2.0-py3-none-any.whl"
     "#sha256=" SHA "\" data-dist-info-metadata=\"sha256=" SHA "\" data-core-metadata=\"sha256=" SHA
     "\">my_package-2.0-py3-none-any.whl</a><br />\n</body>\n</html>\n<!--SERIAL 7-->",
     "1.0:1y 2.0:1", "https://files.pythonhosted.org/packages/9d/07/my_package-1.0.tar.gz"},
    {"pypiserver",
     "<!DOCTYPE html>\n    <html>\n        <head>\n            <title>Links for "
     "my-package</title>\n"
     "        </head>\n        <body>\n            <h1>Links for my-package</h1>\n"
     "                 <a "
     "href=\"/packages/My.Package-1.0.zip#md5=d41d8cd98f00b204e9800998ecf8427e\">"
     "My.Package-1.0.zip</a><br>\n        </body>\n    </html>",
     "1.0:1", "https://index.example/packages/My.Package-1.0.zip"},
    {"devpi",
     "<html><head><title>root/dev: links for my-package</title></head><body>"
     "<h1>root/dev: links for my-package</h1>\n<a href=\"../../+f/a6f/0d79b2b63a43c/"
     "my_package-1.0.tar.gz#sha256=" SHA "\" data-requires-python=\"&gt;=3.8\">"
     "my_package-1.0.tar.gz</a><br/>\n</body></html>",
     "1.0:1", "https://index.example/+f/a6f/0d79b2b63a43c/my_package-1.0.tar.gz"},
    {"Artifactory",
     "<!DOCTYPE html>\n<html><head><title>Simple Index</title>"
     "<meta name=\"api-version\" value=\"2\" /></head><body>\n"
     "<a href=\"../../packages/packages/00/11/my_package-1.0-py3-none-any.whl#sha256=" SHA
     "\" rel=\"internal\">my_package-1.0-py3-none-any.whl</a><br/>\n</body></html>",
     "1.0:1", "https://index.example/packages/packages/00/11/my_package-1.0-py3-none-any.whl"},
    {"Nexus",
     "<html lang=\"en\">\n<head><title>Links for my-package</title>\n<meta name=\"api-version\" "
     "value=\"2\"/>\n</head>\n<body>\n<h1>Links for my-package</h1>\n  <a href=\"../../packages/"
     "my-package/1.0/my_package-1.0.tar.gz#sha256=" SHA "\" rel=\"internal\" "
     "data-requires-python=\"\" >my_package-1.0.tar.gz</a><br/>\n</body>\n</html>",
     "1.0:1", "https://index.example/packages/my-package/1.0/my_package-1.0.tar.gz"},
    {"GitLab",
     "<!DOCTYPE html>\n<html>\n  <head>\n    <title>Links for my-package</title>\n  </head>\n"
     "  <body>\n    <h1>Links for my-package</h1>\n    <a href=\"https://gitlab.example.com/api/v4/"
     "projects/1/packages/pypi/files/" SHA "/my_package-1.0.tar.gz#sha256=" SHA
     "\" data-requires-python=\"&gt;=3.8\">my_package-1.0.tar.gz</a><br>\n  </body>\n</html>",
     "1.0:1",
     "https://gitlab.example.com/api/v4/projects/1/packages/pypi/files/" SHA
     "/my_package-1.0.tar.gz"},
    {"Azure",
     "<!DOCTYPE html><html><head><title>Links for my-package</title></head><body><h1>Links for "
     "my-package</h1><a href=\"https://pkgs.dev.azure.com/o/_packaging/f/pypi/download/my-package/"
     "1/my_package-1.0-py3-none-any.whl#sha256=" SHA "\">my_package-1.0-py3-none-any.whl</a><br/>"
     "</body></html>",
     "1.0:1", NULL},
    {"a directory of files",
     "<html><head><title>Index of /simple/my-package</title></head><body><h1>Index of</h1><pre>"
     "<a href=\"?C=N;O=D\">Name</a> <a href=\"/simple/\">Parent Directory</a>\n"
     "<a href=\"my_package-1.0.tar.gz\">my_package-1.0.tar.gz</a> 06-Nov-2024 22:37 7K\n"
     "<a href=\"my_package-1.0.tar.gz.asc\">my_package-1.0.tar.gz.asc</a>\n</pre></body></html>",
     "1.0:1", NULL},
    {"signed addresses",
     "<a href='https://cdn.example/get?id=7&amp;sig=ab/c'> my_package-1.0.tar.gz\n</a>"
     "<a href='https://me:pw@cdn.example/my_package-1.1.tar.gz?sig=ab/c'>download</a>",
     "1.0:1 1.1:1", "https://cdn.example/get?id=7&sig=ab/c"},
    {"a base",
     "<head><base href=\"/files/\"><base href=\"https://evil.example/\"></head>"
     "<a href=\"my%5Fpackage-1.0%2B1.tar.gz\">x</a>",
     "1.0+1:1", "https://index.example/files/my_package-1.0+1.tar.gz"},
    {"careless markup",
     "<A HREF=my_package-1.0.tar.gz DATA-YANKED>one<a href=\"my_package-2.0.tar.gz\" "
     "data-yanked=''>"
     "<b>two</a><!-- <a href=\"my_package-3.0.tar.gz\">no</a> --><script>'<a "
     "href=\"my_package-4.0.tar.gz\">'</script>",
     "1.0:1y 2.0:1y", "https://index.example/simple/my-package/my_package-1.0.tar.gz"},
};

static void html_of_servers(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof pages / sizeof *pages; i++) {
        read_as(SIMPLE_HTML, pages[i].body);
        if (strcmp(releases(), pages[i].releases) != 0 || doc.note != NULL)
            fail_msg("%s: %s %s", pages[i].server, releases(), doc.note != NULL ? doc.note : "");
        if (pages[i].url != NULL && strcmp(doc.releases[0].files[0].url, pages[i].url) != 0)
            fail_msg("%s: %s", pages[i].server, doc.releases[0].files[0].url);
    }
    read_as(SIMPLE_HTML, pages[0].body);
    assert_string_equal(doc.releases[0].yanked_reason, "broken & gone");
    assert_string_equal(doc.releases[0].files[0].sha256, SHA);
    assert_string_equal(doc.releases[1].files[0].kind, "bdist_wheel");
    read_as(SIMPLE_HTML,
            "<a href='https://me:pw@cdn.example/my_package-1.1.tar.gz?sig=ab/c'>x</a>");
    assert_string_equal(doc.releases[0].files[0].url, "https://cdn.example/my_package-1.1.tar.gz");
}

static void html_of_any_length(void **state)
{
    struct buf page = BUF_INIT(1 << 20);

    (void)state;
    for (int i = 0; i < 2000; i++)
        assert_int_equal(buf_addf(&page,
                                  "<a href=\"my_package-%d.0.tar.gz#sha256=" SHA
                                  "\" data-requires-python=\"&gt;=3.%d, !=&#x27;3&#x27;\" "
                                  "data-yanked=\"it's >%.*s<\">my_package</a><br/>\n",
                                  i, i % 13, i % 40, "........................................"),
                         0);
    read_as(SIMPLE_HTML, buf_str(&page));
    assert_int_equal(doc.release_count, 2000);
    assert_null(doc.note);
    buf_release(&page);
}

static void html_status(void **state)
{
    (void)state;
    read_as(SIMPLE_HTML, "<meta name=\"pypi:repository-version\" content=\"1.4\">"
                         "<meta name=\"pypi:project-status\" content=\"quarantined\">"
                         "<meta name=\"pypi:project-status-reason\" content=\"mal&#119;are\">");
    assert_int_equal(doc.release_count, 0);
    assert_string_equal(doc.status, "quarantined");
    assert_string_equal(doc.status_reason, "malware");
    /* an index that has the name, and no file of it */
    read_as(SIMPLE_HTML, "<html><head><title>Links for my-package</title></head></html>");
    assert_int_equal(doc.release_count, 0);
}

/* --- what is told beside --------------------------------------------------------------------- */

static void files_that_tell_no_version(void **state)
{
    (void)state;
    read_as(SIMPLE_HTML, "<a href=\"my_package-1.0.tar.gz\">x</a><a href=\"my-package.zip\">x</a>");
    assert_string_equal(releases(), "1.0:1");
    assert_true(doc.incomplete);
    assert_string_equal(doc.note, "1 file of the index has a name that tells no version: "
                                  "my-package.zip");
    read_as(SIMPLE_JSON,
            NAMED "\"versions\":[\"1.0\"],\"files\":[" JSON_FILE("a-b-c-d.zip", "") "," JSON_FILE(
                "a.zip", "") "," JSON_FILE("b.zip", "") "," JSON_FILE("c.zip", "") "]}");
    assert_false(doc.incomplete); /* the versions are all there */
    assert_string_equal(doc.note, "4 files of the index have names that tell no listed version: "
                                  "a-b-c-d.zip, a.zip, b.zip, …");
    read_as(SIMPLE_HTML, "<a href=\"my_package-1.0.tar.gz\">x</a><a href=\"other-1.0.zip\">x</a>");
    assert_string_equal(releases(), "1.0:1");
    assert_false(doc.incomplete);
    assert_string_equal(doc.note, "1 file on the index's page of my-package is another package's: "
                                  "other-1.0.zip");
    read_as(SIMPLE_JSON, "{\"meta\":{\"api-version\":\"1.17\"},\"name\":\"my-package\","
                         "\"files\":[]}");
    assert_non_null(strstr(doc.note, "version 1.17"));
}

static void bad_pages(void **state)
{
    static const struct {
        enum simple_form form;
        const char *body;
        enum reason reason;
    } bad[] = {
        {SIMPLE_JSON, "", REASON_BAD_ANSWER},
        {SIMPLE_JSON, "<html>", REASON_BAD_ANSWER},
        {SIMPLE_JSON, "[]", REASON_BAD_ANSWER},
        {SIMPLE_JSON, "{}", REASON_BAD_ANSWER},
        {SIMPLE_JSON, "{\"meta\":{},\"name\":\"my-package\",\"files\":[]}", REASON_BAD_ANSWER},
        {SIMPLE_JSON, "{\"meta\":{\"api-version\":\"2.0\"}}", REASON_UNSUPPORTED},
        {SIMPLE_JSON, "{" META "\"name\":\"other\",\"files\":[]}", REASON_BAD_ANSWER},
        {SIMPLE_JSON, NAMED "\"versions\":[]}", REASON_BAD_ANSWER},
        {SIMPLE_JSON, NAMED "\"files\":{}}", REASON_BAD_ANSWER},
        {SIMPLE_JSON, NAMED "\"files\":[7]}", REASON_BAD_ANSWER},
        {SIMPLE_JSON, NAMED "\"files\":[{}]}", REASON_BAD_ANSWER},
        {SIMPLE_JSON, NAMED "\"files\":[],\"versions\":[7]}", REASON_BAD_ANSWER},
        {SIMPLE_JSON, NAMED "\"files\":[],\"project-status\":\"x\"}", REASON_BAD_ANSWER},
        {SIMPLE_JSON, NAMED "\"files\":[" JSON_FILE("a", ",\"size\":-7") "]}", REASON_BAD_ANSWER},
        {SIMPLE_JSON, NAMED "\"files\":[" JSON_FILE("a", ",\"yanked\":7") "]}", REASON_BAD_ANSWER},
        {SIMPLE_JSON, NAMED "\"files\":[" JSON_FILE("a", ",\"upload-time\":\"x\"") "]}",
         REASON_BAD_ANSWER},
        {SIMPLE_JSON,
         NAMED "\"files\":[{\"filename\":\"a\",\"url\":\"b\",\"hashes\":"
               "{\"sha256\":\"7\"}}]}",
         REASON_BAD_ANSWER},
        {SIMPLE_JSON, NAMED "\"files\":[" JSON_FILE("other-1.0.tar.gz", "") "]}",
         REASON_BAD_ANSWER},
        {SIMPLE_JSON, NAMED "\"files\":[" JSON_FILE("my-package.tar.gz", "") "]}",
         REASON_BAD_ANSWER},
        {SIMPLE_HTML, "", REASON_BAD_ANSWER},
        {SIMPLE_HTML, "{}", REASON_BAD_ANSWER},
        {SIMPLE_HTML, "<html><title>Sign in</title><a href=\"/login\">Sign in</a></html>",
         REASON_BAD_ANSWER},
        {SIMPLE_HTML, "<a href=\"other-1.0.tar.gz\">other-1.0.tar.gz</a>", REASON_BAD_ANSWER},
        {SIMPLE_HTML, "<a href=\"my-package.tar.gz\">x</a>", REASON_BAD_ANSWER},
        {SIMPLE_HTML,
         "<meta name=\"pypi:repository-version\" content=\"2.0\">"
         "<a href=\"my_package-1.0.tar.gz\">x</a>",
         REASON_UNSUPPORTED},
    };

    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        if (parse(bad[i].form, bad[i].body) != -1)
            fail_msg("%s", bad[i].body);
        assert_string_equal(doc.name, "untouched");
        if (err.reason != bad[i].reason || strstr(err.text, "my-package") == NULL)
            fail_msg("%s: %s", bad[i].body, err.text);
    }
}

/* --- hostile pages --------------------------------------------------------------------------- */

#define REPEATED (2 << 20)

static char *repeat(const char *head, const char *piece)
{
    struct buf out = BUF_INIT(2 * REPEATED);

    assert_int_equal(buf_addstr(&out, head), 0);
    while (out.len < REPEATED)
        assert_int_equal(buf_addstr(&out, piece), 0);
    return buf_detach(&out);
}

/* To look for an attribute or to close an element takes libxml2 the square of how many there are.
 */
static void pages_that_would_never_end(void **state)
{
    static const char *const pieces[][2] = {
        {"", "<b>"},         {"<a", " x=\">\""},
        {"<!--", "x"},       {"", "</i><b>"},
        {"<a href=\"", "x"}, {"", "&"},
        {"", "<table><tr>"}, {"", "<a href=x>"},
        {"<script>", "<"},   {"", "<a x=1 y=2 z=3>"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof pieces / sizeof *pieces; i++) {
        char *body = repeat(pieces[i][0], pieces[i][1]);
        uint64_t start = clock_monotonic_ms();
        if (parse(SIMPLE_HTML, body) != -1)
            fail_msg("%s", pieces[i][1]);
        if (clock_monotonic_ms() - start > 5000)
            fail_msg("%s took %llu ms", pieces[i][1],
                     (unsigned long long)(clock_monotonic_ms() - start));
        free(body);
    }
    struct buf many = BUF_INIT(100000);
    assert_int_equal(buf_addstr(&many, "<a"), 0);
    for (int n = 0; n < 3000; n++)
        assert_int_equal(buf_addf(&many, " x%d=", n), 0);
    assert_int_equal(buf_addstr(&many, "><a href=\"my_package-1.0.tar.gz\">x</a>"), 0);
    assert_int_equal(parse(SIMPLE_HTML, buf_str(&many)), -1);
    buf_release(&many);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(json_of_the_index), cmocka_unit_test(provenance_of_files),
        cmocka_unit_test(versions_of_files), cmocka_unit_test(versions_that_are_listed),
        cmocka_unit_test(yanked_files),      cmocka_unit_test(quarantined),
        cmocka_unit_test(html_of_servers),   cmocka_unit_test(html_of_any_length),
        cmocka_unit_test(html_status),       cmocka_unit_test(files_that_tell_no_version),
        cmocka_unit_test(bad_pages),         cmocka_unit_test(pages_that_would_never_end),
    };

    return cmocka_run_group_tests(tests, NULL, teardown);
}
