"""Each bad answer costs one repository or package, is told with its reason, and nothing else."""

import copy
import dataclasses
import gzip
import json
import os
import shutil
import subprocess
import time

import pytest
from conftest import TOKEN, Drift, unknowns
from forge import Forge, Repository, World, demo, faults, simple
from forge.documents import release_files

# What goes wrong with one repository's git, by its name: the faults, the reasons that fit.
GIT = {
    "unauthorized": ("git-unauthorized", {"unauthorized", "not-found"}),
    "missing": ("not-found", {"not-found"}),
    "blocked": ("blocked", {"blocked"}),
    "server-error": ("server-error", {"http-error", "remote-error"}),
    "err": ("git-err", {"remote-error"}),
    "garbage": ("git-garbage", {"bad-answer"}),
    "length-0003": ("git-length-0003", {"bad-answer"}),
    "length-ffff": ("git-length-ffff", {"bad-answer"}),
    "dumb": ("git-dumb", {"unsupported", "bad-answer"}),
    "cut": ("cut", {"truncated", "connect"}),
    "pack-garbage": ("pack-garbage", {"bad-answer", "truncated"}),
    "pack-sideband": ("pack-sideband-error", {"remote-error"}),
    "pack-truncated": ("pack-truncated", {"truncated", "bad-answer"}),
    "pack-cut": ("pack-cut", {"truncated", "connect"}),
    "stall": (faults.stall(30, share=0.2), {"timeout"}),
    "silence": (faults.stall(30, share=0.0), {"timeout"}),
    "drip": (faults.drip(1), {"timeout"}),
}

# What goes wrong with one package's document.
INDEX = {
    "bad-gateway": ("bad-gateway", {"http-error", "remote-error"}),
    "forbidden": ("permission", {"forbidden"}),
    "cut": ("cut", {"truncated", "connect"}),
    "not-json": ("not-json", {"bad-answer"}),
    "wrong-shape": ("wrong-shape", {"bad-answer"}),
    "other-package": (
        faults.body(b'{"info":{"name":"someone-else"},"releases":{}}'),
        {"bad-answer"},
    ),
    "too-large": (faults.too_large(70 << 20), {"too-large"}),
    "gzip-bomb": (
        faults.body(
            gzip.compress(gzip.compress(b" " * (200 << 20), 1), 1),
            headers={"Content-Encoding": "gzip, gzip", "Content-Type": "application/json"},
        ),
        {"too-large", "bad-answer"},
    ),
    "deep": (faults.body(b"[" * 1000000), {"bad-answer"}),
    "surrogate": (
        faults.body(b'{"info":{"name":"surrogate"},"releases":{"1.0-\\ud800":[]}}'),
        {"bad-answer"},
    ),
    "stall": (faults.stall(30), {"timeout"}),
    "drip": (faults.drip(1), {"timeout"}),
    "redirect-loop": (faults.redirect("/pypi/redirect-loop/json", 302), {"redirect"}),
    "redirect-file": (faults.redirect("file:///etc/passwd", 302), {"redirect"}),
}

HTML = {"Content-Type": "text/html"}
PAGE = {"Content-Type": simple.JSON}


def page(name, **parts):
    content = {"meta": {"api-version": "1.4"}, "name": name, "files": []} | parts
    return faults.body(json.dumps(content).encode(), headers=PAGE)


# What goes wrong with one package's page of the Simple API.
SIMPLE = {
    "bad-gateway": ("bad-gateway", {"http-error", "remote-error"}),
    "forbidden": ("permission", {"forbidden"}),
    "cut": ("cut", {"truncated", "connect"}),
    "not-json": (faults.body(b"<p>hello</p>", headers=PAGE), {"bad-answer"}),
    "no-type": (faults.body(b"{}", headers={"Content-Type": "text/plain"}), {"bad-answer"}),
    "later-type": (
        faults.body(b"{}", headers={"Content-Type": "application/vnd.pypi.simple.v2+json"}),
        {"unsupported"},
    ),
    "later-version": (page("later-version", meta={"api-version": "2.0"}), {"unsupported"}),
    "other-package": (page("someone-else"), {"bad-answer"}),
    "sign-in": (
        faults.body(b"<title>Sign in</title><a href='/login'>Sign in</a>", headers=HTML),
        {"bad-answer"},
    ),
    "other-files": (
        faults.body(b"<a href='someone_else-1.0.tar.gz'>x</a>", headers=HTML),
        {"bad-answer"},
    ),
    "no-version": (faults.body(b"<a href='no-version.zip'>x</a>", headers=HTML), {"bad-answer"}),
    "too-large": (faults.too_large(70 << 20), {"too-large"}),
    "deep": (faults.body(b"<b>" * 1000000, headers=HTML), {"bad-answer"}),
    "endless-tag": (faults.body(b"<a " + b"x=1 " * 1000000, headers=HTML), {"bad-answer"}),
    "surrogate": (page("surrogate", versions=["1.0-\ud800"]), {"bad-answer"}),
    "nul": (page("nul", versions=["1.0\0"]), {"bad-answer"}),
    "redirect-loop": (faults.redirect("/simple/redirect-loop/", 302), {"redirect"}),
    "redirect-file": (faults.redirect("file:///etc/passwd", 302), {"redirect"}),
}

