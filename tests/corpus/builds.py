"""Small projects of every layout, built by every backend that the package index has.

A backend is one line of BACKENDS. Repositories are made with git below a temporary directory, each
tool chain is installed there in a virtual environment of its own, and what comes out is what that
backend really publishes.
"""

import os
import shutil
import subprocess
import sys
import tarfile
import textwrap
import venv
from dataclasses import dataclass, field
from pathlib import Path

NAME, MODULE, VERSION = "tide-table", "tide_table", "1.2.0"

CODE = {
    "__init__.py": '"""Tides."""\nfrom .cli import main\n\n__all__ = ["main"]\n',
    "cli.py": "import sys\n\n\ndef main():\n    print(sys.argv)\n    return 0\n",
    "data/table.json": '{"tides": [1, 2, 3]}\n',
    "py.typed": "partial\n",
    "sub/__init__.py": "DEPTH = 2\n",
    "sub/moon.py": "def phase(day):\n    return day % 29\n",
    "archive.txt": "$Format:%H$\n",
}
AROUND = {
    "README.md": "# tide-table\n\nWhen the water comes.\n",
    "LICENSE": "MIT License\n\nCopyright Rowan Harbour\n",
    "CHANGELOG.md": "# Changelog\n\n## 1.2.0\n\n- Tides.\n",
    "docs/win.txt": "one\r\ntwo\r\n",
    "tests/__init__.py": "# tests\n",
    "tests/conftest.py": "import os\n\nHERE = os.getcwd()\n",
    "tests/test_tide.py": "def test_tide():\n    assert True\n",
    "tools/release.py": "print('release')\n",
    ".gitignore": "*.pyc\n__pycache__/\n*.egg-info/\nbuild/\ndist/\n*.log\n",
    ".gitattributes": "archive.txt export-subst\n.git_archival.txt export-subst\n*.txt -text\n",
}
PROJECT = """\
[project]
name = "tide-table"
{version}
description = "When the water comes"
readme = "README.md"
license = {{ text = "MIT" }}
requires-python = ">=3.8"
dependencies = ["requests>=2", "attrs; python_version >= '3.8'"]

[project.optional-dependencies]
plot = ["matplotlib>=3"]

[project.scripts]
tide = "tide_table.cli:main"

[project.entry-points."harbour.plugins"]
tides = "tide_table.sub.moon"

[project.urls]
Homepage = "https://example.org/tide"
"""
SETUP_CFG = """\
# what setuptools reads
[metadata]
name = tide-table
version = {version}
description = When the water comes
long_description = file: README.md
license_files =
    LICENSE

[options]
packages = find:
python_requires = >=3.6
install_requires =
    requests>=2
    attrs; python_version >= '3.8'
{options}
[options.extras_require]
plot = matplotlib>=3

[options.entry_points]
console_scripts =
    tide = tide_table.cli:main

[options.package_data]
tide_table = data/*.json, py.typed, archive.txt
{where}"""
MANIFEST = "include CHANGELOG.md\nrecursive-include docs *\nrecursive-include tests *.py\n"
STATIC, DYNAMIC = f'version = "{VERSION}"', 'dynamic = ["version"]'


def system(backend, *requires):
    quoted = ", ".join(f'"{name}"' for name in requires)
    return f'[build-system]\nrequires = [{quoted}]\nbuild-backend = "{backend}"\n\n'


def project(version=STATIC):
    return PROJECT.format(version=version)


def package_of(layout):
    return ("" if layout == "flat" else "src/") + MODULE


def by_cfg(layout, options=""):
    below = layout != "flat"
    return SETUP_CFG.format(
        version=VERSION,
        options=("package_dir =\n    = src\n" if below else "") + options,
        where="\n[options.packages.find]\nwhere = src\n" if below else "\n[options.packages.find]\nexclude = tests*\n",
    )


def old_setuptools(layout):
    yield "setup.cfg", by_cfg(layout)
    yield "setup.py", "from setuptools import setup\n\nsetup()\n"
    yield "MANIFEST.in", MANIFEST


def find(layout):
    where = 'where = ["src"]\n' if layout != "flat" else 'include = ["tide_table*"]\n'
    return (
        f"\n[tool.setuptools.packages.find]\n{where}\n[tool.setuptools.package-data]\n"
        'tide_table = ["data/*.json", "py.typed", "archive.txt"]\n'
    )


