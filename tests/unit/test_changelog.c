/* Headings that announce a version, headings that only speak of one, and files that hold them. */
#include "facts/changelog.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/buf.h"

/* All entries of a text as "version@date" with '!' for empty ones, separated by spaces. */
static void check(const char *text, const char *expected)
{
    struct arena arena = ARENA_INIT;
    struct buf seen = BUF_INIT(100000);
    struct changelog_entry *entries;
    size_t count = changelog_entries(text, strlen(text), &arena, &entries);
    int failed = 0;

    for (size_t i = 0; i < count; i++)
        failed |=
            buf_addf(&seen, "%s%s%s%s%s", i > 0 ? " " : "", entries[i].version,
                     entries[i].date != NULL ? "@" : "",
                     entries[i].date != NULL ? entries[i].date : "", entries[i].empty ? "!" : "");
    assert_int_equal(failed, 0);
    if (strcmp(buf_str(&seen), expected) != 0)
        fail_msg("%s\n  gives \"%s\", expected \"%s\"", text, buf_str(&seen), expected);
    buf_release(&seen);
    arena_release(&arena);
}

static void markdown(void **state)
{
    (void)state;
    check("# Changelog\n\n## [Unreleased]\n- x\n\n## [1.2.3] - 2024-01-31\n### Added\n- y\n\n"
          "## [1.2.2] - 2023-12-31 - BIG ONE\n- z\n\n[1.2.3]: https://example.org/v1.2.3\n",
          "1.2.3@2024-01-31 1.2.2@2023-12-31");
    check("## v1.2.0 (2024-01-31)\ntext\n### 1.1.9\ntext\n", "1.2.0@2024-01-31 1.1.9");
    check("## [1.2.3](https://github.com/o/r/compare/v1.2.2...v1.2.3) (2024-01-31)\n* x\n",
          "1.2.3@2024-01-31");
    check("# Release 9.6.0\n\n## Bug fixes\n- x\n", "9.6.0");
    check("## securesystemslib v1.4.0\n\n### Fixed\n\n* x\n", "1.4.0");
    check("## foo-v1.4.0\nx\n## [foo==1.3.0]\nx\n## foo@1.2.0\nx\n", "1.4.0 1.3.0 1.2.0");
    check("### July 20th 2021: version 3.1.9 released\nx\n", "3.1.9@July 20th 2021");
    check("### April 23rd 2009: Python 3 only version 0.4.1 released\nx\n",
          "0.4.1@April 23rd 2009");
    check("## January 19th 2010: version 1.2.0 for Python 2.6 and 3.x released\nx\n",
          "1.2.0@January 19th 2010");
    check("## 1.2.3 / 2024-01-31\nx\n## 1.2.2 \xe2\x80\x94 31 January 2024\nx\n",
          "1.2.3@2024-01-31 1.2.2@31 January 2024");
    check("## \xf0\x9f\x8e\x89 **1.2.3**\nx\n## `1.2.2`\nx\n## \\[1.2.1\\]\nx\n",
          "1.2.3 1.2.2 1.2.1");
    check("1.2.3\n=====\nx\n\n1.2.2 (2024-01-31)\n---\nx\n", "1.2.3 1.2.2@2024-01-31");
    check("<h2 id=\"x\">1.2.3 <small>2024-01-31</small></h2>\n<p>x</p>\n", "1.2.3@2024-01-31");
    check("**1.2.3** (2024-01-31)\n\n- x\n", "1.2.3@2024-01-31");
    check("## 1.2.3 Bug fixes\n## What's new in 1.2\nx\n", "1.2.3 1.2");
    check("## Version 3\nx\n## v2\nx\n## 1 (2020-01-31)\nx\n", "3 2 1@2020-01-31");
    check("## 1.3.0, 1.2.9 and 1.1.4 (2024-01-31)\nx\n",
          "1.3.0@2024-01-31 1.2.9@2024-01-31 1.1.4@2024-01-31");
    check("## 2024.1.31\nx\n## 1.0 (31.1.2024)\nx\n", "2024.1.31 1.0@31.1.2024");
    check("## 1.0.0\r\n\r\nx\r\n## 0.9.0\r\nx", "1.0.0 0.9.0");
    check("\xef\xbb\xbf## 1.0.0\nx\n", "1.0.0");
}

