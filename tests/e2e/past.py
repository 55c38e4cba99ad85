"""A fleet of one package that has a past: three releases, all tagged, seen by a first run."""

import copy

from forge import Repository, World, document
from forge.gitrepo import git

from conftest import OWNER, TOKEN, TREE, TREE_FULL

VERSIONS = ("1.0", "1.1", "1.2")
OVER_TIME = {"tag-moved", "tag-deleted", "file-replaced", "release-vanished", "yanked-since", "link-changed",
             "default-branch-rewritten"}


class Past:
    def __init__(self, drift, forge):
        self.drift, self.forge, self.world = drift, forge, forge.world
        self.directory = self.world.git_directory(self.world.repository(TREE_FULL))
        self.document = copy.deepcopy(self.world.documents[TREE])

    def git(self, *arguments):
        return git(self.directory, *arguments).decode().strip()

    def commit(self, version):
        return self.git("rev-parse", f"v{version}^{{commit}}")

    def publish(self, change):
        self.world.documents[TREE] = copy.deepcopy(self.document)
        change(self.world.documents[TREE])

    def scan(self):
        """(rule, version or None, state, severity) of what the rules over time say."""
        self.drift.scan(OWNER)
        self.findings = [f for f in self.drift.report()["findings"] if f["rule"] in OVER_TIME]
        return [(f["rule"], f["version"], f["state"], f["severity"]) for f in self.findings]

    def evidence(self, rule):
        return next(f["evidence"] for f in self.findings if f["rule"] == rule)



def build(directory):
    world = World(git_root=str(directory), tokens=[TOKEN])
    world.add_owner(OWNER, 1)
    world.add_repository(TREE_FULL, 1)
    repository = Repository()
    for day, version in enumerate(VERSIONS, 1):
        stated = f"[project]\nname = '{TREE}'\nversion = '{version}'\n"
        repository.commit(f"2025-02-0{day}T09:00:00Z", version, {"pyproject.toml": stated})
        repository.tag(f"v{version}", f"2025-02-0{day}T09:30:00Z")
    repository.write(world.git_directory(world.repository(TREE_FULL)))
    releases = {version: (f"2025-02-0{i}T10:00:00Z", None) for i, version in enumerate(VERSIONS, 1)}
    world.documents[TREE] = document(TREE, releases, repository=TREE_FULL)
    return world
