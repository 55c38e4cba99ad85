"""The forge's REST API: listings of owners, single repositories, renames, ETags, quota headers."""

import hashlib
import re

from .answer import json_answer

PAGE_SIZE = 30


def _etag(answer, request):
    """Another credential gets another ETag, as on the real forge."""
    seed = answer.body + request.headers.get("authorization", "").encode()
    return '"' + hashlib.sha256(seed).hexdigest() + '"'


class Rest:
    """Plays what World says of owners and repositories."""

    def __init__(self, world):
        self.world = world
        self.used = 0

    def answer(self, request):
        self.used += 1
        if request.credentials == "bad":
            answer = json_answer({"message": "Bad credentials"}, 401)
        else:
            answer = self._route(request)
        answer.headers.update(self._quota())
        if self.world.scopes is not None and request.credentials == "good":
            answer.headers["X-OAuth-Scopes"] = self.world.scopes
        if answer.status != 200:
            return answer
        answer.headers["ETag"] = _etag(answer, request)
        if request.headers.get("if-none-match") == answer.headers["ETag"]:
            self.used -= 1  # a 304 costs no quota
            answer.status, answer.body = 304, b""
        return answer

    def _quota(self):
        return {
            "Cache-Control": "private, max-age=60, s-maxage=60",
            "Vary": "Accept, Authorization, Cookie, X-GitHub-OTP",
            "X-GitHub-Media-Type": "github.v3; format=json",
            "X-GitHub-Request-Id": "F0E1:%04X" % self.used,
            "X-RateLimit-Limit": "5000",
            "X-RateLimit-Remaining": str(max(0, 5000 - self.used)),
            "X-RateLimit-Reset": "4102444800",
            "X-RateLimit-Used": str(self.used),
            "X-RateLimit-Resource": "core",
        }

    def _route(self, request):
        path = request.path.removeprefix("/api/v3")
        for pattern, handler in (
            (r"/orgs/([^/]+)/repos", self._organisation),
            (r"/users/([^/]+)/repos", self._user),
            (r"/(?:organizations|user)/(\d+)/repos", self._owner_by_id),
            (r"/repos/([^/]+/[^/]+)", self._repository),
            (r"/repos/([^/]+/[^/]+)/(contents|pulls|commits/[^/]+/(?:check-runs|status))/?", self._read),
            (r"/repos/[^/]+/[^/]+/commits/([0-9a-f]{40})/(pulls|check-runs|status)", self._commit),
            (r"/repos/[^/]+/[^/]+/pulls/(\d+)/reviews", self._reviews),
            (r"/repos/[^/]+/[^/]+/releases/tags/(.+)", self._release),
            (r"/repositories/(\d+)", self._repository_by_id),
            (r"/rate_limit", self._rate_limit),
        ):
            match = re.fullmatch(pattern, path)
            if match:
                return handler(request, *match.groups())
        return self._not_found()

    def _not_found(self):
        return json_answer({"message": "Not Found", "status": "404"}, 404)

    def _organisation(self, request, login):
        owner = self.world.owner(login)
        if owner is None or owner["type"] != "Organization":
            return self._not_found()
        return self._page(request, owner)

    def _user(self, request, login):
        owner = self.world.owner(login)
        return self._not_found() if owner is None else self._page(request, owner)

    def _owner_by_id(self, request, number):
        for owner in self.world.owners:
            if owner["id"] == int(number):
                return self._page(request, owner)
        return self._not_found()

    def _page(self, request, owner):
        visible = [
            repository
            for repository in self.world.repositories
            if repository["owner"]["login"] == owner["login"]
            and (not repository["private"] or request.credentials == "good")
            and (request.query.get("type") != "private" or repository["private"])
        ]
        size = min(100, int(request.query.get("per_page", PAGE_SIZE)))
        page = int(request.query.get("page", 1))
        answer = json_answer(visible[(page - 1) * size : page * size])
        last = -(-len(visible) // size)
        if last > 1:
            answer.headers["Link"] = self._links(request, owner, size, page, last)
        return answer

    def _links(self, request, owner, size, page, last):
        """Next pages are named by the owner's id, whatever the first was asked by."""
        kind = "organizations" if owner["type"] == "Organization" else "user"
        url = f"{request.base}/api/v3/{kind}/{owner['id']}/repos?per_page={size}&page="
        wanted = {"prev": page - 1, "next": page + 1, "last": last, "first": 1}
        if page == last:
            del wanted["next"], wanted["last"]
        if page == 1:
            del wanted["prev"], wanted["first"]
        return ", ".join(f'<{url}{number}>; rel="{name}"' for name, number in wanted.items())

    def _repository(self, request, full_name):
        moved = self.world.moved_to(full_name)
        if moved:
            url = f"{request.base}/api/v3/repositories/{self.world.repository(moved)['id']}"
            return json_answer({"message": "Moved Permanently", "url": url}, 301, Location=url)
        return self._one(request, self.world.repository(full_name))

    def _repository_by_id(self, request, number):
        found = [item for item in self.world.repositories if item["id"] == int(number)]
        return self._one(request, found[0] if found else None)

    def _one(self, request, repository):
        if repository is None or (repository["private"] and request.credentials != "good"):
            return self._not_found()
        return json_answer(repository)

    def _read(self, request, full_name, what):
        """What of a repository may be read by whom."""
        repository = self.world.repository(full_name)
        name = what.rpartition("/")[2]
        if repository and repository["private"] and name in self.world.denied:
            return json_answer({"message": "Resource not accessible by personal access token"}, 403,
                               X_Accepted_GitHub_Permissions=f"{name}=read")
        if what.startswith("commits/"):
            return self._commit(request, what.split("/")[1], name)
        return self._one(request, repository and repository | {"what": what})

    def _commit(self, request, commit, what):
        """What is known of a commit, or of every one ("*")."""
        empty = {"pulls": [], "check-runs": {"total_count": 0, "check_runs": []}}
        known = self.world.commits.get("*", {}) | self.world.commits.get(commit, {})
        return json_answer(known.get(what, empty.get(what, {"state": "pending", "statuses": []})))

    def _reviews(self, request, number):
        return json_answer(self.world.reviews.get(number, []))

    def _release(self, request, tag):
        found = self.world.releases.get(tag)
        return self._not_found() if found is None else json_answer(found)

    def _rate_limit(self, request):
        left = 5000 - self.used
        core = {"limit": 5000, "used": self.used, "remaining": left, "reset": 4102444800}
        points = {"limit": 5000, "used": 0, "remaining": 5000, "reset": 4102444800}
        return json_answer({"resources": {"core": core, "graphql": points}})
