"""Vectors that nobody here wrote, and the keys that stories about statements need."""

import json
import os
from pathlib import Path
from typing import Any

import pytest

from ledger.core.keys import PrivateKey

SHARED = Path(os.environ.get("CERTLEDGER_SHARED", Path(__file__).parents[3] / "shared"))


@pytest.fixture(scope="session")
def vectors() -> Path:
    """The folder of vectors made elsewhere, which the project does not copy."""
    folder = SHARED / "vectors"
    if not folder.is_dir():
        pytest.skip(f"no test vectors in {folder}; CERTLEDGER_SHARED may name their parent folder")
    return folder


@pytest.fixture(scope="session")
def tlog(vectors: Path) -> dict[str, Any]:
    """Logs, proofs and notes made with golang.org/x/mod and checked by a second implementation."""
    return dict(json.loads((vectors / "tlog.json").read_text(encoding="utf-8")))


@pytest.fixture(scope="session")
def key() -> PrivateKey:
    return PrivateKey.from_seed(b"\x01" * 32)


@pytest.fixture(scope="session")
def other_key() -> PrivateKey:
    return PrivateKey.from_seed(b"\x02" * 32)
