"""One moment of the ledger: head, entries, records and disclosures that belong together."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from ledger.core.errors import CoreError
from ledger.core.sdjwt import Disclosure
from ledger.core.statement import Statement, parse_entry
from ledger.core.tiles import check_tile
from ledger.core.tree import HASH, TreeHead
from ledger.domain.records import Record, decode
from ledger.store.errors import Contradiction, NotFounded
from ledger.store.keystore import KeyStore
from ledger.store.receipt import Receipt
from ledger.store.seam import Head, Reading
from ledger.store.vault import open_sealed


class Effect(NamedTuple):
    """A fact that took effect.

    Attributes:
        position: where in the log it took effect: what views are ordered by.
        statement: the statement whose fact it is.
        entry: the statement's own position, earlier than ``position`` where consents were awaited.
    """

    position: int
    statement: Statement
    entry: int


class View:
    """Everything of one moment: head, entries and records that belong together."""

    def __init__(self, rows: Reading, origin: str, keystore: KeyStore | None) -> None:
        self._rows = rows
        self._origin = origin
        self._keystore = keystore

    def _head(self) -> Head:
        head = self._rows.head()
        if head is None:
            raise NotFounded("this ledger has not been founded")
        return head

    def head(self) -> TreeHead:
        """Origin, size and root."""
        head = self._head()
        return TreeHead(self._origin, head.size, head.root)

    def checkpoint(self) -> str:
        """The latest checkpoint, a signed note."""
        return self._head().checkpoint

    def entry(self, position: int) -> bytes:
        """The JWS at a position.

        Raises:
            IndexError: the log does not reach so far.
            Contradiction: it should be there and is not.
        """
        if not 0 <= position < self._head().size:
            raise IndexError(position)
        return next(self.entries(position, position + 1))

    def entries(self, start: int, stop: int) -> Iterator[bytes]:
        """The JWSs of positions [start, stop) in order.

        Raises:
            Contradiction: one is missing; it names the position.
        """
        expected = start
        for position, entry in self._rows.entries(start, stop):
            if position != expected or entry is None:
                raise Contradiction(f"entry {expected} is missing", expected)
            yield entry
            expected += 1
        if expected < min(stop, self._head().size):
            raise Contradiction(f"entry {expected} is missing", expected)

    def stream(self, name: str) -> list[bytes]:
        """The JWSs of one stream, such as ``certificate/<id>``, in order; also those that still
        await consents."""
        return self._rows.stream_entries(name)

    def position_of(self, leaf: bytes) -> int | None:
        """Position of a leaf hash, or ``None``."""
        row = self._rows.find(leaf)
        return None if row is None else row.position

    def receipt(self, leaf: bytes) -> Receipt | None:
        """The first receipt of a leaf hash, or ``None``."""
        row = self._rows.find(leaf)
        return None if row is None else Receipt(row.position, leaf, row.size, repeated=True)

    def record(self, key: str) -> Record | None:
        """A state record, or ``None``."""
        row = self._rows.record(key)
        return None if row is None else decode(key, row.text)

    def records(self, keys: Iterable[str]) -> dict[str, Record | None]:
        """Several state records."""
        return {key: self.record(key) for key in keys}

    def all_records(self) -> Iterator[tuple[str, str, int]]:
        """Every state record as (key, stored text, version), ordered by key."""
        for key, (text, version) in self._rows.all_records():
            yield key, text, version

    def effects(self, after: int, limit: int) -> list[Effect]:
        """Facts that took effect after position ``after`` (-1: from the start), in log order."""
        return [
            Effect(position, parse_entry(self.entry(entry)), entry)
            for position, entry in self._rows.effects(after, limit)
        ]

    def opened(self, position: int) -> tuple[Disclosure, ...] | None:
        """The disclosures of a statement; ``None`` where they were erased or never were any.

        Raises:
            Contradiction: the stored ciphertext is not what was stored.
        """
        sealed = self._rows.ciphertext(position)
        if sealed is None or self._keystore is None:
            return None
        statement = parse_entry(self.entry(position))
        try:
            return open_sealed(sealed, statement, self.record, self.person, self._keystore.key)
        except Contradiction as error:
            raise Contradiction(f"entry {position}: {error.detail}", position) from None

    def person(self, fact: str) -> str | None:
        """A private fact, such as ``student-of/<registration>``; ``None`` also after erasure."""
        return None if self._keystore is None else self._keystore.fact(fact, self._head().size)

    def registrations_of(self, student: str) -> list[str]:
        """Registrations of a student's handle in log order; none after erasure."""
        if self._keystore is None:
            return []
        return self._keystore.registrations_of(student, self._head().size)

    def tile(self, level: int, n: int, width: int) -> bytes:
        """The tile's hashes, as wide as it is in the tree asked about.

        Raises:
            Contradiction: it is not stored in that width.
        """
        hashes = self._rows.tile(level, n) or b""
        try:
            return check_tile(hashes[: width * HASH], width)
        except CoreError as error:
            raise Contradiction(f"tile {level}/{n}: {error.detail}", n * width) from None
