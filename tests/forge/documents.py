"""Index documents: the JSON of a package, from a list of releases."""

import hashlib
from datetime import datetime, timedelta


def _file(name, version, kind, when, yanked, content=None):
    """Of `content`, which the forge serves below /packages; without, of a file that is not there."""
    stem = name.replace("-", "_")
    filename = f"{stem}-{version}" + (".tar.gz" if kind == "sdist" else "-py3-none-any.whl")
    digest = hashlib.sha256(filename.encode() if content is None else content).hexdigest()
    host = "https://files.pythonhosted.org" if content is None else ""
    return {
        "filename": filename,
        "packagetype": kind,
        "python_version": "source" if kind == "sdist" else "py3",
        "size": 8000 + int(digest[:3], 16) if content is None else len(content),
        "url": f"{host}/packages/{digest[:2]}/{digest[2:4]}/{filename}",
        "digests": {"md5": digest[:32], "sha256": digest, "blake2b_256": digest[::-1]},
        "upload_time": when.strftime("%Y-%m-%dT%H:%M:%S"),
        "upload_time_iso_8601": when.strftime("%Y-%m-%dT%H:%M:%S.%fZ"),
        "requires_python": ">=3.9",
        "yanked": yanked is not None,
        "yanked_reason": yanked or None,
        "has_sig": False,
        "comment_text": None,
        "downloads": -1,
    }


def release_files(name, version, uploaded, yanked=None, sdist=None, wheel=None):
    """A wheel and, two seconds later, an sdist; of these bytes, if they are given."""
    when = datetime.fromisoformat(uploaded.replace("Z", "+00:00")).replace(microsecond=437450)
    return [
        _file(name, version, "bdist_wheel", when, yanked, wheel),
        _file(name, version, "sdist", when + timedelta(seconds=2), yanked, sdist),
    ]


def document(name, releases, repository=None, latest=None, **info):
    """`releases` maps versions to (uploaded, yanked reason or None[, sdist, wheel]), or to None: no
    files."""
    files = {
        version: release_files(name, version, *release) if release else []
        for version, release in releases.items()
    }
    offered = [v for v, rows in files.items() if rows and not rows[0]["yanked"]]
    latest = latest or (offered or list(releases))[-1]
    urls = {"Repository": f"https://github.com/{repository}"} if repository else None
    return {
        "info": {
            "name": name,
            "version": latest,
            "summary": "",
            "description": "",
            "home_page": None,
            "download_url": None,
            "project_urls": urls,
            "license": None,
            "license_expression": "MIT",
            "classifiers": [],
            "requires_python": ">=3.9",
            "yanked": False,
            "yanked_reason": None,
        }
        | info,
        "last_serial": 31000000 + int(hashlib.sha256(name.encode()).hexdigest()[:5], 16),
        "releases": files,
        "urls": files[latest],
        "vulnerabilities": [],
        "ownership": {"roles": [{"role": "Owner", "user": "rowan"}], "organization": None},
    }
