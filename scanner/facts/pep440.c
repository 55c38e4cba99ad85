#include "facts/pep440.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define COUNT(array) (sizeof(array) / sizeof *(array))

/* A part of the text; s is NULL where the version has no such part. */
struct span {
    const char *s;
    size_t len;
};

struct version {
    struct span epoch;
    struct span release; /* digits and dots */
    char pre;            /* 'a', 'b' or 'r'; NUL for none */
    struct span pre_number, post, dev;
    struct span local; /* behind the plus */
};

struct reader {
    const char *s, *end;
};

/* --- the grammar ----------------------------------------------------------------------------- */

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static char lower(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

static bool is_separator(char c)
{
    return c == '.' || c == '-' || c == '_';
}

static struct span read_digits(struct reader *in)
{
    struct span digits = {in->s, 0};

    while (in->s < in->end && is_digit(*in->s))
        in->s++;
    digits.len = (size_t)(in->s - digits.s);
    return digits;
}

static bool read_char(struct reader *in, char c)
{
    if (in->s == in->end || lower(*in->s) != c)
        return false;
    in->s++;
    return true;
}

static void skip_separator(struct reader *in)
{
    if (in->s < in->end && is_separator(*in->s))
        in->s++;
}

/* Reads "[._-]? WORD [._-]? [0-9]*" for the first word that fits; its index, or -1 and nothing is
   read. PEP 440 needs no more backtracking than this. */
static int read_word(struct reader *in, const char *const *words, size_t count, struct span *number)
{
    struct reader at = *in;

    skip_separator(&at);
    for (size_t i = 0; i < count; i++) {
        size_t len = strlen(words[i]);
        if ((size_t)(at.end - at.s) < len || strncasecmp(at.s, words[i], len) != 0)
            continue;
        at.s += len;
        skip_separator(&at);
        *number = read_digits(&at);
        *in = at;
        return (int)i;
    }
    return -1;
}

static bool read_release(struct reader *in, struct version *out)
{
    struct span first = read_digits(in);

    if (first.len > 0 && read_char(in, '!')) {
        out->epoch = first;
        first = read_digits(in);
    }
    if (first.len == 0)
        return false;
    while (in->end - in->s > 1 && in->s[0] == '.' && is_digit(in->s[1])) {
        in->s++;
        read_digits(in);
    }
    out->release = (struct span){first.s, (size_t)(in->s - first.s)};
    return true;
}

static void read_suffixes(struct reader *in, struct version *out)
{
    static const char *const pre[] = {"alpha", "a", "beta", "b", "preview", "pre", "c", "rc"};
    static const char *const post[] = {"post", "rev", "r"};
    static const char *const dev[] = {"dev"};

    int word = read_word(in, pre, COUNT(pre), &out->pre_number);
    if (word >= 0)
        out->pre = word < 2 ? 'a' : word < 4 ? 'b' : 'r';
    if (in->end - in->s > 1 && in->s[0] == '-' && is_digit(in->s[1])) {
        in->s++;
        out->post = read_digits(in);
    } else {
        read_word(in, post, COUNT(post), &out->post);
    }
    read_word(in, dev, COUNT(dev), &out->dev);
}

static bool read_local(struct reader *in, struct version *out)
{
    if (!read_char(in, '+'))
        return true;
    out->local = (struct span){in->s, (size_t)(in->end - in->s)};
    bool inside = false;
    for (; in->s < in->end; in->s++) {
        char c = lower(*in->s);
        if (is_digit(c) || (c >= 'a' && c <= 'z'))
            inside = true;
        else if (is_separator(c) && inside)
            inside = false;
        else
            return false;
    }
    return inside;
}

static struct span strip(const char *text, size_t len)
{
    static const char space[] = " \t\n\r\f\v";

    while (len > 0 && memchr(space, text[len - 1], sizeof space - 1) != NULL)
        len--;
    while (len > 0 && memchr(space, text[0], sizeof space - 1) != NULL) {
        text++;
        len--;
    }
    return (struct span){text, len};
}

static bool parse(const char *text, size_t len, struct version *out)
{
    struct span inner = strip(text, len);
    struct reader in = {inner.s, inner.s + inner.len};

    *out = (struct version){0};
    if (inner.len == 0 || inner.len > PEP440_MAX)
        return false;
    read_char(&in, 'v');
    if (!read_release(&in, out))
        return false;
    read_suffixes(&in, out);
    return read_local(&in, out) && in.s == in.end;
}

bool pep440_valid(const char *text, size_t len)
{
    struct version version;

    return parse(text, len, &version);
}

bool pep440_is_prerelease(const char *text, size_t len)
{
    struct version version;

    return parse(text, len, &version) && (version.pre != '\0' || version.dev.s != NULL);
}

/* Takes the part before the next separator off the list. */
static struct span next_part(struct span *list)
{
    struct span part = {list->s, 0};

    while (part.len < list->len && !is_separator(part.s[part.len]))
        part.len++;
    size_t used = part.len < list->len ? part.len + 1 : part.len;
    list->s += used;
    list->len -= used;
    return part;
}

static bool all_digits(struct span part)
{
    for (size_t i = 0; i < part.len; i++)
        if (!is_digit(part.s[i]))
            return false;
    return true;
}

static struct span without_zeros(struct span digits)
{
    while (digits.len > 0 && *digits.s == '0') {
        digits.s++;
        digits.len--;
    }
    return digits;
}

/* --- what is written: the normal form and the key -------------------------------------------- */

struct writer {
    char *s;
    size_t len;
};

static void put(struct writer *out, char c)
{
    out->s[out->len++] = c;
}

static void put_lower(struct writer *out, struct span part)
{
    for (size_t i = 0; i < part.len; i++)
        put(out, lower(part.s[i]));
}

static void put_number(struct writer *out, const char *before, struct span digits)
{
    put_lower(out, (struct span){before, strlen(before)});
    digits = without_zeros(digits);
    put_lower(out, digits.len > 0 ? digits : (struct span){"0", 1});
}

/* The longest: "1a" becomes "1a0", and each of pre, post and dev can be without its number. */
#define NORMAL_MAX (PEP440_MAX + 32)

int pep440_normal(const char *text, size_t len, struct buf *out)
{
    struct version version;
    char normal[NORMAL_MAX];
    struct writer to = {normal, 0};

    if (!parse(text, len, &version))
        return -1;
    if (without_zeros(version.epoch).len > 0) {
        put_number(&to, "", version.epoch);
        put(&to, '!');
    }
    for (const char *dot = ""; version.release.len > 0; dot = ".")
        put_number(&to, dot, next_part(&version.release));
    if (version.pre != '\0')
        put_number(&to,
                   version.pre == 'a'   ? "a"
                   : version.pre == 'b' ? "b"
                                        : "rc",
                   version.pre_number);
    if (version.post.s != NULL)
        put_number(&to, ".post", version.post);
    if (version.dev.s != NULL)
        put_number(&to, ".dev", version.dev);
    for (char sign = '+'; version.local.len > 0; sign = '.') {
        struct span part = next_part(&version.local);
        put(&to, sign);
        if (all_digits(part))
            put_number(&to, "", part);
        else
            put_lower(&to, part);
    }
    return buf_add(out, normal, to.len);
}

/* The key's alphabet. A list ends with KEY_END, which is below whatever goes on. A number is one
   byte (two more for the few that are very long) for how many digits it has, then these. */
enum {
    KEY_REFUSED = 0, /* first byte */
    KEY_VALID = 1,
    KEY_END = 0,
    KEY_NUMBER = 1,     /* + count of digits, so that zero is above KEY_END */
    KEY_LONG = 251,     /* a count from here on follows in two bytes */
    KEY_LOCAL_TEXT = 1, /* of a local part: text is below numbers */
    KEY_LOCAL_NUMBER = 2,
};

static void key_number(struct writer *out, struct span digits)
{
    digits = without_zeros(digits);
    if (digits.len + KEY_NUMBER < KEY_LONG) {
        put(out, (char)(digits.len + KEY_NUMBER));
    } else {
        put(out, (char)KEY_LONG);
        put(out, (char)(digits.len >> 8));
        put(out, (char)(digits.len & 0xff));
    }
    put_lower(out, digits);
}

static void key_release(struct writer *out, struct span release)
{
    while (release.len > 0) {
        struct span rest = release;
        while (rest.len > 0 && (*rest.s == '0' || *rest.s == '.')) {
            rest.s++;
            rest.len--;
        }
        if (rest.len == 0)
            break;
        key_number(out, next_part(&release));
    }
    put(out, KEY_END);
}

static void key_local(struct writer *out, struct span local)
{
    while (local.len > 0) {
        struct span part = next_part(&local);
        if (all_digits(part)) {
            put(out, KEY_LOCAL_NUMBER);
            key_number(out, part);
        } else {
            put(out, KEY_LOCAL_TEXT);
            put_lower(out, part);
            put(out, KEY_END);
        }
    }
    put(out, KEY_END);
}

static char pre_rank(const struct version *version)
{
    if (version->pre == '\0')
        return version->dev.s != NULL && version->post.s == NULL ? 0 : 4;
    return version->pre == 'a' ? 1 : version->pre == 'b' ? 2 : 3;
}

static void key_valid(struct writer *out, const struct version *version)
{
    put(out, KEY_VALID);
    key_number(out, version->epoch);
    key_release(out, version->release);
    put(out, pre_rank(version));
    key_number(out, version->pre_number);
    put(out, version->post.s != NULL);
    key_number(out, version->post);
    put(out, version->dev.s == NULL);
    key_number(out, version->dev);
    key_local(out, version->local);
}

static void key_refused(struct writer *out, const char *text, size_t len)
{
    size_t kept = len < PEP440_MAX ? len : PEP440_MAX;

    put(out, KEY_REFUSED);
    memcpy(out->s + out->len, text, kept);
    out->len += kept;
    for (size_t i = 0; kept < len && i < sizeof len; i++)
        put(out, (char)(len >> 8 * i & 0xff));
}

bool pep440_key(const char *text, size_t len, struct buf *out)
{
    struct version version;
    char key[PEP440_KEY_MAX];
    struct writer to = {key, 0};
    bool valid = parse(text, len, &version);

    if (valid)
        key_valid(&to, &version);
    else
        key_refused(&to, text, len);
    if (buf_add(out, key, to.len) != 0)
        abort(); /* a ceiling that is too low is our own bug */
    return valid;
}

int pep440_compare(const char *a, const char *b)
{
    struct buf left = BUF_INIT(PEP440_KEY_MAX), right = BUF_INIT(PEP440_KEY_MAX);

    pep440_key(a, strlen(a), &left);
    pep440_key(b, strlen(b), &right);
    size_t common = left.len < right.len ? left.len : right.len;
    int order = memcmp(buf_str(&left), buf_str(&right), common);
    if (order == 0)
        order = (left.len > right.len) - (left.len < right.len);
    buf_release(&left);
    buf_release(&right);
    return order;
}

/* --- one behind the other -------------------------------------------------------------------- */

#define DIGITS_MAX 18 /* of a number that is counted with */

/* False when it is too large to count with. */
static bool count(struct span digits, uint64_t *out)
{
    digits = without_zeros(digits);
    *out = 0;
    for (size_t i = 0; i < digits.len && i < DIGITS_MAX; i++)
        *out = *out * 10 + (uint64_t)(digits.s[i] - '0');
    return digits.len <= DIGITS_MAX;
}

static bool releases_follow(struct span a, struct span b)
{
    bool raised = false;
    uint64_t from, to;

    while (a.len > 0 || b.len > 0) {
        if (!count(next_part(&a), &from) || !count(next_part(&b), &to))
            return false;
        if (raised ? to != 0 : to != from && to != from + 1)
            return false;
        raised |= to != from;
    }
    return true;
}

bool pep440_follows(const char *a, const char *b)
{
    struct version from, to;
    uint64_t from_epoch, to_epoch;

    return parse(a, strlen(a), &from) && parse(b, strlen(b), &to) &&
           count(from.epoch, &from_epoch) && count(to.epoch, &to_epoch) && from_epoch == to_epoch &&
           releases_follow(from.release, to.release);
}
