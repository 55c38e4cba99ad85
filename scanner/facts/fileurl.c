#include "facts/fileurl.h"

#include <stdbool.h>
#include <string.h>

#include <libxml/uri.h>

#define URL_MAX 2048 /* libxml2 takes the square of it */

/* Of an address only what names the file: no hash, no user, no signature that is another one each
   time. */
static void keep_name(char *url)
{
    char *authority = strstr(url, "://");

    url[strcspn(url, "#")] = '\0';
    if (authority != NULL) {
        authority += 3;
        char *at = memrchr(authority, '@', strcspn(authority, "/?"));
        if (at != NULL)
            memmove(authority, at + 1, strlen(at + 1) + 1);
    }
    size_t path = strcspn(url, "?");
    const char *slash = memrchr(url, '/', path);
    if (slash != NULL && memchr(slash, '.', path - (size_t)(slash - url)) != NULL)
        url[path] = '\0';
}

const char *fileurl(const char *base, const char *url, struct arena *arena)
{
    bool whole = base == NULL || strstr(url, "://") != NULL || strlen(url) > URL_MAX;
    xmlChar *joined = whole ? NULL : xmlBuildURI((const xmlChar *)url, (const xmlChar *)base);
    char *out = arena_strdup(arena, joined != NULL ? (const char *)joined : url);

    xmlFree(joined);
    keep_name(out);
    return out;
}
