"""The audit: one pass over the log, steps A1 to A7, nothing believed that was not recomputed."""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import closing, contextmanager

from ledger.audit.findings import Findings
from ledger.audit.heads import Kept, check_founding, open_head, open_kept
from ledger.audit.replay import Replay
from ledger.audit.report import Report
from ledger.audit.scratch import GENERATION
from ledger.audit.signatures import Signatures
from ledger.audit.sources import Block, Database, Source, Unreadable, Vault, View
from ledger.audit.stored import (
    REFUSED,
    LeafRows,
    Refused,
    check_rows,
    compare_records,
    compare_views,
)
from ledger.audit.tree import Tree
from ledger.core.note import VerifierKey
from ledger.core.tree import TreeHead
from ledger.domain.rulebook import RULEBOOKS, Types

Progress = Callable[[int, int], None]
"""Called now and then with how many statements are done, and of how many."""


def audit(
    source: Source,
    vkey: VerifierKey,
    *,
    clock: Callable[[], float],
    database: Database | None = None,
    vault: Vault | None = None,
    views: Iterable[View] = (),
    kept: Iterable[str] = (),
    jobs: int = 1,
    progress: Progress | None = None,
    rulebooks: Mapping[int, Types] = RULEBOOKS,
    cached: int = GENERATION,
) -> Report:
    """Replay a log and say what is wrong with it.

    Args:
        source: the log: a `Folder`, or the database itself.
        vkey: the pinned verifier key; never taken from what is audited.
        clock: monotonic seconds, for the report's rate only.
        database: the database that the log was read from, if it was (`source is database`).
        vault: opened disclosures of the whole log, for the D rules.
        views: projections as served and as rebuilt.
        kept: checkpoints (signed notes) kept from earlier.
        jobs: threads that verify signatures.
        rulebooks: the versions of the rules that are known.
        cached: records kept in memory, in each of two generations; the rest is on disk.
    """
    started = clock()
    one = _Audit(source, vkey, database)
    try:
        with (
            _rare_collections(),
            closing(Signatures(jobs, one.findings)) as signatures,
            closing(Replay(signatures, one.findings, vault, rulebooks, cached)) as replay,
        ):
            one.run(replay, signatures, kept, progress)
            compare_views(views, one.findings)
    except Unreadable as error:
        one.unread = str(error)
    return one.report(clock() - started)


@contextmanager
def _rare_collections() -> Iterator[None]:
    """Let the cycle collector look rarely: replay makes many objects, and no cycles of them."""
    before = gc.get_threshold()
    gc.set_threshold(100_000, *before[1:])
    try:
        yield
    finally:
        gc.set_threshold(*before)


class _Audit:
    """One audit under way: what `Unreadable` may interrupt at any point, and still is reported."""

    def __init__(self, source: Source, vkey: VerifierKey, database: Database | None) -> None:
        self._source = source
        self._vkey = vkey
        self._database = database
        self.findings = Findings()
        self.unread = ""
        self._head: TreeHead | None = None
        self._done = 0
        self._records: int | None = None
        self._counts: tuple[int, int] | None = None

    def run(
        self,
        replay: Replay,
        signatures: Signatures,
        kept: Iterable[str],
        progress: Progress | None,
    ) -> None:
        """Steps A1 to A7, the views excepted."""
        heads = open_kept(kept, self._vkey)
        self._head = head = open_head(self._source.checkpoint(), self._vkey, self.findings)
        if head is None:
            return
        tree = Tree(self._source, head.size, self.findings)
        earlier = Kept(heads, self.findings)
        rows = LeafRows(head.size, self.findings)
        for block in self._source.blocks(head.size):
            leaves = self._replay(block, replay, tree, rows)
            self._roots(earlier, tree, leaves)
            tree.add(leaves)
            self._done += len(leaves)
            if progress is not None:
                progress(self._done, head.size)
        self._roots(earlier, tree, [])
        signatures.finish()
        earlier.finish(head, self._done)
        frontier = tree.frontier() if tree.finish(head) else None
        check_founding(replay.ledger(), self._vkey, self.findings)
        replay.finish()
        self._count(replay)
        if self._database is not None:
            check_rows(self._database, head, frontier, self.findings)
            stored, replayed = self._database.records(), replay.records.all()
            self._records = compare_records(stored, replayed, self.findings)

    def _replay(self, block: Block, replay: Replay, tree: Tree, rows: LeafRows) -> list[bytes]:
        """The positions of one block; returns their leaf hashes."""
        leaves = []
        effects: list[int | Refused | None] = []
        for at, entry in enumerate(block.entries, self._done):
            if entry is None:
                self.findings.add("A3", at, "the entry is missing")
                leaf, admission = tree.stored_leaf(at), None
            else:
                leaf, admission = replay.hear(at, entry)
            leaves.append(leaf)
            effects.append(REFUSED if admission is None else admission.effect)
        if block.leaves is not None:
            for offset, row in enumerate(block.leaves):
                if row is not None:
                    rows.check(self._done + offset, row, leaves[offset], effects[offset])
        return leaves

    def _roots(self, earlier: Kept, tree: Tree, leaves: list[bytes]) -> None:
        """The roots of kept sizes up to, not including, the end of these leaves."""
        while (size := earlier.next_size()) is not None:
            following = size - tree.size
            if following > len(leaves) or (leaves and following == len(leaves)):
                return
            earlier.compare(tree.root(leaves[:following]))

    def _count(self, replay: Replay) -> None:
        if replay.vault is not None:
            self._counts = (replay.vault.checked, replay.vault.erased)

    def report(self, seconds: float) -> Report:
        """What was found so far."""
        checked, erased = self._counts or (None, None)
        return Report(
            self._head,
            self._done,
            seconds,
            tuple(self.findings),
            dict(self.findings.more),
            self.unread,
            self._records,
            checked,
            erased,
        )
