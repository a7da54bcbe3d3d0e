"""Founding, stated time, rules versions, accepted histories (P20 to P25)."""

from __future__ import annotations

from typing import Any

import pytest

from ledger.core.statement import sign_possession
from ledger.domain.form import issuer_url
from ledger.domain.rulebook import VERSION_1
from tests.domain.refusing import refused
from tests.world import (
    ORIGIN,
    Candidate,
    World,
    named,
    ready_world,
    replay,
    seed_key,
    standard_claims,
)


def founding_claims(**changes: Any) -> tuple[World, dict[str, Any]]:
    world = World()
    claims = dict(world.founding().claims)
    for name in ("iss", "iat", "jti", "type"):
        del claims[name]
    return world, {**claims, **changes}


def test_the_founding_binds_origin_parties_and_keys() -> None:
    world = World().found()
    info: Any = world.records["ledger"]
    assert (info.origin, info.operator, info.regulator) == (ORIGIN, "operator", "regulator")
    assert info.rules_version == 1
    uses = sorted(key.use for name, key in world.records.items() if name.startswith("key/"))  # type: ignore[union-attr]
    assert uses == ["log", "recovery", "report", "statement", "statement"]


def test_a_ledger_is_founded_once() -> None:
    world = World().found()
    with refused("P20", fact=0):
        world.admit(world.founding())


def test_the_first_statement_is_the_founding() -> None:
    world = World().found()
    world.log.clear()
    world.records.clear()
    with refused("P26"):
        world.say("regulator", "party.closed", {"party": "operator"})


@pytest.mark.parametrize("name", ["log_key", "statement_key", "report_key", "recovery_key"])
def test_each_key_proves_possession(name: str) -> None:
    world, claims = founding_claims()
    key = seed_key("some other key")
    claims[name] = {"key": key.public.x, "proof": claims["regulator_key"]["proof"]}
    with refused("P21", where=name):
        world.say("operator", "ledger.founded", claims)


def test_a_proof_is_bound_to_the_origin() -> None:
    world, claims = founding_claims()
    key = seed_key("operator/log")
    proof = sign_possession(key, "elsewhere.example", "operator", "log")
    claims["log_key"] = {"key": key.public.x, "proof": proof}
    with refused("P21"):
        world.say("operator", "ledger.founded", claims)


def test_the_five_keys_are_different() -> None:
    world, claims = founding_claims()
    key = seed_key("operator/log")
    proof = sign_possession(key, ORIGIN, "operator", "report")
    claims["report_key"] = {"key": key.public.x, "proof": proof}
    with refused("P21"):
        world.say("operator", "ledger.founded", claims)


def test_the_operator_signs_it_with_the_key_it_names() -> None:
    world, claims = founding_claims()
    with refused("P22", where="kid"):
        world.admit(
            world.signers["regulator"].sign(
                "ledger.founded", claims, at=world.now, iss=issuer_url(ORIGIN, "operator")
            )
        )
    with refused("P22", where="iss"):
        world.say("operator", "ledger.founded", claims, iss=issuer_url(ORIGIN, "regulator"))


def test_operator_and_regulator_are_two() -> None:
    world, claims = founding_claims(regulator="operator")
    for name, use in (("regulator_key", "statement"), ("recovery_key", "recovery")):
        key = seed_key("regulator" if use == "statement" else "regulator/recovery")
        proof = sign_possession(key, ORIGIN, "operator", use)
        claims[name] = {"key": key.public.x, "proof": proof}
    with refused("P22", where="regulator"):
        world.say("operator", "ledger.founded", claims)


def test_stated_time_never_goes_back_and_never_stands() -> None:
    world = World().found()
    for time in (world.now - 1, world.now):
        with refused("P23", where="time"):
            world.admit(world.sign("operator", "time.stated", {"time": time}, at=time))
    with refused("P23", where="time"):
        world.admit(world.sign("operator", "time.stated", {"time": world.now + 9}, at=world.now))
    later = world.now + 1
    world.admit(world.sign("operator", "time.stated", {"time": later}, at=later))
    assert world.records["clock"].time == later  # type: ignore[union-attr]


def test_only_the_operator_states_the_time() -> None:
    world = World().found()
    with refused("P14"):
        world.admit(
            world.sign("regulator", "time.stated", {"time": world.now + 1}, at=world.now + 1)
        )


class TestRulesVersions:
    def test_a_version_that_the_software_does_not_know_is_not_adopted(self) -> None:
        world = World().found()
        with refused("P24", where="version"):
            world.say("operator", "rules.adopted", {"version": 2})

    def test_versions_follow_each_other(self) -> None:
        world = World().found()
        for version in (1, 3):
            with refused("P24", where="version"):
                world.say("operator", "rules.adopted", {"version": version})

    def test_each_statement_is_judged_by_the_version_in_force_at_its_position(self) -> None:
        """Version 2, for this test, knows no renaming: before its adoption one is admitted, after
        it the same is refused, and a replay decides the same at both places."""
        version_2 = {name: kind for name, kind in VERSION_1.items() if name != "party.renamed"}
        world = World(rulebooks={1: VERSION_1, 2: version_2}).found()
        world.party("northern", "agency")
        world.say("regulator", "party.renamed", {"party": "northern", "name": "North"})
        statement = world.say("operator", "rules.adopted", {"version": 2})
        assert world.records["ledger"].rules_version == 1  # type: ignore[union-attr]
        world.say("regulator", "approved", {"statement": statement.leaf_id})
        assert world.records["ledger"].rules_version == 2  # type: ignore[union-attr]
        with refused("P1"):
            world.say("regulator", "party.renamed", {"party": "northern", "name": "Northern"})
        assert replay(world).records == world.records


