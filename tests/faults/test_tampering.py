"""Somebody with the files in his hands: whatever is changed, the audit fails and says where."""

from __future__ import annotations

import random
import subprocess
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pysqlite3.dbapi2 as sqlite3
import pytest

from ledger.audit.report import CLEAN, FOUND, Report
from ledger.cli.audit import audit_home
from tests.audit.home import Home
from tests.cli.parties import ENVIRONMENT, PROGRAM
from tests.faults.ledgers import audit
from tests.faults.tampering import (
    EVERY,
    Tampering,
    copy,
    entry,
    flip,
    put,
    record_changed,
    rows_swapped,
    some,
    statement_deleted,
)

BY_NAME = {one.__name__: one for one in EVERY}


def named(report: Report) -> int | None:
    """The position that the audit's one line names."""
    assert report.exit_code == FOUND
    first = report.first
    assert first is not None
    assert report.line().startswith(
        "FAILED" if first.position is None else f"FAILED at position {first.position},"
    )
    return first.position


# ---------------------------------------------------------------- single bits


def flips(home: Home, count: int, chance: random.Random) -> None:
    """Flip a bit of a statement, look, and flip it back, many times over."""
    (home.path / "views.db").unlink()  # they say nothing about statements, and take their time
    for _ in range(count):
        (at,) = some(home, chance)
        data = entry(home, at)
        put(home, at, flip(data, chance))
        assert named(audit_home(home.path)) == at
        put(home, at, data)
    assert audit_home(home.path).exit_code == CLEAN


def test_any_bit_of_any_statement(home: Home) -> None:
    flips(home, 40, random.Random(40))


@pytest.mark.soak
def test_two_thousand_bits(home: Home) -> None:
    flips(home, 2000, random.Random(2000))


@pytest.mark.soak
def test_every_bit_of_one_statement(home: Home) -> None:
    at = 200
    data = entry(home, at)
    for bit in range(8 * len(data)):
        changed = bytearray(data)
        changed[bit // 8] ^= 1 << bit % 8
        put(home, at, bytes(changed))
        assert named(home.audit(vault=False)) == at


# ---------------------------------------------------------------- rows


def tampered(home: Home, tampering: Tampering, chance: random.Random) -> None:
    expected = tampering(home, chance)
    report = audit_home(home.path)
    if expected is None:
        assert named(report) is None
    else:
        assert expected in {one.position for one in report.findings}
        assert named(report) == expected


@pytest.mark.parametrize("name", BY_NAME)
def test_rows(home: Home, name: str) -> None:
    tampered(home, BY_NAME[name], random.Random(name))


@pytest.mark.soak
@pytest.mark.parametrize("name", BY_NAME)
def test_many_rows(untouched: Path, tmp_path: Path, name: str) -> None:
    for turn in range(40):
        tampered(copy(untouched, tmp_path / "home"), BY_NAME[name], random.Random(f"{name}{turn}"))


# ---------------------------------------------------------------- views


def columns(file: sqlite3.Connection) -> Iterator[tuple[str, str]]:
    """Every column of every view that has rows."""
    tables = file.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall()
    for (table,) in sorted(tables):
        if table != "progress" and file.execute(f"SELECT 1 FROM {table}").fetchone():
            for _, column, *_ in file.execute(f"PRAGMA table_info({table})").fetchall():
                yield table, column


def other_value(value: object) -> object:
    if isinstance(value, int | float):
        return value + 1
    return "other" if value is None else f"{value!s}x"


def change_a_view(home: Home, table: str, column: str, chance: random.Random) -> None:
    """One value of one row."""
    with closing(sqlite3.connect(home.path / "views.db")) as file:
        key = "rowid" if _has_rowid(file, table) else column
        rows = file.execute(f"SELECT {key}, {column} FROM {table}").fetchall()
        ident, value = chance.choice(rows)
        query = f"UPDATE {table} SET {column} = ? WHERE {key} IS ?"
        assert file.execute(query, (other_value(value), ident)).rowcount > 0
        file.commit()


def _has_rowid(file: sqlite3.Connection, table: str) -> bool:
    query = "SELECT sql FROM sqlite_master WHERE name = ?"
    return "WITHOUT ROWID" not in file.execute(query, (table,)).fetchone()[0]


def views_changed(untouched: Path, place: Path, chosen: list[tuple[str, str]]) -> None:
    for table, column in chosen:
        home = copy(untouched, place)
        change_a_view(home, table, column, random.Random(column))
        report = audit_home(home.path)
        assert report.exit_code == FOUND, (table, column)
        assert all(one.what.startswith("view ") for one in report.findings)
        assert any(table in one.what for one in report.findings)


@pytest.fixture(scope="module")
def all_columns(untouched: Path) -> list[tuple[str, str]]:
    with closing(sqlite3.connect(untouched / "views.db")) as file:
        found = list(columns(file))
    assert len({table for table, _ in found}) > 5
    return found


def test_a_column_of_every_view(
    untouched: Path, tmp_path: Path, all_columns: list[tuple[str, str]]
) -> None:
    chance = random.Random("views")
    chosen = dict(chance.sample(all_columns, len(all_columns)))
    views_changed(untouched, tmp_path / "home", list(chosen.items()))


@pytest.mark.soak
def test_every_column_of_every_view(
    untouched: Path, tmp_path: Path, all_columns: list[tuple[str, str]]
) -> None:
    for _ in range(3):
        views_changed(untouched, tmp_path / "home", all_columns)


# ---------------------------------------------------------------- the command itself


@pytest.mark.parametrize("tampering", [statement_deleted, rows_swapped, record_changed])
def test_the_command_fails_and_names_the_position(home: Home, tampering: Tampering) -> None:
    assert audit(home.path)["findings"] == []
    expected = tampering(home, random.Random(7))
    report = audit(home.path, code=1)
    assert expected in {one["position"] for one in report["findings"]}
    command = [*PROGRAM, "--home", str(home.path), "audit"]
    done = subprocess.run(command, env=ENVIRONMENT, capture_output=True, text=True, timeout=60)
    assert done.returncode == 1
    assert done.stdout.startswith(f"FAILED at position {expected}, step ")
