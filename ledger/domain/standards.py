"""Standards: what is examined and when a candidate has passed. A version is immutable."""

from __future__ import annotations

from collections.abc import Iterator

from ledger.domain.case import Case, Found, Stated
from ledger.domain.certificate_types import CERTIFICATE_TYPE, live_type
from ledger.domain.dates import add_days
from ledger.domain.errors import Broken
from ledger.domain.founding import regulator_approves
from ledger.domain.kinds import (
    DATE,
    DECIMAL,
    LEVEL,
    NAME,
    SLUG,
    Choice,
    Field,
    Integer,
    ListOf,
    Struct,
)
from ledger.domain.passing import weights_fault
from ledger.domain.records import CertificateType, Periods, Record, Standard, key_of
from ledger.domain.registry import StatementType, issuing_agency, rule

Period = tuple[str, str | None, str, int]
STANDARD = Field("standard", SLUG, "Id of the standard.")
VERSION = Integer("version", 1, 10_000)


def _reads_standard(stated: Stated, found: Found) -> Iterator[str]:
    claims = stated.claims
    yield key_of(CertificateType, claims["certificate_type"])
    yield key_of(Periods, claims["certificate_type"], claims["level"])
    yield key_of(Standard, claims["standard"], claims["version"])
    yield key_of(Standard, claims["standard"], claims["version"] - 1)


def _periods(case: Case) -> tuple[Period, ...]:
    record = case.get(Periods, case.claims["certificate_type"], case.claims["level"])
    return () if record is None else tuple(tuple(p) for p in record.periods)  # type: ignore[misc]


def _held(case: Case) -> str | None:
    record = case.get(Periods, case.claims["certificate_type"], case.claims["level"])
    return None if record is None else record.held


@rule(
    "P42", "standard-version-used", "A version of a standard is immutable; its number is used once."
)
def _new_version(case: Case) -> None:
    claims = case.claims
    known = case.get(Standard, claims["standard"], claims["version"])
    if known is not None:
        raise Broken(
            f"version {claims['version']} of {claims['standard']!r} is published",
            where="version",
            fact=known.position,
            instead="revise it: take the next version",
        )


@rule(
    "P43",
    "standard-weights",
    "Weights add up to 100 in each component, and the pass rule fits them.",
)
def _weighted(case: Case) -> None:
    fault = weights_fault(case.claims["parts"], case.claims["pass_rule"])
    if fault is not None:
        raise Broken(fault[1], where=fault[0])


@rule("P44", "periods-overlap", "The effective periods of one type and level do not overlap.")
def _no_overlap(case: Case) -> None:
    start = case.claims["effective_from"]
    for first, last, standard, version in _periods(case):
        if last is None or last >= start:
            raise Broken(
                f"version {version} of {standard!r} is in force from {first}"
                + (f" to {last}" if last else ""),
                where="effective_from",
                fact=case_position(case, standard, version),
                instead="revise that standard, or have it withdrawn first",
            )


def case_position(case: Case, standard: str, version: int) -> int | None:
    """Position of a standard's version, where the case has read it."""
    record = case.found.get(key_of(Standard, standard, version))
    return record.position if isinstance(record, Standard) else None


@rule("P45", "first-version", "A published standard is version 1; a revised one follows a version.")
def _first_version(case: Case) -> None:
    if case.claims["version"] != 1:
        raise Broken(
            "a new standard begins with version 1",
            where="version",
            instead="use standard.revised for later versions",
        )


def _standard_of(case: Case) -> Standard:
    claims = case.claims
    return Standard(
        case.party,
        claims["certificate_type"],
        claims["level"],
        tuple(claims["parts"]),
        claims["pass_rule"],
        claims["objection_days"],
        claims.get("valid_months"),
        claims["effective_from"],
        case.position,
    )


def _fold_published(case: Case) -> dict[str, Record]:
    claims = case.claims
    period = (claims["effective_from"], None, claims["standard"], claims["version"])
    return {
        key_of(Standard, claims["standard"], claims["version"]): _standard_of(case),
        key_of(Periods, claims["certificate_type"], claims["level"]): Periods(
            (*_periods(case), period), _held(case)
        ),
    }


_PART = Struct(
    "exam part",
    (
        Field("part", SLUG, "Id of the part."),
        Field("component", SLUG, "Component that it counts in, such as theory or practice."),
        Field("maximum", Integer("mark", 1, 1_000_000), "Highest mark; marks run from 0 to it."),
        Field(
            "weight",
            DECIMAL,
            "Share in its component; none: the part does not count.",
            required=False,
        ),
        Field("minimum", Integer("mark", 0, 1_000_000), "Lowest mark that passes.", required=False),
    ),
)
_MINIMUM = Struct(
    "component minimum",
    (
        Field("component", SLUG, "Id of the component."),
        Field("minimum", DECIMAL, "Lowest weighted total, of 100, that passes."),
    ),
)
_PASS_RULE = Struct(
    "pass rule",
    (
        Field(
            "kind", Choice("pass rule", ("thresholds", "decision")), "Marks decide, or examiners."
        ),
        Field("totals", ListOf("minimums", _MINIMUM, 0, 20), "For thresholds.", required=False),
    ),
)
_STANDARD_FIELDS = (
    STANDARD,
    Field("version", VERSION, "Version of the standard."),
    CERTIFICATE_TYPE,
    Field("level", LEVEL, "Level; a higher one covers the lower ones."),
    Field("title", NAME, "Title."),
    Field("parts", ListOf("exam parts", _PART, 1, 60), "What is examined."),
    Field("pass_rule", _PASS_RULE, "When a candidate has passed."),
    Field("objection_days", Integer("days", 0, 365), "Days in which results can be objected to."),
    Field("valid_months", Integer("months", 1, 1200), "Validity; none: for ever.", required=False),
    Field("effective_from", DATE, "First exam date under this version."),
)


