#include "facts/tags.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "facts/tags_judge.h"
#include "facts/tags_said.h"

struct tag_number {
    const char *s;
    size_t len;
};

/* --- marks that move ------------------------------------------------------------------------- */

/* The number at the front of a release; 0 behind its end. Takes it off. */
static struct tag_number next_number(const char **release)
{
    struct tag_number number = {*release, strspn(*release, "0123456789")};

    *release += number.len;
    if (**release == '.' && isdigit((unsigned char)(*release)[1]))
        ++*release;
    return number.len > 0 ? number : (struct tag_number){"0", 1};
}

/* Whether the entry ("1.2") is the line of releases that the version ("1.2.5") is of. */
static bool is_line_of(const struct tag_entry *entry, const struct tag_version *version)
{
    const char *line = entry->version->normal, *release = version->normal;

    if (entry->version->prerelease || version->refused ||
        tag_version_compare(version, entry->version) <= 0)
        return false;
    for (size_t i = 0; i < entry->components; i++) {
        struct tag_number one = next_number(&line), other = next_number(&release);
        if (one.len != other.len || memcmp(one.s, other.s, one.len) != 0)
            return false;
    }
    return isdigit((unsigned char)*release);
}

/* "v1.1.0" stays what it is where the index has 1.1.0; "v1.1" may go along with 1.1.1. */
static bool is_as_written(const struct tag_verdict *verdict, const struct tag_entry *entry)
{
    return verdict->release != NULL &&
           tag_components(verdict->release->input->version) == entry->components;
}

struct marks {
    const struct tag_table *table;
    const struct tag_package *package;
    const struct tag_verdicts *verdicts;
};

static int by_commit(const void *a, const void *b, void *ctx)
{
    const struct marks *marks = ctx;
    const struct tag_entry *left = &marks->table->entries[((const struct tag_verdict *)a)->entry],
                           *right = &marks->table->entries[((const struct tag_verdict *)b)->entry];
    int order = strcmp(marks->table->tags[left->tag].commit, marks->table->tags[right->tag].commit);

    return order != 0
               ? order
               : (left->components > right->components) - (left->components < right->components);
}

/* 17.0.0 and 17.0.0.1 may be made of one commit: a mark that moved on has left its own release,
   with another tag or without any, behind. */
static bool is_release_by_itself(const struct marks *marks, const struct tag_verdict *verdict)
{
    const struct tag_entry *entries = marks->table->entries, *entry = &entries[verdict->entry];
    const struct tags_tag *tags = marks->table->tags;

    if (!is_as_written(verdict, entry) || !tags_near(&tags[entry->tag], verdict->release))
        return false;
    for (size_t i = 0; i < marks->verdicts->count; i++) {
        const struct tag_entry *other = &entries[marks->verdicts->items[i].entry];
        if (other->version == entry->version &&
            strcmp(tags[other->tag].commit, tags[entry->tag].commit) != 0)
            return false;
    }
    return true;
}

/* "v1.2" that goes along with every 1.2.N: its tree declares such a release, or, where no tree
   tells, the commit is also tagged as one (the next one in the order by commit). */
static bool moves(const struct marks *marks, const struct tag_verdict *verdict,
                  const struct tag_verdict *next)
{
    const struct tag_table *table = marks->table;
    const struct tag_entry *entry = &table->entries[verdict->entry];
    const struct tag_declared *declared = tag_declared_at(marks->package, entry->tag);

    if (verdict->tree == TREE_AGREES)
        return false;
    if (verdict->tree == TREE_DIFFERS)
        return is_line_of(entry, declared->version) &&
               tag_release_of(marks->package, declared->version) != NULL;
    if (next == NULL || is_release_by_itself(marks, verdict))
        return false;
    const struct tag_entry *other = &table->entries[next->entry];
    return strcmp(table->tags[entry->tag].commit, table->tags[other->tag].commit) == 0 &&
           is_line_of(entry, other->version);
}

static void drop_moving(const struct marks *marks, struct tag_verdict *verdicts, size_t *count)
{
    size_t kept = 0;

    qsort_r(verdicts, *count, sizeof *verdicts, by_commit, (void *)marks);
    for (size_t i = 0; i < *count; i++) {
        /* the last of the commit has the most components */
        const struct tag_verdict *next = i + 1 < *count ? &verdicts[i + 1] : NULL;
        if (!moves(marks, &verdicts[i], next))
            verdicts[kept++] = verdicts[i];
    }
    *count = kept;
}

