/*
 * The credential for the forge: FLEETDRIFT_GITHUB_TOKEN, else a GitHub App (cli/app.h), else
 * GITHUB_TOKEN or GH_TOKEN, else what [github] token_file holds, else what token_command prints.
 * Never a flag (it would show in ps), never in a message: once found it is registered with
 * log_secret().
 */
#ifndef CLI_TOKEN_H
#define CLI_TOKEN_H

#include "cli/settings.h"
#include "fetch/appkey.h"

/* Where a secret may be: the first that is not NULL counts. */
struct token_source {
    const char *env; /* an environment variable, which then must be set */
    const char *file;
    const char *const *command; /* its words, NULL-terminated */
};

#define TOKEN_MAX        4096  /* bytes that a file or command may give */
#define TOKEN_COMMAND_MS 10000 /* that the command may take */

/* *out is the caller's to free, NULL when no source is named. */
int token_read(const struct token_source *source, char **out, struct err *err);
/* The forge's: a token, an App or neither, the caller's to free. */
int token_find(const struct settings *settings, char **out, struct appkey **app, struct err *err);

#endif
