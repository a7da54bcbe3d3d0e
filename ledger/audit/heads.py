"""Steps A1 and A2: the checkpoint, and those that the auditor kept from earlier."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from ledger.audit.findings import Findings
from ledger.audit.sources import Unreadable
from ledger.core.checkpoint import open_checkpoint, parse_checkpoint_text
from ledger.core.encoding import b64
from ledger.core.errors import InvalidNote
from ledger.core.note import VerifierKey
from ledger.core.tree import TreeHead
from ledger.domain.records import LedgerInfo


def open_head(note: bytes, vkey: VerifierKey, findings: Findings) -> TreeHead | None:
    """A1: the tree head of the checkpoint. Unsigned it still says how far to read."""
    try:
        text = note.decode("utf-8")
    except UnicodeDecodeError:
        findings.add("A1", None, "the checkpoint is not UTF-8")
        return None
    try:
        return open_checkpoint(text, vkey)
    except InvalidNote as error:
        findings.add("A1", None, f"the checkpoint is not one by {vkey}: {error}")
    try:
        return parse_checkpoint_text(text.rpartition("\n\n")[0] + "\n")
    except InvalidNote:
        return None


def check_founding(info: LedgerInfo | None, vkey: VerifierKey, findings: Findings) -> None:
    """A1: the founding, if it was admitted, names the origin and the log key that were pinned."""
    if info is None:
        return
    if info.origin != vkey.name:
        findings.add("A1", 0, f"the founding names the origin {info.origin}, not {vkey.name}")
    if info.log_key != vkey.key.x:
        findings.add("A1", 0, "the founding names another log key than the pinned one")


def open_kept(notes: Iterable[str], vkey: VerifierKey) -> list[TreeHead]:
    """The kept checkpoints, smallest first.

    Raises:
        Unreadable: one of them is not of this log; the auditor gave the wrong file.
    """
    try:
        return sorted((open_checkpoint(note, vkey) for note in notes), key=lambda head: head.size)
    except InvalidNote as error:
        raise Unreadable(f"a kept checkpoint is not one by {vkey}: {error}") from error


class Kept:
    """A2: consistency with every checkpoint kept, smallest first, by the roots of those sizes."""

    def __init__(self, heads: Sequence[TreeHead], findings: Findings) -> None:
        self._heads = list(heads)
        self._findings = findings
        self._agreed = 0  # entries up to here are those of a kept checkpoint

    def next_size(self) -> int | None:
        """The size whose root is to be compared next."""
        return self._heads[0].size if self._heads else None

    def compare(self, root: bytes) -> None:
        """Compare the recomputed root of `next_size` entries."""
        kept = self._heads.pop(0)
        if kept.root == root:
            self._agreed = kept.size
        else:
            self._findings.add(
                "A2",
                self._agreed,
                f"the log forked: the checkpoint kept at size {kept.size} has the root"
                f" {b64(kept.root)}, these entries {b64(root)}; the first entry that differs is"
                f" one of {self._agreed} to {kept.size - 1}",
            )

    def finish(self, head: TreeHead, found: int) -> None:
        """What is left is larger than the `found` entries that there are."""
        for kept in self._heads:
            if kept.size > head.size:
                what = f"the log shrank: it had {kept.size} entries once, now it has {head.size}"
                self._findings.add("A2", head.size, what)
            else:
                what = f"no way to the kept checkpoint of {kept.size}: entries end at {found}"
                self._findings.add("A2", found, what)
