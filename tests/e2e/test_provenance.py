"""Who says that they made what is published, and is that the tag?"""

import pytest
import test_contents
from conftest import OWNER, TREE, TREE_FULL, unknowns
from forge import artifacts, document
from forge.attest import Authority, provenance
from forge.gitrepo import git
from test_contents import BASE, UPLOADED, found
from test_indexes import index, use

published = test_contents.published
URI = f"https://github.com/{TREE_FULL}"
NOBODY = "5" * 40


@pytest.fixture(scope="module")
def authority():
    return Authority()


def commit_of(world, name):
    directory = world.git_directory(world.repository(TREE_FULL))
    return git(directory, "rev-parse", f"{name}^{{commit}}").decode().strip()


def files_of(world, version="1.0.0"):
    rows = world.documents[TREE]["releases"][version]
    return [(row["filename"], row["digests"]["sha256"]) for row in rows]


def attest(world, authority, commit="v1.0.0", version="1.0.0", claims=None, sha256=None, **options):
    """Has every file of a release attested, as the tag's own run does it."""
    oid = commit if len(commit) == 40 else commit_of(world, commit)
    told = {12: URI, 13: oid, 14: f"refs/tags/v{version}", 15: "1"} | (claims or {})
    for filename, digest in files_of(world, version):
        bundle = authority.bundle(filename, sha256 or digest, told, UPLOADED, **options)
        world.provenance[filename] = provenance(bundle)


def word(report, version="1.0.0"):
    return {row["version"]: row["provenance"] for row in report["releases"]}[version]


def asked(published):
    return published.forge.requests("provenance")


def with_roots(drift, url, pem):
    (drift.home / "roots.pem").write_text(pem)
    drift.configure(url, f'\n[provenance]\nroots = "{drift.home}/roots.pem"\n')


def card(drift):
    return " ".join(drift.run("report", TREE).stdout.split())


# --- what is right ---------------------------------------------------------------------------


def test_of_the_tag(published, authority):
    status, report = published(change=lambda world: attest(world, authority))
    assert (status, found(report), unknowns(report)) == (0, {}, {})
    assert word(report) == "unchecked-chain" and len(asked(published)) == 2
    assert "signed by GitHub for github.com/" + TREE_FULL in card(published.drift)
    assert "the tagged one; nobody checked" in card(published.drift)
    # an unchanged scan asks nothing and writes nothing
    published.forge.forget()
    assert published.drift.scan(OWNER, "--verify", "latest").returncode == 0
    assert asked(published) == []
    assert published.drift.query("SELECT changes FROM run ORDER BY id DESC LIMIT 1") == [(0,)]
    # whom to believe is told: what was answered is judged anew
    with_roots(published.drift, published.forge.url, authority.pem())
    assert published.drift.scan(OWNER, "--verify", "latest").returncode == 0
    assert word(published.drift.report()) == "verified"
    assert published.forge.requests("file") == []
    with_roots(published.drift, published.forge.url, Authority().pem())
    assert published.drift.scan(OWNER, "--verify", "latest").returncode == 1
    report = published.drift.report()
    assert (word(report), found(report)) == ("invalid", {"provenance-contradicts-tag": "high"})


def test_none(published):
    status, report = published()
    assert (status, found(report), unknowns(report)) == (0, {}, {})
    assert word(report) == "absent"
    assert "none: no signed statement" in card(published.drift)


def test_two_bundles(published, authority):
    """The second by a publisher that nobody knows; what it says of the commit is read all the same."""

    def change(world):
        attest(world, authority)
        for filename, digest in files_of(world):
            claims = {12: URI, 13: commit_of(world, "v1.0.0"), 14: "refs/tags/v1.0.0", 15: "1"}
            strange = authority.bundle(filename, digest, claims, UPLOADED, {"kind": "Moonbase"})
            world.provenance[filename]["attestation_bundles"].append(strange)

    status, report = published(change=change)
    assert (status, found(report), word(report)) == (0, {}, "unchecked-chain")
    assert published.drift.query("SELECT publisher, count(*) FROM attestation GROUP BY 1") == [
        ("GitHub", 2), ("Moonbase", 2)]


