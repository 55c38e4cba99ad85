"""A fleet of any size for the bench: repositories with real packs, documents of real size.

fleet.build(directory, count, commits) makes it once; with `tags`, that many releases of each package,
and what was published as each. fleet.write_manifest() tells the upstream.
"""

import gzip
import json
import random
from concurrent.futures import ProcessPoolExecutor
from datetime import datetime, timedelta, timezone
from functools import partial
from pathlib import Path

from forge.artifacts import sdist
from forge.demo import LICENCE, changelog, pyproject
from forge.documents import document
from forge.gitrepo import Repository
from forge.world import World

OWNER = "bench"
FILES, PUBLISHED_FILES = 60, 100  # the latter make an sdist of 50 kB
TAGS = 10
DOCUMENT_BYTES = 67_000  # the mean of real documents
PAGE = 100

pool = [
    f"    {name}_{number} = compute_{name}({number}, mode='{kind}')"
    for name in ("tide", "quay", "rope", "mast", "sail", "hull")
    for kind in ("fast", "safe", "plain")
    for number in range(400)
]


def name_of(number):
    return f"bench-package-{number:04}"


def _day(commit):
    """Twelve hours apart."""
    return datetime(2024, 1, 1, tzinfo=timezone.utc) + timedelta(hours=12 * commit)


def build_repository(directory, commits, tags, number):
    """One package: FILES files, a few lines changed by each commit, some releases."""
    dice = random.Random(number)
    name = name_of(number)
    module = name.replace("-", "_")
    repository = Repository()
    sources = {
        f"src/{module}/part_{at % 6}/module_{at:02}.py": dice.sample(pool, 80)
        for at in range(PUBLISHED_FILES if tags else FILES)
    }
    files = {path: "\n".join(lines) + "\n" for path, lines in sources.items()}
    files |= {"LICENSE": LICENCE, "README.md": f"# {name}\n", f"src/{module}/__init__.py": ""}
    history, releases, tree = [], {}, {}
    for commit in range(commits):
        when = _day(commit)
        if commit:
            files = {}
            for path in dice.sample(sorted(sources), 2):
                start = dice.randrange(70)
                sources[path][start : start + 4] = dice.sample(pool, 4)
                files[path] = "\n".join(sources[path]) + "\n"
        tagged = (commit + 1) % (commits // (tags or TAGS)) == 0
        if tagged or not commit:
            version = f"1.{len(releases)}.0"
            history.append((version, when.date().isoformat()))
            files["pyproject.toml"] = pyproject(name, version, f"{OWNER}/{name}")
            files["CHANGELOG.md"] = changelog(history)
        repository.commit(when.isoformat(), f"Change {commit}", files)
        tree |= files
        if tagged:
            repository.tag(f"v{version}", (when + timedelta(minutes=1)).isoformat())
            built = sdist(name, version, tree) if tags else None
            releases[version] = ((when + timedelta(minutes=4)).isoformat(), None, built)
    repository.write(directory / "git" / OWNER / f"{name}.git")
    files_bytes = len(json.dumps(document(name, releases)))
    prose = _prose(dice, DOCUMENT_BYTES - files_bytes)
    described = document(name, releases, f"{OWNER}/{name}", description=prose)
    if tags:
        write_files(directory, name, described, releases)
    packed = gzip.compress(json.dumps(described).encode(), 6, mtime=0)
    (directory / f"{name}.json.gz").write_bytes(packed)


def write_files(directory, name, described, releases):
    """The sdists alone are published, and lie where the manifest's lines say."""
    lines = []
    for version, (_, _, built) in releases.items():
        rows = described["releases"][version]
        rows[:] = [row for row in rows if row["packagetype"] == "sdist"]
        (directory / rows[0]["filename"]).write_bytes(built)
        lines.append(f"{rows[0]['url']}\t{rows[0]['filename']}\tContent-Type: application/gzip\\n\n")
    (directory / f"{name}.files").write_text("".join(lines), encoding="utf-8")


def _prose(dice, size):
    """A long description, which is most of a real document."""
    words = [line.split()[0] for line in dice.sample(pool, 800)]
    return " ".join(dice.choices(words, k=size))[:size]


def build(directory, count, commits, tags=0):
    """Does nothing where it was done before."""
    directory = Path(directory)
    done = directory / "complete"
    if not done.exists():
        directory.mkdir(parents=True)
        with ProcessPoolExecutor() as pool:
            list(pool.map(partial(build_repository, directory, commits, tags), range(count), chunksize=8))
        done.touch()
    return directory


def world_of(directory, count):
    """The fleet as the forge of the tests plays it."""
    world = World(git_root=str(Path(directory) / "git"))
    for number in range(count):
        world.add_repository(f"{OWNER}/{name_of(number)}", number + 1)
    return world


def write_manifest(directory, count, url):
    """What the upstream serves beside git: the listing in pages, and the documents."""
    world = world_of(directory, count)
    json_type = "Content-Type: application/json; charset=utf-8\\n"
    lines = []
    for first in range(0, count, PAGE):
        page = directory / f"page-{first}.json"
        page.write_text(json.dumps(world.repositories[first : first + PAGE]), encoding="utf-8")
        path = f"/api/v3/organizations/1/repos-{first}" if first else f"/api/v3/orgs/{OWNER}/repos"
        link = ""
        if first + PAGE < count:
            link = f'Link: <{url}/api/v3/organizations/1/repos-{first + PAGE}>; rel="next"\\n'
        lines.append(f"{path}\t{page.name}\t{json_type}{link}")
    for number in range(count):
        name = name_of(number)
        headers = f"{json_type}Content-Encoding: gzip\\nX-PyPI-Last-Serial: {number + 1}\\n"
        lines.append(f"/pypi/{name}/json\t{name}.json.gz\t{headers}")
    files = "".join(path.read_text() for path in sorted(directory.glob("*.files")))
    (directory / "manifest").write_text("\n".join(lines) + "\n" + files, encoding="utf-8")
