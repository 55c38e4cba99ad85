/* One version: its normal form is a fixed point, equal to it, and as valid as it. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "facts/names.h"
#include "facts/pep440.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(bool fine)
{
    if (!fine)
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct buf key = BUF_INIT(PEP440_KEY_MAX), normal = BUF_INIT(2 * PEP440_MAX),
               again = BUF_INIT(2 * PEP440_MAX);
    char *text = mem_strndup((const char *)data, size), name[NAME_MAX_BYTES];
    bool valid = pep440_key(text, size, &key);

    check(valid == pep440_valid(text, size));
    check((pep440_normal(text, size, &normal) == 0) == valid);
    if (valid && normal.len <= PEP440_MAX) {
        check(pep440_compare(text, buf_str(&normal)) == 0);
        check(pep440_normal(buf_str(&normal), normal.len, &again) == 0);
        check(strcmp(buf_str(&again), buf_str(&normal)) == 0);
        check(pep440_follows("1.0", text) == pep440_follows("1.0", buf_str(&normal)));
    }
    if (names_normalise(text, name) == 0)
        check(names_equal(text, name));
    buf_release(&key);
    buf_release(&normal);
    buf_release(&again);
    free(text);
    return 0;
}
