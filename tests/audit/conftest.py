from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.audit.home import Home
from tests.audit.log import Log, long_log


@pytest.fixture(scope="session")
def published() -> Log:
    """A clean log, not to be changed."""
    return long_log()


@pytest.fixture
def log(published: Log) -> Log:
    """A clean log to be tampered with."""
    return published.copy()


@pytest.fixture(scope="session")
def kept_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home folder that nobody changes."""
    return Home.make(tmp_path_factory.mktemp("ledger") / "home")


@pytest.fixture
def home(kept_home: Path, tmp_path: Path) -> Home:
    """A home folder to be tampered with."""
    path = tmp_path / "home"
    shutil.copytree(kept_home, path)
    return Home(path)
