#include "report/card.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "report/card_contents.h"
#include "report/words.h"

#define COMMIT_SHOWN   12  /* digits */
#define ORDER_TOLERANT 120 /* seconds: clocks of two machines */
#define PLACEHOLDER    ": a placeholder, which says nothing of the version"

const char *card_word(const struct record *record, const char *name)
{
    const char *text = record_text(record, name);

    return text != NULL ? text : "?";
}

const struct record *card_tagged(const struct card *card)
{
    for (size_t i = 0; i < card->releases.count; i++)
        if (record_is(&card->releases.items[i], "tag_state", "known"))
            return &card->releases.items[i];
    return NULL;
}

static void say_instant(struct buf *seen, const char *instant)
{
    if (instant != NULL)
        words_instant(seen, instant);
    else
        words_say(seen, "a time nobody knows");
}

static void say_commit(struct buf *seen, const char *oid)
{
    words_say(seen, "%.*s", COMMIT_SHOWN, oid != NULL ? oid : "?");
}

static const char *branch(const struct card *card)
{
    const char *name = record_text(card->package, "head_ref");

    if (name != NULL && strncmp(name, "refs/heads/", 11) == 0)
        return name + 11;
    name = record_text(card->package, "default_branch");
    return name != NULL ? name : "the default branch";
}

static bool is_vcs(const struct card *card)
{
    return record_is(card->package, "declared_kind", "vcs") ||
           record_is(card->newest, "declared_kind_at_tag", "vcs");
}

/* The version that the files state is filled in by whoever builds it. */
static bool is_placeholder(const struct card *card)
{
    return record_is(card->package, "declared_kind", "placeholder") ||
           record_is(card->newest, "declared_kind_at_tag", "placeholder");
}

/* Why something is unknown; `otherwise` where the repository as such could be read. */
static void say_unread(const struct card *card, struct buf *seen, const char *otherwise)
{
    if (record_text(card->package, "full_name") == NULL)
        words_say(seen, "no repository is known for this package");
    else if (record_is(card->package, "link", "contradicted"))
        words_say(seen, "not looked at: the index names another repository");
    else if (record_is(card->package, "tip_state", "empty"))
        words_say(seen, "the repository has no commit");
    else if (record_is(card->package, "tip_state", "none"))
        words_say(seen, "%s holds no project named %s", branch(card),
                  card_word(card->package, "package"));
    else if (record_is(card->package, "refs_state", "known"))
        words_say(seen, "%s", otherwise);
    else
        words_say(seen, "the repository could not be read");
}

/* What the index says of the whole project: "archived", "quarantined", "deprecated". */
static void say_status(const struct card *card, struct buf *seen)
{
    const char *status = record_text(card->package, "index_status");
    const char *reason = record_text(card->package, "index_status_reason");

    if (status != NULL && strcmp(status, "active") != 0)
        words_say(seen, "; %s%s%s", status, reason != NULL ? ": " : "",
                  reason != NULL ? reason : "");
}

static enum mark look_published(const struct card *card, struct buf *seen)
{
    int64_t sdist = record_integer(card->newest, "sdist", 0);
    int64_t wheel = record_integer(card->newest, "wheel", 0);

