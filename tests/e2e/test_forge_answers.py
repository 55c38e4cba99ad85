"""What the forge answers now and then, and what is stored of it. Its usual answers and refusals are
in test_requests.py, test_bad_input.py, test_graphql.py, test_limits.py and test_app.py; README.md has
the list."""

import time

import pytest
from conftest import OWNER, TOKEN, unknowns
from forge import Forge, Repository, World, demo, document
from forge.faults import secondary_limit
from forge.gitrepo import git
from test_forge_graphql import ORDER, fleet
from test_graphql import BUOY, KNOWN, asked, coverage, release, rules

OTHER = "ghp_anotherTokenThatMustNotBeSeenEither"


def listed(forge):
    return [(row["status"], row["credentials"]) for row in forge.requests("listing")]


def test_what_one_credential_learned_is_not_asked_of_another(small_drift, small_forge):
    """An ETag is of its credential: the other one reads all of it, once."""
    small_forge.world.tokens.append(OTHER)
    for token in (TOKEN, OTHER, OTHER, None, None):
        assert small_drift.scan(OWNER, token=token).returncode == 0
        assert len(small_drift.report()["packages"]) == 3
    assert listed(small_forge) == [
        (200, "good"), (200, "good"), (304, "good"), (200, "none"), (304, "none")]
    assert small_drift.leaks(OTHER) == []


def test_a_limit_that_does_not_say_how_long(small_drift, small_forge):
    """A minute is the least that is asked for; that is longer than this scan may wait."""
    small_forge.fault("/repos", secondary_limit())
    started = time.monotonic()
    assert small_drift.scan(OWNER).returncode == 3
    assert time.monotonic() - started < 20
    assert unknowns(small_drift.report())[OWNER, "listing"] == "rate-limited"
    assert len(small_forge.requests("listing")) == 1


def test_a_repository_that_came_between_two_pages(small_drift, small_forge, tmp_path):
    """The last of the first page is the first of the second: it is one repository all the same."""
    world = small_forge.world
    for number in range(1000, 1098):
        world.add_repository(f"{OWNER}/empty-{number}", number)
        world.directories[f"{OWNER}/empty-{number}"] = str(tmp_path / "empty.git")
    Repository().write(tmp_path / "empty.git")

    def begin(request, answer):
        world.add_repository(f"{OWNER}/aaa", 5)
        world.repositories.insert(0, world.repositories.pop())
        return answer

    small_forge.fault("/repos", begin, times=1)
    assert small_drift.scan(OWNER).returncode == 0
    assert [status for status, _ in listed(small_forge)] == [200, 200]
    seen = small_drift.query("SELECT count(*), count(DISTINCT owner || '/' || name) FROM stored_repository "
                             "WHERE until IS NULL")
    assert seen == [(101, 101)]
    assert len(small_forge.requests("refs")) == 101
    assert len(small_drift.report()["packages"]) == 3


def test_a_rename_is_followed_to_the_number(small_drift, small_forge):
    """The index names the repository of then: the forge is asked which one that is today."""
    small_forge.world.moved[f"{OWNER}/old-buoy"] = BUOY
    urls = small_forge.world.documents["buoy"]["info"]["project_urls"]
    urls["Repository"] = f"https://github.com/{OWNER}/old-buoy"
    assert small_drift.scan(OWNER).returncode == 0
    assert [(row["status"], row["path"].removeprefix("/api/v3")) for row in
            small_forge.requests("repository")] == [
        (301, f"/repos/{OWNER}/old-buoy"), (200, "/repositories/2")]
    assert rules(small_drift, "buoy") == set()
    assert "mutual" in {row["link"] for row in small_drift.table("packages", "--package", "buoy")}


def test_a_release_that_came_between_two_pages(small_drift, small_forge):
    """What moved to the second page is told twice and stored once."""
    tags = [*(f"n{n}" for n in range(28)), "v1.1.0", "v1.0.0", "old"]
    rows = [{"tagName": tag, "databaseId": 900 - n} for n, tag in enumerate(tags)]
    small_forge.world.forge[BUOY] = {"releases": rows}

    def draft(request, answer):
        small_forge.world.forge[BUOY] = {"releases": [{"tagName": "new", "databaseId": 901}, *rows]}
        return answer

    small_forge.fault("POST /api/graphql", draft, times=1)
    assert small_drift.scan(OWNER).returncode == 0
    assert len(asked(small_forge)) == 2
    assert rules(small_drift) == set()
    told = small_drift.query(
        "SELECT tag, count(*) FROM stored_forge_release WHERE until IS NULL "
        "AND tag IN ('v1.0.0', 'old') GROUP BY repository_id, tag ORDER BY tag")
    assert told == [("old", 1), *[("v1.0.0", 1)] * 3]


