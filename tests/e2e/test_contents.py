"""Is what was published what the repository holds?"""

import shutil

import pytest
from conftest import OWNER, TOKEN, TREE, TREE_FULL, unknowns
from forge import Forge, Repository, World, artifacts, document, faults
from forge.demo import pyproject
from forge.faults import CATALOGUE

CODE = '"""Sails."""\n\n\ndef hoist(sail):\n    return sail.up()\n'
OTHER = CODE.replace("sail.up()", "sail.up(all=True)")
BASE = {
    "pyproject.toml": pyproject(TREE, "1.0.0", TREE_FULL),
    ".gitignore": "*.log\n",
    "LICENSE": "MIT License\n",
    "README.md": "# halyard\n",
    "CHANGELOG.md": "# Changelog\n\n## 1.0.0\n\n- All.\n",
    f"src/{TREE}/__init__.py": "",
    f"src/{TREE}/sail.py": CODE,
}
UPLOADED = "2025-02-03T10:00:00Z"


@pytest.fixture
def published(make_drift, tmp_path_factory):
    """A repository whose release 1.0.0 is tagged, and what is published as that; `make` gets the
    repository, the published tree and what else goes into the sdist."""

    def run(tree=None, extra=None, sdist=None, wheel=None, before=None, after=None, tag=True,
            arguments=("--verify", "latest"), change=None):
        world = World(git_root=str(tmp_path_factory.mktemp("contents")), tokens=[TOKEN])
        world.add_owner(OWNER, 1)
        world.add_repository(TREE_FULL, 1)
        repository = Repository()
        if before:
            before(repository)
        repository.commit("2025-02-03T09:00:00Z", "Release 1.0.0", BASE)
        if tag:
            repository.tag("v1.0.0", "2025-02-03T09:01:00Z")
        if after:
            after(repository)
        repository.write(world.git_directory(world.repository(TREE_FULL)))
        tree = BASE | (tree or {})
        sdist = sdist or artifacts.sdist(TREE, "1.0.0", tree, extra)
        wheel = wheel or artifacts.wheel(TREE, "1.0.0", artifacts.modules_of(tree))
        releases = {"1.0.0": (UPLOADED, None, sdist, wheel)}
        world.documents[TREE] = document(TREE, releases, repository=TREE_FULL)
        world.add_files(world.documents[TREE], releases)
        if change:
            change(world)
        run.forge = Forge(world)
        run.forge.__enter__()
        run.drift = make_drift(run.forge.url)
        done = run.drift.scan(OWNER, *arguments)
        return done.returncode, run.drift.report()

    yield run
    run.forge.__exit__(None, None, None)


def found(report):
    return {row["rule"]: row["severity"] for row in report["findings"] if row["severity"] != "info"}


def verdict(report):
    return report["releases"][0]["verdict"]


def test_what_the_tag_holds(published):
    status, report = published()
    assert (status, found(report), unknowns(report)) == (0, {}, {})
    assert verdict(report) in ("at-tag", "at-tag-modulo-expected")
    assert "what the tagged commit holds" in " ".join(published.drift.run("report", TREE).stdout.split())
    assert ("contents", "known") in {(row["fact"], row["status"]) for row in report["coverage"]}


def test_a_second_scan_fetches_nothing(published):
    published()
    assert len(published.forge.requests("file")) == 2
    published.forge.forget()
    before = published.drift.query("SELECT count(*) FROM stored_contents")
    assert published.drift.scan(OWNER, "--verify", "latest").returncode == 0
    assert published.forge.requests("file") == []
    assert published.drift.query("SELECT count(*) FROM stored_contents") == before


def test_code_of_nobody(published):
    """A fix that only users have: the tag says the right version, and holds other code."""
    status, report = published(tree={f"src/{TREE}/sail.py": OTHER})
    assert (status, verdict(report)) == (1, "nowhere")
    assert found(report) == {"code-from-nowhere": "critical"}
    (row,) = [row for row in report["findings"] if row["rule"] == "code-from-nowhere"]
    assert row["evidence"]["files"] == [f"src/{TREE}/sail.py"] and row["evidence"]["lines"] == "5"


def test_a_module_that_only_the_sdist_has(published):
    status, report = published(extra={f"src/{TREE}/extra.py": "import os\n\nos.system('true')\n"})
    assert found(report)["code-from-nowhere"] == "critical"
    touches = [row["evidence"]["touches"] for row in report["findings"]]
    assert "process" in touches[0]


