"""Limits of the forge's API: one budget for REST and GraphQL, waits that are told, deadlines."""

import json
import re
import time

import pytest
from conftest import OWNER, unknowns
from forge.answer import json_answer
from forge.faults import html, primary_limit, secondary_limit
from test_graphql import KNOWN, asked, coverage, limited, partial


class Quota:
    """Counts what is left as the forge does, and refuses all that comes when nothing is."""

    def __init__(self, left, seconds, resource="core", cost=1):
        self.left, self.end, self.resource, self.cost = left, time.time() + seconds, resource, cost
        self.refused = 0

    def __call__(self, request, answer):
        if time.time() >= self.end:
            self.left, self.end = 5000, time.time() + 3600
        answer.headers |= {"X-RateLimit-Reset": str(int(self.end)), "X-RateLimit-Resource": self.resource}
        if self.left < self.cost:
            self.refused += 1
            answer = json_answer({"message": "API rate limit exceeded"}, 403)
            answer.headers |= {"X-RateLimit-Reset": str(int(self.end))}
        self.left = max(0, self.left - self.cost)
        answer.headers["X-RateLimit-Remaining"] = str(self.left)
        if self.resource == "graphql" and answer.status == 200:
            body = json.loads(answer.body)
            ends = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(int(self.end)))
            body["data"]["rateLimit"] |= {"remaining": self.left, "resetAt": ends}
            answer.body = json.dumps(body).encode()
        return answer


def more_pages(forge, tmp_path):
    for number in range(1000, 1130):
        forge.world.add_repository(f"{OWNER}/empty-{number}", number, archived=True)


def test_what_is_used_up_is_waited_for_before_it_is_refused(small_drift, small_forge, tmp_path):
    """The first page takes the last request of the hour: the second one is not sent before the next."""
    more_pages(small_forge, tmp_path)
    quota = Quota(1, 2.5)
    small_forge.fault("/repos\\?", quota)
    done = small_drift.scan(OWNER)
    assert done.returncode == 0, done.stderr
    assert quota.refused == 0
    assert [row["status"] for row in small_forge.requests("listing")] == [200, 200]


def test_what_is_used_up_for_too_long(small_drift, small_forge, tmp_path):
    """The rest of the listing is unknown at once; git and the index are asked all the same."""
    more_pages(small_forge, tmp_path)
    quota = Quota(1, 3000)
    small_forge.fault("/repos\\?", quota)
    started = time.monotonic()
    done = small_drift.scan(OWNER)
    assert done.returncode == 3 and time.monotonic() - started < 20
    assert quota.refused == 0 and len(small_forge.requests("listing")) == 1
    report = small_drift.report()
    assert unknowns(report)[(OWNER, "listing")] == "rate-limited"
    assert {row["package"] for row in report["packages"]} == {"anchor", "buoy", "cleat"}
    (detail,), = small_drift.query("SELECT detail FROM stored_coverage WHERE reason = 'rate-limited'")
    assert re.search(r"requests of this hour are used up until \d{4}-", detail), detail


def test_points_that_are_used_up(small_drift, small_forge):
    """REST is no part of GraphQL's points, nor the other way about."""
    quota = Quota(4, 2.5, "graphql", cost=3)
    small_forge.world.forge[f"{OWNER}/buoy"] = {"releases": [{"tagName": f"n{n}"} for n in range(140)]}
    small_forge.fault("POST /api/graphql", quota)
    done = small_drift.scan(OWNER)
    assert quota.refused == 0
    assert len(small_forge.requests("graphql")) == 3, done.stderr
    assert coverage(small_drift) == KNOWN


@pytest.mark.parametrize("fault, place", [
    (primary_limit(4), "/repos\\?"),
    (secondary_limit(4), "/repos\\?"),
    (secondary_limit(4, 429), "POST /api/graphql"),
    (limited(4), "POST /api/graphql"),
], ids=["primary", "secondary", "GraphQL 429", "GraphQL 200"])
def test_a_wait_is_told(small_drift, small_forge, fault, place):
    """Until when and why, also to those who asked for no progress; and nothing is sent meanwhile."""
    small_forge.fault(place, fault, times=1)
    before = time.time()
    done = small_drift.scan(OWNER)
    assert done.returncode == 0, done.stderr
    said = re.search(r"waiting (?:for \S+ )?until (\S+Z)(?:, as it asked|: the .*used up)", done.stderr)
    assert said, done.stderr
    assert time.time() - before >= 4
    asked = small_forge.requests("listing" if "repos" in place else "graphql")
    assert len(asked) == 2


def test_progress_tells_of_it(small_drift, small_forge):
    small_forge.fault("POST /api/graphql", limited(14), times=1)
    small_drift.config.write_text(small_drift.config.read_text().replace('max_wait = "5s"', 'max_wait = "30s"'))
    done = small_drift.scan(OWNER, "--progress", "plain")
    assert re.search(r"asked the forge of 0 of 3.*, waiting until \S+Z: the GraphQL API's points", done.stderr)


@pytest.mark.parametrize("fault, place", [
    (primary_limit(4), "/repos\\?"), (secondary_limit(4), "POST /api/graphql"),
    (limited(4), "POST /api/graphql"),
], ids=["primary", "secondary", "GraphQL"])
def test_the_deadline_ends_a_wait(small_drift, small_forge, fault, place):
    """In time, with what is known; the rest is unknown for that reason."""
    small_forge.fault(place, fault)
    started = time.monotonic()
    done = small_drift.scan(OWNER, "--deadline", "2s")
    assert done.returncode == 3 and time.monotonic() - started < 4
    reasons = set(unknowns(small_drift.report()).values())
    assert "deadline" in reasons and reasons <= {"deadline"}, reasons
    if "graphql" in place:
        assert len(small_drift.report()["packages"]) == 3


def test_502_in_html_then_partial_data(small_drift, small_forge):
    """Each asks for less; nothing that was told is asked again, and all is known in the end."""
    small_forge.fault("POST /api/graphql", partial("RESOURCE_LIMITS_EXCEEDED", ["r0"]), times=1)
    small_forge.fault("POST /api/graphql", html(502), times=1)
    assert small_drift.scan(OWNER).returncode == 0
    assert coverage(small_drift) == KNOWN
    # 3 (502), then 1 (cut short), 1, 1, 1
    assert [len(row["repositories"]) for row in asked(small_forge)] == [3, 1, 1, 1, 1]


def test_the_size_that_works_is_remembered(small_drift, small_forge):
    def too_many(request, answer):
        many = len(re.findall(r"r\d+: repository", json.loads(request.body)["query"])) > 1
        return html(502)(request, answer) if many else answer

    small_forge.fault("POST /api/graphql", too_many)
    assert small_drift.scan(OWNER).returncode == 0
    first = len(small_forge.requests("graphql"))
    for row in small_forge.world.repositories:
        row["updated_at"] = "2025-11-11T11:11:11Z"
    small_forge.forget()
    assert small_drift.scan(OWNER).returncode == 0
    assert len(small_forge.requests("graphql")) == 3 < first
