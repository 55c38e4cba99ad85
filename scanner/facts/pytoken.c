/* The lexical half of pysource.h: Python reference, "Lexical analysis". */
#include "facts/pysource.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

#define COUNT(array) (sizeof(array) / sizeof *(array))

struct lexer {
    const char *at, *end;
    const char *path;
    struct arena *arena;
    struct err *err;
    struct py_token *tokens;
    size_t count, size;
    struct py_statement *statements;
    size_t statement_count, statement_size;
    size_t wild_tokens;
    uint32_t line;
    uint32_t indent; /* of the logical line */
    unsigned depth;
    size_t first;   /* token where the statement begins */
    size_t lambdas; /* colons to come that end no header */
    bool header;    /* the statement is a compound one's */
};

static bool is_name(char c)
{
    return isalnum((unsigned char)c) || c == '_' || (unsigned char)c >= 0x80;
}

static void emit(struct lexer *lexer, enum py_kind kind, const char *start, uint32_t line)
{
    lexer->tokens = mem_grow(lexer->tokens, lexer->count, &lexer->size, sizeof *lexer->tokens);
    lexer->tokens[lexer->count++] = (struct py_token){
        .s = start, .len = (uint32_t)(lexer->at - start), .line = line, .kind = kind};
}

static bool token_in(const struct py_token *token, const char *const *words, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (token->len == strlen(words[i]) && memcmp(token->s, words[i], token->len) == 0)
            return true;
    return false;
}

static bool starts_block(const struct py_token *token)
{
    static const char *const words[] = {"if",   "elif",   "else",    "for", "while", "try",
                                        "with", "except", "finally", "def", "class", "async"};
    return token->kind == PY_NAME && token_in(token, words, COUNT(words));
}

/* Whether the statement from `first` on may bind names that its form does not show. */
static bool is_wild(const struct lexer *lexer)
{
    static const char *const words[] = {"exec", "execfile", "globals", "locals", "vars", ":="};
    static const char *const from[] = {"from"}, *const star[] = {"*"};

    for (size_t i = lexer->first; i < lexer->count; i++)
        if (lexer->tokens[i].kind != PY_STRING && token_in(&lexer->tokens[i], words, COUNT(words)))
            return true;
    return token_in(&lexer->tokens[lexer->first], from, 1) &&
           token_in(&lexer->tokens[lexer->count - 1], star, 1);
}

static void end_statement(struct lexer *lexer)
{
    if (lexer->count > lexer->first) {
        lexer->statements = mem_grow(lexer->statements, lexer->statement_count,
                                     &lexer->statement_size, sizeof *lexer->statements);
        struct py_statement *statement = &lexer->statements[lexer->statement_count++];
        *statement = (struct py_statement){.tokens = {lexer->first, lexer->count},
                                           .indent = lexer->indent,
                                           .wild = is_wild(lexer)};
        lexer->wild_tokens += statement->wild ? lexer->count - lexer->first : 0;
    }
    lexer->first = lexer->count;
    lexer->header = false;
    lexer->lambdas = 0;
}

static int fail(struct lexer *lexer, const char *what)
{
    return err_set(lexer->err, REASON_PARSE, "%s:%u: %s", lexer->path, lexer->line, what);
}

/* The length of a string's prefix at `s` when a quote follows it. */
static size_t string_prefix(const char *s, const char *end)
{
    size_t n = 0;

    while (n < 3 && s + n < end && strchr("rRbBuUfFtT", s[n]) != NULL && s[n] != '\0')
        n++;
    return s + n < end && (s[n] == '"' || s[n] == '\'') ? n : SIZE_MAX;
}

