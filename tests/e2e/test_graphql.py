"""What only the forge knows: releases, reviews, checks. What asking costs: test_cost.py."""

import json
import re
import time

import alike
import pytest
from forge import Forge, demo
from forge.answer import json_answer
from forge.faults import cut, html, status

OWNER = demo.OWNER
BUOY = f"{OWNER}/buoy"


def asked(forge):
    return forge.services["graphql"].answered


def forget(forge):
    forge.forget()
    asked(forge).clear()


def rules(drift, package=None):
    return {(row["package"], row["version"], row["rule"], row["severity"])
            for row in drift.report()["findings"]
            if package in (None, row["package"]) and row["state"] in ("new", "open")}


def release(drift, version, package="buoy"):
    rows = {row["version"]: row for row in drift.report("--package", package)["releases"]}
    return {key: rows[version][key] for key in ("forge_release", "pull_request", "reviewed")}


def coverage(drift):
    return {row["repository"]: (row["status"], row["reason"])
            for row in drift.report()["coverage"] if row["fact"] == "forge"}


KNOWN = {name: ("known", None) for name in ("anchor", "buoy", "cleat")}


def test_all_in_order(small_drift, small_forge):
    done = small_drift.scan(OWNER)
    assert done.returncode == 0, done.stderr
    assert rules(small_drift) == set()
    assert release(small_drift, "1.1.0") == {
        "forge_release": "2025-02-01T00:00:00Z", "pull_request": 7, "reviewed": True}
    assert coverage(small_drift) == KNOWN
    assert len(asked(small_forge)) == 1
    assert {row["credentials"] for row in small_forge.requests("graphql")} == {"good"}
    card = small_drift.run("report", "buoy").stdout
    assert "#7 by rowan, merged by ida, approved by ida" in card
    assert "passed on the tagged commit" in card
    assert "of v1.1.0 on 2025-02-01" in card


SAID = [
    ({"commits": {"v1.1.0": {"pulls": []}}},
     {("1.1.0", "release-unreviewed", "medium")},
     {"pull_request": "absent", "reviewed": False}),
    ({"commits": {"v1.1.0": {"pulls": [{"reviews": []}]}}},
     {("1.1.0", "release-unreviewed", "medium")},
     {"pull_request": 7, "reviewed": False}),
    # The author's own approval is none.
    ({"commits": {"v1.1.0": {"pulls": [{"reviews": [{"author": "rowan"}]}]}}},
     {("1.1.0", "release-unreviewed", "medium")}, {"reviewed": False}),
    # Nor is one of an earlier commit, nor one that came after the merge.
    ({"commits": {"v1.1.0": {"pulls": [{"reviews": [{"commit": "0" * 40}]}]}}},
     {("1.1.0", "release-unreviewed", "low")}, {"reviewed": False}),
    ({"commits": {"v1.1.0": {"pulls": [{"reviews": [{"submittedAt": "2026-01-01T00:00:00Z"}]}]}}},
     {("1.1.0", "release-unreviewed", "medium")}, {"reviewed": False}),
    # The last word of a reviewer counts; reviewDecision says nothing.
    ({"commits": {"v1.1.0": {"pulls": [{"reviewDecision": "APPROVED", "reviews": [
        {"submittedAt": "2025-01-01T00:00:00Z"}, {"state": "DISMISSED"}]}]}}},
     {("1.1.0", "release-unreviewed", "medium")}, {"reviewed": False}),
    # Of three pull requests one brought it in.
    ({"commits": {"v1.1.0": {"pulls": [
        {"number": 1, "merged": False, "reviews": []},
        {"number": 2, "baseRefName": "next", "reviews": []}, {"number": 3}]}}},
     set(), {"pull_request": 3, "reviewed": True}),
    ({"commits": {"v1.1.0": {"checks": "FAILURE"}}},
     {("1.1.0", "release-checks-failed", "medium")}, {}),
    ({"commits": {"v1.1.0": {"checks": None}}},
     {("1.1.0", "release-checks-failed", "medium")}, {}),
    ({"commits": {"*": {"checks": None}}}, set(), {}),
    ({"releases": [{"tagName": "v1.0.0"}]},
     {("1.1.0", "release-without-forge-release", "low")}, {"forge_release": "absent"}),
    ({"releases": [{"tagName": "v1.1.0", "isDraft": True}, {"tagName": "v1.0.0"}]},
     {("1.1.0", "release-without-forge-release", "low")}, {"forge_release": "draft"}),
    # One of a tag that is gone says nothing of another.
    ({"releases": [{"tagName": "v9"}, {"tagName": "v1.1.0"}, {"tagName": "v1.0.0"}]}, set(), {}),
    ({"releases": []}, {(None, "release-without-forge-release", "low")}, {}),
    ({"commits": {"*": {"pulls": []}}}, {(None, "release-unreviewed", "medium")}, {}),
]


