"""The status that a verdict tells is the one that took effect last, whatever dates were stated."""

from __future__ import annotations

from typing import Any

import pytest

from ledger.core.statement import Statement
from tests.domain.asking import ask_file
from tests.world import World, passed_candidate, ready_world

GROUND = {"ground": "objection"}
FAULT = {"fault": "agency", "found_by": "agency", "code": "issued_in_error"}


@pytest.fixture
def world() -> World:
    return ready_world()


@pytest.fixture
def issued(world: World) -> Statement:
    issued = passed_candidate(world).issue()
    world.pass_days(40)
    return issued


def stated(
    world: World, issued: Statement, kind: str, days_ago: int, **more: Any
) -> tuple[str, dict[str, Any]]:
    claims = {"certificate": issued.claims["certificate"], f"{kind}_on": world.day(-days_ago)}
    return f"certificate.{kind}", {**claims, **more}


def state(world: World, issued: Statement, kind: str, days_ago: int, **more: Any) -> None:
    world.say("northern", *stated(world, issued, kind, days_ago, **more))


def words(world: World, issued: Statement, *days_ago: int) -> list[str]:
    return [ask_file(world, issued.wire(), at=world.day(-days)).word for days in days_ago]


def test_a_revocation_dated_before_a_reinstatement_is_final(
    world: World, issued: Statement
) -> None:
    state(world, issued, "suspended", 6, **GROUND)
    state(world, issued, "reinstated", 3)
    assert ask_file(world, issued.wire()).word == "valid"
    state(world, issued, "revoked", 5, **FAULT)
    assert ask_file(world, issued.wire()).word == "revoked"
    assert words(world, issued, 0, 3, 5, 6, 7) == [
        "revoked", "revoked", "revoked", "suspended", "valid",
    ]  # fmt: skip


def test_a_reinstatement_dated_before_the_suspension_takes_all_of_it_back(
    world: World, issued: Statement
) -> None:
    state(world, issued, "suspended", 3, **GROUND)
    state(world, issued, "reinstated", 4)
    assert words(world, issued, 0, 3, 4, 5) == ["valid"] * 4


def test_of_two_on_one_day_the_later_stated_counts(world: World, issued: Statement) -> None:
    state(world, issued, "suspended", 2, **GROUND)
    state(world, issued, "reinstated", 2)
    state(world, issued, "suspended", 2, **GROUND)
    assert words(world, issued, 0, 2, 3) == ["suspended", "suspended", "valid"]


def test_a_revocation_that_awaited_consent_outlasts_what_was_stated_meanwhile(
    world: World, issued: Statement
) -> None:
    state(world, issued, "suspended", 2, **GROUND)
    late = stated(world, issued, "revoked", 35, late_reason="correction", **FAULT)
    pending = world.say("northern", *late)
    state(world, issued, "reinstated", 1)
    assert ask_file(world, issued.wire()).word == "valid"
    world.say("regulator", "approved", {"statement": pending.leaf_id})
    assert ask_file(world, issued.wire()).word == "revoked"
    assert words(world, issued, 1, 20, 35, 36) == ["revoked", "revoked", "revoked", "valid"]


def test_a_revocation_never_approved_changes_nothing(world: World, issued: Statement) -> None:
    world.say(
        "northern",
        *stated(world, issued, "revoked", 35, late_reason="correction", **FAULT),
    )
    state(world, issued, "suspended", 1, **GROUND)
    assert words(world, issued, 0, 1, 2) == ["suspended", "suspended", "valid"]
