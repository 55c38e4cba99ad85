"""One process, and what it took."""

import os
import re
import subprocess
import sys
import threading
import time
from dataclasses import dataclass
from pathlib import Path

POLL = 0.002


@dataclass
class Run:
    seconds: float
    cpu: float
    memory: float  # MB at most; what the kernel tells of a child includes the parent that forked it
    output: str
    errors: str


def _watch(pid, peak):
    try:
        while found := re.search(r"VmHWM:\s+(\d+) kB", Path(f"/proc/{pid}/status").read_text()):
            peak[0] = int(found[1]) / 1024
            time.sleep(POLL)
    except OSError:
        pass  # it has ended


def run(command, text=None, expected=(0,), **options):
    peak, begin = [0.0], time.monotonic()
    options = {"stdin": subprocess.PIPE if text is not None else None} | options
    running = subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, **options
    )
    watch = threading.Thread(target=_watch, args=(running.pid, peak))
    watch.start()
    errors = []
    reader = threading.Thread(target=lambda: errors.append(running.stderr.read()))
    reader.start()
    if text is not None:
        running.stdin.write(text)
        running.stdin.close()
    output = running.stdout.read()
    _, status, usage = os.wait4(running.pid, 0)
    seconds = time.monotonic() - begin
    running.returncode = os.waitstatus_to_exitcode(status)
    watch.join()
    reader.join()
    running.stdout.close()
    running.stderr.close()
    if running.returncode not in expected:
        sys.exit(f"{' '.join(map(str, command))} failed:\n{errors[0][-2000:]}")
    return Run(seconds, usage.ru_utime + usage.ru_stime, peak[0], output, errors[0])
