#include "remedy/gate.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "facts/pep440.h"
#include "remedy/gate_checks.h"

#define SAID_MAX 2048
#define WORD_MAX 8192

enum when { BEFORE = 1, AFTER = 2, ALWAYS = BEFORE | AFTER };

static const struct check {
    const char *id, *title;
    enum when when;
    void (*check)(struct gate *gate, struct gate_line *line);
} checks[] = {
    {"clean", "work tree", BEFORE, gate_check_clean},
    {"repository", "repository", ALWAYS, gate_check_repository},
    {"branch", "branch", ALWAYS, gate_check_branch},
    {"declared", "declared version", ALWAYS, gate_check_declared},
    {"version", "version", ALWAYS, gate_check_version},
    {"newest", "newer than published", BEFORE, gate_check_newest},
    {"unused", "not published yet", BEFORE, gate_check_unused},
    {"tag", "tag", ALWAYS, gate_check_tag},
    {"tag-pushed", "tag on the remote", ALWAYS, gate_check_pushed},
    {"changelog", "changelog", ALWAYS, gate_check_changelog},
    {"review", "review", ALWAYS, gate_check_review},
    {"checks", "checks", ALWAYS, gate_check_checks},
    {"licence", "licence", ALWAYS, gate_check_licence},
    {"workflows", "publish workflows", BEFORE, gate_check_workflows},
    {"dist", "built files", ALWAYS, gate_check_dist},
    {"contents", "what they hold", ALWAYS, gate_check_contents},
    {"test-index", "on the test index", ALWAYS, gate_check_test_index},
    {"published", "published", AFTER, gate_check_published},
    {"release", "release on the forge", AFTER, gate_check_release},
};
_Static_assert(sizeof checks / sizeof *checks <= GATE_CHECKS_MAX, "room for all of them");

size_t gate_judge(struct gate *gate, struct gate_line lines[GATE_CHECKS_MAX])
{
    enum when now = gate->published ? AFTER : BEFORE;
    size_t count = 0;

    for (size_t i = 0; i < sizeof checks / sizeof *checks; i++) {
        if (!(checks[i].when & now))
            continue;
        struct gate_line *line = &lines[count];
        *line = (struct gate_line){.id = checks[i].id, .title = checks[i].title};
        checks[i].check(gate, line);
        count += line->seen != NULL;
    }
    return count;
}

/* --- what a check says ----------------------------------------------------------------------- */

__attribute__((format(printf, 2, 0))) static const char *format(struct gate *gate, const char *fmt,
                                                                va_list ap)
{
    char text[SAID_MAX];

    vsnprintf(text, sizeof text, fmt, ap);
    return arena_strdup(gate->arena, text);
}

void gate_say(struct gate *gate, struct gate_line *line, enum mark mark, const char *fmt, ...)
{
    va_list ap;

    va_start(ap, fmt);
    line->mark = mark;
    line->seen = format(gate, fmt, ap);
    va_end(ap);
}

void gate_advise(struct gate *gate, struct gate_line *line, const char *fmt, ...)
{
    va_list ap;

    va_start(ap, fmt);
    line->repair = format(gate, fmt, ap);
    va_end(ap);
}

void gate_place(struct gate *gate, struct gate_line *line, const char *origin)
{
    const char *colon = origin != NULL ? strrchr(origin, ':') : NULL;

    if (colon == NULL)
        return;
    line->file = arena_strndup(gate->arena, origin, (size_t)(colon - origin));
    line->line = strtoul(colon + 1, NULL, 10);
}

bool gate_lacks_version(struct gate *gate, struct gate_line *line)
{
    if (gate->version != NULL)
        return false;
    gate_say(gate, line, MARK_UNKNOWN, "nothing says which version this is to be");
    return true;
}

const char *gate_word(struct gate *gate, const char *text)
{
    struct buf word = BUF_INIT(WORD_MAX);

    const char *out =
        buf_addword(&word, text) == 0 ? arena_strdup(gate->arena, buf_str(&word)) : "''";
    buf_release(&word);
    return out;
}

const char *gate_names(struct gate *gate, const char *const *names, size_t shown, size_t total)
{
    const char *out = "";

    for (size_t i = 0; i < shown && i < total; i++)
        out = arena_printf(gate->arena, "%s%s%s", out, i > 0 ? ", " : "", names[i]);
    return total > shown ? arena_printf(gate->arena, "%s and %zu more", out, total - shown) : out;
}

const struct gate_tag *gate_tag(const struct gate *gate)
{
    for (size_t i = 0; i < gate->tag_count; i++) {
        const struct gate_tag *tag = &gate->tags[i];
        if (gate->tag != NULL ? strcmp(tag->name, gate->tag) == 0
                              : gate->version != NULL && tag->version != NULL &&
                                    pep440_compare(tag->version, gate->version) == 0)
            return tag;
    }
    return NULL;
}

const char *gate_tag_name(const struct gate *gate)
{
    const struct gate_tag *tag = gate_tag(gate);

    if (tag != NULL)
        return tag->name;
    if (gate->tag != NULL || gate->version == NULL)
        return gate->tag;
    return arena_printf(gate->arena, "%s%s", gate->tag_prefix, gate->version);
}
