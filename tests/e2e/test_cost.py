"""What a fleet costs the quotas of its forge: a fifth of 1,000 repositories that hold a package each."""

import collections
import sqlite3

import alike
import pytest
from conftest import OWNER, unknowns
from forge import Forge

COUNT = 200
FOR_A_THOUSAND = {"rest": 12, "graphql": 60, "points": 3}
SHARE = 1000 // COUNT
MANY = COUNT // 5  # of them have more releases on the forge than a page tells


class Night:
    """One scan, and all that it asked for."""

    def __init__(self, drift, forge):
        answered = forge.services["graphql"].answered
        forge.forget()
        answered.clear()
        self.done = drift.scan(OWNER)
        self.rest = [row["status"] for row in forge.requests() if row["path"].startswith("/api/v3/")]
        self.asked = list(answered)
        self.sent = len(forge.requests("graphql"))
        self.others = collections.Counter((row["what"], row["status"]) for row in forge.requests()
                                          if not row["path"].startswith("/api/"))

    @property
    def points(self):
        return sum(row["cost"] for row in self.asked)

    @property
    def commits(self):
        return sum(row["commits"] for row in self.asked)


@pytest.fixture
def start(make_drift, tmp_path):
    """A fleet that is scanned for the first time, its forge, and what that cost."""
    running = []

    def run(count, those, said):
        """The last `those` repositories have this said of them."""
        world = alike.build(tmp_path, count)
        world.forge |= {row["full_name"]: said for row in world.repositories[count - those:]}
        forge = Forge(world)
        running.append(forge)
        forge.__enter__()
        drift = make_drift(forge.url)
        night = Night(drift, forge)
        assert unknowns(drift.report()) == {}
        return drift, forge, night

    yield run
    for forge in running:
        forge.__exit__()


NIGHTLY = {"releases": [{"tagName": f"v1.{n}"} for n in range(6)]
           + [{"tagName": f"nightly-{n}"} for n in range(100)]}


def points_of(row):
    """By GitHub's own rule: the connections that are opened, divided by 100 and rounded. A repository
    opens that of its releases; a commit that of its pull requests, and of three of them the reviews."""
    return max(1, round((len(row["repositories"]) + row["commits"] * (1 + 3)) / 100))


def test_a_fleet_and_its_nights(start):
    drift, forge, cold = start(COUNT, MANY, NIGHTLY)
    assert len(cold.rest) <= FOR_A_THOUSAND["rest"] // SHARE and set(cold.rest) == {200}
    assert cold.sent == len(cold.asked) <= FOR_A_THOUSAND["graphql"] // SHARE
    assert max(row["cost"] for row in cold.asked) <= FOR_A_THOUSAND["points"]
    assert [row["cost"] for row in cold.asked] == [points_of(row) for row in cold.asked]
    assert cold.commits == 4 * COUNT, "of each package its four newest tagged releases"

    unchanged = Night(drift, forge)
    # A last page that is full tells by itself alone whether another follows now.
    assert unchanged.rest == [304, 200] and unchanged.sent == 0
    assert unchanged.others == {("refs", 200): COUNT, ("document", 304): COUNT}

    # Work goes on in five repositories, three make a release, and somebody stars two.
    moved, released, listed = range(10, 15), range(30, 33), range(50, 52)
    for number in moved:
        alike.put(forge.world, number, (True,) * 6, more=True)
    for number in released:
        alike.put(forge.world, number, (True,) * 7)
    touched = [*moved, *released, *listed]
    for number in touched:
        forge.world.repositories[number - 1]["updated_at"] = "2025-11-11T11:11:11Z"
    working = Night(drift, forge)
    assert len(working.rest) == 2 and working.sent == len(working.asked) == working.points == 1
    assert sorted(working.asked[0]["repositories"]) == [alike.name_of(number) for number in touched]
    assert working.commits == len(released), "what is known for good is not asked again"
    assert working.others["document", 200] == len(released)
    assert working.others["fetch", 200] <= 2 * len([*moved, *released])

    assert Night(drift, forge).sent == 0
    a_week_passes(drift)
    later = Night(drift, forge)
    assert later.sent == later.points <= (COUNT + MANY) // 25 + 1 and later.commits == 0
    assert Night(drift, forge).sent == 0


def a_week_passes(drift):
    with sqlite3.connect(drift.home / "fleet.db") as database:
        database.execute("UPDATE forge_asked SET asked_at = strftime('%Y-%m-%dT%H:%M:%SZ', asked_at, '-8 days')")


def test_what_is_not_for_good_is_asked_again_after_a_week(start):
    """Somebody may still say by which pull request a commit came in."""
    drift, forge, cold = start(20, 20, {"commits": {"*": {"pulls": []}}})
    assert (cold.sent, cold.points, cold.commits) == (1, 3, 80)
    assert Night(drift, forge).sent == 0
    a_week_passes(drift)
    later = Night(drift, forge)
    assert (later.sent, later.points, later.commits) == (1, 3, 80)
    assert Night(drift, forge).sent == 0
