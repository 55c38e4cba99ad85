"""Bare repositories with fixed dates and therefore fixed object ids, made by `git fast-import`."""

import os
import subprocess
from datetime import datetime
from pathlib import Path

# Of nobody: whether it is good is the forge's to tell.
SIGNATURE = b"-----BEGIN SSH SIGNATURE-----\nU1NIU0lH\n-----END SSH SIGNATURE-----\n"
PERSON = b"Rowan Harbour <rowan@harbour-labs.example>"


def seconds(when):
    """Unix time of "2025-03-01T09:00:00Z"."""
    return int(datetime.fromisoformat(when.replace("Z", "+00:00")).timestamp())


def git(directory, *arguments, **options):
    """Runs git on a bare repository, with nobody's configuration; gives its output."""
    environment = {"PATH": os.environ["PATH"], "GIT_CONFIG_NOSYSTEM": "1"}
    environment |= {"GIT_CONFIG_GLOBAL": "/dev/null", "HOME": "/nonexistent"}
    command = ["git", "--git-dir", str(directory), *arguments]
    return subprocess.run(
        command, env=environment, check=True, stdout=subprocess.PIPE, **options
    ).stdout


def _bytes(value):
    return value if isinstance(value, bytes) else value.encode()


class Link(str):
    """The content of a symbolic link: where it leads."""


RELEASE_WORKFLOW = """\
on:
  push:
    tags: ['**']
jobs:
  publish:
    permissions: {id-token: write}
    steps:
    - name: The tag must say the version
      run: test "$(python -m setuptools_scm)" = "$GITHUB_REF_NAME"
    - uses: pypa/gh-action-pypi-publish@ba38be9e461d3875417946c167d0b5f3d385a247
"""


class Repository:
    """Collects commits and tags; write() makes them real. Each root commit brings a workflow of which
    no rule has anything to say, unless `workflow` is another text, or None."""

    def __init__(self, branch="main", workflow=RELEASE_WORKFLOW):
        self.branch = branch
        self.workflow = workflow
        self.stream = []
        self.marks = {}  # branch → mark of its newest commit
        self.next_mark = 1

    def _data(self, value):
        self.stream += [b"data %d\n" % len(value), value, b"\n"]

    def commit(self, when, message, files, branch=None, start=None):
        """`files` maps paths to contents; None deletes. A new branch starts at `start`."""
        branch = branch or self.branch
        mark, self.next_mark = self.next_mark, self.next_mark + 1
        self.stream.append(b"commit refs/heads/%s\nmark :%d\n" % (branch.encode(), mark))
        self.stream.append(b"committer %s %d +0000\n" % (PERSON, seconds(when)))
        self._data(_bytes(message) + b"\n")
        parent = self.marks.get(branch, start)
        if parent:
            self.stream.append(b"from :%d\n" % parent)
        elif self.workflow is not None:
            files = {".github/workflows/release.yml": self.workflow} | files
        for path, content in files.items():
            name = b'"%s"' % _bytes(path).replace(b"\\", b"\\\\").replace(b"\n", b"\\n")
            if content is None:
                self.stream.append(b"D %s\n" % name)
            else:
                mode = b"120000" if isinstance(content, Link) else b"100644"
                self.stream.append(b"M %s inline %s\n" % (mode, name))
                self._data(_bytes(content))
        self.marks[branch] = mark
        return mark

    def tag(self, name, when=None, commit=None, signed=True):
        """Annotated, made at `when`; lightweight without. Default: the newest commit."""
        commit = commit or self.marks[self.branch]
        if when is None:
            self.stream.append(b"reset refs/tags/%s\nfrom :%d\n\n" % (_bytes(name), commit))
            return
        self.stream.append(b"tag %s\nfrom :%d\n" % (_bytes(name), commit))
        self.stream.append(b"tagger %s %d +0000\n" % (PERSON, seconds(when)))
        self._data(_bytes(name) + b"\n" + (SIGNATURE if signed else b""))

    def write(self, directory):
        """Makes the bare repository at `directory`, which must not exist."""
        directory = Path(directory)
        directory.parent.mkdir(parents=True, exist_ok=True)
        git(directory, "init", "-q", "--bare", "--template=", "-b", self.branch)
        git(directory, "config", "fastimport.unpackLimit", "1")
        if self.stream:
            git(directory, "fast-import", "--quiet", input=b"".join(self.stream))
            git(directory, "pack-refs", "--all")
        return directory
