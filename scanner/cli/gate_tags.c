#include "cli/gate_call.h"

#include <string.h>

#include "base/clock.h"
#include "base/text.h"
#include "facts/pep440.h"
#include "facts/tags.h"

/* Which tags of the clone denote versions of the package, and so which version this is. */

#define PREFIX       "refs/tags/"
#define PACKAGES_MAX 2000
#define READ_MAX     20 /* newest tags whose trees are read for what they declare */

struct matching {
    struct gate_call *call;
    struct tags_tag *tags;
    struct gate_tag *ours; /* beside them */
    size_t tag_count;
    struct tags_package *packages; /* the gate's first */
    size_t package_count, package_size;
};

/* --- what there is --------------------------------------------------------------------------- */

static void add_tag(struct matching *matching, const char *name, const char *oid)
{
    struct gate_call *call = matching->call;
    struct mirror_tag tag = {.annotated = false, .committed_at = CLOCK_UNKNOWN};
    struct err ignored;
    bool known = mirror_read_tag(worktree_mirror(call->worktree), oid, &tag, &ignored) == 0;
    const char *commit =
        known && tag.commit[0] != '\0' ? arena_strdup(&call->arena, tag.commit) : NULL;

    matching->tags[matching->tag_count] =
        (struct tags_tag){.name = name, .commit = commit, .time = tag.committed_at};
    matching->ours[matching->tag_count++] = (struct gate_tag){
        .name = name, .oid = oid, .commit = commit, .here = true, .annotated = tag.annotated};
}

/* The tag that was asked for is judged by its name even where the clone lacks it. */
static void list_tags(struct matching *matching)
{
    const struct gate_call *call = matching->call;
    const struct worktree_facts *tree = &call->tree;
    const char *asked = call->gate.tag;
    bool here = asked == NULL;

    matching->tags =
        arena_array(&matching->call->arena, tree->ref_count + 1, sizeof *matching->tags);
    matching->ours =
        arena_array(&matching->call->arena, tree->ref_count + 1, sizeof *matching->ours);
    for (size_t i = 0; i < tree->ref_count; i++) {
        const char *name = tree->refs[i].name + strlen(PREFIX);
        if (!text_starts_with(tree->refs[i].name, PREFIX))
            continue;
        bool is_asked = asked != NULL && strcmp(name, asked) == 0;
        here |= is_asked;
        if (is_asked || tags_is_candidate(name))
            add_tag(matching, name, tree->refs[i].oid);
    }
    if (here)
        return;
    matching->tags[matching->tag_count] =
        (struct tags_tag){.name = asked, .commit = tree->head, .time = CLOCK_UNKNOWN};
    matching->ours[matching->tag_count++] = (struct gate_tag){.name = asked, .commit = tree->head};
}

static void add_package(struct matching *matching, const struct project *project)
{
    if (matching->package_count == PACKAGES_MAX || project->normal == NULL)
        return;
    matching->packages[matching->package_count++] = (struct tags_package){
        .name = project->normal,
        .directory = project->directory,
        .tag_prefix = project->tag_prefix,
        .tag_prefix_only = project->tag_prefix_only,
        .tag_regex = project->tag_regex,
    };
}

/* The other projects of the repository: a tag that is theirs is not this one's. */
static int on_file(void *ctx, const struct levels_file *file)
{
    struct matching *matching = ctx;
    struct gate_call *call = matching->call;
    const char *slash = strrchr(file->path, '/');
    const char *directory =
        slash != NULL ? arena_strndup(&call->arena, file->path, (size_t)(slash - file->path)) : "";
    const struct project *project;

    if (!project_is_project_file(slash != NULL ? slash + 1 : file->path) ||
        project_is_candidate_directory(directory) || reader_ignores(call->reader, directory) ||
        reader_project(call->reader, call->tree.head, directory, &project, NULL) != SOURCE_FOUND ||
        project->normal == NULL)
        return 0;
    for (size_t i = 0; i < matching->package_count; i++)
        if (strcmp(matching->packages[i].name, project->normal) == 0)
            return 0;
    add_package(matching, project);
    return matching->package_count == PACKAGES_MAX;
}

/* --- what is known of ours ------------------------------------------------------------------- */

static void add_releases(struct matching *matching)
{
    const struct index_document *document = matching->call->gate.index.document;
    struct tags_package *package = &matching->packages[0];

    if (document == NULL)
        return;
    struct tags_release *releases =
        arena_array(&matching->call->arena, document->release_count, sizeof *releases);
    for (size_t i = 0; i < document->release_count; i++)
        releases[i] =
            (struct tags_release){document->releases[i].version, document->releases[i].uploaded_at};
    package->releases = releases;
    package->release_count = document->release_count;
}

/* The newest tag that was not read yet, HEAD's before all; SIZE_MAX. */
static size_t next_tag(const struct matching *matching, const bool *read)
{
    size_t best = SIZE_MAX;

    for (size_t i = 0; i < matching->tag_count; i++) {
        const struct tags_tag *tag = &matching->tags[i];
        if (read[i] || tag->commit == NULL)
            continue;
        if (strcmp(tag->commit, matching->call->tree.head) == 0)
            return i;
        if (best == SIZE_MAX || tag->time > matching->tags[best].time)
            best = i;
    }
    return best;
}

