#include "remedy/recover.h"

#include <ctype.h>
#include <string.h>

#include "base/clock.h"
#include "base/text.h"

#define MESSAGE_MAX ((size_t)8 << 20)
#define SHOWN_MAX   4096

/* What git refuses in the name of a branch, and a shell would read, becomes a hyphen. */
const char *recover_branch(const char *version, struct arena *arena)
{
    char *branch = arena_printf(arena, "fix/sync-repo-with-v%s", version);

    for (char *at = branch + strlen("fix/sync-repo-with-v"); *at != '\0'; at++)
        if (!isalnum((unsigned char)*at) && strchr("+_", *at) == NULL &&
            (*at != '.' || at[1] == '.' || at[1] == '\0'))
            *at = '-';
    return branch;
}

static int list(struct buf *out, const struct recover_choice *choice, enum recover_fate fate,
                const char *title)
{
    char shown[SHOWN_MAX];
    int full = 0;

    if (choice->counts[fate] > 0)
        full |= buf_addf(out, "\n%s:\n", title);
    for (size_t i = 0; i < choice->count && full == 0; i++) {
        const struct recover_file *file = &choice->files[i];
        if (file->fate != fate)
            continue;
        text_escape(file->path, strlen(file->path), shown, sizeof shown);
        full |= buf_addf(out, "- %s", shown);
        if (file->note != NULL) {
            text_escape(file->note, strlen(file->note), shown, sizeof shown);
            full |= buf_addf(out, " (%s)", shown);
        }
        full |= buf_addstr(out, "\n");
    }
    return full;
}

static int source(struct buf *out, const struct published *input)
{
    char uploaded[CLOCK_TEXT], filename[SHOWN_MAX];

    text_escape(input->filename, strlen(input->filename), filename, sizeof filename);
    int full = buf_addf(out,
                        "Users of %s %s have files that this branch did not hold. They are taken\n"
                        "from what was published:\n\n"
                        "    %s\n    SHA-256 %s\n",
                        input->package, input->version, filename, input->sha256);

    clock_format(input->uploaded_at, uploaded);
    if (*uploaded != '\0')
        full |= buf_addf(out, "    uploaded %s\n", uploaded);
    full |= buf_addf(out, "\nThe commit below this one, %.12s, explains most of that file.\n",
                     input->base);
    if (input->wheel)
        full |= buf_addstr(out, "There is no sdist: these are the files of the package alone, as "
                                "its wheel\ninstalls them.\n");
    return full;
}

const char *recover_message(const struct published *input, const struct recover_choice *choice,
                            struct arena *arena)
{
    struct buf out = BUF_INIT(MESSAGE_MAX);
    int full = buf_addf(&out, "Sync repository with published v%s\n\n", input->version);

    full |= source(&out, input);
    full |= list(&out, choice, RECOVER_CHANGED, "Changed");
    full |= list(&out, choice, RECOVER_ADDED, "Added");
    full |= list(&out, choice, RECOVER_LEFT_OUT, "Left out");
    full |= buf_addstr(&out, "\nMade by fleetdrift " FLEETDRIFT_VERSION
                             ", which dates such a commit just after the upload.\n"
                             "Review it as you would the work of somebody else.\n");
    const char *message = arena_strdup(arena, buf_str(&out));
    buf_release(&out);
    return full == 0 ? message
                     : arena_printf(arena, "Sync repository with published v%s\n", input->version);
}
