/*
 * A claim: one package that a repository's projects are named for, or that the user said belongs
 * to it, and what becomes of it: how the two are linked, which tags denote its versions, and what
 * history and changelog say of each release. Works on the pool, after the study and after the
 * index was asked.
 */
#ifndef SCAN_CLAIM_H
#define SCAN_CLAIM_H

#include "facts/links.h"
#include "facts/tags.h"
#include "scan/study.h"
#include "store/rows.h"

#include <uthash.h>

struct package;
struct scan_tag;

/* One version of a claim, equal by PEP 440 however it is spelt. */
struct version;

struct claim {
    const char *name;                /* PEP 503 */
    const char *directory;           /* of its project at the tip; NULL: only tags hold it */
    const struct study_project *tip; /* NULL with it */
    bool configured;                 /* by the user */
    bool remembered;                 /* only from an earlier run: no tag or tip holds it today */
    struct package *package;         /* of the scan: asked once for all repositories */
    const struct study_project **projects; /* that are its, the tip's first, then by tag */
    size_t project_count;

    /* from the store, after the index was asked */
    struct row_package document; /* state NULL: unknown */
    struct row_release *releases;
    size_t release_count;
    const char *const *urls, *const *labels; /* of the document; NULL-terminated */

    /* found out here */
    struct links_result link;
    bool kept;                          /* a package of this repository, or one that says so */
    bool ours;                          /* kept and not contradicted: tags and history count */
    struct version *versions;           /* that tags denote or trees declare, by order key */
    struct row_release_source *sources; /* one a release, when ours */
};

/* What the tip holds beside a project. */
struct claim_files {
    enum fact_state licence;
    const char *licence_path, *changelog_path; /* NULL when not known */
};

/* A claim by one of its texts. */
struct claim_key {
    const char *text;
    size_t claim;
    UT_hash_handle hh;
};

/* What is known besides: all borrowed. */
struct claim_context {
    struct study *study;
    struct reader *reader;
    struct mirror *mirror;
    struct arena *arena;
    const char *repository;    /* "owner/name" */
    const char *const *former; /* its earlier names; NULL */
    const char *const *web_hosts;
    bool fork;
    const struct scan_tag *said; /* what the user says of tags */
    size_t said_count;
    const char **remembered; /* packages that it had in an earlier run */
    size_t remembered_count;
    struct claim *claims;
    size_t count;
    struct claim_key *names, *directories; /* of the claims, and of their projects at the tip */
    struct tags_match *matches;            /* package: index into claims */
    size_t match_count;
    bool matched;
    struct claim_files *files;      /* by project of the study; those of tags are empty */
    struct claim_notes_read *notes; /* changelogs that were read, by their blobs */
    json_t **past;                  /* what earlier runs read of its history: history_read() */
    struct workflows workflows;     /* of the tip, where there is a claim */
    struct err workflows_err;       /* why their folder is unknown; reason NONE */
    struct err declarations; /* why the project files at the newest tag of a package are unknown, */
    struct err changelogs;   /* and what is, of changelogs; reason NONE where all were read */
};

/* The claims that a study makes, beside those that are configured; in the arena. */
void claim_collect(struct claim_context *context);
/* The claim of that name; NULL. */
struct claim *claim_find(const struct claim_context *context, const char *name);
/* Once the packages were loaded, before anything is judged: what the index says of each. */
void claim_read_documents(struct claim_context *context);
/* Whether the index has a package of this name. */
bool claim_is_published(const struct claim *claim);
/* Whether the index says that this claim's package is another repository's; then *other. */
bool claim_contradicted(const struct claim_context *context, const struct claim *claim,
                        const char **other);
/* Links, and the tags that denote versions; does nothing when that is done. */
void claim_judge(struct claim_context *context);

/* stamped.c: finds versions in files that the build replaces, and makes them placeholders. */
void claim_stamped(struct claim_context *context);
/* overrule.c: what the user said of tags, put in the place of what was found. */
void claim_overrule(struct claim_context *context);

/* These ask for blobs: they are called again after each fetch of the reader's wants, until it
   has none. */
/* versions.c: which commit set the version of each release. */
int claim_versions(struct claim_context *context, struct err *err);
/* notes.c: whether a changelog holds each release. */
void claim_notes(struct claim_context *context);
/* Which file claim_notes() read at a commit for the project of a directory; that which it would
   read, where it did not. */
enum source_result claim_changelog(struct claim_context *context, const char *commit,
                                   const char *directory, const char **path);
void claim_forget_notes(struct claim_context *context);
/* files.c: fills context->files, and context->workflows. */
void claim_files(struct claim_context *context);
void claim_workflows(struct claim_context *context);
/* unread.c: fills context->declarations; last. */
void claim_unread(struct claim_context *context);

/* owners.c: whose is what. The claim whose project stands in that directory at the tip; NULL. */
struct claim *claim_in(const struct claim_context *context, const char *directory);
void claim_index_name(struct claim_context *context, size_t claim);
void claim_index_directory(struct claim_context *context, size_t claim);
/* Fills the claims' lists of projects. */
void claim_list_projects(struct claim_context *context);
/* The first of the claim's projects at a tag; *end is behind the last one. */
const struct study_project *const *claim_projects_at(const struct claim *claim, size_t tag,
                                                     const struct study_project *const **end);

/* What tags and the history say of a version. */
struct version {
    const struct study_tag *tag;          /* to judge it by; NULL when none denotes it */
    const struct study_project *declared; /* oldest commit that states it; NULL */
    /* where neither of them nor a release has it: as some commit stated it, and the oldest that
       does; NULL */
    const char *skipped, *commit;
    int64_t committed_at;
    unsigned char *key;
    size_t key_len;
    UT_hash_handle hh;
};
/* NULL when neither knows it. */
const struct version *claim_version(const struct claim *claim, const char *text);
/* The same, made if there is none. */
struct version *claim_add_version(struct claim *claim, struct arena *arena, const char *text);
/* gaps.c: whether some number is left out between the final versions that are tagged, published or
   declared at the tip, so that only history can tell of it. */
bool claim_has_gaps(const struct claim_context *context, const struct claim *claim);
/* Its newest release that is neither a pre-release nor yanked, else the newest; by number. */
size_t claim_newest(const struct claim *claim);
/* Frees what the arena does not hold. */
void claim_release(struct claim_context *context);

#endif
