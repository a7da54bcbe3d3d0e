"""Certificates: issued, suspended, reinstated, revoked. Expiry is computed, never stated.

A ``certificate.issued`` statement is the credential itself: what the holder's SD-JWT wallet, the
auditor and the log read are the same bytes.
"""

from __future__ import annotations

from collections.abc import Iterator

from ledger.domain.accreditation import standing
from ledger.domain.candidates import (
    HOLDER,
    IDENTITY,
    reads_subject,
    subject_of_registration,
)
from ledger.domain.case import Case, Found, Stated
from ledger.domain.dates import add_months
from ledger.domain.errors import Broken
from ledger.domain.kinds import (
    DATE,
    LEVEL,
    NUMBER,
    RANDOM_ID,
    SLUG,
    URI,
    Field,
    Integer,
    Struct,
)
from ledger.domain.records import (
    Accreditation,
    Certificate,
    Index,
    Number,
    Record,
    Registration,
    Session,
    StatusList,
    key_of,
)
from ledger.domain.registry import CREDENTIAL_TYP, StatementType, issuing_agency, rule
from ledger.domain.results import GRADE
from ledger.domain.scores import (
    MARK,
    REGISTRATION,
    own_registration,
    registration_chain,
    registration_of,
    session_of,
)
from ledger.domain.sessions import standard_of

LIST_ENTRIES = 131_072
HALF_FULL = LIST_ENTRIES // 2


def vct_url(origin: str) -> str:
    """The constant ``vct`` of this major version."""
    return f"https://{origin}/vct/certificate/1"


def status_list_name(uri: str) -> str:
    """``<agency>-<year>-<n>`` of a status list's URL."""
    return uri.rpartition("/")[2]


def _list_before(name: str) -> str | None:
    """Name of the list before, of the same agency and year; ``None`` for the first (or no list)."""
    head, _, number = name.rpartition("-")
    if not number.isdecimal() or number.startswith("0") or int(number) <= 1:
        return None
    return f"{head}-{int(number) - 1}"


def _reads_issued(stated: Stated, found: Found) -> Iterator[str]:
    claims = stated.claims
    entry = claims["status"]["status_list"]
    name = status_list_name(entry["uri"])
    yield key_of(Certificate, claims["certificate"])
    yield key_of(Number, claims["number"])
    yield key_of(StatusList, name)
    yield key_of(Index, name, entry["idx"])
    before = _list_before(name)
    if before is not None:
        yield key_of(StatusList, before)
    yield from registration_chain(claims["registration"], found)
    registration = found.get(key_of(Registration, claims["registration"]))
    if isinstance(registration, Registration):
        session = found.get(key_of(Session, registration.session))
        if isinstance(session, Session):
            yield key_of(Accreditation, session.agency, session.certificate_type, session.level)


@rule("P100", "certificate-exists", "A certificate's id is used once.")
def _new_certificate(case: Case) -> None:
    known = case.get(Certificate, case.claims["certificate"])
    if known is not None:
        raise Broken(
            "a certificate with this id exists",
            where="certificate",
            fact=known.position,
            instead="draw another random id",
        )


@rule("P101", "number-used", "A certificate number is never used twice.")
def _new_number(case: Case) -> None:
    if case.get(Number, case.claims["number"]) is not None:
        raise Broken("a certificate has this number", where="number", instead="take another number")


@rule("P102", "no-pass", "A certificate needs a result pass.")
def _passed(case: Case) -> None:
    result = registration_of(case).result
    if result is None:
        raise Broken(
            "the candidate has no result",
            where="registration",
            fact=registration_of(case).position,
            instead="state result.determined first",
        )
    if result[1] != "pass":
        raise Broken("the result is fail", where="registration", fact=result[0])


@rule("P103", "other-facts", "Type, level, standard and exam date are those of the session.")
def _same_facts(case: Case) -> None:
    claims, session = case.claims, session_of(case)
    facts = {
        "certificate_type": session.certificate_type,
        "level": session.level,
        "standard": session.standard,
        "version": session.version,
        "exam_date": session.held_on,
    }
    for name, value in facts.items():
        if claims[name] != value:
            raise Broken(f"the session has {value!r}", where=name, fact=session.position)


