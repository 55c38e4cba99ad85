"""The loopback forge: REST, index and git on one port."""

import json
import re
import socket
import ssl
import sys
import threading
import time
from base64 import b64decode
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from . import apps
from .answer import Request
from .faults import CATALOGUE
from .forgegraph import GraphQL
from .pypi import Index
from .rest import Rest
from .smarthttp import SmartHttp, what_is_asked


@dataclass
class Scripted:
    """A fault and the requests it is for: a pattern searched in "METHOD /path?query"."""

    pattern: re.Pattern
    change: object
    left: float  # how many more times


class Log:
    """Every request, as it was answered, and how many were in work at once."""

    def __init__(self, path=None):
        self.lock = threading.Condition()
        self.file = open(path, "a", encoding="utf-8") if path else None
        self.requests = []
        self.in_flight = self.peak = self.entered = 0
        self.connected = self.connections = self.peak_connections = 0

    def enter(self):
        """The number of a request, in order of arrival."""
        with self.lock:
            self.in_flight += 1
            self.entered += 1
            self.peak = max(self.peak, self.in_flight)
            return self.entered

    def leave(self, record):
        with self.lock:
            self.in_flight -= 1
            self.requests.append(record)
            self.lock.notify_all()
            if self.file:
                self.file.write(json.dumps(record) + "\n")
                self.file.flush()

    def connect(self, by):
        with self.lock:
            self.connected += by
            self.connections += max(0, by)
            self.peak_connections = max(self.peak_connections, self.connected)


class Forge:
    def __init__(self, world, port=0, log_path=None, certificate=None):
        self.world = world
        self.log = Log(log_path)
        self.scripted = []
        self.ahead = 0  # seconds that its clock is before everybody's
        self.services = {"rest": Rest(world), "index": Index(world), "git": SmartHttp(world),
                         "graphql": GraphQL(world)}
        self.apps = self.services["apps"] = apps.Apps(world, lambda: time.time() + self.ahead)
        self.http = _Server(("127.0.0.1", port), _handler(self))
        self.scheme = "http"
        if certificate:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(certificate)
            self.http.socket = context.wrap_socket(self.http.socket, server_side=True)
            self.scheme = "https"
        for pattern, name, times in world.faults:
            self.fault(pattern, CATALOGUE[name], times)

    @property
    def url(self):
        return f"{self.scheme}://127.0.0.1:{self.http.server_address[1]}"

    def __enter__(self):
        self.thread = threading.Thread(target=self.http.serve_forever, args=(0.05,), daemon=True)
        self.thread.start()
        return self

    def __exit__(self, *exception):
        self.http.shutdown()
        self.http.server_close()

    def fault(self, pattern, change, times=None):
        """From now on, answers to requests that match are changed, the first `times` of them."""
        left = float("inf") if times is None else times
        self.scripted.insert(0, Scripted(re.compile(pattern), change, left))

    def heal(self):
        self.scripted.clear()

    def requests(self, what=None):
        with self.log.lock:
            # The client has its answer a moment before it is written down.
            self.log.lock.wait_for(lambda: self.log.in_flight == 0, timeout=1)
            found = [item for item in self.log.requests if what in (None, item["what"])]
            return sorted(found, key=lambda item: item["number"])

    def forget(self):
        """Empties the log: what follows is counted alone."""
        with self.log.lock:
            self.log.requests.clear()
            self.log.peak = 0

    def answer(self, request):
        """(what was asked, answer)."""
        what = self._what(request)
        answer = self.services[self._service(request)].answer(request)
        for scripted in self.scripted:
            if scripted.left > 0 and scripted.pattern.search(f"{request.method} {request.target}"):
                scripted.left -= 1
                return what, scripted.change(request, answer)
        return what, answer

    def _service(self, request):
        if request.path == "/api/graphql":
            return "graphql"
        if apps.is_about(request.path):
            return "apps"
        if request.path.startswith("/api/"):
            return "rest"
        return "index" if self.services["index"].mount_of(request.path) else "git"

    def _what(self, request):
        service = self._service(request)
        if service == "graphql":
            return service
        if service == "apps":
            return "token" if request.path.endswith("/access_tokens") else "installation"
        if service == "git":
            return what_is_asked(request)
        if service == "index" and request.path.startswith("/packages/"):
            return "file"
        if service == "index" and request.path.startswith("/integrity/"):
            return "provenance"
        if service == "index":
            return "page" if "/simple/" in request.path else "document"
        return "listing" if request.path.endswith("/repos") else "repository"

    def credentials(self, authorization, path):
        """(Whether an Authorization header holds a token of this world, whose installation's it is).
        An App's token that is good elsewhere shows what is public: "foreign"."""
        if not authorization:
            return "none", None
        kind, _, secret = authorization.partition(" ")
        if kind == "Basic":
            user, _, secret = b64decode(secret).decode("latin-1").partition(":")
            kind = "Bearer" if user == "x-access-token" else kind
        if secret in self.world.tokens:
            return "good", None
        owner = self.apps.owner_of(secret) if kind == "Bearer" else None
        about = re.match(r"/(?:api/v3/(?:orgs|users|repos)/)?([^/]+)/", path)
        if owner and about and self.world.owner(about.group(1)) and about.group(1) != owner:
            return "foreign", owner
        return ("good" if owner else "bad"), owner


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False
    request_queue_size = 1024

    def handle_error(self, request, client_address):
        """A client that goes away is no event; anything else is our own bug."""
        if not isinstance(sys.exc_info()[1], (OSError, ssl.SSLError)):
            super().handle_error(request, client_address)


def _handler(forge):
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True
        wbufsize = 1 << 16

        def setup(self):
            super().setup()
            forge.log.connect(1)

        def finish(self):
            forge.log.connect(-1)
            super().finish()

        def log_message(self, *arguments):
            pass

        def do_GET(self):
            record = {"number": forge.log.enter(), "method": self.command, "path": self.path, "what": "other"}
            try:
                self._serve(record)
            finally:
                forge.log.leave(record)

        do_POST = do_GET

        def _serve(self, record):
            headers = {name.lower(): value for name, value in self.headers.items()}
            body = self.rfile.read(int(headers.get("content-length", 0)))
            credentials, owner = forge.credentials(headers.get("authorization"), self.path)
            request = Request(self.command, self.path, headers, body, forge.url, credentials)
            record |= {"credentials": credentials, "as": owner, "host": headers.get("host")}
            record["what"], answer = forge.answer(request)
            record |= {"status": answer.status, "bytes": len(answer.body)}
            self._send(answer)

        def _send(self, answer):
            self.send_response_only(answer.status)
            self.send_header("Date", self.date_time_string(time.time() + forge.ahead))
            for name, value in answer.headers.items():
                self.send_header(name, value)
            if answer.status != 304:
                self.send_header("Content-Length", str(len(answer.body)))
            self.end_headers()
            if answer.drip:
                return self._drip(answer)
            end = len(answer.body) if answer.cut is None else answer.cut
            if answer.pause and answer.cut is None:
                time.sleep(answer.pause)
            self.wfile.write(answer.body[:end])
            self.wfile.flush()
            if answer.cut is not None:
                time.sleep(answer.pause)
                self.close_connection = True
                self.connection.shutdown(socket.SHUT_RDWR)

        def _drip(self, answer):
            for start in range(0, len(answer.body), answer.drip):
                self.wfile.write(answer.body[start : start + answer.drip])
                self.wfile.flush()
                time.sleep(1)

    return Handler
