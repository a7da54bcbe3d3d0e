"""``POST /v1/verifications`` over a real ledger: each word through each door."""

from __future__ import annotations

import io
import sqlite3
from collections.abc import Callable
from typing import Any

import pytest
from flask.testing import FlaskClient

from ledger.core.checkpoint import open_checkpoint
from ledger.core.encoding import b64url, b64url_decode
from ledger.core.note import VerifierKey
from ledger.core.statement import Statement
from ledger.core.tree import InclusionProof
from ledger.core.verifier import verify_inclusion
from ledger.domain.verdict import CHECKS, RESULTS
from tests.store.stored import StoredWorld
from tests.world import passed_candidate

NAME = "Wei Example"


@pytest.fixture
def issued(world: StoredWorld) -> Statement:
    return passed_candidate(world).issue()


def ask(client: FlaskClient, **question: str) -> dict[str, Any]:
    response = client.post("/v1/verifications", json=question)
    assert response.status_code == 200, response.text
    assert response.headers["Cache-Control"] == "no-store"
    verdict: dict[str, Any] = response.get_json()
    assert [check["id"] for check in verdict["checks"]] == list(CHECKS)
    assert all(check["result"] in RESULTS and check["explanation"] for check in verdict["checks"])
    return verdict


def by_file(client: FlaskClient, statement: Statement, **more: str) -> dict[str, Any]:
    return ask(client, credential=statement.wire().decode(), **more)


def by_number(
    client: FlaskClient, statement: Statement, name: str = NAME, **more: str
) -> dict[str, Any]:
    return ask(client, number=statement.claims["number"], holder_name=name, **more)


def results(verdict: dict[str, Any]) -> dict[str, str]:
    return {check["id"]: check["result"] for check in verdict["checks"]}


def evidence(verdict: dict[str, Any], check: str) -> dict[str, Any]:
    found: dict[str, Any] = verdict["checks"][CHECKS.index(check)]["evidence"]
    return found


def revoke(world: StoredWorld, issued: Statement) -> None:
    claims = {"certificate": issued.claims["certificate"], "revoked_on": world.today,
              "fault": "agency", "found_by": "agency", "code": "issued_in_error"}  # fmt: skip
    world.say("northern", "certificate.revoked", claims)


def test_valid_with_a_proof_for_later(
    client: FlaskClient, world: StoredWorld, issued: Statement
) -> None:
    verdict = by_file(client, issued)
    assert verdict["verdict"] == "valid"
    as_of, admitted = verdict["as_of"], evidence(verdict, "admitted")
    head = open_checkpoint(as_of["checkpoint"], VerifierKey.parse(world.ledger.config.vkey))
    assert (head.origin, head.size, b64url(head.root)) == (
        as_of["origin"],
        as_of["size"],
        as_of["root"],
    )
    hashes = tuple(b64url_decode(node) for node in admitted["hashes"])
    verify_inclusion(issued.leaf, InclusionProof(admitted["position"], head.size, hashes), head)


def test_by_number_as_people_type_it(client: FlaskClient, issued: Statement) -> None:
    number = issued.claims["number"].lower().replace("-", " - ")
    verdict = ask(client, number=f" {number}", holder_name="WEI  example")
    assert verdict["verdict"] == "valid"
    assert verdict["certificate"]["id"] == issued.claims["certificate"]


def test_a_file_as_multipart(client: FlaskClient, issued: Statement) -> None:
    def upload(data: bytes, **more: str) -> Any:
        form = {"file": (io.BytesIO(data), "certificate.sd-jwt"), **more}
        return client.post("/v1/verifications", data=form)

    assert upload(issued.wire()).get_json()["verdict"] == "valid"
    assert upload(issued.wire(), at="2026-01-01").get_json()["verdict"] == "unknown"
    for data in (b"", b"\x89PNG\r\n\x1a\n", b"%PDF-1.7 ..."):
        response = upload(data)
        assert response.status_code == 422
        assert response.get_json()["type"].endswith("/not-a-certificate")


