#include "facts/changelog_heading.h"

#include <ctype.h>
#include <stdint.h>
#include <string.h>
#include <strings.h>

#include "facts/heading_text.h"
#include "facts/pep440.h"

#define COUNT(array) (sizeof(array) / sizeof *(array))

/* --- words ----------------------------------------------------------------------------------- */

static bool is_word(const struct heading_token *t, const char *const *words, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (strlen(words[i]) == t->len && strncasecmp(t->s, words[i], t->len) == 0)
            return true;
    return false;
}

/* Directly before a version they say that it is one. */
static bool is_keyword(const struct heading_token *t)
{
    static const char *const words[] = {"version", "release", "ver", "rel", "released", "v"};

    return is_word(t, words, COUNT(words));
}

/* What headings of changelogs are made of, beside names, versions and dates. */
static bool is_vocabulary(const struct heading_token *t)
{
    static const char *const words[] = {"change",     "changes", "changelog",   "what's",  "whats",
                                        "what",       "new",     "news",        "in",      "for",
                                        "notes",      "note",    "the",         "major",   "minor",
                                        "patch",      "bugfix",  "maintenance", "stable",  "final",
                                        "noteworthy", "log",     "upcoming",    "initial", "first"};

    return is_keyword(t) || is_word(t, words, COUNT(words));
}

/* With one of these before it, a version is spoken about, not announced. */
static bool is_denial(const struct heading_token *t)
{
    static const char *const words[] = {
        "since",       "until",        "before",     "after",    "from",       "to",
        "than",        "up",           "through",    "support",  "supports",   "supported",
        "drop",        "drops",        "dropped",    "dropping", "remove",     "removes",
        "removed",     "deprecate",    "deprecated", "require",  "requires",   "required",
        "requirement", "requirements", "upgrade",    "upgrades", "upgrading",  "upgraded",
        "migrate",     "migrating",    "migration",  "minimum",  "compatible", "compatibility",
        "fix",         "fixed",        "fixes",      "add",      "added",      "adds",
        "bump",        "bumped",       "using",      "use",      "with",       "of",
        "pr",          "issue",        "issues",     "pep",      "rfc",        "is",
        "was",         "see",          "between",    "and",      "or",         "not",
        "only",        "revert",       "reverted",   "on",       "by",         "->"};

    return is_word(t, words, COUNT(words));
}

/* After a version they speak of more than it. */
static bool is_open_end(const struct heading_token *t)
{
    static const char *const words[] = {"later", "newer",  "above",   "earlier", "older",
                                        "below", "onward", "onwards", "series"};

    return is_word(t, words, COUNT(words));
}

/* May follow a version without a separator. */
static bool is_status(const struct heading_token *t)
{
    static const char *const words[] = {"release",   "released",    "final",  "unreleased",
                                        "notes",     "development", "in",     "changes",
                                        "changelog", "yanked",      "stable", "dev"};

    return is_word(t, words, COUNT(words));
}

/* What has versions of its own that changelogs like to mention. */
static bool is_foreign(const struct heading_token *t)
{
    static const char *const words[] = {"python", "cpython", "pypy",     "py",   "django", "numpy",
                                        "pandas", "unicode", "upstream", "java", "node"};

    return is_word(t, words, COUNT(words));
}

/* --- dates ----------------------------------------------------------------------------------- */

static bool begins(const char *s, size_t len, const char *const *names, size_t count)
{
    for (size_t i = 0; len >= 3 && i < count; i++)
        if (len <= strlen(names[i]) && strncasecmp(s, names[i], len) == 0)
            return true;
    return false;
}

static bool is_month(const char *s, size_t len)
{
    static const char *const names[] = {"january",   "february", "march",    "april",
                                        "may",       "june",     "july",     "august",
                                        "september", "october",  "november", "december"};

    return begins(s, len, names, COUNT(names));
}

