"""The forge's GraphQL API over a World: repositories, releases, commits, pull requests, reviews.

What World.forge says of a repository holds; of what it does not speak everything is in order: each
tag has a release, each commit came in by a pull request that somebody else approved, and its checks
are green.

    world.forge["acme/rocket"] = {
        "releases": [{"tagName": "v1", "isDraft": True}],      # all of them; names as in the schema
        "commits": {"v1.1.0": {"pulls": [], "checks": None},   # by tag, by id, or "*"
                    "v1.2.0": {"pulls": [{"reviews": []}], "signature": None}},
        "fails": {"": ("FORBIDDEN", "…"), "statusCheckRollup": ("FORBIDDEN", "…")},
    }
"""

import json
import re
from subprocess import CalledProcessError

from .answer import json_answer
from .gitrepo import git
from .forgetree import listing, object_at, tag_target
from .graphql import Execution, Failed, Refused, page

DATE = "2025-02-01T00:00:00Z"
POINTS = 5000
NODES = 500_000  # of one request
RELEASES = 300  # of a repository of which the world does not speak


def actor(login):
    return None if login is None else {"__typename": "User", "login": login}


def review(pull, number, fields):
    found = {"state": "APPROVED", "submittedAt": pull["mergedAt"], "author": "ida",
             "commit": pull["headRefOid"], "authorAssociation": "MEMBER"} | fields
    return found | {"__typename": "PullRequestReview", "author": actor(found["author"]),
                    "commit": found["commit"] and {"__typename": "Commit", "oid": found["commit"]}}


def pull_request(full_name, oid, fields):
    found = {
        "number": 7, "state": "MERGED", "merged": True, "mergedAt": DATE, "baseRefName": "main",
        "headRefOid": oid, "mergeCommit": oid, "author": "rowan", "mergedBy": "ida",
        "reviewDecision": None, "reviews": [{}],
    } | fields
    reviews = [review(found, i, item) for i, item in enumerate(found["reviews"])]
    return found | {
        "__typename": "PullRequest",
        "url": f"https://github.com/{full_name}/pull/{found['number']}",
        "author": actor(found["author"]), "mergedBy": actor(found["mergedBy"]),
        "mergeCommit": {"__typename": "Commit", "oid": found["mergeCommit"]},
        "repository": {"__typename": "Repository", "nameWithOwner": full_name},
        "reviews": lambda states=None, **sizes: page("PullRequestReview", [
            item for item in reviews if states is None or item["state"] in states], **sizes),
    }


def by_number(tag):
    return re.sub(r"\d+", lambda number: number[0].zfill(9), tag[0])


