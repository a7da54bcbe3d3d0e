"""Submitting against a served ledger: receipts, refusals, and runs that are killed."""

import json
import signal
import subprocess
import time
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from ledger.cli.receipts import check_receipt, read_vkey
from ledger.core.encoding import b64url
from ledger.core.statement import parse_wire
from ledger.store.home import Home
from ledger.store.ledger import Ledger
from tests.cli.parties import ENVIRONMENT, PROGRAM, Parties, free_port, receipts, run, served

PARTY = {"type": "party.registered", "roles": ["school"]}


def many(count: int) -> list[dict[str, Any]]:
    """Drafts that do not depend on each other."""
    return [{**PARTY, "party": f"school-{at}", "name": f"School {at}"} for at in range(count)]


def entries(home: Path) -> list[bytes]:
    with Ledger.open(home) as ledger:
        return [one for one in ledger.entries() if one != b""]


def times_admitted(home: Path, file: Path) -> set[int]:
    """How often each statement of a file is in the log."""
    count = Counter(entries(home))
    return {count[parse_wire(line).entry] for line in file.read_bytes().splitlines()}


def test_receipts_prove_and_a_second_run_sends_nothing(founded: Parties, url: str) -> None:
    file = founded.sign("regulator", "parties", many(3))
    vkey = read_vkey(Home(founded.home).config().vkey)
    options = ("--url", url, "--outbox", founded.folder / "outbox")
    first = receipts(run("submit", file, *options, "--json"))
    for receipt, line in zip(first, file.read_bytes().splitlines(), strict=True):
        check_receipt(receipt, line, vkey)
        assert receipt["leaf"] == b64url(parse_wire(line).leaf)
    # Answered from the outbox: nobody listens at this address.
    nowhere = ("--url", f"http://127.0.0.1:{free_port()}", "--outbox", founded.folder / "outbox")
    assert receipts(run("submit", file, *nowhere, "--json")) == first
    shown = run("submit", file, *nowhere)
    assert shown.stdout.split()[0] == str(first[0]["position"])
    assert shown.stderr == "3 admitted, 0 refused\n"


def test_the_same_bytes_from_elsewhere_get_the_first_receipt(founded: Parties, url: str) -> None:
    file = founded.sign("regulator", "parties", many(2))
    first = receipts(run("submit", file, "--url", url, "--outbox", founded.folder / "a", "--json"))
    again = receipts(run("submit", file, "--url", url, "--outbox", founded.folder / "b", "--json"))
    assert again == first
    assert times_admitted(founded.home, file) == {1}


def test_refusals_are_told_by_line_and_asked_again_later(founded: Parties, url: str) -> None:
    school = {"type": "student.enrolled", "student": "random"}
    enrolled = {**school, "disclose": {"person": "random", "name": "Wei Example"}}
    early = founded.sign("harbour", "early", [enrolled])
    text = many(1)[0]
    mixed = founded.folder / "mixed.jsonl"
    good = founded.sign("regulator", "good", [text])
    mixed.write_bytes(good.read_bytes() + early.read_bytes())
    options = ("--url", url, "--outbox", founded.folder / "outbox")
    result = run("submit", mixed, *options, code=1)
    assert len(result.stdout.splitlines()) == 1
    assert f"{mixed}, line 2: unknown-" in result.stderr
    assert "1 admitted, 1 refused" in result.stderr
    as_json = run("submit", mixed, *options, "--json", code=1)
    assert [next(iter(json.loads(line))) for line in as_json.stdout.splitlines()] == [
        "receipt",
        "problem",
    ]
    registered = founded.sign("regulator", "registered", founded.registered())
    run("submit", registered, *options)
    assert len(receipts(run("submit", mixed, *options, "--json"))) == 2
    assert times_admitted(founded.home, mixed) == {1}


