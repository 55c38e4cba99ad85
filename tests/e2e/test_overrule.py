"""[[tag]] of the configuration against what is found."""

import pytest
from conftest import OWNER, TOKEN, TREE, TREE_FULL
from forge import Forge, Repository, World, document

SAID = """
[[tag]]
package = "Halyard"
version = "1.0"
tag = "{tag}"
reason = "tagged by hand"
"""


def test_a_tag_of_the_configuration(make_drift, tmp_path):
    world = World(git_root=str(tmp_path), tokens=[TOKEN])
    world.add_owner(OWNER, 1)
    world.add_repository(TREE_FULL, 1)
    repository = Repository()
    project = '[project]\nname = "halyard"\nversion = "{}"\n'
    for version, tags, day in (("1.0.0", ["summer", "v1.0.0"], "03"), ("1.1.0", ["v1.1.0"], "04")):
        repository.commit(f"2025-02-{day}T09:00:00Z", version, {"pyproject.toml": project.format(version)})
        for tag in tags:
            repository.tag(tag, f"2025-02-{day}T09:01:00Z")
    repository.write(world.git_directory(world.repository(TREE_FULL)))
    releases = {"1.0.0": ("2025-02-03T10:00:00Z", None), "1.1.0": ("2025-02-04T10:00:00Z", None)}
    world.documents[TREE] = document(TREE, releases, repository=TREE_FULL)
    with Forge(world) as forge:
        drift = make_drift(forge.url)

        def tags(said):
            drift.configure(forge.url, said)
            drift.scan(OWNER)
            return {row["version"]: row["tag"] for row in drift.report()["releases"]}

        found = {"1.0.0": "v1.0.0", "1.1.0": "v1.1.0"}
        assert tags("") == found
        assert tags(SAID.format(tag="summer")) == found | {"1.0.0": "summer"}
        hows = {how for (how,) in drift.query("SELECT how FROM denotes WHERE tag = 'summer'")}
        assert hows == {"configured: tagged by hand"}
        assert tags(SAID.format(tag="v1.1.0")) == {"1.0.0": "v1.1.0", "1.1.0": None}
        assert tags(SAID.format(tag="not-there")) == found
        assert tags("") == found
        forge.forget()
        assert tags("") == found and len(forge.requests()) <= 3, "nothing is judged anew"


def test_a_prefix_that_is_said_is_the_only_one(make_drift, tmp_path):
    """Another product's tags of the same number are not the package's then."""
    world = World(git_root=str(tmp_path), tokens=[TOKEN])
    world.add_owner(OWNER, 1)
    world.add_repository(TREE_FULL, 1)
    repository = Repository()
    project = '[project]\nname = "halyard"\nversion = "{}"\n'
    for day, (version, tags) in enumerate({"1.0.0": ["v1.0.0", "py-1.0.0"], "1.1.0": ["v1.1.0"]}.items(), 3):
        repository.commit(f"2025-02-0{day}T09:00:00Z", version, {"pyproject.toml": project.format(version)})
        for tag in tags:
            repository.tag(tag, f"2025-02-0{day}T09:01:00Z")
    repository.write(world.git_directory(world.repository(TREE_FULL)))
    releases = {"1.0.0": ("2025-02-03T10:00:00Z", None), "1.1.0": ("2025-02-04T10:00:00Z", None)}
    world.documents[TREE] = document(TREE, releases, repository=TREE_FULL)
    with Forge(world) as forge:
        drift = make_drift(forge.url)
        drift.configure(forge.url, '[[override]]\npackage = "halyard"\ntag_prefix = "py-"\n')
        assert drift.scan(OWNER).returncode == 1
        tags = {row["version"]: row["tag"] for row in drift.report()["releases"]}
        assert tags == {"1.0.0": "py-1.0.0", "1.1.0": None}


def test_a_link_that_the_user_says(make_drift, tmp_path):
    """It holds from the scan that it is said in, and as long as it is said."""
    world = World(git_root=str(tmp_path), tokens=[TOKEN])
    world.add_owner(OWNER, 1)
    world.add_repository(TREE_FULL, 1)
    repository = Repository()
    files = {"pyproject.toml": '[project]\nname = "halyard"\nversion = "3.0.0"\n'}
    repository.commit("2025-02-03T09:00:00Z", "Begin", files)
    repository.write(world.git_directory(world.repository(TREE_FULL)))
    world.documents[TREE] = document(TREE, {"1.0.0": ("2025-02-05T10:00:00Z", None)})
    with Forge(world) as forge:
        drift = make_drift(forge.url)

        def link(*said):
            drift.scan(OWNER, *said)
            return [row["link"] for row in drift.report()["packages"]]

        assert link() == ["claimed"]
        assert link("--package", f"{TREE}={TREE_FULL}") == ["configured"]
        assert link() == ["claimed"]
        forge.forget()
        assert link() == ["claimed"] and forge.requests("fetch") == []


