"""What files state in ways of their own: read, or unknown, but never guessed."""

import pytest
from conftest import TREE

SETUP = f"from setuptools import setup\n{{}}\nsetup(name='{TREE}', version=__version__)\n"
STATED = "__version__ = '0.1.0'\n"
BESIDE = {"CHANGELOG.md": "## 1.0.0\n\n- First.\n", "LICENSE": "MIT\n"}


@pytest.mark.parametrize(
    ("code", "declared"),
    [
        (STATED + "exec(open('x/version.py').read())", "1.0.0"),
        (STATED + "exec(compile_it())", None),
        (STATED + "from x import *", None),
        ("if a:\n    __version__ = '1.0.0'\nelse:\n    __version__ = '0.9'", None),
        (f"setup(name='{TREE}')\n__version__ = '1.0.0'", None),
    ],
    ids=["exec", "code", "star", "branches", "calls"],
)
def test_versions_that_code_may_change(scan_tree, code, declared):
    files = {"setup.py": SETUP.format(code), "x/version.py": "__version__ = '1.0.0'\n"}
    status, report = scan_tree(files | BESIDE)
    assert [row["declared_version"] for row in report["packages"]] == [declared]
    assert report["findings"] == []
    assert status == 0