static bool is_weekday(const char *s, size_t len)
{
    static const char *const names[] = {"monday", "tuesday",  "wednesday", "thursday",
                                        "friday", "saturday", "sunday"};

    return begins(s, len, names, COUNT(names));
}

static size_t digits(const char *s, size_t len)
{
    size_t n = 0;

    while (n < len && isdigit((unsigned char)s[n]))
        n++;
    return n;
}

static bool is_year(const char *s, size_t len)
{
    return len == 4 && digits(s, len) == 4 && (memcmp(s, "19", 2) == 0 || memcmp(s, "20", 2) == 0);
}

/* "9", "09", "9th" */
static bool is_day(const char *s, size_t len)
{
    static const char *const endings[] = {"", "st", "nd", "rd", "th"};
    size_t n = digits(s, len);

    for (size_t i = 0; n >= 1 && n <= 2 && i < COUNT(endings); i++)
        if (len - n == strlen(endings[i]) && strncasecmp(s + n, endings[i], len - n) == 0)
            return true;
    return false;
}

/* Whole dates in one token: 2024-01-31, 2024/1/31, 31.1.2024, 2024-01, 31-Jan-2024. With dots it
   may as well be a version, so those count only where a version was seen before. */
static bool is_date(const char *s, size_t len, bool dots)
{
    size_t parts = 0, years = 0, months = 0, days = 0;
    const char *time = memchr(s, 'T', len);

    if (time != NULL && time - s >= 8 && isdigit((unsigned char)time[-1]))
        len = (size_t)(time - s);
    for (size_t i = 0; i < len;) {
        size_t n = 0;
        while (i + n < len && isalnum((unsigned char)s[i + n]))
            n++;
        parts++;
        years += is_year(s + i, n);
        months += is_month(s + i, n);
        days += is_day(s + i, n);
        i += n;
        if (i < len && s[i] != '-' && s[i] != '/' && !(dots && s[i] == '.'))
            return false;
        i++;
    }
    if (parts == 2)
        return years == 1 && months + days == 1;
    return parts == 3 && months <= 1 && years <= 1 && years + months + days == 3 &&
           (years == 1 || months == 1);
}

/* How many tokens from `from` make one date; 0 when there is none. */
static size_t date_run(const struct heading_token *t, size_t from, size_t count, bool dots)
{
    bool month = false;
    size_t i = from;

    for (; i < count; i++) {
        if (i > from && t[i].before != ' ' && t[i].before != ',')
            break;
        if (is_date(t[i].s, t[i].len, dots))
            return i + 1 - from;
        month |= is_month(t[i].s, t[i].len);
        if (!is_month(t[i].s, t[i].len) && !is_weekday(t[i].s, t[i].len) &&
            !is_year(t[i].s, t[i].len) && !is_day(t[i].s, t[i].len))
            break;
    }
    return month ? i - from : 0;
}

/* --- versions -------------------------------------------------------------------------------- */

struct mark {
    const char *s;
    size_t len;
    bool dotted;
    bool marked; /* a leading v, or glued to a name */
};

/* A text that PEP 440 refuses can be a version on the index all the same: "2004d", "3.0.final". */
static bool is_legacy(const char *s, size_t len)
{
    for (size_t i = 0; i < len; i++)
        if (!isalnum((unsigned char)s[i]) && strchr(".+_-", s[i]) == NULL)
            return false;
    if (!isalnum((unsigned char)s[len - 1]) || strchr("xX", s[len - 1]) != NULL)
        return false;
    return memchr(s, '.', len) != NULL || digits(s, len) >= 4;
}

static bool read_version(const char *s, size_t len, struct mark *out)
{
    bool marked = len > 1 && (*s == 'v' || *s == 'V');

    if (marked) {
        s++;
        len--;
        if (len > 1 && *s == '.')
            s++, len--;
    }
    if (len == 0 || !isdigit((unsigned char)*s))
        return false;
    /* "2024-01" is PEP 440's 2024.post1 and everybody else's January */
    if (is_date(s, len, false) || !(pep440_valid(s, len) || is_legacy(s, len)))
        return false;
    *out = (struct mark){s, len, memchr(s, '.', len) != NULL, marked};
    return true;
}

