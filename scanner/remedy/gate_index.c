/* What users get today. */
#include "remedy/gate_checks.h"

#include <string.h>

#include "base/clock.h"
#include "facts/pep440.h"

/* Says that nobody looked, or that there is nothing to look at: true then. */
static bool is_answered(struct gate *gate, struct gate_line *line)
{
    if (gate_lacks_version(gate, line))
        return true;
    if (gate->index.unknown != NULL)
        gate_say(gate, line, MARK_UNKNOWN, "%s", gate->index.unknown);
    else if (gate->index.document == NULL)
        gate_say(gate, line, MARK_GOOD, "%s does not have %s yet: this is its first release",
                 gate->index.url, gate->package);
    return line->seen != NULL;
}

/* The newest that V has to be above: of pre-releases, only where V is one. */
static const struct index_release *newest(const struct gate *gate)
{
    const struct index_document *document = gate->index.document;
    bool all = pep440_is_prerelease(gate->version, strlen(gate->version));

    for (size_t i = document->release_count; i-- > 0;) {
        const char *version = document->releases[i].version;
        size_t len = strlen(version);
        if (pep440_valid(version, len) && (all || !pep440_is_prerelease(version, len)) &&
            pep440_compare(version, gate->version) != 0)
            return &document->releases[i];
    }
    return NULL;
}

/* Whether HEAD is on a branch that releases of earlier lines are made from. */
static const char *release_branch(const struct gate *gate)
{
    for (size_t i = 0; i < gate->branch_count; i++)
        if (gate->branches[i].release && gate->branches[i].reached == 1)
            return gate->branches[i].name;
    return NULL;
}

void gate_check_newest(struct gate *gate, struct gate_line *line)
{
    const struct index_release *last;
    const char *branch = release_branch(gate);

    if (is_answered(gate, line))
        return;
    last = newest(gate);
    if (last == NULL) {
        gate_say(gate, line, MARK_GOOD, "the index has no other version of %s", gate->package);
    } else if (pep440_compare(gate->version, last->version) > 0) {
        gate_say(gate, line, MARK_GOOD, "follows %s", last->version);
    } else if (branch != NULL) {
        gate_say(gate, line, MARK_GOOD, "older than %s, but %s is a release branch", last->version,
                 branch);
    } else {
        gate_say(gate, line, MARK_BAD, "the index has %s, which is newer than %s", last->version,
                 gate->version);
        gate_advise(gate, line,
                    "Choose a version above %s, or release from a branch that [gate] branches "
                    "names",
                    last->version);
    }
}

static void say_used(struct gate *gate, struct gate_line *line, const struct index_release *release)
{
    char at[CLOCK_TEXT] = "";

    if (release->uploaded_at != CLOCK_UNKNOWN)
        clock_format(release->uploaded_at, at);
    gate_say(gate, line, MARK_BAD, "the index has %s already%s%.10s%s", release->version,
             at[0] != '\0' ? ", since " : "", at,
             release->file_count == 0 ? " (without files: they were deleted)" : "");
    gate_advise(gate, line, "A version is published once: choose the next one");
}

static const struct index_release *find_listed(const struct gate *gate)
{
    const struct index_document *document = gate->index.document;

    for (size_t i = 0; document != NULL && i < document->release_count; i++)
        if (pep440_compare(document->releases[i].version, gate->version) == 0)
            return &document->releases[i];
    return NULL;
}

/* What a scan saw there was published, whether or not it can be asked for today. */
static void say_past(struct gate *gate, struct gate_line *line)
{
    const struct gate_past *past = &gate->past;

    gate_say(gate, line, MARK_BAD, "the index had %s on %s, as %s knows%s", past->version,
             past->last_seen, past->database,
             gate->index.unknown == NULL ? ": it was deleted since" : "");
    gate_advise(gate, line, "A version is published once: choose the next one");
}

static void say_unlisted(struct gate *gate, struct gate_line *line)
{
    const struct gate_past *past = &gate->past;

    if (past->unknown != NULL)
        gate_say(gate, line, MARK_UNKNOWN,
                 "the index does not list %s; whether a scan saw it there is not known: %s",
                 gate->version, past->unknown);
    else if (past->database != NULL)
        gate_say(gate, line, MARK_GOOD, "the index does not list %s, and %s never saw it there",
                 gate->version, past->database);
    else
        gate_say(
            gate, line, MARK_GOOD,
            "the index does not list %s (of a release that was deleted whole it tells nothing)",
            gate->version);
}

void gate_check_unused(struct gate *gate, struct gate_line *line)
{
    const struct index_release *listed;

    if (gate_lacks_version(gate, line))
        return;
    if ((listed = find_listed(gate)) != NULL)
        say_used(gate, line, listed);
    else if (gate->past.version != NULL)
        say_past(gate, line);
    else if (is_answered(gate, line))
        return;
    else if (gate->index.document->incomplete)
        gate_say(gate, line, MARK_UNKNOWN, "%s", gate->index.document->note);
    else
        say_unlisted(gate, line);
}
