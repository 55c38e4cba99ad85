"""What an attacker or an accident would make of real builds: all of it must be found.

    mutations.py PROGRAM [--work DIR] [--only NAME]… [-v]

PROGRAM is tests/corpus/contents_try. Not part of tests/run.sh: builds.py installs every backend from
the package index below a temporary directory (or DIR, kept for the next time) and builds small
projects of every layout with it. As they are, sdist and wheel must come out clean; then each
mutation of artifact.py is done to each, RECORD and SOURCES.txt made to fit as an attacker would, and
the program has to name the member that was changed. Prints a line a miss and a line a false alarm;
the last line is "N builds clean, M mutations found, K missed, J false alarms", and the status is 1
when something was missed, alarmed falsely or could not be built.
"""

import argparse
import collections
import fnmatch
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

import builds
from artifact import MUTATIONS, Artifact
from contents_check import history

UPLOADED = 1738580000  # two hours after the tagged commit
CLEAN = ("at-tag", "at-tag-modulo-expected", "review")
BAD = ("nowhere", "altered", "ignored", "other-commit", "unknown")
DOUBTED = (*BAD, "review", "unverifiable", "submodule")


@dataclass
class Case:
    """One published file, and what was done to it; `sdist` is what a wheel is held against."""

    build: builds.Build
    path: Path
    sdist: Path
    mutation: object = None
    members: tuple = ()

    @property
    def name(self):
        against = "" if self.path.suffix != ".whl" else " with sdist" if self.sdist else " alone"
        return f"{self.build.name}, {self.path.suffix[1:]}{against}"


@dataclass
class Outcome:
    verdict: str
    lines: list

    def named(self, words):
        """(class or alarm, path) of each line about a member in one of these classes, or an alarm."""
        for line in self.lines:
            field = line.split("\t")
            if field[0] == "A":
                yield field[2], field[3], line
            elif field[2] in words:
                yield field[2], field[6], line


def compare(program, build, cases):
    """The outcome of each case, in order."""
    table = build.bare.parent / "history"
    history(build.bare, table)
    commit = build.commit
    text = "".join(
        "\t".join([str(case.path), case.path.name, builds.NAME, builds.VERSION, str(UPLOADED), commit, commit,
                   str(case.sdist or "-")]) + "\n" for case in cases
    )
    run = subprocess.run([program, build.bare, table], input=text, capture_output=True, text=True,
                         errors="surrogateescape", check=True)
    outcomes = []
    for line in run.stdout.splitlines():
        if line.startswith("V\t"):
            outcomes.append(Outcome(line.split("\t")[2], []))
        elif line[:2] in ("A\t", "M\t"):
            outcomes[-1].lines.append(line)
    if len(outcomes) != len(cases):
        raise SystemExit(f"{build.name}: {len(cases)} files, {len(outcomes)} verdicts")
    return outcomes


# --- what is expected -----------------------------------------------------------------------------


def may_be_reviewed(build, path):
    return any(fnmatch.fnmatch(path, glob) for glob in (*build.backend.review, "*/vendored/*"))


def false_alarms(case, outcome):
    """Why an artifact as it was built is not clean."""
    if outcome.verdict not in CLEAN:
        yield f"it is {outcome.verdict}"
    for word, path, line in outcome.named(DOUBTED):
        if not may_be_reviewed(case.build, path):
            yield line.replace("\t", " ")


def is_found(case, outcome, before):
    """Whether something that was not said of the artifact as it was names a changed member."""
    if outcome.verdict == "unreadable":
        return True
    pure = case.path.suffix != ".whl" or case.path.name.endswith("-none-any.whl")
    drift = case.mutation.need == "drift" or (case.mutation.need == "binary" and pure)
    if outcome.verdict in CLEAN[: 3 if drift else 2]:
        return False
    old = () if case.mutation.need == "said" else before.lines
    new = [(word, path) for word, path, line in outcome.named(BAD if drift else DOUBTED) if line not in old]
    return any(path in case.members or word == "oddity" for word, path in new)


