"""Many nights of a fleet to which things happen."""

import json
import sqlite3
from contextlib import closing

from forge import World, demo, faults
from forge.gitrepo import git

NIGHTS = 9


def world_before(directory, token):
    """Before the first night."""
    world = World(git_root=str(directory), tokens=[token])
    world.add_owner(demo.OWNER, 4711)
    for number, name in enumerate(("anchor", "buoy", "cleat", "dinghy"), start=1):
        package = demo.Package(world, number, name).start("2025-01-20")
        package.release("1.0.0", "2025-02-03").release("1.1.0", "2025-03-03").finish()
    return world


def happen(forge, night):
    """What the scan of this night finds otherwise than the one before."""
    world = forge.world
    anchor, dinghy = (world.git_directory({"full_name": f"{demo.OWNER}/{name}"})
                      for name in ("anchor", "dinghy"))
    if night == 2:
        git(anchor, "tag", "-f", "v1.1.0", "v1.0.0^{commit}")
        world.documents["dinghy"]["releases"]["1.1.0"][0]["digests"]["sha256"] = "0" * 64
    elif night == 3:
        forge.fault("/pypi/buoy/", faults.html(502))
    elif night == 4:
        world.repositories.remove(world.repository(f"{demo.OWNER}/cleat"))
        git(dinghy, "tag", "-d", "v1.0.0")
    elif night == 5:
        forge.heal()
        world.documents.pop("buoy")
    elif night == 6:
        git(anchor, "update-ref", "refs/heads/main", "refs/heads/main~1")
        git(dinghy, "tag", "v1.0.0", "v1.1.0^{commit}")
    elif night == 7:
        row = world.repository(f"{demo.OWNER}/dinghy")
        old, new = row["full_name"], f"{demo.OWNER}/skiff"
        row |= {"name": "skiff", "full_name": new}
        world.moved[old] = new
        world.directories[new] = dinghy
    elif night == 8:
        forge.fault("/buoy.git/", faults.status(403))


def live(drift, forge, nights):
    for night in nights:
        happen(forge, night)
        assert drift.scan(demo.OWNER, "--verify", "all").returncode in (0, 1, 3)


def age(drift, first):
    """The runs before this one began a hundred days ago, those from it on today."""
    with closing(sqlite3.connect(drift.home / "fleet.db")) as database, database:
        database.execute(
            "UPDATE run SET started_at = strftime('%Y-%m-%dT%H:%M:%SZ', 'now', (id - 100) || ' days') "
            "WHERE id < ?", (first,))


def everything(drift, run, since=1):
    """All that can be printed of a run, and what changed from another to it."""
    calls = [("--format", "json"), ("--format", "ndjson"), ("--what", "all")]
    calls += [("--format", "csv", "--what", what) for what in ("findings", "coverage")]
    said = [drift.run("report", "--run", run, *call).stdout for call in calls]
    said.append(drift.run("diff", since, run, "--format", "json").stdout)
    packages = [row["package"] for row in json.loads(said[0])["packages"]]
    return said + [drift.run("report", "--run", run, package).stdout for package in packages]
