"""What a scan costs: requests, connections, and that secrets go only where they belong."""

import shutil

import pytest
from conftest import TOKEN
from forge import Forge, Repository, World, demo
from forge.faults import redirect
from forge.gitrepo import git

PUBLISHED = 12  # packages of the demonstration fleet that the index knows
REPOSITORIES = 13  # that are looked at: all but the fork and the archived one


def test_unchanged_rescan_is_two_requests_a_package(small_drift, small_forge):
    assert small_drift.scan(demo.OWNER).returncode == 0
    small_forge.forget()
    assert small_drift.scan(demo.OWNER).returncode == 0
    asked = sorted(row["what"] for row in small_forge.requests())
    assert asked == ["document"] * 3 + ["listing"] + ["refs"] * 3
    statuses = {row["what"]: row["status"] for row in small_forge.requests()}
    assert statuses == {"document": 304, "listing": 304, "refs": 200}


@pytest.mark.parametrize("mode", ["v0", "v1", "v0-nofilter", "v2-nofilter"])
def test_odd_repositories_cost_one_request_again(small_drift, small_forge, tmp_path, mode):
    """One speaks an older protocol than its host, one has a HEAD that is no branch."""
    world, detached = small_forge.world, f"{demo.OWNER}/cleat"
    shutil.copytree(world.git_directory(world.repository(detached)), tmp_path / "cleat.git")
    world.directories[detached] = tmp_path / "cleat.git"
    git(tmp_path / "cleat.git", "update-ref", "--no-deref", "HEAD", "refs/heads/main")
    world.modes[f"{demo.OWNER}/buoy"] = mode
    for _ in range(2):
        small_forge.forget()
        assert small_drift.scan(demo.OWNER).returncode == 0
    asked = sorted(row["path"].split("/")[2] for row in small_forge.requests()
                   if row["what"] not in ("document", "listing"))
    assert asked == ["anchor.git", "buoy.git", "cleat.git"]
    # What was learned is forgotten when it is no longer true.
    del world.modes[f"{demo.OWNER}/buoy"]
    git(tmp_path / "cleat.git", "symbolic-ref", "HEAD", "refs/heads/main")
    for requests in (None, 3):
        small_forge.forget()
        assert small_drift.scan(demo.OWNER).returncode == 0
    assert len(small_forge.requests("refs")) == requests
    assert small_forge.requests("advertisement") == []


def test_unchanged_rescan_adds_no_fact(small_drift):
    small_drift.scan(demo.OWNER)
    before = fact_rows(small_drift)
    small_drift.scan(demo.OWNER)
    assert before and fact_rows(small_drift) == before


def fact_rows(drift):
    """Rows of each table whose rows hold from one run until another."""
    counts = {}
    for (name,) in drift.query("SELECT name FROM sqlite_master WHERE type = 'table'"):
        columns = {row[1] for row in drift.query(f'PRAGMA table_info("{name}")')}
        if {"since", "until"} <= columns:
            counts[name] = drift.query(f'SELECT count(*) FROM "{name}"')[0][0]
    return counts


def test_rescan_of_the_demonstration_fleet(drift, forge):
    drift.scan(demo.OWNER)
    forge.forget()
    drift.scan(demo.OWNER)
    asked = [row["what"] for row in forge.requests()]
    assert asked.count("refs") == REPOSITORIES
    assert asked.count("fetch") == 0
    assert asked.count("document") in (PUBLISHED, PUBLISHED + 1)
    assert asked.count("listing") == 1


def test_shortest_call_is_three_requests(small_drift, small_forge):
    done = small_drift.scan("--package", f"buoy={demo.OWNER}/buoy", "--verify", "none", token=None)
    assert done.returncode == 0, done.stderr
    assert sorted(row["what"] for row in small_forge.requests()) in (
        ["document", "fetch", "refs"],
        ["document", "fetch", "fetch", "refs"],
    )
    assert small_forge.requests("listing") == []


