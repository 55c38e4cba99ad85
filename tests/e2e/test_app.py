"""A scan as a GitHub App: what is asked with which credential, when it ends, and what stays behind."""

import datetime
import json
import stat

import pytest
from conftest import APP, OWNER, TOKEN, unknowns
from forge import Forge, demo, faults
from forge.answer import json_answer
from forge.apps import make_key
from test_graphql import KNOWN, asked, coverage

OTHER = "bay-works"


def scan(drift, *arguments, more=None, command="scan", key=None):
    variables = {"FLEETDRIFT_GITHUB_APP_ID": APP, "FLEETDRIFT_GITHUB_APP_KEY_FILE": str(key or drift.key)}
    return drift.run(command, *arguments, token=None, more=variables | (more or {}))


def no_leak(drift, forge, key):
    """Neither a token nor a signature nor a line of the key is anywhere."""
    for secret in [*forge.apps.tokens, "eyJhbGciOiJSUzI1Ni", key[0].splitlines()[5]]:
        assert drift.leaks(secret) == []


def whats(forge):
    return [row["what"] for row in forge.requests()]


def test_all_services_with_one_token(small_drift, small_forge, app, key):
    done = scan(small_drift, OWNER, "-v")
    assert done.returncode == 0, done.stderr
    assert coverage(small_drift) == KNOWN
    assert (whats(small_forge).count("installation"), whats(small_forge).count("token")) == (1, 1)
    for what in ("listing", "graphql", "refs", "fetch"):
        rows = small_forge.requests(what)
        assert rows and {(row["credentials"], row["as"]) for row in rows} == {("good", OWNER)}, what
    assert {row["credentials"] for row in small_forge.requests("document")} == {"none"}
    no_leak(small_drift, small_forge, key)


def test_what_is_signed(small_drift, small_forge, app):
    """A minute back, ten minutes at most (the forge verified the signature)."""
    assert scan(small_drift, OWNER).returncode == 0
    claims = small_forge.apps.signed
    assert len(claims) == 2
    for said in claims:
        assert said["iss"] == APP and 0 < said["exp"] - said["iat"] <= 600
        assert set(said) == {"iat", "exp", "iss"}
    now = datetime.datetime.now().timestamp()
    assert 55 < now - claims[0]["iat"] < 90


def test_configured_in_the_file(small_drift, small_forge, app):
    text = small_drift.config.read_text().replace(
        "[github]", f'[github]\napp_id = {APP}\napp_key_file = "{small_drift.key}"')
    small_drift.config.write_text(text)
    assert small_drift.scan(OWNER, token=None).returncode == 0
    # What a CI system sets by itself does not go before it, what somebody set for us does.
    small_forge.forget()
    assert small_drift.scan(OWNER, token=None, more={"GITHUB_TOKEN": "ghp_ofTheCiSystem"}).returncode == 0
    assert {row["as"] for row in small_forge.requests("refs")} == {OWNER}
    small_forge.world.tokens.append(TOKEN)
    small_forge.forget()
    assert small_drift.scan(OWNER).returncode == 0
    assert "token" not in whats(small_forge)


@pytest.mark.parametrize("written", [str, lambda text: text.replace("\n", "\\n")],
                         ids=["as it is", "in one line"])
def test_the_key_in_a_variable(small_drift, small_forge, app, key, written):
    more = {"FLEETDRIFT_GITHUB_APP_ID": APP, "FLEETDRIFT_GITHUB_APP_KEY": written(key[0])}
    assert small_drift.run("scan", OWNER, token=None, more=more).returncode == 0
    no_leak(small_drift, small_forge, key)


def test_nothing_is_remembered_of_a_token(small_drift, small_forge, app):
    """Its ETags end with it: the next scan asks as if for the first time, and stores nothing new."""
    scan(small_drift, OWNER)
    before = small_drift.query("SELECT key, value FROM memory ORDER BY key")
    small_forge.forget()
    assert scan(small_drift, OWNER).returncode == 0
    assert [row["status"] for row in small_forge.requests("listing")] == [200]
    assert small_drift.query("SELECT key, value FROM memory ORDER BY key") == before
    known = json.loads(dict(before)[f"listing {small_forge.url}/api/v3 {OWNER}"])
    assert [page["etag"] for page in known["pages"].values()] == [None]
    assert known["credential"] == f"app {APP}"