def test_revoked_from_the_moment_of_admission(
    client: FlaskClient, world: StoredWorld, issued: Statement
) -> None:
    assert by_file(client, issued)["verdict"] == "valid"
    revoke(world, issued)
    for verdict in (by_file(client, issued), by_number(client, issued)):
        assert verdict["verdict"] == "revoked"
        assert results(verdict)["status"] == "failed"
        assert evidence(verdict, "status")["code"] == "issued_in_error"


def test_on_a_day_of_the_past(client: FlaskClient, world: StoredWorld, issued: Statement) -> None:
    day = world.today
    world.pass_days(3)
    revoke(world, issued)
    assert by_number(client, issued, at=day)["verdict"] == "valid"
    assert by_number(client, issued, at=world.today)["verdict"] == "revoked"
    assert by_number(client, issued, at=day)["as_of"]["date"] == day


def test_forged(client: FlaskClient, issued: Statement) -> None:
    wire = issued.wire().decode()
    head, _, rest = wire.partition(".")
    at = len(rest) // 3
    changed = f"{head}.{rest[:at]}{'A' if rest[at] != 'A' else 'B'}{rest[at + 1 :]}"
    assert ask(client, credential=changed)["verdict"] == "forged"


def test_an_unknown_number_and_a_wrong_name_are_one_answer(
    client: FlaskClient, issued: Statement
) -> None:
    wrong = client.post(
        "/v1/verifications", json={"number": issued.claims["number"], "holder_name": "Xu Nobody"}
    )
    unknown = client.post("/v1/verifications", json={"number": "ZZ-1", "holder_name": NAME})
    assert wrong.status_code == unknown.status_code == 200
    assert wrong.data == unknown.data
    assert wrong.headers == unknown.headers
    assert wrong.get_json()["verdict"] == "unknown"


def test_after_erasure_it_exists_and_says_nothing_personal(
    client: FlaskClient, world: StoredWorld, issued: Statement
) -> None:
    handle = world.ledger.people(f"student-of/{issued.claims['registration']}")
    assert handle is not None
    assert world.ledger.erase(handle)
    verdict = by_number(client, issued, "whoever asks")
    assert verdict["verdict"] == "valid"
    assert results(verdict)["holder"] == "could_not_be_checked"
    assert by_file(client, issued)["verdict"] == "valid"


def test_no_answer_holds_a_name(client: FlaskClient, world: StoredWorld, issued: Statement) -> None:
    for verdict in (by_file(client, issued), by_number(client, issued)):
        assert NAME not in str(verdict)


def damage(world: StoredWorld, *statements: str) -> None:
    """Write into the database behind the service's back."""
    file = sqlite3.connect(world.ledger.home.ledger)
    with file:
        for one in statements:
            assert file.execute(one).rowcount == 1, one
    file.close()


def swap_entry(world: StoredWorld, at: int) -> None:
    other = "(SELECT state FROM stored_events WHERE rowid = 5)"
    event = f"(SELECT event FROM leaves WHERE position = {at})"
    damage(world, f"UPDATE stored_events SET state = {other} WHERE rowid = {event}")


def other_status(world: StoredWorld, at: int) -> None:
    revoke(world, world.log[at])
    key = f"certificate/{world.log[at].claims['certificate']}"
    text = """replace(record, '"revoked"', '"suspended"')"""
    damage(world, f"UPDATE records SET record = {text} WHERE key = '{key}'")


def cut_ciphertext(world: StoredWorld, at: int) -> None:
    damage(world, f"UPDATE vault SET sealed = substr(sealed, 1, 40) WHERE position = {at}")


def other_root(world: StoredWorld, at: int) -> None:
    damage(world, "UPDATE head SET root = zeroblob(32)")


@pytest.mark.parametrize("tamper", [swap_entry, cut_ciphertext, other_root, other_status])
def test_bytes_that_contradict_each_other_are_no_verdict(
    client: FlaskClient,
    world: StoredWorld,
    issued: Statement,
    tamper: Callable[[StoredWorld, int], None],
) -> None:
    at = world.ledger.position_of(issued.leaf)
    assert at is not None
    tamper(world, at)
    question = {"number": issued.claims["number"], "holder_name": NAME}
    response = client.post("/v1/verifications", json=question)
    assert response.status_code == 503
    assert response.get_json()["type"].endswith("/could-not-tell")
    assert NAME not in response.text
