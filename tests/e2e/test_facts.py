"""What files state in ways of their own: read, or unknown, but never guessed."""

import re

import pytest
from conftest import OWNER, TOKEN, TREE, TREE_FULL, unknowns
from forge import Forge, Repository, World, document
from forge.demo import pyproject
from forge.gitrepo import Link

SETUP = f"from setuptools import setup\n{{}}\nsetup(name='{TREE}', version=__version__)\n"
STATED = "__version__ = '0.1.0'\n"
BESIDE = {"CHANGELOG.md": "## 1.0.0\n\n- First.\n", "LICENSE": "MIT\n"}


@pytest.mark.parametrize(
    ("code", "declared"),
    [
        (STATED + "exec(open('x/version.py').read())", "1.0.0"),
        (STATED + "exec(compile_it())", None),
        (STATED + "from x import *", None),
        ("if a:\n    __version__ = '1.0.0'\nelse:\n    __version__ = '0.9'", None),
        (f"setup(name='{TREE}')\n__version__ = '1.0.0'", None),
    ],
    ids=["exec", "code", "star", "branches", "calls"],
)
def test_versions_that_code_may_change(scan_tree, code, declared):
    files = {"setup.py": SETUP.format(code), "x/version.py": "__version__ = '1.0.0'\n"}
    status, report = scan_tree(files | BESIDE)
    assert [row["declared_version"] for row in report["packages"]] == [declared]
    assert report["findings"] == []
    assert status == 0


def test_two_files_that_state_different_versions(scan_tree):
    """The one that the build takes counts; the other one is told beside it."""
    stated = f"[project]\nname = '{TREE}'\nversion = '1.0.0'\nlicense = 'MIT'\n"
    files = {"pyproject.toml": stated, "setup.cfg": "[metadata]\nversion = 0.9\n"}
    status, report = scan_tree(files | BESIDE)
    assert [row["declared_version"] for row in report["packages"]] == ["1.0.0"]
    card = " ".join(scan_tree.drift.run("report", TREE).stdout.split())
    assert "main declares 1.0.0 (pyproject.toml:3); setup.cfg:2 states 0.9" in card
    assert status == 0


MIT = 'license = "MIT"\n'
LICENCES = [
    ("toml", MIT + 'license-files = ["legal/*.txt"]', {"legal/mit.txt": "MIT\n"}, False),
    ("deep", MIT + 'license-files = ["legal/**/*.txt"]', {"legal/a/b/mit.txt": "MIT\n"}, False),
    ("file", 'license = {file = "LEGALESE"}', {"LEGALESE": "MIT\n"}, False),
    ("link", MIT, {"LICENSE": Link("legal/mit"), "legal/mit": "MIT\n"}, False),
    ("no such file", MIT + 'license-files = ["legal/*.txt"]', {"legal/mit.md": "MIT\n"}, True),
    ("too deep", MIT + 'license-files = ["legal/*.txt"]', {"legal/a/mit.txt": "MIT\n"}, True),
    ("loose link", MIT, {"LICENSE": Link("legal/mit")}, True),
]


@pytest.mark.parametrize(
    ("metadata", "files", "missing"), [case[1:] for case in LICENCES], ids=[c[0] for c in LICENCES]
)
def test_licences_that_are_declared(scan_tree, metadata, files, missing):
    stated = f"[project]\nname = '{TREE}'\nversion = '1.0.0'\n{metadata}\n"
    log = {"CHANGELOG.md": BESIDE["CHANGELOG.md"]}
    _, report = scan_tree(log | files | {"pyproject.toml": stated})
    assert [row["rule"] for row in report["findings"]] == ["licence-missing"] * missing
    assert unknowns(report) == {}


def test_a_licence_that_setup_cfg_declares(scan_tree):
    cfg = f"[metadata]\nname = {TREE}\nversion = 1.0.0\nlicense = MIT\nlicense_files = legal/MIT\n"
    files = {"setup.cfg": cfg, "legal/MIT": "MIT\n", "CHANGELOG.md": BESIDE["CHANGELOG.md"]}
    status, report = scan_tree(files)
    assert report["findings"] == []
    assert status == 0


