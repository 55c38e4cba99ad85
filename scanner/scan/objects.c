#include "scan/job.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/log.h"
#include "base/mem.h"
#include "fetch/spool.h"

/* A fetch has three steps: on the pool the mirror is opened and what it lacks is listed; the loop
   brings the pack into a spool file; on the pool again the pack is added to the mirror. */

#define HAVES_MAX   256 /* commits that we tell the server we hold */
#define ROUNDS_MAX  8   /* of wanted blobs: version files lead to further files, but not far */
#define REFUSED_MAX 32  /* blobs that a server may lack before the repository is given up */
/* A named package is fetched with its small blobs at once, as project files are, up to this. */
#define WHOLE_BYTES (8u << 20)
#define SMALL_BLOBS "blob:limit=131072"

struct fetching {
    struct job *job;
    enum fetch_kind kind;
    void (*then)(struct job *job);
    bool moved; /* the server has not what its refs named: they are asked for again */
};

/* --- before: on the pool --------------------------------------------------------------------- */

static char *mirror_path(const struct job *job)
{
    return mirror_place(job->scan->options->cache, job->scan->host, job->full_name);
}

static int open_mirror(struct job *job, enum fetch_kind kind)
{
    if (job->mirror != NULL)
        return 0;
    int result = 1;
    if (kind != FETCH_PROBE) {
        char *path = mirror_path(job);
        char *url = mem_printf("%s/%s.git", job->scan->options->github_git, job->full_name);
        result = mirror_open(path, url, &job->mirror, &job->err);
        free(url);
        free(path);
    }
    /* Another scan has it: this one fetches for itself. */
    return result > 0 ? mirror_open_temporary(job->scan->options->cache, &job->mirror, &job->err)
                      : result;
}

static void want(struct job *job, const char *oid)
{
    job->wants[job->want_count++] = oid;
}

/* What moved since the mirror was written, and what it holds already. */
static void want_history(struct job *job)
{
    const struct gitwire_refs *refs = &job->refs;
    const char *head = refs->head_oid;

    job->wants = arena_array(&job->arena, refs->count + 1, sizeof *job->wants);
    job->haves = arena_array(&job->arena, HAVES_MAX, sizeof *job->haves);
    if (head[0] != '\0' && !mirror_has(job->mirror, head))
        want(job, head);
    else if (head[0] != '\0')
        job->haves[job->have_count++] = head;
    if (job->known.head_oid != NULL && strcmp(job->known.head_oid, head) != 0 &&
        mirror_has(job->mirror, job->known.head_oid))
        job->haves[job->have_count++] = job->known.head_oid;
    for (size_t i = 0; i < refs->count; i++) {
        const struct gitwire_ref *ref = &refs->refs[i];
        if (!mirror_has(job->mirror, ref->oid)) {
            if (strcmp(ref->oid, head) != 0)
                want(job, ref->oid);
        } else if (job->have_count < HAVES_MAX) {
            job->haves[job->have_count++] = ref->peeled[0] != '\0' ? ref->peeled : ref->oid;
        }
    }
    job->whole &= job->have_count == 0;
}

static void want_blobs(struct job *job)
{
    const char *const *oids;
    size_t count = reader_wants(job->reader, &oids);

    job->wants = arena_array(&job->arena, count, sizeof *job->wants);
    for (size_t i = 0; i < count; i++)
        want(job, oids[i]);
}

static void prepare_run(void *item)
{
    struct fetching *fetching = item;
    struct job *job = fetching->job;

    job->want_count = job->have_count = 0;
    if (open_mirror(job, fetching->kind) != 0)
        return;
    if (fetching->kind == FETCH_PROBE) {
        job->wants = arena_array(&job->arena, 1, sizeof *job->wants);
        want(job, job->refs.head_oid);
    } else if (fetching->kind == FETCH_HISTORY) {
        want_history(job);
    } else {
        want_blobs(job);
    }
    if (job->want_count > 0)
        job->spool = spools_take(job->scan->spools, &job->err);
}

/* --- after: on the pool ---------------------------------------------------------------------- */

/* A server that lacks one object refuses the whole request and names it: which of the wants that
   is; their count when it is none. */
static size_t named_want(const struct job *job, const struct err *err)
{
    size_t i = 0;

    while (i < job->want_count && strstr(err->text, job->wants[i]) == NULL)
        i++;
    return i;
}

