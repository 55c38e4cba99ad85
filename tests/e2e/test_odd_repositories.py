"""Repositories as they may be: each says what is true of it, and costs the others nothing."""

import dataclasses
import json
import re
import shutil

import pytest
from conftest import unknowns
from forge import demo, document, faults
from forge.answer import Answer
from forge.gitrepo import Repository, git

BUOY = f"{demo.OWNER}/buoy"
GOOD = {"anchor": "in-sync", "cleat": "in-sync"}


@pytest.fixture
def buoy(small_forge, tmp_path):
    """The git directory of one of three, to be changed as one likes."""
    world = small_forge.world
    directory = tmp_path / "buoy.git"
    shutil.copytree(world.git_directory(world.repository(BUOY)), directory)
    world.directories[BUOY] = directory
    return directory


def statuses(drift):
    return {row["package"]: row["status"] for row in drift.report()["packages"]}


def rules(drift):
    return {finding["rule"] for finding in drift.report()["findings"]}


@pytest.mark.parametrize("what", ["main^{tree}", "main:LICENSE"])
def test_a_tag_of_no_commit(small_drift, small_forge, buoy, what):
    files = small_forge.world.documents["buoy"]["releases"]
    files["2.0.0"] = [dict(files["1.1.0"][0], filename="buoy-2.0.0.tar.gz")]
    git(buoy, "tag", "v2.0.0", what)
    person = ("-c", "user.name=A", "-c", "user.email=a@example.org")
    git(buoy, *person, "tag", "-a", "-m", "x", "v3.0.0", what)
    assert small_drift.scan(demo.OWNER).returncode == 1
    assert statuses(small_drift) == GOOD | {"buoy": "drift"}
    assert "release-without-tag" in rules(small_drift)


def test_a_tag_of_a_file_in_a_tagged_tree(small_drift, small_forge, buoy):
    """A server does not send it: it leaves out the tree's files before it comes to this tag."""
    git(buoy, "tag", "a-tree", "main^{tree}")
    git(buoy, "tag", "the-licence", "main:LICENSE")
    assert small_drift.scan(demo.OWNER).returncode == 0, unknowns(small_drift.report())
    assert statuses(small_drift) == GOOD | {"buoy": "in-sync"}
    small_forge.forget()
    assert small_drift.scan(demo.OWNER).returncode == 0
    assert small_forge.requests("fetch") == []


@pytest.mark.parametrize("fetch", [b"deepen 1", b"filter blob:none"], ids=["probe", "history"])
@pytest.mark.parametrize("lasting", [False, True])
def test_refs_that_move_before_the_fetch(small_drift, small_forge, fetch, lasting):
    """A tag or a commit is gone when it is asked for: the refs are asked for once more."""
    asked = []

    def moved(request, answer):
        asked.append(b"command=ls-refs" in request.body)
        if fetch not in request.body or b"blob:none" not in request.body:
            return answer
        if sum(asked) > 1 and not lasting or fetch != b"deepen 1" and b"deepen" in request.body:
            return answer
        gone = re.search(rb"want (\w+)", request.body)[1].decode()
        return dataclasses.replace(
            answer, body=faults.pkt(f"ERR upload-pack: not our ref {gone}")
        )

    small_forge.fault("POST /.*/buoy.git/", moved)
    assert small_drift.scan(demo.OWNER).returncode == (3 if lasting else 0)
    assert sum(asked) == 2
    expected = {("buoy", "objects"): "remote-error"} if lasting else {}
    got = unknowns(small_drift.report())
    assert {key: got.get(key) for key in expected} == expected and bool(got) == lasting


def test_a_list_of_refs_without_peeled_tags(small_drift, small_forge):
    """What a tag is, its object says."""
    small_drift.scan(demo.OWNER)
    before = small_drift.table("releases")

    def without(request, answer):
        if b"command=ls-refs" not in request.body[:64]:
            return answer
        lines, at = b"", 0
        while at < len(answer.body):
            size = int(answer.body[at : at + 4], 16)
            line = re.sub(rb" peeled:\w+", b"", answer.body[at + 4 : at + max(size, 4)])
            lines += b"%04x" % (len(line) + 4) + line if size > 3 else answer.body[at : at + 4]
            at += max(size, 4)
        return dataclasses.replace(answer, body=lines)

    small_forge.fault("git-upload-pack", without)
    (small_drift.home / "fleet.db").unlink()
    small_drift.scan(demo.OWNER)
    assert small_drift.table("releases") == before


