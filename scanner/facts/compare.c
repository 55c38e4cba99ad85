#include "facts/compare.h"
#include "facts/compare_internal.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/mem.h"
#include "base/text.h"
#include "facts/names.h"

#define ALARMS_MAX 50 /* of one kind that are told */

/* --- words ----------------------------------------------------------------------------------- */

const char *compare_class_word(enum compare_class class)
{
    static const char *const words[] = {
#define X(id, word, meaning) word,
        COMPARE_CLASSES(X)
#undef X
    };
    return words[class];
}

const char *compare_alarm_word(enum compare_alarm_kind kind)
{
    static const char *const words[] = {
#define X(id, word, best, meaning) word,
        COMPARE_ALARMS(X)
#undef X
    };
    return words[kind];
}

const char *compare_alarm_meaning(enum compare_alarm_kind kind)
{
    static const char *const meanings[] = {
#define X(id, word, best, meaning) meaning,
        COMPARE_ALARMS(X)
#undef X
    };
    return meanings[kind];
}

const char *compare_verdict_word(enum compare_verdict verdict)
{
    static const char *const words[] = {
#define X(id, word) word,
        COMPARE_VERDICTS(X)
#undef X
    };
    return words[verdict];
}

/* --- what the parts share -------------------------------------------------------------------- */

void compare_alarm(struct comparison *c, enum compare_alarm_kind kind, const char *path,
                   const char *fmt, ...)
{
    struct compare_result *out = c->out;
    size_t same = 0;
    char *what = NULL;
    va_list ap;

    for (size_t i = 0; i < out->alarm_count; i++) {
        const struct compare_alarm *alarm = &out->alarms[i];
        if (alarm->kind == kind && kind != COMPARE_ALARM_ODDITY && path != NULL &&
            alarm->path != NULL && strcmp(alarm->path, path) == 0)
            return; /* one of a kind a member */
        same += alarm->kind == kind;
    }
    if (same >= ALARMS_MAX)
        return;
    va_start(ap, fmt);
    if (vasprintf(&what, fmt, ap) < 0)
        abort();
    va_end(ap);
    out->alarms = mem_grow(out->alarms, out->alarm_count, &c->alarm_size, sizeof *out->alarms);
    out->alarms[out->alarm_count++] =
        (struct compare_alarm){kind, path, arena_strdup(c->arena, what)};
    free(what);
}

const struct archive_member *compare_find(const struct archive_contents *archive, const char *path)
{
    size_t low = 0, high = archive->member_count;

    while (low < high) {
        size_t mid = low + (high - low) / 2;
        int order = strcmp(archive->members[mid].path, path);
        if (order == 0)
            return &archive->members[mid];
        if (order < 0)
            low = mid + 1;
        else
            high = mid;
    }
    return NULL;
}

enum source_result compare_read(struct comparison *c, const char *path, struct compare_text *out)
{
    const struct compare_entry *entry = compare_tree_find(c->in->commit.tree, path);
    const size_t prefix = strlen(c->out->prefix);
    enum source_result read;

    /* What was published may be the very bytes, so that nothing is to be fetched. */
    if (entry != NULL && strncmp(path, c->out->prefix, prefix) == 0) {
        const struct archive_member *member = compare_find(c->in->archive, path + prefix);
        if (member != NULL && member->data != NULL && strcmp(member->oid, entry->oid) == 0) {
            *out = (struct compare_text){member->data, member->len};
            return SOURCE_FOUND;
        }
    }
    read = c->in->commit.source->read(c->in->commit.source->ctx, path, &out->data, &out->len);
    c->pending |= read == SOURCE_PENDING;
    return read;
}

