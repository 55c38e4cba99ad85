/* What a card says of who states that they made what was published. */
#include "report/card_contents.h"

#include "report/words.h"

#define COMMIT_SHOWN 12

static void say_publisher(const struct record *release, struct buf *seen)
{
    const char *workflow = record_text(release, "attested_workflow");

    words_say(seen, "signed by %s", card_word(release, "attested_by"));
    if (record_text(release, "attested_repository") != NULL)
        words_say(seen, " for %s", card_word(release, "attested_repository"));
    if (workflow != NULL)
        words_say(seen, " (%s)", workflow);
}

/* Where the commit stands that a run was started for. */
static enum mark say_commit(const struct record *release, struct buf *seen)
{
    static const struct {
        const char *relation, *words;
        enum mark mark;
    } places[] = {
        {"same", "the tagged one", MARK_GOOD},
        {"bumped", "the tagged one but for version and changelog", MARK_GOOD},
        {"ancestor", "before the tagged one", MARK_UNKNOWN},
        {"branch", "on the default branch", MARK_UNKNOWN},
        {"elsewhere", "to which neither this tag nor the default branch leads", MARK_BAD},
        {"unknown", "to which no tag and not the default branch leads", MARK_BAD},
    };
    const char *commit = record_text(release, "attested_commit");

    if (commit == NULL) {
        words_say(seen, ", no commit named");
        return MARK_UNKNOWN;
    }
    words_say(seen, ", commit %.*s", COMMIT_SHOWN, commit);
    for (size_t i = 0; i < sizeof places / sizeof *places; i++)
        if (record_is(release, "attested_relation", places[i].relation)) {
            words_say(seen, ", %s", places[i].words);
            return places[i].mark;
        }
    return MARK_UNKNOWN;
}

static enum mark say_invalid(const struct record *release, struct buf *seen)
{
    static const struct {
        const char *fault, *words;
    } faults[] = {
        {"signature", "the signature is not of the statement"},
        {"subject", "the statement speaks of another file"},
        {"window", "the certificate was not valid when the statement was logged"},
        {"chain", "none of the configured authorities stands behind the certificate"},
    };

    for (size_t i = 0; i < sizeof faults / sizeof *faults; i++)
        if (record_is(release, "attested_fault", faults[i].fault))
            words_say(seen, "invalid: %s", faults[i].words);
    return MARK_BAD;
}

static enum mark say_nothing(const struct record *release, struct buf *seen)
{
    const char *why = record_text(release, "provenance_unknown");

    if (why != NULL)
        words_say(seen, "%s", why);
    else
        words_say(seen, "%s",
                  record_text(release, "verdict") != NULL
                      ? "the index keeps no statements of who made it"
                      : "not looked at: scan --verify latest does");
    return MARK_UNKNOWN;
}

enum mark card_provenance(const struct card *card, struct buf *seen)
{
    const struct record *release = card->newest;

    if (record_text(release, "provenance") == NULL)
        return say_nothing(release, seen);
    if (record_is(release, "provenance", "invalid"))
        return say_invalid(release, seen);
    if (record_is(release, "provenance", "absent")) {
        words_say(seen, "none: no signed statement says who made it");
        return MARK_UNKNOWN;
    }
    say_publisher(release, seen);
    enum mark mark = say_commit(release, seen);
    if (record_is(release, "provenance", "partial")) {
        words_say(seen, "; none for %s", card_word(release, "provenance_absent"));
        return MARK_BAD;
    }
    if (record_is(release, "provenance", "unchecked-chain"))
        words_say(seen, "; nobody checked who stands behind it: [provenance] roots");
    return mark;
}