def test_few_connections(drift, forge):
    drift.scan(demo.OWNER)
    assert forge.log.peak_connections <= 4


def test_all_pages_are_read(small_forge, small_drift, tmp_path):
    world = small_forge.world
    for number in range(1000, 1130):
        world.add_repository(f"{demo.OWNER}/empty-{number}", number)
        world.directories[f"{demo.OWNER}/empty-{number}"] = str(tmp_path / "empty.git")
    Repository().write(tmp_path / "empty.git")
    assert small_drift.scan(demo.OWNER).returncode == 0
    assert len(small_forge.requests("listing")) == 2
    assert len(small_forge.requests("refs")) == 133
    assert len(small_drift.report()["packages"]) == 3
    small_forge.forget()
    assert small_drift.scan(demo.OWNER).returncode == 0
    assert [row["status"] for row in small_forge.requests("listing")] == [304, 304]
    assert len(small_forge.requests("refs")) == 133


def test_user_falls_back(small_forge, small_drift):
    small_forge.world.owners[0]["type"] = "User"
    assert small_drift.scan(demo.OWNER).returncode == 0
    assert [row["status"] for row in small_forge.requests("listing")] == [404, 200]


def test_only_what_moved_is_fetched_again(make_drift, tmp_path):
    world = World(git_root=str(tmp_path), tokens=[TOKEN])
    world.add_owner(demo.OWNER, 1)
    package = demo.Package(world, 1, "halyard").start("2025-01-20")
    package.release("1.0.0", "2025-02-03").finish()
    with Forge(world) as forge:
        drift = make_drift(forge.url)
        assert drift.scan(demo.OWNER).returncode == 0
        forge.forget()
        shutil.rmtree(world.git_directory({"full_name": package.full_name}))
        package.release("1.1.0", "2025-03-04").finish()  # the same objects and some more
        assert drift.scan(demo.OWNER).returncode == 0
        tags = {row["version"]: row["tag"] for row in drift.report()["releases"]}
        assert tags == {"1.0.0": "v1.0.0", "1.1.0": "v1.1.0"}
        assert len(forge.requests("refs")) == 1
        assert 1 <= len(forge.requests("fetch")) <= 2


def test_token_stays_with_its_origin(small_drift, small_forge, demo_world):
    """The index never sees it, nor does the target of a redirect."""
    with Forge(demo_world) as elsewhere:
        small_forge.fault("/orgs/", redirect(elsewhere.url + "/api/v3/orgs/x/repos"))
        small_drift.scan(demo.OWNER)
        assert {row["credentials"] for row in elsewhere.requests()} <= {"none"}
    small_forge.heal()
    small_drift.scan(demo.OWNER)
    assert {row["credentials"] for row in small_forge.requests("document")} == {"none"}
    assert {row["credentials"] for row in small_forge.requests("refs")} == {"good"}
    assert {row["credentials"] for row in small_forge.requests("listing")} == {"good"}


def test_metadata_urls_are_never_contacted(small_forge, small_drift, demo_world):
    with Forge(demo_world) as bait:
        info = small_forge.world.documents["buoy"]["info"]
        info["project_urls"]["Source"] = bait.url + "/evil"
        info["home_page"] = bait.url
        small_drift.scan(demo.OWNER)
        assert bait.requests() == []


def test_a_look_at_one_package_makes_nothing_new(drift):
    """What was out of sight for a run is not new after it."""
    drift.scan(demo.OWNER)
    before = len([row for row in drift.report()["findings"] if row["state"] == "new"])
    assert before > 0
    drift.scan("--package", f"gull-mailbox-core={demo.OWNER}/gull-mailbox-core")
    assert {row["state"] for row in drift.report()["findings"]} == {"open"}
    drift.scan(demo.OWNER)
    states = [row["state"] for row in drift.report()["findings"]]
    assert len(states) >= before and "new" not in states
