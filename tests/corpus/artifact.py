"""Published files in pieces, and what can be done to them; see mutations.py."""

import base64
import copy
import gzip
import hashlib
import io
import re
import tarfile
import warnings
import zipfile
from dataclasses import dataclass

EVIL = b"import os\nos.system('id')\n"


@dataclass
class Member:
    path: str  # below the top directory of an sdist
    data: bytes = b""
    kind: bytes = tarfile.REGTYPE
    link: str = ""
    mode: int = 0o644


class Artifact:
    """An sdist (.tar.gz) or a wheel; `members` may be changed at will."""

    def __init__(self, wheel, top, members):
        self.wheel, self.top, self.members = wheel, top, members
        self.before = {m.path for m in members}
        self.fit = True  # RECORD and SOURCES.txt are made to fit
        self.tail = b""  # behind the archive
        self.finish = None  # what is done to the packed bytes

    @classmethod
    def read(cls, path):
        if path.suffix == ".whl":
            with zipfile.ZipFile(path) as packed:
                return cls(True, "", [Member(item.filename, packed.read(item), mode=item.external_attr >> 16)
                                      for item in packed.infolist() if not item.is_dir()])
        with tarfile.open(path) as packed:
            items = [(item, packed.extractfile(item).read() if item.isfile() else b"")
                     for item in packed if not item.isdir()]
        top = items[0][0].name.split("/")[0] + "/"
        return cls(False, top, [Member(item.name.removeprefix(top), data, item.type, item.linkname, item.mode)
                                for item, data in items])

    # --- looking ---

    def find(self, pattern):
        """The first member whose path matches, None."""
        return next((m for m in self.members if re.fullmatch(pattern, m.path)), None)

    @property
    def package(self):
        return self.find(r"(.*/)?tide_table/cli\.py").path.removesuffix("cli.py")

    @property
    def version_file(self):
        return self.find(re.escape(self.package) + r"(_version|_build)\.py")

    @property
    def egg_info(self):
        found = self.find(r"(.*/)?tide_table\.egg-info/SOURCES\.txt")
        return found.path.removesuffix("SOURCES.txt") if found else None

    @property
    def dist_info(self):
        found = self.find(r"[^/]+\.dist-info/RECORD")
        return found.path.removesuffix("RECORD") if found else None

    # --- changing ---

    def add(self, path, data=EVIL, **options):
        self.members.append(Member(path, data, **options))
        return (path,)

    def edit(self, member, change):
        """Changes a member's bytes; nothing is done where there is none, or nothing changes."""
        data = change(member.data) if member else None
        if data is None or data == member.data:
            return ()
        member.data = data
        return (member.path,)

    def sub(self, member, old, new):
        return self.edit(member, lambda data: data.replace(old, new, 1))

    # --- packing ---

    def _fit(self):
        sources = self.egg_info and self.find(re.escape(self.egg_info + "SOURCES.txt"))
        if sources:
            now = {m.path for m in self.members}
            gone, new = self.before - now, now - self.before - {"PKG-INFO", "setup.cfg"}
            lines = [line for line in sources.data.split(b"\n") if line.decode("latin-1") not in gone]
            sources.data = b"\n".join(lines) + "".join(f"{path}\n" for path in sorted(new)).encode()
        record = self.wheel and self.find(re.escape(self.dist_info or "/") + "RECORD")
        if record:
            lines = [record_line(m) for m in self.members if m is not record]
            record.data = ("\n".join(dict.fromkeys(lines)) + f"\n{record.path},,\n").encode()

    def pack(self):
        if self.fit:
            self._fit()
        out = io.BytesIO()
        if self.wheel:
            warnings.filterwarnings("ignore", "Duplicate name")  # of zipfile; it is meant
            with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as packed:
                for m in self.members:
                    info = zipfile.ZipInfo(m.path, (2025, 1, 1, 0, 0, 0))
                    info.external_attr = m.mode << 16
                    packed.writestr(info, m.data)
            data = out.getvalue()
        else:
            with tarfile.open(fileobj=out, mode="w", format=tarfile.PAX_FORMAT) as packed:
                for m in self.members:
                    entry = tarfile.TarInfo(m.path if m.path.startswith(("/", "../")) else self.top + m.path)
                    entry.type, entry.linkname, entry.mode = m.kind, m.link, m.mode
                    entry.size = len(m.data)
                    packed.addfile(entry, io.BytesIO(m.data))
            data = gzip.compress(out.getvalue(), 1, mtime=0)
        return self.finish(data) if self.finish else data + self.tail


