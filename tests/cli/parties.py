"""Parties with key files and a ledger in a folder, driven through the command line only."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import urllib3
from click.testing import CliRunner, Result

from ledger.cli.keys import read_public
from ledger.cli.main import main
from ledger.domain.dates import civil_date
from tests.world import standard_claims

ORIGIN = "ledger.example/cli"
PROGRAM = [sys.executable, "-m", "ledger.cli"]
# No colours, no terminal, and no settings of whoever runs the tests.
ENVIRONMENT = {
    name: value for name, value in os.environ.items() if not name.startswith("CERTLEDGER_")
}


def run(*arguments: object, stdin: bytes | str | None = None, code: int = 0) -> Result:
    """Run a command in this process; the exit code is looked at."""
    result = CliRunner(env={"CERTLEDGER_HOME": None, "CERTLEDGER_URL": None}).invoke(
        main, [str(one) for one in arguments], input=stdin
    )
    assert result.exit_code == code, (arguments, result.output, result.exception)
    return result


def told(*arguments: object, **options: Any) -> Any:
    """What a command answers with --json."""
    return json.loads(run(*arguments, "--json", **options).stdout)


def today() -> str:
    return civil_date(int(time.time()))


def days_ago(days: int) -> str:
    return civil_date(int(time.time()) - days * 86_400)


@dataclass
class Parties:
    """A regulator, an agency and a school, each with its key file, in one folder."""

    folder: Path

    def __post_init__(self) -> None:
        self.home = self.folder / "home"
        for party in ("regulator", "northern", "harbour"):
            run("keys", "new", self.key(party), "--origin", ORIGIN, "--party", party)
        recovery = ("--party", "regulator", "--use", "recovery")
        run("keys", "new", self.key("recovery"), "--origin", ORIGIN, *recovery)

    def key(self, party: str) -> Path:
        return self.folder / f"{party}.key"

    def found(self) -> dict[str, Any]:
        """Found the ledger; returns what init says."""
        files = [f"{self.key(name)}.pub" for name in ("regulator", "recovery")]
        regulator = [one for file in files for one in ("--regulator", file)]
        answer: dict[str, Any] = told("--home", self.home, "init", "--origin", ORIGIN, *regulator)
        return answer

    def sign(self, party: str, name: str, drafts: list[dict[str, Any]], *options: object) -> Path:
        """Sign drafts as a party; returns the file of signed statements."""
        target = self.folder / f"{name}.jsonl"
        text = "".join(json.dumps(draft, ensure_ascii=False) + "\n" for draft in drafts)
        run("sign", "-", "--key", self.key(party), "-o", target, *options, stdin=text)
        return target

    def registered(self) -> list[dict[str, Any]]:
        """The regulator's drafts until an agency and a school can work."""
        drafts: list[dict[str, Any]] = []
        for party, role in (("northern", "agency"), ("harbour", "school")):
            proven = read_public(Path(f"{self.key(party)}.pub")).claims()
            drafts += [
                {"type": "party.registered", "party": party, "name": party, "roles": [role]},
                {"type": "key.registered", "party": party, **proven},
            ]
        welding = {"certificate_type": "welding", "name": "Welding", "category": "vocational"}
        return [*drafts, {"type": "certificate_type.defined", **welding}]


SCOPE = {"certificate_type": "welding", "level": "elementary"}


def standard_draft() -> dict[str, Any]:
    """A standard whose results cannot be objected to, so that a test need not wait for days."""
    claims = standard_claims(objection_days=0, effective_from=days_ago(20))
    return {"type": "standard.published", **claims}


def accreditation_draft() -> dict[str, Any]:
    claims = {"agency": "northern", "scope": [SCOPE], "effective_from": days_ago(10)}
    return {"type": "accreditation.granted", **claims}


def session_drafts() -> list[dict[str, Any]]:
    day = today()
    return [
        {
            "type": "session.planned",
            "session": "random:s",
            **SCOPE,
            "exam_date": day,
            "planned_on": day,
        },
        {"type": "session.published", "session": "random:s", "published_on": day},
    ]


def school_drafts(session: str, name: str = "Wei Example") -> list[dict[str, Any]]:
    disclose = {"person": "random:person", "name": name}
    return [
        {"type": "student.enrolled", "student": "random", "disclose": disclose},
        {
            "type": "candidate.registered",
            "registration": "random:r",
            "session": session,
            "attempt": 1,
            "registered_on": today(),
            "disclose": disclose,
        },
    ]


def result_drafts(session: str, registration: str) -> list[dict[str, Any]]:
    """Scores, the session held, a pass, published, and the certificate."""
    day = today()
    marks = {"theory": 60, "bench": 40, "report": 16}
    scores = [
        {
            "type": "score.recorded",
            "registration": registration,
            "part": part,
            "assessed_on": day,
            "disclose": {f"mark.{part}": mark},
        }
        for part, mark in marks.items()
    ]
    result = {
        "type": "result.determined",
        "registration": registration,
        "standard": "welding",
        "version": 1,
        "outcome": "pass",
        "parts": list(marks),
        "determined_on": day,
        "repeat": ["mark.*"],
    }
    held = {"type": "session.held", "session": session, "held_on": day}
    published = {"type": "results.published", "session": session, "published_on": day}
    certificate = {
        "type": "certificate.issued",
        "certificate": "random:c",
        "number": "NS-2026-1",
        "registration": registration,
        **SCOPE,
        "standard": "welding",
        "version": 1,
        "exam_date": day,
        "issued_on": day,
        "status": "random",
        "repeat": ["name", "mark.*"],
    }
    return [*scores, held, result, published, certificate]


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@contextmanager
def served(home: Path, port: int | None = None) -> Iterator[str]:
    """`certledger serve` on a free port; gives its address, and ends it with SIGTERM."""
    port = port or free_port()
    command = [*PROGRAM, "--home", str(home), "serve", "--port", str(port), "--workers", "1"]
    with open(home.parent / "serve.log", "ab") as log:
        process = subprocess.Popen(
            command, stdout=log, stderr=log, env=ENVIRONMENT, start_new_session=True
        )
    try:
        url = f"http://127.0.0.1:{port}"
        wait_until_ready(url, process)
        yield url
        process.send_signal(signal.SIGTERM)
        assert process.wait(20) == 0
    finally:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)  # with its workers, whatever went wrong
        process.wait()


def wait_until_ready(url: str, process: subprocess.Popen[bytes], seconds: float = 30) -> None:
    end = time.monotonic() + seconds
    while time.monotonic() < end and process.poll() is None:
        try:
            if urllib3.request("GET", f"{url}/healthz", retries=False, timeout=1).status == 200:
                return
        except urllib3.exceptions.HTTPError:
            time.sleep(0.05)
    raise AssertionError(f"{url} does not answer")


def receipts(result: Result) -> list[Mapping[str, Any]]:
    """The receipts that `submit --json` printed."""
    return [json.loads(line)["receipt"] for line in result.stdout.splitlines()]