def test_tokens_that_last_three_seconds(small_drift, small_forge, app):
    """New ones are made before the old ones end, in the middle of the scan: nobody is refused."""
    app["life"] = 3
    small_forge.fault("/repos\\?", faults.slow(1))
    small_forge.fault("git-upload-pack", faults.slow(1))
    done = scan(small_drift, OWNER, "--jobs", "1")
    assert done.returncode == 0, done.stderr
    assert coverage(small_drift) == KNOWN
    assert len(small_forge.apps.tokens) >= 3
    assert whats(small_forge).count("installation") == 1
    assert 401 not in {row["status"] for row in small_forge.requests()}


@pytest.mark.parametrize("place, what", [("POST /api/graphql", "graphql"), ("git-upload-pack", "refs"),
                                         ("/repos\\?", "listing")])
def test_tokens_that_end_early(small_drift, small_forge, app, place, what):
    """Whatever was promised, a token that is refused is made anew, once."""
    def end(request, answer):
        small_forge.apps.expire()
        return json_answer({"message": "Bad credentials"}, 401)

    small_forge.fault(place, end, times=1)
    done = scan(small_drift, OWNER)
    assert done.returncode == 0, done.stderr
    assert coverage(small_drift) == KNOWN
    assert whats(small_forge).count("token") == 2
    assert [row["status"] for row in small_forge.requests(what)].count(401) == 1


def test_a_repository_that_is_refused_is_no_ended_token(small_drift, small_forge, app):
    """git says 401 of what is not there: that costs one new token in all, not one each."""
    for name in ("anchor", "cleat"):
        small_forge.fault(f"/{name}.git", faults.CATALOGUE["git-unauthorized"])
    done = scan(small_drift, OWNER)
    assert done.returncode == 3, done.stderr
    assert {key[0] for key, reason in unknowns(small_drift.report()).items()
            if reason == "unauthorized"} == {"anchor", "cleat"}
    assert whats(small_forge).count("token") == 2


def test_the_key_is_revoked_in_the_middle(small_drift, small_forge, app, key):
    """What was looked at stays, the rest is unknown, and the words say why."""
    def revoke(request, answer):
        app["public"] = make_key()[1]
        small_forge.apps.expire()
        return json_answer({"message": "Bad credentials"}, 401)

    small_forge.fault("POST /api/graphql", revoke, times=1)
    done = scan(small_drift, OWNER)
    assert done.returncode == 3, done.stderr
    assert set(coverage(small_drift).values()) == {("unknown", "unauthorized")}
    assert f"GitHub App {APP}: the forge refuses what its key signed" in done.stderr
    assert len(small_drift.report()["packages"]) == 3
    no_leak(small_drift, small_forge, key)


def refused(small_drift, small_forge, reason):
    done = scan(small_drift, OWNER)
    assert done.returncode == 3, done.stderr
    assert unknowns(small_drift.report())[(OWNER, "listing")] == reason
    assert small_forge.requests("listing") == small_forge.requests("graphql") == []
    return done.stderr


def test_another_key(small_drift, small_forge, app, key):
    small_drift.key.write_text(make_key()[0])
    said = refused(small_drift, small_forge, "unauthorized")
    assert "is it this App's key, and not revoked?" in said and "401" in said


def test_not_installed(small_drift, small_forge, app):
    app["installations"].clear()
    said = refused(small_drift, small_forge, "forbidden")
    assert f"GitHub App {APP} is not installed for {OWNER}" in said
    assert [row["status"] for row in small_forge.requests("installation")] == [404, 404]


def test_suspended(small_drift, small_forge, app):
    app["installations"][OWNER]["suspended"] = True
    assert f"its installation for {OWNER} is suspended" in refused(small_drift, small_forge, "forbidden")
    assert small_forge.requests("token") == []


