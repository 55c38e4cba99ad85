"""A package that the index had and has no longer: that is a finding, and not the end of them."""

from conftest import unknowns
from forge import demo, faults

NAME = "buoy"


def findings(drift):
    return {
        (row["rule"], row["state"]) for row in drift.report()["findings"] if row["package"] == NAME
    }


def status(drift):
    return {row["package"]: row["status"] for row in drift.report()["packages"]}[NAME]


def test_a_package_that_vanished(small_drift, small_forge):
    drift, documents = small_drift, small_forge.world.documents
    assert drift.scan(demo.OWNER).returncode == 0
    [(first,)] = drift.query("SELECT started_at FROM run")
    document = documents.pop(NAME)

    assert drift.scan(demo.OWNER, "--fail-on", "medium").returncode == 1
    assert findings(drift) == {("release-vanished", "new")}
    assert status(drift) == "drift"
    assert drift.query(
        "SELECT status, reason, detail FROM coverage AS c JOIN package AS p ON p.id = c.package_id "
        f"WHERE p.name = '{NAME}' AND c.fact = 'index'"
    ) == [("absent", "not-found", f"the index no longer has it (it did until {first})")]
    card = " ".join(drift.run("report", NAME).stdout.split())
    shown = first.replace("T", " ").replace("Z", " UTC")
    assert f"no longer has it: it did until {shown}" in card

    # What could not be looked at changes nothing of it; what is seen again ends it.
    small_forge.fault(f"/pypi/{NAME}/", faults.html(502))
    drift.scan(demo.OWNER)
    assert unknowns(drift.report()) == {(NAME, "index"): "http-error"}
    assert findings(drift) == {("release-vanished", "open")}
    small_forge.heal()
    documents[NAME] = document
    assert drift.scan(demo.OWNER).returncode == 0
    assert findings(drift) == {("release-vanished", "resolved")}
    assert status(drift) == "in-sync"


def test_a_rule_that_failed(small_drift):
    """It has not said that all is well, so nobody else says so."""
    own = small_drift.home / "own"
    own.mkdir()
    (own / "own.sql").write_text(
        "-- id: own\n-- severity: low\n-- title: T\nSELECT json('{') AS message FROM release"
    )
    assert small_drift.scan(demo.OWNER, "--rules", own).returncode == 3
    assert {row["status"] for row in small_drift.report()["packages"]} == {"unknown"}
    assert small_drift.scan(demo.OWNER).returncode == 0
    assert {row["status"] for row in small_drift.report()["packages"]} == {"in-sync"}


def test_a_package_that_never_was_there(drift):
    drift.scan(demo.OWNER)
    row = next(row for row in drift.report()["packages"] if row["package"] == "drydock")
    assert (row["status"], row["worst_rule"]) == ("unpublished", None)


def test_what_was_found_before_stands(drift, forge):
    """Gone from the index is not mended: a 404 resolves no finding."""
    name = "gull-mailbox-core"
    assert drift.scan(demo.OWNER).returncode == 1
    before = {row["rule"] for row in drift.report()["findings"] if row["package"] == name}
    assert "release-without-tag" in before
    forge.world.documents.pop(name)

    for state in ("new", "open"):
        assert drift.scan(demo.OWNER).returncode == 1
        found = {
            row["rule"]: row["state"] for row in drift.report()["findings"] if row["package"] == name
        }
        assert found == {rule: "open" for rule in before} | {"release-vanished": state}
    assert "no longer has it" in " ".join(drift.run("report", name).stdout.split())
