"""The standing view: parties, their accreditation, standards, sessions, publications of results."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from ledger.domain.dates import civil_date
from ledger.store.view import Effect
from projections.view import Change, View, arrival, listed, party_of

TABLES = {
    "parties": """
        party TEXT PRIMARY KEY, name TEXT NOT NULL, roles TEXT NOT NULL, closed INTEGER,
        position INTEGER NOT NULL""",
    "certificate_types": "certificate_type TEXT PRIMARY KEY, name TEXT NOT NULL, retired_on TEXT",
    "accreditations": """
        effect INTEGER NOT NULL, agency TEXT NOT NULL, certificate_type TEXT NOT NULL,
        level TEXT NOT NULL, status TEXT NOT NULL, since TEXT NOT NULL, wind_down_until TEXT,
        ground TEXT, position INTEGER NOT NULL,
        PRIMARY KEY (agency, certificate_type, level, effect)""",
    "standards": """
        standard TEXT NOT NULL, version INTEGER NOT NULL, objection_days INTEGER NOT NULL,
        parts TEXT NOT NULL, position INTEGER NOT NULL, PRIMARY KEY (standard, version)""",
    "sessions": """
        session TEXT PRIMARY KEY, agency TEXT NOT NULL, certificate_type TEXT NOT NULL,
        level TEXT NOT NULL, exam_date TEXT NOT NULL, held_on TEXT, closed_on TEXT,
        arrival TEXT NOT NULL, held_arrival TEXT, closed_arrival TEXT,
        position INTEGER NOT NULL""",
    "publications": """
        effect INTEGER PRIMARY KEY, session TEXT NOT NULL, published_on TEXT NOT NULL,
        stated_on TEXT NOT NULL, arrival TEXT NOT NULL, position INTEGER NOT NULL""",
}
INDEXES = (
    "CREATE INDEX sessions_of_agency ON sessions (agency, certificate_type, level)",
    "CREATE INDEX publications_of_session ON publications (session)",
)
CHANGES = {
    "party": "INSERT INTO parties VALUES (?,?,?,NULL,?)",
    "renamed": "UPDATE parties SET name = ? WHERE party = ?",
    "closed": "UPDATE parties SET closed = ? WHERE party = ?",
    "type": "INSERT INTO certificate_types VALUES (?,?,NULL)",
    "type_retired": "UPDATE certificate_types SET retired_on = ? WHERE certificate_type = ?",
    "accreditation": "INSERT INTO accreditations VALUES (?,?,?,?,?,?,?,?,?)",
    "standard": "INSERT INTO standards VALUES (?,?,?,?,?)",
    "planned": "INSERT INTO sessions VALUES (?,?,?,?,?,NULL,NULL,?,NULL,NULL,?)",
    "held": "UPDATE sessions SET held_on = ?, held_arrival = ? WHERE session = ?",
    "session_closed": "UPDATE sessions SET closed_on = ?, closed_arrival = ? WHERE session = ?",
    "results": "INSERT INTO publications VALUES (?,?,?,?,?,?)",
}
STANDINGS = {
    "accreditation.granted": "granted",
    "accreditation.suspended": "suspended",
    "accreditation.reinstated": "granted",
    "accreditation.withdrawn": "withdrawn",
}


def counting_parts(parts: Iterable[Mapping[str, Any]]) -> list[str]:
    """The exam parts whose marks a result rests on: those with a weight or a minimum, else all."""
    parts = list(parts)
    counting = [part["part"] for part in parts if "weight" in part or "minimum" in part]
    return counting or [part["part"] for part in parts]


def _fold(effect: Effect, time: int) -> Iterable[Change]:
    claims, at = effect.statement.claims, effect.entry
    match effect.statement.type:
        case "ledger.founded":
            for role in ("operator", "regulator"):
                yield "party", (claims[role], claims[f"{role}_name"], role, at)
        case "party.registered":
            yield "party", (claims["party"], claims["name"], ",".join(claims["roles"]), at)
        case "party.renamed":
            yield "renamed", (claims["name"], claims["party"])
        case "party.closed":
            yield "closed", (at, claims["party"])
        case "certificate_type.defined":
            yield "type", (claims["certificate_type"], claims["name"])
        case "certificate_type.retired":
            yield "type_retired", (claims["retired_on"], claims["certificate_type"])
        case "standard.published" | "standard.revised":
            facts = (claims["standard"], claims["version"], claims["objection_days"])
            yield "standard", (*facts, listed(counting_parts(claims["parts"])), at)
        case _:
            yield from _fold_exams(effect, time)


def _fold_exams(effect: Effect, time: int) -> Iterable[Change]:
    statement, claims, at = effect.statement, effect.statement.claims, effect.entry
    match statement.type:
        case "session.planned":
            scope = (claims["certificate_type"], claims["level"], claims["exam_date"])
            head = (claims["session"], party_of(effect))
            yield "planned", (*head, *scope, arrival(effect, "planned_on", time), at)
        case "session.held":
            came = arrival(effect, "held_on", time)
            yield "held", (claims["held_on"], came, claims["session"])
        case "session.closed":
            came = arrival(effect, "closed_on", time)
            yield "session_closed", (claims["closed_on"], came, claims["session"])
        case "results.published":
            facts = (claims["session"], claims["published_on"], civil_date(time))
            yield "results", (effect.position, *facts, arrival(effect, "published_on", time), at)
        case kind if kind in STANDINGS:
            for item in claims["scope"]:
                scope = (claims["agency"], item["certificate_type"], item["level"])
                since = (claims["effective_from"], claims.get("wind_down_until"))
                row = (*scope, STANDINGS[kind], *since, claims.get("ground"), at)
                yield "accreditation", (effect.position, *row)


STANDING = View("standing", 2, TABLES, INDEXES, CHANGES, _fold)
