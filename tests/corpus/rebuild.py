"""What `recover` brings back, built again, is what was published, byte for byte.

    rebuild.py PROGRAM VENV

Not part of tests/run.sh: it installs build backends from the package index into VENV, which is kept.
For each backend a small project is tagged, changed without a commit, built and published on
loopback; the bundle is applied in a clone, and the same backend builds it again. Generated members
are compared too.
"""

import io
import os
import subprocess
import sys
import tarfile
import tempfile
import venv
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from forge import Forge, Repository, World, document  # noqa: E402

NAME, FULL = "halyard", "harbour-labs/halyard"
BRANCH = "fix/sync-repo-with-v1.0.0"
PACKAGES = ["setuptools", "wheel", "hatchling", "flit_core", "poetry-core"]
PROJECT = '[project]\nname = "halyard"\nversion = "1.0.0"\ndescription = "Sails"\nreadme = "README.md"\n'
PROJECTS = {
    "setuptools.build_meta": (["setuptools"], PROJECT),
    "hatchling.build": (["hatchling"], PROJECT),
    "flit_core.buildapi": (
        ["flit_core"],
        PROJECT + '\n[tool.flit.sdist]\ninclude = ["CHANGELOG.md", "tests"]\n',
    ),
    "poetry.core.masonry.api": (
        ["poetry-core"],
        '[tool.poetry]\nname = "halyard"\nversion = "1.0.0"\ndescription = "Sails"\n'
        'authors = ["Rowan <rowan@example.org>"]\nreadme = "README.md"\n'
        'packages = [{ include = "halyard", from = "src" }]\ninclude = ["CHANGELOG.md"]\n',
    ),
}
CONFIG = """\
[github]
api = "{url}/api/v3"
git = "{url}"
[index]
url = "{url}"
[scan]
database = "{home}/db"
cache = "{home}/cache"
progress = "none"
"""
BUILD = "import importlib, sys; importlib.import_module(sys.argv[1]).build_sdist(sys.argv[2])"


def files_of(backend):
    requires, project = PROJECTS[backend]
    system = f'[build-system]\nrequires = {requires!r}\nbuild-backend = "{backend}"\n\n'
    return {
        "pyproject.toml": system.replace("'", '"') + project,
        "README.md": "# halyard\n",
        "LICENSE": "MIT License\n",
        "CHANGELOG.md": "# Changelog\n\n## 1.0.0\n\n- All.\n",
        "src/halyard/__init__.py": '"""Sails."""\n',
        "src/halyard/sail.py": "def hoist(sail):\n    return sail.up()\n",
        "src/halyard/data.json": "{}\n",
        "tests/test_sail.py": "def test_hoist():\n    assert True\n",
    }


LOST = {
    "src/halyard/sail.py": "def hoist(sail):\n    return sail.up(all=True)\n",
    "src/halyard/reef/__init__.py": "DEPTH = 2\n",
    "src/halyard/reef/knots.py": "def tie(rope):\n    return rope.bend(2)\n",
    "README.md": "# halyard\n\nHoists and reefs.\n",
}


def write(directory, files):
    for path, text in files.items():
        (directory / path).parent.mkdir(parents=True, exist_ok=True)
        (directory / path).write_text(text, encoding="utf-8")


def build(python, backend, directory):
    with tempfile.TemporaryDirectory() as out:
        command = [python, "-c", BUILD, backend, out]
        trust = os.environ | {"SOURCE_DATE_EPOCH": "1700000000"}
        subprocess.run(command, cwd=directory, env=trust, check=True, capture_output=True)
        return next(Path(out).glob("*.tar.gz")).read_bytes()


def members(sdist):
    with tarfile.open(fileobj=io.BytesIO(sdist)) as tar:
        return {m.name: tar.extractfile(m).read() for m in tar.getmembers() if m.isfile()}


def world_of(home, files, sdist):
    world = World(git_root=str(home / "git"))
    world.add_owner("harbour-labs", 1)
    world.add_repository(FULL, 1)
    repository = Repository(workflow=None)
    repository.commit("2025-02-03T09:00:00Z", "Release 1.0.0", files)
    repository.tag("v1.0.0", "2025-02-03T09:01:00Z")
    repository.write(world.git_directory(world.repository(FULL)))
    releases = {"1.0.0": ("2025-02-03T10:00:00Z", None, sdist, b"")}
    published = world.documents[NAME] = document(NAME, releases, repository=FULL)
    world.add_files(published, releases)
    for rows in (published["releases"]["1.0.0"], published["urls"]):
        rows[:] = [row for row in rows if row["packagetype"] == "sdist"]
    return world


def recovered(program, home, world):
    """A clone with the bundle applied."""
    clone, config = home / "clone", home / "config.toml"
    source = world.git_directory(world.repository(FULL))
    subprocess.run(["git", "clone", "-q", source, clone], check=True)
    with Forge(world) as forge:
        config.write_text(CONFIG.format(url=forge.url, home=home), encoding="utf-8")
        command = [program, "recover", "--config", config, "--author", "R", "--email", "r@example.org",
                   "--output", f"{home}/out/", f"{NAME}==1.0.0={FULL}"]
        subprocess.run(command, check=True, capture_output=True)
    bundle = home / "out" / f"{NAME}-1.0.0.bundle"
    subprocess.run(["git", "-C", clone, "fetch", "-q", bundle, f"{BRANCH}:{BRANCH}"], check=True)
    subprocess.run(["git", "-C", clone, "switch", "-q", BRANCH], check=True)
    return clone


def differing(program, python, backend, home):
    files, work = files_of(backend), home / "work"
    write(work, files | LOST)
    published = build(python, backend, work)
    clone = recovered(program, home, world_of(home, files, published))
    before, after = members(published), members(build(python, backend, clone))
    return len(before), sorted(p for p in before.keys() | after.keys() if before.get(p) != after.get(p))


def main():
    if len(sys.argv) != 3:
        raise SystemExit(__doc__)
    program, python, bad = Path(sys.argv[1]).resolve(), Path(sys.argv[2]) / "bin/python", 0
    if not python.exists():
        venv.create(sys.argv[2], with_pip=True)
        subprocess.run([python, "-m", "pip", "install", "-q", *PACKAGES], check=True)
    for backend in PROJECTS:
        with tempfile.TemporaryDirectory() as home:
            count, paths = differing(program, python.absolute(), backend, Path(home))
        bad += bool(paths)
        print(f"{backend}: {count} members, {'the same' if not paths else ' '.join(paths)}")
    raise SystemExit(bad > 0)


if __name__ == "__main__":
    main()
