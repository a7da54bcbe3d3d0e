"""Signing: what a draft may say, what is filled in, what is refused before anything is signed."""

import json
import stat
from pathlib import Path
from typing import Any

import pytest

from ledger.cli.keys import read_key
from ledger.core.statement import Statement, parse_wire, verify_statement
from ledger.domain.certificates import LIST_ENTRIES, vct_url
from tests.cli.parties import ORIGIN, Parties, result_drafts, run, school_drafts, session_drafts

SESSION = "q83vEjRWeJCrze8SNFZ4kA"


def signed(parties: Parties, party: str, drafts: Any, *options: object) -> list[Statement]:
    """Sign what is given on standard input and read the result from standard output."""
    text = drafts if isinstance(drafts, str) else json.dumps(drafts)
    result = run("sign", "-", "--key", parties.key(party), *options, stdin=text)
    return [parse_wire(line) for line in result.stdout_bytes.splitlines()]


def refusal(parties: Parties, draft: dict[str, Any], party: str = "northern") -> str:
    """Why a draft is not signed; nothing is written."""
    result = run("sign", "-", "--key", parties.key(party), stdin=json.dumps(draft), code=2)
    assert result.stdout == ""
    assert len(result.stderr.splitlines()) == 1
    return result.stderr.removeprefix("Error: ")


def test_who_when_and_a_fresh_id_are_filled_in(parties: Parties) -> None:
    draft = {"type": "session.published", "session": SESSION, "published_on": "2026-01-02"}
    one, two = signed(parties, "northern", [draft, draft])
    assert one.iss == f"https://{ORIGIN}/authorities/northern"
    assert one.jti != two.jti
    assert one.iat > 1_700_000_000
    assert one.claims["session"] == SESSION
    verify_statement(one, read_key(parties.key("northern")).key.public)


def test_a_jti_may_be_given(parties: Parties) -> None:
    draft = {"type": "session.published", "session": SESSION, "published_on": "2026-01-02"}
    (one,) = signed(parties, "northern", {**draft, "jti": SESSION})
    assert one.jti == SESSION


def test_drafts_one_a_line_or_in_a_list(parties: Parties) -> None:
    draft = {"type": "session.published", "session": SESSION, "published_on": "2026-01-02"}
    assert len(signed(parties, "northern", f"{json.dumps(draft)}\n\n{json.dumps(draft)}\n")) == 2
    assert len(signed(parties, "northern", [draft, draft, draft])) == 3
    assert len(signed(parties, "northern", json.dumps(draft, indent=2))) == 1


def test_labels_name_the_same_random_id_in_one_run(parties: Parties) -> None:
    planned, published = signed(parties, "northern", session_drafts())
    assert planned.claims["session"] == published.claims["session"]
    again, _ = signed(parties, "northern", session_drafts())
    assert again.claims["session"] != planned.claims["session"]


def test_only_where_an_id_is_due_is_random_a_word(parties: Parties) -> None:
    draft = {"type": "student.enrolled", "student": "random"}
    (one,) = signed(
        parties, "harbour", {**draft, "disclose": {"person": "random", "name": "random"}}
    )
    opened = {disclosure.name: disclosure.value for disclosure in one.disclosures or ()}
    assert len(opened["person"]) == 22
    assert opened["name"] == "random"


def test_what_is_personal_is_only_a_digest_in_the_entry(parties: Parties) -> None:
    _, registered = signed(parties, "harbour", school_drafts(SESSION, "王小明"))
    assert "王小明" not in registered.entry.decode()
    names = {one.name: one.value for one in registered.disclosures or ()}
    assert names["name"] == "王小明"
    salts = [one.salt for one in registered.disclosures or ()]
    assert len(set(salts)) == len(salts)


def test_earlier_disclosures_are_repeated_verbatim(parties: Parties) -> None:
    school = parties.sign("harbour", "school", school_drafts(SESSION))
    registered = parse_wire(school.read_bytes().splitlines()[1])
    drafts = result_drafts(SESSION, registered.claims["registration"])
    *scores, _, result, _, certificate = signed(parties, "northern", drafts, "--repeat", school)
    marks = {one.encoded for score in scores for one in score.disclosures or ()}
    assert {one.encoded for one in result.disclosures or ()} == marks
    (name,) = [one for one in registered.disclosures or () if one.name == "name"]
    assert {one.encoded for one in certificate.disclosures or ()} == marks | {name.encoded}
    assert certificate.typ == "dc+sd-jwt"
    assert certificate.claims["vct"] == vct_url(ORIGIN)


