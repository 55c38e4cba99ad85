#include "remedy/plan.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "facts/pep440.h"
#include "remedy/touched.h"
#include "report/card.h"
#include "report/words.h"

struct plan {
    FILE *out;
    struct card card;
    const struct record *release;
    const char *package, *version; /* as the index has them */
    const char *tag;               /* that it has, or should have; NULL: cannot be told */
    const char *commit;            /* that it is of; NULL: no commit is */
    struct touched touched;
    struct records publishes; /* steps of workflows */
    bool tagged, declared, noted, found;
    unsigned step;
};

/* --- words ----------------------------------------------------------------------------------- */

/* Text of strangers, so that Markdown shows it and does nothing else. */
static void say(const struct plan *plan, const char *text)
{
    struct buf safe = BUF_INIT(1 << 16);

    words_say(&safe, "%s", text != NULL ? text : "?");
    for (const char *s = buf_str(&safe); *s != '\0'; s++) {
        if (strchr("\\`*_{}[]<>#|", *s) != NULL)
            fputc('\\', plan->out);
        fputc(*s, plan->out);
    }
    buf_release(&safe);
}

/* The same inside a block of code, which only its own marks would end. */
static void quote(const struct plan *plan, const char *text)
{
    struct buf safe = BUF_INIT(1 << 16);

    words_say(&safe, "%s", text);
    for (const char *s = buf_str(&safe); *s != '\0'; s++)
        fputc(*s == '`' ? '?' : *s, plan->out);
    buf_release(&safe);
}

static void heading(struct plan *plan, const char *text)
{
    fprintf(plan->out, "\n## %u. %s\n\n", ++plan->step, text);
}

static void open_commands(const struct plan *plan)
{
    fputs("\n```sh\n", plan->out);
}

static void close_commands(const struct plan *plan)
{
    fputs("```\n", plan->out);
}

static const char *text_of(const struct plan *plan, const char *name)
{
    return record_text(plan->release, name);
}

/* --- what was found -------------------------------------------------------------------------- */

struct moment {
    const char *instant, *what, *detail;
};

static int by_instant(const void *a, const void *b)
{
    return strcmp(((const struct moment *)a)->instant, ((const struct moment *)b)->instant);
}

static void write_timeline(const struct plan *plan)
{
    const struct moment known[] = {
        {text_of(plan, "version_committed_at"),
         "a commit first declares the version:", text_of(plan, "version_commit")},
        {text_of(plan, "committed_at"), "the tagged commit was made:", text_of(plan, "tag_commit")},
        {text_of(plan, "tagged_at"), "the tag was made:", text_of(plan, "tag")},
        {text_of(plan, "published_at"), "published on the index", NULL},
        {record_text(plan->card.package, "head_committed_at"),
         "the default branch's newest commit:", record_text(plan->card.package, "head")},
    };
    struct moment moments[sizeof known / sizeof *known];
    size_t count = 0;

    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        if (known[i].instant != NULL)
            moments[count++] = known[i];
    qsort(moments, count, sizeof *moments, by_instant);
    fputs("\n| when (UTC) | what |\n| --- | --- |\n", plan->out);
    for (size_t i = 0; i < count; i++) {
        fprintf(plan->out, "| %s | %s", moments[i].instant, moments[i].what);
        if (moments[i].detail != NULL) {
            fputs(" ", plan->out);
            say(plan, moments[i].detail);
        }
        fputs(" |\n", plan->out);
    }
}

static bool is_about(const struct plan *plan, const struct record *finding)
{
    const char *version = record_text(finding, "version");

    return (record_is(finding, "state", "new") || record_is(finding, "state", "open")) &&
           (version == NULL || strcmp(version, plan->version) == 0);
}

static void write_findings(const struct plan *plan)
{
    const struct records *findings = &plan->card.findings;
    bool any = false;

    for (size_t i = 0; i < findings->count; i++) {
        if (!is_about(plan, &findings->items[i]))
            continue;
        fprintf(plan->out, "%s- **%s** ", any ? "" : "\n",
                card_word(&findings->items[i], "severity"));
        say(plan, record_text(&findings->items[i], "message"));
        fprintf(plan->out, " (`%s`)\n", card_word(&findings->items[i], "rule"));
        any = true;
    }
    if (!any)
        fputs("\nNothing is wrong with this release as far as it was looked at.\n", plan->out);
}