const char *compare_built(struct comparison *c)
{
    static const char *const names[] = {"pyproject.toml", "setup.cfg", "setup.py"};
    struct buf buf = BUF_INIT(16u << 20);
    bool waits = false;

    if (c->built != NULL)
        return c->built;
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        const char *path = arena_printf(c->arena, "%s%s", c->out->prefix, names[i]);
        struct compare_text text;
        if (compare_tree_find(c->in->commit.tree, path) == NULL)
            continue;
        enum source_result read = compare_read(c, path, &text);
        waits |= read == SOURCE_PENDING;
        if (read == SOURCE_FOUND &&
            (buf_add(&buf, text.data, text.len) != 0 || buf_addstr(&buf, "\n") != 0))
            break;
    }
    const char *built = arena_strdup(c->arena, buf_str(&buf));
    buf_release(&buf);
    if (!waits)
        c->built = built;
    return waits ? "" : built;
}

bool compare_built_with(struct comparison *c, const char *const *words)
{
    const char *built = compare_built(c);

    for (; *words != NULL; words++)
        if (strstr(built, *words) != NULL ||
            (c->in->backend != NULL && strstr(c->in->backend, *words) != NULL))
            return true;
    return false;
}

void compare_note_revision(struct comparison *c, const char *path, const char *hex, size_t len,
                           enum compare_alarm_kind kind)
{
    const char *oid = c->in->commit.oid;

    if (*oid == '\0' || (len < OID_HEX && strncmp(oid, hex, len) == 0))
        return;
    compare_alarm(c, kind, path, "it names %.*s, the commit is %.12s", (int)(len < 40 ? len : 40),
                  hex, oid);
}

void compare_note_dirty(struct comparison *c, const char *path, const char *said, size_t len)
{
    compare_alarm(c, COMPARE_ALARM_DIRTY, path, "it says %.*s", (int)(len < 100 ? len : 100), said);
}

enum compare_seen compare_first_seen(struct comparison *c, struct compare_member *m,
                                     const char *oid)
{
    struct compare_first first = {.at = CLOCK_UNKNOWN};

    if (m->member->size <= 1) {
        m->late = 0;
        return COMPARE_NEVER; /* nothing can be told by so little */
    }
    enum compare_seen seen = c->in->seen(c->in->seen_ctx, oid, &first);
    if (seen != COMPARE_SEEN)
        return seen;
    m->first = first;
    if (first.at != CLOCK_UNKNOWN && c->in->uploaded_at != CLOCK_UNKNOWN)
        m->late = first.at > c->in->uploaded_at + COMPARE_SLACK;
    return seen;
}

/* --- one member of an sdist ------------------------------------------------------------------ */

/* Of files of the same bytes the one of the same name. */
static const struct compare_entry *elsewhere(struct comparison *c, const char *oid,
                                             const char *path)
{
    size_t count;
    const struct compare_entry *const *found = compare_tree_by_oid(c->in->commit.tree, oid, &count);
    const char *base = strrchr(path, '/');

    base = base != NULL ? base + 1 : path;
    for (size_t i = 0; i < count && i < COMPARE_PLACES; i++) {
        const char *other = strrchr(found[i]->path, '/');
        if (strcmp(other != NULL ? other + 1 : found[i]->path, base) == 0)
            return found[i];
    }
    return count > 0 ? found[0] : NULL;
}

bool compare_is_moved(struct comparison *c, struct compare_member *m)
{
    const struct archive_member *member = m->member;
    const struct compare_entry *entry = NULL;

    if (member->size <= 1 || member->kind != ARCHIVE_FILE)
        return false;
    entry = elsewhere(c, member->oid, member->path);
    if (entry == NULL && member->lf_oid[0] != '\0')
        entry = elsewhere(c, member->lf_oid, member->path);
    if (entry == NULL)
        return false;
    bool runs = m->importance == COMPARE_CODE || text_ends_with(member->path, ".py") ||
                text_ends_with(member->path, ".pth");
    compare_first_seen(c, m, entry->oid);
    m->class = runs ? COMPARE_REVIEW : COMPARE_MOVED;
    m->row = 20;
    m->git_path = entry->path;
    m->reason = arena_printf(c->arena, "the tree has it as %s", entry->path);
    return true;
}

