"""A certificate's status: suspended, reinstated, revoked. Expiry is computed, never stated."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ledger.domain.candidates import student_of_key
from ledger.domain.case import Case, Disclosed, Found, People, Stated
from ledger.domain.certificates import CERTIFICATE
from ledger.domain.errors import Broken
from ledger.domain.kinds import DATE, PROSE, Choice, Field
from ledger.domain.records import Certificate, Record, Registration, key_of
from ledger.domain.registry import StatementType, rule


def _reads_certificate(stated: Stated, found: Found) -> Iterator[str]:
    key = key_of(Certificate, stated.claims["certificate"])
    yield key
    certificate = found.get(key)
    if isinstance(certificate, Certificate):
        yield key_of(Registration, certificate.registration)


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
        raise Broken(
            f"the certificate is {_of(case).status}",
            where="certificate",
            fact=_of(case).status_position,
        )


@rule(
    "P123", "suspended-by-regulator", "What the regulator suspended, only the regulator reinstates."
)
def _who_reinstates(case: Case) -> None:
    if _of(case).status_by == case.ledger.regulator != case.party:
        raise Broken("the regulator suspended it", where="iss", fact=_of(case).status_position)


@rule("P124", "status-dates", "A status does not begin before the certificate was issued.")
def _status_date(case: Case) -> None:
    name = case.stated.type.claimed or ""
    if case.claims[name] < _of(case).issued_on:
        raise Broken(f"issued on {_of(case).issued_on}", where=name, fact=_of(case).position)


def _status(case: Case, status: str, **more: Any) -> Certificate:
    day = case.claimed
    return _of(case)._replace(
        status=status, status_by=case.party, status_on=day, status_position=case.position, **more
    )


def _subject(case: Case) -> str | None:
    return case.people.get(student_of_key(_of(case).registration))


def _reads_holder(stated: Stated, found: Found, _: People, __: Disclosed) -> Iterator[str]:
    certificate = found.get(key_of(Certificate, stated.claims["certificate"]))
    if isinstance(certificate, Certificate):
        yield student_of_key(certificate.registration)


_REASON = Field("reason", PROSE, "The reason in words.", required=False)


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
# These need grounds (a corrected result, a site, a compromised key) that these rules do not record.
UNRECORDED_CODES = (
    "result_corrected_to_fail",
    "site_malpractice",
    "unreaffirmed_after_key_compromise",
)
FINDERS = ("agency", "school", "regulator", "employer", "holder", "other")
_CODES = tuple(code for codes in PUBLIC_CODES.values() for code in codes)


@rule(
    "P125",
    "revocation-code",
    "The public code fits the fault; a person's matter has no public code.",
)
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
        raise Broken(
            "a code is disclosed where the fault is a person's, and only there", where="code"
        )


def _revoked(case: Case) -> dict[str, Record]:
    claims, certificate = case.claims, _of(case)
    record = _status(
        case,
        "revoked",
        status_code=claims.get("code"),
        fault=claims["fault"],
        found_by=claims["found_by"],
    )
    registration = case.need(Registration, certificate.registration)
    return {
        key_of(Certificate, claims["certificate"]): record,
        key_of(Registration, certificate.registration): registration._replace(certificate=None),
    }


CERTIFICATE_REVOKED = StatementType(
    name="certificate.revoked",
    signers=("agency", "regulator"),
    doc="Not valid any more, for good; says whose fault it was and who found it.",
    fields=(
        CERTIFICATE,
        Field("fault", Choice("fault", ("agency", "person", "none")), "Whose fault."),
        Field("found_by", Choice("finder", FINDERS), "Who found it."),
        Field(
            "code",
            Choice("code", (*_CODES, *UNRECORDED_CODES)),
            "Why, unless personal.",
            required=False,
        ),
        Field("revoked_on", DATE, "From when on."),
    ),
    disclosed=(
        Field("code", Choice("code", PERSONAL_CODES), "Why, where personal.", required=False),
        _REASON,
    ),
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

TYPES = (CERTIFICATE_SUSPENDED, CERTIFICATE_REINSTATED, CERTIFICATE_REVOKED)
