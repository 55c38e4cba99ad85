/* What the files of facts/workflow*.c share, and nobody else includes. */
#ifndef FACTS_WORKFLOW_INTERNAL_H
#define FACTS_WORKFLOW_INTERNAL_H

#include <stdint.h>

#include <uthash.h>

#include "facts/workflow.h"
#include "facts/yaml.h"

/* --- what starts it: workflow_trigger.c ------------------------------------------------------ */

#define WORKFLOW_RUNS_MAX 64

/* One kind of run: an event, and what its ref is. */
enum workflow_ref { REF_OTHER, REF_TAG, REF_BRANCH, REF_PULL };
struct workflow_run {
    const char *event;
    enum workflow_way way;
    enum workflow_ref ref;
};
struct workflow_runs {
    struct workflow_run items[WORKFLOW_RUNS_MAX];
    size_t count;
    bool callable; /* by other workflows */
    const char *triggers;
};
/* Sets of runs are masks, bit N for items[N]. */
typedef uint64_t run_set;

/* What `on:` says, without being called. */
void workflow_runs_read(const struct yaml_node *on, struct arena *arena, struct workflow_runs *out);
run_set workflow_runs_of(const struct workflow_runs *runs, unsigned ways);
unsigned workflow_ways_of(const struct workflow_runs *runs, run_set set);

/* --- conditions: workflow_if.c --------------------------------------------------------------- */

/* FREE: some runs of this kind pass, others do not, as whoever starts them chooses. OPAQUE: only
   running would tell. */
enum truth { TRUTH_FALSE, TRUTH_TRUE, TRUTH_FREE, TRUTH_OPAQUE };
/* What `if:` says to a run; `inputs` is what a caller hands over (`with:`), `called` whether there
   is a caller. Empty text is true. */
struct workflow_asked {
    const struct workflow_run *run;
    const struct yaml_node *inputs;
    bool called;
};
enum truth workflow_if(const char *text, const struct workflow_asked *asked);
/* Whether it holds also where a job that it needs did not run. */
bool workflow_if_is_always(const char *text);

/* --- commands of a shell: workflow_shell.c --------------------------------------------------- */

#define SHELL_WORDS_MAX 64

/* The words of one simple command, without quotes; what is beyond the maximum is left out. */
struct shell_command {
    char *words[SHELL_WORDS_MAX];
    size_t count;
};
typedef void shell_fn(void *ctx, const struct shell_command *command);
void workflow_shell(const char *text, shell_fn *fn, void *ctx);

/* --- commands that upload: workflow_upload.c ------------------------------------------------- */

/* Which index an address or a name means. */
enum workflow_target { TARGET_INDEX, TARGET_TEST, TARGET_UNKNOWN };
enum workflow_target workflow_target_of(const char *said);

#define TOOL_NAMES 6

/* A program that uploads: its command, where it takes its token and its index from. */
struct shell_tool {
    const char *program;
    const char *verbs[3];
    const char *tokens[TOOL_NAMES]; /* variables; one that ends with '_' begins so */
    const char *indexes[TOOL_NAMES];
    const char *token_options[TOOL_NAMES];
    const char *index_options[TOOL_NAMES];
};

/* What the commands of a script come to, the gravest of them. */
enum shell_sort { SORT_NONE, SORT_TEST, SORT_HIDDEN, SORT_UNKNOWN, SORT_PUBLISH };

struct shell_uploads {
    struct arena *arena;
    const struct shell_tool *tool;
    enum shell_sort sort;
    const char *said;   /* the command's words, of what is hidden or unknown */
    const char *index;  /* that is named for the tool */
    const char *set[8]; /* variables that a command sets, "NAME=value" */
    size_t set_count;
    bool token;
};

/* Reads a script; `out` begins with its arena alone. */
void shell_uploads_read(const char *run, struct shell_uploads *out);
/* The value that a command gives to a variable; NULL. */
const char *shell_uploads_set(const struct shell_uploads *uploads, const char *name);
/* Whether the name of a script or a target says that it may publish; whether one says that it is
   for something else. */