def test_installed_by_a_user(small_drift, small_forge, app):
    small_forge.world.owners[0]["type"] = "User"
    assert scan(small_drift, OWNER).returncode == 0
    assert [row["status"] for row in small_forge.requests("installation")] == [404, 200]


def test_public_repositories_of_others(small_drift, small_forge, app):
    """Where the App is not installed git is asked as nobody; what only the API tells is unknown."""
    app["installations"].clear()
    done = scan(small_drift, "--package", f"anchor={OWNER}/anchor")
    assert done.returncode == 3, done.stderr
    assert {row["credentials"] for row in small_forge.requests("refs")} == {"none"}
    report = small_drift.report()
    assert [row["package"] for row in report["packages"]] == ["anchor"]
    assert {(row["fact"], row["reason"]) for row in report["coverage"] if row["status"] == "unknown"} \
        == {("forge", "forbidden")}


def test_two_owners(make_drift, small_world, key, tmp_path, monkeypatch):
    """Each has its installation and its token; one request is about one of them."""
    world = small_world
    world.tokens.clear()
    world.add_owner(OTHER, 4712)
    monkeypatch.setattr(demo, "OWNER", OTHER)
    demo.Package(world, 9, "davit").start("2025-01-20").release("1.0.0", "2025-02-03").finish()
    world.repository(f"{OTHER}/davit")["private"] = True
    world.apps[APP] = {"public": key[1], "installations": {OWNER: {"id": 1}, OTHER: {"id": 2}}}
    with Forge(world) as forge:
        drift = make_drift(forge.url)
        drift.key = tmp_path / "key.pem"
        drift.key.write_text(key[0])
        scan(drift, OWNER, OTHER)
        assert coverage(drift) == KNOWN | {"davit": ("known", None)}
        assert sorted(sorted(row["repositories"]) for row in asked(forge)) == [
            ["anchor", "buoy", "cleat"], ["davit"]]
        assert {row["as"] for row in forge.requests("graphql")} == {OWNER, OTHER}
        assert {row["as"] for row in forge.requests("refs") if "davit" in row["path"]} == {OTHER}
        assert len(forge.requests("token")) == 2
        # One of the two is lost in the middle: the other is complete.
        def suspend(request, answer):
            if b"davit" not in request.body:
                return answer
            world.apps[APP]["installations"][OTHER]["suspended"] = True
            forge.apps.expire()
            return json_answer({"message": "Bad credentials"}, 401)

        for name in (f"{OTHER}/davit", f"{OWNER}/buoy"):
            world.repository(name)["updated_at"] = "2025-11-11T11:11:11Z"
        forge.fault("POST /api/graphql", suspend)
        assert scan(drift, OWNER, OTHER).returncode == 3
        assert coverage(drift) == KNOWN | {"davit": ("unknown", "forbidden")}


@pytest.mark.parametrize("ahead", [86400, -86400, 300], ids=["day ahead", "day behind", "minutes"])
def test_clock_that_is_off(small_drift, small_forge, app, ahead):
    """The signature goes by the clock of who reads it, which its refusal tells."""
    small_forge.ahead = ahead
    done = scan(small_drift, OWNER)
    assert done.returncode == 0, done.stderr
    assert coverage(small_drift) == KNOWN
    if abs(ahead) > 600:
        assert "set the clock (NTP)" in done.stderr
        assert [row["status"] for row in small_forge.requests("installation")] == [401, 200]
    assert [row["status"] for row in small_forge.requests("token")] == [201]


def test_a_redirect_never_sees_it(small_drift, small_forge, app, demo_world):
    with Forge(demo_world) as elsewhere:
        for place in ("/installation$", "access_tokens", "/repos\\?", "git-upload-pack"):
            small_forge.heal()
            small_forge.fault(place, faults.redirect(elsewhere.url + "/api/v3/x"))
            scan(small_drift, OWNER)
        assert {row["credentials"] for row in elsewhere.requests()} <= {"none"}