def test_only_one_file(published, authority):
    def change(world):
        attest(world, authority)
        del world.provenance[files_of(world)[0][0]]

    status, report = published(change=change)
    assert (status, found(report), word(report)) == (0, {}, "partial")
    assert "none for halyard-1.0.0-py3-none-any.whl" in card(published.drift)


BEFORE = BASE | {
    "pyproject.toml": BASE["pyproject.toml"].replace("1.0.0", "0.9.0"),
    "CHANGELOG.md": "# Changelog\n",
}


def test_a_run_that_makes_the_tag(published, authority):
    """It was started for the commit before, and version and changelog came between."""

    def before(repository):
        repository.commit("2025-02-03T08:00:00Z", "Hoist", BEFORE)

    def change(world):
        attest(world, authority, "v1.0.0~1", claims={14: "refs/heads/main"})

    status, report = published(before=before, change=change)
    assert (status, found(report)) == (0, {})
    assert published.drift.query("SELECT DISTINCT relation FROM attestation") == [("bumped",)]


def test_a_run_for_the_branch(published, authority):
    """Started by hand for a later commit, it builds the tag all the same."""

    def after(repository):
        repository.commit("2025-02-04T08:00:00Z", "More", {"src/halyard/more.py": "MORE = 1\n"})

    def change(world):
        attest(world, authority, "main", claims={14: "refs/heads/main"})

    status, report = published(after=after, change=change)
    assert (status, found(report)) == (0, {})
    assert published.drift.query("SELECT DISTINCT relation FROM attestation") == [("branch",)]


def test_roots_that_are_none(published):
    published(arguments=("--verify", "none"))
    with_roots(published.drift, published.forge.url, "authority\n")
    done = published.drift.scan(OWNER)
    assert done.returncode == 2 and "[provenance] roots" in done.stderr


# --- what contradicts ------------------------------------------------------------------------

CONTRADICTIONS = {
    "signature": ({"alter": True}, "signature"),
    "digest": ({"sha256": "0" * 64}, "another file"),
    "repository": ({"claims": {12: "https://github.com/eve/halyard", 15: "666"}}, "eve/halyard"),
    "commit": ({"commit": NOBODY, "claims": {14: "refs/heads/main"}}, NOBODY[:10]),
    "ref": ({"claims": {14: "refs/tags/v0.9.0"}}, "the tag of 0.9.0"),
}


@pytest.mark.parametrize("name", CONTRADICTIONS)
def test_a_contradiction(published, authority, name):
    options, said = CONTRADICTIONS[name]

    def before(repository):
        repository.commit("2025-02-03T08:00:00Z", "Release 0.9.0", BEFORE)
        repository.tag("v0.9.0", "2025-02-03T08:01:00Z")

    status, report = published(before=before, change=lambda world: attest(world, authority, **options))
    assert status == 1 and found(report)["provenance-contradicts-tag"] == "critical"
    (row,) = [row for row in report["findings"] if row["rule"] == "provenance-contradicts-tag"]
    assert said in row["message"]
    assert (word(report) == "invalid") == (name in ("signature", "digest"))


def test_a_commit_that_is_pushed_later(published, authority):
    """The finding goes when the history has it."""
    later = {}

    def after(repository):
        repository.commit("2025-02-03T09:30:00Z", "Later", {"later.txt": "later\n"}, branch="later",
                          start=repository.marks["main"])

    def change(world):
        attest(world, authority, "later", claims={14: "refs/heads/later"})
        later["directory"] = world.git_directory(world.repository(TREE_FULL))

    status, report = published(after=after, change=change)
    assert found(report) == {"provenance-contradicts-tag": "critical"}
    git(later["directory"], "update-ref", "refs/heads/main", "later")
    published.forge.forget()
    assert published.drift.scan(OWNER, "--verify", "latest").returncode == 0
    # what was answered was asked for again, and had not changed
    assert [request["status"] for request in asked(published)] == [304, 304]


