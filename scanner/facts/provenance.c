#include "facts/provenance.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/clock.h"
#include "base/text.h"
#include "facts/attestation.h"
#include "facts/jget.h"

#define ATTESTATIONS_MAX 64
#define STATEMENT_TYPE   "https://in-toto.io/Statement/v1"

struct reading {
    const struct provenance_roots *roots;
    struct arena *arena;
    struct provenance_attestation *attestations;
    size_t count;
    struct err *err;
};

static int bad(const struct reading *r, const char *what, const char *how)
{
    return err_set(r->err, REASON_BAD_ANSWER, "The provenance is bad: %s %s.", what, how);
}

static int check_version(const struct reading *r, const json_t *object)
{
    int64_t version;

    if (jget_int(object, "version", &version) != JGET_OK)
        return bad(r, "version", "is missing or not a number");
    if (version != 1)
        return err_set(r->err, REASON_UNSUPPORTED,
                       "The provenance is of version %lld, which is not read.", (long long)version);
    return 0;
}

static int need_text(const struct reading *r, const json_t *object, const char *key,
                     const char **out)
{
    return jget_string(object, key, out) == JGET_OK ? 0 : bad(r, key, "is missing or not a text");
}

static int need_array(const struct reading *r, const json_t *object, const char *key, json_t **out)
{
    return jget_array(object, key, out) == JGET_OK ? 0 : bad(r, key, "is missing or not a list");
}

static int need_object(const struct reading *r, const json_t *object, const char *key, json_t **out)
{
    return jget_object(object, key, out) == JGET_OK ? 0
                                                    : bad(r, key, "is missing or not an object");
}

static int need_bytes(const struct reading *r, const json_t *object, const char *key,
                      struct attestation_bytes *out)
{
    const char *text;

    if (need_text(r, object, key, &text) != 0)
        return -1;
    return attestation_decode(text, r->arena, out) == 0 ? 0 : bad(r, key, "is no base64");
}

/* --- the statement --------------------------------------------------------------------------- */

static int read_subject(const struct reading *r, const json_t *root,
                        struct provenance_attestation *out)
{
    json_t *subjects, *digest;
    const char *name, *sha256;

    if (need_array(r, root, "subject", &subjects) != 0)
        return -1;
    if (json_array_size(subjects) != 1)
        return bad(r, "subject", "is not one file");
    const json_t *subject = json_array_get(subjects, 0);
    if (need_text(r, subject, "name", &name) != 0 ||
        need_object(r, subject, "digest", &digest) != 0 ||
        need_text(r, digest, "sha256", &sha256) != 0)
        return -1;
    out->subject = arena_strdup(r->arena, name);
    out->sha256 = arena_strdup(r->arena, sha256);
    return 0;
}

static int read_parsed(const struct reading *r, const json_t *root,
                       struct provenance_attestation *out)
{
    const char *type, *predicate;

    if (need_text(r, root, "_type", &type) != 0 ||
        need_text(r, root, "predicateType", &predicate) != 0)
        return -1;
    if (strcmp(type, STATEMENT_TYPE) != 0)
        return err_set(r->err, REASON_UNSUPPORTED,
                       "The provenance holds a statement of type %.100s, which is not read.", type);
    if (read_subject(r, root, out) != 0)
        return -1;
    out->predicate = arena_strdup(r->arena, predicate);
    return 0;
}

/* Of what nobody signed nothing need be readable. */
static int read_statement(const struct reading *r, struct attestation_bytes statement,
                          struct provenance_attestation *out)
{
    json_t *root =
        json_loadb((const char *)statement.data, statement.len, JSON_REJECT_DUPLICATES, NULL);
    struct err ignored;
    struct reading lenient = *r;

    lenient.err = out->signature == PROOF_RIGHT ? r->err : &ignored;
    int result = json_is_object(root) ? read_parsed(&lenient, root, out)
                                      : bad(&lenient, "statement", "is no object of JSON");
    json_decref(root);
    return out->signature == PROOF_RIGHT ? result : 0;
}

/* --- an attestation -------------------------------------------------------------------------- */

/* Protobuf's JSON writes 64 bits as text. */
static int64_t integrated_at(const json_t *entries)
{
    const json_t *entry = json_array_get(entries, 0);
    const char *text;
    int64_t seconds = 0;

    if (jget_string(entry, "integratedTime", &text) == JGET_OK && strlen(text) < 13 &&
        strspn(text, "0123456789") == strlen(text))
        seconds = strtoll(text, NULL, 10);
    else if (jget_int(entry, "integratedTime", &seconds) != JGET_OK)
        return CLOCK_UNKNOWN;
    return seconds > 0 && seconds < (int64_t)1 << 40 ? seconds : CLOCK_UNKNOWN;
}

static int read_attestation(struct reading *r, const json_t *object,
                            const struct provenance_publisher *publisher)
{
    struct attestation_bytes certificate, statement, signature;
    json_t *envelope, *material, *entries;

    if (r->count >= ATTESTATIONS_MAX)
        return err_set(r->err, REASON_LIMIT, "The provenance holds more than %d attestations.",
                       ATTESTATIONS_MAX);
    struct provenance_attestation *out = &r->attestations[r->count];
    *out = (struct provenance_attestation){.publisher = publisher};
    if (check_version(r, object) != 0 || need_object(r, object, "envelope", &envelope) != 0 ||
        need_bytes(r, envelope, "statement", &statement) != 0 ||
        need_bytes(r, envelope, "signature", &signature) != 0 ||
        need_object(r, object, "verification_material", &material) != 0 ||
        need_bytes(r, material, "certificate", &certificate) != 0 ||
        need_array(r, material, "transparency_entries", &entries) != 0)
        return -1;
    out->integrated_at = integrated_at(entries);
    if (attestation_check(certificate, statement, signature, r->roots, r->arena, out, r->err) != 0)
        return -1;
    r->count++;
    return read_statement(r, statement, out);
}

