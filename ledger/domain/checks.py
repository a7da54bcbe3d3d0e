"""The checks of a verdict, one function each, over facts that were looked up before.

*Proven* is what a signature or a hash path shows to anybody, for ever. *Stated* is what the ledger
says; that it says so rightly is what an audit replays.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from ledger.core.encoding import b64url
from ledger.domain.accreditation import standing
from ledger.domain.dates import civil_date
from ledger.domain.facts import Facts, StatusChange, hashes_of
from ledger.domain.finding import Dismissed
from ledger.domain.phrases import Phrases
from ledger.domain.verdict import CHECKS, AsOf, Check, Result


def instant(seconds: int) -> str:
    """An instant for people and programs: RFC 3339, UTC."""
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


@dataclass(frozen=True)
class Asked:
    """What is asked about the facts: the day, whether it is a day of the past, and when."""

    day: str
    on: bool
    as_of: AsOf
    say: Phrases


def status_on(facts: Facts, day: str) -> StatusChange:
    """The status that held on ``day``, as known now; issued and suspended are told apart from
    ``not_yet``."""
    certificate = facts.certificate
    if day < certificate.issued_on:
        return StatusChange("not_yet", certificate.issued_on, certificate.agency)
    status = StatusChange("issued", certificate.issued_on, certificate.agency)
    for change in facts.changes:
        if change.since <= day:
            status = change
    return status


def expired(facts: Facts, day: str) -> bool:
    """Whether the last day of validity lies before ``day``."""
    until = facts.certificate.valid_until
    return until is not None and until < day


def _genuine(facts: Facts, asked: Asked) -> Check:
    statement = facts.statement
    evidence = {
        "issuer": statement.iss, "kid": statement.kid, "alg": "Ed25519", "leaf": statement.leaf_id
    }  # fmt: skip
    return Check("genuine", "proven", asked.say("genuine.proven"), evidence)


def _admitted(facts: Facts, asked: Asked) -> Check:
    proof, head = facts.proof, facts.head
    evidence = {
        "position": proof.index,
        "size": head.size,
        "root": b64url(head.root),
        "hashes": hashes_of(proof),
    }
    text = asked.say("admitted.proven", position=proof.index, size=head.size)
    return Check("admitted", "proven", text, evidence)


def _issuer(facts: Facts, asked: Asked) -> Check:
    certificate, record = facts.certificate, facts.accreditation
    today = civil_date(asked.as_of.time)
    days = {"on_exam": certificate.exam_date, "on_issue": certificate.issued_on, "today": today}
    found = {name: standing(record, day) for name, day in days.items()}
    evidence: dict[str, Any] = {"agency": certificate.agency, "name": facts.party.name}
    for name, (status, _, position) in found.items():
        evidence[name] = {"date": days[name], "standing": status, "position": position}
    then, issued, now = (found[name][0] for name in days)
    good = then == "granted"
    words = {"then": then, "issued": issued, "today": now}
    said = {name: asked.say(f"standing.{status}") for name, status in words.items()}
    text = asked.say("issuer.stated", name=facts.party.name, **said)
    return Check("issuer", "stated" if good else "failed", text, evidence)


def _standard(facts: Facts, asked: Asked) -> Check:
    certificate = facts.certificate
    evidence = {
        "standard": certificate.standard,
        "version": certificate.version,
        "effective_from": facts.standard.effective_from,
        "position": facts.standard.position,
    }
    text = asked.say(
        "standard.stated", standard=certificate.standard, version=certificate.version,
        exam_date=certificate.exam_date,
    )  # fmt: skip
    return Check("standard", "stated", text, evidence)


def _result(facts: Facts, asked: Asked) -> Check:
    evidence = {"outcome": "pass", "position": facts.result, "session": facts.certificate.session}
    return Check("result", "stated", asked.say("result.stated"), evidence)


def _status(facts: Facts, asked: Asked) -> Check:
    certificate, change = facts.certificate, status_on(facts, asked.day)
    evidence: dict[str, Any] = {"status": change.status, "since": change.since, "by": change.by}
    key = change.status
    if key == "issued" and certificate.valid_until is not None:
        key = "expired"
        evidence["valid_until"] = certificate.valid_until
    text = asked.say(
        f"status.{key}", since=change.since, by=_name(facts, change.by),
        valid_until=certificate.valid_until, issued_on=certificate.issued_on,
    )  # fmt: skip
    if change.status == certificate.status and certificate.status_by is not None:
        evidence["position"] = certificate.status_position
        text += _ground(facts, asked, evidence)
    good = change.status == "issued" and not expired(facts, asked.day)
    return Check("status", "stated" if good else "failed", text, evidence)


def _name(facts: Facts, party: str) -> str:
    """The agency by its name, anybody else by id."""
    return facts.party.name if party == facts.certificate.agency else party


def _ground(facts: Facts, asked: Asked, evidence: dict[str, Any]) -> str:
    """Why, as far as it is public: a person's matter never is."""
    certificate, text = facts.certificate, ""
    if certificate.status_code is not None:
        evidence["code"] = certificate.status_code
        text += asked.say("status.ground", code=certificate.status_code.replace("_", " "))
    if certificate.fault is not None:
        evidence |= {"fault": certificate.fault, "found_by": certificate.found_by}
        text += asked.say("status.fault", fault=certificate.fault, found_by=certificate.found_by)
    return text