# What goes wrong with the listing of the whole organisation.
LISTING = {
    "bad-credentials": {"unauthorized"},
    "permission": {"forbidden"},
    "not-found": {"not-found"},
    "bad-gateway": {"http-error", "remote-error"},
    "not-json": {"bad-answer"},
    "wrong-shape": {"bad-answer"},
    "cut": {"truncated", "connect"},
    "blocked": {"blocked"},
    "terms-of-service": {"blocked"},
    "empty": {"http-error"},
    "server-error": {"http-error"},
    "stall": {"timeout"},
    "too-large": {"too-large"},
}


def scanned(binary, home, kind, table):
    """One scan of a fleet with a package for each fault, and one that is healthy."""
    world = World(git_root=str(home / "forge"), tokens=[TOKEN])
    world.add_owner(demo.OWNER, 4711)
    for number, name in enumerate([*table, "healthy"], start=1):
        package = demo.Package(world, number, name).start("2025-01-20")
        package.release("1.0.0", "2025-02-03").finish()
    with Forge(world) as forge:
        for name, (fault, _) in table.items():
            change = faults.CATALOGUE[fault] if isinstance(fault, str) else fault
            path = {
                "index": f"/pypi/{name}/json",
                "simple": f"/simple/{name}/",
                "git": f"/{demo.OWNER}/{name}.git/",
            }[kind]
            forge.fault(path, change)
        drift = Drift(binary, home, forge.url)
        if kind != "git":
            address = forge.url + ("/simple" if kind == "simple" else "")
            text = drift.config.read_text(encoding="utf-8")
            text = text.replace(f'[index]\nurl = "{forge.url}"', f'[[index]]\nurl = "{address}"\n'
                                f'kind = "{"json" if kind == "index" else kind}"')
            drift.config.write_text(text, encoding="utf-8")
        drift.done = drift.scan(demo.OWNER, timeout=300)
        drift.unknown = unknowns(drift.report())
        assert drift.leaks() == []
        return drift


@pytest.fixture(scope="module")
def bad_git(binary, tmp_path_factory):
    return scanned(binary, tmp_path_factory.mktemp("bad-git"), "git", GIT)


@pytest.fixture(scope="module")
def bad_index(binary, tmp_path_factory):
    return scanned(binary, tmp_path_factory.mktemp("bad-index"), "index", INDEX)


@pytest.fixture(scope="module")
def bad_simple(binary, tmp_path_factory):
    return scanned(binary, tmp_path_factory.mktemp("bad-simple"), "simple", SIMPLE)


def reasons(drift, name):
    return {reason for (subject, _), reason in drift.unknown.items() if subject == name}


@pytest.mark.parametrize("name", GIT)
def test_git(bad_git, name):
    assert reasons(bad_git, name) & GIT[name][1], bad_git.unknown
    assert name in bad_git.done.stderr


@pytest.mark.parametrize("name", INDEX)
def test_index(bad_index, name):
    assert reasons(bad_index, name) & INDEX[name][1], bad_index.unknown
    assert name in bad_index.done.stderr


@pytest.mark.parametrize("name", SIMPLE)
def test_simple(bad_simple, name):
    assert reasons(bad_simple, name) & SIMPLE[name][1], bad_simple.unknown
    assert name in bad_simple.done.stderr


@pytest.mark.parametrize("kind", ["bad_git", "bad_index", "bad_simple"])
def test_the_rest_is_complete(kind, request):
    drift = request.getfixturevalue(kind)
    assert drift.done.returncode == 3
    status = {row["package"]: row["status"] for row in drift.report()["packages"]}
    assert status["healthy"] == "in-sync"
    assert reasons(drift, "healthy") == set()
    assert drift.report()["findings"] == [], "a rule spoke about what nobody saw"


