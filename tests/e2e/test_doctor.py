"""What doctor says of what a scan needs."""

import re

import pytest
import written
from conftest import TOKEN


@pytest.fixture(scope="module")
def drift(binary, tmp_path_factory):
    return written.program(binary, tmp_path_factory.mktemp("written"))


@pytest.fixture
def empty(binary, tmp_path):
    return written.Program(binary, tmp_path)


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
