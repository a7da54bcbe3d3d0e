"""Step A4: signatures. The keys are looked up in order; verifying can wait, and run in threads."""

from __future__ import annotations

from collections import deque
from concurrent.futures import Future, ThreadPoolExecutor
from functools import lru_cache

from ledger.audit.findings import Findings
from ledger.core.errors import CoreError
from ledger.core.keys import PublicKey
from ledger.core.statement import Statement, verify_statement

_BATCH = 64
_AHEAD = 4  # batches waiting for each thread: memory stays bounded


Claimed = tuple[int, Statement, str]
"""A position, the statement there, and the key (`x`, base64url) that has to have signed it."""


class Signatures:
    """Verifies signatures; what fails becomes a finding.

    Args:
        jobs: threads; `cryptography` releases the interpreter's lock while it verifies.
    """

    def __init__(self, jobs: int, findings: Findings) -> None:
        self._findings = findings
        self._pool = ThreadPoolExecutor(jobs, "verify") if jobs > 1 else None
        self._most = jobs * _AHEAD
        self._batch: list[Claimed] = []
        self._running: deque[Future[list[tuple[int, str]]]] = deque()

    def add(self, position: int, statement: Statement, x: str) -> None:
        """Verify a statement, now or later."""
        self._batch.append((position, statement, x))
        if len(self._batch) == _BATCH:
            self._send()

    def _send(self) -> None:
        batch, self._batch = self._batch, []
        if self._pool is None:
            self._report(failing(batch))
            return
        self._running.append(self._pool.submit(failing, batch))
        while len(self._running) > self._most:
            self._report(self._running.popleft().result())

    def _report(self, failed: list[tuple[int, str]]) -> None:
        for position, detail in failed:
            self._findings.add("A4", position, f"the signature does not verify: {detail}")

    def finish(self) -> None:
        """Wait for what is still running."""
        if self._batch:
            self._send()
        while self._running:
            self._report(self._running.popleft().result())

    def close(self) -> None:
        """End the threads."""
        if self._pool is not None:
            self._pool.shutdown(cancel_futures=True)


def failing(batch: list[Claimed]) -> list[tuple[int, str]]:
    """Positions whose signature does not verify, and why."""
    failed = []
    for position, statement, x in batch:
        try:
            verify_statement(statement, _public(x))
        except CoreError as error:
            failed.append((position, str(error)))
    return failed


_public = lru_cache(maxsize=4096)(PublicKey.from_x)
