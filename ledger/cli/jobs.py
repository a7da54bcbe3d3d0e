"""What `certledger submit` was given, kept on the disk until the ledger has answered all of it.

    <outbox>/<job>/     an `Outbox`; the job is named by the SHA-256 of its statements
    <outbox>/<job>/job  how many chunks it has; there once the whole input is

The same statements again are the same job: what was answered is not sent again. Other statements
while a job is not finished are refused: a pipe that signs anew would say everything twice.
"""

import json
import os
import shutil
from collections.abc import Iterator, Sequence
from functools import partial
from hashlib import sha256
from pathlib import Path
from types import TracebackType
from typing import Self

from ledger.cli.errors import Failure
from ledger.cli.files import write_whole
from ledger.cli.outbox import Answer, Outbox

CHUNK = 1000  # statements that a ledger takes in one request
CHUNK_BYTES = 8_000_000  # well below what it takes
_NAME = 32  # hexadecimal digits


class Job:
    """The statements of one run of `submit`, in chunks, and what the ledger answered so far."""

    def __init__(self, folder: Path) -> None:
        self.outbox = Outbox(folder)
        self.count = int(json.loads((folder / "job").read_bytes())["chunks"])

    def chunk(self, k: int) -> list[bytes]:
        """The wire forms of chunk k."""
        return self.outbox.chunk(k, self._lost)

    def done(self, k: int) -> list[Answer] | None:
        """What the ledger answered to chunk k, `None` while that is unknown."""
        return self.outbox.done(k)

    def finished(self) -> bool:
        """Whether the ledger answered every chunk."""
        return all(self.done(k) is not None for k in range(self.count))

    def _lost(self) -> list[bytes]:
        raise Failure(f"a chunk of {self.outbox.folder} is gone; it was there when the job began")


class Jobs:
    """The jobs of one outbox folder. One process at a time."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._lock = Outbox(folder)
        self._open: list[Job] = []
        for place in self._places():
            if not (place / "job").exists():  # its input was cut off, and nothing of it was sent
                shutil.rmtree(place)

    def of(self, wires: Sequence[bytes]) -> Job:
        """The job of these statements; it is durable when this returns.

        Raises:
            Failure: another job is not finished.
        """
        place = self._folder / sha256(b"\n".join(wires)).hexdigest()[:_NAME]
        if not (place / "job").exists():
            if self.unfinished() is not None:
                finish = f"Finish it first: certledger submit --resume --outbox {self._folder}"
                raise Failure(f"a job in the outbox {self._folder} was not finished", finish)
            _spool(place, wires)
        return self._job(place)

    def unfinished(self) -> Job | None:
        """The job that was cut off, if there is one."""
        jobs = (self._job(place) for place in self._places())
        return next((job for job in jobs if not job.finished()), None)

    def _places(self) -> list[Path]:
        entries = sorted(os.scandir(self._folder), key=lambda entry: entry.name)
        return [Path(entry) for entry in entries if entry.is_dir() and len(entry.name) == _NAME]

    def _job(self, place: Path) -> Job:
        for job in self._open:
            if job.outbox.folder == place:
                return job
        self._open.append(Job(place))
        return self._open[-1]

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        for job in self._open:
            job.outbox.close()
        self._lock.close()


def _spool(place: Path, wires: Sequence[bytes]) -> None:
    """Keep a job's input. It counts once the file `job` is there; before that nothing is sent."""
    chunks = list(split(wires))
    with Outbox(place) as outbox:
        for k, chunk in enumerate(chunks):
            outbox.chunk(k, partial(list, chunk))
    write_whole(place / "job", json.dumps({"chunks": len(chunks)}).encode(), mode=0o600)


def split(wires: Sequence[bytes]) -> Iterator[list[bytes]]:
    """Chunks that fit into one request each, in order."""
    chunk: list[bytes] = []
    size = 0
    for wire in wires:
        if chunk and (len(chunk) == CHUNK or size + len(wire) > CHUNK_BYTES):
            yield chunk
            chunk, size = [], 0
        chunk.append(wire)
        size += len(wire)
    if chunk:
        yield chunk
