#include "fetch/gitwire_host.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/text.h"

#define ADVERTISEMENT "application/x-git-upload-pack-advertisement"

int gitwire_host_init(struct gitwire_host *host, const char *base, bool known, struct err *err)
{
    char origin[512];

    if (http_origin(base, origin, sizeof origin) != 0)
        return err_set(err, REASON_USAGE, "\"%s\" is no address of a git host", base);
    host->base = mem_strndup(base, text_without_slashes(base));
    host->known = known;
    return 0;
}

void gitwire_host_release(struct gitwire_host *host)
{
    free(host->base);
}

/* --- addresses ------------------------------------------------------------------------------- */

static bool is_plain(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
           c == '_' || c == '.';
}

char *gitwire_host_url(const struct gitwire_host *host, const char *repository, const char *service)
{
    char *path = mem_alloc(3 * strlen(repository) + 1);
    char *at = path;

    for (; *repository != '\0'; repository++) {
        unsigned char c = (unsigned char)*repository;
        if (is_plain((char)c) || c == '/') {
            *at++ = (char)c;
        } else {
            *at++ = '%';
            *at++ = "0123456789ABCDEF"[c >> 4];
            *at++ = "0123456789ABCDEF"[c & 15];
        }
    }
    char *url = mem_printf("%s/%s.git/%s", host->base, path, service);
    free(path);
    return url;
}

/* The path that a location names below our base: it may be a whole URL or a path. NULL when it is
   elsewhere. */
static const char *below_base(const struct gitwire_host *host, const char *location)
{
    const char *base = host->base;

    if (location[0] == '/' && location[1] != '/') {
        const char *authority = strstr(base, "://");
        const char *path = strchr(authority != NULL ? authority + 3 : base, '/');
        base = path != NULL ? path : "";
    }
    size_t len = strlen(base);
    if (strncmp(location, base, len) != 0 || location[len] != '/')
        return NULL;
    return location + len + 1;
}

static bool cut(const char *path, size_t *len, const char *suffix)
{
    size_t n = strlen(suffix);

    if (*len <= n || memcmp(path + *len - n, suffix, n) != 0)
        return false;
    *len -= n;
    return true;
}

int gitwire_host_moved(const struct gitwire_host *host, const char *location, char **repository,
                       struct err *err)
{
    const char *path = location != NULL ? below_base(host, location) : NULL;
    size_t slashes = 0;

    if (location == NULL)
        return err_set(err, REASON_BAD_ANSWER, "the host redirects without saying where to");
    if (path == NULL)
        return err_set(err, REASON_REDIRECT, "the host redirects to %s, which is not %s", location,
                       host->base);
    size_t len = strcspn(path, "?#");
    bool service = cut(path, &len, "/info/refs") || cut(path, &len, "/git-upload-pack");
    cut(path, &len, ".git");
    for (size_t i = 0; i < len; i++) {
        slashes += path[i] == '/';
        service = service && (path[i] == '/' || is_plain(path[i]));
    }
    if (!service || slashes != 1 || path[0] == '/' || path[len - 1] == '/')
        return err_set(err, REASON_REDIRECT, "the host redirects to %s, which is no repository",
                       location);
    *repository = mem_strndup(path, len);
    return 0;
}

/* --- refusals -------------------------------------------------------------------------------- */

void gitwire_host_refusal(const struct gitwire_host *host, const struct http_answer *answer,
                          struct err *err)
{
    if (answer->status == 404)
        err_set(err, REASON_NOT_FOUND, "%s has no such repository", host->base);
    else if (answer->status == 401 && !host->known)
        err_set(err, REASON_UNAUTHORIZED,
                "%s says that it does not exist or is private; a token may tell", host->base);
    else if (answer->status == 401)
        err_set(err, REASON_UNAUTHORIZED,
                "%s refuses the token, or the repository does not exist or is not visible to it",
                host->base);
    else
        http_check(answer, "git", err);
}

int gitwire_host_smart(const struct http_answer *answer, struct err *err)
{
    const char *type = http_header(answer, "Content-Type");

    if (type != NULL && text_starts_with(type, ADVERTISEMENT))
        return 0;
    /* A file server hands out .git/info/refs as text, and has no way to filter or to negotiate. */
    if (type != NULL && text_starts_with(type, "text/plain"))
        return err_set(err, REASON_UNSUPPORTED,
                       "the host serves files and does not speak git's protocol");
    return err_set(err, REASON_BAD_ANSWER, "the host answers with %s instead of refs",
                   type != NULL ? type : "something");
}
