"""Exam sessions: planned, published, held, closed."""

from __future__ import annotations

from collections.abc import Iterator

from ledger.domain.accreditation import standing
from ledger.domain.case import Case, Found, Stated
from ledger.domain.certificate_types import live_type
from ledger.domain.errors import Broken
from ledger.domain.kinds import DATE, LEVEL, RANDOM_ID, SLUG, Field
from ledger.domain.records import (
    Accreditation,
    CertificateType,
    Periods,
    Record,
    Session,
    Standard,
    key_of,
)
from ledger.domain.registry import StatementType, issuing_agency, rule
from ledger.domain.standards import in_force


def session_chain(ident: str, found: Found) -> Iterator[str]:
    """Keys of a session and of its standard."""
    key = key_of(Session, ident)
    yield key
    session = found.get(key)
    if isinstance(session, Session):
        yield key_of(Standard, session.standard, session.version)


def standard_of(case: Case, session: Session) -> Standard:
    """The version of the standard that a session examines under."""
    try:
        return case.memo["standard"]  # type: ignore[no-any-return]
    except KeyError:
        found = case.need(Standard, session.standard, session.version)
        case.memo["standard"] = found
        return found


def _reads_planned(stated: Stated, _: Found) -> Iterator[str]:
    claims = stated.claims
    scope = (claims["certificate_type"], claims["level"])
    yield key_of(Session, claims["session"])
    yield key_of(CertificateType, claims["certificate_type"])
    yield key_of(Periods, *scope)
    yield key_of(Accreditation, stated.party, *scope)


def _reads_session(stated: Stated, found: Found) -> Iterator[str]:
    ident = stated.claims["session"]
    yield from session_chain(ident, found)
    session = found.get(key_of(Session, ident))
    if isinstance(session, Session):
        scope = (session.certificate_type, session.level)
        yield key_of(Periods, *scope)
        yield key_of(Accreditation, session.agency, *scope)


def _stream(stated: Stated, _: Found) -> str:
    return f"session/{stated.claims['session']}"


@rule("P60", "session-exists", "A session is planned once.")
def _new_session(case: Case) -> None:
    known = case.get(Session, case.claims["session"])
    if known is not None:
        raise Broken(
            "a session with this id is planned",
            where="session",
            fact=known.position,
            instead="draw another random id",
        )


@rule("P61", "not-accredited", "The agency is accredited for the type and level on the exam date.")
def _accredited(case: Case) -> None:
    claims = case.claims
    scope = (claims["certificate_type"], claims["level"])
    require_standing(case, case.party, scope, claims["exam_date"], "exam_date")
    # Planning is itself a right: who lost the accreditation meanwhile plans nothing new.
    require_standing(case, case.party, scope, claims["planned_on"], "planned_on")


def require_standing(case: Case, agency: str, scope: tuple[str, str], day: str, where: str) -> None:
    """The agency is accredited for (type, level) on that civil date, or :class:`Broken`."""
    status, _, fact = standing(case.get(Accreditation, agency, *scope), day)
    if status != "granted":
        raise Broken(
            f"{agency!r} is not accredited for {scope[0]} {scope[1]} on {day} (standing: {status})",
            where=where,
            fact=fact,
            instead="the regulator states accreditation.granted for this scope and day",
        )


@rule(
    "P62", "no-standard-in-force", "A standard of the type and level is in force on the exam date."
)
def _has_standard(case: Case) -> None:
    claims = case.claims
    periods = case.get(Periods, claims["certificate_type"], claims["level"])
    if in_force(periods, claims["exam_date"]) is None:
        raise Broken(
            f"no standard of {claims['certificate_type']} {claims['level']} is in force"
            f" on {claims['exam_date']}",
            where="exam_date",
            instead="publish a standard and have the regulator approve it",
        )


def _fold_planned(case: Case) -> dict[str, Record]:
    claims = case.claims
    periods = case.get(Periods, claims["certificate_type"], claims["level"])
    standard = in_force(periods, claims["exam_date"])
    assert standard is not None
    session = Session(
        case.party,
        claims["certificate_type"],
        claims["level"],
        claims["exam_date"],
        *standard,
        "planned",
        None,
        (),
        case.position,
    )
    return {key_of(Session, claims["session"]): session}


@rule("P63", "session-unknown", "The session exists and is the signer's own.")
def own_session(case: Case) -> None:
    """Rule P63."""
    session = case.get(Session, case.claims["session"])
    if session is None:
        raise Broken("no such session", where="session", instead="state session.planned first")
    if session.agency != case.party:
        raise Broken(f"the session is {session.agency!r}'s", where="session", fact=session.position)


_STAGE_BEFORE = {
    "session.published": "planned",
    "session.held": "published",
    "results.published": "held",
    "session.closed": "held",
}