static void add_declared(struct matching *matching)
{
    struct gate_call *call = matching->call;
    struct tags_package *package = &matching->packages[0];
    struct tags_declared *declared = arena_array(&call->arena, READ_MAX, sizeof *declared);
    bool *read = arena_array(&call->arena, matching->tag_count, sizeof *read);
    const struct project *project;
    size_t at;

    for (size_t n = 0; n < READ_MAX && (at = next_tag(matching, read)) != SIZE_MAX; n++) {
        read[at] = true;
        if (reader_project(call->reader, matching->tags[at].commit, package->directory, &project,
                           NULL) != SOURCE_FOUND)
            continue;
        bool told = project->kind == DECLARED_STATIC || project->kind == DECLARED_DYNAMIC;
        declared[package->declared_count++] =
            (struct tags_declared){at, told ? project->version : NULL};
    }
    package->declared = declared;
}

/* --- what they denote ------------------------------------------------------------------------ */

static size_t find_tag(const struct matching *matching, const char *name)
{
    size_t i = 0;

    while (i < matching->tag_count && strcmp(matching->tags[i].name, name) != 0)
        i++;
    return i;
}

/* What the user says of a tag holds. */
static void overrule(struct matching *matching)
{
    const struct scan_options *options = &matching->call->scan.options;

    for (size_t i = 0; i < options->tag_count; i++) {
        const struct scan_tag *said = &options->tags[i];
        size_t at = find_tag(matching, said->tag);
        if (strcmp(said->package, matching->packages[0].name) != 0 || at == matching->tag_count)
            continue;
        for (size_t j = 0; j < matching->tag_count; j++)
            if (matching->ours[j].version != NULL &&
                pep440_compare(matching->ours[j].version, said->version) == 0)
                matching->ours[j].version = NULL;
        matching->ours[at].version = said->version;
    }
}

/* What stands before the version in the tag of the newest version that has one. */
static const char *find_prefix(struct matching *matching, const struct tags_match *matches,
                               size_t count)
{
    const struct gate_call *call = matching->call;
    const struct project *project = call->gate.project;

    for (size_t i = count; i-- > 0;) {
        const char *name = matching->tags[matches[i].tag].name;
        if (matches[i].package == 0 && matches[i].preferred &&
            matching->ours[matches[i].tag].here && text_ends_with(name, matches[i].version))
            return arena_strndup(&matching->call->arena, name,
                                 strlen(name) - strlen(matches[i].version));
    }
    if (project->tag_prefix != NULL)
        return project->tag_prefix;
    return matching->package_count > 1
               ? arena_printf(&matching->call->arena, "%s-v", call->gate.package)
               : "v";
}

/* The preferred of each version first, then what denotes nothing. */
static void keep(struct matching *matching, const struct tags_match *matches, size_t count)
{
    struct gate *gate = &matching->call->gate;
    struct gate_tag *tags = arena_array(&matching->call->arena, matching->tag_count, sizeof *tags);
    bool *kept = arena_array(&matching->call->arena, matching->tag_count, sizeof *kept);
    size_t n = 0;

    for (int preferred = 1; preferred >= 0; preferred--)
        for (size_t i = 0; i < count; i++)
            if (matches[i].package == 0 && matches[i].preferred == preferred &&
                !kept[matches[i].tag]) {
                kept[matches[i].tag] = true;
                tags[n++] = matching->ours[matches[i].tag];
            }
    for (size_t i = 0; i < matching->tag_count; i++)
        if (!kept[i])
            tags[n++] = matching->ours[i];
    gate->tags = tags;
    gate->tag_count = n;
}

/* --- V --------------------------------------------------------------------------------------- */

/* Of the tags at HEAD the one of the highest version. */
static const struct gate_tag *highest_here(const struct gate *gate)
{
    const struct gate_tag *best = NULL;

    for (size_t i = 0; i < gate->tag_count; i++) {
        const struct gate_tag *tag = &gate->tags[i];
        if (tag->version != NULL && tag->commit != NULL &&
            strcmp(tag->commit, gate->tree->head) == 0 &&
            (best == NULL || pep440_compare(tag->version, best->version) > 0))
            best = tag;
    }
    return best;
}

static void choose_version(struct gate *gate)
{
    const struct project *project = gate->project;
    const struct gate_tag *tag = NULL;

    if (gate->version != NULL)
        return;
    for (size_t i = 0; gate->tag != NULL && i < gate->tag_count; i++)
        if (strcmp(gate->tags[i].name, gate->tag) == 0 && gate->tags[i].version != NULL)
            tag = &gate->tags[i];
    if (tag == NULL && project->kind == DECLARED_VCS)
        tag = highest_here(gate);
    if (tag != NULL) {
        gate->version = tag->version;
        gate->wanted = arena_printf(gate->arena, "the tag %s", tag->name);
    } else if (project->kind == DECLARED_STATIC || project->kind == DECLARED_DYNAMIC) {
        gate->version = project->version;
        gate->wanted = project->origin;
    }
}

void gate_read_tags(struct gate_call *call)
{
    struct matching matching = {.call = call};
    struct tags_match *matches;

    matching.packages = arena_array(&call->arena, PACKAGES_MAX, sizeof *matching.packages);
    list_tags(&matching);
    add_package(&matching, call->gate.project);
    reader_walk(call->reader, call->tree.head, NULL, on_file, &matching, NULL);
    add_releases(&matching);
    add_declared(&matching);
    size_t count = tags_match(matching.tags, matching.tag_count, matching.packages,
                              matching.package_count, &call->arena, &matches);
    for (size_t i = 0; i < count; i++)
        if (matches[i].package == 0)
            matching.ours[matches[i].tag].version = matches[i].version;
    overrule(&matching);
    call->gate.tag_prefix = find_prefix(&matching, matches, count);
    keep(&matching, matches, count);
    choose_version(&call->gate);
}
