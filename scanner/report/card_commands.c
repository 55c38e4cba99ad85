#include "report/card.h"

#include <string.h>

#define PLAIN "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.+_-/"

bool card_is_plain(const char *text)
{
    return text != NULL && *text != '\0' && *text != '-' && text[strspn(text, PLAIN)] == '\0';
}

bool card_is_url(const char *text)
{
    size_t scheme = strncmp(text, "https://", 8) == 0  ? 8
                    : strncmp(text, "http://", 7) == 0 ? 7
                                                       : 0;

    /* a port, too */
    return scheme > 0 && text[scheme] != '\0' &&
           text[scheme + strspn(text + scheme, PLAIN ":")] == '\0';
}

const char *card_tag_prefix(struct arena *arena, const struct record *tagged)
{
    const char *tag = record_text(tagged, "tag");
    const char *version = record_text(tagged, "version");
    size_t t = tag != NULL ? strlen(tag) : 0, v = version != NULL ? strlen(version) : 0;

    if (t == 0)
        return "v";
    if (v > t || strcmp(tag + t - v, version) != 0)
        return NULL; /* it spells versions in its own way; nothing is invented */
    return arena_strndup(arena, tag, t - v);
}

static void step(const struct card *card, unsigned *number, const char *text, const char *command)
{
    fprintf(card->out, "  %u. ", ++*number);
    layout_paragraph(card->out, text, 5, 5, card->width);
    if (command != NULL)
        fprintf(card->out, "       %s\n", command);
}

static void tag_it(struct card *card, unsigned *number, const char *tag, const char *commit)
{
    struct arena *arena = &card->arena;
    const char *name = card_word(card->package, "display");
    const char *version = card_word(card->newest, "version");

    step(card, number, "Tag the commit that set the version, if it is what was built:",
         arena_printf(arena, "git tag -a %s %s -m '%s %s'", tag, commit,
                      card_is_plain(name) ? name : "release", version));
    step(card, number, "Publish the tag:", arena_printf(arena, "git push origin %s", tag));
}

/* From its own index: on another one the name may be anybody's. NULL where that cannot be written
   down for a shell. */
static const char *download(const struct card *card, struct arena *arena)
{
    const char *index = card_word(card->package, "index_url");
    bool simple = record_integer(card->package, "index_is_simple", 0) != 0;
    bool pypi = strcmp(index, "https://pypi.org") == 0;

    /* Of an index with the Simple API alone, pip's address may be another than the configured one.
     */
    if (!pypi && (simple || !card_is_url(index)))
        return NULL;
    return arena_printf(arena, "pip download --no-deps --only-binary :all:%s%s%s %s==%s",
                        pypi ? "" : " --index-url ", pypi ? "" : index, pypi ? "" : "/simple",
                        card_word(card->package, "package"), card_word(card->newest, "version"));
}

static void find_source(struct card *card, unsigned *number, const char *tag)
{
    struct arena *arena = &card->arena;
    const char *name = card_word(card->package, "package");
    const char *version = card_word(card->newest, "version");

    const char *url = record_text(card->newest, "sdist_url");

    const char *command = url != NULL && card_is_url(url) ? arena_printf(arena, "curl -O %s", url)
                                                          : download(card, arena);

    /* pip would run the build code of an sdist; what was published is evidence, not to be run */
    step(card, number,
         command != NULL
             ? "No commit holds this version. Get what was published, without running it:"
             : "No commit holds this version. Get what was published from the index, without "
               "running it.",
         command);
    step(card, number,
         "Find the work tree that it was built from, or commit the published files on a branch; "
         "review and merge that.",
         NULL);
    step(card, number, "With the commit that now holds it checked out, tag it and publish the tag:",
         arena_printf(arena, "git tag -a %s -m '%s %s' && git push origin %s", tag, name, version,
                      tag));
}

void card_commands(struct card *card)
{
    const char *version = record_text(card->newest, "version");
    const char *prefix = card_tag_prefix(&card->arena, card_tagged(card));
    const char *commit = record_text(card->newest, "version_commit");
    unsigned number = 0;

    if (!record_is(card->newest, "tag_state", "absent") || prefix == NULL ||
        !card_is_plain(version))
        return;
    const char *tag = arena_printf(&card->arena, "%s%s", prefix, version);
    bool known = record_is(card->newest, "version_commit_state", "known") && card_is_plain(commit);
    bool absent = record_is(card->newest, "version_commit_state", "absent") &&
                  card_is_plain(record_text(card->package, "package"));
    if (!card_is_plain(tag) || (!known && !absent))
        return;
    fputs("\nNext steps\n", card->out);
    if (known)
        tag_it(card, &number, tag, commit);
    else
        find_source(card, &number, tag);
}
