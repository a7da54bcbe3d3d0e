"""What a rule sees: one statement, the records it reads, and where in the log it would stand."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

from ledger.domain.dates import DAY, add_days, civil_date
from ledger.domain.errors import Broken
from ledger.domain.records import (
    CLOCK,
    LEDGER,
    PREFIX,
    Clock,
    History,
    LedgerInfo,
    Party,
    Record,
    key_of,
)

if TYPE_CHECKING:
    from ledger.domain.registry import StatementType

Found = Mapping[str, Record | None]
"""Records by key; ``None`` where the log holds no such fact."""

People = Mapping[str, str | None]
"""Private facts by key (who is enrolled where). They live in the key store and die at erasure."""

LATE_DAYS = 30
AHEAD_SECONDS = 300

R = TypeVar("R")


def is_late(claimed: str | None, now: int) -> bool:
    """Whether a claimed date lies more than 30 days behind the stated time ``now`` (seconds)."""
    return claimed is not None and claimed < civil_date(now - LATE_DAYS * DAY)


class Opened(NamedTuple):
    """One disclosure that was opened at the door: its value and the digest that the log holds."""

    value: Any
    digest: str


Disclosed = Mapping[str, Opened]
"""Opened disclosures by name."""


class Stated(NamedTuple):
    """A well-formed statement, reduced to what rules need; a pending one is kept in this shape."""

    type: StatementType
    party: str
    kid: str
    claims: dict[str, Any]
    digests: tuple[str, ...]
    leaf: str


class Case:
    """One statement before the rules.

    Args:
        stated: the statement.
        found: the records named by ``reads``.
        position: where the fact would take effect.
        opened: disclosures by name, or ``None`` where they cannot be seen (D rules do not run).
        people: private facts named by ``people_reads``; read by D rules only.
        at: where the statement itself stands, when that is not ``position`` (a late consent).
        versions: rules versions that this software knows.
    """

    __slots__ = (
        "at",
        "claimed",
        "claims",
        "found",
        "late",
        "memo",
        "now",
        "opened",
        "party",
        "people",
        "position",
        "stated",
        "today",
        "versions",
    )

    def __init__(
        self,
        stated: Stated,
        found: Found,
        position: int,
        *,
        opened: Disclosed | None = None,
        people: People | None = None,
        at: int | None = None,
        versions: Collection[int] = (),
    ) -> None:
        self.stated = stated
        self.claims = stated.claims
        self.party = stated.party
        self.found = found
        self.position = position
        self.at = position if at is None else at
        self.opened = opened
        self.versions = versions
        self.people: People = {} if people is None else people
        clock = found.get(CLOCK)
        self.now: int = clock.time if isinstance(clock, Clock) else 0
        self.today = civil_date(self.now)
        self.memo: dict[str, Any] = {}
        """What a rule has found and later ones ask for again."""
        name = stated.type.claimed
        self.claimed: str | None = None if name is None else self.claims[name]
        """The date that the signer claims for the fact, where its type has one."""
        self.late = is_late(self.claimed, self.now)
        """Whether that date lies more than 30 days behind the ledger's stated time."""

    @property
    def ledger(self) -> LedgerInfo:
        """What founding fixed; the engine has made sure that it exists."""
        info = self.found[LEDGER]
        assert isinstance(info, LedgerInfo)
        return info

    def get(self, kind: type[R], first: object, *more: object) -> R | None:
        """The record of that kind and id, or ``None``. ``reads`` must have named it."""
        key = key_of(kind, first, *more) if more else f"{PREFIX[kind]}{first}"
        return self.found[key]  # type: ignore[return-value]

    def need(self, kind: type[R], first: object, *more: object) -> R:
        """A record that an earlier rule has shown to exist."""
        record = self.found[key_of(kind, first, *more) if more else f"{PREFIX[kind]}{first}"]
        assert record is not None
        return record  # type: ignore[return-value]

    def disclosed(self, name: str) -> Opened:
        """A disclosure that rule D2 has shown to be there."""
        assert self.opened is not None
        return self.opened[name]

    def accepted_history(self, agency: str, day: str) -> bool:
        """Whether an accepted history of ``agency`` covers ``day`` and its deadline is not over."""
        history = self.found.get(key_of(History, agency))
        if not isinstance(history, History):
            return False
        return any(
            first <= day <= last and self.now <= deadline
            for first, last, deadline, _ in history.accepted
        )

    @property
    def imported(self) -> bool:
        """Whether the statement is late and an accepted history covers it."""
        agency = self.stated.type.agency(self.stated, self.found) if self.late else None
        return agency is not None and self.accepted_history(agency, self.claimed or "")

    def window_over(self, publication: Sequence[Any], days: int) -> bool:
        """Whether the objection window of one publication of results is over.

        Measured in stated time at both ends, but for imported history; and by the claimed dates,
        so that nobody dates back behind the window what the stated time allows only now.
        """
        _, published_at, published_on = publication
        if add_days(published_on, days) > (self.claimed or ""):
            return False
        return self.imported or bool(self.now >= published_at + days * DAY)


def require_party(case: Case, ident: str, role: str, where: str) -> Party:
    """The registered party ``ident`` with that role, or :class:`Broken`."""
    party = case.get(Party, ident)
    if party is None or role not in party.roles:
        raise Broken(
            f"no {role} is registered as {ident!r}",
            where=where,
            instead=f"the regulator states party.registered for {ident!r} with the role {role}",
        )
    return party
