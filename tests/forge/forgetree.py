"""What the forge's GraphQL API tells of a repository's git: trees, files, tags."""

from subprocess import DEVNULL, CalledProcessError

from .gitrepo import git

TEXT_MAX = 512000  # bytes; a text is cut there, inside a character if need be


def _ask(directory, *arguments):
    """What git says; None of what is not there."""
    try:
        return git(directory, *arguments, stderr=DEVNULL)
    except CalledProcessError:
        return None


def commit_date(directory, oid):
    return git(directory, "log", "-1", "--format=%cI", oid).decode().strip()


def target(directory, oid):
    kind = git(directory, "cat-file", "-t", oid).decode().strip()
    if kind == "commit":
        return {"__typename": "Commit", "oid": oid, "id": f"C_{oid}",
                "committedDate": commit_date(directory, oid)}
    if kind != "tag":
        return {"__typename": kind.capitalize(), "oid": oid}
    lines = git(directory, "cat-file", "tag", oid).decode().split("\n\n")[0].splitlines()
    fields = dict(line.split(" ", 1) for line in lines)
    tagger = fields.get("tagger")
    return {"__typename": "Tag", "oid": oid, "name": fields["tag"],
            "tagger": tagger and {"__typename": "GitActor", "date": tagger.split()[-2]},
            "target": target(directory, fields["object"])}


def tag_target(directory, tag):
    oid = _ask(directory, "rev-parse", f"refs/tags/{tag}")
    return oid and target(directory, oid.decode().strip())


def _entry(line):
    head, name = line.split("\t", 1)
    mode, kind, oid, size = head.split()
    return {"__typename": "TreeEntry", "name": name, "type": kind, "mode": int(mode, 8), "oid": oid,
            "size": 0 if size == "-" else int(size)}


def object_at(directory, expression):
    """A tree or a file of the default branch; null where there is none."""
    oid = _ask(directory, "rev-parse", "--verify", "-q", expression)
    if oid is None:
        return None
    oid = oid.decode().strip()
    if git(directory, "cat-file", "-t", oid) == b"tree\n":
        lines = git(directory, "ls-tree", "-l", oid).decode().splitlines()
        return {"__typename": "Tree", "oid": oid, "entries": [_entry(line) for line in lines]}
    data = git(directory, "cat-file", "blob", oid)
    binary = b"\0" in data
    return {"__typename": "Blob", "oid": oid, "byteSize": len(data), "isBinary": binary,
            "isTruncated": len(data) > TEXT_MAX,
            "text": None if binary else data[:TEXT_MAX].decode("utf-8", "replace")}


def listing(row, directory):
    """What the listing of an owner tells beside; git is asked when somebody asks for it."""
    licence = row["license"]

    def tip():
        return _ask(directory, "rev-parse", "--verify", "-q", "HEAD")

    def branch():
        head = tip()
        return head and {"__typename": "Ref", "name": row["default_branch"],
                         "target": target(directory, head.decode().strip())}

    return {
        "url": row["html_url"], "visibility": row["visibility"].upper(), "isPrivate": row["private"],
        "isArchived": row["archived"], "archivedAt": None, "isDisabled": row["disabled"],
        "isEmpty": lambda: tip() is None, "isFork": row["fork"], "isLocked": False, "lockReason": None,
        "isMirror": False, "isTemplate": False, "pushedAt": row["pushed_at"],
        "updatedAt": row["updated_at"], "diskUsage": row["size"],
        "licenseInfo": licence and {"__typename": "License", "key": licence["key"],
                                    "spdxId": licence["spdx_id"], "name": licence["spdx_id"]},
        "defaultBranchRef": branch,
    }
