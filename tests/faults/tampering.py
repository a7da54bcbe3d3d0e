"""Ways to change a ledger's files with a SQL shell; each says which position must be named.

Whoever does this has no keys. `None` stands for a row that has no position.
"""

from __future__ import annotations

import random
import shutil
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pysqlite3.dbapi2 as sqlite3

from tests.audit.home import Home

Tampering = Callable[[Home, random.Random], int | None]


def copy(untouched: Path, place: Path) -> Home:
    shutil.rmtree(place, ignore_errors=True)
    shutil.copytree(untouched, place)
    return Home(place)


def size(home: Home) -> int:
    """How many entries there are."""
    return int(home.ask("SELECT size FROM head"))


def some(home: Home, chance: random.Random, count: int = 1) -> list[int]:
    """That many positions, in order."""
    return sorted(chance.sample(range(size(home)), count))


def event(home: Home, position: int) -> int:
    """The row that holds the entry of a position."""
    return int(home.ask("SELECT event FROM leaves WHERE position = ?", position))


def entry(home: Home, position: int) -> bytes:
    """The bytes of a stored statement."""
    row = event(home, position)
    return bytes(home.ask("SELECT state FROM stored_events WHERE rowid = ?", row))


def put(home: Home, position: int, data: bytes) -> None:
    """Store other bytes for a statement."""
    query = "UPDATE stored_events SET state = ? WHERE rowid = ?"
    home.change((query, data, event(home, position)))