def record_line(member):
    digest = base64.urlsafe_b64encode(hashlib.sha256(member.data).digest()).decode().rstrip("=")
    path = f'"{member.path}"' if "," in member.path else member.path
    return f"{path},sha256={digest},{len(member.data)}"


# --- the mutations --------------------------------------------------------------------------------


@dataclass
class Mutation:
    """`need`: "drift" (worse than a review), "binary" (the same, but in a wheel of one platform, whose
    binaries nothing can be compared with), "doubt" (at least a review), "said" (not clean, as it was
    not before either) or "nothing" (harmless)."""

    name: str
    change: object
    kinds: str
    need: str

    def do(self, artifact):
        """The paths that must be named; nothing where it makes no sense."""
        if ("wheel" if artifact.wheel else "sdist") not in self.kinds:
            return ()
        return self.change(artifact) or ()


MUTATIONS = []


def mutation(name, kinds="sdist wheel", need="drift"):
    def keep(change):
        MUTATIONS.append(Mutation(name, change, kinds, need))
        return change

    return keep


def added(name, path, data=EVIL, kinds="sdist wheel", need="drift", **options):
    """`path` may hold {package}, {egg} and {info}."""

    def change(a):
        names = {"package": a.package, "egg": a.egg_info, "info": a.dist_info}
        if any(f"{{{key}}}" in path and value is None for key, value in names.items()):
            return ()
        return a.add(path.format(**names), data, **options)

    MUTATIONS.append(Mutation(name, change, kinds, need))


def edited(name, pattern, change, kinds="sdist wheel", need="drift"):
    """`pattern` is of the whole path; {package} is known there."""

    def do(a):
        return a.edit(a.find(pattern.replace("{package}", re.escape(a.package))), change)

    MUTATIONS.append(Mutation(name, do, kinds, need))


def replaced(old, new):
    return lambda data: data.replace(old, new, 1)


def then(more):
    return lambda data: data + more


def before(more):
    return lambda data: more + data


