"""Which certificate somebody means by what they present, and whether it is genuine and admitted."""

from __future__ import annotations

from dataclasses import dataclass

from ledger.core.errors import CoreError
from ledger.core.keys import PublicKey
from ledger.core.statement import Statement, verify_statement
from ledger.domain.errors import UnreadableRecord
from ledger.domain.facts import Facts, Source, facts_of, get_record, recorded_entry
from ledger.domain.form import AUTHORITIES
from ledger.domain.names import name_key
from ledger.domain.presented import Damaged, Foreign, Presented, Typed
from ledger.domain.records import Awaiting, Certificate, Key, Number
from ledger.domain.verdict import CouldNotTell


@dataclass(frozen=True)
class Dismissed:
    """There is nothing to check further. ``reason`` names a phrase (``forged`` or ``unknown``)."""

    word: str
    reason: str
    statement: Statement | None = None


def find(presented: Presented, source: Source) -> Facts | Dismissed:
    """Which certificate is meant, with all that a verdict needs to know of it.

    Raises:
        CouldNotTell: what is stored contradicts itself.
    """
    try:
        return _find(presented, source)
    except (UnreadableRecord, CoreError) as error:
        raise CouldNotTell(f"what is stored cannot be read ({type(error).__name__})") from error


def _find(presented: Presented, source: Source) -> Facts | Dismissed:
    if isinstance(presented, Damaged):
        disclosures = "disclosure" in presented.code
        return Dismissed("forged", "disclosures" if disclosures else "damaged")
    if isinstance(presented, Foreign):
        return _foreign(presented.statement, source)
    if isinstance(presented, Typed):
        return _typed(presented, source)
    return _shown(presented.statement, source)


# --- by file --------------------------------------------------------------------------------------


def _shown(statement: Statement, source: Source) -> Facts | Dismissed:
    bad = _not_genuine(statement, source)
    if bad is not None:
        return Dismissed("forged", bad, statement)
    ident = statement.claims.get("certificate")
    certificate = get_record(source, Certificate, ident)
    if certificate is None or certificate.leaf != statement.leaf_id:
        waiting = get_record(source, Awaiting, ident)
        pending = waiting is not None and waiting.leaf == statement.leaf_id
        return Dismissed("unknown", "awaits_consent" if pending else "never_admitted", statement)
    entry = recorded_entry(source, certificate)
    assert entry.leaf == statement.leaf
    assert type(ident) is str
    names = [one.name for one in statement.disclosures or ()]
    return facts_of(ident, certificate, entry, source, "shown" if "name" in names else "hidden")


def _foreign(statement: Statement | None, source: Source) -> Dismissed:
    """Of another ledger, unless it names a key of this one that did not sign it: then altered."""
    key = None if statement is None else get_record(source, Key, statement.kid)
    if key is not None and statement is not None and not _signed(statement, key):
        return Dismissed("forged", "signature", statement)
    return Dismissed("unknown", "foreign", statement)


def _not_genuine(statement: Statement, source: Source) -> str | None:
    """Why the signature is not the issuer's, as a phrase; ``None`` where it is."""
    key = get_record(source, Key, statement.kid)
    party = statement.iss.rpartition(AUTHORITIES)[2]
    if key is None or key.party != party or key.use != "statement":
        return "key"
    return None if _signed(statement, key) else "signature"


def _signed(statement: Statement, key: Key) -> bool:
    try:
        verify_statement(statement, PublicKey.from_x(key.x))
    except CoreError:
        return False
    return True


# --- by number and name ---------------------------------------------------------------------------


def _typed(typed: Typed, source: Source) -> Facts | Dismissed:
    """An unknown number and a wrong name are one answer after the same work."""
    number = get_record(source, Number, typed.number)
    ident = source.decoy() if number is None else number.certificate
    certificate = get_record(source, Certificate, ident)
    if number is not None and (certificate is None or certificate.number != typed.number):
        raise CouldNotTell("the number leads to no certificate")
    if certificate is None or ident is None:
        return Dismissed("unknown", "nobody")
    source.entry(certificate.position)
    opened = source.opened(certificate.position)
    names = [one.value for one in opened or () if one.name == "name"]
    same = name_key(names[0]) == name_key(typed.name) if names else opened is None
    if number is None or not same:
        return Dismissed("unknown", "nobody")
    entry = recorded_entry(source, certificate)
    if any(one.digest not in entry.digests for one in opened or ()):
        raise CouldNotTell("the disclosures kept are not those signed", certificate.position)
    return facts_of(ident, certificate, entry, source, "typed" if names else "erased")
