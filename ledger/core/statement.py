"""Statements: a compact JWS with disclosures, `<jws>~<disclosure>~…~` (RFC 9901, 4), sent as ASCII.

The JWS alone is the log's entry, byte for byte; `<jws>~` and `<jws>` say the same where nothing is
disclosed. The payload is one JSON object:

    iss, iat, jti, type   by whom, when signed (seconds), 22 characters of base64url, which kind
    …                     the public claims of that type, at the top level
    _sd, _sd_alg          the disclosures' digests and "sha-256", exactly where there are any

`typ` is `dc+sd-jwt` for `certificate.issued` and `ledger-statement+jwt` for all else, so that
nothing else can pass for a credential. Stricter than RFC 9901: no decoy digests, no digests inside
claims, no disclosure without a digest, and one claim has one name, disclosed or not. Which claims a
type has is the domain's business.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from ledger.core import jws, strict_json
from ledger.core.encoding import b64url, is_b64url_16, is_b64url_32
from ledger.core.errors import InvalidSignature, MalformedStatement
from ledger.core.keys import PrivateKey, PublicKey
from ledger.core.possession import check_possession, sign_possession
from ledger.core.sdjwt import (
    RESERVED,
    Disclosure,
    parse_disclosure,
    refuse_reserved,
)
from ledger.core.tree import leaf_hash

__all__ = [
    "Statement",
    "check_possession",
    "parse_entry",
    "parse_presentation",
    "parse_wire",
    "present",
    "sign_possession",
    "sign_statement",
    "verify_statement",
]

CREDENTIAL_TYPE = "certificate.issued"
CREDENTIAL_TYP = "dc+sd-jwt"
STATEMENT_TYP = "ledger-statement+jwt"
MAX_ENTRY = 65_535  # bytes; an entry bundle counts in 16 bits
MAX_WIRE = 262_144  # bytes, disclosures included
LAST_INSTANT = 253_402_300_799  # 9999-12-31T23:59:59Z, in seconds


@dataclass(frozen=True, slots=True)
class Statement:
    """A parsed statement, its signature still unchecked. Equal where the bytes are equal."""

    entry: bytes  # the compact JWS
    disclosures: tuple[Disclosure, ...] | None  # None: an entry read from the log
    kid: str = field(compare=False)
    typ: str = field(compare=False)
    iss: str = field(compare=False)
    iat: int = field(compare=False)  # seconds since 1970
    jti: str = field(compare=False)
    type: str = field(compare=False)
    claims: dict[str, Any] = field(compare=False)  # the whole payload, not to be changed
    digests: tuple[str, ...] = field(compare=False)
    signature: bytes = field(compare=False)  # 64 bytes
    leaf: bytes = field(compare=False)  # 32 bytes, RFC 6962 leaf hash of the entry

    @property
    def signing_input(self) -> bytes:
        """The bytes that were signed, as they came."""
        return self.entry[: self.entry.rindex(b".")]

    @property
    def leaf_id(self) -> str:
        """The leaf hash in base64url: how other statements name this one."""
        return b64url(self.leaf)

    def wire(self) -> bytes:
        """The statement with the disclosures that are known, as it is sent."""
        opened = "".join(f"{disclosure.encoded}~" for disclosure in self.disclosures or ())
        return self.entry + b"~" + opened.encode("ascii")


def parse_entry(entry: bytes) -> Statement:
    """Return the statement of a log entry, disclosures unknown.

    Raises `MalformedStatement` or `MalformedJSON`.
    """
    return _parse(entry, None)


def parse_wire(data: bytes | str) -> Statement:
    """Return the statement as a party sends it: every digest opened, every disclosure used.

    Raises `MalformedStatement` or `MalformedJSON`.
    """
    statement, disclosures = _parse_wire(data)
    if len(disclosures) != len(statement.digests):
        closed = set(statement.digests).difference(d.digest for d in disclosures)
        raise MalformedStatement("digest-without-disclosure", f"nothing opens {min(closed)}")
    return statement


def parse_presentation(data: bytes | str) -> Statement:
    """Return the statement as a holder shows it: of the disclosures, those the holder chose.

    Raises `MalformedStatement` or `MalformedJSON`.
    """
    return _parse_wire(data)[0]


def present(statement: Statement, names: Sequence[str]) -> bytes:
    """Return the wire form that discloses these claims only; unknown names are ignored."""
    shown = [d.encoded for d in statement.disclosures or () if d.name in names]
    return statement.entry + "~".join(["", *shown, ""]).encode("ascii")


def verify_statement(statement: Statement, key: PublicKey) -> None:
    """Raise `InvalidSignature` unless the header names this key and its signature verifies.

    Whether the key may say this is an admission rule, not asked here.
    """
    if statement.kid != key.thumbprint:
        raise InvalidSignature("wrong-key", f"kid names {statement.kid}, not {key.thumbprint}")
    key.verify(statement.signature, statement.signing_input)


def sign_statement(
    key: PrivateKey, claims: Mapping[str, Any], disclosures: Sequence[Disclosure] = ()
) -> Statement:
    """Return a signed statement of these public claims (iss, iat, jti, type, …) and disclosures.

    What it returns was parsed from the bytes it made, so nothing leaves that a reader would refuse.
    Raises `MalformedStatement` or `MalformedJSON`.
    """
    if not RESERVED.isdisjoint(claims):
        raise MalformedStatement("reserved-claim", "_sd and _sd_alg are made by signing")
    payload = dict(claims)
    if disclosures:
        payload["_sd"] = sorted(disclosure.digest for disclosure in disclosures)
        payload["_sd_alg"] = "sha-256"
    entry = jws.sign(strict_json.dumps(payload), key, _typ(claims.get("type")))
    opened = "~".join(["", *(disclosure.encoded for disclosure in disclosures), ""])
    return parse_wire(entry + opened.encode("ascii"))


def _typ(kind: object) -> str:
    return CREDENTIAL_TYP if kind == CREDENTIAL_TYPE else STATEMENT_TYP


def _parse_wire(data: bytes | str) -> tuple[Statement, tuple[Disclosure, ...]]:
    entry, *opened = _split(data)
    disclosures = tuple(map(parse_disclosure, opened))
    statement = _parse(entry.encode("ascii"), disclosures)
    if disclosures:
        _check_disclosures(statement, disclosures)
    return statement, disclosures


def _split(data: bytes | str) -> list[str]:
    """Return the JWS and the disclosures' texts."""
    if len(data) > MAX_WIRE:
        raise MalformedStatement("too-large", f"a statement has at most {MAX_WIRE} bytes")
    try:
        text = data.decode("ascii") if isinstance(data, bytes) else data
        text.encode("ascii")
    except UnicodeError:
        raise MalformedStatement("malformed-wire", "a statement is ASCII") from None
    parts = text.split("~")
    if len(parts) > 1 and parts.pop():
        raise MalformedStatement("key-binding-not-allowed", "the last character must be ~")
    return parts


