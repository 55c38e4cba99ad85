/* Where the tree is: in which repository, on which branch, below which tag. */
#include "remedy/gate_checks.h"

#include <string.h>

#include "base/text.h"
#include "facts/links.h"
#include "facts/pep440.h"

#define SHOWN 12 /* digits of a commit */

/* --- the repository -------------------------------------------------------------------------- */

static void judge_link(struct gate *gate, struct gate_line *line, const char *const *urls,
                       const char *const *labels, const char *who)
{
    const struct links_input input = {
        .repository = gate->remote.repository,
        .former = (const char *const *)gate->remote.former,
        .index_urls = urls,
        .index_labels = labels,
        .web_hosts = gate->web_hosts,
    };
    struct links_result link;

    links_judge(&input, gate->arena, &link);
    if (link.state == LINK_MUTUAL) {
        gate_say(gate, line, MARK_GOOD, "%s, as %s says (%s)", gate->remote.repository, who,
                 link.evidence);
    } else if (link.state == LINK_CONTRADICTED) {
        gate_say(gate, line, MARK_BAD, "%s: %s says that the source is %s", gate->remote.repository,
                 who, link.other);
        gate_advise(gate, line,
                    "Release from a clone of %s; if the project has moved, say so in "
                    "its metadata first",
                    link.other);
    } else {
        gate_say(gate, line, MARK_UNKNOWN, "%s: %s names no repository", gate->remote.repository,
                 who);
        gate_advise(gate, line, "Name it in the metadata: [project.urls] Repository = \"…\"");
    }
}

/* What the project's own files say has no labels: each counts as a home page does. */
static void judge_first(struct gate *gate, struct gate_line *line)
{
    const char *const *urls = gate->project->urls;
    size_t count = 0;

    while (urls != NULL && urls[count] != NULL)
        count++;
    const char **labels = arena_array(gate->arena, count + 1, sizeof *labels);
    for (size_t i = 0; i < count; i++)
        labels[i] = "";
    judge_link(gate, line, urls, labels, "the project, which is not on the index yet,");
}

void gate_check_repository(struct gate *gate, struct gate_line *line)
{
    const struct worktree_facts *tree = gate->tree;

    if (gate->remote.repository == NULL && tree->remote_url == NULL) {
        gate_say(gate, line, MARK_BAD, "this repository has no remote: nobody else has its source");
        gate_advise(gate, line, "git remote add origin URL && git push -u origin HEAD");
    } else if (gate->remote.repository == NULL) {
        gate_say(gate, line, MARK_UNKNOWN, "the remote %s is not on the forge: %s", tree->remote,
                 tree->remote_url);
        gate_advise(gate, line, "If it is, name its host: [github] git and web");
    } else if (gate->index.unknown != NULL) {
        gate_say(gate, line, MARK_UNKNOWN, "%s: %s", gate->remote.repository, gate->index.unknown);
    } else if (gate->index.document != NULL) {
        judge_link(gate, line, gate->index.document->urls, gate->index.document->url_labels,
                   "the index");
    } else {
        judge_first(gate, line);
    }
}

/* --- the branch ------------------------------------------------------------------------------ */

void gate_check_branch(struct gate *gate, struct gate_line *line)
{
    const struct gate_branch *unsure = NULL, *first = gate->branches;
    const char *remote = gate->tree->remote != NULL ? gate->tree->remote : "origin";

    for (size_t i = 0; i < gate->branch_count; i++) {
        const struct gate_branch *branch = &gate->branches[i];
        if (branch->reached == 1) {
            gate_say(gate, line, MARK_GOOD, "%.*s is on %s/%s%s", SHOWN, gate->tree->head, remote,
                     branch->name,
                     gate->remote.unknown != NULL ? ", as this clone last saw it" : "");
            return;
        }
        if (branch->reached < 0 && unsure == NULL)
            unsure = branch;
    }
    if (gate->branch_count == 0) {
        gate_say(gate, line, MARK_UNKNOWN, "which branch is the default one is not known here");
        gate_advise(gate, line, "git remote set-head %s --auto", gate_word(gate, remote));
    } else if (unsure != NULL) {
        gate_say(gate, line, MARK_UNKNOWN, "%s", unsure->unknown);
        if (gate->tree->shallow)
            gate_advise(gate, line, "git fetch --unshallow    (actions/checkout: fetch-depth: 0)");
        else
            gate_advise(gate, line, "git fetch %s", gate_word(gate, remote));
    } else {
        gate_say(gate, line, MARK_BAD, "%.*s is not on %s/%s", SHOWN, gate->tree->head, remote,
                 first->name);
        gate_advise(gate, line,
                    first->ahead ? "git push %s HEAD:%s"
                                 : "Merge it: git push %s HEAD and open a pull request to %s",
                    gate_word(gate, remote), gate_word(gate, first->name));
    }
}

/* --- the tag --------------------------------------------------------------------------------- */

