"""What can be said of a batch before any lock is taken: repetitions, form, signatures.

The rules on form and the look into disclosures (P1 to P7, D1 to D3) need no record but ``ledger``;
a statement that breaks them costs neither a signature nor the lock.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from ledger.core.keys import PublicKey
from ledger.core.statement import Statement
from ledger.domain.admission import Prepared, expected_reads, prepare
from ledger.domain.errors import Refusal
from ledger.domain.records import LEDGER, Key, Record, key_of
from ledger.store.receipt import Receipt
from ledger.store.signatures import Checked, Job, SignatureChecker
from ledger.store.view import View

MAX_BATCH = 1000
"""Statements in one submit."""

KNOWN_KEYS = 10_000
"""Public keys remembered by their thumbprint, which fixes the key for ever."""


class Candidate(NamedTuple):
    """A statement of good form, and what is known of its signature.

    ``reads`` and ``facts``: keys of what its rules will ask for.
    """

    prepared: Prepared
    checked: Checked
    reads: Sequence[str] = ()
    facts: Sequence[str] = ()


Screened = Candidate | Receipt | Refusal


class Screen:
    """Screens batches; remembers public keys. Any thread may use it."""

    def __init__(self) -> None:
        self._signatures = SignatureChecker()
        self._known: dict[str, PublicKey] = {}

    def screen(self, view: View, statements: Iterable[Statement]) -> list[Screened]:
        """Each statement as a candidate, with its earlier receipt, or refused; in order.

        Raises:
            ValueError: more statements than a batch may have, or one without its disclosures.
        """
        info = view.record(LEDGER)
        found: list[Prepared | Receipt | Refusal] = []
        repeating = True
        for statement in statements:
            _refuse_misuse(statement, len(found))
            # A client that sends a batch again begins with what it sent before. What else is
            # repeated is found when admission refuses its jti.
            first = view.receipt(statement.leaf) if repeating else None
            repeating = first is not None
            found.append(first or _prepared(statement, info))
        return self._check(view, found)

    def _check(self, view: View, found: Sequence[Prepared | Receipt | Refusal]) -> list[Screened]:
        """Check the signatures of what is new and well formed."""
        jobs: list[Job] = [
            (one.statement, self._public_key(view, one.statement.kid))
            for one in found
            if isinstance(one, Prepared)
        ]
        verdicts = iter(self._signatures.check(jobs))
        return [_judged(one, next(verdicts)) if isinstance(one, Prepared) else one for one in found]

    def _public_key(self, view: View, kid: str) -> PublicKey | None:
        """The key with this thumbprint if it is registered; whose it is, the rules ask."""
        known = self._known.get(kid)
        if known is None and isinstance(key := view.record(key_of(Key, kid)), Key):
            if len(self._known) >= KNOWN_KEYS:
                self._known.clear()
            known = self._known[kid] = PublicKey.from_x(key.x)
        return known

    def close(self) -> None:
        """End the threads."""
        self._signatures.close()


def _refuse_misuse(statement: Statement, before: int) -> None:
    if before == MAX_BATCH:
        raise ValueError(f"a batch has at most {MAX_BATCH} statements")
    if statement.disclosures is None:
        # An entry read from a log, whose D rules nobody can check.
        raise ValueError("statements are submitted with their disclosures, see parse_wire")


def _prepared(statement: Statement, info: Record | None) -> Prepared | Refusal:
    try:
        return prepare(statement, info)
    except Refusal as refusal:
        return refusal


def _judged(prepared: Prepared, verdict: Checked | Refusal) -> Candidate | Refusal:
    if isinstance(verdict, Refusal):
        return verdict
    return Candidate(prepared, verdict, *expected_reads(prepared))
