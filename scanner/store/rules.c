#include "store/rules.h"

#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "base/interrupt.h"
#include "base/mem.h"
#include "base/sha256.h"
#include "store/rulefile.h"
#include "store/selection.h"
#include "store/writing.h"

#define HEED_STEPS 10000 /* of SQLite, between two looks at whether a signal came */

struct rules {
    struct arena arena;
    struct rule *rules;
    size_t count, size;
    const char *policy; /* JSON */
};

/* --- the catalogue --------------------------------------------------------------------------- */

static void add_rule(struct rules *rules, const struct rule *rule)
{
    size_t i = 0;

    while (i < rules->count && strcmp(rules->rules[i].id, rule->id) < 0)
        i++;
    if (i == rules->count || strcmp(rules->rules[i].id, rule->id) != 0) {
        rules->rules = mem_grow(rules->rules, rules->count, &rules->size, sizeof *rules->rules);
        memmove(&rules->rules[i + 1], &rules->rules[i], (rules->count++ - i) * sizeof *rule);
    }
    rules->rules[i] = *rule;
}

struct loading {
    struct rules *rules;
    struct store *empty; /* a database without facts, to try the statements on */
};

static int load_file(void *ctx, const char *path, struct err *err)
{
    struct loading *loading = ctx;
    struct selection selection;
    struct rule rule;

    if (rulefile_read(path, &loading->rules->arena, &rule, err) != 0)
        return -1;
    if (selection_open(&selection, loading->empty, &rule, err) != 0)
        return -1;
    selection_close(&selection);
    add_rule(loading->rules, &rule);
    return 0;
}

static int load_folder(struct rules *rules, const char *dir, struct err *err)
{
    struct loading loading = {.rules = rules};

    if (store_open_empty(&loading.empty, err) != 0)
        return -1;
    int result = rulefile_each(dir, load_file, &loading, err);
    store_close(loading.empty);
    return result;
}

int rules_load(const char *dir, struct rules **out, struct err *err)
{
    struct rules *rules = mem_alloc(sizeof *rules);
    struct rule rule;

    rules_set_policy(rules, NULL);

    for (size_t i = 0; i < sql_rule_count; i++) {
        if (rulefile_parse(sql_rules[i].text, "built in", &rules->arena, &rule, err) != 0) {
            rules_free(rules);
            return err_prefix(err, "rule %s", sql_rules[i].name);
        }
        add_rule(rules, &rule);
    }
    if (dir != NULL && load_folder(rules, dir, err) != 0) {
        rules_free(rules);
        return -1;
    }
    *out = rules;
    return 0;
}

void rules_free(struct rules *rules)
{
    if (rules == NULL)
        return;
    arena_release(&rules->arena);
    free(rules->rules);
    free(rules);
}

size_t rules_count(const struct rules *rules)
{
    return rules->count;
}

const struct rule *rules_at(const struct rules *rules, size_t i)
{
    return &rules->rules[i];
}

void rules_set_policy(struct rules *rules, const char *policy)
{
    rules->policy = policy != NULL ? arena_strdup(&rules->arena, policy) : "{}";
}

/* --- whether there is anything to do --------------------------------------------------------- */

/* With its end, so that two texts are told from one. */
static uint64_t hash_text(uint64_t hash, const char *text)
{
    return hash_add(hash, text, strlen(text) + 1);
}

/* What the findings depend on: the same basis gives the same findings. */
static int read_basis(struct store *store, const struct rules *rules, struct buf *out,
                      struct err *err)
{
    uint64_t hash = hash_text(hash_text(HASH_START, sql_views_digest), rules->policy);
    bool clock = strstr(rules->policy, "\"until\":\"") != NULL; /* a waiver may end today */

    for (size_t i = 0; i < rules->count; i++) {
        hash = hash_text(hash, rules->rules[i].sql);
        clock = clock || rules->rules[i].clock;
    }
    struct bound bound = bound_start(store, SQL_RULES_BASIS);
    int result = bound_step(&bound, err);
    if (result > 0)
        result = buf_addf(out, "%lld %016llx %s", (long long)sqlite3_column_int64(bound.stmt, 0),
                          (unsigned long long)hash,
                          clock ? (const char *)sqlite3_column_text(bound.stmt, 1) : "");
    bound_end(&bound);
    return result;
}

/* --- by which rules --------------------------------------------------------------------------- */

void rule_digest(const struct rule *rule, char out[RULES_DIGEST])
{
    sha256_text(rule->sql, strlen(rule->sql), out);
}

/* Of all of them, in their order. */
static void digest_all(const struct rules *rules, char out[RULES_DIGEST])
{
    struct buf sums = BUF_INIT(rules->count * RULES_DIGEST + 1);
    char sum[RULES_DIGEST];

    for (size_t i = 0; i < rules->count; i++) {
        rule_digest(&rules->rules[i], sum);
        if (buf_addf(&sums, "%s\n", sum) != 0)
            abort();
    }
    sha256_text(buf_str(&sums), sums.len, out);
    buf_release(&sums);
}

