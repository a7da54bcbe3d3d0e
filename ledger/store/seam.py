"""The seam between the ledger and its database: what is asked of one, and nothing of how.

``ledger.store.sqlite`` is the implementation behind it. Values are bytes, integers and text;
records are opaque text here, decoded by the domain.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import NamedTuple, Protocol
from uuid import UUID

from eventsourcing.persistence import StoredEvent


class Head(NamedTuple):
    """The tree's edge.

    Attributes:
        size: number of entries.
        root: 32 bytes.
        frontier: the compact range from which the next append continues.
        checkpoint: the signed note of (origin, size, root).
    """

    size: int
    root: bytes
    frontier: bytes
    checkpoint: str


class LeafRow(NamedTuple):
    """One position of the log.

    Attributes:
        position: 0 for the founding statement.
        leaf: RFC 6962 leaf hash of the entry.
        event: notification id of the stored event that holds the entry.
        size: size of the checkpoint that its receipt cites.
        effect: position of the statement whose fact took effect here, if one did.
    """

    position: int
    leaf: bytes
    event: int
    size: int
    effect: int | None


class Versioned(NamedTuple):
    """Text of a state record and the position that last changed it."""

    text: str
    version: int


class RecordWrites(NamedTuple):
    """The records that a batch changed.

    Attributes:
        new: (key, version, text) of records that did not exist.
        changed: (version, text, key, version read).
        removed: (key, version read).
    """

    new: list[tuple[str, int, str]]
    changed: list[tuple[int, str, str, int]]
    removed: list[tuple[str, int]]


class Stream(NamedTuple):
    """A stream of events by its name in the domain; ``version`` is that of its last event."""

    name: str
    originator_id: UUID
    version: int


class Ciphertext(NamedTuple):
    """Encrypted disclosures of the statement at ``position``. Whose key opens them is not said."""

    position: int
    sealed: bytes


class Tile(NamedTuple):
    """Hashes of one tile, 32 bytes each; the one at the right edge is partial."""

    level: int
    n: int
    hashes: bytes


@dataclass(frozen=True)
class Sealed:
    """Everything of one batch that is written beside its events. ``leaves[i].event`` is not set."""

    leaves: Sequence[LeafRow]
    streams: Sequence[Stream]
    records: RecordWrites
    vault: Sequence[Ciphertext]
    tiles: Sequence[Tile]
    head: Head


class FactRow(NamedTuple):
    """A private fact; ``subject`` is the student at whose erasure it dies."""

    fact: str
    value: str
    subject: str | None
    position: int


class Journal(NamedTuple):
    """The last batch that wrote here: its first position, and the leaf hash of that position."""

    base: int
    leaf: bytes


class Private(Protocol):
    """One snapshot of the key store."""

    def key(self, subject: str) -> bytes | None:
        """The 32-byte key of a subject."""

    def fact(self, fact: str) -> FactRow | None:
        """One private fact."""

    def facts(self, facts: Sequence[str]) -> dict[str, FactRow]:
        """Those of many private facts that there are."""


class Reading(Protocol):
    """One consistent snapshot of the database."""

    def head(self) -> Head | None:
        """The tree's edge; ``None`` before founding."""

    def leaf(self, position: int) -> LeafRow | None:
        """The row of one position."""

    def find(self, leaf: bytes) -> LeafRow | None:
        """The row of one leaf hash."""

    def entries(self, start: int, stop: int) -> Iterator[tuple[int, bytes | None]]:
        """Positions in order with their entries; ``None`` where the event is missing."""

    def effects(self, after: int, limit: int) -> list[tuple[int, int]]:
        """(position, position of the statement that took effect there), in log order."""

    def record(self, key: str) -> Versioned | None:
        """One state record."""

    def records(self, keys: Sequence[str]) -> dict[str, Versioned]:
        """Those of many state records that there are."""

    def all_records(self) -> Iterator[tuple[str, Versioned]]:
        """Every state record, ordered by key."""

    def streams(self, names: Sequence[str]) -> dict[str, Stream]:
        """Those of many event streams that there are."""

    def stream_entries(self, name: str) -> list[bytes]:
        """The entries of that stream, in order."""

    def ciphertext(self, position: int) -> bytes | None:
        """The encrypted disclosures of one statement."""

    def sealed_positions(self) -> Iterator[int]:
        """Where there are encrypted disclosures, in order."""

    def tile(self, level: int, n: int) -> bytes | None:
        """Hashes of one tile as far as it is filled."""


class Writing(Reading, Protocol):
    """A transaction that holds the write lock."""

    def append(self, events: Sequence[StoredEvent], sealed: Sealed) -> None:
        """Write a batch; it becomes durable, whole, when the transaction ends without an error."""


class Database(Protocol):
    """Where the ledger lies."""

    version: str
    """Version of the database software."""

    url: str

    def create(self) -> None:
        """Make the tables, in one step; nothing happens where they are."""

    def reading(self) -> AbstractContextManager[Reading]:
        """A snapshot. Never waits for a writer."""

    def writing(self) -> AbstractContextManager[Writing]:
        """The write lock, and a transaction that commits at the end."""

    def snapshot(self, path: str | os.PathLike[str]) -> None:
        """Copy a consistent state into a new file."""

    def close(self) -> None:
        """Give the connections back."""
