"""What an organisation says about its past: [policy], [[waive]], [[override]]."""

import pytest
from conftest import OWNER, TOKEN, TREE, TREE_FULL
from forge import Forge, Repository, World, demo, document

PACKAGE = "gull-mailbox-core"


@pytest.fixture
def judged(drift, forge):
    """Scans the demonstration fleet once, then applies a policy to what is stored."""
    drift.scan(demo.OWNER)

    def judge(policy):
        drift.configure(forge.url, policy)
        done = drift.scan("--offline")
        return done, {f["rule"]: f for f in drift.report()["findings"] if f["package"] == PACKAGE}

    return judge


def test_waived_findings_do_not_count(judged, drift):
    waivers = "".join(f"[[waive]]\nrule = '{rule}'\npackage = '{PACKAGE}'\nreason = 'seen, ops/412'\n"
                      for rule in ("release-without-tag", "source-behind-index",
                                   "release-without-version-commit", "release-without-changelog"))
    _, findings = judged(waivers)
    assert {f["state"] for f in findings.values()} == {"waived"}
    assert findings["release-without-tag"]["evidence"]["waiver"]["reason"] == "seen, ops/412"
    packages = {p["package"]: p for p in drift.report()["packages"]}
    assert packages[PACKAGE]["status"] == "in-sync" and packages[PACKAGE]["critical"] == 0
    done, findings = judged("")
    assert done.returncode == 1 and {f["state"] for f in findings.values()} == {"open"}


def test_a_waiver_past_its_day_counts_again(judged):
    done, findings = judged("[[waive]]\nrule = 'release-without-tag'\nreason = 'being repaired'\n"
                            "until = 2025-12-31\n")
    assert done.returncode == 1
    assert findings["release-without-tag"]["state"] == "open"
    assert "(waived until 2025-12-31: being repaired)" in findings["release-without-tag"]["message"]


def test_since_and_severity(judged):
    done, findings = judged("[policy]\nsince = '2025-12-01'\n")
    assert done.returncode == 0 and {f["state"] for f in findings.values()} == {"historic"}
    done, findings = judged("[policy]\nsince = '2025-12-01'\n"
                            f"[[override]]\npackage = '{PACKAGE}'\nsince = '0.2'\n"
                            "severity = {release-without-tag = 'low'}\n")
    assert done.returncode == 1 and {f["state"] for f in findings.values()} == {"open"}
    assert findings["release-without-tag"]["severity"] == "low"


def test_a_pause_in_tagging(make_drift, tmp_path):
    """It is one line, and policy speaks of it as of its newest release."""
    world = World(git_root=str(tmp_path), tokens=[TOKEN])
    world.add_owner(OWNER, 1)
    world.add_repository(TREE_FULL, 1)
    repository, releases = Repository(), {}
    for day in range(1, 13):
        stated = f"[project]\nname = '{TREE}'\nversion = '1.{day}.0'\n"
        repository.commit(f"2025-02-{day:02}T09:00:00Z", f"1.{day}.0", {"pyproject.toml": stated})
        releases[f"1.{day}.0"] = (f"2025-02-{day:02}T10:00:00Z", None)
        if day in (1, 2, 11, 12):
            repository.tag(f"v1.{day}.0", f"2025-02-{day:02}T09:01:00Z")
    repository.write(world.git_directory(world.repository(TREE_FULL)))
    world.documents[TREE] = document(TREE, releases, repository=TREE_FULL)
    with Forge(world) as forge:
        drift = make_drift(forge.url)

        def pauses(policy, *arguments):
            drift.configure(forge.url, policy)
            drift.scan(*arguments)
            return [(f["version"], f["severity"], f["state"], f["message"])
                    for f in drift.report()["findings"]
                    if f["rule"] == "release-without-tag" and f["state"] != "resolved"]

        said = (f"8 releases in a row of {TREE}, 1.3.0 to 1.10.0, were published that no tag of "
                f"{TREE_FULL} denotes")
        assert pauses("", OWNER) == [("1.10.0", "high", "new", said)]
        assert pauses("[policy]\nsince = '2025-02-08'\n", "--offline")[0][2] == "open"
        assert pauses("[policy]\nsince = '2025-02-11'\n", "--offline")[0][2] == "historic"
        waived = "[[waive]]\nrule = 'release-without-tag'\nversions = ['<1.11']\nreason = 'x'\n"
        assert pauses(waived, "--offline")[0][2] == "waived"


def test_a_rule_that_is_none(judged):
    done, _ = judged("[[waive]]\nrule = 'release-without-tga'\nreason = 'x'\n")
    assert done.returncode == 2 and 'did you mean "release-without-tag"?' in done.stderr
    assert "waive[0].rule: there is no rule" in done.stderr
