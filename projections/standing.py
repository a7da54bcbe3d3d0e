"""The standing view: parties, their accreditation, standards, sessions, publications of results."""

from __future__ import annotations

from collections.abc import Iterable

from ledger.domain.dates import civil_date
from ledger.store.view import Effect
from projections.view import Change, View, late, party_of

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
        position INTEGER NOT NULL, PRIMARY KEY (standard, version)""",
    "sessions": """
        session TEXT PRIMARY KEY, agency TEXT NOT NULL, certificate_type TEXT NOT NULL,
        level TEXT NOT NULL, exam_date TEXT NOT NULL, held_on TEXT, closed_on TEXT,
        late INTEGER NOT NULL, position INTEGER NOT NULL""",
    "publications": """
        effect INTEGER PRIMARY KEY, session TEXT NOT NULL, published_on TEXT NOT NULL,
        stated_on TEXT NOT NULL, late INTEGER NOT NULL, position INTEGER NOT NULL""",
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
    "standard": "INSERT INTO standards VALUES (?,?,?,?)",
    "planned": "INSERT INTO sessions VALUES (?,?,?,?,?,NULL,NULL,?,?)",
    "held": "UPDATE sessions SET held_on = ? WHERE session = ?",
    "session_closed": "UPDATE sessions SET closed_on = ? WHERE session = ?",
    "results": "INSERT INTO publications VALUES (?,?,?,?,?,?)",
}
STANDINGS = {
    "accreditation.granted": "granted",
    "accreditation.suspended": "suspended",
    "accreditation.reinstated": "granted",
    "accreditation.withdrawn": "withdrawn",
}


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
            yield "standard", (*facts, at)
        case _:
            yield from _fold_exams(effect, time)


def _fold_exams(effect: Effect, time: int) -> Iterable[Change]:
    statement, claims, at = effect.statement, effect.statement.claims, effect.entry
    match statement.type:
        case "session.planned":
            scope = (claims["certificate_type"], claims["level"], claims["exam_date"])
            head = (claims["session"], party_of(effect))
            yield "planned", (*head, *scope, late(effect, "planned_on", time), at)
        case "session.held":
            yield "held", (claims["held_on"], claims["session"])
        case "session.closed":
            yield "session_closed", (claims["closed_on"], claims["session"])
        case "results.published":
            facts = (claims["session"], claims["published_on"], civil_date(time))
            yield "results", (effect.position, *facts, late(effect, "published_on", time), at)
        case kind if kind in STANDINGS:
            for item in claims["scope"]:
                scope = (claims["agency"], item["certificate_type"], item["level"])
                since = (claims["effective_from"], claims.get("wind_down_until"))
                row = (*scope, STANDINGS[kind], *since, claims.get("ground"), at)
                yield "accreditation", (effect.position, *row)


STANDING = View("standing", 1, TABLES, INDEXES, CHANGES, _fold)
