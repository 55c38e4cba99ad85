/* What --help and --version print. */
#ifndef CLI_HELP_H
#define CLI_HELP_H

#include <stdio.h>

#include "cli/command.h"

void help_program(const struct command *const *commands, FILE *out);
void help_command(const struct command *command, FILE *out);

#endif
