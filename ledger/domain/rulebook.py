"""Versions of the rules. A statement is judged by the one in force at its position, for ever."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from ledger.domain import (
    accreditation,
    candidates,
    certificate_status,
    certificate_types,
    certificates,
    consent,
    disclosing,
    form,
    founding,
    parties,
    results,
    scores,
    sessions,
    standards,
)
from ledger.domain.registry import Rule, StatementType

Types = Mapping[str, StatementType]

VERSION_1: Types = {
    kind.name: kind
    for room in (
        founding,
        parties,
        certificate_types,
        standards,
        accreditation,
        sessions,
        candidates,
        scores,
        results,
        certificates,
        certificate_status,
        consent,
    )
    for kind in room.TYPES
}

RULEBOOKS: Mapping[int, Types] = {1: VERSION_1}


def rules_of(types: Types) -> Iterator[tuple[str, str, str]]:
    """Every numbered rule of a version once, as (number, code, text), sorted by number."""
    found = {number: (number, code, text) for number, code, text in (*form.FORM, *disclosing.FORM)}
    general: tuple[Rule, ...] = (*form.SIGNED, *form.ENTITLED, *form.TIMELY, *form.DATED)
    for kind in types.values():
        for one in (*general, *kind.rules, *kind.disclosed_rules):
            found[one.number] = (one.number, one.code, one.text)
    return iter(sorted(found.values(), key=lambda rule: (rule[0][0] != "P", int(rule[0][1:]))))