static void write_found(const struct plan *plan)
{
    const struct record *run = plan->card.run;

    fputs("# Repair of ", plan->out);
    say(plan, plan->package);
    fprintf(plan->out, " %s\n\nRepository: ", plan->version);
    say(plan, card_word(plan->card.package, "full_name"));
    fprintf(plan->out, ". As of run %" PRId64 ", %s.\n", record_integer(run, "id", 0),
            card_word(run, "started_at"));
    write_findings(plan);
    write_timeline(plan);
}

/* --- the source ------------------------------------------------------------------------------ */

static void write_source(struct plan *plan)
{
    const char *url = text_of(plan, "sdist_url");

    if (plan->found)
        return;
    heading(plan, "Get the source back");
    fputs("No commit holds what was published. Keep it first, without running it, and look for the "
          "work tree\nthat it was built from, on the machines of whoever published it: in clones, "
          "their stashes and reflogs.\n",
          plan->out);
    open_commands(plan);
    if (url != NULL && card_is_url(url))
        fprintf(plan->out, "curl -O %s\n", url);
    else
        fprintf(plan->out, "# fetch the sdist of %s %s from the index\n", plan->package,
                plan->version);
    fprintf(plan->out, "fleetdrift recover --search ~/src %s==%s\n", plan->package, plan->version);
    close_commands(plan);
    fputs(
        "\nOnly if it is nowhere: bring back what was published, as a branch on top of the commit "
        "that explains\nmost of it, so that at least everybody can read what users run.\n",
        plan->out);
    open_commands(plan);
    fprintf(plan->out,
            "fleetdrift recover %s==%s\n"
            "git fetch %s-%s.bundle fix/sync-repo-with-v%s:fix/sync-repo-with-v%s\n",
            plan->package, plan->version, plan->package, plan->version, plan->version,
            plan->version);
    close_commands(plan);
}

/* --- the branch ------------------------------------------------------------------------------ */

/* "src/a/__init__.py:3" as path and line. */
static const char *declared_at(const struct plan *plan, size_t *path, unsigned *line)
{
    const char *origin = record_text(plan->card.package, "declared_origin");
    const char *colon = origin != NULL ? strrchr(origin, ':') : NULL;

    if (colon == NULL)
        return NULL;
    *path = (size_t)(colon - origin);
    *line = (unsigned)strtoul(colon + 1, NULL, 10);
    return *line > 0 ? origin : NULL;
}

static void write_bump(struct plan *plan)
{
    const char *was = record_text(plan->card.package, "declared_version");
    size_t len = 0;
    unsigned line = 0;
    const char *origin = declared_at(plan, &len, &line);

    if (plan->declared || was == NULL || origin == NULL)
        return;
    fprintf(plan->out, "\nThe default branch declares %s, in line %u of `%.*s`:\n", was, line,
            (int)len, origin);
    open_commands(plan);
    char *path = arena_strndup(&plan->card.arena, origin, len);
    if (card_is_plain(path) && card_is_plain(was))
        fprintf(plan->out, "sed -i '%us/%s/%s/' %s\n", line, was, plan->version, path);
    else
        fprintf(plan->out, "# set it to %s there\n", plan->version);
    close_commands(plan);
}

static void write_touched(const struct plan *plan)
{
    for (size_t i = 0; i < plan->touched.count; i++) {
        const struct touched_file *file = &plan->touched.files[i];
        fputs("  - ", plan->out);
        quote(plan, file->path);
        fputs(file->added ? " (new)" : "", plan->out);
        for (size_t n = 0; n < file->name_count; n++) {
            fputs(n == 0 ? ": " : ", ", plan->out);
            quote(plan, file->names[n]);
        }
        fputs("\n", plan->out);
    }
}

static void write_changelog(struct plan *plan)
{
    const char *path = record_text(plan->card.package, "changelog_path");
    const char *published = text_of(plan, "published_at");

    if (plan->noted)
        return;
    fprintf(plan->out, "\nAdd to `%s`, to be completed by a person:\n\n```markdown\n",
            path != NULL && card_is_plain(path) ? path : "CHANGELOG.md");
    fprintf(plan->out,
            "## [%s] - %.10s\n\n### Changed\n- TO BE COMPLETED: what users of %s notice.%s\n",
            plan->version, published != NULL ? published : "YYYY-MM-DD", plan->version,
            plan->touched.count > 0 ? " What was changed:" : "");
    write_touched(plan);
    fputs("```\n", plan->out);
}