@pytest.mark.parametrize("fault, reason", [
    (faults.html(502), "http-error"),
    (faults.CATALOGUE["cut"], "truncated"),
    (faults.body(b"[]"), "bad-answer"),
    (faults.body(b'{"token":"a b","expires_at":"2099-01-01T00:00:00Z"}'), "bad-answer"),
    (faults.body(b'{"token":"ghs_x","expires_at":"2019-01-01T00:00:00Z"}'), "bad-answer"),
    (faults.body(b'{"token":"ghs_x"}'), "bad-answer"),
    (faults.status(403, "You have exceeded a secondary rate limit.", Retry_After="900"), "rate-limited"),
])
def test_a_token_that_is_not_given(small_drift, small_forge, app, fault, reason):
    small_forge.fault("access_tokens", fault)
    done = scan(small_drift, OWNER)
    assert done.returncode == 3, done.stderr
    assert unknowns(small_drift.report())[(OWNER, "listing")] == reason


KEYS = {
    "missing": (lambda path, key: path.unlink(), "No such file"),
    "empty": (lambda path, key: path.write_text(""), "holds no private key"),
    "public": (lambda path, key: path.write_text(key[1]), "holds no private key"),
    "elliptic": (lambda path, key: path.write_text(ELLIPTIC), "the key is not RSA"),
    "encrypted": (lambda path, key: path.write_text(ENCRYPTED), "the key is encrypted"),
    "directory": (lambda path, key: (path.unlink(), path.mkdir()), "directory"),
    "large": (lambda path, key: path.write_text(key[0] * 99), "larger than"),
}


def other_keys():
    from cryptography.hazmat.primitives import serialization
    from cryptography.hazmat.primitives.asymmetric import ec, rsa

    def text(made, encryption):
        return made.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8,
                                  encryption).decode()

    return (text(ec.generate_private_key(ec.SECP256R1()), serialization.NoEncryption()),
            text(rsa.generate_private_key(public_exponent=65537, key_size=2048),
                 serialization.BestAvailableEncryption(b"secret")))


ELLIPTIC, ENCRYPTED = other_keys()


@pytest.mark.parametrize("name", KEYS)
def test_keys_that_are_none(small_drift, small_forge, app, key, name):
    spoil, said = KEYS[name]
    spoil(small_drift.key, key)
    done = scan(small_drift, OWNER)
    assert done.returncode == 2 and said in done.stderr, done.stderr
    assert small_forge.requests() == []


@pytest.mark.parametrize("more, said", [
    ({"FLEETDRIFT_GITHUB_APP_ID": "4242"}, "has no key"),
    ({"FLEETDRIFT_GITHUB_APP_KEY_FILE": "/x"}, "does not say whose"),
    ({"FLEETDRIFT_GITHUB_APP_ID": "a b", "FLEETDRIFT_GITHUB_APP_KEY_FILE": "/x"}, "neither the id"),
])
def test_half_an_app(small_drift, small_forge, more, said):
    done = small_drift.run("scan", OWNER, token=None, more=more)
    assert done.returncode == 2 and said in done.stderr, done.stderr


def test_a_key_that_others_can_read(small_drift, small_forge, app):
    small_drift.key.chmod(0o644)
    done = scan(small_drift, OWNER)
    assert done.returncode == 0 and f"chmod 600 {small_drift.key}" in done.stderr
    small_drift.key.chmod(stat.S_IRUSR)
    assert "chmod" not in scan(small_drift, OWNER).stderr


def test_a_key_in_the_configuration_is_refused(small_drift):
    small_drift.config.write_text('[github]\napp_key = "-----BEGIN RSA PRIVATE KEY-----"\n')
    done = small_drift.run("scan", OWNER, token=None)
    assert done.returncode == 2 and "a key never stands in this file" in done.stderr
    assert "BEGIN" not in done.stderr


def test_the_deadline_while_a_token_is_made(small_drift, small_forge, app):
    small_forge.fault("access_tokens", faults.slow(1.8))
    done = scan(small_drift, OWNER, "--deadline", "1s")
    assert done.returncode == 3, done.stderr
    assert unknowns(small_drift.report())[(OWNER, "listing")] == "deadline"
