"""What a plan says is tried: its commands bring the repository and the index together."""

import re
import shutil
import subprocess

import pytest
from conftest import OWNER, TREE, TREE_FULL
from forge import demo
from forge.demo import pyproject

INCIDENT = demo.INCIDENT


@pytest.fixture
def planned(drift):
    drift.scan(OWNER, "--verify", "latest")
    done = drift.run("plan", INCIDENT)
    assert done.returncode == 0, done.stderr
    return done.stdout


def commands(plan):
    return "\n".join(re.findall(r"```sh\n(.*?)```", plan, re.S))


def test_the_incident(planned):
    """It names what is wrong, the line to change, the entry to write, the tag to make."""
    assert planned.startswith(f"# Repair of {INCIDENT} 0.2.0\n")
    assert "source-behind-index" in planned and "release-without-tag" in planned
    assert "sed -i '7s/0.1.0/0.2.0/' pyproject.toml" in planned
    assert "## [0.2.0] - 2025-10-10" in planned and "TO BE COMPLETED" in planned
    # whoever completes it sees what was changed
    assert re.search(r"  - src/gull_mailbox_core/reader\.py: \w+", planned)
    moments = re.findall(r"^\| (\d{4}-\S+) \|", planned, re.M)
    assert len(moments) > 1 and moments == sorted(moments)
    assert "git tag -a v0.2.0 HEAD" in planned and "gh release create v0.2.0" in planned
    assert "yank" in planned and "Post-mortem" in planned
    assert "by which credential:** " in planned


def test_what_is_right_is_left_out(drift):
    """The source of 2.1.0 says 2.0.0; tag and changelog are there."""
    drift.scan(OWNER)
    said = drift.run("plan", "sextant==2.1.0").stdout
    assert "git tag -a" not in said and "TO BE COMPLETED" not in said
    assert "## 1. Say so on the forge" in said or "Bring the repository" in said


@pytest.mark.skipif(shutil.which("git") is None, reason="git is what is tried")
def test_its_commands_work(drift, forge, world, planned, tmp_path):
    """Applied in a clone, as a person would, and pushed: the package has no critical finding left."""
    clone = tmp_path / "clone"
    where = world.git_directory({"full_name": f"{OWNER}/{INCIDENT}"})
    mine = tmp_path / "mine.git"
    shutil.copytree(where, mine)
    world.directories[f"{OWNER}/{INCIDENT}"] = str(mine)
    run = dict(check=True, capture_output=True, text=True)
    subprocess.run(["git", "clone", "-q", str(mine), str(clone)], **run)
    for name, value in (("user.name", "Rowan"), ("user.email", "r@example.org")):
        subprocess.run(["git", "-C", str(clone), "config", name, value], **run)
    recover = [line.split()[-1] for line in commands(planned).splitlines()
               if line.startswith("fleetdrift recover ") and "--search" not in line]
    done = drift.run("recover", *recover, "--output", f"{clone}/", "--author", "Rowan", "--email", "r@example.org")
    assert done.returncode == 0, done.stderr
    (clone / ".git/info/exclude").write_text("*.bundle\n*.patch\n")
    text = re.sub(r"(?ms)^gh pr create .*?^EOF$", "", commands(planned))
    keep = [line for line in text.splitlines()
            if not line.startswith(("curl", "gh ", "fleetdrift", "# ", "git show"))]
    entry = "printf '\\n## [0.2.0] - 2025-10-10\\n\\n- Batches.\\n' >> CHANGELOG.md"
    keep.insert(next(i for i, line in enumerate(keep) if line.startswith("git switch")) + 1, entry)
    steps = "\n".join(keep)
    before, after = steps.split("git tag -a", 1)
    subprocess.run(["bash", "-euc", before], cwd=clone, **run)
    merge = "git switch -q main && git merge -q --no-ff -m Merge fix/sync-repo-with-v0.2.0 && git push -q origin main\n"
    subprocess.run(["bash", "-euc", merge + "git tag -a" + after], cwd=clone, **run)
    drift.scan(OWNER, "--verify", "latest")
    rules = {row["rule"] for row in drift.report()["findings"]
             if row["package"] == INCIDENT and row["state"] in ("new", "open")}
    gone = {"source-behind-index", "release-without-tag", "release-without-changelog",
            "release-without-version-commit", "code-from-nowhere"}
    assert not rules & gone, rules


def test_all_of_them(drift):
    drift.scan(OWNER)
    assert drift.run("plan", "--all", "--output", f"{drift.home}/plans/").returncode == 0
    index = (drift.home / "plans/README.md").read_text()
    for name in re.findall(r"\]\((\S+)\.md\)", index):
        assert (drift.home / f"plans/{name}.md").read_text().startswith("# Repair of ")
    assert f"[{INCIDENT}]({INCIDENT}.md)" in index


def test_a_workflow(drift):
    drift.scan(OWNER)
    said = drift.run("plan", "--workflow", INCIDENT).stdout
    assert "tags: ['v*']" in said and "id-token: write" in said and '${TAG#v}' in said
    assert "      - run: fleetdrift gate . --dist dist\n" in said and "needs: [build, gate]" in said


def test_a_workflow_pins_as_the_fleet_does(scan_tree):
    pinned = "0123456789abcdef0123456789abcdef01234567"
    steps = f"[{{uses: actions/checkout@{pinned}}}, {{uses: actions/upload-artifact@v4}}, {{run: twine upload dist/*}}]"
    workflow = f"on: push\njobs: {{a: {{runs-on: ubuntu-latest, steps: {steps}}}}}\n"
    scan_tree({"pyproject.toml": pyproject(TREE, "1.0.0", TREE_FULL), ".github/workflows/ci.yml": workflow})
    said = scan_tree.drift.run("plan", TREE).stdout
    assert "ci.yml:2 publishes, credential: " in said, said[-900:]
    said = scan_tree.drift.run("plan", "--workflow", TREE).stdout
    assert said.count(f"      - uses: actions/checkout@{pinned} # as {TREE_FULL} pins it\n") == 2
    assert "actions/upload-artifact@COMMIT\n" in said and "@v4" not in said


def test_wrong_calls(drift):
    drift.scan(OWNER)
    for arguments, words in (
        (["nothing"], "has no package nothing"),
        ([f"{INCIDENT}==9"], "has no release 9"),
        (["drydock"], "has no release"),
        ([], "name a package"),
        (["--all"], "--output DIR/"),
    ):
        done = drift.run("plan", *arguments)
        assert done.returncode == 2 and words in done.stderr, (arguments, done.stderr)
