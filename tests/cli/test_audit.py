"""The audit as a command: clean, tampered with, shrunk, and where it cannot tell."""

import json
import shutil
import sqlite3
import subprocess
from pathlib import Path

import pytest

from ledger.core.statement import parse_wire
from ledger.store.home import Home
from ledger.store.ledger import Ledger
from tests.cli.parties import ENVIRONMENT, PROGRAM, Parties, run, told


@pytest.fixture
def grown(founded: Parties) -> Parties:
    """A ledger with parties, keys and students."""
    people = [{"person": "random", "name": f"Wei Example {at}"} for at in range(3)]
    drafts = [{"type": "student.enrolled", "student": "random", "disclose": one} for one in people]
    admit(founded, founded.sign("regulator", "registered", founded.registered()))
    admit(founded, founded.sign("harbour", "students", drafts))
    return founded


def admit(parties: Parties, file: Path) -> None:
    with Ledger.open(parties.home) as ledger:
        ledger.submit([parse_wire(line) for line in file.read_bytes().splitlines()])


def tamper(home: Path, change: str, *values: object) -> None:
    """Change the database as somebody with a SQL shell would."""
    with sqlite3.connect(home / "ledger.db") as database:
        assert database.execute(change, values).rowcount > 0
    database.close()


def vkey(parties: Parties) -> str:
    return Home(parties.home).config().vkey


def exported(parties: Parties) -> Path:
    log = parties.folder / "log"
    run("--home", parties.home, "export", log)
    return log


def test_of_a_home_everything_is_looked_at(grown: Parties) -> None:
    report = told("--home", grown.home, "audit")
    assert (report["result"], report["findings"]) == ("ok", [])
    assert report["records"] > 0
    assert (report["disclosures_checked"], report["disclosures_erased"]) == (3, 0)
    result = run("--home", grown.home, "audit", "--jobs", "2")
    assert result.stdout.startswith(f"OK: {report['origin']} to checkpoint {report['size']}")
    assert len(result.stdout.splitlines()) == 1
    assert result.stderr == ""


def test_nothing_is_left_in_the_home(grown: Parties) -> None:
    before = {path.name for path in grown.home.iterdir()}
    left_over = grown.home / ".audit-killed"
    left_over.mkdir()
    (left_over / "ledger.db").write_text("of an audit that was killed")
    run("--home", grown.home, "audit")
    shared = {"ledger.db-wal", "ledger.db-shm"}  # SQLite's own, of whoever reads
    assert {path.name for path in grown.home.iterdir()} <= before | shared


def test_the_audit_does_not_disturb_a_served_ledger(grown: Parties, url: str) -> None:
    more = [{"type": "student.enrolled", "student": "random"}]
    drafts = [{**one, "disclose": {"person": "random", "name": "Li Example"}} for one in more]
    run("--home", grown.home, "audit")
    file = grown.sign("harbour", "more", drafts)
    run("submit", file, "--url", url, "--outbox", grown.folder / "outbox")
    assert told("--home", grown.home, "audit")["disclosures_checked"] == 4


def test_an_erased_student_is_counted_as_erased(grown: Parties) -> None:
    first = (grown.folder / "students.jsonl").read_bytes().splitlines()[0]
    with Ledger.open(grown.home) as ledger:
        assert ledger.erase(parse_wire(first).claims["student"])
    report = told("--home", grown.home, "audit")
    assert report["result"] == "ok"
    assert (report["disclosures_checked"], report["disclosures_erased"]) == (2, 1)


def test_without_the_key_store_disclosures_are_not_checked(grown: Parties) -> None:
    (grown.home / "keys.db").rename(grown.folder / "elsewhere")
    result = run("--home", grown.home, "audit")
    assert "disclosures are not checked" in result.stderr
    assert "disclosures" not in result.stdout
    assert not (grown.home / "keys.db").exists()


