"""``ledger.db``: the implementation of :class:`ledger.store.seam.Database` on SQLite."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, cast
from uuid import UUID

from eventsourcing.persistence import Notification, StoredEvent

from ledger.store.errors import Contradiction, NotFounded, StorageFailed
from ledger.store.events import LedgerApplication
from ledger.store.seam import Head, LeafRow, Sealed, Stream, Versioned
from ledger.store.sqlite.driver import (
    SQLITE_VERSION,
    Datastore,
    copy_database,
    private_file,
    store_errors,
)
from ledger.store.sqlite.recorders import ApplicationRecorder, Factory
from ledger.store.sqlite.schema import SCHEMA_VERSION, TABLES

PAGE = 500
"""Rows fetched at a time by what walks the whole log, so that memory does not grow with it."""


_SELECT_RECORD = "SELECT record, version FROM records WHERE key = ?"
_SELECT_RECORDS = (
    "SELECT key, record, version FROM records WHERE key IN (SELECT value FROM json_each(?))"
)
_SELECT_STREAMS = "SELECT * FROM streams WHERE name IN (SELECT value FROM json_each(?))"


class SQLiteReading:
    """One snapshot of ``ledger.db``: :class:`ledger.store.seam.Reading`."""

    def __init__(self, cursor: Any) -> None:
        self._cursor = cursor
        self._execute = cursor.execute

    def _one(self, query: str, *values: object) -> Any:
        return self._execute(query, values).fetchone()

    def head(self) -> Head | None:
        """The tree's edge; ``None`` before founding."""
        row = self._one("SELECT size, root, frontier, checkpoint FROM head WHERE id = 1")
        return None if row is None else Head(*row)

    def leaf(self, position: int) -> LeafRow | None:
        """The row of one position."""
        row = self._one("SELECT * FROM leaves WHERE position = ?", position)
        return None if row is None else LeafRow(*row)

    def find(self, leaf: bytes) -> LeafRow | None:
        """The row of one leaf hash."""
        row = self._one("SELECT * FROM leaves WHERE leaf = ?", leaf)
        return None if row is None else LeafRow(*row)

    def entries(self, start: int, stop: int) -> Iterator[tuple[int, bytes | None]]:
        """Positions in order with their entries, ``None`` where the event is missing."""
        query = (
            "SELECT position, state FROM leaves LEFT JOIN stored_events"
            " ON stored_events.rowid = event WHERE position >= ? AND position < ? ORDER BY position"
        )
        for row in self._pages(query, start, stop):
            yield row[0], row[1]

    def effects(self, after: int, limit: int) -> list[tuple[int, int]]:
        """(position, position of the statement that took effect there)."""
        query = (
            "SELECT position, effect FROM leaves WHERE position > ? AND effect IS NOT NULL"
            " ORDER BY position LIMIT ?"
        )
        return [(row[0], row[1]) for row in self._cursor.execute(query, (after, limit))]

    def record(self, key: str) -> Versioned | None:
        """One state record."""
        row = self._execute(_SELECT_RECORD, (key,)).fetchone()
        return None if row is None else Versioned(row[0], row[1])

    def records(self, keys: Sequence[str]) -> dict[str, Versioned]:
        """Those of many state records that there are."""
        rows = self._execute(_SELECT_RECORDS, (json.dumps(keys),))
        return {row[0]: Versioned(row[1], row[2]) for row in rows}

    def all_records(self) -> Iterator[tuple[str, Versioned]]:
        """Every state record, ordered by key."""
        for row in self._pages("SELECT key, record, version FROM records ORDER BY key"):
            yield row[0], Versioned(row[1], row[2])

    def streams(self, names: Sequence[str]) -> dict[str, Stream]:
        """Those of many event streams that there are."""
        rows = self._execute(_SELECT_STREAMS, (json.dumps(names),))
        return {row[0]: Stream(row[0], UUID(row[1]), row[2]) for row in rows}

    def stream_entries(self, name: str) -> list[bytes]:
        """The entries of one stream, in order."""
        query = (
            "SELECT state FROM streams JOIN stored_events USING (originator_id)"
            " WHERE name = ? ORDER BY originator_version"
        )
        return [row[0] for row in self._cursor.execute(query, (name,))]

    def ciphertext(self, position: int) -> bytes | None:
        """The encrypted disclosures of one statement."""
        row = self._one("SELECT sealed FROM vault WHERE position = ?", position)
        if row is None:
            return None
        if not isinstance(row[0], bytes):
            raise Contradiction("encrypted disclosures are no bytes", position)
        return row[0]

    def sealed_positions(self) -> Iterator[int]:
        """Where there are encrypted disclosures, in order."""
        for row in self._pages("SELECT position FROM vault ORDER BY position"):
            yield row[0]

    def tile(self, level: int, n: int) -> bytes | None:
        """Hashes of one tile as far as it is filled."""
        row = self._one("SELECT hashes FROM tiles WHERE level = ? AND n = ?", level, n)
        return None if row is None else bytes(row[0])

    def _pages(self, query: str, *values: object) -> Iterator[Any]:
        rows = self._cursor.connection.cursor().execute(query, values)
        while page := rows.fetchmany(PAGE):
            yield from page


