"""Twenty-one nights of a fleet to which things happen: every run says exactly what happened, any two can be
compared, and what was reported once is reported so for ever."""

import itertools
import json
import random
import time

import pytest
from conftest import OWNER, TOKEN
from past import OVER_TIME
from forge import Repository, document

OTHER, OTHER_FULL = "cleat", f"{OWNER}/cleat"
NEW_OWNER = "chandlers"


@pytest.fixture
def fleet(past):
    """Beside the package with a past one to which nothing happens but names and rights."""
    repository = Repository()
    stated = f"[project]\nname = '{OTHER}'\nversion = '1.0'\n"
    repository.commit("2025-02-01T09:00:00Z", "1.0", {"pyproject.toml": stated})
    repository.tag("v1.0", "2025-02-01T09:30:00Z")
    past.world.add_owner(NEW_OWNER, 815)
    past.world.add_repository(OTHER_FULL, 2)
    repository.write(past.world.git_directory(past.world.repository(OTHER_FULL)))
    past.world.documents[OTHER] = document(OTHER, {"1.0": ("2025-02-01T10:00:00Z", None)},
                                           repository=OTHER_FULL)
    return past


def published(fleet, change):
    return lambda: fleet.publish(change)


def replaced(document):
    row = document["releases"]["1.2"][0]
    row["digests"]["sha256"] = row["digests"]["sha256"][::-1]


def yanked(document):
    for row in document["releases"]["1.0"]:
        row |= {"yanked": True, "yanked_reason": "broken"}


def gone(document):
    yanked(document)
    document["releases"].pop("1.1")


def nights(fleet):
    """(what happens before the run, findings over time that count afterwards)"""
    world, tags = fleet.world, {name: fleet.git("rev-parse", name) for name in ("v1.0", "v1.1", "v1.2")}
    tip, base, tree = (fleet.git("rev-parse", name) for name in ("main", "main~1", "main^{tree}"))

    def put(name, oid):
        return lambda: fleet.git("update-ref", f"refs/tags/{name}", oid)

    def commit(*parents):
        words = itertools.chain.from_iterable(("-p", parent) for parent in parents)
        return fleet.git("-c", "user.name=N", "-c", "user.email=n@example.org", "commit-tree", tree, *words,
                         "-m", "made")

    def rename(old, new):
        def act():
            repository = world.repository(old)
            world.directories[new] = world.git_directory(repository)
            repository.update(full_name=new, name=new.split("/")[1])
            world.moved[old] = new
        return act

    def change(**fields):
        return lambda: world.repositories[1].update(fields)

    moved, lost = ("tag-moved", "1.0"), ("tag-deleted", "1.1")
    file, yank, away = ("file-replaced", "1.2"), ("yanked-since", "1.0"), ("release-vanished", "1.1")
    rewritten = ("default-branch-rewritten", None)
    renamed = f"{OWNER}/bollard"
    return [
        (None, set()),
        (put("v1.0", tags["v1.1"]), {moved}),
        (None, {moved}),
        (lambda: fleet.git("update-ref", "-d", "refs/tags/v1.1"), {moved, lost}),
        (put("v1.0", tags["v1.0"]), {lost}),
        (put("v1.1", tags["v1.2"]), {("tag-moved", "1.1")}),
        (put("v1.1", tags["v1.1"]), set()),
        (published(fleet, replaced), {file}),
        (published(fleet, yanked), {yank}),
        (published(fleet, gone), {yank, away}),
        (rename(OTHER_FULL, renamed), {yank, away}),
        (published(fleet, lambda document: None), set()),
        (change(private=True, visibility="private"), set()),
        (change(archived=True), set()),
        (change(archived=False, private=False, visibility="public"), set()),
        (rename(renamed, f"{NEW_OWNER}/bollard"), set()),
        (lambda: fleet.git("update-ref", "refs/heads/main", commit(base)), {rewritten}),
        (lambda: fleet.git("update-ref", "refs/heads/main", commit("main")), {rewritten}),
        (lambda: fleet.git("update-ref", "refs/heads/main", commit("main", tip)), set()),
        (published(fleet, replaced), {file}),
        (None, {file}),
    ]


def disturb(fleet, dice):
    """A scan whose token is refused halfway, or one that is killed; neither is to be believed."""
    if dice.random() < 0.5:
        fleet.world.tokens[:] = ["another"]
        fleet.drift.scan(OWNER)
        fleet.world.tokens[:] = [TOKEN]
        return
    running = fleet.drift.start("scan", OWNER)
    time.sleep(dice.random() * 0.2)
    running.kill()
    running.communicate()


def open_findings(report):
    return {(f["rule"], f["package"], f["version"], f["tag"]): f["severity"]
            for f in report["findings"] if f["state"] in ("new", "open")}


def test_twenty_one_nights(fleet):
    dice, reports, before = random.Random(1), {}, None
    fleet.drift.scan(OWNER)  # the other package is new
    for night, (happens, expected) in enumerate(nights(fleet)):
        if happens is not None:
            happens()
        if night % 4 == 3:
            disturb(fleet, dice)
        fleet.drift.scan(OWNER)
        report = fleet.drift.report()
        counted = {(f["rule"], f["version"]) for f in report["findings"]
                   if f["rule"] in OVER_TIME and f["state"] in ("new", "open")}
        assert counted == expected, night
        archived = fleet.world.repositories[1]["archived"]  # and so nobody looks, and nothing ends
        others = {(f["rule"], f["state"]) for f in report["findings"] if f["package"] == OTHER}
        assert others == (set() if archived else {("release-without-changelog", "open")}), night
        if before is not None:
            ended = {(f["rule"], f["version"]) for f in report["findings"]
                     if f["rule"] in OVER_TIME and f["state"] == "resolved"}
            assert ended == before - expected or night % 4 == 3, night
        before = expected
        reports[report["run"]["id"]] = fleet.drift.run("report", "--format", "json", "--what", "all").stdout
    for run, text in reports.items():
        assert fleet.drift.run("report", "--format", "json", "--what", "all", "--run", run).stdout == text
    pairs = dice.sample(list(itertools.combinations(reports, 2)), 30)
    for old, new in pairs:
        was, now = (open_findings(json.loads(reports[run])) for run in (old, new))
        found = json.loads(fleet.drift.run("diff", str(old), str(new), "--format", "json").stdout)
        told = {(f["rule"], f["package"], f["version"], f["tag"]): f["state"] for f in found["findings"]}
        assert {key for key, state in told.items() if state == "new"} == now.keys() - was.keys()
        assert {key for key, state in told.items() if state not in ("new", "changed")} == was.keys() - now.keys()
