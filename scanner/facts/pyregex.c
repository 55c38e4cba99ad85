#include "facts/pyregex.h"

#include <stdint.h>
#include <string.h>

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

#define PATTERN_MAX 4096
#define HEAP_KIB    (16 * 1024)
/* Characters looked at, over all attempts of one search: some tens of milliseconds. PCRE2's own
   match limit counts anew at each start and so allows the square of the text. */
#define WORK_MAX 4000000

struct work {
    size_t done;
    size_t position;
};

/* Called before every item of the pattern. */
static int on_item(pcre2_callout_block *block, void *ctx)
{
    struct work *work = ctx;
    size_t at = block->current_position;

    work->done += 1 + (at > work->position ? at - work->position : work->position - at);
    work->position = at;
    return work->done > WORK_MAX ? PCRE2_ERROR_CALLOUT : 0;
}

static int fail(struct err *err, int code)
{
    PCRE2_UCHAR text[128] = "";

    if (code == PCRE2_ERROR_CALLOUT || code == PCRE2_ERROR_HEAPLIMIT ||
        code == PCRE2_ERROR_MATCHLIMIT || code == PCRE2_ERROR_DEPTHLIMIT)
        return err_set(err, REASON_LIMIT, "the regular expression costs too much to match");
    pcre2_get_error_message(code, text, sizeof text);
    return err_set(err, REASON_PARSE, "the regular expression is not one that we read: %s",
                   (const char *)text);
}

static pcre2_code *compile(const char *pattern, size_t len, unsigned flags, struct err *err)
{
    uint32_t options = PCRE2_UTF | PCRE2_UCP | PCRE2_MATCH_INVALID_UTF | PCRE2_AUTO_CALLOUT |
                       PCRE2_NEVER_BACKSLASH_C;
    pcre2_compile_context *context = pcre2_compile_context_create(NULL);
    PCRE2_SIZE offset;
    int code;

    options |= flags & PYREGEX_MULTILINE ? PCRE2_MULTILINE : 0;
    options |= flags & PYREGEX_IGNORECASE ? PCRE2_CASELESS : 0;
    options |= flags & PYREGEX_DOTALL ? PCRE2_DOTALL : 0;
    options |= flags & PYREGEX_VERBOSE ? PCRE2_EXTENDED : 0;
    options |= flags & (PYREGEX_ANCHORED | PYREGEX_FULL) ? PCRE2_ANCHORED : 0;
    options |= flags & PYREGEX_FULL ? PCRE2_ENDANCHORED : 0;
    pcre2_set_max_pattern_length(context, PATTERN_MAX);
    pcre2_set_parens_nest_limit(context, 50);
    pcre2_code *re = pcre2_compile((PCRE2_SPTR)pattern, len, options, &code, &offset, context);
    if (re == NULL)
        fail(err, code);
    pcre2_compile_context_free(context);
    return re;
}

static void set_names(const pcre2_code *re, struct arena *arena, struct pyregex_match *out)
{
    uint32_t count = 0, size = 0;
    PCRE2_SPTR table = NULL;

    pcre2_pattern_info(re, PCRE2_INFO_NAMECOUNT, &count);
    pcre2_pattern_info(re, PCRE2_INFO_NAMEENTRYSIZE, &size);
    pcre2_pattern_info(re, PCRE2_INFO_NAMETABLE, &table);
    for (uint32_t i = 0; i < count; i++, table += size) {
        size_t group = (size_t)table[0] << 8 | table[1];
        if (group < out->count)
            out->groups[group].name = arena_strdup(arena, (const char *)table + 2);
    }
}

static void set_groups(const char *text, const PCRE2_SIZE *offsets, size_t pairs,
                       struct pyregex_match *out)
{
    memset(out, 0, sizeof *out);
    out->count = pairs < PYREGEX_GROUPS ? pairs : PYREGEX_GROUPS;
    for (size_t i = 0; i < out->count; i++) {
        PCRE2_SIZE start = offsets[2 * i], end = offsets[2 * i + 1];
        if (start != PCRE2_UNSET && end >= start)
            out->groups[i] = (struct pyregex_group){.s = text + start, .len = end - start};
    }
}

int pyregex_search(const char *pattern, size_t pattern_len, unsigned flags, const char *text,
                   size_t len, struct arena *arena, struct pyregex_match *out, struct err *err)
{
    struct work work = {0};
    pcre2_code *re = compile(pattern, pattern_len, flags, err);

    if (re == NULL)
        return -1;
    pcre2_match_data *data = pcre2_match_data_create_from_pattern(re, NULL);
    pcre2_match_context *context = pcre2_match_context_create(NULL);
    pcre2_set_heap_limit(context, HEAP_KIB);
    pcre2_set_callout(context, on_item, &work);
    int found = pcre2_match(re, (PCRE2_SPTR)text, len, 0, 0, data, context);
    if (found > 0) {
        set_groups(text, pcre2_get_ovector_pointer(data), pcre2_get_ovector_count(data), out);
        set_names(re, arena, out);
    } else if (found != PCRE2_ERROR_NOMATCH) {
        fail(err, found);
    }
    pcre2_match_context_free(context);
    pcre2_match_data_free(data);
    pcre2_code_free(re);
    return found > 0 ? 1 : found == PCRE2_ERROR_NOMATCH ? 0 : -1;
}

const struct pyregex_group *pyregex_named(const struct pyregex_match *match, const char *name)
{
    for (size_t i = 0; i < match->count; i++)
        if (match->groups[i].name != NULL && strcmp(match->groups[i].name, name) == 0)
            return &match->groups[i];
    return NULL;
}
