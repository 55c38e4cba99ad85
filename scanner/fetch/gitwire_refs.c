#include "fetch/gitwire_codec.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/evp.h>

#include "base/mem.h"
#include "base/text.h"

#define NAME_MAX_BYTES 4096 /* of a ref; file systems that hold loose refs have less */
#define HEADS          "refs/heads/"
#define TAGS           "refs/tags/"

/* A list while it is read. Arrays of the arena cannot grow, so this one is its own until the end.
 */
struct list {
    struct gitwire_ref *refs;
    size_t count, size;
    unsigned max;
    struct arena *arena;
    struct gitwire_refs *out;
    struct err *err;
};

static int bad_line(const struct list *list, const struct pkt *pkt)
{
    return err_set(list->err, REASON_BAD_ANSWER,
                   "the list of refs has a line that is none: \"%.*s\"",
                   pkt->len < 100 ? (int)pkt->len : 100, pkt->data);
}

static int no_sha1(struct err *err)
{
    return err_set(err, REASON_UNSUPPORTED, "its objects are not named by SHA-1");
}

/* --- one line -------------------------------------------------------------------------------- */

static bool read_oid(const char *text, size_t len, char out[OID_HEX])
{
    if (len != OID_HEX - 1)
        return false;
    for (size_t i = 0; i < len; i++)
        if (!((text[i] >= '0' && text[i] <= '9') || (text[i] >= 'a' && text[i] <= 'f')))
            return false;
    memcpy(out, text, len);
    out[len] = '\0';
    return true;
}

/* Takes the next word of a line; an empty one at its end. */
static struct pkt take_word(struct pkt *line)
{
    const char *space = line->len > 0 ? memchr(line->data, ' ', line->len) : NULL;
    struct pkt word = {PKT_DATA, line->data,
                       space != NULL ? (size_t)(space - line->data) : line->len};
    size_t used = word.len + (space != NULL);

    line->data += used;
    line->len -= used;
    return word;
}

/* What HEAD points to: a branch, or nothing that we could call the default branch. */
static void set_head_ref(struct list *list, const char *name, size_t len)
{
    struct pkt target = {PKT_DATA, name, len};

    if (pkt_starts(&target, HEADS) && len <= NAME_MAX_BYTES && memchr(name, '\0', len) == NULL)
        list->out->head_ref = arena_strndup(list->arena, name, len);
}

static int add_ref(struct list *list, const struct pkt *name, const char oid[OID_HEX],
                   const char *peeled)
{
    if (!pkt_starts(name, HEADS) && !pkt_starts(name, TAGS))
        return 0;
    if (list->count >= list->max)
        return err_set(list->err, REASON_LIMIT, "more than %u refs", list->max);
    list->refs = mem_grow(list->refs, list->count, &list->size, sizeof *list->refs);
    struct gitwire_ref *ref = &list->refs[list->count++];
    ref->name = arena_strndup(list->arena, name->data, name->len);
    memcpy(ref->oid, oid, OID_HEX);
    memcpy(ref->peeled, peeled, strlen(peeled) + 1);
    return 0;
}

static bool good_name(const struct pkt *name)
{
    return name->len > 0 && name->len <= NAME_MAX_BYTES &&
           memchr(name->data, '\0', name->len) == NULL;
}

/* "OID NAME [symref-target:NAME] [peeled:OID]", or "unborn HEAD symref-target:NAME". */
static int read_line_v2(struct list *list, struct pkt line)
{
    const struct pkt whole = line;
    struct pkt first = take_word(&line);
    struct pkt name = take_word(&line);
    char oid[OID_HEX] = "", peeled[OID_HEX] = "";
    bool unborn = pkt_is(&first, "unborn");
    bool head = pkt_is(&name, "HEAD");

    if (first.len == 64)
        return no_sha1(list->err);
    if (!good_name(&name) || (!unborn && !read_oid(first.data, first.len, oid)))
        return bad_line(list, &whole);
    while (line.len > 0) {
        struct pkt word = take_word(&line);
        if (head && pkt_starts(&word, "symref-target:"))
            set_head_ref(list, word.data + 14, word.len - 14);
        else if (pkt_starts(&word, "peeled:") && !read_oid(word.data + 7, word.len - 7, peeled))
            return bad_line(list, &whole);
    }
    if (head)
        memcpy(list->out->head_oid, oid, OID_HEX);
    return unborn || head ? 0 : add_ref(list, &name, oid, peeled);
}

