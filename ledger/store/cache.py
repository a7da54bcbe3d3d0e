"""Records that the last batches read, so that the next one need not ask the database.

Valid only while nobody else appended: the tree's head under the lock must be the one after this
process's own last append. Any other head, also one that this process failed to commit, empties it.
"""

from __future__ import annotations

from typing import NamedTuple

from ledger.domain.records import Record
from ledger.store.seam import Head

LIMIT = 10_000


class Held(NamedTuple):
    """A record and the position that last changed it."""

    record: Record
    version: int


class RecordCache:
    """At most 2 · ``limit`` records; those not read for a while go first. Used under the lock."""

    def __init__(self, limit: int = LIMIT) -> None:
        self._limit = limit
        self._head: tuple[int, bytes] | None = None
        self._young: dict[str, Held] = {}
        self._old: dict[str, Held] = {}

    def begin(self, head: Head) -> None:
        """A batch begins at ``head``: forget everything unless it is the head that was left."""
        if self._head != (head.size, head.root):
            self._young, self._old = {}, {}
            self._head = (head.size, head.root)

    def get(self, key: str) -> Held | None:
        """The record as it is at the head, ``None`` where it is not known here."""
        held = self._young.get(key)
        if held is None:
            held = self._old.pop(key, None)
            if held is not None:
                self._put(key, held)
        return held

    def end(self, head: Head) -> None:
        """A batch is about to commit and leaves ``head``; its records follow.

        Should the commit fail, the head in the database is another one, and :meth:`begin` empties
        the cache.
        """
        self._head = (head.size, head.root)

    def put(self, key: str, held: Held | None) -> None:
        """Know a record as it is at the head; ``None``: it was removed."""
        self._old.pop(key, None)
        if held is None:
            self._young.pop(key, None)
        else:
            self._put(key, held)

    def _put(self, key: str, held: Held) -> None:
        if len(self._young) >= self._limit:
            self._old, self._young = self._young, {}
        self._young[key] = held