def flip(data: bytes, chance: random.Random) -> bytes:
    """One bit of them is another."""
    at = chance.randrange(8 * len(data))
    changed = bytearray(data)
    changed[at // 8] ^= 1 << at % 8
    return bytes(changed)


# ---------------------------------------------------------------- statements


def statement_deleted(home: Home, chance: random.Random) -> int:
    (at,) = some(home, chance)
    home.change(("DELETE FROM stored_events WHERE rowid = ?", event(home, at)))
    return at


def statements_swapped(home: Home, chance: random.Random) -> int:
    one, other = some(home, chance, 2)
    first, second = entry(home, one), entry(home, other)
    put(home, one, second)
    put(home, other, first)
    return one


def statement_said_twice(home: Home, chance: random.Random) -> int:
    one, other = some(home, chance, 2)
    at, source = chance.sample((one, other), 2)
    put(home, at, entry(home, source))
    return at


def statement_truncated(home: Home, chance: random.Random) -> int:
    (at,) = some(home, chance)
    data = entry(home, at)
    put(home, at, data[: chance.randrange(len(data))])
    return at


def event_inserted(home: Home, chance: random.Random) -> None:
    (at,) = some(home, chance)
    columns = "originator_id, originator_version, topic, state"
    source = "SELECT 'x', 1, topic, state FROM stored_events WHERE rowid = ?"
    home.change((f"INSERT INTO stored_events ({columns}) {source}", event(home, at)))


# ---------------------------------------------------------------- their order


def row_deleted(home: Home, chance: random.Random) -> int:
    (at,) = some(home, chance)
    home.change(("DELETE FROM leaves WHERE position = ?", at))
    return at


def row_deleted_and_the_gap_closed(home: Home, chance: random.Random) -> int:
    at = chance.randrange(size(home) - 1)
    home.change(
        ("DELETE FROM leaves WHERE position = ?", at),
        ("UPDATE leaves SET position = -position WHERE position > ?", at),
        ("UPDATE leaves SET position = -position - 1 WHERE position < 0",),
    )
    return at


def last_rows_deleted(home: Home, chance: random.Random) -> int:
    at = size(home) - chance.randrange(1, 20)
    home.change(("DELETE FROM leaves WHERE position >= ?", at))
    return at


def rows_swapped(home: Home, chance: random.Random) -> int:
    one, other = some(home, chance, 2)
    home.change(
        ("UPDATE leaves SET position = -1 WHERE position = ?", one),
        ("UPDATE leaves SET position = ? WHERE position = ?", one, other),
        ("UPDATE leaves SET position = ? WHERE position = -1", other),
    )
    return one


def row_inserted(home: Home, chance: random.Random) -> int:
    """A statement a second time, and everything behind it one further."""
    (at,) = some(home, chance)
    row = (chance.randbytes(32), event(home, at), size(home))
    home.change(
        ("UPDATE leaves SET position = -position - 2 WHERE position >= ?", at),
        ("UPDATE leaves SET position = -position - 1 WHERE position < 0",),
        ("INSERT INTO leaves VALUES (?, ?, ?, ?, NULL)", at, *row),
    )
    return at


def row_appended(home: Home, chance: random.Random) -> int:
    end = size(home)
    row = (chance.randbytes(32), event(home, 3), end + 1)
    home.change(("INSERT INTO leaves VALUES (?, ?, ?, ?, NULL)", end, *row))
    return end


def leaf_hash_changed(home: Home, chance: random.Random) -> int:
    (at,) = some(home, chance)
    leaf = flip(home.ask("SELECT leaf FROM leaves WHERE position = ?", at), chance)
    home.change(("UPDATE leaves SET leaf = ? WHERE position = ?", leaf, at))
    return at


# ---------------------------------------------------------------- state and vault


def _record(home: Home, chance: random.Random) -> tuple[str, int, str]:
    with closing(sqlite3.connect(home.database)) as file:
        rows: list[Any] = file.execute("SELECT key, version, record FROM records").fetchall()
    key, version, text = chance.choice(rows)
    return key, version, text


def record_changed(home: Home, chance: random.Random) -> int:
    key, version, text = _record(home, chance)
    at = chance.randrange(len(text))
    other = text[:at] + chr(ord(text[at]) ^ 1) + text[at + 1 :]
    home.change(("UPDATE records SET record = ? WHERE key = ?", other, key))
    return version


def record_deleted(home: Home, chance: random.Random) -> int:
    key, version, _ = _record(home, chance)
    home.change(("DELETE FROM records WHERE key = ?", key))
    return version


def record_renamed(home: Home, chance: random.Random) -> int:
    key, version, _ = _record(home, chance)
    home.change(("UPDATE records SET key = ? WHERE key = ?", f"{key}x", key))
    return version


def record_inserted(home: Home, chance: random.Random) -> int:
    key, version, text = _record(home, chance)
    home.change(("INSERT INTO records VALUES (?, ?, ?)", f"{key}/x", version, text))
    return version


def _blobs(home: Home, chance: random.Random, count: int) -> list[tuple[int, bytes]]:
    with closing(sqlite3.connect(home.database)) as file:
        rows: list[Any] = file.execute("SELECT position, sealed FROM vault").fetchall()
    return sorted(chance.sample(rows, count))


def blobs_swapped(home: Home, chance: random.Random) -> int:
    (one, first), (other, second) = _blobs(home, chance, 2)
    home.change(
        ("UPDATE vault SET sealed = ? WHERE position = ?", second, one),
        ("UPDATE vault SET sealed = ? WHERE position = ?", first, other),
    )
    return one


def blob_changed(home: Home, chance: random.Random) -> int:
    ((at, sealed),) = _blobs(home, chance, 1)
    home.change(("UPDATE vault SET sealed = ? WHERE position = ?", flip(sealed, chance), at))
    return at


def blob_deleted(home: Home, chance: random.Random) -> int:
    ((at, _),) = _blobs(home, chance, 1)
    home.change(("DELETE FROM vault WHERE position = ?", at))
    return at


def blob_inserted(home: Home, chance: random.Random) -> int:
    ((_, sealed),) = _blobs(home, chance, 1)
    home.change(("INSERT INTO vault VALUES (0, ?)", sealed))
    return 0


EVERY: tuple[Tampering, ...] = (
    statement_deleted,
    statements_swapped,
    statement_said_twice,
    statement_truncated,
    event_inserted,
    row_deleted,
    row_deleted_and_the_gap_closed,
    last_rows_deleted,
    rows_swapped,
    row_inserted,
    row_appended,
    leaf_hash_changed,
    record_changed,
    record_deleted,
    record_renamed,
    record_inserted,
    blobs_swapped,
    blob_changed,
    blob_deleted,
    blob_inserted,
)