@pytest.mark.parametrize("said, expected, row", SAID)
def test_what_the_forge_says(small_drift, small_forge, said, expected, row):
    small_forge.world.forge[BUOY] = said
    small_drift.scan(OWNER)
    assert {found[1:] for found in rules(small_drift)} == expected
    assert row.items() <= release(small_drift, "1.1.0").items()
    assert coverage(small_drift) == KNOWN


def test_unchanged_costs_nothing(small_drift, small_forge):
    small_drift.scan(OWNER)
    rows = small_drift.query("SELECT count(*) FROM stored_forge_commit")
    forget(small_forge)
    assert small_drift.scan(OWNER).returncode == 0
    assert asked(small_forge) == []
    assert small_drift.query("SELECT count(*) FROM stored_forge_commit") == rows


def test_only_what_may_have_changed_is_asked_again(small_drift, small_forge):
    small_drift.scan(OWNER)
    forget(small_forge)
    small_forge.world.repository(BUOY)["updated_at"] = "2025-11-11T11:11:11Z"
    small_forge.world.forge[BUOY] = {"releases": [{"tagName": "v1.0.0"}]}
    small_drift.scan(OWNER)
    assert [(row["repositories"], row["commits"]) for row in asked(small_forge)] == [(["buoy"], 0)]
    assert release(small_drift, "1.1.0")["forge_release"] == "absent"
    forget(small_forge)
    small_drift.scan(OWNER)
    assert asked(small_forge) == []
    # What was last seen a week ago is looked at again, though nothing moved.
    with_database(small_drift, "UPDATE forge_asked SET asked_at = '2025-01-01T00:00:00Z'")
    del small_forge.world.forge[BUOY]
    small_drift.scan(OWNER)
    assert [row["commits"] for row in asked(small_forge)] == [0]
    assert rules(small_drift) == set()


def with_database(drift, sql):
    import sqlite3

    with sqlite3.connect(drift.home / "fleet.db") as database:
        database.execute(sql)


def test_a_commit_that_is_not_settled_is_asked_again(small_drift, small_forge):
    small_forge.world.forge[BUOY] = {"commits": {"v1.1.0": {"checks": "PENDING"}}}
    small_drift.scan(OWNER)
    small_forge.world.forge.clear()
    small_forge.world.repository(BUOY)["updated_at"] = "2025-11-11T11:11:11Z"
    forget(small_forge)
    small_drift.scan(OWNER)
    assert [row["commits"] for row in asked(small_forge)] == [1]
    assert small_drift.query("SELECT DISTINCT checks FROM stored_forge_commit "
                             "WHERE until IS NULL") == [("success",)]


def test_without_a_credential(small_drift, small_forge):
    done = small_drift.scan(OWNER, token=None)
    assert done.returncode == 0, done.stderr
    assert small_forge.requests("graphql") == []
    assert set(coverage(small_drift).values()) == {("skipped", "no-credential")}
    assert release(small_drift, "1.1.0") == {
        "forge_release": None, "pull_request": None, "reviewed": None}
    assert small_drift.run("report", "buoy").stdout.count("set FLEETDRIFT_GITHUB_TOKEN") == 3


def test_what_was_learned_stands_without_a_credential(small_drift, small_forge):
    small_forge.world.forge[BUOY] = {"releases": [{"tagName": "v1.0.0"}]}
    small_drift.scan(OWNER)
    before = rules(small_drift)
    small_drift.scan(OWNER, token=None)
    assert rules(small_drift) == before != set()
    small_drift.scan(OWNER)
    assert rules(small_drift) == before
    assert coverage(small_drift) == KNOWN


