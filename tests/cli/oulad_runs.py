"""Imports in processes of their own, to be cut off, and what the log holds afterwards."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from ledger.core.statement import parse_entry
from ledger.store.ledger import Ledger
from tests.cli.parties import ENVIRONMENT, PROGRAM


def kinds(home: Path) -> Counter[str]:
    """Statements in the log by type."""
    with Ledger.open(home) as ledger:
        entries = ledger.entries(0, ledger.head().size)
        return Counter(parse_entry(entry).type for entry in entries)


class Cut:
    """An import in a process of its own, cut off when a condition holds."""

    def __init__(self, home: Path, tables: Path) -> None:
        self.home = home
        self.outbox = home / "parties" / "outbox-oulad"
        self.log = home.parent / "import.log"
        self.command = [*PROGRAM, "--home", str(home), "import", "oulad", str(tables), "--json"]

    def off(self, when: Callable[[], bool], how: signal.Signals) -> int:
        """Cut off when something is so, which has to be before the end; gives the exit code."""

        def moment(process: subprocess.Popen[bytes]) -> None:
            wait_for(lambda: when() or process.poll() is not None, 120)
            assert process.poll() is None, "it was done too early"

        return self._cut(moment, how)

    def off_after(self, seconds: float, how: signal.Signals) -> int:
        """Cut off after a time, or not at all where it was done before."""

        def moment(process: subprocess.Popen[bytes]) -> None:
            with suppress(subprocess.TimeoutExpired):
                process.wait(seconds)

        return self._cut(moment, how)

    def _cut(self, wait: Callable[[subprocess.Popen[bytes]], None], how: signal.Signals) -> int:
        with self.log.open("ab") as log:
            process = subprocess.Popen(
                self.command, stdout=log, stderr=log, env=ENVIRONMENT, start_new_session=True
            )
        try:
            wait(process)
            process.send_signal(how)
            code = process.wait(90)
        finally:
            process.kill()  # whatever went wrong; its server goes with it
            process.wait()
        wait_for(lambda: not self.servers(), 30)
        return code

    def files(self, kind: str) -> int:
        return len(list(self.outbox.glob(f"*.{kind}")))

    def servers(self) -> list[str]:
        """Processes that still work on this home."""
        found = []
        for folder in Path("/proc").glob("[0-9]*"):
            try:
                command = (folder / "cmdline").read_bytes().split(b"\0")
                state = (folder / "stat").read_text().rpartition(")")[2].split()[0]
            except OSError:
                continue
            if state != "Z" and os.fsencode(self.home) in command and b"ledger.cli" in command:
                found.append(folder.name)
        return found


def wait_for(condition: Callable[[], bool], seconds: float) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.01)