def _standard_stream(stated: Stated, _: Found) -> str:
    return f"standard/{stated.claims['standard']}"


STANDARD_PUBLISHED = StatementType(
    name="standard.published",
    signers=("agency",),
    doc="A standard: parts, weights, pass rule. In force once the regulator has approved it.",
    fields=_STANDARD_FIELDS,
    claimed="effective_from",
    future=True,
    agency=issuing_agency,
    reads=_reads_standard,
    rules=(live_type, _first_version, _new_version, _weighted, _no_overlap),
    consents=regulator_approves,
    fold=_fold_published,
    stream=_standard_stream,
)


@rule(
    "P46",
    "revision-order",
    "A revision follows the version in force, of the same agency, type and level, and begins after"
    " the exams held.",
)
def _follows(case: Case) -> None:
    claims = case.claims
    before = case.get(Standard, claims["standard"], claims["version"] - 1)
    if before is None:
        raise Broken(
            "there is no version to revise",
            where="version",
            instead="publish the standard first; versions count up by one",
        )
    if before.agency != case.party:
        raise Broken(f"the standard is {before.agency!r}'s", where="standard", fact=before.position)
    if (before.certificate_type, before.level) != (claims["certificate_type"], claims["level"]):
        raise Broken(
            "type and level of a standard do not change", where="level", fact=before.position
        )
    first, last, standard, version = _periods(case)[-1]
    if (standard, version) != (claims["standard"], claims["version"] - 1) or last is not None:
        raise Broken(
            f"version {version} of {standard!r} is the last",
            where="version",
            instead="publish a new standard",
        )
    if claims["effective_from"] <= first:
        raise Broken(
            f"version {version} is in force from {first} on",
            where="effective_from",
            fact=before.position,
        )
    held = _held(case)
    if held is not None and claims["effective_from"] <= held:
        raise Broken(
            f"an exam was held under version {version} on {held}",
            where="effective_from",
            instead="let the revision begin on a later day",
        )


def _fold_revised(case: Case) -> dict[str, Record]:
    claims = case.claims
    *older, (first, _, standard, version) = _periods(case)
    ended = (first, add_days(claims["effective_from"], -1), standard, version)
    period = (claims["effective_from"], None, claims["standard"], claims["version"])
    return {
        key_of(Standard, claims["standard"], claims["version"]): _standard_of(case),
        key_of(Periods, claims["certificate_type"], claims["level"]): Periods(
            (*older, ended, period), _held(case)
        ),
    }


STANDARD_REVISED = StatementType(
    name="standard.revised",
    signers=("agency",),
    doc="The next version of a standard; the one before ends the day before it begins.",
    fields=_STANDARD_FIELDS,
    claimed="effective_from",
    future=True,
    agency=issuing_agency,
    reads=_reads_standard,
    rules=(live_type, _new_version, _follows, _weighted),
    consents=regulator_approves,
    fold=_fold_revised,
    stream=_standard_stream,
)


def _reads_withdrawn(stated: Stated, found: Found) -> Iterator[str]:
    key = key_of(Standard, stated.claims["standard"], stated.claims["version"])
    yield key
    standard = found.get(key)
    if isinstance(standard, Standard):
        yield key_of(Periods, standard.certificate_type, standard.level)


@rule(
    "P47",
    "standard-not-in-force",
    "The agency withdraws its version that is in force, from a day to come.",
)
def _in_force(case: Case) -> None:
    claims = case.claims
    standard = case.get(Standard, claims["standard"], claims["version"])
    if standard is None or standard.agency != case.party:
        raise Broken("the signer has published no such version", where="version")
    periods = case.need(Periods, standard.certificate_type, standard.level).periods
    first, last, ident, version = periods[-1]
    if (ident, version) != (claims["standard"], claims["version"]) or last is not None:
        raise Broken("this version has an end already", where="version", fact=standard.position)
    if claims["last_day"] < max(first, case.today):
        raise Broken(f"the last day is not before {max(first, case.today)}", where="last_day")


def _fold_withdrawn(case: Case) -> dict[str, Record]:
    claims = case.claims
    standard = case.need(Standard, claims["standard"], claims["version"])
    record = case.need(Periods, standard.certificate_type, standard.level)
    *older, (first, _, ident, version) = record.periods
    ended = (first, claims["last_day"], ident, version)
    key = key_of(Periods, standard.certificate_type, standard.level)
    return {key: record._replace(periods=(*older, ended))}


STANDARD_WITHDRAWN = StatementType(
    name="standard.withdrawn",
    signers=("agency",),
    doc="The last exam date under a standard; certificates under it stay.",
    fields=(
        STANDARD,
        Field("version", VERSION, "The version in force."),
        Field("last_day", DATE, "Last exam date."),
    ),
    reads=_reads_withdrawn,
    rules=(_in_force,),
    consents=regulator_approves,
    fold=_fold_withdrawn,
    stream=_standard_stream,
)


def in_force(periods: Periods | None, day: str) -> tuple[str, int] | None:
    """Standard and version in force on the civil date ``day``, or ``None``."""
    for first, last, standard, version in () if periods is None else periods.periods:
        if first <= day and (last is None or day <= last):
            return standard, version
    return None


TYPES = (STANDARD_PUBLISHED, STANDARD_REVISED, STANDARD_WITHDRAWN)
