"""Checkouts of the demonstration fleet, for tests of `gate`."""

import copy
import os
import shutil
import subprocess

from forge import artifacts, demo, document

OWNER = demo.OWNER
NAME = "tidewatch"
FULL = f"{OWNER}/{NAME}"
NEXT = "2.1.0"
ENTRY = f"## [{NEXT}] - 2025-11-03\n\n- Faster.\n\n"
GIT = {**os.environ, "GIT_CONFIG_NOSYSTEM": "1", "GIT_CONFIG_GLOBAL": "/dev/null"}
for _key in ("AUTHOR", "COMMITTER"):
    GIT |= {f"GIT_{_key}_NAME": "Rowan", f"GIT_{_key}_EMAIL": "rowan@harbour-labs.example"}


APPROVED = {
    "pulls": [{"number": 7, "state": "closed", "merged_at": "2025-11-03T09:00:00Z",
               "user": {"login": "rowan"}, "base": {"ref": "main"}, "head": {"sha": "1" * 40}}],
    "check-runs": {"total_count": 1, "check_runs": [
        {"name": "tests", "status": "completed", "conclusion": "success",
         "details_url": "https://github.com/o/r/actions/runs/1/job/2"}]},
    "status": {"state": "success", "statuses": [{"context": "ci/lint", "state": "success"}]},
}


def review(who, state, commit="1" * 40):
    return {"user": {"login": who}, "state": state, "submitted_at": "2025-11-03T08:00:00Z", "commit_id": commit}


class Checkout:
    """A clone of a repository of the fleet, whose remote is the forge."""

    def __init__(self, forge, directory, full_name=FULL):
        self.path, self.full_name, self.url = directory / "clone", full_name, f"{forge.url}/{full_name}.git"
        self.bare = directory / "bare.git"
        shutil.copytree(forge.world.git_directory(forge.world.repository(full_name)), self.bare)
        forge.world.directories[full_name] = self.bare
        forge.world.commits["*"] = copy.deepcopy(APPROVED)
        forge.world.reviews["7"] = [review("ida", "APPROVED")]
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


def build(checkout, version=NEXT, changed=None, name=NAME):
    """dist/ of what HEAD holds, with `changed` files of nobody's."""
    dist = checkout.path.parent / "dist"
    dist.mkdir(exist_ok=True)
    tree = {path: (checkout.path / path).read_text() for path in checkout.git("ls-files").split()}
    tree |= changed or {}
    stem = name.replace("-", "_")
    (dist / f"{stem}-{version}.tar.gz").write_bytes(artifacts.sdist(name, version, tree))
    wheel = artifacts.wheel(name, version, artifacts.modules_of(tree))
    (dist / f"{stem}-{version}-py3-none-any.whl").write_bytes(wheel)
    return dist


def publish(world, dist, documents=None):
    """The index has 2.1.0 with these files."""
    documents = world.documents if documents is None else documents
    contents = [path.read_bytes() for path in sorted(dist.iterdir())]
    release = ("2025-11-03T10:00:00Z", None, *reversed(contents))
    rows = document(NAME, {NEXT: release}, FULL)["releases"][NEXT]
    world.releases[f"v{NEXT}"] = {"tag_name": f"v{NEXT}", "draft": False}
    documents[NAME] = copy.deepcopy(world.documents[NAME])
    documents[NAME]["releases"][NEXT] = rows