def test_what_is_no_statement_is_not_sent(founded: Parties) -> None:
    file = founded.folder / "bad.jsonl"
    file.write_bytes(founded.sign("regulator", "good", many(1)).read_bytes() + b"nonsense~\n")
    nowhere = ("--url", f"http://127.0.0.1:{free_port()}")
    result = run("submit", file, *nowhere, "--outbox", founded.folder / "outbox", code=2)
    assert "line 2" in result.stderr
    assert "malformed" in result.stderr


@pytest.mark.parametrize("arguments", [(), ("--url", "http://127.0.0.1:9"), ("-", "--resume")])
def test_wrong_usage(arguments: tuple[str, ...], tmp_path: Path) -> None:
    result = run("submit", *arguments, "--outbox", tmp_path / "outbox", code=2)
    assert "Usage:" in result.stderr


def test_another_logs_key_accepts_no_receipt(founded: Parties, url: str, tmp_path: Path) -> None:
    other = tmp_path / "other"
    other.mkdir()
    vkey = Parties(other).found()["vkey"]
    file = founded.sign("regulator", "parties", many(1))
    options = ("--url", url, "--outbox", founded.folder / "outbox", "--vkey", vkey)
    assert "proves nothing" in run("submit", file, *options, code=2).stderr


def killed(founded: Parties, file: Path, url: str, after: float) -> None:
    """Start submitting, and kill it."""
    command = [*PROGRAM, "submit", str(file), "--url", url]
    command += ["--outbox", str(founded.folder / "outbox")]
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    process = subprocess.Popen(command, env=ENVIRONMENT, **quiet)
    time.sleep(after)
    process.send_signal(signal.SIGKILL)
    process.wait()


def test_kill_9_at_any_moment_doubles_nothing(founded: Parties, url: str) -> None:
    file = founded.sign("regulator", "parties", many(3000))
    for after in (0.1, 0.25, 0.35, 0.45, 0.6):
        killed(founded, file, url, after)
    outbox = founded.folder / "outbox"
    result = run("submit", file, "--url", url, "--outbox", outbox, "--json")
    assert len(receipts(result)) == 3000
    assert times_admitted(founded.home, file) == {1}


def test_a_job_from_a_pipe_is_resumed_from_the_outbox_alone(founded: Parties, url: str) -> None:
    wires = founded.sign("regulator", "parties", many(3)).read_bytes()
    outbox = founded.folder / "outbox"
    nowhere = f"http://127.0.0.1:{free_port()}"
    command = [*PROGRAM, "submit", "-", "--url", nowhere, "--outbox", str(outbox)]
    process = subprocess.Popen(command, env=ENVIRONMENT, stdin=subprocess.PIPE)
    assert process.stdin is not None
    process.stdin.write(wires)
    process.stdin.close()
    while not list(outbox.glob("*/job")):
        time.sleep(0.02)
    process.send_signal(signal.SIGKILL)
    process.wait()
    # Signed anew, the same drafts are other statements: they may not go out beside the first.
    other = founded.sign("regulator", "again", many(3)).read_bytes()
    refused = run("submit", "-", "--url", url, "--outbox", outbox, stdin=other, code=2)
    assert f"certledger submit --resume --outbox {outbox}" in refused.stderr
    found = receipts(run("submit", "--resume", "--url", url, "--outbox", outbox, "--json"))
    assert [one["leaf"] for one in found] == [
        b64url(parse_wire(line).leaf) for line in wires.splitlines()
    ]
    nothing = run("submit", "--resume", "--url", url, "--outbox", outbox, code=2)
    assert "nothing in the outbox" in nothing.stderr


def test_a_ledger_that_goes_and_comes_back_is_waited_for(founded: Parties) -> None:
    port = free_port()
    file = founded.sign("regulator", "parties", many(2))
    command = [*PROGRAM, "submit", str(file), "--url", f"http://127.0.0.1:{port}"]
    command += ["--outbox", str(founded.folder / "outbox")]
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.DEVNULL}
    with subprocess.Popen(command, env=ENVIRONMENT, text=True, **pipes) as process:
        time.sleep(0.6)
        with served(founded.home, port):
            out, _ = process.communicate(timeout=30)
    assert process.returncode == 0
    assert len(out.splitlines()) == 2
