"""Writers in several processes race on an accreditation and on certificates under it.

One process suspends and reinstates the accreditation over and over, two others issue. Whatever was
decided, an independent replay of the log decides the same, record for record.
"""

from __future__ import annotations

import multiprocessing
from pathlib import Path
from typing import Any

import pytest

from bench.bench_admission import Bench
from ledger.core.keys import PublicKey
from ledger.core.statement import Statement, parse_entry, parse_wire, verify_statement
from ledger.domain import admission
from ledger.domain.errors import Refusal
from ledger.domain.records import Record, encode
from ledger.store.ledger import Ledger
from tests.world import START, Chance, Signer, seed_key

DAY = 86_400
NOW = START + 3 * DAY
TODAY = "2026-01-04"
SCOPE = [{"certificate_type": "welding", "level": "elementary"}]


def _open(home: Path) -> Ledger:
    return Ledger.open(home, clock=lambda: float(NOW), monotonic=lambda: float(NOW))


def _submit(ledger: Ledger, statements: list[Statement], tally: dict[str, int]) -> None:
    for answer in ledger.submit(statements):
        code = answer.code if isinstance(answer, Refusal) else "admitted"
        tally[code] = tally.get(code, 0) + 1


def _flip(home: Path, count: int, done: Any) -> None:
    """The regulator suspends and reinstates."""
    signer = Signer("regulator", seed_key("regulator"), Chance("flip"))
    tally: dict[str, int] = {}
    with _open(home) as ledger:
        for index in range(count):
            kind = "suspended" if index % 2 == 0 else "reinstated"
            claims = {"agency": "northern", "scope": SCOPE, "effective_from": TODAY}
            if kind == "suspended":
                claims["ground"] = "standards"
            statement = signer.sign(f"accreditation.{kind}", claims, at=NOW)
            _submit(ledger, [statement], tally)
    done.put(tally)


def _issue(home: Path, wires: list[bytes], done: Any) -> None:
    """The agency issues, a few at a time."""
    tally: dict[str, int] = {}
    with _open(home) as ledger:
        for at in range(0, len(wires), 5):
            _submit(ledger, [parse_wire(wire) for wire in wires[at : at + 5]], tally)
    done.put(tally)


def race(home: Path, certificates: int, flips: int) -> dict[str, int]:
    """Let them loose; returns how often each answer was given."""
    bench = Bench(home)
    wires = bench.certificates(certificates)
    bench.ledger.close()
    context = multiprocessing.get_context("spawn")
    done = context.Queue()
    half = len(wires) // 2
    # Both issuers send an overlap of the same certificates: each enters once.
    jobs = [
        context.Process(target=_flip, args=(home, flips, done)),
        context.Process(target=_issue, args=(home, wires[: half + 50], done)),
        context.Process(target=_issue, args=(home, wires[half - 50 :], done)),
    ]
    for job in jobs:
        job.start()
    total: dict[str, int] = {}
    for _ in jobs:
        for code, count in done.get(timeout=300).items():
            total[code] = total.get(code, 0) + count
    for job in jobs:
        job.join(60)
        assert job.exitcode == 0
    return total


def replayed(ledger: Ledger) -> dict[str, str]:
    """Records of an independent replay, which verifies each signature under the replayed keys."""
    records: dict[str, Record] = {}
    for position, entry in enumerate(ledger.entries(0, ledger.head().size)):
        statement = parse_entry(entry)
        done = admission.hear(statement, records.get, position=position)
        for key, record in done.changes.items():
            if record is None:
                records.pop(key, None)
            else:
                records[key] = record
        signing: Any = records[f"key/{statement.kid}"]
        verify_statement(statement, PublicKey.from_x(signing.x))
    return {key: encode(record) for key, record in records.items()}


def _check(home: Path, certificates: int, flips: int) -> None:
    tally = race(home, certificates, flips)
    with _open(home) as ledger, ledger.reading() as view:
        assert {key: text for key, text, _ in view.all_records()} == replayed(ledger)
    # Both outcomes were seen, or the race was none.
    assert tally["admitted"] > 0
    assert tally.get("not-accredited", 0) > 0
    assert set(tally) <= {"admitted", "not-accredited"}


def test_replay_agrees_with_every_decision_of_a_short_race(tmp_path: Path) -> None:
    _check(tmp_path / "home", certificates=300, flips=60)


@pytest.mark.soak
def test_replay_agrees_with_every_decision_of_a_long_race(tmp_path: Path) -> None:
    _check(tmp_path / "home", certificates=4000, flips=1000)