@pytest.mark.parametrize("name", ["pyproject.toml", "setup.cfg", "setup.py"])
@pytest.mark.parametrize(
    ("links", "reason"),
    [
        ({"{}": Link("conf/real")}, None),
        ({"{}": Link("x/../more/two"), "more": Link("conf"), "conf/two": Link("./real")}, None),
        ({"{}": Link("../{}")}, "unsupported"),
        ({"{}": Link("/etc/{}")}, "unsupported"),
        ({"{}": Link("{}")}, "limit"),
    ],
    ids=["file", "chain", "out", "absolute", "circle"],
)
def test_project_files_that_are_links(scan_tree, name, links, reason):
    real = {
        "pyproject.toml": pyproject(TREE, "1.0.0", TREE_FULL),
        "setup.cfg": f"[metadata]\nname = {TREE}\nversion = 1.0.0\n",
        "setup.py": f"from setuptools import setup\nsetup(name='{TREE}', version='1.0.0')\n",
    }
    files = {path.format(name): type(to)(to.format(name)) for path, to in links.items()}
    _, report = scan_tree(BESIDE | {"conf/real": real[name], "x/y": ""} | files)
    if reason is None:
        assert [row["declared_version"] for row in report["packages"]] == ["1.0.0"]
        assert report["findings"] == []
    else:
        assert reason in unknowns(report).values()


def test_a_repository_on_another_forge(scan_tree):
    """The index names one, only not here: that is said, and no URL is asked."""
    stated = f"[project]\nname = '{TREE}'\nversion = '1.0.0'\n"
    urls = {"Repository": f"https://gitlab.com/real/{TREE}"}
    _, report = scan_tree(BESIDE | {"pyproject.toml": stated}, urls=urls)
    assert [row["link"] for row in report["packages"]] == ["contradicted"]
    (finding,) = report["findings"]
    assert finding["rule"] == "name-owned-elsewhere"
    assert f"gitlab.com/real/{TREE}" in finding["message"]


ENTRY = "1.0.0 (2025-02-03)\n==================\n\n- First.\n"
FILENAME = '[tool.towncrier]\nfilename = "docs/news/all.rst"\n'
CHANGELOGS = [
    ("towncrier", {"docs/news/all.rst": ENTRY}, FILENAME, "docs/news/all.rst"),
    (
        "towncrier.toml",
        {"src/x/log.rst": ENTRY, "towncrier.toml": FILENAME.replace("docs/news/all", "src/x/log")},
        "",
        "src/x/log.rst",
    ),
    ("file a release", {"docs/releases/1.0.0.md": "# First\n"}, "", "docs/releases/1.0.0.md"),
    ("other releases", {"docs/releases/1.1.0.md": "# Second\n"}, "", None),
    ("index", {"docs/changelog/index.md": ENTRY}, "", "docs/changelog/index.md"),
    ("moved", {"CHANGES": "MOVED\n=====\n\nSee docs/.\n", "docs/log/changelog.rst": ENTRY}, "", "docs/log/changelog.rst"),
    ("link", {"CHANGES.md": Link("a/b.md"), "a/b.md": ENTRY}, "", "CHANGES.md"),
    ("UTF-16", {"CHANGES.md": ENTRY.encode("utf-16")}, "", "CHANGES.md"),
    ("carriage returns", {"CHANGES.md": ENTRY.replace("\n", "\r")}, "", "CHANGES.md"),
    ("list", {"CHANGES.md": "- 1.0.0\n  - First.\n"}, "", "CHANGES.md"),
]


@pytest.mark.parametrize(
    ("files", "settings", "path"), [case[1:] for case in CHANGELOGS], ids=[c[0] for c in CHANGELOGS]
)
def test_changelogs_of_other_shapes(scan_tree, files, settings, path):
    stated = pyproject(TREE, "1.0.0", TREE_FULL) + settings
    _, report = scan_tree(files | {"pyproject.toml": stated, "LICENSE": "MIT\n"})
    found = [row["rule"] for row in report["findings"]]
    assert found == ([] if path else ["release-without-changelog"])
    assert [row["changelog"] for row in report["releases"]] == ["known" if path else "absent"]


@pytest.mark.parametrize(
    ("log", "settings"),
    [
        (ENTRY.encode("utf-16-le"), ""),
        (Link("../CHANGES.md"), ""),
        (Link("/CHANGES.md"), '[tool.towncrier]\nfilename = "CHANGES.md"\n'),
    ],
    ids=["no text", "out", "out by towncrier"],
)
def test_a_changelog_that_nobody_can_read_is_unknown(scan_tree, log, settings):
    stated = pyproject(TREE, "1.0.0", TREE_FULL) + settings
    _, report = scan_tree({"CHANGES.md": log, "pyproject.toml": stated, "LICENSE": "MIT\n"})
    assert report["findings"] == []
    assert [row["changelog"] for row in report["releases"]] == [None]


