"""Sessions, enrolment, registration (P60 to P72, D10 to D12)."""

from __future__ import annotations

from typing import Any

import pytest

from ledger.domain.holders import holder_of
from tests.domain.refusing import refused
from tests.world import SCOPE, Student, World, ready_world, standard_claims


@pytest.fixture
def world() -> World:
    return ready_world()


def suspend(world: World, day: str, verb: str = "suspended") -> None:
    claims = {"agency": "northern", "scope": [dict(SCOPE)], "effective_from": day}
    world.say("regulator", f"accreditation.{verb}", {**claims, "ground": "standards"})


def test_a_session_goes_through_its_stages(world: World) -> None:
    session = world.session()
    world.hold(session)
    world.publish(session)
    world.pass_days(3)
    world.say("northern", "session.closed", {"session": session, "closed_on": world.today})
    assert world.records[f"session/{session}"].stage == "closed"  # type: ignore[union-attr]


def plan(world: World, **changes: Any) -> dict[str, Any]:
    return {
        "session": world.chance.id(),
        **SCOPE,
        "exam_date": world.today,
        "planned_on": world.today,
        **changes,
    }


class TestPlanning:
    def test_an_id_is_planned_once(self, world: World) -> None:
        session = world.session()
        with refused("P60", where="session"):
            world.say("northern", "session.planned", plan(world, session=session))

    def test_of_a_known_type(self, world: World) -> None:
        with refused("P41"):
            world.say("northern", "session.planned", plan(world, certificate_type="baking"))

    def test_only_within_the_agencys_scope(self, world: World) -> None:
        world.party("eastern", "agency")
        with refused("P61"):
            world.say("eastern", "session.planned", plan(world))
        with refused("P61"):
            world.say("northern", "session.planned", plan(world, level="advanced"))

    def test_not_before_the_accreditation_begins(self, world: World) -> None:
        with refused("P61", where="exam_date"):
            world.say("northern", "session.planned", plan(world, exam_date=world.day(-11)))

    def test_who_is_suspended_today_plans_nothing_for_later(self, world: World) -> None:
        suspend(world, world.day(-2))
        with refused("P61"):
            world.say("northern", "session.planned", plan(world, exam_date=world.day(20)))

    def test_a_standard_must_be_in_force_on_the_exam_date(self, world: World) -> None:
        end = {"standard": "welding", "version": 1, "last_day": world.day(5)}
        world.approved("northern", "standard.withdrawn", end)
        world.say("northern", "session.planned", plan(world, exam_date=world.day(5)))
        with refused("P62", where="exam_date"):
            world.say("northern", "session.planned", plan(world, exam_date=world.day(6)))


class TestStages:
    def test_of_a_session_that_exists_and_is_ones_own(self, world: World) -> None:
        with refused("P63"):
            world.hold(world.chance.id())
        session = world.session()
        world.party("eastern", "agency")
        with refused("P63"):
            world.hold(session, "eastern")

    def test_each_step_once_and_in_order(self, world: World) -> None:
        session = world.session(publish=False)
        for step in (world.hold, world.publish):
            with refused("P64"):
                step(session)
        published = {"session": session, "published_on": world.today}
        world.say("northern", "session.published", published)
        with refused("P64"):
            world.say("northern", "session.published", published)
        world.hold(session)
        with refused("P64"):
            world.hold(session)

    def test_losing_the_accreditation_stops_a_planned_session(self, world: World) -> None:
        session = world.session(exam_in=5, publish=False)
        suspend(world, world.day(3))
        published = {"session": session, "published_on": world.today}
        with refused("P67"):
            world.say("northern", "session.published", published)

    def test_an_exam_is_not_held_before_its_date(self, world: World) -> None:
        session = world.session(exam_in=2)
        with refused("P65", where="held_on"):
            world.hold(session)
        world.pass_days(2)
        world.hold(session)

    def test_an_exam_is_not_held_while_suspended(self, world: World) -> None:
        session = world.session()
        suspend(world, world.today)
        with refused("P65", where="held_on"):
            world.hold(session)

    def test_an_exam_put_off_into_another_standard_is_planned_anew(self, world: World) -> None:
        session = world.session()
        revised = standard_claims(version=2, effective_from=world.day(2))
        world.approved("northern", "standard.revised", revised)
        world.pass_days(2)
        with refused("P65", where="held_on"):
            world.hold(session)

    def test_it_closes_after_the_objection_window(self, world: World) -> None:
        session = world.session()
        world.hold(session)
        closed = {"session": session, "closed_on": world.today}
        with refused("P66"):
            world.say("northern", "session.closed", closed)
        world.publish(session)
        at = len(world.log) - 1
        world.now += 3 * 86_400 - 1
        closed["closed_on"] = world.today
        with refused("P66", fact=at):
            world.say("northern", "session.closed", closed)
        world.now += 1
        world.say("northern", "session.closed", closed)


