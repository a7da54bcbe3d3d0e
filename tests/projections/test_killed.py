"""kill -9 of a follower, in batches and between them: the next one goes on, to the same rows."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from projections import runner
from tests.projections.test_runner import content, content_at
from tests.projections.told import told
from tests.store.stored import StoredWorld

ROOT = Path(__file__).parents[2]


def killed(world: StoredWorld, views: Path, batch: int, after: int, batches: int) -> None:
    """A process that takes ``batches`` batches, killed when it has told of ``after`` of them."""
    command = [sys.executable, "-m", "tests.projections.follower", world.ledger.home.ledger, views]
    process = subprocess.Popen(
        [*map(str, command), str(batch), str(batches)],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    assert [process.stdout.readline() for _ in range(after)] == ["on\n"] * after
    process.kill()
    process.communicate()


@pytest.mark.parametrize(("batch", "batches"), [(1, 9), (7, 2)])
def test_killed_between_batches_it_stands_where_it_said(
    world: StoredWorld, tmp_path: Path, batch: int, batches: int
) -> None:
    told(world)
    expected = content_at(world, tmp_path / "whole.db", [1000])
    path = tmp_path / "killed.db"
    killed(world, path, batch, batches, batches)
    with runner.opened_views(path) as file:
        stood = {one["position"] for one in runner.status(world.ledger, file).values()}
        taken = world.ledger.effects(-1, batch * batches)
        assert stood == {taken[-1].position}
        assert content(file) != expected
        runner.catch_up(world.ledger, file)
        assert content(file) == expected


def test_killed_while_it_writes_again_and_again_it_still_arrives(
    world: StoredWorld, tmp_path: Path
) -> None:
    told(world)
    expected = content_at(world, tmp_path / "whole.db", [1000])
    path = tmp_path / "killed.db"
    for after in (0, 1, 3):
        killed(world, path, 2, after, 1000)
    with runner.opened_views(path) as file:
        runner.catch_up(world.ledger, file)
        assert content(file) == expected
