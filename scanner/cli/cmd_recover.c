#include "cli/recover_call.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/interrupt.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/text.h"
#include "report/output.h"

#define WRITTEN_MAX ((size_t)1 << 30)
#define SAID_MAX    ((size_t)16 << 20)

static const struct flag flags[] = {
    {"output", "DIR", "output", "where the bundle and the patch go (.)", 'o'},
    {"author", "NAME", "author", "of the commit (as git is configured)"},
    {"email", "MAIL", "email", "the author's address (as git is configured)"},
    {"search", "DIR", "search", "look for the files on this disk instead; repeatable"},
    {"db", "FILE", "scan.database", "database (fleetdrift.db)"},
    {"cache", "DIR", "scan.cache", "mirrors (~/.cache/fleetdrift)"},
    {"github-api", "URL", "github.api", "root of the REST API"},
    {"github-git", "URL", "github.git", "root of the git host"},
    {"index", "URL", "index-url", "root of the package index"},
    {"ca-file", "FILE", "http.ca_file", "certificates to trust instead of the system's"},
    {"allow-http", NULL, "http.allow_http", "plain http beyond this machine"},
    {NULL},
};

static const char about[] =
    "Brings back what is published and in no commit: writes a git bundle and a patch with one\n"
    "commit on top of the one that explains most of the release, whose tree has the published\n"
    "files. What a build makes is left out, line endings stay as the repository has them. Your\n"
    "clone is not touched, nothing is pushed, nothing is written to the database.\n"
    "\n"
    "The repository is the one that a scan found, unless it is named. With --search it looks for\n"
    "the files in directories and in the git repositories below them: work trees, branches,\n"
    "stashes, reflogs, objects that nothing leads to. Nothing is written there.\n";

static const char examples[] =
    "  fleetdrift recover acme-tools==0.2.0          ./acme-tools-0.2.0.bundle and .patch\n"
    "  fleetdrift recover acme-tools==0.2.0=acme/tools --output rescue/\n"
    "                                                without a scan before\n"
    "  fleetdrift recover --search ~/src acme-tools==0.2.0\n"
    "                                                is it still on this disk?\n";

static int check(struct context *context, struct err *err)
{
    const struct settings *s = &context->settings;
    struct release_target target = {0};
    int result = s->card != NULL ? release_target_read(s->card, &target, err) : 0;

    if (result == 0 && target.version == NULL)
        result = err_set(err, REASON_USAGE, "name a release: PACKAGE==VERSION");
    if (result == 0 && s->search.count > 0)
        context->needs = NEEDS_STORE;
    else if (result == 0)
        result = release_need_repository(context, &target, err);
    release_target_release(&target);
    return result;
}

/* --- what was compared ----------------------------------------------------------------------- */

struct recovering {
    const struct release_target *target;
    char *name, *mail;
    char *directory, *bundle_path, *patch_path;
    bool told, partial;
    struct buf bundle, patch, said;
    struct err err;
};

static const struct scan_compared_file *choose_file(const struct scan_compared *compared)
{
    for (size_t i = 0; i < compared->count; i++)
        if (compared->files[i].kind == ARCHIVE_SDIST)
            return &compared->files[i];
    return compared->count > 0 ? &compared->files[0] : NULL;
}

static int write_commit(struct recovering *r, const struct published *input,
                        struct recover_choice *choice, const char *repository)
{
    struct mirror_written *written = NULL;
    struct recover_outcome outcome = {.target = r->target,
                                      .repository = repository,
                                      .input = input,
                                      .choice = choice,
                                      .bundle = r->bundle_path,
                                      .patch = r->patch_path};
    int result = 0;

    choice->request.name = r->name;
    choice->request.mail = r->mail;
    if (choice->request.count > 0)
        result = mirror_write(input->mirror, &choice->request, &written, &r->err);
    if (result == 0 && written != NULL) {
        outcome.commit = mirror_written_commit(written);
        result = mirror_write_bundle(written, &r->bundle, &r->err) != 0
                     ? -1
                     : mirror_write_patch(written, &r->patch, &r->err);
    }
    if (result == 0 && recover_print(&outcome, &r->said) != 0)
        result = err_set(&r->err, REASON_TOO_LARGE, "there is too much to be said of %s",
                         input->filename);
    mirror_written_free(written);
    return result;
}

