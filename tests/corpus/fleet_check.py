#!/usr/bin/env python3
"""Holds the database of a scan against facts that were checked by hand.

    tests/corpus/fleet_check.py fleetdrift.db EXPECTED.json

EXPECTED.json says for each package which releases are tagged ({version: tag}), which are not, which
versions PEP 440 refuses, which lost their files, which tags have no release, and which releases were
uploaded more than two minutes before their tagged commit was made. Every difference is printed; the
exit status is 1 when there is one.
"""
import json
import sqlite3
import sys


def by_version(db, sql, package):
    return dict(db.execute(sql, (package,)).fetchall())


def observed(db, package):
    releases = db.execute(
        "SELECT version, tag, files, normal IS NULL OR hex(order_key) LIKE '00%' FROM release WHERE package = ?", (package,)
    ).fetchall()
    with_files = [r for r in releases if r[2]]
    return {
        "tagged": {v: tag for v, tag, _, legacy in with_files if tag and not legacy},
        "untagged": [v for v, tag, _, legacy in with_files if not tag and not legacy],
        "legacy_versions": [v for v, _, _, legacy in with_files if legacy],
        "releases_without_files": [v for v, _, files, _ in releases if not files],
        "tags_without_release": by_version(
            db,
            """SELECT d.version, d.tag FROM denotes d JOIN package p ON p.id = d.package_id
                WHERE p.name = ? AND d.preferred
                  AND NOT EXISTS (SELECT 1 FROM release r WHERE r.package_id = d.package_id
                                     AND r.order_key = d.order_key AND r.files > 0)""",
            package,
        ),
        "released_before_commit_2min": [
            v for (v,) in db.execute(
                """SELECT f.version FROM finding f JOIN package p ON p.id = f.package_id
                    WHERE p.name = ? AND f.rule = 'released-before-commit'
                      AND f.state <> 'resolved'""", (package,))
        ],
    }


def differences(key, want, have):
    if isinstance(want, dict):
        for version in sorted(want.keys() - have.keys()):
            yield f"{key}: {version}: missed {want[version]}"
        for version in sorted(have.keys() - want.keys()):
            yield f"{key}: {version}: wrong {have[version]}"
        for version in sorted(want.keys() & have.keys()):
            if want[version] != have[version]:
                yield f"{key}: {version}: {have[version]} instead of {want[version]}"
        return
    for version in sorted(set(want) - set(have)):
        yield f"{key}: missed {version}"
    for version in sorted(set(have) - set(want)):
        yield f"{key}: wrong {version}"


def main():
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    db = sqlite3.connect(f"file:{sys.argv[1]}?mode=ro", uri=True)
    with open(sys.argv[2], encoding="utf-8") as file:
        expected = json.load(file)
    failed = 0
    for package, facts in expected.items():
        have = observed(db, package)
        lines = [line for key in have for line in differences(key, facts[key], have[key])]
        failed += bool(lines)
        print(f"{package}: {'as expected' if not lines else f'{len(lines)} differences'}")
        for line in lines:
            print(f"  {line}")
    print(f"{len(expected) - failed} of {len(expected)} packages as expected")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
