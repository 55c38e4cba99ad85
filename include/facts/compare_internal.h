/* Between the files compare*.c: one comparison of one published file. */
#ifndef FACTS_COMPARE_INTERNAL_H
#define FACTS_COMPARE_INTERNAL_H

#include <jansson.h>

#include "facts/compare.h"
#include "facts/ignore.h"
#include "facts/pysource.h"

/* Members whose text is held against the tree's, line by line; a release that differs in more is
   none that anybody reads line by line. */
#define COMPARE_DIFFS 200

/* Places of the same bytes that are looked at; and searches through a whole tree. What is beyond is
   taken for not found, which is the louder answer. */
#define COMPARE_PLACES   1000
#define COMPARE_SEARCHES 2000

struct compare_text {
    const char *data;
    size_t len;
};

static inline struct compare_text compare_text_of(const struct archive_member *member)
{
    return (struct compare_text){member->data, member->len};
}

/* The requirements that the project declares. */
struct compare_declared {
    const char *text;   /* of the files that may name them; NULL: not read yet */
    json_t *names;      /* those that tables declare, as PEP 503 has them */
    bool all;           /* these are all: nothing that runs can add to them */
    bool poetry;        /* the tables are poetry's, which writes versions in another way */
    const char *script; /* module ("build") of the script that poetry's setup.py runs; NULL where
                           the project names none that it has */
    size_t asked;       /* so far */
};

/* Where in the tree a top-level name of a wheel lies. */
struct compare_root {
    const char *top, *path; /* "tool/", "python/src/" */
};

struct comparison {
    const struct compare_input *in;
    struct arena *arena;
    struct compare_result *out;
    bool wheel;
    bool pending; /* something that was asked for is on its way */
    size_t alarm_size, licence_size;
    size_t diffs, searches; /* so far */
    const char *egg_info; /* "src/tool.egg-info/" of the sdist, "tool-1.0.dist-info/" of the wheel;
                             NULL */
    const char *data;     /* "tool-1.0.data/" of the wheel */
    const char *built;    /* what compare_built() found; NULL: not asked yet */
    const char *squeezed; /* the same without white space and quotes */
    struct compare_declared declared;
    struct ignore_file *ignores; /* .gitignore files that were read */
    size_t ignore_count, ignore_size;
    const struct compare_member **sdist; /* of the wheel's sdist, by oid */
    bool platform;                       /* the wheel is for some machines only */
    struct compare_root *roots;          /* of the wheel, by top */
    size_t root_count;
    const char *root; /* of most of its files; NULL */
};

/* --- compare.c ------------------------------------------------------------------------------- */

void compare_alarm(struct comparison *c, enum compare_alarm_kind kind, const char *path,
                   const char *fmt, ...) __attribute__((format(printf, 4, 5)));
/* A file of the commit, path from the tree's root. PENDING is noted. */
enum source_result compare_read(struct comparison *c, const char *path, struct compare_text *out);
/* The member at a path; NULL. */
const struct archive_member *compare_find(const struct archive_contents *archive, const char *path);
/* The project's files at the commit, one behind the other; "" while they are on their way. */
const char *compare_built(struct comparison *c);
/* Whether they say any of these words (NULL-terminated). */
bool compare_built_with(struct comparison *c, const char *const *words);
/* What the file says of where it came from: a commit's id, or its beginning; REVISION or STALE. */
void compare_note_revision(struct comparison *c, const char *path, const char *hex, size_t len,
                           enum compare_alarm_kind kind);
void compare_note_dirty(struct comparison *c, const char *path, const char *said, size_t len);
/* When the bytes first came to the repository. */
enum compare_seen compare_first_seen(struct comparison *c, struct compare_member *m,
                                     const char *oid);
/* Whether the history, or only another place of the tree, has them; class and git_path are set. */
bool compare_is_moved(struct comparison *c, struct compare_member *m);
bool compare_is_known(struct comparison *c, struct compare_member *m);

/* --- compare_rows.c: the table of what is expected -------------------------------------------- */

enum proof {
    PROOF_NONE,  /* the row has nothing to say of it */
    PROOF_HOLDS, /* it is what the row expects */
    PROOF_FAILS, /* it is where the row looks, and not what it expects; the reason says why */
    PROOF_WAITS, /* something to be read is on its way */
};
/* `entry`: what the tree has at its path; NULL. May set the class to REVIEW. */
typedef enum proof compare_proof(struct comparison *c, struct compare_member *m,
                                 const struct compare_entry *entry);

/* Reads a file of the tree for a proof: HOLDS, WAITS, or NONE when it cannot be had. */
enum proof compare_read_entry(struct comparison *c, const struct compare_entry *entry,
                              struct compare_text *out);
/* Decides the member by the first row that holds; false when none does. `seen`: some commit had
   these bytes. */
bool compare_by_rows(struct comparison *c, struct compare_member *m,
                     const struct compare_entry *entry, bool seen);
/* The same once the history does not know it either: what is for a person to judge (row 10). */
bool compare_by_guess(struct comparison *c, struct compare_member *m,
                      const struct compare_entry *entry);
/* Whether .gitignore files of the tree leave out the path; PENDING as always. */
bool compare_is_ignored(struct comparison *c, const char *path);

/* --- the rows' proofs, a file a subject ------------------------------------------------------- */

/* compare_egginfo.c */
compare_proof compare_prove_egg_info, compare_prove_manifest, compare_prove_pbr_text;
void compare_check_sources(struct comparison *c); /* the archive against its own list */

