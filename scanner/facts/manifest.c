#include "facts/manifest.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>
#define ZLIB_CONST
#include <zlib.h>

#include "base/mem.h"
#include "base/text.h"

#define BLOCK 16384
#define LINE_BYTES                                                                                 \
    ((size_t)16 << 20) /* of what is read: a member's bytes, most of them escaped                  \
                        */
#define TEXT_BYTES ((size_t)256 << 20)

/* --- strings --------------------------------------------------------------------------------- */

/* Bytes that are no UTF-8 are kept one character a byte, in a list of one. */
static json_t *bytes(const char *data, size_t len)
{
    if (data == NULL)
        return json_null();
    if (text_is_utf8(data, len))
        return json_stringn_nocheck(data, len);
    char *wide = mem_alloc(2 * len + 1);
    size_t n = 0;
    for (size_t i = 0; i < len; i++) {
        unsigned char c = (unsigned char)data[i];
        if (c >= 0x80)
            wide[n++] = (char)(0xc0 | c >> 6);
        wide[n++] = (char)(c >= 0x80 ? 0x80 | (c & 0x3f) : c);
    }
    json_t *list = json_pack("[s#]", wide, (int)n);
    free(wide);
    return list;
}

static const char *plain(const json_t *value, struct arena *arena, size_t *len)
{
    const json_t *text = json_is_array(value) ? json_array_get(value, 0) : value;

    *len = json_string_length(text);
    if (!json_is_string(text))
        return NULL;
    char *out = arena_strndup(arena, json_string_value(text), *len);
    if (!json_is_array(value))
        return out;
    size_t n = 0;
    for (size_t i = 0; i < *len; i++, n++) {
        unsigned char c = (unsigned char)out[i];
        if (c >= 0x80 && i + 1 < *len)
            c = (unsigned char)(c << 6 | (out[++i] & 0x3f));
        out[n] = (char)c;
    }
    out[n] = '\0';
    *len = n;
    return out;
}

/* --- there ----------------------------------------------------------------------------------- */

struct packing {
    z_stream zlib;
    struct buf *out;
    bool full;
};

static void squeeze(struct packing *p, const char *data, size_t len, int flush)
{
    unsigned char block[BLOCK];

    p->zlib.next_in = (const Bytef *)data;
    p->zlib.avail_in = (uInt)len;
    do {
        p->zlib.next_out = block;
        p->zlib.avail_out = sizeof block;
        deflate(&p->zlib, flush);
        p->full |= buf_add(p->out, block, sizeof block - p->zlib.avail_out) != 0;
    } while (p->zlib.avail_out == 0);
}

static int on_text(const char *data, size_t len, void *ctx)
{
    squeeze(ctx, data, len, Z_NO_FLUSH);
    return 0;
}

/* One line at a time, so that no more than one member is in memory twice. */
static void put_line(struct packing *p, json_t *json)
{
    if (json == NULL)
        abort();
    json_dump_callback(json, on_text, p, JSON_COMPACT);
    squeeze(p, "\n", 1, Z_NO_FLUSH);
    json_decref(json);
}

static json_t *path_json(const char *path)
{
    return bytes(path, path != NULL ? strlen(path) : 0);
}

static json_t *member_json(const struct archive_member *member)
{
    return json_pack("[o, i, I, s, s, s, o]", path_json(member->path),
                     (int)member->kind | member->executable << 1, (json_int_t)member->size,
                     member->oid, member->lf_oid, member->sha256, bytes(member->data, member->len));
}

int manifest_encode(const struct archive_contents *contents, struct buf *out, struct err *err)
{
    struct packing p = {.out = out};

    if (deflateInit(&p.zlib, Z_DEFAULT_COMPRESSION) != Z_OK)
        abort();
    put_line(&p, json_pack("{s: i, s: o, s: I, s: i}", "kind", (int)contents->kind, "top",
                           path_json(contents->top), "bytes", (json_int_t)contents->bytes, "record",
                           (int)contents->record));
    for (size_t i = 0; i < contents->oddity_count; i++)
        put_line(&p, json_pack("{s: i, s: o}", "odd", (int)contents->oddities[i].kind, "path",
                               path_json(contents->oddities[i].path)));
    for (size_t i = 0; i < contents->record_fault_count; i++)
        put_line(&p, json_pack("{s: i, s: o}", "fault", (int)contents->record_faults[i].kind,
                               "path", path_json(contents->record_faults[i].path)));
    for (size_t i = 0; i < contents->member_count; i++)
        put_line(&p, member_json(&contents->members[i]));
    squeeze(&p, "", 0, Z_FINISH);
    deflateEnd(&p.zlib);
    return p.full ? err_set(err, REASON_TOO_LARGE, "what a file holds is too much to be kept") : 0;
}

/* --- and back -------------------------------------------------------------------------------- */

struct unpacking {
    struct arena *arena;
    struct archive_contents *out;
    size_t member_size, oddity_size, fault_size;
    bool begun;
};

static const char *text_of(const json_t *value, struct arena *arena)
{
    size_t len;

    return plain(value, arena, &len);
}

static bool copy_hex(char *out, size_t size, const json_t *list, size_t at)
{
    const char *text = json_string_value(json_array_get(list, at));

    if (text == NULL || strlen(text) >= size)
        return false;
    memcpy(out, text, strlen(text) + 1);
    return true;
}

