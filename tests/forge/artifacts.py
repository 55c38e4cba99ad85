"""What builds publish: sdists and wheels, the same bytes for the same input."""

import gzip
import hashlib
import io
import tarfile
import zipfile
from base64 import urlsafe_b64encode


def _bytes(value):
    return value if isinstance(value, bytes) else value.encode()


def metadata(name, version):
    return f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n"


def sdist(name, version, files, extra=None):
    """A .tar.gz as setuptools makes it, of `files` (path → content); `extra` is in it besides."""
    top = f"{name.replace('-', '_')}-{version}"
    egg = f"{'src/' if any(path.startswith('src/') for path in files) else ''}{name.replace('-', '_')}.egg-info"
    members = {**files, **(extra or {})}
    listed = sorted([*members, f"{egg}/PKG-INFO", f"{egg}/SOURCES.txt"])
    members |= {
        "PKG-INFO": metadata(name, version),
        "setup.cfg": "[egg_info]\ntag_build = \ntag_date = 0\n\n",
        f"{egg}/PKG-INFO": metadata(name, version),
        f"{egg}/SOURCES.txt": "".join(f"{path}\n" for path in listed),
    }
    return archive({f"{top}/{path}": content for path, content in members.items()})


def archive(members):
    """A .tar.gz of exactly these members."""
    raw = io.BytesIO()
    with tarfile.open(fileobj=raw, mode="w", format=tarfile.PAX_FORMAT) as tar:
        for path, content in sorted(members.items()):
            entry = tarfile.TarInfo(path)
            entry.size, entry.mode = len(_bytes(content)), 0o644
            tar.addfile(entry, io.BytesIO(_bytes(content)))
    return gzip.compress(raw.getvalue(), 9, mtime=0)


def wheel(name, version, modules):
    """A pure wheel of `modules` (path → content)."""
    info = f"{name.replace('-', '_')}-{version}.dist-info"
    members = dict(modules)
    members[f"{info}/METADATA"] = metadata(name, version)
    members[f"{info}/WHEEL"] = "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
    record = ""
    for path, content in sorted(members.items()):
        digest = urlsafe_b64encode(hashlib.sha256(_bytes(content)).digest()).decode().rstrip("=")
        record += f"{path},sha256={digest},{len(_bytes(content))}\n"
    members[f"{info}/RECORD"] = record + f"{info}/RECORD,,\n"
    raw = io.BytesIO()
    with zipfile.ZipFile(raw, "w", zipfile.ZIP_DEFLATED) as packed:
        for path, content in members.items():
            packed.writestr(zipfile.ZipInfo(path, (2025, 1, 1, 0, 0, 0)), _bytes(content))
    return raw.getvalue()


def modules_of(files):
    """The importable part of a tree with a src/ directory."""
    return {path[4:]: content for path, content in files.items() if path.startswith("src/")}
