"""What a verdict rests on, looked up in one moment of the ledger.

``find`` decides which certificate is meant, and whether what was shown is genuine and admitted;
``facts_of`` reads everything else about it. Bytes that contradict each other are no verdict: they
leave as :class:`~ledger.domain.verdict.CouldNotTell`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple, Protocol, TypeVar

from ledger.core.encoding import b64url
from ledger.core.errors import CoreError
from ledger.core.keys import PublicKey
from ledger.core.sdjwt import Disclosure
from ledger.core.statement import Statement, parse_entry, verify_statement
from ledger.core.tree import InclusionProof, TreeHead
from ledger.core.verifier import verify_inclusion
from ledger.domain.errors import UnreadableRecord
from ledger.domain.form import AUTHORITIES
from ledger.domain.names import name_key
from ledger.domain.presented import Damaged, Foreign, Presented, Typed
from ledger.domain.records import (
    Accreditation,
    Awaiting,
    Certificate,
    Key,
    Number,
    Party,
    Pending,
    Record,
    Registration,
    Standard,
    key_of,
)
from ledger.domain.verdict import CouldNotTell

R = TypeVar("R")


class StatusChange(NamedTuple):
    """A status of a certificate that took effect: from when on (civil date), stated by whom."""

    status: str
    since: str
    by: str


class Source(Protocol):
    """One moment of a ledger, as a verdict reads it."""

    def head(self) -> TreeHead:
        """Origin, size and root."""

    def record(self, key: str) -> Record | None:
        """A state record."""

    def entry(self, position: int) -> bytes:
        """The JWS at a position."""

    def proof(self, position: int) -> InclusionProof:
        """That the entry at a position is in the tree of :meth:`head`."""

    def opened(self, position: int) -> tuple[Disclosure, ...] | None:
        """Disclosures of the statement there; ``None`` where they were erased."""

    def stream(self, name: str) -> Sequence[bytes]:
        """The JWSs of one event stream in order, also those that await consents."""

    def decoy(self) -> str | None:
        """Id of some certificate, looked at where no certificate has the number asked for."""


@dataclass(frozen=True)
class Dismissed:
    """There is nothing to check further. ``reason`` names a phrase (``forged`` or ``unknown``)."""

    word: str
    reason: str
    statement: Statement | None = None


@dataclass(frozen=True)
class Facts:
    """Everything about one admitted certificate, at one moment."""

    ident: str
    certificate: Certificate
    statement: Statement
    key: Key
    proof: InclusionProof
    head: TreeHead
    party: Party
    accreditation: Accreditation | None
    standard: Standard
    result: int
    holder: str  # phrase: typed, shown, hidden, erased
    changes: Sequence[StatusChange]


def find(presented: Presented, source: Source) -> Facts | Dismissed:
    """Which certificate is meant, with all that a verdict needs to know of it.

    Raises:
        CouldNotTell: what is stored contradicts itself.
    """
    try:
        return _find(presented, source)
    except (UnreadableRecord, CoreError) as error:
        raise CouldNotTell(f"what is stored cannot be read ({type(error).__name__})") from error


def _find(presented: Presented, source: Source) -> Facts | Dismissed:
    if isinstance(presented, Damaged):
        disclosures = "disclosure" in presented.code
        return Dismissed("forged", "disclosures" if disclosures else "damaged")
    if isinstance(presented, Foreign):
        return Dismissed("unknown", "foreign")
    if isinstance(presented, Typed):
        return _typed(presented, source)
    return _shown(presented.statement, source)


# --- by file --------------------------------------------------------------------------------------


def _shown(statement: Statement, source: Source) -> Facts | Dismissed:
    bad = _not_genuine(statement, source)
    if bad is not None:
        return Dismissed("forged", bad, statement)
    ident = statement.claims.get("certificate")
    certificate = _get(source, Certificate, ident)
    if certificate is None or certificate.leaf != statement.leaf_id:
        waiting = _get(source, Awaiting, ident)
        pending = waiting is not None and waiting.leaf == statement.leaf_id
        return Dismissed("unknown", "awaits_consent" if pending else "never_admitted", statement)
    entry = _entry(source, certificate)
    assert entry.leaf == statement.leaf
    assert type(ident) is str
    names = [one.name for one in statement.disclosures or ()]
    return facts_of(ident, certificate, entry, source, "shown" if "name" in names else "hidden")


def _not_genuine(statement: Statement, source: Source) -> str | None:
    """Why the signature is not the issuer's, as a phrase; ``None`` where it is."""
    key = _get(source, Key, statement.kid)
    party = statement.iss.rpartition(AUTHORITIES)[2]
    if key is None or key.party != party or key.use != "statement":
        return "key"
    try:
        verify_statement(statement, PublicKey.from_x(key.x))
    except CoreError:
        return "signature"
    return None


