"""The tests' world on a real ledger: what it says goes into a home folder, and into the dictionary.

The dictionary is the second opinion: it judges with the same rules, but keeps nothing on disk and
knows no batches, no cache and no lock.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from ledger.core.keys import PrivateKey
from ledger.core.statement import Statement
from ledger.domain.admission import Admission
from ledger.domain.errors import Refusal
from ledger.domain.records import encode
from ledger.store.ledger import Ledger
from ledger.store.receipt import Receipt
from tests.world import World, seed_key

OPERATOR_KEYS: dict[str, PrivateKey] = {
    "log": seed_key("operator/log"),
    "statement": seed_key("operator"),
    "report": seed_key("operator/report"),
}


class StoredWorld(World):
    """A world whose statements are submitted to a ledger in ``home``, one by one."""

    def __init__(self, home: Path, **options: Any) -> None:
        super().__init__()
        self.home = home
        self.options = {"clock": self.time, "monotonic": self.time, **options}
        self.ledger = Ledger.found(home, self.founding(), OPERATOR_KEYS, **self.options)
        self.found()

    def time(self) -> float:
        return float(self.now)

    def admit(self, statement: Statement) -> Admission:
        """Judge in memory, submit to the ledger, and demand the same verdict of both."""
        refused: Refusal | None = None
        done: Admission | None = None
        try:
            done = super().admit(statement)
        except Refusal as refusal:
            refused = refusal
        if statement.type != "ledger.founded":
            (answer,) = self.ledger.submit([statement])
            self._compare(refused, answer)
        if done is None:
            assert refused is not None
            raise refused
        return done

    def _compare(self, refused: Refusal | None, answer: Receipt | Refusal) -> None:
        if isinstance(answer, Refusal):
            assert refused is not None, answer
            assert (answer.rule, answer.code) == (refused.rule, refused.code)
        else:
            assert refused is None, refused
            assert answer.position == len(self.log) - 1

    def reopen(self) -> Ledger:
        """Another ledger object on the same home, as another process would have."""
        return Ledger.open(self.home, **self.options)

    def close(self) -> None:
        self.ledger.close()


def ready(world: StoredWorld) -> StoredWorld:
    """One agency, one school, one type, a standard and an accreditation."""
    world.party("northern", "agency")
    world.party("harbour", "school")
    claims = {"certificate_type": "welding", "name": "Welding", "category": "vocational"}
    world.say("regulator", "certificate_type.defined", claims)
    world.standard()
    world.accredit()
    return world


def states(records: Iterable[tuple[str, str, int]]) -> dict[str, str]:
    """Records by key, without the jti of the ledger's own statements of time, which are random."""
    return {key: text for key, text, _ in records if not key.startswith("jti/operator/")}


def expected_states(world: World) -> dict[str, str]:
    """The same of the dictionary."""
    return states((key, encode(record), 0) for key, record in world.records.items())
