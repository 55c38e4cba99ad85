"""Published files that no commit holds come back: as a bundle, as a patch, or from the user's disk."""

import io
import shutil
import tarfile

import pytest
from conftest import OWNER, TREE, TREE_FULL
from forge import artifacts
from halyard import BASE, LOST, by_setuptools, git

pytestmark = pytest.mark.skipif(shutil.which("git") is None, reason="git applies what is written")

BRANCH = "fix/sync-repo-with-v1.0.0"
WHO = ("--author", "Rowan", "--email", "rowan@example.org")


def recover(drift, *arguments):
    done = drift.run("recover", *WHO, "--output", f"{drift.home}/out/", *arguments)
    assert done.returncode == 0, done.stderr + done.stdout
    return done.stdout


def fetch(drift, name=f"{TREE}-1.0.0.bundle"):
    """As what is printed says."""
    bundle = str(drift.home / "out" / name)
    git(drift.clone, "bundle", "verify", bundle)
    git(drift.clone, "fetch", "-q", bundle, f"{BRANCH}:{BRANCH}")
    git(drift.clone, "fsck", "--full", "--strict")
    git(drift.clone, "switch", "-q", BRANCH)


def tree_of(drift):
    return {path: (drift.clone / path).read_bytes().decode()
            for path in git(drift.clone, "ls-files").splitlines()}


def test_a_bundle_and_a_patch(publish):
    drift = publish(by_setuptools(LOST))
    said = recover(drift, drift.target)
    fetch(drift)
    assert tree_of(drift) == BASE | LOST
    message = git(drift.clone, "log", "-1", "--format=%an <%ae>%n%B")
    assert message.startswith("Rowan <rowan@example.org>\nSync repository with published v1.0.0\n")
    assert f"Changed:\n- src/{TREE}/sail.py\n" in message and f"- src/{TREE}/reef/knots.py\n" in message
    assert f"{TREE}-1.0.0.tar.gz" in message and "SHA-256" in message and "2025-02-03T10:00:02Z" in message
    assert git(drift.clone, "rev-parse", "HEAD^") == git(drift.clone, "rev-parse", "v1.0.0^{commit}")
    assert git(drift.clone, "rev-parse", "HEAD") in said and f"git switch {BRANCH}" in said
    tree = git(drift.clone, "rev-parse", "HEAD^{tree}")
    git(drift.clone, "switch", "-q", "--detach", "v1.0.0")
    git(drift.clone, "am", "-q", f"{drift.home}/out/{TREE}-1.0.0.patch")
    assert git(drift.clone, "rev-parse", "HEAD^{tree}") == tree
    assert "+    return sail.up(all=True)" in (drift.home / f"out/{TREE}-1.0.0.patch").read_text()


def test_the_same_again(publish):
    drift = publish(by_setuptools(LOST))
    out = drift.home / "out"
    first = recover(drift, drift.target)
    files = {path.name: path.read_bytes() for path in out.iterdir()}
    assert recover(drift, drift.target) == first
    assert {path.name: path.read_bytes() for path in out.iterdir()} == files
    assert not (drift.home / "fleet.db").exists()


def test_after_a_scan(publish):
    """The database knows the repository, and keeps its fleet and its runs."""
    drift = publish(by_setuptools(LOST))
    assert drift.scan(OWNER, "--verify", "latest").returncode == 1
    before = drift.report()
    recover(drift, f"{TREE}==1.0.0")
    fetch(drift)
    assert tree_of(drift) == BASE | LOST and drift.report() == before


def test_what_is_applied_is_what_a_build_publishes(publish):
    """All sources of the sdist, byte for byte."""
    sdist = by_setuptools(LOST)
    drift = publish(sdist)
    recover(drift, drift.target)
    fetch(drift)
    with tarfile.open(fileobj=io.BytesIO(sdist)) as tar:
        members = {name.split("/", 1)[1]: tar.extractfile(name).read().decode() for name in tar.getnames()}
    made = {"PKG-INFO", "setup.cfg"}
    published = {path: text for path, text in members.items() if path not in made and ".egg-info/" not in path}
    assert published == tree_of(drift)


def test_line_endings_stay(publish):
    """Built on the other system: what is LF here came as CRLF, and the other way round."""
    crlf = {path: text.replace("\r\n", "\n").replace("\n", "\r\n") for path, text in (BASE | LOST).items()}
    crlf[f"src/{TREE}/dos.py"] = "A = 1\nB = 3\n"
    drift = publish(by_setuptools(crlf))
    said = recover(drift, drift.target)
    fetch(drift)
    assert tree_of(drift) == BASE | LOST | {f"src/{TREE}/dos.py": "A = 1\r\nB = 3\r\n"}
    assert "line endings as the repository has them" in said


