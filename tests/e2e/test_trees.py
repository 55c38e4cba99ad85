"""Trees of odd shapes: what lies beyond a limit is unknown, and says so; licences in a folder."""

import pytest
from conftest import TREE, TREE_FULL, unknowns
from forge.demo import pyproject


def project(**more):
    log = "# Changelog\n\n## 1.0.0\n\n- First.\n"
    return {"pyproject.toml": pyproject(TREE, "1.0.0", TREE_FULL), "CHANGELOG.md": log} | more


def rules(report):
    return {row["rule"] for row in report["findings"]}


def test_a_project_too_deep_is_unknown(scan_tree):
    deep = "/".join(["d"] * 40)
    status, report = scan_tree({f"{deep}/pyproject.toml": pyproject(TREE, "1.0.0", TREE_FULL)})
    assert unknowns(report) == {(TREE, "projects"): "limit"}
    assert status == 3, "part of the fleet could not be looked at"


def test_the_rest_of_a_deep_tree_is_looked_at(scan_tree):
    """A deep directory costs its own repository's projects their certainty, and nothing else."""
    deep = {"/".join(["d"] * 40) + "/x.txt": "x"}
    status, report = scan_tree(project(LICENSE="MIT\n") | deep)
    assert unknowns(report) == {(TREE, "projects"): "limit"}
    assert [(row["package"], row["tag"]) for row in report["packages"]] == [(TREE, "v1.0.0")]
    assert status == 3


def test_a_depth_within_the_limit_is_known(scan_tree):
    directory = "/".join(["d"] * 30)
    files = {f"{directory}/{path}": text for path, text in project(LICENSE="MIT\n").items()}
    status, report = scan_tree(files)
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
def test_licences(scan_tree, files, missing):
    """REUSE keeps licences in LICENSES/, by their SPDX ids."""
    _, report = scan_tree(project(**files))
    assert ("licence-missing" in rules(report)) is missing
