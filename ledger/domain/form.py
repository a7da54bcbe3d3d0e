"""Rules that every statement meets: its shape, its signer's key, its times.

The signature itself is checked before (``ledger.core.statement.verify_statement``): "these bytes
verify under this thumbprint". Whether that key may say this *here* is decided below.
"""

from __future__ import annotations

from collections.abc import Mapping

from ledger.core.statement import Statement
from ledger.domain.case import AHEAD_SECONDS, LATE_DAYS, Case, Stated
from ledger.domain.dates import DAY
from ledger.domain.errors import Broken, Refusal
from ledger.domain.kinds import BadValue
from ledger.domain.records import Jti, Key, Party
from ledger.domain.registry import StatementType, rule

UNKNOWN_TYPE = ("P1", "unknown-type", "The rules version in force knows the statement type.")
WRONG_TYP = ("P2", "wrong-typ", "The header's typ is the one of the statement type.")
UNKNOWN_FIELD = ("P3", "unknown-field", "Every claim is a field of the statement type.")
MISSING_FIELD = ("P4", "missing-field", "Every required field is there.")
INVALID_VALUE = ("P5", "invalid-value", "Every value is of the kind that its field declares.")
UNEXPECTED = ("P6", "unexpected-disclosure", "Only types that disclose something have digests.")
NOT_FOUNDED = ("P26", "not-founded", "The first statement of a log is its founding.")
FOREIGN_ISSUER = ("P7", "foreign-issuer", "iss is an authority of this ledger.")
FORM = (
    UNKNOWN_TYPE,
    WRONG_TYP,
    UNKNOWN_FIELD,
    MISSING_FIELD,
    INVALID_VALUE,
    UNEXPECTED,
    FOREIGN_ISSUER,
    NOT_FOUNDED,
)

AUTHORITIES = "/authorities/"


def issuer_url(origin: str, party: str) -> str:
    """The ``iss`` of ``party`` on the ledger with that origin."""
    return f"https://{origin}{AUTHORITIES}{party}"


def _refuse(rule: tuple[str, str, str], detail: str, where: str, instead: str = "") -> Refusal:
    return Refusal(rule[0], rule[1], detail, where=where, instead=instead)


def well_formed(
    statement: Statement, types: Mapping[str, StatementType], origin: str | None
) -> Stated:
    """The statement in the shape that rules read (rules P1 to P7).

    Args:
        statement: parsed strictly by ``ledger.core``.
        types: the types of the rules version in force, by name.
        origin: of the ledger, ``None`` while it is being founded.

    Raises:
        Refusal: a rule of :data:`FORM` is broken.
    """
    kind = types.get(statement.type)
    if kind is None:
        known = "see docs/statements.md for the types that are known"
        raise _refuse(UNKNOWN_TYPE, f"no statement type {statement.type!r}", "type", known)
    if statement.typ != kind.typ:
        raise _refuse(WRONG_TYP, f"{kind.name} needs typ {kind.typ!r}", "typ")
    check_fields(kind, statement)
    url, _, party = statement.iss.rpartition(AUTHORITIES)
    if not party or (origin is not None and url != f"https://{origin}"):
        where = issuer_url(origin or "<origin>", "<party>")
        raise _refuse(FOREIGN_ISSUER, "iss is no authority of this ledger", "iss", f"use {where}")
    return Stated(
        kind, party, statement.kid, statement.claims, statement.digests, statement.leaf_id
    )


def check_fields(kind: StatementType, statement: Statement) -> None:
    """Rules P3 to P6: the claims are exactly what the type declares."""
    claims = statement.claims
    if not claims.keys() <= kind.known:
        name = min(claims.keys() - kind.known)
        raise _refuse(UNKNOWN_FIELD, f"{kind.name} has no field {name!r}", name)
    try:
        for name, check in kind.checks:
            if name in claims:
                check(claims[name], name)
    except BadValue as bad:
        raise _refuse(INVALID_VALUE, f"{bad.where} {bad.message}", bad.where) from None
    if not kind.required <= claims.keys():
        name = min(kind.required - claims.keys())
        raise _refuse(MISSING_FIELD, f"{kind.name} needs {name!r}", name)
    if statement.digests and not kind.disclosed:
        raise _refuse(UNEXPECTED, f"{kind.name} discloses nothing", "_sd", "leave _sd out")


