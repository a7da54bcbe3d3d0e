"""The checkpoint, the founding, and checkpoints kept from earlier."""

from __future__ import annotations

from pathlib import Path

import pytest

from ledger.audit.folder import Folder
from ledger.audit.run import audit
from ledger.core.checkpoint import sign_checkpoint
from ledger.core.note import NoteSigner
from ledger.core.tree import TreeHead
from tests.audit.log import SIGNER, VKEY, Log, audited, checkpoint, found, ticking
from tests.world import ORIGIN, seed_key

STRANGER = NoteSigner(ORIGIN, seed_key("a stranger"))
ELSEWHERE = NoteSigner("elsewhere.example", seed_key("operator/log"))


def test_another_key_of_the_same_name(log: Log, tmp_path: Path) -> None:
    log.files["checkpoint"] = checkpoint(log.entries, STRANGER).encode()
    report = audited(log, tmp_path)
    assert [(one.step, one.position) for one in report.findings] == [("A1", None)]
    assert report.line().startswith("FAILED, step A1: the checkpoint is not one by ledger.example")
    assert report.statements == len(log.entries)  # the entries are still looked at


def test_a_signature_that_does_not_verify(log: Log, tmp_path: Path) -> None:
    text = log.files["checkpoint"].decode()
    log.files["checkpoint"] = text.replace("\n579\n", "\n512\n").encode()
    report = audited(log, tmp_path)
    assert found(report, "A1")
    assert report.statements == 512


@pytest.mark.parametrize(
    "note",
    [b"", b"\xff\xfe", b"nonsense", b"\n\n", b"a\nb\nc\n\n", b"x\n-1\nAAAA\n\n", b"\n" * 70_000],
)
def test_no_checkpoint_at_all(log: Log, tmp_path: Path, note: bytes) -> None:
    log.files["checkpoint"] = note
    report = audited(log, tmp_path)
    assert [one.step for one in report.findings] == ["A1"]
    assert (report.head, report.statements, report.exit_code) == (None, 0, 1)
    assert report.as_dict()["root"] is None


def test_a_size_far_beyond_the_log(log: Log, tmp_path: Path) -> None:
    """Signed, and no more entries than before: the folder cannot be read to its end."""
    head = TreeHead(ORIGIN, 2**62, bytes(32))
    log.files["checkpoint"] = sign_checkpoint(head, SIGNER).encode()
    report = audited(log, tmp_path)
    assert report.unread == "tile/entries/002 is missing"
    assert (report.statements, report.exit_code) == (512, 2)


@pytest.mark.parametrize("signer", [STRANGER, ELSEWHERE])
def test_a_log_whose_founding_names_another(log: Log, tmp_path: Path, signer: NoteSigner) -> None:
    """Somebody's checkpoint, by the very key that was pinned, over the entries of another log."""
    log.files["checkpoint"] = checkpoint(log.entries, signer).encode()
    report = audit(Folder(log.write(tmp_path)), signer.vkey, clock=ticking())
    assert [(one.step, one.position) for one in report.findings] == [("A1", 0)]
    assert report.first is not None
    assert report.first.stake == "This may be another log than the one you pinned."


def test_the_log_shrank(log: Log, tmp_path: Path) -> None:
    kept = checkpoint(log.entries)
    report = audited(Log(log.entries[:400]).seal(), tmp_path, kept=[kept])
    assert [(one.step, one.position) for one in report.findings] == [("A2", 400)]
    assert "the log shrank: it had 579 entries once, now it has 400" in report.findings[0].what


def test_the_log_forked(log: Log, tmp_path: Path) -> None:
    """Two sessions exchanged: every signature verifies; only the kept checkpoint contradicts."""
    kept = [checkpoint(log.entries[:size]) for size in (100, 256, 400, 500)]
    del log.entries[300:]
    log.entries += [b"x"] * 279
    positions = [one.position for one in found(audited(log.seal(), tmp_path, kept=kept), "A2")]
    assert positions == [256, 256]


def test_two_checkpoints_of_one_size(log: Log, tmp_path: Path) -> None:
    other = list(log.entries)
    other[-1] = other[-2]
    report = audited(log, tmp_path, kept=[checkpoint(other)])
    assert [one.step for one in report.findings] == ["A2"]
    assert "forked: the checkpoint kept at size 579" in report.findings[0].what


def test_a_kept_checkpoint_of_another_log_tells_nothing(log: Log, tmp_path: Path) -> None:
    report = audited(log, tmp_path, kept=[checkpoint(log.entries, ELSEWHERE)])
    assert (report.findings, report.exit_code) == ((), 2)
    assert report.unread.startswith("a kept checkpoint is not one by ledger.example/test+")
    assert report.line().startswith("COULD NOT TELL: a kept checkpoint")
    assert report.as_dict()["result"] == "unknown"


def test_entries_that_end_before_a_kept_checkpoint(log: Log, tmp_path: Path) -> None:
    """The operator signs a size that the entries do not reach; cut in the middle of a bundle."""
    kept = checkpoint(log.entries[:560])
    log.files["tile/entries/002.p/67"] = log.files["tile/entries/002.p/67"][:-100]
    report = audited(log, tmp_path, kept=[kept])
    assert report.first is not None
    assert (report.first.step, report.first.position) == ("A3", 578)
    assert found(report, "A2") == []  # the tiles say what stood there, and that agrees


def test_a_folder_that_cannot_be_read(log: Log, tmp_path: Path) -> None:
    report = audit(Folder(tmp_path / "nothing"), VKEY, clock=ticking())
    assert (report.findings, report.exit_code) == ((), 2)
    assert report.unread.endswith("nothing has no checkpoint")
    log.write(tmp_path)
    (tmp_path / "tile/entries/001").unlink()
    (tmp_path / "tile/entries/001").mkdir()
    report = audit(Folder(tmp_path), VKEY, clock=ticking())
    assert report.exit_code == 2
    assert report.unread == "tile/entries/001 cannot be read: Is a directory"
