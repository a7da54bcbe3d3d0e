"""`certledger demo` as a user runs it."""

from __future__ import annotations

import json
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import urllib3

from ledger.cli.client import LedgerClient
from ledger.cli.demo import command
from ledger.core.statement import parse_entry
from ledger.domain.rulebook import VERSION_1
from ledger.store.ledger import Ledger
from tests.cli.parties import ENVIRONMENT, PROGRAM, free_port, run, served, told, wait_until_ready

STUDENTS = ("--students", 30)


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("demo") / "home"


@pytest.fixture(scope="module")
def made(home: Path) -> dict[str, Any]:
    """What the demonstration says; made once for this module."""
    answer: dict[str, Any] = told("--home", home, "demo", *STUDENTS, "--no-serve")
    return answer


@pytest.fixture(scope="module")
def url(home: Path, made: dict[str, Any]) -> Iterator[str]:
    with served(home) as address:
        yield address


def get(url: str, path: str, token: str = "") -> tuple[int, dict[str, Any]]:
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    response = urllib3.request("GET", url + path, headers=headers, retries=False)
    return response.status, json.loads(response.data)


def test_each_certificate_gets_the_verdict_that_is_promised(url: str, made: Any) -> None:
    client = LedgerClient(url)
    for one in made["certificates"]:
        question = {"number": one["number"], "holder_name": one["holder_name"]}
        assert client.verify(question)["verdict"] == one["expected"], one["about"]
    client.close()


def test_each_id_gets_it_too_from_the_home_folder(home: Path, made: Any) -> None:
    for one in made["certificates"]:
        code = 0 if one["expected"] == "valid" else 1
        answer = told("--home", home, "verify", one["id"], code=code)
        assert answer["verdict"] == one["expected"], one["about"]


def test_the_archive_opens_with_the_token_and_not_without(url: str, made: Any) -> None:
    path = f"/v1/students/{made['student']}/archive"
    status, archive = get(url, path, made["operator_token"])
    assert status == 200
    assert made["certificates"][0]["holder_name"] in json.dumps(archive, ensure_ascii=False)
    assert get(url, path)[0] == 401


def units(url: str, party: str) -> list[dict[str, Any]]:
    status, board = get(url, f"/v1/authorities/{party}/credibility")
    assert (status, board["agency"]) == (200, party)
    found: list[dict[str, Any]] = board["units"]
    return found


def test_the_sound_agency_and_the_other_differ_in_the_credibility_view(url: str, made: Any) -> None:
    caught, sound = (units(url, made[name]) for name in ("authority", "sound_authority"))
    by_others = "agency_fault_found_by_others"
    assert any(unit["revocations"][by_others] for unit in caught)
    assert not any(unit["revocations"][by_others] for unit in sound)
    assert any(unit["revocations"]["issued"] for unit in sound)
    assert all(unit["first_attempts"]["k"] == unit["first_attempts"]["n"] > 0 for unit in caught)


def test_it_says_which_ledger_it_is(home: Path, made: Any) -> None:
    status = told("--home", home, "status")
    assert (made["origin"], made["vkey"]) == (status["origin"], status["vkey"])
    assert (made["home"], made["url"]) == (str(home), None)


def test_every_type_of_statement_is_in_the_log(home: Path, made: Any) -> None:
    with Ledger.open(home) as ledger:
        kinds = {parse_entry(entry).type for entry in ledger.entries(0, ledger.head().size)}
    # There is no second version of the rules to adopt.
    assert set(VERSION_1) - kinds == {"rules.adopted"}


def test_keys_and_what_to_try_are_closed_to_other_users(home: Path, made: Any) -> None:
    keys = sorted((home / "parties").glob("*.key"))
    assert {"regulator.key", "swiftgate.key", "lotus-pond.key"} <= {path.name for path in keys}
    assert {path.stat().st_mode & 0o777 for path in (*keys, home / "demo.json")} == {0o600}


def test_what_the_servers_say_names_nobody(home: Path, url: str, made: Any) -> None:
    get(url, f"/v1/students/{made['student']}/archive", made["operator_token"])
    logs = [home / "parties" / "server.log", home.parent / "serve.log"]
    said = "".join(path.read_text("utf-8") for path in logs)
    assert said.count("Serving ledger.example/demo at") >= 2
    private = [made["student"], made["operator_token"]]
    for one in made["certificates"]:
        private += [one["holder_name"], one["number"], one["id"]]
    assert not [word for word in private if word in said]


