"""Admission: the one function that decides what enters the log.

``reads`` names the records that a statement's rules look at, ``admit`` judges it on exactly those,
and ``hear`` does both with a loader. The ledger calls it inside its write lock, an auditor over a
scratch database, and both come to the same decision: no clock and no chance is consulted.

The order of judgement:

1. form (P1–P7), the key (P11–P13), the signer (P10, P14), jti and signing time (P15–P17),
2. the claimed date (P18, P19), the statement type's own P rules,
3. with opened disclosures: their form (D1–D3) and the type's D rules,
4. the fold, or, where consents are missing, a pending record.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cache
from types import MappingProxyType
from typing import Any, NamedTuple

from ledger.core.sdjwt import Disclosure
from ledger.core.statement import Statement
from ledger.domain import consent, disclosing, form
from ledger.domain.candidates import pending_of_key
from ledger.domain.case import Case, Disclosed, Found, People, Stated, is_late
from ledger.domain.errors import Broken, Refusal
from ledger.domain.founding import FOUNDED, TIME_STATED
from ledger.domain.records import (
    CLOCK,
    LEDGER,
    Certificate,
    Clock,
    History,
    Jti,
    Key,
    LedgerInfo,
    Number,
    Party,
    Pending,
    Record,
    Registration,
    Session,
    Student,
    key_of,
)
from ledger.domain.registry import Rule, StatementType
from ledger.domain.rulebook import RULEBOOKS, Types

Load = Callable[[str], Record | None]
LoadPerson = Callable[[str], str | None]
Reopen = Callable[[int], Sequence[Disclosure] | None]


class Admission(NamedTuple):
    """What an admitted statement does.

    Attributes:
        changes: records as they are afterwards, by key; ``None`` removes one.
        effect: position of the statement whose fact took effect here: its own; that of the pending
            statement at the last consent; ``None`` while consents are missing.
        stream: name of the event stream that the statement belongs to.
        subject: handle of the student whose key encrypts the disclosures; ``None``: an own key.
        people: private facts to remember, by key.
    """

    changes: Mapping[str, Record | None]
    effect: int | None
    stream: str
    subject: str | None = None
    people: Mapping[str, str] = MappingProxyType({})


def _types_in_force(found: Found, rulebooks: Mapping[int, Types]) -> Types:
    info = found.get(LEDGER)
    return rulebooks[info.rules_version if isinstance(info, LedgerInfo) else 1]


def stated_of(
    statement: Statement, found: Found, rulebooks: Mapping[int, Types] = RULEBOOKS
) -> Stated:
    """The statement in the shape that rules read, by the rules version in force (P1 to P7)."""
    info = found.get(LEDGER)
    origin = info.origin if isinstance(info, LedgerInfo) else None
    return form.well_formed(statement, _types_in_force(found, rulebooks), origin)


def reads(
    stated: Stated, found: Found, rulebooks: Mapping[int, Types] = RULEBOOKS
) -> Iterator[str]:
    """Keys of the records that judging the statement reads, beside ``ledger`` and ``clock``.

    A generator: put each record into ``found`` before asking for the next key, which may depend
    on it.
    """
    yield key_of(Key, stated.kid)
    yield key_of(Party, stated.party)
    yield key_of(Jti, stated.party, stated.claims["jti"])
    yield from _type_reads(stated, found)
    if stated.type is consent.APPROVED:
        pending = consent.pending_stated(stated, found, _types_in_force(found, rulebooks))
        if pending is not None:
            yield key_of(Party, pending.party)
            yield from _type_reads(pending, found)


def _type_reads(stated: Stated, found: Found) -> Iterator[str]:
    yield from stated.type.reads(stated, found)
    clock, name = found.get(CLOCK), stated.type.claimed
    if name is not None and isinstance(clock, Clock) and is_late(stated.claims[name], clock.time):
        agency = stated.type.agency(stated, found)
        if agency is not None:
            yield key_of(History, agency)


def _apply(rules: Sequence[Rule], case: Case) -> None:
    for one in rules:
        try:
            one.check(case)
        except Broken as broken:
            raise Refusal(
                one.number,
                one.code,
                broken.detail,
                where=broken.where,
                fact=broken.fact,
                instead=broken.instead,
            ) from broken


@cache  # statement types are few, and compare by identity
def public_rules(kind: StatementType) -> tuple[Rule, ...]:
    """Every P rule on a statement of that type at its own position, in order, but for its form."""
    if kind is FOUNDED:
        return kind.rules
    # The ledger's own time is not measured against itself.
    timely = form.TIMELY[:1] if kind is TIME_STATED else form.TIMELY
    return (*form.ENTITLED, *form.SIGNED, *timely, *form.DATED, *kind.rules)


def judge(case: Case) -> None:
    """Run every P rule on a statement that stands at its own position.

    Raises:
        Refusal: the first rule that is broken.
    """
    kind = case.stated.type
    if kind is not FOUNDED and case.found.get(LEDGER) is None:
        raise Refusal(*form.NOT_FOUNDED[:2], "this ledger has not been founded")
    _apply(public_rules(kind), case)


def admit(
    stated: Stated,
    found: Found,
    *,
    position: int,
    opened: Disclosed | None = None,
    people: People | None = None,
    rulebooks: Mapping[int, Types] = RULEBOOKS,
) -> Admission:
    """Judge a statement and say what changes.

    Args:
        stated: from :func:`stated_of`.
        found: every record that :func:`reads` names, ``None`` where there is none.
        position: where it would stand in the log.
        opened: the disclosures of the statement whose fact would take effect (for ``approved``, of
            the pending one), from :func:`ledger.domain.disclosing.open_disclosures`; ``None``
            where they cannot be seen, and then only P rules are checked.
        people: the private facts that its type's ``people_reads`` names.
        rulebooks: the versions of the rules that are known.

    Raises:
        Refusal: the first rule that is broken.
    """
    consents = stated.type is consent.APPROVED
    own = None if consents else opened
    case = Case(stated, found, position, opened=own, people=people, versions=rulebooks.keys())
    judge(case)
    _apply_disclosed(case)
    return _consented(case, opened, people, rulebooks) if consents else _stated(case)


def _apply_disclosed(case: Case) -> None:
    if case.opened is not None:
        _apply(case.stated.type.disclosed_rules, case)


def _changes(case: Case, changed: Mapping[str, Record]) -> dict[str, Record | None]:
    jti = key_of(Jti, case.stated.party, case.stated.claims["jti"])
    return {jti: Jti(case.position), **changed}


def _stated(case: Case) -> Admission:
    """The fact takes effect at once, or awaits consents and changes nothing yet."""
    kind, seen = case.stated.type, case.opened is not None
    stream = kind.stream(case.stated, case.found)
    subject = kind.subject(case) if seen else None
    missing = consent.consents_needed(case)
    if missing:
        changes = _changes(case, consent.fold_pending(case, missing))
        # A pending fact is not remembered, but its disclosures have to be found again.
        people = {} if subject is None else {pending_of_key(case.stated.leaf): subject}
        return Admission(changes, None, stream, subject, people)
    people = kind.people_fold(case) if seen else {}
    return Admission(_changes(case, kind.fold(case)), case.position, stream, subject, people)


def _consented(
    case: Case, opened: Disclosed | None, people: People | None, rulebooks: Mapping[int, Types]
) -> Admission:
    """A consent is given; with the last one all rules run again, here and now."""
    stream = case.stated.type.stream(case.stated, case.found)
    if consent.missing_after(case):
        return Admission(_changes(case, case.stated.type.fold(case)), None, stream)
    stated = consent.pending_stated(case.stated, case.found, _types_in_force(case.found, rulebooks))
    assert stated is not None
    at = case.need(Pending, stated.leaf).position
    pending = Case(
        stated,
        case.found,
        case.position,
        opened=opened,
        people=people,
        at=at,
        versions=rulebooks.keys(),
    )
    _apply(form.ENTITLED, pending)
    _apply(form.DATED, pending)
    _apply(stated.type.rules, pending)
    _apply_disclosed(pending)
    changes = _changes(case, stated.type.fold(pending)) | consent.fold_consented(stated)
    remembered = stated.type.people_fold(pending) if opened is not None else {}
    return Admission(changes, at, stream, None, remembered)


class Prepared(NamedTuple):
    """A statement as far as it can be judged without the records: what may be done before any lock.

    Attributes:
        info: founding and rules version that the form was judged by.
        opened: disclosures by name; the refusal, where a D rule on their form is broken; ``None``
            where they cannot be seen.
    """

    statement: Statement
    info: LedgerInfo | None
    stated: Stated
    opened: Disclosed | Refusal | None


def prepare(
    statement: Statement, info: Record | None, rulebooks: Mapping[int, Types] = RULEBOOKS
) -> Prepared:
    """Judge the form of a statement (P1 to P7) and look into its disclosures (D1 to D3).

    Args:
        statement: parsed strictly by ``ledger.core``.
        info: the record under ``ledger``.
        rulebooks: the versions of the rules that are known.

    Raises:
        Refusal: a P rule is broken. A broken D rule is told by :func:`decide`, after all P rules.
    """
    stated = stated_of(statement, {LEDGER: info}, rulebooks)
    known = info if isinstance(info, LedgerInfo) else None
    if statement.disclosures is None:
        return Prepared(statement, known, stated, None)
    try:
        opened = disclosing.open_disclosures(stated.type, statement.disclosures)
    except Refusal as refusal:
        return Prepared(statement, known, stated, refusal)
    return Prepared(statement, known, stated, opened)


_NAMED: Mapping[str, type[Any]] = {
    "certificate": Certificate,
    "number": Number,
    "registration": Registration,
    "session": Session,
    "student": Student,
}
"""Claims that are the id of a record."""


def expected_reads(prepared: Prepared) -> tuple[list[str], list[str]]:
    """Keys of records and of private facts that judging will surely ask for, to fetch together.

    Those that many statements share, or that depend on what has not been seen yet, are not among
    them.
    """
    stated, opened = prepared.stated, prepared.opened
    claims = stated.claims
    keys = [key_of(kind, claims[name]) for name, kind in _NAMED.items() if name in claims]
    keys.append(key_of(Jti, stated.party, claims["jti"]))
    if opened is None or isinstance(opened, Refusal):
        return keys, []
    people: dict[str, str | None] = {}
    return keys, list(stated.type.people_reads(stated, {}, people, opened))


def decide(
    prepared: Prepared,
    load: Load,
    *,
    position: int,
    load_person: LoadPerson | None = None,
    reopen: Reopen | None = None,
    rulebooks: Mapping[int, Types] = RULEBOOKS,
) -> Admission:
    """Read what the rules need, and judge. Arguments and errors as for :func:`hear`."""
    info = load(LEDGER)
    if info != prepared.info:  # adopted rules, or a founding, came between
        prepared = prepare(prepared.statement, info, rulebooks)
    stated, opened = prepared.stated, prepared.opened
    found: dict[str, Record | None] = {LEDGER: info, CLOCK: load(CLOCK)}
    for key in reads(stated, found, rulebooks):
        if key not in found:
            found[key] = load(key)
    if load_person is None:
        return admit(stated, found, position=position, rulebooks=rulebooks)
    effective = stated
    if stated.type is consent.APPROVED:
        effective, opened = _reopened(stated, found, reopen, rulebooks)
    if opened is None or isinstance(opened, Refusal):
        done = admit(stated, found, position=position, rulebooks=rulebooks)
        if opened is not None:
            raise opened
        return done
    people: dict[str, str | None] = {}
    for key in effective.type.people_reads(effective, found, people, opened):
        people[key] = load_person(key)
    return admit(
        stated, found, position=position, opened=opened, people=people, rulebooks=rulebooks
    )


def hear(
    statement: Statement,
    load: Load,
    *,
    position: int,
    load_person: LoadPerson | None = None,
    reopen: Reopen | None = None,
    rulebooks: Mapping[int, Types] = RULEBOOKS,
) -> Admission:
    """Prepare and decide in one step.

    Args:
        statement: its signature has been verified under its ``kid``.
        load: the record under a key, or ``None``; asked once for each key.
        position: where the statement would stand.
        load_person: the private fact under a key; without it, or where disclosures cannot be seen
            (``statement.disclosures is None``), D rules are not checked.
        reopen: the disclosures of the earlier statement at a position, ``None`` where they cannot
            be seen any more; asked when a last consent lets a pending fact take effect.
        rulebooks: the versions of the rules that are known.

    Raises:
        Refusal: the first rule that is broken.
    """
    return decide(
        prepare(statement, load(LEDGER), rulebooks),
        load,
        position=position,
        load_person=load_person,
        reopen=reopen,
        rulebooks=rulebooks,
    )


def _reopened(
    stated: Stated, found: Found, reopen: Reopen | None, rulebooks: Mapping[int, Types]
) -> tuple[Stated, Disclosed | None]:
    """The pending statement that a consent names, and its disclosures."""
    pending = consent.pending_stated(stated, found, _types_in_force(found, rulebooks))
    if pending is None or reopen is None:
        return stated, None
    if not pending.digests:
        return pending, {}
    record = found[key_of(Pending, pending.leaf)]
    assert isinstance(record, Pending)
    disclosures = reopen(record.position)
    if disclosures is None:
        return pending, None
    return pending, disclosing.open_disclosures(pending.type, disclosures)


__all__ = [
    "Admission",
    "Load",
    "LoadPerson",
    "Prepared",
    "Reopen",
    "admit",
    "decide",
    "expected_reads",
    "hear",
    "judge",
    "prepare",
    "reads",
    "stated_of",
]
