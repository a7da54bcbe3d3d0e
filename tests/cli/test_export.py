"""The exported log: readable by other software, complete, and never a step back."""

import shutil
from pathlib import Path

import pytest

from ledger.cli import export as exporting
from ledger.cli.errors import Failure
from ledger.cli.receipts import read_vkey
from ledger.core.checkpoint import open_checkpoint
from ledger.core.statement import Statement, parse_wire
from ledger.core.tiles import bundles_of, decode_bundle, tile_path, tiles_of
from ledger.store.home import Home
from ledger.store.ledger import Ledger
from tests.cli.parties import Parties, run, told


def grow(parties: Parties, count: int, first: int = 0) -> None:
    """Have the ledger admit so many statements."""
    drafts = [
        {"type": "party.registered", "party": f"school-{at}", "name": "School", "roles": ["school"]}
        for at in range(first, first + count)
    ]
    file = parties.sign("regulator", f"grow-{first}", drafts)
    statements: list[Statement] = [parse_wire(line) for line in file.read_bytes().splitlines()]
    with Ledger.open(parties.home) as ledger:
        ledger.submit(statements)


def files(folder: Path) -> dict[str, bytes]:
    found = (path for path in folder.rglob("*") if path.is_file())
    return {str(path.relative_to(folder)): path.read_bytes() for path in found}


def entries(folder: Path, size: int) -> list[bytes]:
    return [
        entry
        for level, n, width in bundles_of(size)
        for entry in decode_bundle((folder / tile_path(level, n, width)).read_bytes(), width)
    ]


@pytest.fixture
def log(founded: Parties) -> Path:
    """Where the log is exported to."""
    return founded.folder / "log"


def export(parties: Parties, log: Path, code: int = 0) -> str:
    return run("--home", parties.home, "export", log, code=code).output


def test_every_tile_of_the_checkpoint_and_nothing_else(founded: Parties, log: Path) -> None:
    grow(founded, 600)
    told("--home", founded.home, "export", log)
    vkey = read_vkey(Home(founded.home).config().vkey)
    head = open_checkpoint((log / "checkpoint").read_text(), vkey)
    tiles = [*tiles_of(head.size), *bundles_of(head.size)]
    assert files(log).keys() == {"checkpoint", *(tile_path(*tile) for tile in tiles)}
    with Ledger.open(founded.home) as ledger:
        assert entries(log, head.size) == list(ledger.entries())
        assert ledger.head() == head


def test_a_second_export_writes_only_what_is_new(founded: Parties, log: Path) -> None:
    grow(founded, 300)
    export(founded, log)
    before = {path: (log / path).stat().st_mtime_ns for path in files(log)}
    assert told("--home", founded.home, "export", log)["written"] == 0
    grow(founded, 300, first=300)
    export(founded, log)
    for path, time in before.items():
        if ".p/" not in path and path != "checkpoint":
            assert (log / path).stat().st_mtime_ns == time, path
    fresh = founded.folder / "fresh"
    export(founded, fresh)
    kept = {path: data for path, data in files(log).items() if path in files(fresh)}
    assert kept == files(fresh)
    vkey = Home(founded.home).config().vkey
    assert told("audit", log, "--vkey", vkey)["result"] == "ok"


def test_partial_tiles_go_when_the_full_one_is_there(founded: Parties, log: Path) -> None:
    grow(founded, 100)
    export(founded, log)
    assert (log / "tile/entries/000.p").is_dir()
    grow(founded, 300, first=100)
    export(founded, log)
    assert not (log / "tile/entries/000.p").exists()
    assert not (log / "tile/0/000.p").exists()
    assert (log / "tile/entries/000").exists()
    assert (log / "tile/entries/001.p").is_dir()


def test_an_export_that_was_cut_off_is_finished(
    founded: Parties, log: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    grow(founded, 600)
    write, count = exporting.write_whole, 0

    def dying(path: Path, data: bytes) -> None:
        nonlocal count
        count += 1
        if count == 4:
            raise KeyboardInterrupt
        write(path, data)

    monkeypatch.setattr(exporting, "write_whole", dying)
    export(founded, log, code=130)
    assert not (log / "checkpoint").exists()
    monkeypatch.undo()
    export(founded, log)
    whole = founded.folder / "whole"
    export(founded, whole)
    assert files(log) == files(whole)


def test_a_wrong_file_of_a_cut_off_export_is_replaced(founded: Parties, log: Path) -> None:
    grow(founded, 300)
    (log / "tile/entries").mkdir(parents=True)
    (log / "tile/entries/000").write_bytes(b"something else")
    export(founded, log)
    vkey = Home(founded.home).config().vkey
    assert told("audit", log, "--vkey", vkey)["result"] == "ok"


def test_a_folder_of_another_log_is_refused(founded: Parties, log: Path, tmp_path: Path) -> None:
    (tmp_path / "other").mkdir()
    other = Parties(tmp_path / "other")
    other.found()
    export(other, log)
    before = files(log)
    assert "holds another log" in export(founded, log, code=2)
    assert files(log) == before


def test_an_older_ledger_never_replaces_a_longer_log(founded: Parties, log: Path) -> None:
    yesterday = founded.folder / "yesterday"
    shutil.copytree(founded.home, yesterday)
    grow(founded, 5)
    export(founded, log)
    before = files(log)
    told_it = run("--home", yesterday, "export", log, code=2).stderr
    assert "reaches to" in told_it
    assert "do not publish it" in told_it
    assert files(log) == before


def test_a_fork_is_told_and_not_published(founded: Parties, log: Path) -> None:
    fork = founded.folder / "fork"
    shutil.copytree(founded.home, fork)
    grow(founded, 5)
    export(founded, log)
    before = files(log)
    other = Parties.__new__(Parties)
    other.folder, other.home = founded.folder, fork
    grow(other, 9, first=50)
    assert "another history" in run("--home", fork, "export", log, code=2).stderr
    assert files(log) == before


@pytest.mark.parametrize("note", [b"", b"\xff", b"ledger.example/cli\n1\nAAAA\n"])
def test_a_checkpoint_that_is_none_is_not_written_over(
    founded: Parties, log: Path, note: bytes
) -> None:
    log.mkdir()
    (log / "checkpoint").write_bytes(note)
    assert "holds another log" in export(founded, log, code=2)
    assert (log / "checkpoint").read_bytes() == note


def test_a_file_where_the_folder_should_be(founded: Parties, log: Path) -> None:
    log.write_text("")
    export(founded, log, code=2)
    assert log.read_text() == ""


def test_a_folder_that_cannot_be_read_is_told(founded: Parties, log: Path) -> None:
    (log / "checkpoint").mkdir(parents=True)
    with Ledger.open(founded.home) as ledger, pytest.raises(Failure, match="cannot be read"):
        exporting.export_log(ledger, read_vkey(ledger.config.vkey), log)