def test_a_status_index_is_drawn_in_the_list_of_the_year(parties: Parties) -> None:
    school = parties.sign("harbour", "school", school_drafts(SESSION))
    registration = parse_wire(school.read_bytes().splitlines()[1]).claims["registration"]
    drafts = result_drafts(SESSION, registration)
    drafts[-1] |= {"issued_on": "2027-01-05", "status": "random:3"}
    draws = set()
    for _ in range(4):
        status = signed(parties, "northern", drafts, "--repeat", school)[-1].claims["status"]
        entry = status["status_list"]
        assert entry["uri"] == f"https://{ORIGIN}/status/northern-2027-3"
        assert 0 <= entry["idx"] < LIST_ENTRIES
        draws.add(entry["idx"])
    assert len(draws) > 1


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"type": "session.invented"}, "no statement type 'session.invented'"),
        ({"type": None}, "no statement type None"),
        ({"published_on": "2026-02-30"}, "published_on must be an existing date"),
        ({"published_on": 5}, "published_on must be an existing date"),
        ({"session": "short"}, "session must have 22"),
        ({"more": 1}, "no field 'more'"),
        ({"iat": 5}, "iat is filled in"),
        ({"iss": "https://x"}, "iss is filled in"),
        ({"_sd": []}, "_sd is filled in"),
        ({"jti": "short"}, "jti is not 16 bytes"),
        ({"disclose": {"name": "Wei Example"}}, "P6"),
        ({"disclose": []}, "disclose is not an object"),
        ({"repeat": ["name"]}, "nothing signed before discloses 'name'"),
        ({"repeat": "name"}, "repeat is a list of names"),
    ],
)
def test_what_the_type_does_not_allow_is_refused(
    parties: Parties, change: dict[str, Any], words: str
) -> None:
    draft = {"type": "session.published", "session": SESSION, "published_on": "2026-01-02"}
    told = refusal(parties, {**draft, **change})
    assert told.startswith("-, draft 1")
    assert words in told


@pytest.mark.parametrize(
    ("disclose", "words"),
    [
        ({"person": "random"}, "must disclose 'name'"),
        ({"person": "random", "name": ""}, "name: must have 1 to 200"),
        ({"person": "random", "name": "Wei", "shoe_size": 42}, "no disclosure 'shoe_size'"),
        ({"person": "7", "name": "Wei"}, "person: must have 22"),
    ],
)
def test_disclosures_are_checked_too(
    parties: Parties, disclose: dict[str, Any], words: str
) -> None:
    draft = {"type": "student.enrolled", "student": "random", "disclose": disclose}
    assert words in refusal(parties, draft, "harbour")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('{"type": "approved", "a": 1, "a": 2}', "duplicate-key"),
        ('{"type": "approved", "a": 1.5}', "float-not-allowed"),
        ('{"type": "approved", "a": NaN}', "line 1"),
        ("[1]", "draft 1 is not an object"),
        ("nonsense", "line 1"),
    ],
)
def test_json_is_read_strictly(parties: Parties, text: str, words: str) -> None:
    result = run("sign", "-", "--key", parties.key("northern"), stdin=text, code=2)
    assert words in result.stderr


def test_one_bad_draft_and_nothing_is_signed(parties: Parties) -> None:
    good = {"type": "session.published", "session": SESSION, "published_on": "2026-01-02"}
    text = f"{json.dumps(good)}\n{json.dumps({**good, 'session': 7})}\n"
    target = parties.folder / "signed.jsonl"
    result = run("sign", "-", "--key", parties.key("northern"), "-o", target, stdin=text, code=2)
    assert "line 2" in result.stderr
    assert not target.exists()


def test_the_output_is_private_and_never_written_over(parties: Parties) -> None:
    signed_file = parties.sign("harbour", "school", school_drafts(SESSION))
    assert stat.S_IMODE(signed_file.stat().st_mode) == 0o600
    before = signed_file.read_bytes()
    again = ("sign", "-", "--key", parties.key("harbour"), "-o", signed_file)
    run(*again, stdin=json.dumps(school_drafts(SESSION)), code=2)
    assert signed_file.read_bytes() == before


def test_only_a_statement_key_of_that_origin_signs(parties: Parties) -> None:
    draft = '{"type": "approved"}'
    result = run("sign", "-", "--key", parties.key("recovery"), stdin=draft, code=2)
    assert "recovery key" in result.stderr
    other = ("--key", parties.key("northern"), "--origin", "ledger.example/other")
    assert "not for ledger.example/other" in run("sign", "-", *other, stdin=draft, code=2).stderr
    public = Path(f"{parties.key('northern')}.pub")
    assert "only the public half" in run("sign", "-", "--key", public, stdin=draft, code=2).stderr