bool compare_is_known(struct comparison *c, struct compare_member *m)
{
    enum compare_seen seen = compare_first_seen(c, m, m->member->oid);

    if (seen == COMPARE_NEVER && m->member->lf_oid[0] != '\0')
        seen = compare_first_seen(c, m, m->member->lf_oid);
    if (seen == COMPARE_NEVER)
        return false;
    m->class = seen == COMPARE_SEEN ? COMPARE_OTHER_COMMIT : COMPARE_UNKNOWN;
    m->row = 20;
    if (seen != COMPARE_SEEN)
        m->reason = "the history is not all here";
    else if (m->late == 1)
        m->reason = "a commit has these bytes, but was made after the upload";
    return true;
}

/* Holds the text against what the tree has at this path. */
static void describe(struct comparison *c, struct compare_member *m,
                     const struct compare_entry *entry)
{
    struct compare_text old;

    m->comments_only = -1;
    if (m->member->data == NULL || c->diffs++ >= COMPARE_DIFFS)
        return;
    enum proof read = compare_read_entry(c, entry, &old);
    if (read != PROOF_WAITS)
        compare_describe(c, m, read == PROOF_HOLDS ? &old : NULL);
}

/* Neither the tree, nor a row, nor the history has an explanation. */
static void unexplained(struct comparison *c, struct compare_member *m, const char *path,
                        const struct compare_entry *entry)
{
    if (m->member->size <= 1 && m->member->kind == ARCHIVE_FILE && entry == NULL) {
        m->class = COMPARE_REVIEW;
        m->reason = "an empty file that the tree does not have";
    } else if (entry != NULL) {
        m->class = COMPARE_ALTERED;
        m->row = m->row != 0 ? m->row : 13;
    } else {
        m->class = compare_is_ignored(c, path) ? COMPARE_IGNORED : COMPARE_NOWHERE;
        m->row = m->row != 0 ? m->row : 12;
    }
    m->secret = m->class != COMPARE_REVIEW && compare_is_secret(m->member);
}

/* What a build makes is not the repository's, also where that keeps a copy of it. */
static void forget_first(struct compare_member *m)
{
    m->first = (struct compare_first){.at = CLOCK_UNKNOWN};
    m->late = 0;
}

static bool is_made_by_build(const struct comparison *c, const char *path)
{
    return strcmp(path, "PKG-INFO") == 0 ||
           (c->egg_info != NULL && text_starts_with(path, c->egg_info));
}

/* The same bytes at the same path, or the same text. */
static bool is_same(struct comparison *c, struct compare_member *m,
                    const struct compare_entry *entry)
{
    if (entry == NULL || entry->kind == COMPARE_GITLINK)
        return false;
    if (strcmp(entry->oid, m->member->oid) == 0 &&
        (entry->kind == COMPARE_SYMLINK) == (m->member->kind == ARCHIVE_LINK)) {
        m->class = COMPARE_IDENTICAL;
        if (entry->kind == COMPARE_EXECUTABLE && !m->member->executable)
            m->reason = "no longer executable";
    } else if (m->member->lf_oid[0] != '\0' && strcmp(entry->oid, m->member->lf_oid) == 0) {
        m->class = COMPARE_LINE_ENDINGS;
        m->row = 13;
    } else {
        return false;
    }
    compare_first_seen(c, m, entry->oid);
    if (is_made_by_build(c, m->member->path))
        forget_first(m);
    return true;
}

