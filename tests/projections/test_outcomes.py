"""Which results count, and where those stand that do not: stories small enough to count by hand."""

from __future__ import annotations

from typing import Any

from ledger.store.sqlite.views import ViewsFile
from projections.credibility import credibility
from projections.runner import catch_up
from tests.projections.told import imported
from tests.store.stored import StoredWorld
from tests.world import Candidate

MARKS = (("theory", 60), ("bench", 40), ("report", 16))


def unit(
    world: StoredWorld, views: ViewsFile, as_of: str, level: str = "elementary"
) -> dict[str, Any]:
    catch_up(world.ledger, views)
    with views.reading() as rows:
        board = credibility(rows, "northern", as_of)
    assert board is not None
    (found,) = [one for one in board["units"] if one["level"] == level]
    return found


def numbers(found: dict[str, Any]) -> tuple[tuple[int, int], tuple[int, int], int, int]:
    """(first attempts, re-sits, without result, not final); shares as (k, n)."""
    first, again = found["first_attempts"], found["re_sits"]
    shares = (first["k"], first["n"]), (again["k"], again["n"])
    return *shares, found["without_result"], found["not_final"]


def scored(world: StoredWorld, session: str, name: str, attempt: int = 1) -> Candidate:
    candidate = world.student(name).register(session, attempt=attempt)
    for part, mark in MARKS:
        candidate.score(part, mark)
    return candidate


def test_first_attempts_re_sits_and_the_absent_are_three_things(
    world: StoredWorld, views: ViewsFile
) -> None:
    session = world.session()
    passed, again = scored(world, session, "A"), scored(world, session, "B", attempt=2)
    failed = world.candidate(session, "C")
    world.candidate(session, "D")
    world.hold(session)
    passed.result("pass")
    again.result("pass")
    failed.result("fail")
    world.publish(session)
    assert numbers(unit(world, views, world.today)) == ((0, 0), (0, 0), 0, 4)
    world.pass_days(3)
    assert numbers(unit(world, views, world.today)) == ((1, 2), (1, 1), 1, 0)


def test_a_second_portion_has_a_window_of_its_own(world: StoredWorld, views: ViewsFile) -> None:
    session = world.session()
    early, later, never = (scored(world, session, name) for name in "ABC")
    world.hold(session)
    early.result("pass")
    world.publish(session)
    world.pass_days(2)
    later.result("pass")
    assert numbers(unit(world, views, world.day(30)))[0] == (1, 1)  # determined, not published
    world.publish(session)
    never.result("pass")
    for days, first, open_ in ((0, (0, 0), 3), (1, (1, 1), 2), (3, (2, 2), 1)):
        found = unit(world, views, world.day(days))
        assert numbers(found) == (first, (0, 0), 0, open_)


def test_each_session_is_told_and_adds_up(world: StoredWorld, views: ViewsFile) -> None:
    for passes in (2, 1):
        session = world.session()
        candidates = [scored(world, session, str(index)) for index in range(passes)]
        world.hold(session)
        for candidate in candidates:
            candidate.result("pass")
        world.publish(session)
    world.pass_days(3)
    found = unit(world, views, world.today)
    assert sorted(one["first_attempts"]["n"] for one in found["sessions"]) == [1, 2]
    assert numbers(found)[0] == (3, 3)


def test_imported_history_is_measured_by_its_own_dates(
    world: StoredWorld, views: ViewsFile
) -> None:
    imported(world)
    for day, first, open_ in (("2025-05-14", (0, 0), 1), ("2025-05-15", (1, 1), 0)):
        found = unit(world, views, day, "advanced")
        assert numbers(found) == (first, (0, 0), 0, open_)
    assert unit(world, views, "2025-04-30", "advanced")["sessions"] == []
