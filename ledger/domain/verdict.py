"""A verdict: one word, one sentence, then the checks, so that a person knows which of them failed.

The word is the first that applies of :data:`WORDS`. Two kinds of "true" are kept apart: *proven*
holds for ever and offline, as of a checkpoint; *stated* is what the ledger says for a while.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from ledger.core.tree import TreeHead

Word = Literal[
    "forged", "unknown", "revoked", "unproven", "suspended", "superseded", "expired", "valid"
]
Result = Literal["proven", "stated", "failed", "could_not_be_checked"]

WORDS: tuple[Word, ...] = (
    "forged", "unknown", "revoked", "unproven", "suspended", "superseded", "expired", "valid",
)  # fmt: skip
RESULTS: tuple[Result, ...] = ("proven", "stated", "failed", "could_not_be_checked")
CHECKS = (
    "genuine", "admitted", "issuer", "standard", "result", "status", "holder", "key", "time",
    "freshness",
)  # fmt: skip
FRESH_FOR = 600
"""Seconds for which what the ledger states (not revoked, for one) may be relied on."""


class CouldNotTell(Exception):
    """What is stored contradicts itself: there is no verdict, not even ``unknown``.

    Attributes:
        detail: what does not fit, without personal data.
        position: of the log entry concerned, where one is.
    """

    code = "could-not-tell"

    def __init__(self, detail: str, position: int | None = None) -> None:
        super().__init__(detail)
        self.detail = detail
        self.position = position


@dataclass(frozen=True)
class Check:
    """One check.

    Attributes:
        id: one of :data:`CHECKS`.
        explanation: one or two sentences for a person.
        evidence: positions, hashes, dates and ids that bear it out; nothing personal.
    """

    id: str
    result: Result
    explanation: str
    evidence: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class AsOf:
    """What the verdict rests on.

    Attributes:
        head: of the log.
        time: instant of the answer, seconds.
        until: instant up to which what is *stated* holds, seconds.
        date: the civil date (+08:00) that was asked about; as known at ``time``.
    """

    head: TreeHead
    time: int
    until: int
    date: str | None


@dataclass(frozen=True)
class Verdict:
    """The answer to "is this certificate genuine, and does it hold?".

    Attributes:
        word: one of :data:`WORDS`.
        checks: one for each of :data:`CHECKS`, in that order.
        certificate: its public facts; ``None`` where the word is ``forged`` or ``unknown``.
    """

    word: Word
    sentence: str
    checks: tuple[Check, ...]
    as_of: AsOf
    certificate: Mapping[str, Any] | None = None

    def check(self, ident: str) -> Check:
        """The check of that id."""
        return self.checks[CHECKS.index(ident)]
