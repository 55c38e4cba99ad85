"""Git over HTTP: the real `git http-backend` as CGI, over bare repositories OWNER/NAME.git."""

import os
import re
import subprocess

from .answer import Answer

UNAUTHORIZED = Answer(401, {"WWW-Authenticate": 'Basic realm="GitHub"'}, b"Repository not found.")

# What a server can do: the version of the protocol that it speaks at most, and whether it filters.
MODES = ("v2", "v2-nofilter", "v1", "v0", "v0-nofilter")


def what_is_asked(request):
    """Advertisement, refs or fetch: for the log."""
    if request.method == "GET":
        return "advertisement"
    return "refs" if b"command=ls-refs" in request.body[:64] else "fetch"


class SmartHttp:
    def __init__(self, world):
        self.world = world

    def answer(self, request):
        match = re.fullmatch(r"/([^/]+/[^/]+?)(?:\.git)?/(info/refs|git-upload-pack)", request.path)
        if not match:
            return Answer(404, {"Content-Type": "text/plain"}, b"Not Found\n")
        full_name, service = match.groups()
        moved = self.world.moved_to(full_name)
        if moved:
            query = "?" + request.query_string if request.query_string else ""
            return Answer(301, {"Location": f"{request.base}/{moved}.git/{service}{query}"})
        repository = self.world.repository(full_name)
        hidden = repository is None or repository["private"] and request.credentials != "good"
        if hidden or request.credentials == "bad":
            return Answer(UNAUTHORIZED.status, dict(UNAUTHORIZED.headers), UNAUTHORIZED.body)
        directory = self.world.git_directory(repository)
        return self._backend(request, directory, service, self.world.git_mode(repository))

    def _backend(self, request, directory, service, mode):
        version, _, lack = mode.partition("-")
        environment = {
            "PATH": os.environ["PATH"],
            "GIT_CONFIG_NOSYSTEM": "1",
            "GIT_CONFIG_GLOBAL": "/dev/null",
            "GIT_HTTP_EXPORT_ALL": "1",
            "GIT_PROJECT_ROOT": str(directory),
            "PATH_INFO": "/" + service,
            "REQUEST_METHOD": request.method,
            "QUERY_STRING": request.query_string,
            "CONTENT_TYPE": request.headers.get("content-type", ""),
            "CONTENT_LENGTH": str(len(request.body)),
            "HTTP_CONTENT_ENCODING": request.headers.get("content-encoding", ""),
            "REMOTE_ADDR": "127.0.0.1",
            "GIT_CONFIG_COUNT": "4",
            "GIT_CONFIG_KEY_0": "uploadpack.allowFilter",
            "GIT_CONFIG_VALUE_0": "false" if lack == "nofilter" else "true",
            "GIT_CONFIG_KEY_1": "uploadpack.allowReachableSHA1InWant",
            "GIT_CONFIG_VALUE_1": "true",
            "GIT_CONFIG_KEY_2": "uploadpack.allowTipSHA1InWant",
            "GIT_CONFIG_VALUE_2": "true",
            "GIT_CONFIG_KEY_3": "safe.directory",
            "GIT_CONFIG_VALUE_3": "*",
        }
        if version != "v0" and "git-protocol" in request.headers:
            asked = request.headers["git-protocol"]
            environment["GIT_PROTOCOL"] = "version=1" if version == "v1" else asked
        done = subprocess.run(
            ["git", "http-backend"], input=request.body, env=environment, capture_output=True
        )
        return self._parse(done.stdout)

    def _parse(self, output):
        """CGI headers, then the body."""
        head, _, body = output.partition(b"\r\n\r\n")
        answer = Answer(200, {}, body)
        for line in head.decode("latin-1").split("\r\n"):
            name, _, value = line.partition(": ")
            if name == "Status":
                answer.status = int(value.split()[0])
            elif name:
                answer.headers[name] = value
        return answer
