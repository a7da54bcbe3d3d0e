"""Stated time: one instant a batch, never decreasing, and none from a clock that lags or leaps."""

from __future__ import annotations

from pathlib import Path

import pytest

from ledger.core.statement import parse_entry
from ledger.store.clock import Clock, steady
from ledger.store.errors import ClockBehind, ClockLeap
from tests.store.stored import StoredWorld, ready


class Hands:
    """A wall clock and a monotonic clock that a test moves."""

    def __init__(self, wall: float = 1000.0) -> None:
        self.wall, self.steady = wall, 5.0

    def tick(self, seconds: float) -> None:
        self.wall += seconds
        self.steady += seconds

    def clock(self) -> Clock:
        return Clock(lambda: self.wall, lambda: self.steady)


def test_states_max_of_last_and_now() -> None:
    hands = Hands(1000.9)
    clock = hands.clock()
    assert clock.draw(900) == 1000
    assert clock.draw(1000) == 1000
    assert clock.draw(1005) == 1005


@pytest.mark.parametrize(("last", "fine"), [(1005, True), (1006, False), (2000, False)])
def test_more_than_five_seconds_behind_the_last_stated_time(last: int, fine: bool) -> None:
    clock = Hands(1000.0).clock()
    if fine:
        assert clock.draw(last) == last
    else:
        with pytest.raises(ClockBehind, match="behind"):
            clock.draw(last)


@pytest.mark.parametrize("leap", [-3600.0, -5.5, 5.5, 86_400.0])
def test_a_leap_stops_the_appending_until_the_clock_is_back(leap: float) -> None:
    hands = Hands(10_000.0)
    clock = hands.clock()
    clock.draw(0)
    hands.wall += leap
    for _ in range(2):
        with pytest.raises(ClockLeap, match="leapt by"):
            clock.draw(0)
        hands.tick(60)
    hands.wall -= leap
    assert clock.draw(0) == 10_120


@pytest.mark.parametrize("slew", [-4.9, 4.9])
def test_a_small_correction_is_no_leap(slew: float) -> None:
    hands = Hands()
    clock = hands.clock()
    hands.wall += slew
    clock.draw(0)


def test_idleness_is_no_leap() -> None:
    hands = Hands()
    clock = hands.clock()
    hands.tick(30 * 86_400)
    assert clock.draw(0) == 1000 + 30 * 86_400


def test_a_restart_is_no_leap() -> None:
    hands = Hands()
    hands.clock().draw(0)
    hands.wall += 7200  # while the process was down; its monotonic clock began anew
    hands.steady = 0.0
    assert hands.clock().draw(0) == 8200


def test_steady_is_monotonic() -> None:
    first = steady()
    assert steady() >= first


@pytest.fixture
def hands() -> Hands:
    return Hands(1_767_225_600.0)


@pytest.fixture
def lagging(tmp_path: Path, hands: Hands):
    made = StoredWorld(tmp_path / "home", clock=lambda: hands.wall, monotonic=lambda: hands.steady)
    yield ready(made)
    made.close()


def _plan(world: StoredWorld):
    scope = {"certificate_type": "welding", "level": "elementary"}
    claims = {"session": world.chance.id(), **scope, "exam_date": world.today}
    return world.sign("northern", "session.planned", {**claims, "planned_on": world.today})


def test_a_leap_is_an_error_and_appends_nothing(lagging: StoredWorld, hands: Hands) -> None:
    size = lagging.ledger.head().size
    hands.wall += 600
    with pytest.raises(ClockLeap) as caught:
        lagging.ledger.submit([_plan(lagging)])
    assert caught.value.code == "clock-leap"
    assert lagging.ledger.head().size == size
    hands.wall -= 600
    lagging.ledger.submit([_plan(lagging)])
    assert lagging.ledger.head().size == size + 1


def test_behind_another_machine(lagging: StoredWorld, hands: Hands) -> None:
    statement, later = _plan(lagging), _plan(lagging)
    ahead = hands.wall + 60
    with lagging.reopen() as _, _other(lagging, ahead) as other:
        other.submit([statement])
    with pytest.raises(ClockBehind) as caught:
        lagging.ledger.submit([later])
    assert caught.value.code == "clock-behind"
    # What needs no new instant is answered all the same.
    (again,) = lagging.ledger.submit([statement])
    assert again.repeated
    hands.tick(60)
    lagging.ledger.submit([later])


def _other(world: StoredWorld, wall: float):
    return type(world.ledger).open(world.home, clock=lambda: wall, monotonic=lambda: 0.0)


def test_time_is_stated_once_a_second_directly_before_what_needs_it(
    lagging: StoredWorld, hands: Hands
) -> None:
    start = lagging.ledger.head().size
    for step in (0.0, 0.4, 0.7, 0.0, 5.0):
        hands.tick(step)
        lagging.ledger.submit([_plan(lagging), _plan(lagging)])
    kinds = [parse_entry(one).type for one in lagging.ledger.entries(start)]
    plans = ["session.planned"] * 2
    stated = ["time.stated"]
    assert kinds == plans + plans + stated + plans + plans + stated + plans
    times = [
        parse_entry(one).claims["time"]
        for one in lagging.ledger.entries(start)
        if parse_entry(one).type == "time.stated"
    ]
    assert times == [1_767_225_601, 1_767_225_606]
