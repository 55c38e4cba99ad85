#include "store/clauses.h"

#include <ctype.h>
#include <stdbool.h>
#include <string.h>
#include <strings.h>

/* --- words of SQL ---------------------------------------------------------------------------- */

struct token {
    const char *start;
    size_t len; /* 0: the end */
    bool word;  /* a keyword, or a name with its qualifiers */
    int depth;  /* of parentheses and CASE … END around it */
};

struct reader {
    const char *at;
    int depth;
};

static bool is_name(char c)
{
    return isalnum((unsigned char)c) || c == '_';
}

static bool is_word(const struct token *token, const char *word)
{
    return token->word && token->len == strlen(word) &&
           strncasecmp(token->start, word, token->len) == 0;
}

const char *clause_skip_blank(const char *at)
{
    for (;;) {
        at += strspn(at, " \t\r\n");
        if (strncmp(at, "--", 2) == 0) {
            at += strcspn(at, "\n");
        } else if (strncmp(at, "/*", 2) == 0) {
            const char *end = strstr(at + 2, "*/");
            at = end != NULL ? end + 2 : at + strlen(at);
        } else {
            return at;
        }
    }
}

/* Past a quoted text; a doubled quote is two texts side by side. */
static const char *skip_quoted(const char *at)
{
    const char *end = strchr(at + 1, *at);

    return end != NULL ? end + 1 : at + strlen(at);
}

static struct token next_token(struct reader *reader)
{
    struct token token = {.start = clause_skip_blank(reader->at), .depth = reader->depth};
    const char *end = token.start;

    if (*end == '\'' || *end == '"' || *end == '`') {
        end = skip_quoted(end);
    } else if (is_name(*end)) {
        token.word = !isdigit((unsigned char)*end);
        while (is_name(*end) || (*end == '.' && is_name(end[1])))
            end++;
        if (*end == '\'') { /* x'00ff' */
            token.word = false;
            end = skip_quoted(end);
        }
    } else if (*end != '\0') {
        end++;
    }
    token.len = (size_t)(end - token.start);
    if (*token.start == '(' || is_word(&token, "CASE"))
        reader->depth++;
    else if (*token.start == ')' || (is_word(&token, "END") && reader->depth > 0))
        token.depth = --reader->depth;
    reader->at = end;
    return token;
}

/* The text of a span, without comments, on one line. */
static const char *squeeze(struct arena *arena, const char *start, const char *end)
{
    char *out = arena_alloc(arena, (size_t)(end - start) + 1), *to = out;
    struct reader reader = {.at = start};

    for (;;) {
        const char *before = reader.at;
        struct token token = next_token(&reader);
        if (token.len == 0 || token.start >= end)
            break;
        if (token.start > before && to > out)
            *to++ = ' ';
        memcpy(to, token.start, token.len);
        to += token.len;
    }
    *to = '\0';
    return out;
}

static void add(struct clause_texts *list, struct arena *arena, const char *text)
{
    if (list->count == list->size) {
        const char **grown = arena_array(arena, list->size * 2 + 8, sizeof *grown);
        if (list->count > 0)
            memcpy(grown, list->items, list->count * sizeof *grown);
        list->items = grown;
        list->size = list->size * 2 + 8;
    }
    list->items[list->count++] = text;
}

/* --- the statement --------------------------------------------------------------------------- */

enum section {
    SECTION_WITH,
    SECTION_RESULTS,
    SECTION_FROM,
    SECTION_WHERE,
    SECTION_GROUP,
    SECTION_HAVING,
    SECTION_TAIL
};

struct splitting {
    struct arena *arena;
    struct clauses *out;
    enum section section;
    const char *start; /* of the piece that is being read */
    bool between;      /* the next AND belongs to a BETWEEN */
    bool either;       /* a WHERE with an OR beside its ANDs is one condition */
    const char *where;
};

static struct clause_arm *arm_of(struct splitting *splitting)
{
    return &splitting->out->arms[splitting->out->count - 1];
}

static void begin_arm(struct splitting *splitting)
{
    struct clauses *out = splitting->out;
    struct clause_arm *grown = arena_array(splitting->arena, out->count + 1, sizeof *grown);

    if (out->count > 0)
        memcpy(grown, out->arms, out->count * sizeof *grown);
    out->arms = grown;
    out->arms[out->count++] = (struct clause_arm){0};
    splitting->either = false;
}

static void end_piece(struct splitting *splitting, const char *end)
{
    struct arena *arena = splitting->arena;
    const char *text = squeeze(arena, splitting->start, end);

    if (splitting->section == SECTION_WITH) {
        if (splitting->out->count == 0)
            splitting->out->with = *text != '\0' ? arena_printf(arena, "%s ", text) : "";
    } else if (splitting->section == SECTION_RESULTS) {
        add(&arm_of(splitting)->results, arena, text);
    } else if (splitting->section == SECTION_FROM) {
        arm_of(splitting)->from = text;
    } else if (splitting->section == SECTION_WHERE) {
        struct clause_texts *conditions = &arm_of(splitting)->conditions;
        if (splitting->either) {
            *conditions = (struct clause_texts){0};
            text = squeeze(arena, splitting->where, end);
        }
        add(conditions, arena, text);
    } else if (splitting->section == SECTION_GROUP) {
        arm_of(splitting)->group = text;
    } else if (splitting->section == SECTION_HAVING) {
        arm_of(splitting)->having = text;
    }
}

static void next_piece(struct splitting *splitting, const struct token *token)
{
    end_piece(splitting, token->start);
    splitting->start = token->start + token->len;
}