@pytest.mark.parametrize(
    ("change", "step"),
    [
        ("UPDATE stored_events SET state = CAST(state || 'A' AS BLOB) WHERE rowid = 4", "A"),
        ("DELETE FROM leaves WHERE position = 3", "A3"),
        ("UPDATE leaves SET leaf = zeroblob(32) WHERE position = 3", "A3"),
        ("UPDATE vault SET sealed = zeroblob(100)", "A6"),
        ("DELETE FROM vault", "A6"),
        ("UPDATE records SET record = replace(record, 'harbour', 'seaside')", "A7"),
        ("DELETE FROM records WHERE key LIKE 'student/%'", "A7"),
        ("UPDATE tiles SET hashes = zeroblob(length(hashes))", "A3"),
    ],
)
def test_whoever_changes_the_database_is_found_out(grown: Parties, change: str, step: str) -> None:
    tamper(grown.home, change)
    report = told("--home", grown.home, "audit", code=1)
    assert report["result"] == "failed"
    assert any(one["step"].startswith(step) for one in report["findings"]), report["findings"]
    line = run("--home", grown.home, "audit", code=1).stdout
    assert line.startswith("FAILED")
    assert len(line.splitlines()) == 1


@pytest.fixture
def viewed(grown: Parties) -> Parties:
    """A ledger whose views were made."""
    run("--home", grown.home, "projections", "rebuild")
    return grown


def test_views_that_lag_behind_are_no_finding(viewed: Parties) -> None:
    admit(viewed, viewed.sign("harbour", "more", [enrolled()]))
    assert told("--home", viewed.home, "projections", "status")["archive"]["behind"] > 0
    assert told("--home", viewed.home, "audit")["result"] == "ok"


@pytest.mark.parametrize(
    "change",
    [
        "DELETE FROM students WHERE rowid IN (SELECT rowid FROM students LIMIT 1)",
        "UPDATE progress SET position = 1",
        "DROP TABLE students",
    ],
)
def test_a_view_that_does_not_follow_from_the_log_is_found(viewed: Parties, change: str) -> None:
    with sqlite3.connect(viewed.home / "views.db") as database:
        database.execute(change.replace("students", table_with_rows(database)))
    database.close()
    report = told("--home", viewed.home, "audit", code=1)
    assert {one["step"] for one in report["findings"]} == {"A7"}
    assert "view " in report["findings"][0]["what"]


def table_with_rows(database: sqlite3.Connection) -> str:
    """Some table of a view that is not empty."""
    names = database.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall()
    counts = {
        name: database.execute(f"SELECT count(*) FROM {name}").fetchone() for (name,) in names
    }
    return next(name for name, (count,) in counts.items() if count and name != "progress")


def test_views_that_are_no_database_are_found(viewed: Parties) -> None:
    (viewed.home / "views.db").write_bytes(b"something else")
    report = told("--home", viewed.home, "audit", code=1)
    assert {one["step"] for one in report["findings"]} == {"A7"}


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE stored_events SET state = CAST('no statement' AS BLOB) WHERE rowid = 4",
        "DELETE FROM stored_events WHERE rowid = 4",
        "DELETE FROM leaves WHERE position = 3",
    ],
)
def test_where_the_log_is_damaged_its_position_is_told_views_or_not(
    viewed: Parties, change: str
) -> None:
    tamper(viewed.home, change)
    report = told("--home", viewed.home, "audit", code=1)
    assert any(one["position"] == 3 for one in report["findings"])


def test_a_bit_in_an_exported_entry_names_its_position(grown: Parties) -> None:
    log = exported(grown)
    (bundle,) = (log / "tile/entries").rglob("*.p/*")
    data = bytearray(bundle.read_bytes())
    data[-5] ^= 1
    bundle.write_bytes(data)
    report = told("audit", log, "--vkey", vkey(grown), code=1)
    last = report["size"] - 1
    assert any(one["position"] == last for one in report["findings"])


def test_a_missing_bundle_cannot_be_told_from_a_slow_mirror(grown: Parties) -> None:
    log = exported(grown)
    shutil.rmtree(log / "tile/entries")
    report = told("audit", log, "--vkey", vkey(grown), code=2)
    assert report["result"] == "unknown"
    assert "missing" in report["unread"]
    assert run("audit", log, "--vkey", vkey(grown), code=2).stdout.startswith("COULD NOT TELL")


def test_yesterdays_database_shrank(grown: Parties) -> None:
    log = exported(grown)
    yesterday = grown.folder / "yesterday"
    shutil.copytree(grown.home, yesterday)
    admit(grown, grown.sign("harbour", "more", [enrolled()]))
    kept = grown.folder / "kept"
    run("--home", grown.home, "export", log)
    shutil.copy(log / "checkpoint", kept)
    report = told("--home", yesterday, "audit", "--since", kept, code=1)
    assert [one["step"] for one in report["findings"]] == ["A2"]
    assert "shrank" in report["findings"][0]["what"]
    assert told("--home", grown.home, "audit", "--since", kept)["result"] == "ok"


