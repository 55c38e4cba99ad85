"""A fleet behind its upstream, scanned by us and cloned by git; and the lines that are printed."""

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

from forge import Forge

from . import fleet
from .process import run

TOKEN = "ghp_of_the_bench"

GIT_JOBS = "8"

CONFIG = """\
[github]
api = "{url}/api/v3"
git = "{url}"
graphql = "{graphql}"

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
    """One fleet behind the upstream. With `asked`, scans have a token, and what only the forge knows is
    told by the one of the tests, over the same repositories: see `answered`."""

    def __init__(self, options, count, commits, scheme="https", tags=0, asked=False):
        self.options, self.count = options, count
        self.url = f"{scheme}://127.0.0.1:{options.port}"
        self.certificate = options.directory / "certificate.pem"
        folder = options.directory / f"{count}x{commits}{f'x{tags}' if tags else ''}"
        self.fleet = fleet.build(folder, count, commits, tags)
        fleet.write_manifest(self.fleet, count, self.url)
        self.homes = options.directory / "work"
        shutil.rmtree(self.homes, ignore_errors=True)
        self.runs = 0
        world = fleet.world_of(self.fleet, count)
        world.tokens.append(TOKEN)
        self.forge = Forge(world) if asked else None

    def __enter__(self):
        command = [self.options.tools / "upstream", self.fleet, str(self.options.port)]
        if self.url.startswith("https"):
            command.append(self.certificate)
        self.upstream = subprocess.Popen(command)
        if self.forge:
            self.forge.__enter__()
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
        if self.forge:
            self.forge.__exit__()
        shutil.rmtree(self.homes, ignore_errors=True)

    def stats(self):
        """What came since the last time."""
        trust = ssl.create_default_context(cafile=self.certificate)
        with urllib.request.urlopen(self.url + "/-/stats", context=trust) as answer:
            return json.load(answer)

    def answered(self):
        """What each GraphQL request since the last time asked for and cost."""
        every = self.forge.services["graphql"].answered
        told = list(every)
        every.clear()
        return told

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
        graphql = f"{self.forge.url}/api/graphql" if self.forge else ""
        settings = CONFIG.format(url=self.url, home=self.home, certificate=self.certificate,
                                 graphql=graphql)
        (self.home / "fleetdrift.toml").write_text(settings, encoding="utf-8")

    def scan(self, verify="none"):
        config = ["--config", self.home / "fleetdrift.toml"]
        command = [self.options.program, "scan", fleet.OWNER, "-v", "--verify", verify, *config]
        own = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
        return timed(command, env=own | ({"FLEETDRIFT_GITHUB_TOKEN": TOKEN} if self.forge else {}))

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


def facts_written(home):
    """Rows of the tables whose rows hold from one run until another."""
    with sqlite3.connect(home / "fleet.db") as database:
        names = database.execute(
            "SELECT m.name FROM sqlite_master m, pragma_table_info(m.name) c"
            " WHERE m.type = 'table' AND c.name = 'since'"
        ).fetchall()
        return sum(database.execute(f'SELECT count(*) FROM "{n}"').fetchone()[0] for n, in names)


def bytes_used(database):
    """Pages that hold something, however many the file has room for."""
    with closing(sqlite3.connect(database)) as stored:
        count, free, size = (stored.execute(f"PRAGMA {name}").fetchone()[0]
                             for name in ("page_count", "freelist_count", "page_size"))
        return (count - free) * size
