"""`certledger import oulad` as a user runs it: a ledger, a server, a kill, and nothing twice."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from ledger.cli.party import PartySigner
from ledger.cli.playing.keyring import Keyring
from ledger.cli.playing.stage import local_stage
from ledger.core.statement import parse_entry
from ledger.store.ledger import Ledger
from tests.cli.oulad_tables import crowd, story
from tests.cli.parties import ENVIRONMENT, PROGRAM, run, served, told

STUDENTS = 1200  # of each module: about 12,000 statements, so 12 requests


@pytest.fixture
def tables(tmp_path: Path) -> Path:
    return story().write(tmp_path / "tables")


def kinds(home: Path) -> Counter[str]:
    """Statements in the log by type."""
    with Ledger.open(home) as ledger:
        entries = ledger.entries(0, ledger.head().size)
        return Counter(parse_entry(entry).type for entry in entries)


def test_an_unfounded_home_is_founded_filled_and_found_again(tmp_path: Path, tables: Path) -> None:
    home = tmp_path / "home"
    first = told("--home", home, "import", "oulad", tables)
    assert first["refused"] == 0
    assert first["answered_before"] == 0
    assert first["statements"]["score.recorded"] == {"admitted": 10, "refused": 0}
    assert first["remarks"] == {"no exam mark": 1, "no marks": 1}
    log = kinds(home)
    assert {kind: log[kind] for kind in first["statements"]} == {
        kind: counts["admitted"] for kind, counts in first["statements"].items()
    }
    again = told("--home", home, "import", "oulad", tables)
    assert again["answered_before"] == again["admitted"] == first["admitted"]
    assert kinds(home) == log


def test_what_was_imported_is_verified_and_audited(tmp_path: Path, tables: Path) -> None:
    home = tmp_path / "home"
    run("--home", home, "import", "oulad", tables)
    run("--home", home, "audit")
    with Ledger.open(home) as ledger:
        (issued,) = (
            statement
            for statement in map(parse_entry, ledger.entries(0, ledger.head().size))
            if statement.claims.get("number") == "AAA-2013-000001"
        )
    ident = issued.claims["certificate"]
    assert told("--home", home, "verify", ident)["verdict"] == "valid"


def test_the_summary_for_a_person(tmp_path: Path, tables: Path) -> None:
    output = run("--home", tmp_path / "home", "import", "oulad", tables).stdout
    assert "      10  score.recorded" in output
    assert "statements in the log, 0 refused" in output
    assert "       2  passes imported with a remark" in output


def test_a_dry_run_names_each_row_and_touches_nothing(tmp_path: Path) -> None:
    changed = story()
    changed.scores += [(101, 15, 9, 1, 60), (102, 12, 9, 0, "")]
    tables = changed.write(tmp_path / "tables")
    home = tmp_path / "home"
    result = run("--home", home, "import", "oulad", tables, "--dry-run", "--json")
    *rows, last = map(json.loads, result.stdout.splitlines())
    where = [(row["file"], row["line"]) for row in rows]
    assert where[:2] == [("studentAssessment.csv", 12), ("studentAssessment.csv", 13)]
    assert [row.get("remark") for row in rows[2:]] == ["no exam mark", "no marks"]
    assert where[2:] == [("studentInfo.csv", 6), ("studentInfo.csv", 7)]
    assert last["summary"]["to_import"]["score.recorded"] == 10
    assert not home.exists()
    text = run("--home", home, "import", "oulad", tables, "--dry-run").stdout
    assert "studentAssessment.csv:12: not imported, carried over" in text
    assert "studentInfo.csv:7: pass with a remark, no marks" in text


def test_a_bad_table_is_told_before_anything_is_made(tmp_path: Path, tables: Path) -> None:
    (tables / "courses.csv").write_text("code_module\n")
    result = run("--home", tmp_path / "home", "import", "oulad", tables, code=2)
    assert "courses.csv, line 1" in result.stderr
    assert not (tmp_path / "home").exists()


def test_other_data_needs_other_parties(tmp_path: Path, tables: Path) -> None:
    home = tmp_path / "home"
    run("--home", home, "import", "oulad", tables)
    log = kinds(home)
    other = story().student("AAA", "2013J", 16, "Fail", {}).write(tmp_path / "other")
    assert "other data" in run("--home", home, "import", "oulad", other, code=2).stderr
    assert kinds(home) == log


def test_at_a_url_it_needs_the_keys_of_that_ledger(tmp_path: Path, tables: Path) -> None:
    home, mine = tmp_path / "home", tmp_path / "home" / "parties"
    run("--home", home, "import", "oulad", tables)  # founds it, with the keys in `mine`
    log = kinds(home)
    others = tmp_path / "others"
    with served(home) as url:
        to = ("import", "oulad", tables, "--url", url, "--parties")
        away = tmp_path / "away"
        missing = run("--home", away, *to, others, code=2)
        assert "the key of its regulator is not in" in missing.stderr
        ring = Keyring(others, "ledger.example/oulad")
        for party in ("regulator", "operator"):
            ring.key(party)
        foreign = run("--home", away, *to, others, code=2)
        assert "the ledger refuses the first statement: unknown-key" in foreign.stderr
        assert kinds(home) == log
        again = told("--home", home, *to, mine)
        assert again["answered_before"] == again["admitted"]
        no_operator = run("--home", away, *to, mine, code=2)
        assert "Put it there as operator.key" in no_operator.stderr


def test_what_is_refused_is_told_and_the_rest_goes_in(tmp_path: Path, tables: Path) -> None:
    home, parties = tmp_path / "home", tmp_path / "home" / "parties"
    names = {"operator": "Bureau", "regulator": "Regulator"}
    stage = local_stage(home, parties, "ledger.example/before", names)
    known = {"certificate_type": "module-aaa", "name": "Before", "category": "language"}
    statement = PartySigner.of(stage.key("regulator")).sign("certificate_type.defined", known)
    with Ledger.open(home) as ledger:
        ledger.submit([statement])
    result = run("--home", home, "import", "oulad", tables, "--json", code=1)
    said = json.loads(result.stdout)
    assert (said["origin"], said["refused"]) == ("ledger.example/before", 1)
    assert said["statements"]["certificate.issued"] == {"admitted": 4, "refused": 0}
    (refusal,) = said["refusals"]
    assert refusal["type"] == "certificate_type.defined"
    assert refusal["problem"]["type"].endswith("/type-defined-before")
    text = run("--home", home, "import", "oulad", tables, code=1).stdout
    assert "refused certificate_type.defined: type-defined-before" in text


def test_a_ledger_that_has_the_parties_from_elsewhere_is_left_alone(
    tmp_path: Path, tables: Path
) -> None:
    home, parties = tmp_path / "home", tmp_path / "home" / "parties"
    run("--home", home, "import", "oulad", tables)
    log = kinds(home)
    (parties / "outbox-oulad").rename(parties / "outbox-before")
    result = run("--home", home, "import", "oulad", tables, code=2)
    assert "the ledger refuses the first statement: party-known" in result.stderr
    assert kinds(home) == log


# --- cut off --------------------------------------------------------------------------------------


class Cut:
    """An import in a process of its own, cut off when a condition holds."""

    def __init__(self, home: Path, tables: Path) -> None:
        self.home = home
        self.outbox = home / "parties" / "outbox-oulad"
        self.command = [*PROGRAM, "--home", str(home), "import", "oulad", str(tables), "--json"]

    def off(self, when: Callable[[], bool], how: signal.Signals) -> int:
        with open(self.home.parent / "import.log", "ab") as log:
            process = subprocess.Popen(
                self.command, stdout=log, stderr=log, env=ENVIRONMENT, start_new_session=True
            )
        wait_for(lambda: when() or process.poll() is not None, 120)
        assert process.poll() is None, "it was done too early"
        process.send_signal(how)
        code = process.wait(90)
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


@pytest.mark.skipif(not Path("/proc/self/cmdline").exists(), reason="looks for processes in /proc")
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
