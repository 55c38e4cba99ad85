"""Scripted failures: each changes the true answer to one request into a bad one.

A fault is (request, answer) -> answer. CATALOGUE names those that a world file may use; tests call
the functions that take arguments themselves. The list is that of the services' own documentation
and of what was seen of them: REST refusals, limits, broken bodies, git errors.
"""

import dataclasses
import time

from .answer import Answer, json_answer


def status(code, message="", **headers):
    """A refusal with the forge's usual JSON body."""
    return lambda request, answer: json_answer({"message": message}, code, **headers)


def html(code):
    page = b"<html><head><title>%d</title></head><body>Bad Gateway</body></html>\n" % code
    return lambda request, answer: Answer(code, {"Content-Type": "text/html"}, page)


def body(data, **changes):
    """The true answer with another body."""
    return lambda request, answer: dataclasses.replace(answer, body=data, **changes)


def cut(share=0.5):
    """The connection ends within the body, although its length was announced."""
    return lambda request, answer: dataclasses.replace(answer, cut=int(len(answer.body) * share))


def stall(seconds, share=0.5):
    """Silence in the middle of the body."""
    return lambda request, answer: dataclasses.replace(
        answer, cut=int(len(answer.body) * share), pause=seconds
    )


def slow(seconds):
    """The true answer, late."""
    return lambda request, answer: dataclasses.replace(answer, pause=seconds)


def drip(bytes_per_second):
    return lambda request, answer: dataclasses.replace(answer, drip=bytes_per_second)


def redirect(location, code=301):
    return lambda request, answer: Answer(code, {"Location": location})


def too_large(size):
    """A JSON document that never ends where it should."""
    return body(b'{"info":{"description":"' + b"x" * size)


def secondary_limit(retry_after=None, code=403):
    headers = {} if retry_after is None else {"retry_after": str(retry_after)}
    return status(code, "You have exceeded a secondary rate limit. Please wait.", **headers)


def primary_limit(seconds):
    """The quota is used up; it comes back in so many seconds."""

    def change(request, answer):
        return json_answer(
            {"message": "API rate limit exceeded"},
            403,
            x_ratelimit_remaining="0",
            x_ratelimit_reset=str(int(time.time()) + seconds),
        )

    return change


def pkt(payload):
    data = payload if isinstance(payload, bytes) else payload.encode()
    return b"%04x" % (len(data) + 4) + data


def pack_damage(damage):
    """Changes the pack bytes within a fetch answer; refs and capabilities pass unchanged."""

    def change(request, answer):
        start = answer.body.find(b"PACK")
        if answer.status != 200 or start < 0:
            return answer
        return damage(answer, start)

    return change


def _spoil(answer, start):
    middle = start + (len(answer.body) - start) // 2
    spoilt = bytes(byte ^ 0x55 for byte in answer.body[middle : middle + 16])
    return dataclasses.replace(
        answer, body=answer.body[:middle] + spoilt + answer.body[middle + 16 :]
    )


def _sideband_error(answer, start):
    """Channel 3 in the middle of the pack: upload-pack died."""
    return dataclasses.replace(
        answer, body=answer.body[: start - 5] + pkt(b"\x03fatal: the disk caught fire\n") + b"0000"
    )


def _truncate(answer, start):
    """A pack that ends early although every pkt-line is whole."""
    first = int(answer.body[start - 5 : start - 1], 16)
    keep = max(32, (first - 5) // 2)
    data = answer.body[start : start + keep]
    return dataclasses.replace(
        answer, body=answer.body[: start - 5] + pkt(b"\x01" + data) + b"0000"
    )


CATALOGUE = {
    "bad-credentials": status(401, "Bad credentials"),
    "blocked": lambda request, answer: json_answer(
        {"message": "Repository access blocked", "block": {"reason": "dmca"}}, 451
    ),
    "terms-of-service": lambda request, answer: json_answer(
        {"message": "Repository access blocked", "block": {"reason": "tos"}}, 403
    ),
    "permission": status(
        403, "Resource not accessible by personal access token", x_ratelimit_remaining="4999"
    ),
    "not-found": status(404, "Not Found"),
    "empty": status(409, "Git Repository is empty."),
    "bad-gateway": html(502),
    "server-error": status(500, "Server Error"),
    "secondary-limit": secondary_limit(2),
    "too-many-requests": secondary_limit(1, code=429),
    "cut": cut(),
    "stall": stall(30),
    "too-large": too_large(70 << 20),
    "not-json": body(b"<html>Sign in to the captive portal</html>"),
    "wrong-shape": body(b'{"repositories": 7, "info": [], "releases": "none"}'),
    "git-unauthorized": lambda request, answer: Answer(
        401, {"WWW-Authenticate": 'Basic realm="GitHub"'}, b"Repository not found."
    ),
    "git-err": body(pkt("ERR upload-pack: the repository is on fire\n")),
    "git-garbage": body(b"zzzzthis is no pkt-line"),
    "git-length-0003": body(b"0003"),
    "git-length-ffff": body(b"ffff" + b"x" * 70000),
    "git-dumb": lambda request, answer: Answer(
        200, {"Content-Type": "text/plain"}, b"0" * 40 + b"\trefs/heads/main\n"
    ),
    "pack-garbage": pack_damage(_spoil),
    "pack-sideband-error": pack_damage(_sideband_error),
    "pack-truncated": pack_damage(_truncate),
    "pack-cut": pack_damage(
        lambda answer, start: dataclasses.replace(answer, cut=(start + len(answer.body)) // 2)
    ),
}
