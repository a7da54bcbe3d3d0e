"""Modules that weigh as the published ones do, put before the rules; and the published data."""

from __future__ import annotations

import json
import os
from collections import Counter, defaultdict
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from ledger.cli.oulad.dataset import read_dataset
from ledger.cli.oulad.records import Dataset
from ledger.core.statement import Statement
from tests.cli.oulad_tables import published_shapes, story
from tests.cli.parties import run
from tests.cli.test_oulad_plan import admitted, opened, plan_of, said
from tests.world import World, replay

HOLDER = "Candidate 11"
SHARED = Path(os.environ.get("CERTLEDGER_SHARED", Path(__file__).parents[3] / "shared"))


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Dataset:
    return read_dataset(published_shapes().write(tmp_path_factory.mktemp("shapes")))


@pytest.fixture(scope="module")
def world(data: Dataset) -> World:
    return admitted(plan_of(data))


def standards(world: World) -> list[Statement]:
    return [*said(world, "standard.published"), *said(world, "standard.revised")]


def session_of(world: World) -> dict[str, Statement]:
    """The planned session of each registration."""
    sessions = {one.claims["session"]: one for one in said(world, "session.planned")}
    return {
        one.claims["registration"]: sessions[one.claims["session"]]
        for one in said(world, "candidate.registered")
    }


def test_everything_is_admitted_once_and_a_replay_agrees(world: World, data: Dataset) -> None:
    planned = Counter(kind for one in plan_of(data) for kind in one.types)
    assert Counter(one.type for one in world.log) == {"ledger.founded": 1, **planned}
    assert planned["candidate.registered"] == 4 * 3 * 10
    assert planned["score.recorded"] == sum(
        len(scores) for one in data.presentations.values() for scores in one.scores.values()
    )
    assert replay(world, with_people=True).records == world.records


def test_the_version_that_was_in_force_on_the_exam_date(world: World) -> None:
    sessions = session_of(world)
    revisions: dict[str, list[tuple[str, int]]] = defaultdict(list)
    for one in standards(world):
        revisions[one.claims["standard"]].append(
            (one.claims["effective_from"], one.claims["version"])
        )
    judged = [*said(world, "result.determined"), *said(world, "certificate.issued")]
    assert {one.claims["version"] for one in judged} == {1, 2, 3}
    for one in judged:
        exam_date = sessions[one.claims["registration"]].claims["exam_date"]
        in_force = max(r for r in revisions[one.claims["standard"]] if r[0] <= exam_date)
        assert one.claims["version"] == in_force[1]


def test_a_result_counts_only_parts_of_its_own_version(world: World) -> None:
    parts = {
        (one.claims["standard"], one.claims["version"]): {
            part["part"] for part in one.claims["parts"]
        }
        for one in standards(world)
    }
    for one in said(world, "result.determined"):
        own = parts[one.claims["standard"], one.claims["version"]]
        assert set(one.claims["parts"]) <= own
        assert {name for name in opened(one) if name.startswith("mark.")} == {
            f"mark.{part}" for part in one.claims["parts"]
        }


@pytest.mark.parametrize(
    ("module", "weights"),
    [
        ("ccc", {"coursework": ["2", "9", "89"], "exam": ["100"], "exam-2": ["100"]}),
        ("ddd", {"coursework": ["7.5", "12.5", "80"], "exam": ["100"]}),
        ("fff", {"coursework": [None, "12.5", "87.5", None], "exam": ["100"]}),
        ("ggg", {"coursework": [None, None], "exam": ["100"]}),
    ],
)
def test_weights_as_the_standard_states_them(
    world: World, module: str, weights: dict[str, list[str | None]]
) -> None:
    (standard,) = (
        one
        for one in said(world, "standard.published")
        if one.claims["standard"] == f"module-{module}"
    )
    found: dict[str, list[str | None]] = defaultdict(list)
    for part in standard.claims["parts"]:
        found[part["component"]].append(part.get("weight"))
    assert found == weights


def test_each_component_adds_up_to_100_or_does_not_count(world: World) -> None:
    for one in standards(world):
        totals: dict[str, Decimal] = defaultdict(Decimal)
        for part in one.claims["parts"]:
            totals[part["component"]] += Decimal(part.get("weight", "0"))
        assert set(totals.values()) <= {Decimal(100), Decimal(0)}


