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
    student_of_key,
    subject_of_registration,
)
from ledger.domain.case import Case, Disclosed, Found, People, Stated
from ledger.domain.dates import add_months
from ledger.domain.errors import Broken
from ledger.domain.kinds import (
    DATE,
    LEVEL,
    NUMBER,
    PROSE,
    RANDOM_ID,
    SLUG,
    URI,
    Choice,
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
from ledger.domain.scores import (
    GRADE,
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
        raise Broken("a certificate with this id exists", where="certificate", fact=known.position,
                     instead="draw another random id")  # fmt: skip


@rule("P101", "number-used", "A certificate number is never used twice.")
def _new_number(case: Case) -> None:
    if case.get(Number, case.claims["number"]) is not None:
        raise Broken("a certificate has this number", where="number", instead="take another number")


@rule("P102", "no-pass", "A certificate needs a result pass.")
def _passed(case: Case) -> None:
    result = registration_of(case).result
    if result is None:
        raise Broken("the candidate has no result", where="registration",
                     fact=registration_of(case).position,
                     instead="state result.determined first")  # fmt: skip
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


@rule("P104", "objection-window-open", "The results are published and their objection window is over.")
def _window_over(case: Case) -> None:
    session = session_of(case)
    result = registration_of(case).result
    assert result is not None
    days = standard_of(case, session).objection_days
    for publication in session.publications:
        if publication[0] > result[0]:
            if not case.window_over(publication, days):
                raise Broken(f"the result can be objected to for {days} days", where="registration",
                             fact=publication[0])  # fmt: skip
            return
    raise Broken("the result is not published", where="registration", fact=result[0],
                 instead="state results.published first")  # fmt: skip


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
        raise Broken(f"on the exam date the agency's standing was {status}", where="exam_date",
                     fact=fact)  # fmt: skip
    status, until, fact = standing(record, claims["issued_on"])
    winding_down = status == "withdrawn" and until is not None and claims["issued_on"] <= until
    if status != "granted" and not winding_down:
        raise Broken(f"on the issue date the agency's standing is {status}", where="issued_on",
                     fact=fact)  # fmt: skip


@rule("P106", "live-certificate", "A result has at most one live certificate, a session no more than passes.")
def _one_live(case: Case) -> None:
    live = registration_of(case).certificate
    if live is not None:
        raise Broken(f"certificate {live} is live", where="registration",
                     fact=(registration_of(case).result or (None,))[0],
                     instead="revoke it first")  # fmt: skip
    session = session_of(case)
    if session.live >= session.passes:
        raise Broken(f"{session.live} live certificates, {session.passes} passes", where="registration",
                     fact=session.position)  # fmt: skip


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


@rule("P108", "status-list", "The status entry is unused, in the agency's list of the year of issue.")
def _status_entry(case: Case) -> None:
    entry = case.claims["status"]["status_list"]
    name = status_list_name(entry["uri"])
    head = f"{case.party}-{case.claims['issued_on'][:4]}-"
    number = name.removeprefix(head)
    expected = f"https://{case.ledger.origin}/status/{head}"
    if entry["uri"] != expected + number or not number.isdecimal() or number.startswith("0"):
        raise Broken(f"the list's URL is {expected}<n>", where="status.status_list.uri")
    if case.get(Index, name, entry["idx"]) is not None:
        raise Broken("this index is used", where="status.status_list.idx",
                     instead="draw another index at random")  # fmt: skip
    this = case.get(StatusList, name)
    if this is not None and this.used >= HALF_FULL:
        raise Broken("this list is half full", where="status.status_list.uri",
                     instead=f"use {expected}{int(number) + 1}")  # fmt: skip
    before = _list_before(name)
    if before is not None:
        full = case.get(StatusList, before)
        if full is None or full.used < HALF_FULL:
            raise Broken("the list before is not half full", where="status.status_list.uri",
                         instead=f"use {expected}{int(number) - 1}")  # fmt: skip


@rule("P109", "wrong-vct", "vct is this ledger's credential type.")
def _vct(case: Case) -> None:
    if case.claims["vct"] != vct_url(case.ledger.origin):
        raise Broken(f"vct is {vct_url(case.ledger.origin)}", where="vct")


@rule("P110", "digest-not-repeated", "A certificate repeats the holder's name, and discloses nothing new.")
def _repeats(case: Case) -> None:
    registration = registration_of(case)
    holder = set(registration.digests)
    digests = set(case.stated.digests)
    result = set(registration.result[2]) if registration.result else set()
    if not digests & holder:
        raise Broken("the name's disclosure is missing", where="_sd",
                     instead="send the name's disclosure of candidate.registered, byte for byte")  # fmt: skip
    if not digests <= holder | result:
        raise Broken("a disclosure is neither the registration's nor the result's", where="_sd",
                     instead="send earlier disclosures again, byte for byte")  # fmt: skip


@rule("D30", "name-not-repeated", "Name and identity are the registration's, marks and grade the result's.")
def _from_where(case: Case) -> None:
    assert case.opened is not None
    registration = registration_of(case)
    result = registration.result[2] if registration.result else ()
    for name, disclosure in case.opened.items():
        source = registration.digests if name in ("name", "identity") else result
        if disclosure.digest not in source:
            raise Broken("this is not the disclosure sent earlier", where=name)


def _fold_issued(case: Case) -> dict[str, Record]:
    claims = case.claims
    ident, registration, session = claims["certificate"], registration_of(case), session_of(case)
    entry = claims["status"]["status_list"]
    name = status_list_name(entry["uri"])
    used = case.get(StatusList, name)
    certificate = Certificate(
        claims["number"], case.party, claims["registration"], registration.session,
        claims["certificate_type"], claims["level"], claims["standard"], claims["version"],
        claims["exam_date"], claims["issued_on"], claims.get("valid_until"), "issued", None, None,
        case.position, None, None, None, case.imported, case.stated.leaf, case.at,
    )  # fmt: skip
    return {
        key_of(Certificate, ident): certificate,
        key_of(Number, claims["number"]): Number(ident),
        key_of(Index, name, entry["idx"]): Index(ident),
        key_of(StatusList, name): StatusList(1 if used is None else used.used + 1),
        key_of(Registration, claims["registration"]): registration._replace(certificate=ident),
        key_of(Session, registration.session): session._replace(live=session.live + 1),
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
        Field("valid_until", DATE, "Last day of validity; none: for ever.", False),
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
        _window_over,
        _accredited,
        _one_live,
        _dates,
        _status_entry,
        _vct,
        _repeats,
    ),
    fold=_fold_issued,
    stream=lambda stated, _: f"certificate/{stated.claims['certificate']}",
    subject=subject_of_registration,
    people_reads=reads_subject,
    disclosed_rules=(_from_where,),
)

# --- suspended, reinstated, revoked ---------------------------------------------------------------


def _reads_certificate(stated: Stated, found: Found) -> Iterator[str]:
    key = key_of(Certificate, stated.claims["certificate"])
    yield key
    certificate = found.get(key)
    if isinstance(certificate, Certificate):
        yield key_of(Registration, certificate.registration)
        yield key_of(Session, certificate.session)


def _stream(stated: Stated, _: Found) -> str:
    return f"certificate/{stated.claims['certificate']}"


def _agency(stated: Stated, found: Found) -> str | None:
    certificate = found.get(key_of(Certificate, stated.claims["certificate"]))
    return certificate.agency if isinstance(certificate, Certificate) else None


def _of(case: Case) -> Certificate:
    return case.need(Certificate, case.claims["certificate"])


@rule("P120", "certificate-unknown", "The certificate exists.")
def _known(case: Case) -> None:
    if case.get(Certificate, case.claims["certificate"]) is None:
        raise Broken("no such certificate", where="certificate")


@rule("P121", "not-the-issuer", "Status is stated by the agency that issued, or by the regulator.")
def _issuer_or_regulator(case: Case) -> None:
    if case.party not in (_of(case).agency, case.ledger.regulator):
        raise Broken(f"{_of(case).agency!r} issued it", where="iss", fact=_of(case).position)


_STATUS_BEFORE = {
    "certificate.suspended": ("issued",),
    "certificate.reinstated": ("suspended",),
    "certificate.revoked": ("issued", "suspended"),
}


@rule("P122", "status-order", "issued → suspended ↔ reinstated → revoked; revoked is final.")
def _order(case: Case) -> None:
    before = _STATUS_BEFORE[case.stated.type.name]
    if _of(case).status not in before:
        raise Broken(f"the certificate is {_of(case).status}", where="certificate",
                     fact=_of(case).status_position)  # fmt: skip


@rule("P123", "suspended-by-regulator", "What the regulator suspended, only the regulator reinstates.")
def _who_reinstates(case: Case) -> None:
    if _of(case).status_by == case.ledger.regulator != case.party:
        raise Broken("the regulator suspended it", where="iss", fact=_of(case).status_position)


@rule("P124", "status-dates", "A status does not begin before the certificate was issued.")
def _status_date(case: Case) -> None:
    name = case.stated.type.claimed or ""
    if case.claims[name] < _of(case).issued_on:
        raise Broken(f"issued on {_of(case).issued_on}", where=name, fact=_of(case).position)


def _status(case: Case, status: str, **more: object) -> Certificate:
    day = case.claimed
    return _of(case)._replace(
        status=status, status_by=case.party, status_on=day, status_position=case.position, **more
    )  # type: ignore[arg-type]


def _subject(case: Case) -> str | None:
    return case.people.get(student_of_key(_of(case).registration))


def _reads_holder(stated: Stated, found: Found, _: People, __: Disclosed) -> Iterator[str]:
    certificate = found.get(key_of(Certificate, stated.claims["certificate"]))
    if isinstance(certificate, Certificate):
        yield student_of_key(certificate.registration)


_REASON = Field("reason", PROSE, "The reason in words.", False)


def _suspended(case: Case) -> dict[str, Record]:
    record = _status(case, "suspended", status_code=case.claims["ground"])
    return {key_of(Certificate, case.claims["certificate"]): record}


CERTIFICATE_SUSPENDED = StatementType(
    name="certificate.suspended",
    signers=("agency", "regulator"),
    doc="Not to be relied on for the time being.",
    fields=(
        CERTIFICATE,
        Field("ground", Choice("ground", ("investigation", "objection", "order")), "Ground."),
        Field("suspended_on", DATE, "From when on."),
    ),
    disclosed=(_REASON,),
    claimed="suspended_on",
    agency=_agency,
    reads=_reads_certificate,
    rules=(_known, _issuer_or_regulator, _order, _status_date),
    fold=_suspended,
    stream=_stream,
    subject=_subject,
    people_reads=_reads_holder,
)


def _reinstated(case: Case) -> dict[str, Record]:
    record = _status(case, "issued", status_code=None)
    return {key_of(Certificate, case.claims["certificate"]): record}


CERTIFICATE_REINSTATED = StatementType(
    name="certificate.reinstated",
    signers=("agency", "regulator"),
    doc="The suspension is over.",
    fields=(CERTIFICATE, Field("reinstated_on", DATE, "From when on.")),
    disclosed=(_REASON,),
    claimed="reinstated_on",
    agency=_agency,
    reads=_reads_certificate,
    rules=(_known, _issuer_or_regulator, _order, _who_reinstates, _status_date),
    fold=_reinstated,
    stream=_stream,
    subject=_subject,
    people_reads=_reads_holder,
)

# Revocation codes by whose fault it was. A code that is a person's matter is a disclosure.
PUBLIC_CODES = {
    "agency": ("issued_in_error", "agency_malpractice", "duplicate"),
    "none": ("regulator_order",),
}
PERSONAL_CODES = ("candidate_malpractice", "identity_fraud", "holder_request")
# These need grounds (a corrected result, a site, a compromised key) that this rules version does not record.
UNRECORDED_CODES = (
    "result_corrected_to_fail",
    "site_malpractice",
    "unreaffirmed_after_key_compromise",
)
FINDERS = ("agency", "school", "regulator", "employer", "holder", "other")
_CODES = tuple(code for codes in PUBLIC_CODES.values() for code in codes)


@rule("P125", "revocation-code", "The public code fits the fault; a person's matter has no public code.")
def _code_fits(case: Case) -> None:
    code, fault = case.claims.get("code"), case.claims["fault"]
    if code in UNRECORDED_CODES:
        raise Broken("the ground of this code cannot be recorded yet", where="code")
    if fault == "person":
        if code is not None:
            raise Broken("where the fault is a person's, the code is a disclosure", where="code")
        if not case.stated.digests:
            raise Broken("the code is missing", where="_sd", instead="disclose `code`")
    elif code not in PUBLIC_CODES[fault]:
        need = ", ".join(PUBLIC_CODES[fault])
        raise Broken(f"codes with fault {fault!r}: {need}", where="code")


@rule("P126", "regulator-only", "regulator_order is the regulator's.")
def _regulator_order(case: Case) -> None:
    if case.claims.get("code") == "regulator_order" and case.party != case.ledger.regulator:
        raise Broken("only the regulator revokes by order", where="code")


@rule("D31", "personal-code", "A code is disclosed exactly where the fault is a person's.")
def _personal_code(case: Case) -> None:
    assert case.opened is not None
    if (case.claims["fault"] == "person") != ("code" in case.opened):
        raise Broken("a code is disclosed where the fault is a person's, and only there", where="code")


def _revoked(case: Case) -> dict[str, Record]:
    claims, certificate = case.claims, _of(case)
    record = _status(
        case, "revoked", status_code=claims.get("code"), fault=claims["fault"],
        found_by=claims["found_by"],
    )  # fmt: skip
    registration = case.need(Registration, certificate.registration)
    session = case.need(Session, certificate.session)
    return {
        key_of(Certificate, claims["certificate"]): record,
        key_of(Registration, certificate.registration): registration._replace(certificate=None),
        key_of(Session, certificate.session): session._replace(live=session.live - 1),
    }


CERTIFICATE_REVOKED = StatementType(
    name="certificate.revoked",
    signers=("agency", "regulator"),
    doc="Not valid any more, for good; says whose fault it was and who found it.",
    fields=(
        CERTIFICATE,
        Field("fault", Choice("fault", ("agency", "person", "none")), "Whose fault."),
        Field("found_by", Choice("finder", FINDERS), "Who found it."),
        Field("code", Choice("code", (*_CODES, *UNRECORDED_CODES)), "Why, unless personal.", False),
        Field("revoked_on", DATE, "From when on."),
    ),
    disclosed=(Field("code", Choice("code", PERSONAL_CODES), "Why, where personal.", False), _REASON),
    claimed="revoked_on",
    agency=_agency,
    reads=_reads_certificate,
    rules=(_known, _issuer_or_regulator, _order, _status_date, _code_fits, _regulator_order),
    fold=_revoked,
    stream=_stream,
    subject=_subject,
    people_reads=_reads_holder,
    disclosed_rules=(_personal_code,),
)

TYPES = (
    CERTIFICATE_ISSUED,
    CERTIFICATE_SUSPENDED,
    CERTIFICATE_REINSTATED,
    CERTIFICATE_REVOKED,
)