@pytest.mark.parametrize("fault", LISTING)
def test_listing(small_drift, small_forge, fault):
    small_forge.fault("/repos", faults.CATALOGUE[fault])
    done = small_drift.scan(demo.OWNER)
    assert done.returncode == 3
    assert demo.OWNER in done.stderr
    assert unknowns(small_drift.report())[demo.OWNER, "listing"] in LISTING[fault]


def test_wrong_token(small_drift):
    done = small_drift.scan(demo.OWNER, token="ghp_wrongToken")
    assert done.returncode == 3
    assert "ghp_wrongToken" not in done.stdout + done.stderr
    assert "credential" in done.stderr.lower() or "token" in done.stderr.lower()
    assert unknowns(small_drift.report())[demo.OWNER, "listing"] == "unauthorized"


@pytest.mark.parametrize(
    "fault",
    [
        faults.secondary_limit(1),
        faults.secondary_limit(1, code=429),
        faults.primary_limit(2),
        faults.html(502),
        faults.cut(),
    ],
    ids=["secondary-limit", "429", "primary-limit", "502", "cut"],
)
def test_what_passes_is_waited_for(small_drift, small_forge, fault):
    small_forge.fault("/repos", fault, times=1)
    small_forge.fault("/pypi/buoy/", fault, times=1)
    small_forge.fault("git-upload-pack", fault, times=1)
    assert small_drift.scan(demo.OWNER).returncode == 0
    assert len(small_drift.report()["packages"]) == 3


def test_limit_longer_than_we_may_wait(small_drift, small_forge):
    small_forge.fault("/repos", faults.primary_limit(3600))
    assert small_drift.scan(demo.OWNER).returncode == 3
    assert unknowns(small_drift.report())[demo.OWNER, "listing"] == "rate-limited"


def test_name_that_does_not_resolve(small_drift):
    small_drift.configure("https://forge.invalid")
    done = small_drift.scan(demo.OWNER)
    assert done.returncode == 3
    assert "forge.invalid" in done.stderr
    assert unknowns(small_drift.report())[demo.OWNER, "listing"] == "dns"


def test_nobody_listens(small_drift):
    small_drift.configure("http://127.0.0.1:1")
    assert small_drift.scan(demo.OWNER).returncode == 3
    assert unknowns(small_drift.report())[demo.OWNER, "listing"] == "connect"


@pytest.fixture
def tls_forge(small_world, tmp_path):
    path = tmp_path / "forge.pem"
    command = "openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=127.0.0.1"
    command += f" -addext subjectAltName=IP:127.0.0.1 -keyout {path}.key -out {path}.crt"
    subprocess.run(command.split(), check=True, capture_output=True)
    parts = [(tmp_path / f"forge.pem.{end}").read_bytes() for end in ("key", "crt")]
    path.write_bytes(b"".join(parts))
    with Forge(small_world, certificate=path) as forge:
        forge.certificate = path
        yield forge


def test_unknown_certificate(make_drift, tls_forge):
    drift = make_drift(tls_forge.url)
    done = drift.scan(demo.OWNER)
    assert done.returncode == 3
    assert unknowns(drift.report())[demo.OWNER, "listing"] == "tls"
    assert "certificate" in done.stderr.lower()


def test_certificate_that_is_named(make_drift, tls_forge):
    drift = make_drift(tls_forge.url)
    drift.configure(tls_forge.url, f'ca_file = "{tls_forge.certificate}"\n')
    assert drift.scan(demo.OWNER).returncode == 0


def one_package(tmp_path, **fields):
    world = World(git_root=str(tmp_path), tokens=[TOKEN])
    world.add_owner(demo.OWNER, 1)
    return world, demo.Package(world, 1, "oddity", **fields).start("2025-01-20")


