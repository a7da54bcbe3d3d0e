"""Keys that are used once and then never read: one `jti` for each statement.

A table sorted by random keys is rewritten all over at every flush, so these are appended in the
order of the log. Most were never seen before, and a bitmap knows that. Those that it doubts are
looked for at the end, in one pass over the table: a key used twice is found, if later than others.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator, Sequence
from itertools import groupby

_BITS = 1 << 25  # 4 MB
_PAGE = 1_000

Use = tuple[str, int]
"""A key and the position that used it."""


class Once:
    """The uses of such keys.

    Args:
        database: from `ledger.audit.scratch.scratch_database`.
        prefix: what such keys begin with.
        text: the value that follows from the position.
    """

    def __init__(
        self, database: sqlite3.Connection, prefix: str, text: Callable[[int], str]
    ) -> None:
        self.prefix = prefix
        self.text = text
        self._database = database
        self._bits = bytearray(_BITS >> 3)
        database.execute("CREATE TABLE once (key TEXT NOT NULL, position INTEGER NOT NULL)")
        database.execute("CREATE TABLE doubt (key TEXT PRIMARY KEY) WITHOUT ROWID")

    def add(self, uses: Sequence[Use]) -> None:
        """Append uses, in the order of the log, within a transaction of the caller."""
        bits, doubts = self._bits, []
        for key, _ in uses:
            bit = hash(key) & _BITS - 1
            byte, mask = bit >> 3, 1 << (bit & 7)
            if bits[byte] & mask:
                doubts.append((key,))
            bits[byte] |= mask
        self._database.executemany("INSERT INTO once VALUES (?, ?)", uses)
        self._database.executemany("INSERT OR IGNORE INTO doubt VALUES (?)", doubts)

    def repeated(self) -> Iterator[tuple[str, int, int]]:
        """Keys used again: key, position of the first use, position of a later one."""
        query = (
            "SELECT key, position FROM once WHERE key IN (SELECT key FROM doubt)"
            " ORDER BY key, position"
        )
        for key, uses in groupby(self._rows(query), key=lambda use: use[0]):
            (_, first), *later = uses
            for _, again in later:
                yield key, first, again

    def all(self) -> Iterator[Use]:
        """Every key once, in the order of the keys' bytes, with its first use."""
        query = "SELECT key, position FROM once ORDER BY key, position"
        for _, uses in groupby(self._rows(query), key=lambda use: use[0]):
            yield next(uses)

    def _rows(self, query: str) -> Iterator[Use]:
        cursor = self._database.execute(query)
        while page := cursor.fetchmany(_PAGE):
            yield from page