/* --- a bundle -------------------------------------------------------------------------------- */

/* A publisher may be of any kind, and say what it likes. */
static const char *told(const struct reading *r, const json_t *publisher, const char *key)
{
    const char *text;

    return jget_string(publisher, key, &text) == JGET_OK && *text != '\0'
               ? arena_strdup(r->arena, text)
               : NULL;
}

static int read_publisher(const struct reading *r, const json_t *bundle,
                          struct provenance_publisher *out)
{
    json_t *publisher;

    if (need_object(r, bundle, "publisher", &publisher) != 0)
        return -1;
    *out = (struct provenance_publisher){
        .kind = told(r, publisher, "kind"),
        .repository = told(r, publisher, "repository"),
        .workflow = told(r, publisher, "workflow"),
        .environment = told(r, publisher, "environment"),
    };
    if (out->workflow == NULL)
        out->workflow = told(r, publisher, "workflow_filepath");
    return out->kind != NULL ? 0 : bad(r, "publisher", "is of no kind");
}

static int read_bundle(struct reading *r, const json_t *bundle)
{
    struct provenance_publisher *publisher = arena_alloc(r->arena, sizeof *publisher);
    json_t *attestations, *object;
    size_t i;

    if (read_publisher(r, bundle, publisher) != 0 ||
        need_array(r, bundle, "attestations", &attestations) != 0)
        return -1;
    json_array_foreach(attestations, i, object)
    {
        if (read_attestation(r, object, publisher) != 0)
            return -1;
    }
    return 0;
}

static int read_bundles(struct reading *r, const json_t *root)
{
    json_t *bundles, *bundle;
    size_t i;

    if (check_version(r, root) != 0 || need_array(r, root, "attestation_bundles", &bundles) != 0)
        return -1;
    json_array_foreach(bundles, i, bundle)
    {
        if (read_bundle(r, bundle) != 0)
            return -1;
    }
    return r->count > 0 ? 0 : bad(r, "attestation_bundles", "holds no attestation");
}

int provenance_parse(const char *body, size_t len, const struct provenance_roots *roots,
                     struct arena *arena, struct provenance *out, struct err *err)
{
    struct reading r = {.roots = roots, .arena = arena, .err = err};
    json_error_t error;
    int result;

    if (len > PROVENANCE_BYTES)
        return err_set(err, REASON_TOO_LARGE, "The provenance has more than %zu bytes.",
                       PROVENANCE_BYTES);
    json_t *root = json_loadb(body, len, JSON_REJECT_DUPLICATES, &error);
    if (root == NULL)
        return err_set(err, REASON_BAD_ANSWER, "The provenance is no JSON: line %d: %s.",
                       error.line, error.text);
    r.attestations = arena_array(arena, ATTESTATIONS_MAX, sizeof *r.attestations);
    result = json_is_object(root) ? read_bundles(&r, root) : bad(&r, "it", "is not an object");
    json_decref(root);
    *out = (struct provenance){r.attestations, result == 0 ? r.count : 0};
    return result;
}

/* --- what was read --------------------------------------------------------------------------- */

static const char *claim(const struct provenance_attestation *attestation, int number, int twin)
{
    return attestation->claims[number] != NULL ? attestation->claims[number]
                                               : attestation->claims[twin];
}

const char *provenance_commit(const struct provenance_attestation *attestation)
{
    return claim(attestation, CLAIM_COMMIT, CLAIM_OLD_COMMIT);
}

const char *provenance_ref(const struct provenance_attestation *attestation)
{
    return claim(attestation, CLAIM_REF, CLAIM_OLD_REF);
}

const char *provenance_repository(const struct provenance_attestation *attestation,
                                  struct arena *arena)
{
    const char *uri = attestation->claims[CLAIM_REPOSITORY];
    const char *name = attestation->claims[CLAIM_OLD_REPOSITORY];

    if (uri == NULL) /* only GitHub has the old twin */
        return name != NULL ? arena_printf(arena, "github.com/%s", name) : NULL;
    const char *host = strstr(uri, "://");
    return host != NULL ? host + 3 : uri;
}

const char *provenance_fault_word(enum provenance_fault fault)
{
    static const char *const words[] = {
#define X(id, word, meaning) word,
        PROVENANCE_FAULTS(X)
#undef X
    };
    return words[fault];
}

enum provenance_fault provenance_judge(const struct provenance_attestation *attestation,
                                       const char *filename, const char *sha256)
{
    int64_t at = attestation->integrated_at;

    if (attestation->signature != PROOF_RIGHT)
        return PROVENANCE_FAULT_SIGNATURE;
    if (strcmp(attestation->subject, filename) != 0 || strcasecmp(attestation->sha256, sha256) != 0)
        return PROVENANCE_FAULT_SUBJECT;
    if (at != CLOCK_UNKNOWN && (at < attestation->not_before || at > attestation->not_after))
        return PROVENANCE_FAULT_WINDOW;
    return attestation->chain == PROOF_WRONG ? PROVENANCE_FAULT_CHAIN : PROVENANCE_FAULT_NONE;
}
