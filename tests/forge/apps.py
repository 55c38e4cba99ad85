"""GitHub Apps: who holds an App's key is told where it is installed, and given tokens that end.

    world.apps["4242"] = {"public": PEM, "installations": {"acme": {"id": 7}}}

An installation may also have "suspended": True, "permissions" and "selection"; an App "life", the
seconds that its tokens last. Every signature is verified, by the forge's own clock.
"""

import json
import re
import time
from base64 import urlsafe_b64decode

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa

from .answer import json_answer

PERMISSIONS = {"metadata": "read", "contents": "read", "pull_requests": "read", "checks": "read",
               "statuses": "read"}
HOUR = 3600


def make_key(bits=2048):
    """(private, public) as PEM texts."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=bits)
    private = key.private_bytes(serialization.Encoding.PEM,
                                serialization.PrivateFormat.TraditionalOpenSSL,
                                serialization.NoEncryption())
    public = key.public_key().public_bytes(serialization.Encoding.PEM,
                                           serialization.PublicFormat.SubjectPublicKeyInfo)
    return private.decode(), public.decode()


def decode(part):
    return urlsafe_b64decode(part + "=" * (-len(part) % 4))


def is_about(path):
    return re.match(r"/api/v3/((orgs|users)/[^/]+/installation$|app(/|$))", path) is not None


class Apps:
    def __init__(self, world, clock):
        self.world, self.clock = world, clock
        self.tokens = {}  # token → (owner, when it ends)
        self.signed = []  # the claims of every signature that was good

    def expire(self):
        """Whatever they were promised, no token is good any more."""
        self.tokens = {token: (owner, 0) for token, (owner, _) in self.tokens.items()}

    def owner_of(self, token):
        """Whose installation a token is of; None: it is none, or has ended."""
        owner, end = self.tokens.get(token, (None, 0))
        return owner if self.clock() < end else None

    def answer(self, request):
        path = request.path.removeprefix("/api/v3")
        app, refusal = self._signer(request.headers.get("authorization", ""))
        if refusal:
            return json_answer({"message": refusal}, 401)
        match = re.fullmatch(r"/(orgs|users)/([^/]+)/installation", path)
        if match:
            return self._installation(app, *match.groups())
        match = re.fullmatch(r"/app/installations/(\d+)/access_tokens", path)
        if match and request.method == "POST":
            return self._token(app, int(match.group(1)))
        if path == "/app":
            return json_answer({"id": 1, "slug": "drift", "permissions": PERMISSIONS})
        return json_answer({"message": "Not Found"}, 404)

    def _signer(self, authorization):
        """(app, None), or (None, why not)."""
        kind, _, token = authorization.partition(" ")
        try:
            head, claims, signature = token.split(".")
            header, said = json.loads(decode(head)), json.loads(decode(claims))
            app = self.world.apps[said["iss"]]
            key = serialization.load_pem_public_key(app["public"].encode())
            key.verify(decode(signature), f"{head}.{claims}".encode(), padding.PKCS1v15(),
                       hashes.SHA256())
        except (ValueError, KeyError, InvalidSignature):
            return None, "A JSON web token could not be decoded"
        if kind != "Bearer" or header != {"alg": "RS256", "typ": "JWT"}:
            return None, "A JSON web token could not be decoded"
        now = self.clock()
        if said["iat"] > now:
            return None, "'Issued at' claim ('iat') must be an Integer representing the time"
        if not now < said["exp"] <= now + 600:
            return None, "'Expiration time' claim ('exp') is too far in the future, or over"
        self.signed.append(said)
        return app, None

    def _installation(self, app, kind, login):
        owner = self.world.owner(login)
        is_kind = owner and (kind == "users" or owner["type"] == "Organization")
        found = app["installations"].get(owner["login"]) if is_kind else None
        if not found:
            return json_answer({"message": "Not Found"}, 404)
        return json_answer({
            "id": found["id"], "account": {"login": owner["login"]},
            "repository_selection": found.get("selection", "all"),
            "permissions": found.get("permissions", PERMISSIONS),
            "suspended_at": "2026-01-01T00:00:00Z" if found.get("suspended") else None})

    def _token(self, app, number):
        found = [(owner, item) for owner, item in app["installations"].items() if item["id"] == number]
        if not found:
            return json_answer({"message": "Not Found"}, 404)
        owner, item = found[0]
        if item.get("suspended"):
            return json_answer({"message": "This installation has been suspended"}, 403)
        life = app.get("life", HOUR)
        token = f"ghs_{len(self.tokens):04}{owner.replace('-', '')}SecretThatIsNeverSeenAnywhere"
        self.tokens[token] = (owner, self.clock() + life)
        ends = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(self.clock() + life))
        return json_answer({"token": token, "expires_at": ends,
                            "permissions": item.get("permissions", PERMISSIONS),
                            "repository_selection": item.get("selection", "all")}, 201)
