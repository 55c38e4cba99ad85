/* Commits and trees are read as they are stored: libgit2's own parsers refuse a whole commit for a
   malformed author line, and real histories have those. */
#include "fetch/mirror_internal.h"

#include <string.h>

#include "base/clock.h"

/* --- commits --------------------------------------------------------------------------------- */

/* The end of the line at `line`, or `end`. */
static const char *line_end(const char *line, const char *end)
{
    const char *newline = memchr(line, '\n', (size_t)(end - line));

    return newline != NULL ? newline : end;
}

/* "author NAME <MAIL> SECONDS ZONE": the seconds, which the last '>' precedes whatever the name
   holds. */
static int64_t signature_time(const char *line, const char *end)
{
    const char *at = memrchr(line, '>', (size_t)(end - line));
    int64_t seconds = 0;
    int digits = 0;

    if (at == NULL)
        return CLOCK_UNKNOWN;
    for (at++; at < end && *at == ' '; at++)
        ;
    bool negative = at < end && *at == '-';
    for (at += negative; at < end && *at >= '0' && *at <= '9' && digits < 18; at++, digits++)
        seconds = seconds * 10 + (*at - '0');
    if (digits == 0 || digits == 18)
        return CLOCK_UNKNOWN;
    return negative ? -seconds : seconds;
}

static bool starts(const char *line, const char *end, const char *word)
{
    size_t len = strlen(word);

    return (size_t)(end - line) >= len && memcmp(line, word, len) == 0;
}

int commit_parse(const char *data, size_t len, struct commit_lines *out)
{
    const char *end = data + len;

    *out = (struct commit_lines){.author_time = CLOCK_UNKNOWN, .commit_time = CLOCK_UNKNOWN};
    if (len < 46 || !starts(data, end, "tree ") || data[45] != '\n' ||
        git_oid_fromstrn(&out->tree, data + 5, GIT_OID_HEXSZ) != 0)
        return -1;
    data += 46;
    out->parents = data;
    while (end - data >= PARENT_LINE && starts(data, end, "parent ") &&
           data[PARENT_LINE - 1] == '\n') {
        out->parent_count++;
        data += PARENT_LINE;
    }
    while (data < end && *data != '\n') {
        const char *stop = line_end(data, end);
        if (starts(data, stop, "author "))
            out->author_time = signature_time(data, stop);
        else if (starts(data, stop, "committer "))
            out->commit_time = signature_time(data, stop);
        data = stop < end ? stop + 1 : end;
    }
    return 0;
}

/* --- tags ------------------------------------------------------------------------------------ */

/* OpenPGP, SSH or X.509, as git writes them below the message. */
static bool holds_signature(const char *data, const char *end)
{
    while (data < end) {
        const char *stop = line_end(data, end);
        if (starts(data, stop, "-----BEGIN PGP SIGNATURE-----") ||
            starts(data, stop, "-----BEGIN PGP MESSAGE-----") ||
            starts(data, stop, "-----BEGIN SSH SIGNATURE-----") ||
            starts(data, stop, "-----BEGIN SIGNED MESSAGE-----"))
            return true;
        data = stop < end ? stop + 1 : end;
    }
    return false;
}

int tag_parse(const char *data, size_t len, struct tag_lines *out)
{
    const char *end = data + len;

    *out = (struct tag_lines){.type = GIT_OBJECT_INVALID, .tagged_at = CLOCK_UNKNOWN};
    if (len < 48 || !starts(data, end, "object ") || data[47] != '\n' ||
        git_oid_fromstrn(&out->target, data + 7, GIT_OID_HEXSZ) != 0)
        return -1;
    for (data += 48; data < end && *data != '\n';) {
        const char *stop = line_end(data, end);
        if (starts(data, stop, "type commit"))
            out->type = GIT_OBJECT_COMMIT;
        else if (starts(data, stop, "type tag"))
            out->type = GIT_OBJECT_TAG;
        else if (starts(data, stop, "tagger "))
            out->tagged_at = signature_time(data, stop);
        data = stop < end ? stop + 1 : end;
    }
    out->is_signed = holds_signature(data, end);
    return 0;
}

/* --- trees ----------------------------------------------------------------------------------- */

static int kind_of(unsigned mode, enum mirror_kind *kind)
{
    switch (mode & 0170000) {
    case 0040000:
        *kind = MIRROR_TREE;
        return 0;
    case 0100000:
        *kind = (mode & 0111) != 0 ? MIRROR_EXECUTABLE : MIRROR_BLOB;
        return 0;
    case 0120000:
        *kind = MIRROR_LINK;
        return 0;
    case 0160000:
        *kind = MIRROR_SUBMODULE;
        return 0;
    default:
        return -1;
    }
}

/* "MODE NAME\0" and the 20 bytes of an oid. */
int tree_take(const char **data, size_t *len, struct tree_entry *out)
{
    const char *at = *data, *end = at + *len;
    unsigned mode = 0;

    if (at == end)
        return 0;
    for (; at < end && *at >= '0' && *at <= '7' && mode < 0200000; at++)
        mode = mode * 8 + (unsigned)(*at - '0');
    if (at == end || *at != ' ' || kind_of(mode, &out->kind) != 0)
        return -1;
    out->name = ++at;
    const char *nul = memchr(at, '\0', (size_t)(end - at));
    if (nul == NULL || nul == at || end - nul <= GIT_OID_RAWSZ)
        return -1;
    out->name_len = (size_t)(nul - at);
    if (memchr(at, '/', out->name_len) != NULL)
        return -1;
    git_oid_fromraw(&out->oid, (const unsigned char *)nul + 1);
    at = nul + 1 + GIT_OID_RAWSZ;
    *data = at;
    *len = (size_t)(end - at);
    return 1;
}
