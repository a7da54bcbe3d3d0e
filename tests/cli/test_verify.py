"""Verifying from the command line: what is asked, and when nobody could tell."""

import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest

from ledger.core.statement import Statement, parse_wire, present
from ledger.store.ledger import Ledger
from tests.cli.parties import Parties, days_ago, free_port, run, served, told
from tests.cli.test_audit import admit
from tests.cli.test_story import issue

FAR = "2999-01-01"


@pytest.fixture(scope="module")
def issued(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Parties, Statement, str]]:
    """A ledger with one certificate, its statement, and the ledger's address."""
    parties = Parties(tmp_path_factory.mktemp("issued"))
    parties.found()

    def say(party: str, name: str, drafts: list, *options: object) -> list[Statement]:
        signed = parties.sign(party, name, drafts, *options)
        admit(parties, signed)
        return [parse_wire(line) for line in signed.read_bytes().splitlines()]

    certificate = issue(parties, say)
    (parties.folder / "certificate").write_bytes(certificate.wire() + b"\n")
    with served(parties.home) as url:
        yield parties, certificate, url


Issued = tuple[Parties, Statement, str]


def both(issued: Issued) -> list[tuple[object, ...]]:
    """The two ways to ask: the folder, and the address."""
    parties, _, url = issued
    return [("--home", parties.home, "verify"), ("verify", "--url", url)]


def verdict(way: tuple[object, ...], *what: object, code: int = 0) -> str:
    answer = told(*way, *what, code=code)
    assert answer["sentence"]
    return str(answer["verdict"])


def test_folder_and_address_answer_the_same(issued: Issued) -> None:
    file = issued[0].folder / "certificate"
    here, there = (told(*way, file) for way in both(issued))
    for answer in (here, there):
        for changing in ("time", "until", "size", "root", "checkpoint"):
            answer["as_of"].pop(changing)
        for check in answer["checks"]:
            check.pop("evidence")
            check.pop("explanation")
    assert here == there
    assert [check["result"] for check in here["checks"]].count("failed") == 0


def test_a_file_that_was_changed_is_forged(issued: Issued) -> None:
    parties, certificate, _ = issued
    head, payload, signature = certificate.entry.split(b".")
    file = parties.folder / "forged"
    other = signature[:-4] + (b"AAAA" if signature[-4:] != b"AAAA" else b"BBBB")
    file.write_bytes(b".".join([head, payload, other]) + b"~")
    for way in both(issued):
        assert verdict(way, file, code=1) == "forged"


def test_a_holder_may_keep_things_to_himself(issued: Issued) -> None:
    parties, certificate, _ = issued
    file = parties.folder / "presented"
    file.write_bytes(present(certificate, ["name"]))
    for way in both(issued):
        assert verdict(way, file) == "valid"


def test_by_number_and_name_as_people_type_them(issued: Issued) -> None:
    for way in both(issued):
        assert verdict(way, " ns-2026-1 ", "--name", "Wei Example") == "valid"
        assert verdict(way, "NS-2026-1", "--name", "Wei Other", code=1) == "unknown"
        assert verdict(way, "NS-2026-2", "--name", "Wei Example", code=1) == "unknown"


def test_by_id(issued: Issued) -> None:
    ident = issued[1].claims["certificate"]
    for way in both(issued):
        assert verdict(way, ident) == "valid"


def test_an_id_that_is_none_is_unknown_or_not_found(issued: Issued) -> None:
    home, there = both(issued)
    assert verdict(there, "q83vEjRWeJCrze8SNFZ4kA", code=1) == "unknown"
    assert verdict(home, "q83vEjRWeJCrze8SNFZ4kA", code=1) == "unknown"


def test_before_it_was_issued_it_was_not_valid(issued: Issued) -> None:
    file = issued[0].folder / "certificate"
    for way in both(issued):
        assert verdict(way, file, "--at", days_ago(2), code=1) == "unknown"


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["NS-2026-1"], "give --name too"),
        (["no such file"], "is no file and no certificate's id"),
        (["q83vEjRWeJCrze8SNFZ4kA", "--at", "yesterday"], "is no date"),
        (["q83vEjRWeJCrze8SNFZ4kA", "--at", "2026-02-30"], "is no date"),
        (["q83vEjRWeJCrze8SNFZ4kA", "--at", FAR], "is still to come"),
    ],
)
def test_a_question_that_means_nothing_is_2(
    issued: Issued, arguments: list[str], words: str
) -> None:
    for way in both(issued):
        assert words in run(*way, *arguments, code=2).stderr


@pytest.mark.parametrize("content", [b"", b"%PDF-1.7 \xff\xfe", b"{}", b"a.b", b"x" * 2_000_000])
def test_what_is_no_certificate_has_no_verdict(issued: Issued, content: bytes) -> None:
    file = issued[0].folder / "other"
    file.write_bytes(content)
    for way in both(issued):
        result = run(*way, file, code=2)
        assert result.stdout == ""
        assert len(result.stderr.splitlines()) == 1


def test_another_statement_is_no_certificate(issued: Issued) -> None:
    parties = issued[0]
    file = parties.folder / "statement"
    file.write_bytes((parties.folder / "school.jsonl").read_bytes().splitlines()[0])
    for way in both(issued):
        run(*way, file, code=2)


def test_nobody_there_is_2(issued: Issued) -> None:
    file = issued[0].folder / "certificate"
    result = run("verify", file, "--url", f"http://127.0.0.1:{free_port()}", code=2)
    assert "nobody answers there" in result.stderr


def test_by_id_alone_an_address_answers_for_today_only(issued: Issued) -> None:
    ident, url = issued[1].claims["certificate"], issued[2]
    assert "--at needs" in run("verify", ident, "--url", url, "--at", days_ago(1), code=2).stderr


def test_for_people_it_is_a_sentence_and_the_checks(issued: Issued) -> None:
    for way in both(issued):
        lines = run(*way, issued[0].folder / "certificate").stdout.splitlines()
        assert lines[0].startswith("VALID: ")
        assert len(lines) == 11
        assert lines[1].split()[:2] == ["+", "genuine"]


def test_a_database_that_contradicts_itself_could_not_tell(issued: Issued, tmp_path: Path) -> None:
    parties, _, _ = issued
    with Ledger.open(parties.home) as ledger:
        ledger.snapshot(tmp_path / "copy.db")
    home = tmp_path / "home"
    home.mkdir()
    for name in ("config.json", "keys.db"):
        (home / name).write_bytes((parties.home / name).read_bytes())
        (home / name).chmod(0o600)
    (home / "operator").mkdir(mode=0o700)
    for use in ("log", "statement", "report"):
        target = home / "operator" / f"{use}.key"
        target.write_bytes((parties.home / "operator" / f"{use}.key").read_bytes())
        target.chmod(0o600)
    (tmp_path / "copy.db").rename(home / "ledger.db")
    with sqlite3.connect(home / "ledger.db") as database:
        change = "UPDATE records SET record = replace(record, '\"issued\"', '\"revoked\"')"
        assert database.execute(f"{change} WHERE key LIKE 'certificate/%'").rowcount == 1
    database.close()
    result = run("--home", home, "verify", parties.folder / "certificate", code=2)
    assert "could not tell" in result.stderr
    assert "certledger audit" in result.stderr