    if (card->newest == NULL && record_is(card->package, "index_state", "unknown")) {
        words_say(seen, "the index could not be asked");
        return MARK_UNKNOWN;
    }
    if (card->newest == NULL && record_text(card->package, "index_lost_at") != NULL) {
        words_say(seen, "%s no longer has it: it did until ",
                  card_word(card->package, "index_url"));
        say_instant(seen, record_text(card->package, "index_lost_at"));
        say_status(card, seen);
        return MARK_BAD;
    }
    if (card->newest == NULL && record_is(card->package, "index_status", "quarantined")) {
        words_say(seen, "%s keeps it out of reach", card_word(card->package, "index_url"));
        say_status(card, seen);
        return MARK_UNKNOWN;
    }
    if (card->newest == NULL) {
        words_say(seen, "%s %s", card_word(card->package, "index_url"),
                  record_is(card->package, "index_state", "absent")
                      ? "does not know this name"
                      : "knows the name, but has no file of it");
        say_status(card, seen);
        return MARK_BAD;
    }
    words_say(seen, "%s", card_word(card->newest, "version"));
    if (record_text(card->newest, "published_at") != NULL) {
        words_say(seen, " on ");
        say_instant(seen, record_text(card->newest, "published_at"));
    }
    words_say(seen, "%s%s%s", sdist > 0 || wheel > 0 ? ", " : "", sdist > 0 ? "sdist" : "",
              sdist > 0 && wheel > 0 ? " and " : "");
    if (wheel > 0)
        words_say(seen, wheel == 1 ? "wheel" : "%" PRId64 " wheels", wheel);
    say_status(card, seen);
    if (record_integer(card->newest, "yanked", 0) == 0)
        return MARK_GOOD;
    words_say(seen, "; yanked");
    if (record_text(card->newest, "yanked_reason") != NULL)
        words_say(seen, ": %s", record_text(card->newest, "yanked_reason"));
    return MARK_BAD;
}

static enum mark look_tag(const struct card *card, struct buf *seen)
{
    const struct record *other = card_tagged(card);

    if (record_is(card->newest, "tag_state", "known")) {
        bool annotated = record_is(card->newest, "tag_kind", "annotated");
        words_say(seen, "%s, %s, on ", card_word(card->newest, "tag"),
                  card_word(card->newest, "tag_kind"));
        say_commit(seen, record_text(card->newest, "tag_commit"));
        words_say(seen, " of ");
        say_instant(seen, record_text(card->newest, "committed_at"));
        if (annotated && record_text(card->newest, "tagged_at") != NULL) {
            words_say(seen, ", tagged ");
            say_instant(seen, record_text(card->newest, "tagged_at"));
        }
        return MARK_GOOD;
    }
    if (!record_is(card->newest, "tag_state", "absent")) {
        say_unread(card, seen, "not looked at");
        return MARK_UNKNOWN;
    }
    words_say(seen, "no tag denotes %s; ", card_word(card->newest, "version"));
    if (other != NULL)
        words_say(seen, "the newest release with a tag is %s (%s)", card_word(other, "version"),
                  card_word(other, "tag"));
    else
        words_say(seen, "no release of this package has a tag");
    return MARK_BAD;
}

static enum mark look_tag_declares(const struct card *card, struct buf *seen)
{
    const char *declared = record_text(card->newest, "declared_at_tag");

    if (!record_is(card->newest, "tag_state", "known")) {
        words_say(seen, "there is no tag to look at");
        return MARK_UNKNOWN;
    }
    if (record_is(card->newest, "declared_kind_at_tag", "vcs")) {
        words_say(seen, "the project takes its version from the tag");
        return MARK_GOOD;
    }
    if (declared == NULL) {
        words_say(seen, "the files at %s do not tell the version", card_word(card->newest, "tag"));
        return MARK_UNKNOWN;
    }
    words_say(seen, "%s declares %s", card_word(card->newest, "tag"), declared);
    if (record_text(card->newest, "declared_origin_at_tag") != NULL)
        words_say(seen, " (%s)", record_text(card->newest, "declared_origin_at_tag"));
    if (record_is(card->newest, "declared_kind_at_tag", "placeholder")) {
        words_say(seen, PLACEHOLDER);
        return MARK_UNKNOWN;
    }
    int64_t agrees = record_integer(card->newest, "declared_agrees", -1);
    return agrees == 1 ? MARK_GOOD : agrees == 0 ? MARK_BAD : MARK_UNKNOWN;
}

static enum mark look_version_commit(const struct card *card, struct buf *seen)
{
    const char *version = card_word(card->newest, "version");

