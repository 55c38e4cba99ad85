/*
 * Is what was published what the repository holds? One published file against one commit: every
 * member ends in one class, with its proof, and the classes give a verdict. Source: contracts.md
 * section 8; compare_rows.c is its table. Pure: what a row has to read at the commit is asked of a
 * `struct source`, and what the history holds of a callback; nothing is guessed from a name alone.
 *
 * What was published is a stranger's: paths and texts here are bytes as they are.
 */
#ifndef FACTS_COMPARE_H
#define FACTS_COMPARE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/oid.h"
#include "facts/source.h"
#include "fetch/archive.h"

/* A commit explains bytes that were uploaded up to so many seconds before it: clocks differ. */
#define COMPARE_SLACK 120

/* --- the commit ------------------------------------------------------------------------------ */

enum compare_kind { COMPARE_BLOB, COMPARE_EXECUTABLE, COMPARE_SYMLINK, COMPARE_GITLINK };

/* One entry of `git ls-tree -r`. */
struct compare_entry {
    const char *path;
    enum compare_kind kind;
    char oid[OID_HEX];
};

struct compare_tree {
    const struct compare_entry *entries; /* by path, memcmp order; borrowed */
    size_t count;
    const struct compare_entry **by_oid; /* files only, by oid, then by path */
    size_t oid_count;
};

/* Entries need not be sorted; they are sorted in place, and must live as long as the tree. */
void compare_tree_init(struct compare_tree *tree, struct compare_entry *entries, size_t count,
                       struct arena *arena);
/* NULL when the tree has no such entry. */
const struct compare_entry *compare_tree_find(const struct compare_tree *tree, const char *path);

struct compare_commit {
    const char *oid; /* "": none, the tree is empty */
    const struct compare_tree *tree;
    const struct source *source; /* reads a file at this commit, also over links inside the tree;
                                    one that leads out FAILS, REASON_UNSUPPORTED */
};

/* --- the history ----------------------------------------------------------------------------- */

enum compare_seen {
    COMPARE_NEVER,  /* no commit's tree ever had these bytes */
    COMPARE_SEEN,   /* one had; `out` says which was the first */
    COMPARE_UNSURE, /* the history is not all here */
};
struct compare_first {
    char commit[OID_HEX]; /* "" unknown */
    int64_t at;           /* its commit date; CLOCK_UNKNOWN */
};
/* Asked for nearly every member: should be a look-up. */
typedef enum compare_seen compare_seen_fn(void *ctx, const char *oid, struct compare_first *out);

/* --- what to compare ------------------------------------------------------------------------- */

struct compare_result;

struct compare_input {
    const struct archive_contents *archive;
    const char *filename; /* as the index has it; of a wheel its tags count */
    const char *package;  /* any spelling */
    const char *version;  /* as the index has it */
    int64_t uploaded_at;  /* of this file; CLOCK_UNKNOWN */

    struct compare_commit commit; /* that it is compared with */
    const char *tag_commit;       /* that the release's tag leads to; NULL: it has no tag */
    compare_seen_fn *seen;
    void *seen_ctx;

    /* From `struct project` at that commit, where it is known: */
    const char *directory; /* of the project; NULL: found by what is identical below it */
    const char *backend;   /* NULL: none is named, or unknown */
    const char *const *licence_files; /* declared paths or globs, NULL-terminated; may be NULL */

    const char *const *review;          /* globs of members that the user knows the build to make,
                                           NULL-terminated; may be NULL */
    const struct compare_result *sdist; /* for a wheel: what its release's sdist came to at the same
                                           commit; NULL: there is none */
};

/* --- what came out --------------------------------------------------------------------------- */

/* id, word, meaning */
#define COMPARE_CLASSES(X)                                                                         \
    X(UNKNOWN, "unknown", "what it would be compared with cannot be read")                         \
    X(IDENTICAL, "identical", "the same bytes at the same path")                                   \
    X(GENERATED, "generated", "made by the build, proved by its whole content")                    \
    X(LINE_ENDINGS, "line-endings", "the same text with other line ends")                          \
    X(EXPANDED, "expanded", "git's own keywords filled in, or a large file in a pointer's place")  \
    X(LINK, "link", "what a symbolic link of the repository leads to")                             \
    X(MOVED, "moved", "the same bytes at another path of the same tree")                           \
    X(SUBMODULE, "submodule", "below a submodule, whose own commit was not compared")              \
    X(REVIEW, "review", "plausible, but not proved: to be read by a person")                       \
    X(UNVERIFIABLE, "unverifiable", "a binary, which no source can be compared with")              \
    X(OTHER_COMMIT, "other-commit", "in the history, not in this tree")                            \
    X(IGNORED, "ignored", "in no commit, and the tree's .gitignore leaves it out")                 \
    X(ALTERED, "altered", "at this path the tree has other bytes; these are in no commit")         \
    X(NOWHERE, "nowhere", "in no commit")

enum compare_class {
#define X(id, word, meaning) COMPARE_##id,
    COMPARE_CLASSES(X)
#undef X
        COMPARE_CLASS_COUNT
};
const char *compare_class_word(enum compare_class class);

/* The paragraph on wheels, behind the table's rows. */
#define COMPARE_ROW_WHEEL 22

enum compare_importance {
    COMPARE_CODE,  /* what an import runs: .py .pth .so .pyd … of a package or beside setup.py */
    COMPARE_BUILD, /* setup.py, setup.cfg, pyproject.toml, MANIFEST.in …: what a build reads */
    COMPARE_OTHER,
};
const char *compare_importance_word(enum compare_importance importance); /* "code", "build" … */

