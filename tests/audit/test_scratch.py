"""The replayed state: small caches and a file behave as one dictionary."""

from __future__ import annotations

import os
import sqlite3
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ledger.audit.once import Once
from ledger.audit.scratch import Space, scratch_database
from ledger.audit.sources import Unreadable

keys = st.sampled_from([f"{kind}/{at}" for kind in ("jt", "key", "ключ", "键") for at in range(6)])
changes = st.dictionaries(keys, st.none() | st.text(max_size=3), max_size=4)


def space(generation: int = 4) -> Space[str]:
    return Space(scratch_database(), "records", str, lambda _, text: text, generation=generation)


@settings(max_examples=200, deadline=None)
@given(st.lists(st.tuples(changes, keys)), st.integers(1, 6))
def test_it_remembers_what_a_dictionary_remembers(
    steps: list[tuple[dict[str, str | None], str]], generation: int
) -> None:
    one = space(generation)
    plain: dict[str, tuple[str, int]] = {}
    for position, (changed, asked) in enumerate(steps):
        one.apply(changed, position)
        for key, value in changed.items():
            if value is None:
                plain.pop(key, None)
            else:
                plain[key] = (value, position)
        expected = plain.get(asked, (None, 0))[0]
        assert one.found[asked] == expected
        assert one.found.get(asked) == expected
    stored = [(key, *plain[key]) for key in sorted(plain, key=str.encode)]
    assert list(one.all()) == stored


def test_what_left_the_cache_is_read_back() -> None:
    decoded: list[str] = []

    def decode(key: str, text: str) -> str:
        decoded.append(key)
        return text

    one: Space[str] = Space(scratch_database(), "records", str, decode, generation=2)
    for position in range(10):
        one.apply({f"key/{position}": str(position)}, position)
    assert one.found["key/0"] == "0"
    assert decoded == ["key/0"]
    assert one.found["key/0"] == "0"
    assert decoded == ["key/0"]  # it is in the cache again
    assert one.found["key/none"] is None
    assert decoded == ["key/0"]


def test_two_spaces_in_one_file_are_two() -> None:
    database = scratch_database()
    one: Space[str] = Space(database, "records", str, lambda _, text: text, generation=1)
    two: Space[str] = Space(database, "people", str, lambda _, text: text, generation=1)
    one.apply({"key": "one"}, 1)
    two.apply({"key": "two"}, 2)
    assert (one.found["key"], two.found["key"]) == ("one", "two")
    assert list(one.all()) == [("key", "one", 1)]


class Full(sqlite3.Connection):
    """A disk that is full."""

    def executemany(self, *_: object) -> sqlite3.Cursor:
        raise sqlite3.OperationalError("database or disk is full")


def test_a_full_disk_is_told() -> None:
    database = sqlite3.connect("", isolation_level=None, factory=Full)
    one: Space[str] = Space(database, "records", str, lambda _, text: text, generation=1)
    with pytest.raises(Unreadable, match="the scratch file cannot be written: database or disk"):
        one.apply({"key": "value"}, 1)
    database.close()


@pytest.mark.skipif(not Path("/proc/self/fd").is_dir(), reason="only Linux tells open files")
def test_its_file_has_no_name() -> None:
    """Private facts are in it where a vault is audited: it vanishes, however the process ends."""
    one = space(100)
    for position in range(3000):
        one.apply({f"enrolled/{position}": "x" * 8000}, position)
    one.flush()
    opened = [os.readlink(file) for file in Path("/proc/self/fd").iterdir() if file.is_symlink()]
    files = [name for name in opened if "etilqs" in name]  # what SQLite calls temporary files
    assert files
    assert all(name.endswith(" (deleted)") for name in files)


# ---------------------------------------------------------------- keys that are used once

uses = st.lists(st.sampled_from([f"{kind}/{at}" for kind in ("jti", "a", "z") for at in range(9)]))


@settings(max_examples=200, deadline=None)
@given(uses, st.integers(1, 4))
def test_keys_used_once_and_again(used: list[str], generation: int) -> None:
    database = scratch_database()
    once = Once(database, "jti/", lambda position: f"at {position}")
    one: Space[str] = Space(
        database, "records", str, lambda _, text: text, once=once, generation=generation
    )
    first: dict[str, int] = {}
    again: list[tuple[str, int, int]] = []
    for position, key in enumerate(used):
        seen = one.found[key]
        if key.startswith("jti/") and key in first:
            # Either it is still at hand, or it is found at the end.
            assert seen is None or used[int(seen.removeprefix("at "))] == key
            if seen is None:
                again.append((key, first[key], position))
                one.apply({key: f"at {position}"}, position)
            continue
        assert seen == (f"at {first[key]}" if key in first else None)
        first.setdefault(key, position)
        one.apply({key: f"at {first[key]}"}, first[key])
    assert list(one.all()) == [(key, f"at {first[key]}", first[key]) for key in sorted(first)]
    assert list(once.repeated()) == sorted(again)
