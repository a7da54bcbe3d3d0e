"""Part scores, results, publication (P80 to P89, D20 to D23)."""

from __future__ import annotations

from typing import Any

import pytest

from ledger.core.sdjwt import make_disclosure
from ledger.domain import results
from tests.domain.refusing import refused
from tests.world import Candidate, World, ready_world


@pytest.fixture
def world() -> World:
    return ready_world()


@pytest.fixture
def candidate(world: World) -> Candidate:
    return world.candidate(world.session())


def scored(candidate: Candidate, *marks: int) -> Candidate:
    for part, mark in zip(("theory", "bench", "report"), marks, strict=False):
        candidate.score(part, mark)
    candidate.world.hold(candidate.session)
    return candidate


class TestScores:
    def test_only_of_ones_own_registrations(self, world: World, candidate: Candidate) -> None:
        world.party("eastern", "agency")
        candidate.agency = "eastern"
        with refused("P80", where="registration"):
            candidate.score("theory", 50)
        candidate.agency, candidate.registration = "northern", world.chance.id()
        with refused("P80"):
            candidate.score("theory", 50)

    def test_until_the_result_and_while_the_session_is_open(
        self, world: World, candidate: Candidate
    ) -> None:
        scored(candidate, 60)
        candidate.score("bench", 10)
        candidate.result("fail")
        with refused("P81", where="registration"):
            candidate.score("report", 1)
        world.publish(candidate.session)
        other = world.candidate(world.session())
        other.session = candidate.session
        world.pass_days(3)
        world.say(
            "northern", "session.closed", {"session": candidate.session, "closed_on": world.today}
        )
        late = Candidate(
            candidate.student, candidate.session, candidate.registration, "northern", {}
        )
        with refused("P81"):
            late.score("report", 1)

    def test_of_a_part_of_the_standard(self, candidate: Candidate) -> None:
        with refused("P82", where="part"):
            candidate.score("essay", 1)

    def test_once(self, candidate: Candidate) -> None:
        candidate.score("theory", 1)
        with refused("P83", where="part"):
            candidate.score("theory", 2)

    def test_one_mark_is_disclosed_and_it_is_that_parts(
        self, world: World, candidate: Candidate
    ) -> None:
        claims = {
            "registration": candidate.registration,
            "part": "theory",
            "assessed_on": world.today,
        }
        for disclosed in ({}, {"mark.theory": 1, "mark.bench": 1}):
            with refused("P84", where="_sd"):
                world.say("northern", "score.recorded", claims, disclosed)
        with refused("D20", where="mark.bench"):
            world.say("northern", "score.recorded", claims, {"mark.bench": 1})

    @pytest.mark.parametrize("mark", [0, 50])
    def test_bounds_belong_to_the_marks(self, candidate: Candidate, mark: int) -> None:
        candidate.score("bench", mark)

    @pytest.mark.parametrize(
        ("mark", "rule"), [(51, "D21"), (-1, "D3"), ("12", "D3"), (True, "D3"), (None, "D3")]
    )
    def test_marks_out_of_bounds(self, candidate: Candidate, mark: object, rule: str) -> None:
        with refused(rule, where="mark.bench"):
            candidate.score("bench", mark)


class TestResults:
    def test_after_the_exam(self, candidate: Candidate) -> None:
        candidate.score("theory", 60)
        with refused("P85", where="registration"):
            candidate.result("fail")

    def test_not_dated_before_it(self, world: World, candidate: Candidate) -> None:
        scored(candidate, 1)
        with refused("P85", where="determined_on"):
            candidate.result("fail", determined_on=world.day(-1))

    def test_once(self, candidate: Candidate) -> None:
        scored(candidate, 1).result("fail")
        at = len(candidate.world.log) - 1
        with refused("P86", fact=at):
            candidate.result("fail")

    @pytest.mark.parametrize("changes", [{"version": 2}, {"standard": "other"}])
    def test_under_the_standard_of_the_exam_date(
        self, candidate: Candidate, changes: dict[str, Any]
    ) -> None:
        scored(candidate, 1)
        with refused("P87", where="standard"):
            candidate.result("fail", **changes)

    @pytest.mark.parametrize("parts", [[], ["theory"], ["theory", "bench", "report"]])
    def test_on_all_recorded_marks_and_no_others(
        self, candidate: Candidate, parts: list[str]
    ) -> None:
        scored(candidate, 60, 40)
        with refused("P88", where="parts"):
            candidate.result("fail", parts=parts)

    def test_marks_are_repeated_byte_for_byte(self, world: World, candidate: Candidate) -> None:
        scored(candidate, 60)
        candidate.disclosures["mark.theory"] = make_disclosure(
            "mark.theory", 60, world.chance.bytes(32)
        )
        with refused("P88", where="_sd"):
            candidate.result("fail")

    def test_no_other_mark_is_slipped_in(self, world: World, candidate: Candidate) -> None:
        scored(candidate, 60)
        claims = {
            "registration": candidate.registration,
            "standard": "welding",
            "version": 1,
            "outcome": "fail",
            "parts": ["theory"],
            "determined_on": world.today,
        }
        with refused("D22", where="mark.bench"):
            world.say(
                "northern",
                "result.determined",
                claims,
                {"mark.bench": 50},
                repeat=candidate.marks(),
            )

    @pytest.mark.parametrize(
        ("marks", "outcome"),
        [
            ((60, 40, 16), "pass"),
            ((59, 50, 20), "fail"),  # theory 59 of 60 needed
            ((60, 39, 16), "fail"),  # practice 46.8 + 32 = 78.8 of 80 needed
            ((100, 50), "fail"),  # a missing part is not a zero, and no pass
            ((), "fail"),
        ],
    )
    def test_the_pass_rule_decides(
        self, candidate: Candidate, marks: tuple[int, ...], outcome: str
    ) -> None:
        scored(candidate, *marks)
        wrong = "fail" if outcome == "pass" else "pass"
        with refused("D23", where="outcome"):
            candidate.result(wrong)
        candidate.result(outcome)


class TestPublication:
    def test_not_dated_before_the_exam(self, world: World, candidate: Candidate) -> None:
        scored(candidate, 1).result("fail")
        with refused("P89", where="published_on"):
            claims = {"session": candidate.session, "published_on": world.day(-1)}
            world.say("northern", "results.published", claims)

    def test_in_a_bounded_number_of_portions(
        self, world: World, candidate: Candidate, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(results, "MAX_PUBLICATIONS", 2)
        world.hold(candidate.session)
        for _ in range(2):
            world.publish(candidate.session)
        with refused("P89", where="session"):
            world.publish(candidate.session)
