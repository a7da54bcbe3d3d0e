"""What somebody hands in to be checked: a certificate's file (SD-JWT), or a number and a name.

Whoever shows a file may have cut it, changed it, or made it himself, so reading it ends in one of
four ways: a statement whose signature is still to be checked; something damaged that claims to be
ours; something of another ledger; or nothing that looks like a certificate at all, which is no
verdict but a problem.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from ledger.core import strict_json
from ledger.core.encoding import b64url_decode
from ledger.core.errors import CoreError
from ledger.core.statement import CREDENTIAL_TYPE, MAX_WIRE, Statement, parse_presentation
from ledger.domain.form import AUTHORITIES

_PART = "[A-Za-z0-9_-]+"
_SHAPE = re.compile(rf"{_PART}\.{_PART}\.[A-Za-z0-9_-]*(?:~.*)?", re.DOTALL)


class NotACertificate(Exception):
    """The bytes do not look like a certificate of any ledger.

    Attributes:
        code: ``not-a-certificate``, or ``another-statement`` for a genuine-looking statement that
            is none.
    """

    def __init__(self, code: str, detail: str) -> None:
        super().__init__(detail)
        self.code = code
        self.detail = detail


@dataclass(frozen=True)
class Shown:
    """A file that reads as a statement of this ledger; its signature has not been checked."""

    statement: Statement


@dataclass(frozen=True)
class Damaged:
    """A file that claims to be of this ledger and is not as anybody signs. ``code`` says why."""

    code: str


@dataclass(frozen=True)
class Foreign:
    """A file by an issuer outside this ledger; ``statement`` where it reads as one of ours."""

    statement: Statement | None


@dataclass(frozen=True)
class Typed:
    """A certificate's number and the name of its holder, as a person types them."""

    number: str
    name: str


Presented = Shown | Damaged | Foreign | Typed


def read_file(data: bytes | str, origin: str) -> Shown | Damaged | Foreign:
    """Read a certificate's file.

    Args:
        origin: of this ledger.

    Raises:
        NotACertificate: it does not look like one.
    """
    text = _text(data)
    issuer, kind = _claims_of(text)
    foreign = issuer is not None and not issuer.startswith(f"https://{origin}{AUTHORITIES}")
    if not foreign and kind is not None and kind != CREDENTIAL_TYPE:
        raise NotACertificate("another-statement", "this is a statement, but no certificate")
    try:
        statement = parse_presentation(text)
    except CoreError as error:
        return Foreign(None) if foreign else Damaged(error.code)
    return Foreign(statement) if foreign else Shown(statement)


def _text(data: bytes | str) -> str:
    if len(data) > MAX_WIRE:
        raise NotACertificate("not-a-certificate", f"a certificate has at most {MAX_WIRE} bytes")
    text = data if isinstance(data, str) else data.decode("ascii", "replace")
    text = text.strip(" \t\r\n")
    if not _SHAPE.fullmatch(text):
        raise NotACertificate("not-a-certificate", "this is no certificate in SD-JWT form")
    return text


def _claims_of(text: str) -> tuple[str | None, str | None]:
    """Issuer and type that the payload claims, ``None`` where it cannot be read."""
    try:
        claims: Any = strict_json.loads(b64url_decode(text.split(".")[1]))
    except CoreError:
        return None, None
    if type(claims) is not dict:
        return None, None
    issuer, kind = claims.get("iss"), claims.get("type", "")
    return (issuer if type(issuer) is str else ""), (kind if type(kind) is str else "")
