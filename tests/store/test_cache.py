"""The record cache: valid at one head only, and bounded."""

from __future__ import annotations

from ledger.domain.records import Clock
from ledger.store.cache import Held, RecordCache
from ledger.store.seam import Head


def head(size: int, root: bytes = b"") -> Head:
    return Head(size, root or bytes([size]) * 32, b"", "")


def held(time: int) -> Held:
    return Held(Clock(time), time)


def filled(size: int = 5) -> RecordCache:
    cache = RecordCache()
    cache.begin(head(size - 1))
    cache.end(head(size))
    cache.put("a", held(1))
    return cache


def test_valid_at_the_head_that_was_left() -> None:
    cache = filled(5)
    cache.begin(head(5))
    assert cache.get("a") == held(1)
    assert cache.get("b") is None


def test_somebody_else_appended() -> None:
    cache = filled(5)
    cache.begin(head(6))
    assert cache.get("a") is None


def test_the_same_size_with_another_root() -> None:
    cache = filled(5)
    cache.begin(head(5, b"\xff" * 32))
    assert cache.get("a") is None


def test_a_commit_that_failed() -> None:
    cache = filled(5)
    cache.begin(head(5))
    cache.end(head(6))
    cache.put("a", held(6))
    cache.begin(head(5))  # the database still has the old head
    assert cache.get("a") is None


def test_a_record_that_was_removed_is_not_known() -> None:
    cache = filled()
    cache.put("a", None)
    assert cache.get("a") is None
    cache.put("never", None)


def test_it_is_bounded_and_keeps_what_is_read() -> None:
    cache = RecordCache(limit=10)
    cache.begin(head(1))
    cache.put("hot", held(0))
    for at in range(1000):
        cache.put(f"key/{at}", held(at))
        assert cache.get("hot") == held(0)
        assert len(cache._young) + len(cache._old) <= 20
    assert cache.get("key/0") is None
    assert cache.get("key/999") == held(999)


def test_a_newer_value_replaces_an_older_one_in_either_half() -> None:
    cache = RecordCache(limit=2)
    cache.begin(head(1))
    for key in ("a", "b", "c"):
        cache.put(key, held(1))
    cache.put("a", held(2))
    assert cache.get("a") == held(2)
    cache.put("a", None)
    assert cache.get("a") is None
