"""`certledger import oulad` as a user runs it: a ledger, a server, a kill, and nothing twice."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from ledger.cli.party import PartySigner
from ledger.cli.playing.keyring import Keyring
from ledger.cli.playing.stage import local_stage
from ledger.core.statement import parse_entry
from ledger.store.ledger import Ledger
from tests.cli.oulad_runs import kinds
from tests.cli.oulad_tables import story
from tests.cli.parties import run, served, told


@pytest.fixture
def tables(tmp_path: Path) -> Path:
    return story().write(tmp_path / "tables")


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


def test_through_a_server_of_its_own_and_then_without(tmp_path: Path, tables: Path) -> None:
    home, parties = tmp_path / "home", tmp_path / "keys"
    names = {"operator": "Bureau", "regulator": "Regulator"}
    local_stage(home, parties, "ledger.example/served", names)
    with served(home) as url:
        command = ("--home", home, "import", "oulad", tables, "--parties", parties)
        first = told(*command, "--url", url)
    assert (first["origin"], first["refused"]) == ("ledger.example/served", 0)
    assert first["statements"]["certificate.issued"]["admitted"] == 4
    assert not (parties / "server.log").exists()
    log = kinds(home)
    again = told(*command)
    assert again["answered_before"] == first["admitted"]
    assert kinds(home) == log
    run("--home", home, "audit")


def test_the_ledger_of_another_regulator_is_left_alone(tmp_path: Path, tables: Path) -> None:
    names = {"operator": "Bureau", "regulator": "Regulator"}
    homes = [tmp_path / name for name in ("one", "other")]
    for home in homes:
        local_stage(home, home / "parties", "ledger.example/twin", names)
    to = ("import", "oulad", tables, "--parties", homes[1] / "parties")
    direct = run("--home", homes[0], *to, code=2)
    assert "the regulator's key in" in direct.stderr
    assert "is not the one of this ledger" in direct.stderr
    with served(homes[0]) as url:
        remote = run("--home", homes[1], *to, "--url", url, code=2)
    assert "the ledger refuses the first statement: unknown-key" in remote.stderr
    assert "--parties" in remote.stderr
    assert kinds(homes[0]) == kinds(homes[1]) == {"ledger.founded": 1}


def test_names_stay_out_of_what_the_server_says_and_of_the_ledger_in_clear(
    tmp_path: Path, tables: Path
) -> None:
    home = tmp_path / "home"
    run("--home", home, "import", "oulad", tables)
    log = home / "parties" / "server.log"
    sent = b"".join(
        path.read_bytes() for path in (home / "parties" / "outbox-oulad").glob("*.statements")
    )
    disclosures = set(re.findall(rb"(?<=~)[\w-]+(?=~)", sent))
    persons_and_names, marks, grades, remarks = 2 * (5 + 6), 10, 4, 2
    assert len(disclosures) == persons_and_names + marks + grades + remarks
    files = [log, *(path for path in home.iterdir() if path.is_file())]
    assert {"server.log", "ledger.db", "keys.db"} <= {path.name for path in files}
    for path in files:
        content = path.read_bytes()
        assert b"Candidate 1" not in content, path.name
        assert not [one for one in disclosures if one in content], path.name
    assert not (home / "parties").stat().st_mode & 0o077  # the signed statements tell names


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