# --- refusals ------------------------------------------------------------------------------------


def limited(seconds, headers=True):
    """The primary limit, as GraphQL says it: in an answer of status 200."""
    def change(request, answer):
        reset = {"X_RateLimit_Reset": str(int(time.time()) + seconds)} if headers else {}
        return json_answer({"errors": [{"type": "RATE_LIMITED", "message": "API rate limit exceeded"}]},
                           X_RateLimit_Remaining="0", **reset)
    return change


def too_many(most, refusal):
    """Refuses requests for more repositories."""
    def change(request, answer):
        count = len(re.findall(r"r\d+: repository", json.loads(request.body)["query"]))
        return refusal(request, answer) if count > most else answer
    return change


SLOW = status(502, "")
SORRY = {"data": None, "errors": [{"message": "Something went wrong while executing your query. This "
                                              "may be the result of a timeout"}]}


@pytest.mark.parametrize("fault, times, requests", [
    (status(429, "slow down", Retry_After="1"), 1, 2),
    (status(403, "You have exceeded a secondary rate limit.", Retry_After="1"), 1, 2),
    (limited(1), 1, 2),
    (cut(), 1, 2),
    (too_many(2, html(502)), None, 4),
    (too_many(1, html(504)), None, 4),
    (too_many(1, lambda request, answer: json_answer(SORRY, 502)), None, 4),
    (too_many(1, lambda request, answer: json_answer(SORRY)), None, 4),
])
def test_refusals_that_pass(small_drift, small_forge, fault, times, requests):
    small_forge.fault("POST /api/graphql", fault, times=times)
    done = small_drift.scan(OWNER)
    assert done.returncode == 0, done.stderr
    assert coverage(small_drift) == KNOWN
    assert len(small_forge.requests("graphql")) == requests


@pytest.mark.parametrize("fault, reason, most", [
    (limited(3000), "rate-limited", 1),
    (status(403, "no", Retry_After="900"), "rate-limited", 1),
    (status(403, "Resource not accessible", X_RateLimit_Remaining="4999"), "forbidden", 1),
    (status(401, "Bad credentials"), "unauthorized", 1),
    (status(404, "Not Found"), "not-found", 1),
    (cut(), "truncated", 12),
    (html(502), "http-error", 12),
    (lambda request, answer: json_answer([]), "bad-answer", 3),
])
def test_refusals_that_stay(small_drift, small_forge, fault, reason, most):
    small_drift.scan(OWNER)
    small_forge.world.forge[BUOY] = {"releases": [{"tagName": "v1.0.0"}]}
    for row in small_forge.world.repositories:
        row["updated_at"] = "2025-11-11T11:11:11Z"
    forget(small_forge)
    small_forge.fault("POST /api/graphql", fault)
    done = small_drift.scan(OWNER)
    assert done.returncode == 3, done.stderr
    assert set(coverage(small_drift).values()) == {("unknown", reason)}
    assert len(small_forge.requests("graphql")) <= most
    # What was known stands, and is told as such; all else of the fleet is complete.
    assert release(small_drift, "1.1.0")["reviewed"] is True
    small_forge.heal()
    small_drift.scan(OWNER)
    assert coverage(small_drift) == KNOWN
    assert release(small_drift, "1.1.0")["forge_release"] == "absent"


def test_deadline(small_drift, small_forge):
    small_forge.fault("POST /api/graphql", limited(4))
    done = small_drift.scan(OWNER, "--deadline", "2s")
    assert done.returncode == 3, done.stderr
    assert set(coverage(small_drift).values()) == {("unknown", "deadline")}


def partial(kind, path):
    """Data without what stands at that path, and an error that says so."""
    def change(request, answer):
        body = json.loads(answer.body)
        at = body["data"]
        for step in path[:-1]:
            at = at[step]
        at[path[-1]] = None
        body["errors"] = [{"type": kind, "path": path, "message": "not today"}]
        return json_answer(body)
    return change


