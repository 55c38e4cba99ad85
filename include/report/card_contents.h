/* The card's line about the contents of what was published. */
#ifndef REPORT_CARD_CONTENTS_H
#define REPORT_CARD_CONTENTS_H

#include "report/card.h"

/* Says what was seen of the newest release's files, and how good it is. */
enum mark card_contents(const struct card *card, struct buf *seen);

#endif
