"""What a verdict rests on, looked up in one moment of the ledger.

Bytes that contradict each other are no verdict: they leave as
:class:`~ledger.domain.verdict.CouldNotTell`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple, Protocol, TypeVar

from ledger.core.encoding import b64url
from ledger.core.sdjwt import Disclosure
from ledger.core.statement import Statement, parse_entry
from ledger.core.tree import InclusionProof, TreeHead
from ledger.core.verifier import verify_inclusion
from ledger.domain.form import AUTHORITIES
from ledger.domain.records import (
    Accreditation,
    Certificate,
    Key,
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


def facts_of(
    ident: str, certificate: Certificate, entry: Statement, source: Source, holder: str
) -> Facts:
    """The facts about a certificate whose entry was found to be the recorded one."""
    head = source.head()
    proof = source.proof(certificate.position)
    verify_inclusion(entry.leaf, proof, head)
    registration = need_record(source, Registration, certificate.registration)
    if registration.result is None:
        raise CouldNotTell("a certificate without a result", certificate.position)
    key = need_record(source, Key, entry.kid)
    if key.since >= proof.index or (key.until is not None and key.until < proof.index):
        raise CouldNotTell("the key was not in use at that position", proof.index)
    return Facts(
        ident=ident,
        certificate=certificate,
        statement=entry,
        key=key,
        proof=proof,
        head=head,
        party=need_record(source, Party, certificate.agency),
        accreditation=get_record(
            source, Accreditation, certificate.agency, certificate.certificate_type,
            certificate.level,
        ),
        standard=need_record(source, Standard, certificate.standard, certificate.version),
        result=registration.result[0],
        holder=holder,
        changes=_changes(source, ident, certificate),
    )  # fmt: skip


def recorded_entry(source: Source, certificate: Certificate) -> Statement:
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
    """The statuses in the order in which they took effect; the one recorded is the last.

    A status may be stated days after its date, so the dates say nothing of that order. One that
    awaited consents stands in the stream where it was sent; which one came last, the record knows.
    """
    if certificate.status_by is None:
        if certificate.status != "issued":
            raise CouldNotTell("a status that nobody stated", certificate.position)
        return ()
    changes = []
    for entry in source.stream(f"certificate/{ident}"):
        statement = parse_entry(entry)
        if statement.type in _STATUS and get_record(source, Pending, statement.leaf_id) is None:
            status, day = _STATUS[statement.type]
            by = statement.iss.rpartition(AUTHORITIES)[2]
            changes.append(StatusChange(status, statement.claims[day], by))
    if certificate.status_on is None:
        raise CouldNotTell("a status without its date", certificate.status_position)
    recorded = StatusChange(certificate.status, certificate.status_on, certificate.status_by)
    if recorded not in changes:
        raise CouldNotTell("log and record differ in the status", certificate.status_position)
    return (*changes, recorded)


def get_record(source: Source, kind: type[R], *parts: Any) -> R | None:
    """The record of that kind and id; ``None`` also where ``parts`` are no ids at all."""
    if not all(type(part) in (str, int) for part in parts):
        return None
    record = source.record(key_of(kind, *parts))
    return record if isinstance(record, kind) else None


def need_record(source: Source, kind: type[R], *parts: Any) -> R:
    """A record that must be there, or :class:`CouldNotTell`."""
    record = get_record(source, kind, *parts)
    if record is None:
        raise CouldNotTell(f"the record {key_of(kind, *parts)} is missing")
    return record


def hashes_of(proof: InclusionProof) -> list[str]:
    """The proof's hashes in base64url."""
    return [b64url(node) for node in proof.hashes]
