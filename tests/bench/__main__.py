"""Measures a release build against git on prepared fleets and prints ratios; see run.sh."""

import argparse
import json
import os
import re
import shutil
import sqlite3
import ssl
import statistics
import subprocess
import sys
import time
import urllib.request
from contextlib import closing
from pathlib import Path

from . import fleet, large
from .process import run

GIT_JOBS = "8"

CONFIG = """\
[github]
api = "{url}/api/v3"
git = "{url}"

[index]
url = "{url}"

[scan]
database = "{home}/fleet.db"
cache = "{home}/cache"
fail_on = "none"
progress = "none"

[http]
ca_file = "{certificate}"
"""


def timed(command, **options):
    """(seconds, peak memory in MB, standard error) of one process."""
    done = run(command, expected=(0, 1), **options)
    return done.seconds, done.memory, done.errors


class Bench:
    """One fleet behind the upstream, scanned by us and cloned by git."""

    def __init__(self, options, count, commits, scheme="https", tags=0):
        self.options, self.count = options, count
        self.url = f"{scheme}://127.0.0.1:{options.port}"
        self.certificate = options.directory / "certificate.pem"
        folder = options.directory / f"{count}x{commits}{f'x{tags}' if tags else ''}"
        self.fleet = fleet.build(folder, count, commits, tags)
        fleet.write_manifest(self.fleet, count, self.url)
        self.homes = options.directory / "work"
        shutil.rmtree(self.homes, ignore_errors=True)
        self.runs = 0

    def __enter__(self):
        command = [self.options.tools / "upstream", self.fleet, str(self.options.port)]
        if self.url.startswith("https"):
            command.append(self.certificate)
        self.upstream = subprocess.Popen(command)
        for _ in range(100):
            try:
                self.stats()
                return self
            except OSError:
                time.sleep(0.05)
        sys.exit("the upstream did not start")

    def __exit__(self, *exception):
        self.upstream.terminate()
        self.upstream.wait()
        shutil.rmtree(self.homes, ignore_errors=True)

    def stats(self):
        """What came since the last time."""
        trust = ssl.create_default_context(cafile=self.certificate)
        with urllib.request.urlopen(self.url + "/-/stats", context=trust) as answer:
            return json.load(answer)

    def ceiling(self):
        """Documents a second that the upstream answers at most."""
        path = f"/pypi/{fleet.name_of(0)}/json"
        command = [self.options.tools / "load", str(self.options.port), path, "4", "100000"]
        return int(subprocess.run(command, capture_output=True, check=True).stdout)

    def empty(self):
        """A new place each time: what was just deleted slows the file system for whoever is next."""
        self.runs += 1
        self.home = self.homes / str(self.runs)
        self.home.mkdir(parents=True)
        settings = CONFIG.format(url=self.url, home=self.home, certificate=self.certificate)
        (self.home / "fleetdrift.toml").write_text(settings, encoding="utf-8")

    def scan(self, verify="none"):
        config = ["--config", self.home / "fleetdrift.toml"]
        command = [self.options.program, "scan", fleet.OWNER, "-v", "--verify", verify, *config]
        return timed(command)

    def each_repository(self, command):
        """`command` for every repository, {} being its name, so many at once."""
        names = "".join(f"{fleet.name_of(number)}\n" for number in range(self.count))
        listed = self.options.directory / "names"
        listed.write_text(names, encoding="utf-8")
        with listed.open() as names:
            line = ["xargs", "-P", GIT_JOBS, "-I{}", *command]
            trust = os.environ | {"GIT_SSL_CAINFO": str(self.certificate)}
            return timed(line, stdin=names, cwd=self.home, env=trust)

    def clone(self):
        source = f"{self.url}/{fleet.OWNER}/{{}}.git"
        return self.each_repository(["git", "clone", "-q", "--bare", "--filter=blob:none", source])

    def fetch(self):
        return self.each_repository(["git", "--git-dir={}.git", "fetch", "-q", "--tags", "origin"])


def worst_block(errors):
    """Milliseconds, from what the program says at the end of a scan."""
    found = re.search(r"worst block ([0-9.]+) ms", errors)
    return float(found[1]) if found else float("nan")


def median(run, before=lambda: None, times=5):
    results = []
    for _ in range(times):
        before()
        results.append(run())
    return statistics.median(seconds for seconds, _, _ in results), results


def heading(name):
    print(f"\n{name:<58} {'measured':>22}   {'target':<16} met")


