#include "cli/gate_call.h"

#include <stdio.h>
#include <string.h>

#include <jansson.h>

#include "cli/terminal.h"
#include "report/words.h"

static const char *const states[] = {
    [MARK_GOOD] = "right", [MARK_BAD] = "wrong", [MARK_UNKNOWN] = "unknown"};

/* --- for people ------------------------------------------------------------------------------ */

static void print_table(const struct gate_call *call, const struct gate_line *lines, size_t count)
{
    struct report_options options;
    struct buf text = BUF_INIT(WORDS_MAX);

    terminal_report_options(&call->context->settings, &options);
    const struct style style = {options.ascii, options.colour};
    words_say(&text, "%s%s%s in %s", call->gate.package, call->gate.version != NULL ? " " : "",
              call->gate.version != NULL ? call->gate.version : "", call->tree.root);
    printf("%s\n\n", buf_str(&text));
    for (size_t i = 0; i < count; i++) {
        buf_reset(&text);
        words_add(&text, lines[i].seen, strlen(lines[i].seen));
        marks_line(stdout, &style, lines[i].mark, lines[i].title, buf_str(&text), options.width);
        if (lines[i].repair == NULL)
            continue;
        buf_reset(&text);
        words_add(&text, lines[i].repair, strlen(lines[i].repair));
        marks_note(stdout, buf_str(&text), options.width);
    }
    buf_release(&text);
}

/* --- for programs ---------------------------------------------------------------------------- */

static void print_json(const struct gate_call *call, const struct gate_line *lines, size_t count)
{
    const struct gate *gate = &call->gate;
    json_t *checks = json_array();

    for (size_t i = 0; i < count; i++) {
        const struct gate_line *line = &lines[i];
        json_array_append_new(
            checks, json_pack("{s:s, s:s, s:o, s:o, s:o, s:o}", "id", line->id, "state",
                              states[line->mark], "seen", words_json(line->seen), "repair",
                              words_json(line->repair), "file", words_json(line->file), "line",
                              line->line > 0 ? json_integer((json_int_t)line->line) : json_null()));
    }
    json_t *document =
        json_pack("{s:o, s:o, s:o, s:o, s:o, s:o}", "package", words_json(gate->package), "version",
                  words_json(gate->version), "tag", words_json(gate->tag), "repository",
                  words_json(gate->remote.repository), "commit", words_json(gate->tree->head),
                  "checks", checks);
    json_dumpf(document, stdout, JSON_INDENT(2));
    putchar('\n');
    json_decref(document);
}

int gate_print(struct gate_call *call, const struct gate_line *lines, size_t count, struct err *err)
{
    int format = call->context->settings.gate_format;

    if (format == GATE_GITHUB || (format < 0 && call->actions))
        return gate_print_github(call, lines, count, err);
    if (format == GATE_JSON)
        print_json(call, lines, count);
    else
        print_table(call, lines, count);
    return 0;
}
