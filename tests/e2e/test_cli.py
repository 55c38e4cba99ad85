"""The command line itself: calls, configuration, token, rules."""

import json
import os
import re
import subprocess

import pytest
import written


@pytest.fixture(scope="module")
def drift(binary, tmp_path_factory):
    return written.program(binary, tmp_path_factory.mktemp("written"))


@pytest.fixture
def empty(binary, tmp_path):
    return written.Program(binary, tmp_path)


# Calls ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("command", ["scan", "report", "rules", "doctor"])
def test_help_has_examples(empty, command):
    done = empty.run(command, "--help")
    assert done.returncode == 0 and not done.stderr
    assert done.stdout.startswith(f"Usage: fleetdrift {command} ")
    assert f"  fleetdrift {command}" in done.stdout.split("Examples:")[1]
    assert max(map(len, done.stdout.splitlines())) <= 100


def test_help_and_version(empty):
    assert "Commands:" in empty.run("--help").stdout
    assert re.fullmatch(r"fleetdrift \d+\.\d+\.\d+\n", empty.run("--version").stdout)


@pytest.mark.parametrize(
    "call, said",
    [
        ([], "Usage:"),
        (["scna"], 'did you mean "scan"?'),
        (["zzzzzz"], "fleetdrift --help"),
        (["--jobs", "3"], "the command comes first"),
        (["scan"], "nothing to scan"),
        (["scan", "acme", "--output-format", "csv"], "no option --output-format"),
        (["scan", "acme", "--formt=csv"], "did you mean --format?"),
        (["scan", "acme", "-x"], "no option -x"),
        (["scan", "acme", "--jobs"], "--jobs needs a value"),
        (["scan", "acme", "--jobs="], "--jobs is empty"),
        (["scan", "acme", "--jobs", "many"], '--jobs: "many" is not a number'),
        (["scan", "acme", "-j", "0"], '--jobs: "0" is not a number from 1 to 1000'),
        (["scan", "acme", "-j", "-1"], '--jobs: "-1" is not a number'),
        (["scan", "acme", "-j", "4x"], '--jobs: "4x" is not a number'),
        (["scan", "acme", "-j", "99999999999999999999"], "is not a number from 1 to 1000"),
        (["scan", "acme", "--deadline", "0"], '"0" is no duration: write 90s, 15m, 2h or none'),
        (["scan", "acme", "--deadline", "-5m"], '"-5m" is no duration'),
        (["scan", "acme", "--deadline", "999999d"], "at most 7d"),
        (["scan", "acme", "--shard", "1/1000000"], "N is at most 1000"),
        (["report", "--run", "0"], "--run"),
        (["scan", "acme", "--ignore", "sandbox-*"], '--ignore: "sandbox-*" names no repository'),
        (["scan", "acme", "--ca-file", "nowhere.pem"], "nowhere.pem: No such file"),
        (["scan", "acme", "--ca-file", "/"], "/: it is no file"),
        (["scan", "acme", "--offline=yes"], "--offline takes no value"),
        (["scan", "acme", "--verify", "ev ery"], "is neither none, latest nor all"),
        (["scan", "acme", "--format", "xml"], "this version knows: table, csv, json, ndjson"),
        (["scan", "acme", "--fail-on", "bad"], "--fail-on"),
        (["scan", "acme", "--shard", "3/2"], "--shard"),
        (["scan", "acme", "--deadline", "soon"], "--deadline"),
        (["scan", "acme/tools"], "--repo OWNER/NAME"),
        (["scan", "--repo", "tools"], "OWNER/NAME"),
        (["scan", "--package", "a=b"], "OWNER/NAME"),
        (["scan", "acme", "--index", "ftp://x"], "http(s)"),
        (["scan", "acme", "--index", "https://me:secret99@x"], "tokens have their own place"),
        (["scan", "acme", "--format", "csv", "--what", "all"], "--output DIR/"),
        (["scan", "acme", "--output", "x/"], "only csv"),
        (["report", "--run", "last"], "--run"),
        (["report", "a", "b"], 'unexpected argument "b"'),
        (["report", "a", "--package", "b"], "one of them"),
        (["rules", "no-such-rule-at-all"], "there is no rule"),
        (["doctor", "x"], "unexpected argument"),
    ],
    ids=lambda value: " ".join(value) or "nothing" if isinstance(value, list) else "",
)
def test_wrong_calls(empty, call, said):
    done = empty.run(*call)
    assert done.returncode == 2
    assert said in done.stderr and not done.stdout
    assert "secret99" not in done.stderr
    assert list(empty.home.iterdir()) == [], "a wrong call leaves nothing behind"


