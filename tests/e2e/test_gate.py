"""Is a checkout ready to be published? Each point of the list right, and each wrong alone."""

import json
import os
import shutil
import subprocess
import tempfile
import time
from pathlib import Path

import pytest
from conftest import OWNER, TOKEN
from forge import demo, faults
from forge.gitrepo import git as bare_git

pytestmark = pytest.mark.skipif(shutil.which("git") is None, reason="git makes the checkouts")

NAME = "tidewatch"
FULL = f"{OWNER}/{NAME}"
NEXT = "2.1.0"
ENTRY = f"## [{NEXT}] - 2025-11-03\n\n- Faster.\n\n"
GIT = {**os.environ, "GIT_CONFIG_NOSYSTEM": "1", "GIT_CONFIG_GLOBAL": "/dev/null"}
for _key in ("AUTHOR", "COMMITTER"):
    GIT |= {f"GIT_{_key}_NAME": "Rowan", f"GIT_{_key}_EMAIL": "rowan@harbour-labs.example"}


class Checkout:
    """A clone of a repository of the fleet, whose remote is the forge."""

    def __init__(self, forge, directory, full_name=FULL):
        self.path, self.full_name, self.url = directory / "clone", full_name, f"{forge.url}/{full_name}.git"
        self.bare = directory / "bare.git"
        shutil.copytree(forge.world.git_directory(forge.world.repository(full_name)), self.bare)
        forge.world.directories[full_name] = self.bare
        subprocess.run(["git", "clone", "-q", self.bare, self.path], env=GIT, check=True)
        self.git("remote", "set-url", "origin", self.url)

    def git(self, *arguments):
        done = subprocess.run(["git", *map(str, arguments)], cwd=self.path, env=GIT, capture_output=True)
        assert done.returncode == 0, (arguments, done.stderr)
        return done.stdout.decode().strip()

    def edit(self, name, old, new):
        path = self.path / name
        path.write_text(path.read_text().replace(old, new, 1))

    def commit(self, message="Change"):
        self.git("add", "-A")
        self.git("commit", "-qm", message)

    def push(self, *refs):
        """To the remote's directory: the forge only gives."""
        for ref in refs or ("main",):
            self.git("push", "-qf", self.bare, ref)
        self.git("fetch", "-q", self.bare, "+refs/heads/*:refs/remotes/origin/*")

    def tag(self, name=f"v{NEXT}", *arguments):
        self.git("tag", *(arguments or ("-am", name)), name)

    def prepare(self, version=NEXT, entry=ENTRY):
        self.edit("pyproject.toml", 'version = "2.0.0"', f'version = "{version}"')
        self.edit("CHANGELOG.md", "# Changelog\n\n", f"# Changelog\n\n{entry}")

    def release(self, **how):
        """Everything that the list asks for."""
        self.prepare(**how)
        self.commit(f"Release {NEXT}")
        self.tag()
        self.push("main", f"v{NEXT}")
        return self


@pytest.fixture
def checkout(forge, tmp_path):
    return Checkout(forge, tmp_path)


@pytest.fixture
def gate(drift):
    """The states of all checks; the lines themselves are in `gate.lines`."""

    def run(checkout, *arguments, status=None, **options):
        path = checkout.path if isinstance(checkout, Checkout) else checkout
        done = drift.run("gate", path, "--format", "json", *arguments, **options)
        assert done.returncode in (0, 1, 3), done.stderr
        run.document = json.loads(done.stdout)
        run.lines = {line["id"]: line for line in run.document["checks"]}
        states = {name: line["state"] for name, line in run.lines.items()}
        gravest = 1 if "wrong" in states.values() else 3 if "unknown" in states.values() else 0
        assert done.returncode == gravest, states
        return {name: state for name, state in states.items() if state != "right"}

    return run


