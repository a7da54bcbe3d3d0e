"""Disclosures of SD-JWT (RFC 9901, 4.2): what is personal stands in the payload as a digest only.

    disclosure = BASE64URL(UTF-8 JSON [salt, name, value])
    digest     = BASE64URL(SHA-256(ASCII disclosure))

The salt is 32 random bytes in base64url, one for each disclosure. The disclosure's text is kept as
it came: its digest is over that text, not over the value.
"""

from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any

from ledger.core import strict_json
from ledger.core.encoding import b64url, b64url_decode, is_b64url_32
from ledger.core.errors import CoreError, MalformedStatement

# Names that SD-JWT itself gives a meaning (RFC 9901, 4.1 and 7.1).
RESERVED = frozenset({"_sd", "_sd_alg", "..."})


@dataclass(frozen=True, slots=True)
class Disclosure:
    """One opened claim. Two are equal where their texts are."""

    encoded: str
    salt: str = field(compare=False)  # 43 characters of base64url
    name: str = field(compare=False)
    value: Any = field(compare=False)
    digest: str = field(compare=False)  # 43 characters of base64url


def make_disclosure(name: str, value: Any, salt: bytes) -> Disclosure:
    """Return the disclosure of a claim under a 32-byte salt that the caller drew at random.

    Raises `MalformedJSON` where the value is not JSON, `MalformedStatement` where the name is
    reserved.
    """
    assert len(salt) == 32, "a salt has 32 bytes"
    return parse_disclosure(b64url(strict_json.dumps([b64url(salt), name, value])))


def parse_disclosure(encoded: str) -> Disclosure:
    """Return the disclosure that a text encodes, else raise `MalformedStatement`."""
    try:
        array = strict_json.loads(b64url_decode(encoded), floats=False)
    except CoreError as error:
        raise MalformedStatement("malformed-disclosure", str(error)) from None
    if type(array) is not list or len(array) != 3:
        raise MalformedStatement("malformed-disclosure", "not an array of salt, name and value")
    salt, name, value = array
    if type(salt) is not str or not is_b64url_32(salt):
        raise MalformedStatement("malformed-disclosure", "the salt is not 32 bytes in base64url")
    if type(name) is not str:
        raise MalformedStatement("malformed-disclosure", "the name is not a string")
    if name in RESERVED:
        raise MalformedStatement("reserved-claim", f"{name} cannot be disclosed")
    refuse_reserved(value)
    return Disclosure(encoded, salt, name, value, digest_of(encoded))


def digest_of(encoded: str) -> str:
    """Return the digest that stands in `_sd` for a disclosure's text."""
    return b64url(sha256(encoded.encode("ascii")).digest())


def refuse_reserved(value: Any) -> None:
    """Raise `MalformedStatement` where SD-JWT's own names stand inside a value.

    Other people's software would take them for digests nobody opened.
    """
    if type(value) is dict:
        if not RESERVED.isdisjoint(value):
            raise MalformedStatement("reserved-claim", "_sd, _sd_alg or ... inside a claim")
        value = value.values()
    elif type(value) is not list:
        return
    for item in value:
        refuse_reserved(item)
