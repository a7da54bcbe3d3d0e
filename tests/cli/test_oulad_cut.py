"""`certledger import oulad` cut off: killed at any moment, interrupted, and nothing twice."""

from __future__ import annotations

import json
import random
import secrets
import signal
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.cli.oulad_runs import Cut, kinds
from tests.cli.oulad_tables import crowd
from tests.cli.parties import run, told

STUDENTS = 1200  # of each module: about 12,000 statements, so 12 requests
pytestmark = pytest.mark.skipif(
    not Path("/proc/self/cmdline").exists(), reason="looks for processes in /proc"
)


def test_killed_and_interrupted_it_goes_on_and_doubles_nothing(tmp_path: Path) -> None:
    tables = crowd(STUDENTS).write(tmp_path / "tables")
    home = tmp_path / "home"
    cut = Cut(home, tables)
    moments: list[tuple[Callable[[], bool], signal.Signals]] = [
        ((home / "parties").exists, signal.SIGKILL),
        (lambda: cut.files("statements") >= 1, signal.SIGKILL),
        (lambda: cut.files("receipts") >= 2, signal.SIGKILL),
        (lambda: cut.files("receipts") >= 4, signal.SIGINT),
        (lambda: cut.files("statements") > cut.files("receipts") >= 5, signal.SIGKILL),
    ]
    codes = [cut.off(when, how) for when, how in moments]
    assert codes == [-9, -9, -9, 130, -9]
    last: dict[str, Any] = told("--home", home, "import", "oulad", tables)
    assert last["refused"] == 0
    assert last["answered_before"] >= 4001  # five chunks, the first of one statement
    log = kinds(home)
    # The plan said once, without remainder: the log holds exactly what one uncut run would send.
    *_, plan = run(
        "--home", home, "import", "oulad", tables, "--dry-run", "--json"
    ).stdout.splitlines()
    expected = json.loads(plan)["summary"]["to_import"]
    del log["time.stated"]
    assert log == {"ledger.founded": 1, **expected}
    run("--home", home, "audit")


def test_killed_at_random_moments_the_log_is_that_of_an_undisturbed_run(tmp_path: Path) -> None:
    tables = crowd(24).write(tmp_path / "tables")
    started = time.monotonic()
    undisturbed = Cut(tmp_path / "undisturbed", tables)
    assert undisturbed.off_after(120, signal.SIGKILL) == 0
    lasts = time.monotonic() - started
    seed = secrets.randbits(32)
    chance = random.Random(seed)
    cut = Cut(tmp_path / "disturbed", tables)
    moments = [chance.uniform(0, lasts) for _ in range(8)]
    codes = [cut.off_after(moment, signal.SIGKILL) for moment in moments]
    happened = f"seed {seed}: {list(zip(moments, codes, strict=True))}"
    assert set(codes) <= {-signal.SIGKILL, 0}, happened
    last = told("--home", cut.home, "import", "oulad", tables)
    assert last["refused"] == 0, happened
    log, expected = kinds(cut.home), kinds(undisturbed.home)
    for one in (log, expected):
        del one["time.stated"]
    assert log == expected, happened
    assert log["candidate.registered"] == 48
    run("--home", cut.home, "audit")


def test_an_interruption_while_the_server_starts_ends_both(tmp_path: Path) -> None:
    tables = crowd(3).write(tmp_path / "tables")
    cut = Cut(tmp_path / "home", tables)
    # The import and the server, which has not answered yet.
    assert cut.off(lambda: len(cut.servers()) == 2, signal.SIGINT) == 130
    assert b"Traceback" not in cut.log.read_bytes()
    assert kinds(cut.home) == {"ledger.founded": 1}
    assert told("--home", cut.home, "import", "oulad", tables)["refused"] == 0
