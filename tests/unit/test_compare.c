/* Published files against commits; the cases and how they are written are in data/compare.cases. */
#include "facts/compare.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <openssl/evp.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/mem.h"
#include "facts/compare_internal.h"

#define FILES_MAX 64
#define TAG       "1111111111111111111111111111111111111111"
#define UPLOADED  1700000000

struct case_file {
    const char *path;
    struct compare_text text;
    bool link, module;
};

struct fixture {
    const char *name, *package, *version, *filename;
    struct case_file git[FILES_MAX], dist[FILES_MAX], past[FILES_MAX], sdist[FILES_MAX];
    size_t git_count, dist_count, past_count, sdist_count;
    char *expect[16];
    size_t expect_count;
    const char *pending, *late; /* paths */
    bool asked;                 /* of the pending one, once */
    enum reason failure;
};

static struct arena arena = ARENA_INIT;

/* --- what the commit and the history say ------------------------------------------------------ */

static struct case_file *find(struct case_file *files, size_t count, const char *path)
{
    for (size_t i = 0; i < count; i++)
        if (strcmp(files[i].path, path) == 0)
            return &files[i];
    return NULL;
}

static enum source_result on_read(void *ctx, const char *path, const char **data, size_t *len)
{
    struct fixture *f = ctx;

    if (f->pending != NULL && strcmp(f->pending, path) == 0 && !f->asked) {
        f->asked = true;
        return SOURCE_PENDING;
    }
    for (size_t i = 0; i < f->git_count; i++) {
        const struct case_file *file = &f->git[i];
        size_t n = strlen(file->path);
        if (!file->link || strncmp(path, file->path, n) != 0 || (path[n] != '\0' && path[n] != '/'))
            continue;
        f->failure = REASON_UNSUPPORTED;
        if (file->text.data[0] == '.')
            return SOURCE_FAILED;
        path = arena_printf(&arena, "%.*s%s", (int)file->text.len, file->text.data, path + n);
    }
    const struct case_file *file = find(f->git, f->git_count, path);
    if (file == NULL)
        return SOURCE_ABSENT;
    *data = file->text.data;
    *len = file->text.len;
    return SOURCE_FOUND;
}

static enum compare_seen seen_among(const struct case_file *files, size_t count, const char *oid)
{
    for (size_t i = 0; i < count; i++) {
        char other[OID_HEX];
        compare_blob_id(files[i].text, other);
        if (strcmp(oid, other) == 0)
            return COMPARE_SEEN;
    }
    return COMPARE_NEVER;
}

static enum compare_seen on_seen(void *ctx, const char *oid, struct compare_first *out)
{
    const struct fixture *f = ctx;
    char late[OID_HEX] = "";

    if (f->late != NULL)
        compare_blob_id(find((struct case_file *)f->git, f->git_count, f->late)->text, late);
    memcpy(out->commit, TAG, sizeof TAG);
    out->at = strcmp(late, oid) == 0 ? UPLOADED + 1000 : UPLOADED - 1000;
    return seen_among(f->git, f->git_count, oid) == COMPARE_SEEN
               ? COMPARE_SEEN
               : seen_among(f->past, f->past_count, oid);
}

/* --- building both sides ---------------------------------------------------------------------- */

static int by_path(const void *a, const void *b)
{
    return strcmp(((const struct archive_member *)a)->path,
                  ((const struct archive_member *)b)->path);
}

static struct compare_text crlf_to_lf(struct compare_text text)
{
    char *out = arena_alloc(&arena, text.len + 1);
    size_t n = 0;

    for (size_t i = 0; i < text.len; i++)
        if (text.data[i] != '\r' || i + 1 == text.len || text.data[i + 1] != '\n')
            out[n++] = text.data[i];
    return (struct compare_text){out, n};
}

static struct archive_contents archive_of(const char *filename, const struct case_file *files,
                                          size_t count)
{
    struct archive_contents archive = {.member_count = count};

    assert_int_equal(archive_kind_of(filename, &archive.kind), 0);
    archive.members = arena_array(&arena, count + 1, sizeof *archive.members);
    for (size_t i = 0; i < count; i++) {
        struct archive_member *member = &archive.members[i];
        struct compare_text lf = crlf_to_lf(files[i].text);
        *member = (struct archive_member){.path = files[i].path,
                                          .kind = files[i].link ? ARCHIVE_LINK : ARCHIVE_FILE,
                                          .size = (int64_t)files[i].text.len,
                                          .data = files[i].text.data,
                                          .len = files[i].text.len};
        compare_blob_id(files[i].text, member->oid);
        if (lf.len != files[i].text.len)
            compare_blob_id(lf, member->lf_oid);
        if (archive.kind == ARCHIVE_WHEEL)
            compare_sha256(files[i].text, member->sha256);
    }
    qsort(archive.members, count, sizeof *archive.members, by_path);
    return archive;
}

