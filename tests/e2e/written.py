"""A database whose rows are written by hand, and the program beside it."""

import os
import pty
import select
import sqlite3
import subprocess

HOSTILE = "=cmd|'/c calc'!A1"
ESCAPE = "broke\n\x1b[31mred\x07 \u202etxt"

COMMIT = "0a81c92d1f0e4c7b8a6954d3e2f1c0b9a8d7e6f5"
RUN = "2026-08-01T02:00:00Z"


def key(version):
    """Good enough to order 0.1.0 below 0.2.0 and so on; the program has its own."""
    return b"\x01" + bytes(int(part) for part in version.split("."))


def on_terminal(command, status, **options):
    """What a terminal gets of it."""
    leader, follower = pty.openpty()
    running = subprocess.Popen(command, stdout=follower, stderr=subprocess.DEVNULL, **options)
    os.close(follower)
    text = b""
    while select.select([leader], [], [], 30)[0]:
        try:
            chunk = os.read(leader, 4096)
        except OSError:
            break
        if not chunk:
            break
        text += chunk
    os.close(leader)
    assert running.wait() == status
    return text.decode().replace("\r\n", "\n")


class Facts:
    """Writes facts as a scan would have left them."""

    def __init__(self, path):
        self.path, self.rows, self.ids = path, [], {}

    def add(self, table, **columns):
        self.rows.append((f"stored_{table}", columns | {"since": 1}))

    def identity(self, table, **columns):
        number = self.ids[table] = self.ids.get(table, 0) + 1
        self.rows.append((table, {"id": number} | columns))
        return number

    def repository(self, owner, name, tags=()):
        number = self.identity("repository_id", host="github.com", forge_id=None)
        self.add("scope", repository_id=number, package_id=0)
        self.add("repository", repository_id=number, owner=owner, name=name, named=0)
        self.add("refs", repository_id=number, digest="d", head_ref="refs/heads/main",
                 head_oid=COMMIT, head_committed_at="2025-10-09T08:00:00Z", reader=1)
        self.add("coverage", organisation="", repository_id=number, package_id=0, fact="refs",
                 status="known")
        for tag in tags:
            self.add("tag", repository_id=number, name=tag, oid=COMMIT, commit_oid=COMMIT,
                     kind="annotated", tagged_at="2025-10-01T08:05:00Z",
                     committed_at="2025-10-01T08:00:00Z", on_default_branch=1)
        return number

    def package(self, name, repository, declared, versions, tags=(), link="mutual", index="known",
                directory=""):
        """Without a directory the tip holds no project of that name."""
        number = self.identity("package_id", index_url="https://pypi.org", name=name)
        self.add("scope", repository_id=0, package_id=number)
        self.add("package", package_id=number, state="known" if index == "known" else "absent")
        self.add("coverage", organisation="", repository_id=0, package_id=number, fact="index",
                 status=index, reason=None if index == "known" else "http-error")
        if repository:
            self.add("link", repository_id=repository, package_id=number, directory=directory,
                     state=link, evidence="pyproject.toml: urls")
        if repository and directory is not None:
            self.add("project", repository_id=repository, directory=directory, name=name, normal=name,
                     licence="MIT", licence_state="known", licence_path="LICENSE",
                     changelog_path="CHANGELOG.md", candidate=0)
            self.add("declaration", repository_id=repository, commit_oid=COMMIT, directory=directory,
                     name=name, normal=name, kind="static" if declared else "vcs",
                     version=declared, order_key=key(declared) if declared else None,
                     is_prerelease=0, origin="pyproject.toml:3")
        for version in versions:
            release = self.identity("release_id", package_id=number, version=version,
                                    normal=version, order_key=key(version), is_prerelease=0)
            self.add("release", package_id=number, release_id=release, yanked=0,
                     published_at="2025-10-10T17:29:51Z", files=2, sdist=1, wheel=1)
            self.add("file", package_id=number, release_id=release, kind="sdist", yanked=0,
                     filename=f"{name}-{version}.tar.gz",
                     url=f"https://files.pythonhosted.org/packages/{name}-{version}.tar.gz")
            if version in tags:
                self.add("denotes", repository_id=repository, package_id=number,
                         order_key=key(version), tag=f"v{version}", version=version,
                         is_prerelease=0, how="v", preferred=1)
            if repository:
                state = "known" if version in tags else "absent"
                self.add("release_source", repository_id=repository, release_id=release,
                         version_commit_state=state, changelog_state=state,
                         changelog_path="CHANGELOG.md")
        return number

    def unknown(self, repository, reason, detail):
        """What would be known of the repository is not."""
        for table, columns in self.rows:
            if table == "stored_coverage" and columns["repository_id"] == repository:
                columns.update(status="unknown", reason=reason, detail=detail)

    def finding(self, rule, severity, package, repository, version, message, **more):
        columns = {"rule": rule, "severity": severity, "package_id": package, "detail": "",
                   "repository_id": repository, "version": version, "tag": "",
                   "standing": "open", "message": message, "evidence": '{"b": 1, "a": "x"}',
                   "first_run": 1}
        self.add("finding", **(columns | more))

    def write(self):
        with sqlite3.connect(self.path) as database:
            for table, columns in self.rows:
                names = ", ".join(columns)
                marks = ", ".join("?" * len(columns))
                database.execute(f"INSERT INTO {table} ({names}) VALUES ({marks})",
                                 list(columns.values()))
            database.execute("UPDATE run SET started_at = ?, ended_at = ?, state = 'complete', "
                             "arguments = '[\"scan\",\"acme\"]'", [RUN, RUN])