static void write_branch(struct plan *plan)
{
    if (plan->found && plan->declared && plan->noted)
        return;
    heading(plan, "Bring the repository to what was published");
    open_commands(plan);
    fputs("git fetch --tags origin\n", plan->out);
    /* brought back above, or made here */
    fprintf(plan->out, "git switch %sfix/sync-repo-with-v%s\n", plan->found ? "-c " : "",
            plan->version);
    close_commands(plan);
    write_bump(plan);
    write_changelog(plan);
    bool edited = !plan->declared || !plan->noted;
    fputs(edited ? "\nOne commit, which says what it does:\n"
                 : "\nWhat was brought back is one commit:\n",
          plan->out);
    open_commands(plan);
    if (edited)
        fprintf(plan->out,
                "git add -A\ngit commit -m 'Sync repository with published v%s' \\\n"
                "    -m '%s was published from a tree that was never committed.'\n",
                plan->version, plan->version);
    fprintf(plan->out,
            "git push -u origin fix/sync-repo-with-v%s\n"
            "gh pr create --title 'Sync repository with published v%s' --body-file - <<'EOF'\n",
            plan->version, plan->version);
    fprintf(plan->out,
            "%s %s is on the index; the repository does not hold it. This brings them together.\n"
            "\n"
            "- [ ] the diff is what was published, and nothing else\n"
            "- [ ] the version in the source is %s\n"
            "- [ ] the changelog entry says what users notice\n"
            "- [ ] merged with a merge commit: the commit that is tagged must not change\n"
            "EOF\n",
            plan->package, plan->version, plan->version);
    close_commands(plan);
}

/* --- tag and release ------------------------------------------------------------------------- */

static void write_tag(struct plan *plan)
{
    if (plan->tagged || plan->tag == NULL)
        return;
    heading(plan, "Tag it");
    if (plan->found && plan->commit != NULL)
        fputs("This commit holds what was published:\n", plan->out);
    else
        fputs("After the merge, tag the commit that holds what was published:\n", plan->out);
    open_commands(plan);
    fprintf(plan->out, "git tag -a %s %s -m '%s %s'\ngit push origin %s\n", plan->tag,
            plan->found && plan->commit != NULL ? plan->commit : "HEAD", plan->package,
            plan->version, plan->tag);
    close_commands(plan);
}

static void write_release(struct plan *plan)
{
    if (plan->tag == NULL)
        return;
    heading(plan, "Say so on the forge");
    open_commands(plan);
    fprintf(plan->out, "gh release create %s --verify-tag --title '%s %s' --notes-from-tag\n",
            plan->tag, plan->package, plan->version);
    close_commands(plan);
    heading(plan, "See that it is right");
    open_commands(plan);
    fprintf(plan->out, "git show --no-patch %s\n", plan->tag);
    fprintf(plan->out, "fleetdrift scan --package %s=%s --verify '%s==%s'\n", plan->package,
            card_word(plan->card.package, "full_name"), plan->package, plan->version);
    fprintf(plan->out, "fleetdrift report %s\n", plan->package);
    close_commands(plan);
}

/* --- the rest -------------------------------------------------------------------------------- */

/* The index tells nobody who uploaded; what else is known of it. */
static void write_who(const struct plan *plan)
{
    const char *workflow = text_of(plan, "attested_workflow");
    const int64_t pull = record_integer(plan->release, "pull", 0);

    fputs("- **Who published it, by which credential:** ", plan->out);
    if (workflow != NULL) {
        fputs("attested by the workflow ", plan->out);
        say(plan, workflow);
        fputs(", by trusted publishing; ", plan->out);
    }
    if (pull > 0) {
        fprintf(plan->out, "pull request %" PRId64 " of ", pull);
        say(plan, text_of(plan, "pull_author"));
        fputs(", merged by ", plan->out);
        say(plan, text_of(plan, "merged_by"));
        fputs("; ", plan->out);
    }
    for (size_t i = 0; i < plan->publishes.count; i++) {
        const struct record *publish = &plan->publishes.items[i];
        fputs("today ", plan->out);
        say(plan, record_text(publish, "path"));
        fprintf(plan->out,
                ":%" PRId64 " publishes, credential: ", record_integer(publish, "line", 0));
        say(plan, record_text(publish, "credential"));
        fputs("; ", plan->out);
    }
    if (workflow == NULL && plan->publishes.count == 0)
        fputs("no workflow is known to publish; ", plan->out);
    fputs("…\n", plan->out);
}