/* The version that a token is, or that is glued to a name in it: "v1.2", "pkg-1.2", "pkg==1.2". */
static bool token_version(const struct heading_token *t, struct mark *out)
{
    if (read_version(t->s, t->len, out))
        return true;
    if (!isalpha((unsigned char)*t->s))
        return false;
    for (size_t i = t->len - 1; i > 0; i--) {
        if (strchr("-_@=/", t->s[i]) == NULL)
            continue;
        struct heading_token name = {.s = t->s, .len = i};
        if (!read_version(t->s + i + 1, t->len - i - 1, out))
            continue;
        out->marked = true;
        return out->dotted && !is_foreign(&name);
    }
    return false;
}

/* --- the heading ----------------------------------------------------------------------------- */

struct reading {
    const struct heading_token *t;
    size_t count;
    size_t at;      /* the token with the version */
    size_t lead;    /* words before it */
    size_t unknown; /* of these, not of the vocabulary */
    bool keyword;   /* "version" or the like directly before it */
    bool dated;
    size_t date, date_len;
    struct mark mark;
};

/* Whether the version at `at` is somebody else's: "Python 3.12", "Python version 3.12". */
static bool is_others_version(const struct reading *r, size_t at)
{
    if (at > 0 && is_keyword(&r->t[at - 1]))
        at--;
    return at > 0 && is_foreign(&r->t[at - 1]);
}

/* A number without a dot is a version only where nothing else is likely. */
static bool is_likely(const struct reading *r)
{
    if (r->mark.dotted)
        return true;
    if (r->lead > 0 && !r->keyword && !r->mark.marked)
        return false;
    const struct heading_token *next = r->at + 1 < r->count ? &r->t[r->at + 1] : NULL;
    bool alone = next == NULL || date_run(r->t, r->at + 1, r->count, true) > 0;
    bool said = r->keyword || r->mark.marked;
    if (!alone && !(said && (next->before != ' ' || is_status(next))))
        return false;
    return r->keyword || r->mark.marked || r->dated || !is_year(r->mark.s, r->mark.len);
}

static bool find_version(struct reading *r)
{
    size_t skip = date_run(r->t, 0, r->count, false);

    r->dated = skip > 0;
    r->date_len = skip;
    for (r->at = skip; r->at < r->count && r->lead <= 6; r->at++) {
        const struct heading_token *t = &r->t[r->at];
        if (token_version(t, &r->mark) && !is_others_version(r, r->at) && is_likely(r))
            return true;
        static const char *const what[] = {"what"};
        bool asks = r->at > skip && is_word(&t[-1], what, 1); /* "What is new in 1.2" */
        if (is_denial(t) && !r->dated && !asks)
            return false;
        r->lead++;
        r->unknown += !is_vocabulary(t) && !asks;
        r->keyword = is_keyword(t);
    }
    return false;
}

enum tail { TAIL_END, TAIL_DATE, TAIL_STATUS, TAIL_TITLE, TAIL_WORDS, TAIL_LIST, TAIL_OPEN };

/* What follows the version at token `at`. A range and "and later" leave it open. */
static enum tail tail_after(const struct reading *r, size_t at)
{
    const struct heading_token *t = r->t;
    struct mark other;

    if (at + 1 == r->count)
        return TAIL_END;
    if (t[at + 1].before == ' ' && t[at + 1].len == 1 &&
        tolower((unsigned char)*t[at + 1].s) == 'x')
        return TAIL_OPEN;
    for (size_t i = at + 1; i < r->count && i < at + 4; i++)
        if (is_open_end(&t[i]))
            return TAIL_OPEN;
    if (date_run(t, at + 1, r->count, true) > 0)
        return TAIL_DATE;
    if (is_status(&t[at + 1]))
        return TAIL_STATUS;
    bool joined = is_denial(&t[at + 1]) && at + 2 < r->count; /* "1.2 and 1.3", "1.2 to 1.3" */
    if (token_version(&t[at + 1 + joined], &other) && other.dotted)
        return strchr(",/", t[at + 1].before) != NULL ||
                       (joined && strncasecmp(t[at + 1].s, "and", 3) == 0)
                   ? TAIL_LIST
                   : TAIL_OPEN;
    return t[at + 1].before != ' ' ? TAIL_TITLE : TAIL_WORDS;
}