def test_lost(published, authority):
    def change(world):
        old = [artifacts.sdist(TREE, "0.9.0", BEFORE),
               artifacts.wheel(TREE, "0.9.0", artifacts.modules_of(BEFORE))]
        new = [artifacts.sdist(TREE, "1.0.0", BASE),
               artifacts.wheel(TREE, "1.0.0", artifacts.modules_of(BASE))]
        releases = {"0.9.0": ("2025-02-03T08:30:00Z", None, *old), "1.0.0": (UPLOADED, None, *new)}
        world.documents[TREE] = document(TREE, releases, repository=TREE_FULL)
        world.add_files(world.documents[TREE], releases)
        attest(world, authority, "v0.9.0", "0.9.0")

    def before(repository):
        repository.commit("2025-02-03T08:00:00Z", "Release 0.9.0", BEFORE)
        repository.tag("v0.9.0", "2025-02-03T08:01:00Z")

    status, report = published(before=before, change=change, arguments=("--verify", "all"))
    assert found(report)["provenance-lost"] == "high"
    assert (word(report, "0.9.0"), word(report)) == ("unchecked-chain", "absent")


# --- what cannot be known --------------------------------------------------------------------


@pytest.mark.parametrize("answer, reason", [
    (403, "disabled"), (406, "unsupported"), (410, "not-found"), ({"version": 1}, "bad-answer"),
    ({"version": 2, "attestation_bundles": []}, "unsupported"),
], ids=["403", "406", "410", "garbage", "version"])
def test_refused(published, authority, answer, reason):
    def change(world):
        world.provenance.update({filename: answer for filename, _ in files_of(world)})

    status, report = published(change=change)
    assert (status, word(report), found(report)) == (3, None, {})
    assert unknowns(report) == {(TREE, "provenance"): reason}
    # and it is asked for again
    published.forge.world.provenance.clear()
    assert published.drift.scan(OWNER, "--verify", "latest").returncode == 0
    assert word(published.drift.report()) == "absent"


def test_an_index_without_it(published):
    """What answers as no Integrity API does is none: nothing is said, and nothing is amiss."""

    def change(world):
        world.provenance.update({filename: 404 for filename, _ in files_of(world)})

    published(change=change, arguments=("--verify", "none"))
    published.forge.fault("/integrity/", lambda request, answer: _page(answer))
    assert published.drift.scan(OWNER, "--verify", "latest").returncode == 0
    report = published.drift.report()
    assert (word(report), unknowns(report)) == (None, {})
    use(published.drift, index(published.forge.url, integrity=False))
    published.forge.forget()
    assert published.drift.scan(OWNER, "--verify", "all").returncode == 0
    assert asked(published) == []


def _page(answer):
    answer.body = b"<h1>404 Not Found</h1>"
    return answer


def test_where_a_page_says_it_is(published, authority):
    """At the index it is asked for; another host's address is not contacted."""

    def change(world):
        attest(world, authority)
        (wheel, _), (sdist, _) = files_of(world)
        world.indexes["/private"] = {"forms": ["simple-json"], "provenance": {
            wheel: f"/integrity/{TREE}/1.0.0/{wheel}/provenance",
            sdist: "https://elsewhere.example/provenance",
        }}

    published(change=change, arguments=("--verify", "none"))
    use(published.drift, index(f"{published.forge.url}/private"))
    assert published.drift.scan(OWNER, "--verify", "latest").returncode == 3
    assert unknowns(published.drift.report()) == {(TREE, "provenance"): "unsupported"}
    assert len(asked(published)) == 1
    rows = published.drift.query("SELECT kind, state FROM provenance ORDER BY kind")
    assert rows == [("bdist_wheel", "known"), ("sdist", "unknown")]