def test_all_is_right(checkout, gate, forge, drift):
    checkout.release()
    before = sorted(path for path in (checkout.path / ".git").rglob("*"))
    forge.forget()
    assert gate(checkout) == {}
    assert gate.document["version"] == NEXT and gate.document["repository"] == FULL
    assert len(forge.requests()) <= 4
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
    assert gate(checkout) == {"repository": "wrong", "branch": "unknown", "tag-pushed": "unknown"}


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
    assert gate(checkout, "--tag", "nightly").keys() == {"tag", "tag-pushed"}


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


def test_offline(checkout, gate, forge):
    checkout.release()
    forge.forget()
    unknown = {"repository", "newest", "unused", "tag-pushed"}
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


# --- in a job of GitHub Actions ----------------------------------------------------------------


def job(tmp_path, ref=f"refs/tags/v{NEXT}"):
    return {"GITHUB_ACTIONS": "true", "GITHUB_REF": ref, "GITHUB_REPOSITORY": "Harbour-Labs/" + NAME,
            "GITHUB_STEP_SUMMARY": str(tmp_path / "summary.md")}


def test_actions_tells_tag_and_repository(checkout, gate, drift, tmp_path):
    checkout.release()
    checkout.git("switch", "-q", "--detach", f"v{NEXT}")
    checkout.git("remote", "set-url", "origin", "https://elsewhere.example/mirror.git")
    (tmp_path / "summary.md").write_text("before\n")
    assert gate(checkout, more=job(tmp_path)) == {}
    assert gate.document["tag"] == f"v{NEXT}"
    assert (tmp_path / "summary.md").read_text() == "before\n", "JSON was asked for"
    done = drift.run("gate", checkout.path, more=job(tmp_path))
    assert done.returncode == 0 and "::error" not in done.stdout and "✓ tag: v2.1.0 at" in done.stdout
    summary = (tmp_path / "summary.md").read_text()
    assert summary.startswith("before\n### tidewatch 2.1.0\n") and "| ✓ | tag | v2.1.0 at" in summary
    done = drift.run("gate", checkout.path, more=job(tmp_path, "refs/tags/v2.0.0"))
    assert done.returncode == 1
    assert ("::error title=declared version,file=pyproject.toml,line=7::pyproject.toml:7 states 2.1.0, "
            "not 2.0.0%0ASet it to 2.0.0") in done.stdout
    assert drift.run("gate", checkout.path, more=job(tmp_path, "refs/heads/main")).returncode == 0


def test_actions_obeys_no_stranger(checkout, drift, tmp_path):
    """What a repository holds becomes no command to the runner, and no markup of the summary."""
    checkout.release()
    for name in ("a\n::error::b", "##[group]c", "::stop-commands::d", "100%, <img src=x>|`e"):
        (checkout.path / name.replace("/", "")).write_text("x")
    done = drift.run("gate", checkout.path, more=job(tmp_path))
    assert done.returncode == 0
    for line in done.stdout.splitlines():
        assert not line.startswith("::") and "##[" not in line
    checkout.git("add", "-A")
    done = drift.run("gate", checkout.path, more=job(tmp_path))
    commands = [line for line in done.stdout.splitlines() if line.lstrip().startswith("::")]
    assert len(commands) == 1 and commands[0].startswith("::error title=work tree,file=")
    assert "100%25, <img" in commands[0]
    summary = (tmp_path / "summary.md").read_text()
    assert "<img" not in summary and "|`e" not in summary and "&#60;img" in summary


def test_actions_summary_that_cannot_be_written(checkout, drift, tmp_path):
    checkout.release()
    more = job(tmp_path) | {"GITHUB_STEP_SUMMARY": str(tmp_path / "no/summary.md")}
    done = drift.run("gate", checkout.path, more=more)
    assert done.returncode == 4 and "summary" in done.stderr


# --- repositories that are not as one would like ------------------------------------------------


