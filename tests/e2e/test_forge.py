"""The instrument itself: what the forge plays is what git and HTTP clients expect."""

import http.client
import json
import subprocess
from urllib.parse import urlsplit

import pytest
from conftest import TOKEN
from forge import demo, faults


def get(forge, path, **headers):
    """(status, headers, body) of one request."""
    connection = http.client.HTTPConnection(urlsplit(forge.url).netloc, timeout=10)
    names = {name.replace("_", "-"): value for name, value in headers.items()}
    connection.request("GET", path, headers=names)
    answer = connection.getresponse()
    return answer.status, answer.headers, answer.read()


def test_the_demonstration_fleet_never_changes(demo_world, tmp_path):
    """Fixed dates make fixed object ids: the README may show them."""
    again = demo.build(tmp_path)
    assert again.documents == demo_world.documents
    for repository in demo_world.repositories:
        refs = [
            subprocess.run(
                ["git", "--git-dir", world.git_directory(repository), "show-ref"],
                capture_output=True,
            ).stdout
            for world in (demo_world, again)
        ]
        assert refs[0] == refs[1]


def test_paging_uses_the_owner_id(forge):
    _, headers, body = get(forge, f"/api/v3/orgs/{demo.OWNER}/repos?per_page=10")
    assert len(json.loads(body)) == 10
    assert "/api/v3/organizations/4711/repos?per_page=10&page=2>; rel=\"next\"" in headers["Link"]
    _, headers, body = get(forge, "/api/v3/organizations/4711/repos?per_page=10&page=2")
    assert len(json.loads(body)) == 5 and "next" not in headers["Link"]


def test_etags_belong_to_a_credential(forge):
    path = f"/api/v3/orgs/{demo.OWNER}/repos"
    _, anonymous, _ = get(forge, path)
    assert get(forge, path, If_None_Match=anonymous["ETag"])[0] == 304
    bearer = f"Bearer {TOKEN}"
    status, known, _ = get(forge, path, If_None_Match=anonymous["ETag"], Authorization=bearer)
    assert status == 200
    assert get(forge, path, If_None_Match=known["ETag"], Authorization=bearer)[0] == 304
    assert get(forge, path, Authorization="Bearer nonsense")[0] == 401


def test_index_normalises(forge):
    status, headers, _ = get(forge, "/pypi/Gull_Mailbox.Core/json")
    assert (status, headers["Location"]) == (301, "/pypi/gull-mailbox-core/json")
    status, headers, _ = get(forge, "/pypi/gull-mailbox-core/json")
    assert status == 200 and headers["X-PyPI-Last-Serial"]
    assert get(forge, "/pypi/gull-mailbox-core/json", If_None_Match=headers["ETag"])[0] == 304
    assert get(forge, "/pypi/no-such-thing/json")[0] == 404


@pytest.mark.parametrize("mode", ["v2", "v2-nofilter", "v0"])
def test_git_clones_in_every_mode(forge, mode, tmp_path):
    forge.world.modes["*"] = mode
    url = f"{forge.url}/{demo.OWNER}/ballast-py.git"  # by its old name
    subprocess.run(
        ["git", "clone", "-q", "--bare", "--filter=blob:none", url, tmp_path / "x.git"], check=True
    )
    log = subprocess.run(
        ["git", "--git-dir", tmp_path / "x.git", "log", "--format=%s"], capture_output=True
    )
    assert log.stdout.split(b"\n")[0] == b"Release 0.10.0"
    asked = [row["what"] for row in forge.requests()]
    assert ("refs" in asked) == (mode != "v0")


@pytest.mark.parametrize("fault", ["pack-garbage", "pack-truncated", "pack-sideband-error"])
def test_git_refuses_a_spoilt_pack(forge, fault, tmp_path):
    forge.fault("git-upload-pack", faults.CATALOGUE[fault])
    url = f"{forge.url}/{demo.OWNER}/tidewatch.git"
    done = subprocess.run(
        ["git", "clone", "-q", "--bare", url, tmp_path / "x.git"], capture_output=True
    )
    assert done.returncode != 0


def test_faults_are_counted(forge):
    forge.fault("/pypi/tidewatch/", faults.html(502), times=2)
    statuses = [get(forge, "/pypi/tidewatch/json")[0] for _ in range(3)]
    assert statuses == [502, 502, 200]
    assert [row["status"] for row in forge.requests("document")] == statuses


def test_a_cut_body_is_cut(forge):
    forge.fault("/pypi/tidewatch/", faults.cut())
    with pytest.raises(http.client.IncompleteRead):
        get(forge, "/pypi/tidewatch/json")
