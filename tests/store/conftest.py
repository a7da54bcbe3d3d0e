from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.store.stored import StoredWorld, ready


@pytest.fixture
def world(tmp_path: Path) -> Iterator[StoredWorld]:
    """A founded ledger on disk in which an agency may examine and a school may register."""
    made = ready(StoredWorld(tmp_path / "home"))
    yield made
    made.close()