static bool take_member(struct unpacking *u, const json_t *json)
{
    struct archive_contents *out = u->out;
    const int flags = (int)json_integer_value(json_array_get(json, 1));

    out->members = mem_grow(out->members, out->member_count, &u->member_size, sizeof *out->members);
    struct archive_member *member = &out->members[out->member_count++];
    *member = (struct archive_member){
        .path = text_of(json_array_get(json, 0), u->arena),
        .kind = flags & 1 ? ARCHIVE_LINK : ARCHIVE_FILE,
        .executable = (flags & 2) != 0,
        .size = json_integer_value(json_array_get(json, 2)),
    };
    member->data = plain(json_array_get(json, 6), u->arena, &member->len);
    return member->path != NULL && copy_hex(member->oid, sizeof member->oid, json, 3) &&
           copy_hex(member->lf_oid, sizeof member->lf_oid, json, 4) &&
           copy_hex(member->sha256, sizeof member->sha256, json, 5);
}

static bool in_range(const json_t *value, int count)
{
    return json_is_integer(value) && json_integer_value(value) >= 0 &&
           json_integer_value(value) < count;
}

static bool take_head(struct unpacking *u, const json_t *json)
{
    struct archive_contents *out = u->out;
    const json_t *kind = json_object_get(json, "kind"), *record = json_object_get(json, "record");

    if (!in_range(kind, ARCHIVE_WHEEL + 1) || !in_range(record, ARCHIVE_RECORD_UNREAD + 1))
        return false;
    out->kind = (enum archive_kind)json_integer_value(kind);
    out->record = (enum archive_record)json_integer_value(record);
    out->top = text_of(json_object_get(json, "top"), u->arena);
    out->bytes = json_integer_value(json_object_get(json, "bytes"));
    u->begun = true;
    return true;
}

static bool take_line(struct unpacking *u, const json_t *json)
{
    struct archive_contents *out = u->out;
    const json_t *odd = json_object_get(json, "odd"), *fault = json_object_get(json, "fault");

    if (!u->begun)
        return take_head(u, json);
    if (json_is_array(json))
        return take_member(u, json);
    const char *path = text_of(json_object_get(json, "path"), u->arena);
    if (in_range(odd, ARCHIVE_ODD_COUNT)) {
        out->oddities =
            mem_grow(out->oddities, out->oddity_count, &u->oddity_size, sizeof *out->oddities);
        out->oddities[out->oddity_count++] =
            (struct archive_oddity){(enum archive_oddity_kind)json_integer_value(odd), path};
        return true;
    }
    if (!in_range(fault, ARCHIVE_RECORD_FAULT_COUNT) || path == NULL)
        return false;
    out->record_faults = mem_grow(out->record_faults, out->record_fault_count, &u->fault_size,
                                  sizeof *out->record_faults);
    out->record_faults[out->record_fault_count++] = (struct archive_record_fault){
        (enum archive_record_fault_kind)json_integer_value(fault), path};
    return true;
}

/* Takes the lines that are whole; the rest waits for more. */
static bool take_lines(struct unpacking *u, struct buf *text)
{
    size_t at = 0;
    const char *newline;

    while ((newline = memchr(text->data + at, '\n', text->len - at)) != NULL) {
        const size_t len = (size_t)(newline - (text->data + at));
        json_t *json = json_loadb(text->data + at, len, JSON_ALLOW_NUL, NULL);
        const bool taken = json != NULL && take_line(u, json);
        json_decref(json);
        if (!taken)
            return false;
        at += len + 1;
    }
    memmove(text->data, text->data + at, text->len - at);
    text->len -= at;
    return true;
}

static bool unpack(struct unpacking *u, z_stream *zlib, struct buf *text)
{
    char block[BLOCK];
    int status;

    do {
        zlib->next_out = (Bytef *)block;
        zlib->avail_out = sizeof block;
        status = inflate(zlib, Z_NO_FLUSH);
        const size_t n = sizeof block - zlib->avail_out;
        if ((status != Z_OK && status != Z_STREAM_END) || zlib->total_out > TEXT_BYTES ||
            buf_add(text, block, n) != 0 ||
            (memchr(block, '\n', n) != NULL && !take_lines(u, text)))
            return false;
    } while (status != Z_STREAM_END);
    return u->begun && text->len == 0 && zlib->avail_in == 0;
}

int manifest_decode(const void *data, size_t len, struct arena *arena, struct archive_contents *out,
                    struct err *err)
{
    struct unpacking u = {.arena = arena, .out = out};
    struct buf text = BUF_INIT(LINE_BYTES);
    z_stream zlib = {.next_in = data, .avail_in = (uInt)len};

    *out = (struct archive_contents){0};
    if (inflateInit(&zlib) != Z_OK)
        abort();
    const bool done = len <= UINT32_MAX && unpack(&u, &zlib, &text);
    inflateEnd(&zlib);
    buf_release(&text);
    arena_take(arena, out->members);
    arena_take(arena, out->oddities);
    arena_take(arena, out->record_faults);
    return done ? 0 : err_set(err, REASON_BAD_ANSWER, "what the database holds is no manifest");
}
