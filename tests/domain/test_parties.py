"""Parties and their keys (P30 to P35)."""

from __future__ import annotations

from typing import Any

from tests.domain.refusing import refused
from tests.world import World, ready_world, seed_key


def key_record(world: World, name: str) -> Any:
    return world.records[f"key/{seed_key(name).public.thumbprint}"]


def test_a_party_is_registered_once() -> None:
    world = ready_world()
    with refused("P30", where="party"):
        world.say(
            "regulator", "party.registered", {"party": "northern", "name": "X", "roles": ["school"]}
        )


def test_a_party_is_renamed_and_keeps_its_keys() -> None:
    world = ready_world()
    world.say("regulator", "party.renamed", {"party": "northern", "name": "North & Co"})
    assert world.records["party/northern"].name == "North & Co"  # type: ignore[union-attr]
    world.session()


def test_a_closed_party_signs_nothing_and_stays_closed() -> None:
    world = ready_world()
    at = len(world.log)
    world.say("regulator", "party.closed", {"party": "northern"})
    with refused("P10", fact=at):
        world.session()
    for kind, more in (("party.closed", {}), ("party.renamed", {"name": "N"})):
        with refused("P31", fact=at):
            world.say("regulator", kind, {"party": "northern", **more})


def test_who_is_not_registered_cannot_be_renamed() -> None:
    with refused("P31", where="party"):
        ready_world().say("regulator", "party.renamed", {"party": "nobody", "name": "N"})


def test_operator_and_regulator_stand_as_founded() -> None:
    world = ready_world()
    with refused("P32", fact=0):
        world.say("regulator", "party.closed", {"party": "operator"})
    key = world.proof("regulator", seed_key("second regulator key"))
    with refused("P32", fact=0):
        world.say("regulator", "key.registered", {"party": "regulator", **key})


def test_a_key_is_registered_with_its_own_proof_of_possession() -> None:
    world = ready_world()
    stolen = world.proof("harbour", seed_key("some key"))
    with refused("P33", where="proof"):
        world.say("regulator", "key.registered", {"party": "northern", **stolen})


def test_a_key_that_is_no_key_is_refused() -> None:
    world = ready_world()
    proof = world.proof("northern", seed_key("k"))["proof"]
    small_order = "AQAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
    with refused("P33"):
        claims = {"party": "northern", "key": small_order, "proof": proof}
        world.say("regulator", "key.registered", claims)


def test_a_key_belongs_to_one_party_for_ever() -> None:
    world = ready_world()
    again = world.proof("harbour", seed_key("northern"))
    with refused("P34", where="key"):
        world.say("regulator", "key.registered", {"party": "harbour", **again})


def test_rotation_replaces_the_signing_key_and_invalidates_nothing() -> None:
    world = ready_world()
    session = world.session()
    at = len(world.log)
    world.say("northern", "key.rotated", world.proof("northern", seed_key("northern 2")))
    with refused("P13", fact=at):
        world.hold(session)
    world.signer("northern", "northern 2")
    world.hold(session)
    assert key_record(world, "northern").until == at
    assert key_record(world, "northern 2").since == at


def test_rotation_needs_a_proof_and_a_new_key() -> None:
    world = ready_world()
    with refused("P33"):
        world.say("northern", "key.rotated", world.proof("harbour", seed_key("k")))
    with refused("P34"):
        world.say("northern", "key.rotated", world.proof("northern", seed_key("northern")))


def test_a_key_is_retired_by_its_owner_once() -> None:
    world = ready_world()
    world.say(
        "regulator",
        "key.registered",
        {"party": "northern", **world.proof("northern", seed_key("spare"))},
    )
    spare = {"kid": seed_key("spare").public.thumbprint}
    with refused("P35", where="kid"):
        world.say("harbour", "key.retired", spare)
    with refused("P35", where="kid"):
        world.say("northern", "key.retired", {"kid": seed_key("unknown").public.thumbprint})
    at = len(world.log)
    world.say("northern", "key.retired", spare)
    with refused("P35", fact=at):
        world.say("northern", "key.retired", spare)
