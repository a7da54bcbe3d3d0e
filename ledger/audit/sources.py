"""What an audit reads, as protocols: a published log, and a database and vault where there are any.

Everything that comes from a source is hostile until it was checked; types are what a damaged file
may hold, so values of stored rows are `object`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import NamedTuple, Protocol

from ledger.core.sdjwt import Disclosure

BLOCK = 256
"""Positions in one block: those of a full bundle (C2SP tlog-tiles)."""


class Unreadable(Exception):
    """A source cannot be read (a file is missing, the disk fails): the audit cannot tell."""


class Leaf(NamedTuple):
    """A row of the database's order of entries, as it was found."""

    leaf: object  # leaf hash
    size: object  # of the checkpoint that its receipt cites
    effect: object  # position of the statement whose fact took effect here


class Block(NamedTuple):
    """Consecutive positions: entries, `None` where one is missing, and their rows in a database."""

    entries: list[bytes | None]
    leaves: list[Leaf | None] | None = None


class Source(Protocol):
    """A log. Every method may raise `Unreadable`."""

    def checkpoint(self) -> bytes:
        """The latest checkpoint, a signed note."""

    def blocks(self, size: int) -> Iterator[Block]:
        """Positions 0 to size - 1 in blocks of `BLOCK`; ends early where nothing more is there."""

    def tile(self, level: int, n: int, width: int) -> bytes | None:
        """A hash tile of that width, `None` where there is none."""


class Head(NamedTuple):
    """The tree's edge as a database keeps it."""

    size: object
    root: object
    frontier: object


class StoredRecord(NamedTuple):
    """A state record as a database keeps it."""

    key: object  # UTF-8
    text: object  # UTF-8
    version: object


class Stray(NamedTuple):
    """A row that belongs to no position of the log."""

    table: str
    row: object


class Database(Source, Protocol):
    """A log together with the database of the service that runs it."""

    def head(self) -> Head | None:
        """The tree's edge."""

    def records(self) -> Iterator[StoredRecord]:
        """All state records in the order of their keys' bytes."""

    def strays(self) -> Iterator[Stray]:
        """Rows outside the log."""


class Opened(NamedTuple):
    """What the vault holds for one position.

    Attributes:
        disclosures: `None` where they were erased, or where `problem` says why they do not open.
    """

    position: int
    disclosures: tuple[Disclosure, ...] | None
    problem: str = ""


Vault = Iterable[Opened]
"""The whole vault in the order of positions."""


@dataclass(frozen=True)
class View:
    """A projection, its rows in one order: `stored` as served, `rebuilt` from the log."""

    name: str
    stored: Iterable[tuple[object, ...]]
    rebuilt: Iterable[tuple[object, ...]]
