"""What differs between a published release and the repository, line by line."""

import json
import shutil
import subprocess

import pytest
from conftest import OWNER, TREE, TREE_FULL
from forge import artifacts, demo, faults
from halyard import BASE, FIXED, GIT, LOST, by_setuptools, git
from written import on_terminal

pytestmark = pytest.mark.skipif(shutil.which("git") is None, reason="git applies what is printed")

SAIL = f"src/{TREE}/sail.py"
SDIST = f"{TREE}-1.0.0.tar.gz"


def diff(drift, status, *arguments):
    done = drift.run("diff-release", *arguments)
    assert done.returncode == status, (done.returncode, done.stderr, done.stdout)
    return done.stdout


def listed(text):
    """path → (class, notes) of what is not identical."""
    rows = {}
    for line in text.splitlines():
        kind, _, rest = line.strip().partition(" ")
        if line.startswith("  ") and kind not in ("SHA-256", "against", "tag", "no", "identical"):
            path, _, notes = rest.strip().partition("  (")
            rows[path] = (kind, notes.rstrip(")"))
    return {path: row for path, row in rows.items() if row[0] != "generated"}


def apply(drift, text, commit="v1.0.0"):
    """path → bytes of the tree with what was printed."""
    git(drift.clone, "switch", "-q", "--detach", commit)
    subprocess.run(["git", "-C", drift.clone, "apply", "--whitespace=nowarn"], input=text.encode(), env=GIT, check=True)
    git(drift.clone, "add", "-A")
    return {path: (drift.clone / path).read_bytes().decode() for path in git(drift.clone, "ls-files").splitlines()}


def test_the_incident(drift):
    """By the names that a scan left; the release has no tag, and its wheel says nothing new."""
    assert drift.scan(OWNER).returncode == 1
    before = drift.report()
    text = diff(drift, 1, demo.INCIDENT)
    assert text.startswith("gull-mailbox-core 0.2.0 and harbour-labs/gull-mailbox-core\n")
    assert "no tag denotes 0.2.0; this commit has most of it" in text and "commit 81a1de01f772" in text
    assert listed(text)["src/gull_mailbox_core/reader.py"][0] == "altered"
    assert text.count("diff --git") == 1 and "\n-    if not batch:\n+    if batch is None:\n" in text
    assert "identical     1 file; 1 differs as in the sdist" in text
    assert drift.report() == before
    assert diff(drift, 1, "gull_mailbox.core==0.2.0") == text
    assert diff(drift, 1, "--name-only", demo.INCIDENT) == "src/gull_mailbox_core/reader.py\n"
    assert '\n-version = "0.1.0"\n+version = "0.2.0"\n' in diff(drift, 1, "--all", demo.INCIDENT)


def test_nothing_differs(drift, world):
    text = diff(drift, 0, f"ballast==0.10.0={OWNER}/ballast")
    assert "tag v0.10.0 denotes 0.10.0" in text and "diff --git" not in text and listed(text) == {}
    assert "generated" in text and "identical" in text and not (drift.home / "fleet.db").exists()


def test_what_is_printed_is_what_was_published(publish):
    drift = publish(by_setuptools(LOST))
    text = diff(drift, 1, drift.target)
    assert f"--- a/{SAIL}\tcommit {git(drift.clone, 'rev-parse', 'v1.0.0^{}')[:12]}\n" in text
    assert f"+++ b/{SAIL}\t{SDIST}\n" in text
    assert listed(text)[SAIL] == ("altered", "line 5")
    assert listed(text)[f"src/{TREE}/reef/knots.py"][0] == "nowhere"
    assert apply(drift, text) == BASE | LOST


def test_a_wheel_alone(publish):
    drift = publish(wheel=artifacts.wheel(TREE, "1.0.0", artifacts.modules_of(BASE | LOST)))
    assert apply(drift, diff(drift, 1, drift.target)) == BASE | LOST


def test_a_wheel_that_says_more(publish):
    """What the sdist has, too, is told once; of one file alone all is told."""
    more = artifacts.modules_of(BASE | LOST) | {f"{TREE}/more.py": "import socket\n"}
    drift = publish(by_setuptools(LOST), artifacts.wheel(TREE, "1.0.0", more))
    text = diff(drift, 1, drift.target)
    assert text.count("diff --git") == 4 and apply(drift, text) == BASE | LOST | {f"src/{TREE}/more.py": "import socket\n"}
    assert "what is new touches: network" in listed(text)[f"src/{TREE}/more.py"][1]
    git(drift.clone, "reset", "-q", "--hard")
    wheel = diff(drift, 1, "--file", f"{TREE}-1.0.0-py3-none-any.whl", drift.target)
    assert SDIST not in wheel and apply(drift, wheel) == BASE | LOST | {f"src/{TREE}/more.py": "import socket\n"}


