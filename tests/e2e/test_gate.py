"""Is a checkout ready to be published? Each point of the list right, and each wrong alone."""

import shutil
import subprocess

import pytest
from conftest import OWNER
from forge import faults
from gating import ENTRY, FULL, GIT, NAME, NEXT, Checkout, review

pytestmark = pytest.mark.skipif(shutil.which("git") is None, reason="git makes the checkouts")


def test_all_is_right(checkout, gate, forge, drift):
    checkout.release()
    before = sorted(path for path in (checkout.path / ".git").rglob("*"))
    forge.forget()
    assert gate(checkout) == {}
    assert gate.document["version"] == NEXT and gate.document["repository"] == FULL
    assert len(forge.requests()) <= 8
    assert sorted(path for path in (checkout.path / ".git").rglob("*")) == before
    done = drift.run("gate", checkout.path)
    assert done.returncode == 0
    assert f"tidewatch {NEXT} in " in done.stdout and "✗" not in done.stdout


def no_commit(checkout):
    checkout.release().edit("README.md", "tidewatch", "changed")


def staged(checkout):
    no_commit(checkout)
    checkout.git("add", "-A")


def hidden(checkout):
    checkout.release().git("update-index", "--assume-unchanged", "README.md")


def fork(checkout):
    checkout.release().git("remote", "set-url", "origin", checkout.url.replace(OWNER, "rowan"))


def no_remote(checkout):
    checkout.release().git("remote", "remove", "origin")


def not_pushed(checkout):
    checkout.prepare()
    checkout.commit()
    checkout.tag()
    checkout.git("push", "-q", checkout.bare, f"v{NEXT}")


def other_branch(checkout):
    checkout.edit("README.md", "tidewatch", "moved on")
    checkout.commit()
    checkout.push()
    checkout.git("switch", "-qc", "feature", "HEAD~1")
    checkout.prepare()
    checkout.commit()
    checkout.tag()
    checkout.push("feature", f"v{NEXT}")


def module_differs(checkout):
    (checkout.path / f"src/{NAME}/__init__.py").write_text('__version__ = "2.0.9"\n')
    checkout.release()


def module_agrees(checkout):
    (checkout.path / f"src/{NAME}/__init__.py").write_text(f'__version__ = "{NEXT}"\n')
    checkout.release()


def no_tag(checkout):
    checkout.prepare()
    checkout.commit()
    checkout.push()


def lightweight(checkout):
    no_tag(checkout)
    checkout.tag(f"v{NEXT}", "--")
    checkout.push(f"v{NEXT}")


def tag_elsewhere(checkout):
    checkout.release().edit("README.md", "tidewatch", "one more")
    checkout.commit()
    checkout.push()


def tag_not_pushed(checkout):
    no_tag(checkout)
    checkout.tag()


def tag_differs(checkout):
    checkout.release()
    checkout.git("tag", "-f", "-am", "again", f"v{NEXT}", "HEAD~1")
    checkout.push(f"v{NEXT}")
    checkout.git("tag", "-f", "-am", "mine", f"v{NEXT}", "main")


def no_entry(checkout):
    checkout.release(entry="")


def empty_entry(checkout):
    checkout.release(entry=f"## [{NEXT}] - 2025-11-03\n\n")


def undated_entry(checkout):
    checkout.release(entry=f"## [{NEXT}]\n\n- Faster.\n\n")


def no_changelog(checkout):
    checkout.prepare()
    checkout.git("rm", "-qf", "CHANGELOG.md")
    checkout.commit()
    checkout.tag()
    checkout.push("main", f"v{NEXT}")


def no_licence(checkout):
    checkout.git("rm", "-qf", "LICENSE")
    checkout.release()


