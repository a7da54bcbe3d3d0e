"""``POST /v1/statements``: receipts that prove themselves, order, repetition, and who may speak."""

from __future__ import annotations

import json
from typing import Any

import pytest
from flask.testing import FlaskClient

from ledger.core.checkpoint import open_checkpoint
from ledger.core.encoding import b64url_decode
from ledger.core.note import VerifierKey
from ledger.core.statement import Statement
from ledger.core.tree import InclusionProof
from ledger.core.verifier import verify_inclusion
from ledger.store.errors import Busy, ClockBehind, Contradiction
from tests.api.bad import compact, plan
from tests.store.stored import StoredWorld
from tests.world import passed_candidate


def send(client: FlaskClient, *wires: bytes) -> list[dict[str, Any]]:
    """Send many; one answer each."""
    body = b"".join(compact({"statement": wire.decode()}) + b"\n" for wire in wires)
    response = client.post("/v1/statements", data=body, content_type="application/jsonl")
    assert response.status_code == 200
    assert response.mimetype == "application/jsonl"
    answers = [json.loads(line) for line in response.data.splitlines()]
    assert len(answers) == len(wires)
    return answers


def check(world: StoredWorld, receipt: dict[str, Any]) -> None:
    """Verify a receipt as somebody does who pinned the log's key."""
    head = open_checkpoint(receipt["checkpoint"], VerifierKey.parse(world.ledger.config.vkey))
    assert head.size == receipt["size"]
    hashes = tuple(b64url_decode(node) for node in receipt["hashes"])
    proof = InclusionProof(receipt["index"], head.size, hashes)
    verify_inclusion(b64url_decode(receipt["leaf"]), proof, head)
    assert receipt["index"] == receipt["position"]


def enrolments(world: StoredWorld, number: int) -> list[Statement]:
    return [
        world.sign(
            "harbour",
            "student.enrolled",
            {"student": world.chance.id()},
            {"person": world.chance.id(), "name": f"Student {at}"},
        )
        for at in range(number)
    ]


def test_one_statement_gets_a_receipt_that_proves_itself(
    client: FlaskClient, world: StoredWorld
) -> None:
    (statement,) = enrolments(world, 1)
    size = world.ledger.head().size
    response = client.post(
        "/v1/statements", data=statement.wire(), content_type="application/sd-jwt"
    )
    assert response.status_code == 201
    receipt = response.get_json()
    assert receipt["position"] == size
    assert receipt["leaf"] == statement.leaf_id
    check(world, receipt)
    assert world.ledger.entry(size) == statement.entry


def test_the_same_bytes_again_get_the_first_receipt(
    client: FlaskClient, world: StoredWorld
) -> None:
    first, second = enrolments(world, 2)
    one = client.post("/v1/statements", data=first.wire(), content_type="application/sd-jwt")
    client.post("/v1/statements", data=second.wire(), content_type="application/sd-jwt")
    again = client.post("/v1/statements", data=first.wire(), content_type="application/sd-jwt")
    assert (one.status_code, again.status_code) == (201, 200)
    assert one.data == again.data


def test_many_are_answered_in_order_with_proofs(client: FlaskClient, world: StoredWorld) -> None:
    statements = enrolments(world, 300)
    answers = send(client, *(one.wire() for one in statements))
    receipts = [answer["receipt"] for answer in answers]
    assert [one["leaf"] for one in receipts] == [one.leaf_id for one in statements]
    first = receipts[0]["position"]
    assert [one["position"] for one in receipts] == list(range(first, first + 300))
    for receipt in receipts[::29]:
        check(world, receipt)


def test_a_later_line_sees_the_earlier_ones(client: FlaskClient, world: StoredWorld) -> None:
    ident = world.chance.id()
    planned = plan(world, session=ident)
    claims = {"session": ident, "published_on": world.today}
    published = world.sign("northern", "session.published", claims).wire()
    before, *_ = send(client, published)
    assert before["problem"]["type"].endswith("/session-unknown")
    answers = send(client, planned, world.sign("northern", "session.published", claims).wire())
    assert all("receipt" in answer for answer in answers)


def test_what_depends_on_a_refused_one_is_refused_too(
    client: FlaskClient, world: StoredWorld
) -> None:
    ident = world.chance.id()
    refused = plan(world, session=ident, level="advanced")
    claims = {"session": ident, "published_on": world.today}
    dependent = world.sign("northern", "session.published", claims).wire()
    (other,) = enrolments(world, 1)
    answers = send(client, refused, dependent, other.wire())
    assert [next(iter(answer)) for answer in answers] == ["problem", "problem", "receipt"]


def test_a_problem_names_rule_place_and_what_to_do(client: FlaskClient, world: StoredWorld) -> None:
    candidate = passed_candidate(world, wait=0)
    claims = candidate.certificate_claims()
    repeat = (candidate.disclosures["name"], *candidate.marks())
    early = world.sign("northern", "certificate.issued", claims, repeat=repeat)
    response = client.post("/v1/statements", data=early.wire(), content_type="application/sd-jwt")
    problem = response.get_json()
    assert response.status_code == problem["status"] == 422
    assert problem["type"].endswith("/problems/objection-window-open")
    assert problem["rule"] == "P104"
    assert problem["where"] == "registration"
    assert world.log[problem["fact"]].type == "results.published"


@pytest.mark.parametrize(
    ("error", "status", "code"),
    [
        (Busy("somebody writes to /secret/place"), 503, "busy"),
        (ClockBehind("by 7 seconds"), 503, "clock-behind"),
        (Contradiction("Wei Example", 3), 503, "could-not-tell"),
        (RuntimeError("Wei Example"), 500, "internal-error"),
    ],
)
def test_what_fails_in_the_store_is_a_problem_without_its_insides(
    client: FlaskClient,
    world: StoredWorld,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    error: Exception,
    status: int,
    code: str,
) -> None:
    def failing(_: object) -> None:
        raise error

    monkeypatch.setattr(world.ledger, "submit", failing)
    response = client.post("/v1/statements", data=plan(world), content_type="application/sd-jwt")
    assert response.status_code == status
    assert response.get_json()["type"].endswith(f"/{code}")
    for secret in ("Wei Example", "/secret/place", "Traceback"):
        assert secret not in response.text
        assert secret not in caplog.text
    assert type(error).__name__ in caplog.text