def test_more_commits_than_one_request_may_ask_for(make_drift, tmp_path):
    """Thirty packages of one repository, the four newest releases of each: nothing is left out."""
    world = World(git_root=str(tmp_path), tokens=[TOKEN])
    world.add_owner(OWNER, 1)
    world.add_repository(BUOY, 1)
    repository = Repository()
    for n in range(30):
        released = {}
        for month in (1, 2, 3, 4):
            version, day = f"1.{month}.0", f"2025-{month:02}-{1 + n // 2:02}"
            files = {f"packages/part-{n}/pyproject.toml": demo.pyproject(f"part-{n}", version, BUOY)}
            repository.commit(f"{day}T{n % 2:02}:00:00Z", f"Release part-{n} {version}", files)
            repository.tag(f"part-{n}-v{version}", f"{day}T{n % 2:02}:01:00Z")
            released[version] = (f"{day}T{n % 2:02}:04:00Z", None)
        world.documents[f"part-{n}"] = document(f"part-{n}", released, BUOY)
    repository.write(world.git_directory(world.repository(BUOY)))
    with Forge(world) as forge:
        drift = make_drift(forge.url)
        drift.scan(OWNER)
        told = asked(forge)
        assert sum(row["commits"] for row in told) == 120
        assert len(told) == 2 and max(row["cost"] for row in told) <= 3
        reviewed = [row["reviewed"] for row in drift.report()["releases"]]
        assert reviewed == [True] * 120
        assert drift.query("SELECT count(*) FROM stored_forge_commit WHERE until IS NULL") == [(120,)]


@pytest.fixture
def nested(tmp_path):
    """Tag v1.1.0 is a tag of a tag of a tag of the commit."""
    world = World(git_root=str(tmp_path), tokens=[TOKEN])
    world.add_owner(OWNER, 4711)
    package = demo.Package(world, 1, "buoy").start("2025-01-20")
    package.release("1.0.0", "2025-02-03").release("1.1.0", "2025-03-03").finish()
    directory = world.git_directory(world.repository(BUOY))
    environment = ["-c", "user.name=Rowan", "-c", "user.email=rowan@harbour-labs.example"]
    for depth in range(2):
        git(directory, *environment, "tag", "-f", "-m", f"deeper {depth}", "v1.1.0", "v1.1.0")
    with Forge(world) as forge:
        yield forge


def test_a_tag_of_a_tag_of_a_tag(make_drift, nested):
    drift = make_drift(nested.url)
    assert drift.scan(OWNER).returncode == 0
    assert "release-without-tag" not in {rule for _, _, rule, _ in rules(drift)}
    assert release(drift, "1.1.0") == {
        "forge_release": "2025-02-01T00:00:00Z", "pull_request": 7, "reviewed": True}
    assert coverage(drift) == {"buoy": KNOWN["buoy"]}
    directory = nested.world.git_directory(nested.world.repository(BUOY))
    commit = git(directory, "rev-parse", "v1.1.0^{commit}").decode().strip()
    assert drift.query(f"SELECT count(*) FROM stored_forge_commit WHERE oid = '{commit}'") == [(1,)]


def test_the_forge_nests_tags(nested):
    node, = fleet(nested, owner=OWNER)["data"]["repositoryOwner"]["repositories"]["nodes"]
    target, kinds = node["tags"]["nodes"][0]["target"], []
    while target is not None:
        kinds.append(target["__typename"])
        target = target.get("target")
    assert kinds == ["Tag"] * 3, "the query reads no deeper: what it is of is not told"


def test_the_forge_cuts_a_text(nested, tmp_path):
    repository = Repository()
    repository.commit("2025-02-03T09:00:00Z", "Long", {"CHANGELOG.md": "x" * 600000, "LICENSE": "y"})
    repository.write(tmp_path / "long.git")
    nested.world.directories[BUOY] = tmp_path / "long.git"
    node, = fleet(nested, owner=OWNER, withText=True)["data"]["repositoryOwner"]["repositories"]["nodes"]
    blob = node["changelogMd"]
    assert (len(blob["text"]), blob["byteSize"], blob["isTruncated"]) == (512000, 600000, True)


def test_the_forge_lists_by_push_as_pushes_come(forge):
    """By PUSHED_AT a push between two pages tells one twice, so the order to ask for is NAME."""
    def names(order, after=None):
        told = fleet(forge, n=4, order=order, after=after)["data"]["repositoryOwner"]["repositories"]
        return [node["name"] for node in told["nodes"]], told["pageInfo"]["endCursor"]

    for order, twice in ((ORDER, 0), ({"field": "PUSHED_AT", "direction": "DESC"}, 1)):
        first, cursor = names(order)
        row = next(row for row in forge.world.repositories if row["name"] not in first)
        row["pushed_at"] = f"2099-01-0{1 + twice}T00:00:00Z"
        second, _ = names(order, cursor)
        assert len(set(first) & set(second)) == twice
