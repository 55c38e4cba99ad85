"""Which tags denote which versions: every case of tests/corpus/{tags,schemes}.cases."""
import os
import pathlib
import subprocess

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
BUILD = pathlib.Path(os.environ.get("FLEETDRIFT_BIN",
                                    ROOT / "build-test/gcc/scanner/fleetdrift")).parents[1]
DAY = 86400


def blocks():
    title, lines = None, []
    text = (ROOT / "tests/corpus/tags.cases").read_text(encoding="utf-8")
    for line in text.splitlines():
        if line.startswith("== "):
            if title is not None:
                yield pytest.param(lines, id=title)
            title, lines = line[3:], []
        elif line and not line.startswith("#"):
            lines.append(line)
    yield pytest.param(lines, id=title)


def short_blocks():
    """Those of schemes.cases, as blocks."""
    text = (ROOT / "tests/corpus/schemes.cases").read_text(encoding="utf-8")
    for line in text.splitlines():
        if not line or line.startswith("#"):
            continue
        title, releases, tags, want = (field.strip() for field in line.split("|"))
        block = ["package demo", f"release demo {releases}".strip()]
        for tag in tags.split():
            name, declares, version = tag.partition(":")
            block.append(f"tag {name} demo={version}" if declares else f"tag {name}")
        yield pytest.param([*block, f"want demo {want}".strip()], id=title)


def at_day(text):
    """VERSION@DAY"""
    name, sign, day = text.rpartition("@")
    return (name, str(int(float(day) * DAY))) if sign and day.isdigit() else (text, "-")


def parse(lines):
    """The repository as `denote` reads it, and what is wanted of it."""
    packages, tags, want = {}, [], {}
    for line in lines:
        kind, name, *rest = line.split(" ")
        if kind == "package":
            options = dict(word.split("=", 1) for word in rest)
            packages[name] = {"options": options, "declared": [], "releases": []}
        elif kind == "release":
            packages[name]["releases"] += [at_day(word) for word in rest]
        elif kind == "tag":
            name, _, commit = name.partition("^")
            for word in rest:
                package, _, version = word.partition("=")
                packages[package]["declared"].append((str(len(tags)), version))
            tags.append((at_day(name)[0], commit or f"commit-{len(tags)}", at_day(name)[1]))
        else:
            want[name] = set(rest)
    out = ["\t".join(("tag",) + tag) for tag in tags]
    for name, package in packages.items():
        options = package["options"]
        out.append("\t".join(["package", name] + [options.get(key, "-")
                                                  for key in ("dir", "prefix", "regex")]))
        out += ["\t".join(("declared",) + row) for row in package["declared"]]
        out += ["\t".join(("release",) + row) for row in package["releases"]]
    return "\n".join(out) + "\nend\n", want


@pytest.mark.parametrize("lines", [*blocks(), *short_blocks()])
def test_denotes(lines):
    text, want = parse(lines)
    out = subprocess.run([BUILD / "tests/corpus/denote"], input=text, capture_output=True,
                         text=True, check=True).stdout.splitlines()
    have = {name: set() for name in want}
    for line in out[:-1]:
        package, tag, version, _, preferred = line.split("\t")
        have.setdefault(package, set()).add(f"{tag}{'=' if preferred == '1' else '~'}{version}")
    # versions by what they are, as the index may spell them otherwise
    assert {n: sorted(map(spelt, s)) for n, s in have.items()} == {
        n: sorted(map(spelt, s)) for n, s in want.items()}


def spelt(match):
    """TAG=VERSION without the zeros at the version's end."""
    at = max(match.rfind("="), match.rfind("~"))
    version = match[at + 1:]
    while version.endswith(".0"):
        version = version[:-2]
    return match[:at + 1] + version
