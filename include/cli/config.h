/*
 * The configuration file, TOML. Every key is one of settings_table(); any other is an error that
 * names file, line and the nearest key. Where it is looked for: --config, else
 * $FLEETDRIFT_CONFIG, else $XDG_CONFIG_HOME/fleetdrift/fleetdrift.toml (~/.config without the
 * variable) if it exists. Never the current directory: a configuration can name a command to run,
 * and one scans from directories that hold code of strangers.
 */
#ifndef CLI_CONFIG_H
#define CLI_CONFIG_H

#include "cli/settings.h"

#define CONFIG_MAX (1024 * 1024) /* bytes of a file */

/* Path of the file to read, in the arena of `settings`; NULL: there is none. `named` may be NULL.
 */
const char *config_find(struct settings *settings, const char *named);
int config_load(struct settings *settings, const char *path, struct err *err);
/* The same of a text; `path` is for messages. */
int config_read(struct settings *settings, const char *text, size_t len, const char *path,
                struct err *err);

/* "$XDG_CACHE_HOME/fleetdrift", "~/.cache/fleetdrift", or "./.fleetdrift-cache" without a home; in
   the arena. */
const char *config_default_cache(struct settings *settings);

#endif