@rule(
    "P104",
    "objection-window-open",
    "The result was published after it was determined, and its objection window is over.",
)
def _window_over(case: Case) -> None:
    session = session_of(case)
    result = registration_of(case).result
    assert result is not None
    days = standard_of(case, session).objection_days
    for publication in session.publications:
        # Published after it was determined: in the log, and by the dates that both claim.
        if publication[0] > result[0] and publication[2] >= result[3]:
            if not case.window_over(publication, days):
                raise Broken(
                    f"the result can be objected to for {days} days",
                    where="registration",
                    fact=publication[0],
                )
            return
    raise Broken(
        f"the result, determined on {result[3]}, is not published",
        where="registration",
        fact=result[0],
        instead="state results.published first",
    )


@rule(
    "P105",
    "not-accredited",
    "The agency was accredited on the exam date, and is on the issue date or inside its wind-down.",
)
def _accredited(case: Case) -> None:
    claims, session = case.claims, session_of(case)
    record = case.get(Accreditation, case.party, session.certificate_type, session.level)
    status, _, fact = standing(record, claims["exam_date"])
    if status != "granted":
        raise Broken(
            f"on the exam date the agency's standing was {status}", where="exam_date", fact=fact
        )
    status, until, fact = standing(record, claims["issued_on"])
    winding_down = status == "withdrawn" and until is not None and claims["issued_on"] <= until
    if status != "granted" and not winding_down:
        raise Broken(
            f"on the issue date the agency's standing is {status}", where="issued_on", fact=fact
        )


@rule(
    "P106",
    "live-certificate",
    "A result has at most one live certificate.",
)
def _one_live(case: Case) -> None:
    live = registration_of(case).certificate
    if live is not None:
        raise Broken(
            f"certificate {live} is live",
            where="registration",
            fact=(registration_of(case).result or (None,))[0],
            instead="revoke it first",
        )


@rule("P107", "issue-dates", "Issued after the exam; valid for as long as the standard says.")
def _dates(case: Case) -> None:
    claims = case.claims
    if claims["issued_on"] < claims["exam_date"]:
        raise Broken("issued before the exam", where="issued_on")
    months = standard_of(case, session_of(case)).valid_months
    until = None if months is None else add_months(claims["issued_on"], months)
    if claims.get("valid_until") != until:
        need = "no valid_until" if until is None else f"valid_until {until}"
        raise Broken(f"by the standard the certificate has {need}", where="valid_until")


@rule(
    "P108", "status-list", "The status entry is unused, in the agency's list of the year of issue."
)
def _status_entry(case: Case) -> None:
    entry = case.claims["status"]["status_list"]
    name = status_list_name(entry["uri"])
    head = f"{case.party}-{case.claims['issued_on'][:4]}-"
    number = name.removeprefix(head)
    expected = f"https://{case.ledger.origin}/status/{head}"
    if entry["uri"] != expected + number or not number.isdecimal() or number.startswith("0"):
        raise Broken(f"the list's URL is {expected}<n>", where="status.status_list.uri")
    if case.get(Index, name, entry["idx"]) is not None:
        raise Broken(
            "this index is used",
            where="status.status_list.idx",
            instead="draw another index at random",
        )
    this = case.get(StatusList, name)
    if this is not None and this.used >= HALF_FULL:
        raise Broken(
            "this list is half full",
            where="status.status_list.uri",
            instead=f"use {expected}{int(number) + 1}",
        )
    before = _list_before(name)
    if before is not None:
        full = case.get(StatusList, before)
        if full is None or full.used < HALF_FULL:
            raise Broken(
                "the list before is not half full",
                where="status.status_list.uri",
                instead=f"use {expected}{int(number) - 1}",
            )


