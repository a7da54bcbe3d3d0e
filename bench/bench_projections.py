"""Following a log: effects a second, through parsing, folds and durable batches of 1,000.

Ratio to a bare loop of the same run that inserts as many rows of four columns in transactions of
1,000; held to 0.03. Also what one page of evidence costs.

    python -m bench.bench_projections [candidates]
"""

from __future__ import annotations

import sys
import tempfile
import time
from pathlib import Path

from bench.baseline import report, resident_mb
from bench.bench_admission import BATCH, Bench
from ledger.core.statement import parse_wire
from ledger.store.sqlite.views import ViewsFile
from projections import runner
from projections.credibility import credibility


def told(bench: Bench, candidates: int) -> None:
    """A session of so many candidates, from enrolment to certificate: 7 statements each."""
    wires = bench.certificates(candidates)
    for at in range(0, len(wires), BATCH):
        bench.submit([parse_wire(wire) for wire in wires[at : at + BATCH]])


def insert_rate(path: Path, count: int) -> float:
    """Rows a second of the bare loop."""
    file = ViewsFile(path)
    with file.writing() as writes:
        columns = "ident TEXT PRIMARY KEY, kind TEXT, day TEXT, position INTEGER"
        writes.recreate("bare", 1, {"bare": columns}, ())
    rows = [(f"{at:022}", "bare", "2026-01-01", at) for at in range(count)]
    start = time.perf_counter()
    for at in range(0, count, BATCH):
        with file.writing() as writes:
            writes.write("INSERT INTO bare VALUES (?,?,?,?)", rows[at : at + BATCH])
    taken = time.perf_counter() - start
    file.close()
    return count / taken


def follow_rate(bench: Bench, path: Path, count: int) -> float:
    """Effects a second into empty views."""
    with runner.opened_views(path) as file:
        start = time.perf_counter()
        runner.catch_up(bench.ledger, file)
        return count / (time.perf_counter() - start)


def main(candidates: int) -> bool:
    """Run it; whether the ratio holds."""
    with tempfile.TemporaryDirectory() as folder:
        bench = Bench(Path(folder) / "home")
        told(bench, candidates)
        count = bench.ledger.head().size
        path = Path(folder) / "views.db"
        bare = insert_rate(Path(folder) / "bare.db", count)
        rate = follow_rate(bench, path, count)
        held = report("follow the log", rate, bare, 0.03)
        with runner.opened_views(path) as file:
            start = time.perf_counter()
            runner.rebuild(bench.ledger, file)
            report("rebuild", count / (time.perf_counter() - start), bare)
            evidence(file, bench.world.today)
        print(f"peak memory {resident_mb():.0f} MB")
        bench.ledger.close()
    return held


def evidence(file: ViewsFile, day: str) -> None:
    """Time for an agency's board, the first with loading statsmodels."""
    for when in ("first", "second"):
        start = time.perf_counter()
        with file.reading() as rows:
            board = credibility(rows, "northern", day)
        assert board is not None
        counted = board["units"][0]["first_attempts"]["n"]
        taken = (time.perf_counter() - start) * 1000
        print(f"evidence about {counted} candidates, {when} time: {taken:.0f} ms")


if __name__ == "__main__":
    sys.exit(not main(int(sys.argv[1]) if len(sys.argv) > 1 else 4_000))
