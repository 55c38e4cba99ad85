"""What a scan says while it is at work, and what a quiet one says at its end."""

import os
import pty
import re
import subprocess

from conftest import TOKEN
from forge import demo, faults


def test_a_quiet_scan_names_what_it_could_not_look_at(small_drift, small_forge):
    """Cron mails what is printed: nothing when all is well, and never nothing when it is not."""
    assert small_drift.scan(demo.OWNER, "--quiet", "--output", "a.csv", "--format", "csv").stderr == ""
    small_forge.fault("/.*/buoy.git/", faults.status(404))
    done = small_drift.scan(demo.OWNER, "--quiet", "--output", "a.csv", "--format", "csv")
    assert done.returncode == 3
    assert done.stdout == ""
    assert re.search(rf"^fleetdrift: warning: could not be looked at: {demo.OWNER}/buoy.*: ", done.stderr, re.M)


def test_a_terminal_names_what_is_waited_for(small_drift, small_forge):
    small_forge.fault("POST /.*/buoy.git/", faults.slow(1.2))
    small_drift.config.write_text(small_drift.config.read_text().replace('"none"', '"auto"'))
    ours, theirs = pty.openpty()
    process = subprocess.Popen(
        small_drift.command("scan", demo.OWNER),
        env=small_drift.environment(TOKEN),
        cwd=small_drift.home,
        stdout=subprocess.DEVNULL,
        stderr=theirs,
    )
    os.close(theirs)
    said = b""
    try:
        while chunk := os.read(ours, 65536):
            said += chunk
    except OSError:  # the other end is closed
        pass
    os.close(ours)
    assert process.wait(60) == 0
    assert re.search(rb"2 of 3 repositories, 1 request in flight; \S+/buoy: [a-z ]+, \d+ s", said), said
