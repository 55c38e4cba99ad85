"""A request as the services see it, and the answer that goes back, whole or spoilt."""

import json
from dataclasses import dataclass, field
from urllib.parse import parse_qs, urlsplit


@dataclass
class Request:
    method: str
    target: str  # path and query as sent
    headers: dict  # names in lower case
    body: bytes
    base: str  # "http://127.0.0.1:1234": where this request arrived
    credentials: str  # "none", "good" or "bad"

    def __post_init__(self):
        split = urlsplit(self.target)
        self.path = split.path
        self.query_string = split.query
        self.query = {key: values[-1] for key, values in parse_qs(split.query).items()}


@dataclass
class Answer:
    status: int = 200
    headers: dict = field(default_factory=dict)
    body: bytes = b""
    cut: int | None = None  # only so many bytes of the body are sent, then the connection ends
    pause: float = 0.0  # seconds of silence after `cut` bytes (or before the body)
    drip: int | None = None  # bytes a second


def json_answer(value, status=200, **headers):
    names = {name.replace("_", "-"): text for name, text in headers.items()}
    return Answer(
        status,
        {"Content-Type": "application/json; charset=utf-8", **names},
        json.dumps(value, separators=(",", ":")).encode(),
    )
