/*
 * What the workflows of a repository publish (GitHub Actions, docs.github.com/actions/reference):
 * each step that brings files to an index, the events that lead to it, by which credential, and
 * whether tag and version are compared before. Local reusable workflows and composite actions are
 * read as well, through the source. What cannot be seen from the files is unknown, never "no".
 */
#ifndef FACTS_WORKFLOW_H
#define FACTS_WORKFLOW_H

#include <stdbool.h>

#include "base/arena.h"
#include "facts/source.h"

#define WORKFLOW_DIRECTORY ".github/workflows"

#define WORKFLOW_PINS_MAX 200

/* What starts a run, as the words in outputs. */
#define WORKFLOW_WAYS(X)                                                                           \
    X(TAG, "tag")           /* a push of a tag */                                                  \
    X(RELEASE, "release")   /* a release of the forge, which has a tag */                          \
    X(BRANCH, "branch")     /* a push to a branch */                                               \
    X(MANUAL, "manual")     /* by hand, or by a call of the API */                                 \
    X(SCHEDULE, "schedule") /* */                                                                  \
    X(PULL, "pull-request") /* */                                                                  \
    X(RUN, "workflow-run")  /* after another workflow */                                           \
    X(CALL, "call")         /* by a workflow of another repository */                              \
    X(OTHER, "other")

enum workflow_way {
#define X(id, word) WORKFLOW_##id,
    WORKFLOW_WAYS(X)
#undef X
        WORKFLOW_WAY_COUNT
};

enum workflow_credential { CREDENTIAL_UNKNOWN, CREDENTIAL_TRUSTED, CREDENTIAL_TOKEN };
/* "unknown", "trusted-publishing", "token" */
const char *workflow_credential_word(enum workflow_credential credential);

struct workflow_publish {
    const char *workflow; /* that is started */
    const char *path;     /* of the file that holds the step */
    unsigned line;        /* of the step in it, from 1 */
    const char *tool;     /* "twine upload", "pypa/gh-action-pypi-publish", "calls O/R/…@ref" */
    const char *unknown;  /* why nobody can tell whether it publishes; NULL: it does */
    const char *environment; /* of the job, which may hold it back by rules of the forge; NULL */
    unsigned ways;           /* bits of workflow_way: all that may lead here */
    unsigned loose;          /* of them those that surely do, and that no tag holds */
    unsigned unsure;         /* that may, as only a run or another file would tell */
    int checked; /* tag and version are compared before, or made from each other: 0, 1; -1 unknown,
                    or no tag leads here */
    int pinned;  /* an action by the id of a commit: 0, 1; -1 no action of others */
    enum workflow_credential credential;
};

struct workflow {
    const char *path;
    const char *triggers; /* "push tags v*, workflow_dispatch"; NULL with error */
    const char *error;    /* why it could not be read, or not in full; NULL */
    enum reason reason;
};

/* An action of others by the id of a commit, which is all that a workflow should use. */
struct workflow_pin {
    const char *action; /* "actions/checkout" */
    const char *commit; /* 40 hex digits */
};

struct workflows {
    struct workflow *items; /* in the order of the paths */
    size_t count;
    struct workflow_publish *publishes; /* each step once for each workflow that leads to it */
    size_t publish_count;
    struct workflow_pin *pins; /* each once, the first WORKFLOW_PINS_MAX */
    size_t pin_count;
};

/* The workflows at these paths. PENDING when a file was not here: nothing is told, call again. Else
   FOUND: a file that cannot be had or does not parse costs its own workflow, and says so. What was
   found lives in the arena. */
enum source_result workflows_read(const struct source *source, const char *const *paths,
                                  size_t count, struct arena *arena, struct workflows *out);

/* The words of ways, "tag, release"; in the arena. */
const char *workflow_ways(unsigned ways, struct arena *arena);
/* Whether the path is one of a workflow, or of an action that this repository may keep. */
bool workflow_is_path(const char *path);
bool workflow_is_action_path(const char *path);

#endif
