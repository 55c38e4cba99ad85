"""How packages reach the index: what workflows say, what is made of it, and what it costs."""

from contextlib import ExitStack

import pytest

from conftest import OWNER, TOKEN, TREE, TREE_FULL
from forge import Forge, Repository, World, document
from forge.gitrepo import RELEASE_WORKFLOW

PATH = ".github/workflows/release.yml"
PROJECT = {
    "pyproject.toml": '[project]\nname = "halyard"\nversion = "1.0.0"\n',
    "CHANGELOG.md": "# 1.0.0\n\n- first\n",
    "halyard/__init__.py": "",
}
BY_HAND = """\
name: Publish to PyPI
on:
  release:
    types: [published]
  workflow_dispatch:
jobs:
  publish:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@v4
      - run: python -m build
      - name: Publish
        env:
          TWINE_PASSWORD: ${{ secrets.PYPI_API_TOKEN }}
        run: |
          twine upload dist/*
"""
RULES = ["publish-from-anything", "publish-long-lived-token", "publish-unchecked-version"]


@pytest.fixture
def scan_workflows(make_drift, tmp_path_factory):
    """Scans a package whose repository has these workflows; gives what the rules about them say. The
    forge is there until the test ends."""
    with ExitStack() as forges:

        def run(files):
            world = World(git_root=str(tmp_path_factory.mktemp("workflows")), tokens=[TOKEN])
            world.add_owner(OWNER, 1)
            world.add_repository(TREE_FULL, 1)
            repository = Repository(workflow=None)
            repository.commit("2025-02-03T09:00:00Z", "Release 1.0.0", PROJECT | files)
            repository.tag("v1.0.0", "2025-02-03T09:01:00Z")
            repository.write(world.git_directory(world.repository(TREE_FULL)))
            releases = {"1.0.0": ("2025-02-03T10:00:00Z", None)}
            world.documents[TREE] = document(TREE, releases, repository=TREE_FULL)
            run.drift = make_drift(forges.enter_context(Forge(world)).url)
            return again()

        def again():
            run.status = run.drift.scan(OWNER).returncode
            run.report = run.drift.report()
            found = [row for row in run.report["findings"] if row["rule"].startswith("publish-")]
            return {row["rule"]: row for row in found}

        def coverage():
            rows = [row for row in run.report["coverage"] if row["fact"] == "workflows"]
            assert len(rows) == 1
            return rows[0]["status"], rows[0]["reason"]

        run.coverage, run.again = coverage, again
        yield run


def test_by_hand_with_a_token(scan_workflows):
    found = scan_workflows({PATH: BY_HAND})
    assert sorted(found) == RULES
    assert [found[rule]["severity"] for rule in RULES] == ["medium", "low", "medium"]
    for row in found.values():
        assert (row["evidence"]["file"], row["evidence"]["line"]) == (PATH, 12)
        assert f"{PATH}:12 of harbour-labs/halyard" in row["message"]
    assert scan_workflows.coverage() == ("known", None)
    card = " ".join(scan_workflows.drift.run("report", "halyard").stdout.split())
    assert "✗ publishes" in card
    assert f"{PATH}:12 (twine upload) on release, manual, by a token" in card


def test_from_tags_with_a_comparison(scan_workflows):
    assert scan_workflows({PATH: RELEASE_WORKFLOW}) == {}
    assert scan_workflows.coverage() == ("known", None)
    assert "✓  publishes" in scan_workflows.drift.run("report", "halyard").stdout


def test_no_workflow_publishes(scan_workflows):
    found = scan_workflows({})
    assert list(found) == ["publish-without-workflow"]
    assert found["publish-without-workflow"]["severity"] == "low"
    assert scan_workflows.coverage() == ("absent", None)
    found = scan_workflows({".github/workflows/test.yaml": "on: push\njobs: {}\n"})
    assert list(found) == ["publish-without-workflow"]
    assert scan_workflows.coverage() == ("known", None)


@pytest.mark.parametrize(
    "run",
    ["make publish", "tox -e release", "twine upload --repository-url https://pypi.example/ dist/*"],
)
def test_what_nobody_can_tell_is_no_absence(scan_workflows, run):
    text = f"on: release\njobs:\n  j:\n    steps:\n    - run: {run}\n"
    assert scan_workflows({PATH: text}) == {}
    assert "?  publishes" in scan_workflows.drift.run("report", "halyard").stdout


BOMB = "a0: &a0 [x, x]\n" + "".join(
    f"a{i}: &a{i} [{', '.join([f'*a{i - 1}'] * 9)}]\n" for i in range(1, 12)
)


@pytest.mark.parametrize(
    "text, reason",
    [
        ("on: [push\n", "parse-error"),
        ("on: push\non: release\njobs: {}\n", "parse-error"),
        ("", "parse-error"),
        ("on: push\njobs:\n  j:\n    uses: ./.github/workflows/gone.yml\n", "not-found"),
        (BOMB, "limit"),
        ("[" * 200, "limit"),
        ("#" * (1 << 20) + "\non: push\n", "too-large"),
    ],
    ids=["cut", "twice", "empty", "gone", "bomb", "deep", "large"],
)
def test_what_cannot_be_read_is_unknown(scan_workflows, text, reason):
    assert scan_workflows({PATH: text}) == {}
    assert scan_workflows.coverage() == ("unknown", reason)
    assert scan_workflows.status == 3
    assert scan_workflows.again() == {}
    assert scan_workflows.coverage() == ("unknown", reason)


def test_what_is_called_is_read(scan_workflows):
    found = scan_workflows(
        {
            PATH: "on: workflow_dispatch\njobs:\n  j:\n    uses: ./.github/workflows/lib.yml\n",
            ".github/workflows/lib.yml": "on: workflow_call\njobs:\n  j:\n    steps:\n"
            "    - uses: ./.github/actions/up\n",
            ".github/actions/up/action.yml": "runs:\n  using: composite\n  steps:\n"
            "  - run: uv publish\n",
        }
    )
    assert list(found) == ["publish-from-anything"]
    assert ".github/actions/up/action.yml:4 of" in found["publish-from-anything"]["message"]


def test_ten_thousand_jobs(scan_workflows):
    jobs = "".join(f"  j{i}:\n    steps:\n    - run: make\n" for i in range(10000))
    found = scan_workflows({PATH: f"on: push\njobs:\n{jobs}  last:\n    steps:\n    - run: uv publish\n"})
    assert "publish-from-anything" in found


def test_unchanged_workflows_cost_nothing(small_drift, small_forge):
    small_drift.scan("harbour-labs")
    rows = "SELECT (SELECT count(*) FROM stored_workflow), (SELECT count(*) FROM stored_publish)"
    first, facts = small_drift.query(rows), small_drift.report()["coverage"]
    assert first == [(3, 3)]
    small_forge.forget()
    small_drift.scan("harbour-labs")
    assert small_drift.query(rows) == first
    assert small_forge.requests("fetch") == []
    again = small_drift.report()["coverage"]
    assert [(row["package"], row["fact"], row["status"]) for row in again] == [
        (row["package"], row["fact"], row["status"]) for row in facts
    ]
