"""The built program against a forge on loopback."""

import copy
import csv
import io
import json
import os
import signal
import sqlite3
import subprocess
import sys
import time
from pathlib import Path

import pytest

TESTS = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(TESTS))

import nights  # noqa: E402
from forge import Forge, Repository, World, demo, document  # noqa: E402
from gating import Checkout  # noqa: E402
from forge.apps import make_key  # noqa: E402
from halyard import BASE, TREE, TREE_FULL, git  # noqa: E402

# Under nohup every program that is started here would ignore the signal, as it should.
signal.signal(signal.SIGHUP, signal.default_int_handler)

TOKEN = "ghp_e2eSecretThatMustNeverBeSeenAnywhere"
APP = "4242"
ROOT = TESTS.parent
OWNER = demo.OWNER

CONFIG = """\
[github]
api = "{url}/api/v3"
git = "{url}"

[index]
url = "{url}"

[scan]
database = "{home}/fleet.db"
cache = "{home}/cache"
progress = "none"
verify = "none"

[http]
connect_timeout = "3s"
stall_timeout = "2s"
slow_timeout = "2s"
max_wait = "5s"
"""


class Drift:
    """Runs the program in a directory of its own and remembers all that it said."""

    def __init__(self, binary, home, url):
        self.binary, self.home, self.said = binary, home, []
        self.config = home / "fleetdrift.toml"
        self.configure(url)

    def configure(self, url, extra=""):
        self.config.write_text(CONFIG.format(url=url, home=self.home) + extra, encoding="utf-8")

    def environment(self, token=TOKEN):
        keep = {name: os.environ[name] for name in ("PATH", "ASAN_OPTIONS") if name in os.environ}
        keep |= {"HOME": str(self.home), "LC_ALL": "C.UTF-8", "NO_PROXY": "*"}
        return keep | ({"FLEETDRIFT_GITHUB_TOKEN": token} if token else {})

    def command(self, name, *arguments):
        return [self.binary, name, "--config", str(self.config), *map(str, arguments)]

    def run(self, name, *arguments, token=TOKEN, timeout=120, more=None):
        """`more`: variables of the environment beside the usual ones."""
        done = subprocess.run(
            self.command(name, *arguments),
            env=self.environment(token) | (more or {}),
            cwd=self.home,
            capture_output=True,
            timeout=timeout,
        )
        done.stdout, done.stderr = done.stdout.decode(), done.stderr.decode()
        self.said += [done.stdout, done.stderr]
        assert "Sanitizer" not in done.stderr and "runtime error" not in done.stderr, done.stderr
        assert done.returncode >= 0, f"ended by signal {-done.returncode}: {done.stderr}"
        return done

    def scan(self, *arguments, **options):
        return self.run("scan", *arguments, **options)

    def start(self, name, *arguments):
        """A run that the test will interrupt or kill."""
        return subprocess.Popen(
            self.command(name, *arguments),
            env=self.environment(),
            cwd=self.home,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )

    def report(self, *arguments):
        """The whole report as a document."""
        done = self.run("report", "--format", "json", "--what", "all", *arguments)
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)

    def table(self, what, *arguments):
        """The CSV of one table, as dictionaries."""
        done = self.run("report", "--format", "csv", "--what", what, *arguments)
        assert done.returncode == 0, done.stderr
        return list(csv.DictReader(io.StringIO(done.stdout, newline="")))

    def query(self, sql):
        """What anybody reads in the database."""
        with sqlite3.connect(f"file:{self.home}/fleet.db?mode=ro", uri=True) as database:
            return database.execute(sql).fetchall()

    def leaks(self, secret=TOKEN):
        """Every place where the secret can be read."""
        places = [f"output {n}" for n, text in enumerate(self.said) if secret in text]
        for path in self.home.rglob("*"):
            if path.is_file() and secret.encode() in path.read_bytes():
                places.append(str(path))
        return places


def facts(report):
    """A report without what differs from run to run: what may be compared."""
    kept = {}
    for table in ("packages", "findings", "releases", "coverage"):
        kept[table] = [
            {key: value for key, value in row.items() if key not in ("run", "first_seen", "state")}
            for row in report[table]
        ]
        for row in kept[table]:
            row.pop("observed_at", None)
            if "evidence" in row:
                row["evidence"] = {key: value for key, value in row["evidence"].items() if key != "observed"}
    return kept


def unknowns(report):
    """(repository or package, fact) → reason, of everything that could not be looked at."""
    return {
        (row["package"] or row["repository"] or row["organisation"], row["fact"]): row["reason"]
        for row in report["coverage"]
        if row["status"] == "unknown"
    }


def wait_for(condition, seconds=20):
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it did not happen in time"
        time.sleep(0.02)


@pytest.fixture(scope="session")
def binary():
    path = os.environ.get("FLEETDRIFT_BIN", ROOT / "build-test/gcc/scanner/fleetdrift")
    if not Path(path).is_file():
        pytest.fail(f"{path} is not built: see tests/README.md")
    return str(Path(path).resolve())


@pytest.fixture(scope="session")
def demo_world(tmp_path_factory):
    world = demo.build(tmp_path_factory.mktemp("demo"))
    world.tokens.append(TOKEN)
    return world


@pytest.fixture
def world(demo_world):
    """The demonstration fleet; what a test changes is its own. Repositories are shared."""
    return copy.deepcopy(demo_world)


@pytest.fixture
def forge(world):
    with Forge(world) as running:
        yield running


@pytest.fixture
def make_drift(binary, tmp_path_factory):
    """Makes runners; after the test, nothing that they left may hold the token."""
    made = []

    def make(url):
        made.append(Drift(binary, tmp_path_factory.mktemp("drift"), url))
        return made[-1]

    yield make
    for drift in made:
        assert drift.leaks() == []