def incident(facts):
    repository = facts.repository("nkllon", "beast-mailbox-core")
    package = facts.package("beast-mailbox-core", repository, "0.1.0", ["0.1.0", "0.2.0"])
    for rule, severity, message in (
        ("source-behind-index", "critical", "main declares 0.1.0, the index has 0.2.0"),
        ("release-without-tag", "critical", "0.2.0 is on the index and no tag denotes it"),
        ("release-without-version-commit", "high", "no commit ever declared 0.2.0"),
        ("release-without-changelog", "medium", "CHANGELOG.md has no entry for 0.2.0"),
    ):
        facts.finding(rule, severity, package, repository, "0.2.0", message)
    facts.finding("release-without-tag", "high", package, repository, "0.1.0",
                  "0.1.0 is on the index and no tag denotes it", standing="historic")


def fleet(path):
    facts = Facts(path)
    incident(facts)
    good = facts.repository("acme", "anchor-tools", ["v0.9.0", "v1.0.0", "v1.1.0"])
    facts.package("anchor-tools", good, "1.1.0", ["1.0.0", "1.1.0"], ["1.0.0", "1.1.0"])
    relay = facts.repository("acme", "relay", ["v2.0.0"])
    facts.package("beacon-relay", relay, None, ["2.0.0"], ["2.0.0"])
    odd = facts.repository("acme", "oddity-with-a-rather-long-name-for-a-repository", ["v1.0.0"])
    package = facts.package("oddity", odd, "1.0.0", ["1.0.0"], ["1.0.0"])
    facts.finding("tag-lightweight", "low", package, odd, "1.0.0", HOSTILE, tag=HOSTILE)
    facts.finding("ambiguous-tags", "low", package, odd, "1.0.0", ESCAPE)
    facts.package("not-answered", None, None, [], index="unknown")
    facts.package("anchor-old", good, None, ["0.9.0"], ["0.9.0"], "corroborated", directory=None)
    facts.package("mistaken", relay, None, ["3.0.0"], [], "configured", directory=None)
    facts.package("ungiven", relay, "0.1.0", [], [], "claimed", "absent", "ungiven")
    closed = facts.repository("acme", "closed")
    facts.package("behind-the-door", closed, None, ["1.0.0"], [], "configured", directory=None)
    facts.unknown(closed, "forbidden", "acme/closed: the forge refuses this token")
    facts.write()


class Program:
    def __init__(self, binary, home):
        self.binary, self.home = binary, home

    def environment(self, **more):
        keep = {name: os.environ[name] for name in ("PATH", "ASAN_OPTIONS") if name in os.environ}
        return keep | {"HOME": str(self.home), "LC_ALL": "C.UTF-8"} | more

    def run(self, *arguments, environment=None, **more):
        done = subprocess.run([self.binary, *map(str, arguments)], cwd=self.home, timeout=60,
                              env=self.environment(**(environment or {})),
                              **({"capture_output": True} | more))
        done.stdout = (done.stdout or b"").decode()
        done.stderr = (done.stderr or b"").decode()
        assert "Sanitizer" not in done.stderr and "runtime error" not in done.stderr, done.stderr
        return done

    def report(self, *arguments, **more):
        done = self.run("report", *arguments, **more)
        assert done.returncode == 0, done.stderr
        return done.stdout

    def terminal(self, columns, *arguments, **environment):
        """What a terminal of that width gets."""
        more = self.environment(COLUMNS=str(columns), TERM="xterm", **environment)
        return on_terminal([self.binary, *arguments], 0, cwd=self.home, env=more)


def program(binary, home):
    """With that database, as a scan would have left it."""
    made = Program(binary, home)
    (home / "fleetdrift.db").touch()
    scanned = made.run("scan", "--offline")
    assert scanned.returncode == 0, scanned.stderr
    fleet(home / "fleetdrift.db")
    return made
