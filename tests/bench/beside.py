"""Comparing real releases beside diffoscope, which has to be installed; opt-in, from tests/:

    python3 -m bench.beside PROGRAM --git PATTERN --index DIR --work DIR OWNER/NAME=PACKAGE…

PATTERN with {owner} and {name} is where bare repositories are, DIR/PACKAGE.json the index's
documents. Files of at most 5 MB are fetched once into the work directory and served on loopback;
the repositories are mirrored before anything is measured. diffoscope gets each file that was
compared and a tar of the commit that it was compared with.
"""

import argparse
import hashlib
import json
import shutil
import sqlite3
import subprocess
import urllib.request
from base64 import b64encode
from pathlib import Path
from urllib.parse import urljoin

from forge import Forge, World

from .process import run

LARGEST = 5_000_000
PAIRS = """
    SELECT i.owner || '/' || i.name, s.filename, s.commit_oid
    FROM stored_contents AS s
    JOIN stored_repository AS i ON i.repository_id = s.repository_id
    WHERE s.state = 'known' AND s.commit_oid IS NOT NULL AND s.until IS NULL AND i.until IS NULL
    ORDER BY 1, 2"""


def fetched(files, row):
    path = files / row["filename"]
    if not path.exists():
        address = urljoin("https://files.pythonhosted.org", row["url"])
        with urllib.request.urlopen(address, timeout=60) as answer:
            data = answer.read()
        if hashlib.sha256(data).hexdigest() != row["digests"]["sha256"]:
            raise SystemExit(f"{row['url']}: another digest")
        path.write_bytes(data)
    return path.read_bytes()


def serve(options):
    """The world of these packages; where each repository is."""
    world, places = World(git_root=str(options.work)), {}
    files = options.work / "files"
    files.mkdir(parents=True, exist_ok=True)
    for number, pair in enumerate(options.packages):
        repository, package = pair.split("=")
        owner, name = repository.split("/")
        world.add_owner(owner, number + 1)
        world.add_repository(repository, number + 1)
        places[repository] = options.git.format(owner=owner, name=name)
        world.directories[repository] = places[repository]
        document = json.loads((options.index / f"{package}.json").read_text())
        for rows in document["releases"].values():
            for row in rows:
                content = fetched(files, row) if row["size"] <= LARGEST else None
                row["url"] = "/packages/" + row["filename"]
                if content is not None:
                    world.files[row["url"]] = b64encode(content).decode()
        world.documents[package] = document
    return world, places


def scan(options, forge, verify):
    command = [options.program, "scan", "--github-api", forge.url + "/api/v3", "--github-git",
               forge.url, "--index", forge.url, "--db", options.work / "db", "--cache",
               options.work / "cache", "--progress", "none", "--fail-on", "none",
               "--verify", verify]
    for pair in options.packages:
        repository, package = pair.split("=")
        command += ["--package", f"{package}={repository}"]
    return run(command, expected=(0, 3))


def beside(options, places):
    with sqlite3.connect(options.work / "db") as database:
        pairs = database.execute(PAIRS).fetchall()
    seconds, other = 0.0, options.work / "commit.tar"
    for repository, filename, commit in pairs:
        with other.open("wb") as out:
            command = ["git", "-C", places[repository], "archive", "--format=tar", commit]
            subprocess.run(command, stdout=out, check=True)
        command = ["diffoscope", "--no-progress", "--text", "/dev/null",
                   options.work / "files" / filename, other]
        seconds += run(command, expected=(0, 1)).seconds
    return len(pairs), seconds


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("program", type=Path)
    for name in ("--index", "--work"):
        parser.add_argument(name, type=Path, required=True)
    parser.add_argument("--git", required=True)
    parser.add_argument("packages", nargs="+", metavar="OWNER/NAME=PACKAGE")
    options = parser.parse_args()
    for name in ("db", "db-wal", "db-shm"):
        (options.work / name).unlink(missing_ok=True)
    shutil.rmtree(options.work / "cache", ignore_errors=True)
    world, places = serve(options)
    with Forge(world) as forge:
        scan(options, forge, "none")
        done = scan(options, forge, "all")
    pairs, seconds = beside(options, places)
    print(f"{pairs} files: --verify all {done.seconds:.2f} s, {done.memory:.0f} MB;"
          f" diffoscope {seconds:.1f} s = {seconds / done.seconds:.0f} times")


if __name__ == "__main__":
    main()
