"""What the store itself notices of a database that somebody changed; the audit notices the rest."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
from eventsourcing.persistence import IntegrityError

from ledger.core.statement import Statement
from ledger.domain.records import CLOCK
from ledger.store.errors import Contradiction, StorageFailed
from ledger.store.sqlite import recorders
from tests.store.stored import StoredWorld
from tests.world import SCOPE


def plan(world: StoredWorld) -> Statement:
    dates = {"exam_date": world.today, "planned_on": world.today}
    return world.sign(
        "northern", "session.planned", {"session": world.chance.id(), **SCOPE, **dates}
    )


@pytest.fixture
def tamper(world: StoredWorld) -> Callable[..., None]:
    """Runs SQL on the ledger's database, as somebody with the file would."""

    def run(statement: str, *values: object) -> None:
        with world.ledger._sqlite._datastore.transaction(commit=True) as cursor:
            cursor.execute(statement, values)

    return run


def test_a_deleted_entry_is_named(world: StoredWorld, tamper) -> None:
    tamper("DELETE FROM stored_events WHERE rowid = (SELECT event FROM leaves WHERE position = 4)")
    with pytest.raises(Contradiction) as caught:
        list(world.ledger.entries())
    assert caught.value.position == 4
    assert len(list(world.ledger.entries(0, 4))) == 4
    with pytest.raises(Contradiction):
        world.ledger.entry(4)


@pytest.mark.parametrize("position", [0, 3, -1])
def test_a_deleted_leaf_is_named(world: StoredWorld, tamper, position: int) -> None:
    at = position % len(world.log)
    tamper("DELETE FROM leaves WHERE position = ?", at)
    with pytest.raises(Contradiction) as caught:
        list(world.ledger.entries())
    assert caught.value.position == at


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE head SET root = zeroblob(32)",
        "UPDATE head SET size = size - 1",
        "UPDATE head SET frontier = zeroblob(8)",
        "UPDATE head SET frontier = x'00'",
        "UPDATE tiles SET hashes = substr(hashes, 1, 64) WHERE level = 0",
        "DELETE FROM tiles",
    ],
)
def test_a_tree_that_does_not_add_up_is_not_continued(world, tamper, statement: str) -> None:
    tamper(statement)
    with pytest.raises(Contradiction) as caught:
        world.ledger.submit([plan(world)])
    assert caught.value.code == "stored-bytes-contradict"


def test_a_shortened_tile_is_not_served(world: StoredWorld, tamper) -> None:
    tamper("UPDATE tiles SET hashes = substr(hashes, 1, 64) WHERE level = 0")
    with pytest.raises(Contradiction, match="tile 0/0"):
        world.ledger.tile(0, 0, 3)
    with pytest.raises(Contradiction):
        world.ledger.inclusion_proof(0, world.ledger.head().size)


def test_a_record_in_another_version_than_the_one_read_stops_the_append(
    world: StoredWorld, tamper
) -> None:
    """The lock makes it so that this cannot happen; if it does, nothing is written."""
    world.ledger.submit([plan(world)])  # its records are cached now, valid at this head
    world.pass_days(1)
    tamper("UPDATE records SET version = version + 1 WHERE key = ?", CLOCK)
    head = world.ledger.head()
    with pytest.raises(StorageFailed, match="version"):
        world.ledger.submit([plan(world)])
    assert world.ledger.head() == head
    tamper("UPDATE records SET version = version - 1 WHERE key = ?", CLOCK)
    world.ledger.submit([plan(world)])


def test_a_record_that_appeared_meanwhile_stops_the_append(world: StoredWorld, tamper) -> None:
    statement = plan(world)
    key = f"jti/northern/{statement.jti}"
    original = recorders.seal

    def late(cursor, sealed, events):
        cursor.execute("INSERT INTO records VALUES (?, 1, '[1]')", (key,))
        original(cursor, sealed, events)

    head = world.ledger.head()
    recorders.seal = late
    try:
        with pytest.raises(StorageFailed, match="UNIQUE"):
            world.ledger.submit([statement])
    finally:
        recorders.seal = original
    assert world.ledger.head() == head
    assert world.ledger.record(key) is None
    world.ledger.submit([statement])


def test_a_duplicate_leaf_rolls_the_events_back(world: StoredWorld) -> None:
    database = world.ledger._sqlite
    events = len(world.ledger.notifications(1, 1000))
    original = recorders.seal

    def repeated(cursor, sealed, events):
        leaf = cursor.execute("SELECT leaf FROM leaves WHERE position = 2").fetchone()[0]
        rows = [row._replace(leaf=leaf) for row in sealed.leaves]
        original(cursor, replace(sealed, leaves=rows), events)

    recorders.seal = repeated
    try:
        with pytest.raises(StorageFailed, match=r"leaves\.leaf"):
            world.ledger.submit([plan(world)])
    finally:
        recorders.seal = original
    assert len(world.ledger.notifications(1, 1000)) == events
    with pytest.raises(IntegrityError), database._datastore.transaction(commit=True) as cursor:
        cursor.execute("INSERT INTO leaves SELECT position, leaf, 1, size, 0 FROM leaves LIMIT 1")
