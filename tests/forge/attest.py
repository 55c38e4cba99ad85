"""Provenance as workflows publish it: an authority as Fulcio is one, and signed statements."""

import json
from base64 import b64encode
from datetime import datetime, timedelta, timezone

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

NAME = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "authority")])
TYPE = b"application/vnd.in-toto+json"
ARC = "1.3.6.1.4.1.57264.1."


class Authority:
    def __init__(self):
        self.key = ec.generate_private_key(ec.SECP384R1())
        since = datetime(2024, 1, 1, tzinfo=timezone.utc)
        builder = self._builder(NAME, self.key.public_key(), since, timedelta(days=7300))
        builder = builder.add_extension(x509.BasicConstraints(True, None), True)
        self.certificate = builder.sign(self.key, hashes.SHA384())

    def pem(self):
        return self.certificate.public_bytes(serialization.Encoding.PEM).decode()

    def _builder(self, subject, key, since, lifetime):
        builder = x509.CertificateBuilder().subject_name(subject).issuer_name(NAME).public_key(key)
        builder = builder.serial_number(x509.random_serial_number())
        return builder.not_valid_before(since).not_valid_after(since + lifetime)

    def _leaf(self, key, claims, since):
        builder = self._builder(x509.Name([]), key.public_key(), since, timedelta(minutes=10))
        uri = claims[12] + "/.github/workflows/release.yml@" + claims[14]
        builder = builder.add_extension(
            x509.SubjectAlternativeName([x509.UniformResourceIdentifier(uri)]), True
        ).add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.CODE_SIGNING]), False)
        for number, text in claims.items():
            value = bytes([0x0C, len(text)]) + text.encode()
            oid = x509.ObjectIdentifier(f"{ARC}{number}")
            builder = builder.add_extension(x509.UnrecognizedExtension(oid, value), False)
        return builder.sign(self.key, hashes.SHA384())

    def bundle(self, filename, sha256, claims, when, publisher=None, alter=False):
        """One attestation of a file, by a run that `claims` (number of an extension → text) tells of,
        at an ISO time; `alter`: one byte of the statement is another one than was signed."""
        since = datetime.fromisoformat(when.replace("Z", "+00:00"))
        key = ec.generate_private_key(ec.SECP256R1())
        statement = json.dumps({
            "_type": "https://in-toto.io/Statement/v1",
            "subject": [{"name": filename, "digest": {"sha256": sha256}}],
            "predicateType": "https://docs.pypi.org/attestations/publish/v1",
            "predicate": None,
        }).encode()
        signed = b"DSSEv1 %d %s %d %s" % (len(TYPE), TYPE, len(statement), statement)
        signature = key.sign(signed, ec.ECDSA(hashes.SHA256()))
        if alter:
            statement = statement.replace(b"publish", b"Publish")
        leaf = self._leaf(key, claims, since).public_bytes(serialization.Encoding.DER)
        attestation = {
            "version": 1,
            "envelope": {
                "statement": b64encode(statement).decode(),
                "signature": b64encode(signature).decode(),
            },
            "verification_material": {
                "certificate": b64encode(leaf).decode(),
                "transparency_entries": [{"integratedTime": str(int(since.timestamp()) + 1)}],
            },
        }
        name = claims[12].split("://")[1].split("/", 1)[1]
        usual = {"kind": "GitHub", "repository": name, "workflow": "release.yml", "environment": ""}
        return {"publisher": publisher or usual, "attestations": [attestation]}


def provenance(*bundles):
    return {"version": 1, "attestation_bundles": list(bundles)}