static void sdist_member(struct comparison *c, struct compare_member *m)
{
    const char *path = arena_printf(c->arena, "%s%s", c->out->prefix, m->member->path);
    const struct compare_entry *entry = compare_tree_find(c->in->commit.tree, path);

    m->git_path = entry != NULL ? entry->path : NULL;
    if (is_same(c, m, entry))
        return;
    bool seen = compare_first_seen(c, m, m->member->oid) == COMPARE_SEEN;
    if (compare_by_rows(c, m, entry, seen)) {
        if (m->class == COMPARE_LINE_ENDINGS)
            compare_first_seen(c, m, entry->oid);
        else if (m->class != COMPARE_LINK)
            forget_first(m);
        m->secret = m->class == COMPARE_REVIEW && compare_is_secret(m->member);
    } else if (!compare_is_moved(c, m)) {
        if (!compare_is_known(c, m) && !compare_by_guess(c, m, entry))
            unexplained(c, m, path, entry);
        if (m->class != COMPARE_OTHER_COMMIT || m->importance != COMPARE_OTHER)
            describe(c, m, entry);
    }
}

/* --- the whole ------------------------------------------------------------------------------- */

/* Plain metadata: what every build adds, beside which nothing differs. */
static bool is_plain(const struct compare_member *m)
{
    return m->class == COMPARE_IDENTICAL ||
           (m->class == COMPARE_GENERATED && (m->row <= 2 || (m->row == 3 && m->git_path == NULL)));
}

static enum compare_verdict verdict_of(const struct comparison *c, const struct compare_member *m)
{
    bool tagged = c->in->tag_commit != NULL && strcmp(c->in->tag_commit, c->in->commit.oid) == 0;

    switch (m->class) {
    case COMPARE_UNKNOWN:
        return COMPARE_VERDICT_UNDECIDED;
    case COMPARE_NOWHERE:
    case COMPARE_ALTERED:
    case COMPARE_IGNORED:
        return COMPARE_VERDICT_NOWHERE;
    case COMPARE_OTHER_COMMIT:
        return tagged ? COMPARE_VERDICT_OTHER_COMMIT : COMPARE_VERDICT_MIXED;
    case COMPARE_REVIEW:
    case COMPARE_UNVERIFIABLE:
    case COMPARE_SUBMODULE:
        return COMPARE_VERDICT_REVIEW;
    default:
        return is_plain(m) ? COMPARE_VERDICT_AT_TAG : COMPARE_VERDICT_EXPECTED;
    }
}

static void judge(struct comparison *c)
{
    static const enum compare_verdict best[] = {
#define X(id, word, verdict, meaning) COMPARE_VERDICT_##verdict,
        COMPARE_ALARMS(X)
#undef X
    };
    struct compare_result *out = c->out;
    bool tagged = c->in->tag_commit != NULL && strcmp(c->in->tag_commit, c->in->commit.oid) == 0;
    bool undecided = false;

    out->verdict = tagged ? COMPARE_VERDICT_AT_TAG : COMPARE_VERDICT_OTHER_COMMIT;
    for (size_t i = 0; i < out->count; i++) {
        enum compare_verdict verdict = verdict_of(c, &out->members[i]);
        out->counts[out->members[i].class]++;
        undecided |= verdict == COMPARE_VERDICT_UNDECIDED;
        if (verdict != COMPARE_VERDICT_UNDECIDED && verdict < out->verdict)
            out->verdict = verdict;
    }
    for (size_t i = 0; i < out->alarm_count; i++)
        if (best[out->alarms[i].kind] < out->verdict)
            out->verdict = best[out->alarms[i].kind];
    /* What nobody could look at might be worse, unless the worst is already known. */
    if (undecided && out->verdict != COMPARE_VERDICT_NOWHERE)
        out->verdict = COMPARE_VERDICT_UNDECIDED;
}

/* Hands over what grew, so that all of the result is the arena's. */
static void settle(struct comparison *c)
{
    struct compare_result *out = c->out;
    struct compare_alarm *alarms = out->alarms;
    struct compare_missing *licences = out->licences;

    out->alarms = arena_copy(c->arena, alarms, out->alarm_count * sizeof *alarms);
    out->licences = arena_copy(c->arena, licences, out->licence_count * sizeof *licences);
    free(alarms);
    free(licences);
    free(c->ignores);
    compare_requires_end(c);
}

