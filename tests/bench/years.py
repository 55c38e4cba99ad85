"""What it costs to scan for a year: what is asked of the forge, and what the database grows by."""

import sqlite3
from contextlib import closing

from .harness import Bench, bytes_used, facts_written, heading, line, timed

WEEK = 7


def cost(bench):
    """One scan: what the upstream counted, the points of each GraphQL request, seconds."""
    bench.stats()
    bench.answered()
    seconds, _, _ = bench.scan()
    return bench.stats(), [row["cost"] for row in bench.answered()], seconds


def change(bench, sql):
    with closing(sqlite3.connect(bench.home / "fleet.db")) as stored, stored:
        stored.execute(sql)


def a_week_passes(bench):
    change(bench, "UPDATE forge_asked SET asked_at = strftime('%Y-%m-%dT%H:%M:%SZ', asked_at, '-8 days')")


def print_cost(when, counted, points, seconds, most):
    line(f"{when}: all of it", f"{seconds:.1f} s", "", True)
    line(f"{when}: REST requests", str(counted["rest"]), "<= 12", counted["rest"] <= 12)
    line(f"{when}: GraphQL requests", str(len(points)), f"<= {most}", len(points) <= most)
    dearest = max(points, default=0)
    line(f"{when}: their points, of the dearest", f"{sum(points)}, {dearest}", "<= 3 each", dearest <= 3)


def asking(options, count=1000):
    """The forge is asked with a credential: its quotas are what a scan must live with."""
    with Bench(options, count, 50, asked=True) as bench:
        for _ in range(2):  # once to prepare the answers
            bench.empty()
            cold = cost(bench)
        told = facts_told(bench)
        warm = cost(bench)
        a_week_passes(bench)
        later = cost(bench)
    heading(f"{count:,} repositories with packages, asked with a credential")
    print_cost("cold", *cold, 60)
    line("cold: releases and commits that it told of", told, "", True)
    print_cost("unchanged", *warm, 0)
    # The last page is full: nothing but the page itself tells whether another follows now.
    kept = warm[0]["unchanged"] - count
    line("unchanged: pages that were 304", str(kept), f"{count // 100 - 1}", kept == count // 100 - 1)
    print_cost("a week later", *later, count // 25)


def facts_told(bench):
    with closing(sqlite3.connect(bench.home / "fleet.db")) as stored:
        return " and ".join(f"{stored.execute(f'SELECT count(*) FROM {table}').fetchone()[0]:,}"
                            for table in ("stored_forge_release", "stored_forge_commit"))


def unchanged(options, count, nights):
    """What a fleet to which nothing happens costs the disk, night after night, and the forge when the
    week is over; and to forget most of it."""
    points = []
    with Bench(options, count, 50, asked=True) as bench:
        bench.empty()
        for _ in range(2):
            bench.scan()
        database = bench.home / "fleet.db"
        rows, size = facts_written(bench.home), bytes_used(database)
        bench.answered()
        for night in range(1, nights + 1):
            if night % WEEK == 0:
                a_week_passes(bench)
            bench.scan()
            points += [row["cost"] for row in bench.answered()]
        grown = facts_written(bench.home) - rows
        each = (bytes_used(database) - size) / nights
        change(bench, f"UPDATE run SET started_at = '2024-01-01T00:00:00Z' WHERE id <= {nights - 30}")
        command = [options.program, "prune", "--keep", "90d", "--config", bench.home / "fleetdrift.toml"]
        seconds, _, _ = timed(command)
    heading(f"{nights} nights of {count:,} packages, unchanged")
    line("bytes a run adds to the database", f"{each:,.0f}", "<= 1,000", each <= 1000)
    line(f"fact rows that they add to {rows:,}", str(grown), "0", grown == 0)
    weeks = nights // WEEK
    line("GraphQL points of a week", f"{sum(points) / weeks:g}", f"<= {count // 25}", sum(points) <= weeks * count / 25)
    line("prune --keep 90d", f"{seconds:.2f} s", "", True)


def nights(options):
    unchanged(options, 200, 60)


def year(options):
    """Takes ten minutes."""
    unchanged(options, 1000, 365)