@rule("P64", "session-stage", "planned → published → held → closed, each step once.")
def in_stage(case: Case) -> None:
    """Rule P64."""
    session = case.need(Session, case.claims["session"])
    need = _STAGE_BEFORE[case.stated.type.name]
    if session.stage != need:
        raise Broken(
            f"the session is {session.stage}, not {need}", where="session", fact=session.position
        )


@rule("P67", "no-new-session", "Who lost the accreditation announces no session.")
def _still_accredited(case: Case) -> None:
    session = case.need(Session, case.claims["session"])
    scope = (session.certificate_type, session.level)
    require_standing(case, session.agency, scope, case.claims["published_on"], "published_on")
    require_standing(case, session.agency, scope, session.exam_date, "session")


@rule(
    "P65", "held-off-date", "An exam is held on its date or later, accredited, under its standard."
)
def _held_as_planned(case: Case) -> None:
    session, day = case.need(Session, case.claims["session"]), case.claims["held_on"]
    if day < session.exam_date:
        raise Broken(
            f"the exam is planned for {session.exam_date}", where="held_on", fact=session.position
        )
    scope = (session.certificate_type, session.level)
    require_standing(case, session.agency, scope, day, "held_on")
    if in_force(case.get(Periods, *scope), day) != (session.standard, session.version):
        raise Broken(
            f"on {day} another standard is in force",
            where="held_on",
            instead="plan a new session under the standard in force",
        )


@rule(
    "P66",
    "window-open",
    "A session closes when its results are published and their objection window is over.",
)
def _window_over(case: Case) -> None:
    session = case.need(Session, case.claims["session"])
    if not session.publications:
        raise Broken(
            "no results are published", where="session", instead="state results.published first"
        )
    days = standard_of(case, session).objection_days
    if not case.window_over(session.publications[-1], days):
        raise Broken(
            f"results can be objected to for {days} days",
            where="session",
            fact=session.publications[-1][0],
        )


def _fold_stage(stage: str, case: Case) -> dict[str, Record]:
    ident = case.claims["session"]
    return {key_of(Session, ident): case.need(Session, ident)._replace(stage=stage)}


def _fold_held(case: Case) -> dict[str, Record]:
    ident, day = case.claims["session"], case.claims["held_on"]
    session = case.need(Session, ident)
    scope = (session.certificate_type, session.level)
    periods = case.need(Periods, *scope)
    return {
        key_of(Session, ident): session._replace(stage="held", held_on=day),
        key_of(Periods, *scope): periods._replace(held=max(day, periods.held or day)),
    }


SESSION = Field("session", RANDOM_ID, "Random id of the session.")

SESSION_PLANNED = StatementType(
    name="session.planned",
    signers=("agency",),
    doc="An exam of one type and level is planned, under the standard in force on its date.",
    fields=(
        SESSION,
        Field("certificate_type", SLUG, "Certificate type."),
        Field("level", LEVEL, "Level."),
        Field("exam_date", DATE, "The exam's civil date."),
        Field("planned_on", DATE, "When this was decided."),
    ),
    claimed="planned_on",
    agency=issuing_agency,
    reads=_reads_planned,
    rules=(_new_session, live_type, _accredited, _has_standard),
    fold=_fold_planned,
    stream=_stream,
)

SESSION_PUBLISHED = StatementType(
    name="session.published",
    signers=("agency",),
    doc="The session is announced; schools may register candidates.",
    fields=(SESSION, Field("published_on", DATE, "When it was announced.")),
    claimed="published_on",
    agency=issuing_agency,
    reads=_reads_session,
    rules=(own_session, in_stage, _still_accredited),
    fold=lambda case: _fold_stage("published", case),
    stream=_stream,
)

SESSION_HELD = StatementType(
    name="session.held",
    signers=("agency",),
    doc="The exam took place; its civil date decides which rights and which standard count.",
    fields=(SESSION, Field("held_on", DATE, "The exam's civil date.")),
    claimed="held_on",
    agency=issuing_agency,
    reads=_reads_session,
    rules=(own_session, in_stage, _held_as_planned),
    fold=_fold_held,
    stream=_stream,
)

SESSION_CLOSED = StatementType(
    name="session.closed",
    signers=("agency",),
    doc="No scores and results any more; certificates may still be issued.",
    fields=(SESSION, Field("closed_on", DATE, "When it was closed.")),
    claimed="closed_on",
    agency=issuing_agency,
    reads=_reads_session,
    rules=(own_session, in_stage, _window_over),
    fold=lambda case: _fold_stage("closed", case),
    stream=_stream,
)

TYPES = (SESSION_PLANNED, SESSION_PUBLISHED, SESSION_HELD, SESSION_CLOSED)
