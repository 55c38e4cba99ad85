"""The demonstration fleet: an invented organisation with everything that a real one has.

cd tests && python3 -m forge.demo DIRECTORY    makes the repositories and DIRECTORY/world.json
"""

import sys
from pathlib import Path

from . import artifacts
from .documents import document
from .gitrepo import Repository
from .world import World

OWNER = "harbour-labs"
LICENCE = "MIT License\n\nCopyright (c) 2025 Harbour Labs\n"
INCIDENT = "gull-mailbox-core"
READER = '''"""Reads the mailbox in batches."""

BATCH = 50


def read(stream):
    batch = stream.take(BATCH)
    if not batch:
        return []
    return list(batch)
'''


def pyproject(name, version, repository):
    return f"""[build-system]
requires = ["setuptools>=68"]
build-backend = "setuptools.build_meta"

[project]
name = "{name}"
version = "{version}"
license = "MIT"
license-files = ["LICENSE"]

[project.urls]
Repository = "https://github.com/{repository}"
"""


def setup_py(name, version, repository):
    return f"""from setuptools import find_packages, setup

setup(
    name="{name}",
    version="{version}",
    license="MIT",
    url="https://github.com/{repository}",
    packages=find_packages("src"),
    package_dir={{"": "src"}},
)
"""


def poetry(name, version, repository):
    return f"""[tool.poetry]
name = "{name}"
version = "{version}"
description = ""
authors = ["Rowan Harbour <rowan@harbour-labs.example>"]
license = "MIT"
repository = "https://github.com/{repository}"

[build-system]
requires = ["poetry-core"]
build-backend = "poetry.core.masonry.api"
"""


def from_tags(name, version, repository):
    """The version is the tag's: the file never states one."""
    return f"""[build-system]
requires = ["setuptools>=68", "setuptools-scm>=8"]
build-backend = "setuptools.build_meta"

[project]
name = "{name}"
dynamic = ["version"]
license = "MIT"

[project.urls]
Repository = "https://github.com/{repository}"

[tool.setuptools_scm]
"""


def changelog(entries):
    """Keep a Changelog, newest first; entries are (version, date)."""
    text = "# Changelog\n"
    for version, date in reversed(entries):
        text += f"\n## [{version}] - {date}\n\n- See the tag.\n"
    return text


class Package:
    """One Python project at the root of one repository, release by release."""

    def __init__(self, world, number, name, form=pyproject, repository=None, urls=None, **fields):
        self.world, self.name, self.form = world, name, form
        self.full_name = f"{OWNER}/{repository or name}"
        self.urls = urls or self.full_name  # the repository that the metadata name
        self.repository = Repository()
        self.history = []
        self.releases = {}
        self.tree = {}  # of the newest commit
        world.add_repository(self.full_name, number, **fields)

    def files(self, version):
        path = "setup.py" if self.form is setup_py else "pyproject.toml"
        return {
            path: self.form(self.name, version, self.urls),
            "CHANGELOG.md": changelog(self.history),
        }

    def commit(self, when, message, files):
        self.repository.commit(when, message, files)
        self.tree |= files

    def start(self, day):
        module = self.name.replace("-", "_")
        self.commit(
            f"{day}T08:00:00Z",
            "Begin",
            {
                "LICENSE": LICENCE,
                "README.md": f"# {self.name}\n",
                f"src/{module}/__init__.py": f'"""{self.name}."""\n',
            },
        )
        return self

    def release(self, version, day, *, declared=None, annotated=True, yanked=None):
        """Commit at 9:00, tag a minute later, on the index at 9:04."""
        self.history.append((version, day))
        self.commit(f"{day}T09:00:00Z", f"Release {version}", self.files(declared or version))
        self.repository.tag(f"v{version}", f"{day}T09:01:00Z" if annotated else None)
        self.publish(version, f"{day}T09:04:00Z", yanked)
        return self

    def publish(self, version, uploaded, yanked=None, changed=None):
        """What a build of the newest commit makes, with `changed` files of nobody's."""
        tree = self.tree | (changed or {})
        sdist = artifacts.sdist(self.name, version, tree)
        wheel = artifacts.wheel(self.name, version, artifacts.modules_of(tree))
        self.releases[version] = (uploaded, yanked, sdist, wheel)

    def finish(self):
        self.repository.write(self.world.git_directory({"full_name": self.full_name}))
        if self.releases:
            self.world.documents[self.name] = document(self.name, self.releases, self.urls)
            self.world.add_files(self.world.documents[self.name], self.releases)


def healthy(world):
    days = ["2025-02-03", "2025-04-22", "2025-09-15"]
    for number, name, form in (
        (101, "tidewatch", pyproject),
        (102, "moorings", setup_py),
        (103, "beacon-relay", from_tags),
        (104, "signal-flags", poetry),
    ):
        package = Package(world, number, name, form).start("2025-01-20")
        for version, day in zip(["1.0.0", "1.1.0", "2.0.0"], days):
            package.release(version, day)
        package.finish()


