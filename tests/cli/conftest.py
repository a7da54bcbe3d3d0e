"""What the command line's tests share: parties with keys, a founded ledger, a served one."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cli.parties import Parties, served


@pytest.fixture
def parties(tmp_path: Path) -> Parties:
    """Parties with key files; no ledger yet."""
    return Parties(tmp_path)


@pytest.fixture
def founded(parties: Parties) -> Parties:
    """Parties and a founded ledger."""
    parties.found()
    return parties


@pytest.fixture
def url(founded: Parties) -> Iterator[str]:
    """The founded ledger, served."""
    with served(founded.home) as address:
        yield address
