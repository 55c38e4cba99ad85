"""What goes out: valid, the same bytes twice, whole files or none."""

import json

import jsonschema
import pytest
from conftest import ROOT
from forge import demo

PACKAGES = (
    "organisation,repository,package,link,published_version,published_at,tag,tag_version,"
    "declared_version,declared_kind,releases,releases_tagged,releases_untagged,critical,high,"
    "medium,low,worst_rule,status"
)
FINDINGS = (
    "run,rule,severity,state,organisation,repository,package,version,tag,message,first_seen,"
    "evidence"
)
RELEASES = (
    "organisation,repository,package,version,published_at,yanked,tag,tag_kind,tag_commit,"
    "tagged_at,declared_at_tag,changelog,forge_release,pull_request,reviewed,sdist,wheel,"
    "provenance,verdict"
)
COVERAGE = "organisation,repository,package,fact,status,reason,observed_at"


@pytest.fixture
def scanned(drift):
    drift.scan(demo.OWNER)
    return drift


def test_json_validates(scanned):
    schema = json.loads((ROOT / "schema/report.schema.json").read_text(encoding="utf-8"))
    jsonschema.validate(scanned.report(), schema)


@pytest.mark.parametrize("format", ["csv", "json", "ndjson", "table"])
def test_two_reports_are_the_same_bytes(scanned, format):
    what = "findings" if format == "csv" else "all"
    first, second = (
        scanned.run("report", "--format", format, "--what", what).stdout for _ in range(2)
    )
    assert first and first == second


@pytest.mark.parametrize(
    "what, columns",
    [
        ("packages", PACKAGES),
        ("findings", FINDINGS),
        ("releases", RELEASES),
        ("coverage", COVERAGE),
    ],
)
def test_csv_columns(scanned, what, columns):
    text = scanned.run("report", "--format", "csv", "--what", what).stdout
    assert text.splitlines()[0] == columns


SHEETS = ("packages", "findings", "releases", "coverage")


def test_an_earlier_run_can_still_be_reported(scanned, forge):
    """To the byte, whatever later runs saw."""

    def said(*run):
        cards = [scanned.run("report", name, *run).stdout for name in ("beacon-relay", "sextant")]
        return cards + [
            scanned.run("report", "--format", "csv", "--what", sheet, *run).stdout for sheet in SHEETS
        ]

    later = forge.world.documents["beacon-relay"]["releases"].pop("2.0.0")
    scanned.scan(demo.OWNER)
    first = said()
    run = scanned.report()["run"]["id"]
    forge.world.documents["tidewatch"]["info"]["summary"] = "changed"
    forge.world.documents["beacon-relay"]["releases"]["2.0.0"] = later
    forge.world.documents.pop("knotwork")
    scanned.scan(demo.OWNER)
    assert said() != first
    assert said("--run", run) == first


def test_ndjson_is_one_object_a_line(scanned):
    text = scanned.run("report", "--format", "ndjson", "--what", "packages").stdout
    assert len([json.loads(line) for line in text.splitlines()]) == 13


def test_output_file_is_whole_and_alone(scanned):
    path = scanned.home / "packages.csv"
    scanned.run("report", "--format", "csv", "--output", path)
    assert path.read_text(encoding="utf-8").startswith("organisation,")
    assert [item for item in scanned.home.iterdir() if item.name.startswith(".packages")] == []
    assert len(list(scanned.home.glob("packages*"))) == 1


def test_offline_says_the_same_without_a_request(scanned, forge):
    before = scanned.report()["findings"]
    forge.forget()
    assert scanned.scan(demo.OWNER, "--offline").returncode == 1
    assert forge.requests() == []
    kept = ("rule", "package", "version", "tag", "severity")
    after = scanned.report()["findings"]
    assert [[row[key] for key in kept] for row in after] == [
        [row[key] for key in kept] for row in before
    ]


def test_no_colour_outside_a_terminal(scanned):
    for format in ("table", "csv", "json"):
        assert "\x1b" not in scanned.run("report", "--format", format).stdout
