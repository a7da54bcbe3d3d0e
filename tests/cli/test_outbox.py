"""The outbox and its jobs: what a killed run leaves behind is sent again as it was."""

import os
import signal
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from ledger.cli.errors import Failure
from ledger.cli.jobs import CHUNK, Jobs
from ledger.cli.outbox import Outbox


def never() -> list[bytes]:
    raise AssertionError("signed a second time")


def answers(count: int) -> list[dict[str, object]]:
    return [{"receipt": {"position": at}} for at in range(count)]


def test_a_chunk_is_made_once(tmp_path: Path) -> None:
    with Outbox(tmp_path / "o") as outbox:
        assert outbox.chunk(0, lambda: [b"one~", b"two~"]) == [b"one~", b"two~"]
        assert outbox.chunk(0, never) == [b"one~", b"two~"]
        assert outbox.chunk(1, list) == []
    with Outbox(tmp_path / "o") as outbox:
        assert outbox.chunk(0, never) == [b"one~", b"two~"]
        assert outbox.chunk(1, never) == []
        assert outbox.chunks() == 2


def test_answers_are_kept(tmp_path: Path) -> None:
    with Outbox(tmp_path) as outbox:
        outbox.chunk(0, lambda: [b"one~"])
        assert outbox.done(0) is None
        told = [{"problem": {"detail": "姓名\u2028不符\n"}}]
        outbox.finish(0, told)
    with Outbox(tmp_path) as outbox:
        assert outbox.done(0) == told


def test_nobody_else_reads_it(tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        with Outbox(tmp_path / "o") as outbox:
            outbox.chunk(0, lambda: [b"one~"])
            outbox.finish(0, answers(1))
    finally:
        os.umask(before)
    assert stat.S_IMODE((tmp_path / "o").stat().st_mode) == 0o700
    for name in ("000000.statements", "000000.receipts"):
        assert stat.S_IMODE((tmp_path / "o" / name).stat().st_mode) == 0o600


def test_one_process_at_a_time(tmp_path: Path) -> None:
    with Outbox(tmp_path), pytest.raises(Failure, match="another process"):
        Outbox(tmp_path)
    Outbox(tmp_path).close()


def test_what_a_killed_run_was_writing_does_not_count(tmp_path: Path) -> None:
    with Outbox(tmp_path) as outbox:
        outbox.chunk(0, lambda: [b"one~"])
    (tmp_path / ".000001.statements.77.new").write_bytes(b"half a sta")
    with Outbox(tmp_path) as outbox:
        assert outbox.chunks() == 1
        assert outbox.chunk(1, lambda: [b"two~"]) == [b"two~"]
    assert not list(tmp_path.glob(".*.new"))


KILLED = """
import os, signal, sys
from ledger.cli.outbox import Outbox
outbox = Outbox(sys.argv[1])
for k in range(1000):
    print(outbox.chunk(k, lambda: [os.urandom(200).hex().encode()])[0].decode(), flush=True)
"""


def test_kill_9_loses_no_chunk_that_was_handed_out(tmp_path: Path) -> None:
    process = subprocess.Popen(
        [sys.executable, "-c", KILLED, str(tmp_path)], stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    handed = [process.stdout.readline().strip() for _ in range(20)]
    process.send_signal(signal.SIGKILL)
    handed += process.stdout.read().split()
    process.wait()
    process.stdout.close()
    with Outbox(tmp_path) as outbox:
        assert outbox.chunks() >= 20
        kept = [outbox.chunk(k, never)[0].decode() for k in range(len(handed))]
    assert kept == handed


# --- jobs -----------------------------------------------------------------------------------------


def wires(count: int, name: str = "s") -> list[bytes]:
    return [f"{name}{at}~".encode() for at in range(count)]


def test_a_job_has_chunks_of_a_request_each(tmp_path: Path) -> None:
    given = wires(2 * CHUNK + 1)
    with Jobs(tmp_path) as jobs:
        job = jobs.of(given)
        assert [len(job.chunk(k)) for k in range(job.count)] == [CHUNK, CHUNK, 1]
        assert [wire for k in range(job.count) for wire in job.chunk(k)] == given


def test_the_same_statements_are_the_same_job(tmp_path: Path) -> None:
    with Jobs(tmp_path) as jobs:
        job = jobs.of(wires(3))
        job.outbox.finish(0, answers(3))
    with Jobs(tmp_path) as jobs:
        job = jobs.of(wires(3))
        assert job.finished()
        assert job.done(0) == answers(3)
        assert not jobs.of(wires(3, "t")).finished()


def test_other_statements_wait_until_the_first_job_is_finished(tmp_path: Path) -> None:
    with Jobs(tmp_path) as jobs:
        jobs.of(wires(3))
    with Jobs(tmp_path) as jobs:
        with pytest.raises(Failure, match="--resume"):
            jobs.of(wires(3, "t"))
        job = jobs.unfinished()
        assert job is not None
        assert job.chunk(0) == wires(3)
        job.outbox.finish(0, answers(3))
        assert jobs.unfinished() is None
        assert jobs.of(wires(3, "t")).chunk(0) == wires(3, "t")


def test_a_job_whose_input_was_cut_off_never_was(tmp_path: Path) -> None:
    with Jobs(tmp_path) as jobs:
        place = jobs.of(wires(1)).outbox.folder
    (place / "job").unlink()
    with Jobs(tmp_path) as jobs:
        assert not place.exists()
        assert jobs.unfinished() is None
        jobs.of(wires(1, "t"))


def test_a_chunk_that_somebody_removed_is_told(tmp_path: Path) -> None:
    with Jobs(tmp_path) as jobs:
        job = jobs.of(wires(1))
        (job.outbox.folder / "000000.statements").unlink()
        with pytest.raises(Failure, match="gone"):
            job.chunk(0)


def test_a_file_in_the_way_is_told(tmp_path: Path) -> None:
    (tmp_path / "o").write_text("")
    with pytest.raises(Failure, match="cannot be used"):
        Jobs(tmp_path / "o")
