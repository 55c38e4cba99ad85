/* How the commit came to be there. */
#include "remedy/gate_checks.h"

#include <inttypes.h>
#include <string.h>

void gate_check_review(struct gate *gate, struct gate_line *line)
{
    const struct gate_review *review = &gate->review;

    if (review->unknown != NULL) {
        gate_say(gate, line, MARK_UNKNOWN, "%s", review->unknown);
    } else if (review->pull.number == 0) {
        gate_say(gate, line, MARK_BAD, "no merged pull request brought %.12s in", gate->tree->head);
        gate_advise(gate, line, "Bring the release in by one, and let somebody else approve it");
    } else if (review->votes.objector != NULL) {
        gate_say(gate, line, MARK_BAD, "#%" PRId64 " was merged although %s asks for changes",
                 review->pull.number, review->votes.objector);
        gate_advise(gate, line, "gh pr view --comments %" PRId64, review->pull.number);
    } else if (review->votes.approver == NULL) {
        gate_say(gate, line, MARK_BAD, "#%" PRId64 " was merged, but nobody approved it",
                 review->pull.number);
        gate_advise(gate, line, "Let somebody else review it: gh pr view --web %" PRId64,
                    review->pull.number);
    } else if (review->votes.of_head == 0) {
        gate_say(gate, line, MARK_BAD,
                 "#%" PRId64 " was approved by %s before its last push: what was merged nobody "
                 "approved",
                 review->pull.number, review->votes.approver);
        gate_advise(gate, line, "Let somebody else review it: gh pr view --web %" PRId64,
                    review->pull.number);
    } else if (review->votes.of_head < 0) {
        gate_say(gate, line, MARK_UNKNOWN,
                 "#%" PRId64 " was approved by %s, but of which commit nobody tells",
                 review->pull.number, review->votes.approver);
    } else {
        gate_say(gate, line, MARK_GOOD, "#%" PRId64 ", approved by %s", review->pull.number,
                 review->votes.approver);
    }
}

void gate_check_checks(struct gate *gate, struct gate_line *line)
{
    const struct review_checks *checks = &gate->checks.seen;

    if (gate->checks.unknown != NULL) {
        gate_say(gate, line, MARK_UNKNOWN, "%s", gate->checks.unknown);
    } else if (checks->failed != NULL) {
        gate_say(gate, line, MARK_BAD, "%s", checks->failed);
        gate_advise(gate, line, "gh run list --commit %s", gate->tree->head);
    } else if (checks->pending != NULL) {
        gate_say(gate, line, MARK_UNKNOWN, "%s has not ended yet", checks->pending);
        gate_advise(gate, line, "Wait for it: gh run list --commit %s", gate->tree->head);
    } else if (checks->passed == 0) {
        gate_say(gate, line, MARK_BAD, "no check ran on %.12s", gate->tree->head);
        gate_advise(gate, line, "Run the tests on what is released, on each push or pull request");
    } else {
        gate_say(gate, line, MARK_GOOD, "%zu passed", checks->passed);
    }
}

void gate_check_release(struct gate *gate, struct gate_line *line)
{
    const struct gate_release *release = &gate->release;
    const char *name = gate_tag_name(gate);

    if (gate_lacks_version(gate, line))
        return;
    if (release->unknown != NULL) {
        gate_say(gate, line, MARK_UNKNOWN, "%s", release->unknown);
    } else if (!release->found || release->draft) {
        gate_say(gate, line, MARK_BAD,
                 release->found ? "the release of %s is a draft: nobody sees it"
                                : "there is no release of %s on the forge",
                 name);
        gate_advise(gate, line,
                    release->found ? "gh release edit %s --draft=false"
                                   : "gh release create %s --verify-tag",
                    gate_word(gate, name));
    } else {
        gate_say(gate, line, MARK_GOOD, "of %s", name);
    }
}
