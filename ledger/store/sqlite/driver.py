"""eventsourcing's SQLite connections and transactions, on the library that pysqlite3 bundles.

eventsourcing imports the standard library's ``sqlite3`` in one module; the classes here replace the
parts that touch it, so that no module is swapped behind anybody's back. Differences that matter:

* A transaction that will commit begins with ``BEGIN IMMEDIATE``: it holds the write lock before it
  reads, so what it read is still so when it writes.
* ``synchronous=FULL``: COMMIT returns after the write-ahead log has been fsynced.
* Writers of one process queue on a lock of their own, so that a waiting writer never keeps a reader
  from a connection; writers of several processes wait in SQLite's busy handler.
* pysqlite3's exceptions are other classes than the standard library's; they leave as
  eventsourcing's.
"""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, Literal

import pysqlite3.dbapi2 as sqlite3
from eventsourcing import persistence
from eventsourcing.sqlite import (
    SQLiteConnection,
    SQLiteConnectionPool,
    SQLiteCursor,
    SQLiteDatastore,
)

from ledger.store.errors import AffectedSQLite, Busy, StorageFailed

SQLITE_VERSION: str = sqlite3.sqlite_version
LOCK_TIMEOUT = 30
TURN = 0.0005  # seconds
"""Seconds a writer waits for the lock."""

PRAGMAS = (
    "PRAGMA synchronous=FULL",
    "PRAGMA cache_size=-16384",  # KiB a connection
    "PRAGMA wal_autocheckpoint=16000",  # pages: a batch of a thousand does not pay for a checkpoint
    "PRAGMA journal_size_limit=67108864",  # bytes that the WAL file keeps after a burst
    "PRAGMA trusted_schema=OFF",  # a crafted file runs no code of its own
    "PRAGMA cell_size_check=ON",  # damaged pages are found when they are read
)


PAGE_SIZE = 4096
"""Bytes. Most pages that a batch dirties hold indexes of random keys: the smaller the better."""


class DatabaseLocked(persistence.OperationalError):
    """The write lock did not become free in time."""


def refuse_affected(version: tuple[int, ...] = sqlite3.sqlite_version_info) -> None:
    """Refuse an SQLite library that can corrupt a WAL database with several connections.

    Source: https://sqlite.org/wal.html#walresetbug (3.7.0 to 3.51.2).

    Raises:
        AffectedSQLite: the version has the bug.
    """
    if (3, 7, 0) <= version <= (3, 51, 2):
        text = ".".join(map(str, version))
        raise AffectedSQLite(
            f"SQLite {text} has the WAL-reset bug (3.7.0 to 3.51.2), which can corrupt a ledger;"
            " install the pysqlite3 wheel from PyPI, which brings 3.51.3 or later"
        )


@contextmanager
def typed_errors() -> Iterator[None]:
    """Let pysqlite3's exceptions leave as eventsourcing's, which have the same names (PEP 249)."""
    try:
        yield
    except sqlite3.OperationalError as error:
        # The low byte of an extended result code is the primary one: 5 is SQLITE_BUSY.
        if getattr(error, "sqlite_errorcode", 0) & 0xFF == 5:
            raise DatabaseLocked(str(error)) from error
        raise persistence.OperationalError(str(error)) from error
    except sqlite3.Error as error:
        named = getattr(persistence, type(error).__name__, persistence.PersistenceError)
        raise named(str(error)) from error
    except UnicodeDecodeError as error:
        # A message that quotes a damaged schema is no text, and pysqlite3 stumbles over it.
        raise persistence.DatabaseError("malformed database schema") from error


@contextmanager
def store_errors() -> Iterator[None]:
    """Let eventsourcing's exceptions leave the store as its own family."""
    try:
        yield
    except DatabaseLocked as error:
        raise Busy("another writer kept the lock; nothing was written, try again") from error
    except persistence.ConnectionPoolClosedError as error:
        raise StorageFailed("the ledger was closed") from error
    except persistence.PersistenceError as error:
        raise StorageFailed(str(error)) from error


def private_file(path: Path) -> None:
    """Make a missing file, readable by this user only; SQLite gives its WAL the same mode.

    A file that is there is not touched: opening and closing it would drop the locks that this
    process's connections hold on it (POSIX; https://sqlite.org/howtocorrupt.html, 2.2). For the
    same reason no other SQLite library may open it in the same process.
    """
    with suppress(FileExistsError):
        os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))


def copy_database(source: Path, target: Path) -> None:
    """Copy a database into one new file without a WAL, while others read and write.

    Raises:
        FileExistsError: there is such a file.
    """
    if target.exists():
        raise FileExistsError(target)
    private_file(target)
    with store_errors(), typed_errors():
        from_ = sqlite3.connect(source.resolve().as_uri() + "?mode=ro", uri=True)
        to = sqlite3.connect(target)
        try:
            # One step holds one read transaction: the copy is the state of one moment.
            from_.backup(to, pages=-1)
            to.execute("PRAGMA journal_mode=DELETE")
        finally:
            to.close()
            from_.close()


