#include "cli/gate_call.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "report/words.h"

/* What a step of GitHub Actions prints and leaves behind. Source: "Workflow commands for GitHub
   Actions". A line that begins with "::", or has "##[" anywhere, is a command to the runner. */

static const char *const marks[] = {
    [MARK_GOOD] = "\xe2\x9c\x93", [MARK_BAD] = "\xe2\x9c\x97", [MARK_UNKNOWN] = "?"};

/* Fit to be shown; borrowed until the next call. */
static const char *shown(struct buf *text, const char *raw)
{
    buf_reset(text);
    words_add(text, raw, strlen(raw));
    return buf_str(text);
}

/* The message of a command; a value of its properties may not hold ':' and ',' either. */
static void print_value(const char *text, bool property)
{
    for (; *text != '\0'; text++)
        if (*text == '%' || *text == '\r' || *text == '\n' ||
            (property && (*text == ':' || *text == ',')))
            printf("%%%02X", (unsigned char)*text);
        else
            putchar(*text);
}

static void print_annotation(const struct gate_line *line, struct buf *text)
{
    printf("::%s title=", line->mark == MARK_BAD ? "error" : "warning");
    print_value(line->title, true);
    if (line->file != NULL) {
        fputs(",file=", stdout);
        print_value(shown(text, line->file), true);
    }
    if (line->file != NULL && line->line > 0)
        printf(",line=%zu", line->line);
    fputs("::", stdout);
    print_value(shown(text, line->seen), false);
    if (line->repair != NULL) {
        fputs("%0A", stdout);
        print_value(shown(text, line->repair), false);
    }
    putchar('\n');
}

/* "##[" is no longer one. */
static void print_plain(const struct gate_line *line, struct buf *text)
{
    printf("%s %s: ", marks[line->mark], line->title);
    for (const char *p = shown(text, line->seen); *p != '\0'; p++)
        fputs(strncmp(p, "#[", 2) == 0 ? "# " : (char[]){*p, '\0'}, stdout);
    putchar('\n');
}

/* Text in a table of Markdown: nothing of it is markup. */
static void write_cell(FILE *out, const char *text)
{
    for (; *text != '\0'; text++)
        if (ispunct((unsigned char)*text) && strchr(".,:/-()'", *text) == NULL)
            fprintf(out, "&#%d;", *text);
        else
            fputc(*text, out);
}

static void write_summary(FILE *out, const struct gate_call *call, const struct gate_line *lines,
                          size_t count)
{
    struct buf text = BUF_INIT(WORDS_MAX);

    fputs("### ", out);
    write_cell(out, shown(&text, call->gate.package));
    fputc(' ', out);
    write_cell(out, shown(&text, call->gate.version != NULL ? call->gate.version : ""));
    fputs("\n\n| | check | seen | to do |\n| --- | --- | --- | --- |\n", out);
    for (size_t i = 0; i < count; i++) {
        fprintf(out, "| %s | %s | ", marks[lines[i].mark], lines[i].title);
        write_cell(out, shown(&text, lines[i].seen));
        fputs(" | ", out);
        if (lines[i].repair != NULL) {
            fputs("<code>", out);
            write_cell(out, shown(&text, lines[i].repair));
            fputs("</code>", out);
        }
        fputs(" |\n", out);
    }
    fputc('\n', out);
    buf_release(&text);
}

/* Steps before this one may have written there. */
static int append_summary(const struct gate_call *call, const struct gate_line *lines, size_t count,
                          struct err *err)
{
    const char *path = getenv("GITHUB_STEP_SUMMARY");
    FILE *out;

    if (path == NULL || *path == '\0')
        return 0;
    out = fopen(path, "ae");
    if (out == NULL)
        return err_set(err, REASON_DISK, "the summary %s cannot be written: %s", path,
                       strerror(errno));
    write_summary(out, call, lines, count);
    bool failed = ferror(out) != 0;
    failed |= fclose(out) != 0;
    return failed ? err_set(err, REASON_DISK, "the summary %s cannot be written", path) : 0;
}

int gate_print_github(struct gate_call *call, const struct gate_line *lines, size_t count,
                      struct err *err)
{
    struct buf text = BUF_INIT(WORDS_MAX);

    for (size_t i = 0; i < count; i++)
        if (lines[i].mark == MARK_GOOD)
            print_plain(&lines[i], &text);
        else
            print_annotation(&lines[i], &text);
    buf_release(&text);
    return append_summary(call, lines, count, err);
}
