"""`gate` on what was built, on what was published, and in a job of GitHub Actions."""

import shutil

import pytest
from forge import artifacts
from gating import NAME, NEXT, build, publish

pytestmark = pytest.mark.skipif(shutil.which("git") is None, reason="git makes the checkouts")


def test_built_files(checkout, gate, drift):
    checkout.release()
    dist = build(checkout)
    assert gate(checkout, "--dist", dist) == {}
    assert f"tidewatch-{NEXT}.tar.gz" in gate.lines["dist"]["seen"]
    assert gate.lines["contents"]["state"] == "right"
    assert drift.run("gate", checkout.path, "--dist", dist / "absent").returncode == 2
    assert drift.run("gate", checkout.path, "--test-index", "https://test.example").returncode == 2


BUILT = [
    ("nothing", {"dist"}, "has neither sdist nor wheel"),
    ("version", {"dist"}, f"is of 2.0.0, not {NEXT}"),
    ("name", {"dist"}, "is no name of a file of tidewatch"),
    ("metadata", {"dist", "contents"}, "tidewatch 2.0.9"),
    ("bytes", {"contents"}, f"src/{NAME}/__init__.py (altered)"),
    ("swept", {"contents"}, f"src/{NAME}/left.py (nowhere)"),
]


@pytest.mark.parametrize("how, wrong, said", BUILT, ids=[case[0] for case in BUILT])
def test_built_files_that_are_wrong(checkout, gate, how, wrong, said):
    checkout.release()
    dist = build(checkout, changed={
        "bytes": {f"src/{NAME}/__init__.py": "import os\n"},
        "swept": {f"src/{NAME}/left.py": "LEFT = 1\n"},
    }.get(how))
    sdist = dist / f"tidewatch-{NEXT}.tar.gz"
    if how == "nothing":
        shutil.rmtree(dist)
        dist.mkdir()
    if how == "version":
        sdist.rename(dist / "tidewatch-2.0.0.tar.gz")
    if how == "name":
        (dist / f"moorings-{NEXT}-py3-none-any.whl").write_bytes(artifacts.wheel("moorings", NEXT, {}))
    if how == "metadata":
        sdist.write_bytes(build(checkout, "2.0.9").joinpath("tidewatch-2.0.9.tar.gz").read_bytes())
        for path in dist.glob("*2.0.9*"):
            path.unlink()
    states = gate(checkout, "--dist", dist)
    assert {name for name, state in states.items() if state == "wrong"} >= wrong, gate.lines
    assert set(states) <= {"dist", "contents"}
    assert said in " ".join(gate.lines[name]["seen"] for name in wrong)


def test_built_files_that_cannot_be_read(checkout, gate):
    checkout.release()
    dist = build(checkout)
    sdist = dist / f"tidewatch-{NEXT}.tar.gz"
    sdist.write_bytes(sdist.read_bytes()[:200])
    assert gate(checkout, "--dist", dist) == {"dist": "unknown", "contents": "unknown"}


def test_on_the_test_index(checkout, gate, forge):
    checkout.release()
    dist = build(checkout)
    where = ("--dist", dist, "--test-index", f"{forge.url}/test")
    forge.world.indexes["/test"] = {"documents": {}}
    assert gate(checkout, *where) == {"test-index": "wrong"}
    publish(forge.world, dist, forge.world.indexes["/test"]["documents"])
    assert gate(checkout, *where) == {}
    build(checkout, changed={"README.md": "another build\n"})
    assert gate(checkout, *where)["test-index"] == "wrong"
    assert "SHA-256" in gate.lines["test-index"]["seen"]


