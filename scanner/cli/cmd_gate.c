#include "cli/gate_call.h"

#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "base/text.h"

static const struct flag flags[] = {
    {"version", "VERSION", "gate-version", "that is to be published (as --tag or the tree says)"},
    {"tag", "TAG", "gate-tag", "that it is published from (the one that denotes VERSION)"},
    {"dist", "DIR", "gate-dist", "the built files: are they of this tree and version?"},
    {"test-index", "URL", "gate-test-index", "an index that has to have these very files"},
    {"published", NULL, "gate-published", "afterwards: is it there as it should be?"},
    {"offline", NULL, "offline", "ask no service: what only they know is ?"},
    {"format", "FORMAT", "gate-format", "table, json or github (in GitHub Actions)", 'f'},
    {"colour", "WHEN", "output.colour", "auto, always or never"},
    {"github-api", "URL", "github.api", "root of the REST API"},
    {"github-git", "URL", "github.git", "root of the git host"},
    {"index", "URL", "index-url", "root of the package index"},
    {"ca-file", "FILE", "http.ca_file", "certificates to trust instead of the system's"},
    {"allow-http", NULL, "http.allow_http", "plain http beyond this machine"},
    {NULL},
};

static const char about[] =
    "Is this tree ready to be published? One line for each point of a release's checklist: right\n"
    "(\xe2\x9c\x93), wrong (\xe2\x9c\x97) or not known (?), what was seen, and what puts it right. "
    "The project "
    "is the one in DIR\n"
    "(here), as HEAD has it; the version that --version says, else the tag, else the project.\n"
    "Nothing of the repository is run, no hook and no filter; nothing is changed. No database is\n"
    "needed; one of a scan (scan.database) tells which versions the index had and deleted.\n"
    "\n"
    "In GitHub Actions the tag and the repository are those of the job, what is wrong becomes an\n"
    "annotation, and the list goes into the summary of the step.\n"
    "\n"
    "Exit status: 0 all right; 1 something is wrong; 3 nothing is wrong, but something could not "
    "be\n"
    "looked at; 2 no such call, project or repository; 4 the disk or the work tree failed.\n";

static const char examples[] =
    "  fleetdrift gate                               the project here, as it stands\n"
    "  fleetdrift gate --version 1.2.0 packages/core one of several projects\n"
    "  fleetdrift gate --tag v1.2.0 && python3 -m build && fleetdrift gate --dist dist\n"
    "  fleetdrift gate --published --dist dist       afterwards: does the index have these files?\n"
    "  fleetdrift gate --offline --format json | jq '.checks[] | select(.state == \"wrong\")'\n";

static bool is_actions(void)
{
    const char *text = getenv("GITHUB_ACTIONS");

    return text != NULL && strcmp(text, "true") == 0;
}

/* "refs/tags/v1" as "v1"; NULL where it is no tag's. */
static const char *tag_of_ref(const char *ref)
{
    return ref != NULL && text_starts_with(ref, "refs/tags/") && ref[strlen("refs/tags/")] != '\0'
               ? ref + strlen("refs/tags/")
               : NULL;
}

/* That was asked for, else that the job was started by. */
static const char *find_tag(const struct settings *s)
{
    const char *full = tag_of_ref(s->gate_tag);

    if (s->gate_tag != NULL)
        return full != NULL ? full : s->gate_tag;
    return is_actions() ? tag_of_ref(getenv("GITHUB_REF")) : NULL;
}

static int check(struct context *context, struct err *err)
{
    const struct settings *s = &context->settings;

    if (s->gate_test_index != NULL && s->gate_dist == NULL)
        return err_set(err, REASON_USAGE, "--test-index compares built files: give --dist DIR");
    return 0;
}

static int status_of(const struct gate_line *lines, size_t count)
{
    bool wrong = false, unknown = false;

    for (size_t i = 0; i < count; i++) {
        wrong |= lines[i].mark == MARK_BAD;
        unknown |= lines[i].mark == MARK_UNKNOWN;
    }
    return wrong ? STATUS_FINDINGS : unknown ? STATUS_PARTIAL : STATUS_GOOD;
}

static int judge(struct gate_call *call, struct err *err)
{
    struct gate_line lines[GATE_CHECKS_MAX];

    if (gate_read(call, err) != 0 || gate_ask(call, err) != 0)
        return -1;
    gate_read_tags(call);
    gate_read_branches(call);
    gate_read_files(call);
    gate_read_past(call);
    if (gate_ask_forge(call, err) != 0 || gate_read_built(call, err) != 0)
        return -1;
    size_t count = gate_judge(&call->gate, lines);
    return gate_print(call, lines, count, err) != 0 ? -1 : status_of(lines, count);
}

static int run(struct context *context, struct err *err)
{
    const struct settings *s = &context->settings;
    struct gate_call call = {
        .context = context, .arena = ARENA_INIT, .refs = ARENA_INIT, .actions = is_actions()};
    int status = -1;

    call.gate = (struct gate){
        .arena = &call.arena,
        .version = s->gate_version,
        .wanted = s->gate_version != NULL ? "--version" : NULL,
        .tag = find_tag(s),
        .published = s->gate_published,
        .web_hosts = s->github_web.items,
    };
    if (scan_call_open(&call.scan, context, err) == 0)
        status = judge(&call, err);
    if (call.reader != NULL)
        reader_free(call.reader);
    worktree_free(call.worktree);
    scan_call_release(&call.scan);
    arena_release(&call.refs);
    arena_release(&call.arena);
    mirror_global_exit();
    return status;
}

const struct command cmd_gate = {
    .name = "gate",
    .line = "before a release: is this checkout ready to be published?",
    .usage = "gate [OPTIONS] [DIR]",
    .about = about,
    .examples = examples,
    .flags = flags,
    .operand = "gate-directory",
    .needs = NEEDS_RULES | NEEDS_TOKEN,
    .check = check,
    .run = run,
};
