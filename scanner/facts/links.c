#include "facts/links.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

#define LABEL_MAX 64

#define COUNT(array) (sizeof(array) / sizeof *(array))

const char *link_state_word(enum link_state state)
{
    static const char *const words[] = {
        [LINK_CONFIGURED] = "configured",     [LINK_MUTUAL] = "mutual",
        [LINK_CORROBORATED] = "corroborated", [LINK_CLAIMED] = "claimed",
        [LINK_CONTRADICTED] = "contradicted",
    };
    return words[state];
}

/* --- URLs ------------------------------------------------------------------------------------ */

static const char *skip_prefix(const char *s, const char *prefix)
{
    size_t len = strlen(prefix);

    return strncasecmp(s, prefix, len) == 0 ? s + len : NULL;
}

/* Behind the scheme, if there is one that leads to a repository; a URL without any counts. */
static const char *skip_scheme(const char *url)
{
    static const char *const schemes[] = {"https://",   "http://",      "git://",
                                          "ssh://",     "git+https://", "git+http://",
                                          "git+ssh://", "git+git://"};
    const char *rest;

    url += strspn(url, " \t\r\n<");
    if ((rest = skip_prefix(url, "scm:git:")) != NULL)
        url = rest;
    for (size_t i = 0; i < COUNT(schemes); i++)
        if ((rest = skip_prefix(url, schemes[i])) != NULL)
            return rest;
    return strstr(url, "://") == NULL ? url : NULL;
}

/* Whether the authority is this host, perhaps with "www." or a port that says nothing new. */
static bool is_host(const char *authority, size_t len, const char *host)
{
    static const char *const ports[] = {":443", ":80", ":22"};

    for (size_t i = 0; i < COUNT(ports); i++) {
        size_t n = strlen(ports[i]);
        if (len > n && memcmp(authority + len - n, ports[i], n) == 0 && strchr(host, ':') == NULL) {
            len -= n;
            break;
        }
    }
    if (len > 0 && authority[len - 1] == '.')
        len--;
    if (len > 4 && strncasecmp(authority, "www.", 4) == 0 && strncasecmp(host, "www.", 4) != 0) {
        authority += 4;
        len -= 4;
    }
    return len == strlen(host) && strncasecmp(authority, host, len) == 0;
}

struct location {
    const char *host;
    size_t host_len;
    const char *path; /* with the character before it */
};

/* False when the URL leads to no place on the network. */
static bool locate(const char *url, struct location *out)
{
    const char *authority = skip_scheme(url);

    if (authority == NULL)
        return false;
    size_t len = strcspn(authority, "/?#");
    const char *at = memrchr(authority, '@', len);
    if (at != NULL) {
        len -= (size_t)(at + 1 - authority);
        authority = at + 1;
    }
    const char *path = authority + len;
    /* git@host:owner/name: what follows the colon is no port */
    const char *colon = memchr(authority, ':', len);
    if (colon != NULL && colon + 1 + strspn(colon + 1, "0123456789") < path) {
        len = (size_t)(colon - authority);
        path = colon;
    }
    *out = (struct location){authority, len, path};
    return *path != '\0';
}

/* The path behind one of the hosts ("owner/name/…"), NULL when the URL leads elsewhere. */
static const char *path_on_forge(const char *url, const char *const *hosts)
{
    static const char *const github[] = {"github.com", NULL};
    struct location at;

    if (!locate(url, &at))
        return NULL;
    for (hosts = hosts != NULL ? hosts : github; *hosts != NULL; hosts++)
        if (is_host(at.host, at.host_len, *hosts))
            return at.path + 1;
    return NULL;
}

static bool is_one_of(const char *s, size_t len, const char *const *words)
{
    for (; *words != NULL; words++)
        if (len == strlen(*words) && strncasecmp(s, *words, len) == 0)
            return true;
    return false;
}

