"""A world read as a ledger is read for a verdict."""

from __future__ import annotations

from collections.abc import Sequence

from ledger.core.prover import inclusion_proof
from ledger.core.sdjwt import Disclosure
from ledger.core.tree import Frontier, InclusionProof, TreeHead, node_hash
from ledger.domain.presented import Typed, read_file
from ledger.domain.records import Record
from ledger.domain.verdict import Verdict
from ledger.domain.verifying import verify
from tests.world import ORIGIN, World


class WorldSource:
    """The moment at which it was made. ``damage`` the lists and dicts as you like."""

    def __init__(self, world: World) -> None:
        self.records: dict[str, Record] = dict(world.records)
        self.entries = [one.entry for one in world.log]
        self.disclosed = {at: one.disclosures for at, one in enumerate(world.log)}
        self.leaves = [one.leaf for one in world.log]
        self.streams = [one for one in world.log if "certificate" in one.claims]
        self.touched: list[int] = []

    def head(self) -> TreeHead:
        frontier = Frontier()
        for leaf in self.leaves:
            frontier.append(leaf)
        return TreeHead(ORIGIN, len(self.leaves), frontier.root())

    def record(self, key: str) -> Record | None:
        return self.records.get(key)

    def entry(self, position: int) -> bytes:
        return self.entries[position]

    def _node(self, level: int, index: int) -> bytes:
        if level == 0:
            return self.leaves[index]
        return node_hash(self._node(level - 1, 2 * index), self._node(level - 1, 2 * index + 1))

    def proof(self, position: int) -> InclusionProof:
        return inclusion_proof(self._node, position, len(self.leaves))

    def opened(self, position: int) -> tuple[Disclosure, ...] | None:
        self.touched.append(position)
        return self.disclosed.get(position)

    def stream(self, name: str) -> Sequence[bytes]:
        ident = name.partition("/")[2]
        return [one.entry for one in self.streams if one.claims["certificate"] == ident]

    def decoy(self) -> str | None:
        found = [key for key in self.records if key.startswith("certificate/")]
        return found[0].partition("/")[2] if found else None


def ask_file(world: World, data: bytes | str, at: str | None = None) -> Verdict:
    """The verdict on a file."""
    return verify(read_file(data, ORIGIN), WorldSource(world), now=world.now, at=at)


def ask_number(world: World, number: str, name: str, at: str | None = None) -> Verdict:
    """The verdict on a number and a name."""
    return verify(Typed(number, name), WorldSource(world), now=world.now, at=at)


def results(verdict: Verdict) -> dict[str, str]:
    """Result of each check, by its id."""
    return {check.id: check.result for check in verdict.checks}
