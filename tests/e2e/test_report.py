"""What report prints, of a database whose rows are written by hand."""

import csv
import io
import json
import os
import re
import sqlite3
import subprocess

import jsonschema
import pytest
import written
from conftest import ROOT
from written import ESCAPE, HOSTILE


@pytest.fixture(scope="module")
def drift(binary, tmp_path_factory):
    return written.program(binary, tmp_path_factory.mktemp("written"))


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
    evidence = report["findings"][0]["evidence"]
    assert (evidence["a"], evidence["b"], len(evidence)) == ("x", 1, 3)
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


@pytest.mark.parametrize(
    "filter, said",
    [
        (["--rule", "release-without-tags"],
         'no rule "release-without-tags"; did you mean "release-without-tag"?'),
        (["--rule", "nosuch"], 'no rule "nosuch"'),
        (["--package", "anchor-tool"], 'no package "anchor-tool"; did you mean "anchor-tools"?'),
        (["--repo", "acme/rely"], 'no repository "acme/rely"; did you mean "acme/relay"?'),
        (["anchor-tool"], 'did you mean "anchor-tools"?'),
    ],
)
@pytest.mark.parametrize("format", [[], ["--format", "json"]])
def test_a_filter_that_names_nothing(drift, filter, said, format):
    done = drift.run("report", *format, *filter)
    assert done.returncode == 2 and said in done.stderr and not done.stdout


def test_a_rule_that_has_nothing_to_say_is_no_error(drift):
    assert rows(drift.report("--format", "csv", "--what", "findings", "--rule", "newest-yanked")) == []


@pytest.mark.parametrize(
    "filter",
    [[], ["--package", "anchor-tools"], ["--repo", "nkllon/beast-mailbox-core"],
     ["--severity", "critical"], ["--rule", "release-without-tag"], ["--state", "historic"]],
)
def test_the_summary_counts_the_rows_that_are_shown(drift, filter):
    report = json.loads(drift.report("--format", "json", *filter))
    summary = report["summary"]
    assert summary["packages"] == len(report["packages"])
    assert summary["drift"] == sum(row["status"] == "drift" for row in report["packages"])
    assert summary["releases"] == sum(row["releases"] or 0 for row in report["packages"])
    assert summary["coverage_unknown"] == sum(
        row["status"] == "unknown" for row in report["coverage"])
    for severity in ("critical", "high", "medium", "low", "info"):
        assert summary[severity] == sum(
            row["severity"] == severity and row["state"] in ("new", "open")
            for row in report["findings"])
    for state in ("new", "resolved", "historic", "waived"):
        assert summary[f"findings_{state}"] == sum(
            row["state"] == state and row["severity"] != "info" for row in report["findings"])


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


def test_what_the_readme_says_to_type_into_the_shell(drift):
    """By someone who knows only that file: names, not ids."""
    text = (ROOT / "schema/README.md").read_text(encoding="utf-8")
    part = text.split("## Looking at it in the shell")[1].split("\n\n")[1]
    typed = "\n".join(line.strip() for line in part.splitlines()[1:])
    done = subprocess.run(["sqlite3", "-batch", "-bail", drift.home / "fleetdrift.db"], check=True,
                          input=typed, capture_output=True, text=True)
    assert not done.stderr
    assert re.search(r"critical +│ beast-mailbox-core +│ 0\.2\.0 .*│ nkllon/beast-mailbox-core", done.stdout)


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


@pytest.mark.parametrize("columns", [60, 80, 100, 120, 200])
def test_a_narrow_terminal_still_says_what_is_wrong(drift, columns):
    """How many findings, how grave, and the worst rule: never cut, never left out."""
    text = drift.terminal(columns, "report", NO_COLOR="1")
    said = re.sub(r"\s+", " ", text)
    assert re.search(r"2 critical, 1 high, 1 medium(?:; worst:)? (?:release-without-tag|source-behind-index)", said)
    assert re.search(r"drift +beast-mailbox-core +.*0\.2\.0", text)


def test_colour_on_a_terminal_only(drift):
    assert "\x1b[" in drift.terminal(80, "report")
    assert "\x1b[" not in drift.terminal(80, "report", NO_COLOR="1")
    assert "\x1b[" not in drift.report()
    assert "\x1b[" in drift.report("--colour", "always")


def test_what_could_not_be_looked_at_is_said_once(binary, tmp_path):
    """One refused repository costs refs, objects and projects; its name and the reason stand once."""
    program = written.program(binary, tmp_path)
    with sqlite3.connect(tmp_path / "fleetdrift.db") as database:
        database.execute("DELETE FROM stored_coverage WHERE repository_id = 2")
        database.executemany(
            "INSERT INTO stored_coverage VALUES ('', 2, 0, ?, 'unknown', 'forbidden', ?, 1, NULL)",
            [(fact, "acme/anchor-tools: the forge refuses") for fact in ("objects", "projects", "refs")])
        database.execute(
            "INSERT INTO stored_coverage VALUES "
            "('', 3, 0, 'projects', 'unknown', 'parse-error', 'setup.cfg:3: no', 1, NULL)")
    said = program.run("scan", "--offline").stderr
    assert "\nCould not be looked at: 5\n" in said
    assert "\n  acme/anchor-tools: the forge refuses\n" in said and said.count("anchor-tools") == 1
    assert "\n  acme/relay, projects: setup.cfg:3: no\n" in said
    why = program.run("report", "--what", "coverage").stdout
    assert re.search(r"WHY\n(?s:.*)parse-error +acme/relay .* setup\.cfg:3: no\n", why)


