"""What shows a person needs a token; what shows an agency is public."""

from __future__ import annotations

import pytest
from flask.testing import FlaskClient

from api.service import Service
from projections.runner import catch_up
from tests.store.stored import StoredWorld
from tests.world import Candidate, passed_candidate


@pytest.fixture
def found(client: FlaskClient) -> Service:
    service: Service = client.application.extensions["certificate-ledger"]
    return service


@pytest.fixture
def candidate(world: StoredWorld, found: Service) -> Candidate:
    made = passed_candidate(world)
    made.issue()
    catch_up(world.ledger, found.views)
    return made


def token(found: Service, *scopes: str, expires: int | None = None) -> dict[str, str]:
    _, secret = found.tokens.new(scopes, expires=expires)
    return {"Authorization": f"Bearer {secret}"}


def code(response: object) -> str:
    return str(response.get_json()["type"]).rpartition("/")[2]  # type: ignore[attr-defined]


def test_an_archive_for_its_bearer(
    client: FlaskClient, found: Service, candidate: Candidate
) -> None:
    path = f"/v1/students/{candidate.student.handle}/archive"
    response = client.get(path, headers=token(found, "archive:read"))
    assert response.status_code == 200
    assert response.headers["Cache-Control"] == "no-store"
    archive = response.get_json()
    assert archive["name"] == "Wei Example"
    (registration,) = archive["registrations"]
    assert {one["part"]: one["mark"] for one in registration["scores"]} == {
        "theory": 60, "bench": 40, "report": 16,
    }  # fmt: skip
    assert registration["result"]["outcome"] == "pass"
    assert registration["certificates"][0]["status"] == "issued"


def test_a_school_sees_its_own_students(
    client: FlaskClient, found: Service, candidate: Candidate
) -> None:
    path = f"/v1/students/{candidate.student.handle}/archive"
    assert client.get(path, headers=token(found, "archive:read/harbour")).status_code == 200
    other = client.get(path, headers=token(found, "archive:read/elsewhere"))
    nobody = client.get("/v1/students/nobody/archive", headers=token(found, "archive:read/harbour"))
    assert other.data == nobody.data
    assert (other.status_code, code(other)) == (404, "student-unknown")


def test_without_the_right_token_nobody_exists(
    client: FlaskClient, found: Service, world: StoredWorld, candidate: Candidate
) -> None:
    expired = token(found, "archive:read", expires=world.now + 10)
    revoked, secret = found.tokens.new(["archive:read"])
    found.tokens.revoke(revoked.id)
    world.now += 10
    cases = [
        ({}, 401, "token-missing"),
        ({"Authorization": "Basic d2VpOndlaQ=="}, 401, "token-missing"),
        ({"Authorization": "Bearer "}, 401, "token-missing"),
        ({"Authorization": "Bearer clt_nonsense"}, 401, "unknown-token"),
        ({"Authorization": f"Bearer {secret}"}, 401, "unknown-token"),
        (expired, 401, "unknown-token"),
        (token(found, "statements:write"), 403, "scope-missing"),
    ]
    for headers, status, expected in cases:
        for handle in (candidate.student.handle, "nobody"):
            response = client.get(f"/v1/students/{handle}/archive", headers=headers)
            assert (response.status_code, code(response)) == (status, expected)
            assert response.headers["WWW-Authenticate"].startswith("Bearer")
            assert "Wei" not in response.text


def test_an_erased_student_is_said_to_be_so(
    client: FlaskClient, found: Service, world: StoredWorld, candidate: Candidate
) -> None:
    assert world.ledger.erase(candidate.student.handle)
    path = f"/v1/students/{candidate.student.handle}/archive"
    response = client.get(path, headers=token(found, "archive:read"))
    assert response.get_json()["erased"] is True
    assert "Wei" not in response.text


def test_views_that_lag_are_not_ready_and_never_a_404(
    client: FlaskClient, found: Service, world: StoredWorld
) -> None:
    student = world.student()
    headers = token(found, "archive:read")
    path = f"/v1/students/{student.handle}/archive"
    assert code(client.get(path, headers=headers)) == "not-ready"
    catch_up(world.ledger, found.views)
    assert client.get(path, headers=headers).status_code == 200
    later = world.student("Lin Example")
    response = client.get(f"/v1/students/{later.handle}/archive", headers=headers)
    assert (response.status_code, code(response)) == (503, "not-ready")
    assert code(client.get("/v1/students/nobody/archive", headers=headers)) == "student-unknown"


def test_evidence_about_an_agency_is_public(
    client: FlaskClient, world: StoredWorld, candidate: Candidate
) -> None:
    response = client.get("/v1/authorities/northern/credibility")
    board = response.get_json()
    assert board["agency"] == "northern"
    assert board["as_of"] == world.today
    (unit,) = board["units"]
    assert unit["standing"]["status"] == "granted"
    assert unit["first_attempts"]["k"] == 1
    assert unit["first_attempts"]["n"] == 1
    assert unit["first_attempts"]["assessed"] is False
    before = client.get(f"/v1/authorities/northern/credibility?as_of={world.day(-400)}")
    assert before.get_json()["units"][0]["standing"]["status"] == "none"
    first_day = client.get("/v1/authorities/northern/credibility?as_of=0001-01-01")
    assert first_day.get_json()["window"]["last"] == "0001-01-01"
    assert candidate.student.name not in response.text


@pytest.mark.parametrize(
    ("path", "status", "expected"),
    [
        ("harbour/credibility", 404, "authority-unknown"),
        ("nobody/credibility", 404, "authority-unknown"),
        ("northern/credibility?as_of=2026-02-30", 422, "invalid-value"),
        ("northern/credibility?as_of=2999-01-01", 422, "date-to-come"),
        ("northern/credibility?until=2026-01-01", 422, "unknown-field"),
    ],
)
def test_odd_questions_about_agencies(
    client: FlaskClient, candidate: Candidate, path: str, status: int, expected: str
) -> None:
    response = client.get(f"/v1/authorities/{path}")
    assert (response.status_code, code(response)) == (status, expected)
