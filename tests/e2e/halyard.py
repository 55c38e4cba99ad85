"""A package whose release 1.0.0 was published with more than its tag holds."""

import os
import subprocess

from forge import artifacts
from forge.demo import pyproject

TREE, TREE_FULL = "halyard", "harbour-labs/halyard"
CODE = '"""Sails."""\n\n\ndef hoist(sail):\n    return sail.up()\n'
FIXED = CODE.replace("sail.up()", "sail.up(all=True)")
BASE = {
    "pyproject.toml": pyproject(TREE, "1.0.0", TREE_FULL),
    "README.md": "# halyard\n",
    "CHANGELOG.md": "# Changelog\n\n## 1.0.0\n\n- All.\n",
    f"src/{TREE}/__init__.py": "",
    f"src/{TREE}/sail.py": CODE,
    f"src/{TREE}/dos.py": "A = 1\r\nB = 2\r\n",
}
LOST = {
    f"src/{TREE}/sail.py": FIXED,
    f"src/{TREE}/reef/__init__.py": "",
    f"src/{TREE}/reef/knots.py": "def tie(rope):\n    return rope.bend(2)\n",
}
GIT = {**os.environ, "GIT_CONFIG_NOSYSTEM": "1", "GIT_CONFIG_GLOBAL": "/dev/null"}
for _key in ("AUTHOR", "COMMITTER"):
    GIT |= {f"GIT_{_key}_NAME": "Clone", f"GIT_{_key}_EMAIL": "clone@example.org"}


def git(directory, *arguments, given=None):
    done = subprocess.run(["git", "-C", str(directory), *arguments], capture_output=True, text=True, env=GIT,
                          input=given)
    assert done.returncode == 0, (arguments, done.stderr)
    return done.stdout.strip()


def by_setuptools(files, extra=None):
    return artifacts.sdist(TREE, "1.0.0", BASE | files, extra)