/* "OID NAME", and after an annotated tag "OID NAME^{}" with what it leads to. */
static int read_line_v0(struct list *list, struct pkt line)
{
    const struct pkt whole = line;
    struct pkt first = take_word(&line);
    struct pkt name = line;
    char oid[OID_HEX];

    if (pkt_starts(&whole, "shallow "))
        return 0;
    if (first.len == 64)
        return no_sha1(list->err);
    if (!good_name(&name) || !read_oid(first.data, first.len, oid))
        return bad_line(list, &whole);
    if (pkt_is(&name, "HEAD")) {
        memcpy(list->out->head_oid, oid, OID_HEX);
        return 0;
    }
    if (name.len < 3 || memcmp(name.data + name.len - 3, "^{}", 3) != 0)
        return add_ref(list, &name, oid, "");
    struct gitwire_ref *last = list->count > 0 ? &list->refs[list->count - 1] : NULL;
    struct pkt tag = {PKT_DATA, name.data, name.len - 3};
    if (last != NULL && pkt_is(&tag, last->name))
        memcpy(last->peeled, oid, OID_HEX);
    return 0;
}

/* --- the whole ------------------------------------------------------------------------------- */

static int by_name(const void *a, const void *b)
{
    const struct gitwire_ref *left = a, *right = b;

    return strcmp(left->name, right->name);
}

/* Servers send their refs sorted; the largest lists need no sorting by us. */
static void sort(struct gitwire_ref *refs, size_t count)
{
    for (size_t i = 1; i < count; i++)
        if (strcmp(refs[i - 1].name, refs[i].name) > 0) {
            qsort(refs, count, sizeof *refs, by_name);
            return;
        }
}

/* Version 0 lists every branch and version 2 none: both end with the default branch alone. */
static void keep_default_branch(struct list *list)
{
    struct gitwire_refs *out = list->out;
    size_t kept = 0;

    if (out->head_ref == NULL)
        return;
    for (size_t i = 0; i < list->count; i++)
        if (!text_starts_with(list->refs[i].name, HEADS))
            list->refs[kept++] = list->refs[i];
    list->count = kept;
    if (out->head_oid[0] == '\0')
        return;
    list->refs = mem_grow(list->refs, list->count, &list->size, sizeof *list->refs);
    memmove(list->refs + 1, list->refs, list->count * sizeof *list->refs);
    list->refs[0] = (struct gitwire_ref){.name = out->head_ref};
    memcpy(list->refs[0].oid, out->head_oid, OID_HEX);
    list->count++;
}

/* Names may hold any byte but NUL, so NUL is what separates. */
static void digest(struct gitwire_refs *refs)
{
    EVP_MD_CTX *ctx = EVP_MD_CTX_new();
    const char *head_ref = refs->head_ref != NULL ? refs->head_ref : "";
    unsigned char sum[32];

    int good = ctx != NULL && EVP_DigestInit_ex(ctx, EVP_sha256(), NULL) &&
               EVP_DigestUpdate(ctx, head_ref, strlen(head_ref) + 1) &&
               EVP_DigestUpdate(ctx, refs->head_oid, strlen(refs->head_oid) + 1);
    for (size_t i = 0; good && i < refs->count; i++) {
        const struct gitwire_ref *ref = &refs->refs[i];
        good = EVP_DigestUpdate(ctx, ref->name, strlen(ref->name) + 1) &&
               EVP_DigestUpdate(ctx, ref->oid, sizeof ref->oid) &&
               EVP_DigestUpdate(ctx, ref->peeled, strlen(ref->peeled) + 1);
    }
    good = good && EVP_DigestFinal_ex(ctx, sum, NULL);
    assert(good);
    EVP_MD_CTX_free(ctx);
    for (size_t i = 0; i < sizeof sum; i++) {
        refs->digest[2 * i] = "0123456789abcdef"[sum[i] >> 4];
        refs->digest[2 * i + 1] = "0123456789abcdef"[sum[i] & 15];
    }
    refs->digest[64] = '\0';
}

static int finish(struct list *list)
{
    struct gitwire_refs *out = list->out;

    keep_default_branch(list);
    sort(list->refs, list->count);
    for (size_t i = 1; i < list->count; i++)
        if (strcmp(list->refs[i - 1].name, list->refs[i].name) == 0)
            return err_set(list->err, REASON_BAD_ANSWER, "the list of refs names %s twice",
                           list->refs[i].name);
    out->count = list->count;
    out->refs = arena_array(list->arena, out->count + 1, sizeof *out->refs);
    if (out->count > 0)
        memcpy(out->refs, list->refs, out->count * sizeof *out->refs);
    digest(out);
    return 0;
}

/* Takes the next packet of a message that ends with a flush: 1 a line, 0 the end, -1 an error. */
static int next_line(const char **data, size_t *len, struct pkt *pkt, struct err *err)
{
    switch (pkt_take(data, len, pkt)) {
    case PKT_DATA:
        pkt_chomp(pkt);
        return pkt_starts(pkt, "ERR ") ? git_reported(err, pkt->data + 4, pkt->len - 4) : 1;
    case PKT_FLUSH:
        return 0;
    case PKT_MORE:
        return err_set(err, REASON_TRUNCATED, "the list of refs ends too early");
    default:
        return err_set(err, REASON_BAD_ANSWER, "the list of refs is not in packets of git");
    }
}

