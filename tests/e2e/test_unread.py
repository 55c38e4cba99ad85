"""What could not be read at one tag is unknown there, and nowhere else."""

import random

import pytest
from conftest import OWNER, TOKEN, TREE, TREE_FULL, unknowns
from forge import Forge, Repository, World, document
from forge.demo import pyproject
from forge.gitrepo import git

BROKEN = "[project\n"
VERSIONS = ("1.0.0", "1.1.0", "1.2.0")
LOG = "# Changelog\n" + "".join(f"\n## {version}\n\n- More.\n" for version in VERSIONS[::-1])


@pytest.fixture
def scan_releases(make_drift, tmp_path_factory):
    """Scans one repository with three tags; gives its report. `spoilt` maps a version to the files
    that its tag has otherwise, `tip` is what the tip has so, `change` changes the repository."""

    def run(spoilt, change=None, published=3, tip=None):
        world = World(git_root=str(tmp_path_factory.mktemp("unread")), tokens=[TOKEN])
        world.add_owner(OWNER, 1)
        world.add_repository(TREE_FULL, 1)
        repository = Repository()
        for month, version in enumerate(VERSIONS, 1):
            files = {"CHANGELOG.md": LOG, "LICENSE": "MIT\n"}
            files["pyproject.toml"] = pyproject(TREE, version, TREE_FULL)
            when = f"2025-{month:02}-03T09:00:00Z"
            repository.commit(when, f"Release {version}", files | spoilt.get(version, {}))
            repository.tag(f"v{version}", when)
        repository.commit("2025-04-03T09:00:00Z", "Go on", files | (tip or {}))
        directory = repository.write(world.git_directory(world.repository(TREE_FULL)))
        if change is not None:
            change(directory)
        releases = {
            version: (f"2025-{month:02}-03T10:00:00Z", None)
            for month, version in enumerate(VERSIONS[:published], 1)
        }
        world.documents[TREE] = document(TREE, releases, repository=TREE_FULL)
        with Forge(world) as forge:
            drift = make_drift(forge.url)
            done = drift.scan(OWNER)
            first = drift.report()
            # what is unknown stays so in a run that finds nothing moved
            assert drift.scan(OWNER).returncode == done.returncode
            assert unknowns(drift.report()) == unknowns(first)
            details = drift.query("SELECT detail FROM coverage WHERE status = 'unknown'")
            first["details"] = " ".join(detail for (detail,) in details)
            return done.returncode, first

    return run


def tags(report):
    return {row["version"]: row["tag"] for row in report["releases"]}


def rules(report):
    return {row["rule"] for row in report["findings"]}


def test_nothing_is_spoilt(scan_releases):
    status, report = scan_releases({})
    assert (status, unknowns(report), rules(report)) == (0, {}, set())


@pytest.mark.parametrize(("version", "published"), [("1.1.0", 2), ("1.2.0", 2), ("1.2.0", 3)])
def test_the_newest_tag_does_not_parse(scan_releases, version, published):
    status, report = scan_releases({version: {"pyproject.toml": BROKEN}}, published=published)
    assert unknowns(report) == {(TREE, "declarations"): "parse-error"}
    assert f"tag v{version}: pyproject.toml" in report["details"]
    [package] = report["packages"]
    assert (package["status"], package["high"]) == ("unknown" if published == 3 else "drift", 0)
    assert tags(report) == {version: f"v{version}" for version in VERSIONS[:published]}
    assert status == 3
    assert rules(report) == ({"tag-without-release"} if published < 3 else set())


def test_an_old_tag_does_not_parse(scan_releases):
    status, report = scan_releases({"1.0.0": {"pyproject.toml": BROKEN}})
    assert tags(report) == {version: f"v{version}" for version in VERSIONS}
    assert (status, unknowns(report), rules(report)) == (0, {}, {"tag-unreadable"})


def test_a_project_file_is_too_large(scan_releases):
    text = pyproject(TREE, "1.2.0", TREE_FULL) + "#" * (4 << 20)
    status, report = scan_releases({}, tip={"pyproject.toml": text})
    assert (status, unknowns(report)) == (3, {(TREE, "projects"): "too-large"})


def test_a_project_file_is_a_submodule(scan_releases):
    """Nothing of it is here: it may be a project."""
    def change(directory):
        tip = git(directory, "rev-parse", "main", text=True).strip()
        listed = git(directory, "ls-tree", tip, text=True).replace("pyproject.toml", "README")
        odd = f"{listed.rstrip()}\n160000 commit {tip}\tsetup.cfg\n"
        tree = git(directory, "mktree", "--missing", text=True, input=odd).strip()
        commit = git(directory, "-c", "user.name=N", "-c", "user.email=n@example.org",
                     "commit-tree", "-p", tip, "-m", "Odd", tree, text=True).strip()
        git(directory, "update-ref", "refs/heads/main", commit)

    status, report = scan_releases({}, change)
    assert (status, unknowns(report)) == (3, {(TREE, "projects"): "unsupported"})
    assert "setup.cfg" in report["details"]


def test_a_changelog_is_too_large(scan_releases):
    status, report = scan_releases({"1.2.0": {"CHANGELOG.md": LOG + "#" * (4 << 20)}},
                                   tip={"CHANGELOG.md": "#" * (4 << 20)})
    assert (status, unknowns(report)) == (3, {(TREE, "changelogs"): "too-large"})


def test_a_lightweight_tag_of_a_blob(scan_releases):
    """A blob that also lies in a wanted tree is not sent under a filter."""
    large = {"noise": random.Random(1).randbytes(5 << 20)}  # so that it is fetched without blobs
    status, report = scan_releases(
        {"1.0.0": large}, lambda directory: git(directory, "tag", "key", "main:LICENSE")
    )
    assert (status, unknowns(report), rules(report)) == (0, {}, set())
