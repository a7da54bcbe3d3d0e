"""However statements are batched, cached or interrupted by a reopening, the state is the same.

The world's dictionary judges each statement alone and in memory; the ledger must hold exactly its
records, whatever it read from where.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from ledger.domain.errors import Refusal
from ledger.domain.records import decode, encode
from ledger.store.ledger import Ledger
from tests.store.stored import OPERATOR_KEYS, StoredWorld, expected_states, states
from tests.world import World, passed_candidate, ready_world


def story(world: World) -> World:
    """Exams with passes, a failure, a revocation, a late consent, an accreditation lost."""
    certificate = passed_candidate(world).issue()
    world.say("northern", "certificate.suspended", _about(world, certificate, "suspended_on"))
    world.pass_days(1)
    for _ in range(2):
        passed_candidate(world).issue()
    session = world.session(exam_in=1)
    candidates = [world.candidate(session, f"Student {at}") for at in range(5)]
    world.pass_days(1)
    world.hold(session)
    for at, one in enumerate(candidates):
        for part, mark in (("theory", 50 + 3 * at), ("bench", 40), ("report", 20)):
            one.score(part, mark)
        one.result("pass" if 50 + 3 * at >= 60 else "fail")
    world.publish(session)
    world.pass_days(4)
    candidates[4].issue()
    return world


def _about(world: World, certificate, date: str) -> dict[str, str]:
    return {
        "certificate": certificate.claims["certificate"],
        "ground": "investigation",
        date: world.today,
    }


def held_by(ledger: Ledger) -> dict[str, str]:
    with ledger.reading() as view:
        return states(view.all_records())


def feed(world: World, home: Path, batch: int, *, reopen: bool = False) -> Ledger:
    """What a world said, submitted to a new ledger in batches that end where the clock moved."""
    now = [float(world.log[0].iat)]
    options = {"clock": lambda: now[0], "monotonic": lambda: now[0]}
    ledger = Ledger.found(home, world.log[0], OPERATOR_KEYS, **options)
    waiting: list = []

    def send() -> None:
        nonlocal ledger
        answers = ledger.submit(waiting)
        assert not [one for one in answers if isinstance(one, Refusal)]
        waiting.clear()
        if reopen:
            ledger.close()
            ledger = Ledger.open(home, **options)

    for statement in world.log[1:]:
        if statement.type == "time.stated":
            if waiting:
                send()
            now[0] = float(statement.claims["time"])
            continue
        waiting.append(statement)
        if len(waiting) == batch:
            send()
    if waiting:
        send()
    return ledger


@pytest.mark.parametrize(("batch", "reopen"), [(1, False), (7, False), (1000, False), (3, True)])
def test_state_does_not_depend_on_batches(tmp_path: Path, batch: int, reopen: bool) -> None:
    world = story(ready_world())
    with feed(world, tmp_path / "home", batch, reopen=reopen) as ledger:
        assert held_by(ledger) == expected_states(world)
        kinds = [one.type for one in world.log]
        with ledger.reading() as view:
            effects = view.effects(-1, 10_000)
        assert {one.position: one.entry for one in effects} == {
            at: effect for at, effect in enumerate(world.effects) if effect is not None
        }
        assert [one.statement.type for one in effects] == [kinds[one.entry] for one in effects]


def test_two_processes_take_turns(world: StoredWorld) -> None:
    """Each has a cache of its own, which is stale after every statement of the other."""
    other = world.reopen()
    ledgers = [world.ledger, other]
    submit = type(world.ledger).submit

    class Turns:
        turn = 0

        def submit(self, statements):
            self.turn += 1
            return submit(ledgers[self.turn % 2], statements)

    world.ledger = Turns()  # type: ignore[assignment]
    try:
        story(world)
        assert held_by(other) == expected_states(world)
    finally:
        world.ledger = ledgers[0]
        other.close()


def test_records_survive_their_text(world: StoredWorld) -> None:
    """What is read back from the database is judged like what never left memory."""
    story(world)
    for key, record in world.records.items():
        assert encode(decode(key, encode(record))) == encode(record)


def test_versions_name_the_position_of_the_last_change(world: StoredWorld) -> None:
    story(world)
    with world.ledger.reading() as view:
        versions = {key: version for key, _, version in view.all_records()}
        for key, version in versions.items():
            assert 0 <= version < len(world.log)
            if key.startswith("jti/"):
                assert view.record(key).position == version
    assert versions["ledger"] == 0
