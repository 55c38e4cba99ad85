#include "facts/manifest.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include "base/mem.h"
#include "base/text.h"

#define HEAD      8                   /* bytes before the compressed ones: their length unpacked */
#define MAX_PLAIN ((size_t)256 << 20) /* unpacked JSON */

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

static json_t *member_json(const struct archive_member *member)
{
    return json_pack("[o, i, I, s, s, s, o]", bytes(member->path, strlen(member->path)),
                     (int)member->kind | member->executable << 1, (json_int_t)member->size,
                     member->oid, member->lf_oid, member->sha256, bytes(member->data, member->len));
}

static json_t *contents_json(const struct archive_contents *contents)
{
    json_t *members = json_array(), *odd = json_array();

    for (size_t i = 0; i < contents->member_count; i++)
        json_array_append_new(members, member_json(&contents->members[i]));
    for (size_t i = 0; i < contents->oddity_count; i++) {
        const char *path = contents->oddities[i].path;
        json_array_append_new(odd, json_pack("[i, o]", (int)contents->oddities[i].kind,
                                             bytes(path, path != NULL ? strlen(path) : 0)));
    }
    return json_pack("{s: i, s: o, s: I, s: o, s: o}", "kind", (int)contents->kind, "top",
                     bytes(contents->top, contents->top != NULL ? strlen(contents->top) : 0),
                     "bytes", (json_int_t)contents->bytes, "odd", odd, "members", members);
}

int manifest_encode(const struct archive_contents *contents, struct buf *out, struct err *err)
{
    json_t *json = contents_json(contents);
    char *text = json_dumps(json, JSON_COMPACT);
    size_t len = text != NULL ? strlen(text) : 0;
    uLongf packed = compressBound(len);
    unsigned char *data = mem_alloc(HEAD + packed);

    for (int i = 0; i < HEAD; i++)
        data[i] = (unsigned char)((uint64_t)len >> 8 * i);
    bool done = text != NULL && compress(data + HEAD, &packed, (const Bytef *)text, len) == Z_OK &&
                buf_add(out, data, HEAD + packed) == 0;
    free(data);
    free(text);
    json_decref(json);
    return done ? 0 : err_set(err, REASON_TOO_LARGE, "what a file holds is too much to be kept");
}

/* --- and back -------------------------------------------------------------------------------- */

static const char *text_at(const json_t *list, size_t at, struct arena *arena)
{
    size_t len;

    return plain(json_array_get(list, at), arena, &len);
}

static void copy_hex(char *out, size_t size, const json_t *list, size_t at)
{
    const char *text = json_string_value(json_array_get(list, at));

    if (text != NULL && strlen(text) < size)
        memcpy(out, text, strlen(text) + 1);
}

static bool read_member(const json_t *json, struct arena *arena, struct archive_member *out)
{
    int flags = (int)json_integer_value(json_array_get(json, 1));

    out->path = text_at(json, 0, arena);
    out->kind = flags & 1 ? ARCHIVE_LINK : ARCHIVE_FILE;
    out->executable = (flags & 2) != 0;
    out->size = json_integer_value(json_array_get(json, 2));
    copy_hex(out->oid, sizeof out->oid, json, 3);
    copy_hex(out->lf_oid, sizeof out->lf_oid, json, 4);
    copy_hex(out->sha256, sizeof out->sha256, json, 5);
    out->data = plain(json_array_get(json, 6), arena, &out->len);
    return out->path != NULL && out->oid[0] != '\0';
}

static bool read_contents(const json_t *json, struct arena *arena, struct archive_contents *out)
{
    const json_t *members = json_object_get(json, "members"), *odd = json_object_get(json, "odd");
    size_t len;

    out->kind = json_integer_value(json_object_get(json, "kind")) == ARCHIVE_WHEEL ? ARCHIVE_WHEEL
                                                                                   : ARCHIVE_SDIST;
    out->top = plain(json_object_get(json, "top"), arena, &len);
    out->bytes = json_integer_value(json_object_get(json, "bytes"));
    out->member_count = json_array_size(members);
    out->members = arena_array(arena, out->member_count, sizeof *out->members);
    out->oddity_count = json_array_size(odd);
    out->oddities = arena_array(arena, out->oddity_count, sizeof *out->oddities);
    for (size_t i = 0; i < out->member_count; i++)
        if (!read_member(json_array_get(members, i), arena, &out->members[i]))
            return false;
    for (size_t i = 0; i < out->oddity_count; i++) {
        const json_t *pair = json_array_get(odd, i);
        json_int_t kind = json_integer_value(json_array_get(pair, 0));
        if (kind < 0 || kind >= ARCHIVE_ODD_COUNT)
            return false;
        out->oddities[i].kind = (enum archive_oddity_kind)kind;
        out->oddities[i].path = text_at(pair, 1, arena);
    }
    return json_is_array(members);
}

int manifest_decode(const void *data, size_t len, struct arena *arena, struct archive_contents *out,
                    struct err *err)
{
    const unsigned char *head = data;
    uint64_t size = 0;

    *out = (struct archive_contents){0};
    for (int i = 0; len > HEAD && i < HEAD; i++)
        size |= (uint64_t)head[i] << 8 * i;
    if (size == 0 || size > MAX_PLAIN || size / 1100 > len) /* deflate packs no tighter */
        return err_set(err, REASON_BAD_ANSWER, "what the database holds is no manifest");
    char *text = mem_alloc(size);
    uLongf unpacked = size;
    bool done = uncompress((Bytef *)text, &unpacked, head + HEAD, len - HEAD) == Z_OK;
    json_t *json = done ? json_loadb(text, unpacked, JSON_ALLOW_NUL, NULL) : NULL;
    done = json != NULL && read_contents(json, arena, out);
    json_decref(json);
    free(text);
    return done ? 0 : err_set(err, REASON_BAD_ANSWER, "what the database holds is no manifest");
}
