#include "store/selection.h"

#include <string.h>
#include <strings.h>

#include "store/clauses.h"

static const char *const column_names[COLUMN_COUNT] = {"repository_id", "package_id", "version",
                                                       "tag",           "detail",     "severity",
                                                       "historic",      "message",    "evidence"};

static int refuse(const struct selection *selection, const char *why, const char *what,
                  struct err *err)
{
    const struct rule *rule = selection->rule;

    return err_set(err, REASON_USAGE, "rule %s (%s): %s%s", rule->id, rule->source, why, what);
}

static int map_columns(struct selection *selection, struct err *err)
{
    for (int i = 0; i < COLUMN_COUNT; i++)
        selection->columns[i] = -1;
    for (int at = 0; at < sqlite3_column_count(selection->stmt); at++) {
        const char *name = sqlite3_column_name(selection->stmt, at);
        int i = 0;
        while (i < COLUMN_COUNT && strcmp(column_names[i], name) != 0)
            i++;
        if (i == COLUMN_COUNT)
            return refuse(selection, "a rule has no column ", name, err);
        if (selection->columns[i] >= 0)
            return refuse(selection, "two columns are called ", name, err);
        selection->columns[i] = at;
    }
    if (selection->columns[COLUMN_MESSAGE] < 0)
        return refuse(selection, "it gives no column message", "", err);
    return 0;
}

int selection_open(struct selection *selection, struct store *store, const struct rule *rule,
                   struct err *err)
{
    const char *start = clause_skip_blank(rule->sql);
    const char *rest = start;

    *selection = (struct selection){.store = store, .rule = rule};
    if (strncasecmp(start, "SELECT", 6) != 0 && strncasecmp(start, "WITH", 4) != 0)
        return refuse(selection, "it is no SELECT", "", err);
    if (sqlite3_prepare_v2(store->db, start, -1, &selection->stmt, &rest) != SQLITE_OK)
        return refuse(selection, sqlite3_errmsg(store->db), "", err);
    int result = 0;
    if (!sqlite3_stmt_readonly(selection->stmt))
        result = refuse(selection, "it is no SELECT", "", err);
    else if (*clause_skip_blank(rest) != '\0')
        result = refuse(selection, "it is more than one statement", "", err);
    else
        result = map_columns(selection, err);
    if (result != 0)
        selection_close(selection);
    return result;
}

static const char *text_at(const struct selection *selection, enum selection_column column)
{
    int at = selection->columns[column];
    const unsigned char *text = at < 0 ? NULL : sqlite3_column_text(selection->stmt, at);

    return text == NULL ? "" : (const char *)text;
}

static int64_t integer_at(const struct selection *selection, enum selection_column column)
{
    int at = selection->columns[column];

    return at < 0 ? 0 : sqlite3_column_int64(selection->stmt, at);
}

/* Or NULL, which is none. */
static bool is_number(const struct selection *selection, enum selection_column column)
{
    int at = selection->columns[column];
    int type = at < 0 ? SQLITE_NULL : sqlite3_column_type(selection->stmt, at);

    return type == SQLITE_NULL || type == SQLITE_INTEGER;
}

int selection_next(struct selection *selection, struct selection_row *row, struct err *err)
{
    int status = sqlite3_step(selection->stmt);

    if (status == SQLITE_DONE)
        return 0;
    if ((status & 0xff) == SQLITE_ERROR || (status & 0xff) == SQLITE_TOOBIG)
        return refuse(selection, sqlite3_errmsg(selection->store->db), "", err);
    if (status != SQLITE_ROW)
        return store_fail(selection->store, "a rule cannot be evaluated", err);
    if (!is_number(selection, COLUMN_REPOSITORY_ID) || !is_number(selection, COLUMN_PACKAGE_ID))
        return refuse(selection, "its repository_id or package_id is no number", "", err);
    *row = (struct selection_row){
        .repository_id = integer_at(selection, COLUMN_REPOSITORY_ID),
        .package_id = integer_at(selection, COLUMN_PACKAGE_ID),
        .version = text_at(selection, COLUMN_VERSION),
        .tag = text_at(selection, COLUMN_TAG),
        .detail = text_at(selection, COLUMN_DETAIL),
        .message = text_at(selection, COLUMN_MESSAGE),
        .evidence = text_at(selection, COLUMN_EVIDENCE),
        .severity = selection->rule->severity,
        .historic = integer_at(selection, COLUMN_HISTORIC) != 0,
    };
    const char *severity = text_at(selection, COLUMN_SEVERITY);
    if (severity[0] != '\0' && severity_parse(severity, &row->severity) != 0)
        return refuse(selection, "it gives an unknown severity: ", severity, err);
    if (row->message[0] == '\0')
        return refuse(selection, "it gives a row without a message", "", err);
    if (row->evidence[0] == '\0')
        row->evidence = "{}";
    return 1;
}

void selection_close(struct selection *selection)
{
    sqlite3_finalize(selection->stmt);
    selection->stmt = NULL;
}