/* Of one member; strings live in the arena or are the input's. */
struct compare_member {
    const struct archive_member *member;
    enum compare_class class;
    enum compare_importance importance;
    int row;              /* of contracts.md section 8 that decided it; 0: none */
    const char *reason;   /* one sentence without a full stop; NULL when the class says it all */
    const char *git_path; /* where the tree has its like; NULL */
    bool secret;          /* in no commit, and its name or what it binds suggests a secret */

    /* When the repository first had these bytes (of another line ending: those); "" and
       CLOCK_UNKNOWN where it never had or nobody knows. */
    struct compare_first first;
    int late; /* they came there more than COMPARE_SLACK after the upload: 1, 0, -1 unknown */

    /* Of text that differs from the tree's at this path, both sides at hand: */
    const char *lines;   /* of the published file, "12-14,80"; where something is gone, the line
                            before it; NULL unknown */
    int comments_only;   /* 1, 0, -1 unknown */
    const char *touches; /* hints of changed code: "network process environment dynamic-code";
                            NULL for none */
};

/* id, word, the verdict that it leaves possible at best, meaning */
#define COMPARE_ALARMS(X)                                                                          \
    X(ODDITY, "oddity", NOWHERE, "the archive is not as a build makes it")                         \
    X(METADATA, "metadata", NOWHERE, "the metadata name another package or version")               \
    X(UNLISTED, "unlisted", NOWHERE, "a member that the build's own list lacks")                   \
    X(RECORD, "record", NOWHERE, "RECORD disagrees with the wheel")                                \
    X(DIRTY, "dirty", NOWHERE, "it says of itself that it was built from a changed work tree")     \
    X(REVISION, "revision", OTHER_COMMIT,                                                          \
      "it says of itself that it was built from another commit")                                   \
    X(STALE, "stale", REVIEW,                                                                      \
      "a note of another commit, which this build does not keep up to date")                       \
    X(NOT_IN_SDIST, "not-in-sdist", REVIEW, "the sdist lacks it, or has it otherwise")             \
    X(UNREAD, "unread", REVIEW, "what would prove the rest could not be read")

enum compare_alarm_kind {
#define X(id, word, best, meaning) COMPARE_ALARM_##id,
    COMPARE_ALARMS(X)
#undef X
        COMPARE_ALARM_COUNT
};
const char *compare_alarm_word(enum compare_alarm_kind kind);
const char *compare_alarm_meaning(enum compare_alarm_kind kind);

struct compare_alarm {
    enum compare_alarm_kind kind;
    const char *path; /* of the member; NULL: of the whole */
    const char *what; /* what was seen, one sentence without a full stop */
};

/* From the worst to the best; design.md section 6. */
#define COMPARE_VERDICTS(X)                                                                        \
    X(UNDECIDED, "unknown")                                                                        \
    X(NOWHERE, "nowhere")                                                                          \
    X(MIXED, "mixed-commits")                                                                      \
    X(OTHER_COMMIT, "other-commit")                                                                \
    X(REVIEW, "review")                                                                            \
    X(EXPECTED, "at-tag-modulo-expected")                                                          \
    X(AT_TAG, "at-tag")

enum compare_verdict {
#define X(id, word) COMPARE_VERDICT_##id,
    COMPARE_VERDICTS(X)
#undef X
        COMPARE_VERDICT_COUNT
};
const char *compare_verdict_word(enum compare_verdict verdict);

struct compare_missing {
    const char *path;
    bool declared; /* by the project or by the metadata; else only by its name */
};

struct compare_result {
    struct compare_member *members; /* in the archive's order, one each */
    size_t count;
    size_t counts[COMPARE_CLASS_COUNT];
    struct compare_alarm *alarms;
    size_t alarm_count;
    struct compare_missing *licences; /* that the tree has and the sdist lacks (row 11) */
    size_t licence_count;
    const char *prefix; /* the project's directory, with a slash at its end; "" the root (row 18) */
    /* As the commit itself stands to the release: where it is not the tag's, clean is OTHER_COMMIT,
       and something of a third commit is MIXED. What is worse than REVIEW at the tag's commit is to
       be compared again with the commit that explains most, for which other rows may hold (a file
       that its build wrote anew is NOWHERE at the tag): the better verdict is the release's. */
    enum compare_verdict verdict;
};

/* FOUND: out is filled. PENDING: the source noted what it wants; ask again once it is here. Nothing
   else is returned: what cannot be read makes its member UNKNOWN. */
enum source_result compare(const struct compare_input *input, struct arena *arena,
                           struct compare_result *out);

/* Whether some row reads the bytes of this member, so that they have to be kept; beside those that
   no commit holds (for their lines and their secrets). */
bool compare_reads(const struct archive_member *member);

/* Whether its name suggests a secret, or it is named like a configuration and binds one. */
bool compare_is_secret(const struct archive_member *member);

/* How much of an archive a tree explains, from ids alone, to choose among candidates. */
struct compare_score {
    size_t at_path; /* members of more than a byte with the same bytes at the same path, line ends
                       aside */
    size_t moved;   /* … elsewhere in the tree */
    size_t differ;  /* the path has other bytes */
    size_t absent;  /* neither */
};
struct compare_score compare_score(const struct archive_contents *archive,
                                   const struct compare_tree *tree, const char *directory);
/* >0 when a fits better. */
int compare_score_order(const struct compare_score *a, const struct compare_score *b);

#endif
