"""An operator who lets in what the rules forbid: validly signed, and in the tree."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from ledger.audit.report import Report
from ledger.core.statement import Statement
from ledger.domain.errors import Broken
from ledger.domain.registry import Rule, StatementType, rule
from ledger.domain.rulebook import VERSION_1
from tests.audit.log import Log, audited, found
from tests.world import Candidate, World, passed_candidate, ready_world, seed_key

Cheat = Callable[[World, Candidate], Statement]


def unheard(
    world: World, party: str, kind: str, claims: Mapping[str, Any], **more: Any
) -> Statement:
    """A statement that goes into the log though nobody judged it."""
    statement = world.sign(party, kind, claims, **more)
    world.log.append(statement)
    return statement


def score(candidate: Candidate, **changes: Any) -> dict[str, Any]:
    claims = {"registration": candidate.registration, "part": "theory"}
    return {**claims, "assessed_on": candidate.world.today, **changes}


CHEATS: dict[str, tuple[str, Cheat]] = {
    "a mark after the result": (
        "P81",
        lambda world, one: unheard(
            world, "northern", "score.recorded", score(one), disclosed={"mark.theory": 99}
        ),
    ),
    "a mark by a school": (
        "P14",
        lambda world, one: unheard(
            world, "harbour", "score.recorded", score(one), disclosed={"mark.theory": 99}
        ),
    ),
    "a second certificate": (
        "P106",
        lambda world, one: unheard(
            world,
            "northern",
            "certificate.issued",
            one.certificate_claims(),
            repeat=(one.disclosures["name"], *one.marks()),
        ),
    ),
    "time that runs backwards": (
        "P23",
        lambda world, _: unheard(world, "operator", "time.stated", {"time": 5}, at=5),
    ),
    "a second founding": ("P20", lambda world, _: refound(world)),
    "an unknown type": ("P1", lambda world, _: unheard(world, "northern", "gift.given", {})),
    "an unknown claim": (
        "P3",
        lambda world, one: unheard(world, "northern", "score.recorded", score(one, gift=1)),
    ),
    "a missing claim": (
        "P4",
        lambda world, _: unheard(world, "northern", "score.recorded", {"part": "theory"}),
    ),
    "a claim of another kind": (
        "P5",
        lambda world, one: unheard(world, "northern", "score.recorded", score(one, part=[1])),
    ),
    "another ledger's statement": (
        "P7",
        lambda world, one: unheard(
            world,
            "northern",
            "score.recorded",
            score(one),
            iss="https://other/authorities/northern",
        ),
    ),
    "a date ahead": (
        "P18",
        lambda world, one: unheard(
            world, "northern", "score.recorded", score(one, assessed_on=world.day(3))
        ),
    ),
    "an old date": (
        "P19",
        lambda world, one: unheard(
            world, "northern", "score.recorded", score(one, assessed_on="2020-01-01")
        ),
    ),
}


def close(world: World, candidate: Candidate) -> Statement:
    """The agency closes the session: what any of its keys might say."""
    claims = {"session": candidate.session, "closed_on": world.today}
    return unheard(world, "northern", "session.closed", claims)


def refound(world: World) -> Statement:
    world.log.append(world.founding())
    return world.log[-1]


@pytest.fixture
def told() -> tuple[World, Candidate]:
    """A world with one certificate, and its candidate."""
    world = ready_world()
    candidate = passed_candidate(world)
    candidate.issue()
    return world, candidate


def replayed(world: World, folder: Path, **options: Any) -> Report:
    return audited(Log.of(world.log), folder, **options)


@pytest.mark.parametrize("name", CHEATS)
def test_a_broken_rule_is_named(told: tuple[World, Candidate], tmp_path: Path, name: str) -> None:
    expected, cheat = CHEATS[name]
    world, candidate = told
    cheat(world, candidate)
    position = len(world.log) - 1
    unheard(
        world,
        "harbour",
        "student.enrolled",
        {"student": world.chance.id()},
        disclosed={"person": world.chance.id(), "name": "Honest"},
    )
    report = replayed(world, tmp_path)
    assert [(one.step, one.position, one.rule) for one in report.findings] == [
        ("A5", position, expected)
    ]
    assert report.line().startswith(f"FAILED at position {position}, step A5, rule {expected}: ")


def test_a_retired_key(told: tuple[World, Candidate], tmp_path: Path) -> None:
    world, candidate = told
    kid = world.signers["northern"].key.public.thumbprint
    world.say("northern", "key.retired", {"kid": kid})
    unheard(
        world,
        "northern",
        "session.closed",
        {"session": candidate.session, "closed_on": world.today},
    )
    (finding,) = replayed(world, tmp_path).findings
    assert (finding.step, finding.position, finding.rule) == ("A4", len(world.log) - 1, "P13")


def test_a_key_of_nobody(told: tuple[World, Candidate], tmp_path: Path) -> None:
    world, candidate = told
    world.signers["northern"].key = seed_key("nobody's")
    unheard(
        world,
        "northern",
        "session.closed",
        {"session": candidate.session, "closed_on": world.today},
    )
    (finding,) = replayed(world, tmp_path).findings
    assert (finding.step, finding.rule) == ("A4", "P11")


def test_somebody_elses_key(told: tuple[World, Candidate], tmp_path: Path) -> None:
    world, candidate = told
    world.signers["northern"].key = world.signers["harbour"].key
    unheard(
        world,
        "northern",
        "session.closed",
        {"session": candidate.session, "closed_on": world.today},
    )
    (finding,) = replayed(world, tmp_path).findings
    assert (finding.step, finding.rule) == ("A4", "P12")


def test_a_log_that_was_never_founded(told: tuple[World, Candidate], tmp_path: Path) -> None:
    world, _ = told
    del world.log[0]
    report = replayed(world, tmp_path)
    assert report.first is not None
    assert (report.first.step, report.first.position, report.first.rule) == ("A5", 0, "P26")


def test_a_jti_used_again_long_after(tmp_path: Path) -> None:
    """Beyond every cache: the first use lies in the scratch file by then."""
    world = ready_world()
    early = world.student()
    jti = world.log[-1].jti
    for _ in range(40):
        world.student()
    disclosed = {"person": early.person, "name": "Again"}
    handle = {"student": world.chance.id()}
    unheard(world, "harbour", "student.enrolled", handle, disclosed=disclosed, jti=jti)
    (finding,) = replayed(world, tmp_path, cached=16).findings
    assert (finding.step, finding.position, finding.rule) == ("A5", len(world.log) - 1, "P15")


# ---------------------------------------------------------------- versions of the rules


@rule("P999", "no-more-students", "Version 2 enrols nobody.")
def _nobody_more(_: Any) -> None:
    raise Broken("version 2 enrols nobody")


def stricter(kind: StatementType, added: Rule) -> StatementType:
    return replace(kind, rules=(*kind.rules, added))


def version_2() -> dict[int, dict[str, StatementType]]:
    enrolled = VERSION_1["student.enrolled"]
    changed = {name: kind for name, kind in VERSION_1.items() if name != "session.held"}
    return {1: dict(VERSION_1), 2: {**changed, enrolled.name: stricter(enrolled, _nobody_more)}}


@pytest.fixture
def adopted() -> World:
    """Version 2 is adopted half-way, after an enrolment and a held session."""
    world = ready_world()
    world.rulebooks = version_2()
    world.student()
    session = world.session()
    world.hold(session)
    world.approved("operator", "rules.adopted", {"version": 2})
    return world


def test_each_statement_is_judged_by_the_version_then_in_force(
    adopted: World, tmp_path: Path
) -> None:
    assert replayed(adopted, tmp_path, rulebooks=adopted.rulebooks).findings == ()


def test_what_version_1_allowed_and_version_2_forbids(adopted: World, tmp_path: Path) -> None:
    disclosed = {"person": adopted.chance.id(), "name": "Too Late"}
    handle = {"student": adopted.chance.id()}
    unheard(adopted, "harbour", "student.enrolled", handle, disclosed=disclosed)
    (finding,) = replayed(adopted, tmp_path, rulebooks=adopted.rulebooks).findings
    assert (finding.position, finding.rule) == (len(adopted.log) - 1, "P999")


def test_a_type_that_version_2_no_longer_knows(adopted: World, tmp_path: Path) -> None:
    claims = {"session": adopted.chance.id(), "held_on": adopted.today}
    unheard(adopted, "northern", "session.held", claims)
    (finding,) = replayed(adopted, tmp_path, rulebooks=adopted.rulebooks).findings
    assert (finding.position, finding.rule) == (len(adopted.log) - 1, "P1")


def test_an_auditor_whose_software_knows_version_1_only(adopted: World, tmp_path: Path) -> None:
    report = replayed(adopted, tmp_path)
    assert {one.rule for one in found(report, "A5")} == {"P24", "P130"}
