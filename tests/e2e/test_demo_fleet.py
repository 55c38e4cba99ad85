"""What a scan of the demonstration fleet must say: every fact of it is known."""

import pytest

from forge import demo

INCIDENT_RULES = {
    "source-behind-index",
    "release-without-tag",
    "release-without-version-commit",
    "release-without-changelog",
}
EXPECTED = {
    ("gull-mailbox-core", "0.2.0"): INCIDENT_RULES,
    ("sextant", "2.1.0"): {"tag-declares-other-version", "release-without-version-commit"},
    ("knotwork", "0.3.0"): {"tag-lightweight"},
    ("knotwork", "0.4.0"): {"tag-lightweight"},
    ("capstan", "3.1.0"): {"newest-yanked"},
}
STATUS = {
    "ballast": "in-sync",
    "beacon-relay": "in-sync",
    "capstan": "in-sync",
    "dockyard-cli": "in-sync",
    "dockyard-core": "in-sync",
    "dockyard-plugins": "in-sync",
    "drydock": "unpublished",
    "gull-mailbox-core": "drift",
    "knotwork": "in-sync",
    "moorings": "in-sync",
    "sextant": "drift",
    "signal-flags": "in-sync",
    "tidewatch": "in-sync",
}


@pytest.fixture
def scanned(drift):
    done = drift.scan(demo.OWNER)
    assert done.returncode == 1, done.stderr
    return drift


def test_findings_are_exactly_the_expected(scanned):
    found = {}
    for row in scanned.report()["findings"]:
        found.setdefault((row["package"], row["version"]), set()).add(row["rule"])
    assert found == EXPECTED


def test_incident_severities(scanned):
    rows = scanned.report("--package", demo.INCIDENT)["findings"]
    severity = {row["rule"]: row["severity"] for row in rows}
    assert severity == {
        "source-behind-index": "critical",
        "release-without-tag": "critical",
        "release-without-version-commit": "high",
        "release-without-changelog": "medium",
    }


def test_status_of_every_package(scanned):
    assert {row["package"]: row["status"] for row in scanned.report()["packages"]} == STATUS


def test_links(scanned):
    links = {row["package"]: row["link"] for row in scanned.report()["packages"]}
    assert links.pop("drydock") == "claimed"
    assert set(links.values()) == {"mutual"}, "also the renamed one, by its numeric id"


def test_releases_are_tagged(scanned):
    tags = {
        (row["package"], row["version"]): (row["tag"], row["tag_kind"])
        for row in scanned.report()["releases"]
    }
    assert tags["dockyard-cli", "0.2.0"] == ("dockyard-cli-v0.2.0", "annotated")
    assert tags["beacon-relay", "2.0.0"] == ("v2.0.0", "annotated")
    assert tags["knotwork", "0.4.0"] == ("v0.4.0", "lightweight")
    assert tags["gull-mailbox-core", "0.2.0"] == (None, None)
    assert sum(tag is None for tag, _ in tags.values()) == 1


def test_declared_kinds(scanned):
    kinds = {row["package"]: row["declared_kind"] for row in scanned.report()["packages"]}
    assert kinds["beacon-relay"] == "vcs"
    assert {kinds[name] for name in ("tidewatch", "moorings", "signal-flags")} == {"static"}


def test_coverage_names_what_was_left_out(scanned):
    rows = scanned.report()["coverage"]
    told = {(row["repository"], row["status"], row["reason"]) for row in rows}
    assert ("pennant", "skipped", "fork") in told
    assert ("old-lighthouse", "skipped", "archived") in told
    assert "empty" in {reason for name, _, reason in told if name == "new-pier"}
    assert not [row for row in rows if row["status"] == "unknown"]


def test_card_tells_the_incident(scanned):
    done = scanned.run("report", demo.INCIDENT)
    assert done.returncode == 0
    for word in ("0.2.0", "0.1.0", "✗", "tag", "changelog"):
        assert word.lower() in done.stdout.lower(), done.stdout


def test_database_reads_in_the_plain_shell(scanned):
    tables = {name for name, in scanned.query("SELECT name FROM sqlite_master")}
    assert {"run", "repository", "package"} <= {name.rstrip("s") for name in tables}


def test_archived_and_forks_when_asked(drift):
    drift.config.write_text(
        drift.config.read_text().replace("[github]", "[github]\narchived = true\nforks = true")
    )
    drift.scan(demo.OWNER)
    assert "old-lighthouse" in {row["package"] for row in drift.report()["packages"]}


def test_named_repository_is_scanned_although_archived(drift, forge):
    drift.scan("--repo", f"{demo.OWNER}/old-lighthouse")
    assert [row["package"] for row in drift.report()["packages"]] == ["old-lighthouse"]
    assert forge.requests("listing") == []
