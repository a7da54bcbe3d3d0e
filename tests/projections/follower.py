"""A process that follows in small batches and says so, to be killed at any moment.

    python -m tests.projections.follower <ledger.db> <views.db> <batch> <batches>

After that many batches it waits to be killed.
"""

from __future__ import annotations

import sys
from pathlib import Path

from ledger.store.log import Log
from ledger.store.sqlite.database import SQLiteDatabase
from projections import runner


def main(ledger: str, views: str, batch: str, batches: str) -> None:
    log = Log(SQLiteDatabase(Path(ledger), read_only=True), "ledger.example/test")
    with runner.opened_views(Path(views)) as file:
        for _ in range(int(batches)):
            runner.advance(log, file, int(batch))
            sys.stdout.write("on\n")
            sys.stdout.flush()
        sys.stdin.read()


if __name__ == "__main__":
    main(*sys.argv[1:])
