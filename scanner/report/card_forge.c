/* What a card says of what the forge knows: how the tagged commit came in, its checks, its release.
 */
#include "report/card_contents.h"

#include <inttypes.h>

#include "report/words.h"

/* Why it is not known: the forge was not asked, or did not tell. */
static enum mark say_unasked(const struct record *release, struct buf *seen)
{
    const char *why = record_text(release, "forge_unknown");

    if (!record_is(release, "tag_state", "known"))
        words_say(seen, "there is no tag to look at");
    else
        words_say(seen, "%s", why != NULL ? why : "not looked at: only the newest releases are");
    return MARK_UNKNOWN;
}

enum mark card_review(const struct card *card, struct buf *seen)
{
    const struct record *release = card->newest;
    const char *by = record_text(release, "approved_by");

    if (record_is(release, "pull_state", "absent")) {
        words_say(seen, "no merged pull request brought the tagged commit in");
        return MARK_BAD;
    }
    if (!record_is(release, "pull_state", "known"))
        return say_unasked(release, seen);
    words_say(seen, "#%" PRId64, record_integer(release, "pull", 0));
    if (record_text(release, "pull_author") != NULL)
        words_say(seen, " by %s", card_word(release, "pull_author"));
    if (record_text(release, "merged_by") != NULL)
        words_say(seen, ", merged by %s", card_word(release, "merged_by"));
    if (record_text(release, "reviewed") == NULL) {
        words_say(seen, "; who approved it is not known");
        return MARK_UNKNOWN;
    }
    if (record_is(release, "reviewed", "approved")) {
        words_say(seen, ", approved%s%s", by != NULL ? " by " : "", by != NULL ? by : "");
        return MARK_GOOD;
    }
    words_say(seen, "%s",
              record_is(release, "reviewed", "approved-earlier") ? ", approved before its last push"
              : record_is(release, "reviewed", "changes-requested")
                  ? ", although changes were asked for"
                  : ", approved by nobody else");
    return MARK_BAD;
}

enum mark card_forge_checks(const struct card *card, struct buf *seen)
{
    static const struct {
        const char *checks, *words;
        enum mark mark;
    } states[] = {
        {"success", "passed on the tagged commit", MARK_GOOD},
        {"failure", "failed on the tagged commit", MARK_BAD},
        {"pending", "had not ended on the tagged commit", MARK_UNKNOWN},
        {"absent", "none ran on the tagged commit", MARK_UNKNOWN},
    };

    for (size_t i = 0; i < sizeof states / sizeof *states; i++)
        if (record_is(card->newest, "checks", states[i].checks)) {
            words_say(seen, "%s", states[i].words);
            return states[i].mark;
        }
    return say_unasked(card->newest, seen);
}

enum mark card_forge_release(const struct card *card, struct buf *seen)
{
    const struct record *release = card->newest;

    if (record_is(release, "forge_release_state", "known")) {
        words_say(seen, "of %s", card_word(release, "tag"));
        if (record_text(release, "forge_released_at") != NULL) {
            words_say(seen, " on ");
            words_instant(seen, record_text(release, "forge_released_at"));
        }
        return MARK_GOOD;
    }
    if (!record_is(release, "forge_release_state", "absent"))
        return say_unasked(release, seen);
    words_say(seen,
              record_integer(release, "forge_draft", 0) != 0
                  ? "of %s only a draft, which nobody sees"
                  : "none of %s on the forge",
              card_word(release, "tag"));
    return MARK_BAD;
}
