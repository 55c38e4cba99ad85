"""Measures a release build against git on prepared fleets and prints ratios; see run.sh."""

import argparse
import os
import shutil
import sqlite3
import subprocess
import sys
from pathlib import Path

from . import fleet, large, years
from .harness import Bench, facts_written, heading, line, median, worst_block
from .process import run


def against_git(options, scheme):
    with Bench(options, 100, 200, scheme) as bench:
        if scheme == "http":
            print(f"upstream alone: {bench.ceiling():,} documents of 16 kB a second\n")
        bench.empty()
        for every_answer_once in (bench.scan, bench.scan, bench.clone, bench.fetch):
            every_answer_once()
        bench.stats()
        cold, runs = median(bench.scan, bench.empty)
        asked = bench.stats()
        blocks = [worst_block(errors) for _, _, errors in runs]
        warm, runs = median(bench.scan)
        again = bench.stats()
        clone, _ = median(bench.clone, bench.empty, 3)
        fetch, _ = median(bench.fetch, times=3)
        asked["unprepared"] += bench.stats()["unprepared"]
    heading(f"100 packages, 200 commits each, {scheme}")
    ratio = cold / clone
    text = f"{cold:.2f} s / {clone:.2f} s = {ratio:.2f}"
    line("cold scan / git clone --bare --filter=blob:none -P 8", text, "<= 0.33", ratio <= 1 / 3)
    ratio = warm / fetch
    text = f"{warm:.3f} s / {fetch:.2f} s = {ratio:.3f}"
    line("unchanged scan / git fetch -P 8", text, "<= 0.10", ratio <= 0.1)
    requests = again["requests"] / 5
    line("requests of an unchanged scan", f"{requests:g}", "201 or 202", requests in (201, 202))
    line("answers that were not prepared", str(asked["unprepared"]), "0", not asked["unprepared"])
    worst = max(blocks)
    line("longest time the loop did not wait (cold)", f"{worst:.1f} ms", "<= 20 ms", worst <= 20)


def thousand(options):
    with Bench(options, 1000, 50) as bench:
        bench.empty()
        bench.scan()
        bench.empty()
        bench.stats()
        cold, memory, errors = bench.scan()
        asked = bench.stats()
        rows, size = facts_written(bench.home), (bench.home / "fleet.db").stat().st_size
        bench.scan()
        bench.stats()
        warm, runs = median(bench.scan)
        again = bench.stats()
        grown = facts_written(bench.home) - rows
        more = (bench.home / "fleet.db").stat().st_size - size
    heading("1,000 packages, 50 commits each, https")
    line("unchanged scan", f"{warm:.3f} s", "<= 0.5 s", warm <= 0.5)
    line("fact rows that six unchanged scans add", str(grown), "0", grown == 0)
    line("bytes that they add to the database", f"{more:,}", "(runs only)", more < 200_000)
    requests = again["requests"] / 5
    line("requests of an unchanged scan", f"{requests:g}", "2010", requests <= 2010)
    line("cold scan", f"{cold:.2f} s", "", True)
    line("cold: peak memory", f"{memory:.0f} MB", "<= 100 MB", memory <= 100)
    peak = asked["peak_connections"]
    line("cold: connections at once", str(peak), "<= 4", peak <= 4)
    worst = worst_block(errors)
    line("cold: longest time the loop did not wait", f"{worst:.1f} ms", "<= 20 ms", worst <= 20)
    memory = max(peak for _, peak, _ in runs)
    line("unchanged: peak memory", f"{memory:.0f} MB", "", True)


def version_sources(options):
    """The least of five, since the CPU's own share is asked for."""
    command = [options.tools / "tests/bench/sources", "1000"]
    runs = [subprocess.run(command, capture_output=True, text=True, check=True) for _ in range(5)]
    least = min(float(run.stdout) for run in runs)
    heading("facts of 1,000 distinct blobs")
    line("version sources: CPU time", f"{least:.1f} ms", "<= 100 ms", least <= 100)


def tag_matching(options):
    command = [options.tools / "tests/bench/matching", "200000"]
    runs = [subprocess.run(command, capture_output=True, text=True, check=True) for _ in range(5)]
    most = max(int(run.stdout) for run in runs)
    heading("tags of 200,000 releases")
    line("matched pairs a second of CPU time", f"{most:,}", ">= 100,000", most >= 100_000)


def file_history(options):
    """A history is indexed up to five commits before its end, then to its end, then once more."""
    tool, commits = options.tools / "tests/bench/blobs", 20_000
    home = options.directory / "history.git"
    shutil.rmtree(home, ignore_errors=True)
    git = ["git", "-C", home]
    subprocess.run(["git", "init", "-q", "--bare", "-b", "main", home], check=True)
    with subprocess.Popen([tool, "stream", str(commits)], stdout=subprocess.PIPE) as stream:
        subprocess.run([*git, "fast-import", "--quiet"], stdin=stream.stdout, check=True)
    names = [*git, "rev-parse", "main~5", "main"]
    tips = subprocess.run(names, capture_output=True, text=True, check=True).stdout.split()
    run = subprocess.run([tool, home, *tips], capture_output=True, text=True, check=True)
    shutil.rmtree(home)
    build, update, again, size, blobs = map(float, run.stdout.split())
    heading(f"index of {blobs:,.0f} blobs of {commits:,} commits")
    line("built: CPU time", f"{build / 1000:.2f} s", "<= 10 s", build <= 10_000)
    line("updated for five commits: CPU time", f"{update:.1f} ms", "<= 20 ms", update <= 20)
    line("opened unchanged: CPU time", f"{again:.1f} ms", "<= 20 ms", again <= 20)
    line("bytes a blob", f"{size / blobs:.1f}", "< 40", size / blobs < 40)


