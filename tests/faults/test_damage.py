"""Rows and files that hold what nothing of ours ever wrote: the audit ends, and never says "OK"."""

from __future__ import annotations

import json
import random
from contextlib import closing
from pathlib import Path

import pysqlite3.dbapi2 as sqlite3
import pytest
from click.testing import CliRunner

from ledger.audit.report import CLEAN, FOUND, UNTOLD
from ledger.cli.audit import audit_home
from ledger.cli.main import main
from tests.audit.home import Home
from tests.faults.tampering import copy, flip

# ---------------------------------------------------------------- values of any type

AUDITED = {
    "stored_events": ("state",),
    "leaves": ("leaf", "event", "size", "effect"),
    "records": ("key", "version", "record"),
    "tiles": ("level", "n", "hashes"),
    "head": ("size", "root", "frontier", "checkpoint"),
    "vault": ("position", "sealed"),
}
VALUES = (5, 1.5, "text", b"", b"\x80\x81", -1, 2**62)
COLUMNS = [(table, column) for table, names in AUDITED.items() for column in names]


def any_type(untouched: Path, place: Path, table: str, column: str, *values: object) -> None:
    """SQLite keeps what it is given: neither a crash nor an endless loop may come of it."""
    chance = random.Random(f"{table}.{column}")
    for value in values:
        home = copy(untouched, place)
        rows = home.ask(f"SELECT count(*) FROM {table}")
        query = f"SELECT rowid FROM {table} LIMIT 1 OFFSET ?"
        row = home.ask(query, chance.randrange(rows))
        try:
            home.change((f"UPDATE {table} SET {column} = ? WHERE rowid = ?", value, row))
        except sqlite3.IntegrityError:  # a primary key takes integers only
            continue
        assert audit_home(home.path).exit_code == FOUND, value


@pytest.mark.parametrize(("table", "column"), COLUMNS)
def test_values_of_another_type(untouched: Path, tmp_path: Path, table: str, column: str) -> None:
    any_type(untouched, tmp_path / "home", table, column, "text", 2**62)


@pytest.mark.soak
@pytest.mark.parametrize(("table", "column"), COLUMNS)
def test_values_of_any_type(untouched: Path, tmp_path: Path, table: str, column: str) -> None:
    for _ in range(5):
        any_type(untouched, tmp_path / "home", table, column, *VALUES)


# ---------------------------------------------------------------- the file itself

KEPT = {
    "stored_events": "rowid, state",
    "leaves": "*",
    "records": "key, version, record",
    "tiles": "*",
    "head": "*",
    "vault": "*",
}
"""What the ledger's database says; pages also hold indexes and free space."""


def content(path: Path) -> str:
    """Everything that the database says, or why it cannot be read."""
    try:
        with closing(sqlite3.connect(path)) as file:
            file.text_factory = bytes
            rows = [file.execute(f"SELECT {what} FROM {table} ORDER BY 1, 2").fetchall()
                    for table, what in KEPT.items()]  # fmt: skip
    except sqlite3.Error as error:
        return str(error)
    return repr(rows)


def broken_disk(home: Home, count: int, chance: random.Random) -> dict[int, int]:
    """Flip bits of the file: never a crash, and never "clean" of anything but what was there.

    Returns:
        How often each exit code was given.
    """
    (home.path / "views.db").unlink()
    true, before = home.database.read_bytes(), content(home.database)
    codes = dict.fromkeys((CLEAN, FOUND, UNTOLD), 0)
    for _ in range(count):
        home.database.write_bytes(flip(true, chance))
        code = run_audit(home)
        codes[code] += 1
        if code == CLEAN:
            assert content(home.database) == before
        for name in ("ledger.db-wal", "ledger.db-shm"):
            (home.path / name).unlink(missing_ok=True)
    return codes


def run_audit(home: Home) -> int:
    """The exit code of the command, run in this process; it has to say something."""
    done = CliRunner().invoke(main, ["--home", str(home.path), "audit", "--json"])
    assert done.exit_code in (CLEAN, FOUND, UNTOLD), done.output
    assert done.output
    if done.exit_code == FOUND:
        assert json.loads(done.stdout)["findings"]
    return done.exit_code


def test_a_schema_that_is_no_text_cannot_be_told(home: Home) -> None:
    (home.path / "views.db").unlink()
    data = home.database.read_bytes()
    assert b"CREATE TABLE head" in data
    home.database.write_bytes(data.replace(b"CREATE TABLE head", b"CRE\xa0TE TABLE head"))
    assert run_audit(home) == UNTOLD


def test_a_disk_that_forgets(home: Home) -> None:
    codes = broken_disk(home, 30, random.Random(30))
    assert codes[FOUND] > 0


@pytest.mark.soak
def test_a_disk_that_forgets_often(home: Home) -> None:
    codes = broken_disk(home, 1500, random.Random(1500))
    assert codes[FOUND] > codes[CLEAN]
