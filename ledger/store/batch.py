"""One batch under the write lock: statements judged in order, each seeing those before it.

Nothing here writes. What was read is kept with its version, what was decided is kept in memory; the
append writes it at the end, with those versions as assertions, or nobody ever hears of it.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from ledger.core.sdjwt import Disclosure
from ledger.core.statement import Statement, parse_entry
from ledger.domain.admission import Admission, Prepared, decide
from ledger.domain.candidates import pending_of_key
from ledger.domain.records import Record, decode, encode
from ledger.store.cache import Held, RecordCache
from ledger.store.seam import FactRow, Head, Private, Reading, RecordWrites
from ledger.store.vault import open_sealed

_UNREAD = object()


class Admitted(NamedTuple):
    """A statement that got a place in the log."""

    position: int
    statement: Statement
    admission: Admission


class Batch:
    """Records as the next statement sees them: the batch's changes over what is stored.

    Args:
        stored: the transaction that holds the write lock.
        private: the key store, settled: it holds nothing of a batch that never was.
        cache: records known from the batches before, valid at this head.
        base: the log's size before the batch.
    """

    def __init__(
        self,
        stored: Reading,
        private: Private,
        cache: RecordCache,
        base: int,
    ) -> None:
        self.base = base
        self.admitted: list[Admitted] = []
        self.facts: list[FactRow] = []
        self._stored = stored
        self._private = private
        self._cache = cache
        self._now: dict[str, Any] = {}
        self._read: dict[str, Held | None] = {}
        self._changed: dict[str, int] = {}
        self._facts: dict[str, str | None] = {}
        self._positions: dict[bytes, int] = {}

    @property
    def size(self) -> int:
        """The log's size with what is admitted so far."""
        return self.base + len(self.admitted)

    def position_of(self, leaf: bytes) -> int | None:
        """Position of a statement of this batch."""
        return self._positions.get(leaf)

    def expect(self, reads: Sequence[str], facts: Sequence[str]) -> None:
        """Fetch together what the batch will ask for: a query for each would cost as much again
        as judging.
        """
        wanted = [key for key in dict.fromkeys(reads) if self._cache.get(key) is None]
        rows = self._stored.records(wanted)
        for key in wanted:
            if key not in self._now:
                row = rows.get(key)
                held = None if row is None else Held(decode(key, row.text), row.version)
                self._read[key] = held
                self._now[key] = None if held is None else held.record
        known = self._private.facts(facts)
        for fact in facts:
            self._facts[fact] = known[fact].value if fact in known else None

    def load(self, key: str) -> Record | None:
        """The record as it is after the statements admitted so far."""
        record: Record | None = self._now.get(key, _UNREAD)
        if record is _UNREAD:
            held = self._read[key] = self._cache.get(key) or self._select(key)
            record = self._now[key] = None if held is None else held.record
        return record

    def _select(self, key: str) -> Held | None:
        row = self._stored.record(key)
        return None if row is None else Held(decode(key, row.text), row.version)

    def _person(self, fact: str) -> str | None:
        if fact not in self._facts:
            row = self._private.fact(fact)
            self._facts[fact] = None if row is None else row.value
        return self._facts[fact]

    def _reopen(self, position: int) -> Sequence[Disclosure] | None:
        """The disclosures of a statement that awaited consents until now."""
        if position >= self.base:
            return self.admitted[position - self.base].statement.disclosures
        sealed = self._stored.ciphertext(position)
        (_, entry), *_ = self._stored.entries(position, position + 1)
        if sealed is None or entry is None:
            return None
        key_of = self._private.key
        return open_sealed(sealed, parse_entry(entry), self.load, self._person, key_of)

    def _facts_of(self, statement: Statement, admission: Admission) -> list[FactRow]:
        """Private facts to remember, and at whose erasure they die."""
        student = admission.subject
        if student is None and admission.people:
            # The last consent to a pending fact: its student was remembered when it was sent.
            student = self._person(pending_of_key(statement.claims["statement"]))
        return [
            FactRow(fact, value, student, self.size) for fact, value in admission.people.items()
        ]

    def admit(self, prepared: Prepared) -> None:
        """Judge a statement whose signature was verified, and give it the next position.

        Raises:
            Refusal: it is not admitted, and the batch is as if it had not been sent.
        """
        statement, position = prepared.statement, self.size
        admission = decide(
            prepared,
            self.load,
            position=position,
            load_person=self._person,
            reopen=self._reopen,
        )
        self.facts += self._facts_of(statement, admission)
        for key, record in admission.changes.items():
            if key not in self._read:
                self.load(key)  # a version to assert, also for what a fold sets without reading it
            self._now[key] = record
            self._changed[key] = position
        self._facts.update(admission.people)
        self._positions[statement.leaf] = position
        self.admitted.append(Admitted(position, statement, admission))

    def writes(self) -> RecordWrites:
        """The changed records, each with the version that it was read in."""
        rows = RecordWrites([], [], [])
        for key, version in self._changed.items():
            record, held = self._now[key], self._read[key]
            if held is None:
                if record is not None:  # else it came and went within the batch
                    rows.new.append((key, version, encode(record)))
            elif record is None:
                rows.removed.append((key, held.version))
            else:
                rows.changed.append((version, encode(record), key, held.version))
        return rows

    def hand_on(self, cache: RecordCache, head: Head) -> None:
        """Give the cache what the next batch may ask for: records that existed before this one.

        New ones (a certificate, its number, a jti) are seldom read soon.
        """
        cache.end(head)
        for key, held in self._read.items():
            if held is None:
                continue
            version = self._changed.get(key)
            if version is not None:
                record = self._now[key]
                held = None if record is None else Held(record, version)
            cache.put(key, held)
