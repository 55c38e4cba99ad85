"""A clock that is a day off, ours or theirs: limits are waited for as long as they last, no longer."""

import time

import pytest
from conftest import OWNER
from forge.answer import json_answer

DAY = 24 * 60 * 60
SECONDS = 2


class Limit:
    """Refuses everything until it has passed, and says when that will be by its own clock."""

    def __init__(self, ahead, code):
        self.ahead, self.code, self.refused, self.end = ahead, code, 0, None

    def __call__(self, request, answer):
        self.end = self.end or time.time() + SECONDS
        if time.time() > self.end:
            return answer
        self.refused += 1
        body = {"message": "API rate limit exceeded",
                "errors": [{"type": "RATE_LIMITED", "message": "API rate limit exceeded"}]}
        return json_answer(body, self.code, x_ratelimit_remaining="0",
                           x_ratelimit_reset=str(int(self.end) + self.ahead))


@pytest.mark.parametrize("ahead", [DAY, -DAY], ids=["ahead", "behind"])
@pytest.mark.parametrize("place, code", [("/orgs/", 403), ("POST /api/graphql", 200)],
                         ids=["REST", "GraphQL"])
def test_a_limit_ends_by_the_clock_of_who_set_it(small_drift, small_forge, ahead, place, code):
    small_forge.ahead, limit = ahead, Limit(ahead, code)
    small_forge.fault(place, limit)
    done = small_drift.scan(OWNER)
    assert done.returncode == 0, done.stderr
    assert limit.refused == 1


@pytest.mark.parametrize("ahead, said", [(DAY, "behind"), (-DAY, "ahead of")])
def test_doctor_says_it(small_drift, small_forge, ahead, said):
    small_forge.ahead = ahead
    done = small_drift.run("doctor")
    assert done.returncode == 4
    line = next(line for line in done.stdout.splitlines() if " clock " in line)
    seconds = int(line.split("clock", 1)[1].split()[0])
    assert abs(seconds - DAY) < 10 and said in line, line
