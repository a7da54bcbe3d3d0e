"""kill -9 at any moment: nothing acknowledged is lost, nothing is there twice or half done.

Files are looked at through the same SQLite library that the ledger uses: another one in the same
process would drop its locks (https://sqlite.org/howtocorrupt.html, 2.2.1).
"""

from __future__ import annotations

import json
import random
import signal
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pysqlite3.dbapi2 as sqlite3
import pytest

from ledger.core.checkpoint import open_checkpoint
from ledger.core.note import VerifierKey
from ledger.core.statement import Statement, parse_entry
from ledger.core.tree import Frontier
from ledger.domain.admission import hear
from ledger.domain.records import Record, encode
from ledger.store.ledger import Ledger
from tests.store.stored import StoredWorld, states
from tests.world import apply

ROOT = Path(__file__).parents[2]


def start(world: StoredWorld, statements: list[Statement], batch: int, *step: str):
    file = world.home.parent / "statements"
    file.write_bytes(b"".join(one.wire() + b"\n" for one in statements))
    command = [sys.executable, "-m", "tests.store.writer", world.home, file, batch, world.now]
    return subprocess.Popen(
        [*map(str, command), *step], cwd=ROOT, stdout=subprocess.PIPE, text=True
    )


def acknowledged(process: subprocess.Popen) -> list[int]:
    """Positions of everything that was acknowledged before the process ended."""
    positions: list[int] = []
    for line in process.stdout:
        # The last line may be cut off: nobody was told that.
        if line.startswith("[") and line.endswith("]\n"):
            positions += json.loads(line)
    process.wait()
    process.stdout.close()
    return positions


def enrolments(world: StoredWorld, count: int) -> list[Statement]:
    return [
        world.sign(
            "harbour",
            "student.enrolled",
            {"student": world.chance.id()},
            {"person": world.chance.id(), "name": f"Student {at}"},
        )
        for at in range(count)
    ]


def check_everything(ledger: Ledger) -> None:
    """Replay the log and compare head, records, tiles and keys with what is stored."""
    records: dict[str, Record] = {}
    people: dict[str, str] = {}
    frontier, leaves = Frontier(), []
    for position, entry in enumerate(ledger.entries()):
        statement = parse_entry(entry)
        apply(records, hear(statement, records.get, position=position))
        frontier.append(statement.leaf)
        leaves.append(statement.leaf)
        if statement.digests:
            opened = ledger.opened(position)
            assert opened is not None
            assert {one.digest for one in opened} == set(statement.digests)
            people |= {
                f"enrolled/harbour/{one.value}": "" for one in opened if one.name == "person"
            }
    head = open_checkpoint(ledger.checkpoint(), VerifierKey.parse(ledger.config.vkey))
    assert (head.size, head.root) == (frontier.size, frontier.root())
    with ledger.reading() as view:
        assert view.head() == head
        assert states(view.all_records()) == states(
            (key, encode(record), 0) for key, record in records.items()
        )
    _check_rows(ledger)
    full = len(leaves) - len(leaves) % 256
    if full:
        assert ledger.tile(0, 0, 256) == b"".join(leaves[:256])
    _check_keys(ledger, set(people))


def _check_rows(ledger: Ledger) -> None:
    """No row belongs to no position of the log."""
    queries = (
        "SELECT count(*) FROM leaves WHERE position NOT BETWEEN 0 AND (SELECT size FROM head) - 1",
        "SELECT count(*) FROM stored_events WHERE rowid NOT IN (SELECT event FROM leaves)",
        "SELECT count(*) FROM vault WHERE position NOT IN (SELECT position FROM leaves)",
    )
    with closing(sqlite3.connect(ledger.home.ledger)) as file:
        assert [file.execute(query).fetchone()[0] for query in queries] == [0, 0, 0]


def _check_keys(ledger: Ledger, people: set[str]) -> None:
    file = sqlite3.connect(ledger.home.keys)
    facts = {row[0] for row in file.execute("SELECT fact FROM people")}
    keys = file.execute("SELECT count(*), max(position) FROM keys").fetchone()
    file.close()
    assert facts == people
    assert keys[0] == len(people)
    assert (keys[1] or 0) < ledger.head().size


def integrity(path: Path) -> str:
    file = sqlite3.connect(path)
    answer = file.execute("PRAGMA integrity_check").fetchone()[0]
    file.close()
    return str(answer)


@pytest.mark.parametrize("step", ["before-keys", "after-keys", "after-rows", "after-commit"])
def test_killed_at_each_step(world: StoredWorld, step: str) -> None:
    kept, lost = enrolments(world, 2)
    world.ledger.submit([kept])
    size = world.ledger.head().size
    process = start(world, [lost], 1, step)
    assert acknowledged(process) == []
    assert process.returncode == -signal.SIGKILL
    survived = step == "after-commit"
    assert world.ledger.head().size == size + survived
    # The next append, in a process that was there all the time, sweeps what never was.
    other = enrolments(world, 1)
    (receipt,) = world.ledger.submit(other)
    assert receipt.position == size + survived
    check_everything(world.ledger)
    (again,) = world.ledger.submit([lost])
    assert again.repeated == survived
    check_everything(world.ledger)


def test_a_person_of_a_batch_that_never_was_can_be_enrolled(world: StoredWorld) -> None:
    person = world.chance.id()

    def enrol() -> Statement:
        disclosed = {"person": person, "name": "Once Only"}
        return world.sign("harbour", "student.enrolled", {"student": world.chance.id()}, disclosed)

    acknowledged(start(world, [enrol()], 1, "after-keys"))
    (answer,) = world.ledger.submit([enrol()])
    assert answer.position == world.ledger.head().size - 1
    check_everything(world.ledger)


@pytest.mark.parametrize(("rounds", "batch"), [(10, 1), (10, 40)])
def test_killed_at_random(world: StoredWorld, rounds: int, batch: int) -> None:
    chance = random.Random(batch)
    statements = enrolments(world, 4000)
    told: dict[int, bytes] = {}
    for _ in range(rounds):
        process = start(world, statements, batch)
        assert process.stdout.readline() == "ready\n"
        try:
            process.wait(chance.uniform(0.0, 0.15))
        except subprocess.TimeoutExpired:
            process.kill()
        for at, position in enumerate(acknowledged(process)):
            told[position] = statements[at].entry
        for file in (world.home / "ledger.db", world.home / "keys.db"):
            assert integrity(file) == "ok"
    assert told, "somebody was told something"
    for position, entry in told.items():
        assert world.ledger.entry(position) == entry
    # Repeats take no lock; the first append after the last kill sweeps what it left.
    world.ledger.submit([*statements[:999], *enrolments(world, 1)])
    check_everything(world.ledger)
    entries = list(world.ledger.entries())
    assert len(set(entries)) == len(entries)
