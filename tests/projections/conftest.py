from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from ledger.store.sqlite.views import ViewsFile
from projections.runner import opened_views
from tests.store.stored import StoredWorld, ready


@pytest.fixture
def world(tmp_path: Path) -> Iterator[StoredWorld]:
    """A founded ledger on disk in which an agency may examine and a school may register."""
    made = ready(StoredWorld(tmp_path / "home"))
    yield made
    made.close()


@pytest.fixture
def views(world: StoredWorld) -> Iterator[ViewsFile]:
    """The ledger's views, empty so far."""
    with opened_views(world.ledger.home.views) as file:
        yield file
