/*
 * The checks of remedy/gate, and what they say their findings with; nobody else includes it.
 */
#ifndef REMEDY_GATE_CHECKS_H
#define REMEDY_GATE_CHECKS_H

#include "remedy/gate.h"

/* What was seen, and what that means. */
void gate_say(struct gate *gate, struct gate_line *line, enum mark mark, const char *fmt, ...)
    __attribute__((format(printf, 4, 5)));
/* What to do about it. */
void gate_advise(struct gate *gate, struct gate_line *line, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));
/* The place that it is about: "pyproject.toml:3", or a path and a line. */
void gate_place(struct gate *gate, struct gate_line *line, const char *origin);
/* Says that V is not known, and returns true, where it is not. */
bool gate_lacks_version(struct gate *gate, struct gate_line *line);

/* A word for a shell. */
const char *gate_word(struct gate *gate, const char *text);
/* "a, b and 3 more"; names that are shown of `total`. */
const char *gate_names(struct gate *gate, const char *const *names, size_t shown, size_t total);
/* The tag to judge by: the one that was asked for, else the one that denotes V; NULL. */
const struct gate_tag *gate_tag(const struct gate *gate);

/* gate_source.c: the tree */
void gate_check_clean(struct gate *gate, struct gate_line *line);
void gate_check_declared(struct gate *gate, struct gate_line *line);
void gate_check_version(struct gate *gate, struct gate_line *line);
void gate_check_changelog(struct gate *gate, struct gate_line *line);
void gate_check_licence(struct gate *gate, struct gate_line *line);

/* gate_workflow.c: who publishes */
void gate_check_workflows(struct gate *gate, struct gate_line *line);

/* gate_place.c: where it is */
void gate_check_repository(struct gate *gate, struct gate_line *line);
void gate_check_branch(struct gate *gate, struct gate_line *line);
void gate_check_tag(struct gate *gate, struct gate_line *line);
void gate_check_pushed(struct gate *gate, struct gate_line *line);

/* gate_index.c: what users have */
void gate_check_newest(struct gate *gate, struct gate_line *line);
void gate_check_unused(struct gate *gate, struct gate_line *line);

/* gate_dist.c: what was built. Nothing is said where nobody asked. */
void gate_check_dist(struct gate *gate, struct gate_line *line);
void gate_check_contents(struct gate *gate, struct gate_line *line);
void gate_check_test_index(struct gate *gate, struct gate_line *line);
void gate_check_published(struct gate *gate, struct gate_line *line);

/* gate_review.c: how the commit came there */
void gate_check_review(struct gate *gate, struct gate_line *line);
void gate_check_checks(struct gate *gate, struct gate_line *line);
void gate_check_release(struct gate *gate, struct gate_line *line);

#endif
