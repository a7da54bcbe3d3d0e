"""Whatever strangers send: a problem with its own ``type``, never a 5xx, and nothing is written."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from api import bodies
from ledger.core.sdjwt import make_disclosure
from tests.api.bad import b64, compact, opened, plan, planned, signed
from tests.store.stored import StoredWorld
from tests.world import passed_candidate, seed_key

SUITE = Path(__file__).parents[3] / "shared/vectors/JSONTestSuite/test_parsing"
HOSTILE = sorted(SUITE.glob("n_*.json"))
needs_suite = pytest.mark.skipif(not HOSTILE, reason=f"no JSONTestSuite in {SUITE}")
MEDIA = ["application/sd-jwt", "application/jsonl", "application/json"]


@pytest.fixture(autouse=True)
def _nothing_is_written(world: StoredWorld) -> Any:
    """Whatever a test of this file sends, the log is as long as before, but for what it admits."""
    yield
    assert world.ledger.head().size == len(world.log)


def post(client: FlaskClient, data: bytes, kind: str = "application/sd-jwt") -> TestResponse:
    return client.post("/v1/statements", data=data, content_type=kind)


def problem(response: TestResponse) -> dict[str, Any]:
    """The problem of an answer, checked to be one."""
    assert 400 <= response.status_code < 500, response.text
    assert response.mimetype == "application/problem+json"
    body: dict[str, Any] = json.loads(response.data)
    assert body["status"] == response.status_code
    assert body["type"].startswith("https://ledger.example/test/problems/")
    assert body["title"]
    assert body["detail"]
    assert "Traceback" not in response.text
    return body


def code(body: dict[str, Any]) -> str:
    return str(body["type"]).rpartition("/")[2]


def refused(client: FlaskClient, data: bytes) -> str:
    """The code that one statement is refused with, the same alone and as a line of many."""
    alone = problem(post(client, data))
    line = compact({"statement": data.decode("latin-1")}) + b"\n"
    response = post(client, line, "application/jsonl")
    assert response.status_code == 200
    (answer,) = [json.loads(one) for one in response.data.splitlines()]
    assert answer.keys() == {"problem"}
    assert code(answer["problem"]) == code(alone)
    return code(alone)


# --- JSON -----------------------------------------------------------------------------------------


@needs_suite
@pytest.mark.parametrize("path", HOSTILE, ids=lambda path: path.stem)
def test_hostile_json_in_every_place(client: FlaskClient, world: StoredWorld, path: Path) -> None:
    data = path.read_bytes()
    for kind in MEDIA:
        response = post(client, data, kind)
        assert response.status_code < 500
        if response.status_code == 200:  # lines: each is refused singly
            assert kind == "application/jsonl"
            answers = [json.loads(line) for line in response.data.splitlines()]
            assert all(answer.keys() == {"problem"} for answer in answers)
        else:
            problem(response)
    question = client.post("/v1/verifications", data=data, content_type="application/json")
    assert problem(question)
    payload = signed(seed_key("northern"), data)
    assert refused(client, payload)
    header = f"{b64(data)}.e30.{b64(bytes(64))}~".encode()
    assert refused(client, header) in {"malformed-header", "too-large", "malformed-jws"}
    credential = client.post("/v1/verifications", json={"credential": payload.decode()})
    assert credential.status_code in (200, 422)


JSON_TEXTS = {
    "duplicate keys": (b'{"number":"A-1","number":"A-2","holder_name":"x"}', "duplicate-key"),
    "NaN": (b'{"number":NaN,"holder_name":"x"}', "non-finite-number"),
    "Infinity": (b'{"number":-Infinity,"holder_name":"x"}', "non-finite-number"),
    "1e999": (b'{"number":1e999,"holder_name":"x"}', "non-finite-number"),
    "lone surrogate": (b'{"number":"\\ud800","holder_name":"x"}', "lone-surrogate"),
    "not UTF-8": (b'{"number":"\xff","holder_name":"x"}', "not-utf8"),
    "byte order mark": (b'\xef\xbb\xbf{"number":"A","holder_name":"x"}', "byte-order-mark"),
    "deep": (b"[" * 5000 + b"]" * 5000, "too-deep"),
    "very deep": (b'{"a":' * 20_000 + b"1" + b"}" * 20_000, "too-deep"),
    "empty": (b"", "malformed-json"),
    "trailing": (b'{"number":"A","holder_name":"x"} {}', "malformed-json"),
    "a list": (b"[]", "invalid-value"),
    "null": (b"null", "invalid-value"),
    "a number for text": (b'{"number":7,"holder_name":"x"}', "invalid-value"),
    "null for text": (b'{"number":null,"holder_name":"x"}', "invalid-value"),
    "unknown field": (b'{"numbre":"A","holder_name":"x"}', "unknown-field"),
    "nothing": (b"{}", "no-question"),
    "half": (b'{"number":"A-1"}', "no-question"),
    "both": (b'{"number":"A-1","holder_name":"x","credential":"y"}', "no-question"),
    "no day": (b'{"number":"A-1","holder_name":"x","at":"2026-02-30"}', "invalid-value"),
    "a day to come": (b'{"number":"A-1","holder_name":"x","at":"2099-01-01"}', "date-to-come"),
    "a long name": (b'{"number":"A-1","holder_name":"%s"}' % (b"x" * 201), "invalid-value"),
}


@pytest.mark.parametrize("name", JSON_TEXTS)
def test_bodies_are_parsed_strictly(client: FlaskClient, name: str) -> None:
    data, expected = JSON_TEXTS[name]
    response = client.post("/v1/verifications", data=data, content_type="application/json")
    assert code(problem(response)) == expected


PAYLOADS: dict[str, tuple[Callable[[StoredWorld], bytes], str]] = {
    "duplicate keys": (
        lambda world: compact(planned(world))[:-1] + b',"level":"advanced"}',
        "duplicate-key",
    ),
    "NaN": (lambda world: compact(planned(world))[:-1] + b',"x":NaN}', "non-finite-number"),
    "lone surrogate": (
        lambda world: compact(planned(world))[:-1] + b',"x":"\\udc00"}',
        "lone-surrogate",
    ),
    "deep": (
        lambda world: compact(planned(world))[:-1] + b',"x":' + b"[" * 99 + b"]" * 99 + b"}",
        "too-deep",
    ),
    "a float": (lambda world: compact(planned(world, iat=1.9)), "float-not-allowed"),
    "1e3": (
        lambda world: compact(planned(world)).replace(b'"iat":', b'"x":1e3,"iat":'),
        "float-not-allowed",
    ),
    "a list": (lambda _: b"[]", "malformed-payload"),
}


@pytest.mark.parametrize("name", PAYLOADS)
def test_payloads_are_parsed_strictly(client: FlaskClient, world: StoredWorld, name: str) -> None:
    make, expected = PAYLOADS[name]
    assert refused(client, signed(seed_key("northern"), make(world))) == expected


# --- sizes ----------------------------------------------------------------------------------------


def test_an_oversized_entry_is_refused(client: FlaskClient, world: StoredWorld) -> None:
    assert refused(client, plan(world, session="x" * 70_000)) == "too-large"


@pytest.mark.parametrize(
    ("kind", "limit"),
    [("application/sd-jwt", bodies.MAX_STATEMENT), ("application/jsonl", bodies.MAX_BATCH)],
)
def test_an_oversized_body_is_not_even_read(client: FlaskClient, kind: str, limit: int) -> None:
    body = problem(post(client, b"x" * (limit + 1), kind))
    assert (code(body), body["status"]) == ("body-too-large", 413)


def test_an_oversized_question_is_refused(client: FlaskClient) -> None:
    for kind in ("application/json", "multipart/form-data; boundary=x"):
        response = client.post(
            "/v1/verifications", data=b"x" * (bodies.MAX_QUESTION + 1), content_type=kind
        )
        assert code(problem(response)) == "body-too-large"


def test_a_batch_has_a_thousand_lines_at_most(client: FlaskClient) -> None:
    assert code(problem(post(client, b"{}\n" * 1001, "application/jsonl"))) == "too-many-statements"
    assert post(client, b"{}\n" * 1000, "application/jsonl").status_code == 200
    assert code(problem(post(client, b"", "application/jsonl"))) == "no-statements"


@pytest.mark.parametrize(
    "line", [b"{}", b"[]", b'""', b'{"statement":1}', b'{"statement":"a.b.c","x":1}']
)
def test_a_line_is_exactly_one_statement(client: FlaskClient, line: bytes) -> None:
    response = post(client, line, "application/jsonl")
    assert code(json.loads(response.data)["problem"]) == "malformed-line"


def test_a_bad_line_spoils_no_other(client: FlaskClient, world: StoredWorld) -> None:
    good = compact({"statement": plan(world).decode()})
    response = post(client, b"\n".join([b"{", good, b"", good]), "application/jsonl")
    answers = [next(iter(json.loads(line))) for line in response.data.splitlines()]
    assert answers == ["problem", "receipt", "problem", "receipt"]
    first, again = (json.loads(line)["receipt"] for line in response.data.splitlines()[1::2])
    assert first == again
    world.log.extend([world.log[-1]] * (world.ledger.head().size - len(world.log)))


# --- headers, keys, types -------------------------------------------------------------------------

HEADERS: dict[str, tuple[dict[str, Any], str]] = {
    "alg none": ({"alg": "none"}, "alg-not-allowed"),
    "alg HS256": ({"alg": "HS256"}, "alg-not-allowed"),
    "alg ES256": ({"alg": "ES256"}, "alg-not-allowed"),
    "alg EdDSA": ({"alg": "EdDSA"}, "alg-not-allowed"),
    "alg missing": ({"alg": None}, "alg-not-allowed"),
    "typ JWT": ({"typ": "JWT"}, "wrong-typ"),
    "typ of a credential": ({"typ": "dc+sd-jwt"}, "wrong-typ"),
    "unknown member": ({"jwk": {}}, "malformed-header"),
    "crit": ({"crit": ["b64"]}, "malformed-header"),
    "kid no thumbprint": ({"kid": "northern"}, "malformed-header"),
    "unknown kid": ({"kid": seed_key("nobody").public.thumbprint}, "unknown-key"),
    "kid of another": ({"kid": seed_key("harbour").public.thumbprint}, "wrong-signature"),
}


@pytest.mark.parametrize("name", HEADERS)
def test_headers(client: FlaskClient, world: StoredWorld, name: str) -> None:
    header, expected = HEADERS[name]
    assert refused(client, plan(world, header)) == expected


def test_keys(client: FlaskClient, world: StoredWorld) -> None:
    assert refused(client, signed(seed_key("nobody"), compact(planned(world)))) == "unknown-key"
    assert refused(client, signed(seed_key("harbour"), compact(planned(world)))) == "key-of-another"
    second = seed_key("northern/2")
    world.say(
        "regulator", "key.registered", {"party": "northern", **world.proof("northern", second)}
    )
    world.say("northern", "key.retired", {"kid": seed_key("northern").public.thumbprint})
    assert refused(client, plan(world)) == "retired-key"


def test_a_changed_signature(client: FlaskClient, world: StoredWorld) -> None:
    head, _, signature = plan(world).decode().rpartition(".")
    flipped = ("A" if signature[5] != "A" else "B").join([signature[:5], signature[6:]])
    assert refused(client, f"{head}.{flipped}".encode()) == "wrong-signature"


CLAIMS: dict[str, tuple[dict[str, Any], str]] = {
    "unknown type": ({"type": "session.imagined"}, "unknown-type"),
    "the ledger's own type": ({"type": "time.stated"}, "reserved-type"),
    "founding again": ({"type": "ledger.founded"}, "reserved-type"),
    "unknown field": ({"colour": "red"}, "unknown-field"),
    "missing field": ({"exam_date": None}, "missing-field"),
    "no such day": ({"exam_date": "2026-02-30"}, "invalid-value"),
    "text for a list": ({"session": ["x"]}, "invalid-value"),
    "a boolean": ({"session": True}, "invalid-value"),
    "no level": ({"level": "master"}, "invalid-value"),
    "no iss": ({"iss": None}, "missing-claim"),
    "iat as text": ({"iat": "12"}, "malformed-claim"),
    "iat as boolean": ({"iat": True}, "malformed-claim"),
    "foreign iss": ({"iss": "https://other.example/authorities/northern"}, "foreign-issuer"),
    "jti too short": ({"jti": "abc"}, "malformed-claim"),
    "a digest nobody opens": (
        {"_sd": [b64(bytes(32))], "_sd_alg": "sha-256"},
        "digest-without-disclosure",
    ),
    "no digests": ({"_sd": [], "_sd_alg": "sha-256"}, "malformed-digests"),
    "from the future": ({"iat": 2_000_000_000}, "clock-ahead"),
    "outside the scope": ({"certificate_type": "baking"}, "certificate-type-unknown"),
}  # fmt: skip


@pytest.mark.parametrize("name", CLAIMS)
def test_claims(client: FlaskClient, world: StoredWorld, name: str) -> None:
    changes, expected = CLAIMS[name]
    assert refused(client, plan(world, **changes)) == expected


def test_a_fraction_for_an_integer(client: FlaskClient, world: StoredWorld) -> None:
    """Also where the number is inside, and where 1.9 would round to a good value."""
    issued = passed_candidate(world).certificate_claims()
    text = compact(planned(world, type="certificate.issued", session=None, **issued))
    assert b'"version":1' in text
    for number in (b"1.9", b"1.0"):
        payload = text.replace(b'"version":1', b'"version":' + number)
        wire = signed(seed_key("northern"), payload, typ="dc+sd-jwt")
        assert refused(client, wire) == "float-not-allowed"


@pytest.mark.parametrize("value", ["1", "1.9", True, -1, 0, 10_001, [1], None])
def test_what_is_no_version_number(client: FlaskClient, world: StoredWorld, value: Any) -> None:
    claims = passed_candidate(world).certificate_claims(version=value)
    payload = compact({**planned(world, session=None, level=None, certificate_type=None,
                                 exam_date=None, planned_on=None), **claims,
                       "type": "certificate.issued"})  # fmt: skip
    assert (
        refused(client, signed(seed_key("northern"), payload, typ="dc+sd-jwt")) == "invalid-value"
    )


# --- disclosures ----------------------------------------------------------------------------------


def test_every_digest_is_opened_and_every_disclosure_used(
    client: FlaskClient, world: StoredWorld
) -> None:
    student = world.chance.id()
    disclosed = {"person": world.chance.id(), "name": "Wei Example"}
    enrolled = world.sign("harbour", "student.enrolled", {"student": student}, disclosed)
    assert refused(client, opened(enrolled, "name")) == "digest-without-disclosure"
    assert refused(client, enrolled.entry + b"~") == "digest-without-disclosure"
    stray = make_disclosure("nickname", "Wei", bytes(32)).encoded.encode()
    assert refused(client, enrolled.wire() + stray + b"~") == "disclosure-without-digest"
    assert (
        refused(client, enrolled.wire() + enrolled.wire().split(b"~")[1] + b"~")
        == "duplicate-disclosure"
    )
    assert refused(client, enrolled.wire() + b"e30~") == "malformed-disclosure"
    assert refused(client, enrolled.wire() + b"x.y.z") == "key-binding-not-allowed"
    assert refused(client, enrolled.wire().replace(b"~", "~é".encode(), 1)) == "malformed-wire"


def test_disclosed_values_and_names(client: FlaskClient, world: StoredWorld) -> None:
    claims = {"student": world.chance.id()}
    person = world.chance.id()
    cases: list[tuple[dict[str, Any], str]] = [
        ({"person": person, "name": ""}, "invalid-disclosure"),
        ({"person": person, "name": 7}, "invalid-disclosure"),
        ({"person": person, "name": "Wei\nExample"}, "invalid-disclosure"),
        ({"person": person}, "missing-disclosure"),
        ({"person": person, "name": "Wei", "shoe_size": 42}, "unknown-disclosure"),
    ]
    for disclosed, expected in cases:
        wire = world.sign("harbour", "student.enrolled", claims, disclosed).wire()
        assert refused(client, wire) == expected


def test_no_answer_quotes_what_is_personal(client: FlaskClient, world: StoredWorld) -> None:
    disclosed = {"person": world.chance.id(), "name": "Wei\x01Example"}
    wire = world.sign(
        "harbour", "student.enrolled", {"student": world.chance.id()}, disclosed
    ).wire()
    text = post(client, wire).text
    assert "Example" not in text
    assert disclosed["person"] not in text


# --- against the rules ----------------------------------------------------------------------------


def test_a_jti_is_used_once(client: FlaskClient, world: StoredWorld) -> None:
    session = world.session(publish=False)
    jti = world.log[-1].jti
    assert session
    assert refused(client, plan(world, jti=jti)) == "jti-conflict"
    assert post(client, plan(world, jti=jti)).status_code == 409


def test_scores_out_of_bounds(client: FlaskClient, world: StoredWorld) -> None:
    session = world.session()
    candidate = world.candidate(session)
    claims = {"registration": candidate.registration, "part": "theory", "assessed_on": world.today}
    for mark, expected in (
        (101, "score-out-of-bounds"),
        (-1, "invalid-disclosure"),
        ("60", "invalid-disclosure"),
        (True, "invalid-disclosure"),
        (None, "invalid-disclosure"),
    ):
        wire = world.sign("northern", "score.recorded", claims, {"mark.theory": mark}).wire()
        assert refused(client, wire) == expected


def test_no_certificate_without_a_pass(client: FlaskClient, world: StoredWorld) -> None:
    session = world.session()
    candidate = world.candidate(session)
    world.hold(session)
    claims = candidate.certificate_claims()
    repeat = (candidate.disclosures["name"],)
    wire = world.sign("northern", "certificate.issued", claims, repeat=repeat).wire()
    body = problem(post(client, wire))
    assert (code(body), body["rule"], body["where"]) == ("no-pass", "P102", "registration")
    assert body["instead"]
    assert type(body["fact"]) is int


def test_an_agency_outside_its_scope(client: FlaskClient, world: StoredWorld) -> None:
    world.party("southern", "agency")
    payload = planned(world, iss="https://ledger.example/test/authorities/southern")
    wire = signed(seed_key("southern"), compact(payload))
    assert refused(client, wire) == "not-accredited"


def test_a_school_issues_nothing(client: FlaskClient, world: StoredWorld) -> None:
    payload = planned(world, iss="https://ledger.example/test/authorities/harbour")
    assert refused(client, signed(seed_key("harbour"), compact(payload))) == "role-not-entitled"


# --- HTTP -----------------------------------------------------------------------------------------


def test_methods_addresses_and_media_types(client: FlaskClient) -> None:
    assert code(problem(client.get("/v1/statements"))) == "method-not-allowed"
    assert client.get("/v1/statements").headers["Allow"] == "OPTIONS, POST"
    assert code(problem(client.get("/nowhere"))) == "not-found"
    assert code(problem(client.get("/v1/certificates/../../etc/passwd"))) == "not-found"
    for kind in ("text/plain", "application/xml", "", "application/json; charset=utf-16"):
        response = client.post("/v1/statements", data=b"x", content_type=kind)
        assert code(problem(response)) == "unsupported-media-type"
    assert code(problem(client.get("/v1/certificates/nobody"))) == "certificate-unknown"
    assert code(problem(client.get("/static/../app.py"))) == "not-found"


def test_multipart_that_is_none(client: FlaskClient) -> None:
    for data, kind in (
        (b"garbage", "multipart/form-data; boundary=x"),
        (b"garbage", "multipart/form-data"),
        (b"--x\r\n\r\n\r\n--x--", "multipart/form-data; boundary=x"),
    ):
        problem(client.post("/v1/verifications", data=data, content_type=kind))
