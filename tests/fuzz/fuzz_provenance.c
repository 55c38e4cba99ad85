/* An index's document of a file's provenance, with what is made of it. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "facts/provenance.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena arena = ARENA_INIT;
    struct provenance provenance;
    struct err err = {0};

    if (provenance_parse((const char *)data, size, NULL, &arena, &provenance, &err) != 0) {
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