def monorepo(world):
    """Three packages in one repository; each release is tagged NAME-vVERSION."""
    full_name = f"{OWNER}/dockyard"
    world.add_repository(full_name, 105)
    repository = Repository()
    names = ["dockyard-core", "dockyard-cli", "dockyard-plugins"]
    files = {"LICENSE": LICENCE, "README.md": "# dockyard\n"}
    repository.commit("2025-03-03T08:00:00Z", "Begin", files)
    releases = {name: {} for name in names}
    histories = {name: [] for name in names}
    for version, month in (("0.1.0", "03"), ("0.2.0", "06"), ("1.0.0", "09")):
        for day, name in enumerate(names, start=10):
            date = f"2025-{month}-{day}"
            histories[name].append((version, date))
            folder = f"packages/{name}"
            repository.commit(
                f"{date}T09:00:00Z",
                f"Release {name} {version}",
                {
                    f"{folder}/pyproject.toml": pyproject(name, version, full_name),
                    f"{folder}/CHANGELOG.md": changelog(histories[name]),
                    f"{folder}/LICENSE": LICENCE,
                },
            )
            repository.tag(f"{name}-v{version}", f"{date}T09:01:00Z")
            tree = {"pyproject.toml": pyproject(name, version, full_name), "LICENSE": LICENCE,
                    "CHANGELOG.md": changelog(histories[name])}
            releases[name][version] = (f"{date}T09:04:00Z", None,
                                       artifacts.sdist(name, version, tree),
                                       artifacts.wheel(name, version, {}))
    repository.write(world.git_directory({"full_name": full_name}))
    for name in names:
        world.documents[name] = document(name, releases[name], full_name)
        world.add_files(world.documents[name], releases[name])


def renamed(world):
    """Was harbour-labs/ballast-py; the index still says so."""
    old = f"{OWNER}/ballast-py"
    package = Package(world, 106, "ballast", urls=old).start("2025-02-01")
    package.release("0.9.0", "2025-03-01").release("0.10.0", "2025-05-02").finish()
    world.moved[old] = package.full_name


def troubled(world):
    """Each has one thing wrong, and only that."""
    package = Package(world, 107, "sextant").start("2025-02-10")
    package.release("2.0.0", "2025-03-05").release("2.1.0", "2025-06-05", declared="2.0.0")
    package.release("2.2.0", "2025-08-06").finish()

    package = Package(world, 108, "knotwork").start("2025-02-11")
    package.release("0.3.0", "2025-04-07", annotated=False)
    package.release("0.4.0", "2025-07-08", annotated=False).finish()

    package = Package(world, 109, "capstan").start("2025-02-12")
    package.release("3.0.0", "2025-04-09")
    package.release("3.1.0", "2025-09-02", yanked="drops messages on reconnect").finish()

    package = Package(world, 110, "drydock").start("2025-09-20")
    package.commit("2025-09-21T10:00:00Z", "Describe it", package.files("0.1.0"))
    package.finish()


def not_scanned_or_empty(world):
    """What an organisation also has: a fork, an archive, an empty and a foreign repository."""
    Package(world, 111, "pennant", fork=True).start("2025-01-10").finish()
    package = Package(world, 112, "old-lighthouse", archived=True).start("2019-01-10")
    package.release("1.0.0", "2019-02-01").finish()

    full_name = f"{OWNER}/new-pier"
    world.add_repository(full_name, 113, size=0, pushed_at=None, license=None)
    Repository().write(world.git_directory({"full_name": full_name}))

    full_name = f"{OWNER}/harbour-infra"
    world.add_repository(full_name, 114)
    repository = Repository()
    files = {"main.tf": 'provider "null" {}\n', "modules/quay/main.tf": "# quay\n"}
    repository.commit("2025-03-03T08:00:00Z", "Describe the quay", files)
    repository.tag("v1.0.0", "2025-03-03T08:05:00Z")
    repository.write(world.git_directory({"full_name": full_name}))


def incident(world):
    """0.2.0 is on the index; the repository says 0.1.0 and holds no trace of 0.2.0."""
    package = Package(world, 115, INCIDENT).start("2025-10-08")
    package.history.append(("0.1.0", "2025-10-09"))
    package.commit("2025-10-09T16:20:00Z", "Prepare 0.1.0", package.files("0.1.0"))
    package.commit(
        "2025-10-10T15:02:00Z",
        "Read the mailbox in batches",
        {"src/gull_mailbox_core/reader.py": READER},
    )
    package.publish("0.2.0", "2025-10-10T17:29:51Z", changed={
        "pyproject.toml": package.form(package.name, "0.2.0", package.urls),
        "src/gull_mailbox_core/reader.py": READER.replace("if not batch:", "if batch is None:"),
    })
    package.finish()


def build(directory):
    """The whole fleet below `directory`, which must not hold one yet."""
    world = World(git_root=str(directory / "git"))
    world.add_owner(OWNER, 4711)
    for part in (healthy, monorepo, renamed, troubled, not_scanned_or_empty, incident):
        part(world)
    return world


def main():
    directory = Path(sys.argv[1])
    directory.mkdir(parents=True, exist_ok=True)
    world = build(directory)
    world.git_root = "git"  # relative to the file
    world.save(directory / "world.json")


if __name__ == "__main__":
    main()
