"""Students' keys and private facts, apart from the ledger and durable before it.

Two SQLite files are never one atomic commit, so a batch is written in this order, all of it while
the ledger's write lock is held:

1. here: new keys, private facts and the journal (first position of the batch and its leaf hash);
2. in the ledger: everything else.

A crash after 1 leaves rows of a batch that never was. The next append finds the journal's batch
missing from the log and deletes them first (:meth:`KeyStore.settle`): a key of nobody harms nobody,
but a fact "enrolled here" that never happened would refuse the true one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from ledger.domain.candidates import student_of_key
from ledger.store.errors import Contradiction, KeyStoreAhead
from ledger.store.seam import FactRow, Journal, Private
from ledger.store.sqlite.keys import KeyRows, SQLiteKeys

KEY = 32


class KeyStore:
    """The keys that open the vault.

    Args:
        path: of ``keys.db``.
        random: gives that many random bytes.
    """

    def __init__(
        self, path: Path, random: Callable[[int], bytes], lock_timeout: int | None = None
    ) -> None:
        self._rows = SQLiteKeys(path, lock_timeout)
        self._random = random

    def create(self) -> None:
        """Make the tables of a new key store."""
        self._rows.create()

    def settle(self, size: int, leaf_at: Callable[[int], bytes | None]) -> None:
        """Sweep what a batch wrote that never reached the ledger.

        Called first by every append, holding the ledger's write lock: nobody else is between the
        two steps now.

        Args:
            size: number of entries in the ledger.
            leaf_at: leaf hash at a position of the ledger.

        Raises:
            KeyStoreAhead: the ledger is an older copy than this key store.
            Contradiction: key store and ledger do not belong together.
        """
        with self._rows.reading() as rows:
            journal = rows.journal()
        if journal is None:
            return
        if journal.base > size:
            raise KeyStoreAhead(
                f"the key store knows a batch at position {journal.base} and the ledger ends at"
                f" {size}: an older copy of the ledger was put in place"
            )
        if journal.base == size:
            with self._rows.writing() as rows:
                rows.sweep(journal.base)
        elif leaf_at(journal.base) != journal.leaf:
            raise Contradiction("the key store belongs to another ledger", journal.base)

    @contextmanager
    def reading(self) -> Iterator[Private]:
        """Look up private facts and keys in one snapshot."""
        with self._rows.reading() as rows:
            yield rows

    def prepare(
        self, journal: Journal, subjects: Mapping[str, int], facts: list[FactRow]
    ) -> dict[str, bytes]:
        """Step 1 of a batch: its keys and facts become durable here.

        Args:
            journal: of this batch.
            subjects: who is encrypted for, with the position of the first statement in the batch.
            facts: private facts to remember.

        Returns:
            The key of each subject, old or new.
        """
        with self._rows.reading() as rows:
            known = {subject: rows.key(subject) for subject in subjects}
        if not facts and None not in known.values():
            return {subject: key for subject, key in known.items() if key is not None}
        with self._rows.writing() as rows:
            keys = {subject: self._key(rows, subject, at) for subject, at in subjects.items()}
            rows.add_facts(facts)
            rows.write_journal(journal)
        return keys

    def _key(self, rows: KeyRows, subject: str, position: int) -> bytes:
        key = rows.key(subject)
        if key is None:
            key = self._random(KEY)
            rows.add_key(subject, key, position)
        return key

    def key(self, subject: str) -> bytes | None:
        """The key of a subject, ``None`` after it was destroyed."""
        with self._rows.reading() as rows:
            return rows.key(subject)

    def fact(self, fact: str, size: int) -> str | None:
        """A private fact that was stated within the first ``size`` entries."""
        with self._rows.reading() as rows:
            row = rows.fact(fact)
        return None if row is None or row.position >= size else row.value

    def registrations_of(self, student: str, size: int) -> list[str]:
        """Registrations of a student stated within the first ``size`` entries, in log order."""
        kind = student_of_key("")
        with self._rows.reading() as rows:
            facts = rows.facts_of(student, kind)
        return [row.fact.removeprefix(kind) for row in facts if row.position < size]

    def destroy(self, subject: str) -> bool:
        """Erase a student: no disclosure under that key can be read again, by anybody.

        Returns:
            Whether there was a key.
        """
        with self._rows.writing() as rows:
            existed = rows.destroy(subject)
        # A crash before this line leaves the deletion durable and old pages in the WAL; the next
        # checkpoint overwrites them.
        self._rows.empty_wal()
        return existed

    def close(self) -> None:
        """Close the connections."""
        self._rows.close()