/* The tag as the remote has it; NULL: it has not, or was not asked. */
static const struct gitwire_ref *remote_tag(const struct gate *gate, const char *name)
{
    const struct gitwire_refs *refs = gate->remote.refs;

    for (size_t i = 0; refs != NULL && i < refs->count; i++)
        if (text_starts_with(refs->refs[i].name, "refs/tags/") &&
            strcmp(refs->refs[i].name + strlen("refs/tags/"), name) == 0)
            return &refs->refs[i];
    return NULL;
}

/* One that is there without a message is made again, here and there. */
static void advise_tag(struct gate *gate, struct gate_line *line, const char *name, bool again)
{
    const char *remote = gate->tree->remote != NULL ? gate->tree->remote : "origin";
    const char *word = gate_word(gate, name);
    bool there = again && remote_tag(gate, name) != NULL;

    gate_advise(gate, line, "git tag -a%s %s -m %s && git push%s %s %s", again ? " -f" : "", word,
                gate_word(gate, arena_printf(gate->arena, "%s %s", gate->package, gate->version)),
                there ? " --force" : "", gate_word(gate, remote), word);
}

/* actions/checkout writes an annotated tag as a plain one: the remote knows better. */
static bool is_annotated(const struct gate *gate, const struct gate_tag *tag)
{
    const struct gitwire_ref *there = remote_tag(gate, tag->name);

    return tag->annotated || (there != NULL && tag->commit != NULL && there->peeled[0] != '\0' &&
                              strcmp(there->peeled, tag->commit) == 0);
}

static void lacks_tag(struct gate *gate, struct gate_line *line)
{
    const char *name = gate_tag_name(gate);

    if (remote_tag(gate, name) != NULL) {
        gate_say(gate, line, MARK_BAD, "%s is on the remote, but not in this clone", name);
        gate_advise(gate, line, "git fetch %s tag %s", gate_word(gate, gate->tree->remote),
                    gate_word(gate, name));
        return;
    }
    if (gate->tag != NULL)
        gate_say(gate, line, MARK_BAD, "there is no tag %s", gate->tag);
    else
        gate_say(gate, line, MARK_BAD, "no tag denotes %s", gate->version);
    advise_tag(gate, line, name, false);
}

void gate_check_tag(struct gate *gate, struct gate_line *line)
{
    const struct gate_tag *tag = gate_tag(gate);

    if (gate_lacks_version(gate, line))
        return;
    if (tag == NULL || !tag->here) {
        lacks_tag(gate, line);
    } else if (tag->commit == NULL) {
        gate_say(gate, line, MARK_BAD, "%s leads to no commit", tag->name);
    } else if (tag->version == NULL) {
        gate_say(gate, line, MARK_BAD, "%s denotes no version of %s", tag->name, gate->package);
        gate_advise(gate, line, "How its tags begin, tag_prefix of [[override]] can say");
    } else if (pep440_compare(tag->version, gate->version) != 0) {
        gate_say(gate, line, MARK_BAD, "%s denotes %s, not %s", tag->name, tag->version,
                 gate->version);
    } else if (strcmp(tag->commit, gate->tree->head) != 0) {
        gate_say(gate, line, MARK_BAD, "%s is at %.*s, but HEAD is at %.*s", tag->name, SHOWN,
                 tag->commit, SHOWN, gate->tree->head);
        gate_advise(gate, line, "git switch --detach %s    (publish what is tagged)",
                    gate_word(gate, tag->name));
    } else if (!is_annotated(gate, tag)) {
        gate_say(gate, line, MARK_BAD, "%s is not annotated: it says neither who nor when",
                 tag->name);
        if (gate->published)
            gate_advise(gate, line, "A tag that was published stays: make the next one with -a");
        else
            advise_tag(gate, line, tag->name, true);
    } else {
        gate_say(gate, line, MARK_GOOD, "%s at %.*s", tag->name, SHOWN, tag->commit);
    }
}

void gate_check_pushed(struct gate *gate, struct gate_line *line)
{
    const struct gate_tag *tag = gate_tag(gate);
    const char *remote = gate->tree->remote != NULL ? gate->tree->remote : "origin";

    if (gate_lacks_version(gate, line))
        return;
    const char *name = gate_tag_name(gate);
    const struct gitwire_ref *there = remote_tag(gate, name);
    if (gate->remote.unknown != NULL) {
        gate_say(gate, line, MARK_UNKNOWN, "%s", gate->remote.unknown);
    } else if (there == NULL) {
        gate_say(gate, line, MARK_BAD, "%s is not on %s", name, remote);
        gate_advise(gate, line, "git push %s %s", gate_word(gate, remote), gate_word(gate, name));
    } else if (tag != NULL && tag->here && strcmp(there->oid, tag->oid) != 0 &&
               (tag->commit == NULL || strcmp(there->peeled, tag->commit) != 0)) {
        gate_say(gate, line, MARK_BAD, "%s has another %s: %.*s, here it is %.*s", remote, name,
                 SHOWN, there->oid, SHOWN, tag->oid);
        gate_advise(gate, line, "git fetch --force %s tag %s    (a tag that was published stays)",
                    gate_word(gate, remote), gate_word(gate, name));
    } else {
        gate_say(gate, line, MARK_GOOD, "%s has it: %.*s", remote, SHOWN, there->oid);
    }
}