def test_detached_and_shallow(checkout, gate, tmp_path):
    """As actions/checkout leaves them."""
    checkout.release()
    checkout.git("switch", "-q", "--detach", f"v{NEXT}")
    assert gate(checkout) == {}
    other = tmp_path / "later"
    subprocess.run(["git", "clone", "-q", checkout.bare, other], env=GIT, check=True)
    for command in (["commit", "--allow-empty", "-qm", "Later"], ["push", "-q"]):
        subprocess.run(["git", *command], cwd=other, env=GIT, check=True)
    assert gate(checkout) == {}, "what the clone saw before holds"
    shallow = tmp_path / "shallow"
    subprocess.run(["git", "clone", "-q", "--depth", "1", "--branch", f"v{NEXT}", f"file://{checkout.bare}",
                    shallow], env=GIT, check=True)
    subprocess.run(["git", "remote", "set-url", "origin", checkout.url], cwd=shallow, env=GIT, check=True)
    assert gate(shallow) == {"branch": "unknown"}
    assert "fetch-depth: 0" in gate.lines["branch"]["repair"]


def test_a_plain_copy_of_an_annotated_tag(checkout, gate):
    """actions/checkout writes the tag that it was started by as a plain one."""
    checkout.release()
    checkout.git("update-ref", f"refs/tags/v{NEXT}", f"v{NEXT}^{{commit}}")
    assert gate(checkout) == {}


@pytest.fixture
def lossy(tmp_path):
    """libgit2 1.5 loses memory of PCRE2 where it reads extensions or submodules."""
    (tmp_path / "lsan").write_text("leak:libpcre2\n")
    return {"LSAN_OPTIONS": f"suppressions={tmp_path}/lsan:print_suppressions=0"}


def test_partial_clone_submodule_and_linked_work_tree(checkout, gate, lossy, tmp_path):
    checkout.release()
    partial = tmp_path / "partial"
    bare_git(checkout.bare, "config", "uploadpack.allowFilter", "true")
    subprocess.run(["git", "clone", "-q", "--filter=blob:none", f"file://{checkout.bare}", partial],
                   env=GIT, check=True)
    subprocess.run(["git", "remote", "set-url", "origin", checkout.url], cwd=partial, env=GIT, check=True)
    assert gate(partial, more=lossy) == {}
    checkout.git("worktree", "add", "-q", "--detach", tmp_path / "linked")
    assert gate(tmp_path / "linked", more=lossy) == {}
    outer = tmp_path / "outer"
    subprocess.run(["git", "init", "-q", outer], check=True, env=GIT)
    subprocess.run(["git", "-c", "protocol.file.allow=always", "submodule", "--quiet", "add",
                    checkout.bare, "inner"], cwd=outer, check=True, env=GIT)
    subprocess.run(["git", "remote", "set-url", "origin", checkout.url], cwd=outer / "inner",
                   env=GIT, check=True)
    assert gate(outer / "inner", more=lossy) == {}


def test_a_changed_submodule_is_a_change(checkout, gate, lossy, forge):
    inner = forge.world.git_directory(forge.world.repository(f"{OWNER}/moorings"))
    checkout.git("-c", "protocol.file.allow=always", "submodule", "--quiet", "add", inner, "inner")
    checkout.release()
    assert gate(checkout, more=lossy) == {}
    (checkout.path / "inner/README.md").write_text("changed")
    assert gate(checkout, more=lossy) == {"clean": "wrong"}
    assert "inner" in gate.lines["clean"]["seen"]
    checkout.git("submodule", "--quiet", "deinit", "-f", "inner")
    assert gate(checkout, more=lossy) == {}


def test_refused(checkout, drift, tmp_path):
    """No repository, a bare one, an empty one, no project: 2, and what to do."""
    empty = tmp_path / "empty"
    subprocess.run(["git", "init", "-q", empty], check=True, env=GIT)
    (tmp_path / "nothing").mkdir()
    for path, said in ((tmp_path / "nothing", "in no git repository"), (checkout.bare, "a bare repository"),
                       (empty, "no commit yet"), (checkout.path / "src", "no Python project"),
                       (tmp_path / "absent", "absent")):
        done = drift.run("gate", path)
        assert done.returncode == 2 and said in done.stderr, (path, done.stderr)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root gives files away")