/* First path components that are pages of the forge, not owners. */
static bool is_reserved(const char *owner, size_t len)
{
    static const char *const pages[] = {
        "about",       "apps",    "collections",   "contact",       "dashboard", "enterprise",
        "events",      "explore", "features",      "issues",        "join",      "login",
        "marketplace", "new",     "notifications", "organizations", "orgs",      "pricing",
        "pulls",       "search",  "security",      "settings",      "site",      "sponsors",
        "stars",       "topics",  "trending",      "users",         NULL};

    return is_one_of(owner, len, pages);
}

static size_t component(const char *s)
{
    size_t n = 0;

    while (isalnum((unsigned char)s[n]) || s[n] == '-' || s[n] == '_' || s[n] == '.')
        n++;
    return n;
}

const char *links_repository(const char *url, const char *const *web_hosts, struct arena *arena)
{
    const char *owner = path_on_forge(url, web_hosts);

    if (owner == NULL)
        return NULL;
    owner += *owner == '/';
    size_t owner_len = component(owner);
    if (owner_len == 0 || owner[owner_len] != '/' || is_reserved(owner, owner_len))
        return NULL;
    const char *name = owner + owner_len + 1;
    size_t name_len = component(name);
    /* "…/name, see also" is not a URL of a repository, "…/name>" and "…/name/tree" are. */
    if (name[name_len] != '\0' && strchr("/?#@> \t\r\n", name[name_len]) == NULL)
        return NULL;
    if (name_len >= 4 && strncasecmp(name + name_len - 4, ".git", 4) == 0)
        name_len -= 4;
    if (name_len == 0 || strspn(name, ".") >= name_len)
        return NULL;
    char *out = arena_printf(arena, "%.*s/%.*s", (int)owner_len, owner, (int)name_len, name);
    for (char *p = out; *p != '\0'; p++)
        *p = (char)tolower((unsigned char)*p);
    return out;
}

/* --- other forges ---------------------------------------------------------------------------- */

/* A host that is there for repositories. Any other holds documentation, files, or nobody knows. */
static bool is_forge(const struct location *at)
{
    static const char *const known[] = {
        "github.com",      "gitlab.com",       "bitbucket.org",  "codeberg.org",
        "sourceforge.net", "git.sr.ht",        "hg.sr.ht",       "gitea.com",
        "gitee.com",       "salsa.debian.org", "framagit.org",   "pagure.io",
        "notabug.org",     "opendev.org",      "invent.kde.org", "dev.azure.com",
    };
    /* as organisations call their own: "gitlab.example.org" */
    static const char *const starts[] = {"gitlab.",  "github.", "gitea.",
                                         "forgejo.", "git.",    "bitbucket."};
    static const char *const pages[] = {".github.io", ".gitlab.io", ".readthedocs.io",
                                        ".readthedocs.org", ".codeberg.page"};
    size_t dots = 0;

    for (size_t i = 0; i < COUNT(known); i++)
        if (is_host(at->host, at->host_len, known[i]))
            return true;
    for (size_t i = 0; i < COUNT(pages); i++) {
        size_t n = strlen(pages[i]);
        if (at->host_len > n && strncasecmp(at->host + at->host_len - n, pages[i], n) == 0)
            return false;
    }
    for (size_t i = 0; i < at->host_len; i++)
        dots += at->host[i] == '.';
    for (size_t i = 0; i < COUNT(starts) && dots >= 2; i++)
        if (skip_prefix(at->host, starts[i]) != NULL)
            return true;
    return false;
}

/* A URL that only git understands needs no host that we know. */
static bool is_for_git(const char *url, const char *path, size_t len)
{
    static const char *const schemes[] = {"git:", "git+", "ssh:", "scm:git:"};

    url += strspn(url, " \t\r\n<");
    for (size_t i = 0; i < COUNT(schemes); i++)
        if (skip_prefix(url, schemes[i]) != NULL)
            return true;
    return len > 4 && strncasecmp(path + len - 4, ".git", 4) == 0;
}

/* How much of a path on a forge names the repository: what follows may be a place in its tree. 0
   when the path leads to a page of the repository that holds no source. */
