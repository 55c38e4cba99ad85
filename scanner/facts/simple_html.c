/* PEP 503 with 592, 629, 792: anchors, and what <meta> says. libxml2 splits the page into tags;
   nothing is kept of it but what is read here. */
#include "facts/simple.h"

#include <libxml/HTMLparser.h>
#include <libxml/xmlerror.h>
#include <string.h>
#include <strings.h>

#include "base/buf.h"
#include "facts/distname.h"
#include "facts/fileurl.h"

#define CHUNK          8192
#define TAG_MAX        (32 * 1024) /* bytes that libxml2 may wait for the end of */
#define ATTRIBUTES_MAX 64
#define DEPTH_MAX      512 /* open elements: to close one, libxml2 looks at them all */
#define TEXT_MAX       512

struct reading {
    struct simple_page *page;
    struct arena *arena;
    struct err *err;
    htmlParserCtxtPtr parser;
    bool failed;     /* err says why, or the arguments of stop() */
    bool based;      /* <base href> was seen */
    bool recognised; /* it says of itself that it is an index's page */
    size_t depth;
    struct buf text;          /* of the element that is open */
    struct simple_file *file; /* of the anchor that is open; NULL */
};

static void stop(struct reading *r)
{
    r->failed = true;
    xmlStopParser(r->parser);
}

static const char *attribute(const xmlChar **attributes, const char *name)
{
    for (size_t i = 0; attributes != NULL && attributes[i] != NULL; i += 2)
        if (strcasecmp((const char *)attributes[i], name) == 0)
            return attributes[i + 1] != NULL ? (const char *)attributes[i + 1] : "";
    return NULL;
}

/* --- anchors --------------------------------------------------------------------------------- */

static int hex(char c)
{
    const char *digits = "0123456789abcdef0123456789ABCDEF";
    const char *at = c != '\0' ? strchr(digits, c) : NULL;

    return at != NULL ? (int)((at - digits) % 16) : -1;
}

/* The last component of the URL's path, decoded. */
static const char *last_component(const char *href, struct arena *arena)
{
    size_t len = strcspn(href, "?#"), start = len, n = 0;

    while (start > 0 && href[start - 1] != '/')
        start--;
    char *out = arena_strndup(arena, href + start, len - start);
    for (const char *p = out; *p != '\0'; p++) {
        bool escaped = *p == '%' && hex(p[1]) >= 0 && hex(p[2]) >= 0;
        char c = escaped ? (char)(hex(p[1]) * 16 + hex(p[2])) : *p;
        if (c != '\0')
            out[n++] = c;
        p += escaped ? 2 : 0;
    }
    out[n] = '\0';
    return out;
}

/* "#sha256=HEX"; other hashes are not kept. */
static const char *hash_of(const char *href, struct arena *arena)
{
    const char *at = strchr(href, '#');

    at = at != NULL ? strstr(at, "sha256=") : NULL;
    if (at == NULL || strspn(at + 7, "0123456789abcdef") != 64)
        return NULL;
    return arena_strndup(arena, at + 7, 64);
}

static void open_anchor(struct reading *r, const xmlChar **attributes)
{
    const char *href = attribute(attributes, "href");
    const char *yanked = attribute(attributes, "data-yanked");
    const char *provenance = attribute(attributes, "data-provenance");

    buf_reset(&r->text);
    r->file = NULL;
    if (href == NULL)
        return;
    struct simple_file *file = simple_add(r->page, r->err);
    if (file == NULL) {
        stop(r);
        return;
    }
    file->filename = last_component(href, r->arena);
    file->url = fileurl(r->page->url, href, r->arena);
    file->sha256 = hash_of(href, r->arena);
    file->yanked = yanked != NULL;
    if (yanked != NULL && *yanked != '\0')
        file->yanked_reason = arena_strdup(r->arena, yanked);
    if (provenance != NULL)
        file->provenance = fileurl(r->page->url, provenance, r->arena);
    r->file = file;
}

static bool is_distribution(const struct reading *r, const char *filename)
{
    struct distname ignored;

    return distname_read(filename, r->page->package, r->arena, &ignored) != DISTNAME_OTHER;
}

/* Where the address tells no file ("…/download?id=7"), the anchor's text is its name. */
static void close_anchor(struct reading *r)
{
    const char *text = buf_str(&r->text) + strspn(buf_str(&r->text), " \t\r\n");
    size_t len = strlen(text);

    while (len > 0 && strchr(" \t\r\n", text[len - 1]) != NULL)
        len--;
    const char *name = arena_strndup(r->arena, text, len);
    if (!is_distribution(r, r->file->filename) && is_distribution(r, name))
        r->file->filename = name;
    r->file = NULL;
}

/* --- what the page says of itself ------------------------------------------------------------ */

static void read_meta(struct reading *r, const xmlChar **attributes)
{
    const char *name = attribute(attributes, "name"), *content = attribute(attributes, "content");

    if (name == NULL || content == NULL || *content == '\0')
        return;
    if (strcmp(name, "pypi:repository-version") == 0) {
        r->page->api_version = arena_strdup(r->arena, content);
        r->recognised = true;
    } else if (strcmp(name, "pypi:project-status") == 0) {
        r->page->status = arena_strdup(r->arena, content);
    } else if (strcmp(name, "pypi:project-status-reason") == 0) {
        r->page->reason = arena_strdup(r->arena, content);
    }
}

