/*
 * Which tags denote which versions of a package. Pure and general: design.md section 8 is the rule,
 * tests/corpus the proof. A wrong match hides an incident, a missed one only raises a question.
 */
#ifndef FACTS_TAGS_H
#define FACTS_TAGS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"

struct tags_tag {
    const char *name; /* without refs/tags/ */
    const char
        *commit;  /* hex oid of the commit it leads to; NULL: to none, so it denotes nothing */
    int64_t time; /* of the commit, CLOCK_UNKNOWN if not known */
};

/* A version that the tree at a tag declares for this package's project. */
struct tags_declared {
    size_t tag;          /* index into tags */
    const char *version; /* static or dynamic; NULL: vcs, opaque, placeholder or no project */
};

struct tags_release {
    const char *version; /* as the index spells it */
    int64_t uploaded_at; /* of its first file; CLOCK_UNKNOWN without files */
};

struct tags_package {
    const char *name;       /* PEP 503 */
    const char *directory;  /* of its project; "" the root */
    const char *tag_prefix; /* what the project itself says; may be NULL */
    bool tag_prefix_only;   /* tags without it are not the package's */
    bool named_only;        /* nor those that do not name it: its project is not here */
    const char *tag_regex;
    const struct tags_declared *declared;
    size_t declared_count;
    const struct tags_release *releases;
    size_t release_count;
};

struct tags_match {
    size_t package;      /* index into packages */
    size_t tag;          /* index into tags */
    const char *version; /* PEP 440 normal form, or the text where the index has it so */
    const char *how;     /* "plain", "prefix", "learned", "declared", "equal-text" … */
    bool preferred;      /* of several tags for one version, the one to judge by */
};

/* All packages of one repository at once, because a tag that is one package's is not another's.
   Matches live in the arena, ordered by package, then version, preferred first. */
size_t tags_match(const struct tags_tag *tags, size_t tag_count,
                  const struct tags_package *packages, size_t package_count, struct arena *arena,
                  struct tags_match **out);

/* Whether a tag could denote a release of anything at all: those are the ones whose trees are read.
   Cheap, generous, by the name alone (a digit in it, not latest/nightly …). */
bool tags_is_candidate(const char *name);

#endif
