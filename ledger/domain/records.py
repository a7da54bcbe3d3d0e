"""State records: what the rules read, each a fold of the log.

A record is a small immutable tuple, stored as a JSON array under a key such as ``session/<id>``.
Its version is the position of the statement that last changed it; the store keeps that beside it.
"""

from __future__ import annotations

import json
from typing import Any, NamedTuple

from ledger.domain.errors import UnreadableRecord


class LedgerInfo(NamedTuple):
    """What founding fixed, and the rules version in force."""

    origin: str
    operator: str
    regulator: str
    rules_version: int
    log_key: str  # public key x of the log, base64url
    report_key: str


class Clock(NamedTuple):
    """The ledger's own stated time, in seconds."""

    time: int


class Party(NamedTuple):
    """An organisation that signs."""

    name: str
    roles: tuple[str, ...]
    closed: int | None  # position
    position: int


class Key(NamedTuple):
    """A public key, and the positions after ``since`` and up to ``until`` at which it may sign."""

    party: str
    x: str
    use: str
    since: int
    until: int | None


class Jti(NamedTuple):
    """Where a party used a jti."""

    position: int


class Pending(NamedTuple):
    """A statement that awaits consents; ``missing`` are the parties still to approve it."""

    type: str
    party: str
    kid: str  # of the key that signed it
    claims: dict[str, Any]
    position: int
    missing: tuple[str, ...]


class Awaiting(NamedTuple):
    """A certificate id that a pending statement would issue."""

    leaf: str


class CertificateType(NamedTuple):
    """A kind of certificate."""

    name: str
    category: str
    retired_on: str | None
    position: int


class Standard(NamedTuple):
    """One immutable version of a standard."""

    agency: str
    certificate_type: str
    level: str
    parts: tuple[dict[str, Any], ...]
    pass_rule: dict[str, Any]
    objection_days: int
    valid_months: int | None
    effective_from: str
    position: int


class Periods(NamedTuple):
    """Which standard of a type and level is in force when: (from, until or None, id, version).
    ``held``: the last civil date on which an exam was held."""

    periods: tuple[tuple[str, str | None, str, int], ...]
    held: str | None


class Accreditation(NamedTuple):
    """Standing of one agency for one type and level: (date, status, wind-down until, position)."""

    timeline: tuple[tuple[str, str, str | None, int], ...]


class History(NamedTuple):
    """Accepted past periods of one agency: (from, to, deadline instant, position)."""

    accepted: tuple[tuple[str, str, int, int], ...]


class Session(NamedTuple):
    """``publications``: (position, stated time, published_on) of each publication of results."""

    agency: str
    certificate_type: str
    level: str
    exam_date: str
    standard: str
    version: int
    stage: str  # planned, published, held, closed
    held_on: str | None
    publications: tuple[tuple[int, int, str], ...]
    position: int


class Student(NamedTuple):
    """A student's handle, and the school that enrolled it."""

    school: str
    position: int


class Registration(NamedTuple):
    """One candidate in one session. ``scores``: part -> digest of its mark;
    ``result``: (position where it took effect, outcome, digests, determined_on)."""

    session: str
    school: str
    attempt: int
    digests: tuple[str, ...]
    scores: dict[str, str]
    result: tuple[int, str, tuple[str, ...], str] | None
    certificate: str | None  # the live one
    position: int


class Certificate(NamedTuple):
    """A certificate with its present status."""

    number: str
    agency: str
    registration: str
    session: str
    certificate_type: str
    level: str
    standard: str
    version: int
    exam_date: str
    issued_on: str
    valid_until: str | None
    status: str  # issued, suspended, revoked
    status_by: str | None  # party that stated the present status
    status_on: str | None
    status_position: int
    status_code: str | None  # public code or ground
    fault: str | None
    found_by: str | None
    imported: bool
    leaf: str
    position: int


class Number(NamedTuple):
    """Whose a certificate number is."""

    certificate: str


class Index(NamedTuple):
    """Whose a status list entry is."""

    certificate: str


class StatusList(NamedTuple):
    """How many entries of a status list are used."""

    used: int


Record = (
    LedgerInfo
    | Clock
    | Party
    | Key
    | Jti
    | Pending
    | Awaiting
    | CertificateType
    | Standard
    | Periods
    | Accreditation
    | History
    | Session
    | Student
    | Registration
    | Certificate
    | Number
    | Index
    | StatusList
)

KINDS: dict[str, type[Any]] = {
    "ledger": LedgerInfo,
    "clock": Clock,
    "party": Party,
    "key": Key,
    "jti": Jti,
    "pending": Pending,
    "awaiting": Awaiting,
    "type": CertificateType,
    "standard": Standard,
    "periods": Periods,
    "accreditation": Accreditation,
    "history": History,
    "session": Session,
    "student": Student,
    "registration": Registration,
    "certificate": Certificate,
    "number": Number,
    "index": Index,
    "list": StatusList,
}
PREFIX = {kind: f"{prefix}/" for prefix, kind in KINDS.items()}
_dumps = json.JSONEncoder(
    ensure_ascii=False, check_circular=False, separators=(",", ":"), allow_nan=False
).encode

LEDGER = "ledger"
CLOCK = "clock"


def key_of(kind: type[Any], first: object, *more: object) -> str:
    """Key of a record, such as ``key_of(Standard, "welding", 2)`` -> ``standard/welding/2``."""
    key = f"{PREFIX[kind]}{first}"
    for part in more:
        key = f"{key}/{part}"
    return key


def encode(record: Record) -> str:
    """The stored text of a record, a JSON array."""
    kind = type(record)
    if kind is Jti:  # one for each statement
        return f"[{record.position}]"  # type: ignore[union-attr]
    if kind is Number or kind is Index:  # two for each certificate; a random id needs no escapes
        return f'["{record.certificate}"]'  # type: ignore[union-attr]
    return _dumps(record)


def decode(key: str, text: str) -> Record:
    """The record that ``text`` holds, of the kind that ``key`` names.

    Raises:
        UnreadableRecord: the text is not what this software wrote.
    """
    kind = KINDS.get(key.partition("/")[0])
    try:
        values = json.loads(text)
        if kind is None or type(values) is not list:
            raise TypeError
        record: Record = kind(*values)
    except (ValueError, TypeError, RecursionError) as error:
        raise UnreadableRecord(f"state record {key!r} cannot be read") from error
    return record