def test_secrets_stay_out(publish):
    drift = publish(by_setuptools(LOST, {".pypirc": "[pypi]\npassword = hunter2hunter2\n", ".env": "TOKEN=abc\n"}))
    said = recover(drift, drift.target)
    assert "left out  .pypirc  (its name or what it holds suggests a secret)" in said
    fetch(drift)
    assert tree_of(drift) == BASE | LOST
    for path in (drift.home / "out").iterdir():
        assert b"hunter2" not in path.read_bytes()


def test_only_a_wheel(publish):
    drift = publish(wheel=artifacts.wheel(TREE, "1.0.0", artifacts.modules_of(BASE | LOST)))
    said = recover(drift, drift.target)
    fetch(drift)
    assert tree_of(drift) == BASE | LOST
    assert "There is no sdist" in said and "There is no sdist" in git(drift.clone, "log", "-1", "--format=%B")


def test_nothing_is_lost(publish):
    drift = publish(by_setuptools({}))
    assert "Nothing to recover" in recover(drift, drift.target)
    assert not (drift.home / "out").exists()


def test_what_git_would_run_stays_out(publish):
    hostile = {".git/hooks/post-checkout": "#!/bin/sh\ntouch /tmp/owned\n", "sub/.GIT/config": "[core]\n",
               ".gitmodules": "[submodule \"x\"]\n\turl = -u\n\tpath = x\n"}
    drift = publish(by_setuptools(LOST, hostile))
    said = recover(drift, drift.target)
    for path in hostile:
        assert f"left out  {path}" in said
    fetch(drift)
    assert tree_of(drift) == BASE | LOST


def test_an_unreadable_file(publish):
    whole = by_setuptools(LOST)
    drift = publish(whole[: len(whole) // 2])
    done = drift.run("recover", *WHO, drift.target)
    assert done.returncode == 3 and not list(drift.home.glob("*.bundle"))


def test_git_says_who(publish):
    drift = publish(by_setuptools(LOST))
    done = drift.run("recover", drift.target)
    assert done.returncode == 2 and "--author NAME" in done.stderr
    (drift.home / ".gitconfig").write_text("[user]\n\tname = Config\n\temail = config@example.org\n")
    assert drift.run("recover", "--output", f"{drift.home}/out", drift.target).returncode == 0
    fetch(drift)
    assert git(drift.clone, "log", "-1", "--format=%an %ae") == "Config config@example.org"


def test_wrong_calls(publish):
    drift = publish(by_setuptools(LOST))
    for arguments, status, words in (
        ([], 2, "PACKAGE==VERSION"),
        ([TREE], 2, "PACKAGE==VERSION"),
        ([f"{TREE}==1.0.0"], 2, "repository is not known"),
        ([f"{TREE}==9.9={TREE_FULL}"], 3, "no such release"),
        ([f"{TREE}==1.0.0=nonsense"], 2, "not OWNER/NAME"),
        (["--search", ".", f"{TREE}==1.0.0"], 4, "fleet.db"),
    ):
        done = drift.run("recover", *WHO, *arguments)
        assert done.returncode == status and words in done.stderr, (arguments, done.returncode, done.stderr)


# --- on the disk ---------------------------------------------------------------------------------


def test_a_stash_has_it(publish):
    """The incident's first step: the source was on the author's disk all the time."""
    drift = publish(by_setuptools(LOST))
    drift.scan(OWNER, "--verify", "latest")
    for path, text in LOST.items():
        (drift.clone / path).parent.mkdir(exist_ok=True)
        (drift.clone / path).write_text(text)
    git(drift.clone, "add", "-A")
    git(drift.clone, "stash", "-q")
    before = sorted(str(path) for path in drift.clone.rglob("*"))
    done = drift.run("recover", "--search", str(drift.clone), f"{TREE}==1.0.0")
    assert done.returncode == 0, done.stderr
    for path in (f"src/{TREE}/sail.py", f"src/{TREE}/reef/knots.py"):
        assert path in done.stdout
    assert "stash" in done.stdout and git(drift.clone, "rev-parse", "stash@{0}")[:12] in done.stdout
    assert sorted(str(path) for path in drift.clone.rglob("*")) == before
    git(drift.clone, "stash", "drop", "-q")
    done = drift.run("recover", "--search", str(drift.clone), f"{TREE}==1.0.0")
    assert done.returncode == 0 and "unreachable-commit" in done.stdout


def test_nothing_on_the_disk(publish):
    drift = publish(by_setuptools(LOST))
    drift.scan(OWNER, "--verify", "latest")
    done = drift.run("recover", "--search", str(drift.clone), f"{TREE}==1.0.0")
    assert done.returncode == 1 and "nowhere here" in done.stdout
    done = drift.run("recover", "--search", str(drift.home / "absent"), f"{TREE}==1.0.0")
    assert done.returncode == 4 and "absent" in done.stderr