def enrolled() -> dict[str, object]:
    disclose = {"person": "random", "name": "Li Example"}
    return {"type": "student.enrolled", "student": "random", "disclose": disclose}


def test_another_key_is_another_log(grown: Parties, tmp_path: Path) -> None:
    (tmp_path / "other").mkdir()
    other = Parties(tmp_path / "other")
    other.found()
    for arguments in (["audit", exported(grown)], ["--home", grown.home, "audit"]):
        report = told(*arguments, "--vkey", vkey(other), code=1)
        assert report["findings"][0]["step"] == "A1"


def test_a_home_whose_configuration_names_another_key_is_found_out(grown: Parties) -> None:
    pinned = vkey(grown)
    config = grown.home / "config.json"
    other = Parties.__new__(Parties)
    other.folder = grown.folder / "other"
    other.folder.mkdir()
    other.__post_init__()
    config.write_text(config.read_text().replace(pinned, other.found()["vkey"]))
    assert told("--home", grown.home, "audit", code=1)["findings"][0]["step"] == "A1"
    assert told("--home", grown.home, "audit", "--vkey", pinned)["result"] == "ok"


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["{log}"], "is audited with --vkey"),
        (["{log}", "--vkey", "nonsense"], "is no verifier key"),
        (["{log}/nowhere", "--vkey", "{vkey}"], "there is no folder"),
        (["{log}/tile", "--vkey", "{vkey}"], "has no checkpoint"),
        (["{log}", "--vkey", "{vkey}", "--since", "{log}/nothing"], "cannot be read"),
        (["{log}", "--vkey", "{vkey}", "--since", "{log}/tile/0/000.p/{w}"], "no checkpoint"),
        (["{log}", "--vkey", "{vkey}", "--jobs", "0"], "--jobs"),
    ],
)
def test_what_cannot_be_told_is_2(grown: Parties, arguments: list[str], words: str) -> None:
    log = exported(grown)
    (partial,) = (log / "tile/0/000.p").iterdir()
    filled = [one.format(log=log, vkey=vkey(grown), w=partial.name) for one in arguments]
    assert words in run("audit", *filled, code=2).output


BARE = """
import sys
class Wall:
    def find_spec(self, name, path=None, target=None):
        root = name.partition(".")[0]
        if root in {"flask", "eventsourcing", "pysqlite3", "urllib3", "granian", "marshmallow"}:
            raise ModuleNotFoundError(f"No module named {root!r}", name=root)
sys.meta_path.insert(0, Wall())
from ledger.cli.main import main
main(prog_name="certledger")
"""


def bare(*arguments: object) -> subprocess.CompletedProcess[str]:
    """The command on a machine that has `cryptography` and `click` and nothing more."""
    command = [PROGRAM[0], "-c", BARE, *map(str, arguments)]
    return subprocess.run(command, env=ENVIRONMENT, capture_output=True, text=True, check=False)


def test_an_auditor_needs_neither_web_framework_nor_database(grown: Parties) -> None:
    result = bare("audit", exported(grown), "--vkey", vkey(grown))
    assert (result.returncode, result.stderr) == (0, "")
    assert result.stdout.startswith("OK: ")


def test_a_party_signs_without_them(grown: Parties) -> None:
    draft = grown.folder / "draft.json"
    draft.write_text(json.dumps(enrolled()))
    result = bare("sign", draft, "--key", grown.key("harbour"))
    assert result.returncode == 0
    assert parse_wire(result.stdout.strip()).type == "student.enrolled"


@pytest.mark.parametrize(
    ("command", "need"),
    [
        (["status"], "server"),
        (["serve"], "server"),
        (["export", "log"], "server"),
        (["submit", "x", "--url", "http://x"], "client"),
        (["verify", "q83vEjRWeJCrze8SNFZ4kA", "--url", "http://x"], "client"),
    ],
)
def test_what_is_not_installed_is_told_with_the_way_to_install_it(
    grown: Parties, command: list[str], need: str
) -> None:
    result = bare("--home", grown.home, *command)
    assert result.returncode == 2
    assert f'pip install "certificate-ledger[{need}]"' in result.stderr
    assert "Traceback" not in result.stderr
