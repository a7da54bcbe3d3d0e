"""A writer of its own process: submits a file of statements and says what was acknowledged.

    python -m tests.store.writer HOME FILE BATCH NOW [STEP]

FILE has one statement a line. For each batch one line goes out after ``submit`` has returned: the
positions, or ``code`` for a refusal. STEP names a line of the append to die at, as if killed there.
"""

from __future__ import annotations

import json
import os
import signal
import sys
from pathlib import Path

from ledger.core.statement import parse_wire
from ledger.domain.errors import Refusal
from ledger.store.keystore import KeyStore
from ledger.store.ledger import Ledger
from ledger.store.sqlite.database import SQLiteWriting
from ledger.store.sqlite.driver import Connection


def die_at(step: str) -> None:
    """Kill this process without warning, before or after one of the steps of an append."""
    owner, name, after = {
        "before-keys": (KeyStore, "prepare", False),
        "after-keys": (KeyStore, "prepare", True),
        "after-rows": (SQLiteWriting, "append", True),
        "after-commit": (Connection, "commit", True),
    }[step]
    original = getattr(owner, name)

    def replaced(self, *args):
        mine = step != "after-commit" or _is_ledger(self)
        if after:
            result = original(self, *args)
        if mine:
            os.kill(os.getpid(), signal.SIGKILL)
        return result if after else original(self, *args)

    setattr(owner, name, replaced)


def _is_ledger(connection: Connection) -> bool:
    return (
        connection._sqlite_conn.execute("PRAGMA database_list").fetchone()[2].endswith("ledger.db")
    )


def main(home: str, file: str, batch: str, now: str, step: str = "") -> None:
    lines = Path(file).read_text("ascii").splitlines()
    with Ledger.open(home, clock=lambda: float(now), monotonic=lambda: 0.0) as ledger:
        if step:
            die_at(step)
        sys.stdout.write("ready\n")
        sys.stdout.flush()
        for start in range(0, len(lines), int(batch)):
            chunk = lines[start : start + int(batch)]
            answers = ledger.submit([parse_wire(line) for line in chunk])
            said = [one.code if isinstance(one, Refusal) else one.position for one in answers]
            sys.stdout.write(json.dumps(said) + "\n")
            sys.stdout.flush()


if __name__ == "__main__":
    main(*sys.argv[1:])