static size_t repository_len(const char *path, size_t len)
{
    static const char *const source[] = {"tree",   "blob",     "src",      "raw",       "commits",
                                         "tags",   "files",    "releases", "downloads", "archive",
                                         "browse", "branches", NULL};
    static const char *const other[] = {"wiki",   "wikis",  "issues",  "discussions",
                                        "pulls",  "pages",  "actions", "merge_requests",
                                        "boards", "graphs", NULL};
    size_t end = 0, parts = 0, n;
    bool page = false;

    for (size_t at = 0; at < len; at += n + 1) {
        const char *slash = memchr(path + at, '/', len - at);
        n = slash != NULL ? (size_t)(slash - path) - at : len - at;
        if (n == 0)
            continue;
        if (parts >= 2 && is_one_of(path + at, n, other))
            return 0;
        if (page || (parts >= 2 && is_one_of(path + at, n, source)))
            break;
        page = parts >= 2 && n == 1 && path[at] == '-';
        if (!page) {
            end = at + n;
            parts++;
        }
    }
    return end;
}

/* "host/group/name" of a repository on another forge; NULL when the URL is nothing like it. */
static const char *repository_elsewhere(const char *url, struct arena *arena)
{
    static const char *const no_owners[] = {
        "-",      "account", "api",     "dashboard", "directory", "docs", "explore",
        "groups", "help",    "product", "software",  "users",     NULL};
    struct location at;

    if (!locate(url, &at) || memchr(at.host, '.', at.host_len) == NULL ||
        strchr("/:", *at.path) == NULL)
        return NULL;
    const char *path = at.path + 1 + strspn(at.path + 1, "/");
    size_t len = strcspn(path, "?#> \t\r\n");
    bool for_git = *at.path == ':' || is_for_git(url, path, len);
    if ((!for_git && !is_forge(&at)) || is_one_of(path, strcspn(path, "/"), no_owners))
        return NULL;
    len = repository_len(path, len);
    if (len > 4 && strncasecmp(path + len - 4, ".git", 4) == 0)
        len -= 4;
    if (len == 0 || (!for_git && memchr(path, '/', len) == NULL))
        return NULL;
    return arena_printf(arena, "%.*s/%.*s", (int)at.host_len, at.host, (int)len, path);
}

/* The repository that the URL says holds the source, if it is not this one. */
static const char *named_source(const char *url, const char *repository,
                                const char *const *web_hosts, struct arena *arena)
{
    const char *path = path_on_forge(url, web_hosts);

    if (path == NULL)
        return repository_elsewhere(url, arena);
    return repository != NULL && repository_len(path, strcspn(path, "?#> \t\r\n")) > 0 ? repository
                                                                                       : NULL;
}

/* --- labels ---------------------------------------------------------------------------------- */

enum weight {
    WEIGHT_NONE, /* money and ancestry: says nothing about where this package's source is */
    WEIGHT_AIDE, /* tracker, documentation, changelog: may live in another repository */
    WEIGHT_HOME,
    WEIGHT_SOURCE,
};

/* PEP 753: punctuation and white space do not count, nor does case. */
static void normalise_label(const char *label, char out[LABEL_MAX])
{
    size_t n = 0;

    for (; *label != '\0' && n + 1 < LABEL_MAX; label++)
        if (!ispunct((unsigned char)*label) && !isspace((unsigned char)*label))
            out[n++] = (char)tolower((unsigned char)*label);
    out[n] = '\0';
}