@rule("P109", "wrong-vct", "vct is this ledger's credential type.")
def _vct(case: Case) -> None:
    if case.claims["vct"] != vct_url(case.ledger.origin):
        raise Broken(f"vct is {vct_url(case.ledger.origin)}", where="vct")


@rule(
    "P110",
    "digest-not-repeated",
    "A certificate repeats the holder's name, and discloses nothing new.",
)
def _repeats(case: Case) -> None:
    registration = registration_of(case)
    holder = set(registration.digests)
    digests = set(case.stated.digests)
    result = set(registration.result[2]) if registration.result else set()
    if not digests & holder:
        raise Broken(
            "the name's disclosure is missing",
            where="_sd",
            instead="send the name's disclosure of candidate.registered, byte for byte",
        )
    if not digests <= holder | result:
        raise Broken(
            "a disclosure is neither the registration's nor the result's",
            where="_sd",
            instead="send earlier disclosures again, byte for byte",
        )


def _fold_issued(case: Case) -> dict[str, Record]:
    claims = case.claims
    ident, registration = claims["certificate"], registration_of(case)
    entry = claims["status"]["status_list"]
    name = status_list_name(entry["uri"])
    used = case.get(StatusList, name)
    certificate = Certificate(
        claims["number"],
        case.party,
        claims["registration"],
        registration.session,
        claims["certificate_type"],
        claims["level"],
        claims["standard"],
        claims["version"],
        claims["exam_date"],
        claims["issued_on"],
        claims.get("valid_until"),
        "issued",
        None,
        None,
        case.position,
        None,
        None,
        None,
        case.imported,
        case.stated.leaf,
        case.at,
    )
    return {
        key_of(Certificate, ident): certificate,
        key_of(Number, claims["number"]): Number(ident),
        key_of(Index, name, entry["idx"]): Index(ident),
        key_of(StatusList, name): StatusList(1 if used is None else used.used + 1),
        key_of(Registration, claims["registration"]): registration._replace(certificate=ident),
    }


_STATUS = Struct(
    "status",
    (
        Field(
            "status_list",
            Struct(
                "status list entry",
                (
                    Field("idx", Integer("index", 0, LIST_ENTRIES - 1), "Random unused index."),
                    Field("uri", URI, "URL of the agency's list of that year."),
                ),
            ),
            "Token Status List entry.",
        ),
    ),
)
CERTIFICATE = Field("certificate", RANDOM_ID, "Random id of the certificate.")

CERTIFICATE_ISSUED = StatementType(
    name="certificate.issued",
    signers=("agency",),
    doc="The certificate: an SD-JWT credential that the holder keeps.",
    typ=CREDENTIAL_TYP,
    fields=(
        CERTIFICATE,
        Field("number", NUMBER, "Number printed on the certificate."),
        REGISTRATION,
        Field("certificate_type", SLUG, "Certificate type."),
        Field("level", LEVEL, "Level."),
        Field("standard", SLUG, "Standard examined under."),
        Field("version", Integer("version", 1, 10_000), "Its version."),
        Field("exam_date", DATE, "Civil date of the exam."),
        Field("issued_on", DATE, "Date of issue."),
        Field("valid_until", DATE, "Last day of validity; none: for ever.", required=False),
        Field("vct", URI, "Credential type (SD-JWT VC)."),
        Field("status", _STATUS, "Where its status is published."),
    ),
    disclosed=(HOLDER, IDENTITY, MARK, GRADE),
    claimed="issued_on",
    agency=issuing_agency,
    reads=_reads_issued,
    rules=(
        own_registration,
        _new_certificate,
        _new_number,
        _passed,
        _same_facts,
        _dates,
        _window_over,
        _accredited,
        _one_live,
        _status_entry,
        _vct,
        _repeats,
    ),
    fold=_fold_issued,
    stream=lambda stated, _: f"certificate/{stated.claims['certificate']}",
    subject=subject_of_registration,
    people_reads=reads_subject,
)

TYPES = (CERTIFICATE_ISSUED,)
