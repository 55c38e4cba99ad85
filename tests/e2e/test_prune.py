"""Many nights of a fleet to which things happen: what is kept says the same when the rest is forgotten."""

import shutil

import pytest

from forge import demo, faults
from forge.gitrepo import git
from nights import NIGHTS, age, everything, live


@pytest.mark.parametrize("first", [4, NIGHTS - 1])
def test_what_is_kept_says_the_same(fleet, first, tmp_path):
    drift, forge = fleet
    live(drift, forge, range(1, NIGHTS + 1))
    age(drift, first)
    before = {run: everything(drift, run, first) for run in range(first, NIGHTS + 1)}
    backup = tmp_path / "backup.db"
    drift.query(f"VACUUM INTO '{backup}'")
    would = drift.run("prune", "--keep", "50d", "--dry-run")
    assert {run: everything(drift, run, first) for run in before} == before
    done = drift.run("prune", "--keep", "50d")
    assert done.returncode == 0, done.stderr
    assert would.stdout.splitlines()[:2] == [
        line.replace("removed", "would remove") for line in done.stdout.splitlines()[:2]]
    assert f"removed {first - 1} runs" in done.stdout
    assert {run: everything(drift, run, first) for run in before} == before
    refused = drift.run("report", "--run", first - 1)
    assert refused.returncode == 2 and "was pruned" in refused.stderr
    assert drift.query("PRAGMA integrity_check") == [("ok",)]
    assert not drift.query("PRAGMA foreign_key_check")
    again = drift.run("prune", "--keep", "50d").stdout
    assert again.startswith("removed 0 runs, 0 rows of facts, 0 repositories and 0 packages")

    # The next night judges as if nothing had been forgotten.
    forge.heal()
    drift.scan(demo.OWNER, "--verify", "all")
    pruned = drift.report()
    for path in drift.home.glob("fleet.db*"):
        path.unlink()
    shutil.copy(backup, drift.home / "fleet.db")
    drift.scan(demo.OWNER, "--verify", "all")
    whole = drift.report()
    for report in (pruned, whole):  # two scans, a second or two apart
        begin = report["run"]["started_at"]
        for row in report["coverage"] + [seen for row in report["findings"] for seen in row["evidence"]["observed"]]:
            row["observed_at"] = row["observed_at"] and row["observed_at"] < begin
            row["since"] = row.get("since") == begin or row.get("since")
    assert pruned["findings"]
    for table in ("findings", "packages", "releases", "coverage"):
        assert pruned[table] == whole[table]


def test_who_left_is_forgotten(fleet):
    """With the mirror, also under a name of before; who only is out of sight is not."""
    drift, forge = fleet
    mirrors = drift.home / "cache"
    live(drift, forge, range(1, NIGHTS + 1))
    here = {path.name for path in mirrors.glob(f"*/{demo.OWNER}/*.git")}
    assert {"anchor.git", "cleat.git", "dinghy.git", "skiff.git"} <= here
    age(drift, 3)
    drift.run("prune", "--keep", "50d")
    assert {path.name for path in mirrors.glob(f"*/{demo.OWNER}/*.git")} == here
    age(drift, 8)
    would = drift.run("prune", "--keep", "50d", "--dry-run").stdout
    assert "1 repositories and 1 packages that left the fleet, 2 mirrors" in would
    assert {path.name for path in mirrors.glob(f"*/{demo.OWNER}/*.git")} == here
    drift.run("prune", "--keep", "50d")
    left = {path.name for path in mirrors.glob(f"*/{demo.OWNER}/*.git")}
    assert left == here - {"cleat.git", "dinghy.git"}
    assert b"cleat" not in (drift.home / "fleet.db").read_bytes()
    # It comes back as one that was never seen.
    forge.heal()
    world = forge.world
    world.repositories.append(dict(world.repositories[0], id=3, name="cleat", full_name=f"{demo.OWNER}/cleat"))
    drift.scan(demo.OWNER, "--verify", "all")
    row, = [row for row in drift.report()["packages"] if row["package"] == "cleat"]
    assert (row["status"], row["link"], row["releases_tagged"]) == ("in-sync", "mutual", 2)


def test_what_only_old_runs_saw_is_gone(fleet):
    """A year of pushes: of the tips between, nothing is left."""
    drift, forge = fleet
    directory = forge.world.git_directory({"full_name": f"{demo.OWNER}/buoy"})
    for night in range(12):
        tree = git(directory, "rev-parse", "main^{tree}").decode().strip()
        commit = git(directory, "-c", "user.name=N", "-c", "user.email=n@example.org", "commit-tree",
                     tree, "-p", "main", "-m", f"night {night}").decode().strip()
        git(directory, "update-ref", "refs/heads/main", commit)
        drift.scan(demo.OWNER)
    age(drift, 12)
    assert drift.query("SELECT count(*) FROM stored_refs WHERE until IS NOT NULL") == [(11,)]
    done = drift.run("prune", "--keep", "50d")
    assert "removed 10 runs" in done.stdout and "runs from 11 on are kept" in done.stdout
    assert drift.query("SELECT since, until FROM stored_refs WHERE until IS NOT NULL") == [(11, 12)]
    assert drift.query("SELECT id FROM run") == [(1,), (11,), (12,)]


def test_a_prune_is_killed_or_in_the_way(fleet):
    drift, forge = fleet
    live(drift, forge, range(1, NIGHTS + 1))
    age(drift, NIGHTS)
    last = (NIGHTS - 1, NIGHTS)
    before = [everything(drift, run, last[0]) for run in last]
    for moment in (0.005, 0.01, 0.02, 0.04):
        running = drift.start("prune", "--keep", "50d")
        try:
            running.communicate(timeout=moment)
        except Exception:
            running.kill()
            running.communicate()
        assert drift.query("PRAGMA integrity_check") == [("ok",)]
        assert [everything(drift, run, last[0]) for run in last] == before
    assert drift.run("prune", "--keep", "50d").returncode == 0
    forge.fault("/repos", faults.slow(60))
    scanning = drift.start("scan", demo.OWNER)
    while not drift.run("doctor", "--offline").stdout.count("a scan is at work"):
        pass
    refused = drift.run("prune", "--keep", "50d")
    scanning.kill()
    scanning.communicate()
    assert refused.returncode == 4 and f"process {scanning.pid}" in refused.stderr


@pytest.mark.parametrize("call, said", [
    ((), "--keep 90d"), (("--keep", "0"), "no duration"), (("--keep", "soon"), "no duration"),
    (("--keep", "90d", "--db", "nowhere.db"), "there is no database nowhere.db"),
])
def test_a_wrong_call(fleet, call, said):
    done = fleet[0].run("prune", *call)
    assert done.returncode in (2, 4) and said in done.stderr
    assert not (fleet[0].home / "nowhere.db").exists()
