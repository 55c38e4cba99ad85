"""Old and poor git servers give the same facts; mirrors are what git itself understands."""

import pytest
from conftest import facts
from forge import Forge, demo, faults
from forge.gitrepo import git


@pytest.fixture
def reference(drift):
    drift.scan(demo.OWNER)
    return drift


@pytest.mark.parametrize("mode", ["v2-nofilter", "v1", "v0", "v0-nofilter"])
def test_same_facts(reference, make_drift, world, mode):
    world.modes["*"] = mode
    with Forge(world) as poor:
        drift = make_drift(poor.url)
        assert drift.scan(demo.OWNER).returncode == 1
        assert facts(drift.report()) == facts(reference.report())
        poor.forget()
        drift.scan(demo.OWNER)
        assert poor.requests("fetch") == []
        assert facts(drift.report()) == facts(reference.report())


def test_one_old_server_in_a_new_fleet(reference, make_drift, world):
    """One repository that answers like an old server does not change how others are asked."""
    world.modes[f"{demo.OWNER}/dockyard"] = "v0"
    with Forge(world) as forge:
        drift = make_drift(forge.url)
        assert drift.scan(demo.OWNER).returncode == 1
        assert facts(drift.report()) == facts(reference.report())


@pytest.mark.parametrize("mode", ["v2", "v2-nofilter", "v0"])
def test_mirrors_are_sound(make_drift, world, mode):
    world.modes["*"] = mode
    with Forge(world) as forge:
        drift = make_drift(forge.url)
        drift.scan(demo.OWNER)
    mirrors = sorted((drift.home / "cache").rglob("*.git"))
    names = {mirror.stem for mirror in mirrors}
    assert {"tidewatch", "dockyard", "gull-mailbox-core"} <= names
    assert not {"harbour-infra", "pennant", "old-lighthouse"} & names, "nothing of these is kept"
    for mirror in mirrors:
        git(mirror, "fsck", "--strict", "--no-dangling", "--connectivity-only")
    dockyard = next(mirror for mirror in mirrors if mirror.stem == "dockyard")
    log = git(dockyard, "log", "--format=%s", "HEAD").decode().splitlines()
    assert len(log) == 10 and log[-1] == "Begin"
    assert len(git(dockyard, "tag").split()) == 9


def test_partial_mirrors_hold_few_blobs(reference):
    """A repository's own files are not fetched, only those that are read."""
    mirror = next((reference.home / "cache").rglob("tidewatch.git"))
    listed = git(mirror, "rev-list", "--objects", "--missing=print", "--all").decode()
    assert "?" in listed, "README.md and the module stay on the server"


def test_lost_cache_costs_time_only(reference, forge):
    before = facts(reference.report())
    for path in sorted((reference.home / "cache").rglob("*"), reverse=True):
        path.rmdir() if path.is_dir() else path.unlink()
    forge.forget()
    reference.scan(demo.OWNER)
    assert facts(reference.report()) == before


def test_two_scans_share_a_cache(reference, make_drift, forge, world, tmp_path):
    """Each has a database of its own; neither harms what the other has under its hands."""
    cache = tmp_path / "cache"
    drifts = [make_drift(forge.url) for _ in range(3)]
    forge.fault("POST /.*git-upload-pack", faults.slow(0.1))
    for _ in range(2):
        running = [drift.start("scan", demo.OWNER, "--cache", cache) for drift in drifts]
        for process in running:
            out, err = process.communicate(timeout=120)
            assert process.returncode == 1, err
        for drift in drifts:
            assert facts(drift.report()) == facts(reference.report())
            (drift.home / "fleet.db").unlink()
    assert not list(cache.glob("probe-*"))
    for mirror in cache.rglob("*.git"):
        git(mirror, "fsck", "--strict", "--no-dangling", "--connectivity-only")


def test_broken_mirror_is_made_anew(reference, world, forge):
    for pack in (reference.home / "cache").rglob("*.pack"):
        pack.chmod(0o644)
        pack.write_bytes(b"PACK" + b"\0" * 64)
    directory = world.git_directory({"full_name": f"{demo.OWNER}/tidewatch"})
    git(directory, "tag", "v9.9.9-moved", "v2.0.0^{}")
    try:
        assert reference.scan(demo.OWNER).returncode == 1
        assert not [row for row in reference.report()["coverage"] if row["status"] == "unknown"]
    finally:
        git(directory, "tag", "-d", "v9.9.9-moved")
