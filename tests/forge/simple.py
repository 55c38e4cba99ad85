"""The Simple API's page of a package, as JSON or HTML, from its document."""

import html
import json

JSON = "application/vnd.pypi.simple.v1+json"
HTML = "text/html; charset=utf-8"


def _files(document):
    return [file for files in document["releases"].values() for file in files]


def _status(document):
    return document.get("status") or {}


def json_page(name, document, versions=True, times=True, provenance=None):
    """PEP 691, with versions, sizes and times (PEP 700) or without; `provenance` maps filenames to
    addresses."""
    files = []
    for file in _files(document):
        entry = {
            "filename": file["filename"],
            "url": file["url"],
            "hashes": {"sha256": file["digests"]["sha256"]},
            "requires-python": file["requires_python"],
            "yanked": (file["yanked_reason"] or True) if file["yanked"] else False,
            "core-metadata": False,
            "provenance": (provenance or {}).get(file["filename"]),
        }
        if times:
            entry |= {"size": file["size"], "upload-time": file["upload_time_iso_8601"]}
        files.append(entry)
    page = {"meta": {"api-version": "1.4" if versions else "1.0"}, "name": name, "files": files}
    if versions:
        page["versions"] = list(document["releases"])
    if _status(document):
        page["project-status"] = _status(document)
    return json.dumps(page).encode()


def html_page(name, document):
    """PEP 503, as most servers write it."""
    lines = ["<!DOCTYPE html>", "<html>", "  <head>"]
    for key, label in (("status", ""), ("reason", "-reason")):
        if key in _status(document):
            content = html.escape(_status(document)[key])
            lines.append(f'    <meta name="pypi:project-status{label}" content="{content}">')
    lines += [f"    <title>Links for {name}</title>", "  </head>", "  <body>"]
    lines.append(f"    <h1>Links for {name}</h1>")
    for file in _files(document):
        attributes = f' data-requires-python="{html.escape(file["requires_python"] or "")}"'
        if file["yanked"]:
            attributes += f' data-yanked="{html.escape(file["yanked_reason"] or "")}"'
        address = f'../../packages/{file["filename"]}#sha256={file["digests"]["sha256"]}'
        lines.append(f'    <a href="{address}"{attributes}>{file["filename"]}</a><br/>')
    return "\n".join([*lines, "  </body>", "</html>", ""]).encode()