static int lex_string(struct lexer *lexer, size_t prefix)
{
    const char *start = lexer->at;
    uint32_t line = lexer->line;
    char quote = start[prefix];
    const char *s = start + prefix;
    size_t quotes = lexer->end - s >= 3 && s[1] == quote && s[2] == quote ? 3 : 1;

    for (s += quotes; s < lexer->end; s++) {
        if (*s == quote && (quotes == 1 || (lexer->end - s >= 3 && s[1] == quote && s[2] == quote)))
            break;
        if (*s == '\n' && quotes == 1)
            break;
        if (*s == '\\' && lexer->end - s >= 2)
            s += s[1] == '\r' && lexer->end - s >= 3 && s[2] == '\n' ? 2 : 1;
        if (*s == '\n')
            lexer->line++;
    }
    if (s >= lexer->end || *s != quote)
        return fail(lexer, "a string without end");
    lexer->at = s + quotes;
    emit(lexer, PY_STRING, start, line);
    return 0;
}

static void lex_word(struct lexer *lexer, enum py_kind kind)
{
    const char *start = lexer->at;

    while (lexer->at < lexer->end &&
           (is_name(*lexer->at) || (kind == PY_NUMBER && *lexer->at == '.')))
        lexer->at++;
    if (lexer->count == lexer->first) {
        emit(lexer, kind, start, lexer->line);
        lexer->header = starts_block(&lexer->tokens[lexer->first]);
    } else {
        emit(lexer, kind, start, lexer->line);
    }
    if (lexer->header && lexer->depth == 0 && lexer->at - start == 6 &&
        memcmp(start, "lambda", 6) == 0)
        lexer->lambdas++;
}

static int lex_operator(struct lexer *lexer)
{
    static const char *const pairs[] = {"==", "!=", "<=", ">=", ":=", "->", "**", "+=", "-=",
                                        "*=", "/=", "%=", "|=", "&=", "//", "<<", ">>"};
    const char *start = lexer->at;
    char c = *start;
    size_t len = 1;

    for (size_t i = 0; i < COUNT(pairs) && lexer->end - start >= 2; i++)
        if (memcmp(start, pairs[i], 2) == 0)
            len = 2;
    if (len == 1 && strchr("([{", c) != NULL && ++lexer->depth > PYSOURCE_NESTING)
        return err_set(lexer->err, REASON_LIMIT, "%s:%u: nested deeper than %d", lexer->path,
                       lexer->line, PYSOURCE_NESTING);
    if (len == 1 && strchr(")]}", c) != NULL && lexer->depth-- == 0)
        return fail(lexer, "a bracket closes that none opened");
    lexer->at += len;
    if (c == ';' && lexer->depth == 0) {
        end_statement(lexer);
    } else if (len == 1 && c == ':' && lexer->depth == 0 && lexer->header && lexer->lambdas == 0) {
        end_statement(lexer);
        lexer->indent++;
    } else {
        if (len == 1 && c == ':' && lexer->lambdas > 0)
            lexer->lambdas--;
        emit(lexer, PY_OP, start, lexer->line);
    }
    return 0;
}

static void skip_line_end(struct lexer *lexer)
{
    if (lexer->depth == 0)
        end_statement(lexer);
    lexer->line++;
    lexer->at++;
    if (lexer->depth > 0)
        return;
    lexer->indent = 0;
    for (const char *s = lexer->at; s < lexer->end && (*s == ' ' || *s == '\t'); s++)
        lexer->indent = *s == '\t' ? (lexer->indent / 8 + 1) * 8 : lexer->indent + 1;
    /* Room for the statements behind a colon on the header's line, which count as deeper. */
    lexer->indent *= 2;
}

