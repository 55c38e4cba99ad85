"""`gate` on repositories that are not as one would like: cut off, foreign, hostile, large."""

import os
import resource
import shutil
import subprocess
import tempfile
from pathlib import Path

import pytest
from conftest import OWNER, TOKEN
from forge import demo
from forge.gitrepo import git as bare_git
from gating import FULL, GIT, NEXT, Checkout

pytestmark = pytest.mark.skipif(shutil.which("git") is None, reason="git makes the checkouts")


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


def test_a_sparse_checkout(checkout, gate):
    """What it leaves out is not deleted; what is there and differs is changed."""
    checkout.release()
    checkout.git("sparse-checkout", "set", "--no-cone", "/*", "!/src")
    assert not (checkout.path / "src").exists()
    assert gate(checkout) == {}
    (checkout.path / "LICENSE").unlink()
    assert gate(checkout)["clean"] == "wrong"
    assert "LICENSE" in gate.lines["clean"]["seen"] and "src" not in gate.lines["clean"]["seen"]


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
                       (tmp_path / "absent", "No such file or directory"),
                       (checkout.path / "README.md", "README.md is no directory")):
        done = drift.run("gate", path)
        assert done.returncode == 2 and said in done.stderr, (path, done.stderr)


def test_other_projects_are_named_once(forge, drift, tmp_path):
    checkout = Checkout(forge, tmp_path, f"{OWNER}/dockyard")
    folders = sorted(path.name for path in (checkout.path / "packages").iterdir())
    for name in folders:
        (checkout.path / f"packages/{name}/setup.py").write_text("from setuptools import setup\nsetup()\n")
    for number in range(4):
        (checkout.path / f"z{number}").mkdir()
        (checkout.path / f"z{number}/pyproject.toml").write_text(f'[project]\nname = "z{number}"\nversion = "1"\n')
    checkout.commit()
    done = drift.run("gate", checkout.path)
    assert done.returncode == 2
    assert done.stderr.count("packages/dockyard-cli") == 1
    assert "packages/dockyard-cli, packages/dockyard-core" in done.stderr and done.stderr.rstrip().split("\n")[0].endswith(
        "and others")


def test_a_damaged_repository(checkout, drift):
    """Nothing is made up of what is left."""
    checkout.release()
    checkout.git("repack", "-adq")
    for path in (checkout.path / ".git/objects/pack").glob("*.pack"):
        path.unlink()
    done = drift.run("gate", "--offline", checkout.path)
    assert done.returncode == 4 and "git fsck" in done.stderr and done.stdout == ""


@pytest.mark.skipif(os.geteuid() != 0, reason="only root gives files away")
def test_somebody_elses_repository(checkout, drift, gate):
    checkout.release()
    os.chown(checkout.path, 12345, 12345)
    os.chown(checkout.path / ".git", 12345, 12345)
    done = drift.run("gate", checkout.path)
    assert done.returncode == 4
    assert f"git config --global --add safe.directory {checkout.path}" in done.stderr
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
    (tmp_path / "hooks").mkdir()
    shutil.copy(program, tmp_path / "hooks/post-index-change")
    checkout.git("config", "core.hooksPath", tmp_path / "hooks")
    (tmp_path / "more").write_text(f"[filter \"evil\"]\n\trequired\n\tclean = {program}\n[core]\n\tfsmonitor = {program}\n")
    checkout.git("config", "include.path", tmp_path / "more")
    checkout.git("config", "includeIf.gitdir:/.path", tmp_path / "more")
    (checkout.path / "README.md").write_text("other\n")
    assert gate(checkout) == {"clean": "unknown"}
    assert "filter" in gate.lines["clean"]["seen"]
    assert not mark.exists()


def test_from_a_hook_of_another_repository(checkout, gate, tmp_path):
    """git tells its hooks where they are by variables; DIR is what counts."""
    checkout.release()
    other = tmp_path / "other"
    subprocess.run(["git", "init", "-q", other], check=True, env=GIT)
    assert gate(checkout, more={"GIT_DIR": f"{other}/.git", "GIT_WORK_TREE": str(other),
                                "GIT_INDEX_FILE": f"{other}/index", "GIT_OBJECT_DIRECTORY": str(other)}) == {}


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
    """100,000 files; of its own time, as others may keep the machine busy."""
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
            before = resource.getrusage(resource.RUSAGE_CHILDREN)
            done = drift.run("gate", "--offline", root)
            after = resource.getrusage(resource.RUSAGE_CHILDREN)
            took.append(after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)
            assert done.returncode == 1 and "clean" in done.stdout, done.stderr
    assert min(took) < (10 if b"__asan_init" in Path(drift.binary).read_bytes() else 1), took
