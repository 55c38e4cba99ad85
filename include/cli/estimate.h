/*
 * What a scan will ask of the forge, and how long it will take: arithmetic alone.
 *
 * REST      a page of each owner's listing holds 100 repositories; an owner who is no organisation
 *           costs one request more. A page that did not change costs no quota for a token.
 * GraphQL   only repositories that hold a package are asked for. One of them opens 1 connection for
 *           its releases and 4 for each commit (contracts.md section 2, "Cost"): a request has at
 *           most 25 repositories and 349 connections, which is 3 points. Of a package the commits
 * of its four newest releases are asked for; where nobody knows yet which repository holds one,
 * every repository is taken to. git       one request a repository, two more where something moved;
 * no quota. index     one document a package; no quota. time      1 s a page; 3 s a GraphQL
 * request, of which 50 s fit into a minute; 0.5 s a request of git or the index, as many at once as
 * there are jobs.
 *
 * Files of releases (--verify) come on top: how large they are is told by the index alone.
 */
#ifndef CLI_ESTIMATE_H
#define CLI_ESTIMATE_H

#include <stdbool.h>
#include <stdint.h>

#define ESTIMATE_COMMITS 4 /* of a package */

struct estimate_fleet {
    int64_t pages;        /* of all listings */
    int64_t repositories; /* that are looked at */
    int64_t holding;      /* of these, with a package; -1: not known */
    int64_t packages;     /* -1: not known */
    int64_t commits;      /* that the forge is asked of; -1: not known */
    bool moved;           /* every repository has something new */
    unsigned jobs;
};

struct estimate {
    int64_t rest, graphql, points, git, index; /* requests; points at most */
    int64_t seconds;
};

void estimate_scan(const struct estimate_fleet *fleet, struct estimate *out);

#endif