@pytest.mark.parametrize("first", [True, False])
def test_all_is_gone(small_drift, buoy, first):
    """Published, and nothing in the repository: the incident in its purest form."""
    if not first:
        small_drift.scan(demo.OWNER)
    shutil.rmtree(buoy)
    Repository().write(buoy)
    for _ in range(2):
        assert small_drift.scan(demo.OWNER, "--package", f"buoy={BUOY}").returncode == 1
        assert statuses(small_drift) == GOOD | {"buoy": "drift"}
        assert "release-without-tag" in rules(small_drift)
    assert "the repository has no commit" in small_drift.run("report", "buoy").stdout


def test_its_project_is_gone(small_drift, buoy):
    """What an earlier run found there and the index says is there: published from nothing."""
    small_drift.scan(demo.OWNER)
    person = ("-c", "user.name=A", "-c", "user.email=a@example.org")
    tree = git(buoy, "mktree", input=b"").decode().strip()
    for tag in git(buoy, "tag").decode().split():
        git(buoy, "tag", "-d", tag)
    for message in ("Move it elsewhere", "Go on"):
        commit = git(buoy, *person, "commit-tree", "-p", "main", "-m", message, tree)
        git(buoy, "update-ref", "refs/heads/main", commit.decode().strip())
        for _ in range(2):
            assert small_drift.scan(demo.OWNER).returncode == 1
            assert statuses(small_drift) == GOOD | {"buoy": "drift"}
            assert "release-without-tag" in rules(small_drift)


def test_head_names_no_branch(small_drift, buoy):
    """The tags are looked at; what the default branch declares is not known."""
    git(buoy, "symbolic-ref", "HEAD", "refs/heads/gone")
    small_drift.scan(demo.OWNER)
    row = next(row for row in small_drift.table("packages") if row["package"] == "buoy")
    assert (row["status"], row["tag"], row["declared_version"]) == ("in-sync", "v1.1.0", "")


def test_a_disabled_repository(small_drift, small_forge):
    small_forge.world.repository(BUOY)["disabled"] = True
    small_forge.fault("/buoy.git", faults.status(403, "Access has been disabled"))
    assert small_drift.scan(demo.OWNER).returncode == 3
    assert unknowns(small_drift.report())["buoy", "refs"] == "disabled"
    assert statuses(small_drift) == GOOD


def test_a_row_of_the_listing_that_cannot_be_read(small_drift, small_forge):
    def worse(request, answer):
        rows = json.loads(answer.body)
        rows[1]["owner"] = None
        return Answer(200, {"Content-Type": "application/json"}, json.dumps(rows).encode())

    small_forge.fault("/repos", worse)
    assert small_drift.scan(demo.OWNER).returncode == 3
    assert statuses(small_drift) == GOOD
    assert unknowns(small_drift.report()) == {(demo.OWNER, "listing"): "bad-answer"}


def test_a_page_whose_next_is_elsewhere(small_drift, small_forge):
    """What came counts; what follows is unknown."""

    def elsewhere(request, answer):
        link = {"Link": '<https://evil.example/2>; rel="next"'}
        return dataclasses.replace(answer, headers=answer.headers | link)

    small_forge.fault("/orgs/", elsewhere)
    assert small_drift.scan(demo.OWNER).returncode == 3
    assert statuses(small_drift) == GOOD | {"buoy": "in-sync"}
    assert unknowns(small_drift.report()) == {(demo.OWNER, "listing"): "bad-answer"}


@pytest.fixture
def example_only(small_forge, buoy):
    """The only project lies in a directory for examples; 1.1.0 was never tagged."""
    shutil.rmtree(buoy)
    repository = Repository()
    project = demo.pyproject("buoy", "1.0.0", BUOY)
    repository.commit("2025-02-03T09:00:00Z", "Begin", {"examples/buoy/pyproject.toml": project})
    repository.tag("v1.0.0", "2025-02-03T09:01:00Z")
    repository.write(buoy)
    return small_forge.world.documents["buoy"]["info"]