def test_hostile_names(make_drift, tmp_path):
    """Nothing that a terminal, a spreadsheet or a log would obey comes through."""
    world, package = one_package(tmp_path)
    package.release("1.0.0", "2025-02-03")
    files = {"new\nline\x1b[31m.py": "x\n", b"bad-\xff\xfe.py": "x\n", "=1+1.py": "x\n"}
    package.repository.commit("2025-02-04T08:00:00Z", "Add odd names", files)
    package.repository.tag("=cmd|calc", "2025-02-04T08:05:00Z")
    package.repository.tag(b"v9-\xff\xfe", "2025-02-04T08:05:00Z")
    package.finish()
    document = world.documents["oddity"]
    for version in ("=1+2", "9\x1b[31m9", "99999999999999999999!1", "not a version"):
        document["releases"][version] = release_files("oddity", version, "2025-02-05T09:00:00Z")
    document["releases"]["0.1.dev1"] = []
    with Forge(world) as forge:
        drift = make_drift(forge.url)
        drift.scan(demo.OWNER)
        versions = {row["version"] for row in drift.report()["releases"]}
        assert {"1.0.0", "99999999999999999999!1"} <= versions
        for what in ("releases", "findings", "packages", "coverage"):
            for row in drift.table(what):
                for cell in row.values():
                    assert not cell.startswith(("=", "+", "@", "\t", "\r")), cell
            text = drift.run("report", "--format", "table", "--what", what).stdout
            assert "\x1b" not in text


def test_toml_that_does_not_parse(make_drift, tmp_path):
    world, package = one_package(tmp_path)
    package.release("1.0.0", "2025-02-03")
    broken = {"pyproject.toml": '[project\nname = "oddity"\n'}
    package.repository.commit("2025-02-04T08:00:00Z", "Break it", broken)
    package.finish()
    with Forge(world) as forge:
        drift = make_drift(forge.url)
        done = drift.scan(demo.OWNER)
        report = drift.report()
        assert "parse-error" in unknowns(report).values()
        assert "pyproject.toml" in done.stderr
        assert done.returncode == 3
        assert "source-behind-index" not in {row["rule"] for row in report["findings"]}


def test_many_tags(make_drift, tmp_path):
    """200,000 tags are looked at, and cost no more than their names."""
    world, package = one_package(tmp_path)
    package.release("1.0.0", "2025-02-03").finish()
    directory = world.git_directory({"full_name": package.full_name})
    refs = (directory / "packed-refs").read_text().splitlines()
    head = next(line.split()[0] for line in refs if line.endswith("refs/heads/main"))
    lines = [line for line in refs if not line.startswith(("#", "^"))]
    lines += [f"{head} refs/tags/nightly-{number:06}" for number in range(200000)]
    lines.sort(key=lambda line: line.split()[1])
    (directory / "packed-refs").write_text("\n".join(lines) + "\n")
    with Forge(world) as forge:
        drift = make_drift(forge.url)
        assert drift.scan(demo.OWNER).returncode in (0, 1)
        (directory / "packed-refs").write_text("\n".join([*lines, f"{head} refs/tags/one-more", ""]))
        assert drift.scan(demo.OWNER, timeout=60).returncode in (0, 1)
        assert [row["tag"] for row in drift.report()["releases"]] == ["v1.0.0"]


def test_large_document(make_drift, tmp_path):
    """60 MB are within the ceiling."""
    world, package = one_package(tmp_path)
    package.release("1.0.0", "2025-02-03").finish()
    world.documents["oddity"]["info"]["description"] = "x" * (60 << 20)
    with Forge(world) as forge:
        drift = make_drift(forge.url)
        assert drift.scan(demo.OWNER).returncode == 0


@pytest.mark.parametrize("between", ["+", " "])
def test_a_version_of_200000_pieces(make_drift, tmp_path, between):
    """Each piece copies all before it: reading ends long before memory does."""
    world, package = one_package(tmp_path, form=demo.setup_py)
    package.release("1.0.0", "2025-02-03")
    bomb = "v = " + between.join(['"1"'] * 200000) + "\nfrom setuptools import setup\n"
    files = {"setup.py": bomb + 'setup(name="oddity", version=v)\n'}
    package.repository.commit("2025-02-04T08:00:00Z", "Add a bomb", files)
    package.finish()
    with Forge(world) as forge:
        drift = make_drift(forge.url)
        assert drift.scan(demo.OWNER, timeout=30).returncode == 0
        row = drift.table("packages")[0]
        assert (row["declared_version"], row["declared_kind"]) == ("", "opaque")


