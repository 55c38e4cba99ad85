/* The parts of a card: what was read of one package, and the checks that are made of it. */
#ifndef REPORT_CARD_H
#define REPORT_CARD_H

#include "base/arena.h"
#include "base/buf.h"
#include "report/marks.h"
#include "report/record.h"
#include "report/report.h"

struct card {
    FILE *out;
    struct style style;
    unsigned width; /* columns of a line */
    struct arena arena;
    struct record *package;  /* report_card_package */
    struct record *summary;  /* the package's row of report_packages */
    struct record *newest;   /* of `releases`, that the card is about; NULL: none is published */
    struct records releases; /* highest first */
    struct records findings;
    struct records contents; /* files of releases that are not the repository's */
    struct records tags;     /* that denote no release */
    struct record *run;
};

/* One line of the card. The function says what was seen and returns the mark. */
struct check {
    const char *label;
    bool of_release; /* about the newest release: left out when there is none */
    enum mark (*look)(const struct card *card, struct buf *seen);
};
extern const struct check card_checks[];
extern const size_t card_check_count;

/* Everything of the package as of the run that is shown; -1 also when that has no such package. */
int card_read(struct store *store, const char *package, struct card *card, struct err *err);

/* Texts of strangers go into a line that someone pastes into a shell: only these may. An
   interactive one expands "!", too. */
bool card_is_plain(const char *text);
bool card_is_url(const char *text);
/* What the package's tags have before the version: of the newest tagged release, else "v"; NULL
   when it spells versions in its own way. */
const char *card_tag_prefix(struct arena *arena, const struct record *tagged);

/* Numbered commands that repair what the findings say, as far as they are known exactly. */
void card_commands(struct card *card);

/* The newest release with a tag, NULL when none has one. */
const struct record *card_tagged(const struct card *card);
/* The column of the newest release or the package; never NULL: "?" for what is not known. */
const char *card_word(const struct record *record, const char *name);

#endif
