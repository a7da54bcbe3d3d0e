"""``keys.db``: the tables behind :mod:`ledger.store.keystore`, a file apart from the ledger's.

``secure_delete`` overwrites what is deleted, and the WAL is emptied after an erasure: a destroyed
key is on no page of the file.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from ledger.store.errors import Contradiction
from ledger.store.seam import FactRow, Journal
from ledger.store.sqlite.driver import Datastore, private_file, store_errors

TABLES = (
    """CREATE TABLE IF NOT EXISTS keys (
        subject TEXT PRIMARY KEY,
        key BLOB NOT NULL CHECK (length(key) = 32),
        position INTEGER NOT NULL) WITHOUT ROWID""",
    """CREATE TABLE IF NOT EXISTS people (
        fact TEXT PRIMARY KEY,
        value TEXT NOT NULL,
        subject TEXT,
        position INTEGER NOT NULL) WITHOUT ROWID""",
    "CREATE INDEX IF NOT EXISTS people_of_subject ON people (subject)",
    """CREATE TABLE IF NOT EXISTS journal (
        id INTEGER PRIMARY KEY CHECK (id = 1),
        base INTEGER NOT NULL,
        leaf BLOB NOT NULL)""",
)


class KeyRows:
    """One transaction on ``keys.db``; reading it is :class:`ledger.store.seam.Private`."""

    def __init__(self, cursor: Any) -> None:
        self._cursor = cursor

    def _one(self, query: str, value: str) -> Any:
        return self._cursor.execute(query, (value,)).fetchone()

    def key(self, subject: str) -> bytes | None:
        """The 32-byte key of a subject.

        Raises:
            Contradiction: something else is stored.
        """
        row = self._one("SELECT key FROM keys WHERE subject = ?", subject)
        if row is not None and not isinstance(row[0], bytes):
            raise Contradiction("a key is no bytes")
        return None if row is None else row[0]

    def fact(self, fact: str) -> FactRow | None:
        """One private fact."""
        row = self._one("SELECT * FROM people WHERE fact = ?", fact)
        return None if row is None else FactRow(*row)

    def facts(self, facts: Sequence[str]) -> dict[str, FactRow]:
        """Those of many private facts that there are."""
        query = "SELECT * FROM people WHERE fact IN (SELECT value FROM json_each(?))"
        rows = self._cursor.execute(query, (json.dumps(facts),))
        return {row[0]: FactRow(*row) for row in rows}

    def facts_of(self, subject: str, kind: str) -> list[FactRow]:
        """The private facts of a subject whose name begins with ``kind``, in log order."""
        query = "SELECT * FROM people WHERE subject = ? ORDER BY position, fact"
        rows = self._cursor.execute(query, (subject,)).fetchall()
        return [FactRow(*row) for row in rows if row[0].startswith(kind)]

    def journal(self) -> Journal | None:
        """The last batch that wrote here."""
        row = self._cursor.execute("SELECT base, leaf FROM journal WHERE id = 1").fetchone()
        return None if row is None else Journal(row[0], bytes(row[1]))

    def add_key(self, subject: str, key: bytes, position: int) -> None:
        """Keep a new key."""
        self._cursor.execute("INSERT INTO keys VALUES (?,?,?)", (subject, key, position))

    def add_facts(self, facts: list[FactRow]) -> None:
        """Keep new facts; a fact that is known has the value that it has."""
        self._cursor.executemany("INSERT INTO people VALUES (?,?,?,?)", facts)

    def write_journal(self, journal: Journal) -> None:
        """Say which batch is being written."""
        self._cursor.execute("INSERT OR REPLACE INTO journal VALUES (1,?,?)", journal)

    def sweep(self, base: int) -> None:
        """Delete what the batch from ``base`` on wrote, and its journal."""
        self._cursor.execute("DELETE FROM keys WHERE position >= ?", (base,))
        self._cursor.execute("DELETE FROM people WHERE position >= ?", (base,))
        self._cursor.execute("DELETE FROM journal")

    def destroy(self, subject: str) -> bool:
        """Delete the key and the facts of a subject; whether there was a key."""
        self._cursor.execute("DELETE FROM people WHERE subject = ?", (subject,))
        self._cursor.execute("DELETE FROM keys WHERE subject = ?", (subject,))
        return bool(self._cursor.rowcount == 1)


class SQLiteKeys:
    """The file ``keys.db``."""

    def __init__(self, path: Path, lock_timeout: int | None = None) -> None:
        self._path = path
        self._datastore = Datastore(
            str(path), lock_timeout=lock_timeout, pragmas=("PRAGMA secure_delete=ON",)
        )

    def create(self) -> None:
        """Make the tables."""
        private_file(self._path)
        with store_errors(), self._datastore.transaction(commit=True) as cursor:
            for table in TABLES:
                cursor.execute(table)

    @contextmanager
    def reading(self) -> Iterator[KeyRows]:
        """A snapshot."""
        with store_errors(), self._datastore.transaction(commit=False) as cursor:
            yield KeyRows(cursor.sqlite_cursor)

    @contextmanager
    def writing(self) -> Iterator[KeyRows]:
        """A transaction that is durable when it ends."""
        with store_errors(), self._datastore.transaction(commit=True) as cursor:
            yield KeyRows(cursor.sqlite_cursor)

    def empty_wal(self) -> None:
        """Fold the WAL into the file and cut it to nothing."""
        with store_errors(), self._datastore.get_connection(commit=True) as connection:
            connection.cursor().execute("PRAGMA wal_checkpoint(TRUNCATE)")

    def close(self) -> None:
        """Close the connections."""
        self._datastore.close()