/* --- order ----------------------------------------------------------------------------------- */

/* How far behind the commit the upload was; commits after it come last, the nearest first. */
static uint64_t distance(const struct tag_verdict *verdict, const struct tags_tag *tag)
{
    const struct tag_release *release = verdict->release;

    if (release == NULL || release->input->uploaded_at == CLOCK_UNKNOWN ||
        tag->time == CLOCK_UNKNOWN)
        return UINT64_MAX;
    uint64_t upload = (uint64_t)release->input->uploaded_at, commit = (uint64_t)tag->time;
    return release->input->uploaded_at >= tag->time ? (upload - commit) >> 1
                                                    : ((commit - upload) >> 1) | 1ULL << 63;
}

static int by_preference(const void *a, const void *b, void *ctx)
{
    const struct tag_table *table = ctx;
    const struct tag_verdict *left = a, *right = b;
    const struct tag_entry *one = &table->entries[left->entry],
                           *two = &table->entries[right->entry];
    const struct tags_tag *tag = &table->tags[one->tag], *other = &table->tags[two->tag];

    if (one->version != two->version)
        return tag_version_compare(one->version, two->version);
    if ((left->tree == TREE_AGREES) != (right->tree == TREE_AGREES))
        return left->tree == TREE_AGREES ? -1 : 1;
    if (left->said != right->said)
        return left->said ? -1 : 1;
    uint64_t here = distance(left, tag), there = distance(right, other);
    if (here != there)
        return here < there ? -1 : 1;
    if (is_as_written(left, one) != is_as_written(right, two))
        return is_as_written(left, one) ? -1 : 1;
    size_t len = strlen(tag->name), other_len = strlen(other->name);
    if (len != other_len)
        return len < other_len ? -1 : 1;
    int order = strcmp(tag->name, other->name);
    return order != 0 ? order : (left->entry > right->entry) - (left->entry < right->entry);
}

/* --- all of it ------------------------------------------------------------------------------- */

struct output {
    struct arena *arena;
    struct tags_match *items;
    size_t count, size;
};

static void put(struct output *out, const struct tag_table *table, size_t package,
                const struct tag_verdicts *verdicts)
{
    const struct tag_entry *before = NULL;

    for (size_t i = 0; i < verdicts->count; i++) {
        const struct tag_verdict *verdict = &verdicts->items[i];
        const struct tag_entry *entry = &table->entries[verdict->entry];
        bool first = before == NULL || before->version != entry->version;
        /* two readings of one tag that agree are one match */
        if (!first && before->tag == entry->tag)
            continue;
        before = entry;
        out->items = mem_grow(out->items, out->count, &out->size, sizeof *out->items);
        out->items[out->count++] = (struct tags_match){
            .package = package,
            .tag = entry->tag,
            .version = entry->version->normal,
            .how = verdict->how,
            .preferred = first,
        };
    }
}

static void judge_package(struct tag_table *table, size_t index, struct tag_verdicts *verdicts)
{
    const struct marks marks = {table, &table->packages[index], verdicts};

    tags_judge(table, index, verdicts);
    if (verdicts->count == 0)
        return;
    drop_moving(&marks, verdicts->items, &verdicts->count);
    qsort_r(verdicts->items, verdicts->count, sizeof *verdicts->items, by_preference, table);
}

size_t tags_match(const struct tags_tag *tags, size_t tag_count,
                  const struct tags_package *packages, size_t package_count, struct arena *arena,
                  struct tags_match **out)
{
    struct tag_verdicts *verdicts = mem_array(package_count, sizeof *verdicts);
    struct output output = {.arena = arena};
    struct tag_table table;
    size_t left = TAGS_SAID_MATCHES;

    tag_table_init(&table, tags, tag_count, packages, package_count, arena);
    for (size_t i = 0; i < package_count; i++)
        tags_said(&table, i, &left);
    for (int published = 0; published < 2; published++)
        for (size_t i = 0; i < package_count; i++)
            if ((packages[i].release_count > 0) == published)
                judge_package(&table, i, &verdicts[i]);
    for (size_t i = 0; i < package_count; i++) {
        put(&output, &table, i, &verdicts[i]);
        free(verdicts[i].items);
    }
    *out = arena_array(arena, output.count, sizeof **out);
    if (output.count > 0)
        memcpy(*out, output.items, output.count * sizeof **out);
    free(output.items);
    free(verdicts);
    tag_table_release(&table);
    return output.count;
}
