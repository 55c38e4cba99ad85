"""What doctor says of what a scan needs."""

import re
import sqlite3

import pytest
import written
from conftest import TOKEN, wait_for
from forge import Forge, demo, faults


@pytest.fixture(scope="module")
def drift(binary, tmp_path_factory):
    return written.program(binary, tmp_path_factory.mktemp("written"))


@pytest.fixture
def empty(binary, tmp_path):
    return written.Program(binary, tmp_path)


def test_doctor_offline(drift):
    done = drift.run("doctor", "--offline")
    assert done.returncode == 0, done.stdout
    assert "✓  database  " in done.stdout


def doctor(program, forge, *arguments, token=TOKEN):
    roots = ["--github-api", f"{forge.url}/api/v3", "--github-git", forge.url, "--index", forge.url]
    more = {"NO_PROXY": "*", "FLEETDRIFT_GITHUB_TOKEN": token}
    return program.run("doctor", *roots, *arguments, environment=more)


def test_doctor_asks_the_services(drift, small_forge):
    done = doctor(drift, small_forge)
    assert done.returncode == 0, done.stdout
    assert re.search(r"✓ +rate limit +\d+ of \d+ API requests", done.stdout)
    assert TOKEN not in done.stdout + done.stderr


def test_doctor_asks_an_index_of_its_own(drift, small_forge, small_world):
    """It need not stand where the forge does."""
    with Forge(small_world) as elsewhere:
        done = doctor(drift, small_forge, "--index", elsewhere.url)
        assert done.returncode == 0, done.stdout
        assert re.search(rf"[✓?] +index +{elsewhere.url}", done.stdout), done.stdout


def test_doctor_with_a_token_that_is_refused(drift, small_forge):
    done = doctor(drift, small_forge, token="ghp_wrongToken")
    assert done.returncode == 2 and re.search(r"✗ +forge API .*401", done.stdout)
    assert "Make a new token" in done.stdout and "ghp_wrongToken" not in done.stdout


def test_doctor_asks_none_but_the_services(drift, small_forge, small_world):
    with Forge(small_world) as elsewhere:
        small_forge.fault("/pypi/", faults.redirect(elsewhere.url + "/pypi/pip/json"))
        done = doctor(drift, small_forge)
        assert done.returncode == 3 and re.search(r"✗ +index .*not allowed", done.stdout)
        assert elsewhere.requests() == []


def test_doctor_without_a_network(drift, small_forge):
    done = doctor(drift, small_forge, "--index", "http://127.0.0.1:1")
    assert done.returncode == 3 and re.search(r"✗ +index ", done.stdout)


@pytest.mark.parametrize(
    "flag, path, label, hint",
    [
        ("--github-api", "/api/v4", "forge API", "https://HOST/api/v3"),
        ("--github-api", "", "forge API", "https://HOST/api/v3"),
        ("--github-git", "/git", "git host", "what stands before /OWNER/NAME.git"),
        ("--index", "/nothing", "index", "the address that pip is given"),
    ],
)
def test_doctor_with_a_root_that_is_wrong_by_its_path(drift, small_forge, flag, path, label, hint):
    """Something answers there; it is not the service."""
    done = doctor(drift, small_forge, flag, small_forge.url + path)
    assert done.returncode == 3 and re.search(rf"✗ +{label} .*40\d", done.stdout), done.stdout
    assert hint in done.stdout
    assert len(re.findall(r"[✓?] +(?:forge API|git host|index) ", done.stdout)) == 2


REFUSALS = {
    503: (faults.html(503), "an HTTP status that means failure", "try again later"),
    500: (faults.status(500, "boom"), "boom", "try again later"),
    403: (faults.status(403, "Your address is not allowed"), "not allowed", "you are refused"),
    451: (faults.CATALOGUE["blocked"], "blocks access", "you are refused"),
    429: (faults.secondary_limit(60, code=429), "asked us to stop", "too much was asked"),
    "403 limit": (faults.secondary_limit(60), "asked us to stop", "too much was asked"),
}


@pytest.mark.parametrize("label", ["forge API", "git host", "index"])
@pytest.mark.parametrize("name", REFUSALS)
def test_doctor_with_a_service_that_refuses(drift, small_forge, label, name):
    """The root is right, and nobody is told otherwise."""
    fault, said, advice = REFUSALS[name]
    path = {"forge API": "/api/v3", "git host": "/info/refs", "index": "/pypi/"}[label]
    small_forge.fault(path, fault)
    done = doctor(drift, small_forge)
    texts, marks = lines(done)
    assert done.returncode == 3 and marks[label] == "✗", done.stdout
    assert said in texts[label] and advice in texts[label] and "but not as" not in done.stdout


def test_doctor_without_a_token_where_one_is_needed(drift, small_forge):
    small_forge.fault("/api/v3", faults.status(401, "Requires authentication"))
    done = doctor(drift, small_forge, token="")
    assert done.returncode == 2 and "set FLEETDRIFT_GITHUB_TOKEN" in done.stdout, done.stdout


