"""Accreditation of an agency for a certificate type and level, as a line of dated standings.

Losing it never changes certificates already issued: it stops new sessions, and issuing goes on only
inside the wind-down.
"""

from __future__ import annotations

from collections.abc import Iterator

from ledger.domain.case import Case, Found, Stated, require_party
from ledger.domain.errors import Broken
from ledger.domain.kinds import DATE, LEVEL, SLUG, Choice, Field, ListOf, Struct
from ledger.domain.records import Accreditation, CertificateType, Party, Record, key_of
from ledger.domain.registry import StatementType, rule

GROUNDS = ("standards", "malpractice", "finances", "own_request", "order", "other")


def standing(accreditation: Accreditation | None, day: str) -> tuple[str, str | None, int | None]:
    """Standing on the civil date ``day``: (status, wind-down until, position of the fact).

    Status is ``none``, ``granted``, ``suspended`` or ``withdrawn``.
    """
    status: tuple[str, str | None, int | None] = ("none", None, None)
    for since, name, until, position in () if accreditation is None else accreditation.timeline:
        if since > day:
            break
        status = (name, until, position)
    return status


def _scope(stated: Stated) -> list[tuple[str, str]]:
    return [(item["certificate_type"], item["level"]) for item in stated.claims["scope"]]


def _reads(stated: Stated, _: Found) -> Iterator[str]:
    agency = stated.claims["agency"]
    yield key_of(Party, agency)
    for certificate_type, level in _scope(stated):
        yield key_of(CertificateType, certificate_type)
        yield key_of(Accreditation, agency, certificate_type, level)


@rule("P50", "scope-unknown", "The agency is registered, and each type in the scope is defined.")
def _known_scope(case: Case) -> None:
    require_party(case, case.claims["agency"], "agency", "agency")
    for certificate_type, _ in _scope(case.stated):
        if case.get(CertificateType, certificate_type) is None:
            raise Broken(
                f"no certificate type {certificate_type!r}",
                where="scope",
                instead="state certificate_type.defined first",
            )


# From which standings a statement may lead on, by statement type.
_FROM = {
    "accreditation.granted": ("none", "withdrawn"),
    "accreditation.suspended": ("granted",),
    "accreditation.reinstated": ("suspended",),
    "accreditation.withdrawn": ("granted", "suspended"),
}


@rule("P51", "standing-order", "none → granted ↔ suspended → withdrawn, each from its day on.")
def _order(case: Case) -> None:
    agency, day = case.claims["agency"], case.claims["effective_from"]
    for certificate_type, level in _scope(case.stated):
        record = case.get(Accreditation, agency, certificate_type, level)
        status, _, fact = standing(record, day)
        if status not in _FROM[case.stated.type.name]:
            raise Broken(
                f"{agency!r} stands as {status!r} for {certificate_type} {level} on {day}",
                where="scope",
                fact=fact,
            )
        if record is not None and record.timeline and record.timeline[-1][0] > day:
            raise Broken(
                f"a later standing of {certificate_type} {level} is stated",
                where="effective_from",
                fact=record.timeline[-1][3],
            )


@rule("P52", "wind-down-bounds", "A wind-down does not end before the withdrawal.")
def _wind_down(case: Case) -> None:
    if case.claims["wind_down_until"] < case.claims["effective_from"]:
        raise Broken("the wind-down ends before it begins", where="wind_down_until")


def _fold(status: str, case: Case) -> dict[str, Record]:
    claims = case.claims
    changes: dict[str, Record] = {}
    for certificate_type, level in _scope(case.stated):
        key = key_of(Accreditation, claims["agency"], certificate_type, level)
        record = case.get(Accreditation, claims["agency"], certificate_type, level)
        before = () if record is None else tuple(record.timeline)
        entry = (claims["effective_from"], status, claims.get("wind_down_until"), case.position)
        changes[key] = Accreditation((*before, entry))
    return changes


def _stream(stated: Stated, _: Found) -> str:
    return f"accreditation/{stated.claims['agency']}"


def _agency(stated: Stated, _: Found) -> str | None:
    return str(stated.claims["agency"])


_ITEM = Struct(
    "scope",
    (
        Field("certificate_type", SLUG, "Certificate type."),
        Field("level", LEVEL, "Level."),
    ),
)
_FIELDS = (
    Field("agency", SLUG, "The agency."),
    Field("scope", ListOf("scopes", _ITEM, 1, 100), "Types and levels concerned."),
    Field("effective_from", DATE, "First day of the new standing."),
)
_GROUND = Field("ground", Choice("ground", GROUNDS), "On what ground.")


def _type(verb: str, status: str, doc: str, *extra: Field) -> StatementType:
    more = (_wind_down,) if any(f.name == "wind_down_until" for f in extra) else ()
    return StatementType(
        name=f"accreditation.{verb}",
        signers=("regulator",),
        doc=doc,
        fields=(*_FIELDS, *extra),
        claimed="effective_from",
        future=True,
        agency=_agency,
        reads=_reads,
        rules=(_known_scope, _order, *more),
        fold=lambda case: _fold(status, case),
        stream=_stream,
    )


TYPES = (
    _type("granted", "granted", "The agency may examine and certify in this scope."),
    _type("suspended", "suspended", "For the time being the agency may not.", _GROUND),
    _type("reinstated", "granted", "The suspension is over."),
    _type(
        "withdrawn",
        "withdrawn",
        "The agency may not any more; exams held are certificated inside the wind-down.",
        _GROUND,
        Field("wind_down_until", DATE, "Last day on which held exams may be certificated."),
    ),
)
