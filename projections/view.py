"""What a view is: tables, the statements that change them, and a fold."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from ledger.domain.case import is_late
from ledger.store.view import Effect

Change = tuple[str, tuple[object, ...]]
"""Name of one of the view's ``changes``, and the values for it."""


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


def late(effect: Effect, claimed: str, time: int) -> int:
    """1 where the fact's own date lies more than 30 days before it took effect, else 0."""
    return int(is_late(effect.statement.claims[claimed], time))


def party_of(effect: Effect) -> str:
    """Id of the party that signed."""
    return effect.statement.iss.rpartition("/")[2]
