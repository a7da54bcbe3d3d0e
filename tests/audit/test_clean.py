"""A clean log is found clean, whichever way it is read."""

from __future__ import annotations

from pathlib import Path

import pytest

from ledger.audit.sources import View
from ledger.core.encoding import b64
from tests.audit.home import Home
from tests.audit.log import VKEY, Log, audited, checkpoint


@pytest.mark.parametrize("jobs", [1, 3])
def test_a_folder(published: Log, tmp_path: Path, jobs: int) -> None:
    report = audited(published, tmp_path, jobs=jobs)
    assert report.findings == ()
    assert report.exit_code == 0
    assert report.statements == len(published.entries)
    assert report.head is not None
    assert report.head.origin == VKEY.name
    assert report.line().startswith("OK: ledger.example/test to checkpoint 5")


@pytest.mark.parametrize("size", [1, 2, 255, 256, 257, 511, 512, 513])
def test_every_width_of_the_last_tile(published: Log, tmp_path: Path, size: int) -> None:
    report = audited(Log(published.entries[:size]).seal(), tmp_path)
    assert (report.findings, report.statements) == ((), size)


def test_every_earlier_checkpoint_is_a_beginning(published: Log, tmp_path: Path) -> None:
    size = len(published.entries)
    sizes = (size, 512, 0, 511, 513, 1, 256, 2, 255, 257, size - 1)
    kept = [checkpoint(published.entries[:one]) for one in sizes]
    assert audited(published, tmp_path, kept=kept).findings == ()


def test_a_partial_tile_that_was_replaced_by_the_full_one(published: Log, tmp_path: Path) -> None:
    """Whoever reads a checkpoint just before the tile is full may find the full tile only."""
    earlier = Log(published.entries[:300]).seal()
    earlier.write(tmp_path)
    for path in ("tile/0/001.p/44", "tile/entries/001.p/44"):
        (tmp_path / path).unlink()
    later = Log(published.entries[:512]).seal()
    later.files["checkpoint"] = earlier.files["checkpoint"]
    report = audited(later, tmp_path)
    assert (report.findings, report.statements) == ((), 300)


def test_a_database(home: Home) -> None:
    report = home.audit(vault=False)
    assert report.findings == ()
    assert report.exit_code == 0
    assert report.statements == home.ask("SELECT count(*) FROM leaves")
    assert report.records == home.ask("SELECT count(*) FROM records")
    assert report.checked is None


def test_a_database_with_its_vault(home: Home) -> None:
    report = home.audit()
    assert report.findings == ()
    assert report.checked == home.ask("SELECT count(*) FROM vault")
    assert report.erased == 0
    assert f"disclosures of {report.checked} checked, 0 erased" in report.line()


def test_views_that_are_equal(published: Log, tmp_path: Path) -> None:
    views = [View("standing", iter([(1, "a"), (2, "b")]), iter([(1, "a"), (2, "b")]))]
    assert audited(published, tmp_path, views=views).findings == ()


def test_progress_reaches_the_end(published: Log, tmp_path: Path) -> None:
    steps: list[tuple[int, int]] = []
    audited(published, tmp_path, progress=lambda *step: steps.append(step))
    size = len(published.entries)
    assert steps == [(256, size), (512, size), (size, size)]


def test_the_same_log_gives_the_same_report(published: Log, tmp_path: Path) -> None:
    one, two = audited(published, tmp_path), audited(published, tmp_path, jobs=2)
    assert one == two
    assert one.as_dict() == {
        "result": "ok",
        "origin": "ledger.example/test",
        "size": len(published.entries),
        "root": b64(one.head.root if one.head else b""),
        "statements": len(published.entries),
        "seconds": 1,
        "records": None,
        "disclosures_checked": None,
        "disclosures_erased": None,
        "unread": None,
        "findings": [],
        "more": {},
    }