bool workflow_is_telling(const char *name);
bool workflow_is_other_purpose(const char *name);

/* --- steps: workflow_step.c ------------------------------------------------------------------ */

/* `env:` from the step outwards. */
struct workflow_scope {
    const struct yaml_node *env;
    const struct workflow_scope *outer;
};
/* The value of a variable; NULL. */
const struct yaml_node *workflow_env(const struct workflow_scope *scope, const char *name);

/* Where a step stands. */
struct workflow_place {
    const struct workflow_scope *scope;
    bool id_token;                  /* the job may ask for one */
    const char *environment;        /* NULL */
    bool configured;                /* a step before it hands a token to a tool that keeps it */
    bool called;                    /* by another file, */
    const struct yaml_node *inputs; /* which hands over these; NULL */
};
/* Whether the step, without what it calls in this repository, publishes or may do so: 1, with line,
   tool, unknown, pinned and credential; 0 when it does to a test index; -1. */
/* Whether `uses` names an action of others by the id of a commit; then out is filled. */
bool workflow_pin(const char *uses, struct arena *arena, struct workflow_pin *out);
int workflow_step(const struct yaml_node *step, const struct workflow_place *place,
                  struct arena *arena, struct workflow_publish *out);
/* The same of a job that calls a workflow of another repository. */
int workflow_remote(const struct yaml_node *job, const struct workflow_place *place,
                    struct arena *arena, struct workflow_publish *out);
/* Whether an expression hands over a secret of which the name says that it is for an index. */
bool workflow_has_index_secret(const struct yaml_node *node);
/* Whether the environment's name says so. */
bool workflow_is_index_environment(const char *name);

/* --- what holds a run back: workflow_guard.c ------------------------------------------------- */

/* Whether the step ends a run whose tag and version differ, or makes one from the other; whether it
   ends one that is no tag's. */
bool workflow_is_check(const struct yaml_node *step);
bool workflow_is_tag_guard(const struct yaml_node *step);
/* Whether it makes a tag. */
bool workflow_makes_tag(const struct yaml_node *step);
/* Whether it checks out what whoever starts the run names. */
bool workflow_takes_ref(const struct yaml_node *step);
/* Whether it hands a token to a tool for later. */
bool workflow_keeps_token(const struct yaml_node *step);

/* --- where the reading stands: workflow.c, workflow_tell.c ----------------------------------- */

struct workflow_file {
    char *path;
    const struct yaml_node *root;
    enum source_result state;
    struct err err; /* with FAILED */
    bool called;    /* by another one of the repository */
    UT_hash_handle hh;
};

struct workflow_reading {
    const struct source *source;
    struct arena *arena;
    struct workflow_file *files;
    struct workflows *out;
    size_t size, bytes, work;
    bool pending;
};

/* The workflow that a run begins with. */
struct workflow_entry {
    struct workflow_reading *reading;
    const char *path;
    struct workflow_runs runs;
    bool makes_tag, takes_ref;
    struct err problem; /* why it was not read in full */
};

/* Which runs come by: surely, and perhaps. Of which tag and version were compared, and which would
   have ended unless they are a tag's. */
struct workflow_sets {
    run_set sure, maybe, checked, tagged;
};

/* Where the reading stands. */
struct workflow_spot {
    struct workflow_entry *entry;
    const char *path;
    struct workflow_sets sets;
    struct workflow_place place;
    unsigned depth; /* of calls */
};

/* Notes what a step publishes in the runs that come by; nothing when none does. */
void workflow_record(const struct workflow_spot *spot, const struct yaml_node *step,
                     struct workflow_publish *publish);

/* --- words: workflow_step.c ------------------------------------------------------------------ */

/* `needle` is lower case. */
bool workflow_has(const char *text, const char *needle);
bool workflow_has_any(const char *text, const char *const *needles);
/* What is behind the last slash. */
const char *workflow_basename(const char *path);

#endif
