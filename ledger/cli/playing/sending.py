"""Signing one chunk while the one before is being sent.

Each chunk is in the outbox, whole and durable, before its first byte leaves; what was answered is
kept too. A run that was cut off anywhere goes on where it was: chunks that were answered are left
alone, those that were signed are sent again with the same bytes.
"""

import queue
import threading
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import islice
from types import TracebackType
from typing import Any, NamedTuple, Protocol, Self

from ledger.cli.client import words
from ledger.cli.errors import Failure
from ledger.cli.outbox import Answer, Outbox
from ledger.cli.playing.planned import Planned, chunks
from ledger.core.statement import Statement

CHUNK = 1000  # statements; what a ledger takes in one request
AHEAD = 2  # signed chunks that may wait
GRACE = 10.0  # seconds that an interrupted run waits for the answer it has asked for
TOLD = 100  # refusals that are kept word for word
ENOUGH = 1000  # refusals after which there is no use in going on


class Door(Protocol):
    """Where statements are submitted, such as `LedgerClient`."""

    def submit(self, wires: Sequence[bytes]) -> list[Answer]:
        """One answer a statement."""
        ...


class Refused(NamedTuple):
    """A statement that the ledger did not admit, and why."""

    type: str
    problem: dict[str, Any]


@dataclass(slots=True)
class Tally:
    """What became of the statements, by type."""

    admitted: Counter[str] = field(default_factory=Counter)
    refused: Counter[str] = field(default_factory=Counter)
    before: int = 0  # of these, answered in an earlier run
    problems: list[Refused] = field(default_factory=list)

    def add(self, types: Sequence[str], answers: Sequence[Answer]) -> bool:
        """Count a chunk's answers; returns whether all were admitted."""
        for kind, answer in zip(types, answers, strict=True):
            if "receipt" in answer:
                self.admitted[kind] += 1
                continue
            self.refused[kind] += 1
            if len(self.problems) < TOLD:
                self.problems.append(Refused(kind, answer["problem"]))
        return all("receipt" in answer for answer in answers)


class Sender:
    """A thread that sends chunks in order and counts what is answered.

    Args:
        done: called with the number of statements that were answered.
    """

    def __init__(
        self, door: Door, outbox: Outbox, tally: Tally, done: Callable[[int], None]
    ) -> None:
        self._door, self._outbox, self._tally, self._done = door, outbox, tally, done
        self._chunks: queue.Queue[tuple[int, Sequence[str], list[bytes]] | None]
        self._chunks = queue.Queue(AHEAD)
        self._error: BaseException | None = None
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._run, name="sender", daemon=True)

    def put(self, k: int, types: Sequence[str], wires: list[bytes]) -> None:
        """Have a chunk sent. Raises what went wrong with an earlier one."""
        self._chunks.put((k, types, wires))
        self._raise()

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if error is None:
            self._chunks.put(None)
            self._thread.join()
            self._raise()
        else:
            # The chunk on its way is awaited, but not for long: if its answer is lost, it is sent
            # again by the next run, and answered the same.
            self._ended.set()
            self._empty()
            self._chunks.put(None)
            self._thread.join(GRACE)

    def _empty(self) -> None:
        with suppress(queue.Empty):
            while True:
                self._chunks.get_nowait()

    def _raise(self) -> None:
        if self._error is not None:
            raise self._error

    def _run(self) -> None:
        while (chunk := self._chunks.get()) is not None:
            if self._error is None and not self._ended.is_set():
                try:
                    self._send(*chunk)
                except BaseException as error:  # noqa: BLE001 - told by the thread that waits
                    self._error = error

    def _send(self, k: int, types: Sequence[str], wires: list[bytes]) -> None:
        answers = self._door.submit(wires)
        if k == 0 and "problem" in answers[0]:
            raise NotOurs(answers[0]["problem"])
        # A crash before the chunk is finished: it is sent again, and answered with the same
        # receipts. A chunk with a refusal stays open: another run asks again.
        if self._tally.add(types, answers):
            self._outbox.finish(k, [_kept(answer) for answer in answers])
        self._done(len(wires))
        if self._tally.refused.total() >= ENOUGH:
            raise TooManyRefused(self._tally.problems[0])


class NotOurs(Failure):
    """The ledger refuses the very first statement: it does not know these parties, or others."""

    def __init__(self, problem: dict[str, Any]) -> None:
        other = "Name the folder of the parties that this ledger knows with --parties"
        super().__init__(f"the ledger refuses the first statement: {words(problem)}", other)


class TooManyRefused(Failure):
    """The ledger refuses so much that going on has no use."""

    def __init__(self, first: Refused) -> None:
        self.first = first
        super().__init__(f"{ENOUGH} statements are refused, the first a {first.type}")


def _kept(answer: Answer) -> Answer:
    """A receipt without its proof, which the ledger derives whenever it is asked."""
    receipt = answer["receipt"]
    return {"receipt": {name: receipt[name] for name in ("position", "leaf")}}


def send_all(
    plan: Iterable[Planned],
    sign: Callable[[Iterable[Planned]], list[Statement]],
    outbox: Outbox,
    door: Door,
    tally: Tally,
    done: Callable[[int], None] = lambda _: None,
    size: int = CHUNK,
) -> None:
    """Sign and send a plan, or what an earlier run left of it.

    Args:
        sign: makes the statements of a chunk.
        tally: is added to, also where this fails on the way.
        done: called with the number of statements that were answered.
        size: of a chunk; every run of one plan has the same.

    Raises:
        Failure: the ledger cannot be reached, or refuses very many statements.
    """
    with Sender(door, outbox, tally, done) as sender:
        for k, chunk in enumerate(_portions(plan, size)):
            types = [kind for planned in chunk for kind in planned.types]
            answers = outbox.done(k)
            if answers is not None:
                tally.add(types, answers)
                tally.before += len(answers)
                done(len(answers))
                continue
            sender.put(k, types, outbox.chunk(k, _signed(sign, chunk)))


def _portions(plan: Iterable[Planned], size: int) -> Iterator[list[Planned]]:
    """The first statement goes alone: a ledger that does not know its signer stays as it was."""
    rest = iter(plan)
    yield from chunks(islice(rest, 1), size)
    yield from chunks(rest, size)


def _signed(
    sign: Callable[[Iterable[Planned]], list[Statement]], chunk: list[Planned]
) -> Callable[[], list[bytes]]:
    return lambda: [statement.wire() for statement in sign(chunk)]
