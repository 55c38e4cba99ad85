#include "cli/app.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/log.h"
#include "cli/value.h"

#define KEY_VARIABLE "FLEETDRIFT_GITHUB_APP_KEY"

static void warn_of_readers(const char *path)
{
    struct stat st;

    if (stat(path, &st) == 0 && S_ISREG(st.st_mode) && (st.st_mode & 077) != 0)
        log_warning("app_key_file %s can be read by others: chmod 600 %s", path, path);
}

static int from_file(const char *id, const char *path, struct appkey **out, struct err *err)
{
    struct buf text = BUF_INIT(APP_KEY_MAX);
    int result = value_read_file(path, &text, err);

    if (result == 0) {
        warn_of_readers(path);
        result = appkey_new(id, buf_str(&text), text.len, path, out, err);
    }
    if (text.len > 0)
        memset(text.data, 0, text.len); /* OpenSSL has its own, and wipes it */
    buf_release(&text);
    return result != 0 ? err_prefix(err, "app_key_file") : 0;
}

/* Some systems keep a secret in one line, with the line ends written out. */
static int from_variable(const char *id, const char *text, struct appkey **out, struct err *err)
{
    struct buf pem = BUF_INIT(APP_KEY_MAX);
    int result = 0;

    for (const char *at = text; result == 0 && *at != '\0'; at++) {
        bool is_end = at[0] == '\\' && at[1] == 'n';
        result = buf_add(&pem, is_end ? "\n" : at, 1);
        at += is_end;
    }
    if (result != 0)
        result = err_set(err, REASON_USAGE, KEY_VARIABLE " is longer than any key");
    else
        result = appkey_new(id, buf_str(&pem), pem.len, KEY_VARIABLE, out, err);
    if (pem.len > 0)
        memset(pem.data, 0, pem.len);
    buf_release(&pem);
    return result;
}

int app_find(const struct settings *settings, struct appkey **out, struct err *err)
{
    const char *id = settings->app_id, *path = settings->app_key_file;
    const char *key = getenv(KEY_VARIABLE);

    *out = NULL;
    if (key != NULL && *key == '\0')
        key = NULL;
    if (id == NULL && path == NULL && key == NULL)
        return 0;
    if (id == NULL)
        return err_set(err, REASON_USAGE,
                       "there is a GitHub App's key (%s), but app_id does not say whose",
                       path != NULL ? path : KEY_VARIABLE);
    if (path != NULL && key != NULL)
        return err_set(err, REASON_USAGE,
                       "both app_key_file and " KEY_VARIABLE " give a key: unset one of them");
    if (path != NULL)
        return from_file(id, path, out, err);
    if (key != NULL)
        return from_variable(id, key, out, err);
    return err_set(err, REASON_USAGE,
                   "GitHub App %s has no key: name app_key_file, or set " KEY_VARIABLE, id);
}
