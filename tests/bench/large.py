"""A large release, in its repository and published: what comparing costs beside what it must."""

import random
import shutil
import subprocess

from forge.artifacts import sdist

from .fleet import pool
from .process import run

FILES = 10_000
HUGE = 512 << 20
HAND = """\
mkdir {home}/tree && tar -xzf {sdist} -C {home}/tree --strip-components=1
cd {home}/tree
git --git-dir={git} ls-tree -r main | awk '{{print $3 "\\t" $4}}' FS='[ \\t]' | sort >../committed
find . -type f | sed 's|^./||' >../names
git hash-object --no-filters --stdin-paths <../names | paste - ../names | sort >../published
comm -13 ../committed ../published
"""


def _commit(home, tree):
    """The tree as the only commit of a bare repository; returns its id."""
    git = home / "large.git"
    subprocess.run(["git", "init", "-q", "--bare", "-b", "main", git], check=True)
    lines = [b"commit refs/heads/main\ncommitter N <n@example.org> 1700000000 +0000\ndata 0\n"]
    for path, text in tree.items():
        lines.append(f"M 100644 inline {path}\ndata {len(text)}\n{text}\n".encode())
    command = ["git", "-C", git, "fast-import", "--quiet"]
    subprocess.run(command, input=b"".join(lines), check=True)
    named = subprocess.run(
        ["git", "-C", git, "rev-parse", "main"], capture_output=True, text=True, check=True
    )
    return git, named.stdout.strip()


def make(home):
    """A repository of FILES modules, its history as contents_try reads it, and the sdist of it."""
    shutil.rmtree(home, ignore_errors=True)
    home.mkdir(parents=True)
    dice = random.Random(1)
    tree = {
        f"src/large/part_{at % 100}/module_{at}.py": "".join(
            f"{line}  # {dice.getrandbits(48):x}\n" for line in dice.choices(pool, k=130)
        )
        for at in range(FILES)
    }
    git, commit = _commit(home, tree)
    listed = subprocess.run(
        ["git", "-C", git, "ls-tree", "-r", "main"], capture_output=True, text=True, check=True
    ).stdout
    blobs = sorted(line.split()[2] for line in listed.splitlines())
    (home / "history").write_text("".join(f"{blob} 1700000000 {commit}\n" for blob in blobs))
    (home / "large-1.0.tar.gz").write_bytes(sdist("large", "1.0", tree))
    (home / "small-1.0.tar.gz").write_bytes(sdist("small", "1.0", {"src/small/__init__.py": ""}))
    empty = {"src/huge/zeros.bin": bytes(HUGE)}
    (home / "huge-1.0.tar.gz").write_bytes(sdist("huge", "1.0", empty))
    return git, commit


def compare(tool, home, git, commit, name):
    line = "\t".join(
        [str(home / f"{name}-1.0.tar.gz"), f"{name}-1.0.tar.gz", name, "1.0", "-", commit, commit, "-"]
    )
    return run([tool, git, home / "history"], line + "\n")


def by_hand(home, git):
    """tar, git hash-object and comm, with the page cache warm."""
    shutil.rmtree(home / "tree", ignore_errors=True)
    script = HAND.format(home=home, git=git, sdist=home / "large-1.0.tar.gz")
    return run(["bash", "-e", "-c", script])
