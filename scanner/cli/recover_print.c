#include "cli/recover_call.h"

#include <inttypes.h>
#include <string.h>

#include "base/text.h"

#define SHOWN_MAX 4096

static int print_files(const struct recover_choice *choice, struct buf *out)
{
    static const char *const words[] = {
        [RECOVER_CHANGED] = "changed", [RECOVER_ADDED] = "added", [RECOVER_LEFT_OUT] = "left out"};
    char shown[SHOWN_MAX];
    int full = 0;

    for (size_t i = 0; i < choice->count && full == 0; i++) {
        const struct recover_file *file = &choice->files[i];
        text_escape(file->path, strlen(file->path), shown, sizeof shown);
        full |= buf_addf(out, "  %-8s  %s", words[file->fate], shown);
        if (file->note != NULL) {
            text_escape(file->note, strlen(file->note), shown, sizeof shown);
            full |= buf_addf(out, "  (%s)", shown);
        }
        full |= buf_addstr(out, "\n");
    }
    return full;
}

static int print_commands(const struct recover_outcome *outcome, struct buf *out)
{
    const char *branch = outcome->choice->request.branch;
    int full = buf_addf(out, "\nIn a clone of %s:\n\n  git fetch ", outcome->repository);

    full |= buf_addword(out, outcome->bundle);
    full |= buf_addf(out, " %s:%s\n  git switch %s\n  git show\n", branch, branch, branch);
    full |= buf_addf(out, "\nor, from the patch:\n\n  git switch -c %s %s\n  git am ", branch,
                     outcome->choice->request.base);
    full |= buf_addword(out, outcome->patch);
    return full |
           buf_addstr(out, "\n\nRead every line before you merge it: it is what was published, "
                           "whoever published it.\n");
}

int recover_print(const struct recover_outcome *outcome, struct buf *out)
{
    const struct recover_choice *choice = outcome->choice;
    const struct published *input = outcome->input;
    size_t taken = choice->request.count;
    char shown[SHOWN_MAX];
    int full = 0;

    text_escape(input->filename, strlen(input->filename), shown, sizeof shown);
    if (taken == 0)
        full |= buf_addf(out, "Nothing to recover: commit %.12s of %s holds what %s has.\n",
                         choice->request.base, outcome->repository, shown);
    else
        full |= buf_addf(out, "%zu file%s of %s %s, from %s, on top of commit %.12s:\n\n", taken,
                         taken == 1 ? "" : "s", input->package, input->version, shown,
                         choice->request.base);
    full |= print_files(choice, out);
    if (input->wheel)
        full |= buf_addstr(out, "\nThere is no sdist: only the files of the package, as its wheel "
                                "installs them.\n");
    if (taken == 0)
        return full;
    full |= buf_addf(out, "\nCommit %s of branch %s is in\n\n  %s\n  %s\n", outcome->commit,
                     choice->request.branch, outcome->bundle, outcome->patch);
    return full | print_commands(outcome, out);
}
