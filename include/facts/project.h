/*
 * Python projects in a tree: which directories are one, and what their files declare, read from
 * bytes alone. Sources: contracts.md section 5; design.md section 1 ("What is a project").
 */
#ifndef FACTS_PROJECT_H
#define FACTS_PROJECT_H

#include <stdbool.h>

#include "base/arena.h"
#include "base/err.h"
#include "facts/source.h"

enum declared_kind {
    DECLARED_NONE,        /* the project states no version at all */
    DECLARED_STATIC,      /* written in the project's own file */
    DECLARED_DYNAMIC,     /* readable in another file without running code */
    DECLARED_VCS,         /* comes from the tag */
    DECLARED_PLACEHOLDER, /* states a version that is none ("0.0.0" before the build sets it) */
    DECLARED_OPAQUE,      /* only running code would tell; `reason` says why */
};
/* "none", "static", … */
const char *declared_kind_word(enum declared_kind kind);
/* The other way; false for other words. */
bool declared_kind_parse(const char *word, enum declared_kind *out);

/* A project's directory and what its files say; strings live in the arena given to project_read. */
struct project {
    const char *directory; /* "" is the root; no trailing slash */
    const char *name;      /* as written; NULL when the files do not tell (opaque setup.py) */
    const char *normal;    /* PEP 503 form of name; NULL with it */
    const char *unnamed;   /* where code computes the name, "setup.py:3"; NULL when it does not */
    bool private;          /* it says of itself that it is never published */
    bool candidate;        /* below a directory for tests, examples, vendored code …: a project
                              only when the index or the configuration says so */
    enum declared_kind kind;
    const char *version; /* of static, dynamic and placeholder; else NULL */
    const char *origin;  /* "src/x/__init__.py:3": where it stands; NULL for none */
    const char *reason;  /* of opaque, placeholder and none: why, in words; of a conflict: the
                            other value and its place; else NULL */
    const char *backend; /* build backend as written; NULL when none is named */
    const char *licence; /* licence that the metadata declare (SPDX, text or classifier) */
    const char *const *licence_files; /* paths or globs that the metadata name, NULL-terminated; may
                                   be NULL */
    const char *changelog;   /* path that the metadata name, from the directory (with a slash in
                                front from the tree's root); NULL */
    bool said_changelog;     /* by the user */
    const char *const *urls; /* URLs that the metadata name, NULL-terminated; may be NULL */
    const char *tag_prefix;  /* what the project says of its tags; NULL when nothing */
    bool tag_prefix_only;    /* the user says it: no other tag is the project's */
    const char *tag_regex;   /* a Python regular expression with group `version`; or NULL */
};

/* Whether a file of this name (no directory) can make its directory a project. */
bool project_is_project_file(const char *basename);
/* Whether the directory is one that is for tests, examples, documentation, templates, fixtures or
   vendored code, or lies below one. */
bool project_is_candidate_directory(const char *directory);

/* What the user says of a package, over what its files say; what is NULL is left to them. Paths are
   from the project's directory, with a slash in front from the tree's root; where a tree does not
   have the file, its own files hold. */
struct project_said {
    const char *package;        /* PEP 503; NULL: every package */
    const char *tag_prefix;     /* all of a tag before the version */
    const char *version_source; /* "vcs": the tags; "PATH": a file that holds nothing but the
                                   version; "PATH:NAME": a module that binds the name to it */
    const char *changelog;      /* path */
};
/* The said in the order in which they hold, the strongest first. */
struct project_all_said {
    const struct project_said *items;
    size_t count;
};

/* Reads the project at `directory`. FOUND: out is filled. ABSENT: the files there make no project.
   PENDING: ask again once the wanted files are here. FAILED: err says which file is bad. */
enum source_result project_read(const struct source *source, const char *directory,
                                struct project_all_said said, struct arena *arena,
                                struct project *out, struct err *err);

#endif