def test_an_example_that_the_index_attributes_to_us(small_drift, example_only):
    assert small_drift.scan(demo.OWNER).returncode == 1
    assert statuses(small_drift) == GOOD | {"buoy": "drift"}
    assert "release-without-tag" in rules(small_drift)


def test_an_example_that_is_nobodys_package(small_drift, small_forge, example_only):
    """It costs its tip and the files that tell names, and nothing of it is kept."""
    example_only["project_urls"] = {"Source": "https://github.com/else/buoy"}
    for fetches in (2, 0):
        small_forge.forget()
        assert small_drift.scan(demo.OWNER).returncode == 0
        assert statuses(small_drift) == GOOD
        asked = [row for row in small_forge.requests("fetch") if "buoy" in row["path"]]
        assert len(asked) == fetches
        assert not list((small_drift.home / "cache").rglob("buoy.git"))


@pytest.mark.parametrize("where", ["", "libs/buoy/"], ids=["its own", "copied"])
def test_a_stranger_had_the_name_before(small_drift, small_forge, buoy, where):
    """What was on the index years before the first commit corroborates nothing."""
    shutil.rmtree(buoy)
    repository = Repository()
    files = {f"{where}pyproject.toml": '[project]\nname = "buoy"\nversion = "1.0.0"\n', "buoy.py": "x = 1\n"}
    repository.commit("2025-02-03T09:00:00Z", "Begin", files)
    repository.tag("v1.0.0", "2025-02-03T09:01:00Z")
    repository.write(buoy)
    releases = {"1.0.0": ("2017-07-01T10:00:00Z", None), "2.0": ("2018-11-01T10:00:00Z", None)}
    small_forge.world.documents["buoy"] = document("buoy", releases)
    small_drift.scan(demo.OWNER)
    [row] = [row for row in small_drift.report()["packages"] if row["package"] == "buoy"]
    assert row["link"] == "claimed"
    assert not [f for f in small_drift.report()["findings"] if f["severity"] in ("critical", "high")]


@pytest.mark.parametrize("aside", ["examples/tutorial", "tests/data/buoy", "third_party/buoy"])
def test_a_copy_of_a_strangers_package(small_drift, small_forge, buoy, aside):
    """Its name and version agree, and the index names no repository: that makes it nobody's."""
    shutil.rmtree(buoy)
    repository = Repository()
    files = {"pyproject.toml": demo.pyproject("cleat", "1.0.0", BUOY), "cleat.py": "x = 1\n"}
    copy = {f"{aside}/pyproject.toml": '[project]\nname = "buoy"\nversion = "1.1.0"\n'}
    repository.commit("2025-02-03T09:00:00Z", "Begin", files | copy)
    repository.tag("v1.0.0", "2025-02-03T09:01:00Z")
    repository.write(buoy)
    small_forge.world.documents["buoy"]["info"]["project_urls"] = None
    small_drift.scan(demo.OWNER)
    assert "buoy" not in statuses(small_drift)
    assert not [f for f in small_drift.report()["findings"] if "buoy" in (f["package"], f["message"])]


@pytest.mark.parametrize(
    "files, fetches, packages",
    [
        ({"pyproject.toml": "[tool.ruff]\nline-length = 99\n", "main.go": "package main\n"}, 2, 0),
        ({"pyproject.toml": demo.pyproject("buoy", "1.1.0", BUOY), "buoy.py": "x = 1\n"}, 4, 1),
    ],
    ids=["settings of tools", "one module"],
)
def test_a_pyproject_whose_content_must_tell(
    small_drift, small_forge, buoy, files, fetches, packages
):
    """Settings of a linter cost the tip and that file; nothing is kept."""
    shutil.rmtree(buoy)
    repository = Repository()
    for day in range(1, 5):
        repository.commit(f"2025-02-0{day}T09:00:00Z", "Work", files | {"README": f"{day}\n"})
    repository.write(buoy)
    small_drift.scan(demo.OWNER)
    assert len([row for row in statuses(small_drift) if row == "buoy"]) == packages
    asked = [row for row in small_forge.requests("fetch") if "buoy" in row["path"]]
    assert len(asked) == fetches
    assert len(list((small_drift.home / "cache").rglob("buoy.git"))) == packages