static void on_compared(void *ctx, const struct scan_compared *compared)
{
    struct recovering *r = ctx;
    const struct scan_compared_file *file = choose_file(compared);
    const struct due_release *release = compared->release;
    struct arena arena = ARENA_INIT;
    struct recover_choice choice;

    if (file == NULL || r->told)
        return;
    r->told = true;
    if (file->err != NULL) {
        r->err = *file->err;
        return;
    }
    if (file->nearest.commit == NULL) {
        err_set(&r->err, REASON_NOT_FOUND,
                "no commit of %s explains any of %s: begin from the unpacked file",
                compared->repository, file->file->filename);
        return;
    }
    struct published input = {
        .package = release->package,
        .version = release->version,
        .filename = file->file->filename,
        .sha256 = file->file->sha256,
        .uploaded_at = file->file->uploaded_at,
        .wheel = file->kind == ARCHIVE_WHEEL,
        .base = file->nearest.commit,
        .base_at = file->nearest.committed_at,
        .tree = file->nearest.tree,
        .result = file->nearest.result,
        .whole = file->whole,
        .mirror = compared->mirror,
    };
    recover_choose(&input, &arena, &choice);
    for (size_t i = 0; i < choice.count; i++)
        r->partial |= choice.files[i].unknown;
    write_commit(r, &input, &choice, compared->repository);
    arena_release(&arena);
}

/* --- the files ------------------------------------------------------------------------------- */

static int make_directory(const char *directory, struct err *err)
{
    if (mkdir(directory, 0777) == 0 || errno == EEXIST)
        return 0;
    return err_set(err, REASON_DISK, "cannot create %s: %s", directory, strerror(errno));
}

static int write_file(const char *path, const struct buf *bytes, struct err *err)
{
    struct output output;

    if (output_open(&output, path, err) != 0)
        return -1;
    fwrite(bytes->data, 1, bytes->len, output.file); /* output_close() tells */
    return output_close(&output, true, err);
}

static int name_files(struct recovering *r, const char *directory, struct err *err)
{
    char *slashed = mem_printf("%s/", directory != NULL ? directory : ".");
    int result = output_check(slashed, err);
    char *real = result == 0 ? realpath(slashed, NULL) : NULL;

    if (real == NULL && result == 0)
        real = mem_strndup(slashed, text_without_slashes(slashed)); /* made when it is written */
    if (result == 0) {
        r->bundle_path =
            mem_printf("%s/%s-%s.bundle", real, r->target->package, r->target->version);
        r->patch_path = mem_printf("%s/%s-%s.patch", real, r->target->package, r->target->version);
    }
    r->directory = real;
    free(slashed);
    return result;
}

static int find_author(struct recovering *r, const struct settings *s, struct err *err)
{
    mirror_author(&r->name, &r->mail);
    if (s->author != NULL) {
        free(r->name);
        r->name = mem_strdup(s->author);
    }
    if (s->email != NULL) {
        free(r->mail);
        r->mail = mem_strdup(s->email);
    }
    if (r->name == NULL || r->mail == NULL)
        return err_set(err, REASON_USAGE,
                       "git does not know who you are: give --author NAME and --email MAIL");
    return 0;
}

static int finish(struct recovering *r, struct err *err)
{
    if (interrupt_signal() != 0)
        return INTERRUPT_STATUS(interrupt_signal());
    if (!r->told)
        return STATUS_PARTIAL;
    if (r->err.reason != REASON_NONE) {
        if (r->err.reason == REASON_USAGE) {
            *err = r->err;
            return -1;
        }
        log_error("%s", r->err.text);
        return STATUS_PARTIAL;
    }
    if (r->bundle.len > 0 && (make_directory(r->directory, err) != 0 ||
                              write_file(r->bundle_path, &r->bundle, err) != 0 ||
                              write_file(r->patch_path, &r->patch, err) != 0))
        return -1;
    fputs(buf_str(&r->said), stdout);
    if (r->partial)
        log_warning("what of it could not be looked at is left out");
    return r->partial ? STATUS_PARTIAL : STATUS_GOOD;
}

static int recover(struct context *context, struct release_target *target, struct err *err)
{
    struct recovering r = {.target = target,
                           .bundle = BUF_INIT(WRITTEN_MAX),
                           .patch = BUF_INIT(WRITTEN_MAX),
                           .said = BUF_INIT(SAID_MAX)};
    const struct release_wish wish = {.compared = on_compared, .ctx = &r};
    int status = -1;

    if (name_files(&r, context->settings.output, err) == 0 &&
        find_author(&r, &context->settings, err) == 0 &&
        release_look(context, target, &wish, err) == 0)
        status = finish(&r, err);
    buf_release(&r.bundle);
    buf_release(&r.patch);
    buf_release(&r.said);
    free(r.directory);
    free(r.bundle_path);
    free(r.patch_path);
    free(r.name);
    free(r.mail);
    mirror_global_exit();
    return status;
}

static int run(struct context *context, struct err *err)
{
    struct release_target target;
    int status = release_target_read(context->settings.card, &target, err);

    if (status == 0)
        status = context->settings.search.count > 0 ? recover_search(context, &target, err)
                                                    : recover(context, &target, err);
    release_target_release(&target);
    return status;
}

const struct command cmd_recover = {
    .name = "recover",
    .line = "bring published files that no commit holds back into the repository",
    .usage = "recover [OPTIONS] PACKAGE==VERSION[=OWNER/NAME]",
    .about = about,
    .examples = examples,
    .flags = flags,
    .operand = "card",
    .needs = NEEDS_RULES | NEEDS_TOKEN,
    .check = check,
    .run = run,
};
