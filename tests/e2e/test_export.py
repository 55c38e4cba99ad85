"""What an auditor gets: any earlier run to the byte, what each finding rests on, sums to sign."""

import hashlib
import json
import sqlite3
import subprocess
from contextlib import closing

import jsonschema
import pytest

from conftest import ROOT, facts
from forge import demo
from forge.gitrepo import git
from nights import NIGHTS, everything, happen, live

RULES = ROOT / "schema/rules"


def sha256(path):
    return hashlib.sha256(path.read_bytes()).hexdigest()


# Earlier runs -----------------------------------------------------------------------------------


def test_every_earlier_run_is_byte_for_byte_what_it_was(fleet):
    drift, forge = fleet
    said = {}
    for night in range(1, NIGHTS + 1):
        happen(forge, night)
        drift.scan(demo.OWNER, "--verify", "all")
        said[night] = everything(drift, night)
    assert len({texts[0] for texts in said.values()}) == NIGHTS
    assert {night: everything(drift, night) for night in said} == said


def test_as_of_a_day(fleet):
    drift, forge = fleet
    live(drift, forge, range(1, 5))
    with closing(sqlite3.connect(drift.home / "fleet.db")) as database, database:
        database.executemany("UPDATE run SET started_at = ? WHERE id = ?", [
            (f"2026-0{month}-15T03:00:00Z", month) for month in (1, 2, 3, 4)])
        database.execute("UPDATE run SET state = 'interrupted' WHERE id = 3")
    for day, run in (("2026-01-15", 1), ("2026-02-15T02:59:59Z", 1), ("2026-02-15T03:00:00Z", 2),
                     ("2026-03-31", 2), ("2030-01-01", 4)):
        assert drift.report("--as-of", day) == drift.report("--run", run)
    assert drift.run("report", "--as-of", "2026-02-20", "cleat").stdout == \
        drift.run("report", "--run", 2, "cleat").stdout
    early = drift.run("report", "--as-of", "2026-01-14")
    assert early.returncode == 2 and "no complete run from 2026-01-14T23:59:59Z or before" in early.stderr
    for call in (("--as-of", "yesterday"), ("--as-of", "2026-01-31", "--run", "2")):
        assert drift.run("report", *call).returncode == 2


# What a finding rests on --------------------------------------------------------------------------


def test_evidence_says_what_was_seen_where_and_when(drift, forge):
    drift.scan(demo.OWNER)
    drift.scan(demo.OWNER)
    with closing(sqlite3.connect(drift.home / "fleet.db")) as database, database:
        database.execute("UPDATE run SET started_at = '2026-01-15T03:00:00Z' WHERE id = 1")
    report = drift.report()
    jsonschema.validate(report, json.loads((ROOT / "schema/report.schema.json").read_text(encoding="utf-8")))
    now = report["run"]["started_at"]
    for finding in report["findings"]:
        facts_named = [seen["fact"] for seen in finding["evidence"]["observed"]]
        assert facts_named and (finding["package"] is None or "index" in facts_named)
        assert finding["repository"] is None or "refs" in facts_named
        for seen in finding["evidence"]["observed"]:
            assert list(seen) == ["digest", "fact", "name", "observed_at", "since", "source"]
            assert (seen["since"], seen["observed_at"]) == ("2026-01-15T03:00:00Z", now)
    incident, = [row for row in report["findings"] if row["rule"] == "release-without-tag"
                 and row["package"] == "gull-mailbox-core"]
    observed = {seen["fact"]: seen for seen in incident["evidence"]["observed"]}
    sdist = forge.world.documents["gull-mailbox-core"]["releases"]["0.2.0"]
    sdist, = [row for row in sdist if row["packagetype"] == "sdist"]
    assert observed["index"]["source"] == f"{forge.url}/pypi/gull-mailbox-core/json"
    assert observed["refs"]["source"] == f"{forge.url.split('://')[1]}/harbour-labs/gull-mailbox-core.git"
    tip = git(forge.world.git_directory({"full_name": "harbour-labs/gull-mailbox-core"}), "rev-parse", "main")
    assert observed["refs"]["digest"] == f"git:{tip.decode().strip()}"
    assert observed["file"]["digest"] == "sha256:" + sdist["digests"]["sha256"]
    assert observed["file"]["name"] == sdist["filename"]


