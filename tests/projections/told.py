"""A short story with a bit of everything."""

from __future__ import annotations

from typing import Any

from tests.store.stored import StoredWorld
from tests.world import Candidate, passed_candidate


def told(world: StoredWorld) -> Candidate:
    """Three passes, one certificate suspended and reinstated, one revoked, a re-sit; the last."""
    for deed in ("suspended", "revoked"):
        ident = passed_candidate(world).issue().claims["certificate"]
        change(world, ident, deed)
        if deed == "suspended":
            change(world, ident, "reinstated")
    failed = world.candidate(world.session())
    failed.score("theory", 10)
    world.hold(failed.session)
    failed.result("fail")
    world.publish(failed.session)
    again = failed.student.register(world.session(), attempt=2)
    for part, mark in (("theory", 90), ("bench", 50), ("report", 20)):
        again.score(part, mark)
    world.hold(again.session)
    again.result("pass")
    world.publish(again.session)
    world.pass_days(3)
    again.issue()
    return again


def change(world: StoredWorld, ident: str, deed: str, **more: Any) -> None:
    claims: dict[str, Any] = {"certificate": ident, f"{deed}_on": world.today}
    if deed == "suspended":
        claims["ground"] = "investigation"
    if deed == "revoked":
        claims |= {"fault": "agency", "found_by": "school", "code": "issued_in_error"}
    world.say("northern", f"certificate.{deed}", {**claims, **more})
