"""The demonstration's plan, put before the rules, and the people in it."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from ledger.cli.demo import catalogue
from ledger.cli.demo.catalogue import OFFERS, SWIFTGATE
from ledger.cli.demo.names import holder_name
from ledger.cli.demo.people import FATES, FEWEST, Sitting, sittings
from ledger.cli.demo.plan import DemoPlan
from ledger.cli.demo.session import DETERMINED, PUBLISHED
from ledger.cli.demo.trying import examples
from ledger.cli.keys import PartyKey
from ledger.cli.playing.chance import Chance
from ledger.cli.playing.keyring import Keyring
from ledger.cli.playing.signing import Signers
from ledger.cli.playing.stage import Stage
from ledger.domain.kinds import NAME
from ledger.domain.rulebook import VERSION_1
from tests.world import ORIGIN, World, replay, seed_key

CHANCE = Chance(b"d" * 32)
DAY = 86_400


class Played(Stage):
    """A stage whose keys are those of the small world."""

    def key(self, party: str) -> PartyKey:
        return PartyKey(ORIGIN, party, "statement", seed_key(party))


def plan_of(world: World, sat: list[Sitting], folder: Path) -> DemoPlan:
    key = PartyKey(ORIGIN, "operator", "statement", seed_key("operator"))
    stage = Played(Keyring(folder, ORIGIN), "operator", "regulator", key)
    return DemoPlan(stage, CHANCE, sat, world.today, world.now + DAY)


def made(students: int, seed: int, folder: Path) -> tuple[World, DemoPlan, list[Sitting]]:
    """A world in which the whole plan was admitted; a refusal is an error."""
    world = World().found()
    sat = sittings(students, seed)
    plan = plan_of(world, sat, folder)
    signers = Signers(plan._stage.key, CHANCE, clock=lambda: world.now)
    for planned in plan:
        for statement in signers.sign(planned):
            party = statement.iss.rpartition("/")[2]
            world.keys.setdefault(statement.kid, seed_key(party))
            world.admit(statement)
    return world, plan, sat


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> tuple[World, DemoPlan, list[Sitting]]:
    return made(60, 1, tmp_path_factory.mktemp("demo"))


@pytest.mark.parametrize(("students", "seed"), [(FEWEST, 1), (30, 2), (90, 3)])
def test_any_size_and_seed_is_admitted_whole(tmp_path: Path, students: int, seed: int) -> None:
    world, _, _ = made(students, seed, tmp_path)
    kinds = Counter(one.type for one in world.log)
    assert kinds["student.enrolled"] == students
    # Every type but one: there is no second version of the rules to adopt. Time is the ledger's.
    assert set(VERSION_1) - kinds.keys() <= {"rules.adopted", "time.stated"}


def test_a_replay_agrees(told: tuple[World, DemoPlan, list[Sitting]]) -> None:
    world, _, _ = told
    assert replay(world, with_people=True).records == world.records


def status_of(world: World, certificate: str) -> tuple[str | None, str | None]:
    """Status and end of a certificate, by the records."""
    record: Any = world.records.get(f"certificate/{certificate}")
    return (None, None) if record is None else (record.status, record.valid_until)


def test_each_example_stands_as_it_is_expected_to(
    told: tuple[World, DemoPlan, list[Sitting]],
) -> None:
    world, plan, sat = told
    for one in examples(plan, sat)["certificates"]:
        status, until = status_of(world, one["id"])
        if one["expected"] == "unknown":
            assert status is None
        elif one["expected"] == "expired":
            assert (status, until < world.today) == ("issued", True)  # type: ignore[operator]
        elif one["expected"] == "valid":
            assert status == "issued"
            assert until is None or until > world.today
        else:
            assert status == one["expected"]


def test_there_is_an_example_for_each_word_that_needs_no_forgery(
    told: tuple[World, DemoPlan, list[Sitting]],
) -> None:
    _, plan, sat = told
    found = examples(plan, sat)["certificates"]
    words = {one["expected"] for one in found}
    assert words == {"valid", "unknown", "revoked", "suspended", "expired"}
    assert len({one["id"] for one in found}) == len(found)
    assert all(one["share"] is None for one in found)


def test_the_awaited_certificate_is_pending_and_the_absent_one_is_nowhere(
    told: tuple[World, DemoPlan, list[Sitting]],
) -> None:
    world, plan, sat = told
    *_, awaited, absent = examples(plan, sat)["certificates"]
    assert f"awaiting/{awaited['id']}" in world.records
    assert f"awaiting/{absent['id']}" not in world.records
    assert f"number/{absent['number']}" not in world.records


def test_standings_of_the_agencies(told: tuple[World, DemoPlan, list[Sitting]]) -> None:
    world, _, _ = told
    record: Any = world.records["accreditation/oldmill/logistics/elementary"]
    timeline = [entry[1] for entry in record.timeline]
    assert timeline == ["granted", "suspended", "granted", "withdrawn"]
    closed: Any = world.records["party/juniper"]
    assert closed.closed is not None
    renamed: Any = world.records["party/lotus-pond"]
    assert renamed.name == catalogue.LOTUS_RENAMED


def test_the_example_student_has_a_handle_in_the_log(
    told: tuple[World, DemoPlan, list[Sitting]],
) -> None:
    world, plan, sat = told
    assert f"student/{examples(plan, sat)['student']}" in world.records


# --- people ---------------------------------------------------------------------------------------


def test_the_same_seed_makes_the_same_people_and_another_does_not() -> None:
    assert sittings(50, 7) == sittings(50, 7)
    assert sittings(50, 7) != sittings(50, 8)


def test_one_agency_passes_implausibly_many_and_was_caught_at_it() -> None:
    found = sittings(2000, 1)

    def rate(offers: set[str]) -> float:
        sat = [one for one in found if one.offer.agency.party in offers and one.exam < 0]
        return sum(one.passed for one in sat) / len(sat)

    assert rate({SWIFTGATE.party}) > 0.97
    assert 0.4 < rate({"northlight", "tidewater", "oldmill"}) < 0.8
    caught = [one for one in found if one.fate == "agency_fault"]
    assert len(caught) > 20
    assert {one.offer.agency for one in caught} == {SWIFTGATE}


def test_nobody_sits_in_one_session_twice_and_only_after_a_fail_again() -> None:
    found = sittings(1500, 3)
    assert len({one.key for one in found}) == len(found)
    attempts: dict[tuple[int, str], list[Sitting]] = {}
    for one in found:
        attempts.setdefault((one.student.number, one.offer.standard), []).append(one)
    for career in attempts.values():
        assert [one.attempt for one in career] == list(range(1, len(career) + 1))
        assert [one.exam for one in career] == sorted(one.exam for one in career)
        assert not any(one.passed for one in career[:-1])
    assert any(len(career) > 1 for career in attempts.values())


def test_marks_are_in_bounds_and_some_parts_were_not_sat() -> None:
    missing = 0
    for one in sittings(500, 4):
        for part in one.offer.style.parts:
            mark = one.marks.get(part["part"])
            missing += mark is None
            assert mark is None or 0 <= mark <= part["maximum"]
    assert missing > 5


def test_where_examiners_decide_they_want_half_of_each_part() -> None:
    marks = {
        "pass": {"portfolio": 25, "interview": 10},
        "weak": {"portfolio": 50, "interview": 9},
        "absent": {"portfolio": 50},
    }
    student = sittings(FEWEST, 1)[0].student
    exam = catalogue.OFFICE.exams[0]
    outcomes = {
        name: Sitting(student, catalogue.OFFICE, exam, 1, given).passed
        for name, given in marks.items()
    }
    assert outcomes == {"pass": True, "weak": False, "absent": False}
    assert catalogue.OFFICE.style.pass_rule == {"kind": "decision"}
    assert {one.passed for one in sittings(500, 1) if one.offer is catalogue.OFFICE} == {
        True,
        False,
    }


def test_the_first_students_meet_each_fate() -> None:
    for count in (FEWEST, 100):
        first = sittings(count, 5)[:FEWEST]
        assert [one.fate for one in first] == [fate for fate, _, _ in FATES]
        assert all(one.passed for one in first)


def test_no_session_ends_between_the_window_and_the_history() -> None:
    # What is stated late is measured by its own dates, what is not by stated time: a certificate of
    # the last thirty days could not be issued on the day on which the demonstration is made.
    for offer in OFFERS:
        for exam in offer.exams:
            issued = exam + PUBLISHED + offer.objection_days
            assert issued < -30 or issued >= 0
            assert exam > 0 or exam + max(DETERMINED, PUBLISHED) <= 0


def test_names_are_names_and_of_both_scripts() -> None:
    from random import Random

    drawn = [holder_name(Random(n)) for n in range(400)]
    for name in drawn:
        NAME.check(name, "name")
    chinese = [name for name in drawn if name.startswith("例")]
    assert 100 < len(chinese) < 220
    assert any("䶮" in name or "㼆" in name or "𠮷" in name for name in chinese)