def setuptools(layout):
    yield "pyproject.toml", system("setuptools.build_meta", "setuptools>=61") + project() + find(layout)
    yield "MANIFEST.in", MANIFEST


def setuptools_scm(layout):
    write = f'\n[tool.setuptools_scm]\nversion_file = "{package_of(layout)}/_version.py"\n'
    write += 'root = ".."\n' if layout == "sub" else ""
    yield "pyproject.toml", (
        system("setuptools.build_meta", "setuptools>=61", "setuptools-scm>=8") + project(DYNAMIC) + find(layout) + write
    )


def setuptools_archive(layout):
    """Built from what the forge packs at the tag, which has no .git."""
    yield from setuptools_scm(layout)
    yield "MANIFEST.in", MANIFEST + "include .git_archival.txt .gitattributes\n"
    yield ".git_archival.txt", "node: $Format:%H$\nnode-date: $Format:%cI$\ndescribe-name: $Format:%(describe:tags=true)$\n"


def versioneer(layout):
    section = (
        "\n[versioneer]\nVCS = git\nstyle = pep440\nversionfile_source = {0}/_version.py\n"
        "versionfile_build = tide_table/_version.py\ntag_prefix = v\nparentdir_prefix = tide-table-\n"
    )
    yield "setup.cfg", by_cfg(layout).replace(f"version = {VERSION}\n", "") + section.format(package_of(layout))
    yield "setup.py", (
        "from setuptools import setup\n\nimport versioneer\n\n"
        "setup(version=versioneer.get_version(), cmdclass=versioneer.get_cmdclass())\n"
    )
    yield "MANIFEST.in", MANIFEST + "include versioneer.py\n"


def pbr(layout):
    yield "setup.py", "from setuptools import setup\n\nsetup(setup_requires=['pbr'], pbr=True)\n"
    yield "requirements.txt", "requests>=2\nattrs; python_version >= '3.8'\n"
    root = "src/" if layout != "flat" else ""
    yield "setup.cfg", (
        "[metadata]\nname = tide-table\nsummary = When the water comes\ndescription-file = README.md\n\n"
        f"[files]\npackages_root = {root}\npackages =\n    tide_table\n\n"
        "[entry_points]\nconsole_scripts =\n    tide = tide_table.cli:main\n"
    ).replace("packages_root = \n", "")


def hatchling(layout):
    target = '\n[tool.hatch.build.targets.wheel]\npackages = ["{}"]\n'
    yield "pyproject.toml", system("hatchling.build", "hatchling") + project() + target.format(package_of(layout))


def hatch_vcs(layout):
    path = f"{package_of(layout)}/_version.py"
    target = f'\n[tool.hatch.build.targets.wheel]\npackages = ["{package_of(layout)}"]\n'
    root = '\n[tool.hatch.version.raw-options]\nroot = ".."\n' if layout == "sub" else ""
    yield "pyproject.toml", (
        system("hatchling.build", "hatchling", "hatch-vcs") + project(DYNAMIC)
        + f'\n[tool.hatch.version]\nsource = "vcs"\n{root}\n[tool.hatch.build.hooks.vcs]\nversion-file = "{path}"\n'
        + target
    )


def flit(layout):
    del layout
    include = '\n[tool.flit.module]\nname = "tide_table"\n\n[tool.flit.sdist]\ninclude = ["CHANGELOG.md", "docs", "tests"]\n'
    yield "pyproject.toml", system("flit_core.buildapi", "flit_core>=3.4") + project() + include


def poetry_table(layout):
    source = ', from = "src"' if layout != "flat" else ""
    return (
        f'[tool.poetry]\nname = "tide-table"\nversion = "{VERSION}"\ndescription = "When the water comes"\n'
        'authors = ["Rowan Harbour <rowan@example.org>"]\nlicense = "MIT"\nreadme = "README.md"\n'
        f'packages = [{{ include = "tide_table"{source} }}]\n'
        'include = [{ path = "CHANGELOG.md", format = "sdist" }, { path = "tests", format = "sdist" }]\n\n'
        '[tool.poetry.dependencies]\npython = ">=3.8"\nrequests = "^2.0"\n'
        'attrs = { version = ">=20", python = ">=3.8" }\nmatplotlib = { version = ">=3", optional = true }\n\n'
        '[tool.poetry.extras]\nplot = ["matplotlib"]\n\n'
        '[tool.poetry.scripts]\ntide = "tide_table.cli:main"\n\n'
        '[tool.poetry.plugins."harbour.plugins"]\ntides = "tide_table.sub.moon"\n'
    )


