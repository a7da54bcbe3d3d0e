"""Statements of the operator: founding, stated time, rules versions, accepted histories."""

from __future__ import annotations

from collections.abc import Iterator

from ledger.core.errors import CoreError
from ledger.core.keys import PublicKey
from ledger.core.statement import check_possession
from ledger.domain.case import Case, Found, Stated, require_party
from ledger.domain.errors import Broken
from ledger.domain.form import issuer_url
from ledger.domain.kinds import (
    DATE,
    INSTANT,
    NAME,
    ORIGIN,
    PROOF,
    PUBLIC_KEY,
    SLUG,
    Field,
    Integer,
    Struct,
)
from ledger.domain.records import (
    CLOCK,
    LEDGER,
    Clock,
    History,
    Key,
    LedgerInfo,
    Party,
    Record,
    key_of,
)
from ledger.domain.registry import StatementType, rule

FOUNDING_KEYS = (
    ("log_key", "operator", "log"),
    ("statement_key", "operator", "statement"),
    ("report_key", "operator", "report"),
    ("regulator_key", "regulator", "statement"),
    ("recovery_key", "regulator", "recovery"),
)
_PROVEN_KEY = Struct(
    "key with proof of possession",
    (
        Field("key", PUBLIC_KEY, "The public key."),
        Field(
            "proof", PROOF, "Possession proof: a JWS by that key, bound to origin, party and use."
        ),
    ),
)


def ledger_stream(_: Stated, __: Found) -> str:
    """What concerns the ledger as a whole is one stream."""
    return "ledger"


def proven_key(key: str, proof: str, origin: str, party: str, use: str, where: str) -> PublicKey:
    """The public key, once its proof of possession is checked; else :class:`Broken`."""
    try:
        public = PublicKey.from_x(key)
        check_possession(proof, public, origin, party, use)
    except CoreError as error:
        raise Broken(
            f"{where}: {error.detail}",
            where=where,
            instead="make the key and its proof with `certledger keys new`",
        ) from error
    return public


# --- ledger.founded -------------------------------------------------------------------------------


@rule("P20", "already-founded", "A ledger is founded once, by the statement at position 0.")
def _first(case: Case) -> None:
    if case.position != 0 or case.found[LEDGER] is not None:
        raise Broken("this ledger has been founded", fact=0)


@rule(
    "P21", "unproven-key", "Each key of the founding proves possession, bound to origin and party."
)
def _proven(case: Case) -> None:
    claims = case.claims
    seen = set()
    for name, owner, use in FOUNDING_KEYS:
        key = claims[name]["key"]
        proven_key(key, claims[name]["proof"], claims["origin"], claims[owner], use, name)
        seen.add(key)
    if len(seen) != len(FOUNDING_KEYS):
        raise Broken("the five keys of a founding are different keys")


@rule("P22", "founder-mismatch", "The operator signs the founding with the statement key it names.")
def _signed_by_operator(case: Case) -> None:
    claims = case.claims
    if claims["iss"] != issuer_url(claims["origin"], claims["operator"]):
        raise Broken("iss is not the operator's URL on the origin", where="iss")
    if PublicKey.from_x(claims["statement_key"]["key"]).thumbprint != case.stated.kid:
        raise Broken("kid is not the statement key", where="kid")
    if claims["operator"] == claims["regulator"]:
        raise Broken("operator and regulator are two parties", where="regulator")


def _fold_founded(case: Case) -> dict[str, Record]:
    claims = case.claims
    at = case.position
    changes: dict[str, Record] = {
        LEDGER: LedgerInfo(
            claims["origin"],
            claims["operator"],
            claims["regulator"],
            claims["rules_version"],
            claims["log_key"]["key"],
            claims["report_key"]["key"],
        ),
        CLOCK: Clock(claims["iat"]),
    }
    for role in ("operator", "regulator"):
        party = Party(claims[f"{role}_name"], (role,), None, at)
        changes[key_of(Party, claims[role])] = party
    for name, owner, use in FOUNDING_KEYS:
        key = PublicKey.from_x(claims[name]["key"])
        changes[key_of(Key, key.thumbprint)] = Key(claims[owner], key.x, use, at, None)
    return changes


