/* What the tree itself says. */
#include "remedy/gate_checks.h"

#include <string.h>

#include "base/clock.h"
#include "facts/pep440.h"

void gate_check_clean(struct gate *gate, struct gate_line *line)
{
    const struct worktree_status *status = gate->status;
    const char *shown[WORKTREE_KINDS];

    if (gate->status_unknown != NULL) {
        gate_say(gate, line, MARK_UNKNOWN, "%s", gate->status_unknown);
        return;
    }
    for (int i = 0; i < WORKTREE_KINDS; i++)
        shown[i] = gate_names(gate, status->names[i], WORKTREE_NAMED, status->counts[i]);
    if (status->counts[WORKTREE_CHANGED] > 0) {
        gate_say(gate, line, MARK_BAD, "changed and not committed: %s", shown[WORKTREE_CHANGED]);
        gate_advise(gate, line, "git stash    (or commit it)");
        line->file = status->names[WORKTREE_CHANGED][0];
    } else if (status->counts[WORKTREE_HIDDEN] > 0) {
        gate_say(gate, line, MARK_UNKNOWN, "marked as unchanged, so that git does not look: %s",
                 shown[WORKTREE_HIDDEN]);
        gate_advise(gate, line, "git update-index --no-assume-unchanged %s",
                    gate_word(gate, status->names[WORKTREE_HIDDEN][0]));
    } else if (status->counts[WORKTREE_UNSURE] > 0) {
        gate_say(gate, line, MARK_UNKNOWN, "only a filter of git tells whether these changed: %s",
                 shown[WORKTREE_UNSURE]);
        gate_advise(gate, line, "git status    (it runs the filters that .gitattributes names)");
    } else if (status->counts[WORKTREE_UNTRACKED] > 0) {
        gate_say(gate, line, MARK_GOOD, "clean; not tracked, so a build may still take it: %s",
                 shown[WORKTREE_UNTRACKED]);
    } else {
        gate_say(gate, line, MARK_GOOD, "clean");
    }
}

/* --- the version ----------------------------------------------------------------------------- */

/* A place that states another version than V; NULL. */
static const struct gate_statement *find_other(const struct gate *gate)
{
    for (size_t i = 0; i < gate->statement_count; i++)
        if (pep440_compare(gate->statements[i].version, gate->version) != 0)
            return &gate->statements[i];
    return NULL;
}

static void say_other(struct gate *gate, struct gate_line *line, const char *origin,
                      const char *version)
{
    gate_say(gate, line, MARK_BAD, "%s states %s, not %s", origin, version, gate->version);
    gate_place(gate, line, origin);
    gate_advise(gate, line, "Set it to %s and commit that, or say --version %s", gate->version,
                version);
}

static void judge_stated(struct gate *gate, struct gate_line *line)
{
    const struct project *project = gate->project;
    const struct gate_statement *other = find_other(gate);

    if (pep440_compare(project->version, gate->version) != 0) {
        say_other(gate, line, project->origin, project->version);
    } else if (project->reason != NULL) {
        gate_say(gate, line, MARK_BAD, "%s states %s, but %s", project->origin, project->version,
                 project->reason);
        gate_place(gate, line, project->origin);
        gate_advise(gate, line, "Let one place state it, or all of them the same");
    } else if (other != NULL) {
        say_other(gate, line, other->origin, other->version);
    } else {
        const char *also = "";
        for (size_t i = 0; i < gate->statement_count; i++)
            also = arena_printf(gate->arena, "%s, %s", also, gate->statements[i].origin);
        gate_say(gate, line, MARK_GOOD, "%s (%s%s)", project->version, project->origin, also);
    }
}

void gate_check_declared(struct gate *gate, struct gate_line *line)
{
    const struct project *project = gate->project;
    const struct gate_statement *other;

    if (gate_lacks_version(gate, line))
        return;
    switch (project->kind) {
    case DECLARED_STATIC:
    case DECLARED_DYNAMIC:
        judge_stated(gate, line);
        break;
    case DECLARED_VCS:
        if ((other = find_other(gate)) != NULL)
            say_other(gate, line, other->origin, other->version);
        else
            gate_say(gate, line, MARK_GOOD, "comes from the tag (%s)", project->origin);
        break;
    default:
        gate_say(gate, line, MARK_UNKNOWN, "%s%s%s",
                 project->origin != NULL ? project->origin : "the project",
                 project->origin != NULL ? ": " : " states none: ",
                 project->reason != NULL ? project->reason : "it states no version");
        gate_place(gate, line, project->origin);
        gate_advise(gate, line, "Where the version stands, version_source of [[override]] can say");
    }
}