class Graph:
    """The objects of one request."""

    def __init__(self, world, credentials):
        self.world, self.credentials = world, credentials

    def root(self, budget):
        return {"__typename": "Query", "rateLimit": budget, "repository": self.repository,
                "repositoryOwner": self.owner, "nodes": self.nodes}

    def owner(self, login):
        found = self.world.owner(login)
        return found and {
            "__typename": found["type"], "login": found["login"],
            "repositories": lambda orderBy, ownerAffiliations=None, **sizes: page(
                "Repository", self.repositories(found["login"], orderBy), **sizes)}

    def repositories(self, login, order):
        key = {"NAME": "name", "PUSHED_AT": "pushed_at"}[order["field"]]
        rows = [row for row in self.world.repositories if row["owner"]["login"] == login]
        rows.sort(key=lambda row: row[key] or "", reverse=order["direction"] == "DESC")
        return [self.repository(*row["full_name"].split("/")) for row in rows]

    def nodes(self, ids):
        """Commits by their id, as refs told it; null for what cannot be shown."""
        if len(ids) > 100:
            raise Refused("You may not provide more than 100 node ids; you provided "
                          f"{len(ids)}.", type="ARGUMENT_LIMIT")
        known = {f"C_{commit}": (row, tags, commit) for row in self.world.repositories
                 for tags in [self.tags(row)] for commit in tags.values()}
        return [self.commit(known[i][0], self.world.forge.get(known[i][0]["full_name"], {}),
                            *known[i][1:]) if i in known else None for i in ids]

    def repository(self, owner, name, followRenames=True):
        full_name = f"{owner}/{name}"
        full_name = (self.world.moved_to(full_name) if followRenames else None) or full_name
        row = self.world.repository(full_name)
        if row is None:
            raise Failed("NOT_FOUND",
                         f"Could not resolve to a Repository with the name '{full_name}'.")
        said = self.world.forge.get(row["full_name"], {})
        if "" in said.get("fails", {}):
            raise Failed(*said["fails"][""])
        tags = self.tags(row)
        return {
            "__typename": "Repository", "id": row["node_id"], "databaseId": row["id"],
            "name": row["name"], "nameWithOwner": row["full_name"],
            "releases": lambda orderBy=None, **sizes: page("Release", self.releases(said, tags),
                                                           **sizes),
            "object": lambda oid=None, expression=None: self.commit(row, said, tags, oid)
            if oid else object_at(self.world.git_directory(row), expression),
            "refs": lambda refPrefix, orderBy=None, **sizes: page("Ref", [
                {"__typename": "Ref", "name": tag,
                 "target": tag_target(self.world.git_directory(row), tag)} for tag in tags], **sizes),
        } | listing(row, self.world.git_directory(row))

    def tags(self, row):
        """Tag → commit, the highest first."""
        try:
            told = git(self.world.git_directory(row), "show-ref", "--tags", "--dereference").decode()
        except CalledProcessError:
            return {}  # there is none
        tags = {}
        for oid, ref in (line.split(" ", 1) for line in told.splitlines()):
            tags[ref.removeprefix("refs/tags/").removesuffix("^{}")] = oid  # peeled comes second
        return dict(sorted(tags.items(), key=by_number, reverse=True))

    def releases(self, said, tags):
        listed = said.get("releases")
        if listed is None:
            listed = [{"tagName": tag} for tag in list(tags)[:RELEASES]]
        return [self.release(number, fields, tags) for number, fields in enumerate(listed, start=1)]

    def release(self, number, fields, tags):
        commit = tags.get(fields["tagName"])
        return {
            "__typename": "Release", "databaseId": number, "name": fields["tagName"],
            "isDraft": False, "isPrerelease": False, "isLatest": number == 1, "createdAt": DATE,
            "publishedAt": None if fields.get("isDraft") else DATE,
            "tagCommit": commit and {"__typename": "Commit", "oid": commit, "committedDate": DATE},
        } | fields

    def commit(self, row, said, tags, oid):
        names = [tag for tag, commit in tags.items() if commit == oid]
        if not names:
            return None
        fields = {"pulls": [{}], "checks": "SUCCESS", "signature": {"isValid": True, "state": "VALID"}}
        for key in ("*", oid, *names):
            fields |= said.get("commits", {}).get(key, {})
        pulls = [pull_request(row["full_name"], oid, item) for item in fields["pulls"]]

        def told(name, value):
            def tell(**_):
                if name in said.get("fails", {}):
                    raise Failed(*said["fails"][name])
                return value
            return tell

        return {
            "__typename": "Commit", "id": f"C_{oid}", "oid": oid, "committedDate": DATE,
            "authoredDate": DATE, "committedViaWeb": False,
            "author": {"__typename": "GitActor", "name": "Rowan", "email": "", "user": actor("rowan")},
            "committer": {"__typename": "GitActor", "name": "Rowan", "email": "", "user": None},
            "repository": {"__typename": "Repository", "nameWithOwner": row["full_name"]},
            "signature": told("signature", fields["signature"] and
                              {"__typename": "GpgSignature", "wasSignedByGitHub": False}
                              | fields["signature"]),
            "statusCheckRollup": told("statusCheckRollup", fields["checks"] and
                                      {"__typename": "StatusCheckRollup", "state": fields["checks"]}),
            "associatedPullRequests": lambda orderBy=None, **sizes:
                told("associatedPullRequests", page("PullRequest", pulls, **sizes))(),
        }


class GraphQL:
    """The service; `answered` has what each request asked for and cost."""

    def __init__(self, world):
        self.world, self.used, self.answered = world, 0, []
        self.lacks = set()  # fields of a schema that is not of an older server

    def answer(self, request):
        if request.credentials != "good":
            return json_answer({"message": "Bad credentials"}, 401)
        asked = json.loads(request.body)
        try:
            answer = self.execute(asked, request.credentials)
        except Refused as refusal:
            answer = {"errors": refusal.errors}
        left = POINTS - self.used
        return json_answer(answer, X_RateLimit_Limit=str(POINTS), X_RateLimit_Remaining=str(left),
                           X_RateLimit_Reset="4102444800", X_RateLimit_Resource="graphql")

    def execute(self, asked, credentials):
        execution = Execution(asked["query"], asked.get("operationName"), asked["variables"],
                              self.lacks)
        connections, nodes = execution.cost(execution.selected)
        if nodes > NODES:
            raise Refused(f"This query requests up to {nodes:,} possible nodes which exceeds the maximum "
                          f"limit of {NODES:,}.", type="MAX_NODE_LIMIT_EXCEEDED")
        cost = max(1, (connections + 50) // 100)
        self.used += cost
        budget = {"__typename": "RateLimit", "cost": cost, "limit": POINTS, "nodeCount": nodes,
                  "remaining": POINTS - self.used, "used": self.used,
                  "resetAt": "2100-01-01T00:00:00Z"}
        root = Graph(self.world, credentials).root(budget)
        data = execution.object(root, execution.selected, [])
        names = [name for name in asked["variables"] if name.startswith("name")]
        self.answered.append({
            "cost": cost, "nodes": nodes, "repositories": [asked["variables"][n] for n in names],
            "commits": sum(name.startswith("oid") for name in asked["variables"])})
        return {"data": data} | ({"errors": execution.errors} if execution.errors else {})