def test_a_template_ends_no_scan(scan_tree):
    status, report = scan_tree(BESIDE | {"pyproject.toml": "[[{{ project }}]]\n"})
    assert set(unknowns(report).values()) == {"parse-error"}
    assert status == 3


COMPUTED = [
    "setup(name=os.environ['N'], version='1.0.0')",
    "setup(**arguments())",
    "name = 'a'\nif '--nightly' in sys.argv:\n    name = 'b'\nsetup(name=name, version='1.0.0')",
]


@pytest.mark.parametrize("code", COMPUTED, ids=["environment", "spread", "branches"])
def test_a_name_that_code_computes_is_unknown(scan_tree, code):
    """A project is there, and nobody can tell whose releases it makes: the user can."""
    files = BESIDE | {"setup.py": f"import os, sys\nfrom setuptools import setup\n{code}\n"}
    status, report = scan_tree(files)
    assert (status, unknowns(report)) == (3, {(TREE, "projects"): "opaque"})
    status, report = scan_tree({f"tests/data/{path}": text for path, text in files.items()})
    assert (status, unknowns(report)) == (0, {}), "below tests/ it is no project"


@pytest.mark.parametrize(
    "files",
    [
        {"pyproject.toml": '[project]\nname = "bad name!"\nversion = "1.0.0"\n'},
        {"pyproject.toml": '[project]\nname = ""\nversion = "1.0.0"\n'},
        {"setup.py": SETUP.format(""), "setup.cfg": "[metadata]\nname = a\nversion = 1\nversion = 2\n"},
    ],
    ids=["no name", "empty", "twice"],
)
def test_what_no_build_would_take_is_no_clean_result(scan_tree, files):
    status, report = scan_tree(BESIDE | files)
    assert (status, unknowns(report)) == (3, {(TREE, "projects"): "parse-error"})


def test_a_name_that_the_user_says(make_drift, tmp_path):
    world = World(git_root=str(tmp_path), tokens=[TOKEN])
    world.add_owner(OWNER, 1)
    world.add_repository(TREE_FULL, 1)
    repository = Repository()
    setup = f"import os\nfrom setuptools import setup\n{COMPUTED[0]}\n"
    repository.commit("2025-02-01T09:00:00Z", "Begin", BESIDE | {"setup.py": setup})
    repository.write(world.git_directory(world.repository(TREE_FULL)))
    world.documents[TREE] = document(TREE, {"1.0.0": ("2025-02-20T10:00:00Z", None)})
    with Forge(world) as forge:
        drift = make_drift(forge.url)
        assert drift.scan(OWNER, "--package", f"{TREE}={TREE_FULL}").returncode == 1
        report = drift.report()
        assert unknowns(report) == {}
        assert [row["declared_version"] for row in report["packages"]] == ["1.0.0"]


PLACEHOLDERS = ("0.0.0", "dev", "unknown", "{{ version }}")


@pytest.mark.parametrize("stated", PLACEHOLDERS)
def test_a_placeholder_says_nothing(scan_tree, stated):
    """The card is as unsure as the rules are."""
    files = {"pyproject.toml": f"[project]\nname = '{TREE}'\nversion = '{stated}'\nlicense = 'MIT'\n"}
    status, report = scan_tree(files | BESIDE)
    assert (status, report["findings"]) == (0, [])
    card = scan_tree.drift.run("report", TREE).stdout
    for label in ("tag declares", "commit of the version", "source"):
        line = next(line for line in card.splitlines() if f" {label} " in line)
        assert line.startswith("  ?  "), card
    assert "placeholder" in card and "✗" not in card.replace("✗  index and repository", "")


