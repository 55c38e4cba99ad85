/*
 * A command of its own and no part of `report`: what it shows is in no database. It asks the index
 * for the published files and the repository for the old ones, and `report` never uses the network.
 */
#include "cli/diff_release_call.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/interrupt.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/text.h"
#include "cli/terminal.h"
#include "report/words.h"

#define SAID_MAX ((size_t)256 << 20)

static const struct flag flags[] = {
    {"against", "REV", "against", "tag, best, or a tag, branch or commit (tag, else best)"},
    {"file", "NAME", "only-file", "only this sdist or wheel of the release"},
    {"all", NULL, "all", "also the lines that builds change"},
    {"stat", NULL, "stat", "the list of files, without lines"},
    {"name-only", NULL, "name-only", "nothing but the names of the files that differ"},
    {"format", "FORMAT", "text-format", "text or json", 'f'},
    {"colour", "WHEN", "output.colour", "auto, always or never"},
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
    "Shows what differs between what was published and the repository: every file that is not\n"
    "identical with its class (schema/README.md), then what differs in it, as a diff that `git "
    "apply`\n"
    "takes on the commit. That is the tag's, and without a tag the one that has most of the "
    "release.\n"
    "Without a version it is the newest release. Both sides are fetched; nothing is extracted, run "
    "or\n"
    "written to the database. The repository is the one that a scan found, unless it is named.\n"
    "\n"
    "What builds change is listed only; files that differ in line ends alone are named; what "
    "looks\n"
    "like a secret is never shown.\n"
    "\n"
    "Exit status: 0 nothing differs but what builds change; 1 something does; 2 no such call; 3\n"
    "nothing does, but something could not be looked at, or has no source to compare it with;\n"
    "4 the disk or the database failed.\n";

static const char examples[] =
    "  fleetdrift diff-release acme-tools            the newest release\n"
    "  fleetdrift diff-release acme-tools==0.2.0=acme/tools\n"
    "                                                without a scan before\n"
    "  fleetdrift diff-release --against v0.1.0 acme-tools==0.2.0\n"
    "                                                what came with it since an earlier tag\n"
    "  fleetdrift diff-release --format json acme-tools==0.2.0 | jq '.files[].files[].path'\n";

static int check(struct context *context, struct err *err)
{
    const struct settings *s = &context->settings;
    struct release_target target = {0};
    int result = 0;

    if (s->card == NULL)
        result = err_set(err, REASON_USAGE, "name a release: PACKAGE==VERSION");
    else if (s->name_only && (s->stat || s->text_format == TEXT_JSON))
        result = err_set(err, REASON_USAGE, "--name-only prints names alone: leave out %s",
                         s->stat ? "--stat" : "--format json");
    else if (release_target_read(s->card, &target, err) != 0 ||
             release_need_repository(context, &target, err) != 0)
        result = -1;
    release_target_release(&target);
    return result;
}

/* --- what was compared ----------------------------------------------------------------------- */

struct comparing {
    const struct settings *settings;
    bool told, headed, differs, unknown;
    struct err said_last; /* each file of a release may fail of the same */
    struct err err;       /* nothing is to be printed */
    struct buf said;
    json_t *document;
};

static bool is_word(const char *against, const char *word)
{
    return against != NULL && strcmp(against, word) == 0;
}

/* A name that is left to the scan. */
static const char *asked(const struct settings *s)
{
    return is_word(s->against, "tag") || is_word(s->against, "best") ? NULL : s->against;
}

static void choose_basis(const struct comparing *c, struct diff_outcome *outcome, struct err *err)
{
    const struct scan_compared_file *file = outcome->file;
    const struct due_release *release = outcome->compared->release;
    bool tagged = file->tagged.result != NULL && !is_word(c->settings->against, "best");

    outcome->asked = asked(c->settings);
    outcome->with = tagged ? &file->tagged : &file->nearest;
    outcome->basis = tagged                          ? DIFF_BASIS_TAG
                     : outcome->asked != NULL        ? DIFF_BASIS_ASKED
                     : outcome->with->commit != NULL ? DIFF_BASIS_BEST
                                                     : DIFF_BASIS_NONE;
    if (!tagged && is_word(c->settings->against, "tag"))
        err_set(err, REASON_NOT_FOUND, "no tag denotes %s %s: --against best compares it anyhow",
                release->package, release->version);
    outcome->err = file->err != NULL ? file->err : err->reason != REASON_NONE ? err : NULL;
}

static void make(const struct comparing *c, struct diff_outcome *outcome, const struct diff *sdist,
                 struct arena *arena)
{
    const struct due_release *release = outcome->compared->release;
    const struct due_file *file = outcome->file->file;
    char shown[WORDS_MAX];
    const struct published published = {
        .package = release->package,
        .version = release->version,
        .filename = file->filename,
        .sha256 = file->sha256,
        .uploaded_at = file->uploaded_at,
        .wheel = outcome->file->kind == ARCHIVE_WHEEL,
        .base = outcome->with->commit,
        .base_at = outcome->with->committed_at,
        .tree = outcome->with->tree,
        .result = outcome->with->result,
        .whole = outcome->file->whole,
        .mirror = outcome->compared->mirror,
    };

    text_escape(file->filename, strlen(file->filename), shown, sizeof shown);
    diff_make(&published,
              &(struct diff_request){
                  .texts = !c->settings->stat && !c->settings->name_only,
                  .expected = c->settings->all,
                  .old_note = published.base != NULL
                                  ? arena_printf(arena, "commit %.12s", published.base)
                                  : NULL,
                  .new_note = shown,
                  .before = sdist,
              },
              arena, &outcome->diff);
}

static int print(struct comparing *c, const struct diff_outcome *outcome)
{
    if (c->settings->text_format == TEXT_JSON)
        return json_array_append_new(json_object_get(c->document, "files"), diff_json(outcome));
    if (outcome->err != NULL)
        return 0;
    if (c->settings->name_only)
        return diff_print_names(outcome, &c->said);
    int full = c->headed ? 0 : diff_print_head(outcome->compared, &c->said);
    c->headed = true;
    return full | diff_print(outcome, &c->said);
}

static void look_at(struct comparing *c, struct diff_outcome *outcome, const struct diff *sdist,
                    struct arena *arena)
{
    struct err why = {0};

    choose_basis(c, outcome, &why);
    if (outcome->err != NULL) {
        if (strcmp(outcome->err->text, c->said_last.text) != 0)
            log_error("%s", outcome->err->text);
        c->said_last = *outcome->err;
        c->unknown = true;
    } else {
        make(c, outcome, sdist, arena);
        c->differs |= outcome->diff.differs;
        c->unknown |= outcome->diff.unknown;
    }
    if (print(c, outcome) != 0)
        err_set(&c->err, REASON_TOO_LARGE, "%s: there is too much to be said of it",
                outcome->file->file->filename);
}

static void begin(struct comparing *c, const struct scan_compared *compared)
{
    const struct due_release *release = compared->release;

    c->told = true;
    c->document =
        json_pack("{s:o, s:o, s:o, s:o, s:[]}", "package", words_json(release->package), "version",
                  words_json(release->version), "repository", words_json(compared->repository),
                  "tag", words_json(release->tag), "files");
}

static bool is_asked_for(const struct comparing *c, const struct scan_compared_file *file)
{
    const char *only = c->settings->only_file;

    return only == NULL || strcmp(file->file->filename, only) == 0;
}

static void refuse_file(struct comparing *c, const struct due_release *release)
{
    struct buf names = BUF_INIT(WORDS_MAX);

    for (size_t i = 0; i < release->file_count; i++)
        words_say(&names, "%s%s", i > 0 ? ", " : "", release->files[i].filename);
    if (c->settings->only_file != NULL)
        err_set(&c->err, REASON_NOT_FOUND, "%s %s has no sdist or wheel %s; it has %s",
                release->package, release->version, c->settings->only_file, buf_str(&names));
    else
        err_set(&c->err, REASON_NOT_FOUND, "%s %s has no sdist and no wheel; it has %s",
                release->package, release->version, buf_str(&names));
    buf_release(&names);
}

static void on_compared(void *ctx, const struct scan_compared *compared)
{
    struct comparing *c = ctx;
    struct arena arena = ARENA_INIT;
    struct diff_outcome *sdist = NULL;
    bool any = false;

    if (c->told)
        return;
    begin(c, compared);
    for (size_t i = 0; i < compared->count; i++) {
        const struct scan_compared_file *file = &compared->files[i];
        struct diff_outcome *outcome = arena_alloc(&arena, sizeof *outcome);
        if (!is_asked_for(c, file))
            continue;
        *outcome = (struct diff_outcome){.compared = compared, .file = file};
        look_at(c, outcome, sdist != NULL ? &sdist->diff : NULL, &arena);
        any = true;
        if (file->kind == ARCHIVE_SDIST && outcome->err == NULL)
            sdist = outcome;
    }
    if (!any)
        refuse_file(c, compared->release);
    arena_release(&arena);
}

/* --- the answer ------------------------------------------------------------------------------ */

static void write_out(struct comparing *c)
{
    if (c->settings->text_format == TEXT_JSON) {
        json_object_set_new(c->document, "differs", json_boolean(c->differs));
        json_object_set_new(c->document, "unknown", json_boolean(c->unknown));
        json_dumpf(c->document, stdout, JSON_INDENT(2) | JSON_ENSURE_ASCII);
        putchar('\n');
        return;
    }
    const struct style style = {.ascii = !terminal_is_utf8(),
                                .colour = terminal_colour(c->settings)};
    terminal_write_diff(buf_str(&c->said), c->said.len, &style);
}

static int finish(struct comparing *c)
{
    if (interrupt_signal() != 0)
        return INTERRUPT_STATUS(interrupt_signal());
    if (!c->told)
        return STATUS_PARTIAL;
    if (c->err.reason != REASON_NONE) {
        log_error("%s", c->err.text);
        return STATUS_PARTIAL;
    }
    write_out(c);
    return c->differs ? STATUS_FINDINGS : c->unknown ? STATUS_PARTIAL : STATUS_GOOD;
}

static int run(struct context *context, struct err *err)
{
    struct comparing c = {.settings = &context->settings, .said = BUF_INIT(SAID_MAX)};
    const struct release_wish wish = {.compared = on_compared,
                                      .ctx = &c,
                                      .against = asked(c.settings),
                                      .only_file = c.settings->only_file};
    struct release_target target;
    int status = -1;

    if (release_target_read(context->settings.card, &target, err) == 0 &&
        release_look(context, &target, &wish, err) == 0)
        status = finish(&c);
    release_target_release(&target);
    json_decref(c.document);
    buf_release(&c.said);
    mirror_global_exit();
    return status;
}

const struct command cmd_diff_release = {
    .name = "diff-release",
    .line = "what differs between a published release and the repository, line by line",
    .usage = "diff-release [OPTIONS] PACKAGE[==VERSION][=OWNER/NAME]",
    .about = about,
    .examples = examples,
    .flags = flags,
    .operand = "card",
    .needs = NEEDS_RULES | NEEDS_TOKEN,
    .check = check,
    .run = run,
};