class Connection(SQLiteConnection):
    """A connection whose committing transactions hold the write lock from their start.

    ``patience``: seconds that it waits for the lock.
    """

    patience: float = 0

    @contextmanager
    def transaction(self, *, commit: bool) -> Iterator[SQLiteCursor]:
        """A transaction that commits at the end, or, with ``commit=False``, reads one snapshot."""
        with typed_errors(), self.cursor_for(commit) as cursor:
            try:
                yield cursor
                if commit:
                    self.commit()
            finally:
                # After an error, and at the end of a read. A crash needs no more than this either:
                # what has no COMMIT record in the WAL never was.
                if self._sqlite_conn.in_transaction:
                    self.rollback()

    @contextmanager
    def cursor_for(self, commit: bool) -> Iterator[SQLiteCursor]:
        """A cursor on a transaction that has just begun."""
        cursor = self.cursor()
        try:
            if commit:
                _take_turn(cursor, self.patience)
            else:
                cursor.execute("BEGIN")
            yield cursor
        finally:
            cursor.sqlite_cursor.close()


def _take_turn(cursor: SQLiteCursor, patience: float) -> None:
    """Begin to write as soon as the writer before has ended.

    SQLite's own busy handler sleeps for up to a tenth of a second at a time, in which batches of
    other processes could have been written; this one looks every half millisecond.
    """
    end = time.monotonic() + patience
    while True:
        try:
            with typed_errors():
                cursor.execute("BEGIN IMMEDIATE")
            return
        except DatabaseLocked:
            if time.monotonic() >= end:
                raise
        time.sleep(TURN)


class Pool(SQLiteConnectionPool):
    """Connections to one database file."""

    pragmas: tuple[str, ...] = PRAGMAS
    writes: bool = False

    def _create_connection(self) -> Connection:
        with typed_errors():
            connection = sqlite3.connect(
                self.db_name,
                uri=True,
                check_same_thread=False,
                isolation_level=None,
                cached_statements=256,
                timeout=self.lock_timeout or LOCK_TIMEOUT,
            )
            if not (self.is_sqlite_memory_mode or "mode=ro" in self.db_name):
                connection.execute(f"PRAGMA page_size={PAGE_SIZE}")  # of a new file
                connection.execute("PRAGMA journal_mode=WAL")
            for pragma in self.pragmas:
                connection.execute(pragma)
        connection.row_factory = sqlite3.Row
        made = Connection(connection, max_age=self.max_age)
        if self.writes:
            connection.execute("PRAGMA busy_timeout=0")
            made.patience = self.lock_timeout or LOCK_TIMEOUT
        return made

    def put_connection(self, conn: SQLiteConnection) -> None:
        """Take a connection back; close it if the pool was closed meanwhile."""
        with self._put_condition:
            if not self._closed:
                super().put_connection(conn)
                return
            self._in_use.pop(id(conn), None)
            conn.close()
            conn.in_use.release()

    def close(self) -> None:
        """Close what is idle; what is in use is closed by its user, when it is done.

        Closing a connection under a thread that is inside SQLite would crash the process.
        """
        with self._put_condition:
            self._closed = True
            while self._pool:
                self._pool.popleft().close()


class Datastore(SQLiteDatastore):
    """A pool of pysqlite3 connections for readers, and one connection that writes.

    Args:
        db_name: path of the file.
        lock_timeout: seconds that a writer waits, for this process's other writers and then for
            those of other processes.
        pragmas: run on each new connection, after :data:`PRAGMAS`.
    """

    def __init__(
        self,
        db_name: str,
        *,
        lock_timeout: int | None = None,
        pragmas: tuple[str, ...] = (),
        single_row_tracking: bool = True,
        originator_id_type: Literal["uuid", "text"] = "uuid",
    ) -> None:
        refuse_affected()
        wait = lock_timeout or LOCK_TIMEOUT
        self.pool = Pool(db_name=db_name, lock_timeout=wait, pool_timeout=wait, max_overflow=27)
        # One connection writes: what it has read stays in its page cache from batch to batch.
        self.writer = Pool(db_name=db_name, lock_timeout=wait, pool_timeout=wait, pool_size=1)
        self.pool.pragmas = self.writer.pragmas = PRAGMAS + pragmas
        self.writer.writes = True
        self.single_row_tracking = single_row_tracking
        self.originator_id_type = originator_id_type
        self._wait = wait
        self._turn = threading.Lock()

    @contextmanager
    def get_connection(self, *, commit: bool) -> Iterator[Any]:
        """A connection for reading, or, one at a time in this process, for writing."""
        if not commit:
            with super().get_connection(commit=False) as connection:
                yield connection
        elif not self._turn.acquire(timeout=self._wait):
            raise DatabaseLocked("other writers of this process kept the lock")
        else:
            writer = None
            try:
                writer = self.writer.get_connection()
                yield writer
            finally:
                if writer is not None:
                    self.writer.put_connection(writer)
                self._turn.release()

    def close(self) -> None:
        """Close every connection."""
        super().close()
        self.writer.close()