WRONG = [
    (no_commit, {"clean"}, "README.md"),
    (staged, {"clean"}, "git stash"),
    (not_pushed, {"branch"}, "git push origin HEAD:main"),
    (other_branch, {"branch"}, "is not on origin/main"),
    (module_differs, {"declared"}, f"src/{NAME}/__init__.py:1 states 2.0.9, not {NEXT}"),
    (module_agrees, set(), ""),
    (no_tag, {"tag", "tag-pushed"}, f"git tag -a v{NEXT} -m 'tidewatch {NEXT}' && git push origin v{NEXT}"),
    (lightweight, {"tag"}, "is not annotated"),
    (tag_elsewhere, {"tag"}, f"git switch --detach v{NEXT}"),
    (tag_not_pushed, {"tag-pushed"}, f"git push origin v{NEXT}"),
    (tag_differs, {"tag-pushed"}, "origin has another"),
    (no_entry, {"changelog"}, f"has no entry for {NEXT}"),
    (empty_entry, {"changelog"}, "is empty"),
    (undated_entry, {"changelog"}, "has no date"),
    (no_changelog, {"changelog"}, "there is no changelog"),
    (no_licence, {"licence"}, "LICENSE"),
]


@pytest.mark.parametrize("change, wrong, said", WRONG, ids=[case[0].__name__ for case in WRONG])
def test_each_wrong_alone(checkout, gate, change, wrong, said):
    change(checkout)
    assert gate(checkout) == dict.fromkeys(wrong, "wrong")
    text = " ".join(f"{gate.lines[name]['seen']} {gate.lines[name]['repair']}" for name in sorted(wrong))
    assert said in text


@pytest.mark.parametrize("path, counts", [
    ("src/waves/__init__.py", True),
    ("waves/__init__.py", True),
    ("waves/_version.py", True),
    (f"{NAME}.py", True),
    ("tests/__init__.py", False),
    ("docs/conf.py", False),
    ("waves/deep/__init__.py", False),
])
def test_a_module_of_another_name(checkout, gate, path, counts):
    """The only package there is, is what is published."""
    checkout.git("rm", "-rq", f"src/{NAME}")
    for file in {path, f"{path.rpartition('/')[0]}/__init__.py".lstrip("/")}:
        (checkout.path / file).parent.mkdir(parents=True, exist_ok=True)
        (checkout.path / file).write_text("" if file != path else '__version__ = "2.0.9"\n')
    checkout.release()
    assert gate(checkout) == ({"declared": "wrong"} if counts else {})
    if counts:
        assert f"{path}:1 states 2.0.9" in gate.lines["declared"]["seen"]


def test_one_of_several_packages_is_not_guessed(checkout, gate):
    checkout.git("rm", "-rq", f"src/{NAME}")
    for module in ("waves", "tides"):
        (checkout.path / "src" / module).mkdir(parents=True)
        (checkout.path / f"src/{module}/__init__.py").write_text('__version__ = "2.0.9"\n')
    checkout.release()
    assert gate(checkout) == {}


REPAIRED = [no_commit, staged, hidden, not_pushed, no_tag, lightweight, tag_elsewhere, tag_not_pushed]


@pytest.mark.parametrize("change", REPAIRED, ids=[change.__name__ for change in REPAIRED])
def test_the_commands_repair_it(checkout, gate, change):
    change(checkout)
    checkout.git("config", "remote.origin.pushurl", checkout.bare)
    for _ in range(3):
        wrong = gate(checkout)
        if wrong:
            command = gate.lines[next(iter(wrong))]["repair"].split("    (")[0]
            subprocess.run(command, shell=True, cwd=checkout.path, env=GIT, check=True)
    assert gate(checkout) == {}


def test_hidden_changes_are_not_called_clean(checkout, gate):
    hidden(checkout)
    assert gate(checkout) == {"clean": "unknown"}


def test_untracked_files_are_named(checkout, gate):
    checkout.release()
    (checkout.path / "notes.txt").write_text("x")
    (checkout.path / ".git/info/exclude").write_text("ignored\n")
    (checkout.path / "ignored").write_text("x")
    assert gate(checkout) == {}
    assert "notes.txt" in gate.lines["clean"]["seen"] and "ignored" not in gate.lines["clean"]["seen"]


