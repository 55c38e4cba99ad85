"""Our versions against those of the `packaging` library, on generated texts and real ones."""
import os
import pathlib
import random
import subprocess

import pytest

version = pytest.importorskip("packaging.version")

ROOT = pathlib.Path(__file__).resolve().parents[2]
BUILD = pathlib.Path(os.environ.get("FLEETDRIFT_BIN",
                                    ROOT / "build-test/gcc/scanner/fleetdrift")).parents[1]
PROGRAM = BUILD / "tests/corpus/version"
GENERATED = 100_000

NUMBERS = ["0", "1", "2", "9", "10", "01", "007", "2024", "99999999999999999999", ""]
SEPARATORS = ["", "", "", ".", "-", "_"]
WORDS = ["a", "b", "c", "rc", "alpha", "beta", "pre", "preview", "post", "rev", "r", "dev",
         "RC", "Alpha", "DEV", "x", "final"]


def a_version(rng):
    """Mostly a version, often one with something wrong about it."""
    text = rng.choice(["", "", "", "", "v", "V", " ", "vv"])
    text += rng.choice(["", "", "", "", "0!", "1!", "12!", "!"])
    text += ".".join(rng.choice(NUMBERS[:-1]) for _ in range(rng.randint(1, 5)))
    for _ in range(rng.choice([0, 0, 1, 1, 2, 3])):
        text += (rng.choice(SEPARATORS) + rng.choice(WORDS) + rng.choice(SEPARATORS)
                 + rng.choice(NUMBERS))
    if rng.random() < 0.15:
        text += "-" + rng.choice(NUMBERS)
    if rng.random() < 0.25:
        parts = (rng.choice(["a", "abc", "ABC", "1", "01", "10", "g1f", "ubuntu", "", "a0"])
                 for _ in range(rng.randint(1, 3)))
        text += "+" + rng.choice(".-_").join(parts)
    if rng.random() < 0.1:
        at = rng.randrange(len(text) + 1)
        text = text[:at] + rng.choice(".-_+!v0 a\t") + text[at:]
    return text


def ours(texts):
    out = subprocess.run([PROGRAM], input="\n".join(texts) + "\n", capture_output=True, text=True,
                         check=True).stdout.splitlines()
    assert len(out) == len(texts)
    return [line.split("\t") for line in out]


def theirs(text):
    try:
        return version.Version(text)
    except version.InvalidVersion:
        return None


def test_as_packaging_says():
    rng = random.Random(440)
    texts = [a_version(rng) for _ in range(GENERATED)]
    for name in ("pep440_order.data", "pep440_refused.data"):
        lines = (ROOT / "tests/unit/data" / name).read_text(encoding="utf-8").splitlines()
        texts += [line.split()[1] if line[:2] in ("< ", "= ") else line for line in lines]
    known, valid = [], 0
    for text, (ok, normal, key) in zip(texts, ours(texts)):
        other = theirs(text)
        assert (ok == "1") == (other is not None), text
        if other is not None:
            assert normal == str(other), text
            known.append((bytes.fromhex(key), other, text))
            valid += 1
    assert len(texts) / 4 < valid < len(texts)
    known.sort(key=lambda row: row[0])
    for (key, one, text), (next_key, two, next_text) in zip(known, known[1:]):
        assert (key == next_key) == (one == two) and one <= two, (text, next_text)