void gate_check_version(struct gate *gate, struct gate_line *line)
{
    struct buf normal = BUF_INIT(2 * PEP440_MAX);

    if (gate_lacks_version(gate, line)) {
        gate_advise(gate, line, "Say it: --version VERSION, or --tag TAG");
        return;
    }
    if (pep440_normal(gate->version, strlen(gate->version), &normal) != 0) {
        gate_say(gate, line, MARK_BAD, "%s (%s) is no version: PEP 440 refuses it", gate->version,
                 gate->wanted);
        gate_advise(gate, line, "Choose one that indexes take, as 1.2.0 or 1.2.0rc1");
    } else if (strcmp(buf_str(&normal), gate->version) != 0) {
        gate_say(gate, line, MARK_BAD, "%s (%s) is spelled %s in its normal form", gate->version,
                 gate->wanted, buf_str(&normal));
        gate_advise(gate, line, "Write %s", buf_str(&normal));
    } else if (strchr(gate->version, '+') != NULL) {
        gate_say(gate, line, MARK_BAD, "%s (%s) is a local version, which indexes refuse",
                 gate->version, gate->wanted);
        gate_advise(gate, line, "Leave out what follows the +");
    } else {
        gate_say(gate, line, MARK_GOOD, "%s (%s)", gate->version, gate->wanted);
    }
    if (line->mark == MARK_BAD && gate->project->version != NULL)
        gate_place(gate, line, gate->project->origin);
    buf_release(&normal);
}

/* --- what goes with it ----------------------------------------------------------------------- */

static void advise_entry(struct gate *gate, struct gate_line *line, const char *path)
{
    char today[CLOCK_TEXT];

    clock_format(clock_now(), today);
    gate_advise(gate, line, "Say in %s what is new, below a heading: %s - %.10s", path,
                gate->version, today);
}

void gate_check_changelog(struct gate *gate, struct gate_line *line)
{
    const struct gate_changelog *log = &gate->changelog;
    const struct changelog_entry *entry = log->entry;

    if (gate_lacks_version(gate, line))
        return;
    line->file = log->path;
    line->line = entry != NULL ? entry->line : 0;
    if (log->unknown != NULL) {
        gate_say(gate, line, MARK_UNKNOWN, "%s", log->unknown);
        return;
    }
    if (entry == NULL) {
        gate_say(
            gate, line, MARK_BAD, "%s%s%s", log->path == NULL ? "there is no changelog" : log->path,
            log->path == NULL ? "" : " has no entry for ", log->path == NULL ? "" : gate->version);
        advise_entry(gate, line, log->path != NULL ? log->path : "CHANGELOG.md");
    } else if (entry->empty && !log->whole) {
        gate_say(gate, line, MARK_BAD, "%s:%zu: the entry for %s is empty", log->path, entry->line,
                 gate->version);
        advise_entry(gate, line, log->path);
    } else if (entry->date == NULL && !log->whole) {
        gate_say(gate, line, MARK_BAD, "%s:%zu: the entry for %s has no date", log->path,
                 entry->line, gate->version);
        advise_entry(gate, line, log->path);
    } else if (log->whole) {
        gate_say(gate, line, MARK_GOOD, "%s", log->path);
    } else {
        gate_say(gate, line, MARK_GOOD, "%s:%zu, of %s", log->path, entry->line, entry->date);
    }
}

void gate_check_licence(struct gate *gate, struct gate_line *line)
{
    const struct gate_licence *licence = &gate->licence;

    if (licence->missing != NULL && licence->missing[0] != NULL) {
        size_t count = 0;
        while (licence->missing[count] != NULL)
            count++;
        gate_say(gate, line, MARK_BAD, "the metadata name what is not there: %s",
                 gate_names(gate, licence->missing, count, count));
        gate_advise(gate, line, "Add it, or correct license-files in the metadata");
    } else if (licence->unknown != NULL) {
        gate_say(gate, line, MARK_UNKNOWN, "%s", licence->unknown);
    } else if (licence->path != NULL) {
        gate_say(gate, line, MARK_GOOD, "%s%s%s", licence->path,
                 gate->project->licence != NULL ? ", declared as " : "",
                 gate->project->licence != NULL ? gate->project->licence : "");
    } else if (gate->project->licence != NULL) {
        gate_say(gate, line, MARK_BAD, "%s is declared, but there is no licence file",
                 gate->project->licence);
        gate_advise(gate, line, "Add its text as LICENSE");
    } else {
        gate_say(gate, line, MARK_GOOD, "none is declared");
    }
}
