/*
 * One scan: discover, observe, store, evaluate. It says when; fetch/ and facts/ know how.
 */
#ifndef SCAN_SCAN_H
#define SCAN_SCAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "facts/provenance.h"
#include "fetch/appkey.h"
#include "fetch/pypi.h"
#include "net/http.h"
#include "store/rules.h"

struct scan_package {
    const char *name;       /* as written */
    const char *repository; /* "OWNER/NAME"; NULL: what the index or the fleet says */
};

/* That this tag denotes this version of this package, whatever else is found. */
struct scan_tag {
    const char *package; /* PEP 503 */
    const char *version; /* PEP 440 normal form */
    const char *tag;
    const char *reason;
};

/* How facts of a package, or of all packages of a repository, are read; NULL: as it says itself.
   Of several that say something of one package, those that name it hold over those that name its
   repository alone, and later ones over earlier ones. */
struct scan_override {
    const char *package;    /* PEP 503; NULL: every one of the repository */
    const char *repository; /* "OWNER/NAME"; NULL: whichever holds the package */
    /* as in struct project_said */
    const char *tag_prefix, *version_source, *changelog;
    const char *const *ignore; /* globs of directories that hold no project; of a repository */
};

/* Of several, the first that has a package is the one that it is taken from. */
struct scan_index {
    const char *url;     /* "https://pypi.org" */
    enum pypi_kind kind; /* PYPI_AUTO: found out, then remembered */
    const char *files;   /* another host of its files: "https://files.pythonhosted.org"; NULL */
    enum pypi_integrity integrity;
    char *user, *secret; /* user NULL: the secret is a bearer token. For this origin only */
};

/* Which published files are compared with the repository: none; of every package the newest release
   and those that no tag denotes and policy does not call historic; all; those that a pattern names;
   of those packages the newest release alone. */
enum scan_verify {
    SCAN_VERIFY_NONE,
    SCAN_VERIFY_LATEST,
    SCAN_VERIFY_ALL,
    SCAN_VERIFY_PATTERN,
    SCAN_VERIFY_NEWEST
};

/* What became of one release, for who wants its bytes: scan/compared.h. */
struct scan_compared;
typedef void scan_compared_fn(void *ctx, const struct scan_compared *compared);

enum scan_progress { PROGRESS_AUTO, PROGRESS_PLAIN, PROGRESS_NONE };

/* Everything is borrowed and must outlive scan_run. Lists are NULL-terminated unless counted. */
struct scan_options {
    const char *const *owners;       /* organisations or users to list */
    const char *const *repositories; /* "OWNER/NAME", scanned without a listing */
    const struct scan_package *packages;
    size_t package_count;
    const struct scan_tag *tags;
    size_t tag_count;
    const struct scan_override *overrides;
    size_t override_count;

    const char *github_api;           /* "https://api.github.com" */
    const char *github_git;           /* "https://github.com" */
    const char *github_graphql;       /* "https://api.github.com/graphql" */
    const char *const *github_web;    /* hosts whose URLs denote the forge: "github.com" */
    const char *token;                /* NULL: none */
    const struct appkey *app;         /* goes before a token; NULL: none */
    const struct scan_index *indexes; /* at least one */
    size_t index_count;

    bool archived, forks;      /* whether what a listing brings is scanned when it is one */
    const char *const *ignore; /* globs of "owner/name" that a listing may bring */
    const char *cache;         /* directory of the mirrors */
    struct http_options http;
    /* Of one answer; 0: the default of fetch/. */
    uint64_t git_timeout_ms, index_timeout_ms, listing_timeout_ms;

    unsigned jobs;          /* repositories in work at once; 0: 32 */
    unsigned shard, shards; /* 1..N of N; 0: all */
    uint64_t deadline_ms;   /* 0: none */
    bool offline;           /* evaluate again what is stored */
    enum scan_verify verify;
    const char *pattern; /* a glob of "name==version", or of "name"; of VERIFY_NEWEST the latter */
    int64_t max_file;    /* bytes of a published file that is fetched; 0: 100 MiB */
    /* Called for each release that was compared, on a thread of the pool; NULL: not wanted. */
    scan_compared_fn *compared;
    void *compared_ctx;
    const char *against;   /* a tag, branch or commit to compare with instead; NULL */
    const char *only_file; /* of a release: this one, and its sdist, which explains it; NULL: all */
    const struct provenance_roots *roots; /* who may stand behind provenance; NULL: not checked */
    const char *policy;                   /* as rules_set_policy() takes it; NULL: none */
    enum scan_progress progress;
    const char *arguments; /* JSON array of what was asked, for the run's row */
};

struct scan_result {
    int64_t run;
    bool interrupted; /* by a signal before it had judged; what was stored is kept */
    struct rules_result rules;
    unsigned repositories, packages; /* looked at */
    int64_t changes;                 /* fact rows that this run wrote */
    struct http_stats http;
    uint64_t worst_block_us; /* longest time in which the loop did not wait for events */
    uint64_t elapsed_ms;
    struct err disk; /* the cache could not be written: what that cost is unknown in the coverage */
};

/* Runs the whole scan against an open store (STORE_SCAN), and watches for interrupts meanwhile
   (base/interrupt.h). 0: the run is complete or was interrupted (see result); -1: a local resource
   failed, and the run is marked so. Faults of remotes are coverage rows, never errors here. */
int scan_run(struct store *store, const struct rules *rules, const struct scan_options *options,
             struct scan_result *result, struct err *err);

#endif
