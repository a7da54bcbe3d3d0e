"""A copy for the audit: one moment, one file, while others go on."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

import pytest

from ledger.audit.snapshot import Snapshot
from ledger.audit.sources import Head
from ledger.core.statement import Statement
from tests.store.stored import StoredWorld, expected_states, states
from tests.world import SCOPE


def plans(world: StoredWorld, count: int = 1) -> list[Statement]:
    dates = {"exam_date": world.today, "planned_on": world.today}
    return [
        world.sign("northern", "session.planned", {"session": world.chance.id(), **SCOPE, **dates})
        for _ in range(count)
    ]


def entries(snapshot: Snapshot) -> list[bytes | None]:
    head = snapshot.head()
    assert isinstance(head, Head)
    return [row.entry for block in snapshot.blocks(head.size) for row in block]


def test_it_is_one_moment_in_one_file(world: StoredWorld, tmp_path: Path) -> None:
    head, note = world.ledger.head(), world.ledger.checkpoint()
    world.ledger.snapshot(tmp_path / "copy.db")
    world.ledger.submit(plans(world))
    with closing(Snapshot(tmp_path / "copy.db")) as copy:
        assert entries(copy) == list(world.ledger.entries(0, head.size))
        assert copy.checkpoint().decode() == note
        assert list(copy.strays()) == []
        assert copy.tile(0, 0, head.size) == world.ledger.tile(0, 0, head.size)
        held = ((one.key.decode(), one.text.decode(), one.version) for one in copy.records())
        assert states(held) == expected_states(world)
    assert [path.name for path in tmp_path.glob("copy*")] == ["copy.db"]
    assert (tmp_path / "copy.db").stat().st_mode & 0o777 == 0o600


def test_it_overwrites_nothing(world: StoredWorld, tmp_path: Path) -> None:
    (tmp_path / "copy.db").write_text("kept")
    with pytest.raises(FileExistsError):
        world.ledger.snapshot(tmp_path / "copy.db")
    assert (tmp_path / "copy.db").read_text() == "kept"


def test_while_somebody_writes(world: StoredWorld, tmp_path: Path) -> None:
    for at in range(5):
        world.ledger.submit(plans(world, 50))
        with world.reopen() as other, other._database.writing():
            world.ledger.snapshot(tmp_path / f"copy-{at}.db")
        with closing(Snapshot(tmp_path / f"copy-{at}.db")) as copy:
            assert entries(copy) == list(world.ledger.entries())