static int note_rules(struct store *store, const struct rules *rules, struct err *err)
{
    struct bound bound = bound_start(store, SQL_RULES_NOTE);
    char digest[RULES_DIGEST];

    digest_all(rules, digest);
    bound_integer(&bound, store->run);
    bound_text(&bound, digest);
    return bound_run(&bound, err);
}

int rules_judged(struct store *store, const struct rules *rules, int64_t run, int *out,
                 struct err *err)
{
    struct bound bound = bound_start(store, SQL_RULES_NOTED);
    char digest[RULES_DIGEST];
    int64_t same;

    digest_all(rules, digest);
    bound_integer(&bound, run);
    bound_text(&bound, digest);
    if (bound_value(&bound, -1, &same, err) != 0)
        return -1;
    *out = (int)same;
    return 0;
}

/* --- evaluation ------------------------------------------------------------------------------ */

static int check_evidence(struct store *store, const struct rule *rule, const char *evidence,
                          struct err *err)
{
    struct bound bound = bound_start(store, SQL_IS_OBJECT);
    int64_t yes;

    bound_text(&bound, evidence);
    if (bound_value(&bound, 0, &yes, err) != 0)
        return -1;
    if (!yes)
        return err_set(err, REASON_USAGE, "rule %s (%s): its evidence is no JSON object", rule->id,
                       rule->source);
    return 0;
}

/* A finding about nobody of the fleet would be shown nowhere. */
static int check_subject(struct store *store, const struct rule *rule, int64_t repository_id,
                         int64_t package_id, struct err *err)
{
    int64_t yes;

    if (repository_id == 0 && package_id == 0)
        return 0;
    struct bound bound = bound_start(store, SQL_IN_FLEET);
    bound_integer(&bound, repository_id);
    bound_integer(&bound, package_id);
    if (bound_value(&bound, 0, &yes, err) != 0)
        return -1;
    if (yes)
        return 0;
    return err_set(err, REASON_USAGE, "rule %s (%s): the fleet has no %s with the id %lld",
                   rule->id, rule->source, package_id == 0 ? "repository" : "package",
                   (long long)(repository_id + package_id));
}

static int check_row(struct store *store, const struct rule *rule, const struct selection_row *row,
                     struct err *err)
{
    if (check_evidence(store, rule, row->evidence, err) != 0 ||
        check_subject(store, rule, row->repository_id, 0, err) != 0)
        return -1;
    return check_subject(store, rule, 0, row->package_id, err);
}

static int add_findings(struct writing *writing, const struct rule *rule, struct err *err)
{
    struct store *store = writing->store;
    struct selection selection;
    struct selection_row row;
    int result;

    if (selection_open(&selection, store, rule, err) != 0)
        return -1;
    while ((result = selection_next(&selection, &row, err)) > 0) {
        if (check_row(store, rule, &row, err) != 0) {
            result = -1;
            break;
        }
        struct bound *bound = writing_row(writing);
        bound_text(bound, rule->id);
        bound_integer(bound, row.repository_id);
        bound_integer(bound, row.package_id);
        bound_text(bound, row.version);
        bound_text(bound, row.tag);
        bound_text(bound, row.detail);
        bound_text(bound, severity_word(row.severity));
        bound_text(bound, row.historic ? "historic" : "open");
        bound_text(bound, row.message);
        bound_text(bound, row.evidence);
        bound_integer(bound, store->run);
        writing_add(writing);
    }
    selection_close(&selection);
    return result < 0 ? -1 : writing->result;
}

/* What the rule said before of subjects of which it could not see enough; of all, if it failed. */
static int keep_findings(struct store *store, const struct rule *rule, bool failed, struct err *err)
{
    struct bound bound = bound_start(store, SQL_FINDING_KEEP);

    bound_text(&bound, rule->id);
    bound_text(&bound, failed ? NULL : rule->needs);
    return bound_run(&bound, err);
}

static int drop_findings(struct store *store, const struct rule *rule, struct err *err)
{
    struct bound bound = bound_start(store, SQL_FINDING_DROP);

    bound_text(&bound, rule->id);
    return bound_run(&bound, err);
}

/* A fault of the rule itself goes to `faults` and costs this rule's findings alone. */
static int apply(struct writing *writing, const struct rule *rule, struct buf *faults,
                 struct err *err)
{
    struct err fault = {0};
    bool failed = add_findings(writing, rule, &fault) != 0;