def test_partial_data(small_drift, small_forge):
    small_forge.fault("POST /api/graphql", partial("FORBIDDEN", ["r1"]))
    assert small_drift.scan(OWNER).returncode == 3
    assert sorted(coverage(small_drift).values()) == [
        ("known", None), ("known", None), ("unknown", "forbidden")]
    assert len(small_forge.requests("graphql")) == 1


def test_what_was_too_much_is_asked_again_alone(small_drift, small_forge):
    fault = partial("RESOURCE_LIMITS_EXCEEDED", ["r1", "releases", "nodes"])
    small_forge.fault("POST /api/graphql", fault, times=1)
    assert small_drift.scan(OWNER).returncode == 0
    assert [len(row["repositories"]) for row in asked(small_forge)] == [3, 1]
    assert coverage(small_drift) == KNOWN


def test_a_repository_that_the_credential_may_not_see(small_drift, small_forge):
    small_forge.world.forge[BUOY] = {"fails": {"": ("FORBIDDEN", "SAML enforcement")}}
    assert small_drift.scan(OWNER).returncode == 3
    assert coverage(small_drift) == KNOWN | {"buoy": ("unknown", "forbidden")}


def test_checks_that_the_credential_may_not_see(small_drift, small_forge):
    small_forge.world.forge[BUOY] = {
        "fails": {"statusCheckRollup": ("FORBIDDEN", "Resource not accessible by integration")},
        "commits": {"*": {"checks": "FAILURE"}}}
    done = small_drift.scan(OWNER)
    assert done.returncode == 0
    assert "statusCheckRollup" in done.stderr
    assert release(small_drift, "1.1.0")["reviewed"] is True


@pytest.mark.parametrize("field", ["isLatest", "statusCheckRollup", "signature", "reviews"])
def test_a_schema_that_lacks_a_field(small_drift, small_forge, field):
    small_forge.services["graphql"].lacks = {field}
    assert small_drift.scan(OWNER).returncode == 0
    assert len(small_forge.requests("graphql")) == 2
    assert coverage(small_drift) == KNOWN
    assert release(small_drift, "1.1.0") == {
        "forge_release": "2025-02-01T00:00:00Z", "pull_request": 7,
        "reviewed": None if field == "reviews" else True}
    assert rules(small_drift) == set()


def test_more_releases_than_a_page(small_drift, small_forge):
    small_forge.world.forge[BUOY] = {
        "releases": [{"tagName": f"nightly-{n}"} for n in range(140)] + [{"tagName": "v1.1.0"},
                                                                       {"tagName": "v1.0.0"}]}
    assert small_drift.scan(OWNER).returncode == 0
    assert [(len(row["repositories"]), row["nodes"]) for row in asked(small_forge)] == [
        (3, 3 * 30 + 6 * (3 + 3 * 20)), (1, 100), (1, 100)]
    assert rules(small_drift) == set()


def test_the_budget_is_heeded(small_drift, small_forge):
    """Where an answer was the last that could be paid for, nothing more is asked."""
    def poor(request, answer):
        body = json.loads(answer.body)
        soon = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() + 3000))
        body["data"]["rateLimit"] |= {"remaining": 1, "resetAt": soon}
        return json_answer(body)

    small_forge.world.forge[BUOY] = {"releases": [{"tagName": f"n{n}"} for n in range(70)]}
    small_forge.fault("POST /api/graphql", poor)
    small_drift.scan(OWNER)
    assert len(small_forge.requests("graphql")) == 1
    assert coverage(small_drift) == KNOWN | {"buoy": ("unknown", "rate-limited")}


def test_renamed(drift, forge):
    drift.scan(OWNER)
    assert {value for value in coverage(drift).values()} == {("known", None)}


@pytest.mark.parametrize("signed, expected", [
    ((True, False), {("1.1", "tag-unsigned", "info")}),
    ((False, False), {(None, "tag-unsigned", "info")}),
])
def test_signatures_of_tags(make_drift, tmp_path, signed, expected):
    with Forge(alike.build(tmp_path, 1, signed)) as forge:
        drift = make_drift(forge.url)
        assert drift.scan(OWNER, token=None).returncode == 0
        assert {found[1:] for found in rules(drift)} == expected
