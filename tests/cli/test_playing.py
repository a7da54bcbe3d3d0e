"""Parties played from one machine: ids, chunks, keys, signing, and sending each thing once."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from ledger.cli.errors import Failure
from ledger.cli.outbox import Answer, Outbox
from ledger.cli.playing import sending
from ledger.cli.playing.chance import Chance, kept_secret
from ledger.cli.playing.keyring import Keyring
from ledger.cli.playing.planned import Planned, chunks
from ledger.cli.playing.sending import NotOurs, Tally, TooManyRefused, send_all
from ledger.cli.playing.signing import Signers
from ledger.cli.playing.stage import Stage, local_stage
from ledger.core.statement import parse_entry, parse_wire
from ledger.domain.errors import Refusal
from ledger.domain.kinds import RANDOM_ID
from ledger.store.ledger import Ledger

ORIGIN = "ledger.example/played"
NAMES = {"operator": "Bureau", "regulator": "Regulator"}
CHANCE = Chance(b"c" * 32)


# --- chance ---------------------------------------------------------------------------------------


def test_the_same_name_draws_the_same_and_another_name_or_secret_does_not() -> None:
    assert CHANCE.id("a") == Chance(b"c" * 32).id("a")
    drawn = [CHANCE.id("a"), CHANCE.id("b"), Chance(b"d" * 32).id("a")]
    assert len(set(drawn)) == 3
    for ident in drawn:
        RANDOM_ID.check(ident, "id")
    salts = {CHANCE.salt("r", "name"), CHANCE.salt("r", "mark.x"), CHANCE.salt("s", "name")}
    assert {len(salt) for salt in salts} == {32}
    assert len(salts) == 3


def test_numbers_below_a_bound_reach_both_ends() -> None:
    drawn = {CHANCE.below(3, f"{n}") for n in range(100)}
    assert drawn == {0, 1, 2}


def test_the_secret_is_drawn_once_and_private(tmp_path: Path) -> None:
    path = tmp_path / "secret"
    first = kept_secret(path)
    assert kept_secret(path) == first
    assert path.stat().st_mode & 0o777 == 0o600
    path.chmod(0o644)
    with pytest.raises(Failure, match="open to other users"):
        kept_secret(path)


def test_a_secret_that_is_none_is_not_replaced(tmp_path: Path) -> None:
    path = tmp_path / "secret"
    path.write_text("short\n")
    path.chmod(0o600)
    with pytest.raises(Failure, match="does not hold the secret"):
        kept_secret(path)
    assert path.read_text() == "short\n"


# --- chunks ---------------------------------------------------------------------------------------


def planned(n: int, approved_by: str | None = None) -> Planned:
    return Planned("regulator", f"t{n}", {}, approved_by=approved_by)


def test_chunks_hold_everything_in_order_and_never_part_a_consent() -> None:
    plan = [planned(n, "regulator" if n % 3 == 0 else None) for n in range(50)]
    for size in (2, 3, 7, 1000):
        found = list(chunks(plan, size))
        assert [one for chunk in found for one in chunk] == plan
        counts = [sum(len(one.types) for one in chunk) for chunk in found]
        assert all(0 < count <= size for count in counts)
    assert list(chunks([], 5)) == []


# --- keys -----------------------------------------------------------------------------------------


def test_a_key_is_drawn_once_and_read_by_a_second_ring(tmp_path: Path) -> None:
    ring = Keyring(tmp_path / "keys", ORIGIN)
    assert not ring.has("north")
    key = ring.key("north")
    assert ring.has("north")
    again = Keyring(tmp_path / "keys", ORIGIN).key("north")
    assert again.key.seed == key.key.seed
    assert ring.key("north", "recovery").key.seed != key.key.seed
    assert (tmp_path / "keys").stat().st_mode & 0o777 == 0o700


def test_keys_of_another_ledger_or_party_are_refused(tmp_path: Path) -> None:
    Keyring(tmp_path, ORIGIN).key("north")
    with pytest.raises(Failure, match=r"is for ledger\.example/played"):
        Keyring(tmp_path, "ledger.example/other").key("north")
    (tmp_path / "north.key").rename(tmp_path / "south.key")
    with pytest.raises(Failure, match="north's statement key"):
        Keyring(tmp_path, ORIGIN).key("south")


# --- sending --------------------------------------------------------------------------------------


class LedgerDoor:
    """The ledger without HTTP between; `lose` forgets the answers to the n-th request."""

    def __init__(self, ledger: Ledger, lose: int | None = None) -> None:
        self.ledger = ledger
        self.lose = lose
        self.requests: list[list[bytes]] = []

    def submit(self, wires: Sequence[bytes]) -> list[Answer]:
        self.requests.append(list(wires))
        answers = self.ledger.submit([parse_wire(wire) for wire in wires])
        if len(self.requests) - 1 == self.lose:
            raise Failure("the line went dead")
        return [_answer(one) for one in answers]


def _answer(one: Any) -> Answer:
    if isinstance(one, Refusal):
        return {"problem": {"type": f"https://x/problems/{one.code}", "detail": one.detail}}
    return {"receipt": {"position": one.position, "leaf": "x", "hashes": ["y"]}}


@pytest.fixture
def stage(tmp_path: Path) -> Stage:
    return local_stage(tmp_path / "home", tmp_path / "parties", ORIGIN, NAMES)


@pytest.fixture
def ledger(stage: Stage, tmp_path: Path) -> Iterator[Ledger]:
    with Ledger.open(tmp_path / "home") as opened:
        yield opened


def plan(count: int) -> list[Planned]:
    return [
        Planned(
            "regulator", "party.registered", {"party": f"p{n}", "name": "P", "roles": ["school"]}
        )
        for n in range(count)
    ]


def send(stage: Stage, door: LedgerDoor, statements: list[Planned], folder: Path) -> Tally:
    tally = Tally()
    signers = Signers(stage.key, stage.keyring.chance())
    with Outbox(folder / "outbox") as outbox:
        send_all(statements, signers.sign_all, outbox, door, tally, size=10)
    return tally


def test_everything_is_admitted_and_a_second_run_asks_nothing(
    stage: Stage, ledger: Ledger, tmp_path: Path
) -> None:
    tally = send(stage, LedgerDoor(ledger), plan(35), tmp_path)
    assert tally.admitted == {"party.registered": 35}
    assert tally.before == 0
    size = ledger.head().size
    door = LedgerDoor(ledger)
    again = send(stage, door, plan(35), tmp_path)
    assert door.requests == []
    assert (again.before, again.admitted.total()) == (35, 35)
    assert ledger.head().size == size


@pytest.mark.parametrize("lost", range(5))
def test_a_lost_answer_doubles_nothing(
    stage: Stage, ledger: Ledger, tmp_path: Path, lost: int
) -> None:
    cut = LedgerDoor(ledger, lose=lost)
    with pytest.raises(Failure, match="went dead"):
        send(stage, cut, plan(35), tmp_path)
    resumed = LedgerDoor(ledger)
    tally = send(stage, resumed, plan(35), tmp_path)
    assert resumed.requests[0] == cut.requests[lost]
    assert tally.admitted.total() == 35
    assert tally.before == [0, 1, 11, 21, 31][lost]
    assert ledger.record("party/p34") is not None
    kinds = Counter(parse_entry(one).type for one in ledger.entries(0, ledger.head().size))
    assert kinds["party.registered"] == 35


def test_a_consent_names_the_statement_before_it(
    stage: Stage, ledger: Ledger, tmp_path: Path
) -> None:
    history = {"agency": "p0", "first_day": "2013-01-01", "last_day": "2014-01-01"}
    statements = [
        Planned("regulator", "party.registered", {"party": "p0", "name": "P", "roles": ["agency"]}),
        Planned(
            "operator",
            "history.accepted",
            {**history, "deadline": 253_402_300_799},
            approved_by="regulator",
        ),
    ]
    tally = send(stage, LedgerDoor(ledger), statements, tmp_path)
    assert tally.refused.total() == 0
    record: Any = ledger.record("history/p0")
    assert tuple(record.accepted[0][:2]) == ("2013-01-01", "2014-01-01")


def test_a_chunk_with_a_refusal_is_asked_again(
    stage: Stage, ledger: Ledger, tmp_path: Path
) -> None:
    statements = [*plan(12), *plan(3)]
    tally = send(stage, LedgerDoor(ledger), statements, tmp_path)
    assert tally.refused == {"party.registered": 3}
    assert tally.problems[0].problem["type"].endswith("/party-known")
    door = LedgerDoor(ledger)
    again = send(stage, door, statements, tmp_path)
    assert len(door.requests) == 1
    assert (again.admitted.total(), again.refused.total()) == (12, 3)


def test_the_first_refusal_of_all_ends_it(stage: Stage, ledger: Ledger, tmp_path: Path) -> None:
    statements = [Planned("stranger", "party.registered", plan(1)[0].claims), *plan(20)]
    with pytest.raises(NotOurs, match="unknown-issuer"):
        send(stage, LedgerDoor(ledger), statements, tmp_path)
    assert ledger.head().size == 1


def test_very_many_refusals_end_it(
    stage: Stage, ledger: Ledger, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sending, "ENOUGH", 15)
    door = LedgerDoor(ledger)
    statements = plan(1) * 200
    with pytest.raises(TooManyRefused, match=r"first a party\.registered"):
        send(stage, door, statements, tmp_path)
    assert [len(one) for one in door.requests] == [1, 10, 10]


def test_an_error_in_signing_leaves_no_thread_waiting_for_ever(
    stage: Stage, ledger: Ledger, tmp_path: Path
) -> None:
    statements = [*plan(25), Planned("regulator", "party.registered", {"party": 1.5})]
    with pytest.raises(Exception, match="float"):
        send(stage, LedgerDoor(ledger), statements, tmp_path)
    with Outbox(tmp_path / "outbox") as outbox:
        assert outbox.chunks() == 3
    assert not any(thread.name == "sender" for thread in threading.enumerate())


# --- stage ----------------------------------------------------------------------------------------


def test_a_founded_home_is_found_again(stage: Stage, tmp_path: Path) -> None:
    again = local_stage(tmp_path / "home", tmp_path / "parties", "ledger.example/other", NAMES)
    assert again.origin == ORIGIN
    assert again.key("operator").key.seed == stage.key("operator").key.seed
    assert again.proof("regulator") == stage.proof("regulator")


def test_a_ledger_with_another_regulator_is_refused(stage: Stage, tmp_path: Path) -> None:
    with pytest.raises(Failure, match=r"the key of its regulator is not in"):
        local_stage(tmp_path / "home", tmp_path / "others", ORIGIN, NAMES)
    Keyring(tmp_path / "others", ORIGIN).key("regulator")
    with pytest.raises(Failure, match="is not the one of this ledger"):
        local_stage(tmp_path / "home", tmp_path / "others", ORIGIN, NAMES)
