#include "facts/tags_said.h"

#include <ctype.h>
#include <string.h>

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

#include "facts/pep440.h"

#define PATTERN_MAX  4096
#define NESTING_MAX  50
#define STEPS_MAX    3000 /* of one match; tags are short */
#define HEAP_KIB     1024
#define FAILURES_MAX 16

/* --- a prefix -------------------------------------------------------------------------------- */

static void said_prefix(struct tag_table *table, struct tag_package *package)
{
    const char *prefix = package->input->tag_prefix;
    char key[TAG_NAME_MAX + 2] = {'0' + TAG_PLAIN};
    size_t len = strlen(prefix);
    const struct tag_scheme *scheme;

    if (len > TAG_NAME_MAX)
        return;
    for (size_t i = 0; i < len; i++)
        key[i + 1] = (char)tolower((unsigned char)prefix[i]);
    HASH_FIND(hh, table->schemes, key, len + 1, scheme);
    for (size_t i = 0; scheme != NULL && i < scheme->entries.count; i++)
        tag_list_add(&package->said, scheme->entries.items[i]);
}

/* --- an expression --------------------------------------------------------------------------- */

struct expression {
    pcre2_code *code;
    pcre2_match_data *data;
    pcre2_match_context *context;
    int version;   /* the group */
    bool anything; /* it reads a version behind any prefix, so it says nothing about prefixes */
};

static int version_group(const pcre2_code *code)
{
    int named = pcre2_substring_number_from_name(code, (PCRE2_SPTR) "version");
    uint32_t groups = 0;

    pcre2_pattern_info(code, PCRE2_INFO_CAPTURECOUNT, &groups);
    return named > 0 ? named : groups == 1 ? 1 : -1;
}

/* 1 and the version's place, 0, or -1 when it cost too much. As Python's re.match. */
static int match(const struct expression *re, const char *text, size_t *start, size_t *end)
{
    int found = pcre2_match(re->code, (PCRE2_SPTR)text, strlen(text), 0, PCRE2_ANCHORED, re->data,
                            re->context);
    const PCRE2_SIZE *at = pcre2_get_ovector_pointer(re->data) + 2 * re->version;

    if (found <= 0)
        return found == PCRE2_ERROR_NOMATCH ? 0 : -1;
    if (re->version >= found || at[0] == PCRE2_UNSET || at[1] < at[0])
        return 0;
    *start = at[0];
    *end = at[1];
    return 1;
}

static bool expression_init(struct expression *re, const char *pattern)
{
    static const char probe[] = "qzxq-1.2.3";
    pcre2_compile_context *limits = pcre2_compile_context_create(NULL);
    PCRE2_SIZE offset, start, end;
    int code;

    *re = (struct expression){0};
    pcre2_set_max_pattern_length(limits, PATTERN_MAX);
    pcre2_set_parens_nest_limit(limits, NESTING_MAX);
    re->code = pcre2_compile((PCRE2_SPTR)pattern, PCRE2_ZERO_TERMINATED, PCRE2_NEVER_BACKSLASH_C,
                             &code, &offset, limits);
    pcre2_compile_context_free(limits);
    if (re->code == NULL)
        return false;
    re->data = pcre2_match_data_create_from_pattern(re->code, NULL);
    re->context = pcre2_match_context_create(NULL);
    pcre2_set_match_limit(re->context, STEPS_MAX);
    pcre2_set_depth_limit(re->context, STEPS_MAX);
    pcre2_set_heap_limit(re->context, HEAP_KIB);
    re->version = version_group(re->code);
    re->anything = re->version > 0 && match(re, probe, &start, &end) > 0 &&
                   strcmp(probe + start, "1.2.3") == 0;
    return re->version > 0;
}

static void expression_release(struct expression *re)
{
    pcre2_match_context_free(re->context);
    pcre2_match_data_free(re->data);
    pcre2_code_free(re->code);
}

static size_t find_entry(const struct tag_table *table, size_t tag,
                         const struct tag_version *version)
{
    size_t entry = table->first[tag];

    while (entry != TAG_NONE && table->entries[entry].version != version)
        entry = table->entries[entry].next;
    return entry;
}

static void said_version(struct tag_table *table, size_t index, size_t tag,
                         const struct tag_reading *reading)
{
    struct tag_version *version =
        tag_table_version(table, reading->version, strlen(reading->version), true);
    size_t entry = find_entry(table, tag, version);

    if (entry == TAG_NONE) {
        entry = tag_table_add(table, tag, reading);
        table->entries[entry].owner = index;
    }
    tag_list_add(&table->packages[index].said, entry);
}

/* Whether the expression knows this prefix, or would take any. */
static bool knows_prefix(const struct expression *re, const char *prefix, size_t len)
{
    struct tag_prefix read;

    tag_prefix_read(prefix, len, &read);
    return !re->anything || (read.plain && !read.foreign);
}

static void said_expression(struct tag_table *table, size_t index, size_t *left)
{
    struct expression re;
    int failures = 0;

    if (expression_init(&re, table->packages[index].input->tag_regex))
        for (size_t i = 0; i < table->tag_count && *left != 0 && failures < FAILURES_MAX; i++) {
            const char *name = table->tags[i].name;
            size_t start, end;
            if (strnlen(name, TAG_NAME_MAX + 1) > TAG_NAME_MAX)
                continue;
            --*left;
            int found = match(&re, name, &start, &end);
            failures += found < 0;
            if (found <= 0 || !pep440_valid(name + start, end - start) ||
                !knows_prefix(&re, name, start))
                continue;
            said_version(table, index, i,
                         &(struct tag_reading){
                             .prefix = start,
                             .version = arena_strndup(table->arena, name + start, end - start)});
        }
    expression_release(&re);
}

void tags_said(struct tag_table *table, size_t index, size_t *left)
{
    struct tag_package *package = &table->packages[index];

    if (package->input->tag_prefix != NULL)
        said_prefix(table, package);
    if (package->input->tag_regex != NULL)
        said_expression(table, index, left);
    package->speaks = package->said.count > 0;
}
