#include "cli/help.h"

#include <string.h>

#define FLAG_COLUMN 34 /* where the explanation of a flag begins */

static void print_flags(const struct flag *flags, FILE *out)
{
    for (; flags != NULL && flags->name != NULL; flags++) {
        int n =
            flags->letter != '\0' ? fprintf(out, "  -%c, ", flags->letter) : fprintf(out, "      ");
        n += fprintf(out, "--%s", flags->name);
        if (flags->argument != NULL)
            n += fprintf(out, " %s", flags->argument);
        if (n > FLAG_COLUMN - 2) {
            fputc('\n', out);
            n = 0;
        }
        fprintf(out, "%*s%s\n", FLAG_COLUMN - n, "", flags->help);
    }
}

void help_program(const struct command *const *commands, FILE *out)
{
    fputs(
        "fleetdrift tells, for every Python package of a GitHub organisation, whether what PyPI\n"
        "publishes is what the repository holds: the version, the tag, the commit, the changelog.\n"
        "\n"
        "Usage: fleetdrift COMMAND [OPTIONS]\n"
        "\n"
        "Commands:\n",
        out);
    for (; *commands != NULL; commands++)
        fprintf(out, "  %-12s  %s\n", (*commands)->name, (*commands)->line);
    fputs(
        "\n"
        "Start here, without any configuration:\n"
        "  fleetdrift scan --package NAME=OWNER/REPO\n"
        "  fleetdrift scan ORG\n"
        "\n"
        "`fleetdrift COMMAND --help` explains a command with examples.\n"
        "\n"
        "Exit status: 0 nothing found, 1 findings at or above --fail-on, 2 wrong call or\n"
        "configuration, 3 nothing found but part of the fleet could not be looked at, 4 the\n"
        "database or another local resource failed, 128 + N a scan was interrupted by signal N.\n",
        out);
}

void help_command(const struct command *command, FILE *out)
{
    fprintf(out, "Usage: fleetdrift %s\n\n%s", command->usage, command->about);
    fputs("\nOptions:\n", out);
    print_flags(command->flags, out);
    print_flags(common_flags, out);
    fprintf(out, "\nExamples:\n%s", command->examples);
}
