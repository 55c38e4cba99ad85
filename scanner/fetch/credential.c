#include "fetch/credential.h"

#include <openssl/evp.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "base/mem.h"

char *credential_header(const char *user, const char *secret)
{
    log_secret(secret);
    if (user == NULL)
        return mem_printf("Bearer %s", secret);
    char *pair = mem_printf("%s:%s", user, secret);
    size_t len = strlen(pair);
    char *coded = mem_alloc((len + 2) / 3 * 4 + 1);

    EVP_EncodeBlock((unsigned char *)coded, (const unsigned char *)pair, (int)len);
    log_secret(coded);
    char *value = mem_printf("Basic %s", coded);
    free(coded);
    free(pair);
    return value;
}
