"""Certificate types, standards, accreditation (P40 to P52)."""

from __future__ import annotations

from typing import Any

import pytest

from ledger.domain.accreditation import standing
from ledger.domain.standards import in_force
from tests.domain.refusing import refused
from tests.world import SCOPE, World, ready_world, standard_claims

TYPE = {"certificate_type": "welding", "name": "Welding", "category": "vocational"}


def bare_world() -> World:
    world = World().found()
    world.party("northern", "agency")
    world.party("eastern", "agency")
    world.say("regulator", "certificate_type.defined", TYPE)
    return world


def periods(world: World) -> Any:
    return world.records["periods/welding/elementary"]


class TestTypes:
    def test_a_type_is_defined_once(self) -> None:
        with refused("P40", where="certificate_type", fact=5):
            bare_world().say("regulator", "certificate_type.defined", TYPE)

    def test_it_may_say_what_it_serves_and_from_which_source(self) -> None:
        world = bare_world()
        claims = {
            **TYPE,
            "certificate_type": "baking",
            "source": "O*NET",
            "occupations": [{"code": "51-3011.00", "title": "Bakers"}],
            "skills": [],
        }
        world.say("regulator", "certificate_type.defined", claims)

    def test_a_retired_type_gets_no_new_standard(self) -> None:
        world = bare_world()
        retired = {"certificate_type": "welding", "retired_on": world.today}
        world.say("regulator", "certificate_type.retired", retired)
        with refused("P41"):
            world.standard()
        with refused("P41"):
            world.say("regulator", "certificate_type.retired", retired)

    def test_an_undefined_type_has_no_standard(self) -> None:
        with refused("P41", where="certificate_type"):
            bare_world().standard(certificate_type="baking")


class TestStandards:
    def test_it_is_in_force_only_after_the_regulators_consent(self) -> None:
        world = bare_world()
        statement = world.say("northern", "standard.published", standard_claims())
        assert "periods/welding/elementary" not in world.records
        world.say("regulator", "approved", {"statement": statement.leaf_id})
        assert in_force(periods(world), "2026-01-01") == ("welding", 1)
        assert in_force(periods(world), "2025-12-19") is None

    def test_a_version_is_immutable(self) -> None:
        world = bare_world()
        world.standard()
        with refused("P42", where="version"):
            world.say("northern", "standard.published", standard_claims(title="Softer welding"))

    @pytest.mark.parametrize(
        "changes",
        [
            {"parts": [{"part": "a-1", "component": "a-1", "maximum": 10, "weight": "99.9"}]},
            {
                "parts": [
                    {"part": "a-1", "component": "a-1", "maximum": 10, "weight": "50"},
                    {"part": "a-1", "component": "a-1", "maximum": 10, "weight": "50.0"},
                ]
            },
            {"pass_rule": {"kind": "thresholds"}},
            {
                "pass_rule": {
                    "kind": "decision",
                    "totals": [{"component": "theory", "minimum": "1"}],
                }
            },
            {
                "pass_rule": {
                    "kind": "thresholds",
                    "totals": [{"component": "theory", "minimum": "100.1"}],
                }
            },
            {
                "pass_rule": {
                    "kind": "thresholds",
                    "totals": [{"component": "other", "minimum": "10"}],
                }
            },
        ],
    )
    def test_weights_and_pass_rule_fit(self, changes: dict[str, Any]) -> None:
        with refused("P43"):
            bare_world().say("northern", "standard.published", standard_claims(**changes))

    def test_effective_periods_do_not_overlap_whoever_publishes(self) -> None:
        world = bare_world()
        world.standard()
        for agency in ("northern", "eastern"):
            with refused("P44", where="effective_from"):
                world.say(
                    agency,
                    "standard.published",
                    standard_claims(standard="other", effective_from="2026-05-01"),
                )
        world.standard(standard="advanced", level="advanced")

    def test_a_new_standard_begins_with_version_one(self) -> None:
        with refused("P45", where="version"):
            bare_world().standard(version=2)

    def test_a_revision_ends_the_version_before_on_the_day_before(self) -> None:
        world = bare_world()
        world.standard()
        revised = standard_claims(version=2, effective_from="2026-03-01")
        world.approved("northern", "standard.revised", revised)
        assert [tuple(p) for p in periods(world).periods] == [
            ("2025-12-20", "2026-02-28", "welding", 1),
            ("2026-03-01", None, "welding", 2),
        ]

    def test_a_revision_begins_after_the_exams_held(self) -> None:
        world = ready_world()
        world.hold(world.session())
        held = world.today
        world.pass_days(2)
        for day in (world.day(-3), held):
            with refused("P46", where="effective_from"):
                revised = standard_claims(version=2, effective_from=day)
                world.say("northern", "standard.revised", revised)
        early = standard_claims(version=2, effective_from=world.day(-1))
        pending = world.say("northern", "standard.revised", early)
        world.hold(world.session())  # while the revision awaits consent
        with refused("P46", where="effective_from"):
            world.say("regulator", "approved", {"statement": pending.leaf_id})
        later = standard_claims(version=2, effective_from=world.day(1))
        world.approved("northern", "standard.revised", later)
        assert in_force(periods(world), world.today) == ("welding", 1)
        assert in_force(periods(world), world.day(1)) == ("welding", 2)

    @pytest.mark.parametrize(
        ("agency", "changes", "where"),
        [
            ("northern", {"version": 3}, "version"),
            ("northern", {"standard": "other", "version": 2}, "version"),
            ("eastern", {"version": 2}, "standard"),
            ("northern", {"version": 2, "level": "advanced"}, "level"),
            ("northern", {"version": 2, "effective_from": "2025-12-20"}, "effective_from"),
        ],
    )
    def test_a_revision_follows_the_version_in_force(
        self, agency: str, changes: dict[str, Any], where: str
    ) -> None:
        world = bare_world()
        world.standard()
        with refused("P46", where=where):
            world.say(
                agency,
                "standard.revised",
                standard_claims(**{"effective_from": "2026-03-01", **changes}),
            )

    def test_a_withdrawn_standard_is_not_revised_and_leaves_room(self) -> None:
        world = bare_world()
        world.standard()
        end = {"standard": "welding", "version": 1, "last_day": "2026-02-01"}
        world.approved("northern", "standard.withdrawn", end)
        assert in_force(periods(world), "2026-02-01") == ("welding", 1)
        assert in_force(periods(world), "2026-02-02") is None
        with refused("P46"):
            world.say(
                "northern",
                "standard.revised",
                standard_claims(version=2, effective_from="2026-03-01"),
            )
        world.standard("eastern", standard="new-welding", effective_from="2026-02-02")

    def test_only_its_agency_withdraws_it_once_and_not_for_the_past(self) -> None:
        world = bare_world()
        world.standard()
        end = {"standard": "welding", "version": 1, "last_day": world.today}
        for agency, changes, where in (
            ("eastern", {}, "version"),
            ("northern", {"version": 2}, "version"),
            ("northern", {"last_day": world.day(-1)}, "last_day"),
        ):
            with refused("P47", where=where):
                world.say(agency, "standard.withdrawn", {**end, **changes})
        world.approved("northern", "standard.withdrawn", end)
        with refused("P47", where="version"):
            world.say("northern", "standard.withdrawn", end)