# code
CLI, INIT = r"{package}cli\.py", r"{package}__init__\.py"
VERSION_FILE = r"{package}(_version|_build)\.py"
edited("code appended to __init__", INIT, then(EVIL))
edited("__init__ imports another module", INIT, replaced(b"from .cli", b"from requests"))
edited("one byte changed", CLI, replaced(b"return 0", b"return 1"))
edited("a line taken out", CLI, replaced(b"    return 0\n", b""))
edited("a module emptied", CLI, lambda data: b"")
edited("a module cut off", CLI, lambda data: data[: len(data) // 2])
edited("only white space changed", CLI, replaced(b"    return 0", b"  # x\n    return 0"))
edited("an encoding declared", CLI, before(b"# coding: utf-7\n"))
edited("a NUL behind it", CLI, then(b"\0"))
edited("CRLF plus a change", CLI, lambda data: data.replace(b"\n", b"\r\n") + b"import os\r\n")
edited("code behind a lone CR", CLI, before(b"# nothing\rimport os\n"))
edited("mixed line ends and a change", CLI, lambda data: data.replace(b"\n", b"\r\n", 1).replace(b"0", b"1"))
edited("a module of an earlier commit", CLI, replaced(b"return 0", b"return 7"))
edited("a sub-package changed", r"{package}sub/moon\.py", replaced(b"29", b"28"))
edited("what the link leads to changed", r"{package}alias\.py", lambda data: data and data + EVIL)
edited("package data changed", r"{package}data/table\.json", replaced(b"3", b"4"))
edited("py.typed changed", r"{package}py\.typed", then(b"import os\n"))
edited("licence changed", r"(.*/)?LICENSE", replaced(b"MIT", b"BSD"))
edited("another commit in the expanded keyword", r"{package}archive\.txt", lambda data: b"0" * 40 + b"\n")
edited("code in the expanded keyword", r"{package}archive\.txt", then(EVIL))
edited("a file of the submodule changed", r"{package}vendored/knots\.py", then(EVIL), need="said")
edited("version file: code appended", VERSION_FILE, then(EVIL))
edited("version file: a call", VERSION_FILE, then(b"x = print(1)\n"))
edited("version file: an import", VERSION_FILE, before(b"import socket\n"))
edited("version file: a function", VERSION_FILE, then(b"def __getattr__(name):\n    return name\n"))
edited("version file: another version", VERSION_FILE, replaced(b"1.2.0", b"1.2.1"))
edited("version file: a lambda", VERSION_FILE, then(b"f = (lambda: 1)\n"))
edited("version file: an f-string", VERSION_FILE, then(b"f = f'{print(1)}'\n"))
edited("version file: a loader's hook", VERSION_FILE, then(b"__path__ = ['/tmp']\n"))
edited("version file: a decorator", VERSION_FILE, then(b"@print\nclass A: pass\n"))
edited("version file: a binding in a block", VERSION_FILE, then(b"while 1: x = 1\n"))


@mutation("two modules exchanged", need="doubt")
def _(a):
    one, two = a.find(re.escape(a.package) + r"cli\.py"), a.find(re.escape(a.package) + r"sub/moon\.py")
    one.data, two.data = two.data, one.data
    return one.path, two.path


# members
added("a module added", "{package}extra.py")
added("a module added that only binds", "{package}extra.py", b"DEPTH = 3\n")
added("a module that says it is generated", "{package}extra.py", b"# This file was generated automatically\n" + EVIL)
added("an ignored file that says it is generated", "{package}notes.log", b"# generated\n" + EVIL, need="doubt")
added("a second version file that runs", "{package}sub/_version.py", b"__version__ = '1.2.0'\n" + EVIL)
added("a package added", "evil/__init__.py")
added("a package in the package added", "{package}plus/__init__.py")
added("an empty package added", "{package}plus/__init__.py", b"", need="doubt")
added("a .pth at the root", "tide.pth", b"import os; os.system('id')\n")
added("a .pth in the package", "{package}tide.pth", b"import os\n")
added("sitecustomize.py", "sitecustomize.py")
added("conftest.py at the root", "conftest.py")
added("conftest.py that tests has, at the root", "conftest.py", b"import os\n\nHERE = os.getcwd()\n", need="doubt")
added("conftest.py that tests has, in the package", "{package}conftest.py", b"import os\n\nHERE = os.getcwd()\n", need="doubt")
added("a tool of the repository in the package", "{package}release.py", b"print('release')\n", need="doubt")
added("a module's copy under another name", "{package}time.py", b"import sys\n\n\ndef main():\n    print(sys.argv)\n    return 0\n", need="doubt")
added("a .so", "{package}fast.so", b"\x7fELF\1\2\3", need="binary")
added("a .pyd", "{package}fast.pyd", b"MZ\1\2\3", need="binary")
added("a .pyc beside its source", "{package}cli.pyc", b"\xa7\r\r\n\0\0")
added("__pycache__", "{package}__pycache__/cli.cpython-311.pyc", b"\xa7\r\r\n\0\0")
added("a case variant of a module", "{package}CLI.py")
added("a lookalike of a module", "{package}\u0441li.py")
added("a module whose name ends in a space", "{package}cli.py ")
added("a backslash in a name", "{package}..\\..\\evil.py")
added("a name that reads backwards", "{package}\u202eyp.ilc.py")
added("a hidden file", "{package}.hidden.py")
added("a hidden directory", ".evil/code.py")
added("a secret", ".env", b"TOKEN=hunter2hunter2\n")
added("a text of nobody", "NOTES.txt", b"Ask Rowan.\n")
added("a package of C", "{package}fast.c", b"int main(void) { return 0; }\n")
added("a file with a name of many bytes", "{package}" + "a" * 3000 + ".py")


@mutation("a member twice, the second changed")
def _(a):
    cli = a.find(re.escape(a.package) + r"cli\.py")
    a.members.append(Member(cli.path, cli.data + EVIL))
    return (cli.path,)


@mutation("a member twice, the first changed")
def _(a):
    cli = a.find(re.escape(a.package) + r"cli\.py")
    a.members.insert(0, Member(cli.path, cli.data + EVIL))
    return (cli.path,)


added("a member at an absolute path", "/etc/evil.py")
added("a member above the top", "../evil.py")


@mutation("a member beside the top directory", "sdist")
def _(a):
    return a.add("../evil-1.0/evil.py")


@mutation("another top directory", "sdist")
def _(a):
    a.top = "tide-table-9.9/"
    return ("",)


added("a symlink to a system file", "{package}passwd", b"", "sdist", kind=tarfile.SYMTYPE, link="/etc/passwd")
added("a symlink upwards", "{package}up", b"", "sdist", kind=tarfile.SYMTYPE, link="../../../../x")
added("a symlink to a module", "{package}again.py", b"", "sdist", kind=tarfile.SYMTYPE, link="cli.py")
added("a hard link out", "{package}shadow", b"", "sdist", kind=tarfile.LNKTYPE, link="/etc/shadow")
added("a device", "{package}null", b"", "sdist", kind=tarfile.CHRTYPE)
added("a pipe", "{package}pipe", b"", "sdist", kind=tarfile.FIFOTYPE)


@mutation("a module became a symlink", "sdist")
def _(a):
    cli = a.find(re.escape(a.package) + r"cli\.py")
    cli.kind, cli.data, cli.link = tarfile.SYMTYPE, b"", "sub/moon.py"
    return (cli.path,)


@mutation("bytes behind the archive")
def _(a):
    a.tail = b"PK" + EVIL * 40
    return ("",)


@mutation("bytes before the archive", "wheel")
def _(a):
    a.finish = lambda data: EVIL * 40 + data
    return ("",)


@mutation("the archive cut off")
def _(a):
    a.finish = lambda data: data[: len(data) * 2 // 3]
    return ("",)


@mutation("a second archive behind it", "sdist")
def _(a):
    other = copy.copy(a)
    other.members, other.fit = [Member("evil.py", EVIL)], False
    a.tail = other.pack()
    return ("evil.py", "")


@mutation("local headers of another name", "wheel")
def _(a):
    name = (a.package + "cli.py").encode()
    a.finish = lambda data: data.replace(name, name.replace(b"cli", b"clo"), 1)
    return ("",)


@mutation("a member that no list has", "sdist")
def _(a):
    a.fit = False
    return a.egg_info and a.add("tools/release.py", b"print('release')\n") if not a.find("tools/release.py") else ()


# what builds read
SETUP, CFG, TOML = r"setup\.py", r"setup\.cfg", r"pyproject\.toml"


@mutation("setup.py that runs something", "sdist")
def _(a):
    return a.edit(a.find(SETUP), then(EVIL)) or a.add("setup.py", b"from setuptools import setup\n" + EVIL + b"setup()\n")


edited("setup.py asks for more", SETUP, lambda data: re.sub(rb"(setup\((?!\*))", rb"\1setup_requires=['evil'], ", data), "sdist")
edited("setup.py's literals ask for more", SETUP, replaced(b"'requests>=2", b"'evil', 'requests>=2"), "sdist", need="doubt")
edited("setup.py's literals ask for a build requirement", SETUP, replaced(b"    'version':", b"    'setup_requires': ['evil'],\n    'version':"), "sdist")
edited("setup.py's literals have another entry point", SETUP, replaced(b"'tide = ", b"'pip = evil:main', 'tide = "), "sdist")
edited("setup.cfg asks for more", CFG, lambda data: (
    data.replace(b"requests>=2", b"requests>=2\n\tevil", 1) if b"requests>=2" in data
    else b"[options]\ninstall_requires = evil\n" + data), "sdist")
edited("setup.cfg: an entry point", CFG, then(b"[options.entry_points]\nconsole_scripts =\n    pip = evil:main\n"), "sdist")
edited("setup.cfg: a command", CFG, then(b"[aliases]\ninstall = evil\n"), "sdist")


@mutation("a setup.cfg added", "sdist")
def _(a):
    return () if a.find(CFG) else a.add("setup.cfg", b"[options]\ninstall_requires = evil\n")


edited("another build backend", TOML, lambda data: re.sub(rb'build-backend = "[^"]*"', b'build-backend = "evil"', data), "sdist")
edited("a build requirement more", TOML, lambda data: re.sub(rb"^requires ?= ?\[", b'requires = ["evil", ', data, flags=re.M), "sdist")
edited("a backend path", TOML, lambda data: re.sub(rb"^build-backend", b'backend-path = ["."]\nbuild-backend', data, flags=re.M), "sdist")
edited("a dependency more", TOML, lambda data: re.sub(rb"^dependencies ?= ?\[", b'dependencies = ["evil", ', data, flags=re.M), "sdist")
edited("a script more", TOML, lambda data: re.sub(rb"^(\[(project|tool\.poetry)\.scripts\])", rb'\1\npip = "evil:main"', data, flags=re.M), "sdist")
edited("pyproject.toml of another version", TOML, replaced(b'version = "1.2.0"', b'version = "1.2.1"'), "sdist")
edited("pyproject.toml that is none", TOML, then(b"[[[\n"), "sdist")
edited("MANIFEST.in changed", r"MANIFEST\.in", then(b"include *\n"), "sdist")
edited("meson.build changed", r"meson\.build", then(b"run_command('id')\n"), "sdist")
edited("CMakeLists.txt changed", r"CMakeLists\.txt", then(b"execute_process(COMMAND id)\n"), "sdist")
edited("Cargo.toml: a crate more", r"Cargo\.toml", then(b'\n[dependencies]\nevil = "1"\n'), "sdist")
edited("Cargo.toml: a build script", r"Cargo\.toml", replaced(b"[package]\n", b'[package]\nbuild = "evil.rs"\n'), "sdist")
edited("Cargo.lock: a crate of elsewhere", r"Cargo\.lock", then(b'\n[[package]]\nname = "evil"\nversion = "1.0.0"\nsource = "git+https://example.org/evil"\n'), "sdist")
edited("the crate's source changed", r"rust/main\.rs", replaced(b"tide", b"evil"), "sdist")
edited("versioneer.py changed", r"versioneer\.py", then(EVIL), "sdist")
edited("requirements.txt changed", r"requirements\.txt", then(b"evil\n"), "sdist")
edited("AUTHORS holds code", r"AUTHORS", then(EVIL), "sdist")
edited("the tests changed", r"tests/test_tide\.py", then(EVIL), "sdist")
edited(".gitignore changed", r"\.gitignore", then(b"*.py\n"), "sdist")
added("a build hook: build.py", "build.py", kinds="sdist")
added("a build hook: hatch_build.py", "hatch_build.py", kinds="sdist")
added("a build hook: pdm_build.py", "pdm_build.py", kinds="sdist")
added("a crate's build script", "build.rs", b"fn main() {}\n", "sdist")

# what builds note
METADATA = r"PKG-INFO|[^/]*\.dist-info/METADATA"


def header(line):
    """A header at the end of those that core metadata begin with."""
    return lambda data: (data.replace(b"\n\n", b"\n" + line + b"\n\n", 1) if b"\n\n" in data else data + line + b"\n")


edited("metadata: another name", METADATA, lambda data: re.sub(rb"^Name: .*", b"Name: tide-tables", data, flags=re.M))
edited("metadata: another version", METADATA, lambda data: re.sub(rb"^Version: .*", b"Version: 1.2.1", data, flags=re.M))
edited("metadata: a second version", METADATA, header(b"Version: 1.2.1"))
edited("metadata: a requirement more", METADATA, header(b"Requires-Dist: evil"), need="doubt")
edited("metadata: a requirement at an address", METADATA, header(b"Requires-Dist: requests @ https://example.org/requests.zip"), need="doubt")
edited("metadata: a requirement of one platform", METADATA, header(b'Requires-Dist: evil ; sys_platform == "win32"'), need="doubt")
edited("metadata: a requirement that is part of a word", METADATA, header(b"Requires-Dist: req"), need="doubt")
edited("metadata: a requirement named as a word that stands there", METADATA, header(b"Requires-Dist: backend"), need="doubt")
edited("metadata: a requirement of another version", METADATA, replaced(b"Requires-Dist: requests", b"Requires-Dist: requests==0.6.66\nRequires-Dist: requests"), need="doubt")
edited("metadata: empty", METADATA, lambda data: b"")
edited("egg-info: another version", r".*\.egg-info/PKG-INFO", lambda data: re.sub(rb"^Version: .*", b"Version: 1.2.1", data, flags=re.M), "sdist")
edited("egg-info: a requirement more in PKG-INFO", r".*\.egg-info/PKG-INFO", header(b"Requires-Dist: evil"), "sdist", need="doubt")
edited("egg-info: a requirement more", r".*\.egg-info/requires\.txt", before(b"evil\n"), "sdist", need="doubt")
edited("egg-info: a requirement at an address", r".*\.egg-info/requires\.txt", before(b"requests @ https://example.org/requests.zip\n"), "sdist", need="doubt")
edited("egg-info: code behind top_level.txt", r".*\.egg-info/top_level\.txt", then(EVIL), "sdist")
edited("egg-info: another top level", r".*\.egg-info/top_level\.txt", then(b"evil\n"), "sdist", need="doubt")
edited("egg-info: code behind dependency_links.txt", r".*\.egg-info/dependency_links\.txt", then(EVIL), "sdist", need="doubt")
edited("egg-info: an executable behind not-zip-safe", r".*\.egg-info/not-zip-safe", then(b"\x7fELF\1"), "sdist")
edited("egg-info: SOURCES.txt lists what is not there", r".*\.egg-info/SOURCES\.txt", then(b"evil.py\n"), "sdist", need="doubt")
edited("egg-info: an executable behind SOURCES.txt", r".*\.egg-info/SOURCES\.txt", then(b"\x7fELF\1\2\0\0"), "sdist", need="doubt")
added("egg-info: a module", "{egg}evil.py", kinds="sdist")
added("egg-info: another project's", "evil.egg-info/PKG-INFO", b"Metadata-Version: 2.1\nName: evil\nVersion: 1\n", "sdist")
ENTRY = r"(.*\.egg-info|[^/]*\.dist-info)/entry_points\.txt"
edited("an entry point more", ENTRY, replaced(b"[console_scripts]\n", b"[console_scripts]\npip = tide_table.evil:main\n"))
edited("a command of another name", ENTRY, replaced(b"[console_scripts]\n", b"[console_scripts]\npip = tide_table.cli:main\n"))
edited("an entry point leads elsewhere", ENTRY, replaced(b"cli:main", b"cli:evil"))
edited("an entry point of another group", ENTRY, then(b"\n[pytest11]\ntide = tide_table.cli:main\n"), need="doubt")
added("entry points where none are declared", "evil.egg-info/entry_points.txt", b"[console_scripts]\npip = evil:main\n", "sdist")

# wheels
added("a script", "tide_table-1.2.0.data/scripts/tide-more", b"#!python\n" + EVIL, "wheel")
added("a script of a declared name", "tide_table-1.2.0.data/scripts/tide", b"#!python\n" + EVIL, "wheel")
added("a .pth in the data", "tide_table-1.2.0.data/data/lib/tide.pth", b"import os\n", "wheel")
added("a module in purelib", "tide_table-1.2.0.data/purelib/tide_table/evil.py", kinds="wheel")
added("another __init__ in platlib", "tide_table-1.2.0.data/platlib/tide_table/__init__.py", kinds="wheel")
added("the data of another project", "evil-1.0.data/scripts/pip", b"#!python\n" + EVIL, "wheel")
added("a header", "tide_table-1.2.0.data/headers/evil.h", b"int x;\n", "wheel")
added("a module hidden below .dist-info", "{info}evil.py", kinds="wheel")
added("a .pth hidden below .dist-info", "{info}licenses/evil.pth", b"import os\n", "wheel")
added("a directory hidden below .dist-info", "{info}sub/code.bin", b"\x7fELF\1", "wheel")
added("another .dist-info", "evil-1.0.dist-info/METADATA", b"Metadata-Version: 2.1\nName: evil\nVersion: 1.0\n", "wheel")
added("a second .dist-info of ours", "tide_table-9.9.dist-info/entry_points.txt", b"[console_scripts]\npip = evil:main\n", "wheel")
added("direct_url.json", "{info}direct_url.json", b'{"url": "https://example.org"}\n', "wheel")
added("a signature that is none", "{info}RECORD.jws", b"\x7fELF\1\2\3" + EVIL, "wheel", need="doubt")
edited("WHEEL with a line more", r"[^/]*\.dist-info/WHEEL", then(b"\x7fELF\1" + EVIL), "wheel", need="doubt")
edited("WHEEL of another tag", r"[^/]*\.dist-info/WHEEL", lambda data: re.sub(rb"^Tag: .*", b"Tag: cp311-cp311-win32", data, flags=re.M), "wheel", need="doubt")
edited("WHEEL of another kind of library", r"[^/]*\.dist-info/WHEEL", lambda data: re.sub(rb"Root-Is-Purelib: \w+", b"Root-Is-Purelib: maybe", data), "wheel", need="doubt")
edited("code behind top_level.txt", r"[^/]*\.dist-info/top_level\.txt", then(EVIL), "wheel")


def record(name, change):
    """RECORD is not made to fit."""

    def do(a):
        a.fit = False
        member = a.find(r"[^/]*\.dist-info/RECORD")
        line = next(line for line in member.data.splitlines(True) if b"tide_table/cli.py" in line)
        a.edit(member, lambda data: change(data, line))
        return (member.path, a.package + "cli.py", "evil.py")

    MUTATIONS.append(Mutation("RECORD: " + name, do, "wheel", "drift"))


record("another digest", lambda data, line: data.replace(line, re.sub(rb"sha256=....", b"sha256=AAAA", line)))
record("a line gone", lambda data, line: data.replace(line, b""))
record("a line more", lambda data, line: line.replace(b"tide_table/cli.py", b"evil.py") + data)
record("a weak digest", lambda data, line: data.replace(line, re.sub(rb"sha256=[^,]*", b"md5=1B2M2Y8AsgTpgAmY7PhCfg", line)))
record("no digest", lambda data, line: data.replace(line, re.sub(rb"sha256=.*", b",", line)))
record("another size", lambda data, line: data.replace(line, re.sub(rb",\d+(\r?\n)", rb",1\1", line)))


@mutation("RECORD is gone", "wheel")
def _(a):
    path = a.dist_info + "RECORD"
    a.members = [m for m in a.members if m.path != path]
    return (path, "")


# --- what harms nobody ----------------------------------------------------------------------------

edited("other line ends", CLI, lambda data: data.replace(b"\n", b"\r\n"), need="nothing")


@mutation("other modes", need="nothing")
def _(a):
    for member in a.members:
        member.mode = 0o600
    return (a.package + "cli.py",)


@mutation("another order", need="nothing")
def _(a):
    a.members.reverse()
    return (a.package + "cli.py",)


@mutation("the tests left out", "sdist", need="nothing")
def _(a):
    kept = [m for m in a.members if not m.path.startswith("tests/")]
    gone = len(a.members) - len(kept)
    a.members = kept
    return ("tests",) if gone else ()
