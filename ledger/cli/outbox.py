"""Durable outbox: what was signed is on the disk before it is sent, what was answered afterwards.

    <k>.statements   wire forms of chunk k, one a line, mode 0600 (they disclose persons)
    <k>.receipts     what the ledger answered, JSON, one a line in the same order
    lock             held by the process that works on it

Signing twice gives other bytes, and other bytes are another statement. So a run that was cut off
sends the bytes that are here again: either the ledger admitted them, and answers with the first
receipt, or it never saw them. Whatever a crash interrupts, a file is there whole or not at all.
"""

import fcntl
import json
import os
from collections.abc import Callable, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from ledger.cli.errors import Failure
from ledger.cli.files import fsync_folder, write_whole

Answer = dict[str, Any]  # {"receipt": {…}} or {"problem": {…}}


class Outbox:
    """Chunks 0, 1, 2, … of one job in one folder. One process at a time."""

    def __init__(self, folder: str | os.PathLike[str]) -> None:
        self.folder = Path(folder)
        try:
            self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._lock = open(self.folder / "lock", "ab")  # noqa: SIM115 - held until close
            fsync_folder(self.folder.absolute().parent)
        except OSError as error:
            raise Failure(f"the outbox {self.folder} cannot be used: {error.strerror}") from None
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            self._lock.close()
            wait = "Wait until it ends, or choose another folder"
            raise Failure(f"another process works on the outbox {self.folder}", wait) from None
        for left_over in self.folder.glob(".*.new"):  # of a run that was killed while it wrote
            left_over.unlink()

    def chunk(self, k: int, make: Callable[[], Sequence[bytes]]) -> list[bytes]:
        """The wire forms of chunk k; `make` is asked for them only where they are not here yet."""
        path = self._path(k, "statements")
        if path.exists():
            return _lines(path)
        wires = list(make())
        assert not any(b"\n" in wire for wire in wires), "a wire form has no newline"
        # A crash before this is done: nothing was sent, and the next run signs anew.
        write_whole(path, b"".join(wire + b"\n" for wire in wires), mode=0o600)
        return wires

    def done(self, k: int) -> list[Answer] | None:
        """What the ledger answered to chunk k; `None` while that is unknown."""
        path = self._path(k, "receipts")
        return [json.loads(line) for line in _lines(path)] if path.exists() else None

    def finish(self, k: int, answers: Sequence[Answer]) -> None:
        """Keep what the ledger answered to chunk k."""
        # A crash before this is done: the next run sends the same bytes and is told the same.
        lines = [json.dumps(answer, ensure_ascii=False) + "\n" for answer in answers]
        write_whole(self._path(k, "receipts"), "".join(lines).encode(), mode=0o600)

    def chunks(self) -> int:
        """How many chunks there are, counted from 0 without a gap."""
        k = 0
        while self._path(k, "statements").exists():
            k += 1
        return k

    def close(self) -> None:
        """Let other processes work on it."""
        self._lock.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def _path(self, k: int, kind: str) -> Path:
        return self.folder / f"{k:06d}.{kind}"


def _lines(path: Path) -> list[bytes]:
    try:
        return path.read_bytes().split(b"\n")[:-1]
    except OSError as error:
        raise Failure(f"{path} cannot be read: {error.strerror}") from None
