"""The replayed state: records and private facts, in a scratch database of the audit's own.

Memory stays bounded: values that changed or were read lately are kept as objects, the rest lies in
a temporary SQLite file that the operating system removes, whatever happens (it has no name). A
value is written as text only when it leaves the cache. Many keys that rules ask for were never
used (a new certificate's number), so a bitmap answers those without a query; a bit that two keys
share costs a query, never a wrong answer.
"""

from __future__ import annotations

import heapq
import sqlite3
from collections.abc import Callable, Iterator, Mapping
from typing import Generic, TypeVar

from ledger.audit.once import Once, Use
from ledger.audit.sources import Unreadable

V = TypeVar("V")

GENERATION = 16_384
"""Values in each of the two generations of the cache."""

_BITS = 1 << 25  # 4 MB
_PAGE = 1_000
_PRAGMAS = (
    "PRAGMA page_size=16384",
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


class _Recent(dict[str, V | None]):
    """The young generation, which stands for all values: what it lacks is looked up elsewhere."""

    __slots__ = ("_find",)

    def __init__(self, find: Callable[[str], V | None]) -> None:
        self._find = find

    def __missing__(self, key: str) -> V | None:
        return self._find(key)

    def get(self, key: str, default: object = None) -> V | None:
        return self[key]


class Space(Generic[V]):
    """Values by key, each with the position that last changed it.

    Args:
        database: from `scratch_database`.
        table: name of a table that is made here.
        encode: a value as text.
        decode: key and text -> the value again.
        once: keys of its prefix are kept there instead; their value follows from the position, and
            beyond the two generations they are taken for unused, until `Once.repeated` is asked.
    """

    found: Mapping[str, V | None]
    """All values, `None` under every other key: what rules are judged on. A dictionary, because
    they ask ten times for each statement, and most answers are at hand."""

    def __init__(
        self,
        database: sqlite3.Connection,
        table: str,
        encode: Callable[[V], str],
        decode: Callable[[str, str], V],
        *,
        once: Once | None = None,
        generation: int = GENERATION,
    ) -> None:
        self._database = database
        self._encode = encode
        self._decode = decode
        self._once = once
        self._prefix = "\0" if once is None else once.prefix
        self._generation = generation
        self._bits = bytearray(_BITS >> 3)
        self._recent = _Recent(self._find)
        self._older: dict[str, V | None] = {}
        self._changed: dict[str, int] = {}
        self.found = self._recent
        # The names are our own constants.
        database.execute(
            f"CREATE TABLE {table}"
            " (key TEXT PRIMARY KEY, version INTEGER NOT NULL, value TEXT NOT NULL) WITHOUT ROWID"
        )
        self._get = f"SELECT value FROM {table} WHERE key = ?"  # noqa: S608
        self._put = f"REPLACE INTO {table} VALUES (?, ?, ?)"  # noqa: S608
        self._drop = f"DELETE FROM {table} WHERE key = ?"  # noqa: S608
        self._all = f"SELECT key, version, value FROM {table} ORDER BY key"  # noqa: S608

    def _find(self, key: str) -> V | None:
        """What the young generation does not hold."""
        if key in self._older:
            value = self._recent[key] = self._older[key]
            return value
        bit = hash(key) & _BITS - 1
        if not self._bits[bit >> 3] >> (bit & 7) & 1:
            return None  # as for all keys of `once`, whose bits are not set
        row = self._database.execute(self._get, (key,)).fetchone()
        value = self._recent[key] = None if row is None else self._decode(key, row[0])
        return value

    def apply(self, changes: Mapping[str, V | None], position: int) -> None:
        """Set values; `None` removes one."""
        self._recent.update(changes)
        self._changed.update(dict.fromkeys(changes, position))
        if len(self._recent) >= self._generation:
            self.flush()

    def flush(self) -> None:
        """Write what changed, and begin a new generation."""
        recent, bits, encode = self._recent, self._bits, self._encode
        prefix, changed = self._prefix, self._changed
        uses = [use for use in changed.items() if use[0].startswith(prefix)]
        written, removed = [], []
        for key in sorted([key for key in changed if not key.startswith(prefix)]):
            bit = hash(key) & _BITS - 1
            bits[bit >> 3] |= 1 << (bit & 7)
            value = recent[key]
            if value is None:
                removed.append((key,))
            else:
                written.append((key, changed[key], encode(value)))
        self._write(uses, removed, written)
        self._older = {key: recent[key] for key in recent if not key.startswith(prefix)}
        self._recent.clear()
        self._changed.clear()

    def _write(
        self, uses: list[Use], removed: list[tuple[str]], written: list[tuple[str, int, str]]
    ) -> None:
        try:
            self._database.execute("BEGIN")
            if self._once is not None:
                self._once.add(uses)
            self._database.executemany(self._drop, removed)
            self._database.executemany(self._put, written)
            self._database.execute("COMMIT")
        except sqlite3.Error as error:  # the disk is full
            raise Unreadable(f"the scratch file cannot be written: {error}") from error

    def all(self) -> Iterator[tuple[str, str, int]]:
        """Every key with its value's text and version, in the order of the keys' bytes."""
        self.flush()
        # UTF-8 sorts as Python sorts strings, by code points.
        return heapq.merge(self._stored(), self._used())

    def _stored(self) -> Iterator[tuple[str, str, int]]:
        cursor = self._database.execute(self._all)
        while page := cursor.fetchmany(_PAGE):
            for key, version, text in page:
                yield key, text, version

    def _used(self) -> Iterator[tuple[str, str, int]]:
        if self._once is not None:
            for key, position in self._once.all():
                yield key, self._once.text(position), position