def test_line_ends(publish):
    """Those alone are named; a change beside them is shown with the bytes as they are."""
    crlf = {path: text.replace("\r\n", "\n").replace("\n", "\r\n") for path, text in BASE.items()}
    drift = publish(by_setuptools(crlf))
    text = diff(drift, 0, drift.target)
    assert listed(text)[SAIL][0] == "line-endings" and "diff --git" not in text
    drift = publish(by_setuptools({SAIL: FIXED.replace("\n", "\r\n")}))
    text = diff(drift, 1, drift.target)
    assert listed(text)[SAIL] == ("altered", "line 5; in line ends, too")
    assert apply(drift, text)[SAIL] == FIXED.replace("\n", "\r\n")


def test_secrets_are_never_shown(publish):
    """By name, and by what a configuration binds, on either side."""
    held = {f"src/{TREE}/settings.py": "PASSWORD = 'hunter2hunter2'\n"}
    extra = {".pypirc": "[pypi]\npassword = hunter2hunter2\n", "id_rsa": "hunter2\n", "conf.ini": "token = hunter2hunter2\n"}
    drift = publish(by_setuptools({f"src/{TREE}/settings.py": "PASSWORD = None\n"}, extra), base=BASE | held)
    text = diff(drift, 1, drift.target)
    for path in (*extra, *held):
        assert f"\nb/{path} is not shown: its name or what it holds suggests a secret\n" in text
    outputs = [text, diff(drift, 1, "--format", "json", drift.target), diff(drift, 1, "--stat", drift.target)]
    assert not any("hunter2" in output for output in outputs)
    assert all(row["shown"] == "secret" for row in json.loads(outputs[1])["files"][0]["files"] if not row["expected"])


def test_a_binary(publish):
    drift = publish(by_setuptools({f"src/{TREE}/old.bin": b"a\0bc", f"src/{TREE}/new.bin": b"\0"}),
                    base=BASE | {f"src/{TREE}/old.bin": b"a\0b"})
    text = diff(drift, 1, drift.target)
    old = git(drift.clone, "rev-parse", f"HEAD:src/{TREE}/old.bin")
    assert f"Binary files a/src/{TREE}/old.bin (3 bytes, {old}) and b/src/{TREE}/old.bin (4 bytes, " in text
    assert f"Binary file b/src/{TREE}/new.bin (1 bytes, " in text


def test_too_much(publish):
    big = "".join(f"line_{n} = {n}\n" for n in range(60000))
    drift = publish(by_setuptools({f"src/{TREE}/big.py": big} | LOST))
    text = diff(drift, 1, drift.target)
    assert f"b/src/{TREE}/big.py is not shown: too large\n" in text
    assert apply(drift, text) == BASE | LOST


def test_what_git_would_run(publish):
    """No diff of what a careless `patch` would put where git runs it."""
    drift = publish(by_setuptools(LOST, {".git/hooks/post-checkout": "#!/bin/sh\nevil\n", "sub/.GIT/config": "evil\n"}))
    text = diff(drift, 1, drift.target)
    assert text.count("its path is not one for a repository") == 4 and "evil" not in text
    assert apply(drift, text) == BASE | LOST


def test_hostile_text(publish):
    """A terminal gets what could move its cursor as characters; a pipe gets the bytes."""
    drift = publish(by_setuptools({SAIL: "# \x1b[2J\x07 \u202e\n\tx = 1\n"}, {"a\nb\x1b.py": "y = 2\n"}))
    text = diff(drift, 1, drift.target)
    assert "+# \x1b[2J\x07 \u202e\n+\tx = 1\n" in text and "\x1b" not in text.split("diff --git")[0]
    shown = on_terminal(drift.command("diff-release", "--colour", "never", drift.target), 1,
                        cwd=drift.home, env=drift.environment())
    assert "+# \\x1b[2J\\x07 \\u202e\n+\tx = 1\n" in shown and "\x1b" not in shown
    coloured = diff(drift, 1, "--colour", "always", drift.target)
    assert "\x1b[32m+# \\x1b[2J" in coloured and "\x1b[31m-def hoist" in coloured


