"""Ledgers that faults are done to, and what has to be true of one afterwards."""

from __future__ import annotations

import json
import subprocess
import time
from contextlib import closing
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pysqlite3.dbapi2 as sqlite3

from ledger.core.statement import parse_entry
from ledger.domain.admission import hear
from ledger.domain.records import Record
from ledger.store.ledger import Ledger
from ledger.store.vault import own_key
from tests.cli.parties import ENVIRONMENT, PROGRAM
from tests.store.stored import StoredWorld, ready
from tests.world import apply


def open_world(home: Path) -> tuple[StoredWorld, str]:
    """A ledger of today with a session a month ahead, and that session's id."""
    world = ready(StoredWorld(home))
    world.now = int(time.time())
    return world, world.session(exam_in=30)


def audit(home: Path, *options: object, code: int = 0) -> dict[str, Any]:
    """What `certledger audit` says of a home folder, in a process of its own."""
    command = [*PROGRAM, "--home", str(home), "audit", "--json", *map(str, options)]
    done = subprocess.run(command, env=ENVIRONMENT, capture_output=True, text=True, timeout=600)
    assert done.returncode == code, (done.stdout, done.stderr)
    report: dict[str, Any] = json.loads(done.stdout)
    return report


@dataclass
class Replayed:
    """What the log and the vault lead to.

    Attributes:
        entries: in log order.
        people: private facts, by key.
        keys: whose key encrypts something, with the position of the first such statement.
    """

    entries: list[bytes] = field(default_factory=list)
    records: dict[str, Record] = field(default_factory=dict)
    people: dict[str, str] = field(default_factory=dict)
    keys: dict[str, int] = field(default_factory=dict)


def replay(ledger: Ledger) -> Replayed:
    """Hear every statement again, with what was disclosed."""
    made = Replayed()
    for position, entry in enumerate(ledger.entries()):
        statement = parse_entry(entry)
        opened = ledger.opened(position) if statement.digests else ()
        assert opened is not None, f"what was disclosed at {position} is lost"
        statement = replace(statement, disclosures=opened)
        done = hear(statement, made.records.get, position=position, load_person=made.people.get)
        apply(made.records, done)
        made.people.update(done.people)
        made.entries.append(entry)
        if statement.disclosures:
            made.keys.setdefault(done.subject or own_key(statement), position)
    return made


def kept_keys(home: Path) -> tuple[dict[str, int], dict[str, str]]:
    """Subjects with the position of their first statement, and the private facts of a key store."""
    with closing(sqlite3.connect(home / "keys.db")) as file:
        return (
            dict(file.execute("SELECT subject, position FROM keys").fetchall()),
            dict(file.execute("SELECT fact, value FROM people").fetchall()),
        )


def integrity(path: Path) -> str:
    """What SQLite itself says of a file."""
    with closing(sqlite3.connect(path)) as file:
        return str(file.execute("PRAGMA integrity_check").fetchone()[0])
