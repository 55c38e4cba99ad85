/*
 * What a scan hands to the store: plain rows, borrowed by the call, strings in UTF-8 or raw bytes
 * of strangers (the store makes them UTF-8). A row of a fact holds from the run that first saw it
 * until the run that saw it otherwise; every store_put_* of store.h takes the whole set that holds
 * now and writes only the difference. NULL strings and CLOCK_UNKNOWN are SQL's NULL: unknown.
 */
#ifndef STORE_ROWS_H
#define STORE_ROWS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct row_repository {
    const char *host;         /* "github.com" */
    int64_t forge_id;         /* 0: not known (named by --repo, never listed) */
    const char *owner, *name; /* today's */
    const char *visibility;   /* NULL when the API was not asked; likewise below */
    const char *default_branch;
    const char *forge_licence;    /* SPDX id that the forge detected */
    const char *updated_at;       /* as the listing says; not stored */
    int archived, fork, disabled; /* 0, 1, -1 unknown */
    bool named;                   /* by the user, not by a listing */
};

struct row_refs {
    const char *digest;   /* of everything that ls-refs said */
    const char *head_ref; /* NULL: the server does not tell */
    const char *head_oid; /* NULL: empty repository */
    int64_t head_committed_at;
    int reader; /* revision of the readers (facts/) that read this; see scan/ */
};

/* Tips of runs before that are no ancestors of today's. */
struct row_lost_tips {
    const char *const *oids;
    size_t count;
};

struct row_tag {
    const char *name;   /* without refs/tags/ */
    const char *oid;    /* of the tag object, or the commit of a lightweight one */
    const char *commit; /* NULL: leads to no commit */
    const char *kind;   /* "annotated", "lightweight" */
    bool is_signed;     /* it holds a signature */
    int64_t tagged_at;  /* CLOCK_UNKNOWN: lightweight, or without tagger */
    int64_t committed_at;
    int on_default_branch; /* 0, 1, -1 unknown */
};

/* One project at one commit: the default branch's tip or a tag's. */
struct row_declaration {
    const char *commit;
    const char *directory; /* "" the root */
    const char *name;      /* as written; NULL unknown */
    const char *normal;    /* PEP 503 */
    const char *kind;      /* declared_kind_word(); NULL: its files do not parse */
    const char *version;
    const char *origin; /* "pyproject.toml:3" */
    const char *reason;
};

/* A project of the default branch. */
struct row_project {
    const char *directory;
    const char *name, *normal; /* NULL: its files do not tell */
    const char *backend;
    const char *licence;       /* declared */
    const char *licence_state; /* "known": a licence file is there; "absent"; "unknown" */
    const char *licence_path;
    const char *changelog_path; /* NULL: none found */
    int candidate;              /* below tests/, examples/ … and not known to the index */
};

struct row_file {
    const char *filename, *kind, *url, *sha256;
    int64_t size;
    int64_t uploaded_at;
    int yanked;
    const char *provenance; /* its address; "": the index says there is none; NULL: does not say */
};

struct row_release {
    const char *version; /* as the index spells it; the store adds the order key */
    int64_t uploaded_at;
    int yanked;
    const char *yanked_reason;
    const struct row_file *files;
    size_t file_count;
};

/* The index's document of a package. */
struct row_package {
    const char *index; /* "https://pypi.org" */
    const char *name;  /* PEP 503 */
    const char *state; /* "known", "absent"; unknown is coverage's */
    const char *display, *licence, *organisation;
    const char *urls; /* JSON array of [label, url]; NULL: the index has no place for them */
    const char *status, *status_reason; /* PEP 792 */
    const char *note;                   /* what could not be read in full */
    bool incomplete;                    /* releases may be missing for that */
};

/* The bond of one project of a repository with one package. */
struct row_link {
    int64_t package_id;
    const char *directory; /* of the project today; NULL: only tags hold it */
    const char *state;     /* link_state_word() */
    const char *evidence;
    const char *other; /* contradicted: the repository that the index names */
};

/* A tag that denotes a version of a package, whether the index has that version or not. */
struct row_denotes {
    int64_t package_id;
    const char *tag;
    const char *version; /* PEP 440 normal form, or the text */
    const char *how;
    int preferred;
};