def test_options_end_at_two_dashes(empty):
    assert "no name of an organisation" in empty.run("scan", "--", "--help").stderr


def test_no_database(empty):
    done = empty.run("report")
    assert done.returncode == 4 and "fleetdrift.db" in done.stderr


@pytest.mark.parametrize("command", [["report"], ["scan", "--offline"], ["scan", "acme"], ["doctor", "--offline"]])
@pytest.mark.parametrize(
    "make, path, said",
    [
        (lambda path: path.mkdir(), "x", "x is a directory; the database is a file"),
        (os.mkfifo, "x", "x is a named pipe; the database is a file"),
        (lambda path: None, "/dev/null", "/dev/null is a device; the database is a file"),
        (lambda path: path.write_text("words"), "x", "x: the file is not a database"),
        (lambda path: path.write_text("words"), "x/y.db", "Not a directory"),
    ],
    ids=["directory", "pipe", "device", "text", "below a file"],
)
def test_a_database_that_is_none(empty, command, make, path, said):
    make(empty.home / "x")
    done = empty.run(*command, "--db", path)
    assert done.returncode == 4 and said in " ".join((done.stdout + done.stderr).split())
    assert len(list(empty.home.iterdir())) <= 1, "nothing is left beside it"


def test_offline_without_anything_stored(empty):
    done = empty.run("scan", "--offline")
    assert done.returncode == 4 and "there is no database fleetdrift.db" in done.stderr
    assert not done.stdout and list(empty.home.iterdir()) == []


def test_standard_output_that_is_closed(empty):
    """Nothing else may come to stand in its place: not the lock, not a connection."""
    (empty.home / "fleetdrift.db").touch()
    for call in ("scan --offline", "report", "rules", "doctor --offline"):
        done = subprocess.run(f"exec {empty.binary} {call} >&-", shell=True, cwd=empty.home,
                              stderr=subprocess.PIPE, text=True, check=False)
        assert done.returncode == 4 and "cannot be written" in done.stderr or "standard output" in done.stderr


@pytest.mark.parametrize(
    "path, status, said",
    [
        ("missing/x", 4, "missing/x cannot be written: No such file"),
        ("plain/x", 4, "plain/x cannot be written: Not a directory"),
        ("dir", 2, "dir is a directory; csv writes one file a table into dir/"),
    ],
)
def test_an_output_that_cannot_be(empty, path, status, said):
    """Said before the fleet is scanned, not after."""
    (empty.home / "dir").mkdir()
    (empty.home / "plain").touch()
    done = empty.run("scan", "acme", "--output", path)
    assert done.returncode == status and said in done.stderr
    assert not (empty.home / "fleetdrift.db").exists()


# Configuration ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text, said",
    [
        ("[scan]\n\njob = 3\n", 'c.toml:3: unknown key "scan.job"; did you mean "scan.jobs"?'),
        ("[scna]\njobs = 3\n", 'c.toml:1: unknown key "scna"; did you mean "scan"?'),
        ("jobs = 3\n", 'c.toml:1: unknown key "jobs"'),
        ('[scan]\njobs = "3"\n', "c.toml:2: scan.jobs must be a number"),
        ("[scan]\njobs = -3\n", "c.toml:2: scan.jobs: "),
        ('[github]\narchived = "yes"\n', "c.toml:2: github.archived must be true or false"),
        ('[github]\nweb = "github.com"\n', "c.toml:2: github.web must be a list"),
        ('[github]\ntoken_command = "pass show x"\n', "must be a list"),
        ('[fleet]\nrepositories = ["tools"]\n', "c.toml:2: fleet.repositories: "),
        ('[[package]]\nrepository = "a/b"\n', "c.toml:1: [[package]] needs the name"),
        ('[[package]]\nname = "a"\nrepo = "a/b"\n', "c.toml:3: unknown key"),
        ("[package]\nname = 'a'\n", "[[package]]"),
        ("[tag]\npackage = 'a'\n", "written as [[tag]]"),
        ("[[tag]]\npackage = 'a'\nversion = '1'\ntag = 'x'\n", "c.toml:1: [[tag]] needs a reason"),
        ("[[tag]]\npackages = 'a'\n", 'unknown key "packages" of [[tag]]; did you mean "package"?'),
        ("[[tag]]\npackage = 'a'\nversion = 'one'\ntag = 'x'\nreason = 'r'\n",
         'c.toml:3: "one" is no version'),
        ("[[tag]]\npackage = 'a'\nversion = 1\n", "c.toml:3: version must be a text"),
        ("[scan]\njobs = = 3\n", "c.toml:2"),
        ("scan = 3\n", "c.toml:1: scan must be a section"),
    ],
)
def test_wrong_configuration(empty, text, said):
    (empty.home / "c.toml").write_text(text)
    done = empty.run("scan", "--config", "c.toml", "acme")
    assert done.returncode == 2
    assert said in done.stderr


