#!/usr/bin/env python3
"""How much each rule says on a real fleet, and what: for reading its findings one by one.

    tests/corpus/noise.py [--examples N] FLEETDRIFT.DB…

Prints for each rule its findings by severity, how many are historic or waived, how many packages it
speaks of, and its rate per hundred releases that have files and a linked repository. Then N examples
of each, no two of one package while there is another.
"""
import argparse
import collections
import sqlite3

LINKED = "('configured', 'mutual', 'corroborated')"
RELEASES = f"SELECT count(*) FROM release WHERE files > 0 AND link IN {LINKED}"
FINDINGS = """SELECT rule, severity, state, coalesce(package, repository), version, message
              FROM finding WHERE state <> 'resolved' ORDER BY rule, package, version"""


def spread(findings, count):
    """The first finding of each package, then the second of each …"""
    by_package = collections.defaultdict(list)
    for finding in findings:
        by_package[finding[3]].append(finding)
    rounds = max(map(len, by_package.values()))
    taken = (found[i] for i in range(rounds) for found in by_package.values() if i < len(found))
    return [finding for finding, _ in zip(taken, range(count))]


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--examples", type=int, default=0, metavar="N")
    parser.add_argument("databases", nargs="+", metavar="FLEETDRIFT.DB")
    options = parser.parse_args()
    releases, rules = 0, collections.defaultdict(list)
    for path in options.databases:
        with sqlite3.connect(f"file:{path}?mode=ro", uri=True) as db:
            releases += db.execute(RELEASES).fetchone()[0]
            for finding in db.execute(FINDINGS):
                rules[finding[0]].append(finding)
    print(f"{releases} releases")
    print(f"{'rule':32} {'found':>6} {'counted':>8} {'packages':>9} {'per 100':>8}  severities")
    for rule, found in sorted(rules.items(), key=lambda item: -len(item[1])):
        counted = [f for f in found if f[2] in ("new", "open")]
        severities = collections.Counter(f[1] for f in counted)
        print(f"{rule:32} {len(found):6} {len(counted):8} {len({f[3] for f in found}):9} "
              f"{100 * len(counted) / max(releases, 1):8.1f}  "
              + ", ".join(f"{n} {s}" for s, n in severities.most_common()))
    for rule, found in sorted(rules.items()):
        if options.examples > 0:
            print(f"\n{rule}")
        for _, severity, state, _, _, message in spread(found, options.examples):
            print(f"  {severity:8} {state:8} {message}")


if __name__ == "__main__":
    main()
