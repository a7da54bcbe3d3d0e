"""A log in memory that any byte can be changed of, published as the ledger publishes it."""

from __future__ import annotations

import itertools
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ledger.audit.findings import Finding
from ledger.audit.folder import Folder
from ledger.audit.report import Report
from ledger.audit.run import audit
from ledger.core.checkpoint import sign_checkpoint
from ledger.core.note import NoteSigner, VerifierKey
from ledger.core.statement import Statement
from ledger.core.tiles import bundles_of, encode_bundle, grow_tiles, tile_path
from ledger.core.tree import Frontier, TreeHead, leaf_hash
from tests.world import ORIGIN, World, ready_world, seed_key

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
    """Entries, and the files that are published of them."""

    entries: list[bytes]
    files: dict[str, bytes] = field(default_factory=dict)

    @staticmethod
    def of(statements: Iterable[Statement]) -> Log:
        return Log([one.entry for one in statements]).seal()

    def copy(self) -> Log:
        return Log(list(self.entries), dict(self.files))

    def seal(self) -> Log:
        """What an operator with all keys does: tiles, bundles and checkpoint of the entries."""
        leaves = [leaf_hash(entry) for entry in self.entries]
        self.files = {
            tile_path(*tile): data for tile, data in grow_tiles(lambda *_: b"", 0, leaves)
        }
        self.files["checkpoint"] = checkpoint(self.entries).encode()
        return self.bundle()

    def bundle(self) -> Log:
        """What an intruder does who has no keys: the entries anew, the tree as it was."""
        for path in [path for path in self.files if path.startswith("tile/entries")]:
            del self.files[path]
        for level, n, width in bundles_of(len(self.entries)):
            some = self.entries[n * 256 : n * 256 + width]
            self.files[tile_path(level, n, width)] = encode_bundle(some)
        return self

    def write(self, folder: Path) -> Path:
        for path, data in self.files.items():
            target = folder / path
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(data)
        return folder


def ticking() -> Any:
    """A clock for reports that need no true time: a second each time it is read."""
    return itertools.count().__next__


def audited(log: Log, folder: Path, **options: Any) -> Report:
    """Write a log into a folder and audit that."""
    return audit(Folder(log.write(folder)), VKEY, clock=ticking(), **options)


def found(report: Report, step: str) -> list[Finding]:
    """The findings of one step."""
    return [one for one in report.findings if one.step == step]


def story(world: World, candidates: int, sessions: int = 1) -> World:
    """Sessions, each with so many candidates that pass and get their certificates."""
    for _ in range(sessions):
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
    return world


def long_log() -> Log:
    """Two full bundles and a partial one."""
    return Log.of(story(ready_world(), candidates=40, sessions=2).log)
