"""How a story says that something is refused, and by which rule."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from ledger.domain.errors import Refusal


@contextmanager
def refused(rule: str, *, where: str | None = None, fact: Any = ...) -> Iterator[None]:
    """The block must be refused by exactly that rule, claim and position of the fact."""
    with pytest.raises(Refusal) as caught:
        yield
    refusal = caught.value
    assert refusal.rule == rule, str(refusal)
    assert refusal.detail
    assert refusal.code in str(refusal)
    if where is not None:
        assert refusal.where == where
    if fact is not ...:
        assert refusal.fact == fact