static void absorb_run(void *item)
{
    struct fetching *fetching = item;
    struct job *job = fetching->job;

    if (job->spool >= 0) {
        if (job->err.reason == REASON_NONE)
            mirror_add_pack(job->mirror, job->spool, job->filtered, &job->err);
        spools_give(job->scan->spools, job->spool);
        job->spool = -1;
    }
    if (fetching->kind == FETCH_HISTORY && job->err.reason == REASON_NONE)
        mirror_set_refs(job->mirror, &job->refs, &job->err);
    if (fetching->kind == FETCH_WANTS && job->err.reason == REASON_NONE)
        reader_fetched(job->reader);
    fetching->moved = !job->asked_again && fetching->kind != FETCH_WANTS &&
                      job->err.reason == REASON_REMOTE &&
                      named_want(job, &job->err) < job->want_count;
    if (fetching->moved)
        job_close_mirror(job);
    else if (job->reader == NULL && job->mirror != NULL)
        job->reader = reader_new(job->mirror, job_said(job));
}

static void absorb_done(void *item)
{
    struct fetching *fetching = item;
    struct job *job = fetching->job;
    void (*then)(struct job *) = fetching->then;
    bool moved = fetching->moved;

    free(fetching);
    scan_note_disk(job);
    if (moved)
        job_ask_again(job);
    else
        then(job);
}

/* --- between: on the loop -------------------------------------------------------------------- */

static void send_fetch(struct fetching *fetching);

static bool rewind_spool(struct job *job)
{
    return ftruncate(job->spool, 0) == 0 && lseek(job->spool, 0, SEEK_SET) == 0;
}

/* Without that one blob the others can still be had, and what needed it is unknown. */
static bool drop_refused(struct job *job, const struct err *err)
{
    size_t i = named_want(job, err);

    if (i == job->want_count)
        return false;
    log_debug("%s: the server has no %s", job->full_name, job->wants[i]);
    job->wants[i] = job->wants[--job->want_count];
    return ++job->refused <= REFUSED_MAX;
}

/* Whether the fetch is worth another request, and made ready for it. */
static bool can_retry(struct fetching *fetching, const struct err *err)
{
    struct job *job = fetching->job;

    /* Not as small as hoped, or not as the server likes it: without blobs then, like any other. */
    if (job->whole && fetching->kind == FETCH_HISTORY &&
        (err->reason == REASON_TOO_LARGE || err->reason == REASON_REMOTE)) {
        job->whole = false;
        return rewind_spool(job);
    }
    return err->reason == REASON_REMOTE && fetching->kind == FETCH_WANTS &&
           drop_refused(job, err) && rewind_spool(job);
}

static void on_pack(const struct gitwire_pack *pack, const struct err *err, void *ctx)
{
    struct fetching *fetching = ctx;
    struct job *job = fetching->job;

    if (err->reason == REASON_NONE) {
        job->filtered = pack->filtered;
    } else if (!can_retry(fetching, err)) {
        job->err = *err;
    } else if (job->want_count > 0) {
        send_fetch(fetching);
        return;
    }
    work_submit(job->scan->cpu_lane, absorb_run, absorb_done, fetching);
}

static void send_fetch(struct fetching *fetching)
{
    struct job *job = fetching->job;
    bool whole = fetching->kind == FETCH_HISTORY && job->whole;
    struct gitwire_fetch fetch = {
        .repository = job->full_name,
        .server = job->refs.server,
        .wants = job->wants,
        .want_count = job->want_count,
        .haves = job->haves,
        .have_count = job->have_count,
        .depth = fetching->kind == FETCH_PROBE ? 1 : 0,
        .filter = fetching->kind == FETCH_WANTS ? NULL
                  : whole                       ? SMALL_BLOBS
                                                : "blob:none",
        .fd = job->spool,
        .max_bytes = whole ? WHOLE_BYTES : 0,
    };
    gitwire_fetch(job->scan->wire, &fetch, on_pack, fetching);
}

static void prepare_done(void *item)
{
    struct fetching *fetching = item;
    struct job *job = fetching->job;

    if (job->err.reason != REASON_NONE || job->want_count == 0)
        work_submit(job->scan->cpu_lane, absorb_run, absorb_done, fetching);
    else
        send_fetch(fetching);
}

void job_fetch(struct job *job, enum fetch_kind kind, void (*then)(struct job *job))
{
    struct fetching *fetching = mem_alloc(sizeof *fetching);

    *fetching = (struct fetching){.job = job, .kind = kind, .then = then};
    if (kind == FETCH_WANTS && ++job->rounds > ROUNDS_MAX)
        err_set(&job->err, REASON_LIMIT, "%s: its version files lead to ever more files",
                job->full_name);
    work_submit(job->scan->cpu_lane, prepare_run, prepare_done, fetching);
}

void job_close_mirror(struct job *job)
{
    reader_free(job->reader);
    job->reader = NULL;
    mirror_free(job->mirror);
    job->mirror = NULL;
}

void job_drop_mirror(struct job *job)
{
    char *path = mirror_path(job);
    struct err ignored; /* it costs space, and no fact */

    job_close_mirror(job);
    mirror_remove(path, &ignored);
    free(path);
}
