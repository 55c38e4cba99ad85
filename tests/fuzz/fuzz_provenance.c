/* An index's document of a file's provenance, with what is made of it. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "facts/provenance.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Of who signed the certificates of the corpus. */
static const char pem[] = "-----BEGIN CERTIFICATE-----\n"
                          "MIICGjCCAaGgAwIBAgIUALnViVfnU0brJasmRkHrn/UnfaQwCgYIKoZIzj0EAwMw\n"
                          "KjEVMBMGA1UEChMMc2lnc3RvcmUuZGV2MREwDwYDVQQDEwhzaWdzdG9yZTAeFw0y\n"
                          "MjA0MTMyMDA2MTVaFw0zMTEwMDUxMzU2NThaMDcxFTATBgNVBAoTDHNpZ3N0b3Jl\n"
                          "LmRldjEeMBwGA1UEAxMVc2lnc3RvcmUtaW50ZXJtZWRpYXRlMHYwEAYHKoZIzj0C\n"
                          "AQYFK4EEACIDYgAE8RVS/ysH+NOvuDZyPIZtilgUF9NlarYpAd9HP1vBBH1U5CV7\n"
                          "7LSS7s0ZiH4nE7Hv7ptS6LvvR/STk798LVgMzLlJ4HeIfF3tHSaexLcYpSASr1kS\n"
                          "0N/RgBJz/9jWCiXno3sweTAOBgNVHQ8BAf8EBAMCAQYwEwYDVR0lBAwwCgYIKwYB\n"
                          "BQUHAwMwEgYDVR0TAQH/BAgwBgEB/wIBADAdBgNVHQ4EFgQU39Ppz1YkEZb5qNjp\n"
                          "KFWixi4YZD8wHwYDVR0jBBgwFoAUWMAeX5FFpWapesyQoZMi0CrFxfowCgYIKoZI\n"
                          "zj0EAwMDZwAwZAIwPCsQK4DYiZYDPIaDi5HFKnfxXx6ASSVmERfsynYBiX2X6SJR\n"
                          "nZU84/9DZdnFvvxmAjBOt6QpBlc4J/0DxvkTCqpclvziL6BCCPnjdlIB3Pu3BxsP\n"
                          "mygUY7Ii2zbdCdliiow=\n"
                          "-----END CERTIFICATE-----\n";

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct provenance_roots *roots;
    struct arena arena = ARENA_INIT;
    struct provenance provenance;
    struct err err = {0};

    if (roots == NULL && provenance_roots_read(pem, sizeof pem - 1, &roots, &err) != 0)
        abort();

    if (provenance_parse((const char *)data, size, roots, &arena, &provenance, &err) != 0) {
        if (err.reason == REASON_NONE)
            abort();
        provenance.count = 0;
    } else if (provenance.count == 0) {
        abort();
    }
    for (size_t i = 0; i < provenance.count; i++) {
        const struct provenance_attestation *attestation = &provenance.attestations[i];
        if (attestation->signature == PROOF_RIGHT &&
            (attestation->subject == NULL || attestation->predicate == NULL))
            abort();
        provenance_judge(attestation, "a-1.0.tar.gz", "00");
        provenance_repository(attestation, &arena);
        if (provenance_commit(attestation) != NULL && strlen(provenance_commit(attestation)) > size)
            abort();
    }
    arena_release(&arena);
    return 0;
}
