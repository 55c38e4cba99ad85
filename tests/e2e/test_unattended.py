"""Night after night without anybody who looks: what is killed, doubled, done twice or grows."""

import os
import signal
import sqlite3

import pytest

from conftest import wait_for
from forge import demo, faults


def start_runs(drift, **ages):
    """As if the runs of these ids had begun so many days ago: day=ID."""
    with sqlite3.connect(drift.home / "fleet.db") as database:
        for run, days in ages.items():
            database.execute(
                "UPDATE run SET started_at = strftime('%Y-%m-%dT%H:%M:%SZ', 'now', ?) WHERE id = ?",
                (f"-{days} days", int(run.lstrip("r"))))


# A scan that is done twice ---------------------------------------------------------------------


def test_a_scan_that_is_young_enough(small_drift, small_forge):
    once_a_day = ("--if-older-than", "20h", "--output", small_drift.home / "drift.csv")
    assert small_drift.scan(demo.OWNER).returncode == 0
    small_forge.forget()
    done = small_drift.scan(demo.OWNER, *once_a_day)
    assert done.returncode == 0 and not done.stdout
    assert len(done.stderr.splitlines()) == 1 and "nothing to do: run 1 of 2" in done.stderr
    assert not small_forge.requests() and not (small_drift.home / "drift.csv").exists()
    start_runs(small_drift, r1=0.9)
    assert small_drift.scan(demo.OWNER, *once_a_day).returncode == 0
    assert small_forge.requests() and (small_drift.home / "drift.csv").exists()
    assert small_drift.query("SELECT count(*) FROM run") == [(2,)]


@pytest.mark.parametrize("change", [
    "UPDATE run SET state = 'interrupted'",
    "UPDATE run SET started_at = '2999-01-01T00:00:00Z'",
    "UPDATE run SET arguments = '[\"scan\",\"--offline\"]'",
], ids=["it was interrupted", "its clock was wrong", "it looked at nothing"])
def test_a_scan_that_does_not_count(small_drift, change):
    assert small_drift.scan(demo.OWNER).returncode == 0
    with sqlite3.connect(small_drift.home / "fleet.db") as database:
        database.execute(change)
    assert small_drift.scan(demo.OWNER, "--if-older-than", "20h").returncode == 0
    assert small_drift.query("SELECT count(*) FROM run") == [(2,)]


# A scan that was killed ------------------------------------------------------------------------


def test_what_a_killed_scan_leaves(small_drift, small_forge):
    """Its lock holds nobody up, its run is called what it is, the next scan goes on from it."""
    small_forge.fault("/pypi/cleat/", faults.slow(60))
    running = small_drift.start("scan", demo.OWNER, "--jobs", "1")
    wait_for(lambda: small_forge.requests("document"))
    wait_for(lambda: small_drift.query("SELECT count(*) FROM stored_release")[0][0])
    assert "run 1 is still at work" in small_drift.run("report").stderr
    assert f"process {running.pid}" in small_drift.run("doctor", "--offline").stdout
    os.kill(running.pid, signal.SIGKILL)
    running.communicate()
    assert (small_drift.home / "fleet.db.lock").exists()
    assert "run 1 was killed" in small_drift.run("report").stderr
    assert "a scan is at work" not in small_drift.run("doctor", "--offline").stdout
    small_forge.heal()
    small_forge.forget()
    assert small_drift.scan(demo.OWNER).returncode == 0
    assert small_drift.query("SELECT state FROM run") == [("interrupted",), ("complete",)]
    assert small_forge.requests("document")[0]["status"] in (200, 304)
    assert [request["status"] for request in small_forge.requests("document")].count(304) >= 1
    assert not (small_drift.home / "fleet.db.lock").exists()


def test_a_database_that_is_torn(small_drift):
    """Doctor reads all of it: an index that has a row more than its table is seen."""
    assert small_drift.scan(demo.OWNER).returncode == 0
    assert "✓  database " in small_drift.run("doctor", "--offline").stdout
    index = "sqlite_schema WHERE name = 'stored_link_package'"
    row, = small_drift.query(f"SELECT type, name, tbl_name, rootpage, sql FROM {index}")
    for change, values in ((f"DELETE FROM {index}", ()), ("DELETE FROM stored_link", ()),
                           ("INSERT INTO sqlite_schema VALUES (?, ?, ?, ?, ?)", row)):
        with sqlite3.connect(small_drift.home / "fleet.db") as database:
            database.execute("PRAGMA writable_schema = ON")
            database.execute(change, values)
        database.close()
    done = small_drift.run("doctor", "--offline")
    assert done.returncode == 4 and "✗  database " in done.stdout, done.stdout
