"""eventsourcing's recorders on :mod:`ledger.store.sqlite.driver`.

Held to eventsourcing's own recorder test cases. Two things differ from the library's: events go in
by ``executemany``, and notification ids are never given twice (AUTOINCREMENT), also after a last
row was deleted.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from eventsourcing.persistence import StoredEvent
from eventsourcing.sqlite import (
    SQLiteApplicationRecorder,
    SQLiteCursor,
    SQLiteFactory,
    SQLiteProcessRecorder,
)
from eventsourcing.utils import Environment, EnvType

from ledger.store.sqlite.driver import Datastore
from ledger.store.sqlite.sealing import seal

EVENTS_TABLE = """CREATE TABLE IF NOT EXISTS {} (
    rowid INTEGER PRIMARY KEY AUTOINCREMENT,
    originator_id TEXT NOT NULL,
    originator_version INTEGER NOT NULL,
    topic TEXT NOT NULL,
    state BLOB NOT NULL,
    UNIQUE (originator_id, originator_version))"""


class ApplicationRecorder(SQLiteApplicationRecorder):
    """Stored events in streams, and in the total order of their notification ids.

    ``insert_events(events, sealed=…)`` writes what belongs to the events in the same transaction:
    leaves, tiles, records, ciphertext and the tree's new head (:mod:`ledger.store.sqlite.sealing`).
    """

    def construct_create_table_statements(self) -> list[str]:
        """The events table; ``rowid`` is the notification id."""
        return [EVENTS_TABLE.format(self.events_table_name)]

    def _insert_events(
        self, c: SQLiteCursor, stored_events: Sequence[StoredEvent], **kwargs: Any
    ) -> Sequence[int] | None:
        first = self._next_id(c)
        c.executemany(
            f"INSERT INTO {self.events_table_name} VALUES (?,?,?,?,?)",  # noqa: S608 - our own name
            [
                (
                    first + at,
                    _id_text(one.originator_id),
                    one.originator_version,
                    one.topic,
                    one.state,
                )
                for at, one in enumerate(stored_events)
            ],
        )
        ids = range(first, first + len(stored_events))
        if (sealed := kwargs.get("sealed")) is not None:
            seal(c.sqlite_cursor, sealed, ids)
        return list(ids)

    def _next_id(self, c: SQLiteCursor) -> int:
        """One more than the highest id ever given. The write lock is held, so it stays free."""
        c.execute("SELECT seq FROM sqlite_sequence WHERE name=?", (self.events_table_name,))
        row = c.fetchone()
        return 1 if row is None else int(row[0]) + 1


def _id_text(originator_id: UUID | str) -> str:
    return originator_id.hex if isinstance(originator_id, UUID) else originator_id


class ProcessRecorder(SQLiteProcessRecorder, ApplicationRecorder):
    """Events and the position in an upstream log, recorded together."""


class Factory(SQLiteFactory):
    """Builds recorders on pysqlite3; reads the same settings as eventsourcing's own factory."""

    application_recorder_class = ApplicationRecorder
    process_recorder_class = ProcessRecorder

    def __init__(self, env: Environment | EnvType | None) -> None:
        super().__init__(env)
        theirs = self.datastore  # not connected yet
        self.datastore = Datastore(
            theirs.pool.db_name,
            lock_timeout=theirs.pool.lock_timeout,
            single_row_tracking=theirs.single_row_tracking,
            originator_id_type=theirs.originator_id_type,
        )
        theirs.close()
