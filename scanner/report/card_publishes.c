/* What a card says of how the package reaches its index. */
#include "report/card_contents.h"

#include <inttypes.h>

#include "report/words.h"

static enum mark say_step(const struct record *package, struct buf *seen)
{
    const char *loose = card_word(package, "publish_loose");
    int64_t more = record_integer(package, "publish_steps", 1) - 1;

    words_say(seen, "%s:%" PRId64 " (%s) on %s", card_word(package, "publish_path"),
              record_integer(package, "publish_line", 0), card_word(package, "publish_tool"),
              card_word(package, "publish_ways"));
    if (record_is(package, "publish_credential", "trusted-publishing"))
        words_say(seen, ", by trusted publishing");
    else if (record_is(package, "publish_credential", "token"))
        words_say(seen, ", by a token from a secret");
    if (loose[0] != '\0')
        words_say(seen, "; without a tag from: %s", loose);
    if (more > 0)
        words_say(seen, "; and %" PRId64 " more", more);
    return loose[0] != '\0' ? MARK_BAD : MARK_GOOD;
}

enum mark card_publishes(const struct card *card, struct buf *seen)
{
    const struct record *package = card->package;

    if (record_is(package, "publish_state", "known"))
        return say_step(package, seen);
    if (record_is(package, "publish_state", "unknown")) {
        words_say(seen, "nobody can tell: %s:%" PRId64 " (%s): %s",
                  card_word(package, "publish_path"), record_integer(package, "publish_line", 0),
                  card_word(package, "publish_tool"), card_word(package, "publish_reason"));
        return MARK_UNKNOWN;
    }
    if (record_integer(package, "publish_none", 0) == 1) {
        words_say(seen, "no workflow of the repository");
        return MARK_BAD;
    }
    words_say(seen, "the workflows were not read, or not all of them");
    return MARK_UNKNOWN;
}