static int nothing_follows(const char *data, size_t len, struct err *err)
{
    struct pkt pkt;

    if (len == 0 || (pkt_take(&data, &len, &pkt) == PKT_RESPONSE_END && len == 0))
        return 0;
    return err_set(err, REASON_BAD_ANSWER, "something follows the list of refs");
}

int git_read_refs(const char *data, size_t len, unsigned max_refs, struct arena *arena,
                  struct gitwire_refs *refs, struct err *err)
{
    struct list list = {.max = max_refs, .arena = arena, .out = refs, .err = err};
    struct pkt pkt;
    int more;

    *refs = (struct gitwire_refs){0};
    while ((more = next_line(&data, &len, &pkt, err)) > 0)
        if ((more = read_line_v2(&list, pkt)) != 0)
            break;
    if (more == 0)
        more = nothing_follows(data, len, err);
    if (more == 0)
        more = finish(&list);
    free(list.refs);
    return more;
}

/* --- advertisements -------------------------------------------------------------------------- */

static int read_caps_v2(const char *data, size_t len, struct git_caps *caps, struct err *err)
{
    struct pkt pkt;
    int more;

    while ((more = next_line(&data, &len, &pkt, err)) > 0) {
        size_t skip = pkt_starts(&pkt, "fetch=") ? 6 : pkt_starts(&pkt, "ls-refs=") ? 8 : 0;
        if (git_caps_add(caps, pkt.data + skip, pkt.len - skip) != 0)
            return no_sha1(err);
    }
    return more;
}

/* The words behind the NUL of the first line: "... symref=HEAD:refs/heads/main ...". */
static int read_caps_v0(struct list *list, struct pkt words, struct git_caps *caps)
{
    if (git_caps_add(caps, words.data, words.len) != 0)
        return no_sha1(list->err);
    while (words.len > 0) {
        struct pkt word = take_word(&words);
        if (pkt_starts(&word, "symref=HEAD:"))
            set_head_ref(list, word.data + 12, word.len - 12);
    }
    return 0;
}

static int read_refs_v0(struct list *list, struct pkt first, const char *data, size_t len,
                        struct git_caps *caps)
{
    const char *nul = memchr(first.data, '\0', first.len);
    struct pkt pkt = first;
    int more;

    if (nul == NULL)
        return bad_line(list, &first);
    pkt.len = (size_t)(nul - first.data);
    if (read_caps_v0(list, (struct pkt){PKT_DATA, nul + 1, first.len - pkt.len - 1}, caps) != 0)
        return -1;
    if (pkt.len >= 15 && memcmp(pkt.data + pkt.len - 15, "capabilities^{}", 15) == 0)
        more = next_line(&data, &len, &pkt, list->err);
    else
        more = 1;
    while (more > 0)
        more = read_line_v0(list, pkt) != 0 ? -1 : next_line(&data, &len, &pkt, list->err);
    return more == 0 ? nothing_follows(data, len, list->err) : more;
}

int git_read_advertisement(const char *data, size_t len, unsigned max_refs, struct arena *arena,
                           struct git_caps *caps, struct gitwire_refs *refs, struct err *err)
{
    struct list list = {.max = max_refs, .arena = arena, .out = refs, .err = err};
    struct pkt pkt;

    *refs = (struct gitwire_refs){0};
    *caps = (struct git_caps){0};
    int more = next_line(&data, &len, &pkt, err);
    if (more > 0 && pkt_is(&pkt, "# service=git-upload-pack")) {
        /* The service line is a message of its own. */
        more = next_line(&data, &len, &pkt, err);
        if (more == 0)
            more = next_line(&data, &len, &pkt, err);
    }
    if (more > 0 && pkt_is(&pkt, "version 2")) {
        caps->version = 2;
        return read_caps_v2(data, len, caps, err);
    }
    if (more > 0 && pkt_is(&pkt, "version 1"))
        more = next_line(&data, &len, &pkt, err);
    if (more > 0 && pkt_starts(&pkt, "ERR "))
        more = git_reported(err, pkt.data + 4, pkt.len - 4);
    else if (more > 0)
        more = read_refs_v0(&list, pkt, data, len, caps);
    if (more == 0)
        more = finish(&list);
    free(list.refs);
    return more;
}

bool git_refs_want_heads(const struct gitwire_refs *refs)
{
    return refs->head_oid[0] != '\0' && refs->head_ref == NULL;
}
