"""The archive view: enrolments, registrations, part scores, results. References, no persons.

Which student a registration belongs to is not here: the key store knows it, until it is erased.
"""

from __future__ import annotations

from collections.abc import Iterable

from ledger.store.view import Effect
from projections.view import Change, View, arrival, listed, party_of

TABLES = {
    "students": "student TEXT PRIMARY KEY, school TEXT NOT NULL, position INTEGER NOT NULL",
    "registrations": """
        registration TEXT PRIMARY KEY, session TEXT NOT NULL, school TEXT NOT NULL,
        attempt INTEGER NOT NULL, registered_on TEXT NOT NULL, arrival TEXT NOT NULL,
        position INTEGER NOT NULL, effect INTEGER NOT NULL""",
    "scores": """
        registration TEXT NOT NULL, part TEXT NOT NULL, assessed_on TEXT NOT NULL,
        arrival TEXT NOT NULL, position INTEGER NOT NULL, effect INTEGER NOT NULL,
        PRIMARY KEY (registration, part)""",
    "results": """
        registration TEXT PRIMARY KEY, outcome TEXT NOT NULL, standard TEXT NOT NULL,
        version INTEGER NOT NULL, parts TEXT NOT NULL, determined_on TEXT NOT NULL,
        arrival TEXT NOT NULL, position INTEGER NOT NULL, effect INTEGER NOT NULL""",
}
INDEXES = ("CREATE INDEX registrations_of_session ON registrations (session)",)
CHANGES = {
    "enrolled": "INSERT INTO students VALUES (?,?,?)",
    "registered": "INSERT INTO registrations VALUES (?,?,?,?,?,?,?,?)",
    "scored": "INSERT INTO scores VALUES (?,?,?,?,?,?)",
    "determined": "INSERT INTO results VALUES (?,?,?,?,?,?,?,?,?)",
}


def _fold(effect: Effect, time: int) -> Iterable[Change]:
    statement = effect.statement
    claims = statement.claims
    where = (effect.entry, effect.position)
    match statement.type:
        case "student.enrolled":
            yield "enrolled", (claims["student"], party_of(effect), effect.entry)
        case "candidate.registered":
            who = (claims["registration"], claims["session"], party_of(effect), claims["attempt"])
            day = claims["registered_on"]
            yield "registered", (*who, day, arrival(effect, "registered_on", time), *where)
        case "score.recorded":
            part = (claims["registration"], claims["part"], claims["assessed_on"])
            yield "scored", (*part, arrival(effect, "assessed_on", time), *where)
        case "result.determined":
            facts = (claims["registration"], claims["outcome"], claims["standard"])
            marks = (claims["version"], listed(claims["parts"]), claims["determined_on"])
            yield "determined", (*facts, *marks, arrival(effect, "determined_on", time), *where)


ARCHIVE = View("archive", 2, TABLES, INDEXES, CHANGES, _fold)
