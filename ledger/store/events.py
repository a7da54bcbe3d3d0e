"""Domain events for eventsourcing: a plain frozen object around the signed bytes.

What was signed is what is stored: the mapper keeps the JWS verbatim as the event's state and gets
the object back by parsing it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from eventsourcing.application import Application
from eventsourcing.persistence import InfrastructureFactory, JSONTranscoder, Mapper, StoredEvent
from eventsourcing.utils import Environment, register_topic

from ledger.core.statement import Statement, parse_entry


@dataclass(frozen=True)
class StatementAdmitted:
    """A statement entered the log, as one event of one stream."""

    TOPIC = "certificate-ledger:StatementAdmitted"

    originator_id: UUID
    originator_version: int
    statement: Statement


register_topic(StatementAdmitted.TOPIC, StatementAdmitted)


class StatementMapper(Mapper[UUID]):
    """Stores the bytes of a statement as they were signed."""

    def to_stored_event(self, domain_event: Any) -> StoredEvent:
        """The event with the JWS as its state."""
        return stored(
            domain_event.originator_id,
            domain_event.originator_version,
            domain_event.statement.entry,
        )

    def to_domain_event(self, stored_event: StoredEvent) -> Any:
        """The statement, parsed from the stored bytes (disclosures are not among them)."""
        return StatementAdmitted(
            originator_id=UUID(str(stored_event.originator_id)),
            originator_version=stored_event.originator_version,
            statement=parse_entry(stored_event.state),
        )


def stored(originator_id: UUID, version: int, entry: bytes) -> StoredEvent:
    """The stored event of one entry."""
    return StoredEvent(originator_id, version, StatementAdmitted.TOPIC, entry)


class LedgerApplication(Application[UUID]):
    """eventsourcing's view of the ledger: streams, mapper, notification log.

    Statements enter through ``Ledger.submit`` only: an event that is no leaf of the tree would be a
    fact without proof.
    """

    name = "certificate-ledger"

    def __init__(
        self,
        factory: Callable[[Environment], InfrastructureFactory[Any]],
        env: Mapping[str, str],
    ) -> None:
        self._factory_of = factory
        super().__init__(dict(env))

    def construct_env(self, name: str, env: Any = None) -> Environment:
        """Settings given here and no others: the process's environment could add a cipher."""
        return Environment(name, env)

    def construct_factory(self, env: Environment) -> InfrastructureFactory[Any]:
        """The database's recorders."""
        return self._factory_of(env)

    def construct_mapper(self) -> Mapper[UUID]:
        """The mapper that keeps signed bytes."""
        return StatementMapper(JSONTranscoder())

    def save(self, *_: Any, **__: Any) -> Any:
        """Refused."""
        raise TypeError("statements enter the log through Ledger.submit")
