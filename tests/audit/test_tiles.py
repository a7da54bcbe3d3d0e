"""Tiles that are damaged, cut, widened, missing or exchanged."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.audit.log import Log, audited, found

# Path -> position of the first entry below the hash in the middle, or of that hash itself.
TILES = {
    "tile/0/000": (1, 0),
    "tile/0/001": (1, 256),
    "tile/0/002.p/67": (1, 512),
    "tile/1/000.p/2": (256, 0),
}


@pytest.mark.parametrize("path", TILES)
@pytest.mark.parametrize("hash_", [0, 1])
def test_a_changed_hash_names_the_first_position_below(
    log: Log, tmp_path: Path, path: str, hash_: int
) -> None:
    below, start = TILES[path]
    tile = bytearray(log.files[path])
    tile[hash_ * 32 + 7] ^= 16
    log.files[path] = bytes(tile)
    report = audited(log, tmp_path)
    assert [one.step for one in report.findings] == ["A3"]
    assert report.findings[0].position == start + hash_ * below
    assert path in report.findings[0].what


@pytest.mark.parametrize("path", TILES)
@pytest.mark.parametrize("change", ["shorter", "longer", "empty", "half a hash", "gone"])
def test_a_tile_of_another_width(log: Log, tmp_path: Path, path: str, change: str) -> None:
    tile = log.files.pop(path)
    if change != "gone":
        log.files[path] = {
            "shorter": tile[:-32],
            "longer": tile + tile[:32],
            "empty": b"",
            "half a hash": tile[:-16],
        }[change]
    report = audited(log, tmp_path)
    assert [one.step for one in report.findings] == ["A3"]
    assert path in report.findings[0].what


def test_two_tiles_exchanged(log: Log, tmp_path: Path) -> None:
    first, second = log.files["tile/0/000"], log.files["tile/0/001"]
    log.files |= {"tile/0/000": second, "tile/0/001": first}
    assert [one.position for one in found(audited(log, tmp_path), "A3")] == [0, 256]


def test_a_wrong_entry_is_told_once_and_not_at_every_level(log: Log, tmp_path: Path) -> None:
    log.entries[300] = log.entries[301]
    report = audited(log.bundle(), tmp_path)
    assert [one.position for one in found(report, "A3")] == [300, 300]
    assert [one.what.partition(" ")[0] for one in found(report, "A3")] == ["tile/0/001", "the"]
    assert "the checkpoint's" in found(report, "A3")[1].what


def test_tiles_of_another_log_under_a_root_that_fits(log: Log, tmp_path: Path) -> None:
    """Entries and checkpoint agree; whoever fetches proofs from the tiles would be misled."""
    other = Log(list(reversed(log.entries))).seal()
    log.files |= {path: data for path, data in other.files.items() if path[5] in "01"}
    report = audited(log, tmp_path)
    assert [one.position for one in found(report, "A3")] == [0, 256, 512]
    assert not any("the checkpoint's" in one.what for one in report.findings)


def test_the_third_level(tmp_path: Path) -> None:
    """65,536 entries fill a tile of the second level; nonsense is hashed as faithfully."""
    log = Log([b"%d" % at for at in range(65_536 + 300)]).seal()
    assert log.files.keys() >= {"tile/2/000.p/1", "tile/1/000", "tile/1/001.p/1"}
    assert found(audited(log, tmp_path), "A3") == []
    log.files["tile/2/000.p/1"] = bytes(32)
    log.files["tile/1/000"] = bytes(32) + log.files["tile/1/000"][32:]
    (finding,) = found(audited(log, tmp_path), "A3")
    assert (finding.position, finding.what.partition(" ")[0]) == (0, "tile/1/000")
