"""Archives that mean harm, served as files of releases: the scan ends, in bounded time and memory,
each of them is a finding or an unknown with its reason, and what is beside them is judged."""

import io
import os
import tarfile
import time
import warnings
import zipfile

import pytest
from conftest import OWNER, TOKEN, TREE, TREE_FULL, unknowns
from forge import Forge, Repository, World, artifacts, document, hostile
from forge.demo import pyproject

SECONDS, MEGABYTES = 300, 900  # with sanitizers, on a machine that does other things
ALTERED, TRUNCATED, BAD, LARGE, LIMIT = "sdist-altered", "truncated", "bad-answer", "too-large", "limit"
EXPECTED = {
    None: "at-tag",
    "2 GB of zeros": ALTERED,
    "more than may be unpacked": LARGE,
    "1,000,000 members": LIMIT,
    "names of 64 kB": LIMIT,
    "truncated": TRUNCATED,
    "truncated inside": TRUNCATED,
    "corrupt": BAD,
    "no archive": BAD,
    "two of one name": ALTERED,
    "hard link out": ALTERED,
    "device": ALTERED,
    "absolute": ALTERED,
    "upwards": ALTERED,
    "link out": ALTERED,
    "bomb": LARGE,
    "RECORD of 100 MB": ALTERED,
    "other local names": ALTERED,
    "two of one name in a zip": ALTERED,
    "truncated zip": TRUNCATED,
}
CODE = "def hoist(sail):\n    return sail.up()\n"


def tree(version):
    return {
        "pyproject.toml": pyproject(TREE, version, TREE_FULL),
        "README.md": "# halyard\n",
        f"src/{TREE}/__init__.py": f'"""Sails {version}."""\n',
        f"src/{TREE}/sail.py": CODE,
    }


def tar_members(data):
    with tarfile.open(fileobj=io.BytesIO(data)) as packed:
        return {item.name: packed.extractfile(item).read() for item in packed}


def zip_members(data):
    with zipfile.ZipFile(io.BytesIO(data)) as packed:
        return {name: packed.read(name) for name in packed.namelist()}


def build_world(root):
    """A release a hostile file, healthy ones before and behind them; version → its name."""
    world, repository, releases, named = World(git_root=str(root), tokens=[TOKEN]), Repository(), {}, {}
    world.add_owner(OWNER, 1)
    world.add_repository(TREE_FULL, 1)
    names = [None, *hostile.SDISTS, *hostile.WHEELS, None]
    for number, name in enumerate(names):
        version, day = f"1.{number}.0", f"2025-02-{number + 1:02}"
        files = tree(version)
        repository.commit(f"{day}T09:00:00Z", f"Release {version}", files)
        repository.tag(f"v{version}", f"{day}T09:01:00Z")
        sdist = artifacts.sdist(TREE, version, files)
        wheel = artifacts.wheel(TREE, version, artifacts.modules_of(files))
        if name in hostile.SDISTS:
            sdist = hostile.SDISTS[name](tar_members(sdist))
        elif name:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")  # of zipfile: two of one name
                wheel = hostile.WHEELS[name](zip_members(wheel))
        assert len(sdist) + len(wheel) < 30_000_000, f"{name} is not small on the wire"
        releases[version], named[version] = (f"{day}T10:00:00Z", None, sdist, wheel), name
    repository.write(world.git_directory(world.repository(TREE_FULL)))
    world.documents[TREE] = document(TREE, releases, repository=TREE_FULL)
    world.add_files(world.documents[TREE], releases)
    return world, named


def outcomes(drift):
    """What the scan made of each file: the finding, why it is unknown, or its verdict."""
    altered = {name for (name,) in drift.query(f"SELECT detail FROM finding WHERE rule = '{ALTERED}'")}
    rows = drift.query("SELECT filename, verdict, reason FROM contents")
    return {name: ALTERED if name in altered else reason or verdict for name, verdict, reason in rows}


@pytest.fixture(scope="module")
def hostile_world(tmp_path_factory):
    return build_world(tmp_path_factory.mktemp("hostile"))


def test_hostile_archives(hostile_world, make_drift):
    world, named = hostile_world
    with Forge(world) as forge:
        drift = make_drift(forge.url)
        began = time.monotonic()
        process = drift.start("scan", OWNER, "--verify", "all")
        drift.said += [process.stdout.read().decode(), process.stderr.read().decode()]
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    assert "Sanitizer" not in drift.said[-1] and "runtime error" not in drift.said[-1]
    assert process.returncode == 1  # there are findings
    assert time.monotonic() - began < SECONDS
    assert usage.ru_maxrss < MEGABYTES * 1024
    found, expected = outcomes(drift), {}
    for version, name in named.items():
        sdist, wheel = f"{TREE}-{version}.tar.gz", f"{TREE}-{version}-py3-none-any.whl"
        expected |= {sdist: "at-tag", wheel: "at-tag"}
        expected[sdist if name in hostile.SDISTS else wheel] = EXPECTED[name]
    assert found == expected


def test_only_what_cannot_be_read(hostile_world, make_drift):
    """Without a finding, what is unknown decides how the scan ends, and says why."""
    world, named = hostile_world
    versions = {name: version for version, name in named.items()}
    with Forge(world) as forge:
        for name in ("truncated", "names of 64 kB", "bomb"):
            drift = make_drift(forge.url)
            done = drift.scan(OWNER, "--verify", f"{TREE}=={versions[name]}")
            assert done.returncode == 3, name
            assert unknowns(drift.report()) == {(TREE, "contents"): EXPECTED[name]}
