"""A snapshot of the service's database, read with the standard library's SQLite.

The only place of this room that knows the tables' layout. The file must be a copy that nobody
writes (`Ledger.snapshot`): opened read-only and immutable, without any write-ahead log. Columns are
untyped in SQLite, so texts come as bytes and every value may be of any type.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from ledger.audit.sources import BLOCK, Block, Head, Leaf, StoredRecord, Stray, Unreadable

_ROWS = (
    "SELECT position, state, leaf, size, effect FROM leaves"
    " LEFT JOIN stored_events ON stored_events.rowid = event"
    " WHERE position >= 0 AND position < ? ORDER BY position"
)
_STRAYS = {
    "leaves": "SELECT position FROM leaves WHERE position < 0"
    " OR position >= (SELECT size FROM head) ORDER BY position",
    "vault": "SELECT position FROM vault WHERE position NOT IN (SELECT position FROM leaves)",
    "tiles": "SELECT level || '/' || n FROM tiles WHERE level < 0 OR n < 0 OR level > 7"
    " OR (n << (8 * (level + 1))) >= (SELECT size FROM head) ORDER BY level, n",
}
_COUNT_EVENTS = "SELECT (SELECT count(*) FROM stored_events) - (SELECT count(*) FROM leaves)"
_STRAY_EVENTS = (
    "SELECT rowid FROM stored_events WHERE rowid NOT IN (SELECT event FROM leaves) ORDER BY rowid"
)
_SHOWN = 5  # strays of each table
_GAP = 65_536  # missing positions in a row after which the rest counts as missing too


class Snapshot:
    """A `Database`: a copied `ledger.db`.

    Raises:
        Unreadable: the file is missing or is no ledger's database.
    """

    def __init__(self, path: Path) -> None:
        uri = f"{path.resolve().as_uri()}?mode=ro&immutable=1"
        with _reading():
            self._connection = sqlite3.connect(uri, uri=True, check_same_thread=False)
            self._connection.text_factory = bytes
            self._connection.execute("PRAGMA trusted_schema=OFF")
            self._connection.execute("PRAGMA cell_size_check=ON")

    def close(self) -> None:
        """Close the file."""
        self._connection.close()

    def checkpoint(self) -> bytes:
        """See `ledger.audit.sources.Source`."""
        row = self._one("SELECT checkpoint FROM head")
        if row is None:
            raise Unreadable("the database holds no tree")
        return row[0] if isinstance(row[0], bytes) else b""

    def head(self) -> Head | None:
        """See `ledger.audit.sources.Database`."""
        row = self._one("SELECT size, root, frontier FROM head")
        return None if row is None else Head(*row)

    def blocks(self, size: int) -> Iterator[Block]:
        """See `ledger.audit.sources.Source`."""
        entries: list[bytes | None] = []
        leaves: list[Leaf | None] = []
        expected = 0
        for position, state, *leaf in self._many(_ROWS, size):
            if type(position) is not int:
                raise Unreadable("a position in the database is no integer")
            if position - expected > _GAP:
                break
            missing = [None] * (position - expected)
            entries += (*missing, state if type(state) is bytes else None)
            leaves += (*missing, Leaf(*leaf))
            expected = position + 1
            while len(entries) >= BLOCK:
                yield Block(entries[:BLOCK], leaves[:BLOCK])
                del entries[:BLOCK], leaves[:BLOCK]
        if entries:
            yield Block(entries, leaves)

    def tile(self, level: int, n: int, width: int) -> bytes | None:
        """See `ledger.audit.sources.Source`."""
        row = self._one("SELECT hashes FROM tiles WHERE level = ? AND n = ?", level, n)
        return row[0] if row is not None and isinstance(row[0], bytes) else None

    def records(self) -> Iterator[StoredRecord]:
        """See `ledger.audit.sources.Database`."""
        for row in self._many("SELECT key, record, version FROM records ORDER BY key"):
            yield StoredRecord(*row)

    def strays(self) -> Iterator[Stray]:
        """See `ledger.audit.sources.Database`."""
        for table, query in _STRAYS.items():
            for (row,) in self._many(f"{query} LIMIT {_SHOWN}"):
                yield Stray(table, row)
        surplus = self._one(_COUNT_EVENTS)
        if surplus is not None and surplus[0] != 0:
            for (row,) in self._many(f"{_STRAY_EVENTS} LIMIT {_SHOWN}"):
                yield Stray("stored_events", row)

    def _one(self, query: str, *values: object) -> tuple[object, ...] | None:
        with _reading():
            row: tuple[object, ...] | None = self._connection.execute(query, values).fetchone()
        return row

    def _many(self, query: str, *values: object) -> Iterator[tuple[object, ...]]:
        with _reading():
            cursor = self._connection.execute(query, values)
            while page := cursor.fetchmany(BLOCK):
                yield from page


@contextmanager
def _reading() -> Iterator[None]:
    try:
        yield
    except (sqlite3.Error, OverflowError, UnicodeDecodeError) as error:
        # The last: SQLite quotes a damaged schema in its message, and the message is no text.
        raise Unreadable(f"the database cannot be read: {error}") from error
