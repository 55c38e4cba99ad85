/*
 * Everything that can be set, in one table: its name in the configuration file, its type, its
 * default and where it lands. The file, the environment and the flags all assign through it, each
 * layer over the one before, so a value means the same wherever it is written.
 *
 * To add a setting: a member of struct settings, a line in the table of settings.c, a line in
 * config/fleetdrift.toml (a test compares the two); for a flag also a line in the command's table.
 */
#ifndef CLI_SETTINGS_H
#define CLI_SETTINGS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <jansson.h>

#include "base/arena.h"
#include "base/err.h"
#include "scan/scan.h"

enum settings_layer { LAYER_DEFAULT, LAYER_FILE, LAYER_ENVIRONMENT, LAYER_FLAG };

/* `items` ends with NULL. A layer that assigns to it replaces what the layers below put in. */
struct setting_list {
    const char **items;
    size_t count;
    enum settings_layer layer;
};

struct setting_packages {
    struct scan_package *items;
    size_t count;
    enum settings_layer layer;
};

/* [[index]]; texts that were not set are NULL. */
struct setting_index {
    const char *url;
    int kind; /* enum pypi_kind */
    const char *username, *username_env;
    const char *token_env, *token_file;
    const char *const *token_command;
    const char *files; /* another host of its files; NULL */
    int integrity;     /* enum pypi_integrity */
};

struct setting_indexes {
    struct setting_index *items;
    size_t count;
};

/* [[tag]] */
struct setting_tags {
    struct scan_tag *items;
    size_t count;
};

enum setting_colour { COLOUR_AUTO, COLOUR_ALWAYS, COLOUR_NEVER };
enum setting_list_format { LIST_TABLE, LIST_JSON };
enum setting_text_format { TEXT_PLAIN, TEXT_JSON };
enum setting_gate_format { GATE_TABLE, GATE_JSON, GATE_GITHUB };
#define FAIL_ON_NONE 5 /* else an enum severity */

/* Texts that were not set are NULL; numbers 0 where 0 means "the default of the module below". */
struct settings {
    struct arena arena; /* owns every text */

    struct setting_list organisations, repositories;
    struct setting_packages packages;
    struct setting_tags tags;

    const char *github_api, *github_git, *github_graphql;
    struct setting_list github_web;
    const char *app_id, *app_key_file;
    const char *token_file;
    struct setting_list token_command;
    bool archived, forks;
    struct setting_list ignore;
    const char *index, *index_flag;
    struct setting_indexes indexes; /* instead of `index` when there are any */

    const char *roots; /* file of the authorities behind provenance */

    json_t *policy;      /* cli/policy.h; NULL: none */
    json_t *named_rules; /* by the file: [{rule, place}]; NULL: none */
    const char *database, *cache, *rules, *shard;
    unsigned jobs;
    uint64_t deadline_ms;
    const char *verify; /* none, latest, all, or a pattern */
    unsigned max_file;  /* MiB of a published file that is fetched */
    int fail_on;        /* enum severity, or FAIL_ON_NONE */
    int progress;       /* enum scan_progress */

    const char *ca_file, *proxy, *contact;
    struct setting_list gate_branches; /* globs of release branches beside the default one */

    bool allow_http;
    unsigned connections;
    uint64_t connect_timeout_ms, stall_timeout_ms, slow_timeout_ms, max_wait_ms;
    uint64_t git_timeout_ms, index_timeout_ms, listing_timeout_ms;

    int format; /* enum report_format, or -1: what suits the command and the place */
    int what;   /* enum report_what, or -1: what suits the format */
    int colour; /* enum setting_colour */

    /* Of one call: flags only. */
    const char *output;
    int list_format; /* enum setting_list_format */
    bool offline;
    uint64_t keep_ms; /* of prune; 0: not said */
    bool dry_run;
    uint64_t if_older_than_ms;  /* 0: scan in any case */
    bool all, workflow;         /* of plan; all also of diff-release */
    const char *author, *email; /* of recover */
    struct setting_list search;
    struct setting_list diff_runs; /* the old one, the new one */
    bool exit_code;
    const char *against, *only_file; /* of diff-release */
    bool stat, name_only;
    int text_format; /* enum setting_text_format */
    const char *gate_directory, *gate_version, *gate_tag, *gate_dist,
        *gate_test_index; /* of gate */
    bool gate_published;
    int gate_format;              /* enum setting_gate_format, or -1 */
    const char *as_of, *manifest; /* of report */
    const char *run, *card, *rule_id, *explain;
    const char *package, *repository, *rule, *severity, *state; /* filters of report */
};

enum setting_type {
    SETTING_TEXT,     /* "" is not set */
    SETTING_LIST,     /* of texts */
    SETTING_COUNT,    /* least..most */
    SETTING_BOOL,     /* true, false */
    SETTING_DURATION, /* 90, "90s", "15m", "2h"; kept in milliseconds */
    SETTING_LIMIT,    /* a duration, or "none", kept as 0 */
    SETTING_CHOICE,   /* one word of `choices`; its position is kept; "" is -1 */
    SETTING_PACKAGES, /* NAME or NAME=OWNER/REPO, any number */
};

struct setting {
    const char *name; /* "github.api"; a name without a dot is a flag's alone */
    enum setting_type type;
    size_t offset;        /* in struct settings */
    const char *fallback; /* the default as text; of a list, its only item; NULL: none */
    const char *const *choices;
    int (*check)(const char *text, struct err *err); /* of each text; may be NULL */
    const char *environment;                         /* variable that sets it; may be NULL */
    unsigned least, most; /* of a count; of a duration `most` days, 0: VALUE_DAYS_MAX */
};

/* Sets every default. */
void settings_init(struct settings *settings);
void settings_release(struct settings *settings);

/* Ends with a row whose name is NULL. */
const struct setting *settings_table(void);
const struct setting *settings_find(const char *name); /* NULL: no such setting */

/* One value, or one more value of a list. The message names neither the setting nor the place where
   it was written; callers put that before it. */
int settings_assign(struct settings *settings, const struct setting *setting, const char *text,
                    enum settings_layer layer, struct err *err);
/* The list is empty from now on, as said by this layer. */
void settings_empty(struct settings *settings, const struct setting *setting,
                    enum settings_layer layer);
/* What is named on the command line is the fleet of this call: the configured one is left out. */
void settings_choose_fleet(struct settings *settings);

/* From the variables that the table names; an empty variable counts as not set. */
int settings_from_environment(struct settings *settings, struct err *err);

#endif
