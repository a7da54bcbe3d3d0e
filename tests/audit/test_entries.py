"""Entries changed, removed, added or moved, by an intruder or by an operator with all keys.

The intruder cannot sign a checkpoint, so the tree tells the position. The operator makes tree and
checkpoint anew, so what is left are signatures, rules, and a checkpoint that somebody kept.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from ledger.core.statement import parse_entry
from tests.audit.log import Log, audited, checkpoint, found


def flip(entry: bytes, at: int, bit: int) -> bytes:
    changed = bytearray(entry)
    changed[at] ^= 1 << bit
    return bytes(changed)


def places(entry: bytes) -> dict[str, int]:
    """One byte of every part of a statement."""
    payload, signature = entry.index(b".") + 1, entry.rindex(b".") + 1
    return {
        "first byte": 0,
        "header": payload // 2,
        "first dot": payload - 1,
        "payload": (payload + signature) // 2,
        "second dot": signature - 1,
        "signature": signature + 40,
        "last byte": len(entry) - 1,
    }


POSITIONS = [0, 1, 12, 100, 255, 256, 300, 511, 512, 578]


@pytest.mark.parametrize("position", POSITIONS)
def test_a_flipped_bit_is_found_by_the_tree(log: Log, tmp_path: Path, position: int) -> None:
    for at, place in enumerate(places(log.entries[position]).values()):
        changed = log.copy()
        changed.entries[position] = flip(log.entries[position], place, at)
        report = audited(changed.bundle(), tmp_path)
        assert report.exit_code == 1
        assert found(report, "A3")[0].position == position
        assert report.first is not None
        assert report.first.position == position


@pytest.mark.parametrize("position", POSITIONS)
def test_a_flipped_bit_is_found_in_a_tree_made_anew(
    log: Log, tmp_path: Path, position: int
) -> None:
    for at, place in enumerate(places(log.entries[position]).values()):
        changed = log.copy()
        changed.entries[position] = flip(log.entries[position], place, at)
        report = audited(changed.seal(), tmp_path)
        assert report.exit_code == 1
        assert found(report, "A3") == []
        assert report.first is not None
        assert (report.first.step, report.first.position) in {("A4", position), ("A5", position)}


def test_every_byte_of_an_entry(published: Log, tmp_path: Path) -> None:
    log = Log(published.entries[:6]).seal()
    log.write(tmp_path)
    for at in range(len(log.entries[3])):
        changed = Log(list(log.entries), dict(log.files))
        changed.entries[3] = flip(log.entries[3], at, at % 8)
        one = Log([], {"tile/entries/000.p/6": changed.bundle().files["tile/entries/000.p/6"]})
        report = audited(one, tmp_path)
        assert report.exit_code == 1
        assert report.first is not None
        assert report.first.position == 3


def test_every_bit_of_a_length(published: Log, tmp_path: Path) -> None:
    log = Log(published.entries[:6]).seal()
    place = sum(2 + len(entry) for entry in log.entries[:3])
    for bit in range(16):
        changed = log.copy()
        bundle = log.files["tile/entries/000.p/6"]
        changed.files["tile/entries/000.p/6"] = flip(bundle, place + bit // 8, bit % 8)
        report = audited(changed, tmp_path)
        assert report.exit_code == 1
        assert report.first is not None
        assert report.first.position == 3


def delete(entries: list[bytes]) -> None:
    del entries[300]


def insert(entries: list[bytes]) -> None:
    entries.insert(300, entries[20])


def duplicate(entries: list[bytes]) -> None:
    entries.insert(300, entries[299])


def swap(entries: list[bytes]) -> None:
    entries[300], entries[400] = entries[400], entries[300]


def replace_by_another(entries: list[bytes]) -> None:
    entries[300] = entries[20]


def cut(entries: list[bytes]) -> None:
    del entries[300:]


CHANGES = [delete, insert, duplicate, swap, replace_by_another]


@pytest.mark.parametrize("change", CHANGES)
def test_entries_moved_under_a_tree_as_it_was(
    log: Log, tmp_path: Path, change: Callable[[list[bytes]], None]
) -> None:
    change(log.entries)
    tree = dict(log.files)
    log.bundle()
    # The bundles end where the checkpoint says, so that they can be read.
    size = 579
    log.entries = (log.entries + log.entries)[:size]
    report = audited(Log(log.entries, tree).bundle(), tmp_path)
    assert report.exit_code == 1
    assert report.first is not None
    assert (report.first.step, report.first.position) == ("A3", 300)


@pytest.mark.parametrize("change", [*CHANGES, cut])
def test_entries_moved_in_a_tree_made_anew_contradict_a_kept_checkpoint(
    log: Log, tmp_path: Path, change: Callable[[list[bytes]], None]
) -> None:
    kept = [checkpoint(log.entries[:size]) for size in (200, 290, 450, 579)]
    change(log.entries)
    report = audited(log.seal(), tmp_path, kept=kept)
    assert report.exit_code == 1
    assert found(report, "A2")
    what = found(report, "A2")[0].what
    if change is cut:
        assert found(report, "A2")[0].position == 300
        assert "shrank: it had 450 entries once, now it has 300" in what
    else:
        assert found(report, "A2")[0].position == 290
        assert "one of 290 to 449" in what


@pytest.mark.parametrize("change", [insert, duplicate])
def test_an_entry_twice_breaks_the_rule_on_jti(
    log: Log, tmp_path: Path, change: Callable[[list[bytes]], None]
) -> None:
    change(log.entries)
    report = audited(log.seal(), tmp_path)
    assert [(one.position, one.rule) for one in found(report, "A5")] == [(300, "P15")]


def test_a_deleted_entry_is_missed_by_what_builds_on_it(log: Log, tmp_path: Path) -> None:
    """The registration of the first candidate: scores, result and certificate hang in the air."""
    position = first(log, "candidate.registered")
    del log.entries[position]
    report = audited(log.seal(), tmp_path)
    assert {one.rule for one in found(report, "A5")} == {"P80"}
    assert len(found(report, "A5")) == 5


def test_a_signature_by_another_key(log: Log, tmp_path: Path) -> None:
    """The signature of one statement under the header and payload of the next."""
    head, _, _ = log.entries[300].rpartition(b".")
    log.entries[300] = head + b"." + log.entries[301].rpartition(b".")[2]
    report = audited(log.seal(), tmp_path)
    assert [(one.step, one.position) for one in report.findings] == [("A4", 300)]
    assert "does not verify" in report.findings[0].what


def test_threads_find_the_same(log: Log, tmp_path: Path) -> None:
    for position in range(5, 579, 9):
        log.entries[position] = flip(log.entries[position], len(log.entries[position]) - 30, 0)
    log.seal()
    one, three = audited(log, tmp_path), audited(log, tmp_path, jobs=3)
    assert one == three
    assert len(found(one, "A4")) == 20
    assert one.more["A4"] + 20 == len(range(5, 579, 9))


def test_bytes_behind_the_last_entry(log: Log, tmp_path: Path) -> None:
    path = "tile/entries/002.p/67"
    log.files[path] += b"more"
    report = audited(log, tmp_path)
    assert report.first is not None
    assert (report.first.step, report.first.position) == ("A3", 578)


def test_a_bundle_that_is_too_short(log: Log, tmp_path: Path) -> None:
    path = "tile/entries/001"
    log.files[path] = log.files[path][: 2 + len(log.entries[256]) + 100]
    report = audited(log, tmp_path)
    assert report.first is not None
    assert (report.first.step, report.first.position) == ("A3", 257)
    assert report.first.what == "the entry is missing"


def first(log: Log, kind: str) -> int:
    """Position of the first statement of that type."""
    return next(at for at, one in enumerate(log.entries) if parse_entry(one).type == kind)