/* What the repository's history and changelog say about one release on the index. */
struct row_release_source {
    int64_t package_id;
    const char *version;              /* as the index spells it */
    const char *version_commit_state; /* did any commit declare it: known, absent, unknown */
    const char *version_commit;       /* the oldest that does */
    int64_t version_committed_at;
    const char *changelog_state; /* known, absent, unknown */
    const char *changelog_path;  /* where the entry stands, or where it was looked for */
    int64_t changelog_line;      /* 0: none */
    const char *changelog_at;    /* "tag", "default-branch"; NULL */
};

/* A final version that history declared, and that neither a tag nor a release has. */
struct row_skipped {
    int64_t package_id;
    const char *version; /* as it was declared */
    const char *commit;  /* the oldest that declares it */
    int64_t committed_at;
};

/* One published file against the repository. */
struct row_contents {
    const char *filename, *kind;
    const char *sha256;
    const char *reason,
        *detail;         /* why it could not be compared; NULL: it was, and the rest holds */
    const char *verdict; /* compare_verdict_word() */
    const char *commit;  /* that fits best; NULL: none explains anything */
    int64_t committed_at;
    const char *relation; /* of it to the tag's commit; NULL without a tag */
    int64_t members, same;
};

/* What of it is not the same there. */
struct row_content_member {
    const char *filename;
    const char *path;       /* "" the file as a whole */
    const char *class;      /* compare_class_word(), or compare_alarm_word() */
    const char *importance; /* "code", "build", "other"; NULL of the whole */
    const char *reason;     /* one sentence; NULL */
    const char *git_path;   /* where the repository has its like; NULL */
    const char *blob;       /* git's id of the published bytes */
    const char *first_commit;
    int64_t first_at;
    int late; /* it came there only after the upload: 0, 1, -1 unknown */
    const char *lines;
    int comments_only; /* 0, 1, -1 unknown */
    const char *touches;
    bool secret;
};

/* A published file that was asked about. */
struct row_provenance {
    const char *filename, *kind;
    const char *state;           /* "known", "absent", "unknown" */
    const char *reason, *detail; /* of unknown */
};

/* One attestation of it; what is not said is NULL. */
struct row_attestation {
    const char *filename;
    int64_t number; /* 0.. */
    const char *predicate;
    const char *publisher, *publisher_repository, *workflow, *environment; /* the index's words */
    const char *identity;
    const char *repository; /* "github.com/owner/name" */
    const char *repository_forge_id;
    int on_forge; /* it is of the repository's forge: 0, 1, -1 unknown */
    const char *commit, *ref;
    int64_t integrated_at;
    const char *fault; /* provenance_fault_word() */
    const char *chain; /* "verified", "unchecked"; NULL with a fault */
    const char *relation;
};

/* A workflow of the default branch. */
struct row_workflow {
    const char *path;
    const char *state; /* "known", "unknown" */
    const char *reason, *detail;
    const char *triggers;
};

/* An action of others by the id of a commit. */
struct row_action_pin {
    const char *action, *commit;
};

/* A step of one that publishes, or (state "unknown", the reason in words) may do so. */
struct row_publish {
    const char *workflow, *path; /* that is started, and the file that holds the step */
    int64_t line;
    const char *tool, *state, *reason, *environment;
    const char *ways, *loose; /* "tag, release" */
    int checked, pinned;      /* 0, 1, -1 unknown */
    const char *credential;
};

/* One thing that was looked at, or could not be. Facts: "listing" (of an organisation), "refs",
   "objects", "projects", "links", "declarations", "changelogs" (of a repository), "index", "files"
   (of a package), "rules" (of nobody); schema/README.md says when. */
struct row_coverage {
    const char *organisation; /* set when neither of the ids is */
    int64_t repository_id;    /* 0: none */
    int64_t package_id;       /* 0: none */
    const char *fact;
    const char *status; /* "known", "absent", "unknown", "skipped" (by policy) */
    const char *reason; /* reason_word(), or of skipped: "archived", "fork", "ignored" */
    const char *detail; /* one sentence; not in the CSV */
};

#endif
