"""Rules on what is disclosed: the names, kinds and presence of disclosures (D1 to D3)."""

from __future__ import annotations

from collections.abc import Sequence

from ledger.core.sdjwt import Disclosure
from ledger.domain.case import Disclosed, Opened
from ledger.domain.errors import Refusal
from ledger.domain.kinds import BadValue
from ledger.domain.registry import StatementType

UNKNOWN = ("D1", "unknown-disclosure", "Every disclosure is one that the statement type declares.")
MISSING = ("D2", "missing-disclosure", "Every required disclosure is there.")
INVALID = ("D3", "invalid-disclosure", "Every disclosed value is of the kind that it declares.")
FORM = (UNKNOWN, MISSING, INVALID)


def open_disclosures(kind: StatementType, disclosures: Sequence[Disclosure]) -> Disclosed:
    """Disclosures by name, checked against what the type declares.

    Raises:
        Refusal: D1, D2 or D3 is broken. The message never contains the value.
    """
    opened: dict[str, Opened] = {}
    for one in disclosures:
        value_kind = kind.disclosed_kind(one.name)
        if value_kind is None:
            detail = f"{kind.name} has no disclosure {one.name!r}"
            raise Refusal(UNKNOWN[0], UNKNOWN[1], detail, where=one.name)
        try:
            value_kind.check(one.value, one.name)
        except BadValue as bad:
            raise Refusal(INVALID[0], INVALID[1], str(bad), where=bad.where) from None
        opened[one.name] = Opened(one.value, one.digest)
    for field in kind.disclosed:
        if field.required and field.name not in opened:
            detail = f"{kind.name} must disclose {field.name!r}"
            raise Refusal(MISSING[0], MISSING[1], detail, where=field.name)
    return opened
