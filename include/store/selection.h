/*
 * Inside store/ only: the SELECT of a rule, and its rows.
 */
#ifndef STORE_SELECTION_H
#define STORE_SELECTION_H

#include "store/rules.h"
#include "store/statements.h"

enum selection_column {
    COLUMN_REPOSITORY_ID,
    COLUMN_PACKAGE_ID,
    COLUMN_VERSION,
    COLUMN_TAG,
    COLUMN_DETAIL,
    COLUMN_SEVERITY,
    COLUMN_HISTORIC,
    COLUMN_MESSAGE,
    COLUMN_EVIDENCE,
    COLUMN_COUNT
};

struct selection {
    struct store *store;
    const struct rule *rule;
    sqlite3_stmt *stmt;
    int columns[COLUMN_COUNT]; /* where each stands, -1: left out */
};

/* Strings are valid until the next row; those of the subject are "" for none. */
struct selection_row {
    int64_t repository_id, package_id;
    const char *version, *tag, *detail, *message, *evidence;
    enum severity severity;
    bool historic;
};

/* Refuses what is not one SELECT with the columns of a rule. */
int selection_open(struct selection *selection, struct store *store, const struct rule *rule,
                   struct err *err);
/* 1 row, 0 end, -1 error; REASON_USAGE, naming the rule and its file, when it is the rule's own. */
int selection_next(struct selection *selection, struct selection_row *row, struct err *err);
void selection_close(struct selection *selection);

#endif
