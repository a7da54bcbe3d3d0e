"""The replayed state: records and private facts, in a scratch database of the audit's own.

Memory stays bounded: values that changed or were read lately are kept as objects, the rest lies in
a temporary SQLite file that the operating system removes, whatever happens (it has no name). A
value is written as text only when it leaves the cache. Most keys that rules ask for were never
used (a fresh `jti`, a new certificate's number), so a bitmap answers those without a query; a bit
that two keys share costs a query, never a wrong answer.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator, Mapping
from typing import Generic, TypeVar

from ledger.audit.sources import Unreadable

V = TypeVar("V")

GENERATION = 8_192
"""Values in each of the two generations of the cache."""

_BITS = 1 << 25  # 4 MB
_PAGE = 1_000
_PRAGMAS = (
    "PRAGMA journal_mode=OFF",
    "PRAGMA synchronous=OFF",
    "PRAGMA cache_size=-8192",  # KiB
)


def scratch_database() -> sqlite3.Connection:
    """A private temporary database on disk, in the folder that SQLITE_TMPDIR or TMPDIR names."""
    connection = sqlite3.connect("", isolation_level=None, check_same_thread=False)
    for pragma in _PRAGMAS:
        connection.execute(pragma)
    return connection


class Space(Generic[V]):
    """Values by key, each with the position that last changed it.

    Args:
        database: from `scratch_database`.
        table: name of a table that is made here.
        encode: a value as text.
        decode: key and text -> the value again.
        transient: prefix of keys that nobody asks for again soon.
    """

    def __init__(
        self,
        database: sqlite3.Connection,
        table: str,
        encode: Callable[[V], str],
        decode: Callable[[str, str], V],
        *,
        transient: str = "\0",
        generation: int = GENERATION,
    ) -> None:
        self._database = database
        self._encode = encode
        self._decode = decode
        self._transient = transient
        self._generation = generation
        self._bits = bytearray(_BITS >> 3)
        self._recent: dict[str, V | None] = {}
        self._older: dict[str, V | None] = {}
        self._changed: dict[str, int] = {}
        # The names are our own constants.
        database.execute(
            f"CREATE TABLE {table}"
            " (key TEXT PRIMARY KEY, version INTEGER NOT NULL, value TEXT NOT NULL) WITHOUT ROWID"
        )
        self._get = f"SELECT value FROM {table} WHERE key = ?"  # noqa: S608
        self._put = f"REPLACE INTO {table} VALUES (?, ?, ?)"  # noqa: S608
        self._drop = f"DELETE FROM {table} WHERE key = ?"  # noqa: S608
        self._all = f"SELECT key, version, value FROM {table} ORDER BY key"  # noqa: S608

    def load(self, key: str) -> V | None:
        """The value under a key, or `None`."""
        recent = self._recent
        if key in recent:
            return recent[key]
        if key in self._older:
            value = recent[key] = self._older[key]
            return value
        bit = hash(key) & _BITS - 1
        if not self._bits[bit >> 3] >> (bit & 7) & 1:
            return None
        row = self._database.execute(self._get, (key,)).fetchone()
        value = recent[key] = None if row is None else self._decode(key, row[0])
        return value

    def apply(self, changes: Mapping[str, V | None], position: int) -> None:
        """Set values; `None` removes one."""
        recent, changed, bits = self._recent, self._changed, self._bits
        for key, value in changes.items():
            recent[key] = value
            changed[key] = position
            bit = hash(key) & _BITS - 1
            bits[bit >> 3] |= 1 << (bit & 7)
        if len(recent) >= self._generation:
            self.flush()

    def flush(self) -> None:
        """Write what changed, and begin a new generation."""
        recent = self._recent
        written, removed = [], []
        for key in sorted(self._changed):
            value = recent[key]
            if value is None:
                removed.append((key,))
            else:
                written.append((key, self._changed[key], self._encode(value)))
        try:
            self._database.execute("BEGIN")
            self._database.executemany(self._drop, removed)
            self._database.executemany(self._put, written)
            self._database.execute("COMMIT")
        except sqlite3.Error as error:  # the disk is full
            raise Unreadable(f"the scratch file cannot be written: {error}") from error
        transient = self._transient
        self._older = {key: recent[key] for key in recent if not key.startswith(transient)}
        self._recent = {}
        self._changed = {}

    def all(self) -> Iterator[tuple[str, str, int]]:
        """Every key with its value's text and version, in the order of the keys' bytes."""
        self.flush()
        cursor = self._database.execute(self._all)
        while page := cursor.fetchmany(_PAGE):
            for key, version, text in page:
                yield key, text, version