@pytest.fixture
def drift(make_drift, forge):
    return make_drift(forge.url)


@pytest.fixture(scope="session")
def small_original(tmp_path_factory):
    world = World(git_root=str(tmp_path_factory.mktemp("small")), tokens=[TOKEN])
    world.add_owner(demo.OWNER, 4711)
    for number, name in enumerate(("anchor", "buoy", "cleat"), start=1):
        package = demo.Package(world, number, name).start("2025-01-20")
        package.release("1.0.0", "2025-02-03").release("1.1.0", "2025-03-03").finish()
    return world


@pytest.fixture
def small_world(small_original):
    """Three healthy packages: a scan of it ends with 0."""
    return copy.deepcopy(small_original)


@pytest.fixture
def small_forge(small_world):
    with Forge(small_world) as running:
        yield running


@pytest.fixture
def small_drift(make_drift, small_forge):
    return make_drift(small_forge.url)


@pytest.fixture
def fleet(make_drift, tmp_path):
    """The runner and its forge before the first of many nights (nights.py)."""
    with Forge(nights.world_before(tmp_path / "git", TOKEN)) as forge:
        yield make_drift(forge.url), forge


@pytest.fixture
def scan_tree(make_drift, tmp_path_factory):
    """Scans one repository whose release 1.0.0 has these files; gives its report. `drift` of the
    function is who scanned last."""

    def run(files, *arguments, published=True, urls=None):
        world = World(git_root=str(tmp_path_factory.mktemp("trees")), tokens=[TOKEN])
        world.add_owner(OWNER, 1)
        world.add_repository(TREE_FULL, 1)
        repository = Repository()
        repository.commit("2025-02-03T09:00:00Z", "Release 1.0.0", files)
        repository.tag("v1.0.0", "2025-02-03T09:01:00Z")
        repository.write(world.git_directory(world.repository(TREE_FULL)))
        if published:
            releases = {"1.0.0": ("2025-02-03T10:00:00Z", None)}
            world.documents[TREE] = document(TREE, releases, repository=TREE_FULL)
        if urls is not None:
            world.documents[TREE]["info"]["project_urls"] = urls
        with Forge(world) as forge:
            run.drift = make_drift(forge.url)
            done = run.drift.scan(OWNER, *arguments)
            return done.returncode, run.drift.report()

    return run


@pytest.fixture(scope="session")
def key():
    return make_key()


@pytest.fixture
def app(small_world, small_drift, key):
    """The small fleet has an App, and the runner its key; a repository is private."""
    small_world.tokens.clear()
    small_world.apps[APP] = {"public": key[1], "installations": {OWNER: {"id": 77}}}
    small_world.repository(f"{OWNER}/buoy").update(private=True, visibility="private")
    small_drift.key = small_drift.home.parent / f"{small_drift.home.name}.pem"
    small_drift.key.write_text(key[0])
    small_drift.key.chmod(0o600)
    return small_world.apps[APP]


@pytest.fixture
def checkout(forge, tmp_path):
    return Checkout(forge, tmp_path)


@pytest.fixture
def gate(drift):
    """The states of all checks; the lines themselves are in `gate.lines`."""

    def run(checkout, *arguments, status=None, **options):
        path = checkout.path if isinstance(checkout, Checkout) else checkout
        done = drift.run("gate", path, "--format", "json", *arguments, **options)
        assert done.returncode in (0, 1, 3), done.stderr
        run.document = json.loads(done.stdout)
        run.lines = {line["id"]: line for line in run.document["checks"]}
        states = {name: line["state"] for name, line in run.lines.items()}
        gravest = 1 if "wrong" in states.values() else 3 if "unknown" in states.values() else 0
        assert done.returncode == gravest, states
        return {name: state for name, state in states.items() if state != "right"}

    return run


@pytest.fixture
def past(make_drift, tmp_path):
    """A package with three tagged releases that a first run has seen; see past.py."""
    from past import Past, build

    with Forge(build(tmp_path)) as forge:
        past = Past(make_drift(forge.url), forge)
        assert past.scan() == []
        yield past


@pytest.fixture
def publish(make_drift, tmp_path_factory):
    """A release of BASE whose published files are what `sdist` and `wheel` hold, and a clone of its
    repository."""
    running = []

    def run(sdist=None, wheel=None, base=BASE, tag="v1.0.0"):
        world = World(git_root=str(tmp_path_factory.mktemp("publish")), tokens=[TOKEN])
        world.add_owner(OWNER, 1)
        world.add_repository(TREE_FULL, 1)
        repository = Repository(workflow=None)
        repository.commit("2025-02-03T09:00:00Z", "Release 1.0.0", base)
        if tag:
            repository.tag(tag, "2025-02-03T09:01:00Z")
        repository.write(world.git_directory(world.repository(TREE_FULL)))
        releases = {"1.0.0": ("2025-02-03T10:00:00Z", None, sdist or b"", wheel or b"")}
        published = world.documents[TREE] = document(TREE, releases, repository=TREE_FULL)
        world.add_files(published, releases)
        for rows in (published["releases"]["1.0.0"], published["urls"]):
            rows[:] = [row for row in rows if (wheel if row["filename"].endswith(".whl") else sdist)]
        running.append(Forge(world))
        running[-1].__enter__()
        drift = make_drift(running[-1].url)
        drift.forge = running[-1]
        drift.clone = drift.home / "clone"
        git(drift.home, "clone", "-q", world.git_directory(world.repository(TREE_FULL)), "clone")
        drift.target = f"{TREE}==1.0.0={TREE_FULL}"
        return drift

    yield run
    for forge in running:
        forge.__exit__(None, None, None)
