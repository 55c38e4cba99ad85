"""Private indexes: the Simple API, several at once, credentials, and what they do not tell."""

import copy
import json
import re

import pytest
from conftest import TOKEN, unknowns
from forge import Forge, demo, faults, simple
from forge.answer import Answer

SECRET = "index-s3cret-that-nobody-may-see"
GULL = "gull-mailbox-core"
GULL_HERE = f"{GULL}={demo.OWNER}/{GULL}"
INCIDENT = {
    ("release-without-tag", "critical"),
    ("source-behind-index", "critical"),
    ("release-without-version-commit", "high"),
    ("release-without-changelog", "medium"),
}
HTML = {"forms": ["simple-html"]}
JSON = {"forms": ["simple-json"], "versions": False, "times": False}
FULL = {"forms": ["simple-json"]}


def index(url, **keys):
    lines = "".join(f"{key} = {json.dumps(value)}\n" for key, value in keys.items())
    return f'[[index]]\nurl = "{url}"\n{lines}'


def use(drift, *indexes):
    """Replaces the one index of the configuration."""
    text = drift.config.read_text(encoding="utf-8")
    text = re.sub(r"^\[+index\].*?(?=^\[scan\])", "\n".join(indexes) + "\n", text, flags=re.M | re.S)
    drift.config.write_text(text, encoding="utf-8")


def findings(drift, package=GULL):
    return {
        (row["rule"], row["severity"])
        for row in drift.report()["findings"]
        if row["package"] == package and row["state"] in ("new", "open")
    }


def all_findings(drift):
    rows = drift.report()["findings"]
    return {(r["rule"], r["severity"], r["package"], r["version"], r["state"]) for r in rows}


def statuses(drift):
    return {row["package"]: row["status"] for row in drift.report()["packages"]}


@pytest.mark.parametrize("mounted", [HTML, JSON, FULL], ids=["html", "json", "full-json"])
def test_the_incident(drift, forge, mounted):
    """What needs no upload time and no URL is found where there is neither."""
    forge.world.indexes["/private"] = mounted
    use(drift, index(f"{forge.url}/private"))
    done = drift.scan("--package", GULL_HERE)
    assert done.returncode == 1, done.stderr
    assert findings(drift) == INCIDENT
    assert unknowns(drift.report()) == {}
    [row] = drift.report()["packages"]
    assert row["published_version"] == "0.2.0"
    assert (row["published_at"] is None) == (mounted is not FULL)
    assert "None" not in done.stdout and " on ," not in done.stdout
    card = drift.run("report", GULL).stdout
    assert f"index          {forge.url}/private\n" in card
    assert "pip download" not in card, "another index would give another package of that name"


def test_a_fleet_without_urls(drift, forge):
    """Only the one package whose releases its repository does not know is left unlinked."""
    assert drift.scan(demo.OWNER).returncode == 1
    by_json = all_findings(drift)
    forge.world.indexes["/private"] = FULL
    use(drift, index(f"{forge.url}/private/simple/"))
    assert drift.scan(demo.OWNER).returncode == 1
    lost = {row[:2] for row in by_json if row[2] == GULL}
    assert lost == INCIDENT
    assert {row[:4] for row in all_findings(drift)} == {r[:4] for r in by_json if r[2] != GULL}
    assert statuses(drift)[GULL] == "unknown"
    assert unknowns(drift.report()) == {(GULL, "repository"): "not-found"}


@pytest.mark.parametrize("mounted", [HTML, FULL], ids=["html", "json"])
def test_what_it_costs(small_drift, small_forge, mounted):
    """Which API it is costs one request, once in the life of the database."""
    drift, forge = small_drift, small_forge
    forge.world.indexes["/private"] = mounted
    use(drift, index(f"{forge.url}/private"))
    assert drift.scan(demo.OWNER).returncode == 0
    assert (len(forge.requests("document")), len(forge.requests("page"))) == (1, 3)
    forge.forget()
    assert drift.scan(demo.OWNER).returncode == 0
    assert [row["status"] for row in forge.requests("page")] == [304] * 3
    assert forge.requests("document") == []
    assert drift.query("SELECT changes FROM run ORDER BY id")[-1] == (0,)


