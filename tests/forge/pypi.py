"""Indexes: the JSON document of a package as PyPI and its cache answer, and the Simple API."""

import gzip
import hashlib
import re
from base64 import b64decode, b64encode

from . import simple
from .answer import Answer, json_answer


ROOTS = ("/pypi/", "/simple/", "/packages/", "/integrity/")


def normalise(name):
    return re.sub(r"[-_.]+", "-", name).lower()


class Index:
    """The world's index at the root, which is PyPI, and those that `world.indexes` mounts below:

    {"/private": {"documents": {…}, "forms": ["simple-json", "simple-html"], "times": False,
                  "user": "me", "secret": "…"}}

    `forms` are of json, simple-json, simple-html; `documents` are the world's own when not given; a
    `secret` without a `user` is a bearer token.
    """

    def __init__(self, world):
        self.world = world

    def mount_of(self, path):
        """(prefix, what is mounted there) of a path, None when it is no index's."""
        for prefix, mounted in self.world.indexes.items():
            if path.startswith(prefix + "/"):
                return prefix, mounted
        return ("", {}) if path.startswith(ROOTS) else None

    def answer(self, request):
        prefix, mounted = self.mount_of(request.path)
        forms = mounted.get("forms", ["json", "simple-json", "simple-html"])
        path = request.path.removeprefix(prefix)
        if not _may_enter(request, mounted):
            return Answer(401, {"WWW-Authenticate": 'Basic realm="index"'}, b"who are you?")
        documents = mounted.get("documents", self.world.documents)
        if path.startswith("/packages/"):
            return self._file(path)
        if "json" in forms and path.startswith("/pypi/"):
            return self._json_api(request, prefix, path, documents)
        if path.startswith("/integrity/") and "json" in forms:
            return self._integrity(request, path)
        if path.startswith("/simple/") and len(forms) > ("json" in forms):
            return self._simple_api(request, prefix, path, documents, mounted, forms)
        return Answer(404, {"Content-Type": "text/html"}, b"<h1>404 Not Found</h1>")

    def _file(self, path):
        content = self.world.files.get(path)
        if content is None:
            return Answer(404, {"Content-Type": "text/plain"}, b"404 Not Found")
        # No ETag: a file's address is of its content.
        headers = {"Content-Type": "application/octet-stream", "Cache-Control": "max-age=365000000, immutable, public"}
        return Answer(200, headers, b64decode(content))

    def _integrity(self, request, path):
        """PEP 740: of a file that nobody attested, the very words of PyPI."""
        match = re.fullmatch(r"/integrity/([^/]+)/([^/]+)/([^/]+)/provenance", path)
        found = self.world.provenance.get(match[3] if match else None, 404)
        if found == 404 and match:
            return json_answer({"message": f"No provenance available for {match[3]}"}, 404)
        if isinstance(found, int):
            return json_answer({"message": "Request not acceptable"}, found)
        return _cached(request, json_answer(found))

    def _json_api(self, request, prefix, path, documents):
        match = re.fullmatch(r"/pypi/([^/]+)/json(/?)", path)
        if not match:
            return json_answer({"message": "Not Found"}, 404)
        name = normalise(match[1])
        if name != match[1] or match[2]:
            return Answer(301, {"Location": f"{prefix}/pypi/{name}/json"})
        document = documents.get(name)
        if document is None or document.get("status", {}).get("status") == "quarantined":
            return json_answer({"message": "Not Found"}, 404)
        answer = json_answer({key: value for key, value in document.items() if key != "status"})
        answer.headers["X-PyPI-Last-Serial"] = str(document["last_serial"])
        return _cached(request, answer)

    def _simple_api(self, request, prefix, path, documents, mounted, forms):
        match = re.fullmatch(r"/simple/([^/]+)(/?)", path)
        name = normalise(match[1]) if match else ""
        if match and (name != match[1] or not match[2]):
            return Answer(301, {"Location": f"{prefix}/simple/{name}/"})
        document = documents.get(name)
        if document is None:
            return Answer(404, {"Content-Type": "text/plain"}, b"404 Not Found")
        wants_json = simple.JSON in request.headers.get("accept", "")
        if "simple-html" not in forms or ("simple-json" in forms and wants_json):
            times = mounted.get("times", True)
            body = simple.json_page(name, document, mounted.get("versions", True), times,
                                    mounted.get("provenance"))
            answer = Answer(200, {"Content-Type": simple.JSON}, body)
        else:
            answer = Answer(200, {"Content-Type": simple.HTML}, simple.html_page(name, document))
        return _cached(request, answer)


def _may_enter(request, mounted):
    secret, user = mounted.get("secret"), mounted.get("user")
    if secret is None:
        return True
    pair = f"{user}:{secret}"
    wanted = f"Basic {b64encode(pair.encode()).decode()}" if user else f"Bearer {secret}"
    return request.headers.get("authorization") == wanted


def _cached(request, answer):
    answer.headers |= {
        "ETag": '"' + hashlib.sha256(answer.body).hexdigest()[:22] + '"',
        "Cache-Control": "max-age=900, public",
        "Vary": "Accept, Accept-Encoding",
    }
    if request.headers.get("if-none-match") == answer.headers["ETag"]:
        answer.status, answer.body = 304, b""
    elif "gzip" in request.headers.get("accept-encoding", ""):
        answer.headers["Content-Encoding"] = "gzip"
        answer.body = gzip.compress(answer.body, 1, mtime=0)
    return answer
