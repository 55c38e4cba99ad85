"""What a nightly mail is made of: the difference of two runs."""

import csv
import io
import json

import jsonschema
import pytest
from conftest import OWNER, ROOT, TREE, TREE_FULL
from forge import document, faults


@pytest.fixture
def diff(past):
    def run(*arguments, status=0):
        done = past.drift.run("diff", *arguments)
        assert done.returncode == status, done.stderr
        return done.stdout

    def both(*arguments):
        found = json.loads(run("--format", "json", *arguments))
        schema = json.loads((ROOT / "schema/diff.schema.json").read_text(encoding="utf-8"))
        jsonschema.validate(found, schema)
        return ([(f["state"], f["rule"], f["version"]) for f in found["findings"]],
                [(c["change"], c["version"] or c["tag"], c["before"], c["after"]) for c in found["changes"]])

    past.diff, past.both = run, both
    return past


def test_nothing_happened(diff):
    diff.scan()
    assert diff.diff() == ""
    assert diff.diff("--what", "findings", "--state", "new", "--format", "table") == ""
    assert diff.diff("--exit-code") == ""
    assert diff.both() == ([], [])


def test_a_tag_moves_and_another_goes(diff):
    old, new, gone = diff.commit("1.0"), diff.commit("1.2"), diff.commit("1.1")
    tags = {name: diff.git("rev-parse", name) for name in ("v1.0", "v1.1")}
    diff.git("tag", "-f", "v1.0", new)
    diff.git("tag", "-d", "v1.1")
    diff.git("tag", "v9", new)
    diff.scan()
    findings, changes = diff.both()
    assert {("new", "tag-moved", "1.0"), ("new", "tag-deleted", "1.1")} <= set(findings)
    assert changes == [("tag-moved", "v1.0", old, new), ("tag-added", "v9", None, new),
                       ("tag-gone", "v1.1", gone, None)]
    assert "tag-moved" in diff.diff("--what", "findings", "--state", "new", status=0)
    diff.diff("--exit-code", status=1)
    # mended, and both ways
    for name, oid in tags.items():
        diff.git("update-ref", f"refs/tags/{name}", oid)
    diff.git("tag", "-d", "v9")
    diff.scan()
    assert {("resolved", "tag-moved", "1.0"), ("resolved", "tag-deleted", "1.1")} <= set(diff.both()[0])
    assert diff.both("1", "3") == ([], [])
    assert diff.both("2") == diff.both("2", "latest") == diff.both()
    assert diff.both("1", "2") == (findings, changes)


def test_the_index(diff):
    def change(published):
        published["releases"].pop("1.0")
        for row in published["releases"]["1.1"]:
            row |= {"yanked": True, "yanked_reason": "broken"}
        row = published["releases"]["1.2"][0]
        diff.file, diff.sha256 = row["filename"], row["digests"]["sha256"]
        row["digests"]["sha256"] = diff.sha256[::-1]
        more = document(TREE, {"1.3": ("2025-02-07T10:00:00Z", None)}, repository=TREE_FULL)
        published["releases"] |= more["releases"]

    diff.publish(change)
    diff.scan()
    findings, changes = diff.both()
    assert changes == [
        ("release-published", "1.3", None, "2025-02-07T10:00:00Z"),
        ("release-yanked", "1.1", None, "broken"),
        ("release-gone", "1.0", "2025-02-01T10:00:00Z", None),
        ("file-replaced", "1.2", f"{diff.file} {diff.sha256}", f"{diff.file} {diff.sha256[::-1]}"),
    ]
    assert ("new", "release-without-tag", "1.3") in findings


def test_what_could_not_be_looked_at(diff):
    diff.forge.fault(f"/{TREE_FULL}.git/", faults.html(502))
    diff.scan()
    findings, changes = diff.both()
    assert findings == [] and ("became-unknown", None, "refs known", "refs http-error") in changes
    diff.forge.heal()
    diff.scan()
    assert ("known-again", None, "refs http-error", "refs known") in diff.both()[1]


def test_a_package_that_leaves(diff):
    diff.publish(lambda published: published["releases"]["1.2"][0]["digests"].update(sha256="0" * 64))
    diff.scan()
    diff.world.repositories[0]["archived"] = True
    diff.drift.scan(OWNER)
    findings, changes = diff.both()
    assert ("left", "file-replaced", "1.2") in findings
    assert {change[0] for change in changes} == {"package-left"}


def test_csv(diff):
    diff.git("tag", "-d", "v1.1")
    diff.scan()
    rows = list(csv.DictReader(io.StringIO(diff.diff("--what", "changes", "--format", "csv"))))
    assert [(row["change"], row["tag"], row["repository"]) for row in rows] == [("tag-gone", "v1.1", TREE)]
    out = diff.drift.home / "out"
    diff.diff("--format", "csv", "--output", f"{out}/")
    assert sorted(path.name for path in out.iterdir()) == ["changes.csv", "findings.csv"]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ((), "no complete run before run 1"),
        (("7",), "the database has no run 7"),
        (("1", "9"), "the database has no run 9"),
        (("1", "1", "1"), "not 3"),
        (("latest",), "nothing is newer"),
        (("--what", "packages"), "has no packages"),
        (("--format", "csv"), "a CSV holds one table"),
    ],
)
def test_wrong_calls(past, arguments, words):
    done = past.drift.run("diff", *arguments)
    assert done.returncode == 2 and words in done.stderr and done.stdout == ""
