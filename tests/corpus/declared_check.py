#!/usr/bin/env python3
"""Compare what `declared` prints of a repository with what its tags say.

    declared GIT-DIRECTORY > OUT.tsv
    declared_check.py TAG-MAP.json OWNER/NAME=OUT.tsv …

The map is repository -> distribution -> {version: tag}, with `declared_differs` for the tags whose
tree declares another version than the tag says, and `placeholder_version` for those where it
declares none. Every disagreement is printed; the exit status is 1 when there is one.
"""
import json
import re
import sys

from packaging.version import InvalidVersion, Version


def normal(name):
    return re.sub(r"[-_.]+", "-", name).lower()


def same(a, b):
    try:
        return Version(a) == Version(b)
    except InvalidVersion:
        return a == b


def read(path):
    """{(tag, distribution): row}"""
    rows = {}
    with open(path, encoding="utf-8", errors="replace") as lines:
        for line in lines:
            row = line.rstrip("\n").split("\t")
            rows[(row[0].removeprefix("refs/tags/"), normal(row[2]))] = row
    return rows


def check(repository, facts, rows, counts):
    differs = facts.get("declared_differs", {})
    placeholders = facts.get("placeholder_version", [])
    reserved = {"not_releases", "undecided", "aliases", "declared_differs", "equal_versions",
                "placeholder_version", "notes"}
    for package, tags in facts.items():
        if package in reserved:
            continue
        for version, tag in tags.items():
            row = rows.get((tag, normal(package)))
            kind, got, origin = row[3:6] if row else ("missing", "-", "-")
            want = differs.get(tag, version)
            known = kind in ("static", "dynamic")
            expected_placeholder = version in placeholders
            right = known and not expected_placeholder and same(got, want)
            right |= expected_placeholder and kind in ("placeholder", "vcs")
            outcome = "right" if right else "wrong" if known else kind
            counts[outcome] = counts.get(outcome, 0) + 1
            if not right:
                print(f"{outcome}\t{repository}\t{package}\t{tag}\twant {want}\tgot {got}\t{origin}")


def main():
    with open(sys.argv[1], encoding="utf-8") as f:
        corpus = json.load(f)
    counts = {}
    for argument in sys.argv[2:]:
        repository, path = argument.split("=", 1)
        if repository in corpus:
            check(repository, corpus[repository], read(path), counts)
    print(" ".join(f"{word} {count}" for word, count in sorted(counts.items())))
    return 1 if counts.get("wrong") else 0


if __name__ == "__main__":
    sys.exit(main())
