"""The key store: durable first, settled by the next append, and able to forget."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from ledger.store.errors import Contradiction, KeyStoreAhead, StorageFailed
from ledger.store.keystore import KeyStore
from ledger.store.seam import FactRow, Journal

LEAVES = [bytes([at]) * 32 for at in range(100)]


@pytest.fixture
def store(tmp_path: Path):
    made = KeyStore(tmp_path / "keys.db", os.urandom)
    made.create()
    yield made
    made.close()


def leaf_at(position: int) -> bytes | None:
    return LEAVES[position]


def prepare(store: KeyStore, base: int, *students: str) -> dict[str, bytes]:
    facts = [FactRow(f"student-of/{one}", one, one, base) for one in students]
    return store.prepare(Journal(base, LEAVES[base]), dict.fromkeys(students, base), facts)


def known(store: KeyStore, student: str) -> tuple[bool, bool]:
    return store.key(student) is not None, store.fact(f"student-of/{student}", 100) is not None


def test_a_subject_keeps_its_key(store: KeyStore) -> None:
    first = prepare(store, 0, "a", "b")
    second = store.prepare(Journal(5, LEAVES[5]), {"a": 5, "c": 6}, [])
    assert second["a"] == first["a"]
    assert len({*first.values(), *second.values()}) == 3
    assert all(len(key) == 32 for key in second.values())
    assert store.key("c") == second["c"]


def test_nothing_new_writes_nothing(store: KeyStore, tmp_path: Path) -> None:
    prepare(store, 0, "a")
    wal = tmp_path / "keys.db-wal"
    before = wal.stat().st_size
    store.prepare(Journal(9, LEAVES[9]), {"a": 9}, [])
    assert wal.stat().st_size == before


def test_a_batch_that_never_was_is_swept(store: KeyStore) -> None:
    prepare(store, 0, "a")
    store.settle(3, leaf_at)
    prepare(store, 3, "b", "c")  # and then a crash: the ledger stays at 3
    store.settle(3, leaf_at)
    assert known(store, "a") == (True, True)
    assert known(store, "b") == known(store, "c") == (False, False)
    store.settle(3, leaf_at)


def test_a_batch_that_was_is_kept(store: KeyStore) -> None:
    prepare(store, 3, "b")
    for size in (4, 50):
        store.settle(size, leaf_at)
    assert known(store, "b") == (True, True)


def test_a_swept_batch_leaves_no_journal_to_contradict(store: KeyStore) -> None:
    prepare(store, 3, "b")
    store.settle(3, leaf_at)
    store.settle(9, lambda _: b"\xff" * 32)  # another batch took its place


def test_the_first_batch_of_all(store: KeyStore) -> None:
    prepare(store, 0, "a")
    store.settle(0, lambda _: None)
    assert known(store, "a") == (False, False)


def test_an_older_copy_of_the_ledger_is_noticed(store: KeyStore) -> None:
    prepare(store, 7, "a")
    with pytest.raises(KeyStoreAhead) as caught:
        store.settle(6, leaf_at)
    assert caught.value.code == "ledger-behind-key-store"
    assert known(store, "a") == (True, True)


def test_another_ledgers_key_store_is_noticed(store: KeyStore) -> None:
    prepare(store, 7, "a")
    with pytest.raises(Contradiction, match="another ledger") as caught:
        store.settle(20, lambda _: b"\xee" * 32)
    assert caught.value.position == 7
    assert known(store, "a") == (True, True)


def test_a_fact_beyond_the_log_is_not_told(store: KeyStore) -> None:
    prepare(store, 7, "a")
    assert store.fact("student-of/a", 7) is None
    assert store.fact("student-of/a", 8) == "a"
    assert store.fact("student-of/b", 100) is None


def test_a_fact_is_stated_once(store: KeyStore) -> None:
    prepare(store, 0, "a")
    fact = FactRow("student-of/a", "somebody else", None, 5)
    with pytest.raises(StorageFailed):
        store.prepare(Journal(5, LEAVES[5]), {"z": 5}, [fact])
    assert store.fact("student-of/a", 100) == "a"
    assert store.key("z") is None, "all of it or nothing"


def test_a_destroyed_key_is_on_no_page(store: KeyStore, tmp_path: Path) -> None:
    keys = prepare(store, 0, "a", "student-with-a-long-name")
    gone = keys["student-with-a-long-name"]
    assert store.destroy("student-with-a-long-name")
    assert known(store, "student-with-a-long-name") == (False, False)
    assert known(store, "a") == (True, True)
    raw = b"".join(path.read_bytes() for path in tmp_path.iterdir() if path.suffix != ".db-shm")
    assert keys["a"] in raw, "the search can find a key"
    assert gone not in raw
    assert b"student-with-a-long-name" not in raw
    assert not store.destroy("student-with-a-long-name")


def test_readers_see_a_batch_only_when_it_is_whole(store: KeyStore) -> None:
    with store.reading() as rows:
        assert rows.fact("student-of/a") is None
        prepare(store, 0, "a")
        assert rows.fact("student-of/a") is None
    with store.reading() as rows:
        assert rows.fact("student-of/a") == FactRow("student-of/a", "a", "a", 0)


def test_the_file_is_private(tmp_path: Path, store: KeyStore) -> None:
    prepare(store, 0, "a")
    assert {path.stat().st_mode & 0o077 for path in tmp_path.iterdir()} == {0}
