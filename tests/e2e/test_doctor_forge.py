"""What doctor says of a credential, and of what a scan will cost, before it is run."""

import json
import re

import pytest
from conftest import APP, OWNER, TOKEN
from forge import faults
from forge.answer import json_answer
from forge.apps import make_key
from test_app import no_leak
from test_graphql import asked


@pytest.fixture
def doctor(small_drift):
    text = small_drift.config.read_text()
    small_drift.config.write_text(f'[fleet]\norganisations = ["{OWNER}"]\n\n{text}')

    def run(*arguments, status=0, **options):
        done = small_drift.run("doctor", *arguments, **options)
        assert done.returncode == status, done.stdout + done.stderr
        text = re.sub(r"\n {10,}", " ", done.stdout)
        return re.findall(r"^  ([✓✗?])  (\S+(?: \S+)*)  +(.*)$", text, re.MULTILINE)

    return run


def texts(lines, label):
    return [(mark, text) for mark, name, text in lines if name == label]


def private(world):
    world.repository(f"{OWNER}/buoy").update(private=True, visibility="private")


ALL = "contents, pull requests, checks, commit statuses"


def test_a_classic_token(doctor, small_forge):
    private(small_forge.world)
    small_forge.world.scopes = "repo, read:org"
    lines = doctor()
    assert texts(lines, "scopes") == [("✓", "classic token, scopes: repo, read:org")]
    assert texts(lines, "sees") == [("✓", f"{OWNER}: private repositories too; {ALL}")]


def test_a_token_that_sees_nothing_private(doctor, small_forge):
    small_forge.world.scopes = ""
    lines = doctor()
    assert texts(lines, "scopes") == [("✓", "classic token, scopes: none")]
    (mark, text), = texts(lines, "sees")
    assert mark == "?" and "public repositories alone" in text and "needs the scope repo" in text


@pytest.mark.parametrize("denied, said", [
    (["check-runs"], "contents, pull requests, commit statuses; not checks "),
    (["check-runs", "status", "pulls"], "contents; not pull requests, checks, commit statuses "),
])
def test_a_fine_grained_token(doctor, small_forge, denied, said):
    private(small_forge.world)
    small_forge.world.denied = denied
    token = "github_pat_11ABCDEFG0SecretThatMustNotBeSeen"
    small_forge.world.tokens.append(token)
    lines = doctor(token=token)
    assert texts(lines, "scopes")[0][1].startswith("fine-grained token")
    (mark, text), = texts(lines, "sees")
    assert mark == "?" and f"private repositories too; {said}" in text and "stays unknown" in text


def test_an_empty_private_repository_does_not_tell(doctor, small_forge):
    private(small_forge.world)
    small_forge.fault("/buoy/contents", faults.CATALOGUE["empty"])
    (mark, text), = texts(doctor(), "sees")
    assert mark == "✓" and text.endswith("; not told: contents")


def test_without_a_token(doctor, small_forge):
    lines = doctor(token=None)
    assert texts(lines, "sees") == []
    (mark, text), = texts(lines, "scan")
    assert mark == "✓" and " and 0 GraphQL requests" in text


def variables(drift):
    return {"FLEETDRIFT_GITHUB_APP_ID": APP, "FLEETDRIFT_GITHUB_APP_KEY_FILE": str(drift.key)}


def test_an_app(doctor, small_drift, small_forge, app, key):
    lines = doctor(token=None, more=variables(small_drift))
    assert texts(lines, "token") == [("✓", f"GitHub App {APP}")]
    assert texts(lines, "sees") == [("✓", f"{OWNER}: all repositories; {ALL}")]
    app["installations"][OWNER] |= {"selection": "selected",
                                    "permissions": {"metadata": "read", "contents": "write"}}
    (mark, text), = texts(doctor(token=None, more=variables(small_drift)), "sees")
    assert mark == "?" and text.startswith(
        f"{OWNER}: selected repositories alone; contents; not pull requests, checks, commit statuses")
    no_leak(small_drift, small_forge, key)


@pytest.mark.parametrize("spoil, status, said", [
    (lambda app: app["installations"].clear(), 3, "is not installed for"),
    (lambda app: app["installations"][OWNER].update(suspended=True), 3, "is suspended"),
    (lambda app: app.update(public=app["other"]), 2, "is it this App's key, and not revoked?"),
])
def test_an_app_that_is_none(doctor, small_drift, app, spoil, status, said):
    app["other"] = make_key()[1]
    spoil(app)
    lines = doctor(token=None, more=variables(small_drift), status=status)
    (mark, text), = texts(lines, "GitHub App")
    assert mark == "✗" and said in text