static void tree_of(struct fixture *f, struct compare_tree *tree)
{
    struct compare_entry *entries = arena_array(&arena, f->git_count + 1, sizeof *entries);

    for (size_t i = 0; i < f->git_count; i++) {
        entries[i].path = f->git[i].path;
        entries[i].kind = f->git[i].link     ? COMPARE_SYMLINK
                          : f->git[i].module ? COMPARE_GITLINK
                                             : COMPARE_BLOB;
        compare_blob_id(f->git[i].text, entries[i].oid);
    }
    compare_tree_init(tree, entries, f->git_count, &arena);
}

/* --- what is expected ------------------------------------------------------------------------- */

static bool member_is(const struct compare_member *m, const char *word)
{
    if (strcmp(word, "secret") == 0)
        return m->secret;
    if (strcmp(word, "late") == 0)
        return m->late == 1;
    if (strcmp(word, "comments") == 0 || strcmp(word, "not-comments") == 0)
        return m->comments_only == (*word == 'c');
    if (strncmp(word, "touches-", 8) == 0)
        return m->touches != NULL && strstr(m->touches, word + 8) != NULL;
    if (strncmp(word, "lines-", 6) == 0)
        return m->lines != NULL && strcmp(m->lines, word + 6) == 0;
    return strcmp(compare_class_word(m->class), word) == 0;
}

/* "VERDICT", "alarm WORD", "licence PATH", or what a member is to be and its path. */
static bool is_met(const struct compare_result *result, const char *expect)
{
    char word[64], path[256];
    bool met = false;

    if (sscanf(expect, "%63s %255s", word, path) == 1)
        return strcmp(compare_verdict_word(result->verdict), word) == 0;
    if (strcmp(word, "alarm") == 0) {
        for (size_t i = 0; i < result->alarm_count; i++)
            met |= strcmp(compare_alarm_word(result->alarms[i].kind), path) == 0;
    } else if (strcmp(word, "licence") == 0) {
        for (size_t i = 0; i < result->licence_count; i++)
            met |= strcmp(result->licences[i].path, path) == 0;
    } else {
        for (size_t i = 0; i < result->count; i++)
            met |= strcmp(result->members[i].member->path, path) == 0 &&
                   member_is(&result->members[i], word);
    }
    return met;
}

static void explain(const struct fixture *f, const struct compare_result *result,
                    const char *expect)
{
    print_error("%s: expected %s; it is %s\n", f->name, expect,
                compare_verdict_word(result->verdict));
    for (size_t i = 0; i < result->alarm_count; i++)
        print_error("  alarm %s %s: %s\n", compare_alarm_word(result->alarms[i].kind),
                    result->alarms[i].path, result->alarms[i].what);
    for (size_t i = 0; i < result->count; i++)
        if (result->members[i].class != COMPARE_IDENTICAL)
            print_error("  %s %s: %s (lines %s, touches %s)\n",
                        compare_class_word(result->members[i].class),
                        result->members[i].member->path, result->members[i].reason,
                        result->members[i].lines, result->members[i].touches);
}

static int run(struct fixture *f)
{
    struct archive_contents archive = archive_of(f->filename, f->dist, f->dist_count), other;
    struct compare_tree tree;
    struct compare_result result, sdist;
    const struct source source = {on_read, f, &f->failure};
    int failed = 0;

    tree_of(f, &tree);
    struct compare_input input = {.archive = &archive,
                                  .filename = f->filename,
                                  .package = f->package,
                                  .version = f->version,
                                  .uploaded_at = UPLOADED,
                                  .commit = {TAG, &tree, &source},
                                  .tag_commit = TAG,
                                  .seen = on_seen,
                                  .seen_ctx = f};
    if (f->sdist_count > 0) {
        struct compare_input of_sdist = input;
        other = archive_of("x-1.tar.gz", f->sdist, f->sdist_count);
        of_sdist.archive = &other;
        of_sdist.filename = "x-1.tar.gz";
        assert_int_equal(compare(&of_sdist, &arena, &sdist), SOURCE_FOUND);
        input.sdist = &sdist;
    }
    if (f->pending != NULL)
        assert_int_equal(compare(&input, &arena, &result), SOURCE_PENDING);
    assert_int_equal(compare(&input, &arena, &result), SOURCE_FOUND);
    for (size_t i = 0; i < f->expect_count; i++)
        if (!is_met(&result, f->expect[i])) {
            explain(f, &result, f->expect[i]);
            failed = 1;
        }
    if (f->expect_count == 0) {
        print_error("%s: expects nothing\n", f->name);
        failed = 1;
    }
    return failed;
}