def test_the_json_api_costs_nothing_more(small_drift, small_forge):
    drift, forge = small_drift, small_forge
    assert drift.scan(demo.OWNER).returncode == 0
    assert (len(forge.requests("document")), len(forge.requests("page"))) == (3, 0)


def test_configured_kinds(small_drift, small_forge):
    drift, forge = small_drift, small_forge
    forge.world.indexes["/private"] = HTML
    use(drift, index(f"{forge.url}/private/simple", kind="simple"))
    assert drift.scan(demo.OWNER).returncode == 0
    assert len(forge.requests("document")) == 0
    use(drift, index(f"{forge.url}/private/simple", kind="json"))
    drift.scan(demo.OWNER)
    assert set(statuses(drift).values()) == {"drift"}  # all of them vanished: release-vanished


@pytest.mark.parametrize("how", ["token_env", "token_file", "token_command"])
@pytest.mark.parametrize("user", ["reader", None])
def test_credentials(small_drift, small_forge, how, user, monkeypatch):
    drift, forge = small_drift, small_forge
    forge.world.indexes["/private"] = HTML | {"secret": SECRET, "user": user}
    secret = drift.home.parent / f"{drift.home.name}.secret"
    secret.write_text(SECRET + "\n", encoding="utf-8")
    secret.chmod(0o600)
    source = {
        "token_env": "INDEX_SECRET",
        "token_file": str(secret),
        "token_command": ["cat", str(secret)],
    }[how]
    monkeypatch.setattr(drift, "environment", lambda token=TOKEN: _with_secret(drift, token))
    keys = {how: source} | ({"username": user} if user else {})
    use(drift, index(f"{forge.url}/private", **keys))
    done = drift.scan(demo.OWNER, "-v")
    assert done.returncode == 0, done.stderr
    assert drift.leaks(SECRET) == []


def _with_secret(drift, token):
    return type(drift).environment(drift, token) | {"INDEX_SECRET": SECRET}


def test_a_wrong_credential(small_drift, small_forge):
    drift, forge = small_drift, small_forge
    forge.world.indexes["/private"] = HTML | {"secret": SECRET, "user": "reader"}
    use(drift, index(f"{forge.url}/private"))
    assert drift.scan(demo.OWNER).returncode == 3
    assert set(unknowns(drift.report()).values()) == {"unauthorized"}
    use(drift, index(f"{forge.url}/private", token_env="NO_SUCH_VARIABLE"))
    done = drift.scan(demo.OWNER)
    assert done.returncode == 2
    assert "environment variable NO_SUCH_VARIABLE is not set" in done.stderr


def test_a_credential_stays_at_its_origin(small_drift, small_forge, monkeypatch):
    """Not to the forge, not to another index, not across a redirect."""
    drift, forge = small_drift, small_forge
    monkeypatch.setattr(drift, "environment", lambda token=TOKEN: _with_secret(drift, token))
    with Forge(copy.deepcopy(forge.world)) as other:
        other.world.indexes["/private"] = HTML | {"secret": SECRET}
        other.fault("/private/simple/buoy/", faults.redirect(f"{forge.url}/simple/elsewhere/", 302))
        use(drift, index(f"{other.url}/private", token_env="INDEX_SECRET"), index(forge.url))
        drift.scan(demo.OWNER)
        assert {row["credentials"] for row in forge.requests("document")} == {"none"}
        assert {row["credentials"] for row in forge.requests("page")} <= {"none"}
        assert any("elsewhere" in row["path"] for row in forge.requests("page"))
    assert drift.leaks(SECRET) == []