def test_a_key_that_is_none(doctor, small_drift, app):
    small_drift.key.write_text("nothing")
    (mark, text), = texts(doctor(token=None, more=variables(small_drift), status=2), "token")
    assert mark == "✗" and "holds no private key" in text


# --- what it costs -------------------------------------------------------------------------------

SCAN = re.compile(r"(.*): (\d+) REST and (\d+) GraphQL requests \(at most (\d+) points\), (\d+) of git "
                  r"and (\d+) of the index, which cost none; about (.*)")


def estimates(lines):
    found = [SCAN.match(text) for _, text in texts(lines, "scan")]
    return {m.group(1): tuple(map(int, m.groups()[1:6])) for m in found if m}


def spent(forge):
    """What a scan asked for: REST, GraphQL, points, git, index."""
    whats = [row["what"] for row in forge.requests()]
    rest = sum(whats.count(what) for what in ("listing", "repository"))
    git = sum(whats.count(what) for what in ("advertisement", "refs", "fetch"))
    return (rest, whats.count("graphql"), sum(row["cost"] for row in asked(forge)), git,
            whats.count("document"))


def holds(told, real):
    return all(ours >= theirs for ours, theirs in zip(told, real, strict=True)) and told[:2] == real[:2]


def test_before_the_first_scan(doctor, small_drift, small_forge):
    """From the listing alone, in two requests; and the scan keeps within it."""
    told = estimates(doctor())["at most, for the first one"]
    assert told == (1, 1, 3, 12, 3)
    small_forge.forget()
    small_drift.scan(OWNER)
    assert holds(told, spent(small_forge))


def test_from_the_database(doctor, small_drift, small_forge):
    """Nothing moved: only what is free. All of it moved: as much as the first time, at most."""
    small_drift.scan(OWNER)
    small_forge.forget()
    lines = doctor()
    assert not [row for row in small_forge.requests("listing") if "type=all" in row["path"]]
    told = estimates(lines)
    assert told["if nothing moved"] == (1, 0, 0, 3, 3)
    assert any(text.startswith("the last one took ") for _, text in texts(lines, "scan"))
    small_forge.forget()
    asked(small_forge).clear()
    small_drift.scan(OWNER)
    assert holds(told["if nothing moved"], spent(small_forge))
    for row in small_forge.world.repositories:
        row["updated_at"] = "2025-11-11T11:11:11Z"
    small_forge.forget()
    asked(small_forge).clear()
    small_drift.scan(OWNER)
    assert holds(told["if all of it moved"], spent(small_forge))
    offline = estimates(doctor("--offline"))
    assert set(offline) == {"if nothing moved", "if all of it moved"}


def test_many_repositories(doctor, small_forge):
    """The last page's number is how many there are."""
    for number in range(1000, 1250):
        small_forge.world.add_repository(f"{OWNER}/empty-{number}", number)
    rest, graphql, points, git, index = estimates(doctor())["at most, for the first one"]
    assert (rest, graphql, points, git, index) == (3, 13, 39, 4 * 253, 253)


def test_a_user(doctor, small_forge):
    small_forge.world.owners[0]["type"] = "User"
    assert estimates(doctor())["at most, for the first one"][0] == 2


def test_more_than_is_left(doctor, small_forge):
    def poor(request, answer):
        body = json.loads(answer.body)
        body["resources"]["graphql"] |= {"remaining": 2, "reset": 2000000000}
        return json_answer(body)

    small_forge.fault("/rate_limit", poor)
    lines = doctor(status=3)
    assert ("✓", "2 of 5000 GraphQL points left this hour") in texts(lines, "rate limit")
    (mark, text), = texts(lines, "scan")
    assert mark == "?" and "More than is left: the rest waits until 2033-05-18T03:33:20Z" in text


def test_a_listing_that_is_refused(doctor, small_forge):
    small_forge.fault("/repos\\?", faults.status(403, "no", X_RateLimit_Remaining="4000"))
    (mark, text), = texts(doctor(), "scan")
    assert mark == "?" and "cannot be told without the listing" in text
    assert TOKEN not in text
