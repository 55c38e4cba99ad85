"""Repositories that hold a package each, all of the same history: a fleet as large as one likes."""

import shutil

from forge import Repository, World, demo, document

from conftest import OWNER, TOKEN


def build(directory, count, signed=(True,) * 6):
    world = World(git_root=str(directory), tokens=[TOKEN])
    world.add_owner(OWNER, 1)
    for number in range(1, count + 1):
        world.add_repository(f"{OWNER}/{name_of(number)}", number)
        put(world, number, signed)
    return world


def name_of(number):
    return f"part-{number:04}"


def put(world, number, signed, more=False):
    """As many releases as `signed` has values, those of before unchanged; `more`: a commit that is
    none."""
    name = name_of(number)
    row = world.repository(f"{OWNER}/{name}")
    repository, releases = Repository(), {}
    for minor, is_signed in enumerate(signed):
        day = f"2025-{minor + 1:02}-03"
        repository.commit(f"{day}T09:00:00Z", f"Release 1.{minor}", {
            "pyproject.toml": demo.pyproject(name, f"1.{minor}", row["full_name"]),
            "LICENSE": demo.LICENCE, "CHANGELOG.md": f"# Changelog\n\n## 1.{minor} - {day}\n"})
        repository.tag(f"v1.{minor}", f"{day}T09:01:00Z", signed=is_signed)
        releases[f"1.{minor}"] = (f"{day}T09:04:00Z", None)
    if more:
        repository.commit("2025-10-09T09:00:00Z", "Say more", {"README.md": "# More\n"})
    shutil.rmtree(world.git_directory(row), ignore_errors=True)
    repository.write(world.git_directory(row))
    world.documents[name] = document(name, releases, row["full_name"])
