"""The ledger as a verdict reads it: one moment, with proofs against that moment's head."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from ledger.core.sdjwt import Disclosure
from ledger.core.tree import InclusionProof, TreeHead
from ledger.domain.records import Certificate, Record, key_of
from ledger.store.ledger import Ledger
from ledger.store.view import View

_PREFIX = key_of(Certificate, "")


class LedgerSource:
    """See :class:`ledger.domain.facts.Source`."""

    def __init__(self, ledger: Ledger, view: View, decoys: list[str]) -> None:
        self._ledger = ledger
        self._decoys = decoys
        self._view = view
        self._head = view.head()

    def head(self) -> TreeHead:
        """Origin, size and root."""
        return self._head

    def checkpoint(self) -> str:
        """The signed note of that head."""
        return self._view.checkpoint()

    def record(self, key: str) -> Record | None:
        """A state record."""
        return self._view.record(key)

    def entry(self, position: int) -> bytes:
        """The JWS at a position."""
        return self._view.entry(position)

    def proof(self, position: int) -> InclusionProof:
        """That the entry there is in the tree of :meth:`head`."""
        return self._ledger.inclusion_proof(position, self._head.size)

    def opened(self, position: int) -> tuple[Disclosure, ...] | None:
        """Disclosures of the statement there; ``None`` where they were erased."""
        return self._view.opened(position)

    def stream(self, name: str) -> Sequence[bytes]:
        """The JWSs of one event stream."""
        return self._view.stream(name)

    def decoy(self) -> str | None:
        """Id of the first certificate in key order; few keys stand before it.

        Remembered: looking for it each time would tell an unknown number by its time.
        """
        if not self._decoys:
            keys = (key for key, _, _ in self._view.all_records() if key >= _PREFIX)
            first = next(keys, "")
            if first.startswith(_PREFIX):
                self._decoys.append(first.removeprefix(_PREFIX))
        return self._decoys[0] if self._decoys else None


@contextmanager
def source_of(ledger: Ledger, decoys: list[str]) -> Iterator[LedgerSource]:
    """One moment of the ledger. ``decoys`` is kept from one call to the next."""
    with ledger.reading() as view:
        yield LedgerSource(ledger, view, decoys)
