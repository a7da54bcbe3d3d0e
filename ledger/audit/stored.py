"""Steps A3 and A7 where there is a database: its rows against what the log leads to."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from enum import Enum
from itertools import zip_longest

from ledger.audit.findings import Findings
from ledger.audit.sources import Database, Head, Leaf, StoredRecord, View
from ledger.core.tree import TreeHead


class Refused(Enum):
    """Stands for the effect of an entry that was refused: nobody can say what it should be."""

    REFUSED = "refused"


REFUSED = Refused.REFUSED


class LeafRows:
    """The rows of the log's order, one after the other."""

    def __init__(self, size: int, findings: Findings) -> None:
        self._size = size
        self._findings = findings
        self._batch_end = 0

    def check(self, position: int, row: Leaf, leaf: bytes, effect: int | Refused | None) -> None:
        """A3: leaf hash, and size of the checkpoint that is cited. A7: whose fact took effect."""
        if row.leaf != leaf:
            self._findings.add("A3", position, "the database has another leaf hash for this entry")
        if not self._cites_its_batch(position, row.size):
            what = f"the database has {row.size!r} for the size that the receipt cites"
            self._findings.add("A3", position, what)
        if effect is not REFUSED and (row.effect != effect or isinstance(row.effect, float)):
            what = f"the database says that {row.effect!r} took effect here, the log {effect!r}"
            self._findings.add("A7", position, what)

    def _cites_its_batch(self, position: int, size: object) -> bool:
        """All of a batch cite the size at its end; the next batch begins there."""
        if position < self._batch_end:
            return size == self._batch_end
        right = isinstance(size, int) and position < size <= self._size
        self._batch_end = size if right and isinstance(size, int) else position + 1
        return right


def check_rows(
    database: Database, head: TreeHead, frontier: bytes | None, findings: Findings
) -> None:
    """A3: the stored edge of the tree, and rows that belong to no position.

    Args:
        frontier: as recomputed; `None` where the recomputed tree is not the checkpoint's.
    """
    stored = database.head()
    edge = stored.frontier if stored is not None and frontier is None else frontier
    if stored != Head(head.size, head.root, edge):
        what = "the database's edge of the tree is not the recomputed one of the checkpoint"
        findings.add("A3", None, what)
    for table, row in database.strays():
        position = row if table in ("leaves", "vault") and isinstance(row, int) else None
        findings.add("A3", position, f"{table}: row {row!r} belongs to no entry of the log")


def compare_records(
    stored: Iterator[StoredRecord], replayed: Iterator[tuple[str, str, int]], findings: Findings
) -> int:
    """A7: every state record, text and version, in one pass over both in key order.

    Returns:
        How many records the log leads to.
    """
    count = 0
    row = next(stored, None)
    for key, text, version in replayed:
        count += 1
        wanted = key.encode()
        while row is not None and not (isinstance(row.key, bytes) and row.key >= wanted):
            _extra(row, findings)
            row = next(stored, None)
        if row is None or row.key != wanted:
            findings.add("A7", version, f"the state record {key} is missing")
            continue
        if row.text != text.encode():
            findings.add("A7", version, f"the state record {key} is not {text}")
        elif row.version != version:
            what = f"the state record {key} has version {row.version!r}, not {version}"
            findings.add("A7", version, what)
        row = next(stored, None)
    while row is not None:
        _extra(row, findings)
        row = next(stored, None)
    return count


def _extra(row: StoredRecord, findings: Findings) -> None:
    key = row.key.decode(errors="replace") if isinstance(row.key, bytes) else repr(row.key)
    what = f"the log leads to no state record {key}"
    findings.add("A7", row.version if isinstance(row.version, int) else None, what)


def compare_views(views: Iterable[View], findings: Findings) -> None:
    """A7: each view, row by row, as far as the first difference."""
    for view in views:
        for number, (stored, rebuilt) in enumerate(zip_longest(view.stored, view.rebuilt)):
            if stored == rebuilt:
                continue
            name = (rebuilt or stored or ("",))[0]
            how = "is missing" if stored is None else "differs"
            how = "does not follow from the log" if rebuilt is None else how
            findings.add("A7", None, f"view {view.name}: row {number} ({name}) {how}")
            break
