"""A copy for the audit: one moment, one file, while others go on."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

import pysqlite3.dbapi2 as sqlite3
import pytest

from ledger.core.statement import Statement
from tests.store.stored import StoredWorld, expected_states, states
from tests.world import SCOPE


def plans(world: StoredWorld, count: int = 1) -> list[Statement]:
    dates = {"exam_date": world.today, "planned_on": world.today}
    return [
        world.sign("northern", "session.planned", {"session": world.chance.id(), **SCOPE, **dates})
        for _ in range(count)
    ]


def read(copy: Path, query: str) -> list[tuple]:
    with closing(sqlite3.connect(copy)) as file:
        return file.execute(query).fetchall()


def entries(copy: Path) -> list[bytes]:
    query = "SELECT state FROM leaves JOIN stored_events e ON e.rowid = event ORDER BY position"
    return [row[0] for row in read(copy, query)]


def test_it_is_one_moment_in_one_file(world: StoredWorld, tmp_path: Path) -> None:
    head, note = world.ledger.head(), world.ledger.checkpoint()
    world.ledger.snapshot(tmp_path / "copy.db")
    world.ledger.submit(plans(world))
    copy = tmp_path / "copy.db"
    assert entries(copy) == list(world.ledger.entries(0, head.size))
    assert read(copy, "SELECT size, root, checkpoint FROM head") == [(head.size, head.root, note)]
    held = read(copy, "SELECT key, record, version FROM records")
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
        assert entries(tmp_path / f"copy-{at}.db") == list(world.ledger.entries())