def test_evidence_of_what_could_not_be_seen_this_time(small_drift, small_forge):
    """It stands as it was seen last, and says when that was."""
    small_forge.world.documents["buoy"]["releases"]["9.0"] = [
        dict(small_forge.world.documents["buoy"]["releases"]["1.1.0"][0], filename="buoy-9.0.tar.gz")]
    small_drift.scan(demo.OWNER)
    with closing(sqlite3.connect(small_drift.home / "fleet.db")) as database, database:
        database.execute("UPDATE run SET started_at = '2026-01-15T03:00:00Z' WHERE id = 1")
    small_forge.fault("/buoy.git/", lambda request, answer: (403, {}, b""))
    small_drift.scan(demo.OWNER)
    finding = next(row for row in small_drift.report()["findings"] if row["rule"] == "release-without-tag")
    observed = {seen["fact"]: seen["observed_at"] for seen in finding["evidence"]["observed"]}
    assert observed["refs"] == "2026-01-15T03:00:00Z" < observed["index"]


# Sums to sign ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("format, output, names", [
    ("json", "q1.json", ["q1.json"]),
    ("csv", "q1/", ["q1/packages.csv", "q1/findings.csv", "q1/releases.csv", "q1/coverage.csv"]),
])
def test_a_manifest(small_drift, format, output, names):
    small_drift.scan(demo.OWNER)
    home = small_drift.home
    call = ("report", "--what", "all", "--format", format, "--output", home / output if format == "json"
            else f"{home}/{output}", "--manifest", home / "sums.json")
    assert small_drift.run(*call).returncode == 0
    manifest = json.loads((home / "sums.json").read_text())
    assert manifest["schema"] == "fleetdrift.manifest/1"
    assert [row["name"] for row in manifest["files"]] == names
    for row in manifest["files"]:
        assert (row["sha256"], row["bytes"]) == (sha256(home / row["name"]), (home / row["name"]).stat().st_size)
    assert {row["id"]: row["sha256"] for row in manifest["rules"]} == {
        path.stem: sha256(path) for path in RULES.glob("*.sql")}
    assert manifest["run"]["judged_by_these_rules"] is True
    assert manifest["run"]["id"] == 1 and manifest["run"]["state"] == "complete"
    # as README.md says
    listed = "".join(f"{row['sha256']}  {row['name']}\n" for row in manifest["files"])
    subprocess.run(["sha256sum", "--check", "--strict"], input=listed, text=True, cwd=home, check=True,
                   capture_output=True)
    before = (home / "sums.json").read_bytes()
    small_drift.scan(demo.OWNER)
    assert small_drift.run(*call, "--run", "1").returncode == 0
    assert (home / "sums.json").read_bytes() == before


def test_a_manifest_of_a_run_that_other_rules_judged(small_drift):
    """Each run remembers its own, also where rules come and go."""
    home = small_drift.home
    (home / "rules").mkdir()
    (home / "rules/own.sql").write_text(
        "-- id: own\n-- severity: info\n-- title: T\nSELECT 'x' AS message WHERE 0\n")
    small_drift.scan(demo.OWNER)
    small_drift.scan(demo.OWNER, "--rules", home / "rules")
    small_drift.scan(demo.OWNER, "--rules", home / "rules")
    small_drift.scan(demo.OWNER)

    def judged(run, *more):
        done = small_drift.run("report", "--format", "json", "--output", home / "r.json",
                               "--manifest", home / "m.json", "--run", run, *more)
        manifest = json.loads((home / "m.json").read_text())
        own = [row for row in manifest["rules"] if row["id"] == "own"]
        assert [row["sha256"] for row in own] == ([sha256(home / "rules/own.sql")] if more else [])
        said = manifest["run"]["judged_by_these_rules"]
        assert ("was judged by other rules" in done.stderr) is (said is False)
        return said

    assert [judged(run) for run in (1, 2, 3, 4)] == [True, False, False, True]
    assert [judged(run, "--rules", home / "rules") for run in (1, 2, 3, 4)] == [False, True, True, False]
    with closing(sqlite3.connect(home / "fleet.db")) as database, database:
        database.execute("DELETE FROM memory WHERE key LIKE 'rules %'")
    assert judged(1) is None


@pytest.mark.parametrize("call", [
    ("--format", "json", "--manifest", "m.json"), ("--output", "-", "--manifest", "m.json"),
    ("--output", "m.json", "--manifest", "m.json"), ("--output", "r.txt", "--manifest", "no/such/m.json"),
])
def test_a_manifest_of_nothing(small_drift, call):
    small_drift.scan(demo.OWNER)
    assert small_drift.run("report", *call).returncode in (2, 4)
    assert not [path for path in small_drift.home.iterdir() if path.name in ("m.json", "r.txt")]


def test_the_same_facts_as_ever(small_drift):
    """What is observed is told, not stored: an unchanged fleet writes nothing."""
    small_drift.scan(demo.OWNER)
    first = facts(small_drift.report())
    small_drift.scan(demo.OWNER)
    assert facts(small_drift.report()) == first
    assert small_drift.query("SELECT changes FROM run WHERE id = 2") == [(0,)]
