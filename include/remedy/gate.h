/*
 * The checklist of a release: is this tree ready to be published as this version, or was it
 * published as it should be? Whoever calls has looked at everything (struct gate); the checks judge
 * that alone. What could not be looked at has `unknown` set, a sentence that says why.
 *
 * To add a check: a function in one of gate_*.c, its prototype in gate_checks.h, and a line in the
 * table of gate.c.
 */
#ifndef REMEDY_GATE_H
#define REMEDY_GATE_H

#include "facts/changelog.h"
#include "facts/compare.h"
#include "facts/distname.h"
#include "facts/index.h"
#include "facts/project.h"
#include "facts/review.h"
#include "facts/workflow.h"
#include "fetch/gitwire.h"
#include "fetch/worktree.h"
#include "report/marks.h"

/* Of the repository: what denotes a version of the package, and the tag that was asked for. */
struct gate_tag {
    const char *name;
    const char *oid;    /* of the tag itself */
    const char *commit; /* that it leads to; NULL: to none */
    bool here;          /* the clone has it */
    bool annotated;
    const char *version; /* that it denotes; NULL: none */
};

/* A place that states the version beside the one that counts. */
struct gate_statement {
    const char *origin; /* "src/x/__init__.py:3" */
    const char *version;
};

/* A branch that releases are made from, and whether it holds HEAD. */
struct gate_branch {
    const char *name;
    int reached;  /* 1, 0, -1: see `unknown` */
    bool ahead;   /* of 0: HEAD is on top of it, so that a push brings it there */
    bool release; /* configured as a release branch; else the default branch */
    const char *unknown;
};

struct gate_changelog {
    const char *unknown;
    const char *path;                    /* NULL: there is none */
    const struct changelog_entry *entry; /* for the version; NULL: none */
    bool whole;                          /* the file is that entry, and has no heading of its own */
};

struct gate_licence {
    const char *unknown;
    const char *const *missing; /* declared and not there, NULL-terminated */
    const char *path;           /* one that is there; NULL */
};

/* What those of HEAD publish. */
struct gate_workflows {
    const char *unknown;
    struct workflows found;
};

struct gate_remote {
    const char *unknown;
    const char *repository;          /* "owner/name" of the remote, in lower case; NULL: its URL
                                        is not on the forge */
    const char **former;             /* names that lead to the same, NULL-terminated */
    const struct gitwire_refs *refs; /* NULL with unknown */
};

/* What scans saw on the index, by a database that need not be. */
struct gate_past {
    const char *unknown;
    const char *database;  /* NULL: there is none, or it does not know the package */
    const char *version;   /* V, as the index spelled it; NULL: no scan saw it */
    const char *last_seen; /* the day; NULL with it */
};

struct gate_index {
    const char *unknown;
    const char *url;
    bool absent;                           /* it does not have the package */
    const struct index_document *document; /* NULL: absent or unknown */
};

struct gate_review {
    const char *unknown;
    struct review_pull pull;
    struct review_votes votes;
};

struct gate_checks {
    const char *unknown;
    struct review_checks seen;
};

struct gate_release {
    const char *unknown;
    bool found, draft;
};

/* A built file. */
struct gate_file {
    const char *filename;
    char sha256[65];
    enum distname_verdict named;
    const char *version;                 /* that its name tells; NULL */
    const char *unknown;                 /* its bytes cannot be read */
    const struct compare_result *result; /* held against HEAD; NULL with unknown */
};

struct gate_dist {
    const char *directory; /* as it was named; NULL: nobody asked */
    const char *unknown;
    const struct gate_file *files;
    size_t count;
};

struct gate {
    struct arena *arena;

    const char *package; /* PEP 503 */
    const char *version; /* V; NULL: nothing tells one */
    const char *wanted;  /* where V is from, "--version", "the tag v1.0", "pyproject.toml:3" */
    const char *tag;     /* that was asked for; NULL: the one that denotes V */
    bool published;      /* afterwards */
    const char *const *web_hosts;

    const struct worktree_facts *tree;
    const struct worktree_status *status;
    const char *status_unknown;

    const struct project *project; /* at HEAD; its name is known */
    struct gate_statement *statements;
    size_t statement_count;
    const struct gate_tag *tags; /* the preferred one of a version first */
    size_t tag_count;
    const char *tag_prefix;             /* what stands before the version in this package's tags */
    const struct gate_branch *branches; /* the default branch first */
    size_t branch_count;
    struct gate_changelog changelog;
    struct gate_licence licence;
    struct gate_workflows workflows;
    struct gate_remote remote;
    struct gate_index index;
    struct gate_past past;
    struct gate_index test_index; /* url NULL: nobody asked */
    struct gate_dist dist;
    struct gate_review review;
    struct gate_checks checks;
    struct gate_release release; /* looked for afterwards alone */
};

struct gate_line {
    const char *id, *title;
    enum mark mark;
    const char *seen;   /* one sentence without a full stop */
    const char *repair; /* a command, or what to do; NULL: nothing */
    const char *file;   /* of the repository, that it is about; NULL */
    size_t line;        /* 0: none */
};

#define GATE_CHECKS_MAX 32

/* What the tag of V is called, or would be; NULL: V is not known. */
const char *gate_tag_name(const struct gate *gate);

/* The lines in the order of the list; texts live in the gate's arena, and may hold any bytes. */
size_t gate_judge(struct gate *gate, struct gate_line lines[GATE_CHECKS_MAX]);

#endif