static void restructured_text(void **state)
{
    (void)state;
    check("Changelog\n=========\n\n2.14.0 (2025-06-20)\n-------------------\n\n* x\n\n"
          "2.13.0 (2025-03-29)\n-------------------\n\n* y\n",
          "2.14.0@2025-06-20 2.13.0@2025-03-29");
    check("NEXT\n~~~~\n\n2.9.1\n~~~~~\n\nx\n", "2.9.1");
    check(".. _v1.2:\n\n====================\nWhat's New in X 1.2\n====================\n\nx\n",
          "1.2");
    check("`1.2.3 <https://example.org/v1.2.2...v1.2.3>`_ (2024-01-31)\n"
          "=======================================================\n\nNo significant changes.\n",
          "1.2.3@2024-01-31");
    check("pkg 1.2.3 (2024-01-31)\n======================\n\nFeatures\n--------\n\n- x (#1)\n",
          "1.2.3@2024-01-31");
    check("- :release:`4.0.0 <2025-08-03>`\n- :support:`-` x in 3.9\n- :release:`3.5.1 "
          "<2025-02-03>`\n- :bug:`1` y\n",
          "4.0.0@2025-08-03 3.5.1@2025-02-03");
    check(".. changelog::\n    :version: 1.4.0\n    :released: x\n\n    .. change::\n", "1.4.0");
    check(".. rubric:: 1.4.0\n\nx\n", "1.4.0");
}

static void plain(void **state)
{
    (void)state;
    check("Version 3.3.3 - in development\n------------------------------\n- x\n\n"
          "Version 1.4.9 - December 8, 2007\n\n- y\n",
          "3.3.3 1.4.9@December 8, 2007");
    check("v0.2.0, 2024-01-31 -- Second.\nv0.1.0, Mon Jan 1 2024 -- Initial release.\n",
          "0.2.0@2024-01-31 0.1.0@Mon Jan 1 2024");
    check("1.2.3 (2024-01-31)\n  - x\n1.2.2 (2023-01-31)\n  - y\n",
          "1.2.3@2024-01-31 1.2.2@2023-01-31");
    check("1.2.3\n\n  x\n\nRelease 1.2.2\n\n  y\n\n1.2.1:\n  z\n", "1.2.3 1.2.2 1.2.1");
    check("2012-06-01  1.2.3\n\n  x\n", "1.2.3@2012-06-01");
    check("* Version 1.2.3\n  - x\n* 1.2.2 (2024-01-31)\n  - y\n", "1.2.3 1.2.2@2024-01-31");
    check("* Noteworthy changes in release 1.2 (2012-04-12) [stable]\n\n** x\n", "1.2@2012-04-12");
    check("pkg (1:1.2.3-4) unstable; urgency=low\n\n  * x\n\n -- A <a@b>  Mon, 1 Jan 2024\n",
          "1.2.3");
}

static void headings_that_announce_nothing(void **state)
{
    static const char *const lines[] = {
        "Dropped Python 3.6",
        "Support for Python version 3.12",
        "Python 3.12",
        "Upgrading from 1.2 to 2.0",
        "Changes since 1.2",
        "1.2.x",
        "1.2 and later",
        "1.2+",
        "1.0 - 1.5",
        "1.0\342\200\2231.5",
        "1.0 to 1.5",
        "1.2 -> 1.3",
        ">=1.2",
        "<2.0",
        "Fixed in 1.2",
        "2024",
        "2024-01-31",
        "2024-01",
        "January 2024",
        "3 new features",
        "1st of many",
        "Unreleased",
        "Version 2 of the protocol",
        "Known issues of 1.2",
        "",
        "#",
        "----",
    };
    char text[256];

    (void)state;
    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++) {
        snprintf(text, sizeof text, "## %s\n\nx\n", lines[i]);
        check(text, "");
        snprintf(text, sizeof text, "%s\n\nx\n", lines[i]);
        check(text, "");
        snprintf(text, sizeof text, "* %s\n", lines[i]);
        check(text, "");
    }
}

static void lines_that_are_no_heading(void **state)
{
    (void)state;
    check("It was released as\n1.2.3 (2024-01-31)\n", "");
    check("Text that says 1.2.3 (2024-01-31)\n", "");
    check("```\n## 1.2.3\n1.2.2\n===\n```\n\n## 1.0\nx\n", "1.0");
    check("    ## 1.2.3\n\n    1.2.2 (2024-01-31)\n", "");
    check("<!--\n## 1.2.3\n-->\n## 1.0\nx\n", "1.0");
    check("[1.2.3]: https://example.org\n[1.2.2]: https://example.org\n", "");
    check(".. _v1.2.3:\n\n<a id=\"1.2.3\"></a>\n", "");
    check("- 3.6\n- 3.7\n- 1.2.3: use this\n", "");
    check("| 1.2.3 | 2024-01-31 |\n", "");
    check("Upstream version 2026b released 2026-04-23T06:06:43+00:00\n", "");
    check("1.0 is supported for\nlonger\n", "");
}

static void empty_entries(void **state)
{
    (void)state;
    check("## 3.0.0\n\n### Added\n\n## 3.0.0rc1\n- x\n## 2.0\n", "3.0.0! 3.0.0rc1 2.0!");
    check("## 2.0 - The big one\n## 1.0 released\n", "2.0 1.0!");
    check("### May 5th 2020: version 3.1.7 released\n\nChanges in version 3.1.7\n\nx\n",
          "3.1.7@May 5th 2020");
}