static int lex_one(struct lexer *lexer)
{
    char c = *lexer->at;
    size_t left = (size_t)(lexer->end - lexer->at);
    size_t prefix;

    if (c == '\n') {
        skip_line_end(lexer);
    } else if (c == '\0') {
        return fail(lexer, "a NUL byte");
    } else if (c == '#') {
        const char *stop = memchr(lexer->at, '\n', left);
        lexer->at = stop != NULL ? stop : lexer->end;
    } else if (c == '\\' && left >= 2 && strchr("\r\n", lexer->at[1]) != NULL) {
        lexer->at += lexer->at[1] == '\r' && left >= 3 ? 3 : 2;
        lexer->line++;
    } else if (isspace((unsigned char)c)) {
        lexer->at++;
    } else if ((prefix = string_prefix(lexer->at, lexer->end)) != SIZE_MAX) {
        return lex_string(lexer, prefix);
    } else if (isdigit((unsigned char)c) ||
               (c == '.' && left >= 2 && isdigit((unsigned char)lexer->at[1]))) {
        lex_word(lexer, PY_NUMBER);
    } else if (is_name(c)) {
        lex_word(lexer, PY_NAME);
    } else {
        return lex_operator(lexer);
    }
    return 0;
}

/* Python itself calls these (PEP 562), and not while a module is made. */
static bool is_hook(const struct lexer *lexer, const struct py_statement *def)
{
    static const char *const words[] = {"__getattr__", "__dir__"};

    return def->tokens.end > def->tokens.start + 1 &&
           token_in(&lexer->tokens[def->tokens.start + 1], words, COUNT(words));
}

/* How many functions and classes each statement is inside of. */
static void set_scopes(const struct lexer *lexer)
{
    static const char *const words[] = {"def", "class", "async"};
    uint32_t open[PYSOURCE_NESTING];
    uint32_t depth = 0;
    bool hook = false; /* the innermost of them is one */

    for (size_t i = 0; i < lexer->statement_count; i++) {
        struct py_statement *statement = &lexer->statements[i];
        while (depth > 0 && statement->indent <= open[depth - 1])
            depth--;
        statement->scope = depth;
        hook = hook && depth > 0;
        statement->wild = statement->wild && !hook;
        if (depth < COUNT(open) &&
            token_in(&lexer->tokens[statement->tokens.start], words, COUNT(words))) {
            open[depth++] = statement->indent;
            hook = depth == 1 && is_hook(lexer, statement);
        }
    }
}

static void hand_over(struct lexer *lexer, struct pysource *out)
{
    struct py_token *tokens = arena_array(lexer->arena, lexer->count + 1, sizeof *tokens);
    struct py_statement *statements =
        arena_array(lexer->arena, lexer->statement_count + 1, sizeof *statements);

    if (lexer->count > 0)
        memcpy(tokens, lexer->tokens, lexer->count * sizeof *tokens);
    if (lexer->statement_count > 0)
        memcpy(statements, lexer->statements, lexer->statement_count * sizeof *statements);
    tokens[lexer->count] = (struct py_token){.s = "", .line = lexer->line, .kind = PY_END};
    *out = (struct pysource){.path = lexer->path,
                             .tokens = tokens,
                             .count = lexer->count,
                             .statements = statements,
                             .statement_count = lexer->statement_count,
                             .wild_tokens = lexer->wild_tokens};
}

int pysource_read(const char *data, size_t len, const char *path, struct arena *arena,
                  struct pysource *out, struct err *err)
{
    struct lexer lexer = {
        .at = data, .end = data + len, .path = path, .arena = arena, .err = err, .line = 1};
    int result = 0;

    if (len > PYSOURCE_MAX)
        return err_set(err, REASON_TOO_LARGE, "%s: larger than %u bytes", path, PYSOURCE_MAX);
    if (len >= 3 && memcmp(data, "\xef\xbb\xbf", 3) == 0)
        lexer.at += 3;
    while (result == 0 && lexer.at < lexer.end)
        result = lex_one(&lexer);
    if (result == 0 && lexer.depth > 0)
        result = fail(&lexer, "a bracket without end");
    if (result == 0) {
        end_statement(&lexer);
        set_scopes(&lexer);
        hand_over(&lexer, out);
    }
    free(lexer.tokens);
    free(lexer.statements);
    return result;
}