def poetry(layout):
    yield "pyproject.toml", system("poetry.core.masonry.api", "poetry-core>=1.0") + poetry_table(layout)


def poetry_script(layout):
    """Of a project that builds something: setup.py runs its script."""
    script = poetry_table(layout).replace("readme =", 'build = { script = "build.py", generate-setup-file = true }\nreadme =')
    yield "pyproject.toml", system("poetry.core.masonry.api", "poetry-core>=1.0") + script
    yield "build.py", "def build(setup_kwargs):\n    pass\n"


def poetry_pep621(layout):
    source = ', from = "src"' if layout != "flat" else ""
    table = f'\n[tool.poetry]\npackages = [{{ include = "tide_table"{source} }}]\n'
    yield "pyproject.toml", system("poetry.core.masonry.api", "poetry-core>=2.0") + project() + table


def pdm(layout):
    del layout
    extra = '\n[tool.pdm.build]\nsource-includes = ["CHANGELOG.md", "tests", "docs"]\n'
    yield "pyproject.toml", system("pdm.backend", "pdm-backend") + project() + extra


def pdm_scm(layout):
    del layout
    extra = '\n[tool.pdm.version]\nsource = "scm"\nwrite_to = "tide_table/_version.py"\nwrite_template = "__version__ = \'{}\'\\n"\n'
    yield "pyproject.toml", system("pdm.backend", "pdm-backend") + project(DYNAMIC) + extra


def uv(layout):
    root = '\n[tool.uv.build-backend]\nmodule-root = ""\n' if layout == "flat" else ""
    yield "pyproject.toml", system("uv_build", "uv_build") + project() + root


def meson(layout):
    package = package_of(layout)
    yield "pyproject.toml", system("mesonpy", "meson-python") + project()
    sources = ["__init__.py", "cli.py", "py.typed", "archive.txt"]
    listed = ", ".join(f"'{package}/{path}'" for path in sources)
    yield "meson.build", (
        f"project('tide-table', version: '{VERSION}')\npy = import('python').find_installation(pure: true)\n"
        f"py.install_sources({listed}, subdir: 'tide_table')\n"
        f"install_subdir('{package}/sub', install_dir: py.get_install_dir() / 'tide_table')\n"
        f"install_subdir('{package}/data', install_dir: py.get_install_dir() / 'tide_table')\n"
    )


def scikit(layout):
    package = package_of(layout)
    yield "pyproject.toml", (
        system("scikit_build_core.build", "scikit-build-core") + project(DYNAMIC)
        + '\n[tool.scikit-build]\nwheel.cmake = false\nwheel.packages = ["{0}"]\n'
        'metadata.version.provider = "scikit_build_core.metadata.setuptools_scm"\n'
        'sdist.include = ["{0}/_version.py"]\n\n[[tool.scikit-build.generate]]\npath = "tide_table/_build.py"\n'
        "template = '''\nversion = \"${{version}}\"\n'''\n\n[tool.setuptools_scm]\nversion_file = \"{0}/_version.py\"\n".format(package)
        + ('root = ".."\n' if layout == "sub" else "")
    )
    yield "CMakeLists.txt", "cmake_minimum_required(VERSION 3.15)\nproject(${SKBUILD_PROJECT_NAME} LANGUAGES NONE)\n"


def maturin(layout):
    yield "pyproject.toml", (
        system("maturin", "maturin>=1,<2") + project().split("[project.scripts]", 1)[0] + '\n[tool.maturin]\nbindings = "bin"\n'
        + f'python-source = "{"src" if layout != "flat" else "."}"\nmodule-name = "tide_table"\n'
    )
    yield "Cargo.toml", (
        '[package]\nname = "tide-native"\nversion.workspace = true\nedition = "2021"\n\n[workspace]\n\n'
        f'[workspace.package]\nversion = "{VERSION}"\n\n[[bin]]\nname = "tide-native"\npath = "rust/main.rs"\n'
    )
    yield "Cargo.lock", (
        "# This file is automatically @generated by Cargo.\n# It is not intended for manual editing.\n"
        f'version = 4\n\n[[package]]\nname = "tide-native"\nversion = "{VERSION}"\n'
    )
    yield "rust/main.rs", 'fn main() {\n    println!("tide");\n}\n'