# --- all of it ------------------------------------------------------------------------------------


def cases_of(build, folder):
    """The artifacts as they are, then those that were changed."""
    for path, sdist in ((build.sdist, None), (build.wheel, None), (build.wheel, build.sdist)):
        yield Case(build, path, sdist)
    for path, sdist in ((build.sdist, None), (build.wheel, None), (build.wheel, build.sdist)):
        for number, mutation in enumerate(MUTATIONS):
            artifact = Artifact.read(path)
            members = mutation.do(artifact)
            if not members:
                continue
            target = folder / f"{path.suffix[1:]}{number}" / path.name
            if not target.exists():
                target.parent.mkdir(parents=True)
                target.write_bytes(artifact.pack())
            yield Case(build, target, sdist, mutation, members)


@dataclass
class Score:
    clean: int = 0
    found: int = 0
    missed: int = 0
    alarms: int = 0

    def __str__(self):
        return (f"{self.clean} builds clean, {self.found} mutations found, {self.missed} missed, "
                f"{self.alarms} false alarms")


def judge(program, build, score, verbose):
    with tempfile.TemporaryDirectory() as folder:
        cases = list(cases_of(build, Path(folder)))
        outcomes = compare(program, build, cases)
    before = {}
    for case, outcome in zip(cases, outcomes):
        key = (case.path.suffix, case.sdist is None)
        if case.mutation is None:
            before[key] = outcome
            said = list(false_alarms(case, outcome))
            score.alarms += bool(said)
            score.clean += not said
            for what in said:
                print(f"FALSE ALARM {case.name}: {what}")
        elif case.mutation.need == "nothing":
            harmed = outcome.verdict not in CLEAN or (
                outcome.verdict == "review" and before[key].verdict != "review")
            score.alarms += harmed
            if harmed:
                print(f"FALSE ALARM {case.name}: {case.mutation.name}: {outcome.verdict}")
        elif is_found(case, outcome, before[key]):
            score.found += 1
        else:
            score.missed += 1
            print(f"MISSED {case.name}: {case.mutation.name}: {outcome.verdict}")
            if verbose:
                print("".join(f"    {line}\n" for line in outcome.lines
                              if line not in before[key].lines or line.split("\t")[6:7] == list(case.members[:1])), end="")


def every_build(root, only):
    """Each build that can be made; says why one cannot."""
    for backend in builds.BACKENDS:
        if only and backend.name not in only:
            continue
        if backend.needs and shutil.which(backend.needs) is None:
            print(f"SKIPPED {backend.name}: there is no {backend.needs}")
            continue
        for layout in backend.layouts.split():
            try:
                shutil.rmtree(root / f"{backend.name}-{layout}", ignore_errors=True)
                yield backend, builds.build(root, backend, layout)
            except builds.CannotBuild as why:
                print(f"NOT BUILT {backend.name} {layout}: {why}")
                yield backend, None


def main():
    parser = argparse.ArgumentParser(usage=__doc__)
    parser.add_argument("program", type=Path)
    parser.add_argument("--work", type=Path)
    parser.add_argument("--only", action="append")
    parser.add_argument("-v", dest="verbose", action="store_true")
    args = parser.parse_args()
    scores, broken = collections.defaultdict(Score), 0
    with tempfile.TemporaryDirectory() as scratch:
        root = (args.work or Path(scratch)).resolve()
        root.mkdir(exist_ok=True)
        for backend, build in every_build(root, args.only):
            broken += build is None
            if build is not None:
                judge(args.program.resolve(), build, scores[backend.name], args.verbose)
            sys.stdout.flush()
    for name, score in scores.items():
        print(f"{name}: {score}")
    total = Score(*(sum(getattr(score, part) for score in scores.values())
                    for part in ("clean", "found", "missed", "alarms")))
    print(total)
    return 1 if broken or total.missed or total.alarms else 0


if __name__ == "__main__":
    sys.exit(main())
