"""`gate` on who publishes: what no tag of this release holds must not come out by itself."""

import shutil

import pytest
from conftest import OWNER
from gating import ENTRY, NEXT, Checkout

pytestmark = pytest.mark.skipif(shutil.which("git") is None, reason="git makes the checkouts")

PATH = ".github/workflows/release.yml"
STEPS = """\
jobs:
  publish:{job}
    permissions: {{id-token: write}}
    steps:{before}
    - uses: pypa/gh-action-pypi-publish@ba38be9e461d3875417946c167d0b5f3d385a247
"""
TAGS = "on: {push: {tags: ['v*']}}\n"
GATE = "\n    - run: fleetdrift gate"
MAIN = "on: {push: {branches: [main]}}\n"


def workflow(on, job="", before=""):
    return on + STEPS.format(job=job, before=before)


CASES = {
    "gated": (workflow(TAGS, before=GATE), "right", f"{PATH}:7 (pypa/gh-action-pypi-publish), started by: tag"),
    "from a branch": (workflow(MAIN), "wrong", "publishes what no tag holds, started by: branch"),
    "by hand": (workflow("on: {workflow_dispatch: }\n"), "wrong", "started by: manual"),
    "each night": (workflow("on: {schedule: [{cron: 0 1 * * *}]}\n"), "wrong", "started by: schedule"),
    "unchecked": (workflow(TAGS), "wrong", "without comparing the two"),
    "of a release": (workflow("on: {release: {types: [published]}}\n"), "wrong", "without comparing the two"),
    "for tags alone": (workflow("on: push\n", "\n    if: startsWith(github.ref, 'refs/tags/')", GATE),
                       "right", "started by: tag"),
    "held back": (workflow(MAIN, "\n    environment: pypi"), "unknown", "the environment pypi"),
    "opaque": (workflow(MAIN, "\n    if: needs.what.outputs.ready == 'yes'"), "unknown", "only a run would tell"),
    "after another": (workflow("on: {workflow_run: {workflows: [tests]}}\n"), "unknown", "workflow-run"),
    "a script": ("on: release\njobs: {j: {steps: [{run: make publish}]}}\n", "unknown", "may publish"),
    "unreadable": ("on: [push\n", "unknown", PATH),
    "tests": ("on: push\njobs: {j: {steps: [{run: pytest}]}}\n", "right", "none of HEAD's workflows publishes"),
    "none": (None, "right", "HEAD has no workflows"),
}


@pytest.mark.parametrize("text, state, said", CASES.values(), ids=CASES)
def test_who_publishes(checkout, gate, text, state, said):
    checkout.git("rm", "-q", PATH)
    if text is not None:
        (checkout.path / PATH).parent.mkdir(parents=True)
        (checkout.path / PATH).write_text(text)
    checkout.release()
    assert gate(checkout) == ({} if state == "right" else {"workflows": state})
    line = gate.lines["workflows"]
    assert said in line["seen"]
    if state == "wrong":
        assert (line["file"], line["line"]) == (PATH, 6)
        assert PATH in line["repair"]


def test_the_tree_that_is_released_counts(checkout, gate):
    """Not the files that lie about in the work tree."""
    checkout.release()
    (checkout.path / ".github/workflows/mine.yml").write_text(workflow(MAIN))
    assert gate(checkout) == {}


def test_a_reusable_workflow_names_both_files(checkout, gate):
    inner = ".github/workflows/inner.yml"
    (checkout.path / inner).write_text(workflow("on: {workflow_call: }\n"))
    (checkout.path / PATH).write_text(f"{MAIN}jobs: {{j: {{permissions: {{id-token: write}}, uses: ./{inner}}}}}\n")
    checkout.release()
    assert gate(checkout) == {"workflows": "wrong"}
    assert gate.lines["workflows"]["file"] == inner and PATH in gate.lines["workflows"]["repair"]


def test_a_version_that_the_tag_makes_needs_no_comparison(gate, forge, tmp_path):
    checkout = Checkout(forge, tmp_path, f"{OWNER}/beacon-relay")
    (checkout.path / PATH).write_text(workflow(TAGS))
    checkout.edit("CHANGELOG.md", "# Changelog\n\n", f"# Changelog\n\n{ENTRY}")
    checkout.commit()
    checkout.tag()
    checkout.push("main", f"v{NEXT}")
    assert gate(checkout) == {}


def test_afterwards_nobody_asks(checkout, gate):
    (checkout.path / PATH).write_text(workflow(MAIN))
    checkout.release()
    gate(checkout, "--published")
    assert "workflows" not in gate.lines
