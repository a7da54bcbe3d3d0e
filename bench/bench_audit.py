"""Auditing a published log on one core, all P rules: ratio to the bare verify loop of the same run,
held to 0.6; and the memory of 100,000 statements above that of 1,000, held to 50 MB.

    python -m bench.bench_audit [statements]
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any, NamedTuple

from bench.baseline import report, resident_mb, verify_rate
from ledger.audit.folder import Folder
from ledger.audit.run import audit
from ledger.core import keys
from ledger.core.checkpoint import sign_checkpoint
from ledger.core.note import NoteSigner, VerifierKey
from ledger.core.statement import Statement
from ledger.core.tiles import bundles_of, encode_bundle, grow_tiles, tile_path
from ledger.core.tree import Frontier, TreeHead, leaf_hash
from ledger.domain import admission
from tests.world import ORIGIN, Candidate, World, apply, ready_world, seed_key

SIGNER = NoteSigner(ORIGIN, seed_key("operator/log"))
VKEY = VerifierKey(ORIGIN, SIGNER.key.public)
SMALL = 1_000
HELD = 0.6
MORE_MB = 50.0
CANDIDATES = 200  # in a session, seven statements each


class Author(World):
    """A world that keeps entries only, and trusts the signatures that it just made."""

    def _append(self, statement: Statement) -> admission.Admission:
        log: list[Any] = self.log
        done = admission.hear(
            statement, self.records.get, position=len(log), load_person=self.people.get
        )
        apply(self.records, done)
        self.people.update(done.people)
        log.append(statement.entry)
        return done


def entries(size: int) -> list[bytes]:
    """A log of at least ``size`` statements: sessions, from registration to certificates."""
    world = ready_world()
    author = Author(**{name: getattr(world, name) for name in vars(World())})
    author.log = [one.entry for one in world.log]  # type: ignore[misc]
    while len(author.log) < size:
        session = author.session()
        taking = [author.candidate(session, f"Wei {at}") for at in range(CANDIDATES)]
        for candidate in taking:
            _score(candidate)
        author.hold(session)
        for candidate in taking:
            candidate.result("pass")
        author.publish(session)
        author.pass_days(3)
        for candidate in taking:
            candidate.issue()
    return author.log  # type: ignore[return-value]


def _score(candidate: Candidate) -> None:
    for part, mark in (("theory", 60), ("bench", 40), ("report", 16)):
        candidate.score(part, mark)


def write(folder: Path, log: list[bytes]) -> None:
    """Publish entries as a folder."""
    edge = Frontier()
    leaves = [leaf_hash(entry) for entry in log]
    for leaf in leaves:
        edge.append(leaf)
    files = {tile_path(*tile): data for tile, data in grow_tiles(lambda *_: b"", 0, leaves)}
    for level, n, width in bundles_of(len(log)):
        files[tile_path(level, n, width)] = encode_bundle(log[n * 256 : n * 256 + width])
    files["checkpoint"] = sign_checkpoint(TreeHead(ORIGIN, edge.size, edge.root()), SIGNER).encode()
    for path, data in files.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_bytes(data)


class Measured(NamedTuple):
    """One audit: statements a second, bare verifications a second around it, peak MB."""

    rate: float
    bare: float
    memory: float


def replay(folder: Path, jobs: int, library: str) -> Measured:
    """Audit in this process, with libsodium's quicker yes or without."""
    if library == "cryptography":
        keys.quickly_verified = None
    before = verify_rate()
    done = audit(Folder(folder), VKEY, clock=time.perf_counter, jobs=jobs)
    assert done.exit_code == 0, done.line()
    memory = resident_mb()
    return Measured(done.statements / done.seconds, max(before, verify_rate()), memory)


def measured(folder: Path, jobs: int, library: str) -> Measured:
    """The same in a process of its own, the better of two: other programs disturb."""
    where = [str(folder), str(jobs), library]
    command = [sys.executable, "-m", "bench.bench_audit", "--replay", *where]
    runs = []
    for _ in range(2):
        done = subprocess.run(command, capture_output=True, text=True, check=True)
        runs.append(Measured(*map(float, done.stdout.split())))
    return max(runs, key=lambda run: run.rate / run.bare)


def main(size: int = 100_000) -> bool:
    with tempfile.TemporaryDirectory() as folder:
        large, small = Path(folder, "large"), Path(folder, "small")
        log = entries(size)
        write(large, log)
        write(small, log[:SMALL])
        least = measured(small, 1, "cryptography").memory
        one = measured(large, 1, "cryptography")
        two = measured(large, 2, "cryptography")
        sodium = measured(large, 1, "libsodium") if keys.quickly_verified else None
    held = report(f"audit of {len(log):,} statements, one core", one.rate, one.bare, HELD)
    if sodium is not None:
        held &= report("audit with libsodium, one core", sodium.rate, sodium.bare, HELD)
    print(f"audit on two threads: {two.rate:,.0f}/s, {two.rate / one.rate:.2f} of one")
    more = one.memory - least
    fits = more <= MORE_MB
    print(
        f"audit memory: {one.memory:.0f} MB at {len(log):,}, {more:.0f} MB above {SMALL:,}"
        f" (held to {MORE_MB:g}) {'ok' if fits else 'SHORT'}"
    )
    return held and fits


if __name__ == "__main__":
    if sys.argv[1:2] == ["--replay"]:
        print(*replay(Path(sys.argv[2]), int(sys.argv[3]), sys.argv[4]))
    else:
        sys.exit(0 if main(*map(int, sys.argv[1:2])) else 1)
