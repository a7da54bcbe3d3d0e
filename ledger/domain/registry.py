"""One entry for each thing that may be said.

Everything the project knows of a statement type is declared once: fields (schemas, OpenAPI and
``docs/statements.md`` are generated from them), who signs it, which records it reads, the numbered
rules, and the fold. A rule never lives in a fold: a fold only assigns.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from ledger.domain.case import Case, Disclosed, Found, People, Stated
from ledger.domain.kinds import Choice, Field, Kind
from ledger.domain.records import Record

ENVELOPE = frozenset({"iss", "iat", "jti", "type", "_sd", "_sd_alg"})
STATEMENT_TYP = "ledger-statement+jwt"
CREDENTIAL_TYP = "dc+sd-jwt"

LATE_REASON = Field(
    "late_reason",
    Choice("reason", ("delayed_records", "system_failure", "correction", "order")),
    "Why the fact is stated more than 30 days after its date; it then needs a countersigner too.",
    required=False,
)


@dataclass(frozen=True)
class Rule:
    """One numbered admission rule.

    Attributes:
        number: ``P…`` reads public claims only, ``D…`` looks into opened disclosures.
        code: stable name, the last part of the problem type.
        text: what must hold, one sentence.
        check: returns when the rule holds, raises :class:`~ledger.domain.errors.Broken` otherwise.
    """

    number: str
    code: str
    text: str
    check: Callable[[Case], None]


def rule(number: str, code: str, text: str) -> Callable[[Callable[[Case], None]], Rule]:
    """Turn a check into a numbered :class:`Rule`."""
    return lambda check: Rule(number, code, text, check)


def _nobody(_: Stated, __: Found) -> str | None:
    return None


def issuing_agency(stated: Stated, _: Found) -> str | None:
    """The agency concerned is the party that signs."""
    return stated.party


def _no_reads(_: Stated, __: Found) -> Iterator[str]:
    return iter(())


def _no_people(_: Case) -> dict[str, str]:
    return {}


def _no_people_reads(_: Stated, __: Found, ___: People, ____: Disclosed) -> Iterator[str]:
    return iter(())


def _no_subject(_: Case) -> str | None:
    return None


def _no_consent(_: Case) -> tuple[str, ...]:
    return ()


@dataclass(frozen=True, eq=False)
class StatementType:
    """A statement type.

    Attributes:
        name: value of the ``type`` claim.
        signers: roles that may sign it.
        doc: one sentence for the documentation.
        fields: public claims beside the envelope.
        disclosed: fields that are always disclosures; ``mark.*`` stands for one per exam part.
        claimed: name of the field with the fact's own date, on which lateness is judged.
        future: whether that date may lie ahead.
        agency: whose accepted history may cover the statement.
        reads: keys of the records that the rules read; resumed after each key is looked up.
        rules: P rules, in order.
        consents: parties whose ``approved`` is needed before the fact takes effect.
        fold: the records as they are after the fact.
        stream: name of the event stream that the statement belongs to.
        subject: handle of the student whose key encrypts the disclosures; ``None``: an own key.
        people_reads: keys of private facts that the D rules read.
        disclosed_rules: D rules, in order.
        people_fold: private facts to remember.
    """

    name: str
    signers: tuple[str, ...]
    doc: str
    fields: tuple[Field, ...]
    fold: Callable[[Case], dict[str, Record]]
    stream: Callable[[Stated, Found], str]
    rules: tuple[Rule, ...] = ()
    reads: Callable[[Stated, Found], Iterator[str]] = _no_reads
    disclosed: tuple[Field, ...] = ()
    claimed: str | None = None
    future: bool = False
    agency: Callable[[Stated, Found], str | None] = _nobody
    consents: Callable[[Case], tuple[str, ...]] = _no_consent
    subject: Callable[[Case], str | None] = _no_subject
    people_reads: Callable[[Stated, Found, People, Disclosed], Iterator[str]] = _no_people_reads
    disclosed_rules: tuple[Rule, ...] = ()
    people_fold: Callable[[Case], dict[str, str]] = _no_people
    typ: str = STATEMENT_TYP
    by_name: dict[str, Kind] = field(init=False, repr=False, compare=False, default_factory=dict)
    checks: tuple[tuple[str, Callable[[Any, str], None]], ...] = field(init=False, default=())
    known: frozenset[str] = field(init=False, repr=False, default=frozenset())
    required: frozenset[str] = field(init=False, repr=False, compare=False, default=frozenset())

    def __post_init__(self) -> None:
        public = self.fields if self.claimed is None else (*self.fields, LATE_REASON)
        object.__setattr__(self, "fields", public)
        object.__setattr__(self, "by_name", {one.name: one.kind for one in public})
        object.__setattr__(self, "checks", tuple((one.name, one.kind.check) for one in public))
        object.__setattr__(self, "known", ENVELOPE.union(one.name for one in public))
        object.__setattr__(self, "required", frozenset(f.name for f in public if f.required))

    def disclosed_kind(self, name: str) -> Kind | None:
        """Kind of the disclosure ``name``, or ``None`` where this type has no such disclosure."""
        for one in self.disclosed:
            if one.name == name or (one.name == "mark.*" and name.startswith("mark.")):
                return one.kind
        return None