def test_doctor_says_that_a_scan_is_at_work(small_drift, small_forge):
    """By whatever link the database is reached."""
    small_forge.fault("/repos", faults.slow(60))
    running = small_drift.start("scan", demo.OWNER)
    wait_for(lambda: (small_drift.home / "fleet.db.lock").exists())
    (small_drift.home / "link.db").symlink_to("fleet.db")
    done = small_drift.run("doctor", "--offline", "--db", small_drift.home / "link.db")
    running.kill()
    running.communicate()
    assert f"a scan is at work: process {running.pid} on" in done.stdout, done.stdout
    again = small_drift.run("doctor", "--offline")
    assert "a scan is at work" not in again.stdout, "the lock of the dead is none"


def test_doctor_with_an_index_that_may_be_none(drift, small_forge):
    """The API of a forge has no package there either, and says so in the same way."""
    done = doctor(drift, small_forge, "--index", f"{small_forge.url}/api/v3")
    assert done.returncode == 0 and re.search(r"\? +index .*does not tell", done.stdout), done.stdout


def test_doctor_asks_for_what_is_configured(drift, small_forge):
    (drift.home / "c.toml").write_text('[[package]]\nname = "buoy"\nrepository = "harbour-labs/buoy"\n')
    done = doctor(drift, small_forge, "--config", "c.toml")
    assert done.returncode == 0 and re.search(r"✓ +index +http", done.stdout), done.stdout
    asked = [entry["path"] for entry in small_forge.requests()]
    assert any("/pypi/buoy/json" in path for path in asked)
    assert any("/harbour-labs/buoy.git/info/refs" in path for path in asked)


@pytest.mark.parametrize("more", [[], ["--offline"]])
@pytest.mark.parametrize("flag, label", [("--github-api", "forge API"), ("--github-git", "git host"),
                                         ("--index", "index")])
def test_doctor_with_a_url_that_a_scan_refuses(drift, small_forge, flag, label, more):
    done = doctor(drift, small_forge, flag, "http://plain.example", *more)
    assert done.returncode == 2 and re.search(rf"✗ +{label} .*is not https", done.stdout), done.stdout


def lines(done):
    """Label → mark, text and advice."""
    text = re.sub(r"\n {10,}", " ", done.stdout)
    return dict(re.findall(r"^  [✓✗?]  (\S+(?: \S+)*)(?<=\S)  +(.*)$", text, re.MULTILINE)), {
        label: mark for mark, label in re.findall(r"^  ([✓✗?])  (\S+(?: \S+)*)  ", text, re.MULTILINE)}


def foreign(path):
    with sqlite3.connect(path) as database:
        database.execute("CREATE TABLE theirs (x)")


def newer(path):
    with sqlite3.connect(path) as database:
        database.execute("PRAGMA application_id = 1718379636")
        database.execute("PRAGMA user_version = 99")
        database.execute("CREATE TABLE run (id)")


@pytest.mark.parametrize(
    "make, status, mark, said, not_said",
    [
        (lambda path: path.write_bytes(b"no database at all\n" * 99), 4, "✗", "move it away", None),
        (foreign, 4, "✗", "belongs to another program", None),
        (newer, 4, "✗", "use a newer fleetdrift", "ove it away"),
        (lambda path: path.write_bytes(b""), 0, "?", "empty: the first scan fills it", "ove it away"),
        (lambda path: path.mkdir(), 4, "✗", "is a directory; the database is a file", "ove it away"),
        (lambda path: None, 0, "?", "not there yet", None),
    ],
    ids=["garbage", "foreign", "newer", "empty", "directory", "none"],
)
def test_doctor_on_a_database(empty, make, status, mark, said, not_said):
    make(empty.home / "fleetdrift.db")
    done = empty.run("doctor", "--offline")
    texts, marks = lines(done)
    assert done.returncode == status and marks["database"] == mark, done.stdout
    assert said in texts["database"] and (not_said is None or not_said not in texts["database"])


def test_doctor_on_a_database_in_no_directory(empty):
    done = empty.run("doctor", "--offline", "--db", "no/such/place.db")
    texts, marks = lines(done)
    assert done.returncode == 4 and marks["database directory"] == "✗", done.stdout
    assert "no/such: No such file" in texts["database directory"] and "database" not in marks


@pytest.mark.parametrize("path", ["file", "file/below", "/proc/nowhere", "/dev/null"])
def test_doctor_on_a_cache_that_cannot_be(empty, path):
    (empty.home / "file").write_text("in the way")
    done = empty.run("doctor", "--offline", "--cache", path)
    texts, marks = lines(done)
    assert done.returncode == 4 and marks["cache"] == "✗", done.stdout
    assert "directory that you can write to" in texts["cache"]
    assert sorted(item.name for item in empty.home.iterdir()) == ["file"], "doctor changes nothing"