def _parse(entry: bytes, disclosures: tuple[Disclosure, ...] | None) -> Statement:
    if len(entry) > MAX_ENTRY:
        raise MalformedStatement("too-large", f"an entry has at most {MAX_ENTRY} bytes")
    signed = jws.parse(entry)
    claims = strict_json.loads(signed.payload, floats=False)
    if type(claims) is not dict:
        raise MalformedStatement("malformed-payload", "the payload is not an object")
    iss, iat, jti, kind = _common(claims)
    _, kid, typ = signed.header
    if typ != _typ(kind):
        raise MalformedStatement("wrong-typ", f"typ of {kind} is {_typ(kind)}, not {typ}")
    return Statement(
        *(entry, disclosures, kid, typ, iss, iat, jti, kind, claims, _digests(claims)),
        *(signed.signature, leaf_hash(entry)),
    )


def _common(claims: dict[str, Any]) -> tuple[str, int, str, str]:
    try:
        iss, iat, jti, kind = claims["iss"], claims["iat"], claims["jti"], claims["type"]
    except KeyError as error:
        raise MalformedStatement("missing-claim", f"{error.args[0]} is missing") from None
    if type(iss) is not str or not iss:
        raise MalformedStatement("malformed-claim", "iss is not a string")
    if type(iat) is not int or not 0 <= iat <= LAST_INSTANT:
        raise MalformedStatement("malformed-claim", "iat is not an integer of seconds since 1970")
    if type(jti) is not str or not is_b64url_16(jti):
        raise MalformedStatement("malformed-claim", "jti is not 16 bytes in base64url")
    if type(kind) is not str or not kind:
        raise MalformedStatement("malformed-claim", "type is not a string")
    return iss, iat, jti, kind


def _digests(claims: dict[str, Any]) -> tuple[str, ...]:
    """Return what `_sd` lists, and refuse SD-JWT's own names everywhere else."""
    for name, value in claims.items():
        kind = type(value)
        if kind is not str and kind is not int and name != "_sd":
            refuse_reserved(value)
    if "..." in claims:
        raise MalformedStatement("reserved-claim", "... is no claim")
    if "_sd" not in claims and "_sd_alg" not in claims:
        return ()
    digests = claims.get("_sd")
    if type(digests) is not list or not digests or claims.get("_sd_alg") != "sha-256":
        raise MalformedStatement("malformed-digests", "_sd needs digests and _sd_alg sha-256")
    for digest in digests:
        if type(digest) is not str or not is_b64url_32(digest):
            raise MalformedStatement("malformed-digests", "_sd lists something that is no digest")
    if len(set(digests)) != len(digests):
        raise MalformedStatement("malformed-digests", "_sd lists a digest twice")
    return tuple(digests)


def _check_disclosures(statement: Statement, disclosures: Sequence[Disclosure]) -> None:
    names = {disclosure.name for disclosure in disclosures}
    if len(names) != len(disclosures):
        raise MalformedStatement("duplicate-disclosure", "two disclosures have the same name")
    if not names.isdisjoint(statement.claims):
        shared = min(names.intersection(statement.claims))
        raise MalformedStatement("disclosure-shadows-claim", f"{shared} is public and disclosed")
    digests = set(statement.digests)
    for disclosure in disclosures:
        if disclosure.digest not in digests:
            raise MalformedStatement(
                "disclosure-without-digest", f"the digest of {disclosure.name!r} is not in _sd"
            )
