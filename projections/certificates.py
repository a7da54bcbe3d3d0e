"""The certificates view: each certificate with its facts, and every status it ever had."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from ledger.store.sqlite.views import ViewRows
from ledger.store.view import Effect
from projections.view import IMPORTED, Change, View, arrival, party_of

TABLES = {
    "certificates": """
        certificate TEXT PRIMARY KEY, number TEXT NOT NULL, agency TEXT NOT NULL,
        registration TEXT NOT NULL, certificate_type TEXT NOT NULL, level TEXT NOT NULL,
        standard TEXT NOT NULL, version INTEGER NOT NULL, exam_date TEXT NOT NULL,
        issued_on TEXT NOT NULL, valid_until TEXT, arrival TEXT NOT NULL,
        position INTEGER NOT NULL, effect INTEGER NOT NULL""",
    "statuses": """
        effect INTEGER PRIMARY KEY, certificate TEXT NOT NULL, status TEXT NOT NULL,
        stated_by TEXT NOT NULL, stated_on TEXT NOT NULL, code TEXT, fault TEXT, found_by TEXT,
        arrival TEXT NOT NULL, position INTEGER NOT NULL""",
}
INDEXES = (
    "CREATE INDEX certificates_of_registration ON certificates (registration)",
    "CREATE INDEX certificates_of_agency ON certificates (agency, certificate_type, level)",
    "CREATE INDEX statuses_of_certificate ON statuses (certificate)",
)
CHANGES = {
    "issued": "INSERT INTO certificates VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?)",
    "status": "INSERT INTO statuses VALUES (?,?,?,?,?,?,?,?,?,?)",
}
_FACTS = (
    "registration", "certificate_type", "level", "standard", "version", "exam_date", "issued_on",
)  # fmt: skip
_STATUS = {
    "certificate.suspended": ("suspended", "suspended_on"),
    "certificate.reinstated": ("reinstated", "reinstated_on"),
    "certificate.revoked": ("revoked", "revoked_on"),
}


def _fold(effect: Effect, time: int) -> Iterable[Change]:
    statement = effect.statement
    claims, agency = statement.claims, party_of(effect)
    if statement.type == "certificate.issued":
        facts = (claims[name] for name in _FACTS)
        head = (claims["certificate"], claims["number"], agency)
        tail = (claims.get("valid_until"), arrival(effect, "issued_on", time))
        yield "issued", (*head, *facts, *tail, effect.entry, effect.position)
    elif statement.type in _STATUS:
        status, day = _STATUS[statement.type]
        yield (
            "status",
            (
                effect.position,
                claims["certificate"],
                status,
                agency,
                claims[day],
                claims.get("code") or claims.get("ground"),
                claims.get("fault"),
                claims.get("found_by"),
                arrival(effect, day, time),
                effect.entry,
            ),
        )


CERTIFICATES = View("certificates", 2, TABLES, INDEXES, CHANGES, _fold)


def certificates_of(rows: ViewRows, registration: str) -> list[dict[str, Any]]:
    """Certificates of a registration, oldest first, each with its ``statuses``."""
    query = "SELECT * FROM certificates WHERE registration = ? ORDER BY effect"
    return [_with_statuses(rows, dict(row)) for row in rows.select(query, registration)]


def certificate(rows: ViewRows, ident: str) -> dict[str, Any] | None:
    """One certificate with its ``statuses``, or ``None``."""
    found = rows.select("SELECT * FROM certificates WHERE certificate = ?", ident)
    return _with_statuses(rows, dict(found[0])) if found else None


def _with_statuses(rows: ViewRows, facts: dict[str, Any]) -> dict[str, Any]:
    query = "SELECT * FROM statuses WHERE certificate = ? ORDER BY effect"
    statuses = [dict(row) for row in rows.select(query, facts["certificate"])]
    last = statuses[-1]["status"] if statuses else "issued"
    return {
        **facts,
        "imported": facts["arrival"] == IMPORTED,
        "statuses": statuses,
        "status": "issued" if last == "reinstated" else last,
    }
