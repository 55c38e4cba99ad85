"""What the forge plays: owners, repositories, index documents, renames, tokens, faults."""

import hashlib
import json
from base64 import b64encode
from dataclasses import asdict, dataclass, field
from pathlib import Path


@dataclass
class World:
    git_root: str  # bare repositories lie below it as OWNER/NAME.git
    owners: list = field(default_factory=list)  # {"login", "id", "type"}
    repositories: list = field(default_factory=list)  # as the REST API shows them
    documents: dict = field(default_factory=dict)  # normalised name → JSON document of the index
    files: dict = field(default_factory=dict)  # name below /packages → base64 of its bytes
    provenance: dict = field(default_factory=dict)  # filename → document, or status of a refusal
    indexes: dict = field(default_factory=dict)  # path → another index there: see pypi.Index
    moved: dict = field(default_factory=dict)  # old full name → today's
    modes: dict = field(default_factory=dict)  # full name → one of smarthttp.MODES; "*" for all
    directories: dict = field(default_factory=dict)  # full name → git directory elsewhere
    commits: dict = field(default_factory=dict)  # id, or "*" → {"pulls", "check-runs", "status"} of REST
    reviews: dict = field(default_factory=dict)  # number of a pull request → its reviews
    releases: dict = field(default_factory=dict)  # tag → release on the forge
    forge: dict = field(default_factory=dict)  # full name → what GraphQL tells: see forgegraph
    apps: dict = field(default_factory=dict)  # id → App: see apps
    denied: list = field(default_factory=list)  # what tokens may not read of private repositories
    scopes: str | None = None  # of classic tokens; None: they are none
    tokens: list = field(default_factory=list)  # that are accepted
    faults: list = field(default_factory=list)  # [pattern, name in faults.CATALOGUE, times]

    @classmethod
    def load(cls, path):
        world = cls(**json.loads(Path(path).read_text(encoding="utf-8")))
        world.git_root = str(Path(path).parent / world.git_root)
        return world

    def save(self, path):
        Path(path).write_text(json.dumps(asdict(self), indent=1) + "\n", encoding="utf-8")

    def add_owner(self, login, number, kind="Organization"):
        self.owners.append({"login": login, "id": number, "type": kind})

    def add_repository(self, full_name, number, **fields):
        """`fields` are the REST names that differ from an ordinary public repository's."""
        login, name = full_name.split("/")
        row = {
            "id": number,
            "node_id": f"R_{number:08x}",
            "name": name,
            "full_name": full_name,
            "owner": {"login": login},
            "private": False,
            "fork": False,
            "archived": False,
            "disabled": False,
            "visibility": "public",
            "default_branch": "main",
            "pushed_at": "2025-10-10T18:00:00Z",
            "updated_at": "2025-10-10T18:00:00Z",
            "size": 40,
            "license": {"key": "mit", "spdx_id": "MIT"},
            "html_url": f"https://github.com/{full_name}",
        }
        self.repositories.append(row | fields)

    def add_files(self, document, releases):
        """Serves what the releases of documents.document() gave bytes for."""
        for version, release in releases.items():
            contents = {hashlib.sha256(item).hexdigest(): item for item in (release or ())[2:]}
            for row in document["releases"][version]:
                content = contents.get(row["digests"]["sha256"])
                if content is not None:
                    self.files[row["url"]] = b64encode(content).decode()

    def owner(self, login):
        for owner in self.owners:
            if owner["login"].lower() == login.lower():
                return owner
        return None

    def repository(self, full_name):
        for repository in self.repositories:
            if repository["full_name"].lower() == full_name.lower():
                return repository
        return None

    def moved_to(self, full_name):
        names = {old.lower(): new for old, new in self.moved.items()}
        return names.get(full_name.lower())

    def git_directory(self, repository):
        full_name = repository["full_name"]
        return self.directories.get(full_name, Path(self.git_root) / (full_name + ".git"))

    def git_mode(self, repository):
        return self.modes.get(repository["full_name"], self.modes.get("*", "v2"))