def test_several_indexes(small_drift, small_forge):
    """The first that has a package is the one; that another has it too is told."""
    drift, forge = small_drift, small_forge
    documents = forge.world.documents
    buoy = copy.deepcopy(documents["buoy"])
    forge.world.indexes["/private"] = FULL | {"documents": {"buoy": buoy}}
    private = f"{forge.url}/private"
    use(drift, index(private), index(forge.url))
    assert drift.scan(demo.OWNER).returncode == 0
    assert dict(drift.query("SELECT name, index_url FROM package")) == {
        "anchor": forge.url,
        "buoy": private,
        "cleat": forge.url,
    }
    assert findings(drift, "buoy") == {("package-on-two-indexes", "info")}
    [message] = [r["message"] for r in drift.report()["findings"] if r["package"] == "buoy"]
    assert private in message and message.endswith(f"but {forge.url} has a package of this name too")
    # an unchanged fleet writes nothing
    assert drift.scan(demo.OWNER).returncode == 0
    assert drift.query("SELECT changes FROM run ORDER BY id")[-1] == (0,)

    # Whether the first has it nobody can tell: nothing is said of the second's instead.
    forge.fault("/private/", faults.html(502))
    assert drift.scan(demo.OWNER).returncode == 3
    assert unknowns(drift.report()) == {
        (name, "index"): "http-error" for name in ("anchor", "buoy", "cleat")
    }
    forge.heal()
    del documents["buoy"]
    assert drift.scan(demo.OWNER).returncode == 0
    assert findings(drift, "buoy") == set()


def test_the_flag_is_one_index(small_drift, small_forge):
    drift, forge = small_drift, small_forge
    forge.world.indexes["/private"] = HTML
    use(drift, index(f"{forge.url}/private/simple", kind="simple"), index(forge.url))
    drift.scan(demo.OWNER, "--index", forge.url)
    assert len(forge.requests("page")) == 0
    forge.forget()
    drift.scan(demo.OWNER, "--index", f"{forge.url}/private/simple/")
    assert len(forge.requests("document")) == 0


@pytest.mark.parametrize("mounted", [HTML, FULL, None], ids=["html", "json", "json-api"])
def test_quarantined(small_drift, small_forge, mounted):
    """Its releases are out of reach, and that is said; what was found stands."""
    drift, forge = small_drift, small_forge
    if mounted:
        forge.world.indexes["/private"] = mounted
        use(drift, index(f"{forge.url}/private"))
    assert drift.scan(demo.OWNER).returncode == 0
    document = forge.world.documents["buoy"]
    document["status"], document["releases"] = {"status": "quarantined", "reason": "malware"}, {}
    for _ in range(2):
        drift.scan(demo.OWNER)
        assert findings(drift, "buoy") == {("release-vanished", "medium")}
        assert drift.query(
            "SELECT index_state, index_status, index_status_reason FROM package "
            "WHERE name = 'buoy'"
        ) == [("absent", "quarantined", "malware")]
    assert "quarantined: malware" in " ".join(drift.run("report", "buoy").stdout.split())


@pytest.mark.parametrize("mounted", [HTML, FULL, None], ids=["html", "json", "json-api"])
def test_quarantined_when_first_seen(small_drift, small_forge, mounted):
    """Nobody knows what it published, so it is not called unpublished."""
    drift, forge = small_drift, small_forge
    if mounted:
        forge.world.indexes["/private"] = mounted
        use(drift, index(f"{forge.url}/private"))
    document = forge.world.documents["buoy"]
    document["status"], document["releases"] = {"status": "quarantined"}, {}
    drift.scan(demo.OWNER)
    (row,) = [row for row in drift.report()["packages"] if row["package"] == "buoy"]
    assert row["status"] == "unknown"
    card = " ".join(drift.run("report", "buoy").stdout.split())
    assert "quarantined" in card and "does not know this name" not in card


def test_what_is_not_published_costs(small_drift, small_forge):
    """"Not found" may mean quarantined: it is asked once more, once in the life of the database."""
    drift, forge = small_drift, small_forge
    del forge.world.documents["buoy"]
    for pages in (1, 0, 0):
        forge.forget()
        drift.scan(demo.OWNER)
        assert statuses(drift)["buoy"] == "unpublished"
        assert (len(forge.requests("document")), len(forge.requests("page"))) == (3, pages)


