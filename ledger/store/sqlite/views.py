"""``views.db``: the file of the projections. It knows tables, rows and positions, and no view.

A view's rows and its position change in one transaction, which holds the write lock from its start.
The first thing it writes is the position, and only if that is the one that the batch begins after:
two followers at once, or one that read a stale position, write nothing twice.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

from ledger.store.errors import StaleView
from ledger.store.sqlite.driver import Datastore, private_file, store_errors

PROGRESS = """CREATE TABLE IF NOT EXISTS progress (
    view TEXT PRIMARY KEY,
    version INTEGER NOT NULL,
    position INTEGER NOT NULL,
    time INTEGER NOT NULL) WITHOUT ROWID"""
PAGE = 500


class Progress(NamedTuple):
    """How far a view is: the version of its fold, the last position, the stated time there.

    Position -1 is before the founding.
    """

    version: int
    position: int
    time: int


class ViewRows:
    """Reading, in one snapshot or inside a write."""

    def __init__(self, cursor: Any) -> None:
        self._cursor = cursor

    def select(self, query: str, *values: object) -> list[Any]:
        """Rows of a query; they can be asked by column name."""
        return list(self._cursor.execute(query, values).fetchall())

    def progress(self) -> dict[str, Progress]:
        """How far each view is."""
        rows = self.select("SELECT view, version, position, time FROM progress")
        return {row[0]: Progress(*row[1:]) for row in rows}

    def table(self, name: str) -> Iterator[tuple[object, ...]]:
        """All rows of a table in the order of its primary key."""
        columns = self._cursor.execute(f"PRAGMA table_info({name})").fetchall()
        key = ", ".join(c["name"] for c in sorted(columns, key=lambda c: c["pk"]) if c["pk"])
        rows = self._cursor.connection.cursor().execute(f"SELECT * FROM {name} ORDER BY {key}")  # noqa: S608 - our own names
        while page := rows.fetchmany(PAGE):
            yield from map(tuple, page)


class ViewWrites(ViewRows):
    """The transaction that holds the write lock."""

    def begin_batch(self, view: str, after: int, position: int, time: int) -> None:
        """Move a view from ``after`` to ``position``, where the stated time is ``time``.

        Raises:
            StaleView: it is not at ``after``: another follower was here.
        """
        query = "UPDATE progress SET position = ?, time = ? WHERE view = ? AND position = ?"
        if self._cursor.execute(query, (position, time, view, after)).rowcount != 1:
            raise StaleView(f"view {view!r} is not at position {after}")

    def write(self, query: str, rows: Sequence[tuple[object, ...]]) -> None:
        """Run one statement for each row."""
        self._cursor.executemany(query, rows)

    def recreate(
        self, view: str, version: int, tables: Mapping[str, str], indexes: Iterable[str]
    ) -> None:
        """Make a view's tables anew, empty, before the first position."""
        for name, columns in tables.items():
            self._cursor.execute(f"DROP TABLE IF EXISTS {name}")
            self._cursor.execute(f"CREATE TABLE {name} ({columns})")
        for statement in indexes:
            self._cursor.execute(statement)
        row = (view, version, -1, 0)
        self._cursor.execute("INSERT OR REPLACE INTO progress VALUES (?,?,?,?)", row)


class ViewsFile:
    """The open file; made where it is missing."""

    def __init__(self, path: Path, lock_timeout: int | None = None) -> None:
        private_file(path)
        self._datastore = Datastore(str(path), lock_timeout=lock_timeout)
        if not self._made():
            with store_errors(), self._datastore.transaction(commit=True) as cursor:
                cursor.execute(PROGRESS)

    def _made(self) -> bool:
        """Whether there is the table; asked without the write lock, which a rebuild may hold."""
        with self.reading() as rows:
            return bool(rows.select("SELECT 1 FROM sqlite_master WHERE name = 'progress'"))

    @contextmanager
    def reading(self) -> Iterator[ViewRows]:
        """A snapshot."""
        with store_errors(), self._datastore.transaction(commit=False) as cursor:
            yield ViewRows(cursor.sqlite_cursor)

    @contextmanager
    def writing(self) -> Iterator[ViewWrites]:
        """A transaction that holds the write lock from its start; all or nothing."""
        with store_errors(), self._datastore.transaction(commit=True) as cursor:
            yield ViewWrites(cursor.sqlite_cursor)

    def close(self) -> None:
        """Close the connections."""
        self._datastore.close()
