"""Suspended, reinstated, revoked (P120 to P126, D31), and consent (P130, P131)."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from ledger.core.statement import parse_entry
from ledger.domain import admission
from ledger.domain.certificate_status import PERSONAL_CODES, UNRECORDED_CODES
from ledger.domain.rulebook import VERSION_1
from tests.domain.refusing import refused
from tests.world import SCOPE, Candidate, World, passed_candidate, ready_world, standard_claims


@pytest.fixture
def issued() -> tuple[World, str]:
    candidate = passed_candidate(ready_world())
    return candidate.world, candidate.issue().claims["certificate"]


def revoke(
    world: World, ident: str, by: str = "northern", disclosed: Any = None, **changes: Any
) -> None:
    claims = {
        "certificate": ident,
        "fault": "agency",
        "found_by": "school",
        "code": "issued_in_error",
        "revoked_on": world.today,
        **changes,
    }
    claims = {name: value for name, value in claims.items() if value is not None}
    world.say(by, "certificate.revoked", claims, disclosed)


def suspend(world: World, ident: str, by: str = "northern", **changes: Any) -> None:
    claims = {"certificate": ident, "ground": "investigation", "suspended_on": world.today}
    world.say(by, "certificate.suspended", {**claims, **changes})


def reinstate(world: World, ident: str, by: str = "northern") -> None:
    claims = {"certificate": ident, "reinstated_on": world.today}
    world.say(by, "certificate.reinstated", claims)


def status(world: World, ident: str) -> Any:
    return world.records[f"certificate/{ident}"]


def test_issued_suspended_reinstated_revoked(issued: tuple[World, str]) -> None:
    world, ident = issued
    suspend(world, ident)
    assert (status(world, ident).status, status(world, ident).status_code) == (
        "suspended",
        "investigation",
    )
    reinstate(world, ident)
    assert status(world, ident).status == "issued"
    revoke(world, ident)
    record = status(world, ident)
    assert (record.status, record.status_code, record.fault, record.found_by) == (
        "revoked",
        "issued_in_error",
        "agency",
        "school",
    )


def test_revoked_is_final(issued: tuple[World, str]) -> None:
    world, ident = issued
    revoke(world, ident)
    at = len(world.log) - 1
    for again in (revoke, suspend, reinstate):
        with refused("P122", fact=at):
            again(world, ident)


def test_only_a_certificate_that_exists(issued: tuple[World, str]) -> None:
    world, _ = issued
    with refused("P120", where="certificate"):
        revoke(world, world.chance.id())


def test_only_by_the_issuer_or_the_regulator(issued: tuple[World, str]) -> None:
    world, ident = issued
    world.party("eastern", "agency")
    with refused("P121", where="iss"):
        revoke(world, ident, "eastern")
    revoke(world, ident, "regulator")


def test_a_suspended_certificate_is_not_suspended_again(issued: tuple[World, str]) -> None:
    world, ident = issued
    with refused("P122"):
        reinstate(world, ident)
    suspend(world, ident)
    with refused("P122"):
        suspend(world, ident)


def test_what_the_regulator_suspended_the_agency_does_not_reinstate(
    issued: tuple[World, str],
) -> None:
    world, ident = issued
    suspend(world, ident, "regulator", ground="order")
    with refused("P123"):
        reinstate(world, ident)
    reinstate(world, ident, "regulator")
    suspend(world, ident)
    reinstate(world, ident, "regulator")


def test_a_status_does_not_begin_before_the_issue(issued: tuple[World, str]) -> None:
    world, ident = issued
    with refused("P124", where="suspended_on"):
        suspend(world, ident, suspended_on=world.day(-1))


@pytest.mark.parametrize("code", UNRECORDED_CODES)
def test_a_code_whose_ground_cannot_be_recorded_is_refused(
    issued: tuple[World, str], code: str
) -> None:
    world, ident = issued
    with refused("P125", where="code"):
        revoke(world, ident, code=code)


@pytest.mark.parametrize(
    ("fault", "code"),
    [("none", "issued_in_error"), ("agency", "regulator_order"), ("agency", None), ("none", None)],
)
def test_code_and_fault_fit(issued: tuple[World, str], fault: str, code: str | None) -> None:
    world, ident = issued
    with refused("P125", where="code"):
        revoke(world, ident, fault=fault, code=code)


@pytest.mark.parametrize("code", PERSONAL_CODES)
def test_a_persons_matter_is_a_disclosure(issued: tuple[World, str], code: str) -> None:
    world, ident = issued
    with refused("P125", where="code"):
        revoke(world, ident, fault="person")
    with refused("P125", where="_sd"):
        revoke(world, ident, fault="person", code=None)
    with refused("D31", where="code"):
        revoke(world, ident, fault="person", code=None, disclosed={"reason": "see file"})
    revoke(world, ident, fault="person", code=None, disclosed={"code": code})
    assert status(world, ident).status_code is None


def test_an_agencys_fault_discloses_no_code(issued: tuple[World, str]) -> None:
    world, ident = issued
    revoke(world, ident, disclosed={"reason": "typed the wrong number"})


def test_only_the_regulator_revokes_by_order(issued: tuple[World, str]) -> None:
    world, ident = issued
    with refused("P126", where="code"):
        revoke(world, ident, fault="none", code="regulator_order")
    revoke(world, ident, "regulator", fault="none", code="regulator_order")


def test_an_agency_that_lost_its_accreditation_still_revokes(issued: tuple[World, str]) -> None:
    world, ident = issued
    world.say(
        "regulator",
        "accreditation.withdrawn",
        {
            "agency": "northern",
            "scope": [dict(SCOPE)],
            "effective_from": world.today,
            "ground": "malpractice",
            "wind_down_until": world.today,
        },
    )
    revoke(world, ident)


def test_after_a_revocation_the_result_may_be_certificated_anew() -> None:
    candidate = passed_candidate(ready_world())
    first = candidate.issue().claims["certificate"]
    revoke(candidate.world, first)
    candidate.issue()
    assert status(candidate.world, first).status == "revoked"


class TestConsent:
    def pending(self) -> tuple[World, str]:
        world = ready_world()
        claims = standard_claims(standard="other", level="advanced")
        return world, world.say("northern", "standard.published", claims).leaf_id

    def test_names_a_statement_that_awaits_it(self) -> None:
        world, leaf = self.pending()
        with refused("P130", where="statement"):
            world.say("regulator", "approved", {"statement": "A" * 43})
        world.say("regulator", "approved", {"statement": leaf})
        with refused("P130"):
            world.say("regulator", "approved", {"statement": leaf})

    def test_of_who_is_asked(self) -> None:
        world, leaf = self.pending()
        with refused("P131"):
            world.say("operator", "approved", {"statement": leaf})

    def test_a_late_statement_that_needs_the_regulator_anyway_needs_it_once(self) -> None:
        world = ready_world()
        claims = standard_claims(
            standard="other",
            level="advanced",
            effective_from="2025-11-01",
            late_reason="delayed_records",
        )
        statement = world.say("northern", "standard.published", claims)
        pending: Any = world.records[f"pending/{statement.leaf_id}"]
        assert pending.missing == ("regulator",)

    def test_at_the_last_consent_all_rules_run_again(self) -> None:
        """Two standards for one period await consent; the first to get it shuts the other out."""
        world, first = self.pending()
        claims = standard_claims(standard="rival", level="advanced")
        second = world.say("northern", "standard.published", claims).leaf_id
        world.say("regulator", "approved", {"statement": second})
        with refused("P44"):
            world.say("regulator", "approved", {"statement": first})
        assert f"pending/{first}" in world.records

    def test_a_closed_party_gets_nothing_through_any_more(self) -> None:
        world, leaf = self.pending()
        world.say("regulator", "party.closed", {"party": "northern"})
        with refused("P10"):
            world.say("regulator", "approved", {"statement": leaf})

    def test_a_pending_certificate_awaits_consent_and_reserves_nothing(self) -> None:
        candidate: Candidate = passed_candidate(ready_world())
        world = candidate.world
        day = world.today
        world.pass_days(31)
        claims = candidate.certificate_claims(issued_on=day, late_reason="delayed_records")
        repeat = (candidate.disclosures["name"],)
        statement = world.say("northern", "certificate.issued", claims, repeat=repeat)
        at = len(world.log) - 1
        ident = claims["certificate"]
        assert f"awaiting/{ident}" in world.records
        assert f"certificate/{ident}" not in world.records
        assert f"number/{claims['number']}" not in world.records
        world.say("regulator", "approved", {"statement": statement.leaf_id})
        assert f"awaiting/{ident}" not in world.records
        record = status(world, ident)
        assert (record.position, record.status_position) == (at, len(world.log) - 1)

    def test_where_two_consents_are_needed_the_last_one_counts(self) -> None:
        both = replace(
            VERSION_1["party.renamed"],
            consents=lambda _: ("operator", "regulator"),
            signers=("regulator",),
        )
        retire = replace(VERSION_1["key.retired"], consents=lambda _: ("operator", "regulator"))
        rulebook = {**VERSION_1, "party.renamed": both, "key.retired": retire}
        world = World(rulebooks={1: rulebook}).found()
        world.party("northern", "agency")
        kid = world.signers["northern"].key.public.thumbprint
        statement = world.say("northern", "key.retired", {"kid": kid})
        world.say("regulator", "approved", {"statement": statement.leaf_id})
        assert world.records[f"key/{kid}"].until is None  # type: ignore[union-attr]
        with refused("P131"):
            world.say("regulator", "approved", {"statement": statement.leaf_id})
        world.say("operator", "approved", {"statement": statement.leaf_id})
        assert world.records[f"key/{kid}"].until == len(world.log) - 1  # type: ignore[union-attr]
        # One's own consent is in the signature: only the other party's is missing.
        claims = {"party": "northern", "name": "North"}
        renamed = world.say("regulator", "party.renamed", claims)
        world.say("operator", "approved", {"statement": renamed.leaf_id})
        assert world.records["party/northern"].name == "North"  # type: ignore[union-attr]

    def test_consent_is_judged_without_a_vault_too(self) -> None:
        world, leaf = self.pending()
        consent = parse_entry(world.sign("regulator", "approved", {"statement": leaf}).entry)
        done = admission.hear(
            consent, world.records.get, position=len(world.log), load_person=world.people.get
        )
        assert done.effect == world.records[f"pending/{leaf}"].position  # type: ignore[union-attr]


class TestLateStatus:
    def late(self, world: World, ident: str) -> None:
        day = world.today
        world.pass_days(31)
        suspend(world, ident, suspended_on=day)

    def test_a_late_suspension_is_refused(self, issued: tuple[World, str]) -> None:
        with refused("P19", where="suspended_on"):
            self.late(*issued)

    def test_an_accepted_history_of_the_issuer_covers_it(self, issued: tuple[World, str]) -> None:
        world, ident = issued
        world.pass_days(1)
        claims = {
            "agency": "northern",
            "first_day": world.day(-9),
            "last_day": world.today,
            "deadline": world.now + 99 * 86_400,
        }
        world.approved("operator", "history.accepted", claims)
        self.late(world, ident)
        assert status(world, ident).status == "suspended"

    def test_nobodys_history_covers_what_concerns_no_agency(self) -> None:
        world = ready_world()
        with refused("P19"):
            world.say(
                "regulator",
                "certificate_type.retired",
                {"certificate_type": "welding", "retired_on": world.day(-31)},
            )

    def test_a_certificate_that_does_not_exist_has_no_history(self) -> None:
        world = ready_world()
        with refused("P19"):
            suspend(world, world.chance.id(), suspended_on=world.day(-31))
