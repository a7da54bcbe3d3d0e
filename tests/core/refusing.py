"""How a test says which code the core refuses with."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from ledger.core.errors import CoreError


@contextmanager
def refused(code: str, family: type[CoreError] = CoreError) -> Iterator[None]:
    """The block must be refused with exactly this code, by an error of this class."""
    with pytest.raises(family) as caught:
        yield
    assert caught.value.code == code, str(caught.value)
    assert caught.value.detail


def flipped(data: bytes, bit: int) -> bytes:
    """The same bytes with one bit turned over."""
    changed = bytearray(data)
    changed[bit // 8] ^= 1 << bit % 8
    return bytes(changed)
