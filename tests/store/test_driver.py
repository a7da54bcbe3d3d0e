"""The SQLite side of the seam: versions, locks, errors."""

from __future__ import annotations

import threading
from pathlib import Path

import pysqlite3.dbapi2 as sqlite3
import pytest
from eventsourcing import persistence

from ledger.store.errors import AffectedSQLite, Busy, StorageFailed
from ledger.store.sqlite.driver import (
    DatabaseLocked,
    Datastore,
    private_file,
    refuse_affected,
    store_errors,
    typed_errors,
)


@pytest.mark.parametrize("version", [(3, 7, 0), (3, 40, 1), (3, 50, 4), (3, 51, 2)])
def test_versions_with_the_wal_reset_bug_are_refused(version: tuple[int, ...]) -> None:
    with pytest.raises(AffectedSQLite, match="WAL-reset bug") as caught:
        refuse_affected(version)
    assert ".".join(map(str, version)) in caught.value.detail
    assert caught.value.code == "sqlite-affected"


@pytest.mark.parametrize("version", [(3, 6, 23), (3, 51, 3), (3, 52, 0), (4, 0, 0)])
def test_versions_without_it_are_used(version: tuple[int, ...]) -> None:
    refuse_affected(version)


def test_the_library_in_use_is_not_affected() -> None:
    refuse_affected()
    assert sqlite3.sqlite_version_info >= (3, 51, 3)


@pytest.fixture
def store(tmp_path: Path):
    made = Datastore(str(tmp_path / "x.db"), lock_timeout=1)
    with made.transaction(commit=True) as cursor:
        cursor.execute("CREATE TABLE t (a INTEGER PRIMARY KEY, b TEXT NOT NULL)")
    yield made
    made.close()


def count(store: Datastore) -> int:
    with store.transaction(commit=False) as cursor:
        cursor.execute("SELECT count(*) FROM t")
        return int(cursor.fetchone()[0])


def test_an_error_rolls_back_and_leaves_the_connection_usable(store: Datastore) -> None:
    def insert(*rows: int, then: type[BaseException] | None = None) -> None:
        with store.transaction(commit=True) as cursor:
            for row in rows:
                cursor.execute("INSERT INTO t VALUES (?, 'a')", (row,))
            if then is not None:
                raise then

    with pytest.raises(persistence.IntegrityError):
        insert(1, 1)
    assert count(store) == 0
    with pytest.raises(KeyboardInterrupt):
        insert(1, then=KeyboardInterrupt)
    assert count(store) == 0
    insert(1)
    assert count(store) == 1


def test_a_reading_transaction_keeps_nothing(store: Datastore) -> None:
    with store.transaction(commit=False) as cursor:
        cursor.execute("INSERT INTO t VALUES (1, 'a')")
    assert count(store) == 0


@pytest.mark.parametrize(
    ("statement", "kind"),
    [
        ("SELECT * FROM nowhere", persistence.OperationalError),
        ("INSERT INTO t VALUES (1, NULL)", persistence.IntegrityError),
        ("SELECT ?", persistence.ProgrammingError),
    ],
)
def test_errors_are_eventsourcings(store: Datastore, statement: str, kind: type) -> None:
    with pytest.raises(kind), store.transaction(commit=True) as cursor:
        cursor.execute(statement)


def test_errors_leave_the_store_as_its_own() -> None:
    with pytest.raises(Busy), store_errors():
        raise DatabaseLocked("x")
    with pytest.raises(StorageFailed), store_errors(), typed_errors():
        raise sqlite3.DatabaseError("disk image is malformed")
    with pytest.raises(StorageFailed, match="closed"), store_errors():
        raise persistence.ConnectionPoolClosedError
    with pytest.raises(ZeroDivisionError), store_errors(), typed_errors():
        raise ZeroDivisionError


def test_a_committing_transaction_holds_the_lock_from_its_start(store: Datastore) -> None:
    other = Datastore(str(Path(store.pool.db_name)), lock_timeout=1)
    begin = other.transaction(commit=True)
    with store.transaction(commit=True), pytest.raises(DatabaseLocked):
        begin.__enter__()
    other.close()


def test_waiting_writers_keep_no_reader_waiting(store: Datastore) -> None:
    """More writers than connections wait; a reader gets a connection at once."""
    release, started = threading.Event(), threading.Event()

    def hold() -> None:
        with store.transaction(commit=True):
            started.set()
            release.wait(5)

    def write() -> None:
        with store.transaction(commit=True) as cursor:
            cursor.execute("INSERT INTO t (b) VALUES ('x')")

    holder = threading.Thread(target=hold)
    holder.start()
    started.wait(5)
    waiting = [threading.Thread(target=write) for _ in range(40)]
    for one in waiting:
        one.start()
    assert count(store) == 0
    release.set()
    for one in (holder, *waiting):
        one.join()
    assert count(store) == 40


def test_what_was_committed_is_fsynced_before_it_returns(store: Datastore) -> None:
    for commit in (True, False):
        with store.get_connection(commit=commit) as connection:
            cursor = connection.cursor()
            cursor.execute("PRAGMA synchronous")
            assert cursor.fetchone()[0] == 2


def test_an_existing_file_is_not_opened_for_its_mode(tmp_path: Path) -> None:
    path = tmp_path / "file"
    private_file(path)
    assert path.stat().st_mode & 0o777 == 0o600
    path.write_text("kept")
    private_file(path)
    assert path.read_text() == "kept"


def test_closing_twice_and_using_afterwards(store: Datastore) -> None:
    store.close()
    store.close()
    with pytest.raises(persistence.ConnectionPoolClosedError), store.transaction(commit=True):
        pass
    with pytest.raises(persistence.ConnectionPoolClosedError), store.transaction(commit=False):
        pass
