"""The plan, put before the rules: every statement is admitted, in the planned order."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from ledger.cli.keys import PartyKey
from ledger.cli.oulad import calendar, names
from ledger.cli.oulad.dataset import read_dataset
from ledger.cli.oulad.plan import Cast, Plan, organisations
from ledger.cli.oulad.records import Dataset, Presentation, Registration, Score
from ledger.cli.playing.chance import Chance
from ledger.cli.playing.planned import Planned
from ledger.cli.playing.signing import Signers
from ledger.cli.playing.statuses import Statuses
from ledger.domain.certificates import HALF_FULL, LIST_ENTRIES
from ledger.domain.kinds import SLUG
from tests.cli.oulad_tables import Tables, story
from tests.world import ORIGIN, START, World, replay, seed_key

SECRET = b"s" * 32
DEADLINE = START + 86_400


def key_of(party: str) -> PartyKey:
    return PartyKey(ORIGIN, party, "statement", seed_key(party))


def plan_of(data: Dataset, secret: bytes = SECRET) -> Plan:
    proofs = {one.party: key_of(one.party).public().claims() for one, _ in organisations(data)}
    return Plan(data, Cast(ORIGIN, "operator", "regulator"), Chance(secret), proofs, DEADLINE)


def admitted(plan: Iterable[Planned]) -> World:
    """The world after the whole plan; a refusal is an error."""
    world = World().found()
    signers = Signers(key_of, Chance(SECRET), clock=lambda: world.now)
    for planned in plan:
        for statement in signers.sign(planned):
            world.keys.setdefault(statement.kid, key_of(statement.iss.rpartition("/")[2]).key)
            world.admit(statement)
    return world


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Dataset:
    return read_dataset(story().write(tmp_path_factory.mktemp("oulad")))


@pytest.fixture(scope="module")
def world(data: Dataset) -> World:
    return admitted(plan_of(data))


def said(world: World, kind: str) -> list[Any]:
    return [statement for statement in world.log if statement.type == kind]


def opened(statement: Any) -> dict[str, Any]:
    return {one.name: one.value for one in statement.disclosures}


def test_every_statement_is_admitted_and_a_replay_agrees(world: World) -> None:
    assert Counter(one.type for one in world.log) == {
        "ledger.founded": 1,
        "party.registered": 4,
        "key.registered": 4,
        "certificate_type.defined": 1,
        "history.accepted": 1,
        "accreditation.granted": 1,
        "standard.published": 1,
        "standard.revised": 1,
        "approved": 3,
        "session.planned": 2,
        "session.published": 2,
        "student.enrolled": 5,
        "candidate.registered": 6,
        "score.recorded": 10,
        "session.held": 2,
        "result.determined": 5,
        "results.published": 2,
        "certificate.issued": 4,
        "session.closed": 2,
    }
    assert replay(world, with_people=True).records == world.records


def test_outcomes_and_grades(world: World) -> None:
    results = [
        (one.claims["outcome"], opened(one).get("grade"))
        for one in said(world, "result.determined")
    ]
    expected = [("pass", "pass"), ("fail", None), ("pass", "distinction"), ("pass", "pass")]
    assert results == [*expected, ("pass", "pass")]


def test_passes_that_marks_do_not_explain_carry_a_remark_that_stays_out_of_the_certificate(
    world: World,
) -> None:
    remarks = [opened(one).get("remark", "") for one in said(world, "result.determined")]
    assert [text.partition(": ")[2] for text in remarks] == [
        "",
        "",
        "",
        "no exam mark.",
        "no marks.",
    ]
    assert all("remark" not in opened(one) for one in said(world, "certificate.issued"))


def test_a_certificate_shows_stand_in_name_marks_and_grade(world: World) -> None:
    first, *_ = said(world, "certificate.issued")
    marks = {"mark.tma-101": 80, "mark.cma-102": 60, "mark.exam-103": 55}
    assert opened(first) == {"name": "Candidate 11", **marks, "grade": "pass"}
    assert first.claims["number"] == "AAA-2013-000001"
    assert first.claims["exam_date"] == "2013-09-29"
    certificate: Any = world.records[f"certificate/{first.claims['certificate']}"]
    assert certificate.imported
    assert certificate.status == "issued"


def test_each_presentation_is_examined_under_its_own_version(world: World) -> None:
    versions = {
        one.claims["number"]: one.claims["version"] for one in said(world, "certificate.issued")
    }
    assert versions == {
        "AAA-2013-000001": 1,
        "AAA-2013-000002": 1,
        "AAA-2014-000001": 2,
        "AAA-2014-000002": 2,
    }


def test_a_student_is_enrolled_once_and_registered_for_each_session(world: World) -> None:
    attempts = [
        (opened(one)["name"], one.claims["attempt"]) for one in said(world, "candidate.registered")
    ]
    assert attempts.count(("Candidate 12", 1)) == attempts.count(("Candidate 12", 2)) == 1
    enrolled = [opened(one)["name"] for one in said(world, "student.enrolled")]
    assert len(enrolled) == len(set(enrolled)) == 5


def test_two_registrations_of_one_person_share_nothing_that_is_public(world: World) -> None:
    first, second = (
        one for one in said(world, "candidate.registered") if opened(one)["name"] == "Candidate 12"
    )
    assert opened(first)["person"] == opened(second)["person"]
    assert not set(first.digests) & set(second.digests)
    assert first.claims["registration"] != second.claims["registration"]


def test_a_second_plan_is_the_same_and_another_secret_gives_other_ids(data: Dataset) -> None:
    assert list(plan_of(data)) == list(plan_of(data))

    def ids(plan: Plan) -> set[str]:
        return {one.claims.get("registration", "") for one in plan} - {""}

    assert not ids(plan_of(data)) & ids(plan_of(data, b"t" * 32))


def test_ids_do_not_tell_the_student_number(data: Dataset) -> None:
    text = " ".join(str(dict(planned.claims)) for planned in plan_of(data))
    assert "Candidate" not in text


def test_a_presentation_that_nobody_sat_is_planned_and_held_only(tmp_path: Path) -> None:
    tables = Tables().presentation("AAA", "2013B", 240, 101)
    tables.student("AAA", "2013B", 1, "Withdrawn", {101: 3})
    world = admitted(plan_of(read_dataset(tables.write(tmp_path))))
    kinds = Counter(one.type for one in world.log)
    assert kinds["session.held"] == 1
    assert kinds["session.closed"] == kinds["results.published"] == 0


def test_work_handed_in_late_is_a_portion_of_its_own(tmp_path: Path) -> None:
    tables = Tables().presentation("AAA", "2013B", 240, 101)
    tables.student("AAA", "2013B", 1, "Pass", {101: 90, 103: 80})
    tables.student("AAA", "2013B", 2, "Pass", {101: 90, 103: 80}, day=608)
    world = admitted(plan_of(read_dataset(tables.write(tmp_path))))
    issued = [one.claims["issued_on"] for one in said(world, "certificate.issued")]
    assert issued == ["2013-11-10", "2014-10-23"]
    assert len(said(world, "results.published")) == 2


def test_overlapping_presentations_keep_the_right_version_in_force(tmp_path: Path) -> None:
    # The second begins before the exam of the first, and ends after it.
    tables = Tables().presentation("AAA", "2013B", 400, 101).presentation("AAA", "2013J", 200, 201)
    for code, first in (("2013B", 101), ("2013J", 201)):
        tables.student("AAA", code, 1, "Pass", {first: 90, first + 2: 80})
    world = admitted(plan_of(read_dataset(tables.write(tmp_path))))
    assert len(said(world, "certificate.issued")) == 2


# --- calendar -------------------------------------------------------------------------------------


def presentation(*days: int, outcome: str = "Pass") -> Presentation:
    one = Presentation("AAA", "2013B", date(2013, 2, 1), 240)
    for student, day in enumerate(days):
        one.registrations[student] = Registration(student, "Wales", 1, outcome, 2)
        one.scores[student] = [Score(0, day, 50)]
    return one


def test_the_history_covers_every_date_of_the_plan(data: Dataset) -> None:
    first, last = calendar.history(list(data.presentations.values()))
    dates = {
        value
        for planned in plan_of(data)
        for name, value in planned.claims.items()
        if name.endswith("_on") or name in ("exam_date", "effective_from")
    }
    assert first.isoformat() == min(dates)
    assert last.isoformat() == max(dates)


def test_a_result_is_not_determined_before_its_last_mark() -> None:
    one = presentation(30, 300)
    on_time, late = calendar.portions(one)
    assert on_time.determined_on == {0: one.exam_date + timedelta(days=21)}
    assert late.determined_on == {1: one.day(300)}
    assert late.published_on > one.day(300)
    assert late.issued_on == late.published_on + timedelta(days=calendar.OBJECTION_DAYS)


def test_who_withdrew_has_no_result() -> None:
    assert calendar.portions(presentation(30, outcome="Withdrawn")) == []
    assert calendar.closed_on([]) is None


# --- names and draws ------------------------------------------------------------------------------


def test_organisations_are_invented_and_told_apart() -> None:
    agencies = {names.agency(module).party for module in ("AAA", "AAB", "BBB", "Z9")}
    regions = ("Wales", "North Region", "North-Region!", "north region!", "北區", "北区")
    schools = {names.school(region).party for region in regions}
    assert len(agencies) == 4
    assert len(schools) == len(regions)
    for party in agencies | schools:
        SLUG.check(party, "party")
    assert names.agency("AAA").party == "alder-aaa"
    assert "Wales" in names.school("Wales").name


def test_status_indexes_are_unused_and_the_next_list_begins_at_half_full() -> None:
    statuses = Statuses(Chance(SECRET), ORIGIN)
    entries = [statuses.entry("alder-aaa", 2014)["status_list"] for _ in range(HALF_FULL + 2)]
    assert len({(one["uri"], one["idx"]) for one in entries}) == HALF_FULL + 2
    assert all(0 <= one["idx"] < LIST_ENTRIES for one in entries)
    lists = Counter(one["uri"].rpartition("/")[2] for one in entries)
    assert lists == {"alder-aaa-2014-1": HALF_FULL, "alder-aaa-2014-2": 2}


def test_numbers_count_for_each_agency_and_year() -> None:
    statuses = Statuses(Chance(SECRET), ORIGIN)
    drawn = [statuses.number(*one) for one in [("AAA", 2013), ("AAA", 2013), ("AAA", 2014)]]
    assert drawn == ["AAA-2013-000001", "AAA-2013-000002", "AAA-2014-000001"]