_HOLDER: Mapping[str, Result] = {
    "typed": "proven",
    "shown": "proven",
    "hidden": "could_not_be_checked",
    "erased": "could_not_be_checked",
}


def _holder(facts: Facts, asked: Asked) -> Check:
    return Check("holder", _HOLDER[facts.holder], asked.say(f"holder.{facts.holder}"))


def _key(facts: Facts, asked: Asked) -> Check:
    key = facts.key
    evidence = {"kid": facts.statement.kid, "since": key.since, "until": key.until}
    return Check("key", "stated", asked.say("key.stated", since=key.since), evidence)


def _time(facts: Facts, asked: Asked) -> Check:
    certificate, statement = facts.certificate, facts.statement
    reason = statement.claims.get("late_reason")
    key = "imported" if certificate.imported else "stated" if reason is None else "late"
    evidence = {
        "issued_on": certificate.issued_on,
        "signed_at": instant(statement.iat),
        "imported": certificate.imported,
    }
    if reason is not None:
        evidence["late_reason"] = reason
    text = asked.say(
        f"time.{key}", issued_on=certificate.issued_on, signed_on=civil_date(statement.iat),
        reason=(reason or "").replace("_", " "),
    )  # fmt: skip
    return Check("time", "stated", text, evidence)


def freshness(asked: Asked) -> Check:
    """As of which checkpoint, until when. The one check that every verdict has."""
    size, end = asked.as_of.head.size, instant(asked.as_of.until)
    evidence = {"size": size, "time": instant(asked.as_of.time), "until": end}
    until = end.replace("T", " ").replace("Z", " UTC")
    key = "freshness.on" if asked.on else "freshness.stated"
    text = asked.say(key, size=size, until=until, day=asked.day)
    return Check("freshness", "stated", text, evidence)


_CHECKS: tuple[Callable[[Facts, Asked], Check], ...] = (
    _genuine, _admitted, _issuer, _standard, _result, _status, _holder, _key, _time,
)  # fmt: skip


def all_checks(facts: Facts, asked: Asked) -> tuple[Check, ...]:
    """Every check of an admitted certificate."""
    return (*(check(facts, asked) for check in _CHECKS), freshness(asked))


_DISMISSED: Mapping[str, tuple[Result, str, Result, str]] = {
    # reason: genuine, its phrase, admitted, its phrase
    "signature": ("failed", "signature", "could_not_be_checked", ""),
    "key": ("failed", "key", "could_not_be_checked", ""),
    "disclosures": ("failed", "disclosures", "could_not_be_checked", ""),
    "damaged": ("failed", "damaged", "could_not_be_checked", ""),
    "foreign": ("could_not_be_checked", "foreign", "failed", "foreign"),
    "never_admitted": ("proven", "proven", "failed", "absent"),
    "awaits_consent": ("proven", "proven", "failed", "awaits_consent"),
    "nobody": ("could_not_be_checked", "nobody", "failed", "nobody"),
}


def dismissed_checks(dismissed: Dismissed, asked: Asked) -> tuple[Check, ...]:
    """The checks where there is no admitted certificate to check."""
    genuine, why, admitted, where = _DISMISSED[dismissed.reason]
    unreached = asked.say(f"not_reached.{dismissed.word}")
    checks = [
        Check("genuine", genuine, asked.say(f"genuine.{why}")),
        Check("admitted", admitted, asked.say(f"admitted.{where}") if where else unreached),
    ]
    checks += [Check(name, "could_not_be_checked", unreached) for name in CHECKS[2:-1]]
    return (*checks, freshness(asked))
