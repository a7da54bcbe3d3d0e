"""Certificates that were revoked: whose fault it was, and who found it."""

from __future__ import annotations

from typing import Any

from ledger.store.sqlite.views import ViewRows
from projections.outcomes import Scope

_REVOKED = """
    SELECT fault, found_by, statuses.position FROM statuses
    JOIN certificates USING (certificate)
    WHERE agency = ? AND certificate_type = ? AND level = ? AND status = 'revoked'
        AND stated_on <= ? ORDER BY statuses.effect"""
_ISSUED = """
    SELECT count(*) FROM certificates
    WHERE agency = ? AND certificate_type = ? AND level = ? AND issued_on <= ?"""


def revocations(rows: ViewRows, scope: Scope, day: str) -> dict[str, Any]:
    """Positions of the revocations dated up to ``day``.

    What the agency found and reported itself is listed apart and never counted against it. ``by``
    breaks all of them down by fault and finder.
    """
    found = rows.select(_REVOKED, *scope, day)
    by: dict[tuple[str, str], list[int]] = {}
    for row in found:
        by.setdefault((row["fault"], row["found_by"]), []).append(row["position"])
    counted = [row["position"] for row in found if _kind(row) == "others"]
    reported = [row["position"] for row in found if _kind(row) == "self"]
    rest = [row["position"] for row in found if _kind(row) == "none"]
    return {
        "issued": rows.select(_ISSUED, *scope, day)[0][0],
        "agency_fault_found_by_others": counted,
        "agency_fault_self_reported": reported,
        "no_agency_fault": rest,
        "by": [
            {"fault": fault, "found_by": finder, "positions": positions}
            for (fault, finder), positions in sorted(by.items())
        ],
    }


def _kind(row: Any) -> str:
    if row["fault"] != "agency":
        return "none"
    return "self" if row["found_by"] == "agency" else "others"
