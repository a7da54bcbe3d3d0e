"""The credibility view of an agency: evidence for each type and level, as of a date. No score.

What the statements of the present rules version cannot show is listed as not assessed, never as a
zero. The unit is agency × certificate type × level; the window is 24 months of exam dates, of
results whose objection window is over.
"""

from __future__ import annotations

from typing import Any

from ledger.domain.dates import add_days, add_months
from ledger.store.sqlite.views import ViewRows
from projections.proportions import proportion
from projections.sentences import summary

WINDOW_MONTHS = 24
RULES = "credibility-1"
"""Name of the method; another method gets another name."""

NOT_ASSESSED = (
    "sessions independently supervised",
    "scores verified by a second person",
    "overdue complaints and findings",
    "outcome against expectation",
    "drift",
    "marks at the pass line",
    "upheld complaints and allowed appeals",
)
"""What the statements of rules version 1 do not record, or no rule of this method judges yet."""


def credibility(rows: ViewRows, agency: str, as_of: str) -> dict[str, Any] | None:
    """The evidence about an agency as of a civil date, or ``None`` where there is no such agency.

    Args:
        rows: one moment of the views.
        agency: its id.
        as_of: ``YYYY-MM-DD``. Facts dated later are left out.
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
    sessions = [
        _session(rows, row)
        for row in _sessions(rows, scope, first, last)
        if _window_over(rows, row["session"], last)
    ]
    unit = {
        "certificate_type": certificate_type,
        "level": level,
        "standing": _standing(rows, scope, last),
        "sessions": sessions,
        "first_attempts": _sum(sessions, "first_attempts"),
        "re_sits": _sum(sessions, "re_sits"),
        "without_result": sum(one["without_result"] for one in sessions),
        "chain": _chain(rows, scope, first, last),
        "revocations": _revocations(rows, scope, last),
    }
    return {**unit, "sentence": summary(unit, first)}


def _standing(rows: ViewRows, scope: tuple[str, str, str], day: str) -> dict[str, Any]:
    """The accreditation on that day, with the statements behind it."""
    query = (
        "SELECT status, since, wind_down_until, ground, position FROM accreditations"
        " WHERE agency = ? AND certificate_type = ? AND level = ? AND since <= ? ORDER BY effect"
    )
    history = [dict(row) for row in rows.select(query, *scope, day)]
    return {"status": history[-1]["status"] if history else "none", "history": history}


def _sessions(rows: ViewRows, scope: tuple[str, str, str], first: str, last: str) -> list[Any]:
    query = (
        "SELECT session, held_on, position FROM sessions WHERE agency = ? AND certificate_type = ?"
        " AND level = ? AND held_on BETWEEN ? AND ? ORDER BY held_on, session"
    )
    return rows.select(query, *scope, first, last)


def _window_over(rows: ViewRows, session: str, day: str) -> bool:
    """Whether the session's last objection window was over on that day.

    Measured from the day that the ledger stated at the publication; for imported history, from the
    day claimed.
    """
    published = rows.select(
        "SELECT max(CASE late WHEN 1 THEN published_on ELSE stated_on END)"
        " FROM publications WHERE session = ?",
        session,
    )[0][0]
    if published is None:
        return False
    days = rows.select(
        "SELECT max(objection_days) FROM results JOIN registrations USING (registration)"
        " JOIN standards ON standards.standard = results.standard"
        " AND standards.version = results.version WHERE session = ?",
        session,
    )[0][0]
    return days is None or add_days(published, days) <= day


def _session(rows: ViewRows, session: Any) -> dict[str, Any]:
    """Passes of one session; attempts apart, candidates without a result apart."""
    query = (
        "SELECT attempt > 1 AS again, outcome, count(*) AS n FROM registrations"
        " LEFT JOIN results USING (registration) WHERE session = ? GROUP BY again, outcome"
    )
    counts = {
        (bool(row["again"]), row["outcome"]): row["n"]
        for row in rows.select(query, session["session"])
    }

    def share(again: bool) -> dict[str, Any]:
        passed = counts.get((again, "pass"), 0)
        return proportion(passed, passed + counts.get((again, "fail"), 0))

    return {
        "session": session["session"],
        "exam_date": session["held_on"],
        "position": session["position"],
        "first_attempts": share(again=False),
        "re_sits": share(again=True),
        "without_result": counts.get((False, None), 0) + counts.get((True, None), 0),
    }


def _sum(sessions: list[dict[str, Any]], name: str) -> dict[str, Any]:
    passed = sum(one[name]["k"] for one in sessions)
    return proportion(passed, sum(one[name]["n"] for one in sessions))


def _chain(
    rows: ViewRows, scope: tuple[str, str, str], first: str, last: str
) -> list[dict[str, Any]]:
    """How much of what should be on record is: each line k of n."""
    total, in_time, marked = rows.select(
        "SELECT count(*), sum(1 - late), sum(EXISTS (SELECT 1 FROM scores"
        " WHERE scores.registration = certificates.registration)) FROM certificates"
        " WHERE agency = ? AND certificate_type = ? AND level = ? AND exam_date BETWEEN ? AND ?"
        " AND issued_on <= ?",
        *scope,
        first,
        last,
        last,
    )[0]
    scores = rows.select(
        "SELECT count(*), sum(1 - scores.late) FROM scores JOIN registrations USING (registration)"
        " JOIN sessions USING (session) WHERE agency = ? AND certificate_type = ? AND level = ?"
        " AND held_on BETWEEN ? AND ?",
        *scope,
        first,
        last,
    )[0]
    return [
        {"what": "certificates whose marks are on record", **proportion(marked or 0, total)},
        {"what": "certificates stated within 30 days", **proportion(in_time or 0, total)},
        {"what": "marks stated within 30 days", **proportion(scores[1] or 0, scores[0])},
    ]


def _revocations(rows: ViewRows, scope: tuple[str, str, str], day: str) -> dict[str, Any]:
    """Certificates revoked, by fault; what the agency found itself is listed apart."""
    query = (
        "SELECT fault, found_by, statuses.position FROM statuses"
        " JOIN certificates USING (certificate) WHERE agency = ? AND certificate_type = ?"
        " AND level = ? AND status = 'revoked' AND stated_on <= ? ORDER BY statuses.effect"
    )
    found = rows.select(query, *scope, day)
    issued = rows.select(
        "SELECT count(*) FROM certificates WHERE agency = ? AND certificate_type = ?"
        " AND level = ? AND issued_on <= ?",
        *scope,
        day,
    )[0][0]
    counted = [row for row in found if row["fault"] == "agency" and row["found_by"] != "agency"]
    reported = [row for row in found if row["fault"] == "agency" and row["found_by"] == "agency"]
    others = [row for row in found if row["fault"] != "agency"]
    return {
        "issued": issued,
        "agency_fault_found_by_others": [row["position"] for row in counted],
        "agency_fault_self_reported": [row["position"] for row in reported],
        "no_agency_fault": [row["position"] for row in others],
    }
