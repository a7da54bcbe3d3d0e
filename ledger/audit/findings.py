"""What an audit finds: numbered steps, findings, and a bounded collection of them.

The same numbers stand in the code, in `docs/audit.md` and in every report.
"""

from __future__ import annotations

from bisect import insort
from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

LIMIT = 20
"""Findings kept for each step; those at the smallest positions. Further ones are counted."""

_LONGEST = 400


class Step(NamedTuple):
    """One step of the audit: what it checks, and what a finding of it puts at stake."""

    title: str
    stake: str


STEPS = {
    "A1": Step(
        "The checkpoint is signed by the pinned key, and the founding names that key and origin.",
        "This may be another log than the one you pinned.",
    ),
    "A2": Step(
        "Every checkpoint kept from earlier is a beginning of this log.",
        "History was rewritten or cut off: what was once shown to somebody is no longer there.",
    ),
    "A3": Step(
        "The tree is recomputed from the entries: root, every tile, every leaf row.",
        "An entry is not the one that was signed for: it was changed, removed, added or moved.",
    ),
    "A4": Step(
        "Every entry is a statement, signed by a key that was valid at its position.",
        "Somebody else than the named party may have said this.",
    ),
    "A5": Step(
        "Every statement was rightly admitted: all P rules, in the version then in force.",
        "The operator let in what the rules forbid; what builds on it is not to be relied upon.",
    ),
    "A6": Step(
        "Every disclosure in the vault is the one that was signed, and all D rules hold.",
        "Personal data was exchanged or lost, or a rule about it was passed over.",
    ),
    "A7": Step(
        "State records, effects and views in the database are those that the log leads to.",
        "The service answers from data that the log does not support.",
    ),
}


@dataclass(frozen=True)
class Finding:
    """One thing that is wrong.

    Attributes:
        step: `A1` to `A7`.
        position: of the entry, `None` where it concerns no single one.
        rule: number of the admission rule that was broken, `None` where it is none of those.
        what: what is wrong, printable text.
    """

    step: str
    position: int | None
    rule: str | None
    what: str

    @property
    def stake(self) -> str:
        """What is at stake."""
        return STEPS[self.step].stake

    def __str__(self) -> str:
        place = "" if self.position is None else f" at position {self.position}"
        rule = "" if self.rule is None else f", rule {self.rule}"
        return f"{self.step}{place}{rule}: {self.what}"


class Findings:
    """The findings of one audit, in memory that does not grow with the log."""

    def __init__(self) -> None:
        self._kept: dict[str, list[tuple[tuple[bool, int], Finding]]] = {step: [] for step in STEPS}
        self.more: dict[str, int] = {}

    def add(self, step: str, position: int | None, what: str, rule: str | None = None) -> None:
        """Keep a finding, or count it where there are `LIMIT` at smaller positions."""
        finding = Finding(step, position, rule, printable(what))
        kept = self._kept[step]
        if any(one == finding for _, one in kept):
            return
        insort(kept, ((position is None, position or 0), finding), key=lambda pair: pair[0])
        if len(kept) > LIMIT:
            kept.pop()
            self.more[step] = self.more.get(step, 0) + 1

    def __iter__(self) -> Iterator[Finding]:
        """By step, then by position; those of no position last."""
        for step in STEPS:
            yield from (finding for _, finding in self._kept[step])

    def __bool__(self) -> bool:
        return any(self._kept.values())


def printable(text: str) -> str:
    """Text that no terminal acts upon: others wrote parts of it."""
    text = text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"
    return "".join(one if one.isprintable() else f"\\u{{{ord(one):x}}}" for one in text)
