"""Completeness and lateness: what is missing is named, and imported history is not late."""

from __future__ import annotations

from typing import Any

from ledger.domain.records import Certificate, key_of
from ledger.store.sqlite.views import ViewsFile
from projections.certificates import certificate
from projections.runner import catch_up
from projections.standing import counting_parts
from tests.projections.test_outcomes import unit
from tests.projections.told import change, imported, told
from tests.store.stored import StoredWorld
from tests.world import passed_candidate, standard_claims


def whole(found: dict[str, Any]) -> tuple[int, int, dict[str, int]]:
    line = found["chain"][0]
    return line["k"], line["n"], line["missing"]


def late(found: dict[str, Any]) -> tuple[int, int, int]:
    line = found["chain"][1]
    return line["k"], line["n"], line["imported"]


def test_a_certificate_with_all_its_statements_is_whole(
    world: StoredWorld, views: ViewsFile
) -> None:
    told(world)
    assert whole(unit(world, views, world.today)) == (3, 3, {})
    assert whole(unit(world, views, world.day(-30))) == (0, 0, {})


def test_a_pass_without_a_mark_that_counts_is_a_gap(world: StoredWorld, views: ViewsFile) -> None:
    rule = {"kind": "thresholds", "totals": [{"component": "theory", "minimum": "60"}]}
    changes = {"version": 2, "pass_rule": rule, "effective_from": world.today}
    world.approved("northern", "standard.revised", standard_claims(**changes))
    session = world.session()
    candidate = world.candidate(session)
    candidate.score("theory", 60)
    world.hold(session)
    candidate.result("pass", version=2)
    world.publish(session)
    world.pass_days(3)
    candidate.issue(version=2)
    assert whole(unit(world, views, world.today)) == (0, 1, {"marks": 1})


def test_which_marks_count_is_the_standards_to_say() -> None:
    parts = [{"part": "a", "weight": "100"}, {"part": "b"}, {"part": "c", "minimum": 1}]
    assert counting_parts(parts) == ["a", "c"]
    assert counting_parts([{"part": "b"}, {"part": "d"}]) == ["b", "d"]


def test_what_was_late_is_counted_with_what_was_not(world: StoredWorld, views: ViewsFile) -> None:
    session = world.session()
    world.candidate(session)
    held_on = world.today
    world.pass_days(40)
    claims = {"session": session, "held_on": held_on, "late_reason": "delayed_records"}
    world.say("northern", "session.held", claims)
    statement = world.log[-1]
    catch_up(world.ledger, views)
    assert late(unit(world, views, world.today)) == (0, 1, 0)  # it awaits consent: no fact yet
    world.say("regulator", "approved", {"statement": statement.leaf_id})
    assert late(unit(world, views, world.today)) == (1, 2, 0)


def test_closing_a_session_is_an_entry_too(world: StoredWorld, views: ViewsFile) -> None:
    candidate = passed_candidate(world)
    before = late(unit(world, views, world.today))
    claims = {"session": candidate.session, "closed_on": world.today}
    world.say("northern", "session.closed", claims)
    retired = {"certificate_type": "welding", "retired_on": world.today}
    world.say("regulator", "certificate_type.retired", retired)
    assert before == (0, 7, 0)  # planned, held, published, three marks, result
    assert late(unit(world, views, world.today)) == (0, 8, 0)
    with views.reading() as rows:
        (row,) = rows.select("SELECT retired_on FROM certificate_types")
    assert row["retired_on"] == world.today


def test_imported_history_is_not_late(world: StoredWorld, views: ViewsFile) -> None:
    imported(world)
    found = unit(world, views, "2025-06-30", "advanced")
    # planned, held, published, three marks, result, certificate
    assert late(found) == (0, 0, 8)
    assert whole(found) == (1, 1, {})


def test_a_certificate_is_imported_where_the_ledgers_record_says_so(
    world: StoredWorld, views: ViewsFile
) -> None:
    old = imported(world)
    new = str(passed_candidate(world).issue().claims["certificate"])
    catch_up(world.ledger, views)
    for ident in (old, new):
        record = world.ledger.record(key_of(Certificate, ident))
        assert isinstance(record, Certificate)
        with views.reading() as rows:
            found = certificate(rows, ident)
        assert found is not None
        assert found["imported"] == record.imported == (ident == old)


def test_revocations_are_broken_down_by_fault_and_finder(
    world: StoredWorld, views: ViewsFile
) -> None:
    faults = [("agency", "agency"), ("agency", "school"), ("person", "school")]
    for fault, finder in faults:
        ident = passed_candidate(world).issue().claims["certificate"]
        more: dict[str, Any] = {"fault": fault, "found_by": finder}
        if fault == "person":
            revoke_for_a_person(world, ident, **more)
        else:
            change(world, ident, "revoked", **more)
    at = len(world.log) - 1
    found = unit(world, views, world.today)["revocations"]
    assert [(one["fault"], one["found_by"], len(one["positions"])) for one in found["by"]] == [
        (fault, finder, 1) for fault, finder in faults
    ]
    assert found["no_agency_fault"] == [at]
    assert found["issued"] == 3
    assert unit(world, views, world.day(-1))["revocations"]["by"] == found["by"][:2]


def revoke_for_a_person(world: StoredWorld, ident: str, **claims: Any) -> None:
    revoked = {"certificate": ident, "revoked_on": world.today, **claims}
    world.say("northern", "certificate.revoked", revoked, {"code": "candidate_malpractice"})
