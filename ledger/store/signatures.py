"""Signatures of a batch, checked outside the lock on all cores.

"These bytes verify under this thumbprint." Whether that key may say this, here, is admission's
business. A key that is not registered yet may be registered by an earlier statement of the same
batch: its statements are left open and checked when their turn comes, under the lock.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from enum import Enum
from itertools import chain

from ledger.core.errors import InvalidSignature
from ledger.core.keys import PublicKey
from ledger.core.statement import Statement, verify_statement
from ledger.domain.errors import Refusal

RULE = ("P0", "wrong-signature", "The signature verifies under the key that kid names.")
CHUNK = 64
"""Statements a task: one task a statement would cost as much as a third of a signature."""


class Checked(Enum):
    """What is known of a signature."""

    GOOD = "verified"
    OPEN = "its key is not registered yet"


Verdict = Checked | Refusal
Job = tuple[Statement, PublicKey | None]


def check(job: Job) -> Verdict:
    """Verify one statement under its key."""
    statement, key = job
    if key is None:
        return Checked.OPEN
    try:
        verify_statement(statement, key)
    except InvalidSignature as error:
        return Refusal(RULE[0], RULE[1], error.detail, where="kid")
    return Checked.GOOD


class SignatureChecker:
    """Threads that check; ``cryptography`` releases the interpreter's lock while it verifies."""

    def __init__(self, threads: int | None = None) -> None:
        self._threads = threads or os.cpu_count() or 1
        self._pool = ThreadPoolExecutor(self._threads, thread_name_prefix="signatures")

    def check(self, jobs: Sequence[Job]) -> list[Verdict]:
        """One verdict for each statement and the public key that its ``kid`` names, in order.

        The caller waits: a thread that computes in Python meanwhile would keep the interpreter's
        lock from those that come back from each signature.
        """
        size = min(CHUNK, -(-len(jobs) // self._threads))
        if size < CHUNK // 8:
            return _check_all(jobs)
        chunks = [jobs[start : start + size] for start in range(0, len(jobs), size)]
        return list(chain.from_iterable(self._pool.map(_check_all, chunks)))

    def close(self) -> None:
        """End the threads."""
        self._pool.shutdown()


def _check_all(jobs: Sequence[Job]) -> list[Verdict]:
    return [check(job) for job in jobs]