def test_somebody_elses_repository(checkout, drift, gate):
    checkout.release()
    os.chown(checkout.path, 12345, 12345)
    os.chown(checkout.path / ".git", 12345, 12345)
    done = drift.run("gate", checkout.path)
    assert done.returncode == 4
    assert f"git config --global --add safe.directory '{checkout.path}'" in done.stderr
    (drift.home / ".gitconfig").write_text(f"[safe]\n\tdirectory = {checkout.path}\n")
    assert gate(checkout) == {}


def test_nothing_of_the_repository_runs(checkout, gate, tmp_path):
    """Hooks, filters, fsmonitor, aliases, ssh commands: each would leave a mark."""
    mark = tmp_path / "ran"
    program = tmp_path / "program"
    program.write_text(f"#!/bin/sh\necho \"$0 $*\" >>{mark}\ncat\n")
    program.chmod(0o755)
    checkout.release()
    (checkout.path / ".gitattributes").write_text("*.md filter=evil diff=evil\n")
    checkout.commit("Attributes")
    checkout.push()
    checkout.git("tag", "-f", "-am", "again", f"v{NEXT}")
    checkout.push(f"v{NEXT}")
    for name in ("post-index-change", "post-checkout", "pre-commit", "fsmonitor-watchman"):
        shutil.copy(program, checkout.path / ".git/hooks" / name)
    for key in ("filter.evil.clean", "filter.evil.smudge", "filter.evil.process", "core.fsmonitor",
                "core.sshCommand", "core.pager", "core.editor", "credential.helper", "diff.evil.textconv",
                "diff.external", "remote.origin.uploadpack", "core.gitProxy", "uploadpack.packObjectsHook"):
        checkout.git("config", key, program)
    (checkout.path / "README.md").write_text("other\n")
    assert gate(checkout) == {"clean": "unknown"}
    assert "filter" in gate.lines["clean"]["seen"]
    assert not mark.exists()


def test_names_of_strangers(checkout, drift):
    """Escape sequences and quotes are shown, not obeyed."""
    checkout.release()
    checkout.git("config", "remote.origin.url", f"{checkout.url}\x1b[31m")
    (checkout.path / "a\x1b[2J\n::error::b").write_text("x")
    done = drift.run("gate", checkout.path)
    assert "\x1b" not in done.stdout and "\n::error" not in done.stdout
    assert "a\\x1b" in done.stdout


def test_secrets_of_the_remote_stay(checkout, drift):
    checkout.release()
    checkout.git("config", "remote.origin.url", f"https://user:{TOKEN}@elsewhere.example/o/r.git")
    done = drift.run("gate", checkout.path)
    assert "https://elsewhere.example/o/r.git" in done.stdout  # and the fixture looks for the token


def test_ssh_remotes(checkout, gate):
    for url in (f"git@github.com:{FULL}.git", f"ssh://git@github.com/{FULL}"):
        checkout.git("remote", "set-url", "origin", url)
        assert "repository" not in gate(checkout)
        assert "tag-pushed" not in gate(checkout), "the configured host was asked"


def test_a_large_work_tree_takes_no_second(drift, tmp_path):
    """100,000 files."""
    with tempfile.TemporaryDirectory(dir=tmp_path) as large:
        root = Path(large)
        (root / "pyproject.toml").write_text(demo.pyproject("large", "1.0.0", f"{OWNER}/large"))
        for number in range(1000):
            folder = root / f"p{number // 10}" / f"m{number % 10}"
            folder.mkdir(parents=True)
            for third in range(100):
                (folder / f"f{third}.py").touch()
        for command in (["init", "-q"], ["add", "-A"], ["commit", "-qm", "All"]):
            subprocess.run(["git", *command], cwd=root, env=GIT, check=True)
        took = []
        for _ in range(3):
            start = time.monotonic()
            done = drift.run("gate", "--offline", root)
            took.append(time.monotonic() - start)
            assert done.returncode == 1 and "clean" in done.stdout, done.stderr
    assert min(took) < (10 if b"__asan_init" in Path(drift.binary).read_bytes() else 1), took