    if (record_is(card->newest, "version_commit_state", "known")) {
        say_commit(seen, record_text(card->newest, "version_commit"));
        words_say(seen, " of ");
        say_instant(seen, record_text(card->newest, "version_committed_at"));
        words_say(seen, " is the first that declares %s", version);
        return MARK_GOOD;
    }
    if (record_is(card->newest, "version_commit_state", "absent")) {
        words_say(seen, "no commit on a branch or tag ever declared %s", version);
        return MARK_BAD;
    }
    if (is_vcs(card))
        words_say(seen, "no commit sets it: the project takes its version from the tag");
    else if (is_placeholder(card))
        words_say(seen, "the files state a placeholder: the version is set when it is built");
    else
        say_unread(card, seen, "what some commit of the history declares is not known");
    return MARK_UNKNOWN;
}

static enum mark look_source(const struct card *card, struct buf *seen)
{
    const char *declared = record_text(card->package, "declared_version");
    const char *origin = record_text(card->package, "declared_origin");
    const char *reason = record_text(card->package, "declared_reason");
    int64_t order = record_integer(card->package, "declared_order", 2);

    if (record_is(card->package, "declared_kind", "vcs")) {
        words_say(seen, "%s takes its version from the tag", branch(card));
        return MARK_GOOD;
    }
    if (declared == NULL) {
        if (record_text(card->package, "declared_kind") == NULL)
            say_unread(card, seen, "its project files could not be read");
        else
            words_say(seen, "%s does not tell its version%s%s", branch(card),
                      reason != NULL ? ": " : "", reason != NULL ? reason : "");
        return MARK_UNKNOWN;
    }
    words_say(seen, "%s declares %s", branch(card), declared);
    if (origin != NULL)
        words_say(seen, " (%s)", origin);
    if (record_is(card->package, "declared_kind", "placeholder")) {
        words_say(seen, PLACEHOLDER);
        return MARK_UNKNOWN;
    }
    if (order == -1)
        words_say(seen, ": older than what the index gives to users");
    else if (order == 1)
        words_say(seen, ": newer than the index, not published yet");
    else if (order == 2 && card->newest != NULL)
        words_say(seen, ": not a version by PEP 440, so nobody can tell which is older");
    if (reason != NULL)
        words_say(seen, "; %s", reason);
    return order == -1 ? MARK_BAD : order == 2 && card->newest != NULL ? MARK_UNKNOWN : MARK_GOOD;
}

static enum mark look_changelog(const struct card *card, struct buf *seen)
{
    const char *version = card_word(card->newest, "version");
    const char *path = record_text(card->newest, "changelog_path");
    int64_t line = record_integer(card->newest, "changelog_line", 0);

    if (path == NULL)
        path = record_text(card->package, "changelog_path");
    if (record_is(card->newest, "changelog_state", "known")) {
        words_say(seen, "%s", path != NULL ? path : "an entry");
        if (line > 0)
            words_say(seen, ":%" PRId64, line);
        if (record_is(card->newest, "changelog_at", "tag"))
            words_say(seen, ", at the tag");
        else
            words_say(seen, ", on %s", branch(card));
        return MARK_GOOD;
    }
    if (record_is(card->newest, "changelog_state", "absent")) {
        words_say(seen, path != NULL ? "no entry for %s in %s" : "no entry for %s: no changelog",
                  version, path);
        return MARK_BAD;
    }
    say_unread(card, seen, "the changelog could not be read");
    return MARK_UNKNOWN;
}

static enum mark look_licence(const struct card *card, struct buf *seen)
{
    const char *declared = record_text(card->package, "project_licence");

    if (declared == NULL)
        declared = record_text(card->package, "licence");
    if (record_is(card->package, "licence_state", "known")) {
        words_say(seen, "%s%s%s", card_word(card->package, "licence_path"),
                  declared != NULL ? ", declared as " : "", declared != NULL ? declared : "");
        return MARK_GOOD;
    }
    if (record_is(card->package, "licence_state", "absent")) {
        words_say(seen, "%s%s%sno licence file", declared != NULL ? "declares " : "",
                  declared != NULL ? declared : "",
                  declared != NULL ? ", but the repository has " : "");
        return MARK_BAD;
    }
    say_unread(card, seen, "not looked at");
    return MARK_UNKNOWN;
}

