"""What earlier runs read of a history is not read again, and never believed against the history."""

import shutil

import pytest
from conftest import OWNER, TOKEN, TREE, TREE_FULL
from forge import Forge, Repository, World, document

RELEASES = ("1.0", "1.1", "1.2")


def history(*versions):
    """A commit a version; nothing is tagged, so that only the history tells."""
    repository = Repository()
    for day, version in enumerate(versions, 1):
        stated = f"[project]\nname = '{TREE}'\nversion = '{version}'\n"
        repository.commit(f"2025-02-0{day}T09:00:00Z", version, {"pyproject.toml": stated})
    return repository


@pytest.fixture
def world(tmp_path):
    world = World(git_root=str(tmp_path), tokens=[TOKEN])
    world.add_owner(OWNER, 1)
    world.add_repository(TREE_FULL, 1)
    releases = {version: (f"2025-03-0{i}T10:00:00Z", None) for i, version in enumerate(RELEASES, 1)}
    world.documents[TREE] = document(TREE, releases, repository=TREE_FULL)
    return world


def undeclared(drift):
    drift.scan(OWNER)
    findings = drift.report()["findings"]
    of = ("release-without-version-commit", "version-skipped")
    return {(f["rule"], f["version"]) for f in findings if f["rule"] in of and f["state"] != "resolved"}


def test_an_example_that_is_published_later(make_drift, world):
    """It is found while its repository rests, by one request in seven scans."""
    stated = "[project]\nname = '{}'\nversion = '1.0'\n"
    repository = Repository()
    repository.commit("2025-02-01T09:00:00Z", "1.0", {
        "pyproject.toml": stated.format(TREE), "examples/e/pyproject.toml": stated.format("cleat")})
    repository.write(world.git_directory(world.repository(TREE_FULL)))
    with Forge(world) as forge:
        drift = make_drift(forge.url)

        def scan_for_a_week():
            forge.forget()
            for _ in range(7):
                drift.scan(OWNER)
            return [request["path"] for request in forge.requests() if "cleat" in request["path"]]

        drift.scan(OWNER)
        assert scan_for_a_week() == ["/pypi/cleat/json"]
        world.documents["cleat"] = document("cleat", {"1.0": ("2025-03-01T10:00:00Z", None)},
                                            repository=TREE_FULL)
        scan_for_a_week()
        rows = {row["package"]: row["link"] for row in drift.report()["packages"]}
        assert rows == {TREE: "mutual", "cleat": "mutual"}


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        (("1.0",), ("1.0", "1.1"), {("release-without-version-commit", "1.2")}),
        (("1.0", "1.1", "1.2"), ("1.0", "1.1"), {("release-without-version-commit", "1.2")}),
        (("1.0", "1.1", "1.2"), ("1.0", "1.2"), {("release-without-version-commit", "1.1")}),
        (("1.0", "1.2"), ("1.0", "1.1", "1.2"), set()),
    ],
    ids=["went on", "went back", "was rewritten", "was mended"],
)
def test_a_history_that(make_drift, world, before, after, expected):
    directory = world.git_directory(world.repository(TREE_FULL))
    history(*before).write(directory)
    with Forge(world) as forge:
        drift = make_drift(forge.url)
        undeclared(drift)
        shutil.rmtree(directory)
        history(*after).write(directory)
        assert undeclared(drift) == expected
