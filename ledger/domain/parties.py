"""Parties and their keys in time. A key is judged by the positions between which it may sign."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ledger.core.errors import CoreError
from ledger.core.keys import PublicKey
from ledger.domain.case import Case, Found, Stated
from ledger.domain.errors import Broken
from ledger.domain.founding import proven_key
from ledger.domain.kinds import HASH, NAME, PROOF, PUBLIC_KEY, SLUG, Choice, Field, ListOf
from ledger.domain.records import Key, Party, Record, key_of
from ledger.domain.registry import StatementType, rule

ROLES = ("agency", "school")


def _reads_party(stated: Stated, _: Found) -> Iterator[str]:
    yield key_of(Party, stated.claims["party"])


def _party_stream(stated: Stated, _: Found) -> str:
    return f"party/{stated.claims.get('party', stated.party)}"


@rule("P30", "party-known", "A party is registered once; its id is never used again.")
def _new_party(case: Case) -> None:
    party = case.get(Party, case.claims["party"])
    if party is not None:
        raise Broken(f"{case.claims['party']!r} is registered", where="party", fact=party.position)


@rule("P31", "party-unknown", "The party is registered and has not been closed.")
def _open_party(case: Case) -> None:
    party = case.get(Party, case.claims["party"])
    if party is None:
        raise Broken(
            f"no party {case.claims['party']!r} is registered",
            where="party",
            instead="state party.registered first",
        )
    if party.closed is not None:
        raise Broken(f"{case.claims['party']!r} was closed", where="party", fact=party.closed)


@rule("P32", "founding-party", "Operator and regulator stand as they were founded.")
def _not_founding(case: Case) -> None:
    ident = case.claims.get("party", case.party)
    if ident in (case.ledger.operator, case.ledger.regulator):
        raise Broken(f"{ident!r} and its keys were bound by the founding", where="party", fact=0)


def _fold_registered(case: Case) -> dict[str, Record]:
    claims = case.claims
    party = Party(claims["name"], tuple(claims["roles"]), None, case.position)
    return {key_of(Party, claims["party"]): party}


def _changed(case: Case, **changes: Any) -> dict[str, Record]:
    ident = case.claims["party"]
    return {key_of(Party, ident): case.need(Party, ident)._replace(**changes)}


_PARTY = Field("party", SLUG, "Id of the party, the last part of its URL.")
_NAME = Field("name", NAME, "Name of the organisation.")

PARTY_REGISTERED = StatementType(
    name="party.registered",
    signers=("regulator",),
    doc="An organisation takes part, in one or more roles.",
    fields=(
        _PARTY,
        _NAME,
        Field(
            "roles", ListOf("roles", Choice("role", ROLES), 1, len(ROLES)), "What it may act as."
        ),
    ),
    reads=_reads_party,
    rules=(_new_party,),
    fold=_fold_registered,
    stream=_party_stream,
)

PARTY_RENAMED = StatementType(
    name="party.renamed",
    signers=("regulator",),
    doc="A party goes by another name; its id and keys stay.",
    fields=(_PARTY, _NAME),
    reads=_reads_party,
    rules=(_open_party,),
    fold=lambda case: _changed(case, name=case.claims["name"]),
    stream=_party_stream,
)

PARTY_CLOSED = StatementType(
    name="party.closed",
    signers=("regulator",),
    doc="A party has ended and signs nothing from here on; what it stated stays.",
    fields=(_PARTY,),
    reads=_reads_party,
    rules=(_open_party, _not_founding),
    fold=lambda case: _changed(case, closed=case.position),
    stream=_party_stream,
)


# --- keys -----------------------------------------------------------------------------------------


def _thumbprint(x: str) -> str | None:
    """Thumbprint of a public key, or ``None`` where it is not a usable key (a rule will say so)."""
    try:
        return PublicKey.from_x(x).thumbprint
    except CoreError:
        return None


def _reads_key(stated: Stated, _: Found) -> Iterator[str]:
    yield key_of(Party, stated.claims.get("party", stated.party))
    thumbprint = _thumbprint(stated.claims["key"])
    if thumbprint is not None:
        yield key_of(Key, thumbprint)


@rule("P33", "unproven-key", "A new key proves possession, bound to the origin and the party.")
def _proven(case: Case) -> None:
    party = case.claims.get("party", case.party)
    proven_key(
        case.claims["key"], case.claims["proof"], case.ledger.origin, party, "statement", "proof"
    )


@rule("P34", "key-used-before", "A key is registered once, for one party.")
def _new_key(case: Case) -> None:
    thumbprint = PublicKey.from_x(case.claims["key"]).thumbprint
    key = case.get(Key, thumbprint)
    if key is not None:
        raise Broken(
            "this key is registered", where="key", fact=key.since, instead="make a new key"
        )


def _fold_key(case: Case) -> dict[str, Record]:
    party = case.claims.get("party", case.party)
    public = PublicKey.from_x(case.claims["key"])
    return {key_of(Key, public.thumbprint): Key(party, public.x, "statement", case.position, None)}


def _fold_rotated(case: Case) -> dict[str, Record]:
    old = case.need(Key, case.stated.kid)
    ended: dict[str, Record] = {key_of(Key, case.stated.kid): old._replace(until=case.position)}
    return ended | _fold_key(case)


_KEY = Field("key", PUBLIC_KEY, "The new public key.")
_PROOF = Field(
    "proof", PROOF, "Its possession proof: a JWS by that key, bound to origin and party."
)

KEY_REGISTERED = StatementType(
    name="key.registered",
    signers=("regulator",),
    doc="A party may sign statements with a key, from here on.",
    fields=(_PARTY, _KEY, _PROOF),
    reads=_reads_key,
    rules=(_open_party, _not_founding, _proven, _new_key),
    fold=_fold_key,
    stream=_party_stream,
)

KEY_ROTATED = StatementType(
    name="key.rotated",
    signers=ROLES,
    doc="The owner replaces the key that signs this by a new one; nothing older is touched.",
    fields=(_KEY, _PROOF),
    reads=_reads_key,
    rules=(_proven, _new_key),
    fold=_fold_rotated,
    stream=_party_stream,
)


def _reads_own_key(stated: Stated, _: Found) -> Iterator[str]:
    yield key_of(Key, stated.claims["kid"])


@rule("P35", "key-not-live", "A party retires a key of its own that is not retired yet.")
def _own_live_key(case: Case) -> None:
    key = case.get(Key, case.claims["kid"])
    if key is None or key.party != case.party:
        raise Broken("no key of the signer has this thumbprint", where="kid")
    if key.until is not None:
        raise Broken("the key was retired before", where="kid", fact=key.until)


def _fold_retired(case: Case) -> dict[str, Record]:
    kid = case.claims["kid"]
    return {key_of(Key, kid): case.need(Key, kid)._replace(until=case.position)}


KEY_RETIRED = StatementType(
    name="key.retired",
    signers=ROLES,
    doc="The owner gives up a key; what it signed before this position stands.",
    fields=(Field("kid", HASH, "Thumbprint (RFC 7638) of the key."),),
    reads=_reads_own_key,
    rules=(_own_live_key,),
    fold=_fold_retired,
    stream=_party_stream,
)

TYPES = (
    PARTY_REGISTERED,
    PARTY_RENAMED,
    PARTY_CLOSED,
    KEY_REGISTERED,
    KEY_ROTATED,
    KEY_RETIRED,
)
