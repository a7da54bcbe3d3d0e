"""A log in memory that any byte can be changed of, exported as the ledger exports it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from ledger.core.checkpoint import sign_checkpoint
from ledger.core.note import NoteSigner, VerifierKey
from ledger.core.tiles import bundles_of, encode_bundle, grow_tiles, tile_path
from ledger.core.tree import Frontier, TreeHead, leaf_hash
from ledger.core.statement import Statement
from tests.world import ORIGIN, World, passed_candidate, ready_world, seed_key

SIGNER = NoteSigner(ORIGIN, seed_key("operator/log"))
VKEY = VerifierKey(ORIGIN, SIGNER.key.public)


def checkpoint(entries: Iterable[bytes], signer: NoteSigner = SIGNER) -> str:
    """The signed checkpoint of these entries."""
    edge = Frontier()
    for entry in entries:
        edge.append(leaf_hash(entry))
    return sign_checkpoint(TreeHead(signer.name, edge.size, edge.root()), signer)


@dataclass
class Log:
    """Entries, and what is published of them."""

    entries: list[bytes]
    files: dict[str, bytes] = field(default_factory=dict)

    @staticmethod
    def of(statements: Iterable[Statement]) -> Log:
        return Log([one.entry for one in statements]).seal()

    def seal(self) -> Log:
        """Make tiles, bundles and checkpoint of the entries as they are now."""
        size = len(self.entries)
        leaves = [leaf_hash(entry) for entry in self.entries]
        self.files = {
            tile_path(*tile): data for tile, data in grow_tiles(lambda *_: b"", 0, leaves)
        }
        for level, n, width in bundles_of(size):
            bundle = self.entries[n * 256 : n * 256 + width]
            self.files[tile_path(level, n, width)] = encode_bundle(bundle)
        self.files["checkpoint"] = checkpoint(self.entries).encode()
        return self

    def rebundle(self) -> Log:
        """Write the entries anew, and leave tiles and checkpoint as they were."""
        kept = {path: data for path, data in self.files.items() if "entries" not in path}
        self.seal()
        self.files.update(kept)
        return self

    def write(self, folder: Path) -> Path:
        for path, data in self.files.items():
            target = folder / path
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(data)
        return folder


def story(sessions: int = 1, candidates: int = 1) -> World:
    """A world with certificates: for each session so many candidates that pass."""
    world = ready_world()
    for _ in range(sessions):
        one_session(world, candidates)
    return world


def one_session(world: World, candidates: int) -> None:
    session = world.session()
    taking = [world.candidate(session, f"Wei Example {at}") for at in range(candidates)]
    for candidate in taking:
        for part, mark in (("theory", 60), ("bench", 40), ("report", 16)):
            candidate.score(part, mark)
    world.hold(session)
    for candidate in taking:
        candidate.result("pass")
    world.publish(session)
    world.pass_days(3)
    for candidate in taking:
        candidate.issue()


__all__ = ["Log", "SIGNER", "VKEY", "checkpoint", "one_session", "passed_candidate", "story"]