def test_against(publish):
    """The tag where there is one; another commit that has more of it is named."""
    drift = publish(by_setuptools(LOST), base=BASE)
    commit = git(drift.clone, "rev-parse", "v1.0.0^{}")
    for name, why in (("tag", "tag v1.0.0 denotes 1.0.0"), ("best", "no commit has more of it"),
                      ("v1.0.0", "as asked: v1.0.0"), ("main", "as asked: main"), (commit[:8], "as asked: ")):
        text = diff(drift, 1, "--against", name, "--stat", drift.target)
        assert f"against  commit {commit}" in text and why in text and "diff --git" not in text
    done = drift.run("diff-release", "--against", "v9", drift.target)
    assert done.returncode == 3 and "is called v9" in done.stderr and done.stdout == ""
    drift = publish(by_setuptools(LOST), tag=None)
    assert "no tag denotes 1.0.0" in diff(drift, 1, drift.target)
    done = drift.run("diff-release", "--against", "tag", drift.target)
    assert done.returncode == 3 and f"no tag denotes {TREE} 1.0.0" in done.stderr


def test_no_commit_has_any_of_it(publish):
    drift = publish(artifacts.archive({f"{TREE}-1.0.0/{TREE}.py": "import os\n"}), tag=None)
    text = diff(drift, 1, drift.target)
    assert "against  nothing" in text and "no commit that was there in time has any of it" in text
    assert f"--- /dev/null\n+++ b/{TREE}.py\t{SDIST}\n" in text


def test_the_card(publish):
    """The same without the network, as far as the database has it: files, lines, hints for the reader."""
    changed = {SAIL: FIXED, f"src/{TREE}/__init__.py": "# nothing\n"}
    drift = publish(by_setuptools(changed, {f"src/{TREE}/more.py": "import socket, os\nos.environ\n"}))
    drift.scan(OWNER, "--verify", "latest")
    card = drift.run("report", TREE).stdout
    assert "\n  in no commit   1.0.0\n" in card
    files = card.split("Files that are not the repository's\n")[1]
    assert f"  1.0.0          altered: src/{TREE}/__init__.py, line 1, only comments differ\n" in files
    assert f"nowhere: src/{TREE}/more.py, what is new touches network environment\n" in files
    assert f"altered: {SAIL}, line 5\n" in files and f"fleetdrift diff-release {TREE}==VERSION\n" in files


def test_for_programs(publish):
    drift = publish(by_setuptools(LOST))
    document = json.loads(diff(drift, 1, "--format", "json", drift.target))
    assert (document["package"], document["version"], document["tag"]) == (TREE, "1.0.0", "v1.0.0")
    assert document["differs"] is True and document["unknown"] is False
    (published,) = document["files"]
    assert published["filename"] == SDIST and published["against"] == "tag" and published["error"] is None
    sail = next(row for row in published["files"] if row["path"] == SAIL)
    assert sail["class"] == "altered" and sail["lines"] == "5" and sail["diff"].startswith(f"diff --git a/{SAIL}")
    everything = "".join(row["diff"] for row in published["files"] if row["shown"] == "text")
    assert apply(drift, everything) == BASE | LOST


def test_what_builds_change(publish):
    drift = publish(by_setuptools({}))
    assert "diff --git" not in diff(drift, 0, drift.target)
    assert "diff --git a/PKG-INFO b/PKG-INFO\nnew file mode" in diff(drift, 0, "--all", drift.target)


def test_what_could_not_be_looked_at(publish):
    whole = by_setuptools(LOST)
    drift = publish(whole[: len(whole) // 2])
    done = drift.run("diff-release", drift.target)
    assert done.returncode == 3 and SDIST in done.stderr and done.stdout == ""
    drift = publish(by_setuptools({}))
    drift.forge.fault("/packages/*", faults.status(404))
    done = drift.run("diff-release", drift.target)
    assert done.returncode == 3 and SDIST in done.stderr and "404" in done.stderr and done.stdout == ""


def test_wrong_calls(publish):
    drift = publish(by_setuptools(LOST))
    for arguments, status, words in (
        ([], 2, "PACKAGE==VERSION"),
        ([f"{TREE}==1.0.0"], 2, f"name it, {TREE}==1.0.0=OWNER/NAME, or scan it first"),
        ([f"{TREE}==="], 2, "is no version"),
        ([f"{TREE}==1.0.0=nonsense"], 2, "not OWNER/NAME"),
        (["--name-only", "--stat", drift.target], 2, "leave out --stat"),
        ([f"{TREE}==9.9={TREE_FULL}"], 3, f"{TREE}==9.9: there is no such release; the newest is 1.0.0"),
        ([f"nosuch={TREE_FULL}"], 3, "nosuch: no index that was asked has a release of it"),
        ([f"{TREE}=harbour-labs/absent"], 3, "harbour-labs/absent"),
        (["--file", "other.whl", drift.target], 3, f"has no sdist or wheel other.whl; it has {SDIST}"),
    ):
        done = drift.run("diff-release", *arguments)
        assert done.returncode == status and words in done.stderr and done.stdout == "", (arguments, done.returncode, done.stderr)
