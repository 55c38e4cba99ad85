"""The forge of the tests executes any query of its API, whatever the program asks today."""

import json
from pathlib import Path

import pytest
from conftest import TESTS
from forge import demo
from forge.answer import Request

FOLDER = Path(TESTS) / "forge/queries"
ORDER = {"field": "NAME", "direction": "ASC"}


def ask(forge, name, operation, credentials="good", **variables):
    body = {"query": (FOLDER / name).read_text(), "operationName": operation, "variables": variables}
    if operation.startswith("Commits"):  # what another operation of the file uses is not used here
        both = body["query"].split("query ")
        body["query"] = "query " + next(part for part in both if part.startswith(operation + "("))
        if "fragment" not in body["query"]:
            body["query"] += both[-1][both[-1].index("fragment"):]
    request = Request("POST", "/api/graphql", {}, json.dumps(body).encode(), "", credentials)
    return json.loads(forge.services["graphql"].answer(request).body)


def fleet(forge, **variables):
    usual = {"owner": demo.OWNER, "n": 25, "after": None, "tags": 30, "releases": 30,
             "withText": False, "order": ORDER}
    return ask(forge, "fleet.graphql", "Fleet", **(usual | variables))


def test_one_page_and_the_next(forge):
    whole = fleet(forge, n=100)["data"]["repositoryOwner"]["repositories"]
    names, after = [], None
    while len(names) < whole["totalCount"]:
        page = fleet(forge, n=4, after=after)["data"]["repositoryOwner"]["repositories"]
        names += [node["name"] for node in page["nodes"]]
        after = page["pageInfo"]["endCursor"]
    assert names == [node["name"] for node in whole["nodes"]] == sorted(names)
    assert page["pageInfo"]["hasNextPage"] is False
    assert whole["totalCount"] == len(forge.world.repositories)


@pytest.mark.parametrize("n, tags, releases, points", [(25, 30, 30, 1), (75, 30, 30, 2), (100, 100, 100, 2)])
def test_what_it_costs(forge, n, tags, releases, points):
    budget = fleet(forge, n=n, tags=tags, releases=releases)["data"]["rateLimit"]
    assert budget["cost"] == points
    assert budget["nodeCount"] == n * (1 + tags + releases)


@pytest.mark.parametrize("count, points, nodes", [(50, 2, 3200), (100, 4, 6400)])
def test_what_commits_cost(forge, count, points, nodes):
    """Known or not: what is asked for is paid."""
    budget = ask(forge, "commits.graphql", "CommitsById", ids=["C_gone"] * count, prs=3, reviews=20)
    budget = budget["data"]["rateLimit"]
    assert (budget["cost"], budget["nodeCount"]) == (points, nodes)


def test_too_many_nodes_are_refused(forge):
    answer = ask(forge, "commits.graphql", "CommitsById", ids=["C_gone"] * 100, prs=100, reviews=100)
    assert answer["errors"][0]["type"] == "MAX_NODE_LIMIT_EXCEEDED" and "data" not in answer


def test_texts_are_told_to_who_asks(forge):
    def first(**variables):
        nodes = fleet(forge, **variables)["data"]["repositoryOwner"]["repositories"]["nodes"]
        return next(node for node in nodes if node["name"] == "tidewatch")

    assert "changelogMd" not in first()
    assert first(withText=True)["changelogMd"]["text"].startswith("# Changelog")
    assert first()["tags"]["nodes"][0]["target"]["target"]["__typename"] == "Commit"
    assert {"pyproject.toml", "LICENSE"} <= {entry["name"] for entry in first()["root"]["entries"]}


def test_commits_by_id(forge):
    nodes = fleet(forge)["data"]["repositoryOwner"]["repositories"]["nodes"]
    tag = next(node for node in nodes if node["name"] == "tidewatch")["tags"]["nodes"][0]
    known = tag["target"]["target"]["id"]
    answer = ask(forge, "commits.graphql", "CommitsById", ids=[known, "C_gone"], prs=3, reviews=20)
    assert answer["data"]["nodes"][0]["associatedPullRequests"]["nodes"][0]["merged"] is True
    assert answer["data"]["nodes"][1] is None
    many = ask(forge, "commits.graphql", "CommitsById", ids=[known] * 101, prs=3, reviews=20)
    assert many["errors"][0]["type"] == "ARGUMENT_LIMIT"


def test_who_has_no_credential_is_told_nothing(forge):
    assert fleet(forge)["data"] and "data" not in ask(
        forge, "fleet.graphql", "Fleet", credentials="none", owner=demo.OWNER)
