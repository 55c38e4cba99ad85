#include "facts/source.h"

const char *fact_state_word(enum fact_state state)
{
    static const char *const words[] = {
        [FACT_UNKNOWN] = "unknown",
        [FACT_ABSENT] = "absent",
        [FACT_KNOWN] = "known",
    };
    return words[state];
}