@dataclass
class Backend:
    name: str
    module: str  # PEP 517; "setup.py": none
    packages: str  # what is installed
    files: object  # layout → (path, content) of what the backend reads
    layouts: str = "src flat sub submodule"
    needs: str = ""  # a program that has to be there
    review: tuple = ()  # members that contracts.md section 8 leaves to a person
    archived: bool = False  # built from `git archive`
    prepare: str = ""  # run in the project before the commit
    links_out: bool = True  # takes a licence that is a link out of the project


META = "setuptools.build_meta"
BACKENDS = [
    Backend("setuptools-44", "setup.py", "setuptools==44.1.1 wheel==0.36.2", old_setuptools),
    Backend("setuptools-59", "setup.py", "setuptools==59.8.0 wheel==0.37.1", old_setuptools),
    Backend("setuptools-65", META, "setuptools==65.7.0 wheel==0.40.0", setuptools),
    Backend("setuptools", META, "setuptools", setuptools),
    Backend("setuptools-scm", META, "setuptools setuptools-scm", setuptools_scm),
    Backend("setuptools-scm-archive", META, "setuptools setuptools-scm", setuptools_archive, "src flat", archived=True),
    Backend("versioneer", META, "setuptools versioneer", versioneer, "src flat", prepare="-m versioneer install --no-vendor"),
    Backend("pbr", META, "setuptools pbr", pbr, "src flat"),
    Backend("hatchling", "hatchling.build", "hatchling", hatchling, links_out=False),
    Backend("hatch-vcs", "hatchling.build", "hatchling hatch-vcs", hatch_vcs, links_out=False),
    Backend("flit-core", "flit_core.buildapi", "flit_core", flit, links_out=False),
    Backend("poetry-core-1", "poetry.core.masonry.api", "poetry-core==1.0.8", poetry, links_out=False),
    Backend("poetry-core-script", "poetry.core.masonry.api", "poetry-core==1.0.8 setuptools", poetry_script, "src flat", links_out=False),
    Backend("poetry-core-1.9", "poetry.core.masonry.api", "poetry-core==1.9.1", poetry, links_out=False),
    Backend("poetry-core", "poetry.core.masonry.api", "poetry-core>=2", poetry_pep621, links_out=False),
    Backend("pdm-backend", "pdm.backend", "pdm-backend", pdm, links_out=False),
    Backend("pdm-backend-scm", "pdm.backend", "pdm-backend", pdm_scm, "src flat"),
    Backend("uv-build", "uv_build", "uv_build", uv, "src flat sub"),
    Backend("meson-python", "mesonpy", "meson-python meson ninja", meson, "src flat"),
    Backend("scikit-build-core", "scikit_build_core.build", "scikit-build-core setuptools-scm", scikit),
    Backend("maturin", "maturin", "maturin", maturin, "src flat", needs="cargo", review=("*/scripts/*",)),
]


# --- building -------------------------------------------------------------------------------------

DATES = {"GIT_AUTHOR_DATE": "2025-02-03T09:00:00Z", "GIT_COMMITTER_DATE": "2025-02-03T09:00:00Z"}
GIT = ["-c", "user.name=Rowan", "-c", "user.email=rowan@example.org", "-c", "protocol.file.allow=always"]
HOOK = """\
import importlib, os, sys
backend = importlib.import_module(sys.argv[1])
print("\\n" + getattr(backend, sys.argv[2])(sys.argv[3]))
"""


class CannotBuild(Exception):
    pass


