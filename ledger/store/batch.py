"""One batch under the write lock: statements judged in order, each seeing those before it.

Nothing here writes. What was read is kept with its version, what was decided is kept in memory; the
append writes it at the end, with those versions as assertions, or nobody ever hears of it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from ledger.core.statement import Statement
from ledger.domain.admission import Admission, hear
from ledger.domain.records import Record, decode, encode
from ledger.store.cache import Held, RecordCache
from ledger.store.seam import Reading, RecordWrite


class Admitted(NamedTuple):
    """A statement that got a place in the log."""

    position: int
    statement: Statement
    admission: Admission


class Batch:
    """Records as the next statement sees them: the batch's changes over what is stored.

    Args:
        stored: the transaction that holds the write lock.
        fact_of: looks up a private fact.
        cache: records known from the batches before, valid at this head.
        base: the log's size before the batch.
    """

    def __init__(
        self,
        stored: Reading,
        fact_of: Callable[[str], str | None],
        cache: RecordCache,
        base: int,
    ) -> None:
        self.base = base
        self.admitted: list[Admitted] = []
        self._stored = stored
        self._fact_of = fact_of
        self._cache = cache
        self._now: dict[str, Record | None] = {}
        self._read: dict[str, Held | None] = {}
        self._changed: dict[str, int] = {}
        self._facts: dict[str, str] = {}
        self._positions: dict[bytes, int] = {}

    @property
    def size(self) -> int:
        """The log's size with what is admitted so far."""
        return self.base + len(self.admitted)

    def position_of(self, leaf: bytes) -> int | None:
        """Position of a statement of this batch."""
        return self._positions.get(leaf)

    def load(self, key: str) -> Record | None:
        """The record as it is after the statements admitted so far."""
        try:
            return self._now[key]
        except KeyError:
            held = self._cache.get(key) or self._select(key)
        self._read[key] = held
        record = self._now[key] = None if held is None else held.record
        return record

    def _select(self, key: str) -> Held | None:
        row = self._stored.record(key)
        return None if row is None else Held(decode(key, row.text), row.version)

    def _person(self, fact: str) -> str | None:
        value = self._facts.get(fact)
        return self._fact_of(fact) if value is None else value

    def admit(self, statement: Statement) -> int:
        """Judge a statement whose signature was verified, and give it the next position.

        Raises:
            Refusal: it is not admitted, and the batch is as if it had not been sent.
        """
        # None would mean an entry read from a log, whose D rules nobody can check.
        assert statement.disclosures is not None, "statements are submitted with their disclosures"
        position = self.size
        admission = hear(statement, self.load, position=position, load_person=self._person)
        for key, record in admission.changes.items():
            self.load(key)  # a version to assert, also for what a fold sets without reading it
            self._now[key] = record
            self._changed[key] = position
        self._facts.update(admission.people)
        self._positions[statement.leaf] = position
        self.admitted.append(Admitted(position, statement, admission))
        return position

    def writes(self) -> list[RecordWrite]:
        """The changed records, each with the version that it was read in."""
        rows = []
        for key, version in self._changed.items():
            record, held = self._now[key], self._read[key]
            if record is None and held is None:
                continue  # came and went within the batch
            text = None if record is None else encode(record)
            rows.append(RecordWrite(key, text, version, None if held is None else held.version))
        return rows

    def leave(self) -> tuple[dict[str, Held | None], dict[str, Held]]:
        """What the cache may keep: (changed records, records that were only read)."""
        changed: dict[str, Held | None] = {}
        for key, version in self._changed.items():
            record = self._now[key]
            changed[key] = None if record is None else Held(record, version)
        read = {
            key: held
            for key, held in self._read.items()
            if held is not None and key not in self._changed
        }
        return changed, read