static enum weight weigh(const char *label)
{
    static const struct {
        const char *label;
        enum weight weight;
    } known[] = {
        {"", WEIGHT_HOME}, /* home_page and download_url of old metadata */
        {"homepage", WEIGHT_HOME},
        {"home", WEIGHT_HOME},
        {"download", WEIGHT_HOME},
        {"website", WEIGHT_HOME},
        {"project", WEIGHT_HOME},
        {"source", WEIGHT_SOURCE},
        {"sources", WEIGHT_SOURCE},
        {"sourcecode", WEIGHT_SOURCE},
        {"repository", WEIGHT_SOURCE},
        {"repo", WEIGHT_SOURCE},
        {"code", WEIGHT_SOURCE},
        {"coderepository", WEIGHT_SOURCE},
        {"sourcerepository", WEIGHT_SOURCE},
        {"github", WEIGHT_SOURCE},
        {"githubrepository", WEIGHT_SOURCE},
        {"githubrepo", WEIGHT_SOURCE},
        {"gitlab", WEIGHT_SOURCE},
        {"bitbucket", WEIGHT_SOURCE},
        {"codeberg", WEIGHT_SOURCE},
        {"git", WEIGHT_SOURCE},
        {"gitrepository", WEIGHT_SOURCE},
        {"scm", WEIGHT_SOURCE},
        {"vcs", WEIGHT_SOURCE},
        {"funding", WEIGHT_NONE},
        {"sponsor", WEIGHT_NONE},
        {"sponsors", WEIGHT_NONE},
        {"donate", WEIGHT_NONE},
        {"donation", WEIGHT_NONE},
        {"donations", WEIGHT_NONE},
        {"upstream", WEIGHT_NONE},
        {"original", WEIGHT_NONE},
        {"originalproject", WEIGHT_NONE},
        {"forkof", WEIGHT_NONE},
        {"forkedfrom", WEIGHT_NONE},
        {"template", WEIGHT_NONE},
        {"inspiredby", WEIGHT_NONE},
    };
    char normal[LABEL_MAX];

    normalise_label(label, normal);
    for (size_t i = 0; i < COUNT(known); i++)
        if (strcmp(known[i].label, normal) == 0)
            return known[i].weight;
    return WEIGHT_AIDE;
}

/* --- judgement ------------------------------------------------------------------------------- */

static bool is_this(const struct links_input *input, const char *repository)
{
    if (strcasecmp(repository, input->repository) == 0)
        return true;
    for (const char *const *name = input->former; name != NULL && *name != NULL; name++)
        if (strcasecmp(repository, *name) == 0)
            return true;
    return false;
}

struct evidence {
    const char *url; /* NULL: none */
    const char *repository;
    enum weight weight;
};

/* Finds the weightiest URL that names this repository, and the weightiest that names another one
   as the place of the source. */
static void weigh_urls(const struct links_input *input, struct arena *arena, struct evidence *ours,
                       struct evidence *others)
{
    for (size_t i = 0; input->index_urls != NULL && input->index_urls[i] != NULL; i++) {
        struct evidence seen = {.url = input->index_urls[i],
                                .weight = weigh(input->index_labels[i])};
        if (seen.weight == WEIGHT_NONE)
            continue;
        seen.repository = links_repository(seen.url, input->web_hosts, arena);
        if (seen.repository != NULL && is_this(input, seen.repository)) {
            if (seen.weight > ours->weight)
                *ours = seen;
        } else if (seen.weight >= WEIGHT_HOME && seen.weight > others->weight) {
            seen.repository = named_source(seen.url, seen.repository, input->web_hosts, arena);
            if (seen.repository != NULL)
                *others = seen;
        }
    }
}

static void judge_by_releases(const struct links_input *input, struct arena *arena,
                              struct links_result *out)
{
    bool agree = input->agreeing >= 1 && 2 * input->agreeing >= input->releases;

    out->state = agree && !input->fork ? LINK_CORROBORATED : LINK_CLAIMED;
    out->evidence =
        arena_printf(arena, "the index %s; %zu of %zu releases are in the history of this one%s",
                     input->index_urls != NULL ? "names no source repository"
                                               : "has no place for a source repository",
                     input->agreeing, input->releases, input->fork ? ", a fork" : "");
}

void links_judge(const struct links_input *input, struct arena *arena, struct links_result *out)
{
    struct evidence ours = {0}, others = {0};

    *out = (struct links_result){.state = LINK_CONFIGURED};
    weigh_urls(input, arena, &ours, &others);
    if (input->configured) {
        const char *url = ours.url != NULL ? ours.url : others.url;
        out->evidence = url != NULL ? arena_strdup(arena, url) : "configured";
    } else if (ours.url != NULL) {
        out->state = LINK_MUTUAL;
        out->evidence = arena_strdup(arena, ours.url);
    } else if (others.url != NULL) {
        out->state = LINK_CONTRADICTED;
        out->evidence = arena_strdup(arena, others.url);
        out->other = others.repository;
    } else {
        judge_by_releases(input, arena, out);
    }
}