def test_configuration_that_is_not_there(empty):
    done = empty.run("scan", "--config", "none.toml", "acme")
    assert done.returncode == 2 and "none.toml" in done.stderr


def test_the_current_directory_is_not_configuration(empty):
    """It may hold a stranger's files, and a configuration can name a command to run."""
    (empty.home / "fleetdrift.toml").write_text("this is no TOML")
    assert "nothing to scan" in empty.run("scan").stderr


def test_layers(drift, tmp_path):
    """Defaults, file, environment, flags: each over the one before."""
    config = tmp_path / "layers.toml"
    config.write_text('[scan]\ndatabase = "from-file.db"\n')
    call = ["report", "--config", config]
    assert "from-file.db" in drift.run(*call).stderr
    more = {"FLEETDRIFT_DB": "from-environment.db"}
    assert "from-environment.db" in drift.run(*call, environment=more).stderr
    assert "flag.db" in drift.run(*call, "--db", "flag.db", environment=more).stderr
    assert "from-file.db" in drift.run("report", environment={"FLEETDRIFT_CONFIG": config}).stderr


# The token --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "command, said",
    [
        ('["sh", "-c", "exit 7"]', "status 7"),
        ('["sh", "-c", "head -c 9999 /dev/zero"]', "more than"),
        ('["true"]', "holds no token"),
        ('["printf", "two words"]', "holds no token"),
        ('["no-such-program-anywhere"]', "no-such-program-anywhere"),
    ],
)
def test_token_command_that_fails(empty, command, said):
    (empty.home / "c.toml").write_text(f"[github]\ntoken_command = {command}\n")
    done = empty.run("scan", "--config", "c.toml", "acme")
    assert done.returncode == 2 and said in done.stderr


def test_token_file_that_others_can_read(empty):
    (empty.home / "token").write_text("ghp_secretsecretsecret\n")
    (empty.home / "token").chmod(0o644)
    (empty.home / "c.toml").write_text('[github]\ntoken_file = "token"\n')
    done = empty.run("doctor", "--config", "c.toml", "--offline")
    assert done.returncode == 0 and "chmod 600" in done.stderr
    assert "ghp_secret" not in done.stderr + done.stdout


# Rules -----------------------------------------------------------------------------------------


def test_rules_are_told(empty):
    rules = json.loads(empty.run("rules", "--format", "json").stdout)
    assert {"id", "severity", "needs", "title", "help", "source", "sql"} == set(rules[0])
    told = empty.run("rules").stdout
    for rule in rules:
        assert rule["id"] in told
    one = empty.run("rules", rules[0]["id"])
    assert one.returncode == 0 and "SELECT" in one.stdout


def test_rules_of_a_folder_send_nothing_to_the_terminal(empty):
    """Titles, helps and statements of files that anybody may have written."""
    (empty.home / "own").mkdir()
    (empty.home / "own/loud.sql").write_text(
        "-- id: loud\n-- severity: low\n-- title: red \x1b[31m \x9b31m \u202eder\n"
        "-- help: bell \x07\nSELECT '\x1b]0;title\x07' AS message\n", encoding="utf-8")
    for call in ([], ["loud"], ["--format", "json"]):
        text = empty.run("rules", "--rules", "own", *call).stdout
        assert "loud" in text and not re.search(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u202e]", text)


@pytest.mark.parametrize(
    "name, text, said",
    [
        ("own.sql", "-- id: other\n-- severity: low\n-- title: T\nSELECT 'x' AS message", "other"),
        ("own.sql", "-- id: own\n-- severity: low\n-- title: T\n-- needs: tags\n"
                    "SELECT 'x' AS message", '"tags", which is no fact'),
        ("own.sql", "-- id: own\n-- severity: low\n-- title: T\nSELECT 'x' AS messag", "messag"),
    ],
)
def test_a_rule_that_does_not_fit_is_named(empty, name, text, said):
    (empty.home / "rules").mkdir()
    (empty.home / "rules" / name).write_text(text)
    done = empty.run("rules", "--rules", "rules")
    assert done.returncode == 2 and f"rules/{name}" in done.stderr and said in done.stderr
