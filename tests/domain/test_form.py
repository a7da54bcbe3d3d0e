"""Every statement: shape, key, signer, jti and times (P1 to P19)."""

from __future__ import annotations

import pytest

from ledger.core.statement import Statement, parse_entry
from ledger.domain import admission
from ledger.domain.case import AHEAD_SECONDS
from ledger.domain.form import issuer_url
from ledger.domain.rulebook import RULEBOOKS
from tests.domain.refusing import refused
from tests.world import DAY, ORIGIN, START, Signer, World, passed_candidate, ready_world, seed_key

PARTY = {"party": "eastern", "name": "Eastern", "roles": ["agency"]}


@pytest.fixture
def world() -> World:
    return ready_world()


def test_a_type_that_the_rules_do_not_know_is_refused(world: World) -> None:
    with refused("P1", where="type"):
        world.say("regulator", "candidate.bribed", {})


def test_typ_must_be_that_of_the_type() -> None:
    # core refuses this at parsing; a log made by other software meets the rule at replay
    statement = ready_world().sign("regulator", "party.registered", PARTY)
    forged = Statement(**{**_fields(statement), "typ": "dc+sd-jwt"})
    world = ready_world()
    with refused("P2", where="typ"):
        admission.hear(forged, world.records.get, position=len(world.log))


def _fields(statement: Statement) -> dict[str, object]:
    return {name: getattr(statement, name) for name in Statement.__slots__}


def test_an_unknown_field_is_refused(world: World) -> None:
    with refused("P3", where="colour"):
        world.say("regulator", "party.registered", {**PARTY, "colour": "blue"})


@pytest.mark.parametrize("name", sorted(PARTY))
def test_a_missing_field_is_refused(world: World, name: str) -> None:
    with refused("P4"):
        world.say("regulator", "party.registered", {k: v for k, v in PARTY.items() if k != name})


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("party", "Eastern"),
        ("party", 7),
        ("party", "-x"),
        ("name", ""),
        ("name", "a\nb"),
        ("name", "x" * 201),
        ("roles", "agency"),
        ("roles", []),
        ("roles", ["agency", "agency"]),
        ("roles", ["regulator"]),
        ("roles", [True]),
    ],
)
def test_a_value_of_another_kind_is_refused(world: World, field: str, value: object) -> None:
    with refused("P5"):
        world.say("regulator", "party.registered", {**PARTY, field: value})


def test_a_type_that_discloses_nothing_has_no_digests(world: World) -> None:
    with refused("P6", where="_sd"):
        world.say("regulator", "party.registered", PARTY, {"remark": "x"})


@pytest.mark.parametrize(
    "iss",
    [
        "https://other.example/authorities/regulator",
        f"https://{ORIGIN}/authorities/",
        f"http://{ORIGIN}/authorities/regulator",
        "regulator",
    ],
)
def test_an_issuer_of_another_ledger_is_refused(world: World, iss: str) -> None:
    with refused("P7", where="iss"):
        world.say("regulator", "party.registered", PARTY, iss=iss)


def test_a_party_that_nobody_registered_is_refused(world: World) -> None:
    stranger = world.signer("northern")
    with refused("P10", where="iss"):
        world.admit(
            stranger.sign(
                "session.held",
                {"session": world.chance.id(), "held_on": world.today},
                at=world.now,
                iss=issuer_url(ORIGIN, "stranger"),
            )
        )


def test_a_key_that_nobody_registered_is_refused(world: World) -> None:
    world.signer("regulator", "another key")
    with refused("P11", where="kid"):
        world.say("regulator", "party.registered", PARTY)


def test_the_key_of_another_party_is_refused(world: World) -> None:
    northern = world.signers["northern"]
    with refused("P12", where="kid"):
        world.admit(
            northern.sign(
                "party.registered", PARTY, at=world.now, iss=issuer_url(ORIGIN, "regulator")
            )
        )


@pytest.mark.parametrize("name", ["regulator/recovery"])
def test_a_key_for_another_use_signs_no_statements(world: World, name: str) -> None:
    world.signer("regulator", name)
    with refused("P12", fact=0):
        world.say("regulator", "party.registered", PARTY)


def test_a_retired_key_signs_nothing_more_and_what_it_signed_stands(world: World) -> None:
    session = world.session()
    at = len(world.log)
    world.say("northern", "key.retired", {"kid": world.signers["northern"].key.public.thumbprint})
    with refused("P13", where="kid", fact=at):
        world.hold(session)
    assert world.records[f"session/{session}"].stage == "published"  # type: ignore[union-attr]


def test_a_role_signs_its_own_statements_only(world: World) -> None:
    with refused("P14"):
        world.say("northern", "party.registered", PARTY)
    with refused("P14"):
        world.say(
            "harbour",
            "session.planned",
            {
                "session": world.chance.id(),
                "certificate_type": "welding",
                "level": "elementary",
                "exam_date": world.today,
                "planned_on": world.today,
            },
        )


