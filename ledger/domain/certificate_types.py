"""Certificate types: what kinds of certificate there are, and what they serve."""

from __future__ import annotations

from collections.abc import Iterator

from ledger.domain.case import Case, Found, Stated
from ledger.domain.errors import Broken
from ledger.domain.kinds import DATE, NAME, SLUG, Choice, Field, ListOf, Struct, Text
from ledger.domain.records import CertificateType, Record, key_of
from ledger.domain.registry import StatementType, rule

CATEGORIES = ("vocational", "language", "computer", "innovation")


def _reads_type(stated: Stated, _: Found) -> Iterator[str]:
    yield key_of(CertificateType, stated.claims["certificate_type"])


def _type_stream(stated: Stated, _: Found) -> str:
    return f"type/{stated.claims['certificate_type']}"


@rule("P40", "type-defined-before", "A certificate type is defined once.")
def _new_type(case: Case) -> None:
    ident = case.claims["certificate_type"]
    known = case.get(CertificateType, ident)
    if known is not None:
        raise Broken(f"{ident!r} is defined", where="certificate_type", fact=known.position)


@rule("P41", "certificate-type-unknown", "The certificate type is defined and not retired.")
def live_type(case: Case) -> None:
    """Rule P41."""
    ident = case.claims["certificate_type"]
    known = case.get(CertificateType, ident)
    if known is None:
        raise Broken(
            f"no certificate type {ident!r}",
            where="certificate_type",
            instead="the regulator states certificate_type.defined first",
        )
    if known.retired_on is not None:
        raise Broken(
            f"{ident!r} was retired on {known.retired_on}",
            where="certificate_type",
            fact=known.position,
        )


def _fold_defined(case: Case) -> dict[str, Record]:
    claims = case.claims
    record = CertificateType(claims["name"], claims["category"], None, case.position)
    return {key_of(CertificateType, claims["certificate_type"]): record}


def _fold_type_retired(case: Case) -> dict[str, Record]:
    ident = case.claims["certificate_type"]
    record = case.need(CertificateType, ident)
    return {key_of(CertificateType, ident): record._replace(retired_on=case.claims["retired_on"])}


_CODE = Struct(
    "coded item",
    (
        Field("code", Text("code", 1, 40), "Code in the source's classification."),
        Field("title", NAME, "Title in words."),
    ),
)
CERTIFICATE_TYPE = Field("certificate_type", SLUG, "Id of the certificate type.")

TYPE_DEFINED = StatementType(
    name="certificate_type.defined",
    signers=("regulator",),
    doc="A kind of certificate, with the occupations and skills that it serves.",
    fields=(
        CERTIFICATE_TYPE,
        Field("name", NAME, "Its name."),
        Field("category", Choice("category", CATEGORIES), "What kind of certificate."),
        Field(
            "occupations",
            ListOf("occupations", _CODE, 0, 50),
            "Occupations served.",
            required=False,
        ),
        Field("skills", ListOf("skills", _CODE, 0, 100), "Skills served.", required=False),
        Field("source", NAME, "The classification that the codes come from.", required=False),
    ),
    reads=_reads_type,
    rules=(_new_type,),
    fold=_fold_defined,
    stream=_type_stream,
)

TYPE_RETIRED = StatementType(
    name="certificate_type.retired",
    signers=("regulator",),
    doc="No new standards and sessions of this certificate type; certificates issued stay.",
    fields=(CERTIFICATE_TYPE, Field("retired_on", DATE, "From when on.")),
    claimed="retired_on",
    reads=_reads_type,
    rules=(live_type,),
    fold=_fold_type_retired,
    stream=_type_stream,
)

TYPES = (TYPE_DEFINED, TYPE_RETIRED)
