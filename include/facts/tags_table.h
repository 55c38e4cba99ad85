/*
 * The tags of a repository and the packages whose releases they may denote, joined: every version
 * and every scheme (what stands before the version, and its form) is there once, so that judging
 * compares pointers. Texts live in the arena; tag_table_release frees the rest.
 */
#ifndef FACTS_TAGS_TABLE_H
#define FACTS_TAGS_TABLE_H

#include <uthash.h>

#include "facts/tags.h"
#include "facts/tags_grammar.h"

#define TAG_NONE SIZE_MAX

struct tag_list {
    size_t *items;
    size_t count, size;
};

struct tag_version {
    const char *key; /* pep440_key */
    size_t key_len;
    const char *normal; /* the text where PEP 440 refuses it */
    size_t id;
    bool refused, prerelease, development, local;
    bool year;             /* its first number is a year or a date */
    struct tag_list plain; /* entries of schemes without a NAME */
    size_t named, denoted; /* for which package a prefixed tag, any tag denotes it */
    size_t sure;           /* for which package a plain tag surely would */
    UT_hash_handle hh;
};

/* What one package's releases and trees say of a scheme, or of a form. */
struct tag_counts {
    size_t package; /* whose counts these are */
    size_t total;
    size_t agree, differ;    /* the tree declares this version, another one */
    size_t released, near;   /* no tree tells: the index has it, and had it soon after the commit */
    size_t listed, same_day; /* the index has it at all, and had it within a day */
    size_t denoted;          /* the version has an uncontradicted tag already */
    size_t sure;             /* the release came that day, or soon and the tree agrees */
    size_t plain;            /* the version has a plain tag of which that is true */
};

/* Packages that one spelling of a NAME may mean. */
struct tag_name {
    const char *name; /* PEP 503 */
    struct tag_list packages;
    bool weak; /* by what stands above its directory: may be another language's as well */
    UT_hash_handle hh;
};

struct tag_scheme {
    const char *key; /* form, prefix in lower case */
    struct tag_prefix prefix;
    enum tag_form form;
    const struct tag_name *owners; /* whom its NAME means; NULL for nobody */
    size_t owner_len;              /* bytes of that NAME */
    size_t likely; /* where it means nobody, the one package whose name ends so; TAG_NONE */
    struct tag_list entries;
    struct tag_counts counts;
    UT_hash_handle hh;
};

/* One way to read one tag. */
struct tag_entry {
    size_t tag;
    struct tag_scheme *scheme;
    struct tag_version *version;
    size_t components; /* of the release, as written */
    bool inner;
    bool implicit_post; /* "1.2-1" */
    bool letter;        /* "1.2b": a beta, or 1.2 once more */
    bool claimed;       /* a package that is not on the index declares just this */
    size_t owner;       /* whose regular expression reads it so; TAG_NONE for all */
    size_t next;        /* of the same tag; TAG_NONE */
    size_t seen, said;  /* by which package last: looked at; read so by what it says of its tags */
};

struct tag_declared {
    size_t tag;
    struct tag_version *version; /* NULL where none is stated */
    const char *text;
};

struct tag_release {
    struct tag_version *version;
    const struct tags_release *input;
};

struct tag_package {
    const struct tags_package *input;
    struct tag_declared *declared; /* by tag */
    struct tag_release *releases;  /* by version id */
    struct tag_list schemes;       /* of each scheme that names it, or may do so: an entry */
    struct tag_list said;          /* entries that its own words about its tags give */
    bool speaks;                   /* it says how its tags read */
    bool years;                    /* the index has versions that start with a year */
    int64_t first_upload;          /* CLOCK_UNKNOWN */
    const struct tag_version *oldest, *newest; /* release that was uploaded; NULL */
};

struct tag_table {
    struct arena *arena;
    const struct tags_tag *tags;
    size_t tag_count;
    struct tag_package *packages;
    size_t package_count, published;
    struct tag_entry *entries;
    size_t entry_count, entry_size;
    size_t *first; /* by tag: its first entry, TAG_NONE */
    struct tag_version *versions;
    struct tag_scheme *schemes;
    struct tag_name *names;
    struct tag_name *ends; /* what the names of packages end with */
};

void tag_table_init(struct tag_table *table, const struct tags_tag *tags, size_t tag_count,
                    const struct tags_package *packages, size_t package_count, struct arena *arena);
void tag_table_release(struct tag_table *table);

/* The version, made known when `make`; NULL when it is not known. */
struct tag_version *tag_table_version(struct tag_table *table, const char *text, size_t len,
                                      bool make);
/* An entry for one more way to read a tag; its index. */
size_t tag_table_add(struct tag_table *table, size_t tag, const struct tag_reading *reading);
void tag_list_add(struct tag_list *list, size_t item);

/* NULL when the package has nothing for it. */
const struct tag_declared *tag_declared_at(const struct tag_package *package, size_t tag);
const struct tag_release *tag_release_of(const struct tag_package *package,
                                         const struct tag_version *version);
/* <0, 0, >0 as PEP 440 orders them. */
int tag_version_compare(const struct tag_version *a, const struct tag_version *b);
/* Numbers of the release of a version as written: 3 for "v1.2.0rc1". */
size_t tag_components(const char *text);

#endif