@pytest.mark.parametrize(
    "path, text",
    [
        ("setup.cfg", b"[metadata]\nname = odd\xffity\nversion = 1.1.0\n"),
        ("setup.py", b'from setuptools import setup\nsetup(name="odd\xffity", version="1.1.0")\n'),
    ],
)
def test_a_name_that_is_no_text(make_drift, tmp_path, path, text):
    """Not "no project of that name": nobody knows its name."""
    world, package = one_package(tmp_path, form=demo.setup_py)
    package.release("1.0.0", "2025-02-03")
    files = {"setup.py": None} | {path: text}
    package.repository.commit("2025-02-04T08:00:00Z", "Spoil the name", files)
    package.finish()
    with Forge(world) as forge:
        drift = make_drift(forge.url)
        assert drift.scan(demo.OWNER).returncode == 3
        assert unknowns(drift.report()) == {("oddity", "projects"): "parse-error"}


def test_a_busy_document_holds_up_nobody(small_drift, small_forge):
    """A 503 that asks for an hour is about that document alone."""
    small_forge.fault("/pypi/buoy/", faults.status(503, "busy", **{"Retry-After": "3600"}))
    assert small_drift.scan(demo.OWNER).returncode == 3
    assert unknowns(small_drift.report()) == {("buoy", "index"): "http-error"}


def test_a_mistyped_organisation_is_forgotten(small_drift):
    """What the next scan does not ask for is no part of it."""
    assert small_drift.scan(f"{demo.OWNER}z").returncode == 3
    assert small_drift.scan(demo.OWNER).returncode == 0
    assert unknowns(small_drift.report()) == {}


def test_a_server_that_echoes_the_token(small_drift, small_forge):
    """Whole, in part where a message is cut, and in a header that is remembered."""
    error = faults.pkt(f"ERR the token {TOKEN} may not read\n")
    small_forge.fault("/buoy.git", faults.body(error))
    small_forge.fault("/pypi/cleat/", faults.status(403, "x" * 180 + TOKEN))

    def etag(request, answer):
        return dataclasses.replace(answer, headers=answer.headers | {"ETag": f'"{TOKEN}"'})

    small_forge.fault("/repos", etag)
    assert small_drift.scan(demo.OWNER).returncode == 3
    small_drift.report()
    assert small_drift.leaks() == []
    assert small_drift.leaks(TOKEN[:12]) == []


def test_one_that_drips_keeps_nobody_else(small_drift, small_forge):
    """The first repository of a host would tell of it, but it takes for ever."""
    small_forge.fault("/anchor.git", faults.drip(1))
    small_drift.scan(demo.OWNER, "--deadline", "20s")
    report = small_drift.report()
    assert {row["package"]: row["status"] for row in report["packages"]} == {
        "buoy": "in-sync",
        "cleat": "in-sync",
    }
    assert unknowns(report)["anchor", "refs"] == "timeout"


@pytest.mark.parametrize("retry_after", [None, 1, 3600])
def test_a_limit_of_one_repository(small_drift, small_forge, retry_after):
    """The host has time for the others, and says so by answering them."""
    headers = {} if retry_after is None else {"retry_after": str(retry_after)}
    small_forge.fault("/anchor.git", faults.status(429, "Too many requests", **headers))
    assert small_drift.scan(demo.OWNER).returncode == 3
    report = small_drift.report()
    assert {row["package"]: row["status"] for row in report["packages"]} == {
        "buoy": "in-sync",
        "cleat": "in-sync",
    }
    assert unknowns(report)["anchor", "refs"] == "rate-limited"
    assert len(small_forge.requests("refs")) <= 6


def test_two_names_of_one_database(small_drift, small_forge):
    (small_drift.home / "alias.db").symlink_to(small_drift.home / "fleet.db")
    small_drift.scan(demo.OWNER)
    small_forge.fault("/orgs/", faults.slow(1))
    first = small_drift.start("scan", demo.OWNER)
    while not small_forge.log.in_flight:
        time.sleep(0.02)
    second = small_drift.scan(demo.OWNER, "--db", small_drift.home / "alias.db")
    first.communicate()
    assert (first.returncode, second.returncode) == (0, 4)
    assert "another scan is at work" in second.stderr


@pytest.mark.parametrize("path", ["tests/data/pyproject.toml", "examples/a/setup.cfg"])
def test_a_broken_fixture_says_nothing(make_drift, tmp_path, path):
    """Tools for packaging keep such files on purpose."""
    world, package = one_package(tmp_path)
    package.release("1.0.0", "2025-02-03")
    package.repository.commit("2025-02-04T08:00:00Z", "Add a fixture", {path: "[project\n"})
    package.finish()
    with Forge(world) as forge:
        drift = make_drift(forge.url)
        assert drift.scan(demo.OWNER).returncode == 0
        assert unknowns(drift.report()) == {}


