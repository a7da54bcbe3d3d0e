"""How much of what should be on record is there, and in time: facts, each line k of n."""

from __future__ import annotations

from collections import Counter
from typing import Any

from ledger.store.sqlite.views import ViewRows
from projections.outcomes import Scope
from projections.proportions import proportion
from projections.view import IMPORTED, LATE

WHOLE = "certificates whose whole chain is on record"
LATE_ENTRIES = "entries stated more than 30 days late"

_LINKS = """
    SELECT registrations.registration IS NOT NULL AS registered, results.parts AS marked,
        standards.parts AS needed, results.registration IS NOT NULL AS determined,
        EXISTS (SELECT 1 FROM publications WHERE publications.session = registrations.session
            AND publications.effect > results.effect) AS published,
        count(*) AS n
    FROM certificates LEFT JOIN registrations USING (registration)
        LEFT JOIN results USING (registration)
        LEFT JOIN standards ON standards.standard = certificates.standard
            AND standards.version = certificates.version
    WHERE agency = ? AND certificate_type = ? AND level = ? AND exam_date BETWEEN ? AND ?
        AND issued_on <= ?
    GROUP BY 1, 2, 3, 4, 5"""
_HELD = """
    sessions WHERE agency = ?1 AND certificate_type = ?2 AND level = ?3
        AND coalesce(held_on, exam_date) BETWEEN ?4 AND ?5"""
_ARRIVALS = f"""
    WITH held AS (SELECT * FROM {_HELD}),
        sat AS (SELECT registration FROM held JOIN registrations USING (session))
    SELECT arrival, count(*) AS n FROM (
        SELECT arrival FROM held
        UNION ALL SELECT held_arrival FROM held WHERE held_arrival IS NOT NULL
        UNION ALL SELECT closed_arrival FROM held WHERE closed_arrival IS NOT NULL
        UNION ALL SELECT publications.arrival FROM held JOIN publications USING (session)
        UNION ALL SELECT arrival FROM sat JOIN scores USING (registration)
        UNION ALL SELECT arrival FROM sat JOIN results USING (registration)
        UNION ALL SELECT arrival FROM sat JOIN certificates USING (registration))
    GROUP BY arrival"""  # noqa: S608 - our own text


def chain(rows: ViewRows, scope: Scope, first: str, last: str) -> list[dict[str, Any]]:
    """Completeness and lateness for exams from ``first`` to ``last``, each line k of n."""
    return [_whole(rows, scope, first, last), _late(rows, scope, first, last)]


def _whole(rows: ViewRows, scope: Scope, first: str, last: str) -> dict[str, Any]:
    """Certificates with registration, the marks that count, result and publication.

    ``missing`` says how often which link is not there. Which marks count is the standard's to say;
    where examiners decide, a pass may rest on fewer.
    """
    total, whole = 0, 0
    missing: Counter[str] = Counter()
    for row in rows.select(_LINKS, *scope, first, last, last):
        links = {
            "registration": row["registered"],
            "marks": _names(row["needed"]) <= _names(row["marked"]),
            "result": row["determined"],
            "publication": row["published"],
        }
        gaps = [link for link, there in links.items() if not there]
        total += row["n"]
        whole += 0 if gaps else row["n"]
        missing.update(dict.fromkeys(gaps, row["n"]))
    return {"what": WHOLE, **proportion(whole, total), "missing": dict(missing)}


def _names(listed: str | None) -> set[str]:
    return set(listed.split(",")) - {""} if listed else set()


def _late(rows: ViewRows, scope: Scope, first: str, last: str) -> dict[str, Any]:
    """The agency's own late entries; what came under an accepted history is told apart."""
    counts = {row["arrival"]: row["n"] for row in rows.select(_ARRIVALS, *scope, first, last)}
    imported = counts.pop(IMPORTED, 0)
    late = proportion(counts.get(LATE, 0), sum(counts.values()))
    return {"what": LATE_ENTRIES, **late, "imported": imported}
