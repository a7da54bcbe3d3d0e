"""What a view is: tables, the statements that change them, and a fold."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from ledger.domain.case import is_late
from ledger.store.view import Effect

Change = tuple[str, tuple[object, ...]]
"""Name of one of the view's ``changes``, and the values for it."""

IN_TIME, LATE, IMPORTED = "in_time", "late", "imported"


@dataclass(frozen=True)
class View:
    """A view of the log.

    Attributes:
        name: names it in ``progress``.
        version: of the fold; another one than that stored makes the view anew.
        tables: columns of each table.
        indexes: of these tables.
        changes: SQL by name. In a batch each is run for all its rows at once, in this order, so a
            fold's rows must not depend on an order between different ones but this.
        fold: rows for one effect; ``time`` is the stated time at its position. Pure.
    """

    name: str
    version: int
    tables: Mapping[str, str]
    indexes: tuple[str, ...]
    changes: Mapping[str, str]
    fold: Callable[[Effect, int], Iterable[Change]]


def arrival(effect: Effect, claimed: str, time: int) -> str:
    """How a fact came into the log: ``in_time``, ``late`` or ``imported``.

    A fact more than 30 days old gives a reason and is countersigned, or an accepted history covers
    it: admission (P19) let nothing else in. One that gives a reason is told as late in any case.
    """
    claims = effect.statement.claims
    if not is_late(claims[claimed], time):
        return IN_TIME
    return LATE if "late_reason" in claims else IMPORTED


def listed(names: Iterable[str]) -> str:
    """Names as one text, the same for the same names in any order."""
    return ",".join(sorted(names))


def party_of(effect: Effect) -> str:
    """Id of the party that signed."""
    return effect.statement.iss.rpartition("/")[2]