def test_package_said_to_be_in_a_missing_repository(small_drift):
    """It is in the report all the same, with what could not be looked at."""
    assert small_drift.scan("--package", f"buoy={demo.OWNER}/missing").returncode == 3
    rows = [(row["package"], row["status"], row["link"]) for row in small_drift.report()["packages"]]
    assert rows == [("buoy", "unknown", "configured")]
    card = small_drift.run("report", "buoy").stdout
    assert f"{demo.OWNER}/missing" in card and "could not be read" in card
    assert small_drift.scan("--package", f"buoy={demo.OWNER}/buoy").returncode == 0


def test_renamed_to_nowhere(small_drift, small_forge):
    """A repository that vanished between the listing and the visit."""
    small_forge.world.moved[f"{demo.OWNER}/buoy"] = f"{demo.OWNER}/gone"
    assert small_drift.scan(demo.OWNER).returncode == 3
    assert {subject for subject, _ in unknowns(small_drift.report())} == {"buoy"}


def test_database_that_is_none(small_drift):
    (small_drift.home / "fleet.db").write_bytes(b"this is no database at all\n" * 100)
    done = small_drift.scan(demo.OWNER)
    assert done.returncode == 4
    assert "fleet.db" in done.stderr
    assert (small_drift.home / "fleet.db").read_bytes().startswith(b"this is no database")


def test_output_that_cannot_be_written(small_drift):
    small_drift.scan(demo.OWNER)
    done = small_drift.run("report", "--output", "/dev/full", "--format", "csv")
    assert done.returncode == 4
    assert "/dev/full" in done.stderr


@pytest.mark.skipif(os.geteuid() != 0 or not shutil.which("unshare"), reason="needs root to mount")
@pytest.mark.parametrize("what", ["cache", "database"])
def test_disk_that_is_full(small_drift, what):
    """A failure of ours: status 4, its own reason, nothing torn, nothing blamed on a remote."""
    place = small_drift.home / "small"
    place.mkdir()
    before, after = (f'{what} = "{folder}' for folder in (small_drift.home, place))
    small_drift.config.write_text(small_drift.config.read_text().replace(before, after))
    mount = ["unshare", "-m", "sh", "-c", f'mount -t tmpfs -o size=200k none {place} && exec "$@"']
    if subprocess.run([*mount, "sh", "true"], capture_output=True).returncode != 0:
        pytest.skip("mounting is not allowed here")
    fill = ["sh", "sh", "-c", f'head -c 190k /dev/zero >{place}/fill; exec "$@"', "sh"]
    done = subprocess.run(
        [*mount, *fill, *small_drift.command("scan", demo.OWNER)],
        env=small_drift.environment(),
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == 4, done.stderr
    assert "No space left" in done.stderr or "full" in done.stderr
    if what == "cache":
        assert set(unknowns(small_drift.report()).values()) == {"disk"}
        assert f"{place}/cache: {demo.OWNER}/" in done.stderr, "the repository that did not fit is named"
        assert "Could not be looked at: 3" in done.stderr, "the run is complete, and shown"


def test_document_of_every_type(small_drift, small_forge):
    """null, numbers and lists where text is expected: no crash, no guess."""
    original = copy.deepcopy(small_forge.world.documents["buoy"])
    for value in (None, 7, [], {}, "", True):
        document = {
            "info": {key: value for key in original["info"]} | {"name": "buoy"},
            "last_serial": value,
            "releases": {"1.0.0": [{key: value for key in original["urls"][0]}]},
            "urls": value,
        }
        small_forge.forget()
        small_forge.fault("/pypi/buoy/", faults.body(json.dumps(document).encode()), times=1)
        assert small_drift.scan(demo.OWNER).returncode in (0, 1, 3)
        assert len(small_forge.requests("document")) >= 3


def test_empty_repository_after_all(make_drift, tmp_path):
    """The listing says it is there, git says that it has no commit."""
    world = World(git_root=str(tmp_path), tokens=[TOKEN])
    world.add_owner(demo.OWNER, 1)
    world.add_repository(f"{demo.OWNER}/void", 1)
    Repository().write(world.git_directory({"full_name": f"{demo.OWNER}/void"}))
    with Forge(world) as forge:
        drift = make_drift(forge.url)
        assert drift.scan(demo.OWNER).returncode == 0
        assert drift.scan("--repo", f"{demo.OWNER}/void").returncode == 0