/* compare_entry.c */
compare_proof compare_prove_entry_points;
/* One line of it. */
enum proof compare_prove_entry(struct comparison *c, struct compare_member *m,
                               struct compare_text text);

/* compare_metadata.c */
compare_proof compare_prove_metadata;
void compare_check_metadata(struct comparison *c); /* names, versions */
void compare_find_licences(struct comparison *c);
/* The value of a header of core metadata; false when there is none. */
bool compare_header(struct compare_text text, const char *name, size_t nth,
                    struct compare_text *value);
/* The next header of that name; `rest` then starts behind it. */
bool compare_next_header(struct compare_text *rest, const char *name, struct compare_text *value);

/* compare_requires.c */
/* What the project's tables say; NULL while something of it is on its way. */
struct compare_declared *compare_declared(struct comparison *c);
/* One requirement ("name[extra]>=1; marker"), HOLDS also for a REVIEW. */
enum proof compare_prove_requirement(struct comparison *c, struct compare_member *m,
                                     struct compare_text line);
void compare_requires_end(struct comparison *c);
/* Of several proofs about one member. */
enum proof compare_worse(enum proof all, enum proof one);

/* compare_config.c */
compare_proof compare_prove_setup_cfg, compare_prove_pyproject, compare_prove_cargo;

/* compare_setup.c */
compare_proof compare_prove_setup_py;
/* compare_filled.c */
compare_proof compare_prove_version_only, compare_prove_tail, compare_prove_template,
    compare_prove_maturin_stub, compare_prove_licensed;
/* compare_python.c */
compare_proof compare_prove_versioneer, compare_prove_version_file, compare_prove_version_text;
/* A script of that name that calls this release's entry point, as easy_install wrote it. */
bool compare_is_easy_script(struct comparison *c, struct compare_text text, const char *name);

/* compare_pyform.c: what Python source consists of. */
/* Reads it, unless it could be other code than it looks: odd line ends, an encoding declared. */
bool compare_python(struct comparison *c, struct compare_text text, struct pysource *out);
/* Names that a file has bound to literals so far. */
struct compare_bound {
    const struct py_token *names[64];
    size_t count;
};
bool compare_bind(struct compare_bound *bound, const struct py_token *name);
/* Literals and displays of them, and the bound names (NULL: none): nothing that runs. */
bool compare_is_literal(const struct pysource *source, struct py_span span,
                        const struct compare_bound *bound);
/* `name = LITERAL`, of which the name is bound then. */
bool compare_is_assignment(const struct pysource *source, struct py_span span,
                           struct compare_bound *bound);
/* The text of a string token between its quotes; false for one with escapes, bytes or an f. */
bool compare_string(const struct py_token *token, struct compare_text *out);
bool compare_is_version(const struct comparison *c, struct compare_text text);
bool compare_same_token(const struct py_token *a, const struct py_token *b);
/* Whether nothing but comments, blank lines and layout differs. */
bool compare_same_code(const struct pysource *a, const struct pysource *b);

/* compare_text.c */
/* The next line, without white space at its end; false when there is none. */
bool compare_take_line(struct compare_text *rest, struct compare_text *line);
/* The same without the CR of each CRLF. */
struct compare_text compare_lf(struct comparison *c, struct compare_text text);
bool compare_same_lines(struct compare_text a, struct compare_text b); /* line ends aside */
bool compare_is_text(struct compare_text text);
/* Sets lines, comments_only and touches; `old` NULL: all of it is new. */
void compare_describe(struct comparison *c, struct compare_member *m,
                      const struct compare_text *old);

/* compare_keywords.c */
compare_proof compare_prove_line_ends, compare_prove_keywords, compare_prove_lfs;

/* compare_names.c */
enum compare_importance compare_importance_of(const struct comparison *c, const char *path);
bool compare_is_binary_name(const char *path);

/* compare_digest.c */
void compare_blob_id(struct compare_text text, char out[OID_HEX]);
void compare_sha256(struct compare_text text, char out[ARCHIVE_SHA256]);

/* compare_nspkg.c: whether it is what setuptools writes for a namespace package of this wheel. */
bool compare_is_nspkg(struct comparison *c, const struct archive_member *member);

/* compare_distinfo.c: whether it is a file of .dist-info that builds write; the class is then set.
 */
bool compare_dist_info_member(struct comparison *c, struct compare_member *m);

/* compare_roots.c */
/* Sets roots and root, and without an sdist the prefix. */
void compare_find_roots(struct comparison *c);
/* Where the tree should have a wheel's file; and whether one that was found is where it should be.
 */
const char *compare_rooted(struct comparison *c, const char *path);
bool compare_is_rooted(struct comparison *c, const char *found, const char *path);
/* Whether `path` ends in the parts of `end`. */
bool compare_ends_in(const char *path, const char *end);

/* compare_wheel.c */
/* The path as it will be installed: below the folder of its scheme, where it has one. */
const char *compare_installed(const struct comparison *c, const char *path);
void compare_wheel_start(struct comparison *c);
void compare_wheel_member(struct comparison *c, struct compare_member *m);

/* compare_tree.c */
/* Its files of these bytes, and how many. */
const struct compare_entry *const *compare_tree_by_oid(const struct compare_tree *tree,
                                                       const char *oid, size_t *count);
const char *compare_prefix(const struct archive_contents *archive, const struct compare_tree *tree,
                           const char *directory, struct arena *arena);

#endif