@rule("P10", "unknown-issuer", "The signer is a registered party that has not been closed.")
def _known_party(case: Case) -> None:
    party = case.memo["signer"] = case.get(Party, case.party)
    if party is None:
        need = "the regulator states party.registered first"
        raise Broken(f"no party {case.party!r} is registered", where="iss", instead=need)
    if party.closed is not None:
        raise Broken(f"{case.party!r} was closed", where="iss", fact=party.closed)


@rule("P11", "unknown-key", "The key is registered.")
def _known_key(case: Case) -> None:
    key = case.memo["key"] = case.get(Key, case.stated.kid)
    if key is None:
        need = "the regulator states key.registered for it, or its owner key.rotated"
        raise Broken("no key with this thumbprint is registered", where="kid", instead=need)


@rule("P12", "key-of-another", "The key belongs to the signer and is a statement key.")
def _own_key(case: Case) -> None:
    key: Key = case.memo["key"]  # P11 has found it
    if key.party != case.party:
        raise Broken(f"the key is not one of {case.party!r}", where="kid", fact=key.since)
    if key.use != "statement":
        raise Broken(f"a {key.use} key signs no statements", where="kid", fact=key.since)


@rule("P13", "retired-key", "The key has not been retired or rotated away.")
def _live_key(case: Case) -> None:
    key: Key = case.memo["key"]
    if key.until is not None:
        raise Broken(
            "the key was retired",
            where="kid",
            fact=key.until,
            instead="sign with a key that is registered and not retired",
        )


@rule("P14", "role-not-entitled", "The signer has a role that may sign this statement type.")
def _entitled(case: Case) -> None:
    party: Party = case.memo["signer"]  # P10 has found it
    signers = case.stated.type.signers
    for role in party.roles:
        if role in signers:
            return
    raise Broken(
        f"{case.stated.type.name} is signed by {' or '.join(signers)},"
        f" and {case.party!r} is {' and '.join(party.roles)}",
        where="iss",
    )


@rule("P16", "clock-ahead", "iat is at most 5 minutes ahead of the ledger's stated time.")
def _not_ahead(case: Case) -> None:
    if case.claims["iat"] > case.now + AHEAD_SECONDS:
        raise Broken("iat lies in the future", where="iat", instead="set the signer's clock right")


@rule("P17", "signed-long-ago", "iat is at most 30 days behind the ledger's stated time.")
def _not_stale(case: Case) -> None:
    if case.claims["iat"] < case.now - LATE_DAYS * DAY:
        raise Broken("signed more than 30 days ago", where="iat", instead="sign the statement anew")


@rule("P18", "date-in-future", "A fact's date does not lie after the ledger's stated day.")
def _not_future(case: Case) -> None:
    claimed = case.claimed
    if claimed is not None and not case.stated.type.future and claimed > case.today:
        raise Broken(
            f"{claimed} is still to come, today is {case.today} (+08:00)",
            where=case.stated.type.claimed or "",
        )


@rule(
    "P19",
    "late",
    "A fact stated more than 30 days after its date is covered by an accepted history,"
    " or gives late_reason and is countersigned; only such a fact gives late_reason.",
)
def _not_late(case: Case) -> None:
    if "late_reason" in case.claims and not case.late:
        # Verdicts tell the reason together with the consent that a late fact needs.
        raise Broken(
            f"{case.claimed} is not more than 30 days ago, today is {case.today} (+08:00)",
            where="late_reason",
            instead="leave late_reason out",
        )
    if case.late and "late_reason" not in case.claims and not case.imported:
        raise Broken(
            f"{case.claimed} is more than 30 days ago, today is {case.today} (+08:00)",
            where=case.stated.type.claimed or "",
            instead="give late_reason and have the regulator approve the statement,"
            " or have history.accepted stated and approved for that period",
        )


@rule("P15", "jti-conflict", "A party uses a jti once.")
def _fresh_jti(case: Case) -> None:
    used = case.get(Jti, case.party, case.claims["jti"])
    if used is not None:
        raise Broken(
            "this jti was used by another statement",
            where="jti",
            fact=used.position,
            instead="draw a new jti; to repeat a statement send the same bytes",
        )


SIGNED = (_known_key, _own_key, _live_key)
ENTITLED = (_known_party, _entitled)
TIMELY = (_fresh_jti, _not_ahead, _not_stale)
DATED = (_not_future, _not_late)