class TestAccreditation:
    def test_agency_and_type_must_be_known(self) -> None:
        world = bare_world()
        with refused("P50", where="agency"):
            world.accredit("nobody")
        with refused("P50", where="scope"):
            world.accredit(scope=[{"certificate_type": "baking", "level": "elementary"}])

    def say(self, world: World, verb: str, day: str, **more: Any) -> None:
        claims = {"agency": "northern", "scope": [dict(SCOPE)], "effective_from": day, **more}
        if verb in ("suspended", "withdrawn"):
            claims["ground"] = "standards"
        world.say("regulator", f"accreditation.{verb}", claims)

    def test_a_standing_runs_from_its_day_on(self) -> None:
        world = bare_world()
        self.say(world, "granted", "2025-12-10")
        self.say(world, "suspended", "2025-12-20")
        self.say(world, "reinstated", "2025-12-25")
        self.say(world, "withdrawn", "2026-02-01", wind_down_until="2026-05-01")
        record: Any = world.records["accreditation/northern/welding/elementary"]
        for day, status in (
            ("2025-12-09", "none"),
            ("2025-12-10", "granted"),
            ("2025-12-24", "suspended"),
            ("2026-01-31", "granted"),
            ("2026-02-01", "withdrawn"),
        ):
            assert standing(record, day)[0] == status

    @pytest.mark.parametrize("verb", ["suspended", "reinstated", "withdrawn"])
    def test_without_a_grant_there_is_nothing_to_change(self, verb: str) -> None:
        more = {"wind_down_until": "2026-09-01"} if verb == "withdrawn" else {}
        with refused("P51", where="scope"):
            self.say(bare_world(), verb, "2026-01-01", **more)

    def test_no_standing_is_slipped_in_before_a_later_one(self) -> None:
        world = bare_world()
        self.say(world, "granted", "2025-12-10")
        at = len(world.log)
        self.say(world, "suspended", "2025-12-30")
        with refused("P51", where="effective_from", fact=at):
            self.say(world, "withdrawn", "2025-12-20", wind_down_until="2026-01-01")

    def test_a_wind_down_ends_after_it_begins(self) -> None:
        world = bare_world()
        self.say(world, "granted", "2025-12-10")
        with refused("P52", where="wind_down_until"):
            self.say(world, "withdrawn", "2026-01-01", wind_down_until="2025-12-31")

    def test_after_a_withdrawal_it_can_be_granted_anew(self) -> None:
        world = bare_world()
        self.say(world, "granted", "2025-12-10")
        self.say(world, "withdrawn", "2025-12-20", wind_down_until="2025-12-31")
        self.say(world, "granted", "2025-12-30")