def test_afterwards(checkout, gate, drift, forge):
    checkout.release()
    dist = build(checkout)
    assert gate(checkout, "--published", "--dist", dist) == {"published": "wrong", "release": "wrong"}
    assert "gh release create v2.1.0 --verify-tag" in gate.lines["release"]["repair"]
    publish(forge.world, dist)
    assert gate(checkout, "--published", "--dist", dist) == {}
    forge.world.releases[f"v{NEXT}"]["draft"] = True
    assert gate(checkout, "--published", "--dist", dist) == {"release": "wrong"}
    forge.world.releases[f"v{NEXT}"]["draft"] = False
    assert gate(checkout, "--published") == {}
    assert gate(checkout) == {"unused": "wrong"}
    wheel = next(dist.glob("*.whl"))
    wheel.rename(dist.parent / wheel.name)
    assert gate(checkout, "--published", "--dist", dist) == {"published": "wrong"}
    assert f"has {wheel.name}, which is not in" in gate.lines["published"]["seen"]
    (dist.parent / wheel.name).rename(wheel)
    build(checkout, changed={"README.md": "another build\n"})
    assert gate(checkout, "--published", "--dist", dist)["published"] == "wrong"
    assert drift.run(*gate.lines["published"]["repair"].split()[1:]).returncode != 2, "it is a command"
    assert gate(checkout, "--published", "--offline").get("published") == "unknown"


# --- in a job of GitHub Actions ----------------------------------------------------------------


def job(tmp_path, ref=f"refs/tags/v{NEXT}"):
    return {"GITHUB_ACTIONS": "true", "GITHUB_REF": ref, "GITHUB_REPOSITORY": "Harbour-Labs/" + NAME,
            "GITHUB_STEP_SUMMARY": str(tmp_path / "summary.md")}


def test_actions_tells_tag_and_repository(checkout, gate, drift, tmp_path):
    checkout.release()
    checkout.git("switch", "-q", "--detach", f"v{NEXT}")
    checkout.git("remote", "set-url", "origin", "https://elsewhere.example/mirror.git")
    (tmp_path / "summary.md").write_text("before\n")
    assert gate(checkout, more=job(tmp_path)) == {}
    assert gate.document["tag"] == f"v{NEXT}"
    assert (tmp_path / "summary.md").read_text() == "before\n", "JSON was asked for"
    done = drift.run("gate", checkout.path, more=job(tmp_path))
    assert done.returncode == 0 and "::error" not in done.stdout and "✓ tag: v2.1.0 at" in done.stdout
    summary = (tmp_path / "summary.md").read_text()
    assert summary.startswith("before\n### tidewatch 2.1.0\n") and "| ✓ | tag | v2.1.0 at" in summary
    done = drift.run("gate", checkout.path, more=job(tmp_path, "refs/tags/v2.0.0"))
    assert done.returncode == 1
    assert ("::error title=declared version,file=pyproject.toml,line=7::pyproject.toml:7 states 2.1.0, "
            "not 2.0.0%0ASet it to 2.0.0") in done.stdout
    assert drift.run("gate", checkout.path, more=job(tmp_path, "refs/heads/main")).returncode == 0


def test_actions_obeys_no_stranger(checkout, drift, tmp_path):
    """What a repository holds becomes no command to the runner, and no markup of the summary."""
    checkout.release()
    for name in ("a\n::error::b", "##[group]c", "::stop-commands::d", "100%, <img src=x>|`e"):
        (checkout.path / name.replace("/", "")).write_text("x")
    done = drift.run("gate", checkout.path, more=job(tmp_path))
    assert done.returncode == 0
    for line in done.stdout.splitlines():
        assert not line.startswith("::") and "##[" not in line
    checkout.git("add", "-A")
    done = drift.run("gate", checkout.path, more=job(tmp_path))
    commands = [line for line in done.stdout.splitlines() if line.lstrip().startswith("::")]
    assert len(commands) == 1 and commands[0].startswith("::error title=work tree,file=")
    assert "100%25, <img" in commands[0]
    summary = (tmp_path / "summary.md").read_text()
    assert "<img" not in summary and "|`e" not in summary and "&#60;img" in summary


def test_actions_summary_that_cannot_be_written(checkout, drift, tmp_path):
    checkout.release()
    more = job(tmp_path) | {"GITHUB_STEP_SUMMARY": str(tmp_path / "no/summary.md")}
    done = drift.run("gate", checkout.path, more=more)
    assert done.returncode == 4 and "summary" in done.stderr
