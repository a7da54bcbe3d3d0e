"""The credibility view of an agency: evidence for each type and level, as of a date. No score.

What the statements of the present rules version cannot show is listed as not assessed, never as a
zero. The unit is agency × certificate type × level; the window is 24 months of exam dates, of
results whose objection window is over.
"""

from __future__ import annotations

from typing import Any

from ledger.domain.dates import add_days, add_months
from ledger.store.sqlite.views import ViewRows
from projections.chain import chain
from projections.outcomes import Scope, outcomes
from projections.revocations import revocations
from projections.sentences import summary

WINDOW_MONTHS = 24
RULES = "credibility-1"
"""Name of the method; another method gets another name."""

UNRECORDED = "not recorded by rules version 1"
UNJUDGED = "no rule of this method yet"
NOT_ASSESSED = (
    f"sessions independently supervised: {UNRECORDED}",
    f"scores verified by a second person: {UNRECORDED}",
    f"overdue complaints and findings: {UNRECORDED}",
    f"upheld complaints and allowed appeals: {UNRECORDED}",
    f"absent and withdrawn candidates, apart from those without a result: {UNRECORDED}",
    f"outcome against expectation: {UNJUDGED}",
    f"drift: {UNJUDGED}",
    f"marks at the pass line: {UNJUDGED}",
)
"""What the board says nothing about, each with the reason."""


def credibility(rows: ViewRows, agency: str, as_of: str) -> dict[str, Any] | None:
    """The evidence about an agency as of a civil date, or ``None`` where there is no such agency.

    Args:
        rows: one moment of the views.
        agency: its id.
        as_of: ``YYYY-MM-DD``. Facts dated later are left out; facts of that time that came into the
            log later are in: this is that day as known now.
    """
    found = rows.select("SELECT * FROM parties WHERE party = ?", agency)
    if not found or "agency" not in found[0]["roles"].split(","):
        return None
    first = add_days(add_months(as_of, -WINDOW_MONTHS), 1)
    units = [_unit(rows, agency, *unit, first, as_of) for unit in _units(rows, agency)]
    return {
        "agency": agency,
        "name": found[0]["name"],
        "closed": found[0]["closed"] is not None,
        "as_of": as_of,
        "window": {"first": first, "last": as_of},
        "method": RULES,
        "units": units,
        "not_assessed": list(NOT_ASSESSED),
    }


def _units(rows: ViewRows, agency: str) -> list[tuple[str, str]]:
    query = (
        "SELECT certificate_type, level FROM accreditations WHERE agency = ?"
        " UNION SELECT certificate_type, level FROM sessions WHERE agency = ? ORDER BY 1, 2"
    )
    return [(row[0], row[1]) for row in rows.select(query, agency, agency)]


def _unit(
    rows: ViewRows, agency: str, certificate_type: str, level: str, first: str, last: str
) -> dict[str, Any]:
    scope = (agency, certificate_type, level)
    unit = {
        "certificate_type": certificate_type,
        "level": level,
        "standing": _standing(rows, scope, last),
        **outcomes(rows, scope, first, last),
        "chain": chain(rows, scope, first, last),
        "revocations": revocations(rows, scope, last),
    }
    return {**unit, "sentence": summary(unit, first)}


def _standing(rows: ViewRows, scope: Scope, day: str) -> dict[str, Any]:
    """The accreditation on that day, with the statements behind it."""
    query = (
        "SELECT status, since, wind_down_until, ground, position FROM accreditations"
        " WHERE agency = ? AND certificate_type = ? AND level = ? AND since <= ? ORDER BY effect"
    )
    history = [dict(row) for row in rows.select(query, *scope, day)]
    return {"status": history[-1]["status"] if history else "none", "history": history}
