/* Lists of refs, as an answer to ls-refs and as an advertisement of any version. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "fetch/gitwire_codec.h"

/* What the callers rely on: sorted names, each once, whole oids. */
static void check(const struct gitwire_refs *refs)
{
    for (size_t i = 0; i < refs->count; i++) {
        const struct gitwire_ref *ref = &refs->refs[i];
        size_t peeled = strlen(ref->peeled);
        if (strlen(ref->oid) != OID_HEX - 1 || (peeled != 0 && peeled != OID_HEX - 1))
            abort();
        if (i > 0 && strcmp(refs->refs[i - 1].name, ref->name) >= 0)
            abort();
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena arena = ARENA_INIT;
    struct gitwire_refs refs;
    struct git_caps caps;
    struct err err = {0};

    if (git_read_refs((const char *)data, size, 64, &arena, &refs, &err) == 0)
        check(&refs);
    else if (err.reason == REASON_NONE)
        abort();
    err = (struct err){0};
    if (git_read_advertisement((const char *)data, size, 64, &arena, &caps, &refs, &err) == 0)
        check(&refs);
    else if (err.reason == REASON_NONE)
        abort();
    arena_release(&arena);
    return 0;
}
