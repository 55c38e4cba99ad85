"""Compares real releases with their tags, and prints what is not clean.

    contents_check.py PROGRAM MIRRORS FLEET TAGS WORK [PACKAGE…] [--files N] [--wheels] [--index URL]

PROGRAM is tests/corpus/contents_try; MIRRORS holds OWNER+NAME/repo, bare git directories; FLEET has
fleet.json and index/NAME.json; TAGS maps repository → package → version → tag. Files are fetched
once into WORK. Up to N releases of each package, spread over its life.
"""
import argparse
import collections
import datetime
import hashlib
import json
import os
import re
import subprocess
import urllib.parse
import urllib.request

LARGEST = 5_000_000


def normal(name):
    return re.sub(r"[-_.]+", "-", name).lower()


def git(repository, *words):
    return subprocess.run(["git", "-C", repository, *words], capture_output=True, text=True,
                          errors="surrogateescape", check=True).stdout


def history(repository, path):
    """The first commit of every blob, by commit date."""
    if os.path.exists(path):
        return
    first, commit, time = {}, "", 0
    log = subprocess.Popen(["git", "-C", repository, "log", "--all", "-m", "--root", "--raw",
                            "--no-abbrev", "--no-renames", "--format=%x01%H %ct"],
                           stdout=subprocess.PIPE)
    for line in log.stdout:
        if line[:1] == b"\x01":
            commit, time = line[1:].decode().split()
            time = int(time)
        elif line[:1] == b":":
            blob = line.split()[3].decode()
            if blob not in first or time < first[blob][0]:
                first[blob] = (time, commit)
    if log.wait() != 0:
        raise SystemExit(f"{repository}: git log failed")
    with open(path, "w") as out:
        for blob in sorted(first):
            out.write(f"{blob} {first[blob][0]} {first[blob][1]}\n")


def fetch(index, file, folder):
    path = os.path.join(folder, file["filename"])
    if not os.path.exists(path):
        address = urllib.parse.urljoin(index + "/", file["url"])
        with urllib.request.urlopen(address, timeout=60) as answer:
            data = answer.read()
        if hashlib.sha256(data).hexdigest() != file["digests"]["sha256"]:
            raise SystemExit(f"{path}: another digest")
        with open(path, "wb") as out:
            out.write(data)
    return path


def spread(items, count):
    if len(items) <= count:
        return items
    return [items[round(i * (len(items) - 1) / (count - 1))] for i in range(count)]


class Plain(dict):
    """Tags of a repository that the map does not have: "v" and the version."""

    def __contains__(self, version):
        return True

    def __missing__(self, version):
        return "v" + version


def lines_of(package, tags, args, repository, folder):
    with open(os.path.join(args.fleet, "index", package + ".json")) as file:
        releases = json.load(file)["releases"]
    tagged = [version for version in releases if version in tags and any(
        f["packagetype"] == "sdist" and f["size"] <= LARGEST for f in releases[version])]
    tagged.sort(key=lambda version: releases[version][0]["upload_time_iso_8601"])
    for version in spread(tagged, args.files):
        try:
            commit = git(repository, "rev-parse", f"refs/tags/{tags[version]}^{{commit}}").strip()
        except subprocess.CalledProcessError:
            print(f"?\t{package} {version}: no tag {tags[version]}")
            continue
        sdists = [f for f in releases[version] if f["packagetype"] == "sdist"]
        wheels = [f for f in releases[version] if f["packagetype"] == "bdist_wheel"
                  and f["size"] <= LARGEST] if args.wheels else []
        for file in sdists + wheels[:2]:
            when = datetime.datetime.fromisoformat(
                file["upload_time_iso_8601"].replace("Z", "+00:00"))
            sdist = fetch(args.index, sdists[0], folder) if file not in sdists else "-"
            yield "\t".join([fetch(args.index, file, folder), file["filename"], package, version,
                             str(int(when.timestamp())), commit, commit, sdist])


def main():
    parser = argparse.ArgumentParser()
    for name in ("program", "mirrors", "fleet", "tags", "work"):
        parser.add_argument(name)
    parser.add_argument("packages", nargs="*")
    parser.add_argument("--files", type=int, default=6)
    parser.add_argument("--wheels", action="store_true")
    parser.add_argument("--index", default="https://files.pythonhosted.org")
    args = parser.parse_args()
    with open(args.tags) as file:
        tags = json.load(file)
    with open(os.path.join(args.fleet, "fleet.json")) as file:
        fleet = json.load(file)
    verdicts = collections.Counter()
    for entry in fleet:
        repository = os.path.join(args.mirrors, entry["repo"].replace("/", "+"), "repo")
        known = {normal(name): versions for name, versions in tags.get(entry["repo"], {}).items()}
        for package in entry["packages"]:
            if args.packages and package not in args.packages:
                continue
            table = os.path.join(args.work, entry["repo"].replace("/", "+") + ".history")
            folder = os.path.join(args.work, package)
            os.makedirs(folder, exist_ok=True)
            history(repository, table)
            text = "".join(line + "\n" for line in
                           lines_of(package, known.get(package, {}) if known else Plain(), args, repository, folder))
            run = subprocess.run([args.program, repository, table], input=text, check=True,
                                 capture_output=True, text=True, errors="surrogateescape")
            for line in run.stdout.splitlines():
                if line.startswith("V\t"):
                    verdicts[line.split("\t")[2]] += 1
                print(line)
    print("=", dict(verdicts))


if __name__ == "__main__":
    main()
