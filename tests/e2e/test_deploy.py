"""What config/ gives to who runs fleetdrift every night: units, tables and manifests that hold up.

Judged by systemd-analyze, yamllint, actionlint (go install github.com/rhysd/actionlint/cmd/actionlint@latest)
and kubernetes-validate (of PyPI), each where it is installed.
"""

import re
import shlex
import shutil
import subprocess

import pytest
from conftest import ROOT
from forge import demo

CONFIG = ROOT / "config"
SERVICE = CONFIG / "systemd/fleetdrift.service"
FILES = [SERVICE, CONFIG / "cron/fleetdrift", *sorted(CONFIG.glob("kubernetes/*.yaml")),
         *sorted(CONFIG.glob("github/*.yml"))]
MANIFESTS = sorted(CONFIG.glob("kubernetes/*.yaml"))


def calls(path):
    """The fleetdrift commands of a file, as words."""
    lines = [line for line in path.read_text(encoding="utf-8").splitlines() if not line.lstrip().startswith("#")]
    text = " ".join("\n".join(lines).replace("\\\n", " ").split("\n")) if path in MANIFESTS else \
        "\n".join(lines).replace("\\\n", " ")
    for call in re.findall(r"fleetdrift ((?:scan|report|diff|prune|doctor) [^;|>\n]*)", text):
        yield shlex.split(re.sub(r"status=.*", "", call).replace("$((JOB_COMPLETION_INDEX + 1))", "1"))


@pytest.mark.parametrize("path", FILES, ids=lambda path: f"{path.parent.name}/{path.name}")
def test_every_call_is_one(binary, path):
    found = list(calls(path))
    assert found
    for call in found:
        done = subprocess.run([binary, *call, "--help"], capture_output=True, text=True, check=False)
        assert done.returncode == 0 and done.stdout.startswith(f"Usage: fleetdrift {call[0]}"), (call, done.stderr)


# systemd -------------------------------------------------------------------------------------------

needs_systemd = pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="no systemd-analyze")


@needs_systemd
def test_systemd_verifies_the_units(binary, tmp_path):
    unit = tmp_path / SERVICE.name
    unit.write_text(SERVICE.read_text(encoding="utf-8").replace("/usr/local/bin/fleetdrift", binary))
    shutil.copy(SERVICE.with_suffix(".timer"), tmp_path)
    done = subprocess.run(["systemd-analyze", "verify", unit, unit.with_suffix(".timer")],
                          capture_output=True, text=True, check=False)
    mine = [line for line in done.stderr.splitlines() if "fleetdrift" in line]
    assert done.returncode == 0 and not mine, done.stderr