def test_a_second_run_changes_nothing_and_says_the_same(home: Path, made: Any) -> None:
    with Ledger.open(home) as ledger:
        size = ledger.head().size
    assert told("--home", home, "demo", "--students", 500, "--no-serve") == made
    with Ledger.open(home) as ledger:
        assert ledger.head().size == size
    assert (home / "demo.json").stat().st_mode & 0o777 == 0o600


def test_it_is_audited(home: Path, made: Any) -> None:
    run("--home", home, "audit")


def test_what_a_person_reads(home: Path, made: Any) -> None:
    text = run("--home", home, "demo", "--no-serve").stdout
    for one in made["certificates"]:
        assert f"{one['expected']:<10} {one['number']}  {one['holder_name']}" in text
    assert f"/v1/students/{made['student']}/archive" in text
    for party in (made["authority"], made["sound_authority"]):
        assert f"/v1/authorities/{party}/credibility" in text
    assert f"certledger --home {home} audit" in text


def test_without_home_it_has_a_folder_of_its_own(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    told("demo", "--students", 12, "--no-serve")
    assert (tmp_path / "var" / "demo" / "ledger.db").exists()
    assert not (tmp_path / "var" / "ledger.db").exists()


def test_it_serves_until_it_is_told_to_end(tmp_path: Path) -> None:
    port = free_port()
    arguments = ["--home", tmp_path / "home", "demo", "--students", 12, "--port", port]
    with open(tmp_path / "demo.log", "wb") as log:
        process = subprocess.Popen(
            [*PROGRAM, *map(str, arguments)], stdout=log, stderr=log, env=ENVIRONMENT
        )
    try:
        wait_until_ready(f"http://127.0.0.1:{port}", process, 60)
        process.send_signal(signal.SIGTERM)
        assert process.wait(30) == 0
    finally:
        process.kill()
        process.wait()
    assert f"http://127.0.0.1:{port}/" in (tmp_path / "demo.log").read_text()


def test_cut_off_it_is_finished_by_the_next_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = tmp_path / "home"

    class Cut(LedgerClient):
        """Loses the connection after the second request."""

        sent = 0

        def submit(self, wires: Any) -> Any:
            answers = super().submit(wires)
            Cut.sent += 1
            if Cut.sent == 2:
                raise KeyboardInterrupt
            return answers

    with monkeypatch.context() as patched:
        patched.setattr(command, "LedgerClient", Cut)
        run("--home", home, "demo", "--students", 150, "--no-serve", code=130)
    with Ledger.open(home) as ledger:
        before = ledger.head().size
    assert not (home / "demo.json").exists()
    result = run("--home", home, "demo", "--no-serve", "--json")
    assert "that an earlier run began" in result.stderr
    finished = json.loads(result.stdout)
    with Ledger.open(home) as ledger:
        size = ledger.head().size
    assert before > 500
    assert size > before
    # 150 students, as the run that was cut off had been asked for, and nothing twice.
    assert finished["statements"] < size < finished["statements"] + 12
    run("--home", home, "audit")


def test_another_ledger_is_left_alone(tmp_path: Path) -> None:
    home = tmp_path / "home"
    for use in ("statement", "recovery"):
        party = ("--origin", "ledger.example/x", "--party", "regulator", "--use", use)
        run("keys", "new", tmp_path / f"{use}.key", *party)
    keys = [
        one
        for use in ("statement", "recovery")
        for one in ("--regulator", tmp_path / f"{use}.key.pub")
    ]
    run("--home", home, "init", "--origin", "ledger.example/x", *keys)
    before = {path.name for path in home.iterdir()}
    result = run("--home", home, "demo", "--no-serve", code=2)
    assert "the key of its regulator is not in" in result.stderr
    assert "parties" not in {path.name for path in home.iterdir()}
    assert before <= {path.name for path in home.iterdir()}


def test_too_few_students_are_refused(tmp_path: Path) -> None:
    result = run("--home", tmp_path / "home", "demo", "--students", 5, code=2)
    assert "5 is not in the range" in result.stderr
    assert not (tmp_path / "home").exists()
