"""A ledger that nobody changes, and copies of it that somebody does."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.audit.home import Home
from tests.cli.parties import run
from tests.faults.tampering import copy


@pytest.fixture(scope="session")
def untouched(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A ledger of some hundred statements, with views; nobody changes it."""
    home = Home.make(tmp_path_factory.mktemp("untouched") / "home")
    run("--home", home, "projections", "rebuild")
    return home


@pytest.fixture
def home(untouched: Path, tmp_path: Path) -> Home:
    return copy(untouched, tmp_path / "home")
