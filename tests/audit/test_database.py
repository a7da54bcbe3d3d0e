"""Somebody with the database's file in his hands: every table, each way to change it."""

from __future__ import annotations

import os
from contextlib import closing

import pytest

from ledger.audit.snapshot import Snapshot
from ledger.audit.sources import Unreadable
from ledger.core.checkpoint import sign_checkpoint
from ledger.core.tree import TreeHead
from tests.audit.home import Home
from tests.audit.log import SIGNER, found
from tests.world import ORIGIN

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
    assert report.first == missing


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
    assert home.only("A3").what.startswith("stored_events: row ")


def test_a_row_inserted_beyond_the_log(home: Home) -> None:
    size = home.ask("SELECT size FROM head")
    home.change(("INSERT INTO leaves VALUES (?, ?, 3, ?, NULL)", size, os.urandom(32), size + 1))
    finding = home.only("A3")
    assert (finding.position, finding.what) == (
        size,
        f"leaves: row {size} belongs to no entry of the log",
    )


def test_a_row_inserted_before_the_log(home: Home) -> None:
    home.change(("INSERT INTO leaves VALUES (-1, ?, 3, 1, NULL)", os.urandom(32)))
    assert home.only("A3").position == -1


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
    finding = home.only("A3")
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
    finding = home.only("A3")
    assert finding.position == last - 2
    assert "for the size that the receipt cites" in finding.what


def test_a_receipt_of_a_batch_of_one(home: Home) -> None:
    home.change(("UPDATE leaves SET size = 5 WHERE position = 2",))
    assert home.only("A3").position in (2, 3)


@pytest.mark.parametrize("effect", [None, 3, 40.0, "40", b"x"])
def test_an_effect(home: Home, effect: object) -> None:
    position = home.ask("SELECT max(position) FROM leaves WHERE effect = position")
    if effect == 40.0:
        home.change(("UPDATE leaves SET effect = NULL WHERE position = ?", position))
    else:
        home.change(("UPDATE leaves SET effect = ? WHERE position = ?", effect, position))
    finding = home.only("A7")
    assert finding.position == position
    assert f"took effect here, the log {position}" in finding.what


def test_the_effect_of_a_statement_that_awaits_consent(home: Home) -> None:
    position = home.ask("SELECT min(position) FROM leaves WHERE effect IS NULL")
    home.change(("UPDATE leaves SET effect = position WHERE position = ?", position))
    assert home.only("A7").position == position


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
        assert home.only("A3").position == position


def test_another_checkpoint_of_the_same_tree(home: Home) -> None:
    home.change(("UPDATE head SET checkpoint = replace(checkpoint, char(10) || char(10), 'x')",))
    assert home.audit(vault=False).findings[0].step == "A1"
    home.change(("UPDATE head SET checkpoint = 5",))
    assert [one.step for one in home.audit(vault=False).findings] == ["A1"]
