"""State that does not follow from the log: records and views edited, older copies, no database."""

from __future__ import annotations

from pathlib import Path

import pytest

from ledger.audit.findings import Findings
from ledger.audit.snapshot import Snapshot
from ledger.audit.sources import Unreadable, View
from ledger.audit.stored import compare_views
from tests.audit.home import Home
from tests.store.stored import StoredWorld, ready

# ---------------------------------------------------------------- state records


def certificate(home: Home) -> tuple[str, int]:
    key = home.ask("SELECT min(key) FROM records WHERE key LIKE 'certificate/%'")
    return key, home.ask("SELECT version FROM records WHERE key = ?", key)


def test_a_record_edited(home: Home) -> None:
    key, version = certificate(home)
    home.change(
        ("UPDATE records SET record = replace(record, 'issued', 'revoked') WHERE key = ?", key)
    )
    finding = home.only("A7")
    assert finding.position == version
    assert finding.what.startswith(f'the state record {key} is not ["NS-')
    assert finding.stake == "The service answers from data that the log does not support."


def test_a_key_given_to_another(home: Home) -> None:
    key = home.ask("SELECT min(key) FROM records WHERE key LIKE 'key/%'")
    home.change(
        ("UPDATE records SET record = replace(record, '\"', '''') WHERE key = ?", key),
    )
    assert key in home.only("A7").what


def test_the_version_of_a_record(home: Home) -> None:
    """A record put back to what it was, or claimed to be older than it is."""
    key, version = certificate(home)
    home.change(("UPDATE records SET version = 3 WHERE key = ?", key))
    finding = home.only("A7")
    assert (finding.position, finding.what) == (
        version,
        f"the state record {key} has version 3, not {version}",
    )


@pytest.mark.parametrize("which", ["min", "max"])
def test_a_record_deleted(home: Home, which: str) -> None:
    key = home.ask(f"SELECT {which}(key) FROM records")
    home.change(("DELETE FROM records WHERE key = ?", key))
    assert home.only("A7").what == f"the state record {key} is missing"


@pytest.mark.parametrize("key", ["aaa", "key/mmm", "zzz", "name/\x1b[31m", b"\xff\xfe"])
def test_a_record_inserted(home: Home, key: str | bytes) -> None:
    home.change(("INSERT INTO records VALUES (?, 17, '[]')", key))
    finding = home.only("A7")
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
    assert key in home.only("A7").what


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