FOUNDED = StatementType(
    name="ledger.founded",
    signers=("operator",),
    doc="Founds the ledger: origin, the operator's and the regulator's keys, rules version 1.",
    fields=(
        Field(
            "origin",
            ORIGIN,
            "`host[/path]` that names the log, its key and every issuer, for ever.",
        ),
        Field("operator", SLUG, "Id of the operator."),
        Field("operator_name", NAME, "Name of the operator."),
        Field("regulator", SLUG, "Id of the regulator."),
        Field("regulator_name", NAME, "Name of the regulator."),
        Field(
            "rules_version", Integer("rules version", 1, 1), "Rules in force from position 1 on."
        ),
        Field("log_key", _PROVEN_KEY, "The operator's key that signs checkpoints."),
        Field("statement_key", _PROVEN_KEY, "The operator's key that signs statements."),
        Field("report_key", _PROVEN_KEY, "The operator's key that signs reports."),
        Field("regulator_key", _PROVEN_KEY, "The regulator's key that signs statements."),
        Field("recovery_key", _PROVEN_KEY, "The regulator's key for recovery."),
    ),
    rules=(_first, _proven, _signed_by_operator),
    fold=_fold_founded,
    stream=ledger_stream,
)


# --- time.stated ----------------------------------------------------------------------------------


@rule("P23", "time-not-increasing", "The ledger's stated time increases, and is the signing time.")
def _increasing(case: Case) -> None:
    if case.claims["time"] <= case.now:
        raise Broken(f"the time stated last is {case.now}", where="time")
    if case.claims["time"] != case.claims["iat"]:
        raise Broken("time and iat are one instant", where="time")


TIME_STATED = StatementType(
    name="time.stated",
    signers=("operator",),
    doc="The ledger's own time, written by the ledger itself before a batch.",
    fields=(Field("time", INSTANT, "Seconds since 1970-01-01T00:00:00Z."),),
    rules=(_increasing,),
    fold=lambda case: {CLOCK: Clock(case.claims["time"])},
    stream=ledger_stream,
)


# --- rules.adopted --------------------------------------------------------------------------------


def regulator_approves(case: Case) -> tuple[str, ...]:
    """Consent of the regulator is needed."""
    return (case.ledger.regulator,)


@rule("P24", "rules-version-order", "A rules version follows the one in force, and is known.")
def _next_version(case: Case) -> None:
    version = case.claims["version"]
    if version != case.ledger.rules_version + 1:
        force = case.ledger.rules_version
        raise Broken(f"version {force} is in force, so the next is {force + 1}", where="version")
    if version not in case.versions:
        raise Broken(
            f"this software knows no rules version {version}",
            where="version",
            instead="install a release that knows it, on every server and at every auditor",
        )


RULES_ADOPTED = StatementType(
    name="rules.adopted",
    signers=("operator",),
    doc="From the regulator's approval on, statements are judged by the next version of the rules.",
    fields=(Field("version", Integer("rules version", 1, 1_000_000), "The version adopted."),),
    rules=(_next_version,),
    consents=regulator_approves,
    fold=lambda case: {LEDGER: case.ledger._replace(rules_version=case.claims["version"])},
    stream=ledger_stream,
)


# --- history.accepted -----------------------------------------------------------------------------


def _reads_history(stated: Stated, _: Found) -> Iterator[str]:
    yield key_of(Party, stated.claims["agency"])
    yield key_of(History, stated.claims["agency"])


@rule(
    "P25",
    "history-bounds",
    "An accepted history has an agency, a past period, and a deadline ahead.",
)
def _bounded(case: Case) -> None:
    claims = case.claims
    require_party(case, claims["agency"], "agency", "agency")
    if claims["first_day"] > claims["last_day"]:
        raise Broken("the period ends before it begins", where="last_day")
    if claims["last_day"] > case.today:
        raise Broken(f"history is past; today is {case.today} (+08:00)", where="last_day")
    if claims["deadline"] <= case.now:
        raise Broken(f"the stated time is {case.now} already", where="deadline")


def _fold_history(case: Case) -> dict[str, Record]:
    claims = case.claims
    history = case.get(History, claims["agency"])
    entry = (claims["first_day"], claims["last_day"], claims["deadline"], case.position)
    accepted = () if history is None else tuple(history.accepted)
    return {key_of(History, claims["agency"]): History((*accepted, entry))}


HISTORY_ACCEPTED = StatementType(
    name="history.accepted",
    signers=("operator",),
    doc="An agency's past period may enter late, with its own dates, until a deadline.",
    fields=(
        Field("agency", SLUG, "Whose history."),
        Field("first_day", DATE, "First day of the period."),
        Field("last_day", DATE, "Last day of the period."),
        Field("deadline", INSTANT, "Stated time until which such statements are taken."),
    ),
    reads=_reads_history,
    rules=(_bounded,),
    consents=regulator_approves,
    fold=_fold_history,
    stream=lambda stated, _: f"party/{stated.claims['agency']}",
)

TYPES = (FOUNDED, TIME_STATED, RULES_ADOPTED, HISTORY_ACCEPTED)
