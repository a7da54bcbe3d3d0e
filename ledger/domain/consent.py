"""Consent. Where a second party must agree, its consent is a statement of its own.

``approved`` names the leaf hash of the pending statement. Until the last consent the pending
statement reserves nothing but its ``jti``; at the last one all its rules run again, at that
position and time, and there its fact takes effect.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from ledger.domain.case import Case, Found, Stated
from ledger.domain.errors import Broken
from ledger.domain.kinds import HASH, Field
from ledger.domain.records import Awaiting, Pending, Record, key_of
from ledger.domain.registry import StatementType, rule


def consents_needed(case: Case) -> tuple[str, ...]:
    """Parties whose consent is still needed: those of the type, and a countersigner if late."""
    needed = case.stated.type.consents(case)
    if case.late and not case.imported:
        ledger = case.ledger
        # The regulator countersigns what is late; the operator, what the regulator states late.
        second = ledger.operator if case.party == ledger.regulator else ledger.regulator
        needed = (*needed, *(party for party in (second,) if party not in needed))
    return tuple(party for party in needed if party != case.party) if needed else ()


def fold_pending(case: Case, missing: tuple[str, ...]) -> dict[str, Record]:
    """The record of a statement that awaits consents."""
    stated = case.stated
    pending = Pending(
        stated.type.name, stated.party, stated.kid, stated.claims, case.position, missing
    )
    awaited = {key: Awaiting(stated.leaf) for key in _awaited(stated)}
    return {key_of(Pending, stated.leaf): pending, **awaited}


def fold_consented(stated: Stated) -> dict[str, None]:
    """What no longer awaits anything, once the pending statement has its last consent."""
    return dict.fromkeys((key_of(Pending, stated.leaf), *_awaited(stated)))


def _awaited(stated: Stated) -> tuple[str, ...]:
    """The certificate that a pending statement would issue: who asks for it is told so."""
    if stated.type.name != "certificate.issued":
        return ()
    return (key_of(Awaiting, stated.claims["certificate"]),)


def pending_stated(
    stated: Stated, found: Found, types: Mapping[str, StatementType]
) -> Stated | None:
    """The pending statement that an ``approved`` names, in the shape that rules read."""
    pending = found.get(key_of(Pending, stated.claims["statement"]))
    if not isinstance(pending, Pending):
        return None
    digests = tuple(pending.claims.get("_sd", ()))
    leaf = stated.claims["statement"]
    kind = types[pending.type]
    return Stated(kind, pending.party, pending.kid, pending.claims, digests, leaf)


def _reads(stated: Stated, _: Found) -> Iterator[str]:
    yield key_of(Pending, stated.claims["statement"])


@rule("P130", "nothing-pending", "The statement named is in the log and awaits consent.")
def _is_pending(case: Case) -> None:
    if case.get(Pending, case.claims["statement"]) is None:
        raise Broken(
            "no statement with this leaf hash awaits consent",
            where="statement",
            instead="send the statement first; the receipt names its leaf hash",
        )


@rule("P131", "consent-not-asked", "The signer's consent is one that is still missing.")
def _is_asked(case: Case) -> None:
    pending = case.need(Pending, case.claims["statement"])
    if case.party not in pending.missing:
        raise Broken(
            f"missing is the consent of {', '.join(pending.missing)}",
            where="iss",
            fact=pending.position,
        )


def missing_after(case: Case) -> tuple[str, ...]:
    """Consents that are still missing once this one is given."""
    pending = case.need(Pending, case.claims["statement"])
    return tuple(party for party in pending.missing if party != case.party)


def _fold(case: Case) -> dict[str, Record]:
    ident = case.claims["statement"]
    pending = case.need(Pending, ident)
    return {key_of(Pending, ident): pending._replace(missing=missing_after(case))}


def _stream(stated: Stated, found: Found) -> str:
    pending = found.get(key_of(Pending, stated.claims["statement"]))
    if not isinstance(pending, Pending):
        return f"party/{stated.party}"
    return f"pending/{stated.claims['statement']}"


APPROVED = StatementType(
    name="approved",
    signers=("regulator", "operator"),
    doc="The signer agrees with another party's statement.",
    fields=(Field("statement", HASH, "Leaf hash of the statement agreed with."),),
    reads=_reads,
    rules=(_is_pending, _is_asked),
    fold=_fold,
    stream=_stream,
)

TYPES = (APPROVED,)