def test_archived_and_yanked(small_drift, small_forge):
    drift, forge = small_drift, small_forge
    forge.world.indexes["/private"] = HTML
    use(drift, index(f"{forge.url}/private"))
    document = forge.world.documents["buoy"]
    document["status"] = {"status": "archived", "reason": "use cleat"}
    for file in document["releases"]["1.1.0"]:
        file["yanked"], file["yanked_reason"] = True, "it eats <mail>"
    assert drift.scan(demo.OWNER).returncode == 0
    assert drift.query("SELECT index_status, index_status_reason FROM package WHERE name = 'buoy'") \
        == [("archived", "use cleat")]
    assert drift.query("SELECT version, yanked, yanked_reason FROM release WHERE package = 'buoy'") \
        == [("1.0.0", 0, None), ("1.1.0", 1, "it eats <mail>")]
    assert ("newest-yanked", "info") in findings(drift, "buoy")
    assert "archived: use cleat" in drift.run("report", "buoy").stdout


def test_a_page_that_is_gone(drift, forge):
    """The index answers 404 for what it had: no finding counts as mended."""
    forge.world.indexes["/private"] = HTML
    use(drift, index(f"{forge.url}/private"))
    assert drift.scan("--package", GULL_HERE).returncode == 1
    del forge.world.documents[GULL]
    assert drift.scan("--package", GULL_HERE).returncode == 1
    assert findings(drift) == INCIDENT | {("release-vanished", "medium")}


def test_a_file_that_tells_no_version(small_drift, small_forge):
    drift, forge = small_drift, small_forge
    forge.world.indexes["/private"] = HTML
    use(drift, index(f"{forge.url}/private"))
    files = forge.world.documents["buoy"]["releases"]["1.0.0"]
    files.append(files[0] | {"filename": "buoy-nightly.zip"})
    done = drift.scan(demo.OWNER)
    assert done.returncode == 3
    assert unknowns(drift.report()) == {("buoy", "files"): "bad-answer"}
    assert statuses(drift)["buoy"] == "unknown"
    assert "a name that tells no version: buoy-nightly.zip" in done.stderr
    assert drift.scan(demo.OWNER).returncode == 3  # also when the index says 304


@pytest.mark.parametrize("mounted", [HTML, FULL], ids=["html", "json"])
def test_another_packages_page(small_drift, small_forge, mounted):
    drift, forge = small_drift, small_forge
    forge.world.indexes["/private"] = mounted
    use(drift, index(f"{forge.url}/private"))
    documents = forge.world.documents
    documents["buoy"] = copy.deepcopy(documents["cleat"])
    if mounted is FULL:
        body = simple.json_page("cleat", documents["cleat"])
        forge.fault(
            "/private/simple/buoy/", lambda *_: Answer(200, {"Content-Type": simple.JSON}, body)
        )
    assert drift.scan(demo.OWNER).returncode == 3
    assert unknowns(drift.report()) == {("buoy", "index"): "bad-answer"}
    assert [row["releases"] for row in drift.report()["packages"] if row["package"] == "buoy"] \
        == [None]


def test_an_index_that_has_nothing(small_drift, small_forge):
    """A wrong address answers 404 for everything: that is no quiet night."""
    drift, forge = small_drift, small_forge
    use(drift, index(f"{forge.url}/privat", kind="simple"))
    done = drift.scan(demo.OWNER)
    assert f"{forge.url}/privat has none of the 3 packages asked for" in done.stderr


@pytest.mark.parametrize("path, kind", [("", "auto"), ("/simple/", "simple"), ("/simple", "auto")])
def test_doctor_asks_every_index(small_drift, small_forge, monkeypatch, path, kind):
    drift, forge = small_drift, small_forge
    monkeypatch.setattr(drift, "environment", lambda token=TOKEN: _with_secret(drift, token))
    forge.world.indexes["/private"] = HTML | {"secret": SECRET}
    private = index(f"{forge.url}/private{path}", kind=kind, token_env="INDEX_SECRET")
    named = '[[package]]\nname = "buoy"\n'
    use(drift, private, index(forge.url), named)
    said = drift.run("doctor").stdout
    assert len(re.findall(r"✓ +index +http", said)) == 2, said
    use(drift, index(f"{forge.url}/private{path}", kind=kind), named)
    refused = drift.run("doctor")
    assert refused.returncode == 2 and "name them in [[index]]" in " ".join(refused.stdout.split())
    use(drift, index(f"{forge.url}/private", token_env="NO_SUCH"), named)
    assert "environment variable NO_SUCH is not set" in " ".join(drift.run("doctor").stdout.split())
    assert drift.leaks(SECRET) == []
