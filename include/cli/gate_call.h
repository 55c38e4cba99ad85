/*
 * What the parts of `gate` share, and nobody else includes: they look at the tree, the index and
 * the remote, and fill in what remedy/gate judges.
 */
#ifndef CLI_GATE_CALL_H
#define CLI_GATE_CALL_H

#include "cli/scan_call.h"
#include "remedy/gate.h"
#include "scan/reader.h"

struct gate_call {
    struct context *context;
    struct scan_call scan;
    struct arena arena;
    bool actions; /* this is a job of GitHub Actions */
    struct worktree *worktree;
    struct worktree_facts tree;
    struct worktree_status status;
    struct reader *reader;
    struct arena refs; /* of gate.remote.refs */
    struct gate gate;
};

/* Everything that the tree tells by itself; -1: there is nothing to be judged. */
int gate_read(struct gate_call *call, struct err *err);
/* Places that state the version beside the one that counts. */
void gate_read_statements(struct gate_call *call);
/* In lower case, in the arena. */
const char *gate_lower(const char *text, struct arena *arena);
/* The default branch and the release branches; once the remote is known. */
void gate_read_branches(struct gate_call *call);
/* Changelog, licence and workflows of HEAD; once V is known. */
void gate_read_files(struct gate_call *call);
/* The tags that denote versions, and V. */
void gate_read_tags(struct gate_call *call);
/* What scans remember of the index; once V and the index are known. */
void gate_read_past(struct gate_call *call);
/* The built files; once V is known. */
int gate_read_built(struct gate_call *call, struct err *err);
/* Reviews, checks and the release; once V is known. */
int gate_ask_forge(struct gate_call *call, struct err *err);
/* The index and the remote. */
int gate_ask(struct gate_call *call, struct err *err);

/* To standard output, and the step's summary where there is one. */
int gate_print(struct gate_call *call, const struct gate_line *lines, size_t count,
               struct err *err);
/* As a job of GitHub Actions does. */
int gate_print_github(struct gate_call *call, const struct gate_line *lines, size_t count,
                      struct err *err);

#endif