class TestHistory:
    def claims(self, world: World, **changes: Any) -> dict[str, Any]:
        return {
            "agency": "northern",
            "first_day": world.day(-1000),
            "last_day": world.day(-1),
            "deadline": world.now + 3600,
            **changes,
        }

    def test_an_accepted_period_lets_old_facts_in_with_their_own_dates(self) -> None:
        world = ready_world()
        world.approved("operator", "history.accepted", self.claims(world))
        scope = [{"certificate_type": "welding", "level": "advanced"}]
        world.accredit(scope=scope, effective_from=world.day(-900))
        world.approved(
            "northern",
            "standard.published",
            standard_claims(
                standard="old-welding",
                level="advanced",
                effective_from=world.day(-800),
            ),
        )
        assert "standard/old-welding/1" in world.records

    def test_it_takes_effect_with_the_regulators_consent(self) -> None:
        world = ready_world()
        world.say("operator", "history.accepted", self.claims(world))
        scope = [{"certificate_type": "welding", "level": "advanced"}]
        with refused("P19"):
            world.accredit(scope=scope, effective_from=world.day(-900))

    @pytest.mark.parametrize("day", [-1001, -31])
    def test_outside_the_period_or_after_the_deadline_it_covers_nothing(self, day: int) -> None:
        world = ready_world()
        claims = self.claims(world, last_day=world.day(-40))
        world.approved("operator", "history.accepted", claims)
        scope = [{"certificate_type": "welding", "level": "advanced"}]
        with refused("P19"):
            world.accredit(scope=scope, effective_from=world.day(day))
        world.now += 3601
        with refused("P19"):
            world.accredit(scope=scope, effective_from=world.day(-900))

    def test_it_covers_its_agency_only(self) -> None:
        world = ready_world()
        world.party("eastern", "agency")
        world.approved("operator", "history.accepted", self.claims(world))
        with refused("P19"):
            world.accredit("eastern", effective_from=world.day(-900))

    @pytest.mark.parametrize(
        ("field", "value", "where"),
        [
            ("agency", "nobody", "agency"),
            ("agency", "harbour", "agency"),
            ("last_day", "2020-01-01", "last_day"),
            ("last_day", "2030-01-01", "last_day"),
            ("deadline", 1, "deadline"),
        ],
    )
    def test_its_bounds_make_sense(self, field: str, value: object, where: str) -> None:
        world = ready_world()
        with refused("P25", where=where):
            world.say("operator", "history.accepted", self.claims(world, **{field: value}))

    def test_a_second_period_adds_to_the_first(self) -> None:
        world = ready_world()
        world.approved("operator", "history.accepted", self.claims(world))
        later = self.claims(world, first_day="2010-01-01", last_day="2010-12-31")
        world.approved("operator", "history.accepted", later)
        assert len(world.records["history/northern"].accepted) == 2  # type: ignore[union-attr]

    def test_a_whole_session_of_the_past_enters_with_its_own_dates(self) -> None:
        """Exam, results and certificates of two years ago; windows are measured by those dates."""
        world = ready_world()
        claims = self.claims(world, first_day="2023-01-01", last_day="2024-12-31")
        world.approved("operator", "history.accepted", claims)
        scope = {"certificate_type": "welding", "level": "advanced"}
        world.accredit(scope=[scope], effective_from="2023-01-01")
        old = standard_claims(standard="old-welding", level="advanced", effective_from="2023-02-01")
        world.approved("northern", "standard.published", old)
        session = world.chance.id()
        plan = {"session": session, **scope, "exam_date": "2023-09-01", "planned_on": "2023-03-01"}
        world.say("northern", "session.planned", plan)
        announced = {"session": session, "published_on": "2023-03-02"}
        world.say("northern", "session.published", announced)
        student = world.student()
        registered = {
            "registration": world.chance.id(),
            "session": session,
            "attempt": 1,
            "registered_on": "2023-04-01",
        }
        disclosed = {"person": student.person, "name": student.name}
        statement = world.say("harbour", "candidate.registered", registered, disclosed)
        held = {"session": session, "held_on": "2023-09-01"}
        world.say("northern", "session.held", held)
        candidate = Candidate(
            student, session, registered["registration"], "northern", named(statement)
        )
        for part, mark in (("theory", 60), ("bench", 40), ("report", 16)):
            score = {
                "registration": candidate.registration,
                "part": part,
                "assessed_on": "2023-09-01",
            }
            said = world.say("northern", "score.recorded", score, {f"mark.{part}": mark})
            candidate.disclosures |= named(said)
        candidate.result("pass", standard="old-welding", determined_on="2023-09-10")
        results = {"session": session, "published_on": "2023-09-11"}
        world.say("northern", "results.published", results)
        changes: dict[str, Any] = {
            "level": "advanced",
            "standard": "old-welding",
            "exam_date": "2023-09-01",
            "status": {
                "status_list": {
                    "idx": 3,
                    "uri": f"https://{ORIGIN}/status/northern-2023-1",
                }
            },
        }
        with refused("P104"):
            candidate.issue(issued_on="2023-09-13", **changes)
        ident = candidate.issue(issued_on="2023-09-14", **changes).claims["certificate"]
        assert world.records[f"certificate/{ident}"].imported  # type: ignore[union-attr]
        world.say("northern", "session.closed", {"session": session, "closed_on": "2023-09-14"})
        assert replay(world).records == world.records