def test_card_names_what_findings_are_about(binary, tmp_path):
    """Those of one rule are told once, with the versions of the others, else their tags."""
    program = written.program(binary, tmp_path)
    with sqlite3.connect(tmp_path / "fleetdrift.db") as database:
        database.executemany(
            "INSERT INTO stored_finding SELECT 'tag-without-release', 0, id, '', ?, ?, 'low', 'open', "
            "'said', '{}', 1, 1, NULL FROM package_id WHERE name = 'anchor-old'",
            [("", ""), ("v7", ""), ("v8", ""), ("", "twice")])
    assert "Also: twice, v7, v8" in program.run("report", "anchor-old").stdout


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


def card(drift, package):
    """Label → what the card says of it."""
    text = re.sub(r"\n {27}", " ", drift.report(package))
    lines = re.findall(r"^  (?:([✓✗?])  )?(\S+(?: \S+)*)  +(.*)$", text, re.MULTILINE)
    return {label: f"{mark} {said}" if mark else said for mark, label, said in lines}


def test_card_of_a_former_name(drift):
    """Its releases are in the history; the tip holds the project under another name."""
    said = card(drift, "anchor-old")
    assert said["source"] == said["licence"] == "? main holds no project named anchor-old"
    assert said["tag"].startswith("✓ v0.9.0")


def test_card_of_a_package_that_is_not_published(drift):
    said = card(drift, "ungiven")
    assert said["published"] == "✗ https://pypi.org does not know this name"
    assert said["index and repository"] == "? only the repository says so, as nothing is published"
    assert said["source"].startswith("✓ main declares 0.1.0")


def test_card_of_a_package_that_was_given_the_wrong_repository(drift):
    said = card(drift, "mistaken")
    assert said["source"] == "? main holds no project named mistaken"
    assert said["index and repository"].startswith("✗ the configuration says")
    assert said["index and repository"].endswith("but it holds no project of that name")


def test_card_of_a_repository_that_could_not_be_read(drift):
    said = card(drift, "behind-the-door")
    assert said["not looked at"] == "acme/closed: the forge refuses this token"
    assert said["tag"] == said["source"] == "? the repository could not be read"


def test_card_leaves_nothing_to_be_filled_in(drift):
    text = drift.report("beast-mailbox-core")
    assert "COMMIT" not in text
    assert "git tag -a v0.2.0 -m 'beast-mailbox-core 0.2.0' && git push origin v0.2.0" in text
    assert "nkllon/beast-mailbox-core on github.com" in text


def test_card_without_utf8(drift):
    text = drift.report("beast-mailbox-core", environment={"LC_ALL": "C"})
    assert text.isascii() and "NO tag " in text and "ok published" in text


def test_card_of_nobody(drift):
    done = drift.run("report", "nobody")
    assert done.returncode == 2 and "nobody" in done.stderr


# Why a rule speaks, or does not -----------------------------------------------------------------


def test_a_rule_explains_itself(drift):
    said = drift.run("rules", "--explain", "release-without-tag", "Beast_Mailbox.Core").stdout
    assert "critical, new: 0.2.0 is on the index and no tag denotes it" in said
    assert re.search(r"✓  refs +known", said)
    assert re.search(r"✓  2 rows +every condition holds \(0\.[12]\.0, 0\.[12]\.0\)", said)
    silent = drift.run("rules", "--explain", "tag-lightweight", "beast-mailbox-core").stdout
    assert "What it says\n  nothing\n" in silent
    assert "r.tag_state = 'known' does not hold: r.tag_state is absent" in silent or "0 rows" in silent


@pytest.mark.parametrize("rule", ["release-without-tag", "source-behind-index", "tag-without-release"])
@pytest.mark.parametrize("package", ["beast-mailbox-core", "anchor-tools"])
def test_every_package_can_be_asked(drift, rule, package):
    done = drift.run("rules", "--explain", rule, package)
    assert done.returncode == 0 and not done.stderr
    assert re.search(r"^  [✓✗?]  \d+ rows? ", done.stdout.split("what decides")[1], re.M)


@pytest.mark.parametrize(
    "call, said",
    [
        (["--explain", "release-without-tag"], "of which package?"),
        (["--explain", "release-without-tga", "anchor-tools"], 'did you mean "release-without-tag"?'),
        (["--explain", "release-without-tag", "nosuch"], "no package nosuch"),
    ],
)
def test_a_wrong_question(drift, call, said):
    done = drift.run("rules", *call)
    assert done.returncode == 2 and said in done.stderr and not done.stdout