static void write_rest(struct plan *plan)
{
    heading(plan, "As the last resort: yank");
    fprintf(plan->out,
            "If nobody can say what %s holds, yank it on the index and publish a higher version "
            "from a tag.\nA yanked version stays installable for those who pin it, and its number "
            "can never be used again;\neverybody else gets the version before it.\n",
            plan->version);
    heading(plan, "Before the next release");
    fputs("- [ ] the version is set by a commit on the default branch, reviewed and merged\n"
          "- [ ] the changelog has its entry, with the date\n"
          "- [ ] the tag is annotated, stands on that commit, and is pushed\n"
          "- [ ] what is published is built from a clean checkout of the tag, by a workflow\n"
          "- [ ] the workflow publishes by trusted publishing; no long-lived token is left\n"
          "- [ ] `fleetdrift scan` finds nothing afterwards\n",
          plan->out);
    heading(plan, "Post-mortem");
    fputs("To be completed by people; what is known stands in the timeline above.\n\n"
          "- **What happened:** \n",
          plan->out);
    write_who(plan);
    fputs("- **Who was affected, for how long:** \n"
          "- **How it was noticed:** a scan compared the index with the repository\n"
          "- **Why it could happen:** \n- **What would have prevented it:** publishing from a tag "
          "only, by a workflow that\n  compares tag and version first (`fleetdrift plan "
          "--workflow` writes one)\n- **What was changed:** \n",
          plan->out);
}

/* --- all of it ------------------------------------------------------------------------------- */

static const struct record *find_release(const struct card *card, const char *version)
{
    for (size_t i = 0; i < card->releases.count; i++) {
        const char *text = record_text(&card->releases.items[i], "version");
        if (text != NULL && (strcmp(text, version) == 0 || pep440_compare(text, version) == 0))
            return &card->releases.items[i];
    }
    return NULL;
}

static void read_facts(struct plan *plan)
{
    const char *prefix = card_tag_prefix(&plan->card.arena, card_tagged(&plan->card));
    const char *verdict = text_of(plan, "verdict");
    const char *commit = text_of(plan, "contents_commit");

    plan->tagged = record_is(plan->release, "tag_state", "known");
    plan->declared = record_is(plan->release, "version_commit_state", "known") ||
                     record_is(plan->card.package, "declared_kind", "vcs");
    plan->noted = record_is(plan->release, "changelog_state", "known");
    /* Where contents were not compared, a commit that declares the version is the best guess. */
    if (verdict == NULL)
        commit = text_of(plan, "version_commit");
    plan->found = verdict != NULL
                      ? strcmp(verdict, "nowhere") != 0 && strcmp(verdict, "mixed-commits") != 0
                      : commit != NULL;
    plan->commit = commit != NULL && card_is_plain(commit) ? commit : NULL;
    if (plan->tagged)
        plan->tag = text_of(plan, "tag");
    else if (prefix != NULL)
        plan->tag = arena_printf(&plan->card.arena, "%s%s", prefix, plan->version);
    if (plan->tag != NULL && !card_is_plain(plan->tag))
        plan->tag = NULL;
}

static int open_plan(struct store *store, const char *package, const char *version,
                     struct plan *plan, struct err *err)
{
    if (card_read(store, package, &plan->card, err) != 0)
        return -1;
    plan->release = version != NULL ? find_release(&plan->card, version) : plan->card.newest;
    if (plan->release == NULL)
        return err_set(err, REASON_USAGE, "the index has no release %s%sof %s",
                       version != NULL ? version : "", version != NULL ? " " : "", package);
    plan->package = card_word(plan->card.package, "package");
    plan->version = card_word(plan->release, "version");
    if (!card_is_plain(plan->package) || !card_is_plain(plan->version))
        return err_set(err, REASON_UNSUPPORTED,
                       "%s %s cannot be written down for a shell without risk", package,
                       plan->version);
    if (record_text(plan->card.package, "full_name") == NULL)
        return err_set(err, REASON_USAGE, "no repository is known for %s: nothing to repair there",
                       package);
    read_facts(plan);
    const struct bind bind = {":package", plan->package};
    if (records_read(store, "plan_publishes", &bind, 1, 0, &plan->card.arena, &plan->publishes,
                     err) != 0)
        return -1;
    return touched_read(store, plan->package, plan->version, &plan->card.arena, &plan->touched,
                        err);
}

int plan_write(struct store *store, const char *package, const char *version, FILE *out,
               struct err *err)
{
    struct plan plan = {.out = out};
    int result = open_plan(store, package, version, &plan, err);

    if (result == 0) {
        write_found(&plan);
        write_source(&plan);
        write_branch(&plan);
        write_tag(&plan);
        write_release(&plan);
        write_rest(&plan);
    }
    arena_release(&plan.card.arena);
    return result;
}