def test_a_fork_is_not_the_repository(checkout, gate, forge):
    fork(checkout)
    forge.world.directories[f"rowan/{NAME}"] = checkout.bare
    forge.world.add_repository(f"rowan/{NAME}", 900, fork=True)
    assert gate(checkout) == {"repository": "wrong"}
    assert FULL in gate.lines["repository"]["seen"]


def test_no_remote(checkout, gate):
    no_remote(checkout)
    unknown = dict.fromkeys(("branch", "tag-pushed", "review", "checks"), "unknown")
    assert gate(checkout) == unknown | {"repository": "wrong"}


def test_versions(checkout, gate):
    """What is published stays; what comes is newer, valid and spelled as indexes spell it."""
    checkout.release()
    assert gate(checkout, "--version", "2.0.0") == dict.fromkeys(
        ("declared", "unused", "tag"), "wrong")
    assert "since 2025-09-15" in gate.lines["unused"]["seen"]
    assert gate(checkout, "--version", "1.5.0").keys() >= {"newest", "declared"}
    assert gate(checkout, "--version", "2.01.0") == {"version": "wrong"}
    assert "2.1.0" in gate.lines["version"]["repair"]
    assert gate(checkout, "--version", "new one")["version"] == "wrong"
    assert gate(checkout, "--tag", "v2.0.0") == dict.fromkeys(
        ("declared", "unused", "tag"), "wrong")
    assert gate(checkout, "--tag", f"v{NEXT}") == {}
    assert gate(checkout, "--tag", f"refs/tags/v{NEXT}") == {}, "as $GITHUB_REF has it"
    assert gate(checkout, "--tag", "nightly").keys() == {"tag", "tag-pushed"}


def test_a_version_that_was_deleted(checkout, gate, drift, forge):
    """The index forgets; the database of a scan, where there is one, does not."""
    checkout.release()
    releases = forge.world.documents[NAME]["releases"]
    releases[NEXT] = releases["2.0.0"]
    assert drift.scan(OWNER).returncode in (0, 1)
    assert gate(checkout) == {"unused": "wrong"}
    del releases[NEXT]
    assert gate(checkout) == {"unused": "wrong"}
    assert f"the index had {NEXT} on 2" in gate.lines["unused"]["seen"]
    assert "it was deleted since" in gate.lines["unused"]["seen"]
    assert gate(checkout, "--offline")["unused"] == "wrong"
    assert drift.scan(OWNER).returncode in (0, 1)
    assert gate(checkout) == {"unused": "wrong"}, "a scan that saw that it is gone changes nothing"
    assert gate(checkout, "--version", "2.2.0")["declared"] == "wrong"
    assert "never saw it" in gate.lines["unused"]["seen"]
    assert gate(checkout, "--index", f"{forge.url}/") == {"unused": "wrong"}
    (drift.home / "fleet.db").write_text("no database\n" * 100)
    assert gate(checkout) == {"unused": "unknown"}
    (drift.home / "fleet.db").unlink()
    assert gate(checkout) == {}
    assert not (drift.home / "fleet.db").exists(), "none is made"


def test_version_of_the_tag(gate, forge, tmp_path):
    """setuptools-scm: the tag decides."""
    checkout = Checkout(forge, tmp_path, f"{OWNER}/beacon-relay")
    checkout.edit("CHANGELOG.md", "# Changelog\n\n", f"# Changelog\n\n{ENTRY}")
    checkout.commit()
    checkout.push()
    assert set(gate(checkout).values()) == {"unknown"} and gate.document["version"] is None
    checkout.tag()
    checkout.push(f"v{NEXT}")
    assert gate(checkout) == {} and gate.document["version"] == NEXT