def test_who_withdrew_has_marks_but_neither_result_nor_certificate(
    world: World, data: Dataset
) -> None:
    withdrawn = sum(
        one.outcome == "Withdrawn"
        for presentation in data.presentations.values()
        for one in presentation.registrations.values()
    )
    registered = {one.claims["registration"] for one in said(world, "candidate.registered")}
    judged = {one.claims["registration"] for one in said(world, "result.determined")}
    scored = {one.claims["registration"] for one in said(world, "score.recorded")}
    assert len(registered - judged) == withdrawn > 0
    assert (registered - judged) & scored
    certified = {one.claims["registration"] for one in said(world, "certificate.issued")}
    passed = {
        one.claims["registration"]
        for one in said(world, "result.determined")
        if one.claims["outcome"] == "pass"
    }
    assert certified == passed


def test_certificates_share_neither_status_entry_nor_number_nor_id(world: World) -> None:
    issued = said(world, "certificate.issued")
    entries = [tuple(one.claims["status"]["status_list"].values()) for one in issued]
    assert len(set(entries)) == len(issued) > 50
    for name in ("number", "certificate", "registration"):
        assert len({one.claims[name] for one in issued}) == len(issued)


def test_every_id_and_salt_is_new(world: World) -> None:
    handles = [one.claims["student"] for one in said(world, "student.enrolled")]
    registrations = [one.claims["registration"] for one in said(world, "candidate.registered")]
    sessions = [one.claims["session"] for one in said(world, "session.planned")]
    ids = [*handles, *registrations, *sessions]
    assert len(set(ids)) == len(ids)
    salts: dict[str, tuple[str, Any]] = {}
    for statement in world.log:
        for one in statement.disclosures or ():
            assert salts.setdefault(one.salt, (one.name, one.value)) == (one.name, one.value)


def test_a_student_of_two_modules_is_one_person_at_the_school(world: World) -> None:
    persons: dict[str, set[str]] = defaultdict(set)
    for one in said(world, "candidate.registered"):
        persons[opened(one)["name"]].add(opened(one)["person"])
    assert {len(found) for found in persons.values()} == {1}
    enrolled = Counter(opened(one)["name"] for one in said(world, "student.enrolled"))
    assert set(enrolled.values()) == {1}


def test_who_moves_is_enrolled_at_either_school(tmp_path: Path) -> None:
    tables = story().student("AAA", "2013J", 11, "Fail", {201: 5}, region="Wales", before=1)
    world = admitted(plan_of(read_dataset(tables.write(tmp_path))))
    enrolled = [one for one in said(world, "student.enrolled") if opened(one)["name"] == HOLDER]
    assert len({one.iss for one in enrolled}) == len(enrolled) == 2
    # Neither school's person number nor handle leads to the other's.
    assert len({opened(one)["person"] for one in enrolled}) == 2
    assert len({one.claims["student"] for one in enrolled}) == 2


# --- the published data ---------------------------------------------------------------------------


@pytest.fixture(scope="module")
def published() -> Path:
    """The data set as published, which the project does not copy."""
    folder = SHARED / "data" / "oulad"
    if not folder.is_dir():
        pytest.skip(f"no data set in {folder}; CERTLEDGER_SHARED may name the folder above data")
    return folder


def test_the_published_data_is_planned_whole(tmp_path: Path, published: Path) -> None:
    home = tmp_path / "home"
    out = run("--home", home, "import", "oulad", published, "--dry-run", "--json").stdout
    *rows, last = map(json.loads, out.splitlines())
    summary = last["summary"]
    # 131 rows have no score; the one of them that is banked as well is counted as banked.
    assert summary["not_imported"] == {
        "studentAssessment.csv: carried over from an earlier session (is_banked)": 1129,
        "studentAssessment.csv: no score, which is not a zero": 130,
    }
    assert sum("reason" in row for row in rows) == 1129 + 130
    assert sum("remark" in row for row in rows) == summary["passes_with_remark"]
    planned = summary["to_import"]
    assert planned["score.recorded"] == 120_479 == 121_738 - 1129 - 130
    assert planned["candidate.registered"] == 21_333
    assert (planned["session.planned"], planned["certificate_type.defined"]) == (15, 7)
    assert not home.exists()


def test_the_published_data_has_no_mark_without_a_part_and_no_pass_without_a_result(
    published: Path,
) -> None:
    data = read_dataset(published)
    registrations = [
        one for each in data.presentations.values() for one in each.registrations.values()
    ]
    outcomes = Counter(one.outcome for one in registrations)
    planned = Counter(one.type for one in plan_of(data))
    assert planned["certificate.issued"] == outcomes["Pass"] + outcomes["Distinction"]
    assert planned["result.determined"] == len(registrations) - outcomes["Withdrawn"]
    marks = [
        score.mark
        for each in data.presentations.values()
        for scores in each.scores.values()
        for score in scores
    ]
    assert marks.count(0) == 225  # 226 are published, one of them banked
    assert (min(marks), max(marks)) == (0, 100)
