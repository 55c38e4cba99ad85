"""The index: the JSON document of a package, as PyPI and its cache answer."""

import gzip
import hashlib
import re

from .answer import Answer, json_answer


def normalise(name):
    return re.sub(r"[-_.]+", "-", name).lower()


class Index:
    def __init__(self, world):
        self.world = world

    def answer(self, request):
        match = re.fullmatch(r"/pypi/([^/]+)/json(/?)", request.path)
        if not match:
            return json_answer({"message": "Not Found"}, 404)
        name = normalise(match[1])
        if name != match[1] or match[2]:
            return Answer(301, {"Location": f"/pypi/{name}/json"})
        document = self.world.documents.get(name)
        if document is None:
            return json_answer({"message": "Not Found"}, 404)
        return self._document(request, document)

    def _document(self, request, document):
        answer = json_answer(document)
        answer.headers |= {
            "ETag": '"' + hashlib.sha256(answer.body).hexdigest()[:22] + '"',
            "Cache-Control": "max-age=900, public",
            "X-PyPI-Last-Serial": str(document["last_serial"]),
            "Vary": "Accept-Encoding",
        }
        if request.headers.get("if-none-match") == answer.headers["ETag"]:
            answer.status, answer.body = 304, b""
        elif "gzip" in request.headers.get("accept-encoding", ""):
            answer.headers["Content-Encoding"] = "gzip"
            answer.body = gzip.compress(answer.body, 1, mtime=0)
        return answer