def test_one_project_of_several(gate, drift, forge, tmp_path):
    checkout = Checkout(forge, tmp_path, f"{OWNER}/dockyard")
    folder = "packages/dockyard-cli"
    checkout.edit(f"{folder}/pyproject.toml", 'version = "1.0.0"', 'version = "1.1.0"')
    checkout.edit(f"{folder}/CHANGELOG.md", "# Changelog\n\n",
                  "# Changelog\n\n## [1.1.0] - 2025-11-03\n\n- Faster.\n\n")
    checkout.commit()
    checkout.push()
    assert gate(checkout.path / folder) == dict.fromkeys(("tag", "tag-pushed"), "wrong")
    assert "git tag -a dockyard-cli-v1.1.0" in gate.lines["tag"]["repair"]
    checkout.tag("dockyard-core-v1.1.0")
    assert gate(checkout.path / folder) == dict.fromkeys(("tag", "tag-pushed"), "wrong")
    checkout.tag("dockyard-cli-v1.1.0")
    checkout.push("dockyard-cli-v1.1.0")
    assert gate(checkout.path / folder) == {}
    done = drift.run("gate", checkout.path)
    assert done.returncode == 2 and folder in done.stderr


def test_a_renamed_repository_is_the_same(gate, forge, tmp_path):
    """The index still says ballast-py, the clone does as well."""
    for name in ("ballast", "ballast-py"):
        (tmp_path / name).mkdir()
        checkout = Checkout(forge, tmp_path / name, f"{OWNER}/ballast")
        checkout.git("remote", "set-url", "origin", f"{forge.url}/{OWNER}/{name}.git")
        assert "repository" not in gate(checkout)
        assert gate.document["repository"] == f"{OWNER}/ballast"


def test_release_branches(checkout, gate, drift, forge):
    checkout.git("switch", "-qc", "release/2.0", "main~1")
    checkout.edit("pyproject.toml", 'version = "1.1.0"', 'version = "1.1.1"')
    checkout.edit("CHANGELOG.md", "# Changelog\n\n",
                  "# Changelog\n\n## [1.1.1] - 2025-11-03\n\n- Faster.\n\n")
    checkout.commit()
    checkout.tag("v1.1.1")
    checkout.push("release/2.0", "v1.1.1")
    assert gate(checkout) == dict.fromkeys(("branch", "newest"), "wrong")
    drift.configure(forge.url, '\n[gate]\nbranches = ["release/*"]\n')
    assert gate(checkout) == {}
    for name, start in (("release/1.0", "main~1"), ("release/3.0", "main")):
        checkout.git("switch", "-qc", name, start)
        checkout.git("commit", "-q", "--allow-empty", "-m", name)
        checkout.push(name)
    checkout.git("switch", "-q", "--detach", "v1.1.1")
    assert gate(checkout) == {}
    assert "is on origin/release/2.0" in gate.lines["branch"]["seen"]
    checkout.git("push", "-qf", checkout.bare, ":release/2.0")
    checkout.git("update-ref", "-d", "refs/remotes/origin/release/2.0")
    assert gate(checkout) == dict.fromkeys(("branch", "newest"), "wrong"), "none of the others has it"


def test_offline(checkout, gate, forge):
    checkout.release()
    forge.forget()
    unknown = {"repository", "newest", "unused", "tag-pushed", "review", "checks"}
    assert gate(checkout, "--offline") == dict.fromkeys(unknown, "unknown")
    assert forge.requests() == []
    checkout.edit("README.md", "tidewatch", "changed")
    assert gate(checkout, "--offline")["clean"] == "wrong"


def test_services_that_fail(checkout, gate, forge):
    checkout.release()
    forge.fault(f"/pypi/{NAME}/json", faults.html(403))
    forge.fault(".*info/refs.*", faults.html(403))
    forge.fault(".*git-upload-pack.*", faults.html(403))
    assert gate(checkout) == dict.fromkeys(("repository", "newest", "unused", "tag-pushed"), "unknown")


# --- reviews and checks -------------------------------------------------------------------------


def check(name, status="completed", conclusion="success", run=1):
    return {"name": name, "status": status, "conclusion": conclusion,
            "details_url": f"https://github.com/{FULL}/actions/runs/{run}/job/2"}


def test_without_a_credential(checkout, gate, forge):
    checkout.release()
    forge.forget()
    assert gate(checkout, token=None) == dict.fromkeys(("review", "checks"), "unknown")
    assert "no credential" in gate.lines["review"]["seen"]
    assert not [row for row in forge.requests() if "/api/" in row["path"]]


