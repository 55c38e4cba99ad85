"""A scan that is stopped, killed or doubled loses nothing that was stored."""

import os
import random
import signal
import sqlite3
import time

import pytest

from conftest import facts, wait_for
from forge import demo, faults


SIGNALS = [signal.SIGINT, signal.SIGTERM, signal.SIGHUP]


def interrupt(running, number):
    begin = time.monotonic()
    running.send_signal(number)
    output, errors = running.communicate(timeout=20)
    assert time.monotonic() - begin < 2
    assert b"Sanitizer" not in errors and b"runtime error" not in errors, errors
    return output.decode(), errors.decode()


@pytest.mark.parametrize("number", SIGNALS)
def test_interrupt_ends_within_two_seconds(small_drift, small_forge, number):
    """A first scan: it looks like no clean fleet, and like no fleet of which nothing is known."""
    small_forge.fault("/pypi/cleat/", faults.slow(60))
    running = small_drift.start("scan", demo.OWNER, "--output", small_drift.home / "drift.csv")
    wait_for(lambda: len(small_forge.requests("document")) >= 2)
    time.sleep(0.3)
    output, errors = interrupt(running, number)
    assert running.returncode == 128 + number
    assert f"interrupted by {number.name}: not all of the fleet was looked at" in errors
    assert "Findings" not in errors and "in sync" not in errors and not output
    assert not (small_drift.home / "drift.csv").exists()
    assert small_drift.query("SELECT state FROM run") == [("interrupted",)]
    assert small_drift.query("PRAGMA integrity_check") == [("ok",)]
    shown = small_drift.run("report")
    assert "run 1 was interrupted" in shown.stderr and "in-sync" not in shown.stdout
    small_forge.heal()
    assert small_drift.scan(demo.OWNER).returncode == 0
    report = small_drift.report()
    assert len(report["packages"]) == 3
    assert not [row for row in report["coverage"] if row["status"] == "unknown"]


def test_interrupt_while_rules_run(small_drift):
    (small_drift.home / "rules").mkdir()
    (small_drift.home / "rules/endless.sql").write_text(
        "-- id: endless\n-- severity: low\n-- title: T\n"
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n)\n"
        "SELECT 'x' AS message FROM n WHERE i < 0")
    running = small_drift.start("scan", demo.OWNER, "--rules", small_drift.home / "rules")
    time.sleep(1)
    _, errors = interrupt(running, signal.SIGTERM)
    assert running.returncode == 143 and "no rule was applied" in errors
    assert small_drift.query("SELECT state FROM run") == [("interrupted",)]
    assert small_drift.scan(demo.OWNER).returncode == 0


def test_interrupt_at_any_moment(small_drift):
    """No run is left as if it were still at work, and the next scan completes."""
    begin = time.monotonic()
    assert small_drift.scan(demo.OWNER).returncode == 0
    length = time.monotonic() - begin
    expected = facts(small_drift.report())
    moments = random.Random(7)
    for turn in range(60):
        if turn % 2:  # else it goes on from what the one before left
            for path in small_drift.home.glob("fleet.db*"):
                path.unlink()
        number = moments.choice(SIGNALS)
        running = small_drift.start("scan", demo.OWNER)
        time.sleep(moments.uniform(0, 1.1 * length))
        interrupt(running, number)
        assert running.returncode in (0, 128 + number, -number), "before or after the run: -number"
        with sqlite3.connect(small_drift.home / "fleet.db") as database:
            if database.execute("PRAGMA user_version").fetchone() != (0,):
                assert not database.execute("SELECT id FROM run WHERE state = 'running'").fetchall()
    assert small_drift.scan(demo.OWNER).returncode == 0
    assert facts(small_drift.report()) == expected


def test_killed_at_any_moment(small_drift, small_forge):
    """The next scan completes and says what a scan without trouble says."""
    for moment in (0.02, 0.05, 0.1, 0.2, 0.4):
        running = small_drift.start("scan", demo.OWNER)
        time.sleep(moment)
        running.kill()
        running.communicate()
    assert small_drift.scan(demo.OWNER).returncode == 0
    after = facts(small_drift.report())
    assert small_drift.query("PRAGMA integrity_check") == [("ok",)]
    for name in os.listdir(small_drift.home):
        if name.startswith("fleet.db"):
            (small_drift.home / name).unlink()
    assert small_drift.scan(demo.OWNER).returncode == 0
    assert facts(small_drift.report()) == after


def test_second_scan_is_refused(small_drift, small_forge):
    small_forge.fault("/repos", faults.slow(60))
    running = small_drift.start("scan", demo.OWNER)
    wait_for(lambda: (small_drift.home / "fleet.db").exists())
    time.sleep(0.5)
    done = small_drift.scan(demo.OWNER)
    assert done.returncode == 4
    assert str(running.pid) in done.stderr, "it names who holds the lock"
    running.send_signal(signal.SIGINT)
    running.communicate(timeout=20)


def test_deadline(small_drift, small_forge):
    small_forge.fault("/pypi/cleat/", faults.slow(60))
    begin = time.monotonic()
    done = small_drift.scan(demo.OWNER, "--deadline", "1s")
    assert time.monotonic() - begin < 10
    assert done.returncode == 3
    assert "deadline" in {row["reason"] for row in small_drift.report()["coverage"]}


def test_a_deadline_takes_nothing_out_of_the_fleet(small_drift, small_forge):
    """Whatever was not begun is unknown, with the findings that it had."""
    small_forge.world.documents["buoy"]["info"]["version"] = "9.0"
    files = small_forge.world.documents["buoy"]["releases"]
    files["9.0"] = [dict(files["1.1.0"][0], filename="buoy-9.0.tar.gz")]
    assert small_drift.scan(demo.OWNER).returncode == 1
    before = small_drift.report()
    small_forge.fault("POST /", faults.slow(60))
    done = small_drift.scan(demo.OWNER, "--deadline", "1s", "--jobs", "1")
    after = small_drift.report()
    assert done.returncode == 1, done.stderr
    names = [[row["package"] for row in report["packages"]] for report in (before, after)]
    assert names[0] == names[1] == ["anchor", "buoy", "cleat"]
    assert len(after["findings"]) == len(before["findings"]) > 0


@pytest.mark.parametrize("listed", [True, False], ids=["before", "never"])
def test_a_listing_that_fails_for_another_token(small_drift, small_forge, listed):
    """Tokens change every hour; what the one before could list is still the fleet."""
    small_forge.world.tokens.append("ghp_anotherTokenOfTheSameOrganisation")
    if listed:
        assert small_drift.scan(demo.OWNER).returncode == 0
    small_forge.fault("/orgs/", faults.status(404))
    small_forge.fault("/users/", faults.status(404))
    done = small_drift.scan(demo.OWNER, token="ghp_anotherTokenOfTheSameOrganisation")
    assert done.returncode == 3
    statuses = {row["package"]: row["status"] for row in small_drift.report()["packages"]}
    assert statuses == (dict.fromkeys(("anchor", "buoy", "cleat"), "in-sync") if listed else {})


def test_an_organisation_that_is_empty_now(small_drift, small_forge):
    assert small_drift.scan(demo.OWNER).returncode == 0
    small_forge.world.repositories.clear()
    assert small_drift.scan(demo.OWNER).returncode == 0
    assert small_drift.report()["packages"] == []