/* --- the cases file --------------------------------------------------------------------------- */

static void put(struct case_file *files, size_t *count, const char *path, struct compare_text text,
                bool link)
{
    struct case_file *file = find(files, *count, path);

    assert_true(*count < FILES_MAX);
    if (file == NULL)
        file = &files[(*count)++];
    *file = (struct case_file){path, text, link, false};
}

static void take_out(struct case_file *files, size_t *count, const char *path)
{
    struct case_file *file = find(files, *count, path);

    assert_non_null(file);
    *file = files[--*count];
}

static struct compare_text joined(struct compare_text a, struct compare_text b)
{
    return (struct compare_text){
        arena_printf(&arena, "%.*s%.*s", (int)a.len, a.data, (int)b.len, b.data), a.len + b.len};
}

static struct compare_text with_crlf(struct compare_text text)
{
    struct buf buf = BUF_INIT(1 << 20);

    for (size_t i = 0; i < text.len; i++)
        assert_int_equal(buf_add(&buf, text.data[i] == '\n' ? "\r\n" : text.data + i,
                                 text.data[i] == '\n' ? 2 : 1),
                         0);
    struct compare_text out = {arena_strndup(&arena, buf_str(&buf), buf.len), buf.len};
    buf_release(&buf);
    return out;
}

/* "|" is a CR alone. */
static struct compare_text with_cr(struct compare_text text)
{
    char *out = arena_strndup(&arena, text.data, text.len);

    for (char *s = out; *s != '\0'; s++)
        *s = *s == '|' ? '\r' : *s;
    return (struct compare_text){out, text.len};
}

/* RECORD of all that is published. */
static struct compare_text record_of(struct fixture *f, const char *path)
{
    struct compare_text out = {"", 0};

    for (size_t i = 0; i < f->dist_count; i++) {
        unsigned char bytes[EVP_MAX_MD_SIZE];
        char text[96];
        if (strcmp(f->dist[i].path, path) == 0)
            continue;
        assert_int_equal(
            EVP_Digest(f->dist[i].text.data, f->dist[i].text.len, bytes, NULL, EVP_sha256(), NULL),
            1);
        EVP_EncodeBlock((unsigned char *)text, bytes, 32);
        for (char *s = text; *s != '\0'; s++)
            *s = *s == '+' ? '-' : *s == '/' ? '_' : *s == '=' ? '\0' : *s;
        const char *line = arena_printf(&arena, "\"%s\",sha256=%s,%zu\r\n", f->dist[i].path, text,
                                        f->dist[i].text.len);
        out = joined(out, (struct compare_text){line, strlen(line)});
    }
    return joined(out,
                  (struct compare_text){arena_printf(&arena, "%s,,\n", path), strlen(path) + 3});
}

static void apply_special(struct fixture *f, const char *op, const char *path,
                          struct compare_text text)
{
    if (strcmp(op, "link") == 0)
        put(f->git, &f->git_count, path, (struct compare_text){text.data, text.len - 1}, true);
    if (strcmp(op, "module") == 0) {
        put(f->git, &f->git_count, path, text, false);
        find(f->git, f->git_count, path)->module = true;
    }
    if (strcmp(op, "dist-link") == 0)
        put(f->dist, &f->dist_count, path, (struct compare_text){text.data, text.len - 1}, true);
}