/* "src/tool.egg-info/" of a member below it, when it is this package's; NULL. */
static const char *egg_info_of(struct comparison *c, const char *path)
{
    const char *at = strstr(path, ".egg-info/");
    char ours[NAME_MAX_BYTES], theirs[NAME_MAX_BYTES];

    if (at == NULL)
        return NULL;
    const char *slash = memrchr(path, '/', (size_t)(at - path));
    const char *name = slash != NULL ? slash + 1 : path;
    if (names_normalise(arena_strndup(c->arena, name, (size_t)(at - name)), theirs) != 0 ||
        names_normalise(c->in->package, ours) != 0 || strcmp(ours, theirs) != 0)
        return NULL;
    return arena_strndup(c->arena, path, (size_t)(at - path) + strlen(".egg-info/"));
}

/* Of several the one nearest to the root. */
static void find_egg_info(struct comparison *c)
{
    for (size_t i = 0; i < c->in->archive->member_count; i++) {
        const char *found = egg_info_of(c, c->in->archive->members[i].path);
        if (found != NULL && (c->egg_info == NULL || strlen(found) < strlen(c->egg_info)))
            c->egg_info = found;
    }
}

static void check_oddities(struct comparison *c)
{
    static const char *const meanings[] = {
#define X(id, word, meaning) meaning,
        ARCHIVE_ODDITIES(X)
#undef X
    };
    const struct archive_contents *archive = c->in->archive;

    for (size_t i = 0; i < archive->oddity_count; i++)
        compare_alarm(c, COMPARE_ALARM_ODDITY, archive->oddities[i].path, "%s",
                      meanings[archive->oddities[i].kind]);
}

enum source_result compare(const struct compare_input *input, struct arena *arena,
                           struct compare_result *out)
{
    const struct archive_contents *archive = input->archive;
    struct comparison c = {
        .in = input, .arena = arena, .out = out, .wheel = archive->kind == ARCHIVE_WHEEL};

    *out = (struct compare_result){.count = archive->member_count, .prefix = ""};
    out->members = arena_array(arena, archive->member_count + 1, sizeof *out->members);
    check_oddities(&c);
    if (c.wheel) {
        compare_wheel_start(&c);
    } else {
        out->prefix = compare_prefix(archive, input->commit.tree, input->directory, arena);
        find_egg_info(&c);
        compare_check_sources(&c);
        compare_find_licences(&c);
    }
    compare_check_metadata(&c);
    for (size_t i = 0; i < archive->member_count; i++) {
        struct compare_member *m = &out->members[i];
        *m = (struct compare_member){.member = &archive->members[i],
                                     .first = {.at = CLOCK_UNKNOWN},
                                     .late = -1,
                                     .comments_only = -1};
        m->importance = compare_importance_of(&c, m->member->path);
        if (c.wheel)
            compare_wheel_member(&c, m);
        else
            sdist_member(&c, m);
    }
    judge(&c);
    settle(&c);
    return c.pending ? SOURCE_PENDING : SOURCE_FOUND;
}

/* --- what has to be kept ---------------------------------------------------------------------- */

bool compare_reads(const struct archive_member *member)
{
    static const char *const names[] = {
        "PKG-INFO",  "METADATA", "RECORD",         "WHEEL",          "SOURCES.txt",
        "setup.cfg", "setup.py", "pyproject.toml", "Cargo.toml",     "Cargo.lock",
        "MANIFEST",  "AUTHORS",  "ChangeLog",      ".gitattributes", IGNORE_NAME};
    const char *base = strrchr(member->path, '/');

    base = base != NULL ? base + 1 : member->path;
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (strcmp(base, names[i]) == 0)
            return true;
    return strstr(member->path, ".egg-info/") != NULL ||
           strstr(member->path, ".dist-info/") != NULL ||
           strstr(member->path, ".data/scripts/") != NULL ||
           (strstr(member->path, "require") != NULL && text_ends_with(base, ".txt")) ||
           strcasestr(base, "version") != NULL;
}