@pytest.mark.parametrize(
    ("stated", "quiet"),
    [("{0}", False), ("0.1.0", True), ("{0}.dev0", True), ("9999", True)],
    ids=["true", "constant", "development", "large"],
)
def test_versions_that_the_build_sets(make_drift, tmp_path, stated, quiet):
    """What stands in the files goes on while releases do: nobody would call that drift."""
    world = World(git_root=str(tmp_path), tokens=[TOKEN])
    world.add_owner(OWNER, 1)
    world.add_repository(TREE_FULL, 1)
    repository = Repository()
    versions = ("1.0.0", "1.1.0", "1.2.0", "1.3.0")
    for day, version in enumerate(versions, 1):
        said = f"[project]\nname = '{TREE}'\nversion = '{stated.format(version)}'\nlicense = 'MIT'\n"
        log = "".join(f"## {v}\n\n- More.\n\n" for v in versions)
        files = {"pyproject.toml": said, "day": str(day), "LICENSE": "MIT\n", "CHANGELOG.md": log}
        repository.commit(f"2025-02-0{day}T09:00:00Z", version, files)
        repository.tag(f"v{version}", f"2025-02-0{day}T09:01:00Z")
    repository.write(world.git_directory(world.repository(TREE_FULL)))
    releases = {v: (f"2025-02-0{day}T10:00:00Z", None) for day, v in enumerate(versions, 1)}
    world.documents[TREE] = document(TREE, releases, repository=TREE_FULL)
    with Forge(world) as forge:
        drift = make_drift(forge.url)
        drift.scan(OWNER)
        assert [f["rule"] for f in drift.report()["findings"] if f["severity"] != "low"] == []
        kinds = {kind for (kind,) in drift.query("SELECT kind FROM declaration")}
        assert kinds == ({"placeholder"} if quiet else {"static"})


def test_what_history_does_not_tell_is_said_to_be_that(make_drift, tmp_path):
    """The repository could be read: it is a version of it that cannot."""
    world = World(git_root=str(tmp_path), tokens=[TOKEN])
    world.add_owner(OWNER, 1)
    world.add_repository(TREE_FULL, 1)
    repository = Repository()
    code = "from setuptools import setup\nsetup(name='halyard', version=input())\n"
    repository.commit("2025-02-01T09:00:00Z", "Begin", {"setup.py": code})
    stated = {"setup.py": None, "pyproject.toml": f"[project]\nname = '{TREE}'\nversion = '1.0'\n"}
    repository.commit("2025-02-02T09:00:00Z", "State it", stated)
    repository.write(world.git_directory(world.repository(TREE_FULL)))
    releases = {version: ("2025-02-20T10:00:00Z", None) for version in ("1.0", "1.1")}
    world.documents[TREE] = document(TREE, releases, repository=TREE_FULL)
    with Forge(world) as forge:
        drift = make_drift(forge.url)
        drift.scan(OWNER)
        card = drift.run("report", TREE).stdout
        assert "what some commit of the history declares is not known" in " ".join(card.split())
        assert "could not be read" not in card
        said = drift.run("rules", "--explain", "release-without-version-commit", TREE).stdout
        assert re.search("✓  declarations +nothing was left unread", said), said


def test_a_version_that_was_skipped(make_drift, tmp_path):
    """Declared by one commit, then another number was tagged and published."""
    world = World(git_root=str(tmp_path), tokens=[TOKEN])
    world.add_owner(OWNER, 1)
    world.add_repository(TREE_FULL, 1)
    repository = Repository()
    for day, version in enumerate(("0.9.0", "1.0.0", "1.1.0", "1.1.0", "1.2.0", "1.3.0", "1.4.0.dev1"), 1):
        files = {"pyproject.toml": f"[project]\nname = '{TREE}'\nversion = '{version}'\n", "day": str(day)}
        repository.commit(f"2025-02-0{day}T09:00:00Z", version, files)
        if version in ("1.0.0", "1.2.0"):
            repository.tag(f"v{version}", f"2025-02-0{day}T09:01:00Z")
    repository.write(world.git_directory(world.repository(TREE_FULL)))
    releases = {version: ("2025-02-20T10:00:00Z", None) for version in ("1.0.0", "1.2.0")}
    world.documents[TREE] = document(TREE, releases, repository=TREE_FULL)
    with Forge(world) as forge:
        drift = make_drift(forge.url)
        drift.scan(OWNER)
        skipped = [f for f in drift.report()["findings"] if f["rule"] == "version-skipped"]
        assert [(f["version"], f["evidence"]["committed_at"]) for f in skipped] == [
            ("1.1.0", "2025-02-03T09:00:00Z")]
        releases["1.1.0"] = ("2025-02-21T10:00:00Z", None)
        world.documents[TREE] = document(TREE, releases, repository=TREE_FULL)
        drift.scan(OWNER)
        states = {f["state"] for f in drift.report()["findings"] if f["rule"] == "version-skipped"}
        assert states == {"resolved"}
