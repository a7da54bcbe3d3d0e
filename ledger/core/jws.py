"""Compact JWS (RFC 7515) with one algorithm: `Ed25519` (RFC 9864), pinned.

    BASE64URL(header) "." BASE64URL(payload) "." BASE64URL(signature)

The protected header has exactly `alg`, `kid` (the key's RFC 7638 thumbprint) and `typ`, each a
string. `alg` is never a choice: anything but `Ed25519` is refused before a key is looked at. The
bytes that were signed are kept and never made again.
"""

from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

from ledger.core import strict_json
from ledger.core.encoding import b64url, b64url_decode, is_b64url_32
from ledger.core.errors import InvalidSignature, MalformedJSON, MalformedStatement
from ledger.core.keys import PrivateKey, PublicKey

ALG = "Ed25519"
MAX_HEADER = 512  # characters of base64url; a kid, a typ and an alg take about 170


class Header(NamedTuple):
    """The protected header, read."""

    alg: str
    kid: str  # 43 characters of base64url
    typ: str


@dataclass(frozen=True, slots=True)
class Jws:
    """A parsed JWS whose signature nobody has checked yet."""

    raw: bytes
    header: Header
    payload: bytes
    signature: bytes  # 64 bytes

    @property
    def signing_input(self) -> bytes:
        """The bytes that were signed: header and payload as they came."""
        return self.raw[: self.raw.rindex(b".")]


def sign(payload: bytes, key: PrivateKey, typ: str) -> bytes:
    """Return the compact JWS of a payload."""
    signing_input = _protected(key.public.thumbprint, typ) + b64url(payload).encode("ascii")
    return signing_input + b"." + b64url(key.sign(signing_input)).encode("ascii")


def parse(raw: bytes) -> Jws:
    """Return the parts of a compact JWS, else raise `MalformedStatement` or `MalformedJSON`."""
    parts = raw.split(b".")
    if len(parts) != 3:
        raise MalformedStatement("malformed-jws", f"a compact JWS has 3 parts, not {len(parts)}")
    header = parse_header(parts[0])
    payload = b64url_decode(parts[1])
    signature = b64url_decode(parts[2])
    if len(signature) != 64:
        raise MalformedStatement("malformed-signature", f"64 bytes are due, not {len(signature)}")
    return Jws(raw, header, payload, signature)


def verify(jws: Jws, key: PublicKey) -> None:
    """Raise `InvalidSignature` unless the header names this key and its signature verifies."""
    if jws.header.kid != key.thumbprint:
        raise InvalidSignature("wrong-key", f"kid names {jws.header.kid}, not {key.thumbprint}")
    key.verify(jws.signature, jws.signing_input)


@lru_cache(maxsize=4096)  # one header per key and typ: thousands of statements share it
def parse_header(segment: bytes) -> Header:
    """Return the header of a JWS's first part; `alg` is judged before anything else in it."""
    if len(segment) > MAX_HEADER:
        raise MalformedStatement("too-large", f"the header is larger than {MAX_HEADER} characters")
    try:
        members = strict_json.loads(b64url_decode(segment), floats=False)
    except MalformedJSON as error:
        raise MalformedStatement("malformed-header", str(error)) from None
    if not isinstance(members, dict):
        raise MalformedStatement("malformed-header", "the header is not an object")
    if members.get("alg") != ALG:
        raise MalformedStatement("alg-not-allowed", f"alg is {members.get('alg')!r}, not {ALG}")
    if members.keys() != {"alg", "kid", "typ"}:
        raise MalformedStatement("malformed-header", f"members are {', '.join(sorted(members))}")
    kid, typ = members["kid"], members["typ"]
    if not isinstance(kid, str) or not isinstance(typ, str):
        raise MalformedStatement("malformed-header", "kid and typ must be strings")
    if not is_b64url_32(kid):
        raise MalformedStatement("malformed-header", "kid is not a SHA-256 thumbprint")
    return Header(ALG, kid, typ)


@lru_cache(maxsize=256)
def _protected(kid: str, typ: str) -> bytes:
    header = strict_json.dumps({"alg": ALG, "kid": kid, "typ": typ})
    return b64url(header).encode("ascii") + b"."
