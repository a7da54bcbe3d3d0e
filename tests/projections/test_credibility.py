"""The credibility view: evidence with its numbers, never a bare percentage."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.store.sqlite.views import ViewsFile
from projections.credibility import credibility
from projections.proportions import MINIMUM, proportion
from projections.runner import catch_up
from tests.projections.told import change, told
from tests.store.stored import StoredWorld
from tests.world import SCOPE, passed_candidate


class TestProportions:
    def test_wilson_intervals_are_the_textbooks(self) -> None:
        # Newcombe 1998, Statistics in Medicine 17, table I, method 3: 81 of 263, 15 of 148
        for k, n, low, high in ((81, 263, 0.2553, 0.3662), (15, 148, 0.0624, 0.1605)):
            told = proportion(k, n)
            assert told["interval"] == pytest.approx([low, high], abs=6e-5)
            assert told["share"] == round(k / n, 4)

    @given(st.integers(0, MINIMUM - 1), st.integers(0, MINIMUM - 1))
    def test_of_a_few_nothing_is_said(self, a: int, b: int) -> None:
        told = proportion(min(a, b), max(a, b))
        assert told["share"] is None
        assert told["interval"] is None
        assert not told["assessed"]

    @given(st.integers(MINIMUM, 5000), st.data())
    def test_the_share_lies_within_and_all_or_none_is_no_certainty(
        self, n: int, data: st.DataObject
    ) -> None:
        k = data.draw(st.integers(0, n))
        told = proportion(k, n)
        low, high = told["interval"]
        assert 0 <= low <= told["share"] + 1e-4
        assert told["share"] - 1e-4 <= high <= 1
        assert high - low > 0

    @pytest.mark.parametrize(("k", "n"), [(-1, 5), (6, 5)])
    def test_more_than_all_is_no_share(self, k: int, n: int) -> None:
        with pytest.raises(ValueError, match="no share"):
            proportion(k, n)


def read(world: StoredWorld, views: ViewsFile, as_of: str, agency: str = "northern") -> Any:
    catch_up(world.ledger, views)
    with views.reading() as rows:
        return credibility(rows, agency, as_of)


def session_of(world: StoredWorld, passes: int, fails: int, *, without: int = 0) -> None:
    """One session with so many first attempts that passed, failed, and have no result."""
    session = world.session()
    candidates = [world.candidate(session, f"C {i}") for i in range(passes + fails + without)]
    for index, candidate in enumerate(candidates):
        if index < passes:
            for part, mark in (("theory", 60), ("bench", 40), ("report", 16)):
                candidate.score(part, mark)
    world.hold(session)
    for index, candidate in enumerate(candidates[: passes + fails]):
        candidate.result("pass" if index < passes else "fail")
    world.publish(session)


class TestView:
    def test_counts_are_those_of_the_sessions(self, world: StoredWorld, views: ViewsFile) -> None:
        session_of(world, passes=8, fails=3, without=2)
        world.pass_days(3)
        told(world)
        (unit,) = read(world, views, world.today)["units"]
        assert (unit["first_attempts"]["k"], unit["first_attempts"]["n"]) == (10, 14)
        assert (unit["re_sits"]["k"], unit["re_sits"]["n"]) == (1, 1)
        assert unit["without_result"] == 2
        assert unit["first_attempts"]["interval"] == proportion(10, 14)["interval"]
        assert [one["what"] for one in unit["chain"]] == [
            "certificates whose whole chain is on record",
            "entries stated more than 30 days late",
        ]
        assert (unit["chain"][0]["k"], unit["chain"][0]["n"]) == (3, 3)
        assert "10 passed" in unit["sentence"]

    def test_results_count_once_their_objection_window_is_over(
        self, world: StoredWorld, views: ViewsFile
    ) -> None:
        session_of(world, passes=1, fails=1)
        for days, counted in ((2, 0), (3, 2)):
            (unit,) = read(world, views, world.day(days))["units"]
            assert unit["first_attempts"]["n"] == counted
            assert unit["not_final"] == 2 - counted

    def test_exams_leave_the_window_after_two_years(
        self, world: StoredWorld, views: ViewsFile
    ) -> None:
        session_of(world, passes=1, fails=0)  # held on 2026-01-01
        for day, sessions in (("2027-12-31", 1), ("2028-01-01", 0)):
            (unit,) = read(world, views, day)["units"]
            assert len(unit["sessions"]) == sessions

    def test_standing_is_that_of_the_day(self, world: StoredWorld, views: ViewsFile) -> None:
        claims = {
            "agency": "northern",
            "scope": [dict(SCOPE)],
            "effective_from": world.day(5),
            "ground": "malpractice",
            "wind_down_until": world.day(50),
        }
        world.say("regulator", "accreditation.withdrawn", claims)
        for days, status in ((-20, "none"), (4, "granted"), (5, "withdrawn")):
            (unit,) = read(world, views, world.day(days))["units"]
            assert unit["standing"]["status"] == status

    def test_what_the_agency_found_itself_is_not_counted_against_it(
        self, world: StoredWorld, views: ViewsFile
    ) -> None:
        for finder in ("agency", "school"):
            ident = passed_candidate(world).issue().claims["certificate"]
            change(world, ident, "revoked", found_by=finder)
        at = len(world.log) - 1
        (unit,) = read(world, views, world.today)["units"]
        assert unit["revocations"]["agency_fault_found_by_others"] == [at]
        assert len(unit["revocations"]["agency_fault_self_reported"]) == 1
        assert "1 certificate of 2 revoked" in unit["sentence"]

    def test_what_nobody_records_is_not_assessed_and_no_zero(
        self, world: StoredWorld, views: ViewsFile
    ) -> None:
        view = read(world, views, world.today)
        supervised = "sessions independently supervised: not recorded by rules version 1"
        assert supervised in view["not_assessed"]
        assert view["units"][0]["first_attempts"] == {
            "k": 0,
            "n": 0,
            "assessed": False,
            "share": None,
            "interval": None,
        }

    def test_only_an_agency_has_one(self, world: StoredWorld, views: ViewsFile) -> None:
        assert read(world, views, world.today, "harbour") is None
        assert read(world, views, world.today, "nobody") is None
        world.say("regulator", "party.renamed", {"party": "northern", "name": "North"})
        world.say("regulator", "party.closed", {"party": "northern"})
        view = read(world, views, world.today)
        assert (view["name"], view["closed"]) == ("North", True)