@pytest.mark.parametrize("reviews, state, said", [
    ([], "wrong", "nobody approved"),
    ([review("rowan", "APPROVED")], "wrong", "nobody approved"),
    ([review("ida", "COMMENTED")], "wrong", "nobody approved"),
    ([review("ida", "APPROVED"), review("ida", "DISMISSED")], "wrong", "nobody approved"),
    ([review("ida", "APPROVED"), review("tom", "CHANGES_REQUESTED")], "wrong", "tom asks for changes"),
    ([review("ida", "CHANGES_REQUESTED"), review("ida", "APPROVED"), review("ida", "COMMENTED")], "right",
     "#7, approved by ida"),
    ([review("ida", "APPROVED", "2" * 40)], "wrong", "#7 was approved by ida before its last push"),
    ([review("tom", "APPROVED"), review("ida", "APPROVED", "2" * 40)], "right", "#7, approved by tom"),
    ([review("ida", "APPROVED", None)], "unknown", "of which commit nobody tells"),
    ({"message": "?"}, "unknown", "not as its API has it"),
    ([review("ida", "APPROVED")] * 100, "unknown", "more reviews"),
])
def test_reviews(checkout, gate, forge, reviews, state, said):
    checkout.release()
    forge.world.reviews["7"] = reviews
    assert gate(checkout) == ({} if state == "right" else {"review": state})
    assert said in gate.lines["review"]["seen"]


def test_the_pull_request_into_the_branch_counts(checkout, gate, forge):
    """A commit may have come by one into a branch of work first."""
    checkout.release()
    pulls = forge.world.commits["*"]["pulls"]
    pulls.insert(0, pulls[0] | {"number": 6, "base": {"ref": "feature"}})
    forge.world.reviews["6"] = []
    assert gate(checkout) == {}
    assert "#7, approved by ida" in gate.lines["review"]["seen"]


def test_no_pull_request(checkout, gate, forge):
    checkout.release()
    forge.world.commits["*"]["pulls"][0]["merged_at"] = None
    assert gate(checkout) == {"review": "wrong"}
    forge.world.commits["*"]["pulls"] = []
    assert gate(checkout) == {"review": "wrong"}


@pytest.mark.parametrize("runs, statuses, state, said", [
    ([check("tests"), check("docs", conclusion="skipped")], [], "right", "2 passed"),
    ([check("tests", conclusion="failure")], [], "wrong", "tests (failure)"),
    ([check("tests")], [{"context": "ci/old", "state": "error"}], "wrong", "ci/old (error)"),
    ([check("tests", "in_progress", None)], [], "unknown", "tests has not ended"),
    ([], [], "wrong", "no check ran"),
    ([], [{"context": "ci/old", "state": "success"}], "right", "1 passed"),
    ([{"name": 3}], [], "unknown", "not as its API has it"),
])
def test_checks(checkout, gate, forge, runs, statuses, state, said):
    checkout.release()
    forge.world.commits["*"] |= {"check-runs": {"total_count": len(runs), "check_runs": runs},
                                 "status": {"state": "?", "statuses": statuses}}
    assert gate(checkout) == ({} if state == "right" else {"checks": state})
    assert said in gate.lines["checks"]["seen"]


def test_the_job_that_asks_is_no_check(checkout, gate, forge):
    checkout.release()
    runs = [check("tests"), check("release", "in_progress", None, run=99)]
    forge.world.commits["*"]["check-runs"] = {"total_count": 2, "check_runs": runs}
    job = {"GITHUB_ACTIONS": "true", "GITHUB_SERVER_URL": "https://github.com", "GITHUB_REPOSITORY": FULL}
    assert gate(checkout, more=job | {"GITHUB_RUN_ID": "9"}) == {"checks": "unknown"}
    assert gate(checkout, more=job | {"GITHUB_RUN_ID": "99"}) == {}


def test_an_api_that_fails(checkout, gate, forge):
    checkout.release()
    forge.fault("/api/v3/repos/.*/commits/.*", faults.html(403))
    assert gate(checkout) == dict.fromkeys(("review", "checks"), "unknown")
