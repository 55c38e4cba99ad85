"""Trees of odd shapes: what lies beyond a limit is unknown, and says so; licences in a folder."""

import pytest
from conftest import TOKEN, unknowns
from forge import Forge, Repository, World, document
from forge.demo import pyproject

OWNER = "harbour-labs"
NAME = "halyard"
FULL = f"{OWNER}/{NAME}"


@pytest.fixture
def scan(make_drift, tmp_path_factory):
    """Scans one repository with these files beside a changelog and a tag; gives its report."""

    def run(files, published=True):
        world = World(git_root=str(tmp_path_factory.mktemp("trees")), tokens=[TOKEN])
        world.add_owner(OWNER, 1)
        world.add_repository(FULL, 1)
        repository = Repository()
        repository.commit("2025-02-03T09:00:00Z", "Release 1.0.0", files)
        repository.tag("v1.0.0", "2025-02-03T09:01:00Z")
        repository.write(world.git_directory(world.repository(FULL)))
        if published:
            releases = {"1.0.0": ("2025-02-03T10:00:00Z", None)}
            world.documents[NAME] = document(NAME, releases, repository=FULL)
        with Forge(world) as forge:
            drift = make_drift(forge.url)
            done = drift.scan(OWNER)
            return done.returncode, drift.report()

    return run


def project(**more):
    log = "# Changelog\n\n## 1.0.0\n\n- First.\n"
    return {"pyproject.toml": pyproject(NAME, "1.0.0", FULL), "CHANGELOG.md": log} | more


def rules(report):
    return {row["rule"] for row in report["findings"]}


def test_a_project_too_deep_is_unknown(scan):
    deep = "/".join(["d"] * 40)
    status, report = scan({f"{deep}/pyproject.toml": pyproject(NAME, "1.0.0", FULL)})
    assert unknowns(report) == {(NAME, "projects"): "limit"}
    assert status == 3, "part of the fleet could not be looked at"


def test_the_rest_of_a_deep_tree_is_looked_at(scan):
    """A deep directory costs its own repository's projects their certainty, and nothing else."""
    deep = {"/".join(["d"] * 40) + "/x.txt": "x"}
    status, report = scan(project(LICENSE="MIT\n") | deep)
    assert unknowns(report) == {(NAME, "projects"): "limit"}
    assert [(row["package"], row["tag"]) for row in report["packages"]] == [(NAME, "v1.0.0")]
    assert status == 3


def test_a_depth_within_the_limit_is_known(scan):
    directory = "/".join(["d"] * 30)
    files = {f"{directory}/{path}": text for path, text in project(LICENSE="MIT\n").items()}
    status, report = scan(files)
    assert unknowns(report) == {}
    assert [row["declared_version"] for row in report["packages"]] == ["1.0.0"]
    assert status == 0


@pytest.mark.parametrize(
    ("files", "missing"),
    [
        ({}, True),
        ({"LICENSE": "MIT\n"}, False),
        ({"LICENSES/MIT.txt": "MIT\n"}, False),
        ({"vendor/LICENSES/MIT.txt": "MIT\n"}, True),
        ({"LICENSES/check.py": "pass\n"}, True),
    ],
    ids=["none", "file", "folder", "elsewhere", "code"],
)
def test_licences(scan, files, missing):
    """REUSE keeps licences in LICENSES/, by their SPDX ids."""
    _, report = scan(project(**files))
    assert ("licence-missing" in rules(report)) is missing