class TestStudents:
    def test_a_handle_is_used_once(self, world: World) -> None:
        student = world.student()
        with refused("P70", where="student"):
            world.say(
                "harbour",
                "student.enrolled",
                {"student": student.handle},
                {"person": world.chance.id(), "name": "X"},
            )

    def test_a_person_is_enrolled_at_a_school_once(self, world: World) -> None:
        student = world.student()
        again = {"person": student.person, "name": "X"}
        with refused("D10", where="person"):
            world.say("harbour", "student.enrolled", {"student": world.chance.id()}, again)
        world.party("hillside", "school")
        world.say("hillside", "student.enrolled", {"student": world.chance.id()}, again)

    @pytest.mark.parametrize(
        ("disclosed", "rule"),
        [
            ({"name": "X"}, "D2"),
            ({"person": "short", "name": "X"}, "D3"),
            ({"person": "AAAAAAAAAAAAAAAAAAAAAA", "name": ""}, "D3"),
            ({"person": "AAAAAAAAAAAAAAAAAAAAAA", "name": 7}, "D3"),
            ({"person": "AAAAAAAAAAAAAAAAAAAAAA", "name": "X", "mark.theory": 5}, "D1"),
            ({"person": "AAAAAAAAAAAAAAAAAAAAAA", "name": "X", "born_on": "2001-02-29"}, "D3"),
        ],
    )
    def test_what_is_disclosed_is_what_the_type_declares(
        self, world: World, disclosed: dict[str, Any], rule: str
    ) -> None:
        with refused(rule):
            world.say("harbour", "student.enrolled", {"student": world.chance.id()}, disclosed)


class TestRegistration:
    def claims(self, world: World, session: str, **changes: Any) -> dict[str, Any]:
        return {
            "registration": world.chance.id(),
            "session": session,
            "attempt": 1,
            "registered_on": world.today,
            **changes,
        }

    def register(self, world: World, student: Student, session: str, **changes: Any) -> None:
        disclosed = {"person": student.person, "name": student.name}
        world.say(
            "harbour", "candidate.registered", self.claims(world, session, **changes), disclosed
        )

    def test_an_id_is_used_once(self, world: World) -> None:
        session = world.session()
        first = world.candidate(session)
        with refused("P71", where="registration"):
            self.register(world, world.student("Y"), session, registration=first.registration)

    def test_while_the_session_is_published(self, world: World) -> None:
        student = world.student()
        with refused("P72", where="session"):
            self.register(world, student, world.chance.id())
        session = world.session(publish=False)
        with refused("P72"):
            self.register(world, student, session)
        world.say(
            "northern", "session.published", {"session": session, "published_on": world.today}
        )
        world.pass_days(1)
        with refused("P72", where="registered_on"):
            self.register(world, student, session)
        self.register(world, student, session, registered_on=world.day(-1))
        world.hold(session)
        with refused("P72"):
            self.register(world, world.student("Y"), session, registered_on=world.day(-1))

    def test_of_a_person_who_is_enrolled_at_that_school(self, world: World) -> None:
        session = world.session()
        stranger = Student(world, "Z", "harbour", world.chance.id(), world.chance.id())
        with refused("D11", where="person"):
            stranger.register(session)
        world.party("hillside", "school")
        with refused("D11"):
            Student(world, "W", "hillside", "", world.student().person).register(session)

    def test_a_person_sits_a_session_once_and_twins_are_two_persons(self, world: World) -> None:
        session = world.session()
        student = world.student()
        student.register(session)
        with refused("D12", where="person"):
            student.register(session)
        world.student().register(session)  # same name, another person

    def test_a_re_sit_is_another_registration(self, world: World) -> None:
        student = world.student()
        student.register(world.session())
        student.register(world.session(), attempt=2)

    def test_a_refused_batch_mate_leaves_nothing_behind(self, world: World) -> None:
        session = world.session()
        before = dict(world.people)
        with refused("D11"):
            Student(world, "Z", "harbour", "", world.chance.id()).register(session)
        assert world.people == before

    def test_a_late_registration_is_remembered_only_with_the_last_consent(
        self, world: World
    ) -> None:
        session = world.session()
        student = world.student()
        day = world.today
        world.pass_days(31)
        claims = self.claims(world, session, registered_on=day, late_reason="system_failure")
        disclosed = {"person": student.person, "name": student.name}
        statement = world.say("harbour", "candidate.registered", claims, disclosed)
        assert not any(key.startswith(("sat/", "student-of/")) for key in world.people)
        assert holder_of(statement, world.records.get, world.people.get) == student.handle
        world.say("regulator", "approved", {"statement": statement.leaf_id})
        assert world.people[f"sat/{session}/{student.handle}"] == claims["registration"]

    def test_the_last_consent_judges_what_is_disclosed_again(self, world: World) -> None:
        """Two registrations of one person await consent; the first taken blocks the second."""
        session = world.session()
        student = world.student()
        day = world.today
        world.pass_days(31)
        leaves = []
        for _ in range(2):
            claims = self.claims(world, session, registered_on=day, late_reason="system_failure")
            disclosed = {"person": student.person, "name": student.name}
            leaves.append(world.say("harbour", "candidate.registered", claims, disclosed).leaf_id)
        world.say("regulator", "approved", {"statement": leaves[0]})
        with refused("D12"):
            world.say("regulator", "approved", {"statement": leaves[1]})
