"""Somebody with the database's file in his hands: every table, each way to change it."""

from __future__ import annotations

import os
from contextlib import closing
from pathlib import Path

import pytest

from ledger.audit.findings import Finding, Findings
from ledger.audit.snapshot import Snapshot
from ledger.audit.sources import Unreadable, View
from ledger.audit.stored import compare_views
from ledger.core.checkpoint import sign_checkpoint
from ledger.core.tree import TreeHead
from tests.audit.home import Home
from tests.audit.log import SIGNER, found
from tests.store.stored import StoredWorld, ready
from tests.world import ORIGIN


def only(home: Home, step: str) -> Finding:
    """The one finding of an audit."""
    report = home.audit(vault=False)
    assert report.exit_code == 1
    (finding,) = report.findings
    assert finding.step == step
    return finding


# ---------------------------------------------------------------- entries and their order


@pytest.mark.parametrize("position", [0, 7, 255, 256, 260])
def test_a_bit_of_an_entry(home: Home, position: int) -> None:
    rowid = home.ask("SELECT event FROM leaves WHERE position = ?", position)
    entry = bytearray(home.ask("SELECT state FROM stored_events WHERE rowid = ?", rowid))
    entry[len(entry) // 2] ^= 4
    home.change(("UPDATE stored_events SET state = ? WHERE rowid = ?", bytes(entry), rowid))
    report = home.audit()
    assert report.exit_code == 1
    assert {one.position for one in found(report, "A3")} == {position}
    assert report.first is not None
    assert report.first.position == position


def test_an_entry_deleted(home: Home) -> None:
    home.change(
        ("DELETE FROM stored_events WHERE rowid = (SELECT event FROM leaves WHERE position = 40)",)
    )
    report = home.audit()
    assert (found(report, "A3")[0].position, found(report, "A3")[0].what) == (
        40,
        "the entry is missing",
    )


def test_a_row_of_the_order_deleted(home: Home) -> None:
    home.change(("DELETE FROM leaves WHERE position = 40",))
    report = home.audit()
    assert found(report, "A3")[0].position == 40
    strays = [one for one in found(report, "A3") if one.what.startswith("stored_events: row ")]
    assert len(strays) == 1


def test_the_last_rows_deleted(home: Home) -> None:
    last = home.ask("SELECT max(position) FROM leaves")
    home.change(("DELETE FROM leaves WHERE position > ?", last - 4))
    report = home.audit(vault=False)
    (missing,) = [one for one in found(report, "A3") if "are missing" in one.what]
    assert missing.position == last - 3
    assert missing.what == f"entries {last - 3} to {last} are missing"


def test_two_rows_exchanged(home: Home) -> None:
    first, second = (home.ask("SELECT event FROM leaves WHERE position = ?", at) for at in (40, 41))
    home.change(
        ("UPDATE leaves SET event = ? WHERE position = 40", second),
        ("UPDATE leaves SET event = ? WHERE position = 41", first),
    )
    assert [one.position for one in found(home.audit(), "A3")][:2] == [40, 40]


def test_entry_and_leaf_exchanged_together(home: Home) -> None:
    home.change(
        ("UPDATE leaves SET position = -1 WHERE position = 40",),
        ("UPDATE leaves SET position = 40 WHERE position = 41",),
        ("UPDATE leaves SET position = 41 WHERE position = -1",),
    )
    report = home.audit()
    assert found(report, "A3")[0].position == 40


def test_an_event_inserted(home: Home) -> None:
    columns = "originator_id, originator_version, topic, state"
    source = "SELECT 'x', 1, topic, state FROM stored_events WHERE rowid = 3"
    home.change((f"INSERT INTO stored_events ({columns}) {source}",))
    assert only(home, "A3").what.startswith("stored_events: row ")


def test_a_row_inserted_beyond_the_log(home: Home) -> None:
    size = home.ask("SELECT size FROM head")
    home.change(("INSERT INTO leaves VALUES (?, ?, 3, ?, NULL)", size, os.urandom(32), size + 1))
    finding = only(home, "A3")
    assert (finding.position, finding.what) == (
        size,
        f"leaves: row {size} belongs to no entry of the log",
    )


def test_a_row_inserted_before_the_log(home: Home) -> None:
    home.change(("INSERT INTO leaves VALUES (-1, ?, 3, 1, NULL)", os.urandom(32)))
    assert only(home, "A3").position == -1


def test_a_row_far_away_does_not_fill_the_memory(home: Home) -> None:
    """The operator signs whatever size it takes for the row to be a part of the log."""
    head = TreeHead(ORIGIN, 2**61, bytes(32))
    home.change(
        ("UPDATE leaves SET position = ? WHERE position = 200", 2**60),
        ("UPDATE head SET size = ?, checkpoint = ?", head.size, sign_checkpoint(head, SIGNER)),
    )
    report = home.audit(vault=False)
    assert 200 in {one.position for one in found(report, "A3")}
    assert any(one.what.startswith("entries 261 to ") for one in found(report, "A3"))


def test_positions_that_are_no_integers(home: Home) -> None:
    home.change(
        ("DROP TABLE leaves",),
        ("CREATE TABLE leaves (position, leaf, event, size, effect)",),
        ("INSERT INTO leaves VALUES (1.5, 'x', 1, 1, 1)",),
        rows=False,
    )
    report = home.audit(vault=False)
    assert (report.exit_code, report.unread) == (2, "a position in the database is no integer")


def test_a_log_of_whole_blocks(home: Home) -> None:
    home.change(
        ("DELETE FROM leaves WHERE position >= 256",),
        ("DELETE FROM stored_events WHERE rowid NOT IN (SELECT event FROM leaves)",),
    )
    report = home.audit(vault=False)
    assert 256 in {one.position for one in found(report, "A3")}
    assert not any("stored_events" in one.what for one in report.findings)


def test_entries_that_end_before_a_kept_checkpoint(home: Home) -> None:
    """The tail is gone, the checkpoint still claims it; the auditor knew some of it."""
    kept = home.ask("SELECT checkpoint FROM head")
    home.change(("DELETE FROM leaves WHERE position >= 250",))
    (finding,) = found(home.audit(vault=False, kept=[kept]), "A2")
    assert (finding.position, finding.what) == (
        250,
        "no way to the kept checkpoint of 261: entries end at 250",
    )


def test_a_database_without_a_tree(home: Home) -> None:
    home.change(("DELETE FROM head",))
    with closing(Snapshot(home.database)) as snapshot, pytest.raises(Unreadable, match="no tree"):
        snapshot.checkpoint()


@pytest.mark.parametrize("leaf", [b"", "text", 7, os.urandom(32)])
def test_a_leaf_hash(home: Home, leaf: object) -> None:
    home.change(("UPDATE leaves SET leaf = ? WHERE position = 40", leaf))
    finding = only(home, "A3")
    assert (finding.position, finding.what) == (
        40,
        "the database has another leaf hash for this entry",
    )


@pytest.mark.parametrize("size", [0, 41, 10**9, "many", b"", None])
def test_the_size_that_a_receipt_cites(home: Home, size: object) -> None:
    """Position 270 stands in the middle of the last batch."""
    last = home.ask("SELECT max(position) FROM leaves")
    if size is None:
        size = last  # one less than right
    home.change(("UPDATE leaves SET size = ? WHERE position = ?", size, last - 2))
    finding = only(home, "A3")
    assert finding.position == last - 2
    assert "for the size that the receipt cites" in finding.what


def test_a_receipt_of_a_batch_of_one(home: Home) -> None:
    home.change(("UPDATE leaves SET size = 5 WHERE position = 2",))
    assert only(home, "A3").position in (2, 3)


@pytest.mark.parametrize("effect", [None, 3, 40.0, "40", b"x"])
def test_an_effect(home: Home, effect: object) -> None:
    position = home.ask("SELECT max(position) FROM leaves WHERE effect = position")
    if effect == 40.0:
        home.change(("UPDATE leaves SET effect = NULL WHERE position = ?", position))
    else:
        home.change(("UPDATE leaves SET effect = ? WHERE position = ?", effect, position))
    finding = only(home, "A7")
    assert finding.position == position
    assert f"took effect here, the log {position}" in finding.what


def test_the_effect_of_a_statement_that_awaits_consent(home: Home) -> None:
    position = home.ask("SELECT min(position) FROM leaves WHERE effect IS NULL")
    home.change(("UPDATE leaves SET effect = position WHERE position = ?", position))
    assert only(home, "A7").position == position


# ---------------------------------------------------------------- the tree


@pytest.mark.parametrize(
    ("query", "position"),
    [
        ("UPDATE tiles SET hashes = zeroblob(8192) WHERE level = 0 AND n = 0", 0),
        ("UPDATE tiles SET hashes = substr(hashes, 1, 32) WHERE level = 0 AND n = 1", 257),
        ("UPDATE tiles SET hashes = 'text' WHERE level = 1", 0),
        ("UPDATE tiles SET hashes = 5 WHERE level = 1", 0),
        ("DELETE FROM tiles WHERE level = 0 AND n = 1", 256),
        ("INSERT INTO tiles VALUES (0, 9, zeroblob(32))", None),
        ("INSERT INTO tiles VALUES (-3, 0, zeroblob(32))", None),
        ("UPDATE head SET root = zeroblob(32)", None),
        ("UPDATE head SET size = size || ''", "clean"),
        ("UPDATE head SET frontier = zeroblob(40)", None),
    ],
)
def test_the_tree(home: Home, query: str, position: int | str | None) -> None:
    home.change((query,))
    if position == "clean":  # the column is an integer again
        assert home.audit().findings == ()
    else:
        assert only(home, "A3").position == position


def test_another_checkpoint_of_the_same_tree(home: Home) -> None:
    home.change(("UPDATE head SET checkpoint = replace(checkpoint, char(10) || char(10), 'x')",))
    assert home.audit(vault=False).findings[0].step == "A1"
    home.change(("UPDATE head SET checkpoint = 5",))
    assert [one.step for one in home.audit(vault=False).findings] == ["A1"]


# ---------------------------------------------------------------- state records


def certificate(home: Home) -> tuple[str, int]:
    key = home.ask("SELECT min(key) FROM records WHERE key LIKE 'certificate/%'")
    return key, home.ask("SELECT version FROM records WHERE key = ?", key)


def test_a_record_edited(home: Home) -> None:
    key, version = certificate(home)
    home.change(
        ("UPDATE records SET record = replace(record, 'issued', 'revoked') WHERE key = ?", key)
    )
    finding = only(home, "A7")
    assert finding.position == version
    assert finding.what.startswith(f'the state record {key} is not ["NS-')
    assert finding.stake == "The service answers from data that the log does not support."


def test_a_key_given_to_another(home: Home) -> None:
    key = home.ask("SELECT min(key) FROM records WHERE key LIKE 'key/%'")
    home.change(
        ("UPDATE records SET record = replace(record, '\"', '''') WHERE key = ?", key),
    )
    assert key in only(home, "A7").what


def test_the_version_of_a_record(home: Home) -> None:
    """A record put back to what it was, or claimed to be older than it is."""
    key, version = certificate(home)
    home.change(("UPDATE records SET version = 3 WHERE key = ?", key))
    finding = only(home, "A7")
    assert (finding.position, finding.what) == (
        version,
        f"the state record {key} has version 3, not {version}",
    )


@pytest.mark.parametrize("which", ["min", "max"])
def test_a_record_deleted(home: Home, which: str) -> None:
    key = home.ask(f"SELECT {which}(key) FROM records")
    home.change(("DELETE FROM records WHERE key = ?", key))
    assert only(home, "A7").what == f"the state record {key} is missing"


@pytest.mark.parametrize("key", ["aaa", "key/mmm", "zzz", "name/\x1b[31m", b"\xff\xfe"])
def test_a_record_inserted(home: Home, key: str | bytes) -> None:
    home.change(("INSERT INTO records VALUES (?, 17, '[]')", key))
    finding = only(home, "A7")
    assert finding.position == 17
    assert finding.what.startswith("the log leads to no state record ")
    assert finding.what.isprintable()


def test_a_record_renamed(home: Home) -> None:
    key, _ = certificate(home)
    home.change(("UPDATE records SET key = 'certificate/~' WHERE key = ?", key))
    report = home.audit(vault=False)
    assert [(one.step, one.what) for one in report.findings] == [
        ("A7", f"the state record {key} is missing"),
        ("A7", "the log leads to no state record certificate/~"),
    ]


@pytest.mark.parametrize("value", [5, b"\x00\xff", ""])
def test_a_record_of_another_type(home: Home, value: object) -> None:
    key, _ = certificate(home)
    home.change(("UPDATE records SET record = ?, version = 'x' WHERE key = ?", value, key))
    assert key in only(home, "A7").what


def test_all_records_gone(home: Home) -> None:
    count = home.ask("SELECT count(*) FROM records")
    home.change(("DELETE FROM records",))
    report = home.audit(vault=False)
    assert len(report.findings) + report.more["A7"] == count
    assert f"({count} findings)" in report.line()


# ---------------------------------------------------------------- yesterday's database


def test_yesterdays_database_against_a_kept_checkpoint(home: Home) -> None:
    """A true older state: everything fits together, and only the auditor's memory tells."""
    kept = home.ask("SELECT checkpoint FROM head")
    older = Home(home.path.parent / "older")
    ready(StoredWorld(older.path)).close()
    assert older.audit().exit_code == 0
    report = older.audit(kept=[kept])
    assert [one.step for one in report.findings] == ["A2"]
    assert "the log shrank" in report.findings[0].what


# ---------------------------------------------------------------- what cannot be read


def test_a_file_that_is_no_database(tmp_path: Path) -> None:
    with pytest.raises(Unreadable):
        Snapshot(tmp_path / "nothing.db").checkpoint()
    (tmp_path / "junk.db").write_bytes(b"junk" * 1000)
    with pytest.raises(Unreadable, match="cannot be read"):
        Snapshot(tmp_path / "junk.db").checkpoint()


# ---------------------------------------------------------------- views


@pytest.mark.parametrize(
    ("stored", "what"),
    [
        ([(1, "a"), (2, "x")], "view standing: row 1 (2) differs"),
        ([(1, "a")], "view standing: row 1 (2) is missing"),
        ([(1, "a"), (2, "b"), (3, "c")], "view standing: row 2 (3) does not follow from the log"),
        ([], "view standing: row 0 (1) is missing"),
    ],
)
def test_a_view(stored: list[tuple[object, ...]], what: str) -> None:
    findings = Findings()
    compare_views([View("standing", stored, [(1, "a"), (2, "b")])], findings)
    assert [(one.step, one.what) for one in findings] == [("A7", what)]