/* Markup makes it a heading already; what may stand beside the version is free within limits. */
static bool is_marked_announcement(const struct reading *r, enum tail tail)
{
    bool said = r->keyword || r->mark.marked;

    if (tail == TAIL_WORDS)
        return r->dated || said || (r->lead == 0 && !is_denial(&r->t[r->at + 1]));
    return said || r->unknown <= 2;
}

/* A line of text must look like nothing but the announcement of a version. */
static bool is_plain_announcement(const struct reading *r, enum tail tail)
{
    bool said = r->keyword || r->mark.marked;
    size_t names = !r->dated ? 0 : said ? 2 : 1; /* "pkg 1.2 (2024-01-31)" */

    if (tail == TAIL_WORDS || (tail == TAIL_TITLE && r->t[r->at + 1].before == ','))
        return false;
    if (tail == TAIL_STATUS && r->count - r->at > 6)
        return false;
    return r->unknown <= names;
}

static bool is_announcement(const struct reading *r, enum heading_form form, enum tail tail)
{
    if (tail == TAIL_OPEN)
        return false;
    if (form == HEADING_MARKED)
        return is_marked_announcement(r, tail);
    if (form == HEADING_LISTED)
        return r->lead == 0 && (r->mark.dotted || r->mark.marked) && tail != TAIL_WORDS;
    if (form == HEADING_BULLET && !r->dated && !(r->keyword && tail != TAIL_STATUS))
        return false;
    return is_plain_announcement(r, tail);
}

static bool is_titled(const struct reading *r)
{
    for (size_t i = r->at + 1; i < r->count; i++)
        if (!(i >= r->date && i < r->date + r->date_len) && !is_status(&r->t[i]))
            return true;
    return false;
}

static void find_date(struct reading *r)
{
    for (size_t i = r->at + 1; i < r->count; i++) {
        size_t n = date_run(r->t, i, r->count, true);
        if (n > 0) {
            r->date = i;
            r->date_len = n;
            r->dated = true;
            return;
        }
    }
}

static struct heading_version announce(const struct reading *r, const struct mark *mark,
                                       struct arena *arena)
{
    struct heading_version out = {.version = arena_strndup(arena, mark->s, mark->len),
                                  .titled = is_titled(r)};

    if (r->date_len > 0) {
        const struct heading_token *first = &r->t[r->date], *last = first + r->date_len - 1;
        out.date = arena_strndup(arena, first->s, (size_t)(last->s + last->len - first->s));
    }
    return out;
}

size_t heading_read(const char *line, size_t len, enum heading_form form, struct arena *arena,
                    struct heading_version out[HEADING_VERSIONS])
{
    struct heading_text text;
    struct reading r = {.t = text.tokens};
    size_t n = 0;

    if (!heading_tokens(line, len, &text))
        return 0;
    r.count = text.count;
    if (!find_version(&r))
        return 0;
    find_date(&r);
    enum tail tail = tail_after(&r, r.at);
    if (!is_announcement(&r, form, tail))
        return 0;
    out[n++] = announce(&r, &r.mark, arena);
    for (size_t at = r.at; tail == TAIL_LIST; tail = tail_after(&r, at)) {
        struct mark mark;
        at += token_version(&r.t[at + 1], &mark) ? 1 : 2;
        if (n == HEADING_VERSIONS || !token_version(&r.t[at], &mark))
            return 0;
        out[n++] = announce(&r, &mark, arena);
    }
    return n;
}
