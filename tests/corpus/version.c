/* For tests/e2e/test_pep440.py: of each line of the input, "1", the normal form and the order key
   in hexadecimal; or "0", nothing and the key, for what is no version. Columns end with a tab. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "facts/pep440.h"

int main(void)
{
    struct buf key = BUF_INIT(PEP440_KEY_MAX), normal = BUF_INIT(2 * PEP440_MAX);
    char *line = NULL;
    size_t size = 0;
    ssize_t len;

    while ((len = getline(&line, &size, stdin)) >= 0) {
        size_t n = len > 0 && line[len - 1] == '\n' ? (size_t)len - 1 : (size_t)len;
        buf_reset(&key);
        buf_reset(&normal);
        bool valid = pep440_key(line, n, &key) && pep440_normal(line, n, &normal) == 0;
        printf("%d\t%s\t", valid, buf_str(&normal));
        for (size_t i = 0; i < key.len; i++)
            printf("%02x", (unsigned char)key.data[i]);
        puts("");
    }
    free(line);
    buf_release(&key);
    buf_release(&normal);
    return 0;
}