/* The user's word decides; what the index names, if anything, lets them see a slip of the pen. */
static enum mark look_configured(const struct card *card, struct buf *seen)
{
    const char *evidence = record_text(card->package, "link_evidence");

    words_say(seen, "the configuration says that they belong together");
    if (evidence != NULL && strcmp(evidence, "configured") != 0)
        words_say(seen, "; the index names %s", evidence);
    if (!record_is(card->package, "tip_state", "none"))
        return MARK_GOOD;
    words_say(seen, "; but it holds no project of that name");
    return MARK_BAD;
}

static enum mark look_link(const struct card *card, struct buf *seen)
{
    static const struct {
        const char *link, *words;
        enum mark mark;
    } links[] = {
        {"mutual", "each names the other", MARK_GOOD},
        {"corroborated", "names and versions agree", MARK_BAD},
        {"claimed", "only the repository says so", MARK_BAD},
        {"contradicted", "the index names another repository", MARK_BAD},
    };
    const char *evidence = record_text(card->package, "link_evidence");
    const char *other = record_text(card->package, "link_other");

    if (record_is(card->package, "link", "configured"))
        return look_configured(card, seen);
    if (record_is(card->package, "link", "claimed") && card->newest == NULL) {
        words_say(seen, "only the repository says so, as nothing is published");
        return MARK_UNKNOWN;
    }
    for (size_t i = 0; i < sizeof links / sizeof *links; i++) {
        if (!record_is(card->package, "link", links[i].link))
            continue;
        words_say(seen, "%s", links[i].words);
        if (other != NULL)
            words_say(seen, ": %s", other);
        else if (evidence != NULL)
            words_say(seen, " (%s)", evidence);
        return links[i].mark;
    }
    words_say(seen, "no repository is known for this package");
    return MARK_UNKNOWN;
}

/* "42 minutes", in the largest unit that gives at least two. */
static void say_span(struct buf *seen, int64_t seconds)
{
    static const struct {
        int64_t seconds;
        const char *unit;
    } units[] = {{86400, "days"}, {3600, "hours"}, {60, "minutes"}, {1, "seconds"}};
    size_t i = 0;

    while (i < 3 && seconds < 2 * units[i].seconds)
        i++;
    words_say(seen, "%" PRId64 " %s", seconds / units[i].seconds, units[i].unit);
}

static enum mark look_order(const struct card *card, struct buf *seen)
{
    const char *published = record_text(card->newest, "published_at");
    const char *committed = record_text(card->newest, "committed_at");
    int64_t upload, commit;

    if (published == NULL || committed == NULL || clock_parse(published, &upload, NULL) != 0 ||
        clock_parse(committed, &commit, NULL) != 0) {
        words_say(seen, committed != NULL ? "the index does not say when it was uploaded"
                                          : "there is no tagged commit to compare the upload with");
        return MARK_UNKNOWN;
    }
    if (commit - upload > ORDER_TOLERANT) {
        words_say(seen, "uploaded ");
        say_span(seen, commit - upload);
        words_say(seen, " before the tagged commit was made: it was built from something else");
        return MARK_BAD;
    }
    words_say(seen, "uploaded ");
    say_span(seen, upload > commit ? upload - commit : 0);
    words_say(seen, " after the tagged commit was made");
    return MARK_GOOD;
}

const struct check card_checks[] = {
    {"published", false, look_published},
    {"tag", true, look_tag},
    {"tag declares", true, look_tag_declares},
    {"tag before upload", true, look_order},
    {"contents", true, card_contents},
    {"provenance", true, card_provenance},
    {"publishes", true, card_publishes},
    {"review", true, card_review},
    {"checks", true, card_forge_checks},
    {"release on the forge", true, card_forge_release},
    {"commit of the version", true, look_version_commit},
    {"source", false, look_source},
    {"changelog", true, look_changelog},
    {"licence", false, look_licence},
    {"index and repository", false, look_link},
};
const size_t card_check_count = sizeof card_checks / sizeof *card_checks;
