"""The verdict on what somebody presents: the first word that applies, and every check.

    verify(presented, source, now=…) -> Verdict

Pure: the ledger is read through :class:`~ledger.domain.facts.Source`, the time is an argument.
Superseded and unproven are words of later rules versions; nothing in version 1 leads there.
"""

from __future__ import annotations

from typing import Any

from ledger.domain.checks import (
    Asked,
    all_checks,
    dismissed_checks,
    expired,
    status_on,
)
from ledger.domain.dates import civil_date
from ledger.domain.facts import Facts, Source
from ledger.domain.finding import Dismissed, find
from ledger.domain.phrases import Phrases
from ledger.domain.presented import Presented
from ledger.domain.verdict import FRESH_FOR, AsOf, Verdict, Word


def verify(
    presented: Presented, source: Source, *, now: int, at: str | None = None, language: str = "en"
) -> Verdict:
    """The verdict, as known now.

    Args:
        now: the instant of the answer, seconds.
        at: a civil date (+08:00), not in the future: what held on that day.

    Raises:
        CouldNotTell: what is stored contradicts itself.
    """
    day = civil_date(now) if at is None else at
    as_of = AsOf(source.head(), now, now + FRESH_FOR, at)
    asked = Asked(day, at is not None, as_of, Phrases(language))
    found = find(presented, source)
    if isinstance(found, Dismissed):
        return _dismissed(found, asked)
    word, phrase = _word(found, asked)
    change = status_on(found, day)
    sentence = asked.say(
        _variant(asked, phrase), day=day, since=change.since,
        valid_until=found.certificate.valid_until,
    )  # fmt: skip
    return Verdict(word, sentence, all_checks(found, asked), as_of, public_facts(found))


def _dismissed(dismissed: Dismissed, asked: Asked) -> Verdict:
    forged = dismissed.word == "forged"
    word: Word = "forged" if forged else "unknown"
    sentence = asked.say("word.forged" if forged else f"word.unknown.{dismissed.reason}")
    return Verdict(word, sentence, dismissed_checks(dismissed, asked), asked.as_of)


def _word(facts: Facts, asked: Asked) -> tuple[Word, str]:
    """The first word that applies, with its phrase."""
    status = status_on(facts, asked.day).status
    if status == "not_yet":
        return "unknown", "word.unknown.not_yet"
    if status == "revoked":
        return "revoked", "word.revoked"
    if status == "suspended":
        return "suspended", "word.suspended"
    if expired(facts, asked.day):
        return "expired", "word.expired"
    return "valid", "word.valid"


def _variant(asked: Asked, phrase: str) -> str:
    """The phrase about a past day, where one was asked about and the phrase differs."""
    return f"{phrase}.on" if asked.on and f"{phrase}.on" in asked.say else phrase


def public_facts(facts: Facts) -> dict[str, Any]:
    """What the log says of a certificate in public, for the person who asks."""
    certificate = facts.certificate
    return {
        "id": facts.ident,
        "number": certificate.number,
        "agency": certificate.agency,
        "agency_name": facts.party.name,
        "certificate_type": certificate.certificate_type,
        "level": certificate.level,
        "standard": certificate.standard,
        "version": certificate.version,
        "exam_date": certificate.exam_date,
        "issued_on": certificate.issued_on,
        "valid_until": certificate.valid_until,
        "imported": certificate.imported,
    }
