"""Passes of one agency in one type and level: by session, first attempts and re-sits apart.

A result counts once it is final: published, and the objection window of that publication over, on
the day asked about. Who has no result stands apart, and is neither a pass nor a fail.
"""

from __future__ import annotations

from collections import Counter
from typing import Any, NamedTuple

from ledger.domain.dates import add_days
from ledger.store.sqlite.views import ViewRows
from projections.proportions import proportion

Scope = tuple[str, str, str]
"""Agency, certificate type, level."""

_CANDIDATES = """
    SELECT session, held_on, sessions.position, attempt > 1 AS again, outcome, objection_days,
        (SELECT min(effect) FROM publications
         WHERE publications.session = sessions.session AND effect > results.effect) AS publication,
        count(*) AS n
    FROM sessions JOIN registrations USING (session) LEFT JOIN results USING (registration)
        LEFT JOIN standards ON standards.standard = results.standard
            AND standards.version = results.version
    WHERE agency = ? AND certificate_type = ? AND level = ? AND held_on BETWEEN ? AND ?
    GROUP BY session, again, outcome, publication, objection_days
    ORDER BY held_on, session"""
_PUBLICATIONS = """
    SELECT publications.effect,
        CASE publications.arrival WHEN 'imported' THEN published_on ELSE stated_on END AS day
    FROM publications JOIN sessions USING (session)
    WHERE agency = ? AND certificate_type = ? AND level = ? AND held_on BETWEEN ? AND ?"""
# A session without candidates has nothing to tell and is left out.

PASS, FAIL, PENDING, NONE = "pass", "fail", "pending", "none"


class SessionCounts(NamedTuple):
    """Candidates of one session by (whether a re-sit, what became of them)."""

    session: str
    held_on: str
    position: int
    counts: Counter[tuple[bool, str]]


def sessions(rows: ViewRows, scope: Scope, first: str, last: str) -> list[SessionCounts]:
    """The sessions held from ``first`` to ``last``, counted as of ``last``.

    An objection window is measured from the day that the ledger stated at the publication; for
    imported history, from the day claimed.
    """
    published = {
        row["effect"]: row["day"] for row in rows.select(_PUBLICATIONS, *scope, first, last)
    }
    found: dict[str, SessionCounts] = {}
    for row in rows.select(_CANDIDATES, *scope, first, last):
        one = found.setdefault(
            row["session"],
            SessionCounts(row["session"], row["held_on"], row["position"], Counter()),
        )
        day = published.get(row["publication"])
        final = day is not None and add_days(day, row["objection_days"]) <= last
        what = NONE if row["outcome"] is None else row["outcome"] if final else PENDING
        one.counts[bool(row["again"]), what] += row["n"]
    return [_settled(one) for one in found.values()]


def _settled(one: SessionCounts) -> SessionCounts:
    """While no result of a session is final, a candidate without one may still get it."""
    if any(what in (PASS, FAIL) for _, what in one.counts):
        return one
    counts: Counter[tuple[bool, str]] = Counter()
    for (again, _), n in one.counts.items():
        counts[again, PENDING] += n
    return one._replace(counts=counts)


def outcome(counts: Counter[tuple[bool, str]]) -> dict[str, Any]:
    """Passes of first attempts and of re-sits, and who is in neither."""

    def share(*, again: bool) -> dict[str, Any]:
        passed = counts[again, PASS]
        return proportion(passed, passed + counts[again, FAIL])

    return {
        "first_attempts": share(again=False),
        "re_sits": share(again=True),
        "without_result": counts[False, NONE] + counts[True, NONE],
        "not_final": counts[False, PENDING] + counts[True, PENDING],
    }


def outcomes(rows: ViewRows, scope: Scope, first: str, last: str) -> dict[str, Any]:
    """Outcome of a type and level, and of each of its sessions."""
    found = sessions(rows, scope, first, last)
    total: Counter[tuple[bool, str]] = Counter()
    for one in found:
        total.update(one.counts)
    told = [
        {
            "session": one.session,
            "exam_date": one.held_on,
            "position": one.position,
            **outcome(one.counts),
        }
        for one in found
    ]
    return {"sessions": told, **outcome(total)}