# --- by number and name ---------------------------------------------------------------------------


def _typed(typed: Typed, source: Source) -> Facts | Dismissed:
    """An unknown number and a wrong name are one answer after the same work."""
    number = _get(source, Number, typed.number)
    ident = source.decoy() if number is None else number.certificate
    certificate = _get(source, Certificate, ident)
    if number is not None and (certificate is None or certificate.number != typed.number):
        raise CouldNotTell("the number leads to no certificate")
    if certificate is None or ident is None:
        return Dismissed("unknown", "nobody")
    source.entry(certificate.position)
    opened = source.opened(certificate.position)
    names = [one.value for one in opened or () if one.name == "name"]
    same = name_key(names[0]) == name_key(typed.name) if names else opened is None
    if number is None or not same:
        return Dismissed("unknown", "nobody")
    entry = _entry(source, certificate)
    if any(one.digest not in entry.digests for one in opened or ()):
        raise CouldNotTell("the disclosures kept are not those signed", certificate.position)
    return facts_of(ident, certificate, entry, source, "typed" if names else "erased")


# --- everything else ------------------------------------------------------------------------------


def facts_of(
    ident: str, certificate: Certificate, entry: Statement, source: Source, holder: str
) -> Facts:
    """The facts about a certificate whose entry was found to be the recorded one."""
    head = source.head()
    proof = source.proof(certificate.position)
    verify_inclusion(entry.leaf, proof, head)
    registration = _need(source, Registration, certificate.registration)
    if registration.result is None:
        raise CouldNotTell("a certificate without a result", certificate.position)
    key = _need(source, Key, entry.kid)
    if key.since >= proof.index or (key.until is not None and key.until < proof.index):
        raise CouldNotTell("the key was not in use at that position", proof.index)
    return Facts(
        ident=ident,
        certificate=certificate,
        statement=entry,
        key=key,
        proof=proof,
        head=head,
        party=_need(source, Party, certificate.agency),
        accreditation=_get(
            source, Accreditation, certificate.agency, certificate.certificate_type,
            certificate.level,
        ),
        standard=_need(source, Standard, certificate.standard, certificate.version),
        result=registration.result[0],
        holder=holder,
        changes=_changes(source, ident, certificate),
    )  # fmt: skip


def _entry(source: Source, certificate: Certificate) -> Statement:
    """The entry that the record names, if both say the same."""
    statement = parse_entry(source.entry(certificate.position))
    if statement.leaf_id != certificate.leaf:
        raise CouldNotTell("the entry is not the one recorded", certificate.position)
    claims = statement.claims
    for name in _SAME:
        if claims.get(name) != getattr(certificate, name):
            raise CouldNotTell(f"entry and record differ in {name}", certificate.position)
    return statement


_SAME = (
    "number", "registration", "certificate_type", "level", "standard", "version", "exam_date",
    "issued_on", "valid_until",
)  # fmt: skip


_STATUS = {
    "certificate.suspended": ("suspended", "suspended_on"),
    "certificate.reinstated": ("issued", "reinstated_on"),
    "certificate.revoked": ("revoked", "revoked_on"),
}


def _changes(source: Source, ident: str, certificate: Certificate) -> Sequence[StatusChange]:
    """The statuses by the day from which they hold; the one recorded is among them."""
    if certificate.status_by is None:
        if certificate.status != "issued":
            raise CouldNotTell("a status that nobody stated", certificate.position)
        return ()
    changes = []
    for entry in source.stream(f"certificate/{ident}"):
        statement = parse_entry(entry)
        if statement.type in _STATUS and _get(source, Pending, statement.leaf_id) is None:
            status, day = _STATUS[statement.type]
            by = statement.iss.rpartition(AUTHORITIES)[2]
            changes.append(StatusChange(status, statement.claims[day], by))
    recorded = (certificate.status, certificate.status_on, certificate.status_by)
    if recorded not in changes:
        raise CouldNotTell("log and record differ in the status", certificate.status_position)
    return sorted(changes, key=lambda change: change.since)


def _get(source: Source, kind: type[R], *parts: Any) -> R | None:
    if not all(type(part) in (str, int) for part in parts):
        return None
    record = source.record(key_of(kind, *parts))
    return record if isinstance(record, kind) else None


def _need(source: Source, kind: type[R], *parts: Any) -> R:
    record = _get(source, kind, *parts)
    if record is None:
        raise CouldNotTell(f"the record {key_of(kind, *parts)} is missing")
    return record


def hashes_of(proof: InclusionProof) -> list[str]:
    """The proof's hashes in base64url."""
    return [b64url(node) for node in proof.hashes]