static void read_base(struct reading *r, const xmlChar **attributes)
{
    const char *href = attribute(attributes, "href");

    if (href == NULL || r->based)
        return;
    r->page->url = fileurl(r->page->url, href, r->arena);
    r->based = true;
}

/* Every index server that is known to us heads its page with these words. */
static void read_heading(struct reading *r)
{
    r->recognised |= strcasestr(buf_str(&r->text), "links for ") != NULL;
}

/* --- what libxml2 calls ---------------------------------------------------------------------- */

static void on_start(void *ctx, const xmlChar *name, const xmlChar **attributes)
{
    struct reading *r = ctx;
    size_t count = 0;

    if (r->failed)
        return;
    while (attributes != NULL && attributes[count] != NULL)
        count += 2;
    if (++r->depth > DEPTH_MAX || count > 2 * ATTRIBUTES_MAX) {
        simple_bad(r->page, r->err, "a tag", "is nested too deeply or has too many attributes");
        stop(r);
    } else if (strcmp((const char *)name, "a") == 0) {
        open_anchor(r, attributes);
    } else if (strcmp((const char *)name, "meta") == 0) {
        read_meta(r, attributes);
    } else if (strcmp((const char *)name, "base") == 0) {
        read_base(r, attributes);
    } else if (strcmp((const char *)name, "title") == 0 || strcmp((const char *)name, "h1") == 0) {
        buf_reset(&r->text);
    }
}

static void on_end(void *ctx, const xmlChar *name)
{
    struct reading *r = ctx;

    r->depth -= r->depth > 0;
    if (strcmp((const char *)name, "a") == 0 && r->file != NULL)
        close_anchor(r);
    else if (strcmp((const char *)name, "title") == 0 || strcmp((const char *)name, "h1") == 0)
        read_heading(r);
}

static void on_text(void *ctx, const xmlChar *text, int len)
{
    struct reading *r = ctx;

    if (buf_add(&r->text, text, (size_t)len) != 0)
        return; /* longer than any name of a file */
}

/* --- the whole ------------------------------------------------------------------------------- */

/* Up to the end of an anchor, else of a tag, where there is one: libxml2 2.9 that must wait within
   quotes may miss their end, and then waits for the rest of the page. */
static size_t piece(const char *body, size_t len)
{
    size_t n = len < CHUNK ? len : CHUNK;
    const char *last = n < len ? memrchr(body, '>', n) : NULL;

    for (const char *end = last; end != NULL && end - body >= 3;
         end = memrchr(body, '>', (size_t)(end - body)))
        if (memcmp(end - 3, "</a", 3) == 0)
            return (size_t)(end - body) + 1;
    return last != NULL ? (size_t)(last - body) + 1 : n;
}

static void feed(struct reading *r, const char *body, size_t len)
{
    for (size_t at = 0, n; at < len && !r->failed; at += n) {
        n = piece(body + at, len - at);
        htmlParseChunk(r->parser, body + at, (int)n, 0);
        if (r->failed)
            break;
        if (r->parser->input->end - r->parser->input->cur > TAG_MAX) {
            simple_bad(r->page, r->err, "a tag or text", "has no end");
            stop(r);
        }
    }
    if (!r->failed)
        htmlParseChunk(r->parser, "", 0, 1);
}

static int check(const struct reading *r)
{
    const struct simple_page *page = r->page;

    if (r->failed || simple_check_version(page, r->err) != 0)
        return -1;
    for (size_t i = 0; i < page->file_count; i++)
        if (is_distribution(r, page->files[i].filename))
            return 0;
    /* Without a file it may be anybody's page: one to sign in, say. */
    return r->recognised ? 0
                         : simple_bad(page, r->err, "it", "names no file and is no index's page");
}

int simple_read_html(const char *body, size_t len, struct arena *arena, struct simple_page *page,
                     struct err *err)
{
    htmlSAXHandler handler = {
        .startElement = on_start,
        .endElement = on_end,
        .characters = on_text,
        .cdataBlock = on_text,
    };
    struct reading r = {.page = page, .arena = arena, .err = err, .text = BUF_INIT(TEXT_MAX)};

    r.parser = htmlCreatePushParserCtxt(&handler, &r, NULL, 0, NULL, XML_CHAR_ENCODING_NONE);
    if (r.parser == NULL)
        return err_set(err, REASON_INTERNAL, "no memory for the page of %.100s", page->package);
    htmlCtxtUseOptions(r.parser, HTML_PARSE_RECOVER | HTML_PARSE_NOERROR | HTML_PARSE_NOWARNING |
                                     HTML_PARSE_NONET);
    feed(&r, body, len);
    htmlFreeParserCtxt(r.parser);
    xmlResetLastError();
    int result = check(&r);
    buf_release(&r.text);
    return result;
}