    if (writing->result != 0)
        return -1;
    if (failed && fault.reason != REASON_USAGE) {
        *err = fault;
        return -1;
    }
    if (failed && (drop_findings(writing->store, rule, err) != 0 ||
                   buf_addf(faults, "%s%s", faults->len > 0 ? "; " : "", fault.text) != 0))
        return -1;
    return keep_findings(writing->store, rule, failed, err);
}

/* What the rules could not judge, as the coverage of nobody in particular. */
static int write_faults(struct store *store, const char *faults, struct err *err)
{
    struct writing writing = writing_start(store, SQL_FACT_COVERAGE, err);

    if (*faults != '\0') {
        struct bound *row = writing_row(&writing);
        bound_integer(row, 0);
        bound_integer(row, 0);
        bound_text(row, "");
        bound_text(row, "rules");
        bound_text(row, "unknown");
        bound_text(row, reason_word(REASON_USAGE));
        bound_text(row, faults);
        writing_add(&writing);
    }
    struct bound *subject = writing_subject(&writing);
    bound_integer(subject, 0);
    bound_integer(subject, 0);
    bound_text(subject, "");
    return writing_end(&writing);
}

/* Severities first: what is waived or historic has one too. */
static int apply_policy(struct store *store, const char *policy, struct err *err)
{
    static const enum sql steps[] = {SQL_POLICY_SEVERITY, SQL_POLICY_SINCE, SQL_POLICY_WAIVE};

    for (size_t i = 0; i < sizeof steps / sizeof *steps; i++) {
        struct bound bound = bound_start(store, steps[i]);
        bound_text(&bound, policy);
        if (bound_run(&bound, err) != 0)
            return -1;
    }
    return 0;
}

static int write_findings(struct store *store, const struct rules *rules, struct buf *faults,
                          struct err *err)
{
    struct writing writing = writing_start(store, SQL_FACT_FINDING, err);

    for (size_t i = 0; i < rules->count; i++)
        if (apply(&writing, &rules->rules[i], faults, err) != 0)
            return -1;
    if (apply_policy(store, rules->policy, err) != 0)
        return -1;
    struct bound first = bound_start(store, SQL_FINDING_FIRST_RUN);
    if (bound_run(&first, err) != 0)
        return -1;
    writing_subject(&writing);
    return writing_end(&writing);
}

static int evaluate(struct store *store, const struct rules *rules, const char *basis,
                    struct err *err)
{
    struct buf faults = BUF_INIT((rules->count + 1) * ERR_TEXT_MAX);

    if (views_take_snapshot(store, 2, err) != 0 || batch_begin(store, err) != 0)
        return -1;
    int result = write_findings(store, rules, &faults, err);
    if (result == 0)
        result = write_faults(store, buf_str(&faults), err);
    store->batch_changes = 0; /* of facts, which findings are not */
    if (result == 0)
        result = store_remember(store, "evaluated", basis, err);
    if (result == 0)
        result = note_rules(store, rules, err);
    buf_release(&faults);
    if (result != 0) {
        store_rollback(store);
        return -1;
    }
    return store_commit(store, err);
}

static int read_result(struct store *store, struct rules_result *out, struct err *err)
{
    struct bound counts = bound_start(store, SQL_RULES_COUNTS);
    enum severity severity;
    int64_t unknown;
    int result;

    *out = (struct rules_result){0};
    while ((result = bound_step(&counts, err)) > 0) {
        if (severity_parse((const char *)sqlite3_column_text(counts.stmt, 0), &severity) != 0)
            continue;
        out->counts[severity] = (unsigned)sqlite3_column_int64(counts.stmt, 1);
        out->fresh += (unsigned)sqlite3_column_int64(counts.stmt, 2);
    }
    bound_end(&counts);
    struct bound coverage = bound_start(store, SQL_COVERAGE_UNKNOWN);
    if (result != 0 || bound_value(&coverage, 0, &unknown, err) != 0)
        return -1;
    out->unknown = (unsigned)unknown;
    return 0;
}

static int heed_interrupt(void *ctx)
{
    (void)ctx;
    return interrupt_signal() != 0;
}

int rules_evaluate(struct store *store, const struct rules *rules, struct rules_result *out,
                   struct err *err)
{
    struct buf basis = BUF_INIT(256), before = BUF_INIT(256);
    int result = -1;

    sqlite3_progress_handler(store->db, HEED_STEPS, heed_interrupt, NULL);
    if (store_end_scope(store, err) == 0 && store_view_run(store, store->run, err) == 0 &&
        read_basis(store, rules, &basis, err) == 0)
        result = store_recall(store, "evaluated", &before, err);
    if (result >= 0)
        result = strcmp(buf_str(&before), buf_str(&basis)) == 0
                     ? 0
                     : evaluate(store, rules, buf_str(&basis), err);
    if (result == 0)
        result = read_result(store, out, err);
    sqlite3_progress_handler(store->db, 0, NULL, NULL);
    buf_release(&basis);
    buf_release(&before);
    return result;
}