def run(command, cwd, env=None):
    done = subprocess.run(command, cwd=cwd, env=os.environ | (env or {}), capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise CannotBuild(f"{' '.join(map(str, command))[:200]}: {(done.stderr or done.stdout).strip()[-800:]}")
    return done.stdout


def git(directory, *words):
    return run(["git", *GIT, *words], directory, DATES | {"GIT_CONFIG_GLOBAL": "/dev/null"})


def environment(root, packages):
    """The Python that has these packages."""
    home = root / ("env-" + packages.replace(" ", "_").replace(">", "").replace("=", ""))
    python = home / "bin/python"
    if not python.exists():
        venv.create(home, with_pip=False)
        run([sys.executable, "-m", "pip", "--python", python, "install", "-q", *packages.split()], root)
    return python


@dataclass
class Build:
    """A repository and what one backend made of its tag."""

    backend: Backend
    layout: str
    bare: Path
    commit: str
    sdist: Path
    wheel: Path
    files: dict = field(default_factory=dict)

    @property
    def name(self):
        return f"{self.backend.name} {self.layout}"


def write(directory, files):
    for path, text in files.items():
        (directory / path).parent.mkdir(parents=True, exist_ok=True)
        (directory / path).write_bytes(textwrap.dedent(text).encode() if not isinstance(text, bytes) else text)


def make_repository(home, backend, layout, python):
    """A work tree with its tag, and the directory of the project in it."""
    work, package = home / "work", package_of(layout)
    top = work / "python" if layout == "sub" else work
    top.mkdir(parents=True)
    git(work, "init", "-q", "-b", "main")
    files = AROUND | {f"{package}/{path}": text for path, text in CODE.items()}
    write(top, files | {f"{package}/cli.py": CODE["cli.py"].replace("return 0", "return 7")})
    git(work, "add", "-A")
    git(work, "commit", "-q", "-m", "Begin")
    write(top, files | dict(backend.files(layout)))
    (top / package / "alias.py").symlink_to("cli.py")
    if layout == "sub":
        write(work, {"README.md": "# Harbour\n", "other/pyproject.toml": "[project]\nname = 'other'\nversion = '3'\n"})
        write(work, {"other/src/other/__init__.py": "OTHER = 1\n"})
        if backend.links_out:
            (top / "LICENSE").rename(work / "LICENSE")
            (top / "LICENSE").symlink_to("../LICENSE")
    if layout == "submodule":
        add_submodule(home, work, package)
    if backend.prepare:
        run([python, *backend.prepare.split()], top)
    git(work, "add", "-A")
    git(work, "commit", "-q", "-m", "Release 1.2.0")
    git(work, "tag", "-a", "v1.2.0", "-m", "1.2.0")
    git(home, "clone", "-q", "--bare", work, "bare")
    return top


def add_submodule(home, work, package):
    lost = home / "vendored"
    write(lost, {"knots.py": "def tie():\n    return 1\n", "__init__.py": "KNOTS = 1\n"})
    git(lost, "init", "-q", "-b", "main")
    git(lost, "add", "-A")
    git(lost, "commit", "-q", "-m", "Knots")
    git(work, "submodule", "--quiet", "add", str(lost), f"{package}/vendored")


def hook(python, backend, what, source, out):
    env = {"PATH": f"{python.parent}:{os.environ['PATH']}", "SOURCE_DATE_EPOCH": "1738573200"}
    out.mkdir(exist_ok=True)
    if backend.module == "setup.py":
        kind = "sdist" if what == "build_sdist" else "bdist_wheel"
        run([python, "setup.py", "-q", kind, "--dist-dir", out], source, env)
        return next(out.glob("*.tar.gz" if kind == "sdist" else "*.whl"))
    name = run([python, "-c", HOOK, backend.module, what, out], source, env).split()[-1]
    return out / name


def build(root, backend, layout):
    """Builds the sdist from the repository's work tree, and the wheel from the sdist."""
    home = root / f"{backend.name}-{layout}"
    home.mkdir()
    python = environment(root, backend.packages)
    top = make_repository(home, backend, layout, python)
    if backend.archived:
        archive = home / "archive.tar"
        git(home / "work", "archive", "-o", str(archive), "v1.2.0")
        top = home / "archive"
        shutil.unpack_archive(archive, top)
    sdist = hook(python, backend, "build_sdist", top, home / "sdist")
    with tarfile.open(sdist) as packed:
        packed.extractall(home / "unpacked", filter="fully_trusted")
    (source,) = (home / "unpacked").iterdir()
    wheel = hook(python, backend, "build_wheel", source, home / "wheel")
    commit = git(home / "work", "rev-parse", "HEAD").strip()
    return Build(backend, layout, home / "bare", commit, sdist, wheel)
