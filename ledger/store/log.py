"""The read side: log, tree, records, disclosures. Over the live ledger or over a copy of it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from functools import lru_cache

from ledger.core.checkpoint import sign_checkpoint
from ledger.core.note import NoteSigner
from ledger.core.prover import consistency_proof, inclusion_proof, tree_root
from ledger.core.sdjwt import Disclosure
from ledger.core.tile_reader import TileReader
from ledger.core.tree import ConsistencyProof, InclusionProof, TreeHead
from ledger.domain.records import Record
from ledger.store.keystore import KeyStore
from ledger.store.receipt import Receipt
from ledger.store.seam import Database
from ledger.store.view import Effect, View

PAGE = 500


class Log:
    """Reading, each call of its own moment. Any thread may use it.

    Args:
        origin: of the ledger.
        keystore: opens disclosures; without it they stay closed.
        signer: signs checkpoints of earlier sizes again.
    """

    def __init__(
        self,
        database: Database,
        origin: str,
        keystore: KeyStore | None = None,
        signer: NoteSigner | None = None,
    ) -> None:
        self._database = database
        self._origin = origin
        self._keystore = keystore
        self._signer = signer
        self._nodes = TileReader(self.tile, 0)
        self.checkpoint_at = lru_cache(maxsize=256)(self._checkpoint_at)

    @contextmanager
    def reading(self) -> Iterator[View]:
        """One moment: everything read within belongs together, whoever writes meanwhile."""
        with self._database.reading() as rows:
            yield View(rows, self._origin, self._keystore)

    def head(self) -> TreeHead:
        """Origin, size and root of the latest tree."""
        with self.reading() as view:
            return view.head()

    def checkpoint(self) -> str:
        """The latest checkpoint, a signed note."""
        with self.reading() as view:
            return view.checkpoint()

    def _checkpoint_at(self, size: int) -> str:
        """The checkpoint of an earlier size: Ed25519 is deterministic, so it is the same note.

        Raises:
            IndexError: the log was never of that size.
        """
        head = self.head()
        if not 0 < size <= head.size or self._signer is None:
            raise IndexError(size)
        root = head.root if size == head.size else tree_root(self._nodes.at(size), size)
        return sign_checkpoint(TreeHead(self._origin, size, root), self._signer)

    def entry(self, position: int) -> bytes:
        """See :meth:`View.entry`."""
        with self.reading() as view:
            return view.entry(position)

    def entries(self, start: int = 0, stop: int | None = None) -> Iterator[bytes]:
        """The JWSs of positions [start, stop) in order, a page at a time: no reader holds up the
        cleaning of the write-ahead log while its caller thinks.

        Raises:
            Contradiction: one is missing; it names the position.
        """
        end = self.head().size if stop is None else stop
        for first in range(start, end, PAGE):
            with self.reading() as view:
                page = list(view.entries(first, min(first + PAGE, end)))
            yield from page

    def position_of(self, leaf: bytes) -> int | None:
        """Position of a leaf hash, or ``None``."""
        with self.reading() as view:
            return view.position_of(leaf)

    def inclusion_proof(self, position: int, size: int) -> InclusionProof:
        """Proof that the entry stands at that position of the tree of that size.

        Raises:
            InvalidProof: there is no such position in that size.
        """
        return inclusion_proof(self._nodes.at(size), position, size)

    def consistency_proof(self, old: int, new: int) -> ConsistencyProof:
        """Proof that the tree of size ``new`` begins with that of size ``old``."""
        return consistency_proof(self._nodes.at(new), old, new)

    def receipt_proof(self, receipt: Receipt) -> tuple[str, InclusionProof]:
        """The checkpoint that a receipt cites, and the proof against it; the same every time."""
        return (
            self.checkpoint_at(receipt.size),
            self.inclusion_proof(receipt.position, receipt.size),
        )

    def tile(self, level: int, n: int, width: int) -> bytes:
        """See :meth:`View.tile`."""
        with self.reading() as view:
            return view.tile(level, n, width)

    def record(self, key: str) -> Record | None:
        """A state record, or ``None``."""
        with self.reading() as view:
            return view.record(key)

    def records(self, keys: Iterable[str]) -> dict[str, Record | None]:
        """Several state records of one moment."""
        with self.reading() as view:
            return view.records(keys)

    def effects(self, after: int, limit: int) -> list[Effect]:
        """See :meth:`View.effects`."""
        with self.reading() as view:
            return view.effects(after, limit)

    def opened(self, position: int) -> tuple[Disclosure, ...] | None:
        """See :meth:`View.opened`."""
        with self.reading() as view:
            return view.opened(position)

    def people(self, fact: str) -> str | None:
        """See :meth:`View.person`."""
        with self.reading() as view:
            return view.person(fact)
