#include "facts/workflow_internal.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

/* Enough of a shell to tell words and commands apart: quotes, continued lines, comments, operators.
   A quote ends with its line at the latest, so that an apostrophe in a text costs no more than
   that. An expression `${{ … }}` is one with its word. What `sh -c "…"` is handed is read, too. */

static bool is_separator(char c)
{
    return strchr(";&|()\n`", c) != NULL; /* the end of the text, too */
}

static void end_command(struct shell_command *command, shell_fn *fn, void *ctx)
{
    if (command->count > 0)
        fn(ctx, command);
    command->count = 0;
}

static const char *copy_expression(const char *in, char **out)
{
    const char *end = strstr(in, "}}");
    size_t len = end != NULL ? (size_t)(end + 2 - in) : 3;

    memcpy(*out, in, len);
    *out += len;
    return in + len - 1;
}

/* One word from `in`, its quotes taken off, to `*out`; returns what is behind it. */
static const char *read_word(const char *in, char **out, bool *quoted)
{
    char quote = '\0';

    for (; *in != '\0' && *in != '\n'; in++) {
        if (strncmp(in, "${{", 3) == 0) {
            in = copy_expression(in, out);
            continue;
        }
        if (quote == '\0' && (*in == ' ' || *in == '\t' || is_separator(*in)))
            break;
        if (quote == '\0' && (*in == '"' || *in == '\'')) {
            quote = *in;
            *quoted = true;
        } else if (*in == quote) {
            quote = '\0';
        } else {
            *(*out)++ = *in;
        }
    }
    *(*out)++ = '\0';
    return in;
}

/* Of `#` to the end of the line; of a continued line the backslash. */
static const char *skip(const char *in)
{
    for (;;) {
        if (*in == ' ' || *in == '\t' || *in == '\r')
            in++;
        else if (*in == '\\' && in[1] == '\n')
            in += 2;
        else if (*in == '\\' && in[1] == '\r' && in[2] == '\n')
            in += 3;
        else if (*in == '#')
            in += strcspn(in, "\n");
        else
            return in;
    }
}

static bool is_shell(const struct shell_command *command)
{
    const char *first = command->count > 0 ? command->words[0] : "";
    const char *slash = strrchr(first, '/');

    first = slash != NULL ? slash + 1 : first;
    return strcmp(first, "sh") == 0 || strcmp(first, "bash") == 0 || strcmp(first, "eval") == 0 ||
           strcmp(first, "docker") == 0 || strcmp(first, "su") == 0;
}

static void read_commands(const char *text, bool inner, shell_fn *fn, void *ctx)
{
    char *copy = mem_alloc(2 * strlen(text) + 2), *out = copy;
    struct shell_command command = {.count = 0};

    for (const char *in = skip(text); *in != '\0'; in = skip(in)) {
        bool quoted = false;
        char *word = out;
        if (is_separator(*in)) {
            end_command(&command, fn, ctx);
            out = copy;
            in++;
            continue;
        }
        in = read_word(in, &out, &quoted);
        if (quoted && !inner && is_shell(&command) && strchr(word, ' ') != NULL)
            read_commands(word, true, fn, ctx);
        if (command.count < SHELL_WORDS_MAX)
            command.words[command.count++] = word;
    }
    end_command(&command, fn, ctx);
    free(copy);
}

void workflow_shell(const char *text, shell_fn *fn, void *ctx)
{
    read_commands(text, false, fn, ctx);
}
