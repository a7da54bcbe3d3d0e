from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from api.app import create_app
from api.service import EXTENSION
from tests.store.stored import StoredWorld, ready


@pytest.fixture
def world(tmp_path: Path) -> Iterator[StoredWorld]:
    """A founded ledger on disk in which an agency may examine and a school may register."""
    made = ready(StoredWorld(tmp_path / "home"))
    yield made
    made.close()


@pytest.fixture
def client(world: StoredWorld) -> Iterator[FlaskClient]:
    """A client of the application over that ledger."""
    app = create_app(ledger=world.ledger, clock=world.time)
    yield app.test_client()
    app.extensions[EXTENSION].close()
