#!/usr/bin/env python3
"""Serves bare repositories over HTTP with git's own http-backend, for tests/fetch/gitwire_try.

    serve.py [--port N] [--protocol 2|1|0] [--no-filter] [--moved OLD=NEW] [--log FILE] DIR

DIR holds OWNER/NAME.git, or OWNER+NAME/repo. --protocol 1 and 0 stand for old servers: the first
forces what the client asks for, the second hides it. Nothing is ever written to the repositories.
"""

import argparse
import http.server
import os
import subprocess
import sys
import urllib.parse


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = -1

    def do_GET(self):
        self.answer(b"")

    def do_POST(self):
        if self.headers.get("Expect", "").lower() == "100-continue":
            self.send_response_only(100)
            self.end_headers()
        self.answer(self.rfile.read(int(self.headers.get("Content-Length", 0))))

    def answer(self, body):
        options = self.server.options
        url = urllib.parse.urlsplit(self.path)
        owner, name, service = (url.path.lstrip("/") + "//").split("/", 2)
        repository = f"{owner}/{name.removesuffix('.git')}"
        if repository in options.moved:
            return self.reply(
                301, [("Location", self.path.replace(repository, options.moved[repository], 1))]
            )
        environment = {
            "PATH": os.environ["PATH"],
            "HOME": "/nonexistent",
            "GIT_CONFIG_NOSYSTEM": "1",
            "GIT_PROJECT_ROOT": options.dir,
            "GIT_HTTP_EXPORT_ALL": "1",
            "REQUEST_METHOD": self.command,
            "PATH_INFO": self.locate(repository) + "/" + service.rstrip("/"),
            "QUERY_STRING": url.query,
            "CONTENT_TYPE": self.headers.get("Content-Type", ""),
            "CONTENT_LENGTH": str(len(body)),
            "HTTP_CONTENT_ENCODING": self.headers.get("Content-Encoding", ""),
            "REMOTE_ADDR": self.client_address[0],
        }
        protocol = self.headers.get("Git-Protocol")
        if protocol and options.protocol > 0:
            environment["GIT_PROTOCOL"] = "version=1" if options.protocol == 1 else protocol
        settings = [("safe.directory", "*"), ("http.receivepack", "false")]
        if options.filter:
            settings.append(("uploadpack.allowFilter", "true"))
        settings.append(("uploadpack.allowAnySHA1InWant", "true"))
        for i, (key, value) in enumerate(settings):
            environment[f"GIT_CONFIG_KEY_{i}"] = key
            environment[f"GIT_CONFIG_VALUE_{i}"] = value
        environment["GIT_CONFIG_COUNT"] = str(len(settings))
        self.run(environment, body)

    def locate(self, repository):
        plus = "/" + repository.replace("/", "+") + "/repo"
        if os.path.isdir(self.server.options.dir + plus):
            return plus
        return f"/{repository}.git"

    def run(self, environment, body):
        done = subprocess.run(
            ["git", "http-backend"], env=environment, input=body, capture_output=True, check=False
        )
        head, _, content = done.stdout.partition(b"\r\n\r\n")
        status, headers = 200, []
        for line in head.decode("latin-1").split("\r\n"):
            key, _, value = line.partition(": ")
            if key == "Status":
                status = int(value.split()[0])
            elif key:
                headers.append((key, value))
        if self.server.log:
            self.server.log.write(f"{self.command} {self.path} {status} {len(content)}\n")
            self.server.log.write(done.stderr.decode("utf-8", "replace"))
            self.server.log.flush()
        self.reply(status, headers, content)

    def reply(self, status, headers, content=b""):
        self.send_response_only(status)
        for key, value in headers:
            self.send_header(key, value)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)


class Server(http.server.ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--protocol", type=int, choices=[0, 1, 2], default=2)
    parser.add_argument("--no-filter", dest="filter", action="store_false")
    parser.add_argument("--moved", action="append", default=[], metavar="OLD=NEW")
    parser.add_argument("--log")
    parser.add_argument("dir")
    options = parser.parse_args()
    options.dir = os.path.abspath(options.dir)
    options.moved = dict(pair.split("=", 1) for pair in options.moved)
    server = Server(("127.0.0.1", options.port), Handler)
    server.options = options
    server.log = open(options.log, "w", encoding="utf-8") if options.log else None
    print(f"http://127.0.0.1:{server.server_address[1]}", flush=True)
    try:
        server.serve_forever()
    except KeyboardInterrupt:
        sys.exit(130)


if __name__ == "__main__":
    main()
