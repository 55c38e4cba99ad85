/*
 * The commands. To add one: a file cmd_NAME.c that defines `const struct command cmd_NAME`, its
 * name in scanner/cli/meson.build, and a line in the table of commands.c.
 *
 * A command file holds its flags, its help and two functions: check() refuses a wrong call before
 * anything is touched, run() does the work with what the command needs already open.
 */
#ifndef CLI_COMMAND_H
#define CLI_COMMAND_H

#include "cli/options.h"
#include "cli/settings.h"
#include "store/rules.h"

/* Exit statuses; README.md says what they mean to a script. */
enum status {
    STATUS_GOOD = 0,
    STATUS_FINDINGS = 1, /* at or above --fail-on */
    STATUS_USAGE = 2,    /* wrong call or configuration */
    STATUS_PARTIAL = 3,  /* nothing found, but part of the fleet could not be looked at */
    STATUS_LOCAL = 4,    /* the database or another local resource failed */
    /* 128 and a number: interrupted by that signal, see base/interrupt.h */
};

/* What has to be there before run(). */
enum needs {
    NEEDS_STORE = 1,      /* the database, to read */
    NEEDS_SCAN_STORE = 2, /* the database, made when missing, locked */
    NEEDS_RULES = 4,
    NEEDS_TOKEN = 8, /* looked for; may be missing */
};

struct context {
    const struct command *command;
    unsigned needs; /* the command's, and what check() found that this call needs besides */
    struct settings settings;
    const char *config; /* path of the configuration that was read; NULL: none */
    enum log_level level;
    char *token;        /* NULL: none */
    struct appkey *app; /* instead of it; NULL: none */
    struct rules *rules;
    struct store *store;
    char **argv; /* of the call, for the run's row */
    int argc;
};

struct command {
    const char *name;
    const char *line;     /* what it does, for the list of commands */
    const char *usage;    /* "scan [OPTIONS] [ORG...]" */
    const char *about;    /* some lines for --help */
    const char *examples; /* lines of --help, each with its two spaces */
    const struct flag *flags;
    const char *operand; /* setting that operands assign; NULL: takes none */
    unsigned needs;
    int (*check)(struct context *context, struct err *err); /* may be NULL */
    int (*run)(struct context *context, struct err *err);   /* a status, or -1 and err */
};

extern const struct command cmd_scan, cmd_report, cmd_diff, cmd_diff_release, cmd_plan, cmd_recover,
    cmd_gate, cmd_rules, cmd_prune, cmd_doctor;

/* The whole program: the exit status. */
int commands_main(int argc, char **argv);

#endif
