"""Several processes and threads on one home: one order, and each decision right at its place."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from ledger.core.statement import Statement, parse_entry
from ledger.domain.admission import hear
from ledger.domain.errors import Refusal
from ledger.domain.records import Record, encode
from ledger.store.errors import Busy
from ledger.store.ledger import Ledger
from tests.store.stored import StoredWorld, states
from tests.world import SCOPE, apply

ROOT = Path(__file__).parents[2]


def run_writers(world: StoredWorld, *jobs: tuple[list[Statement], int]) -> list[list[str | int]]:
    """One process for each (statements, batch size), all at once; what each was answered."""
    processes = []
    for number, (statements, batch) in enumerate(jobs):
        file = world.home.parent / f"statements-{number}"
        file.write_bytes(b"".join(one.wire() + b"\n" for one in statements))
        command = [sys.executable, "-m", "tests.store.writer", world.home, file, batch, world.now]
        processes.append(
            subprocess.Popen([*map(str, command)], cwd=ROOT, stdout=subprocess.PIPE, text=True)
        )
    answers = []
    for process in processes:
        out, _ = process.communicate(timeout=60)
        assert process.returncode == 0
        lines = [json.loads(line) for line in out.splitlines() if line.startswith("[")]
        answers.append([one for line in lines for one in line])
    return answers


def replay(ledger: Ledger) -> dict[str, Record]:
    """Judge every entry again in log order; raises where the ledger decided otherwise."""
    records: dict[str, Record] = {}
    for position, entry in enumerate(ledger.entries()):
        apply(records, hear(parse_entry(entry), records.get, position=position))
    return records


def flips(world: StoredWorld, count: int) -> list[Statement]:
    claims = {"agency": "northern", "scope": [dict(SCOPE)], "effective_from": world.today}
    kinds = ("accreditation.suspended", "accreditation.reinstated")
    return [
        world.sign(
            "regulator", kinds[at % 2], {**claims, **({} if at % 2 else {"ground": "other"})}
        )
        for at in range(count)
    ]


def plans(world: StoredWorld, count: int) -> list[Statement]:
    dates = {"exam_date": world.today, "planned_on": world.today}
    return [
        world.sign("northern", "session.planned", {"session": world.chance.id(), **SCOPE, **dates})
        for _ in range(count)
    ]


def test_an_accreditation_flips_while_another_process_uses_it(world: StoredWorld) -> None:
    flipped, *planned = run_writers(
        world, (flips(world, 400), 1), (plans(world, 400), 1), (plans(world, 600), 7)
    )
    assert all(isinstance(one, int) for one in flipped)
    outcomes = [one for answers in planned for one in answers]
    admitted = [one for one in outcomes if isinstance(one, int)]
    assert admitted, "some were planned while accredited"
    assert {one for one in outcomes if isinstance(one, str)} == {"not-accredited"}
    records = replay(world.ledger)
    with world.ledger.reading() as view:
        held = states(view.all_records())
    assert held == states((key, encode(record), 0) for key, record in records.items())
    positions = [*admitted, *[one for one in flipped if isinstance(one, int)]]
    assert len(set(positions)) == len(positions)
    assert {parse_entry(one).type for one in world.ledger.entries()} >= {"session.planned"}


def test_the_same_statements_from_three_processes_enter_once(world: StoredWorld) -> None:
    statements = plans(world, 300)
    before = world.ledger.head().size
    answers = run_writers(world, (statements, 10), (statements, 7), (statements, 100))
    assert answers[0] == answers[1] == answers[2]
    assert sorted(answers[0]) == list(range(before, before + 300))
    assert world.ledger.head().size == before + 300


def test_threads_share_a_ledger(world: StoredWorld) -> None:
    batches = [plans(world, 20) for _ in range(12)]
    before = world.ledger.head().size
    results: list = [None] * len(batches)
    sizes: list[int] = []
    done = threading.Event()

    def write(at: int) -> None:
        results[at] = world.ledger.submit(batches[at])

    def read() -> None:
        while not done.is_set():
            with world.ledger.reading() as view:
                size = view.head().size
                assert len(list(view.entries(0, size + 1000))) == size
                sizes.append(size)

    reader = threading.Thread(target=read)
    reader.start()
    writers = [threading.Thread(target=write, args=(at,)) for at in range(len(batches))]
    for one in writers:
        one.start()
    for one in writers:
        one.join()
    done.set()
    reader.join()
    assert sizes == sorted(sizes)
    positions = sorted(answer.position for answers in results for answer in answers)
    assert positions == list(range(before, before + 240))
    for answers in results:
        assert [one.position for one in answers] == sorted(one.position for one in answers)


def test_a_reader_never_waits_for_a_writer(world: StoredWorld) -> None:
    size = world.ledger.head().size
    with world.reopen() as other, other._database.writing() as rows:
        assert rows.head().size == size
        started = time.monotonic()
        assert world.ledger.head().size == size
        assert len(list(world.ledger.entries())) == size
        assert world.ledger.record("ledger") is not None
        assert time.monotonic() - started < 1


def test_one_moment_stays_one_moment(world: StoredWorld) -> None:
    with world.ledger.reading() as view:
        head = view.head()
        (receipt,) = world.ledger.submit(plans(world, 1))
        assert view.head() == head
        assert view.position_of(receipt.leaf) is None
        assert list(view.entries(0, 1000)) == list(world.ledger.entries(0, head.size))
    assert world.ledger.head().size == head.size + 1


@pytest.mark.parametrize("same_process", [True, False])
def test_a_lock_that_stays_taken_is_busy(world: StoredWorld, same_process: bool) -> None:
    (statement,) = plans(world, 1)
    with Ledger.open(world.home, **{**world.options, "lock_timeout": 1}) as ledger:
        holder = ledger if same_process else world.ledger
        with holder._database.writing(), pytest.raises(Busy) as caught:
            _in_thread(ledger, statement)
        assert caught.value.code == "busy"
        (answer,) = ledger.submit([statement])
        assert not isinstance(answer, Refusal)


def _in_thread(ledger: Ledger, statement: Statement) -> None:
    errors: list[Exception] = []

    def submit() -> None:
        try:
            ledger.submit([statement])
        except Busy as error:
            errors.append(error)

    thread = threading.Thread(target=submit)
    thread.start()
    thread.join()
    if errors:
        raise errors[0]


def test_closing_under_a_reader_harms_nobody(world: StoredWorld) -> None:
    other = world.reopen()
    with other.reading() as view:
        size = view.head().size
        other.close()
        assert len(list(view.entries(0, size))) == size