static void finding(void **state)
{
    static const char text[] =
        "## 1.2\nx\n## v2.0.0-rc.1\nx\n## 2004d (2004-05-01)\nx\n## 1.0+local"
        "\nx\n## 3.0.0.final\nx\n";
    struct arena arena = ARENA_INIT;
    struct changelog_entry *entries;
    size_t count = changelog_entries(text, sizeof text - 1, &arena, &entries);

    (void)state;
    assert_int_equal(count, 5);
    assert_int_equal(changelog_find(entries, count, "1.2.0")->line, 1);
    assert_int_equal(changelog_find(entries, count, "2.0.0rc1")->line, 3);
    assert_int_equal(changelog_find(entries, count, "2004d")->line, 5);
    assert_non_null(changelog_find(entries, count, "3.0.0.final"));
    assert_null(changelog_find(entries, count, "1.2.1"));
    assert_null(changelog_find(entries, count, "2.0.0"));
    assert_null(changelog_find(entries, count, "3.0.0"));
    assert_null(changelog_find(entries, count, ""));
    assert_null(changelog_find(NULL, 0, "1.0"));
    arena_release(&arena);
}

static void hostile_bytes(void **state)
{
    size_t size = 10u << 20;
    char *text = malloc(size);
    struct arena arena = ARENA_INIT;
    struct changelog_entry *entries;

    (void)state;
    for (size_t i = 0; i + 8 <= size; i += 8)
        memcpy(text + i, "1.0\n===\n", 8);
    assert_int_equal(changelog_entries(text, size, &arena, &entries), 1);
    for (size_t i = 0; i + 16 <= size; i += 16) {
        char line[32];
        snprintf(line, sizeof line, "## 1.%09zu  \n", i / 16);
        memcpy(text + i, line, 16);
    }
    for (size_t i = 15; i < size; i += 16)
        text[i] = '\n';
    assert_int_equal(changelog_entries(text, size, &arena, &entries), 20000);
    memset(text, '<', size);
    assert_int_equal(changelog_entries(text, size, &arena, &entries), 0);
    memset(text, '\n', size);
    assert_int_equal(changelog_entries(text, size, &arena, &entries), 0);
    assert_int_equal(changelog_entries("## 1.0\0", 8, &arena, &entries), 0);
    assert_int_equal(changelog_entries("", 0, &arena, &entries), 0);
    arena_release(&arena);
    free(text);
}

static void ranks(void **state)
{
    /* best first, for the project in packages/a */
    static const char *const order[] = {"packages/a/CHANGELOG.md",
                                        "packages/a/CHANGES",
                                        "packages/a/HISTORY.rst",
                                        "packages/a/NEWS.txt",
                                        "packages/a/docs/changelog.rst",
                                        "CHANGELOG.md",
                                        "RELEASE_NOTES.md",
                                        "docs/changelog.md",
                                        "docs/source/history.rst"};
    static const char *const none[] = {"packages/b/CHANGELOG.md",
                                       "newsfragments/12.feature",
                                       "changelog.d/1.md",
                                       "CHANGELOG.py",
                                       "src/news.txt",
                                       "docs/api/history.rst",
                                       "README.md",
                                       "RELEASING.md",
                                       "",
                                       "packages/ab/CHANGES",
                                       "vendor/x/CHANGELOG.md",
                                       "docs/"};

    (void)state;
    for (size_t i = 0; i < sizeof order / sizeof *order; i++) {
        int rank = changelog_rank(order[i], "packages/a");
        if (rank <= 0 || (i > 0 && rank >= changelog_rank(order[i - 1], "packages/a")))
            fail_msg("%s has rank %d", order[i], rank);
    }
    for (size_t i = 0; i < sizeof none / sizeof *none; i++)
        if (changelog_rank(none[i], "packages/a") != 0)
            fail_msg("%s", none[i]);
    assert_true(changelog_rank("sites/www/changelog.rst", "") > 0);
    assert_true(changelog_rank("RELEASE.md", "") > 0);
    assert_true(changelog_rank("docs/about/release-notes.md", "") > 0);
    assert_true(changelog_rank("Change_Log.TXT", "") > 0);
    assert_true(changelog_rank("NEWS", "") > changelog_rank("doc/news.rst", ""));
}