@pytest.mark.parametrize(
    "said",
    ['[project]\nname = "halyard"\nversion = "1.0"\nclassifiers = ["Private :: Do Not Upload"]\n',
     '[project]\nname = "halyard"\nversion = "1.0"\n[tool.uv]\npackage = false\n',
     '[tool.poetry]\nname = "halyard"\nversion = "1.0"\npackage-mode = false\n'],
    ids=["classifier", "uv", "poetry"],
)
def test_what_is_never_published_has_nobodys_name(scan_tree, said):
    urls = {"Source": "https://github.com/else/halyard"}
    status, report = scan_tree({"pyproject.toml": said, "halyard.py": "x = 1\n"}, urls=urls)
    assert (status, report["packages"], report["findings"]) == (0, [], [])


OVERRIDES = """
[[override]]
repository = "{full}"
ignore = ["{ignore}"]
version_source = "vcs"

[[override]]
package = "Halyard"
tag_prefix = "rel+"
version_source = "/meta/number.py:NUMBER"
changelog = "/notes/said.md"
"""


def test_a_package_whose_project_is_elsewhere(scan_tree):
    """The user says that it is here; another project's tag and source are not its own."""
    other = '[project]\nname = "cleat"\nversion = "1.0"\n'
    status, report = scan_tree({"pyproject.toml": other}, "--package", f"halyard={TREE_FULL}",
                               urls={"Source": f"https://github.com/{TREE_FULL}"})
    (row,) = [row for row in report["packages"] if row["package"] == "halyard"]
    assert (status, row["link"], row["tag"], row["status"]) == (1, "configured", None, "drift")
    assert {row["rule"] for row in report["findings"]} == {
        "release-without-tag", "release-without-version-commit", "release-without-changelog"}
    (row,) = [row for row in report["coverage"] if row["fact"] == "repository"]
    assert (row["status"], row["reason"]) == ("unknown", "not-found")


def test_a_changelog_that_is_not_where_it_is_said_to_be(make_drift, tmp_path):
    world = World(git_root=str(tmp_path), tokens=[TOKEN])
    world.add_owner(OWNER, 1)
    world.add_repository(TREE_FULL, 1)
    repository = Repository()
    repository.commit("2025-02-03T09:00:00Z", "All", {
        "pyproject.toml": '[project]\nname = "halyard"\nversion = "1.0.0"\n',
        "CHANGELOG.md": "# Notes\n\n## 1.0.0\n\nThe first.\n"})
    repository.tag("v1.0.0", "2025-02-03T09:01:00Z")
    repository.write(world.git_directory(world.repository(TREE_FULL)))
    world.documents["halyard"] = document("halyard", {"1.0.0": ("2025-02-03T10:00:00Z", None)},
                                          repository=TREE_FULL)
    with Forge(world) as forge:
        drift = make_drift(forge.url)
        drift.configure(forge.url,
                        '[[override]]\npackage = "halyard"\nchangelog = "docs/none.md"\n')
        assert drift.scan(OWNER).returncode == 3
        assert drift.query("SELECT fact, reason, detail FROM coverage WHERE status = 'unknown'") == [
            ("changelogs", "not-found",
             "the configured changelog docs/none.md is not in the default branch")]


def test_how_facts_are_read(make_drift, tmp_path):
    """A package that hides its version, its tags and its changelog, beside one that is none."""
    world = World(git_root=str(tmp_path), tokens=[TOKEN])
    world.add_owner(OWNER, 1)
    world.add_repository(TREE_FULL, 1)
    repository = Repository()
    repository.commit("2025-02-03T09:00:00Z", "All", {
        "lib/setup.py": "from setuptools import setup\nsetup(name='halyard', version=ask())\n",
        "play/pyproject.toml": "[project]\nname = 'toy'\nversion = '1'\n",
        "meta/number.py": "NUMBER = '1.0.0'\n",
        "notes/said.md": "# Notes\n\n## 1.0.0\n\nThe first.\n"})
    repository.tag("rel+1.0.0", "2025-02-03T09:01:00Z")
    repository.write(world.git_directory(world.repository(TREE_FULL)))
    world.documents["halyard"] = document("halyard", {"1.0.0": ("2025-02-03T10:00:00Z", None)},
                                          repository=TREE_FULL)
    with Forge(world) as forge:
        drift = make_drift(forge.url)

        def look(said):
            drift.configure(forge.url, said)
            drift.scan(OWNER)
            (tag, path), = drift.query("SELECT tag, changelog_path FROM release WHERE package = 'halyard'")
            projects = drift.query("SELECT DISTINCT directory, kind, version FROM declaration")
            return tag, path, sorted(projects)

        found = (None, None, [("lib", "opaque", None), ("play", "static", "1")])
        assert look("") == found
        for ignore in ("play", "/play*/", "./play", "play/"):
            assert look(OVERRIDES.format(full=TREE_FULL.upper(), ignore=ignore)) == (
                "rel+1.0.0", "notes/said.md", [("lib", "dynamic", "1.0.0")])
        assert look(OVERRIDES.format(full="else/where", ignore="play")) == (
            "rel+1.0.0", "notes/said.md", [("lib", "dynamic", "1.0.0"), ("play", "static", "1")])
        assert look("") == found
