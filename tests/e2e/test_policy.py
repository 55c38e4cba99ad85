"""What an organisation says about its past: [policy], [[waive]], [[override]]."""

import pytest
from forge import demo

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


def test_a_rule_that_is_none(judged):
    done, _ = judged("[[waive]]\nrule = 'release-without-tga'\nreason = 'x'\n")
    assert done.returncode == 2 and 'did you mean "release-without-tag"?' in done.stderr
    assert "waive[0].rule: there is no rule" in done.stderr
