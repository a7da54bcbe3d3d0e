"""The rulebook as a whole: numbers, codes, and that each rule is seen to bite."""

from __future__ import annotations

import re
from pathlib import Path

from ledger.core.statement import CREDENTIAL_TYPE
from ledger.domain.registry import CREDENTIAL_TYP, ENVELOPE
from ledger.domain.rulebook import VERSION_1, rules_of
from tests.world import passed_candidate, ready_world, replay

HERE = Path(__file__).parent


def test_numbers_are_used_once() -> None:
    by_number: dict[str, set[str]] = {}
    for kind in VERSION_1.values():
        for one in (*kind.rules, *kind.disclosed_rules):
            by_number.setdefault(one.number, set()).add(one.text)
    assert all(len(texts) == 1 for texts in by_number.values())
    for kind in VERSION_1.values():
        assert all(one.number.startswith("P") for one in kind.rules)
        assert all(one.number.startswith("D") for one in kind.disclosed_rules)


def test_codes_are_stable_names() -> None:
    for number, code, text in rules_of(VERSION_1):
        assert re.fullmatch(r"[PD]\d+", number)
        assert re.fullmatch(r"[a-z]+(-[a-z]+)*", code)
        assert text.endswith(".")


def test_every_rule_has_a_test_that_sees_it_refuse() -> None:
    told = "".join(path.read_text() for path in HERE.glob("test_*.py"))
    unseen = [number for number, _, _ in rules_of(VERSION_1) if f'"{number}"' not in told]
    assert unseen == []


def test_every_type_declares_what_the_documentation_needs() -> None:
    for name, kind in VERSION_1.items():
        assert kind.name == name
        assert kind.doc.endswith(".")
        assert kind.signers
        assert not ENVELOPE & kind.by_name.keys()
        for field in (*kind.fields, *kind.disclosed):
            assert field.doc.endswith(".")
        assert (kind.typ == CREDENTIAL_TYP) == (name == CREDENTIAL_TYPE)
        if kind.claimed is not None:
            assert kind.claimed in kind.required


def test_replay_decides_the_same_with_the_vault_and_without() -> None:
    world = ready_world()
    for _ in range(3):
        certificate = passed_candidate(world).issue().claims["certificate"]
    world.say(
        "regulator",
        "certificate.suspended",
        {
            "certificate": certificate,
            "ground": "order",
            "suspended_on": world.today,
        },
    )
    for with_people in (False, True):
        again = replay(world, with_people=with_people)
        assert again.records == world.records
        assert again.effects == world.effects
    assert replay(world, with_people=True).people == world.people
