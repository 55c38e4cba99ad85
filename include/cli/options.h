/*
 * Flags: static tables, read by one parser in the manner of GNU (getopt_long: --name=value, -n
 * value, clusters, `--`, flags and operands in any order).
 */
#ifndef CLI_OPTIONS_H
#define CLI_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"
#include "base/log.h"
#include "cli/settings.h"

struct flag {
    const char *name;     /* "output" */
    const char *argument; /* "FILE"; NULL: a switch */
    const char *setting;  /* that it assigns, see settings.c; NULL: one of common_flags */
    const char *help;     /* one line */
    char letter;          /* 'o'; 0: none */
};

struct assignment {
    const struct setting *setting;
    const char *text;
    const char *flag; /* without dashes; NULL: an operand */
};

/* What a command line says, before anything of it has an effect. Texts are those of argv. */
struct call {
    bool help;
    const char *config;   /* --config */
    enum log_level level; /* --verbose, --quiet */
    struct assignment *assignments;
    size_t count, size;
};

/* Understood by every command: --config, --verbose, --quiet, --help. Ends with a row without a
 * name. */
extern const struct flag common_flags[];

/* argv[0] is the command's name. `flags` ends like common_flags and may be NULL. Operands assign
   `operand`; NULL: there must be none. `call` is released by the caller in every case. */
int options_parse(const struct flag *flags, const char *operand, int argc, char **argv,
                  struct call *call, struct err *err);
int options_apply(const struct call *call, struct settings *settings, struct err *err);
void call_release(struct call *call);

#endif
