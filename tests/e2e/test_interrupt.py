"""A scan that is stopped, killed or doubled loses nothing that was stored."""

import os
import signal
import time

from conftest import facts, wait_for
from forge import demo, faults


def test_interrupt_ends_within_two_seconds(small_drift, small_forge):
    small_forge.fault("/pypi/cleat/", faults.slow(60))
    running = small_drift.start("scan", demo.OWNER)
    wait_for(lambda: len(small_forge.requests("document")) >= 2)
    time.sleep(0.3)
    begin = time.monotonic()
    running.send_signal(signal.SIGINT)
    _, errors = running.communicate(timeout=20)
    assert time.monotonic() - begin < 2
    assert running.returncode > 0 and b"interrupted" in errors.lower(), errors
    assert small_drift.query("PRAGMA integrity_check") == [("ok",)]
    small_forge.heal()
    assert small_drift.scan(demo.OWNER).returncode == 0
    report = small_drift.report()
    assert len(report["packages"]) == 3
    assert not [row for row in report["coverage"] if row["status"] == "unknown"]


def test_interrupted_run_is_marked(small_drift, small_forge):
    small_forge.fault("/pypi/", faults.slow(60))
    running = small_drift.start("scan", demo.OWNER)
    wait_for(lambda: len(small_forge.requests("refs")) >= 3)
    time.sleep(0.3)
    running.send_signal(signal.SIGTERM)
    running.communicate(timeout=20)
    assert "interrupted" in str(small_drift.query("SELECT * FROM run"))


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
