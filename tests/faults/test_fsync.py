"""Every acknowledgement is preceded by an fsync of what it acknowledges; strace shows it."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import urllib3

from ledger.core.statement import Statement
from tests.faults.ledgers import open_world
from tests.faults.server import Server, running
from tests.faults.tracing import WRAPPER, Exchange, at, calls, exchanges, unsynced
from tests.store.stored import StoredWorld

WAL = "/home/ledger.db-wal"
KEYS = "/home/keys.db-wal"
CONNECTION = "TCP:[127.0.0.1:80->127.0.0.1:9]"
ASKED = f'1 recvfrom(5<{CONNECTION}>, "POST /v1/statements HTTP/1.1"..., 9, 0, NULL, NULL) = 9'
ANSWERED = f'2 writev(5<{CONNECTION}>, [{{iov_base="HTTP/1.1 201 Created"...}}], 1) = 9'
WROTE = '3 pwrite64(9</home/ledger.db-wal>, "..."..., 24, 0) = 24'
SYNCED = "3 fsync(9</home/ledger.db-wal>) = 0"

# ---------------------------------------------------------------- reading a trace


def read(*lines: str) -> Exchange:
    (found,) = exchanges(calls(lines))
    return found


def test_a_synced_answer() -> None:
    exchange = read(ASKED, WROTE, SYNCED, ANSWERED)
    assert exchange.status == 201
    assert unsynced(exchange.between) == set()
    assert (at(exchange.between, "wrote", WAL), at(exchange.between, "synced", WAL)) == ([0], [1])


@pytest.mark.parametrize(
    "lines",
    [
        (ASKED, WROTE, ANSWERED, SYNCED),
        (ASKED, SYNCED, WROTE, ANSWERED),
        (ASKED, WROTE, SYNCED, WROTE, ANSWERED),
        (ASKED, WROTE, SYNCED.replace("= 0", "= -1 EIO"), ANSWERED),
        (ASKED, WROTE, SYNCED.replace("ledger", "other"), ANSWERED),
        # Still under way when the answer goes out.
        (
            ASKED,
            WROTE,
            SYNCED.replace(") = 0", " <unfinished ...>"),
            ANSWERED,
            "3 <... fsync resumed>) = 0",
        ),
        # The answer begins before the end of the fsync, and ends after it.
        (
            ASKED,
            WROTE,
            SYNCED.replace(") = 0", " <unfinished ...>"),
            ANSWERED.replace(") = 9", " <unfinished ...>"),
            "3 <... fsync resumed>) = 0",
            "2 <... writev resumed>) = 9",
        ),
    ],
)
def test_an_answer_that_was_not_waited_for_is_seen(lines: tuple[str, ...]) -> None:
    assert unsynced(read(*lines).between) == {WAL}


def test_calls_of_several_threads_in_one_another() -> None:
    exchange = read(
        ASKED,
        WROTE.replace(") = 24", " <unfinished ...>"),
        '4 read(7</somewhere>, "POST "..., 9) = 9',
        "3 <... pwrite64 resumed>) = 24",
        SYNCED.replace(") = 0", " <unfinished ...>"),
        "3 <... fsync resumed>)                    = 0",
        ANSWERED,
    )
    assert [call.what for call in exchange.between] == ["wrote", "synced"]


# ---------------------------------------------------------------- a real server


def enrolments(world: StoredWorld, count: int) -> list[Statement]:
    return [
        world.sign(
            "harbour",
            "student.enrolled",
            {"student": world.chance.id()},
            {"person": world.chance.id(), "name": "Wei Example"},
            at=int(time.time()),
        )
        for _ in range(count)
    ]


def renamed(world: StoredWorld, count: int) -> list[Statement]:
    """Statements that bring neither a key nor a fact about a person."""
    return [
        world.sign(
            "regulator",
            "party.renamed",
            {"party": "harbour", "name": f"Harbour {world.chance.id()}"},
            at=int(time.time()),
        )
        for _ in range(count)
    ]


def post(url: str, statements: list[Statement]) -> int:
    """Submit over a connection of its own, so that any worker may take it."""
    body, kind = statements[0].wire(), "application/sd-jwt"
    if len(statements) > 1:
        lines = [json.dumps({"statement": one.wire().decode()}) + "\n" for one in statements]
        body, kind = "".join(lines).encode(), "application/jsonl"
    headers = {"Content-Type": kind, "Connection": "close"}
    answer = urllib3.request("POST", f"{url}/v1/statements", body=body, headers=headers)
    assert answer.data.count(b'"checkpoint"') == len(statements), answer.data
    return answer.status


def traced(folder: Path, batches: list[int]) -> Iterator[tuple[bool, int, Exchange]]:
    """Submit batches of these sizes, half of them with new keys.

    Gives:
        Whether there were new keys, the answer's status, and what was done in between.
    """
    home = folder / "home"
    world, _ = open_world(home)
    world.close()
    asked = [(size, make) for size in batches for make in (enrolments, renamed)]
    server = Server(home, wrapper=(*WRAPPER, f"--output={folder / 'trace'}"))
    with running(server) as url:
        said = [make(world, size) for size, make in asked]
        told = [post(url, one) for one in said]
        assert post(url, said[-1]) == 200  # once more
    with (folder / "trace").open(encoding="utf-8", errors="replace") as lines:
        *found, again = exchanges(calls(lines))
    assert at(again.between, "wrote", str(home / "ledger.db-wal")) == []
    assert len(found) == len(asked)
    for (_, make), status, exchange in zip(asked, told, found, strict=True):
        yield make is enrolments, status, exchange


def check(folder: Path, batches: list[int]) -> None:
    wal, keys = str(folder / "home/ledger.db-wal"), str(folder / "home/keys.db-wal")
    for new_keys, status, exchange in traced(folder, batches):
        between = exchange.between
        assert exchange.status == status
        assert status in (200, 201)
        assert at(between, "wrote", wal), "nothing was written that the answer acknowledges"
        assert unsynced(between) & {wal, keys} == set()
        if new_keys:
            assert at(between, "wrote", keys)
            first, last = at(between, "wrote", wal)[0], at(between, "synced", keys)[-1]
            assert last < first, "the ledger's write began before the keys were on the disk"


@pytest.mark.needs("strace")
def test_no_answer_before_its_fsync(tmp_path: Path) -> None:
    check(tmp_path, [1, 1, 50])


@pytest.mark.soak
@pytest.mark.needs("strace")
def test_no_answer_of_many_before_its_fsync(tmp_path: Path) -> None:
    check(tmp_path, [1] * 100 + [20] * 20 + [1000] * 5)