def comparing(options):
    """
    CPU time, the least of seven. What a small release costs is taken off: to start a process and
    to read the history as text is not comparing.
    """
    home = options.directory / "large"
    git, commit = large.make(home)
    tool = options.tools / "tests/corpus/contents_try"
    runs, small, hand, floors = [], [], [], []
    for _ in range(7):
        runs.append(large.compare(tool, home, git, commit, "large"))
        small.append(large.compare(tool, home, git, commit, "small"))
        hand.append(large.by_hand(home, git))
        floors.append(run([options.tools / "unpack", home / "large-1.0.tar.gz"]).output.split())
    if "\tat-tag" not in runs[0].output:
        sys.exit(f"the large release is not what it should be:\n{runs[0].output[:500]}")
    baseline = min(run.memory for run in small)
    huge = large.compare(tool, home, git, commit, "huge").memory - baseline
    shutil.rmtree(home)
    heading(f"one sdist of {large.FILES:,} files, {int(floors[0][1]) / 1e6:.0f} MB unpacked")
    least = min(run.cpu for run in runs) - min(run.cpu for run in small)
    floor = min(float(milliseconds) for milliseconds, _ in floors) / 1000
    text = f"{least:.2f} s / {floor:.2f} s = {least / floor:.2f}"
    line("comparing / gunzip and SHA-1, CPU time", text, "<= 1.3", least / floor <= 1.3)
    ratio = min(run.cpu for run in hand) / least
    text = f"{min(run.cpu for run in hand):.2f} s / {least:.2f} s = {ratio:.1f}"
    line("tar, git hash-object, comm / comparing, CPU time", text, ">= 3", ratio >= 3)
    clocks = min(run.seconds for run in hand), min(run.seconds for run in runs)
    text = f"{clocks[0]:.2f} s / {clocks[1]:.2f} s = {clocks[0] / clocks[1]:.1f}"
    line("the same by the clock, where by hand has both cores", text, "", True)
    more = max(run.memory for run in runs) - baseline
    line("memory over that of a small one", f"{more:.1f} MB", "<= 30 MB", more <= 30)
    line("the same, of one file of 512 MB", f"{huge:.1f} MB", "<= 30 MB", huge <= 30)


def published(options):
    """Every release of a fleet, compared: the history is here already, the files are not."""
    with Bench(options, 100, 200, tags=20) as bench:
        bench.empty()
        bench.scan("all")
        bench.empty()
        bench.scan()
        bench.stats()
        database = bench.home / "fleet.db"
        cold = run([bench.options.program, "scan", fleet.OWNER, "-v", "--verify", "all", "--config",
                    bench.home / "fleetdrift.toml"], expected=(0, 1))
        asked = bench.stats()
        with sqlite3.connect(database) as stored:
            clean = stored.execute(
                "SELECT count(*) FROM stored_contents WHERE verdict LIKE 'at-tag%'"
            ).fetchone()[0]
            name, = stored.execute("SELECT name FROM package_id ORDER BY id LIMIT 1").fetchone()
        card = run([bench.options.program, "report", name, "--config", bench.home / "fleetdrift.toml"])
        rows = facts_written(bench.home)
        bench.scan("all")
        again = bench.stats()
        grown = facts_written(bench.home) - rows
    heading("100 packages, 20 releases of 50 kB each, https")
    line("releases that are what their tag holds", f"{clean:,}", "2,000", clean == 2000)
    busy = cold.cpu / cold.seconds
    text = f"{cold.seconds:.2f} s, {busy:.1f} of {os.cpu_count()} cores"
    line("--verify all, with the mirrors here", text, "", True)
    worst = worst_block(cold.errors)
    line("longest time the loop did not wait", f"{worst:.1f} ms", "<= 20 ms", worst <= 20)
    line("peak memory", f"{cold.memory:.0f} MB", "", True)
    line("the card of one package", f"{card.seconds:.2f} s", "<= 1 s", card.seconds <= 1)
    line("answers that were not prepared", str(asked["unprepared"]), "0", not asked["unprepared"])
    line("requests of a second run", f"{again['requests']}", "201", again["requests"] == 201)
    line("fact rows that it adds", str(grown), "0", grown == 0)


SECTIONS = {
    "sources": version_sources,
    "tags": tag_matching,
    "history": file_history,
    "comparing": comparing,
    "published": published,
    "http": lambda options: against_git(options, "http"),
    "https": lambda options: against_git(options, "https"),
    "thousand": thousand,
    "asking": years.asking,
    "nights": years.nights,
}
LONG = {"year": years.year}


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--program", type=Path, required=True)
    parser.add_argument("--tools", type=Path, required=True, help="where upstream and load are")
    parser.add_argument("--directory", type=Path, required=True)
    parser.add_argument("--port", type=int, default=18719)
    parser.add_argument("sections", nargs="*", metavar="SECTION",
                        help=f"default: {' '.join(SECTIONS)}; longer: {' '.join(LONG)}")
    options = parser.parse_args()
    known = SECTIONS | LONG
    if unknown := set(options.sections) - known.keys():
        parser.error(f"no such section: {' '.join(sorted(unknown))}")
    for section in options.sections or SECTIONS:
        known[section](options)


if __name__ == "__main__":
    main()