static void enter(struct splitting *splitting, enum section section, const struct token *token)
{
    next_piece(splitting, token);
    splitting->section = section;
    splitting->where = splitting->start;
    if (section == SECTION_RESULTS)
        begin_arm(splitting);
}

/* Words that end one section and begin another, outside all parentheses. */
static const struct {
    enum section first, last;
    const char *word;
    enum section next;
} steps[] = {
    {SECTION_WITH, SECTION_WITH, "SELECT", SECTION_RESULTS},
    {SECTION_RESULTS, SECTION_RESULTS, "FROM", SECTION_FROM},
    {SECTION_FROM, SECTION_FROM, "WHERE", SECTION_WHERE},
    {SECTION_FROM, SECTION_WHERE, "GROUP", SECTION_GROUP},
    {SECTION_GROUP, SECTION_GROUP, "HAVING", SECTION_HAVING},
    {SECTION_RESULTS, SECTION_HAVING, "WINDOW", SECTION_TAIL},
    {SECTION_RESULTS, SECTION_TAIL, "UNION", SECTION_WITH},
    {SECTION_RESULTS, SECTION_TAIL, "EXCEPT", SECTION_WITH},
    {SECTION_RESULTS, SECTION_TAIL, "INTERSECT", SECTION_WITH},
    {SECTION_RESULTS, SECTION_HAVING, "ORDER", SECTION_TAIL},
    {SECTION_RESULTS, SECTION_HAVING, "LIMIT", SECTION_TAIL},
};

static bool step(struct splitting *splitting, const struct token *token, const struct token *before)
{
    if (is_word(before, "DISTINCT")) /* IS DISTINCT FROM */
        return false;
    for (size_t i = 0; i < sizeof steps / sizeof *steps; i++)
        if (splitting->section >= steps[i].first && splitting->section <= steps[i].last &&
            is_word(token, steps[i].word)) {
            enter(splitting, steps[i].next, token);
            return true;
        }
    return false;
}

/* What parts a section into its items. */
static void part(struct splitting *splitting, const struct token *token)
{
    enum section section = splitting->section;

    if (*token->start == ';' && section > SECTION_WITH && section < SECTION_TAIL)
        enter(splitting, SECTION_TAIL, token);
    else if (section == SECTION_GROUP && is_word(token, "BY"))
        splitting->start = token->start + token->len;
    else if (section == SECTION_RESULTS && *token->start == ',')
        next_piece(splitting, token);
    if (section != SECTION_WHERE)
        return;
    if (is_word(token, "AND") && !splitting->between && !splitting->either)
        next_piece(splitting, token);
    splitting->either |= is_word(token, "OR");
    splitting->between &= !is_word(token, "AND");
    splitting->between |= is_word(token, "BETWEEN");
}

void clauses_read(const char *sql, struct arena *arena, struct clauses *out)
{
    struct splitting splitting = {.arena = arena, .out = out, .start = sql};
    struct reader reader = {.at = sql};
    struct token before = {.start = sql};

    *out = (struct clauses){.with = ""};
    for (struct token token = next_token(&reader); token.len > 0; token = next_token(&reader)) {
        if (token.depth == 0 && !step(&splitting, &token, &before))
            part(&splitting, &token);
        before = token;
    }
    end_piece(&splitting, reader.at);
}

/* --- pieces ---------------------------------------------------------------------------------- */

/* The AS outside all parentheses; NULL. */
static const char *find_as(const char *result)
{
    struct reader reader = {.at = result};
    const char *found = NULL;

    for (struct token token = next_token(&reader); token.len > 0; token = next_token(&reader))
        if (token.depth == 0 && is_word(&token, "AS"))
            found = token.start;
    return found;
}

const char *clause_expression(const char *result, struct arena *arena)
{
    const char *as = find_as(result);

    return as != NULL ? squeeze(arena, result, as) : result;
}

int clause_find(const struct clause_arm *arm, const char *name)
{
    for (size_t i = 0; i < arm->results.count; i++) {
        const char *result = arm->results.items[i];
        const char *as = find_as(result), *dot = strrchr(result, '.');
        const char *called = as != NULL    ? clause_skip_blank(as + 2)
                             : dot != NULL ? dot + 1
                                           : result;
        if (strcasecmp(called, name) == 0)
            return (int)i;
    }
    return -1;
}

static bool is_keyword(const struct token *token)
{
    static const char *const words[] = {
        "AND",    "OR",   "NOT",  "IN",   "IS",   "NULL", "NOTNULL", "ISNULL",   "BETWEEN",
        "LIKE",   "GLOB", "CASE", "WHEN", "THEN", "ELSE", "END",     "EXISTS",   "CAST",
        "ESCAPE", "AS",   "TRUE", "TEXT", "BLOB", "FROM", "FALSE",   "DISTINCT", "COLLATE"};

    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (is_word(token, words[i]))
            return true;
    return false;
}

static bool has(const struct clause_texts *list, const char *text)
{
    for (size_t i = 0; i < list->count; i++)
        if (strcmp(list->items[i], text) == 0)
            return true;
    return false;
}

void clause_columns(const char *condition, struct arena *arena, struct clause_texts *out)
{
    struct reader reader = {.at = condition};
    int inner = -1; /* depth outside the subquery that is skipped */

    *out = (struct clause_texts){0};
    for (struct token token = next_token(&reader); token.len > 0; token = next_token(&reader)) {
        if (inner >= 0 && token.depth > inner)
            continue;
        inner = is_word(&token, "SELECT") ? token.depth - 1 : -1;
        if (inner >= 0 || !token.word || is_keyword(&token) || *clause_skip_blank(reader.at) == '(')
            continue;
        const char *name = arena_strndup(arena, token.start, token.len);
        if (!has(out, name))
            add(out, arena, name);
    }
}