@needs_systemd
def test_systemd_finds_the_service_well_shut():
    done = subprocess.run(["systemd-analyze", "security", "--offline=true", "--threshold=15", SERVICE],
                          capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout[-200:] + done.stderr


# cron ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("change, expected", [(False, ""), (True, "release-without-tag")])
def test_cron_mails_what_is_new_and_nothing_else(small_drift, small_forge, tmp_path, change, expected):
    """The line itself, in a shell, with the paths of this place."""
    line, = [line for line in (CONFIG / "cron/fleetdrift").read_text(encoding="utf-8").splitlines()
             if " scan " in line and not line.startswith("#")]
    command = line.split(None, 6)[6]
    command = command.replace("/etc/fleetdrift.toml", str(small_drift.config)).replace(
        "/var/lib/fleetdrift", str(small_drift.home)).replace(" --if-older-than 20h", "")
    (tmp_path / "fleetdrift").symlink_to(small_drift.binary)
    assert small_drift.scan(demo.OWNER).returncode == 0
    with open(small_drift.config, "a", encoding="utf-8") as config:
        config.write(f'\n[fleet]\norganisations = ["{demo.OWNER}"]\n')
    if change:
        files = small_forge.world.documents["buoy"]["releases"]
        files["9.0"] = [dict(files["1.1.0"][0], filename="buoy-9.0.tar.gz")]
    environment = small_drift.environment()
    environment["PATH"] = f"{tmp_path}:{environment['PATH']}"
    done = subprocess.run(["/bin/sh", "-c", command], env=environment, cwd=tmp_path, capture_output=True,
                          text=True, check=False)
    assert done.stderr == "" and (expected in done.stdout if expected else done.stdout == ""), done
    assert (small_drift.home / "drift.csv").exists()


# Kubernetes and GitHub ------------------------------------------------------------------------------


def documents(path):
    yaml = pytest.importorskip("yaml")
    return [one for one in yaml.safe_load_all(path.read_text(encoding="utf-8")) if one]


def pod_of(document):
    spec = document["spec"]
    spec = spec.get("jobTemplate", {"spec": spec})["spec"]
    return spec, spec["template"]["spec"]


@pytest.mark.parametrize("path", MANIFESTS, ids=lambda path: path.name)
def test_a_pod_that_may_do_little(path):
    jobs = [one for one in documents(path) if one["kind"] in ("CronJob", "Job")]
    assert len(jobs) == 1
    job, pod = pod_of(jobs[0])
    assert pod["restartPolicy"] == "Never" and pod["automountServiceAccountToken"] is False
    assert pod["securityContext"]["runAsNonRoot"] and pod["securityContext"]["runAsUser"] == 10001
    container, = pod["containers"]
    shut = container["securityContext"]
    assert shut["readOnlyRootFilesystem"] and shut["capabilities"] == {"drop": ["ALL"]}
    assert shut["allowPrivilegeEscalation"] is False and container["resources"]["limits"]["memory"]
    assert {mount["name"] for mount in container["volumeMounts"]} == {volume["name"] for volume in pod["volumes"]}
    rule, = job["podFailurePolicy"]["rules"]
    assert rule["onExitCodes"]["containerName"] == container["name"]
    if job.get("completionMode") == "Indexed":
        assert f"/{job['completions']}" in container["args"][0] and job["parallelism"] == job["completions"]


@pytest.mark.parametrize("version", ["1.29", None])
@pytest.mark.parametrize("path", MANIFESTS, ids=lambda path: path.name)
def test_manifests_fit_the_schema_of_the_api(path, version):
    """Of the oldest version that will do, and of the newest."""
    validate = pytest.importorskip("kubernetes_validate")
    for one in documents(path):
        validate.validate(one, version or validate.latest_version(), strict=True)


needs_actionlint = pytest.mark.skipif(shutil.which("actionlint") is None, reason="no actionlint")


@needs_actionlint
@pytest.mark.parametrize("path", FILES[-1:], ids=lambda path: path.name)
def test_a_linter_of_workflows_has_nothing_to_say(path):
    subprocess.run(["actionlint", path], check=True)


@needs_actionlint
def test_nor_of_the_one_that_publishes(small_drift, tmp_path):
    assert small_drift.scan(demo.OWNER).returncode == 0
    done = small_drift.run("plan", "--workflow", "buoy")
    assert done.returncode == 0, done.stderr
    (tmp_path / "release.yml").write_text(done.stdout, encoding="utf-8")
    subprocess.run(["actionlint", tmp_path / "release.yml"], check=True)


@pytest.mark.parametrize("path", FILES[-1:], ids=lambda path: path.name)
def test_a_workflow_that_may_do_little(path):
    workflow, = documents(path)
    assert workflow["permissions"] == {}
    for job in workflow["jobs"].values():
        assert job["permissions"] == {"contents": "read"} and job["timeout-minutes"]
        for step in job["steps"]:
            assert "uses" not in step or re.fullmatch(r"[\w-]+/[\w-]+@[0-9a-f]{40}", step["uses"])
            assert "${{" not in step.get("run", ""), "what it holds would be run as code"
            if step.get("uses", "").startswith("actions/checkout@"):
                assert step["with"]["persist-credentials"] is False
        secret = [step["name"] for step in job["steps"] if "secrets." in str(step)]
        assert secret == ["Scan"]


@pytest.mark.skipif(shutil.which("yamllint") is None, reason="no yamllint")
def test_yaml_is_tidy():
    rules = "{extends: default, rules: {line-length: {max: 120}, document-start: disable, " \
            "comments: {require-starting-space: true}}}"
    subprocess.run(["yamllint", "--strict", "-d", rules, *MANIFESTS, *FILES[-1:]], check=True)
