/*
 * The GitHub App that a scan may be: [github] app_id with app_key_file, or the variables
 * FLEETDRIFT_GITHUB_APP_ID with FLEETDRIFT_GITHUB_APP_KEY_FILE, or with the key itself in
 * FLEETDRIFT_GITHUB_APP_KEY (a secret of a CI system). Never a flag.
 */
#ifndef CLI_APP_H
#define CLI_APP_H

#include "cli/settings.h"
#include "fetch/appkey.h"

#define APP_KEY_MAX ((size_t)64 << 10) /* bytes of a key file */

/* *out is the caller's, NULL when no App is configured. Warns of a key file that others can read.
 */
int app_find(const struct settings *settings, struct appkey **out, struct err *err);

#endif
