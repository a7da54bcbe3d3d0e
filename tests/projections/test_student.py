"""A student's archive: everything in one place, for who may see it, and nothing after erasure."""

from __future__ import annotations

from typing import Any

from ledger.store.sqlite.views import ViewsFile
from projections.certificates import certificate
from projections.runner import catch_up
from projections.student import archive
from tests.projections.told import told
from tests.store.stored import StoredWorld
from tests.world import passed_candidate


def read(world: StoredWorld, views: ViewsFile, handle: str) -> Any:
    catch_up(world.ledger, views)
    with world.ledger.reading() as moment, views.reading() as rows:
        return archive(moment, rows, handle)


def test_a_re_sit_stands_beside_the_first_attempt(world: StoredWorld, views: ViewsFile) -> None:
    student = told(world).student
    found = read(world, views, student.handle)
    assert (found["name"], found["school"], found["erased"]) == (student.name, "harbour", False)
    first, again = found["registrations"]
    assert [one["attempt"] for one in (first, again)] == [1, 2]
    assert first["result"]["outcome"] == "fail"
    assert [(score["part"], score["mark"]) for score in first["scores"]] == [("theory", 10)]
    assert first["certificates"] == []
    assert {score["part"]: score["mark"] for score in again["scores"]} == {
        "theory": 90,
        "bench": 50,
        "report": 20,
    }
    assert [one["status"] for one in again["certificates"]] == ["issued"]


def test_after_erasure_facts_stay_without_a_person(world: StoredWorld, views: ViewsFile) -> None:
    student = told(world).student
    assert world.ledger.erase(student.handle)
    found = read(world, views, student.handle)
    assert found["erased"]
    assert found["name"] is None
    assert found["registrations"] == []
    assert student.name not in repr(found)


def test_nobody_else_is_in_it(world: StoredWorld, views: ViewsFile) -> None:
    told(world)
    other = passed_candidate(world)
    found = read(world, views, other.student.handle)
    assert [one["registration"] for one in found["registrations"]] == [other.registration]


def test_an_unknown_handle_has_no_archive(world: StoredWorld, views: ViewsFile) -> None:
    assert read(world, views, world.chance.id()) is None


def test_a_certificate_has_every_status_it_ever_had(world: StoredWorld, views: ViewsFile) -> None:
    told(world)
    catch_up(world.ledger, views)
    with views.reading() as rows:
        idents = [
            row[0] for row in rows.select("SELECT certificate FROM certificates ORDER BY effect")
        ]
        first, second, third = (certificate(rows, ident) for ident in idents)
        assert certificate(rows, "nothing") is None
    assert first is not None
    assert second is not None
    assert third is not None
    assert [one["status"] for one in first["statuses"]] == ["suspended", "reinstated"]
    assert [first["status"], second["status"], third["status"]] == ["issued", "revoked", "issued"]
    assert second["statuses"][0]["found_by"] == "school"


def test_one_who_waits_for_a_result_has_none(world: StoredWorld, views: ViewsFile) -> None:
    candidate = world.candidate(world.session())
    (waiting,) = read(world, views, candidate.student.handle)["registrations"]
    assert (waiting["scores"], waiting["result"], waiting["certificates"]) == ([], None, [])


def test_what_the_views_do_not_know_yet_comes_later(world: StoredWorld, views: ViewsFile) -> None:
    student = world.candidate(world.session()).student
    catch_up(world.ledger, views)
    student.register(world.session(), attempt=2)
    with world.ledger.reading() as moment, views.reading() as rows:
        found = archive(moment, rows, student.handle)
    assert found is not None
    assert [one["attempt"] for one in found["registrations"]] == [1]
    assert len(read(world, views, student.handle)["registrations"]) == 2


def test_registrations_stand_in_the_order_of_the_log(world: StoredWorld, views: ViewsFile) -> None:
    student = world.candidate(world.session()).student
    for attempt in range(2, 7):
        student.register(world.session(), attempt=attempt)
    found = read(world, views, student.handle)["registrations"]
    assert [one["attempt"] for one in found] == [1, 2, 3, 4, 5, 6]