static void apply(struct fixture *f, const char *op, const char *path, struct compare_text text)
{
    struct case_file *dist = find(f->dist, f->dist_count, path);

    apply_special(f, op, path, text);
    if (strcmp(op, "git") == 0 || strcmp(op, "both") == 0)
        put(f->git, &f->git_count, path, text, false);
    if (strcmp(op, "dist") == 0 || strcmp(op, "both") == 0)
        put(f->dist, &f->dist_count, path, text, false);
    if (strcmp(op, "sdist") == 0)
        put(f->sdist, &f->sdist_count, path, text, false);
    if (strcmp(op, "past") == 0)
        put(f->past, &f->past_count, path, text, false);
    if (strcmp(op, "gone") == 0)
        take_out(f->dist, &f->dist_count, path);
    if (strcmp(op, "git-gone") == 0)
        take_out(f->git, &f->git_count, path);
    if (strcmp(op, "append") == 0)
        put(f->dist, &f->dist_count, path, joined(dist->text, text), false);
    if (strcmp(op, "prepend") == 0)
        put(f->dist, &f->dist_count, path, joined(text, dist->text), false);
    if (strcmp(op, "prepend-cr") == 0)
        put(f->dist, &f->dist_count, path, joined(with_cr(text), dist->text), false);
    if (strcmp(op, "record") == 0)
        put(f->dist, &f->dist_count, path, record_of(f, path), false);
    if (strcmp(op, "crlf") == 0)
        put(f->dist, &f->dist_count, path, with_crlf(dist->text), false);
    if (strcmp(op, "git-crlf") == 0)
        put(f->git, &f->git_count, path, with_crlf(find(f->git, f->git_count, path)->text), false);
    if (strcmp(op, "cut") == 0)
        put(f->dist, &f->dist_count, path,
            (struct compare_text){dist->text.data, dist->text.len / 2}, false);
    if (strcmp(op, "pending") == 0)
        f->pending = path;
    if (strcmp(op, "late") == 0)
        f->late = path;
}

struct bases {
    struct fixture items[40];
    size_t count;
};

static void start(struct fixture *f, const struct bases *bases, const char *line)
{
    char words[5][64] = {"", "", "", "", ""};

    /* "== base NAME PACKAGE VERSION FILENAME" or "== NAME: what is done to it" */
    if (sscanf(line, "== base %63s %63s %63s %63s", words[0], words[1], words[2], words[3]) == 4) {
        *f = (struct fixture){.name = arena_strdup(&arena, words[0]),
                              .package = arena_strdup(&arena, words[1]),
                              .version = arena_strdup(&arena, words[2]),
                              .filename = arena_strdup(&arena, words[3])};
        return;
    }
    for (size_t i = 0; i < bases->count; i++) {
        size_t n = strlen(bases->items[i].name);
        if (strncmp(line + 3, bases->items[i].name, n) == 0 && line[3 + n] == ':') {
            *f = bases->items[i];
            f->name = arena_strdup(&arena, line + 3);
            f->expect_count = 0;
            return;
        }
    }
    fail_msg("no base: %s", line);
}

struct reading {
    struct bases bases;
    struct fixture now;
    struct buf text;
    char op[32];
    const char *path;
    size_t cases;
    int failed;
};

static void end_file(struct reading *r)
{
    if (r->path != NULL)
        apply(&r->now, r->op, r->path,
              (struct compare_text){arena_strndup(&arena, buf_str(&r->text), r->text.len),
                                    r->text.len});
    buf_reset(&r->text);
    r->path = NULL;
}

static void end_case(struct reading *r)
{
    end_file(r);
    if (r->now.name == NULL)
        return;
    r->failed += run(&r->now);
    r->cases++;
    if (strchr(r->now.name, ':') == NULL)
        r->bases.items[r->bases.count++] = r->now;
}

static void every_case(void **state)
{
    struct reading r = {.text = BUF_INIT(1 << 20)};
    FILE *file = fopen(COMPARE_CASES, "re");
    char *line = NULL, op[32], path[256];
    size_t size = 0;
    ssize_t len;

    (void)state;
    assert_non_null(file);
    while ((len = getline(&line, &size, file)) > 0) {
        if (strncmp(line, "== ", 3) == 0) {
            end_case(&r);
            line[len - 1] = '\0';
            start(&r.now, &r.bases, line);
        } else if (strncmp(line, "-- ", 3) == 0 &&
                   sscanf(line, "-- %31s %255[^\n]", op, path) == 2) {
            end_file(&r);
            r.path = arena_strdup(&arena, path);
            memcpy(r.op, op, sizeof op);
        } else if (strncmp(line, "=> ", 3) == 0) {
            end_file(&r);
            line[len - 1] = '\0';
            r.now.expect[r.now.expect_count++] = arena_strdup(&arena, line + 3);
        } else if (r.path != NULL) {
            assert_int_equal(buf_add(&r.text, line, (size_t)len), 0);
        }
    }
    end_case(&r);
    free(line);
    fclose(file);
    buf_release(&r.text);
    print_message("%zu cases\n", r.cases);
    assert_int_equal(r.failed, 0);
    arena_release(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_case),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