def test_many_documents_of_nobody(published):
    """What proves the rest is read however much stands in front of it."""
    sizes = [1 << 17] * 40 + [1 << bit for bit in range(17, 3, -1)]
    documents = {f"AA/{n:02}.html": f"{n:08}" * (size // 8) for n, size in enumerate(sizes)}
    status, report = published(extra=documents | {f"src/{TREE}/extra.py": "import os\n\nos.system('ls')\n"})
    assert found(report) == {"code-from-nowhere": "critical", "untracked-file-published": "medium"}
    evidence = {row["rule"]: row["evidence"] for row in report["findings"]}
    assert sorted(evidence["untracked-file-published"]["files"]) == sorted(documents)
    assert evidence["code-from-nowhere"]["touches"] == "process"


def test_code_of_another_commit(published):
    """The tag stands on a commit, the release was built from the one before it."""

    def before(repository):
        files = BASE | {f"src/{TREE}/sail.py": OTHER}
        repository.commit("2025-02-03T08:00:00Z", "Hoist all", files)

    status, report = published(tree={f"src/{TREE}/sail.py": OTHER}, before=before)
    assert (status, verdict(report)) == (1, "other-commit")
    assert found(report) == {"code-differs-from-tag": "critical"}


def test_a_repair_after_the_fact(published):
    """Today's branch holds it, which was made after the upload."""

    def after(repository):
        repository.commit("2025-02-04T09:00:00Z", "Sync", {f"src/{TREE}/sail.py": OTHER})

    status, report = published(tree={f"src/{TREE}/sail.py": OTHER}, after=after)
    assert found(report)["committed-after-upload"] == "high"


def test_no_tag(published):
    """The commit that was built is found all the same."""
    status, report = published(tag=False)
    assert verdict(report) == "other-commit"
    assert set(found(report)) == {"release-without-tag"}
    (commit,) = published.drift.query("SELECT DISTINCT commit_oid FROM contents")
    (head,) = published.drift.query("SELECT head_oid FROM stored_refs")
    assert commit == head


def test_an_artifact_that_is_gone(published):
    status, report = published(change=lambda world: world.files.clear())
    assert (status, verdict(report)) == (3, None)
    assert unknowns(report) == {(TREE, "contents"): "not-found"}
    # and it is asked for again
    published.forge.forget()
    assert published.drift.scan(OWNER, "--verify", "latest").returncode == 3
    assert len(published.forge.requests("file")) == 2


def test_other_bytes_than_the_index_names(published):
    def change(world):
        name = next(name for name in world.files if name.endswith(".tar.gz"))
        world.files[name] = "YWx0ZXJlZA=="

    status, report = published(change=change)
    assert status == 3 and unknowns(report) == {(TREE, "contents"): "bad-answer"}
    assert "SHA-256" in published.drift.query("SELECT detail FROM contents WHERE reason IS NOT NULL")[0][0]


def test_a_cut_archive(published):
    whole = artifacts.sdist(TREE, "1.0.0", BASE)
    status, report = published(sdist=whole[: len(whole) // 2])
    assert status == 3 and unknowns(report) == {(TREE, "contents"): "truncated"}


def test_none_is_none(published):
    status, report = published(arguments=("--verify", "none"))
    assert (status, verdict(report)) == (0, None)
    assert published.forge.requests("file") == []
    assert published.drift.scan(OWNER, "--verify", f"{TREE}==2.*").returncode == 0
    assert published.forge.requests("file") == []
    assert published.drift.scan(OWNER, "--verify", f"{TREE}==1.*").returncode == 0
    assert len(published.forge.requests("file")) == 2


def test_blobs_that_do_not_come(published):
    """Whether git ignores a file of nobody's cannot be known without the list of what it ignores."""
    tree = {path: text for path, text in BASE.items() if path != ".gitignore"}
    sdist = artifacts.sdist(TREE, "1.0.0", tree, {"notes.txt": "Ask Rowan.\n"})
    published(sdist=sdist, arguments=("--verify", "none"))

    def refuse(request, answer):
        return CATALOGUE["server-error"](request, answer) if b"command=fetch" in request.body else answer

    published.forge.fault("git-upload-pack", refuse)
    done = published.drift.scan(OWNER, "--verify", "all", timeout=60)
    assert done.returncode == 3
    assert unknowns(published.drift.report()) == {(TREE, "contents"): "http-error"}
    published.forge.heal()
    assert published.drift.scan(OWNER, "--verify", "all").returncode == 0
    assert found(published.drift.report()) == {"untracked-file-published": "medium"}


def test_published_before_the_repository_began(published):
    """1.0.0 was published a year before the first commit, which holds all but one of its files."""

    def change(world):
        for file in world.documents[TREE]["releases"]["1.0.0"]:
            file["upload_time_iso_8601"] = "2024-02-03T10:00:00Z"

    status, report = published(tree={f"src/{TREE}/sail.py": OTHER}, tag=False, change=change)
    assert status == 1 and found(report)["code-from-nowhere"] == "critical"
    assert found(report)["committed-after-upload"] == "medium"
    late = next(f for f in report["findings"] if f["rule"] == "committed-after-upload")
    assert f"src/{TREE}/__init__.py" not in late["evidence"]["files"]  # an empty file tells nothing
    assert "pyproject.toml" in late["evidence"]["files"]


# --- failing loudly -------------------------------------------------------------------------------

FILES = {
    "404": (CATALOGUE["not-found"], "not-found"),
    "500": (CATALOGUE["server-error"], "http-error"),
    "502": (CATALOGUE["bad-gateway"], "http-error"),
    "403": (CATALOGUE["permission"], "forbidden"),
    "a page": (CATALOGUE["not-json"], "bad-answer"),
    "cut short": (CATALOGUE["cut"], "truncated"),
    "nothing": (faults.body(b""), "bad-answer"),
    "more than it is": (lambda request, answer: faults.body(answer.body + b"more")(request, answer), "bad-answer"),
    "another place": (faults.redirect("/nowhere", 302), "not-found"),
}
PACKS = ["pack-cut", "pack-truncated", "pack-garbage", "pack-sideband-error"]


def heals(published):
    """Once all is well again the release is judged, and nothing is left of the failure."""
    published.forge.heal()
    done = published.drift.scan(OWNER, "--verify", "all")
    report = published.drift.report()
    return done.returncode == 0 and unknowns(report) == {} and verdict(report).startswith("at-tag")


@pytest.mark.parametrize("name", FILES)
@pytest.mark.parametrize("which", ["tar.gz", "whl"])
def test_a_file_that_does_not_come(published, name, which):
    """One of a release's two files: the other does not make the release clean."""
    fault, reason = FILES[name]
    published(arguments=("--verify", "none"))
    published.forge.fault(rf"/packages/.*{which}", fault)
    done = published.drift.scan(OWNER, "--verify", "all", timeout=60)
    report = published.drift.report()
    assert unknowns(report) == {(TREE, "contents"): reason}
    assert done.returncode == 3 and TREE in done.stderr and found(report) == {}
    assert heals(published)


@pytest.mark.parametrize("name", PACKS)
def test_a_clone_that_ends_in_the_pack(published, name):
    """Nothing is said of contents where there is no repository to hold them against."""
    published(arguments=("--verify", "none"))
    shutil.rmtree(published.drift.home / "cache")
    for path in published.drift.home.glob("fleet.db*"):
        path.unlink()
    published.forge.fault("git-upload-pack", CATALOGUE[name])
    done = published.drift.scan(OWNER, "--verify", "all", timeout=60)
    report = published.drift.report()
    assert done.returncode == 3 and unknowns(report) and found(report) == {}
    assert [row for row in report["releases"] if row["verdict"]] == []
    assert heals(published)


@pytest.mark.parametrize("name", PACKS)
def test_blobs_that_end_in_the_pack(published, name):
    """The history is here; what a proof has to read ends in the middle."""
    tree = {path: text for path, text in BASE.items() if path != ".gitignore"}
    sdist = artifacts.sdist(TREE, "1.0.0", tree, {"notes.txt": "Ask Rowan.\n"})
    published(sdist=sdist, arguments=("--verify", "none"))
    published.forge.fault("git-upload-pack", CATALOGUE[name])
    done = published.drift.scan(OWNER, "--verify", "all", timeout=60)
    report = published.drift.report()
    assert (done.returncode, verdict(report)) == (3, None)
    assert [fact for _, fact in unknowns(report)] == ["contents"]


def test_a_finding_beside_what_is_unknown(published):
    """What was found decides how the scan ends; what was not is told all the same."""
    published(tree={f"src/{TREE}/sail.py": OTHER}, arguments=("--verify", "none"))
    published.forge.fault("/packages/.*whl", CATALOGUE["not-found"])
    done = published.drift.scan(OWNER, "--verify", "all")
    report = published.drift.report()
    assert done.returncode == 1 and found(report) == {"code-from-nowhere": "critical"}
    assert unknowns(report) == {(TREE, "contents"): "not-found"}