class SQLiteWriting(SQLiteReading):
    """The transaction that holds the write lock of ``ledger.db``."""

    def __init__(self, cursor: Any, recorder: ApplicationRecorder) -> None:
        super().__init__(cursor.sqlite_cursor)
        self._wrapped = cursor
        self._recorder = recorder

    def append(self, events: Sequence[StoredEvent], sealed: Sealed) -> None:
        """Write a batch."""
        self._recorder._insert_events(self._wrapped, events, sealed=sealed)


class SQLiteDatabase:
    """``ledger.db`` of one home folder, or a copy of it that is only read.

    Raises:
        AffectedSQLite: the SQLite library has the WAL-reset bug.
    """

    def __init__(
        self, path: Path, *, lock_timeout: int | None = None, read_only: bool = False
    ) -> None:
        self.version = SQLITE_VERSION
        self.url = f"sqlite:///{path}"
        self._path = path
        name = path.resolve().as_uri() + "?mode=ro" if read_only else str(path)
        env = {"SQLITE_DBNAME": name, "CREATE_TABLE": "no"}
        if lock_timeout is not None:
            env["SQLITE_LOCK_TIMEOUT"] = str(lock_timeout)
        self.application = LedgerApplication(Factory, env)
        self._recorder = cast("ApplicationRecorder", self.application.recorder)
        self._datastore = cast("Datastore", self._recorder.datastore)

    def create(self) -> None:
        """Make the tables. A crash in the middle leaves none of them: it is one transaction."""
        private_file(self._path)
        with store_errors(), self._datastore.transaction(commit=True) as cursor:
            self._recorder._create_table(cursor)
            for table in TABLES:
                cursor.execute(table)
            cursor.execute(f"PRAGMA user_version = {SCHEMA_VERSION}")

    def check(self) -> None:
        """Refuse a file that is no ledger, or one of a later version of this software."""
        if not self._path.exists():
            raise NotFounded(f"there is no {self._path}")
        with store_errors(), self._datastore.transaction(commit=False) as cursor:
            cursor.execute("PRAGMA user_version")
            version = cursor.fetchone()[0]
        if version == 0:
            raise NotFounded(f"{self._path} holds no ledger")
        if version != SCHEMA_VERSION:
            raise StorageFailed(
                f"{self._path} has format {version}, this software {SCHEMA_VERSION}"
            )

    @contextmanager
    def reading(self) -> Iterator[SQLiteReading]:
        """A snapshot: it begins with the first SELECT and never waits for a writer (WAL)."""
        with store_errors(), self._datastore.transaction(commit=False) as cursor:
            yield SQLiteReading(cursor.sqlite_cursor)

    @contextmanager
    def writing(self) -> Iterator[SQLiteWriting]:
        """The write lock, held from BEGIN IMMEDIATE to COMMIT."""
        with store_errors(), self._datastore.transaction(commit=True) as cursor:
            yield SQLiteWriting(cursor, self._recorder)

    def notifications(self, start: int, limit: int) -> Sequence[Notification]:
        """Stored events from notification id ``start`` on."""
        with store_errors():
            return self._recorder.select_notifications(start, limit)

    def snapshot(self, path: str | os.PathLike[str]) -> None:
        """Copy the database into one new file without a WAL, while others read and write."""
        copy_database(self._path, Path(path))

    def close(self) -> None:
        """Close the connections; the last one folds the WAL into the file."""
        self.application.close()
