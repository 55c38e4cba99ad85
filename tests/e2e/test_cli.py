"""The command line itself, on a database whose rows are written by hand."""

import csv
import io
import json
import os
import pty
import re
import select
import sqlite3
import subprocess

import jsonschema
import pytest
from conftest import ROOT, TOKEN

HOSTILE = "=cmd|'/c calc'!A1"
ESCAPE = "broke\n\x1b[31mred\x07 \u202etxt"

COMMIT = "0a81c92d1f0e4c7b8a6954d3e2f1c0b9a8d7e6f5"
RUN = "2026-08-01T02:00:00Z"


def key(version):
    """Good enough to order 0.1.0 below 0.2.0 and so on; the program has its own."""
    return bytes(int(part) for part in version.split("."))


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

    def package(self, name, repository, declared, versions, tags=(), link="mutual", index="known"):
        number = self.identity("package_id", index_url="https://pypi.org", name=name)
        self.add("scope", repository_id=0, package_id=number)
        self.add("package", package_id=number, state="known" if index == "known" else "absent")
        self.add("coverage", organisation="", repository_id=0, package_id=number, fact="index",
                 status=index, reason=None if index == "known" else "http-error")
        if repository:
            self.add("link", repository_id=repository, package_id=number, directory="",
                     state=link, evidence="pyproject.toml: urls", is_primary=1)
            self.add("project", repository_id=repository, directory="", name=name, normal=name,
                     licence="MIT", licence_state="known", licence_path="LICENSE",
                     changelog_path="CHANGELOG.md", candidate=0)
            self.add("declaration", repository_id=repository, commit_oid=COMMIT, directory="",
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
            database.execute("UPDATE run SET started_at = ?1, ended_at = ?1, state = 'complete', "
                             "arguments = '[\"scan\",\"acme\"]'", [RUN])


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
    good = facts.repository("acme", "anchor-tools", ["v1.0.0", "v1.1.0"])
    facts.package("anchor-tools", good, "1.1.0", ["1.0.0", "1.1.0"], ["1.0.0", "1.1.0"])
    relay = facts.repository("acme", "relay", ["v2.0.0"])
    facts.package("beacon-relay", relay, None, ["2.0.0"], ["2.0.0"])
    odd = facts.repository("acme", "oddity-with-a-rather-long-name-for-a-repository", ["v1.0.0"])
    package = facts.package("oddity", odd, "1.0.0", ["1.0.0"], ["1.0.0"])
    facts.finding("tag-lightweight", "low", package, odd, "1.0.0", HOSTILE, tag=HOSTILE)
    facts.finding("ambiguous-tags", "low", package, odd, "1.0.0", ESCAPE)
    facts.package("not-answered", None, None, [], index="unknown")
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
        leader, follower = pty.openpty()
        more = self.environment(COLUMNS=str(columns), TERM="xterm", **environment)
        running = subprocess.Popen([self.binary, *arguments], cwd=self.home, env=more,
                                   stdout=follower, stderr=subprocess.DEVNULL)
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
        assert running.wait() == 0
        return text.decode().replace("\r\n", "\n")


@pytest.fixture(scope="module")
def drift(binary, tmp_path_factory):
    program = Program(binary, tmp_path_factory.mktemp("cli"))
    made = program.run("scan", "--offline")
    assert made.returncode == 0, made.stderr
    fleet(program.home / "fleetdrift.db")
    return program


@pytest.fixture
def empty(binary, tmp_path):
    return Program(binary, tmp_path)


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
        (["scan", "acme", "--offline=yes"], "--offline takes no value"),
        (["scan", "acme", "--verify", "latest"], "this version knows: none"),
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
    done = empty.run("scan", "--config", "c.toml", "--offline", "acme")
    assert done.returncode == 2 and said in done.stderr


def test_token_file_that_others_can_read(empty):
    (empty.home / "token").write_text("ghp_secretsecretsecret\n")
    (empty.home / "token").chmod(0o644)
    (empty.home / "c.toml").write_text('[github]\ntoken_file = "token"\n')
    done = empty.run("scan", "--config", "c.toml", "--offline", "acme")
    assert done.returncode == 0 and "chmod 600" in done.stderr
    assert "ghp_secret" not in done.stderr + done.stdout


# Reports ----------------------------------------------------------------------------------------


def rows(text):
    return list(csv.DictReader(io.StringIO(text, newline="")))


def test_csv_is_rfc_4180(drift):
    text = drift.report("--format", "csv", "--what", "findings")
    assert text.count("\r\n") == text.count("\n") == len(rows(text)) + 1


def test_csv_cells_are_not_run(drift):
    found = [row for row in rows(drift.report("--format", "csv", "--what", "findings"))
             if row["package"] == "oddity"]
    assert {row["message"] for row in found} == {"'" + HOSTILE, r"broke\x0a\x1b[31mred\x07 \u202etxt"}


@pytest.mark.parametrize("format", ["table", "csv", "json", "ndjson"])
def test_nothing_escapes(drift, format):
    text = drift.report("--format", format, "--what", "findings")
    assert not re.search(r"[\x00-\x09\x0b\x0c\x0e-\x1f\x7f-\x9f\u202e]", text)


def test_json_is_what_was_stored(drift):
    schema = json.loads((ROOT / "schema/report.schema.json").read_text(encoding="utf-8"))
    report = json.loads(drift.report("--format", "json"))
    jsonschema.Draft202012Validator.check_schema(schema)
    jsonschema.validate(report, schema)
    assert {row["message"] for row in report["findings"]} >= {HOSTILE, ESCAPE}
    assert report["findings"][0]["evidence"] == {"a": "x", "b": 1}
    assert report["run"]["arguments"] == ["scan", "acme"]
    unknown = next(row for row in report["packages"] if row["package"] == "not-answered")
    assert unknown["published_version"] is None and unknown["status"] == "unknown"


def test_formats_agree(drift):
    report = json.loads(drift.report("--format", "json"))
    lines = [json.loads(line) for line in drift.report("--format", "ndjson").splitlines()]
    kinds = {"packages": "package", "findings": "finding", "releases": "release",
             "coverage": "coverage"}
    for what, kind in kinds.items():
        table = rows(drift.report("--format", "csv", "--what", what))
        assert len(table) == len(report[what]) > 0
        assert list(table[0]) == list(report[what][0])
        assert report[what] == [{name: value for name, value in line.items() if name != "kind"}
                                for line in lines if line["kind"] == kind]


@pytest.mark.parametrize("call", [["--format", "json"], ["--what", "all"], ["beast-mailbox-core"]])
def test_same_bytes(drift, call):
    assert drift.report(*call) == drift.report(*call)


@pytest.mark.parametrize(
    "filter, count",
    [
        (["--severity", "critical"], 2),
        (["--rule", "release-without-tag"], 2),
        (["--state", "historic"], 1),
        (["--package", "Beast.Mailbox_Core"], 5),
        (["--repo", "nkllon/beast-mailbox-core"], 5),
        (["--package", "anchor-tools"], 0),
    ],
)
def test_filters(drift, filter, count):
    assert len(rows(drift.report("--format", "csv", "--what", "findings", *filter))) == count


def test_run_that_is_not_there(drift):
    done = drift.run("report", "--run", "99")
    assert done.returncode == 2 and "99" in done.stderr


def test_directory_of_tables(drift, tmp_path):
    drift.report("--format", "csv", "--what", "all", "--output", f"{tmp_path}/out/")
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == [
        "coverage.csv", "findings.csv", "packages.csv", "releases.csv"]


def test_failure_leaves_the_old_file(drift, tmp_path):
    path = tmp_path / "packages.csv"
    path.write_text("old")
    done = drift.run("report", "--format", "csv", "--output", path, "--run", "99")
    assert done.returncode == 2
    assert path.read_text() == "old" and list(tmp_path.iterdir()) == [path]
    done = drift.run("report", "--output", tmp_path / "no" / "such" / "place.csv")
    assert done.returncode == 4 and "place.csv" in done.stderr


def test_reader_that_goes_away(drift):
    reader, writer = os.pipe()
    os.close(reader)
    done = drift.run("report", "--format", "json", capture_output=False, stdout=writer,
                     stderr=subprocess.PIPE)
    os.close(writer)
    assert done.returncode == 0 and done.stderr == ""


def test_disk_that_is_full(drift):
    with open("/dev/full", "wb") as full:
        done = drift.run("report", capture_output=False, stdout=full, stderr=subprocess.PIPE)
    assert done.returncode == 4 and "No space left" in done.stderr


# For people -------------------------------------------------------------------------------------


@pytest.mark.parametrize("columns", [80, 120, 200])
@pytest.mark.parametrize("call", [[], ["--what", "findings"], ["--what", "all"],
                                  ["beast-mailbox-core"]])
def test_fits_the_terminal(drift, columns, call):
    text = drift.terminal(columns, "report", *call, NO_COLOR="1")
    assert "beast-mailbox-core" in text
    long = [line for line in text.splitlines() if len(line) > columns and "curl -O" not in line
            and "git tag" not in line]
    assert long == []


def test_colour_on_a_terminal_only(drift):
    assert "\x1b[" in drift.terminal(80, "report")
    assert "\x1b[" not in drift.terminal(80, "report", NO_COLOR="1")
    assert "\x1b[" not in drift.report()
    assert "\x1b[" in drift.report("--colour", "always")


def test_card_of_the_incident(drift):
    text = drift.report("Beast_Mailbox.Core")
    for line in (
        r"✓ +published +0\.2\.0 on 2025-10-10 17:29:51 UTC, sdist and wheel",
        r"✗ +tag +no tag denotes 0\.2\.0; no release of this package has a tag",
        r"\? +tag declares +there is no tag to look at",
        r"✗ +commit of the version +no commit on a branch or tag ever declared 0\.2\.0",
        r"✗ +source +main declares 0\.1\.0 \(pyproject\.toml:3\): older",
        r"✗ +changelog +no entry for 0\.2\.0 in CHANGELOG\.md",
        r"✓ +licence +LICENSE",
        r"✓ +index and repository +each names the other",
        r"curl -O https://files\.pythonhosted\.org/packages/beast-mailbox-core-0\.2\.0\.tar\.gz",
    ):
        assert re.search(line, text), text


def test_card_without_utf8(drift):
    text = drift.report("beast-mailbox-core", environment={"LC_ALL": "C"})
    assert text.isascii() and "NO tag " in text and "ok published" in text


def test_card_of_nobody(drift):
    done = drift.run("report", "nobody")
    assert done.returncode == 2 and "nobody" in done.stderr


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


def test_doctor_with_a_token_that_is_refused(drift, small_forge):
    done = doctor(drift, small_forge, token="ghp_wrongToken")
    assert done.returncode == 2 and re.search(r"✗ +forge API .*401", done.stdout)
    assert "Make a new token" in done.stdout and "ghp_wrongToken" not in done.stdout


def test_doctor_without_a_network(drift, small_forge):
    done = doctor(drift, small_forge, "--index", "http://127.0.0.1:1")
    assert done.returncode == 3 and re.search(r"✗ +index ", done.stdout)


def test_doctor_with_a_broken_database(empty):
    (empty.home / "fleetdrift.db").write_bytes(b"no database at all\n" * 99)
    done = empty.run("doctor", "--offline")
    assert done.returncode == 4 and "✗  database  " in done.stdout