def line(name, value, target, fits):
    print(f"{name:<58} {value:>22}   {target:<16} {'yes' if fits else 'NO'}")


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


def facts_written(home):
    """Rows of the tables whose rows hold from one run until another."""
    with sqlite3.connect(home / "fleet.db") as database:
        names = database.execute(
            "SELECT m.name FROM sqlite_master m, pragma_table_info(m.name) c"
            " WHERE m.type = 'table' AND c.name = 'since'"
        ).fetchall()
        return sum(database.execute(f'SELECT count(*) FROM "{n}"').fetchone()[0] for n, in names)


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


def bytes_used(database):
    """Pages that hold something, however many the file has room for."""
    with closing(sqlite3.connect(database)) as stored:
        count, free, size = (stored.execute(f"PRAGMA {name}").fetchone()[0]
                             for name in ("page_count", "freelist_count", "page_size"))
        return (count - free) * size


def a_year(options, count=1000, nights=365):
    """What a fleet to which nothing happens costs the disk, night after night; and to forget most of it."""
    with Bench(options, count, 50) as bench:
        bench.empty()
        for _ in range(2):
            bench.scan()
        database = bench.home / "fleet.db"
        rows, size = facts_written(bench.home), bytes_used(database)
        for _ in range(nights):
            bench.scan()
        grown = facts_written(bench.home) - rows
        each = (bytes_used(database) - size) / nights
        with closing(sqlite3.connect(database)) as stored, stored:
            assert stored.execute("SELECT count(*) FROM run").fetchone() == (nights + 2,)
            stored.execute("UPDATE run SET started_at = '2024-01-01T00:00:00Z' WHERE id <= ?", (nights - 30,))
        command = [options.program, "prune", "--keep", "90d", "--config", bench.home / "fleetdrift.toml"]
        seconds, _, _ = timed(command)
    heading(f"{nights} nights of {count:,} packages, unchanged")
    line("bytes a run adds to the database", f"{each:,.0f}", "<= 1,000", each <= 1000)
    line("fact rows that they add", str(grown), "0", grown == 0)
    line("prune --keep 90d", f"{seconds:.2f} s", "", True)


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
    """The CPU's own share, the least of five; against the shell the clock."""
    home = options.directory / "large"
    git, commit = large.make(home)
    tool = options.tools / "tests/corpus/contents_try"
    runs, hand, floors = [], [], []
    for _ in range(5):
        runs.append(large.compare(tool, home, git, commit, "large"))
        hand.append(large.by_hand(home, git))
        floors.append(run([options.tools / "unpack", home / "large-1.0.tar.gz"]).output.split())
    if "\tat-tag" not in runs[0].output:
        sys.exit(f"the large release is not what it should be:\n{runs[0].output[:500]}")
    baseline = large.compare(tool, home, git, commit, "small").memory
    huge = large.compare(tool, home, git, commit, "huge").memory - baseline
    shutil.rmtree(home)
    heading(f"one sdist of {large.FILES:,} files, {int(floors[0][1]) / 1e6:.0f} MB unpacked")
    least = min(run.cpu for run in runs)
    floor = min(float(milliseconds) for milliseconds, _ in floors) / 1000
    text = f"{least:.2f} s / {floor:.2f} s = {least / floor:.2f}"
    line("comparing / gunzip and SHA-1, CPU time", text, "<= 1.3", least / floor <= 1.3)
    clock = min(run.seconds for run in runs)
    ratio = min(hand) / clock
    text = f"{min(hand):.2f} s / {clock:.2f} s = {ratio:.1f}"
    line("tar, git hash-object, comm / comparing", text, ">= 3", ratio >= 3)
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
    line("answers that were not prepared", str(asked["unprepared"]), "0", not asked["unprepared"])
    line("requests of a second run", f"{again['requests']}", "201", again["requests"] == 201)
    line("fact rows that it adds", str(grown), "0", grown == 0)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--program", type=Path, required=True)
    parser.add_argument("--tools", type=Path, required=True, help="where upstream and load are")
    parser.add_argument("--directory", type=Path, required=True)
    parser.add_argument("--port", type=int, default=18719)
    options = parser.parse_args()
    version_sources(options)
    tag_matching(options)
    file_history(options)
    comparing(options)
    published(options)
    against_git(options, "http")
    against_git(options, "https")
    thousand(options)
    a_year(options)


if __name__ == "__main__":
    main()
