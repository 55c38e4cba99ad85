/* The card's lines about the contents of what was published, who states that they made it, and how
 * it reaches the index. */
#ifndef REPORT_CARD_CONTENTS_H
#define REPORT_CARD_CONTENTS_H

#include "report/card.h"

/* Says what was seen of the newest release's files, and how good it is. */
enum mark card_contents(const struct card *card, struct buf *seen);
/* What of each release is not the repository's: files, lines, hints; nothing where all is. */
void card_write_contents(const struct card *card);
/* card_provenance.c */
enum mark card_provenance(const struct card *card, struct buf *seen);
/* Where a commit stands that fits better than the tag's: "before the tagged one". `relation` is a
   word of scan/origin.h, or NULL. */
const char *card_relation(const char *relation);
/* card_publishes.c */
enum mark card_publishes(const struct card *card, struct buf *seen);
/* card_forge.c: what the forge knows of its tag */
enum mark card_review(const struct card *card, struct buf *seen);
enum mark card_forge_checks(const struct card *card, struct buf *seen);
enum mark card_forge_release(const struct card *card, struct buf *seen);

#endif
