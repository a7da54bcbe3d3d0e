"""Part scores. A mark is always a disclosure, ``mark.<part>``."""

from __future__ import annotations

from collections.abc import Iterator

from ledger.domain.candidates import reads_subject, subject_of_registration
from ledger.domain.case import Case, Found, Stated
from ledger.domain.errors import Broken
from ledger.domain.kinds import DATE, RANDOM_ID, SLUG, Field, Integer
from ledger.domain.records import Record, Registration, Session, key_of
from ledger.domain.registry import StatementType, issuing_agency, rule
from ledger.domain.sessions import (
    session_chain,
    standard_of,
)

REGISTRATION = Field("registration", RANDOM_ID, "The candidate's registration.")
MARK = Field(
    "mark.*",
    Integer("mark", 0, 1_000_000),
    "Mark of one exam part, in the standard's unit.",
    required=False,
)


def registration_chain(ident: str, found: Found) -> Iterator[str]:
    """Keys of a registration, its session and its standard."""
    key = key_of(Registration, ident)
    yield key
    registration = found.get(key)
    if isinstance(registration, Registration):
        yield from session_chain(registration.session, found)


def reads_registration(stated: Stated, found: Found) -> Iterator[str]:
    """Keys that a statement about a registration reads."""
    yield from registration_chain(stated.claims["registration"], found)


def registration_stream(stated: Stated, _: Found) -> str:
    """What concerns a registration is one stream."""
    return f"registration/{stated.claims['registration']}"


def registration_of(case: Case) -> Registration:
    """The registration that the statement names; rule P80 has shown that it exists."""
    try:
        return case.memo["registration"]  # type: ignore[no-any-return]
    except KeyError:
        found = case.need(Registration, case.claims["registration"])
        case.memo["registration"] = found
        return found


def session_of(case: Case) -> Session:
    """The session of that registration."""
    try:
        return case.memo["session"]  # type: ignore[no-any-return]
    except KeyError:
        found = case.need(Session, registration_of(case).session)
        case.memo["session"] = found
        return found


@rule("P80", "registration-unknown", "The registration exists, in a session of the signer.")
def own_registration(case: Case) -> None:
    """Rule P80."""
    registration = case.get(Registration, case.claims["registration"])
    if registration is None:
        raise Broken(
            "no such registration",
            where="registration",
            instead="the school states candidate.registered first",
        )
    session = session_of(case)
    if session.agency != case.party:
        raise Broken(
            f"the session is {session.agency!r}'s", where="registration", fact=session.position
        )


@rule(
    "P81", "scoring-closed", "Marks are recorded from the session's publication until its results."
)
def _scoring_open(case: Case) -> None:
    session = session_of(case)
    if session.stage not in ("published", "held"):
        raise Broken(f"the session is {session.stage}", where="registration", fact=session.position)
    result = registration_of(case).result
    if result is not None:
        raise Broken("the result is determined", where="registration", fact=result[0])


@rule("P82", "part-unknown", "The part is one of the standard that the session examines under.")
def _known_part(case: Case) -> None:
    session = session_of(case)
    parts = [spec["part"] for spec in standard_of(case, session).parts]
    if case.claims["part"] not in parts:
        raise Broken(
            f"{session.standard!r} version {session.version} has the parts {', '.join(parts)}",
            where="part",
            fact=standard_of(case, session).position,
        )


@rule("P83", "part-scored-before", "Each part is scored once.")
def _not_scored(case: Case) -> None:
    if case.claims["part"] in registration_of(case).scores:
        raise Broken("this part has a mark", where="part", fact=registration_of(case).position)


@rule("P84", "one-mark", "A score discloses exactly one mark.")
def _one_digest(case: Case) -> None:
    if len(case.stated.digests) != 1:
        raise Broken("a score has one disclosure, mark.<part>", where="_sd")


@rule("D20", "mark-of-another-part", "The mark disclosed is that of the part.")
def _mark_of_part(case: Case) -> None:
    assert case.opened is not None
    need = f"mark.{case.claims['part']}"
    if need not in case.opened:
        raise Broken(f"the disclosure must be named {need!r}", where=min(case.opened))


@rule("D21", "score-out-of-bounds", "A mark lies from 0 to the part's maximum.")
def _within_bounds(case: Case) -> None:
    name = f"mark.{case.claims['part']}"
    for spec in standard_of(case, session_of(case)).parts:
        if spec["part"] == case.claims["part"] and case.disclosed(name).value > spec["maximum"]:
            raise Broken(f"the highest mark of this part is {spec['maximum']}", where=name)


def _fold_score(case: Case) -> dict[str, Record]:
    registration = registration_of(case)
    scores = {**registration.scores, case.claims["part"]: case.stated.digests[0]}
    key = key_of(Registration, case.claims["registration"])
    return {key: registration._replace(scores=scores)}


SCORE_RECORDED = StatementType(
    name="score.recorded",
    signers=("agency",),
    doc="The mark of one candidate in one part.",
    fields=(
        REGISTRATION,
        Field("part", SLUG, "Part of the standard."),
        Field("assessed_on", DATE, "When the work was handed in or the part was sat."),
    ),
    disclosed=(MARK,),
    claimed="assessed_on",
    agency=issuing_agency,
    reads=reads_registration,
    rules=(own_registration, _scoring_open, _known_part, _not_scored, _one_digest),
    fold=_fold_score,
    stream=registration_stream,
    subject=subject_of_registration,
    people_reads=reads_subject,
    disclosed_rules=(_mark_of_part, _within_bounds),
)

TYPES = (SCORE_RECORDED,)
