"""Whose disclosures are whose, found without a word of it in the ledger's own records."""

from __future__ import annotations

import pytest

from ledger.domain.holders import holder_of
from tests.world import World, passed_candidate, ready_world


def test_the_holder_is_the_one_whose_key_encrypted_at_the_door() -> None:
    world = ready_world()
    candidate = passed_candidate(world)
    certificate = candidate.issue().claims["certificate"]
    world.say(
        "northern",
        "certificate.suspended",
        {"certificate": certificate, "ground": "investigation", "suspended_on": world.today},
        {"reason": "a complaint"},
    )
    told = [one for one in world.log if one.disclosures]
    assert len(told) == 8  # enrolled, registered, three marks, result, certificate, suspended
    for statement in told:
        assert holder_of(statement, world.records.get, world.people.get) == (
            candidate.student.handle
        )


def test_it_agrees_with_admission() -> None:
    world = ready_world()
    candidate = passed_candidate(world)
    statement = world.sign(
        "northern",
        "certificate.issued",
        candidate.certificate_claims(),
        repeat=(candidate.disclosures["name"],),
    )
    done = world.admit(statement)
    assert done.subject == holder_of(statement, world.records.get, world.people.get)


def test_no_record_names_the_student_of_a_registration() -> None:
    world: World = ready_world()
    candidate = passed_candidate(world)
    candidate.issue()
    handle = candidate.student.handle
    assert {key for key, record in world.records.items() if handle in f"{key}{record}"} == {
        f"student/{handle}"
    }


def test_after_erasure_nobody_knows_and_what_concerns_no_student_has_no_holder() -> None:
    world = ready_world()
    statement = passed_candidate(world).issue()
    assert holder_of(statement, world.records.get, {}.get) is None
    assert holder_of(world.log[1], world.records.get, world.people.get) is None
    revoked = world.sign("northern", "certificate.revoked", {"certificate": world.chance.id()})
    assert holder_of(revoked, world.records.get, world.people.get) is None


@pytest.mark.parametrize("student", [{}, {"stuvent": "x"}, {"student": 7}])
def test_a_damaged_statement_has_no_holder(student: dict[str, object]) -> None:
    world = ready_world()
    damaged = world.sign("harbour", "student.enrolled", student)
    assert holder_of(damaged, world.records.get, world.people.get) is None


@pytest.mark.parametrize("name", ["registration", "certificate"])
def test_a_damaged_reference_leads_to_nobody(name: str) -> None:
    world = ready_world()
    damaged = world.sign("northern", "certificate.revoked", {name: ["x"]})
    assert holder_of(damaged, world.records.get, world.people.get) is None