static void files_without_headings(void **state)
{
    (void)state;
    check("* 1.2.3\n\n  - x\n\n* 1.2.2\n\n  - y\n", "1.2.3 1.2.2");
    check("# Changelog\n\n- **1.2.3**: x\n- **1.2.2** (2024-01-31): y\n", "1.2.3 1.2.2@2024-01-31");
    check(":1.2.3: x\n:1.2.2: y\n", "1.2.3 1.2.2");
    check(
        "| Version | What |\n|---|---|\n| 1.2.3 | x |\n| 2024-01-31 | 1.2.2 | y |\n| z | 1.2.1 |\n",
        "1.2.3 1.2.2@2024-01-31");
    /* lists of other things */
    check("- 3.6\n- 3.7\n", "");
    check("- 3.6: x\n- 3.8: x\n- 3.7: x\n", "");
    check("- Fixes 1.2.3: x\n- 1.2.2 was bad\n- 1.2 to 1.3: x\n", "");
    check("## 2.0\n- 1.2.3: x\n| 1.2.2 | x |\n", "2.0");
    check("What is new in 1.2.3\n--------------------\n- x\n", "1.2.3");
    check("# What is new in pkg 1.2.3\n- x\n# This is 1.2.2\nx\n", "1.2.3");
    check("1.2.3, 2024-01-31 -- x\n1.2.x\n1.2 x\n", "1.2.3@2024-01-31");
}

static void encodings(void **state)
{
    static const struct {
        const char *bytes;
        size_t len;
        const char *text; /* NULL: none that we know */
    } cases[] = {
        {"\xff\xfe#\0 \0"
         "1\0\n\0",
         10, "# 1\n"},
        {"\xfe\xff\0#\0 \0"
         "1\0\n",
         10, "# 1\n"},
        {"\xff\xfe\xe9\0\xac\x20\x3d\xd8\x00\xde", 10, "\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80"},
        {"\xff\xfe\x3d\xd8x\0", 6, "\xef\xbf\xbdx"},
        {"\xff\xfe#\0x", 5, "#"},
        {"\xff\xfe", 2, ""},
        {"\xef\xbb\xbf# 1\n", 7, "# 1\n"},
        {"# 1\r\r- x\r", 9, "# 1\n\n- x\n"},
        {"# 1\r\n", 5, "# 1\r\n"},
        {"#\0 \0", 4, NULL},
        {"", 0, ""},
    };
    struct arena arena = ARENA_INIT;

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const char *data = cases[i].bytes;
        size_t len = cases[i].len;
        assert_int_equal(changelog_text(&data, &len, &arena), cases[i].text != NULL);
        if (cases[i].text == NULL)
            continue;
        assert_int_equal(len, strlen(cases[i].text));
        assert_memory_equal(data, cases[i].text, len);
    }
    arena_release(&arena);
}

static void files_of_releases(void **state)
{
    static const struct {
        const char *path, *directory, *version;
    } cases[] = {
        {"docs/releases/1.2.3.md", "", "1.2.3"},
        {"docs/release_notes/1.2.3.rst", "", "1.2.3"},
        {"doc/source/whatsnew/v1.2.3.rst", "", "1.2.3"},
        {"releases/version-1.2rc1.txt", "", "1.2rc1"},
        {"docs/changes/whatsnew_1.2.md", "", "1.2"},
        {"a/docs/releases/1.2.md", "a", "1.2"},
        {"docs/releases/1.2.md", "a", "1.2"},
        {"b/docs/releases/1.2.md", "a", NULL},
        {"docs/api/1.2.3.md", "", NULL},
        {"src/releases/1.2.3.md", "", NULL},
        {"docs/releases/python-3.8.md", "", NULL},
        {"docs/releases/1.2.3.json", "", NULL},
        {"docs/releases/1.2.3", "", NULL},
        {"docs/releases/2024-01-31.md", "", NULL},
        {"docs/releases/12.md", "", NULL},
        {"1.2.3.md", "", NULL},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const char *version = NULL;
        size_t len = 0;
        bool found = changelog_release(cases[i].path, cases[i].directory, &version, &len);
        if (found != (cases[i].version != NULL) ||
            (found &&
             (len != strlen(cases[i].version) || memcmp(version, cases[i].version, len) != 0)))
            fail_msg("%s: %.*s", cases[i].path, (int)len, found ? version : "");
    }
    assert_true(changelog_rank("docs/changelog/index.md", "") > 0);
    assert_true(changelog_rank("docs/changelog.md", "") >
                changelog_rank("docs/changelog/index.md", ""));
    assert_int_equal(changelog_rank("docs/api/index.md", ""), 0);
    assert_int_equal(changelog_rank("index.md", ""), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(markdown),
        cmocka_unit_test(restructured_text),
        cmocka_unit_test(plain),
        cmocka_unit_test(headings_that_announce_nothing),
        cmocka_unit_test(lines_that_are_no_heading),
        cmocka_unit_test(empty_entries),
        cmocka_unit_test(finding),
        cmocka_unit_test(hostile_bytes),
        cmocka_unit_test(ranks),
        cmocka_unit_test(files_without_headings),
        cmocka_unit_test(encodings),
        cmocka_unit_test(files_of_releases),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
