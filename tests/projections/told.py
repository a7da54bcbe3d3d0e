"""A short story with a bit of everything."""

from __future__ import annotations

from typing import Any

from tests.store.stored import StoredWorld
from tests.world import ORIGIN, Candidate, named, passed_candidate, standard_claims


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


OLD = {"certificate_type": "welding", "level": "advanced"}


def imported(world: StoredWorld) -> str:
    """An exam of May 2025, entered in 2026 under an accepted history; the certificate's id."""
    say = world.say
    history = {"agency": "northern", "first_day": "2025-01-01", "last_day": "2025-06-30"}
    world.approved("operator", "history.accepted", {**history, "deadline": world.now + 86_400})
    standard = standard_claims(**OLD, standard="old-welding", effective_from="2025-01-01")
    world.approved("northern", "standard.published", standard)
    scope = {"agency": "northern", "scope": [dict(OLD)], "effective_from": "2025-01-01"}
    say("regulator", "accreditation.granted", scope)
    session = world.chance.id()
    plan = {"session": session, **OLD, "exam_date": "2025-05-01", "planned_on": "2025-02-01"}
    say("northern", "session.planned", plan)
    say("northern", "session.published", {"session": session, "published_on": "2025-02-02"})
    candidate = _old_candidate(world, session)
    say("northern", "results.published", {"session": session, "published_on": "2025-05-12"})
    cites = {**OLD, "standard": "old-welding", "issued_on": "2025-05-15"}
    lists = f"https://{ORIGIN}/status/northern-2025-1"
    status = {"status_list": {"idx": 7, "uri": lists}}
    return str(candidate.issue(**cites, status=status).claims["certificate"])


def _old_candidate(world: StoredWorld, session: str) -> Candidate:
    student = world.student("Old Example")
    claims = {"registration": world.chance.id(), "session": session, "attempt": 1}
    who = {"person": student.person, "name": student.name}
    registered = {**claims, "registered_on": "2025-03-01"}
    statement = world.say("harbour", "candidate.registered", registered, who)
    ident = claims["registration"]
    candidate = Candidate(student, session, ident, "northern", named(statement))
    for part, mark in (("theory", 60), ("bench", 40), ("report", 16)):
        score = {"registration": ident, "part": part, "assessed_on": "2025-05-01"}
        marked = world.say("northern", "score.recorded", score, {f"mark.{part}": mark})
        candidate.disclosures |= named(marked)
    world.say("northern", "session.held", {"session": session, "held_on": "2025-05-01"})
    candidate.result("pass", standard="old-welding", determined_on="2025-05-10")
    return candidate
