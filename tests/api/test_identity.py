"""Chinese identity numbers: a slip of the keyboard is told at the door, without the number."""

from __future__ import annotations

import pytest

from api.identity import check_identity
from ledger.core.statement import Statement
from tests.world import World, ready_world

# The example of GB 11643-1999, and a made-up number: they belong to nobody.
RIGHT = ["11010519491231002X", "110101190001010014"]
# Another check digit twice, a thirteenth month, no such region.
WRONG = ["110105194912310021", "110101190001010015", "110101190013010014", "990101190001010014"]


@pytest.fixture(scope="module")
def world() -> World:
    return ready_world()


def enrolment(world: World, identity: str) -> Statement:
    disclosed = {"person": world.chance.id(), "name": "Wei Example", "identity": identity}
    return world.sign("harbour", "student.enrolled", {"student": world.chance.id()}, disclosed)


@pytest.mark.parametrize("number", RIGHT)
def test_a_right_number_passes(world: World, number: str) -> None:
    assert check_identity(enrolment(world, number)) is None


@pytest.mark.parametrize("number", WRONG)
def test_a_wrong_digit_is_a_problem_that_does_not_repeat_it(world: World, number: str) -> None:
    problem = check_identity(enrolment(world, number))
    assert problem is not None
    assert problem.code == "identity-number-wrong"
    assert number not in str(problem.body("ledger.example"))


@pytest.mark.parametrize(
    "number", ["TEST-0001", "P1234567", "1101051949123100", "110105194912310" + "02１"]
)
def test_other_documents_are_not_looked_at(world: World, number: str) -> None:
    assert check_identity(enrolment(world, number)) is None


def test_a_statement_without_an_identity_has_no_problem(world: World) -> None:
    statement = world.sign("regulator", "party.closed", {"party": "harbour"})
    assert check_identity(statement) is None