def test_the_regulator_cannot_issue(world: World) -> None:
    candidate = passed_candidate(world)
    with refused("P14"):
        world.say(
            "regulator",
            "certificate.issued",
            candidate.certificate_claims(),
            repeat=(candidate.disclosures["name"],),
        )


def test_a_jti_is_used_once_by_a_party_and_another_may_use_it_too(world: World) -> None:
    jti = world.say("regulator", "party.registered", PARTY).jti
    at = len(world.log) - 1
    with refused("P15", where="jti", fact=at):
        world.say("regulator", "party.renamed", {"party": "eastern", "name": "East"}, jti=jti)
    world.say(
        "northern",
        "session.planned",
        {
            "session": world.chance.id(),
            "certificate_type": "welding",
            "level": "elementary",
            "exam_date": world.today,
            "planned_on": world.today,
        },
        jti=jti,
    )


def test_five_minutes_ahead_pass_and_a_second_more_does_not(world: World) -> None:
    with refused("P16", where="iat"):
        world.say("regulator", "party.registered", PARTY, at=world.now + AHEAD_SECONDS + 1)
    world.say("regulator", "party.registered", PARTY, at=world.now + AHEAD_SECONDS)


def test_thirty_days_behind_pass_and_a_second_more_does_not(world: World) -> None:
    world.pass_days(40)
    with refused("P17", where="iat"):
        world.say("regulator", "party.registered", PARTY, at=world.now - 30 * DAY - 1)
    world.say("regulator", "party.registered", PARTY, at=world.now - 30 * DAY)


def test_a_fact_of_tomorrow_is_refused(world: World) -> None:
    session = world.session(exam_in=1)
    with refused("P18", where="held_on"):
        world.say("northern", "session.held", {"session": session, "held_on": world.day(1)})


def test_a_plan_may_lie_ahead(world: World) -> None:
    world.accredit(
        "northern",
        scope=[{"certificate_type": "welding", "level": "advanced"}],
        effective_from=world.day(100),
    )


class TestLate:
    def test_thirty_days_are_not_late_and_one_more_is(self, world: World) -> None:
        session = world.session()
        world.pass_days(30)
        world.say("northern", "session.held", {"session": session, "held_on": world.day(-30)})
        late = ready_world()
        session = late.session()
        late.pass_days(31)
        with refused("P19", where="held_on"):
            late.say("northern", "session.held", {"session": session, "held_on": late.day(-31)})

    @pytest.mark.parametrize("days", [0, 30])
    def test_a_reason_for_being_late_is_given_only_by_what_is_late(self, days: int) -> None:
        """Else a verdict would tell of a second party's consent that nobody asked for."""
        candidate = passed_candidate(ready_world())
        issued_on = candidate.world.today
        candidate.world.pass_days(days)
        with refused("P19", where="late_reason"):
            candidate.issue(issued_on=issued_on, late_reason="correction")
        candidate.issue(issued_on=issued_on)

    def test_a_reason_and_the_regulators_consent_let_it_in(self, world: World) -> None:
        session = world.session()
        world.pass_days(31)
        held = {"session": session, "held_on": world.day(-31), "late_reason": "system_failure"}
        statement = world.say("northern", "session.held", held)
        assert world.effects[-1] is None
        assert world.records[f"session/{session}"].stage == "published"  # type: ignore[union-attr]
        world.say("regulator", "approved", {"statement": statement.leaf_id})
        assert world.records[f"session/{session}"].stage == "held"  # type: ignore[union-attr]

    def test_what_the_regulator_states_late_the_operator_countersigns(self, world: World) -> None:
        claims = {
            "scope": [{"certificate_type": "welding", "level": "advanced"}],
            "effective_from": world.day(-31),
            "late_reason": "delayed_records",
        }
        statement = world.accredit("northern", **claims)
        assert world.effects[-1] is None
        with refused("P131"):
            world.say("regulator", "approved", {"statement": statement.leaf_id})
        world.say("operator", "approved", {"statement": statement.leaf_id})
        assert "accreditation/northern/welding/advanced" in world.records


def test_before_the_founding_nothing_is_admitted() -> None:
    world = World()
    world.signer("regulator")
    with refused("P26"):
        world.say("regulator", "party.registered", PARTY)


def test_without_a_vault_the_public_rules_still_decide(world: World) -> None:
    statement = parse_entry(world.sign("regulator", "party.registered", PARTY).entry)
    done = admission.hear(statement, world.records.get, position=len(world.log))
    assert done.subject is None
    assert done.people == {}


def test_a_signer_is_bound_to_its_own_url() -> None:
    signer = Signer("northern", seed_key("northern"), ready_world().chance)
    statement = signer.sign("party.closed", {"party": "harbour"}, at=START)
    assert statement.iss == issuer_url(ORIGIN, "northern")
    assert RULEBOOKS[1]["party.closed"].signers == ("regulator",)
