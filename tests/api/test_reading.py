"""What is read: certificates, the checkpoint, health, the OpenAPI document."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from api.problems import DOOR, problem_of
from api.serving import application
from api.statement_schemas import OWN_TYPES, make_schemas, schema_name, types_in_use
from ledger.core.checkpoint import open_checkpoint
from ledger.core.note import VerifierKey
from ledger.domain.errors import Refusal
from ledger.domain.kinds import ListOf, Struct
from projections.runner import catch_up
from tests.store.stored import StoredWorld
from tests.world import passed_candidate


def test_public_facts_and_their_etag(client: FlaskClient, world: StoredWorld) -> None:
    issued = passed_candidate(world).issue()
    path = f"/v1/certificates/{issued.claims['certificate']}"
    response = client.get(path)
    facts = response.get_json()
    assert facts["status"] == "issued"
    assert facts["number"] == issued.claims["number"]
    assert facts["leaf"] == issued.leaf_id
    assert "Wei Example" not in response.text
    tag = response.headers["ETag"]
    same = client.get(path, headers={"If-None-Match": tag})
    assert (same.status_code, same.data) == (304, b"")
    claims = {"certificate": facts["id"], "suspended_on": world.today, "ground": "objection"}
    world.say("northern", "certificate.suspended", claims)
    changed = client.get(path, headers={"If-None-Match": tag})
    assert changed.status_code == 200
    assert changed.get_json()["status"] == "suspended"
    assert changed.get_json()["code"] == "objection"


def test_the_checkpoint_is_the_signed_note(client: FlaskClient, world: StoredWorld) -> None:
    response = client.get("/checkpoint")
    assert response.mimetype == "text/plain"
    assert re.fullmatch(r"public, max-age=[1-9]", response.headers["Cache-Control"])
    head = open_checkpoint(response.text, VerifierKey.parse(world.ledger.config.vkey))
    assert head == world.ledger.head()


def test_health(client: FlaskClient, world: StoredWorld) -> None:
    assert client.get("/healthz").get_json() == {"status": "ok"}
    ready = client.get("/readyz").get_json()
    assert ready == {"status": "ready", "size": len(world.log), "projections": {}}
    catch_up(world.ledger, client.application.extensions["certificate-ledger"].views)
    views = client.get("/readyz").get_json()["projections"]
    assert {one["behind"] for one in views.values()} == {0}


def test_a_lost_database_is_not_ready(
    client: FlaskClient, world: StoredWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    def lost() -> None:
        raise OSError("disk")

    monkeypatch.setattr(world.ledger, "head", lost)
    assert client.get("/readyz").status_code == 500
    assert client.get("/healthz").status_code == 200


def test_every_answer_is_guarded(client: FlaskClient) -> None:
    for path in ("/", "/checkpoint", "/nowhere", "/static/verify.css"):
        with client.get(path) as response:
            assert response.headers["X-Content-Type-Options"] == "nosniff"
            assert response.headers["Referrer-Policy"] == "no-referrer"


# --- OpenAPI --------------------------------------------------------------------------------------


@pytest.fixture
def document(client: FlaskClient) -> dict[str, Any]:
    found: dict[str, Any] = client.get("/openapi.json").get_json()
    return found


def test_every_route_is_documented(client: FlaskClient, document: dict[str, Any]) -> None:
    app: Flask = client.application
    routes = {
        re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", rule.rule)
        for rule in app.url_map.iter_rules()
        if rule.endpoint.partition(".")[0] not in ("static", "page", "api-docs")
    }
    assert document["openapi"].startswith("3.1")
    assert set(document["paths"]) == routes
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            if method != "parameters":
                assert operation["summary"], path
                assert "default" in operation["responses"], path
                assert "200" in operation["responses"], path


def test_every_reference_leads_somewhere(document: dict[str, Any]) -> None:
    text = json.dumps(document)
    for ref in set(re.findall(r'"#/([^"]+)"', text)):
        place: Any = document
        for step in ref.split("/"):
            place = place[step]


def test_each_statement_type_is_one_of_the_statements(document: dict[str, Any]) -> None:
    statement = document["components"]["schemas"]["Statement"]
    kinds = {name: kind for name, kind in types_in_use().items() if name not in OWN_TYPES}
    assert statement["discriminator"]["mapping"].keys() == kinds.keys()
    assert len(statement["oneOf"]) == len(kinds)
    for name, kind in kinds.items():
        schema = document["components"]["schemas"][schema_name(kind)]
        assert schema["properties"]["type"]["enum"] == [name]
        assert kind.required <= set(schema["required"])
        assert schema["additionalProperties"] is False


def test_a_schema_has_every_field_of_its_type() -> None:
    for name, schema in make_schemas().items():
        kind = types_in_use()[name]
        assert {one.name for one in kind.fields} <= schema.fields.keys()
        for one in kind.fields:
            assert schema.fields[one.name].required == one.required
            assert not isinstance(one.kind, Struct | ListOf) or one.kind.name


def test_every_code_of_the_door_can_be_told() -> None:
    for code, (status, meaning) in DOOR.items():
        assert re.fullmatch(r"[a-z]+(-[a-z]+)*", code)
        assert 400 <= status < 600
        assert meaning.endswith(".")


def test_every_rule_has_a_title() -> None:
    problem = problem_of(Refusal("P102", "no-pass", "the result is fail", where="registration"))
    assert problem.title == "A certificate needs a result pass."
    assert "fact" not in problem.body("x")
    unknown = problem_of(Refusal("P0", "wrong-signature", "no", where="kid"))
    assert unknown.title


def test_a_worker_opens_the_home_that_the_environment_names(
    world: StoredWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CERTLEDGER_HOME", str(world.home))
    app = application()
    assert isinstance(app, Flask)
    found = app.extensions["certificate-ledger"]
    assert found.ledger.head() == world.ledger.head()
    found.close()
    found.ledger.close()
